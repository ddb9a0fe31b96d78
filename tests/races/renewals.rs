//! Renewals that two panels run at once.

use std::collections::BTreeSet;

use hostwright_kernel::Day;
use hostwright_panel::billing::entity;
use hostwright_panel::billing::invoices;
use hostwright_panel::platform::jobs;
use hostwright_panel::platform::worker::{Handler, Run};
use hostwright_panel::renewals::commands::{follow_ladder_in, renew_in};
use hostwright_panel::renewals::jobs::{RUN, RunHandler};
use hostwright_panel::subscriptions::model::SubscriptionId;
use hostwright_tests::{Customer, Shop, World, on_both_engines, text};
use serde_json::json;

use super::jobs::lose_leases;
use super::*;

/// Servers that run and are paid for a month; their subscriptions.
async fn running(world: &World, count: usize) -> Vec<String> {
    world.set_up().await;
    let shop = world.shop().await;
    let customer = world.customer("Carla").await;
    let mut subscriptions = Vec::new();
    for number in 0..count {
        subscriptions.push(one(world, &customer, &shop, number).await);
    }
    world.settle().await;
    subscriptions
}

async fn one(world: &World, customer: &Customer, shop: &Shop, number: usize) -> String {
    let order = world.order(customer, shop, &format!("web{number}")).await;
    world.pay(&text(&order, "invoice_id"), &format!("transfer-{number}")).await;
    text(&order, "subscription_id")
}

/// Invoices issued, with their numbers.
async fn numbers(world: &World) -> BTreeSet<String> {
    let listed = world.done(&world.owner(), "invoices.list", json!({ "limit": 200 })).await;
    listed["items"].as_array().unwrap().iter().map(|invoice| text(invoice, "number")).collect()
}

fn numbered(count: usize) -> BTreeSet<String> {
    (1..=count).map(|n| format!("2027-{n:05}")).collect()
}

fn today(world: &World) -> Day {
    world.db.read_now(|tx| Ok(entity::load_in(tx)?.today(tx.now()))).unwrap()
}

fn handler(panel: &World) -> RunHandler {
    let call = Call::system(panel.db.clone(), panel.app.vault.clone(), panel.app.public_url.clone(), "renewals");
    RunHandler { call }
}

