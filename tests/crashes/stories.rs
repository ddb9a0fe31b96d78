//! What is done while processes end: each story from a state it is brought to
//! first, told by clients that send again what was not answered.

use hostwright_panel::auth::policy::MemberRole;
use hostwright_tests::simulator::a_guest;
use hostwright_tests::{Customer, Shop, World, text};
use serde_json::{Value, json};

use super::place::{Place, RECONCILE, Twice};

/// Something that is done to an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    Order,
    /// An overdue invoice is paid, and the suspended server runs again.
    Payment,
    /// A run that bills one, suspends another and ends a third.
    Renewals,
    /// An order was paid; its server is built.
    Create,
    Stop,
    Start,
    Suspend,
    Resume,
    Delete,
    /// A deletion within quarantine is undone.
    Undo,
    /// A node's guests are looked at, and the one that was found before is taken over.
    Adopt,
}

/// What a story is about; ids only, so that it outlives processes.
#[derive(Debug, Clone)]
pub struct Subject {
    customer_id: String,
    shop: Shop,
    pub server_id: String,
    subscription_id: String,
    invoice_id: String,
}

/// Whoever waits for an answer, and sends again what was not answered.
#[derive(Debug, Default)]
pub struct Client {
    answered: bool,
}

impl Story {
    /// The kind of job that is left alone, where others tell that part.
    pub fn leaves(self) -> Option<&'static str> {
        (self == Self::Renewals).then_some(RECONCILE)
    }

    /// Brings a new installation to where the story begins.
    pub async fn before(self, place: &Place) -> Subject {
        let world = &place.world;
        world.set_up().await;
        let shop = world.shop().await;
        place.settle(Twice::Nothing, None).await;
        let customer = world.customer("Carla").await;
        if self == Self::Renewals {
            return three_customers_later(place, &customer, &shop).await;
        }
        if self == Self::Order {
            return subject(&customer, &shop, &Value::Null);
        }
        if self == Self::Adopt {
            world.hypervisor.place(&shop.node_id, a_guest("legacy", 0x21, "198.51.100.33"));
            world.done(&world.owner(), "adoption.survey", json!({ "node_id": shop.node_id })).await;
            place.settle(Twice::Nothing, None).await;
            world.hypervisor.place(&shop.node_id, a_guest("second", 0x22, "198.51.100.34"));
            return subject(&customer, &shop, &Value::Null);
        }
        let order = world.order(&customer, &shop, "web1").await;
        let subject = subject(&customer, &shop, &order);
        place.settle(Twice::Nothing, None).await;
        world.pay(&subject.invoice_id, "transfer-1").await;
        if self == Self::Create {
            return subject;
        }
        place.settle(Twice::Nothing, None).await;
        let server = json!({ "server_id": subject.server_id });
        match self {
            Self::Start => world.done(&world.owner(), "servers.shut_down", server).await,
            Self::Resume => world.done(&world.owner(), "subscriptions.suspend", subject.suspension()).await,
            Self::Undo => world.done(&world.owner(), "servers.delete", server).await,
            Self::Payment => return with_an_overdue_invoice(place, subject).await,
            _ => Value::Null,
        };
        place.settle(Twice::Nothing, None).await;
        subject
    }

    /// What people do; sent again, with the same key, until it is answered.
    pub async fn act(self, world: &World, subject: &Subject, client: &mut Client) {
        if client.answered {
            return;
        }
        let owner = world.owner();
        let send = |name: &'static str, input: Value| {
            let owner = owner.clone();
            async move {
                let answer = world.run_with_key(&owner, name, input, Some(name)).await;
                answer.unwrap_or_else(|error| panic!("{name}: {error}"))
            }
        };
        let server = json!({ "server_id": subject.server_id });
        match self {
            Self::Create => {}
            Self::Order => {
                let customer = subject.customer(world);
                let wish = hostwright_tests::wish(&customer, &subject.shop, "web1");
                let quote = send("orders.quote", wish).await;
                send("orders.place", json!({ "token": quote["token"] })).await;
            }
            Self::Payment => {
                let payment = json!({
                    "customer_id": subject.customer_id, "invoice_id": subject.invoice_id, "method": "bank_transfer",
                    "reference": "transfer-2", "amount": "11.90", "currency": "EUR",
                });
                send("payments.record", payment).await;
            }
            Self::Renewals => drop(send("renewals.run", json!({})).await),
            Self::Stop => drop(send("servers.shut_down", server).await),
            Self::Start => drop(send("servers.start", server).await),
            Self::Suspend => drop(send("subscriptions.suspend", subject.suspension()).await),
            Self::Resume => {
                drop(send("subscriptions.resume", json!({ "subscription_id": subject.subscription_id })).await);
            }
            Self::Delete => drop(send("servers.delete", server).await),
            Self::Undo => drop(send("servers.restore", server).await),
            Self::Adopt => {
                send("adoption.survey", json!({ "node_id": subject.shop.node_id })).await;
                let list = json!({ "node_id": subject.shop.node_id });
                let found = world.done(&owner, "adoption.list", list).await;
                let legacy = found["items"].as_array().unwrap().iter().find(|one| one["guest"]["name"] == "legacy");
                let sold = json!({
                    "found_id": legacy.unwrap()["id"], "customer_id": subject.customer_id,
                    "price_id": subject.shop.price_id, "billed_until": "2027-03-01",
                });
                send("adoption.adopt", sold).await;
            }
        }
        client.answered = true;
    }
}

