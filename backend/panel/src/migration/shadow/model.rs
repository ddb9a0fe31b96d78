//! What either side charges in a span of days, and where the two differ.

use hostwright_importer::snapshot::values::Cycle;
use hostwright_kernel::{Day, Money, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Charges of one subscription in one span, at most.
const DUES_MAX: usize = 400;

/// Something to be charged on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Due {
    /// When.
    pub day: Day,
    /// How much, without tax.
    pub amount: Money,
}

/// What the source charges from `from` on and before `until`: its next due day and every cycle
/// after it. A cycle that charges once or never charges nothing; a due day that has passed is
/// charged when it was due, and so is not in the span.
#[must_use]
pub fn theirs(next_due: Option<Day>, cycle: Option<Cycle>, amount: Option<Money>, from: Day, until: Day) -> Vec<Due> {
    let (Some(first), Some(amount), Some(cycle)) = (next_due, amount, cycle) else {
        return Vec::new();
    };
    let step = |index: u32| -> Option<Day> {
        match cycle {
            Cycle::Months(months) => Some(first.plus_months(months.checked_mul(index)?)),
            Cycle::Days(days) => Some(first.plus_days(i64::from(days.checked_mul(index)?))),
            Cycle::Free | Cycle::Once => None,
        }
    };
    (0_u32..)
        .map_while(step)
        .take_while(|day| *day < until)
        .take(DUES_MAX)
        .filter(|day| *day >= from)
        .map(|day| Due { day, amount })
        .collect()
}

text_enum! {
    /// How the two sides differ for one subscription.
    pub enum Differs {
        /// The source charges, we do not.
        OnlyTheirs = "only_theirs",
        /// We charge, the source does not.
        OnlyOurs = "only_ours",
        /// The same amount on another day.
        Day = "day",
        /// Another amount on the same day.
        Amount = "amount",
        /// Another amount on another day.
        Both = "both",
    }
}

/// A difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// How they differ.
    pub differs: Differs,
    /// What the source charges.
    pub theirs: Option<Due>,
    /// What we charge.
    pub ours: Option<Due>,
}

/// Where the two sides differ: what is alike on both is taken away, and the rest is put side by
/// side in the order of days.
#[must_use]
pub fn differences(theirs: &[Due], ours: &[Due]) -> Vec<Difference> {
    let (mut left, mut right) = (theirs.to_vec(), ours.to_vec());
    left.retain(|due| match right.iter().position(|other| other == due) {
        Some(place) => {
            right.remove(place);
            false
        }
        None => true,
    });
    left.sort_by_key(|due| due.day);
    right.sort_by_key(|due| due.day);
    let count = left.len().max(right.len());
    (0..count)
        .filter_map(|place| {
            let (theirs, ours) = (left.get(place).copied(), right.get(place).copied());
            let differs = match (theirs, ours) {
                (Some(theirs), Some(ours)) if theirs.amount == ours.amount => Differs::Day,
                (Some(theirs), Some(ours)) if theirs.day == ours.day => Differs::Amount,
                (Some(_), Some(_)) => Differs::Both,
                (Some(_), None) => Differs::OnlyTheirs,
                (None, Some(_)) => Differs::OnlyOurs,
                (None, None) => return None,
            };
            Some(Difference { differs, theirs, ours })
        })
        .collect()
}

/// A difference as pages and the API show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShadowRow {
    /// The subscription here.
    pub subscription_id: String,
    /// Whose it is.
    pub customer_id: String,
    /// What it is called.
    pub name: String,
    /// Its kind at the source: `subscription` or `domain`.
    pub kind: String,
    /// The source's identifier.
    pub external_id: String,
    /// How the two sides differ.
    pub differs: Differs,
    /// What the source charges.
    pub theirs: Option<Due>,
    /// What we charge.
    pub ours: Option<Due>,
}

/// What either side charges in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowSum {
    /// What the source charges.
    pub theirs: Money,
    /// What we charge.
    pub ours: Money,
    /// Ours less theirs.
    pub difference: Money,
}

/// A page of the shadow month.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShadowView {
    /// First day.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// Subscriptions on this page that were compared.
    pub compared: i64,
    /// Those that charge the same on the same days.
    pub equal: i64,
    /// By currency, of this page.
    pub sums: Vec<ShadowSum>,
    /// Where they differ.
    pub items: Vec<ShadowRow>,
    /// Pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}
