//! Amounts, currencies and days that cannot be.

use serde_json::{Value, json};

use super::doors::{Doors, on_both, says};
use hostwright_tests::text;

fn payment(doors: &Doors, change: (&str, Value)) -> Value {
    let mut payment = json!({
        "customer_id": doors.customer.id, "amount": "10.00", "currency": "EUR", "reference": "transfer-1",
    });
    payment[change.0] = change.1;
    payment
}

on_both! {
    async fn a_wrong_currency_is_refused(doors) {
        let owner = &doors.owner;
        for (currency, code) in [
            ("USD", "payments.wrong_currency"),
            ("EURO", "request.field_invalid"),
            ("eur", "request.field_invalid"),
            ("\u{20ac}", "request.field_invalid"),
        ] {
            let wrong = payment(doors, ("currency", json!(currency)));
            doors.refuse(owner, "payments.record", wrong, says(422, code, "currency")).await;
            let grant = json!({ "customer_id": doors.customer.id, "amount": "5.00", "currency": currency, "reason": "Sorry" });
            doors.refuse(owner, "credits.grant", grant, says(422, code, "currency")).await;
        }
        let price = json!({ "plan_id": doors.shop.plan_id, "currency": "XXX", "months": 1, "amount": "1.00" });
        doors.refuse(owner, "plans.set_price", price, says(422, "request.field_invalid", "currency")).await;
        let dollars = json!({ "plan_id": doors.shop.plan_id, "currency": "USD", "months": 1, "amount": "11.00" });
        let dollars = doors.world.done(&doors.world.owner(), "plans.set_price", dollars).await;
        let mut wish = hostwright_tests::wish(&doors.customer, &doors.shop, "web1");
        wish["price_id"] = dollars["id"].clone();
        doors.refuse(&doors.carla, "orders.quote", wish, says(422, "orders.wrong_currency", "price_id")).await;
    }
}

