//! Subscriptions in a database.

use std::sync::{Arc, Barrier};

use hostwright_kernel::{Currency, Day, Months};
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::commands::{CreatePlan, SetPrice};
use hostwright_panel::catalogue::model::{PlanId, PriceId, RenewalChoice};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::outbox::{self, Recorded};
use hostwright_panel::subscriptions::commands::{
    self, CancelSubscription, ResumeSubscription, SetRenewal, SuspendSubscription, TerminateSubscription,
};
use hostwright_panel::subscriptions::model::{
    NewSubscription, Subscription, SubscriptionActivated, SubscriptionResumed, SubscriptionState,
    SubscriptionSuspended, SubscriptionTerminated,
};
use hostwright_panel::subscriptions::queries::{self, ShowSubscription};
use hostwright_tests::{World, on_both_engines};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

async fn offer(world: &World, choices: &[RenewalChoice]) -> (PlanId, PriceId) {
    let plan = CreatePlan {
        name: "Small".to_owned(),
        description: String::new(),
        kind: None,
        vcpus: Some(1),
        memory_mib: Some(512),
        disk_gib: Some(10),
        traffic_gib: None,
        tlds: Vec::new(),
        private: false,
        renewal_choices: Some(choices.to_vec()),
    };
    let plan = catalogue::commands::create(&world.owner(), plan).await.unwrap();
    let price = SetPrice {
        plan_id: plan.id.clone(),
        currency: Currency::EUR,
        months: Months::try_from(1).unwrap(),
        amount: "9.90".to_owned(),
        setup: None,
    };
    let price = catalogue::commands::set_price(&world.owner(), price).await.unwrap();
    (plan.id, price.id)
}

/// A subscription of a customer from 31 January 2027, renewing by itself.
async fn ordered(world: &World, customer_id: &str) -> Subscription {
    let (plan_id, price_id) = offer(world, RenewalChoice::ALL).await;
    let customer_id = customer_id.to_owned();
    world
        .db
        .write(move |tx| {
            let (plan, price) = catalogue::queries::sellable_in(tx, &plan_id, &price_id)?;
            let new = NewSubscription {
                customer_id: customer_id.clone(),
                plan,
                price,
                start: day("2027-01-31"),
                renewal: RenewalChoice::Automatic,
            };
            commands::create_in(tx, &new)
        })
        .await
        .unwrap()
}

async fn active(world: &World, customer_id: &str) -> Subscription {
    let id = ordered(world, customer_id).await.id;
    world.db.write(move |tx| commands::activate_in(tx, &id)).await.unwrap()
}

async fn shown(world: &World, subscription: &Subscription) -> Subscription {
    let id = subscription.id.clone();
    world.db.read(move |tx| queries::load_in(tx, &id)).await.unwrap()
}

/// Every event so far, as `kind reason`; they count as handled afterwards.
async fn events(world: &World) -> Vec<String> {
    use std::sync::Mutex;
    static TOLD: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    fn tell(tx: &mut hostwright_panel::platform::Tx<'_>, event: &Recorded) -> Result<()> {
        let payload: serde_json::Value = serde_json::from_str(&event.payload)?;
        let id = payload["subscription_id"].as_str().unwrap_or_default().to_owned();
        queries::load_in(tx, &id)?;
        TOLD.lock()
            .unwrap()
            .push((event.id.to_string(), format!("{} {}", event.kind, payload["reason"].as_str().unwrap())));
        Ok(())
    }
    // Other tests put theirs in the same list, so only those of this world count.
    let waiting: Vec<String> = world
        .db
        .read(|tx| {
            use diesel::prelude::*;
            use hostwright_panel::platform::schema::outbox;
            Ok(outbox::table.filter(outbox::done_at.is_null()).order(outbox::id).select(outbox::id).load(tx.conn)?)
        })
        .await
        .unwrap();
    outbox::drain(&world.db, tell).await.unwrap();
    let told = TOLD.lock().unwrap();
    waiting.iter().map(|id| told.iter().find(|(of, _)| of == id).unwrap().1.clone()).collect()
}

