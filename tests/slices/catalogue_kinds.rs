//! Plans that sell something else than servers: they are billed, renewed and ended like
//! any other, and no node hears of it.

use diesel::prelude::*;
use hostwright_kernel::Clock;
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::{PlanId, PriceId, RenewalChoice};
use hostwright_panel::platform::schema::plans;
use hostwright_panel::subscriptions;
use hostwright_panel::subscriptions::model::NewSubscription;
use hostwright_tests::{Customer, World, on_both_engines, text, wish};
use serde_json::json;

const KINDS: [(&str, &[&str]); 4] = [
    ("hosting", &[]),
    ("domain_registration", &["de", "co.uk"]),
    ("hosting_and_registration", &["com"]),
    ("resource", &[]),
];

/// A plan of this kind at EUR 3.00 a month; its id and its price's.
async fn plan(world: &World, kind: &str, tlds: &[&str]) -> (String, String) {
    let made = world.done(&world.owner(), "plans.create", json!({ "name": kind, "kind": kind, "tlds": tlds })).await;
    assert_eq!((&made["kind"], &made["vcpus"]), (&json!(kind), &json!(0)), "{made}");
    let price = json!({ "plan_id": made["id"], "currency": "EUR", "months": 1, "amount": "3.00" });
    (text(&made, "id"), text(&world.done(&world.owner(), "plans.set_price", price).await, "id"))
}

/// A running subscription from today on; its id.
async fn sold(world: &World, customer: &Customer, (plan, price): &(String, String)) -> String {
    let (plan, price): (PlanId, PriceId) = (plan.parse().unwrap(), price.parse().unwrap());
    let start = world.clock.now().day_in(&jiff::tz::TimeZone::UTC);
    let customer_id = customer.id.clone();
    let sold = world.db.write(move |tx| {
        let (plan, price) = catalogue::queries::sellable_in(tx, &plan, &price)?;
        let customer_id = customer_id.clone();
        let new = NewSubscription { customer_id, plan, price, start, renewal: RenewalChoice::Automatic };
        let made = subscriptions::commands::create_in(tx, &new)?;
        subscriptions::commands::activate_in(tx, &made.id)
    });
    sold.await.unwrap().id.to_string()
}

on_both_engines! {
    async fn every_kind_renews_and_only_servers_are_ordered(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let ada = world.customer("Ada").await;
        let before = world.hypervisor.inventory();
        let mut ids = Vec::new();
        for (kind, tlds) in KINDS {
            let sale = plan(world, kind, tlds).await;
            let mut wanted = wish(&ada, &shop, "web1");
            (wanted["plan_id"], wanted["price_id"]) = (json!(sale.0), json!(sale.1));
            assert_eq!(world.refused(&ada.call, "orders.quote", wanted).await, "orders.kind_not_ordered", "{kind}");
            ids.push(sold(world, &ada, &sale).await);
        }
        world.settle().await;
        world.days_pass(30).await;
        for id in &ids {
            let shown = world.done(&ada.call, "subscriptions.show", json!({ "subscription_id": id })).await;
            assert!(shown["periods_billed"].as_i64().unwrap() >= 2, "{shown}");
        }
        let invoices = world.done(&ada.call, "invoices.list", json!({})).await;
        assert!(invoices["items"].as_array().unwrap().len() >= KINDS.len(), "{invoices}");
        for id in &ids {
            let input = json!({ "subscription_id": id, "reason": "Test" });
            world.done(&world.owner(), "subscriptions.suspend", input.clone()).await;
            world.settle().await;
            world.done(&world.owner(), "subscriptions.resume", json!({ "subscription_id": id })).await;
            world.settle().await;
            world.done(&world.owner(), "subscriptions.terminate", input).await;
            world.settle().await;
        }
        assert_eq!(world.hypervisor.inventory(), before, "nothing is done on a node");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn plans_go_down_and_up_with_what_was_sold_from_them(world) {
        world.set_up().await;
        world.shop().await;
        let ada = world.customer("Ada").await;
        let id = sold(world, &ada, &plan(world, "resource", &[]).await).await;
        loop {
            let reverted = world.db.revert_last_migration().unwrap();
            if reverted.contains("0016") {
                break;
            }
        }
        let kinds = |world: &World| {
            let db = world.db.clone();
            async move { db.read(|tx| Ok(plans::table.order(plans::id).select(plans::kind).load::<String>(tx.conn)?)).await.unwrap() }
        };
        assert_eq!(kinds(world).await, ["private_server", "private_server"], "the old version knows no other kind");
        world.db.migrate().unwrap();
        assert_eq!(kinds(world).await.len(), 2);
        let shown = world.done(&ada.call, "subscriptions.show", json!({ "subscription_id": id })).await;
        assert_eq!(shown["plan_name"], "resource");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }
}
