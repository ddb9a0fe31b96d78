//! The guide's rows for subscriptions.
//!
//! | row | migration API 1 | |
//! |---|---|---|
//! | 1 | approved for migration | "Subscription is active and mapped, so it is suitable for migration." |
//! | 2 | rejected for migration | "Subscription is not mapped to POA Service Template and/or Billing Manager Service Plan." |
//! | 3 | rejected for migration | "Subscription is expired." |
//!
//! | row | migration API 2 | |
//! |---|---|---|
//! | 1 | approved for migration | |
//! | 2 | rejected for migration | "External Service Template is not mapped to POA/PBA Service Template/Plan." |
//! | 3 | rejected for migration | "External Service Template is mapped as 'hosting/hosting and domain registration' ..., but external subscription identifier is not specified." |
//! | 4 | rejected for migration | "External Service Template is mapped as 'resource' ..., but one or more domains provided by given subscription on a source server." |
//! | 5 | rejected for migration | "External subscription is mapped as 'hosting and domain registration/domain registration', [more than one] domains provided by given subscription on a source server." |
//! | 6 | rejected for migration | "Subscription is expired." |
//!
//! | row | 5.0 | |
//! |---|---|---|
//! | 1 | verified | no condition below holds |
//! | 2 | failed | the owner's account failed |
//! | 3 | failed | the template is not mapped |
//! | 4 | failed | wrong creation and expiration dates |
//! | 5 | failed | creation and expiration dates are not defined while a service plan is set in the mapping |
//!
//! Ours, where the text says nothing:
//! - all reasons that hold are told, not only the first;
//! - a *protective* subscription counts as not expired in every table, and says so;
//! - the 5.0 table is cut off after row 5; an expired subscription is rejected there too;
//! - row 4 of 5.0 means: over on or before the day it begins. Row 5 means: neither day is
//!   known ("creation *and* expiration"); one of them is enough;
//! - row 2 of 5.0 looks at what the owner's account fails for by itself (its parent, its
//!   association), not at the owner's other subscriptions: otherwise one bad subscription
//!   would take all others with it;
//! - a subscription that had ended at the source is passed over, which fails nobody;
//! - a person's approval lifts every reason but those of
//!   [`Reason::yields_to_a_person`]; a person's "not migrated" is final.

use hostwright_importer::snapshot::ProductClass;

use super::model::{Decision, Reason, Scheme, Settings, Status, SubscriptionFacts, Time, Verdict};

/// What is said of a subscription. `owner_failed` is whether the owner's account fails by itself.
#[must_use]
pub fn verdict(facts: &SubscriptionFacts, settings: &Settings, owner_failed: bool) -> Verdict {
    if facts.decision == Some(Decision::NotMigrated) {
        return Verdict::new(Status::NotSelected, &[Reason::DecidedByHand]);
    }
    if facts.time == Time::Ended {
        return Verdict::new(Status::PassedOver, &[Reason::Ended]);
    }
    let found = match settings.scheme {
        Scheme::V1 => of_api_1(facts),
        Scheme::V2 => of_api_2(facts),
        Scheme::V5 => of_edition_5(facts, owner_failed),
    };
    if facts.decision == Some(Decision::Approved) && !found.is_empty() {
        return by_hand(&found);
    }
    if found.is_empty() && facts.time == Time::Protective {
        return Verdict::new(Status::Approved, &[Reason::Protective]);
    }
    Verdict::by(found, Status::Approved, Status::Rejected)
}

/// What is left of the reasons once a person has approved.
fn by_hand(found: &[Reason]) -> Verdict {
    let left: Vec<Reason> = found.iter().copied().filter(|reason| !reason.yields_to_a_person()).collect();
    if left.is_empty() {
        Verdict::new(Status::Approved, &[Reason::DecidedByHand])
    } else {
        Verdict { status: Status::Rejected, reasons: left }
    }
}

fn of_api_1(facts: &SubscriptionFacts) -> Vec<Reason> {
    holding(&[(facts.class.is_none(), Reason::NotMapped), (facts.time == Time::Over, Reason::Expired)])
}

fn of_api_2(facts: &SubscriptionFacts) -> Vec<Reason> {
    let registers_only_one = facts.registers() && facts.domains > 1;
    holding(&[
        (facts.class.is_none(), Reason::NotMapped),
        (facts.hosts() && facts.id.is_empty(), Reason::IdentifierMissing),
        (facts.class == Some(ProductClass::Resource) && facts.domains > 0, Reason::ResourceWithDomains),
        (registers_only_one, Reason::MoreThanOneDomain),
        (facts.time == Time::Over, Reason::Expired),
    ])
}

fn of_edition_5(facts: &SubscriptionFacts, owner_failed: bool) -> Vec<Reason> {
    let is_wrong = facts.created.zip(facts.expires).is_some_and(|(created, expires)| expires <= created);
    let is_undated = facts.created.is_none() && facts.expires.is_none();
    holding(&[
        (owner_failed, Reason::OwnerFailed),
        (facts.class.is_none(), Reason::NotMapped),
        (is_wrong, Reason::WrongDates),
        (is_undated && facts.class.is_some(), Reason::DatesMissing),
        (facts.time == Time::Over, Reason::Expired),
    ])
}

/// The reasons whose conditions hold.
pub(super) fn holding(rows: &[(bool, Reason)]) -> Vec<Reason> {
    rows.iter().filter(|(holds, _)| *holds).map(|(_, reason)| *reason).collect()
}
