//! The guide's rows for accounts.
//!
//! | row | early edition | reason |
//! |---|---|---|
//! | 1 | verified | "Successfully passed." |
//! | 2 | verification failed | "Account does not have domains." |
//! | 3 | verification failed | "No domains are selected for migration." |
//! | 4 | verification failed | "Domain(s) did not pass a verification." |
//!
//! | row | 5.0, reseller accounts | |
//! |---|---|---|
//! | 1 | failed | the parent account is not yet migrated |
//! | 2 | failed | not associated with an existing reseller |
//! | 3 | failed | one or more of its own subscriptions failed |
//!
//! | row | 5.0, customer accounts | |
//! |---|---|---|
//! | 1 | failed | the parent account is not migrated |
//! | 2 | failed | one or more of its own subscriptions failed |
//!
//! Ours, where the text says nothing:
//! - a domain in *manual approval* did not pass (a person must approve it first);
//! - a parent that is verified and comes in the same transfer counts as migrated, for it is
//!   transferred first; a parent that was skipped, failed or is not there does not;
//! - where the source's settings say that resellers are made here, a reseller is associated
//!   with the one that its transfer makes; otherwise a person names one;
//! - a rejected subscription that a person marked as not migrated fails nobody (the guide says
//!   this of 5.0), and so does one that had ended.

use super::model::{Decision, Reason, Scheme, Settings, Status, Verdict};
use super::subscriptions::holding;

/// What the tables ask of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountFacts {
    /// Whether it is selected.
    pub is_selected: bool,
    /// What a person decided.
    pub decision: Option<Decision>,
    /// Whether it is a reseller.
    pub is_reseller: bool,
    /// Whether a person named a reseller here for it.
    pub is_associated: bool,
    /// Whether an account is above it.
    pub has_parent: bool,
    /// Whether that account is here, or comes before it.
    pub is_parent_migrated: bool,
    /// Its domains.
    pub domains: usize,
    /// Those that are selected.
    pub selected_domains: usize,
    /// Those of the selected that did not pass.
    pub failed_domains: usize,
    /// Its subscriptions that were rejected.
    pub rejected_subscriptions: usize,
}

/// What is said of an account.
#[must_use]
pub fn verdict(facts: &AccountFacts, settings: &Settings) -> Verdict {
    if !facts.is_selected || facts.decision == Some(Decision::NotMigrated) {
        return Verdict::new(Status::NotSelected, &[]);
    }
    let found = match settings.scheme {
        Scheme::V1 | Scheme::V2 => early(facts),
        Scheme::V5 => [by_itself(facts, settings), of_subscriptions(facts)].concat(),
    };
    let yields = found.iter().all(|reason| reason.yields_to_a_person());
    if !found.is_empty() && facts.decision == Some(Decision::Approved) && yields {
        return Verdict::new(Status::Verified, &[Reason::DecidedByHand]);
    }
    Verdict::by(found, Status::Verified, Status::Failed)
}

fn early(facts: &AccountFacts) -> Vec<Reason> {
    let has_domains = facts.domains > 0;
    holding(&[
        (!has_domains, Reason::NoDomains),
        (has_domains && facts.selected_domains == 0, Reason::NoDomainSelected),
        (facts.failed_domains > 0, Reason::DomainFailed),
    ])
}

/// What an account fails for whatever its subscriptions are (5.0).
#[must_use]
pub fn by_itself(facts: &AccountFacts, settings: &Settings) -> Vec<Reason> {
    if settings.scheme != Scheme::V5 {
        return Vec::new();
    }
    holding(&[
        (facts.has_parent && !facts.is_parent_migrated, Reason::ParentNotMigrated),
        (facts.is_reseller && !facts.is_associated && !settings.makes_resellers, Reason::ResellerNotAssociated),
    ])
}

fn of_subscriptions(facts: &AccountFacts) -> Vec<Reason> {
    holding(&[(facts.rejected_subscriptions > 0, Reason::SubscriptionFailed)])
}
