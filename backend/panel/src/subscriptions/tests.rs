#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::{Currency, Day, Instant, Months, Period};
use proptest::prelude::*;

use super::error::SubscriptionRefusal;
use super::model::{NewSubscription, Step, Subscription, SubscriptionState, reason};
use crate::catalogue::model::{NewProduct, Plan, PlanText, RenewalChoice, Sizes};
use crate::platform::texts::Texts;

fn now() -> Instant {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn plan(choices: &[RenewalChoice]) -> Plan {
    Plan::new(
        &NewProduct::server(Sizes { vcpus: 1, memory_mib: 512, disk_gib: 10, traffic_gib: 0 }),
        PlanText {
            name: "Small".to_owned(),
            description: String::new(),
            private: false,
            renewal_choices: choices.to_vec(),
        },
        now(),
    )
    .unwrap()
}

fn ordered(months: i64, start: Day) -> Subscription {
    let plan = plan(RenewalChoice::ALL);
    let months = Months::try_from(months).unwrap();
    let price = plan.price(Currency::EUR, months, "9.90", "0", now()).unwrap();
    NewSubscription { customer_id: "cus_1".to_owned(), plan, price, start, renewal: RenewalChoice::Automatic }
        .order(now())
        .unwrap()
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in SubscriptionRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn the_state_machine_is_this_table() {
    use Step::{Activate, Resume, Suspend, Terminate};
    use SubscriptionState::{Active, Cancelled, Ordered, Suspended, Terminated};
    let table = [
        (Ordered, [Some(Active), None, None, Some(Cancelled)]),
        (Active, [None, Some(Suspended), None, Some(Terminated)]),
        (Suspended, [None, None, Some(Active), Some(Terminated)]),
        (Cancelled, [None; 4]),
        (Terminated, [None; 4]),
    ];
    for (state, expected) in table {
        for (step, after) in [Activate, Suspend, Resume, Terminate].into_iter().zip(expected) {
            assert_eq!(state.after(step), after, "{state} {step:?}");
        }
    }
}

#[test]
fn an_order_bills_the_first_period_from_the_start() {
    let sold = ordered(1, day("2026-01-31"));
    assert_eq!(sold.state, SubscriptionState::Ordered);
    assert_eq!((sold.periods_billed, sold.billed_until), (1, day("2026-02-28")));
}

#[test]
fn what_was_sold_before_goes_on_and_is_billed_from_the_day_that_was_told() {
    let plan = plan(RenewalChoice::ALL);
    let price = plan.price(Currency::EUR, Months::try_from(1).unwrap(), "9.90", "5.00", now()).unwrap();
    let start = day("2026-01-31");
    let new =
        NewSubscription { customer_id: "cus_1".to_owned(), plan, price, start, renewal: RenewalChoice::Automatic };
    let carried = new.carry_on(now()).unwrap();
    assert_eq!((carried.state, carried.periods_billed), (SubscriptionState::Active, 0));
    assert_eq!((carried.anchor, carried.billed_until), (start, start));
    let first = carried.next_renewal().unwrap();
    assert_eq!((first.day, first.period.end), (start, day("2026-02-28")));
    let next = carried.advanced().unwrap();
    assert_eq!((next.billed_until, next.next_period().unwrap().end), (day("2026-02-28"), day("2026-03-31")));
}

#[test]
fn renewing_on_31_january_bills_to_28_february_and_then_to_31_march() {
    let first = ordered(1, day("2026-01-31"));
    let second = first.advanced().unwrap();
    assert_eq!(first.next_period().unwrap().start, day("2026-02-28"));
    assert_eq!(second.billed_until, day("2026-03-31"));
    assert_eq!(second.advanced().unwrap().billed_until, day("2026-04-30"));
}

#[test]
fn a_year_from_a_leap_day_comes_back_to_it() {
    let mut sold = ordered(12, day("2024-02-29"));
    assert_eq!(sold.billed_until, day("2025-02-28"));
    for _ in 0..3 {
        sold = sold.advanced().unwrap();
    }
    assert_eq!(sold.billed_until, day("2028-02-29"));
}

#[test]
fn the_calendar_ends_before_a_period_is_empty() {
    let sold = ordered(120, day("9985-01-01"));
    assert_eq!(sold.advanced().unwrap_err().code, "subscriptions.no_further_period");
}

#[test]
fn a_renewal_that_the_plan_does_not_offer_is_refused() {
    let only = plan(&[RenewalChoice::Expire]);
    let price = only.price(Currency::EUR, Months::try_from(1).unwrap(), "1", "0", now()).unwrap();
    let order = NewSubscription {
        customer_id: "cus_1".to_owned(),
        plan: only.clone(),
        price,
        start: day("2026-01-01"),
        renewal: RenewalChoice::Automatic,
    };
    assert_eq!(order.order(now()).unwrap_err().code, "subscriptions.renewal_not_offered");
    let sold = ordered(1, day("2026-01-01"));
    let refused = sold.renewing(RenewalChoice::Automatic, &only).unwrap_err();
    assert_eq!(refused.code, "subscriptions.renewal_not_offered");
}

#[test]
fn cancelling_runs_to_the_end_of_what_is_billed_and_can_be_withdrawn() {
    let sold = ordered(1, day("2026-01-01"));
    assert_eq!(sold.next_renewal().unwrap().day, day("2026-02-01"));
    let cancelled = sold.cancelled(now()).unwrap();
    assert_eq!(cancelled.state, sold.state);
    assert_eq!(cancelled.cancelled_at, Some(now()));
    assert_eq!(cancelled.next_renewal(), None);
    assert_eq!(cancelled.cancelled(now()).unwrap_err().code, "subscriptions.cancelled_already");
    let back = cancelled.renewing(RenewalChoice::Automatic, &plan(RenewalChoice::ALL)).unwrap();
    assert_eq!(back.cancelled_at, None);
    assert!(back.next_renewal().is_some());
}

#[test]
fn cancelling_is_possible_where_the_plan_offers_only_renewal() {
    let sold = ordered(1, day("2026-01-01"));
    assert_eq!(sold.cancelled(now()).unwrap().renewal, RenewalChoice::Expire);
}

#[test]
fn suspension_is_told_with_its_reason_and_forgotten_after() {
    let active = ordered(1, day("2026-01-01")).step(Step::Activate, "", now()).unwrap();
    let held = active.step(Step::Suspend, "overdue", now()).unwrap();
    assert_eq!(held.suspended_reason.as_deref(), Some("overdue"));
    let back = held.step(Step::Resume, "", now()).unwrap();
    assert_eq!((back.suspended_at, back.suspended_reason), (None, None));
    assert_eq!(active.step(Step::Activate, "", now()).unwrap_err().code, "subscriptions.state");
}

#[test]
fn a_reason_is_asked_for() {
    assert_eq!(reason("  spam ").unwrap(), "spam");
    assert_eq!(reason("  ").unwrap_err().code, "subscriptions.reason");
    assert_eq!(reason(&"x".repeat(501)).unwrap_err().code, "subscriptions.reason");
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(proptest::sample::select(Step::ALL), 0..40)
}

proptest! {
    #[test]
    fn nothing_leaves_an_ended_subscription(sequence in steps()) {
        let mut sold = ordered(1, day("2026-01-31"));
        for step in sequence {
            let ended = sold.state.is_ended();
            match sold.step(step, "why", now()) {
                Ok(next) => {
                    prop_assert!(!ended);
                    sold = next;
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal.code == "subscriptions.ended", ended);
                }
            }
            prop_assert_eq!(sold.state.is_ended(), sold.terminated_at.is_some());
            if !sold.state.is_ended() {
                prop_assert_eq!(sold.state == SubscriptionState::Suspended, sold.suspended_at.is_some());
            }
        }
        if sold.state.is_ended() {
            prop_assert!(sold.advanced().is_err());
            prop_assert!(sold.cancelled(now()).is_err());
            prop_assert!(sold.renewing(RenewalChoice::Automatic, &plan(RenewalChoice::ALL)).is_err());
            prop_assert!(sold.next_renewal().is_none());
        }
    }

    #[test]
    fn periods_follow_one_another_without_gap_or_overlap(
        months in 1_i64..=120, offset in 0_i64..40_000, count in 1_usize..30,
    ) {
        let mut sold = ordered(months, day("2000-01-01").plus_days(offset));
        let mut end = sold.billed_until;
        for index in 1..=count {
            let period = sold.next_period().unwrap();
            prop_assert_eq!(period.start, end);
            prop_assert!(period.end > period.start);
            let index = u32::try_from(index).unwrap();
            prop_assert_eq!(period, Period::nth(sold.anchor, sold.months, index));
            sold = sold.advanced().unwrap();
            end = sold.billed_until;
            prop_assert_eq!(end, period.end);
        }
    }
}
