//! The guide's tables row by row; each test quotes its row.

mod accounts;
mod domains;
mod steps;
mod subscriptions;

use hostwright_importer::snapshot::ProductClass;
use hostwright_kernel::Day;
use proptest::prelude::*;

use super::accounts::AccountFacts;
use super::domains::DomainFacts;
use super::model::{Decision, MainPlatform, Reason, Scheme, Settings, Status, SubscriptionFacts, Time, Verdict};
use super::{accounts as account_rows, domains as domain_rows, subscriptions as subscription_rows};
use crate::platform::texts::Texts;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn settings(scheme: Scheme) -> Settings {
    Settings {
        scheme,
        today: day("2027-01-31"),
        protective_days: 30,
        main_platform: MainPlatform::Undefined,
        finds_conflicts: true,
        parks_domains: true,
        refuses_unmapped: true,
        needs_registration: false,
        makes_resellers: true,
    }
}

/// A running subscription of this class for one domain.
fn sold(id: &str, class: ProductClass) -> SubscriptionFacts {
    SubscriptionFacts {
        id: id.to_owned(),
        class: Some(class),
        time: Time::Running,
        domains: 1,
        created: Some(day("2026-01-31")),
        expires: Some(day("2028-01-31")),
        decision: None,
        is_on_main: false,
    }
}

fn domain(own: Vec<SubscriptionFacts>) -> DomainFacts {
    DomainFacts { own, is_selected: true, ..DomainFacts::default() }
}

fn account() -> AccountFacts {
    AccountFacts { is_selected: true, domains: 1, selected_domains: 1, ..AccountFacts::default() }
}

fn says(verdict: &Verdict, status: Status, reasons: &[Reason]) {
    assert_eq!((verdict.status, verdict.reasons.as_slice()), (status, reasons));
}

#[test]
fn every_status_and_reason_has_words() {
    let texts = Texts::embedded().unwrap();
    let statuses = Status::ALL.iter().map(|status| format!("migration-status-{status}"));
    let reasons = Reason::ALL.iter().map(|reason| format!("migration-reason-{reason}"));
    let missing: Vec<String> = statuses.chain(reasons).filter(|key| !texts.has(key)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

fn any_facts() -> impl Strategy<Value = SubscriptionFacts> {
    let classes = prop_oneof![
        Just(None),
        Just(Some(ProductClass::Hosting)),
        Just(Some(ProductClass::DomainRegistration)),
        Just(Some(ProductClass::HostingAndRegistration)),
        Just(Some(ProductClass::Resource)),
        Just(Some(ProductClass::Server)),
    ];
    let times = prop_oneof![Just(Time::Running), Just(Time::Protective), Just(Time::Over), Just(Time::Ended)];
    let decisions = prop_oneof![Just(None), Just(Some(Decision::Approved)), Just(Some(Decision::NotMigrated))];
    ("[a-c]?", classes, times, 0_usize..4, decisions, any::<bool>()).prop_map(
        |(id, class, time, domains, decision, is_on_main)| SubscriptionFacts {
            id,
            class,
            time,
            domains,
            created: Some(day("2026-01-31")),
            expires: None,
            decision,
            is_on_main,
        },
    )
}

proptest! {
    #[test]
    fn nothing_unmapped_and_nothing_ended_is_ever_approved(facts in any_facts(), scheme in 0_usize..3) {
        let found = subscription_rows::verdict(&facts, &settings(Scheme::ALL[scheme]), false);
        if facts.class.is_none() || facts.time == Time::Ended {
            prop_assert!(!found.status.moves());
        }
        if !found.status.moves() {
            prop_assert!(!found.reasons.is_empty(), "what does not move says why: {facts:?}");
        }
    }

    #[test]
    fn a_domain_that_is_approved_by_itself_has_exactly_one_hosting(all in prop::collection::vec(any_facts(), 0..5)) {
        let settings = settings(Scheme::V1);
        let found = domain_rows::of_api_1(&domain(all.clone()), &settings);
        if found.status == Status::AutomaticallyApproved {
            let one = super::hosting::hosting(&all, 0, &settings);
            let is_one = matches!(one, super::hosting::Hosting::One { .. });
            prop_assert!(is_one, "{:?}", one);
        }
    }

    #[test]
    fn a_longer_interval_never_ends_protection(days_over in -40_i64..400, short in 0_u32..200, more in 0_u32..200) {
        use hostwright_importer::snapshot::SubscriptionStatus;
        let mut settings = settings(Scheme::V1);
        let expires = Some(settings.today.plus_days(-days_over));
        settings.protective_days = short;
        let before = Time::of(SubscriptionStatus::Active, expires, &settings);
        settings.protective_days = short.saturating_add(more);
        let after = Time::of(SubscriptionStatus::Active, expires, &settings);
        if before == Time::Protective {
            prop_assert_eq!(after, Time::Protective);
        }
    }
}