impl Client {
    /// The answer was lost; it is asked for once more.
    pub fn forget(&mut self) {
        self.answered = false;
    }
}

impl Subject {
    fn customer(&self, world: &World) -> Customer {
        Customer { id: self.customer_id.clone(), call: world.member(&self.customer_id, MemberRole::Owner) }
    }

    fn suspension(&self) -> Value {
        json!({ "subscription_id": self.subscription_id, "reason": "abuse" })
    }
}

fn subject(customer: &Customer, shop: &Shop, order: &Value) -> Subject {
    let id = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
    Subject {
        customer_id: customer.id.clone(),
        shop: shop.clone(),
        server_id: id("server_id"),
        subscription_id: id("subscription_id"),
        invoice_id: id("invoice_id"),
    }
}

/// A day with its renewal run.
async fn day_passes(place: &Place) {
    place.world.clock.advance_days(1);
    place.world.done(&place.world.owner(), "renewals.run", json!({})).await;
    place.settle(Twice::Nothing, None).await;
}

/// The renewal was never paid and the server is suspended for it.
async fn with_an_overdue_invoice(place: &Place, subject: Subject) -> Subject {
    for day in [14, 22] {
        place.world.clock.advance_days(day);
        day_passes(place).await;
    }
    let listed = place.world.done(&place.world.owner(), "invoices.list", json!({})).await;
    let open = listed["items"].as_array().unwrap().iter().find(|one| one["id"] != subject.invoice_id.as_str());
    let server = json!({ "server_id": subject.server_id });
    let server = place.world.done(&place.world.owner(), "servers.show", server).await;
    assert_eq!((&server["state"], &server["suspended"]), (&json!("shut_off"), &json!(true)));
    Subject { invoice_id: text(open.unwrap(), "id"), ..subject }
}

/// One morning at which a run finds an order to bill, one to suspend and one to
/// end: ordered and paid on 31 January, 22 February and 15 March; their renewals
/// are paid by nobody. On 30 March nobody has run anything since the day before.
async fn three_customers_later(place: &Place, first: &Customer, shop: &Shop) -> Subject {
    let world = &place.world;
    let second = world.customer("Dora").await;
    let third = world.customer("Emil").await;
    let mut subject = None;
    for day in 0..58 {
        let buyer = match day {
            0 => Some(first),
            22 => Some(&second),
            44 => Some(&third),
            _ => None,
        };
        if let Some(customer) = buyer {
            let order = world.order(customer, shop, &format!("web{day}")).await;
            world.pay(&text(&order, "invoice_id"), &format!("transfer-{day}")).await;
            place.settle(Twice::Nothing, None).await;
            subject.get_or_insert(self::subject(customer, shop, &order));
        }
        if day < 57 {
            day_passes(place).await;
        } else {
            world.clock.advance_days(1);
        }
    }
    subject.unwrap()
}
