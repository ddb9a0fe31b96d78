//! The guide's rows for domains (migration API 1).
//!
//! | row | status | reason |
//! |---|---|---|
//! | 1 | automatically approved | "MM found a hosting subscription and a domain registration subscription for migration (depends on the migration settings) and they are suitable for migration." |
//! | 2 | manual approval | "Domain has a domain registration subscription and/or a resource subscription suitable for migration, but doesn't have a hosting subscription." It can be parked, "depends on the migration settings". |
//! | 3 | failed | "Found several hosting subscriptions on different source servers." |
//! | 4 | failed | "Found one or more unmapped subscriptions (depends on the migration settings)." |
//! | 5 | failed | "Domain registration Subscription is not found (depends on the migration settings)." |
//! | 6 | failed | "Found more than one domain registration subscription suitable for migration." |
//! | 7 | failed | "Found more than one hosting subscription suitable for migration." |
//!
//! Ours, where the text says nothing:
//! - rows 3 to 7 come before rows 1 and 2, and every one that holds is told;
//! - a domain that row 2 speaks of fails where the settings do not allow parking;
//! - a domain that nothing provides fails;
//! - of several registrations, the one approved by hand counts (as row 9 of step 2 does);
//! - a person's approval turns *manual approval* into approved, and lifts the failures that
//!   [`Reason::yields_to_a_person`] names;
//! - migration API 2 and edition 5.0 have no rows for domains: there a domain is approved when
//!   a subscription that provides it is, or when nothing but its registration is known of it.

use super::hosting::{Hosting, hosting, registrations, resources};
use super::model::{Decision, Reason, Settings, Status, SubscriptionFacts, Verdict};
use super::subscriptions::holding;

/// What the tables ask of a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainFacts {
    /// The subscriptions of this source that provide it; its registration is one of them.
    pub own: Vec<SubscriptionFacts>,
    /// Those of the main billing platform, where that is another source.
    pub of_main_platform: Vec<SubscriptionFacts>,
    /// Hosting of this domain on other sources where it is selected.
    pub hosted_elsewhere: usize,
    /// Whether it is selected.
    pub is_selected: bool,
    /// What a person decided.
    pub decision: Option<Decision>,
}

/// What is said of a domain under migration API 1.
#[must_use]
pub fn of_api_1(facts: &DomainFacts, settings: &Settings) -> Verdict {
    if !facts.is_selected || facts.decision == Some(Decision::NotMigrated) {
        return Verdict::new(Status::NotSelected, &[]);
    }
    let all: Vec<SubscriptionFacts> = facts.own.iter().chain(&facts.of_main_platform).cloned().collect();
    let hosted = hosting(&facts.own, facts.hosted_elsewhere, settings);
    let registered = registrations(&all);
    let by_hand = registered.iter().filter(|one| one.decision == Some(Decision::Approved)).count();
    let resources = resources(&facts.own, &facts.of_main_platform, settings).len();
    let has_unmapped = all.iter().any(|one| one.class.is_none() && one.decision != Some(Decision::NotMigrated));
    let failures = holding(&[
        (hosted == Hosting::Conflict, Reason::HostingOnSeveralServers),
        (settings.refuses_unmapped && has_unmapped, Reason::UnmappedSubscriptions),
        (settings.needs_registration && registered.is_empty(), Reason::RegistrationMissing),
        (registered.len() > 1 && by_hand != 1, Reason::SeveralRegistrations),
        (hosted == Hosting::Several, Reason::SeveralHostings),
    ]);
    if !failures.is_empty() {
        return approved_or(Verdict { status: Status::Failed, reasons: failures }, facts);
    }
    match (hosted, registered.len().saturating_add(resources)) {
        (Hosting::One { is_protective, .. }, _) => {
            let why: &[Reason] = if is_protective { &[Reason::Protective] } else { &[] };
            Verdict::new(Status::AutomaticallyApproved, why)
        }
        (_, 0) => approved_or(Verdict::new(Status::Failed, &[Reason::NothingProvidesIt]), facts),
        _ if settings.parks_domains => approved_or(Verdict::new(Status::ManualApproval, &[Reason::OnlyParking]), facts),
        _ => approved_or(Verdict::new(Status::Failed, &[Reason::ParkingNotAllowed]), facts),
    }
}

/// What is said of a domain where the guide has no row: `approved` counts the subscriptions
/// that provide it and were approved, `rejected` those that were not.
#[must_use]
pub fn without_rows(facts: &DomainFacts, approved: usize, rejected: usize) -> Verdict {
    if !facts.is_selected || facts.decision == Some(Decision::NotMigrated) {
        return Verdict::new(Status::NotSelected, &[]);
    }
    if approved == 0 && rejected > 0 {
        return approved_or(Verdict::new(Status::Failed, &[Reason::NothingProvidesIt]), facts);
    }
    Verdict::new(Status::AutomaticallyApproved, &[])
}

fn approved_or(found: Verdict, facts: &DomainFacts) -> Verdict {
    let yields = found.reasons.iter().all(|reason| reason.yields_to_a_person());
    if facts.decision == Some(Decision::Approved) && yields {
        Verdict::new(Status::ManuallyApproved, &[Reason::DecidedByHand])
    } else {
        found
    }
}
