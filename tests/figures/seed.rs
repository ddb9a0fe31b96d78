//! A provider with many customers. Set-up, plan and price go through the product's
//! commands; customers and their subscriptions are loaded in bulk, past the
//! commands, and everything that is billed to them is billed by the product.
//! `verify` looks at all of it afterwards.

use hostwright_kernel::{Clock, Day, Instant};
use hostwright_panel::platform::portable::{self, Table};
use hostwright_panel::platform::{Db, jobs};
use hostwright_panel::{audit, billing};
use hostwright_tests::{Shop, World, text};
use serde_json::{Value, json};

/// Rows loaded in one statement.
const BATCH: usize = 1_000;

/// Everything that a customer can be billed for.
pub async fn provider(world: &World) -> Shop {
    world.set_up().await;
    let shop = world.shop().await;
    // Nobody pays here, and nobody is to be stopped for it.
    let patient = json!({
        "invoice_days_ahead": 14, "first_due_days": 7, "reminder_days": [], "suspend_after_days": 364,
        "terminate_after_days": 365,
    });
    world.done(&world.owner(), "renewals.set_policy", patient).await;
    shop
}

/// Customers with one running subscription each, whose next period is due.
pub async fn customers(world: &World, shop: &Shop, count: usize) {
    let plan = world.done(&world.owner(), "plans.show", json!({ "plan_id": shop.plan_id })).await;
    let now = moment(world.clock.now());
    let today = world.clock.now().day_in(&jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
    let tables = portable::tables();
    for start in (0..count).step_by(BATCH) {
        let numbers = start..count.min(start + BATCH);
        let customers: Vec<String> = numbers.clone().map(|number| customer(&tables, number, &now)).collect();
        let sold: Vec<String> =
            numbers.map(|number| subscription(&tables, number, shop, &text(&plan, "name"), today, &now)).collect();
        let (one, two) = (table(&tables, "customers").clone(), table(&tables, "subscriptions").clone());
        world
            .db
            .write(move |tx| {
                portable::insert(tx, &one, &customers)?;
                portable::insert(tx, &two, &sold)
            })
            .await
            .unwrap();
    }
}

fn customer(tables: &[Table], number: usize, now: &str) -> String {
    row(
        table(tables, "customers"),
        &json!({
            "id": format!("cus_{number:032x}"), "number": number + 100_000, "name": format!("Customer {number}"),
            "email": format!("customer{number}@example.org"), "street": "Weg 2", "postal_code": "10115",
            "city": "Berlin", "country": "DE", "currency": "EUR", "locale": "en", "time_zone": "Europe/Berlin",
            "state": "active", "notes": "", "created_at": now, "version": 1, "tax_exempt": false,
        }),
    )
}

fn subscription(tables: &[Table], number: usize, shop: &Shop, plan: &str, today: Day, now: &str) -> String {
    // Billed until today, so that the next period is due today.
    row(
        table(tables, "subscriptions"),
        &json!({
            "id": format!("sub_{number:032x}"), "customer_id": format!("cus_{number:032x}"), "plan_id": shop.plan_id,
            "price_id": shop.price_id, "plan_name": plan, "currency": "EUR", "amount_minor": 1_000, "months": 1,
            "anchor": today.to_string(), "periods_billed": 0, "billed_until": today.to_string(), "renewal": "automatic",
            "state": "active", "created_at": now, "version": 1, "held": false,
        }),
    )
}

pub fn table<'a>(tables: &'a [Table], name: &str) -> &'a Table {
    tables.iter().find(|table| table.name == name).unwrap()
}

fn row(table: &Table, values: &Value) -> String {
    let values: Vec<Value> = table.columns.iter().map(|column| values[&column.name].clone()).collect();
    serde_json::to_string(&values).unwrap()
}

fn moment(instant: Instant) -> String {
    instant.to_string().replace('T', " ").trim_end_matches('Z').to_owned()
}

/// A member of a customer who can sign in, and the owner's session.
pub async fn people(world: &World) -> String {
    let (customer, email) = (format!("cus_{:032x}", 7), "member@example.org");
    let invited = json!({ "customer_id": customer, "email": email, "name": "Member", "role": "owner" });
    world.done(&world.owner(), "customers.add_member", invited).await;
    world.settle().await;
    let mails = world.mailbox.to(email);
    let token = mails
        .iter()
        .find_map(|mail| {
            let (_, rest) = mail.text.split_once("/invite/")?;
            rest.split_whitespace().next().map(|token| token.trim_end_matches(['.', ')', '>']).to_owned())
        })
        .unwrap_or_else(|| panic!("no invitation in {:?}", mails.iter().map(|mail| &mail.text).collect::<Vec<_>>()));
    world
        .done(
            &world.anonymous(),
            "auth.reset_password",
            json!({ "token": token, "password": PASSWORD, "name": "Member" }),
        )
        .await;
    email.to_owned()
}

pub const PASSWORD: &str = "correct horse battery";
pub const OWNER: &str = "olga@host.example";

/// Seals the chains, and takes the letters that were not written off the list:
/// they are measured by themselves.
pub async fn at_rest(db: &Db) {
    while db.write(audit::jobs::seal_waiting).await.unwrap() > 0 {}
    while db.write(billing::ledger::jobs::seal_waiting).await.unwrap() > 0 {}
    db.write(|tx| {
        use diesel::RunQueryDsl;
        let sql = "UPDATE outbox SET done_at = created_at WHERE done_at IS NULL";
        hostwright_panel::on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).execute(conn))?;
        Ok(())
    })
    .await
    .unwrap();
    assert!(db.read(jobs::count_open).await.unwrap().iter().all(|(_, count)| *count < 5));
}

#[cfg(test)]
mod tests {
    use hostwright_tests::on_both_engines;

    use super::*;
    use crate::renewals;

    on_both_engines! {
        // What is measured is filled past the commands, so it must follow every change of the tables.
        async fn what_is_measured_is_made_as_the_tables_are(world) {
            let shop = provider(world).await;
            customers(world, &shop, 3).await;
            renewals::run(world, 3).await;
            assert_eq!(renewals::written(&world.db).await[0].1.len(), 3);
            assert_eq!(world.breaks().await, Vec::<String>::new());
        }
    }
}
