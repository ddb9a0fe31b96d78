//! What the acceptance tests stand on: a [`World`] with a real database of either
//! engine, a manual clock, a simulated node, a mailbox in memory, and everything
//! above it as the product puts it together.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::missing_panics_doc,
    reason = "tests"
)]

use std::sync::{Arc, OnceLock};

use hostwright_kernel::{Clock, Instant, ManualClock};
use hostwright_panel::auth::call::{Actor, Call, Person};
use hostwright_panel::auth::policy::{Action, MemberRole, StaffRole};
use hostwright_panel::notifications::ports::MailTransport;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::secrets::Vault;
use hostwright_panel::platform::texts::Texts;
use hostwright_panel::platform::worker::Worker;
use hostwright_panel::platform::{Db, Error};
use hostwright_server::app::App;
use hostwright_server::compose::{self, Ground, Ports};
use hostwright_server::registry::Answer;
use serde_json::{Map, Value, json};

pub mod engines;
pub mod mailbox;
pub mod nameserver;
pub mod postman;
pub mod shelf;
pub mod simulator;
pub mod soak;

pub use mailbox::Mailbox;
pub use postman::Postman;
pub use shelf::Shelf;
pub use simulator::Simulator;

/// The key of every world.
pub const KEY: [u8; 32] = [42; 32];

/// When every world begins.
pub const START: &str = "2027-01-31T10:00:00Z";

/// An installation of its own.
pub struct World {
    pub app: App,
    pub db: Db,
    pub clock: ManualClock,
    pub worker: Worker,
    /// Held for a round of the worker: whoever waits for it has also waited for what
    /// another round had begun.
    rounds: tokio::sync::Mutex<()>,
    pub hypervisor: Arc<Simulator>,
    pub mailbox: Arc<Mailbox>,
    pub shelf: Arc<Shelf>,
    pub postman: Arc<Postman>,
    pub ground: Ground,
    /// None where somebody else looks after it.
    database: Option<Arc<engines::Database>>,
}

/// A customer with somebody who may act for it.
#[derive(Debug, Clone)]
pub struct Customer {
    pub id: String,
    pub call: Call,
}

/// What can be ordered in a world.
#[derive(Debug, Clone)]
pub struct Shop {
    pub node_id: String,
    pub plan_id: String,
    pub price_id: String,
    pub image_id: String,
}

impl World {
    /// An empty installation on an embedded database.
    pub fn sqlite() -> Self {
        Self::on(engines::Database::sqlite(), START.parse().unwrap())
    }

    /// An empty installation on PostgreSQL.
    pub fn postgres() -> Self {
        Self::on(engines::Database::postgres(), START.parse().unwrap())
    }

    /// An empty installation on PostgreSQL, from a moment on.
    pub fn postgres_from(start: Instant) -> Self {
        Self::on(engines::Database::postgres(), start)
    }

    /// An installation on a database that its owner takes away, from a moment on.
    pub fn elsewhere(url: DatabaseUrl, start: Instant) -> Self {
        Self::on(engines::Database::Elsewhere(url), start)
    }

    fn on(database: engines::Database, start: Instant) -> Self {
        let clock = ManualClock::at(start);
        let hypervisor = Arc::new(Simulator::new(Arc::new(clock.clone())));
        Self::assembled(Arc::new(database), clock, hypervisor, Arc::default())
    }

    /// Another panel of this installation: the same database, nodes, mailbox and
    /// time, and nothing else in common.
    pub fn beside(&self) -> Self {
        Self::assembled(
            self.database.clone().expect("the world has its database"),
            self.clock.clone(),
            Arc::clone(&self.hypervisor),
            Arc::clone(&self.mailbox),
        )
    }

