//! What a number looks like.

use hostwright_kernel::Day;

/// A number that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The prefix; empty for none.
    pub series: String,
    /// The year of the issue day.
    pub year: i64,
    /// Place in the year, from 1.
    pub sequence: i64,
    /// The issue day: today, or the last issue day should that be later.
    pub day: Day,
}

impl Number {
    /// `2026-00042`, or `HW-2026-00042` in a series.
    #[must_use]
    pub fn text(&self) -> String {
        let dash = if self.series.is_empty() { "" } else { "-" };
        format!("{}{dash}{}-{:05}", self.series, self.year, self.sequence)
    }
}

/// What is wrong with a year's documents, given as sequence and day in the order of
/// their sequence, against the counter's last number.
#[must_use]
pub fn gaps(name: &str, last: i64, documents: &[(i64, Day)]) -> Vec<String> {
    let mut breaks = Vec::new();
    let mut before: Option<Day> = None;
    for (expected, (sequence, day)) in (1_i64..).zip(documents) {
        if *sequence != expected {
            breaks.push(format!("numbering {name}: {expected} is missing or doubled (found {sequence})"));
            return breaks;
        }
        if before.is_some_and(|before| before > *day) {
            breaks.push(format!("numbering {name}: {sequence} is dated before the number before it"));
        }
        before = Some(*day);
    }
    if i64::try_from(documents.len()).ok() != Some(last) {
        breaks.push(format!("numbering {name}: {} documents, but the counter says {last}", documents.len()));
    }
    breaks
}
