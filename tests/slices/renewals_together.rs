//! Renewals that share a transaction.

use diesel::RunQueryDsl;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::on_each;
use hostwright_tests::{Customer, Shop, World, on_both_engines, text};
use serde_json::{Value, json};

/// A customer in a country, with a server that runs.
async fn served(world: &World, shop: &Shop, name: &str, country: &str) -> Value {
    let made = world
        .done(
            &world.owner(),
            "customers.create",
            json!({
                "name": name, "email": format!("{}@example.org", name.to_lowercase()), "street": "Weg 2",
                "postal_code": "10115", "city": "Berlin", "country": country, "currency": "EUR", "locale": "en",
                "time_zone": "Europe/Berlin",
            }),
        )
        .await;
    let id = text(&made, "id");
    let customer = Customer { call: world.member(&id, MemberRole::Owner), id };
    let order = world.order(&customer, shop, &name.to_lowercase()).await;
    world.pay(&text(&order, "invoice_id"), name).await;
    world.settle().await;
    order
}

async fn items(world: &World, action: &str) -> Vec<Value> {
    let listed = world.done(&world.owner(), action, json!({ "limit": 100 })).await;
    listed["items"].as_array().cloned().unwrap()
}

async fn renewals(world: &World) -> Vec<Value> {
    items(world, "invoices.list").await.into_iter().filter(|invoice| invoice["purpose"] == "renewal").collect()
}

on_both_engines! {
    async fn a_refused_renewal_parks_its_own_account_and_no_other(world) {
        world.set_up().await;
        let shop = world.shop().await;
        for name in ["Anna", "Ben", "Cleo"] {
            served(world, &shop, name, "DE").await;
        }
        let french = served(world, &shop, "Denis", "FR").await;
        served(world, &shop, "Emil", "DE").await;
        world
            .db
            .write(|tx| {
                on_each!(&mut *tx.conn, |conn| diesel::sql_query("DELETE FROM tax_rates WHERE country = 'FR'").execute(conn))?;
                Ok(())
            })
            .await
            .unwrap();
        world.days_pass(14).await;
        assert_eq!(renewals(world).await.len(), 4);
        let parked: Vec<Value> =
            items(world, "tasks.list").await.into_iter().filter(|task| task["kind"] == "renewals.one").collect();
        assert_eq!(parked.len(), 1, "{parked:?}");
        assert_eq!(parked[0]["subject"], french["subscription_id"]);
        assert!(parked[0]["reason"].as_str().unwrap().contains("tax.no_rate"), "{parked:?}");
        assert_eq!(world.breaks().await, Vec::<String>::new());

        let rate = json!({ "country": "FR", "percent": "20", "valid_from": "2027-02-14" });
        world.done(&world.owner(), "tax.set_rate", rate).await;
        world.done(&world.owner(), "tasks.retry", json!({ "task_id": parked[0]["id"] })).await;
        world.settle().await;
        let billed = renewals(world).await;
        assert_eq!(billed.len(), 5);
        // Renewed alone or together: the same invoice but for its buyer.
        for invoice in &billed {
            let alone = invoice["customer_id"] == french["customer_id"];
            assert_eq!(invoice["total"]["minor"], if alone { 1200 } else { 1190 }, "{invoice}");
            assert_eq!(invoice["due_day"], "2027-02-28");
            assert_eq!(invoice["state"], "issued");
        }
        assert_eq!(world.breaks().await, Vec::<String>::new());
        world.days_pass(0).await;
        assert_eq!(renewals(world).await.len(), 5, "running again changes nothing");
    }

    async fn two_runs_at_once_bill_each_period_once(world) {
        world.set_up().await;
        let shop = world.shop().await;
        for name in ["Anna", "Ben", "Cleo", "Denis"] {
            served(world, &shop, name, "DE").await;
        }
        let other = world.beside();
        world.clock.advance_days(14);
        let ids: Vec<_> = items(world, "subscriptions.list").await.iter().map(|one| text(one, "id").parse().unwrap()).collect();
        let together = |panel: &World| {
            let (db, ids): (_, Vec<hostwright_panel::subscriptions::model::SubscriptionId>) = (panel.db.clone(), ids.clone());
            tokio::spawn(async move {
                db.write(move |tx| {
                    let today = hostwright_panel::billing::entity::load_in(tx)?.today(tx.now());
                    Ok(hostwright_panel::renewals::commands::renew_together_in(tx, &ids, today)?.billed.len())
                })
                .await
            })
        };
        let runs = [together(world), together(&other), together(world), together(&other)];
        let mut billed = 0;
        for run in runs {
            billed += run.await.unwrap().unwrap();
        }
        assert_eq!(billed, 4);
        assert_eq!(renewals(world).await.len(), 4);
        world.settle().await;
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_long_standstill_is_caught_up_period_by_period(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let patient = json!({
            "invoice_days_ahead": 14, "first_due_days": 7, "reminder_days": [], "suspend_after_days": 364,
            "terminate_after_days": 365,
        });
        world.done(&world.owner(), "renewals.set_policy", patient).await;
        for name in ["Anna", "Ben"] {
            served(world, &shop, name, "DE").await;
        }
        world.days_pass(75).await;
        assert_eq!(renewals(world).await.len(), 6);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }
}
