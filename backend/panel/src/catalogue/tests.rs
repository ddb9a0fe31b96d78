#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::{Currency, Instant, Money, Months};
use proptest::prelude::*;

use super::error::CatalogueRefusal;
use super::model::{Plan, PlanKind, PlanState, PlanText, Price, PriceState, RenewalChoice, Sizes};
use crate::platform::texts::Texts;

fn now() -> Instant {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

fn text() -> PlanText {
    PlanText {
        name: " Small ".to_owned(),
        description: "One processor".to_owned(),
        private: false,
        renewal_choices: vec![RenewalChoice::Expire, RenewalChoice::Automatic],
    }
}

const SIZES: Sizes = Sizes { vcpus: 1, memory_mib: 512, disk_gib: 10, traffic_gib: 0 };

fn plan() -> Plan {
    Plan::new(PlanKind::PrivateServer, SIZES, text(), now()).unwrap()
}

fn months(count: i64) -> Months {
    Months::try_from(count).unwrap()
}

fn price_of(plan: &Plan) -> Price {
    plan.price(Currency::EUR, months(1), "9.90", "0", now()).unwrap()
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in CatalogueRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn all_wrong_fields_of_a_plan_are_named_at_once() {
    let wrong =
        PlanText { name: "  ".to_owned(), description: "x".repeat(2_001), private: false, renewal_choices: Vec::new() };
    let sizes = Sizes { vcpus: 0, memory_mib: 31, disk_gib: 0, traffic_gib: -1 };
    let faults = Plan::new(PlanKind::PrivateServer, sizes, wrong, now()).unwrap_err();
    let fields: Vec<String> = faults.into_iter().filter_map(|fault| fault.field).map(Into::into).collect();
    assert_eq!(fields, ["name", "description", "renewal_choices", "vcpus", "memory_mib", "disk_gib", "traffic_gib"]);
}

#[test]
fn a_name_is_kept_without_the_blanks_around_it() {
    assert_eq!(plan().name, "Small");
}

#[test]
fn describing_a_plan_again_keeps_its_sizes_and_id() {
    let before = plan();
    let after = before.described(PlanText { name: "Large?".to_owned(), private: true, ..text() }).unwrap();
    assert_eq!((&after.id, after.sizes), (&before.id, before.sizes));
    assert!(after.private);
}

#[test]
fn a_price_keeps_the_digits_of_its_currency() {
    let yen: Currency = "JPY".parse().unwrap();
    let price = plan().price(yen, months(3), "1200", "0", now()).unwrap();
    assert_eq!(price.amount, Money::new(1_200, yen));
    let refused = plan().price(yen, months(3), "1200.5", "0", now()).unwrap_err();
    assert_eq!(refused.code, "catalogue.amount");
}

#[test]
fn a_price_below_zero_is_refused_by_field() {
    let amount = plan().price(Currency::EUR, months(1), "-1", "0", now()).unwrap_err();
    let setup = plan().price(Currency::EUR, months(1), "1", "-0.01", now()).unwrap_err();
    assert_eq!((amount.code, setup.code), ("catalogue.amount", "catalogue.setup"));
}

#[test]
fn an_archived_plan_gets_no_price_and_is_not_sold() {
    let mut plan = plan();
    let price = price_of(&plan);
    plan.state = PlanState::Archived;
    assert_eq!(plan.price(Currency::EUR, months(1), "1", "0", now()).unwrap_err().code, "catalogue.archived");
    assert!(!plan.sells_at(&price, true));
}

#[test]
fn a_private_plan_is_sold_only_privately() {
    let mut plan = plan();
    let price = price_of(&plan);
    assert!(plan.sells_at(&price, false));
    plan.private = true;
    assert!(!plan.sells_at(&price, false));
    assert!(plan.sells_at(&price, true));
}

#[test]
fn a_price_of_another_plan_or_a_retired_one_sells_nothing() {
    let (one, other) = (plan(), plan());
    let mut price = price_of(&one);
    assert!(!other.sells_at(&price, true));
    price.state = PriceState::Retired;
    assert!(!one.sells_at(&price, true));
}

proptest! {
    #[test]
    fn no_amount_text_makes_a_negative_or_panicking_price(amount in ".{0,24}", setup in ".{0,24}") {
        if let Ok(price) = plan().price(Currency::EUR, months(12), &amount, &setup, now()) {
            prop_assert!(price.amount.minor >= 0 && price.setup.minor >= 0);
        }
    }
}
