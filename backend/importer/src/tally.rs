//! Gaps that are told once with a count.

use std::collections::BTreeMap;

use crate::Refusal;
use crate::snapshot::{Gap, GapKind, Kind, Sink};

type Key = (GapKind, Option<Kind>, Option<String>, String);

/// Gathers gaps; those that differ only in their place become one, at the first place, with a count.
#[derive(Debug, Default)]
pub struct Tally {
    gaps: BTreeMap<Key, Gap>,
}

impl Tally {
    /// Different gaps that are kept apart; hostile input makes no more.
    const MOST: usize = 2_000;

    /// Takes one.
    pub fn add(&mut self, gap: Gap) {
        let key = (gap.kind, gap.record, gap.field.clone(), gap.reason.clone());
        let key = if self.gaps.len() >= Self::MOST && !self.gaps.contains_key(&key) {
            (GapKind::Skipped, None, None, "further gaps of many different reasons".to_owned())
        } else {
            key
        };
        match self.gaps.get_mut(&key) {
            Some(known) => {
                known.count = known.count.saturating_add(gap.count);
                if known.id != gap.id {
                    known.id = None;
                }
            }
            None => {
                let reason = key.3.clone();
                self.gaps.insert(key, Gap { reason, ..gap });
            }
        }
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Vec<Gap> {
        self.gaps.into_values().collect()
    }

    /// Hands all of them on.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for gap in std::mem::take(&mut self.gaps).into_values() {
            sink.gap(gap)?;
        }
        Ok(())
    }
}
