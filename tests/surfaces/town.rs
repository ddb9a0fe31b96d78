//! An installation in which there is one of everything: two customers who know
//! nothing of each other, each with servers, invoices and conversations.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_panel::auth::call::{Actor, Call};
use hostwright_panel::auth::{Credential, authenticate};
use hostwright_tests::simulator::{Fault, Point, a_guest};
use hostwright_tests::{Customer, Shop, World, text};
use serde_json::{Value, json};

pub const PASSWORD: &str = "correct horse battery";

/// A person who owns a customer, and one object for every name of a parameter.
pub struct Resident {
    pub session: String,
    pub customer: Customer,
    pub objects: BTreeMap<&'static str, String>,
}

/// The whole.
pub struct Town {
    pub world: World,
    pub shop: Shop,
    pub carla: Resident,
    pub mallory: Resident,
}

impl Town {
    pub async fn sqlite() -> Self {
        Self::built(World::sqlite()).await
    }

    pub async fn postgres() -> Self {
        Self::built(World::postgres()).await
    }

    async fn built(world: World) -> Self {
        world.set_up().await;
        let shop = world.shop().await;
        let servers = json!({ "name_servers": ["ns1.host.example"], "hostmaster": "hostmaster@host.example" });
        world.done(&world.owner(), "zones.set_settings", servers).await;
        let mut carla = resident(&world, &shop, "carla").await;
        let mallory = resident(&world, &shop, "mallory").await;
        carla.objects.extend(old_panel(&world).await);
        carla.objects.extend(old_mail(&world).await);
        Self { world, shop, carla, mallory }
    }

    /// What only staff sees: a draft, a failed task, and things that are
    /// suspended, ended or retired.
    pub async fn with_troubles(self) -> Self {
        let Self { world, shop, carla, .. } = &self;
        let owner = world.owner();
        let id = &carla.customer.id;
        world
            .done(
                &owner,
                "invoices.draft",
                json!({ "customer_id": id, "lines": [{ "description": "Work", "unit": "10.00" }] }),
            )
            .await;
        let troubled = world.customer("Trudy").await;
        world.done(&owner, "customers.suspend", json!({ "customer_id": troubled.id })).await;
        world.done(&owner, "people.suspend", json!({ "person_id": carla.objects["person_id"] })).await;
        for (name, action) in [("held", "subscriptions.suspend"), ("gone", "subscriptions.terminate")] {
            let order = ordered(world, &carla.customer, shop, name, true).await;
            let input = json!({ "subscription_id": order["subscription_id"], "reason": "Test" });
            world.done(&owner, action, input).await;
            world.settle().await;
        }
        for (name, withheld) in [("plain.example.org", None), ("moving.example.org", Some(true))] {
            let made = world.done(&owner, "domains.create", json!({ "customer_id": id, "name": name })).await;
            if let Some(withheld) = withheld {
                let input = json!({ "domain_id": made["id"], "withheld": withheld });
                world.done(&owner, "zones.create", input).await;
            }
        }
        // Guests of somebody else: one to be decided about, and one that is no longer seen.
        for (name, number, address) in [("legacy", 0xe1, "198.51.100.241"), ("vanished", 0xe2, "198.51.100.242")] {
            world.hypervisor.place(&shop.node_id, a_guest(name, number, address));
        }
        for _ in 0..2 {
            world.done(&owner, "adoption.survey", json!({ "node_id": shop.node_id })).await;
            world.settle().await;
            world.hypervisor.take_away(&shop.node_id, "0190c0de-0000-4000-8000-0000000000e2");
        }
        world.hypervisor.fail_next(Point::Act("ensure_domain"), Fault::Refuse);
        ordered(world, &carla.customer, shop, "broken", true).await;
        self
    }

    /// The session of the installation's owner, who is in the database.
    pub async fn owner_session(&self) -> String {
        sign_in(&self.world, "olga@host.example").await.0
    }
}

