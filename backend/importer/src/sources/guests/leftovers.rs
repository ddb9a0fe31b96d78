//! What a reader does not take of one object: kept as text where it may matter, counted
//! by name where it does not, and said aloud where it is lost.
//!
//! Invariants: nothing that is noted here is forgotten; the same reason for the same field
//! becomes one gap with a count; what looks like a secret never becomes plain text.

use std::collections::BTreeMap;

use crate::snapshot::values::Extra;
use crate::{Gap, GapKind, Kind};

/// Facts kept as text of one object. A real one has tens.
const MOST_EXTRAS: usize = 2_000;
/// Different gaps of one object.
const MOST_GAPS: usize = 500;
/// Characters of a name or reason.
const LONGEST_NAME: usize = 200;

/// What stays behind of one object.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    extra: Vec<Extra>,
    gaps: BTreeMap<(GapKind, String, String), u64>,
    spared: BTreeMap<String, u64>,
    beyond: u64,
}

impl Leftovers {
    /// Keeps a fact as text.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        if looks_secret(name) {
            self.note(GapKind::FactLost, name, "a secret without a place of its own is not kept");
        } else if self.extra.len() >= MOST_EXTRAS {
            self.beyond = self.beyond.saturating_add(1);
        } else {
            self.extra.push(Extra { name: short(name), value: value.to_owned() });
        }
    }

    /// Counts something that the new place has no use for.
    pub(crate) fn spare(&mut self, name: &str) {
        let name = short(name);
        if self.spared.len() < MOST_GAPS || self.spared.contains_key(&name) {
            let count = self.spared.entry(name).or_default();
            *count = count.saturating_add(1);
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// Says that a fact was lost.
    pub(crate) fn lose(&mut self, field: &str, reason: &str) {
        self.note(GapKind::FactLost, field, reason);
    }

    /// Says that a fact was not believable and was replaced or left out.
    pub(crate) fn change(&mut self, field: &str, reason: &str) {
        self.note(GapKind::FactChanged, field, reason);
    }

    /// Says anything.
    pub(crate) fn note(&mut self, kind: GapKind, field: &str, reason: &str) {
        let key = (kind, short(field), short(reason));
        if self.gaps.len() < MOST_GAPS || self.gaps.contains_key(&key) {
            let count = self.gaps.entry(key).or_default();
            *count = count.saturating_add(1);
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// Takes over what another left behind of the same object.
    pub(crate) fn absorb(&mut self, other: Self) {
        for Extra { name, value } in other.extra {
            self.keep(&name, &value);
        }
        for ((kind, field, reason), count) in other.gaps {
            let held = self.gaps.entry((kind, field, reason)).or_default();
            *held = held.saturating_add(count);
        }
        for (name, count) in other.spared {
            let held = self.spared.entry(name).or_default();
            *held = held.saturating_add(count);
        }
        self.beyond = self.beyond.saturating_add(other.beyond);
    }

    /// The facts kept as text; what remains are gaps.
    pub(crate) fn take_extra(&mut self) -> Vec<Extra> {
        std::mem::take(&mut self.extra)
    }

    /// All gaps. `spared` says who keeps what the new place has no use for.
    pub(crate) fn into_gaps(self, place: &str, record: Option<(Kind, &str)>, spared: &str) -> Vec<Gap> {
        let about = |gap: Gap| match record {
            Some((kind, id)) => gap.of(kind, id),
            None => gap,
        };
        let mut gaps = Vec::new();
        for ((kind, field, reason), count) in self.gaps {
            let gap = Gap::new(kind, place, reason).times(count);
            gaps.push(about(if field.is_empty() { gap } else { gap.field(&field) }));
        }
        if !self.spared.is_empty() {
            let total = self.spared.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            let names: Vec<String> = self.spared.iter().map(|(name, count)| format!("{name} {count}")).collect();
            let reason = format!("{spared}: {}", names.join(", "));
            gaps.push(about(Gap::new(GapKind::PartUnread, place, reason).times(total)));
        }
        if self.beyond > 0 {
            let reason = "more than is kept of one object";
            gaps.push(about(Gap::new(GapKind::FactLost, place, reason).times(self.beyond)));
        }
        gaps
    }
}

/// Whether a name announces a secret.
fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['/', '@', ' ', '.', ':']).next().unwrap_or_default();
    last.contains("passw") || last.contains("secret") || last == "key" || last == "pass" || last.ends_with("_key")
}

/// The beginning of a text, for names and reasons.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
