//! Subscriptions that move in, and what our renewals make of them.

use hostwright_importer::snapshot::values::Cycle;
use hostwright_importer::snapshot::{Subscription, SubscriptionStatus};
use hostwright_kernel::Currency;
use hostwright_panel::auth::adoption::{Adopted, KeptBecause, Removal};
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::PlanId;
use hostwright_panel::platform::error::Result;
use hostwright_panel::subscriptions::adoption::{
    AdoptSubscription, adopt_in, mapped_state, origin_in, release_in, remove_in,
};
use hostwright_panel::subscriptions::model::SubscriptionId;
use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

use super::adoption_ground::{contents, customer, day, eur, land, nothing_left, undone};

async fn plan(world: &World) -> PlanId {
    let plan = json!({
        "name": "Moved in", "description": "", "vcpus": 1, "memory_mib": 256, "disk_gib": 1, "traffic_gib": 0,
        "private": true, "renewal_choices": ["automatic", "expire"],
    });
    text(&world.done(&world.owner(), "plans.create", plan).await, "id").parse().unwrap()
}

/// Charged EUR 12.34 a month since 31 October, next on 28 February.
fn told(id: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        name: "Webspace L".to_owned(),
        cycle: Some(Cycle::Months(1)),
        price: Some(eur("12.34")),
        setup_fee: Some(eur("5.00")),
        transfer_fee: Some(eur("1.50")),
        refund_days: Some(14),
        started: Some(day("2026-10-31")),
        last_billed: Some(day("2027-01-31")),
        next_due: Some(day("2027-02-28")),
        ..Subscription::default()
    }
}

fn adopt(
    world: &World,
    customer_id: &str,
    plan: &PlanId,
    subscription: &Subscription,
    held: bool,
) -> Result<Adopted<SubscriptionId>> {
    land(world, |tx, landing| {
        let plan = catalogue::queries::load_in(tx, plan)?;
        let adopted = AdoptSubscription {
            prices: &[],
            customer_id,
            plan: &plan,
            subscription,
            state: mapped_state(subscription.status),
            is_next_invoiced: false,
            is_held: held,
            currency: Currency::EUR,
        };
        adopt_in(tx, landing, &adopted)
    })
}

/// Invoices of a customer, oldest first: due day and net.
async fn billed(world: &World, customer_id: &str) -> Vec<(String, i64)> {
    let listed = world.done(&world.owner(), "invoices.list", json!({ "customer_id": customer_id })).await;
    let mut items: Vec<Value> = listed["items"].as_array().unwrap().clone();
    items.reverse();
    items.iter().map(|one| (text(one, "due_day"), one["net"]["minor"].as_i64().unwrap())).collect()
}

fn due(days: &[&str], net: i64) -> Vec<(String, i64)> {
    days.iter().map(|day| ((*day).to_owned(), net)).collect()
}

