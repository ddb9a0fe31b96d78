//! Hands guests and their gaps to the sink, each guest once.

use std::collections::BTreeSet;

use super::leftovers::Leftovers;
use crate::snapshot::{Guest, Record};
use crate::{Entry, Gap, GapKind, Kind, Refusal, Sink};

/// Remembers whether it was the receiver that refused, so that a bad file and a receiver
/// that stops are not taken for each other.
pub(crate) struct Emitter<'a> {
    sink: &'a mut dyn Sink,
    seen: BTreeSet<(Kind, String)>,
    has_stopped: bool,
    taken: u64,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, seen: BTreeSet::new(), has_stopped: false, taken: 0 }
    }

    /// Whether the receiver refused to take more.
    pub(crate) fn has_stopped(&self) -> bool {
        self.has_stopped
    }

    /// How many entries were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    fn entry(&mut self, entry: Entry) -> Result<(), Refusal> {
        self.taken = self.taken.saturating_add(1);
        self.sink.take(entry).inspect_err(|_| self.has_stopped = true)
    }

    pub(crate) fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        self.entry(Entry::Gap(gap))
    }

    pub(crate) fn fact(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let fact = crate::snapshot::values::Extra { name: name.to_owned(), value: value.to_owned() };
        self.entry(Entry::Fact(fact))
    }

    /// Hands a record over, unless one of its kind and identifier was before.
    pub(crate) fn record(&mut self, place: &str, record: impl Into<Record>) -> Result<(), Refusal> {
        let record = record.into();
        let (kind, id) = (record.kind(), record.id().to_owned());
        if self.seen.insert((kind, id.clone())) {
            self.entry(Entry::Record(record))
        } else {
            let reason = "the same identifier was read before; the first was taken";
            self.gap(Gap::new(GapKind::Duplicate, place, reason).of(kind, &id))
        }
    }

    /// Hands a guest over with what was left behind of it.
    pub(crate) fn guest(
        &mut self,
        place: &str,
        mut guest: Guest,
        mut left: Leftovers,
        spared: &str,
    ) -> Result<(), Refusal> {
        guest.extra.append(&mut left.take_extra());
        let id = guest.id.clone();
        self.record(place, guest)?;
        for gap in left.into_gaps(place, Some((Kind::Guest, &id)), spared) {
            self.gap(gap)?;
        }
        Ok(())
    }
}
