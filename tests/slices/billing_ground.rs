//! What the tests of billing stand on: a seller, customers and invoices.

use hostwright_kernel::{Currency, Day, Money};
use hostwright_panel::auth::policy::StaffRole;
use hostwright_panel::billing::entity::{self, NewLegalEntity};
use hostwright_panel::billing::invoices::commands::{DraftInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::InvoiceView;
use hostwright_panel::billing::invoices::queries::ShowInvoice;
use hostwright_panel::billing::payments::commands::RecordPayment;
use hostwright_panel::billing::queries::{Balance, ShowBalance};
use hostwright_panel::billing::{self, invoices, ledger};
use hostwright_panel::customers::commands::CreateCustomer;
use hostwright_panel::platform::error::Error;
use hostwright_tests::World;
use serde_json::json;

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Opens the books: a seller in Kiel that rounds half up.
pub fn open_books(world: &World) {
    world
        .db
        .write_now(|tx| {
            entity::create_in(
                tx,
                &NewLegalEntity {
                    name: "Nordlicht Hosting GmbH".to_owned(),
                    street: "Kaistraße 1".to_owned(),
                    postal_code: "24103".to_owned(),
                    city: "Kiel".to_owned(),
                    country: "DE".to_owned(),
                    tax_number: "DE123456788".to_owned(),
                    email: "billing@host.example".to_owned(),
                    currency: Currency::EUR,
                    time_zone: "Europe/Berlin".to_owned(),
                    bank_account: "DE02 1203 0000 0000 2020 51, BYLADEM1001".to_owned(),
                    series: String::new(),
                    rounding: None,
                },
            )
        })
        .unwrap();
}

/// A customer in a country, perhaps with a VAT number.
pub async fn customer_in(world: &World, country: &str, tax_number: Option<&str>, locale: &str) -> String {
    let input: CreateCustomer = serde_json::from_value(json!({
        "name": "Ada Lovelace", "company": "Ἀναλυτικὴ Μηχανή и Сыновья", "email": "ada@example.org",
        "street": "Weg 2", "postal_code": "10115", "city": "Łódź", "country": country,
        "tax_number": tax_number, "currency": "EUR", "locale": locale, "time_zone": "Europe/Berlin",
    }))
    .unwrap();
    let view = hostwright_panel::customers::commands::create(&world.owner(), input).await.unwrap();
    serde_json::to_value(view).unwrap()["id"].as_str().unwrap().to_owned()
}

/// A consumer in Germany.
pub async fn customer(world: &World) -> String {
    customer_in(world, "DE", None, "en").await
}

/// Drafts an invoice by hand with one line.
pub async fn draft(world: &World, customer_id: &str, unit: &str) -> InvoiceView {
    let input: DraftInvoice = serde_json::from_value(json!({
        "customer_id": customer_id,
        "lines": [{ "description": "Advice", "unit": unit, "quantity": "1" }],
    }))
    .unwrap();
    invoices::commands::draft(&world.owner(), input).await.unwrap()
}

/// Issues an invoice with one line; 19 percent tax come on top.
pub async fn issued(world: &World, customer_id: &str, unit: &str) -> InvoiceView {
    let draft = draft(world, customer_id, unit).await;
    let input = IssueInvoice { invoice_id: draft.invoice.id, due_days: None };
    invoices::commands::issue(&world.owner(), input).await.unwrap()
}

pub async fn shown(world: &World, view: &InvoiceView) -> InvoiceView {
    let input = ShowInvoice { invoice_id: view.invoice.id.clone() };
    invoices::queries::show(&world.owner(), input).await.unwrap()
}

/// A bank transfer to be recorded.
pub fn transfer(customer_id: &str, amount: &str, reference: &str) -> RecordPayment {
    serde_json::from_value(json!({ "customer_id": customer_id, "amount": amount, "reference": reference })).unwrap()
}

pub async fn balance(world: &World, customer_id: &str) -> Balance {
    let input = ShowBalance { customer_id: customer_id.to_owned(), currency: None };
    billing::queries::balance(&world.staff(StaffRole::Support), input).await.unwrap()
}

/// Seals the chain and checks everything.
pub fn breaks(world: &World) -> Vec<String> {
    world.db.write_now(ledger::jobs::seal_waiting).unwrap();
    world.db.read_now(billing::queries::breaks_in).unwrap()
}

/// The codes of a refusal with the fields that it names.
pub fn codes(error: &Error) -> Vec<(String, String)> {
    let told = |refusal: &hostwright_panel::platform::Refusal| {
        (refusal.code.to_owned(), refusal.field.as_deref().unwrap_or_default().to_owned())
    };
    match error {
        Error::Refused(refusal) => vec![told(refusal)],
        Error::Fields(refusals) => refusals.iter().map(told).collect(),
        other => panic!("not a refusal: {other}"),
    }
}

/// The kinds of the events that were recorded, in order.
pub fn events(world: &World) -> Vec<String> {
    use diesel::prelude::*;
    use hostwright_panel::platform::schema::outbox;
    world.db.read_now(|tx| Ok(outbox::table.order(outbox::id).select(outbox::kind).load(tx.conn)?)).unwrap()
}
