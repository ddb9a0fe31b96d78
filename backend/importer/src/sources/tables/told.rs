//! Gaps, gathered so that the same one is told once with its count.

use std::collections::BTreeMap;

use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{Gap, GapKind, Kind, Sink};

/// Identifiers that a gap names before it only counts.
const NAMED: usize = 20;
/// Different gaps that are kept apart.
const MOST: usize = 20_000;

/// A gap of a row before it is known where it belongs.
#[derive(Debug, Clone)]
pub struct Pending {
    pub(super) kind: GapKind,
    pub(super) table: String,
    pub(super) field: Option<String>,
    pub(super) reason: String,
    pub(super) line: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: GapKind,
    table: String,
    field: Option<String>,
    reason: String,
    record: Option<Kind>,
}

#[derive(Debug, Default)]
struct Tale {
    place: String,
    count: u64,
    ids: Vec<String>,
}

/// Gaps, by what they say.
#[derive(Debug, Default)]
pub struct Told {
    tales: BTreeMap<Key, Tale>,
    beyond: u64,
}

impl Told {
    fn add(&mut self, key: Key, place: impl FnOnce() -> String, id: &str, count: u64) {
        if self.tales.len() >= MOST && !self.tales.contains_key(&key) {
            self.beyond = self.beyond.saturating_add(count);
            return;
        }
        let tale = self.tales.entry(key).or_default();
        if tale.count == 0 {
            tale.place = place();
        }
        tale.count = tale.count.saturating_add(count);
        if !id.is_empty() && tale.ids.len() < NAMED {
            tale.ids.push(id.chars().take(60).collect());
        }
    }

    /// A gap about a row.
    pub fn say(&mut self, kind: GapKind, file: &str, row: &Row, field: Option<&str>, reason: &str, id: &str) {
        let table = row.header.table.clone();
        let place = || place(file, &table, Some(row.line));
        let key = Key {
            kind,
            table: table.clone(),
            field: field.map(str::to_owned),
            reason: reason.to_owned(),
            record: None,
        };
        self.add(key, place, id, 1);
    }

    /// A gap about a record.
    pub(super) fn say_of(&mut self, file: &str, gap: Pending, record: Option<Kind>, id: &str) {
        let place = || place(file, &gap.table, Some(gap.line));
        let (kind, table, field, reason) = (gap.kind, gap.table.clone(), gap.field, gap.reason);
        self.add(Key { kind, table, field, reason, record }, place, id, 1);
    }

    /// A gap about a part of the source.
    pub fn part(&mut self, kind: GapKind, file: &str, what: &str, line: Option<u64>, reason: &str, count: u64) {
        let table: String = named(what).chars().take(80).collect();
        let key = Key { kind, table: table.clone(), field: None, reason: reason.to_owned(), record: None };
        self.add(key, || place(file, &table, line), "", count);
    }

    /// A gap about a thing with an identifier, outside of any row.
    pub fn thing(&mut self, kind: GapKind, what: &str, record: Kind, id: &str, reason: &str, count: u64) {
        let key = Key { kind, table: what.to_owned(), field: None, reason: reason.to_owned(), record: Some(record) };
        self.add(key, || what.to_owned(), id, count);
    }

    /// Tells all gaps. A gap that happened once names its record; one that happened often says
    /// in its reason where, for the first of them.
    ///
    /// # Errors
    /// What the sink refuses.
    pub fn tell(self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for (key, tale) in self.tales {
            let mut reason = key.reason;
            let mut gap_id = None;
            if tale.count == 1 {
                gap_id = tale.ids.into_iter().next();
            } else if !tale.ids.is_empty() {
                let shown = u64::try_from(tale.ids.len()).unwrap_or(0);
                let more = tale.count.saturating_sub(shown);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                reason = format!("{reason} (of {}{more})", tale.ids.join(", "));
            }
            let mut gap = Gap::new(key.kind, tale.place, reason).times(tale.count);
            gap.record = key.record;
            gap.id = gap_id;
            gap.field = key.field;
            sink.gap(gap)?;
        }
        if self.beyond > 0 {
            let reason = "there are more different gaps than are kept apart";
            sink.gap(Gap::new(GapKind::FactLost, "the whole", reason).times(self.beyond))?;
        }
        Ok(())
    }
}

/// A table as it is told: broken input may hold one whose name is empty.
pub(super) fn named(table: &str) -> &str {
    if table.is_empty() { "a table without a name" } else { table }
}

fn place(file: &str, table: &str, line: Option<u64>) -> String {
    let line = line.map(|line| format!(" line {line}")).unwrap_or_default();
    if file.is_empty() { format!("{table}{line}") } else { format!("{file}{line}: {table}") }
}
