//! The guide's flow charts of verification, steps 1 to 3, as tables (migration API 1).
//!
//! **Step 1, "Determine subscription's conflicts".** The chart tests one switch of the
//! source's migration settings (its label is lost in the scan) and goes on to "Process
//! hosting subscriptions".
//!
//! | switch | hosting of this domain on other sources, where it is selected | outcome |
//! |---|---|---|
//! | off | any number | step 2 |
//! | on | none | step 2 |
//! | on | one or more | the domain fails: hosting on several servers |
//!
//! **Step 2, "Analyze hosting subscriptions".** Two conditions on a single active hosting
//! subscription are legible, and one on a single protective one:
//!
//! > Subscription's override state != "Manually approved" AND (MS: main billing platform is
//! > UNDEFINED OR active hosting subscription NOT belongs to main billing platform)
//!
//! > Subscription's override state == "Manually approved" OR (MS: main billing platform is
//! > defined AND active hosting subscription belongs to main billing platform)
//!
//! > MS: main billing platform is UNDEFINED OR protective hosting subscription NOT belongs to
//! > main billing platform
//!
//! The outcomes behind them did not survive. **The last column is ours**, read from what the
//! guide says elsewhere: hosting is created where it is, and billing data come from the source
//! that has them.
//!
//! | row | active | protective | by hand | main platform | outcome |
//! |---|---|---|---|---|---|
//! | 1 | 0 | 0 | - | - | no hosting |
//! | 2 | 1 | any | no | undefined | that one, with its own billing |
//! | 3 | 1 | any | no | another source | that one, billed by the main platform |
//! | 4 | 1 | any | yes | - | that one, with its own billing |
//! | 5 | 1 | any | no | this source | that one, with its own billing |
//! | 6 | 0 | 1 | no | undefined or this source | that one as protective, with its own billing |
//! | 7 | 0 | 1 | no | another source | that one as protective, billed by the main platform |
//! | 8 | 0 | 1 | yes | - | that one as protective, with its own billing |
//! | 9 | several | any | exactly one of them | - | the one approved by hand, with its own billing |
//! | 10 | several | any | none or several | - | the domain fails: several hostings |
//! | 11 | 0 | several | exactly one of them | - | the one approved by hand, as protective |
//! | 12 | 0 | several | none or several | - | the domain fails: several hostings |
//!
//! **Step 3, "Analyze resource and domain registration subscriptions".** Legible: "Get list of
//! resource subscriptions from main billing platform" and "List is empty". Ours is the rest:
//!
//! | main platform | resource subscriptions that count |
//! |---|---|
//! | undefined, or this source | those of this source |
//! | another source | those of the main billing platform alone |

use super::model::{Decision, MainPlatform, Settings, SubscriptionFacts, Time};

/// Whose amounts and dates a hosting subscription goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// Its own.
    Own,
    /// Those of the main billing platform.
    MainPlatform,
}

/// What steps 1 and 2 come to for one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosting {
    /// The same domain is hosted on other sources too.
    Conflict,
    /// Nothing hosts it.
    None,
    /// This subscription hosts it.
    One {
        /// The source's identifier.
        id: String,
        /// Whether it is expired and within its interval.
        is_protective: bool,
        /// Who bills for it.
        billing: Billing,
    },
    /// Several could, and nobody chose.
    Several,
}

/// Steps 1 and 2. `elsewhere` counts hosting of this domain on other sources where it is selected.
#[must_use]
pub fn hosting(subscriptions: &[SubscriptionFacts], elsewhere: usize, settings: &Settings) -> Hosting {
    if settings.finds_conflicts && elsewhere > 0 {
        return Hosting::Conflict;
    }
    let fit = |time: Time| -> Vec<&SubscriptionFacts> {
        subscriptions
            .iter()
            .filter(|one| one.hosts() && one.time == time && one.decision != Some(Decision::NotMigrated))
            .collect()
    };
    let active = fit(Time::Running);
    if active.is_empty() { chosen(&fit(Time::Protective), true, settings) } else { chosen(&active, false, settings) }
}

/// Rows 2 to 12: one candidate, or the one that a person chose among several.
fn chosen(candidates: &[&SubscriptionFacts], is_protective: bool, settings: &Settings) -> Hosting {
    let by_hand: Vec<&&SubscriptionFacts> =
        candidates.iter().filter(|one| one.decision == Some(Decision::Approved)).collect();
    let one = match (candidates, by_hand.as_slice()) {
        ([], _) => return Hosting::None,
        ([only], _) => only,
        (_, [only]) => **only,
        _ => return Hosting::Several,
    };
    let bills_itself = one.decision == Some(Decision::Approved)
        || one.is_on_main
        || settings.main_platform != MainPlatform::AnotherSource;
    let billing = if bills_itself { Billing::Own } else { Billing::MainPlatform };
    Hosting::One { id: one.id.clone(), is_protective, billing }
}

/// Step 3: the resource subscriptions that count for a domain.
#[must_use]
pub fn resources<'a>(
    own: &'a [SubscriptionFacts],
    of_main_platform: &'a [SubscriptionFacts],
    settings: &Settings,
) -> Vec<&'a SubscriptionFacts> {
    let counting = match settings.main_platform {
        MainPlatform::Undefined | MainPlatform::ThisSource => own,
        MainPlatform::AnotherSource => of_main_platform,
    };
    counting.iter().filter(|one| one.is_resource() && is_fit(one)).collect()
}

/// The registrations that count for a domain, from wherever they were given.
#[must_use]
pub fn registrations(subscriptions: &[SubscriptionFacts]) -> Vec<&SubscriptionFacts> {
    subscriptions.iter().filter(|one| one.registers() && is_fit(one)).collect()
}

/// Fit for migration: not over for longer than its interval, and not taken out.
fn is_fit(one: &SubscriptionFacts) -> bool {
    matches!(one.time, Time::Running | Time::Protective) && one.decision != Some(Decision::NotMigrated)
}
