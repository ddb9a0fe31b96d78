//! Gaps that are told once with a count, however often their cause occurs.

use std::collections::BTreeMap;

use crate::refusal::in_short;
use crate::snapshot::{Gap, GapKind, Kind};
use crate::{Refusal, Sink};

/// Different gaps that are kept apart; what comes after them is told as one.
const KEPT_APART: usize = 20_000;
/// Records that one gap is told of by name; of further ones only their number is told.
const NAMED: usize = 10;

/// What makes two gaps the same, besides the record that they are about.
type Same = (GapKind, String, Option<Kind>, Option<String>, String);

/// How often, and about which records.
#[derive(Debug, Default)]
struct Occurrences {
    named: BTreeMap<Option<String>, u64>,
    unnamed: u64,
    example: Option<String>,
}

/// Collects gaps and tells each once. Bounded, whatever the input holds.
#[derive(Debug, Default)]
pub struct GapCounts {
    told: BTreeMap<Same, Occurrences>,
    beyond: u64,
}

impl GapCounts {
    /// Notes a gap.
    pub fn add(&mut self, gap: Gap) {
        let Gap { kind, place, record, id, field, reason, count } = gap;
        self.note((kind, place, record, field, reason), id, count, None);
    }

    /// Notes one of many gaps of one cause: the first example is told with the count.
    pub fn count(&mut self, kind: GapKind, place: &str, record: Option<Kind>, reason: &str, example: &str) {
        self.note((kind, place.to_owned(), record, None, in_short(reason)), None, 1, Some(example));
    }

    fn note(&mut self, same: Same, id: Option<String>, count: u64, example: Option<&str>) {
        if self.told.len() >= KEPT_APART && !self.told.contains_key(&same) {
            self.beyond = self.beyond.saturating_add(count);
            return;
        }
        let fresh = || Occurrences { example: example.map(|text| clipped(text, 200)), ..Occurrences::default() };
        let occurrences = self.told.entry(same).or_insert_with(fresh);
        let sum = if occurrences.named.len() < NAMED || occurrences.named.contains_key(&id) {
            occurrences.named.entry(id).or_default()
        } else {
            &mut occurrences.unnamed
        };
        *sum = sum.saturating_add(count);
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Tells all gaps, in a stable order, and begins anew.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn tell(&mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for ((kind, place, record, field, reason), occurrences) in std::mem::take(&mut self.told) {
            let reason = match occurrences.example {
                Some(example) => format!("{reason}; the first is {example}"),
                None => reason,
            };
            let gap = |id, reason: &str, count| Gap {
                kind,
                place: place.clone(),
                record,
                id,
                field: field.clone(),
                reason: reason.to_owned(),
                count,
            };
            for (id, count) in occurrences.named {
                sink.gap(gap(id, &reason, count))?;
            }
            if occurrences.unnamed > 0 {
                sink.gap(gap(None, &format!("{reason} (further records)"), occurrences.unnamed))?;
            }
        }
        let beyond = std::mem::take(&mut self.beyond);
        if beyond > 0 {
            let gap = Gap::new(GapKind::FactLost, "the input", "more different gaps than are told apart");
            sink.gap(gap.times(beyond))?;
        }
        Ok(())
    }
}

/// The first characters of a text.
pub(crate) fn clipped(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entry;

    #[test]
    fn a_hundred_thousand_equal_gaps_are_told_as_one_with_their_count() {
        let mut tally = GapCounts::default();
        for number in 0..100_000 {
            tally.count(GapKind::Skipped, "a.tar", None, "a device", &format!("dev/{number}"));
        }
        let mut told: Vec<Entry> = Vec::new();
        tally.tell(&mut told).unwrap();
        let [Entry::Gap(gap)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((gap.count, gap.reason.as_str()), (100_000, "a device; the first is dev/0"));
        assert!(tally.is_empty());
    }

    #[test]
    fn a_reason_that_names_a_key_of_the_input_has_an_end() {
        let mut tally = GapCounts::default();
        let reason = format!("the key '{}' has no place", "(".repeat(100_000));
        tally.count(GapKind::FactLost, "a.json", None, &reason, "1");
        let mut told: Vec<Entry> = Vec::new();
        tally.tell(&mut told).unwrap();
        let [Entry::Gap(gap)] = told.as_slice() else { panic!("{told:?}") };
        assert!(gap.reason.chars().count() < 1_000 && gap.reason.starts_with("the key '((("));
    }

    #[test]
    fn a_gap_of_many_records_names_the_first_ones_and_counts_the_others() {
        let mut tally = GapCounts::default();
        for number in 0..1_000 {
            tally.add(
                Gap::new(GapKind::FactLost, "a", "no hash").of(Kind::Mailbox, &number.to_string()).field("password"),
            );
        }
        let mut told: Vec<Entry> = Vec::new();
        tally.tell(&mut told).unwrap();
        assert_eq!(told.len(), NAMED + 1);
        let Some(Entry::Gap(last)) = told.last() else { panic!("{told:?}") };
        assert_eq!((last.id.as_deref(), last.count), (None, 990));
    }

    #[test]
    fn different_gaps_beyond_what_is_kept_apart_are_counted_together() {
        let mut tally = GapCounts::default();
        for number in 0..KEPT_APART + 5 {
            tally.add(Gap::new(GapKind::Skipped, number, "odd"));
        }
        let mut told: Vec<Entry> = Vec::new();
        tally.tell(&mut told).unwrap();
        assert_eq!(told.len(), KEPT_APART + 1);
        let counted: u64 = told.iter().map(|entry| if let Entry::Gap(gap) = entry { gap.count } else { 0 }).sum();
        assert_eq!(counted, u64::try_from(KEPT_APART + 5).unwrap());
    }
}
