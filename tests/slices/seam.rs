//! The whole seam: plan, order, server, invoice, renewal, suspension, the end.

use hostwright_panel::auth::policy::MemberRole;
use hostwright_tests::{World, on_both_engines, text, wish};
use serde_json::{Value, json};

async fn server(world: &World, id: &str) -> Value {
    world.done(&world.owner(), "servers.show", json!({ "server_id": id })).await
}

async fn invoices(world: &World) -> Vec<Value> {
    let listed = world.done(&world.owner(), "invoices.list", json!({})).await;
    listed["items"].as_array().cloned().unwrap()
}

on_both_engines! {
    async fn an_order_is_built_when_it_is_paid_and_not_before(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        world.settle().await;
        assert_eq!(order["total"], json!({ "minor": 1785, "currency": "EUR" }));
        let id = text(&order, "server_id");
        assert_ne!(server(world, &id).await["state"], "running");
        assert_eq!(world.refused(&customer.call, "servers.start", json!({ "server_id": id })).await, "servers.not_paid");

        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        assert_eq!(server(world, &id).await["state"], "running");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn what_is_on_its_way_to_the_server_is_no_break_and_what_never_arrives_is_one(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        let subscription = text(&order, "subscription_id");
        world
            .done(&world.owner(), "subscriptions.suspend", json!({ "subscription_id": subscription, "reason": "late" }))
            .await;
        // The panel died here: committed, and its reaction still to come.
        assert_eq!(world.breaks().await, Vec::<String>::new());
        world.clock.advance_days(1);
        assert_eq!(world.breaks().await.len(), 1, "an event that waits a day is told, once");
        world.settle().await;
        assert_eq!(world.breaks().await, Vec::<String>::new());
        assert_eq!(server(world, &text(&order, "server_id")).await["state"], "shut_off");
    }

    async fn a_quote_accepted_twice_is_one_order(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let quote = world.done(&customer.call, "orders.quote", wish(&customer, &shop, "web1")).await;
        let first = world.done(&customer.call, "orders.place", json!({ "token": quote["token"] })).await;
        let second = world.done(&customer.call, "orders.place", json!({ "token": quote["token"] })).await;
        assert_eq!(first["id"], second["id"]);
        assert_eq!(invoices(world).await.len(), 1);
    }

    async fn what_was_quoted_is_charged_or_nothing_is(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let quote = world.done(&customer.call, "orders.quote", wish(&customer, &shop, "web1")).await;
        world
            .done(&world.owner(), "plans.set_price", json!({ "plan_id": shop.plan_id, "currency": "EUR", "months": 1, "amount": "12.00" }))
            .await;
        let code = world.refused(&customer.call, "orders.place", json!({ "token": quote["token"] })).await;
        assert!(!code.is_empty());
        assert!(invoices(world).await.is_empty());
    }

    async fn another_customer_cannot_accept_or_see_anything(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let (carla, mallory) = (world.customer("Carla").await, world.customer("Mallory").await);
        let quote = world.done(&carla.call, "orders.quote", wish(&carla, &shop, "web1")).await;
        assert_eq!(world.refused(&mallory.call, "orders.place", json!({ "token": quote["token"] })).await, "request.not_found");
        let order = world.order(&carla, &shop, "web2").await;
        for (action, input) in [
            ("servers.show", json!({ "server_id": order["server_id"] })),
            ("servers.start", json!({ "server_id": order["server_id"] })),
            ("invoices.show", json!({ "invoice_id": order["invoice_id"] })),
            ("invoices.pdf", json!({ "invoice_id": order["invoice_id"] })),
            ("subscriptions.show", json!({ "subscription_id": order["subscription_id"] })),
            ("customers.show", json!({ "customer_id": carla.id })),
        ] {
            assert_eq!(world.refused(&mallory.call, action, input).await, "request.not_found", "{action}");
        }
        let member = world.member(&carla.id, MemberRole::Member);
        assert_eq!(world.refused(&member, "orders.quote", wish(&carla, &shop, "web3")).await, "auth.not_permitted");
    }

    async fn a_month_later_it_renews_is_stopped_when_unpaid_and_runs_again_when_paid(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        let id = text(&order, "server_id");
        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;

        // Ordered on 31 January: the next period begins on 28 February.
        world.days_pass(13).await;
        assert_eq!(invoices(world).await.len(), 1, "13 February is too early");
        world.days_pass(1).await;
        let issued = invoices(world).await;
        assert_eq!(issued.len(), 2);
        let renewal = issued.iter().find(|invoice| invoice["id"] != order["invoice_id"]).cloned().unwrap();
        assert_eq!(renewal["due_day"], "2027-02-28");
        assert_eq!(renewal["total"]["minor"], 1190);
        world.days_pass(0).await;
        assert_eq!(invoices(world).await.len(), 2, "running again changes nothing");

        world.days_pass(14).await;
        assert_eq!(server(world, &id).await["state"], "running");
        world.days_pass(8).await;
        assert_eq!(server(world, &id).await["state"], "shut_off");
        assert_eq!(world.refused(&customer.call, "servers.start", json!({ "server_id": id })).await, "servers.suspended");

        world.pay(&text(&renewal, "id"), "transfer-2").await;
        world.settle().await;
        assert_eq!(server(world, &id).await["state"], "running");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn never_paid_it_ends_and_its_disk_can_be_brought_back_for_a_week(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        world.days_pass(28).await;
        world.days_pass(31).await;
        let subscription =
            world.done(&world.owner(), "subscriptions.show", json!({ "subscription_id": order["subscription_id"] })).await;
        assert_eq!(subscription["state"], "terminated");
        let id = text(&order, "server_id");
        assert_eq!(server(world, &id).await["desired"], "deleted");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn one_transfer_recorded_twice_is_one_payment(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        let invoice = text(&order, "invoice_id");
        let input = json!({
            "customer_id": customer.id, "invoice_id": invoice, "method": "bank_transfer", "reference": "same",
            "amount": "20.00", "currency": "EUR", "received_day": "2027-01-31",
        });
        let first = world.done(&world.owner(), "payments.record", input.clone()).await;
        let second = world.done(&world.owner(), "payments.record", input).await;
        assert_eq!(first["id"], second["id"]);
        let payments = world.done(&world.owner(), "payments.list", json!({})).await;
        assert_eq!(payments["items"].as_array().map(Vec::len), Some(1));
        let balance = world.done(&world.owner(), "ledger.balance", json!({ "customer_id": customer.id })).await;
        assert_eq!(balance["credit"]["minor"], 215, "{balance}");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn mails_tell_the_customer_what_happened_once(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        world.settle().await;
        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        let subjects: Vec<String> = world.mailbox.to("carla@example.org").into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects.len(), 3, "{subjects:?}");
        assert!(subjects[0].starts_with("Invoice 2027-00001 over EUR 17.85"), "{subjects:?}");
    }

    async fn the_same_key_gives_the_same_answer_and_another_body_is_refused(world) {
        world.set_up().await;
        let customer = world.customer("Carla").await;
        let shop = world.shop().await;
        let wished = wish(&customer, &shop, "web1");
        let first = world.run_with_key(&customer.call, "orders.quote", wished.clone(), Some("k1")).await.unwrap();
        let again = world.run_with_key(&customer.call, "orders.quote", wished, Some("k1")).await.unwrap();
        assert_eq!(first, again);
        let other = world.run_with_key(&customer.call, "orders.quote", wish(&customer, &shop, "web2"), Some("k1")).await;
        assert_eq!(other.unwrap_err().code(), "request.idempotency_key_reused");
    }
}