    fn assembled(
        database: Arc<engines::Database>,
        clock: ManualClock,
        hypervisor: Arc<Simulator>,
        mailbox: Arc<Mailbox>,
    ) -> Self {
        let db = Db::open(&database.url(), Arc::new(clock.clone())).unwrap();
        db.migrate().unwrap();
        let port: Arc<dyn hostwright_panel::servers::ports::Hypervisor> = hypervisor.clone();
        let dns: Arc<dyn hostwright_panel::hosting::ports::DnsServer> = hypervisor.names.clone();
        let shelf = Arc::new(Shelf::default());
        let postman = Arc::new(Postman::default());
        let ports = Ports {
            hypervisor: port,
            probe: hypervisor.clone(),
            reader: shelf.clone(),
            copier: postman.clone(),
            clock: Arc::new(None),
            dns: Some(dns),
        };
        let mail: Arc<dyn MailTransport> = mailbox.clone();
        let world = Self::over(db, clock, (hypervisor, mailbox), &ports, mail);
        Self { database: Some(database), shelf, postman, ..world }
    }

    /// An installation on a database and with ports that somebody else looks after.
    pub fn over(
        db: Db,
        clock: ManualClock,
        (hypervisor, mailbox): (Arc<Simulator>, Arc<Mailbox>),
        ports: &Ports,
        mail: Arc<dyn MailTransport>,
    ) -> Self {
        let ground =
            Ground { db: db.clone(), vault: Vault::new(KEY), public_url: "http://panel.test".into(), texts: texts() };
        let (app, worker) = compose::assemble(&ground, ports, Some(mail), "panel@panel.test", 4);
        let (shelf, postman) = (Arc::default(), Arc::default());
        Self {
            app,
            db,
            clock,
            worker,
            rounds: tokio::sync::Mutex::default(),
            hypervisor,
            mailbox,
            shelf,
            postman,
            ground,
            database: None,
        }
    }

