//! Plans and prices in a database.

use std::sync::{Arc, Barrier};

use hostwright_kernel::{Currency, Money, Months};
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::catalogue::commands::{self, ArchivePlan, CreatePlan, RetirePrice, SetPrice, UpdatePlan};
use hostwright_panel::catalogue::model::{PlanState, PlanView, PriceState, PriceView, RenewalChoice};
use hostwright_panel::catalogue::queries::{self, ShowPlan};
use hostwright_panel::platform::{Error, ListInput};
use hostwright_tests::{World, on_both_engines};

const CUSTOMER: &str = "cus_00000000000000000000000000000001";

fn small(name: &str) -> CreatePlan {
    CreatePlan {
        name: name.to_owned(),
        description: String::new(),
        kind: None,
        vcpus: Some(1),
        memory_mib: Some(512),
        disk_gib: Some(10),
        traffic_gib: None,
        tlds: Vec::new(),
        private: false,
        renewal_choices: None,
    }
}

async fn plan(world: &World, name: &str) -> PlanView {
    commands::create(&world.owner(), small(name)).await.unwrap()
}

fn monthly(plan: &PlanView, amount: &str) -> SetPrice {
    SetPrice {
        plan_id: plan.id.clone(),
        currency: Currency::EUR,
        months: Months::try_from(1).unwrap(),
        amount: amount.to_owned(),
        setup: None,
    }
}

async fn priced(world: &World, plan: &PlanView, amount: &str) -> PriceView {
    commands::set_price(&world.owner(), monthly(plan, amount)).await.unwrap()
}

async fn names(world: &World, call: &hostwright_panel::auth::call::Call) -> Vec<String> {
    let _ = world;
    let page = queries::list(call, ListInput::default()).await.unwrap();
    page.items.into_iter().map(|plan| plan.name).collect()
}

