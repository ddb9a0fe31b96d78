//! People who use the panel: pages and REST, as staff, as customers and as nobody.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hostwright_panel::auth::policy::Action;
use hostwright_server::app::App;
use hostwright_server::registry::Verb;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use xtask::random::Random;

use super::{Report, Wishes};
use crate::{Shop, World, text, wish};

const PASSWORD: &str = "correct horse battery";
const STAFF: &str = "olga@host.example";
/// Servers ordered by all hands of this process, over all soaks in it.
static ORDERED: AtomicUsize = AtomicUsize::new(0);

fn pick<'a, T>(chance: &mut Random, from: &'a [T]) -> &'a T {
    &from[usize::try_from(chance.below(from.len() as u64)).unwrap()]
}

/// One of them. Every third is staff, the others are customers.
pub struct Hand {
    app: App,
    client: Client,
    address: SocketAddr,
    shop: Shop,
    customer: crate::Customer,
    email: String,
    session: String,
    chance: Random,
    wishes: Wishes,
    requests: u64,
    answers: BTreeMap<(&'static str, u16), u64>,
    failures: Vec<String>,
}

impl Hand {
    pub async fn new(world: &World, app: &App, address: SocketAddr, shop: Shop, number: usize, wishes: Wishes) -> Self {
        let email = format!("hand{number}@example.org");
        let form = json!({
            "email": email, "password": PASSWORD, "name": format!("Hand {number}"), "country": "DE", "street": "Weg 2",
            "postal_code": "10115", "city": "Berlin", "locale": "en", "time_zone": "Europe/Berlin",
        });
        let mut stranger = world.anonymous();
        stranger.address = format!("192.0.2.{}", number + 10);
        world.done(&stranger, "auth.sign_up", form).await;
        let token = loop {
            world.settle().await;
            let mails = world.mailbox.to(&email);
            let found = mails.iter().find_map(|mail| {
                let (_, rest) = mail.text.split_once("/confirm/")?;
                rest.split_whitespace().next().map(|token| token.trim_end_matches(['.', ')', '>']).to_owned())
            });
            if let Some(token) = found {
                break token;
            }
            tokio::task::yield_now().await;
        };
        world.done(&stranger, "auth.confirm_mail", json!({ "token": token })).await;
        let listed = world.done(&world.owner(), "customers.list", json!({ "search": email })).await;
        let id = text(&listed["items"][0], "id");
        let customer =
            crate::Customer { call: world.member(&id, hostwright_panel::auth::policy::MemberRole::Owner), id };
        Self {
            app: app.clone(),
            // A connection that is kept may be closed by the panel just when it is used
            // again; browsers try again, and here every answer counts.
            client: Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).build().unwrap(),
            address,
            shop,
            customer,
            email: if number.is_multiple_of(3) { STAFF.to_owned() } else { email },
            session: String::new(),
            chance: Random::new(wishes.seed.wrapping_add(number as u64 + 1)),
            wishes,
            requests: 0,
            answers: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    fn is_staff(&self) -> bool {
        self.email == STAFF
    }

    pub async fn work(mut self, over: &AtomicBool) -> Self {
        while !over.load(Ordering::SeqCst) {
            if self.session.is_empty() {
                self.sign_in().await;
                continue;
            }
            match (self.chance.below(10), self.is_staff()) {
                (0, _) => self.as_nobody().await,
                (1..=5, _) => self.look_at_a_page().await,
                (_, true) => self.work_as_staff().await,
                (_, false) => self.act_as_customer().await,
            }
        }
        self
    }

    pub fn into_report(self, report: &mut Report) {
        report.requests += self.requests;
        report.failures.extend(self.failures);
        for (what, count) in self.answers {
            *report.answers.entry(what).or_default() += count;
        }
    }

    async fn sign_in(&mut self) {
        let input = json!({ "email": self.email, "password": PASSWORD });
        if let Some(answer) = self.rest("auth.sign_in", input).await {
            self.session = text(&answer, "session_token");
        }
    }

    async fn as_nobody(&mut self) {
        let session = std::mem::take(&mut self.session);
        let path =
            *pick(&mut self.chance, &["/", "/sign-in", "/sign-up", "/nothing-here", "/healthz", "/readyz", "/metrics"]);
        self.page(path).await;
        self.session = session;
    }

    async fn look_at_a_page(&mut self) {
        let staff = [
            "/staff",
            "/staff/customers",
            "/staff/invoices",
            "/staff/servers",
            "/staff/tasks",
            "/staff/audit",
            "/staff/tickets",
            "/staff/payments",
            "/staff/subscriptions",
            "/staff/nodes",
            "/staff/ledger",
            "/staff/mails",
        ];
        let own = ["/portal", "/portal/servers", "/portal/invoices", "/portal/tickets", "/portal/order"];
        let path = if self.is_staff() { *pick(&mut self.chance, &staff) } else { *pick(&mut self.chance, &own) };
        self.page(path).await;
    }

    async fn work_as_staff(&mut self) {
        match self.chance.below(8) {
            0..=4 => {
                let Some(open) = self.rest("invoices.list", json!({ "state": "issued", "limit": 20 })).await else {
                    return;
                };
                let items = open["items"].as_array().cloned().unwrap_or_default();
                if items.is_empty() || self.chance.one_in(8) {
                    return;
                }
                let invoice = pick(&mut self.chance, &items).clone();
                let Ok(open) = serde_json::from_value::<hostwright_kernel::Money>(invoice["open"].clone()) else {
                    return;
                };
                let day = self.app.db.now().day_in(&jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
                let input = json!({
                    "customer_id": invoice["customer_id"], "invoice_id": invoice["id"], "method": "bank_transfer",
                    "reference": format!("{}-{}", text(&invoice, "id"), self.chance.below(3)),
                    "amount": open.decimal(), "currency": open.currency, "received_day": day.to_string(),
                });
                self.rest("payments.record", input).await;
            }
            5 => {
                let input = json!({ "customer_id": self.customer.id, "amount": "0.50", "reason": "Sorry" });
                self.rest("credits.grant", input).await;
            }
            6 => {
                let input = json!({
                    "customer_id": self.customer.id, "lines": [{ "description": "Work", "unit": "10.00" }],
                });
                if let Some(draft) = self.rest("invoices.draft", input).await {
                    let action = *pick(&mut self.chance, &["invoices.issue", "invoices.discard"]);
                    self.rest(action, json!({ "invoice_id": draft["id"] })).await;
                }
            }
            _ => {
                self.rest("reports.dashboard", json!({})).await;
            }
        }
    }

    async fn act_as_customer(&mut self) {
        match self.chance.below(12) {
            0 | 1 if ORDERED.load(Ordering::SeqCst) < self.wishes.orders => {
                ORDERED.fetch_add(1, Ordering::SeqCst);
                let hostname = format!("web{}", self.chance.below(1_000_000_000));
                let wished = wish(&self.customer, &self.shop, &hostname);
                if let Some(quote) = self.rest("orders.quote", wished).await {
                    self.rest("orders.place", json!({ "token": quote["token"] })).await;
                }
            }
            0..=2 => {
                let Some(list) = self.rest("departments.list", json!({})).await else { return };
                let input = json!({
                    "department_id": list["items"][0]["id"], "subject": "Question", "body": "It is <b>slow</b>.",
                });
                self.rest("tickets.open", input).await;
            }
            3..=8 => {
                let Some(list) = self.rest("servers.list", json!({ "limit": 50 })).await else { return };
                let items = list["items"].as_array().cloned().unwrap_or_default();
                if items.is_empty() {
                    return;
                }
                let server = pick(&mut self.chance, &items).clone();
                let actions = ["servers.start", "servers.shut_down", "servers.reboot", "servers.show", "servers.start"];
                let action = if self.chance.one_in(60) { "servers.delete" } else { *pick(&mut self.chance, &actions) };
                self.rest(action, json!({ "server_id": server["id"] })).await;
            }
            _ => {
                let action =
                    *pick(&mut self.chance, &["invoices.list", "subscriptions.list", "tickets.list", "ledger.balance"]);
                let input =
                    if action == "ledger.balance" { json!({ "customer_id": self.customer.id }) } else { json!({}) };
                self.rest(action, input).await;
            }
        }
    }

    async fn page(&mut self, path: &'static str) {
        let request = self.client.get(format!("http://{}{path}", self.address));
        let request = if self.session.is_empty() {
            request
        } else {
            request.header("Cookie", format!("hw_session={}", self.session))
        };
        let answer = request.send().await;
        let signed_out = answer.as_ref().is_ok_and(|answer| {
            answer.headers().get("location").is_some_and(|to| to.to_str().is_ok_and(|to| to.starts_with("/sign-in")))
        });
        // A session that turned to a new token answers with it.
        let turned = answer.as_ref().ok().and_then(|answer| {
            let set = answer.headers().get_all("set-cookie").iter().filter_map(|set| set.to_str().ok());
            set.filter_map(|set| set.strip_prefix("hw_session="))
                .find_map(|set| set.split(';').next().map(str::to_owned))
        });
        if let Some(turned) = turned.filter(|token| !token.is_empty()) {
            self.session = turned;
        }
        self.note(path, answer).await;
        if signed_out {
            self.session.clear();
        }
    }

    /// The answer of an action, if it was done.
    async fn rest(&mut self, action: &'static str, input: Value) -> Option<Value> {
        let found = Action::by_name(action).unwrap_or_else(|| panic!("no action {action}"));
        let endpoint = self.app.endpoint(found).unwrap_or_else(|| panic!("no endpoint of {action}")).clone();
        let mut path = endpoint.path.to_owned();
        let mut fields = input.as_object().cloned().unwrap_or_default();
        for name in endpoint.path_parameters() {
            let value = fields.remove(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        let address = format!("http://{}/api/v1{path}", self.address);
        let request = match endpoint.verb {
            Verb::Get => {
                let pairs: Vec<(String, String)> = fields
                    .into_iter()
                    .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                    .collect();
                self.client.get(address).query(&pairs)
            }
            Verb::Post => self.client.post(address).json(&fields),
        };
        let request = if self.session.is_empty() { request } else { request.bearer_auth(&self.session) };
        let answer = request.send().await;
        let (status, body) = self.note(action, answer).await;
        if status == 401 {
            self.session.clear();
        }
        (200..300).contains(&status).then(|| serde_json::from_str(&body).ok()).flatten()
    }

    async fn note(&mut self, what: &'static str, answer: reqwest::Result<reqwest::Response>) -> (u16, String) {
        self.requests += 1;
        let (status, body) = match answer {
            Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
            Err(error) => (599, error.to_string()),
        };
        *self.answers.entry((what, status)).or_default() += 1;
        if status >= 500 {
            self.failures.push(format!("{what}: {status} {}", body.chars().take(300).collect::<String>()));
        }
        (status, body)
    }
}
