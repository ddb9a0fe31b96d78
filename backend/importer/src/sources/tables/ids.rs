//! Sets of identifiers that stay small.

use std::collections::{BTreeMap, HashSet};

/// Identifiers. Numbers are kept as ranges: those of a table are nearly without holes, so a
/// million of them take a few entries.
#[derive(Debug, Clone, Default)]
pub struct IdSet {
    ranges: BTreeMap<u64, u64>,
    others: HashSet<String>,
}

/// A number in its only form; `007` and `7` are two identifiers.
fn number(id: &str) -> Option<u64> {
    let is_plain = id == "0" || (!id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit()));
    if is_plain { id.parse().ok() } else { None }
}

impl IdSet {
    /// Adds one; false where it was there.
    pub fn insert(&mut self, id: &str) -> bool {
        let Some(number) = number(id) else {
            return self.others.insert(id.to_owned());
        };
        if self.has_number(number) {
            return false;
        }
        let before = self.ranges.range(..number).next_back().map(|(from, to)| (*from, *to));
        let from = match before {
            Some((from, to)) if to.checked_add(1) == Some(number) => from,
            _ => number,
        };
        let to = number.checked_add(1).and_then(|after| self.ranges.remove(&after)).unwrap_or(number);
        self.ranges.insert(from, to);
        true
    }

    /// Whether it is there.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        number(id).map_or_else(|| self.others.contains(id), |number| self.has_number(number))
    }

    fn has_number(&self, number: u64) -> bool {
        self.ranges.range(..=number).next_back().is_some_and(|(_, to)| *to >= number)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.others.is_empty()
    }
}