/// A domain of a customer with a zone, and a master file that waits to be applied.
pub async fn domain_with_zone(world: &World, customer_id: &str, name: &str) -> [(&'static str, String); 3] {
    let owner = world.owner();
    let domain = json!({ "customer_id": customer_id, "name": name, "auth_code": "Code-1" });
    let domain_id = text(&world.done(&owner, "domains.create", domain).await, "id");
    world.done(&owner, "zones.create", json!({ "domain_id": domain_id, "addresses": ["192.0.2.1"] })).await;
    let zone = world.done(&owner, "zones.show", json!({ "domain_id": domain_id })).await;
    let file = json!({ "domain_id": domain_id, "mode": "add", "text": "$TTL 60\nftp A 192.0.2.3\n" });
    let import = text(&world.done(&owner, "zones.import", file).await, "id");
    [("record_id", text(&zone["records"][2], "id")), ("import_id", import), ("domain_id", domain_id)]
}

/// A guest of somebody else, found on a node.
pub async fn found_guest(world: &World, node_id: &str) -> (&'static str, String) {
    world.hypervisor.place(node_id, a_guest("legacy", 0xe1, "198.51.100.241"));
    let owner = world.owner();
    world.done(&owner, "adoption.survey", json!({ "node_id": node_id })).await;
    world.settle().await;
    let found = world.done(&owner, "adoption.list", json!({ "node_id": node_id })).await;
    ("found_id", text(&found["items"][0], "id"))
}

/// A source system that was read: it sells something, and has somebody.
pub async fn old_panel(world: &World) -> [(&'static str, String); 2] {
    use hostwright_importer::Entry;
    use hostwright_importer::snapshot::{Party, Product};
    let product = Product { id: "p1".to_owned(), name: "Small".to_owned(), ..Product::default() };
    let party = Party { id: "c1".to_owned(), name: "Ada".to_owned(), ..Party::default() };
    world.shelf.put("old.sql", vec![Entry::Record(product.into()), Entry::Record(party.into())]);
    let owner = world.owner();
    let source = json!({ "name": "Old panel", "kind": "shelf", "zone": "UTC", "currency": "EUR" });
    let source_id = text(&world.done(&owner, "migration.register", source).await, "id");
    world.done(&owner, "migration.collect", json!({ "source_id": source_id, "paths": ["old.sql"] })).await;
    world.settle().await;
    let records = world.done(&owner, "migration.records", json!({ "source_id": source_id, "kind": "party" })).await;
    [("staged_id", text(&records["items"][0], "id")), ("source_id", source_id)]
}

/// A source whose accounts are here, with a mailbox that has a link.
pub async fn old_mail(world: &World) -> [(&'static str, String); 2] {
    use hostwright_importer::Entry;
    use hostwright_importer::snapshot::{HostingAccount, Mailbox, Party};
    let address = "mia@mail.example".to_owned();
    let party = Party {
        id: "m1".to_owned(),
        name: "Mia".to_owned(),
        email: Some("mia@elsewhere.example".to_owned()),
        ..Party::default()
    };
    let account = HostingAccount {
        id: "mia".to_owned(),
        user_name: "mia".to_owned(),
        party: Some("m1".to_owned()),
        ..HostingAccount::default()
    };
    let mailbox = Mailbox { id: address.clone(), account: Some("mia".to_owned()), address, ..Mailbox::default() };
    let entries = [party.into(), account.into(), mailbox.into()].map(Entry::Record);
    world.shelf.put("mail.sql", entries.into());
    let owner = world.owner();
    let source = json!({ "name": "Old mail", "kind": "shelf", "zone": "UTC", "currency": "EUR" });
    let id = text(&world.done(&owner, "migration.register", source).await, "id");
    for (action, input) in [
        ("migration.collect", json!({ "source_id": id, "paths": ["mail.sql"] })),
        ("migration.select", json!({ "source_id": id, "kind": "party", "is_selected": true })),
        ("migration.verify", json!({ "source_id": id })),
        ("migration.transfer", json!({ "source_id": id })),
        (
            "migration.set_content",
            json!({ "source_id": id, "source_host": "old.example", "target_host": "new.example" }),
        ),
        ("migration.survey", json!({ "source_id": id })),
    ] {
        world.done(&owner, action, input).await;
        world.settle().await;
    }
    let found = world.done(&owner, "migration.mailboxes", json!({ "source_id": id })).await;
    let mailbox_id = text(&found["items"][0], "id");
    let link = world.done(&owner, "migration.invite", json!({ "mailbox_id": mailbox_id })).await;
    let path = text(&link, "url").replace("http://panel.test", "");
    [("mailbox_id", mailbox_id), ("mailbox_path", path)]
}

/// Signs somebody in; the session's token and a call of theirs.
pub async fn sign_in(world: &World, email: &str) -> (String, Call) {
    let input = json!({ "email": email, "password": PASSWORD });
    let token = text(&world.done(&world.anonymous(), "auth.sign_in", input).await, "session_token");
    let known = authenticate(&world.anonymous(), Credential::Session(token.clone())).await.unwrap().unwrap();
    let call = Call { actor: Actor::Person(Box::new(known.person)), ..world.anonymous() };
    (token, call)
}

/// Every link to the panel that was mailed to somebody, as paths.
pub fn mailed_paths(world: &World, email: &str) -> Vec<String> {
    let mails = world.mailbox.to(email);
    let found = mails.iter().flat_map(|mail| mail.text.split("http://panel.test").skip(1));
    found
        .filter_map(|rest| rest.split_whitespace().next())
        .map(|path| path.trim_end_matches(['.', ')', '>']).to_owned())
        .collect()
}

async fn ordered(world: &World, customer: &Customer, shop: &Shop, hostname: &str, paid: bool) -> Value {
    let order = world.order(customer, shop, hostname).await;
    world.settle().await;
    if paid {
        world.pay(&text(&order, "invoice_id"), &format!("{hostname}-{}", customer.id)).await;
        world.settle().await;
    }
    order
}

/// Somebody who signed up and confirmed: the session's token, and their customer.
pub async fn signed_up(world: &World, name: &str) -> (String, Customer) {
    let email = format!("{name}@example.org");
    world
        .done(
            &world.anonymous(),
            "auth.sign_up",
            json!({
                "email": email, "password": PASSWORD, "name": name, "country": "DE", "street": "Weg 2",
                "postal_code": "10115", "city": "Berlin", "locale": "en", "time_zone": "Europe/Berlin",
            }),
        )
        .await;
    world.settle().await;
    let paths = mailed_paths(world, &email);
    let token =
        paths.iter().find_map(|path| path.strip_prefix("/confirm/")).unwrap_or_else(|| panic!("no link in {paths:?}"));
    world.done(&world.anonymous(), "auth.confirm_mail", json!({ "token": token })).await;
    let (session, call) = sign_in(world, &email).await;
    let id = call.person().unwrap().memberships[0].0.clone();
    (session, Customer { id, call })
}

async fn resident(world: &World, shop: &Shop, name: &str) -> Resident {
    let email = format!("{name}@example.org");
    let (session, customer) = signed_up(world, name).await;
    let call = customer.call.clone();
    let (_, other) = sign_in(world, &email).await;
    let owner = world.owner();

    let order = ordered(world, &customer, shop, "web1", true).await;
    let unpaid = ordered(world, &customer, shop, "web2", false).await;
    let tasks = world.done(&owner, "tasks.list", json!({})).await;
    let own = |task: &&Value| task["subject"] == order["server_id"];
    let task =
        tasks["items"].as_array().unwrap().iter().find(own).cloned().unwrap_or_else(|| panic!("no task in {tasks}"));
    world
        .done(&owner, "credits.grant", json!({ "customer_id": customer.id, "amount": "1.00", "reason": "Sorry" }))
        .await;

    let departments = world.done(&owner, "departments.list", json!({})).await;
    let opened = world
        .done(
            &call,
            "tickets.open",
            json!({
                "department_id": departments["items"][0]["id"], "subject": format!("Question of {name}"), "body": "It is slow.",
                "files": [{ "name": "log.txt", "content_base64": STANDARD.encode("slow") }],
            }),
        )
        .await;
    let ticket_id = text(&opened["ticket"], "id");
    let shown = world.done(&call, "tickets.show", json!({ "ticket_id": ticket_id })).await;
    let attachment_id = text(&shown["messages"][0]["attachments"][0], "id");

    let key = world.done(&call, "auth.create_api_key", json!({ "name": "script", "scopes": ["*"] })).await;
    let colleague = json!({ "customer_id": customer.id, "email": format!("colleague.of.{name}@example.org"), "name": "Colleague", "role": "member" });
    let members = world.done(&call, "customers.add_member", colleague.clone()).await;
    let added = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["email"] == colleague["email"])
        .cloned()
        .unwrap();

    let domain = format!("{name}.example.org");
    let mut objects = BTreeMap::from(domain_with_zone(world, &customer.id, &domain).await);
    objects.extend([
        ("customer_id", customer.id.clone()),
        ("person_id", text(&added, "person_id")),
        ("server_id", text(&order, "server_id")),
        ("subscription_id", text(&order, "subscription_id")),
        ("invoice_id", text(&unpaid, "invoice_id")),
        ("task_id", text(&task, "id")),
        ("ticket_id", ticket_id),
        ("attachment_id", attachment_id),
        ("session_id", other.person().unwrap().session_id.clone().unwrap()),
        ("api_key_id", text(&key["key"], "id")),
        ("plan_id", shop.plan_id.clone()),
        ("price_id", shop.price_id.clone()),
        ("node_id", shop.node_id.clone()),
        ("image_id", shop.image_id.clone()),
    ]);
    world.settle().await;
    Resident { session, customer, objects }
}
