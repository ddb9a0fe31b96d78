//! The small text parts of one account's archive, held until all of it was seen, and what
//! is said of the parts that have no place.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Bound;

use crate::GapCounts;
use crate::formats::archive;
use crate::snapshot::{Gap, GapKind, Kind};
use crate::{Limits, Refusal, Sink};

/// Bytes of one part that is held; configuration of panels has kilobytes.
const ONE_PART: usize = 8 << 20;
/// Bytes of all parts that are held.
const ALL_PARTS: usize = 96 << 20;

/// The parts of one archive.
#[derive(Debug)]
pub struct Parts {
    /// The archive, as it was given.
    pub container: String,
    /// What is told at the end.
    pub tally: GapCounts,
    texts: BTreeMap<String, String>,
    held_bytes: usize,
    one_part: usize,
    unread: BTreeMap<(String, &'static str), u64>,
}

impl Parts {
    /// None yet.
    #[must_use]
    pub fn new(container: &str, limits: &Limits) -> Self {
        Self {
            container: container.to_owned(),
            tally: GapCounts::default(),
            texts: BTreeMap::new(),
            held_bytes: 0,
            one_part: ONE_PART.min(limits.item_bytes),
            unread: BTreeMap::new(),
        }
    }

    /// Holds a part under its name.
    ///
    /// # Errors
    /// As the content.
    pub fn hold(&mut self, name: &str, content: &mut dyn Read) -> io::Result<()> {
        let left = ALL_PARTS.saturating_sub(self.held_bytes).min(self.one_part);
        let Some(bytes) = archive::held(content, left)? else {
            self.gap(GapKind::Skipped, name, "a part is larger than is held");
            return Ok(());
        };
        if self.texts.contains_key(name) {
            self.gap(GapKind::Duplicate, name, "a part stands twice; the first is taken");
            return Ok(());
        }
        self.held_bytes = self.held_bytes.saturating_add(bytes.len());
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(err) => {
                self.gap(GapKind::FactChanged, name, "it is no UTF-8 and was read as Latin-1");
                err.into_bytes().into_iter().map(char::from).collect()
            }
        };
        self.texts.insert(name.to_owned(), text);
        Ok(())
    }

    /// Takes a part; what is never taken is told as unread.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.texts.remove(name)
    }

    /// Whether a part is held.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// The names of held parts that begin with this.
    #[must_use]
    pub fn names(&self, begin: &str) -> Vec<String> {
        self.texts
            .range::<str, _>((Bound::Included(begin), Bound::Unbounded))
            .map(|(name, _)| name)
            .take_while(|name| name.starts_with(begin))
            .cloned()
            .collect()
    }

    /// Takes all parts that begin with this; given without the beginning.
    pub fn take_below(&mut self, begin: &str) -> Vec<(String, String)> {
        let names = self.names(begin);
        names
            .into_iter()
            .filter_map(|name| Some((name.strip_prefix(begin)?.to_owned(), self.texts.remove(&name)?)))
            .collect()
    }

    /// The place of a part in gaps.
    #[must_use]
    pub fn place(&self, name: &str) -> String {
        format!("{}: {name}", self.container)
    }

    /// Says something of a part.
    pub fn gap(&mut self, kind: GapKind, name: &str, reason: &str) {
        let gap = Gap::new(kind, self.place(name), reason);
        self.tally.add(gap);
    }

    /// Says something of a record that a part was about.
    pub fn gap_of(&mut self, kind: GapKind, name: &str, record: Kind, id: &str, field: &str, reason: &str) {
        let gap = Gap::new(kind, self.place(name), reason).of(record, id).field(field);
        self.tally.add(gap);
    }

    /// Says that lines of a part could not be read: once a part, with their count and the first.
    pub fn bad_line(&mut self, name: &str, record: Kind, line: u64, reason: &str) {
        let place = self.place(name);
        self.tally.count(GapKind::Skipped, &place, Some(record), reason, &format!("line {line}"));
    }

    /// Counts a file of a part that has no place in the snapshot.
    pub fn unread(&mut self, part: &str, reason: &'static str) {
        if self.unread.len() >= 1_000 && !self.unread.contains_key(&(part.to_owned(), reason)) {
            let count = self.unread.entry((String::from("other parts"), reason)).or_default();
            *count = count.saturating_add(1);
            return;
        }
        let count = self.unread.entry((part.to_owned(), reason)).or_default();
        *count = count.saturating_add(1);
    }

    /// Tells what is left to tell: parts that nobody took, and all gaps.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn finish(mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for name in std::mem::take(&mut self.texts).into_keys() {
            let part = name.split('/').next().unwrap_or(&name).to_owned();
            self.unread(&part, "files of this part have no place in the snapshot");
        }
        for ((part, reason), count) in std::mem::take(&mut self.unread) {
            let gap = Gap::new(GapKind::PartUnread, self.place(&part), reason);
            self.tally.add(gap.times(count));
        }
        self.tally.tell(sink)
    }
}
