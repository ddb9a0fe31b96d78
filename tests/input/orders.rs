//! Orders made from what is not, or no longer, on offer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hostwright_panel::platform::secrets::Vault;
use hostwright_tests::{text, wish};
use serde_json::{Value, json};

use super::doors::{Doors, on_both, says};
use super::state::State;
use crate::surfaces::site::read;

async fn quoted(doors: &Doors, hostname: &str) -> String {
    let wish = wish(&doors.customer, &doors.shop, hostname);
    text(&doors.world.done(&doors.customer.call, "orders.quote", wish).await, "token")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_quote_is_refused() {
    let doors = Doors::sqlite().await;
    let token = quoted(&doors, "web1").await;
    doors.world.clock.advance_seconds(1_801);
    doors
        .refuse(&doors.carla, "orders.place", json!({ "token": token }), says(409, "orders.quote_expired", "token"))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_quote_is_refused() {
    let doors = Doors::sqlite().await;
    let token = quoted(&doors, "web1").await;
    let (body, signature) = token.split_once('.').unwrap();
    let mut cheaper: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    cheaper["total"]["minor"] = json!(1);
    let cheaper = URL_SAFE_NO_PAD.encode(cheaper.to_string());
    let elsewhere = Vault::new([7; 32]).sign("orders.quote", cheaper.as_bytes());
    let for_another_use = doors.world.app.vault.sign("csrf", cheaper.as_bytes());
    for altered in [
        format!("{cheaper}.{signature}"),
        format!("{cheaper}.{elsewhere}"),
        format!("{cheaper}.{for_another_use}"),
        format!("{cheaper}."),
        format!("{body}.{}", signature.to_lowercase()),
        format!("{body}.{signature}.{signature}"),
        body.to_owned(),
        ".".to_owned(),
        "\u{1f4b6}".repeat(50),
        "a".repeat(100_000),
    ] {
        let input = json!({ "token": altered });
        doors.refuse(&doors.carla, "orders.place", input, says(422, "orders.quote_forged", "token")).await;
    }
    // What is on the page of the quote is the server's word as well.
    let page =
        read(doors.site.get(&doors.carla.browser, &format!("/portal/order/confirm?token={cheaper}.{signature}"))).await;
    assert!(page.body.contains("not one of ours or was altered"), "{}", page.body);
    assert!(!page.body.contains("orders.place") && !page.body.contains("0.01"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_whose_price_has_changed_is_refused() {
    let doors = Doors::sqlite().await;
    let token = quoted(&doors, "web1").await;
    let rate = json!({ "country": "DE", "percent": "23", "valid_from": "2027-01-31" });
    doors.world.done(&doors.world.owner(), "tax.set_rate", rate).await;
    doors
        .refuse(&doors.carla, "orders.place", json!({ "token": token }), says(409, "orders.quote_changed", "token"))
        .await;
}

on_both! {
    async fn a_field_such_as_a_coupon_is_refused(doors) {
        let token = quoted(doors, "web1").await;
        for (field, value) in [("coupon", "FREE100"), ("discount", "100"), ("total", "0.01"), ("is_staff", "true")] {
            let mut place = json!({ "token": token });
            place[field] = json!(value);
            doors.refuse(&doors.carla, "orders.place", place, says(422, "request.field_unknown", field)).await;
            let mut wish = wish(&doors.customer, &doors.shop, "web1");
            wish[field] = json!(value);
            doors.refuse(&doors.carla, "orders.quote", wish, says(422, "request.field_unknown", field)).await;
        }
    }

    async fn another_customers_id_is_not_there(doors) {
        let missing = || says(404, "request.not_found", "");
        let theirs = doors.stranger.clone();
        let order = doors.world.order(&theirs, &doors.shop, "web9").await;
        doors.world.settle().await;
        doors.refuse(&doors.carla, "customers.show", json!({ "customer_id": theirs.id }), missing()).await;
        doors.refuse(&doors.carla, "ledger.balance", json!({ "customer_id": theirs.id }), missing()).await;
        doors.refuse(&doors.carla, "customers.update", json!({ "customer_id": theirs.id, "name": "Mine" }), missing()).await;
        doors.refuse(&doors.carla, "orders.quote", wish(&theirs, &doors.shop, "web1"), missing()).await;
        let invoice = json!({ "invoice_id": order["invoice_id"] });
        doors.refuse(&doors.carla, "invoices.show", invoice.clone(), missing()).await;
        doors.refuse(&doors.carla, "invoices.pdf", invoice.clone(), missing()).await;
        doors.refuse(&doors.carla, "credits.apply", invoice, missing()).await;
        let server = json!({ "server_id": order["server_id"] });
        for action in ["servers.show", "servers.console", "servers.start", "servers.power_off"] {
            doors.refuse(&doors.carla, action, server.clone(), missing()).await;
        }
        for path in [
            format!("/portal/invoices/{}", text(&order, "invoice_id")),
            format!("/portal/servers/{}", text(&order, "server_id")),
            format!("/portal/subscriptions/{}", text(&order, "subscription_id")),
        ] {
            let page = read(doors.site.get(&doors.carla.browser, &path)).await;
            assert_eq!(page.status.as_u16(), 404, "{path}");
        }
    }

    async fn a_full_node_takes_nothing_more(doors) {
        let owner = doors.world.owner();
        doors.world.order(&doors.customer, &doors.shop, "web1").await;
        let full = json!({ "node_id": doors.shop.node_id, "vcpus_total": 1 });
        doors.world.done(&owner, "nodes.update", full).await;
        doors.world.settle().await;
        let token = quoted(doors, "web2").await;
        doors.refuse(&doors.carla, "orders.place", json!({ "token": token }), says(409, "servers.no_room", "")).await;
        let below = json!({ "node_id": doors.shop.node_id, "memory_mib_total": 1 });
        doors.refuse(&doors.owner, "nodes.update", below, says(409, "nodes.totals_below_reserved", "")).await;
        let room = json!({ "node_id": doors.shop.node_id, "vcpus_total": 2 });
        doors.world.done(&owner, "nodes.update", room).await;
        doors.world.done(&doors.customer.call, "orders.place", json!({ "token": token })).await;
    }

    async fn without_a_free_address_nothing_is_ordered(doors) {
        let owner = doors.world.owner();
        let mut last = String::new();
        loop {
            let free = json!({ "state": "free", "limit": 200 });
            let page = doors.world.done(&owner, "addresses.list", free).await;
            let items = page["items"].as_array().cloned().unwrap();
            for address in &items {
                last = text(address, "id");
                doors.world.done(&owner, "addresses.reserve", json!({ "address_id": last })).await;
            }
            if items.is_empty() {
                break;
            }
        }
        let token = quoted(doors, "web1").await;
        doors.refuse(&doors.carla, "orders.place", json!({ "token": token }), says(409, "servers.no_room", "")).await;
        doors.world.done(&owner, "addresses.release", json!({ "address_id": last })).await;
        doors.world.done(&doors.customer.call, "orders.place", json!({ "token": token })).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_is_gone_is_not_ordered() {
    let doors = Doors::sqlite().await;
    let token = quoted(&doors, "web1").await;
    let gone = says(409, "images.not_offered", "image_id");
    let mut never = wish(&doors.customer, &doors.shop, "web1");
    never["image_id"] = json!(hostwright_kernel::id::fresh("img"));
    doors.refuse(&doors.carla, "orders.quote", never, gone).await;
    doors.world.done(&doors.world.owner(), "images.retire", json!({ "image_id": doors.shop.image_id })).await;
    doors.refuse(&doors.carla, "orders.quote", wish(&doors.customer, &doors.shop, "web1"), gone).await;
    doors.refuse(&doors.carla, "orders.place", json!({ "token": token }), gone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_has_no_pdf() {
    let doors = Doors::sqlite().await;
    let draft = json!({ "customer_id": doors.customer.id, "lines": [{ "description": "Work", "unit": "10.00" }] });
    let draft = text(&doors.world.done(&doors.world.owner(), "invoices.draft", draft).await, "id");
    let input = json!({ "invoice_id": draft });
    doors.refuse(&doors.owner, "invoices.pdf", input.clone(), says(409, "invoices.draft_has_no_pdf", "")).await;
    // The customer does not know of drafts at all.
    doors.refuse(&doors.carla, "invoices.pdf", input, says(404, "request.not_found", "")).await;
    let before = State::of(&doors.world).await;
    let page = read(doors.site.get(&doors.owner.browser, &format!("/staff/invoices/{draft}"))).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!page.body.contains(&format!("/api/v1/invoices/{draft}/pdf")), "the page of a draft offers no PDF");
    assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
}