on_both_engines! {
    async fn a_new_price_retires_the_one_before_and_leaves_it_readable(world) {
        let plan = plan(world, "Small").await;
        let first = priced(world, &plan, "9.90").await;
        let second = priced(world, &plan, "12,50").await;
        assert_eq!(second.amount, Money::new(1_250, Currency::EUR));
        let (plan_id, old, new) = (plan.id.clone(), first.id.clone(), second.id.clone());
        world.db.read(move |tx| {
            let kept = queries::price_in(tx, &old)?;
            assert_eq!((kept.state, kept.amount.minor), (PriceState::Retired, 990));
            assert!(queries::sellable_in(tx, &plan_id, &old).is_err());
            assert_eq!(queries::sellable_in(tx, &plan_id, &new)?.1.amount.minor, 1_250);
            Ok(())
        }).await.unwrap();
    }

    async fn prices_of_other_lengths_and_currencies_stand_beside_each_other(world) {
        let plan = plan(world, "Small").await;
        for (currency, months) in [("EUR", 1), ("EUR", 12), ("JPY", 1)] {
            let input = SetPrice {
                currency: currency.parse().unwrap(),
                months: Months::try_from(months).unwrap(),
                setup: Some("3".to_owned()),
                ..monthly(&plan, "100")
            };
            commands::set_price(&world.owner(), input).await.unwrap();
        }
        let seen = queries::show(&world.anonymous(), ShowPlan { plan_id: plan.id }).await.unwrap();
        let told: Vec<String> = seen.prices.iter().map(|price| format!("{} {}", price.amount, price.months.count())).collect();
        assert_eq!(told, ["EUR 100.00 1", "EUR 100.00 12", "JPY 100 1"]);
    }

    async fn strangers_and_customers_see_only_what_is_on_offer(world) {
        let open = plan(world, "Open").await;
        let retired = priced(world, &open, "5").await;
        priced(world, &open, "6").await;
        let hidden = commands::create(&world.owner(), CreatePlan { private: true, ..small("Hidden") }).await.unwrap();
        let over = plan(world, "Over").await;
        commands::archive(&world.owner(), ArchivePlan { plan_id: over.id.clone() }).await.unwrap();
        for call in [world.anonymous(), world.member(CUSTOMER, MemberRole::Owner)] {
            assert_eq!(names(world, &call).await, ["Open"]);
            for plan_id in [hidden.id.clone(), over.id.clone()] {
                let error = queries::show(&call, ShowPlan { plan_id }).await.unwrap_err();
                assert!(error.is("request.not_found"));
            }
            let seen = queries::show(&call, ShowPlan { plan_id: open.id.clone() }).await.unwrap();
            assert!(seen.prices.iter().all(|price| price.id != retired.id));
        }
        assert_eq!(names(world, &world.staff(StaffRole::Support)).await, ["Open", "Hidden", "Over"]);
        let staff = queries::show(&world.owner(), ShowPlan { plan_id: open.id }).await.unwrap();
        assert_eq!(staff.prices.len(), 2);
    }

    async fn a_private_plan_is_sold_by_staff_only(world) {
        let hidden = commands::create(&world.owner(), CreatePlan { private: true, ..small("Hidden") }).await.unwrap();
        let price = priced(world, &hidden, "5").await;
        world.db.read(move |tx| {
            assert!(queries::sellable_in(tx, &hidden.id, &price.id).unwrap_err().is("catalogue.not_for_sale"));
            assert!(queries::sellable_privately_in(tx, &hidden.id, &price.id).is_ok());
            Ok(())
        }).await.unwrap();
    }

    async fn an_archived_plan_is_not_sold_and_gets_no_price(world) {
        let plan = plan(world, "Small").await;
        let price = priced(world, &plan, "5").await;
        let archived = commands::archive(&world.owner(), ArchivePlan { plan_id: plan.id.clone() }).await.unwrap();
        assert_eq!(archived.state, PlanState::Archived);
        let again = commands::archive(&world.owner(), ArchivePlan { plan_id: plan.id.clone() }).await.unwrap_err();
        assert!(again.is("catalogue.archived"));
        assert!(commands::set_price(&world.owner(), monthly(&plan, "6")).await.unwrap_err().is("catalogue.archived"));
        world.db.read(move |tx| {
            assert!(queries::sellable_privately_in(tx, &plan.id, &price.id).is_err());
            assert_eq!(queries::load_in(tx, &plan.id)?.name, "Small");
            Ok(())
        }).await.unwrap();
    }

    async fn updating_changes_words_and_leaves_out_what_is_left_out(world) {
        let plan = plan(world, "Small").await;
        let update = UpdatePlan {
            plan_id: plan.id.clone(),
            name: None,
            description: Some("For tests".to_owned()),
            private: Some(true),
            renewal_choices: Some(vec![RenewalChoice::Expire]),
        };
        let after = commands::update(&world.owner(), update).await.unwrap();
        assert_eq!((after.name.as_str(), after.description.as_str(), after.private), ("Small", "For tests", true));
        assert_eq!(after.renewal_choices, [RenewalChoice::Expire]);
        assert_eq!((after.vcpus, after.memory_mib, after.disk_gib), (1, 512, 10));
    }

    async fn a_price_is_retired_once_and_only_of_its_plan(world) {
        let (one, other) = (plan(world, "One").await, plan(world, "Other").await);
        let price = priced(world, &one, "5").await;
        let wrong = RetirePrice { plan_id: other.id, price_id: price.id.clone() };
        assert!(commands::retire_price(&world.owner(), wrong).await.unwrap_err().is("request.not_found"));
        let right = RetirePrice { plan_id: one.id, price_id: price.id };
        assert_eq!(commands::retire_price(&world.owner(), right.clone()).await.unwrap().state, PriceState::Retired);
        assert!(commands::retire_price(&world.owner(), right).await.unwrap_err().is("catalogue.retired"));
    }

    async fn only_owners_and_admins_change_the_catalogue(world) {
        for call in [world.anonymous(), world.member(CUSTOMER, MemberRole::Owner), world.staff(StaffRole::Support)] {
            assert!(commands::create(&call, small("Mine")).await.is_err());
        }
        assert!(names(world, &world.owner()).await.is_empty());
    }

    async fn all_faults_of_a_plan_come_back_together(world) {
        let wrong = CreatePlan { vcpus: Some(0), memory_mib: Some(0), ..small("") };
        match commands::create(&world.owner(), wrong).await.unwrap_err() {
            Error::Fields(faults) => assert_eq!(faults.len(), 3),
            other => panic!("{other}"),
        }
    }

    async fn lists_page_and_search_without_wildcards(world) {
        for name in ["A 100% plan", "A 1000 plan", "B", "C"] {
            plan(world, name).await;
        }
        let page = |after, search: &str| ListInput {
            after,
            limit: Some(2),
            search: Some(search.to_owned()),
            ..ListInput::default()
        };
        let first = queries::list(&world.owner(), page(None, "")).await.unwrap();
        let second = queries::list(&world.owner(), page(first.next.clone(), "")).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next), (2, 2, None));
        let found = queries::list(&world.owner(), page(None, "100% PL")).await.unwrap();
        assert_eq!(found.items.len(), 1);
    }

    async fn thirty_two_prices_at_once_leave_one_active(world) {
        let plan = plan(world, "Small").await;
        let runtime = tokio::runtime::Handle::current();
        let barrier = Arc::new(Barrier::new(32));
        let threads: Vec<_> = (1..=32).map(|euros| {
            let (call, runtime, barrier) = (world.owner(), runtime.clone(), Arc::clone(&barrier));
            let input = monthly(&plan, &euros.to_string());
            std::thread::spawn(move || {
                barrier.wait();
                runtime.block_on(commands::set_price(&call, input))
            })
        }).collect();
        let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let set = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(set >= 1);
        for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(refused.is("catalogue.changed_meanwhile"), "{refused}");
        }
        let seen = queries::show(&world.owner(), ShowPlan { plan_id: plan.id }).await.unwrap();
        let active = seen.prices.iter().filter(|price| price.state == PriceState::Active).count();
        assert_eq!((active, seen.prices.len()), (1, set));
    }
}