/// Texts that are no amount above zero, with what is said about each.
const AMOUNTS: &[(&str, &str)] = &[
    ("-1.00", "billing.amount_not_positive"),
    ("0", "billing.amount_not_positive"),
    ("0.00", "billing.amount_not_positive"),
    ("0.001", "billing.amount_unreadable"),
    ("1e5", "billing.amount_unreadable"),
    ("NaN", "billing.amount_unreadable"),
    ("+1", "billing.amount_unreadable"),
    ("--1", "billing.amount_unreadable"),
    ("1.2.3", "billing.amount_unreadable"),
    ("0x10", "billing.amount_unreadable"),
    ("\u{661}\u{662}", "billing.amount_unreadable"),
    ("10000000000000.01", "billing.amount_too_large"),
    ("9223372036854775808", "billing.amount_too_large"),
    ("99999999999999999999999999999999999999.99", "billing.amount_too_large"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_negative_empty_or_overflowing_amount_is_refused() {
    let doors = Doors::sqlite().await;
    let owner = &doors.owner;
    for (amount, code) in AMOUNTS {
        let wrong = payment(&doors, ("amount", json!(amount)));
        doors.refuse(owner, "payments.record", wrong, says(422, code, "amount")).await;
        let grant = json!({ "customer_id": doors.customer.id, "amount": amount, "reason": "Sorry" });
        doors.refuse(owner, "credits.grant", grant, says(422, code, "amount")).await;
    }
    for (field, amount) in
        [("amount", "-0.01"), ("amount", "99999999999999999999"), ("setup", "-5.00"), ("setup", "1e3")]
    {
        let mut price =
            json!({ "plan_id": doors.shop.plan_id, "currency": "EUR", "months": 1, "amount": "10.00", "setup": "0" });
        price[field] = json!(amount);
        let code = if field == "amount" { "catalogue.amount" } else { "catalogue.setup" };
        doors.refuse(owner, "plans.set_price", price, says(422, code, field)).await;
    }
    for months in [0, -1, 121, i64::MAX, i64::MIN] {
        let price = json!({ "plan_id": doors.shop.plan_id, "currency": "EUR", "months": months, "amount": "10.00" });
        doors.refuse(owner, "plans.set_price", price, says(422, "request.field_invalid", "months")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_cannot_be_computed_is_refused() {
    let doors = Doors::sqlite().await;
    let owner = &doors.owner;
    let line = |change: (&str, &str)| {
        let mut line = json!({ "description": "Work", "unit": "10.00", "quantity": "1" });
        line[change.0] = json!(change.1);
        json!({ "customer_id": doors.customer.id, "lines": [line] })
    };
    for unit in ["-1.00", "0.005", "99999999999999999999", "ten"] {
        doors
            .refuse(owner, "invoices.draft", line(("unit", unit)), says(422, "invoices.line_price", "lines[0].unit"))
            .await;
    }
    for quantity in ["0", "-1"] {
        let says = says(422, "invoices.line_quantity", "lines[0].quantity");
        doors.refuse(owner, "invoices.draft", line(("quantity", quantity)), says).await;
    }
    let says_invalid = says(422, "request.field_invalid", "lines[0].quantity");
    doors.refuse(owner, "invoices.draft", line(("quantity", "many")), says_invalid).await;
    // Each fits, and together they do not: the product is checked, not wrapped.
    let huge = json!({ "customer_id": doors.customer.id, "lines": [
        { "description": "Work", "unit": "9999999999999.99", "quantity": "9999999999999" },
    ] });
    let before = super::state::State::of(&doors.world).await;
    let reply = doors.rest(owner, "invoices.draft", &huge).await;
    assert_eq!(reply.status.as_u16(), 422, "{}", reply.body);
    assert_eq!(before.changes(&super::state::State::of(&doors.world).await), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_date_in_the_past_or_one_that_never_was_is_refused() {
    let doors = Doors::sqlite().await;
    let owner = &doors.owner;
    let rate = |day: &str| json!({ "country": "DE", "percent": "20", "valid_from": day });
    doors.refuse(owner, "tax.set_rate", rate("2027-01-30"), says(409, "tax.rate_in_force", "valid_from")).await;
    doors.refuse(owner, "tax.set_rate", rate("2027-02-29"), says(422, "request.field_invalid", "valid_from")).await;
    doors.refuse(owner, "tax.set_rate", rate("-0001-01-01"), says(422, "request.field_invalid", "valid_from")).await;
    for (day, code) in [
        ("2027-02-01", "payments.future_day"),
        ("9999-12-31", "payments.future_day"),
        ("0227-01-30", "payments.past_day"),
        ("2016-12-31", "payments.past_day"),
        ("31.01.2027", "request.field_invalid"),
        ("2027-13-01", "request.field_invalid"),
    ] {
        let wrong = payment(&doors, ("received_day", json!(day)));
        doors.refuse(owner, "payments.record", wrong, says(422, code, "received_day")).await;
    }
    let draft = json!({ "customer_id": doors.customer.id, "lines": [{ "description": "Work", "unit": "10.00" }] });
    let draft = text(&doors.world.done(&doors.world.owner(), "invoices.draft", draft).await, "id");
    for days in [-1, 366, i64::MIN, i64::MAX] {
        let issue = json!({ "invoice_id": draft, "due_days": days });
        doors.refuse(owner, "invoices.issue", issue, says(422, "invoices.due_days", "due_days")).await;
        let key = json!({ "name": "script", "scopes": ["*"], "valid_days": if days == 366 { 0 } else { days } });
        doors.refuse(owner, "auth.create_api_key", key, says(422, "auth.valid_days", "valid_days")).await;
    }
    let backwards = json!({ "customer_id": doors.customer.id, "lines": [{
        "description": "Work", "unit": "10.00", "period": { "start": "2027-02-28", "end": "2027-01-31" },
    }] });
    let reply = doors.rest(owner, "invoices.draft", &backwards).await;
    assert_eq!(reply.problem(422), "request.invalid", "{}", reply.body);
    assert_eq!(reply.json()["errors"][0]["code"], "invoices.line_period", "{}", reply.body);
}