on_both_engines! {
    async fn an_order_copies_what_was_sold_and_bills_the_first_period(world) {
        let customer = world.customer("Anna").await;
        let sold = ordered(world, &customer.id).await;
        assert_eq!((sold.plan_name.as_str(), sold.amount.minor), ("Small", 990));
        assert_eq!((sold.periods_billed, sold.billed_until), (1, day("2027-02-28")));
        assert_eq!(shown(world, &sold).await, sold);
        let raised = SetPrice {
            plan_id: sold.plan_id.clone(),
            currency: Currency::EUR,
            months: Months::try_from(1).unwrap(),
            amount: "99".to_owned(),
            setup: None,
        };
        catalogue::commands::set_price(&world.owner(), raised).await.unwrap();
        assert_eq!(shown(world, &sold).await.amount.minor, 990);
    }

    async fn each_step_of_a_life_is_told_once(world) {
        let customer = world.customer("Anna").await;
        let id = active(world, &customer.id).await.id;
        let steps = id.clone();
        world.db.write(move |tx| {
            commands::suspend_in(tx, &steps, "overdue")?;
            commands::resume_in(tx, &steps)?;
            assert!(commands::resume_in(tx, &steps).unwrap_err().is("subscriptions.state"));
            commands::terminate_in(tx, &steps, "unpaid")?;
            assert!(commands::activate_in(tx, &steps).unwrap_err().is("subscriptions.ended"));
            Ok(())
        }).await.unwrap();
        use hostwright_panel::platform::outbox::Event;
        assert_eq!(events(world).await, [
            format!("{} ", SubscriptionActivated::KIND),
            format!("{} overdue", SubscriptionSuspended::KIND),
            format!("{} ", SubscriptionResumed::KIND),
            format!("{} unpaid", SubscriptionTerminated::KIND),
        ]);
        let over = world.db.read(move |tx| queries::load_in(tx, &id)).await.unwrap();
        assert_eq!(over.state, SubscriptionState::Terminated);
        assert!(over.terminated_at.is_some());
    }

    async fn an_order_never_paid_ends_as_cancelled(world) {
        let customer = world.customer("Anna").await;
        let id = ordered(world, &customer.id).await.id;
        let over = world.db.write(move |tx| commands::terminate_in(tx, &id, "never paid")).await.unwrap();
        assert_eq!(over.state, SubscriptionState::Cancelled);
        assert_eq!(events(world).await, ["subscription.terminated never paid"]);
    }

    async fn of_thirty_two_renewals_at_once_one_counts(world) {
        let customer = world.customer("Anna").await;
        let sold = active(world, &customer.id).await;
        let barrier = Arc::new(Barrier::new(32));
        let threads: Vec<_> = (0..32).map(|_| {
            let (db, sold, barrier) = (world.db.clone(), sold.clone(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                barrier.wait();
                db.write_now(|tx| commands::advance_in(tx, &sold))
            })
        }).collect();
        let outcomes: Vec<Result<Subscription>> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.is("subscriptions.changed_meanwhile")));
        let after = shown(world, &sold).await;
        assert_eq!((after.periods_billed, after.billed_until), (2, day("2027-03-31")));
    }

    async fn of_suspending_and_ending_at_once_no_step_is_half_done(world) {
        let customer = world.customer("Anna").await;
        let sold = active(world, &customer.id).await;
        let barrier = Arc::new(Barrier::new(16));
        let threads: Vec<_> = (0..16).map(|number| {
            let (db, id, barrier) = (world.db.clone(), sold.id.clone(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                barrier.wait();
                db.write_now(|tx| if number % 2 == 0 {
                    commands::suspend_in(tx, &id, "overdue")
                } else {
                    commands::terminate_in(tx, &id, "unpaid")
                })
            })
        }).collect();
        let done = threads.into_iter().map(|thread| thread.join().unwrap()).filter(Result::is_ok).count();
        // Each step that was done is told, and no other.
        assert_eq!(events(world).await.len(), done + 1);
        assert!(done >= 1);
    }

    async fn due_ones_are_told_before_a_day_page_by_page(world) {
        let customer = world.customer("Anna").await;
        for _ in 0..3 {
            active(world, &customer.id).await;
        }
        ordered(world, &customer.id).await;
        let over = active(world, &customer.id).await.id;
        world.db.write(move |tx| commands::terminate_in(tx, &over, "x")).await.unwrap();
        let due = |before: &'static str, after: Option<&Subscription>, limit| {
            let (db, after) = (world.db.clone(), after.map(|last| (last.billed_until, last.id.clone())));
            async move { db.read(move |tx| queries::due_in(tx, day(before), after, limit)).await.unwrap() }
        };
        assert!(due("2027-02-28", None, 10).await.is_empty());
        let first = due("2027-03-01", None, 2).await;
        let second = due("2027-03-01", first.last(), 2).await;
        assert_eq!((first.len(), second.len()), (2, 1));
    }

    async fn renewals_are_listed_soonest_first_and_paged(world) {
        let customer = world.customer("Anna").await;
        let later = active(world, &customer.id).await;
        let soon = active(world, &customer.id).await;
        let same = active(world, &customer.id).await;
        let ending = active(world, &customer.id).await;
        world.db.write(move |tx| commands::advance_in(tx, &later).map(|_| ())).await.unwrap();
        commands::cancel(&customer.call, CancelSubscription { subscription_id: ending.id }).await.unwrap();
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let input = ListInput { limit: Some(1), after, ..ListInput::default() };
            let page = world.db.read(move |tx| queries::renewing_in(tx, day("2027-03-31"), &input)).await.unwrap();
            found.extend(page.items.into_iter().map(|subscription| subscription.billed_until.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, ["2027-02-28", "2027-02-28", "2027-03-31"]);
        assert!(soon.id < same.id);
    }

    async fn a_customer_cancels_to_the_end_of_the_period_and_takes_it_back(world) {
        let customer = world.customer("Anna").await;
        let sold = active(world, &customer.id).await;
        let id = || CancelSubscription { subscription_id: sold.id.clone() };
        let cancelled = commands::cancel(&customer.call, id()).await.unwrap();
        assert_eq!((cancelled.state, cancelled.renewal), (SubscriptionState::Active, RenewalChoice::Expire));
        assert!(cancelled.cancelled_at.is_some() && cancelled.next_renewal.is_none());
        assert!(commands::cancel(&customer.call, id()).await.unwrap_err().is("subscriptions.cancelled_already"));
        let back = SetRenewal { subscription_id: sold.id.clone(), renewal: RenewalChoice::Automatic };
        let back = commands::set_renewal(&customer.call, back).await.unwrap();
        assert_eq!(back.cancelled_at, None);
        let next = back.next_renewal.unwrap();
        assert_eq!((next.day, next.amount.minor, next.period.end), (day("2027-02-28"), 990, day("2027-03-31")));
    }

    async fn nobody_reaches_the_subscription_of_another_customer(world) {
        let (anna, bert) = (world.customer("Anna").await, world.customer("Bert").await);
        let sold = active(world, &anna.id).await;
        let id = || sold.id.clone();
        let call = &bert.call;
        let refusals = [
            queries::show(call, ShowSubscription { subscription_id: id() }).await.unwrap_err(),
            commands::cancel(call, CancelSubscription { subscription_id: id() }).await.unwrap_err(),
            commands::set_renewal(call, SetRenewal { subscription_id: id(), renewal: RenewalChoice::Expire }).await.unwrap_err(),
        ];
        assert!(refusals.iter().all(|error| error.is("request.not_found")));
        let listed = ListInput { customer_id: Some(anna.id.clone()), ..ListInput::default() };
        assert!(queries::list(call, listed).await.unwrap().items.is_empty());
        assert_eq!(queries::list(&anna.call, ListInput::default()).await.unwrap().items.len(), 1);
        assert_eq!(queries::list(&world.owner(), ListInput::default()).await.unwrap().items.len(), 1);
        let member = world.member(&anna.id, MemberRole::Member);
        assert!(queries::show(&member, ShowSubscription { subscription_id: id() }).await.is_ok());
        assert!(commands::cancel(&member, CancelSubscription { subscription_id: id() }).await.is_err());
    }

    async fn staff_suspend_resume_and_end_with_a_reason(world) {
        let customer = world.customer("Anna").await;
        let sold = active(world, &customer.id).await;
        let id = || sold.id.clone();
        let blank = SuspendSubscription { subscription_id: id(), reason: " ".to_owned() };
        assert!(commands::suspend(&world.owner(), blank).await.unwrap_err().is("subscriptions.reason"));
        let spam = SuspendSubscription { subscription_id: id(), reason: "spam".to_owned() };
        assert!(commands::suspend(&customer.call, spam.clone()).await.is_err());
        let held = commands::suspend(&world.staff(StaffRole::Billing), spam).await.unwrap();
        assert_eq!(held.suspended_reason.as_deref(), Some("spam"));
        let resume = ResumeSubscription { subscription_id: id() };
        assert_eq!(commands::resume(&world.owner(), resume).await.unwrap().state, SubscriptionState::Active);
        let end = TerminateSubscription { subscription_id: id(), reason: "abuse".to_owned() };
        assert!(commands::terminate(&world.staff(StaffRole::Billing), end.clone()).await.is_err());
        assert_eq!(commands::terminate(&world.owner(), end.clone()).await.unwrap().state, SubscriptionState::Terminated);
        assert!(commands::terminate(&world.owner(), end).await.unwrap_err().is("subscriptions.ended"));
    }

    async fn a_plan_that_offers_one_renewal_allows_no_other(world) {
        let customer = world.customer("Anna").await;
        let (plan_id, price_id) = offer(world, &[RenewalChoice::Expire]).await;
        let owner = customer.id.clone();
        let create = move |renewal| {
            let (plan_id, price_id, owner) = (plan_id.clone(), price_id.clone(), owner.clone());
            world.db.write(move |tx| {
                let (plan, price) = catalogue::queries::sellable_in(tx, &plan_id, &price_id)?;
                let new = NewSubscription { customer_id: owner.clone(), plan, price, start: day("2027-01-31"), renewal };
                commands::create_in(tx, &new)
            })
        };
        assert!(create(RenewalChoice::Automatic).await.unwrap_err().is("subscriptions.renewal_not_offered"));
        let sold = create(RenewalChoice::Expire).await.unwrap();
        let change = SetRenewal { subscription_id: sold.id, renewal: RenewalChoice::Automatic };
        assert!(commands::set_renewal(&customer.call, change).await.unwrap_err().is("subscriptions.renewal_not_offered"));
    }
}