on_both_engines! {
    async fn renewals_bill_on_the_sources_next_due_day_at_its_price_and_once(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        world.settle().await;
        let before = contents(world);
        let adopted = adopt(world, id.as_str(), &plan, &told("9"), true).unwrap();
        assert_eq!(adopted.remarks, []);
        nothing_left(&before, &contents(world));
        let shown = world.done(&world.owner(), "subscriptions.show", json!({ "subscription_id": adopted.id })).await;
        assert_eq!(shown["next_renewal"]["day"], "2027-02-28");
        assert_eq!(shown["next_renewal"]["amount"]["minor"], 1_234);

        world.clock.advance_days(13);
        world.done(&world.owner(), "renewals.run", json!({})).await;
        world.settle().await;
        // 14 February: it would be billed today, but both systems still run.
        world.days_pass(1).await;
        assert_eq!(billed(world, id.as_str()).await, []);
        assert!(land(world, |tx, landing| release_in(tx, landing, &adopted.id)).unwrap());
        assert!(!land(world, |tx, landing| release_in(tx, landing, &adopted.id)).unwrap());
        world.days_pass(0).await;
        world.days_pass(0).await;
        assert_eq!(billed(world, id.as_str()).await, due(&["2027-02-28"], 1_234));
        let listed = world.done(&world.owner(), "invoices.list", json!({ "customer_id": id })).await;
        world.pay(listed["items"][0]["id"].as_str().unwrap(), "R1").await;
        for _ in 0..60 {
            world.days_pass(1).await;
        }
        // The 31st is meant, though February had none.
        assert_eq!(billed(world, id.as_str()).await, due(&["2027-02-28", "2027-03-31"], 1_234));
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let kept = land(world, |tx, landing| remove_in(tx, landing, &adopted.id)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Changed, KeptBecause::Invoices]));
    }

    async fn a_period_that_the_source_has_invoiced_is_not_billed_again(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        let mut invoiced = told("9");
        invoiced.next_invoice = Some(day("2027-03-31"));
        let adopted = adopt(world, id.as_str(), &plan, &invoiced, false).unwrap();
        assert_eq!(adopted.remarks[0].code, "next_due_invoiced");
        world.days_pass(30).await;
        assert_eq!(billed(world, id.as_str()).await, []);
        world.days_pass(20).await;
        assert_eq!(billed(world, id.as_str()).await, due(&["2027-03-31"], 1_234));
    }

    async fn what_is_paid_once_or_free_is_never_billed_and_never_ends(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        for (number, cycle) in [("1", Cycle::Once), ("2", Cycle::Free)] {
            let lasting = Subscription { cycle: Some(cycle), next_due: None, ..told(number) };
            let adopted = adopt(world, id.as_str(), &plan, &lasting, false).unwrap();
            world.days_pass(400).await;
            let shown = world.done(&world.owner(), "subscriptions.show", json!({ "subscription_id": adopted.id })).await;
            assert_eq!((shown["state"].as_str(), shown["next_renewal"].is_null()), (Some("active"), true));
            let origin = land(world, |tx, _| origin_in(tx, &adopted.id)).unwrap().unwrap();
            assert_eq!((origin.price.minor, origin.cycle), (1_234, cycle.to_string()));
        }
        assert_eq!(billed(world, id.as_str()).await, []);
    }

    async fn what_cannot_be_billed_here_is_refused_by_name(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        for (subscription, code) in [
            (Subscription { cycle: Some(Cycle::Days(30)), ..told("1") }, "subscriptions.adoption_cycle"),
            (Subscription { cycle: Some(Cycle::Months(500)), ..told("1") }, "subscriptions.adoption_cycle"),
            (Subscription { cycle: None, ..told("1") }, "subscriptions.adoption_cycle"),
            (Subscription { price: None, ..told("1") }, "subscriptions.adoption_price"),
            (Subscription { price: Some(eur("-1.00")), ..told("1") }, "subscriptions.adoption_price"),
            (Subscription { next_due: None, ..told("1") }, "subscriptions.adoption_due"),
        ] {
            assert_eq!(adopt(world, id.as_str(), &plan, &subscription, true).unwrap_err().code(), code);
        }
    }

    async fn states_and_ends_are_the_sources(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        let with = |number: &str, status| Subscription { status, ..told(number) };
        let mut ending = with("5", SubscriptionStatus::Active);
        ending.cancel_at_period_end = true;
        let mut held_back = with("6", SubscriptionStatus::Suspended);
        held_back.suspended_reason = Some("Abuse".to_owned());
        for (subscription, state) in [
            (with("1", SubscriptionStatus::Pending), "ordered"),
            (with("2", SubscriptionStatus::Terminated), "terminated"),
            (with("3", SubscriptionStatus::Fraud), "cancelled"),
            (with("4", SubscriptionStatus::Expired), "suspended"),
            (ending, "active"),
            (held_back, "suspended"),
        ] {
            let adopted = adopt(world, id.as_str(), &plan, &subscription, false).unwrap();
            let shown = world.done(&world.owner(), "subscriptions.show", json!({ "subscription_id": adopted.id })).await;
            assert_eq!(shown["state"], state, "{}", subscription.id);
            match subscription.id.as_str() {
                "5" => assert_eq!((shown["renewal"].as_str(), shown["cancelled_at"].is_null()), (Some("expire"), false)),
                "6" => assert_eq!(shown["suspended_reason"], "Abuse"),
                _ => {}
            }
        }
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_subscription_leaves_without_a_trace_and_takes_its_price_along(world) {
        world.set_up().await;
        let plan = plan(world).await;
        let id = customer(world, "17");
        world.settle().await;
        let before = contents(world);
        let first = adopt(world, id.as_str(), &plan, &told("1"), true).unwrap().id;
        let second = adopt(world, id.as_str(), &plan, &told("2"), true).unwrap().id;
        let priced = |world: &World| contents(world)["prices"].rows;
        assert_eq!(priced(world), before["prices"].rows + 1, "one price for both");
        for one in [&first, &second] {
            assert_eq!(land(world, |tx, landing| remove_in(tx, landing, one)).unwrap(), Removal::Removed);
            assert_eq!(land(world, |tx, landing| remove_in(tx, landing, one)).unwrap(), Removal::Gone);
        }
        undone(&before, &contents(world));
    }
}