on_both_engines! {
    async fn renewals_run_by_two_panels_at_once_bill_each_subscription_once(world) {
        let sold = running(world, 12).await.len();
        let beside = world.beside();
        world.clock.advance_days(14);
        let tasks = at_once(HANDS, |hand| {
            press(if hand % 2 == 0 { world } else { &beside }, &world.owner(), "renewals.run", json!({}))
        })
        .await;
        let tasks: BTreeSet<String> = all_answered(tasks).iter().map(|task| text(task, "task_id")).collect();
        assert_eq!(tasks.len(), 1, "one run, whoever asks for it");
        settle_together([world, &beside]).await;
        assert_eq!(numbers(world).await, numbered(2 * sold));
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_run_that_goes_on_after_its_lease_was_taken_over_bills_nothing_twice(world) {
        let sold = running(world, 6).await.len();
        let beside = world.beside();
        world.clock.advance_days(14);
        world.done(&world.owner(), "renewals.run", json!({})).await;
        let first = world.db.write_now(|tx| jobs::claim(tx, "first", &[RUN])).unwrap().unwrap();
        lose_leases(&world.db, "first");
        let second = beside.db.write_now(|tx| jobs::claim(tx, "second", &[RUN])).unwrap().unwrap();
        assert_eq!(second.attempt, 2);
        let (one, other) = (handler(world), handler(&beside));
        let runs = [Run { db: world.db.clone(), job: first }, Run { db: beside.db.clone(), job: second }];
        let (late, right) = tokio::join!(one.run(&runs[0]), other.run(&runs[1]));
        assert!(late.is_err(), "who lost the lease is told so");
        right.unwrap();
        assert_eq!(numbers(world).await, numbered(2 * sold));
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_subscription_renewed_by_sixty_four_hands_at_once_is_billed_once_and_nobody_is_refused(world) {
        let sold = running(world, 2).await;
        let beside = world.beside();
        world.clock.advance_days(14);
        let (today, ids) = (today(world), sold.clone());
        let panels = [world.db.clone(), beside.db.clone()];
        let renewed = threads_at_once(HANDS, move |hand| {
            let id: SubscriptionId = ids[hand / 2 % 2].parse().unwrap();
            panels[hand % 2].write_now(|tx| renew_in(tx, &id, today)).unwrap().0
        });
        assert_eq!(renewed.into_iter().sum::<u64>(), 2);
        assert_eq!(numbers(world).await, numbered(4));
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_payment_that_comes_while_the_ladder_is_followed_keeps_the_server_running(world) {
        let sold = running(world, 1).await;
        let beside = world.beside();
        world.days_pass(14).await;
        world.clock.advance_days(22);
        let day = today(world);
        let overdue = world.db.read_now(|tx| invoices::queries::overdue_in(tx, day, None, 10)).unwrap();
        let [invoice] = &overdue[..] else { panic!("{overdue:?}") };
        let (paying, following) = (world.owner(), beside.db.clone());
        let (owed, open) = (invoice.id.clone(), invoice.open.decimal());
        let customer_id = invoice.customer_id.clone();
        let outcomes = at_once(2, |hand| {
            let (owed, following) = (owed.clone(), following.clone());
            let input = json!({ "customer_id": customer_id, "invoice_id": owed, "reference": "late", "amount": open });
            let pay = press(world, &paying, "payments.record", input);
            async move {
                if hand == 0 {
                    return pay.await.map(|_| ());
                }
                following.write(move |tx| follow_ladder_in(tx, &owed, day).map(|_| ())).await
            }
        })
        .await;
        all_answered(outcomes);
        settle_together([world, &beside]).await;
        // Once more, with what was believed before the payment.
        let stale = invoice.id.clone();
        let followed = beside.db.write_now(|tx| follow_ladder_in(tx, &stale, day)).unwrap();
        assert_eq!((followed.reminded, followed.suspended, followed.terminated), (0, 0, 0));
        settle_together([world, &beside]).await;
        let shown = world.done(&world.owner(), "subscriptions.show", json!({ "subscription_id": sold[0] })).await;
        assert_eq!(shown["state"], "active");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn two_changes_of_a_subscription_heard_of_in_the_wrong_order_end_in_what_it_is(world) {
        let sold = running(world, 1).await;
        let owner = world.owner();
        let named = json!({ "subscription_id": sold[0], "reason": "Test" });
        world.done(&owner, "subscriptions.suspend", named.clone()).await;
        world.done(&owner, "subscriptions.resume", json!({ "subscription_id": sold[0] })).await;
        // Another panel is quicker with the second event.
        let open: Vec<String> = open_events(world);
        assert_eq!(open.len(), 2);
        for id in open.iter().rev() {
            react_to(world, id);
        }
        world.settle().await;
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let shown = world.done(&owner, "servers.list", json!({ "subscription_id": sold[0] })).await;
        assert_eq!(shown["items"][0]["state"], "running", "{shown}");
    }
}

fn open_events(world: &World) -> Vec<String> {
    use diesel::prelude::*;
    use hostwright_panel::platform::schema::outbox;
    world
        .db
        .read_now(|tx| {
            Ok(outbox::table.filter(outbox::done_at.is_null()).order(outbox::id).select(outbox::id).load(tx.conn)?)
        })
        .unwrap()
}

/// What the worker does with one event.
fn react_to(world: &World, id: &str) {
    use diesel::prelude::*;
    use hostwright_panel::platform::outbox::Recorded;
    use hostwright_panel::platform::schema::outbox;
    world
        .db
        .write_now(|tx| {
            let event: Recorded = outbox::table.find(id).select(Recorded::as_select()).first(tx.conn)?;
            hostwright_panel::reactions::react(tx, &event)?;
            let now = tx.now();
            diesel::update(outbox::table.find(id)).set(outbox::done_at.eq(now)).execute(tx.conn)?;
            Ok(())
        })
        .unwrap();
}
