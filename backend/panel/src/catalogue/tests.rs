#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::{Currency, Instant, Money, Months};
use proptest::prelude::*;

use super::error::CatalogueRefusal;
use super::model::{NewProduct, Plan, PlanKind, PlanState, PlanText, Price, PriceState, RenewalChoice, Sizes};
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
    Plan::new(&NewProduct::server(SIZES), text(), now()).unwrap()
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
    let faults = Plan::new(&NewProduct::server(sizes), wrong, now()).unwrap_err();
    let fields: Vec<String> = faults.into_iter().filter_map(|fault| fault.field).map(Into::into).collect();
    assert_eq!(fields, ["name", "description", "renewal_choices", "vcpus", "memory_mib", "disk_gib", "traffic_gib"]);
}

fn product(kind: PlanKind, sizes: Option<Sizes>, tlds: &[&str]) -> Result<Plan, Vec<&'static str>> {
    let product = NewProduct { kind, sizes, tlds: tlds.iter().map(|tld| (*tld).to_owned()).collect() };
    Plan::new(&product, text(), now()).map_err(|faults| faults.into_iter().map(|fault| fault.code).collect())
}

#[test]
fn top_level_domains_have_one_spelling_and_an_order() {
    let plan = product(PlanKind::DomainRegistration, None, &[".DE", "co.uk", " de ", "xn--p1ai"]).unwrap();
    assert_eq!(plan.tlds, ["co.uk", "de", "xn--p1ai"]);
    assert_eq!(plan.sizes, None);
    assert!(product(PlanKind::HostingAndRegistration, None, &["de"]).is_ok());
    assert!(product(PlanKind::Hosting, None, &[]).is_ok());
    assert!(product(PlanKind::Resource, None, &[]).is_ok());
}

#[test]
fn what_does_not_fit_the_kind_is_refused_by_name() {
    for (kind, sizes, tlds, code) in [
        (PlanKind::Resource, Some(SIZES), &[][..], "catalogue.size_not_wanted"),
        (PlanKind::Hosting, None, &["de"], "catalogue.tlds_not_wanted"),
        (PlanKind::PrivateServer, Some(SIZES), &["de"], "catalogue.tlds_not_wanted"),
        (PlanKind::DomainRegistration, None, &[], "catalogue.tlds_missing"),
        (PlanKind::DomainRegistration, None, &["d e"], "catalogue.tld"),
        (PlanKind::DomainRegistration, None, &["münchen"], "catalogue.tld"),
        (PlanKind::DomainRegistration, None, &["-de"], "catalogue.tld"),
        (PlanKind::DomainRegistration, None, &["."], "catalogue.tld"),
        (PlanKind::DomainRegistration, None, &["42"], "catalogue.tld"),
    ] {
        assert_eq!(product(kind, sizes, tlds).unwrap_err(), [code], "{kind} {tlds:?}");
    }
    assert_eq!(product(PlanKind::PrivateServer, None, &[]).unwrap_err(), ["catalogue.size"; 3]);
    let many: Vec<String> = (0..201).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(product(PlanKind::DomainRegistration, None, &many).unwrap_err(), ["catalogue.tlds_too_many"]);
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
    fn whatever_is_typed_as_a_top_level_domain_is_refused_or_reads_back(typed in ".{0,40}") {
        if let Ok(plan) = product(PlanKind::DomainRegistration, None, &[typed.as_str()]) {
            let again: Vec<&str> = plan.tlds.iter().map(String::as_str).collect();
            prop_assert_eq!(&product(PlanKind::DomainRegistration, None, &again).unwrap().tlds, &plan.tlds);
            prop_assert!(!plan.tlds[0].contains(','));
        }
    }

    #[test]
    fn no_amount_text_makes_a_negative_or_panicking_price(amount in ".{0,24}", setup in ".{0,24}") {
        if let Ok(price) = plan().price(Currency::EUR, months(12), &amount, &setup, now()) {
            prop_assert!(price.amount.minor >= 0 && price.setup.minor >= 0);
        }
    }
}