    /// Whether this world's database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.db.url(), DatabaseUrl::Postgres(_))
    }

    /// A call of nobody.
    pub fn anonymous(&self) -> Call {
        let mut call = self.app.call("req_test".to_owned());
        call.address = "192.0.2.7".to_owned();
        call
    }

    /// A call of a member of staff who is not in the database.
    pub fn staff(&self, role: StaffRole) -> Call {
        self.person("per_00000000000000000000000000000001", Some(role), Vec::new())
    }

    /// A call of the installation's owner.
    pub fn owner(&self) -> Call {
        self.staff(StaffRole::Owner)
    }

    /// A call of somebody who belongs to a customer.
    pub fn member(&self, customer_id: &str, role: MemberRole) -> Call {
        self.person("per_00000000000000000000000000000002", None, vec![(customer_id.to_owned(), role)])
    }

    fn person(&self, id: &str, staff: Option<StaffRole>, memberships: Vec<(String, MemberRole)>) -> Call {
        let mut call = self.anonymous();
        call.actor = Actor::Person(Box::new(Person {
            id: id.to_owned(),
            name: "Test Person".to_owned(),
            email: "person@example.org".to_owned(),
            staff,
            memberships,
            key_scopes: None,
            session_id: None,
        }));
        call
    }

    /// Runs an action as a script would, by its name.
    pub async fn run(&self, call: &Call, action: &str, input: Value) -> Result<Value> {
        self.run_with_key(call, action, input, None).await
    }

    /// [`World::run`] with an idempotency key.
    pub async fn run_with_key(&self, call: &Call, action: &str, input: Value, key: Option<&str>) -> Result<Value> {
        let action = Action::by_name(action).unwrap_or_else(|| panic!("no action {action}"));
        let endpoint = self.app.endpoint(action).unwrap_or_else(|| panic!("no endpoint for {}", action.name()));
        let input: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
        match endpoint.execute(call.clone(), input, key.map(str::to_owned)).await? {
            Answer::Json(value) => Ok(value),
            Answer::File(file) => {
                Ok(json!({ "name": file.name, "content_type": file.content_type, "size": file.bytes.len() }))
            }
        }
    }

    /// [`World::run`] that must succeed.
    pub async fn done(&self, call: &Call, action: &str, input: Value) -> Value {
        match self.run(call, action, input.clone()).await {
            Ok(value) => value,
            Err(error) => panic!("{action} {input} was refused: {}", told(&error)),
        }
    }

    /// [`World::run`] that must be refused; the code.
    pub async fn refused(&self, call: &Call, action: &str, input: Value) -> String {
        match self.run(call, action, input).await {
            Ok(value) => panic!("{action} was not refused: {value}"),
            Err(Error::Fields(refusals)) => refusals[0].code.to_owned(),
            Err(error) => error.code().to_owned(),
        }
    }

    /// Runs every event and due job until nothing is left.
    pub async fn settle(&self) {
        self.round().await.unwrap();
    }

    /// [`World::settle`], which may fail.
    pub async fn round(&self) -> Result<usize> {
        let _alone = self.rounds.lock().await;
        self.worker.run_until_idle().await
    }

    /// Lets days pass and runs renewals as the tick would.
    pub async fn days_pass(&self, days: u32) {
        self.clock.advance_days(days);
        self.done(&self.owner(), "renewals.run", json!({})).await;
        self.settle().await;
    }

    /// Sets the installation up as its first visitor would.
    pub async fn set_up(&self) {
        let token =
            hostwright_panel::auth::links::ensure_setup_link(&self.db).await.unwrap().expect("a new installation");
        self.done(
            &self.anonymous(),
            "auth.set_up",
            json!({
                "token": token, "owner_name": "Olga Owner", "owner_email": "olga@host.example",
                "owner_password": "correct horse battery", "company_name": "Nordlicht Hosting GmbH",
                "company_street": "Kaistraße 1", "company_postal_code": "24103", "company_city": "Kiel",
                "company_country": "DE", "company_tax_number": "DE123456788", "company_email": "billing@host.example",
                "currency": "EUR", "time_zone": "Europe/Berlin", "bank_account": "DE02120300000000202051",
            }),
        )
        .await;
    }

    /// Node, addresses, plan with price, and image: what a shop needs. The
    /// monthly price is EUR 10.00 and the set-up fee EUR 5.00.
    pub async fn shop(&self) -> Shop {
        let owner = self.owner();
        let node = self
            .done(
                &owner,
                "nodes.register",
                json!({
                    "name": "node1", "uri": "test:///default", "hypervisor": "test", "acceleration": "emulation",
                    "pool": "hostwright", "network": "default", "vcpus_total": 64, "memory_mib_total": 65536, "disk_gib_total": 1000,
                }),
            )
            .await;
        self.settle().await;
        self.done(
            &owner,
            "addresses.create_pool",
            json!({ "name": "public", "cidr": "198.51.100.0/24", "gateway": "198.51.100.1", "resolvers": ["198.51.100.1"] }),
        )
        .await;
        let plan = self
            .done(
                &owner,
                "plans.create",
                json!({
                    "name": "Small", "description": "For a web site", "vcpus": 1, "memory_mib": 256, "disk_gib": 1,
                    "traffic_gib": 1000, "private": false, "renewal_choices": ["automatic", "expire"],
                }),
            )
            .await;
        let plan_id = text(&plan, "id");
        let priced = self
            .done(
                &owner,
                "plans.set_price",
                json!({ "plan_id": plan_id, "currency": "EUR", "months": 1, "amount": "10.00", "setup": "5.00" }),
            )
            .await;
        let image = self
            .done(
                &owner,
                "images.register",
                json!({
                    "name": "Tiny", "family": "linux", "boot": "direct", "kernel": "/images/vmlinuz", "initrd": "/images/initrd.img",
                    "disk": "/images/tiny.img", "command_line": "console=ttyS0", "minimum_memory_mib": 128, "minimum_disk_gib": 1,
                }),
            )
            .await;
        Shop { node_id: text(&node, "id"), plan_id, price_id: text(&priced, "id"), image_id: text(&image, "id") }
    }

    /// Another plan with the shop's price and image, for worlds that have a shop.
    pub async fn shop_again(&self, number: usize) -> Shop {
        let owner = self.owner();
        let plan = json!({
            "name": format!("Small {number}"), "description": "For a web site", "vcpus": 1, "memory_mib": 256, "disk_gib": 1,
            "traffic_gib": 1000, "private": false, "renewal_choices": ["automatic", "expire"],
        });
        let plan_id = text(&self.done(&owner, "plans.create", plan).await, "id");
        let price = json!({ "plan_id": plan_id, "currency": "EUR", "months": 1, "amount": "10.00", "setup": "5.00" });
        let price = self.done(&owner, "plans.set_price", price).await;
        let first = |items: Value| text(&items["items"][0], "id");
        let node_id = first(self.done(&owner, "nodes.list", json!({})).await);
        let image_id = first(self.done(&owner, "images.list", json!({})).await);
        Shop { node_id, plan_id, price_id: text(&price, "id"), image_id }
    }

    /// A customer in Germany without VAT number.
    pub async fn customer(&self, name: &str) -> Customer {
        let made = self
            .done(
                &self.owner(),
                "customers.create",
                json!({
                    "name": name, "email": format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
                    "street": "Weg 2", "postal_code": "10115", "city": "Berlin", "country": "DE",
                    "currency": "EUR", "locale": "en", "time_zone": "Europe/Berlin",
                }),
            )
            .await;
        let id = text(&made, "id");
        let call = self.member(&id, MemberRole::Owner);
        Customer { id, call }
    }

    /// Quotes and orders a server; the order.
    pub async fn order(&self, customer: &Customer, shop: &Shop, hostname: &str) -> Value {
        let quote = self.done(&customer.call, "orders.quote", wish(customer, shop, hostname)).await;
        self.done(&customer.call, "orders.place", json!({ "token": quote["token"] })).await
    }

    /// Staff records a bank transfer of the invoice's open amount.
    pub async fn pay(&self, invoice_id: &str, reference: &str) -> Value {
        let invoice = self.done(&self.owner(), "invoices.show", json!({ "invoice_id": invoice_id })).await;
        let open: hostwright_kernel::Money = serde_json::from_value(invoice["open"].clone()).unwrap();
        self.done(
            &self.owner(),
            "payments.record",
            json!({
                "customer_id": invoice["customer_id"], "invoice_id": invoice_id, "method": "bank_transfer",
                "reference": reference, "amount": open.decimal(), "currency": open.currency,
                "received_day": self.clock.now().day_in(&jiff_berlin()).to_string(),
            }),
        )
        .await
    }

    /// The checks of `hostwright verify`; every break.
    pub async fn breaks(&self) -> Vec<String> {
        let report = hostwright_panel::reports::queries::verify_all(&self.db).await.unwrap();
        report
            .checks
            .into_iter()
            .flat_map(|check| check.breaks.into_iter().map(move |found| format!("{}: {found}", check.name)))
            .collect()
    }
}

/// A wish for a server.
pub fn wish(customer: &Customer, shop: &Shop, hostname: &str) -> Value {
    json!({
        "customer_id": customer.id, "plan_id": shop.plan_id, "price_id": shop.price_id, "image_id": shop.image_id,
        "hostname": hostname, "renewal": "automatic",
        "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJYzjFpLyXfRRHkpM9vnVvcb0yqgV4G2Cq0fYqzL0k test@example"],
    })
}

/// The words, read once for all worlds.
fn texts() -> Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(|| Texts::embedded().unwrap()).clone()
}

/// A text field of an answer.
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}")).to_owned()
}

fn jiff_berlin() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Europe/Berlin").unwrap()
}

fn told(error: &Error) -> String {
    match error {
        Error::Fields(refusals) => format!("{refusals:?}"),
        Error::Refused(refusal) => format!("{refusal:?}"),
        other => other.to_string(),
    }
}

/// A test that runs on both engines: `on_both_engines!(async fn name(world) { ... });`
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports, reason = "tests use what they need")]
            use super::*;

            async fn check($world: &hostwright_tests::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                check(&hostwright_tests::World::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                check(&hostwright_tests::World::postgres()).await;
            }
        })+
    };
}
