//! Rows of databases: what the readers that are fed by dumps share.
//!
//! A reading goes over the files twice. The first pass only looks: it notes what rows of
//! other tables will need (a client's currency, which identifiers there are) and lays rows
//! that belong into other records [`Aside`]. The second pass turns rows into records.
//!
//! Invariants: a row lives only while it is visited; each row has one [`Fate`], and the fates
//! of a table add up to its rows (told as the fact `rows.TABLE`); a column that no record took
//! is an extra of the record, or a gap.

mod aside;
mod fields;
mod files;
mod ids;
#[cfg(test)]
pub(crate) mod reading;
mod told;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::tz::TimeZone;

pub use aside::Aside;
pub use fields::{Fields, amount_of};
pub use ids::IdSet;
pub use told::Told;

use super::Input;
use crate::formats::sql_dump::{Event, Header, Row, Visit};
use crate::snapshot::{GapKind, Kind, Record, Sink};
use crate::{Refusal, RefusalCode};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A record, or several.
    Record,
    /// Facts of other records.
    Joined,
    /// Nothing; a gap says why.
    Skipped,
    /// Nothing: its table has no place in the snapshot. Told once a table.
    Unread,
}

/// Makes rows of one recorded answer.
pub type Answers = fn(&serde_json::Value, &str, &mut Visit<'_>) -> Result<(), Refusal>;

/// What the rows of one kind of source mean.
pub trait Reader {
    /// Names the source in refusals.
    const SOURCE: &'static str;
    /// Tables of which at least one is in every dump of this source.
    const MARKS: &'static [&'static str];

    /// Makes rows of a recorded answer in JSON, where the source has such.
    const ANSWERS: Option<Answers> = None;

    /// The name under which a table is known that has another one in this installation.
    fn known_as(_table: &str) -> Option<String> {
        None
    }

    /// First pass.
    ///
    /// # Errors
    /// Where what must be laid aside cannot be.
    fn look(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal>;

    /// Between the passes.
    ///
    /// # Errors
    /// What the sink refuses.
    fn looked(&mut self, out: &mut Out<'_>) -> Result<(), Refusal>;

    /// Second pass.
    ///
    /// # Errors
    /// What the sink refuses.
    fn take(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal>;

    /// After the second pass: records that no single row makes, references that led nowhere.
    ///
    /// # Errors
    /// What the sink refuses.
    fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal>;
}

/// Where records go, and what was said so far.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    /// Gaps, told at the end.
    pub told: Told,
    /// The zone of times without one.
    pub zone: TimeZone,
    seen: HashMap<Kind, IdSet>,
    fates: BTreeMap<String, [u64; 4]>,
    file: String,
}

impl<'a> Out<'a> {
    fn new(sink: &'a mut dyn Sink, zone: TimeZone) -> Self {
        let (told, seen, fates) = (Told::default(), HashMap::new(), BTreeMap::new());
        Self { sink, told, zone, seen, fates, file: String::new() }
    }

    /// Takes a record made of a row: its gaps are told, and what no one asked for is told as lost.
    /// A second record of the same identifier is skipped.
    ///
    /// # Errors
    /// What the sink refuses.
    pub fn record(&mut self, fields: Fields<'_>, record: impl Into<Record>) -> Result<Fate, Refusal> {
        let record = record.into();
        let (kind, id) = (record.kind(), record.id().to_owned());
        if id.is_empty() {
            self.say(&fields, GapKind::Skipped, None, "the row has no identifier");
            return Ok(Fate::Skipped);
        }
        if !self.seen.entry(kind).or_default().insert(&id) {
            self.told.say(GapKind::Duplicate, &self.file, fields.row(), None, "the identifier stands twice", &id);
            return Ok(Fate::Skipped);
        }
        for gap in fields.into_gaps() {
            self.told.say_of(&self.file, gap, Some(kind), &id);
        }
        self.sink.record(record)?;
        Ok(Fate::Record)
    }

    /// Takes a record that no single row makes. One without an identifier is of a row without one, and goes
    /// with it.
    ///
    /// # Errors
    /// What the sink refuses.
    pub fn made(&mut self, record: impl Into<Record>) -> Result<bool, Refusal> {
        let record = record.into();
        if record.id().is_empty() || !self.seen.entry(record.kind()).or_default().insert(record.id()) {
            return Ok(false);
        }
        self.sink.record(record)?;
        Ok(true)
    }

    /// Whether a record of this identifier was taken already.
    #[must_use]
    pub fn has(&self, kind: Kind, id: &str) -> bool {
        self.seen.get(&kind).is_some_and(|ids| ids.contains(id))
    }

    /// Tells a gap about a row.
    pub fn say(&mut self, fields: &Fields<'_>, kind: GapKind, field: Option<&str>, reason: &str) {
        self.told.say(kind, &self.file, fields.row(), field, reason, fields.id());
    }

    /// Skips a row for a reason.
    pub fn skip(&mut self, fields: &Fields<'_>, reason: &str) -> Fate {
        self.say(fields, GapKind::Skipped, None, reason);
        Fate::Skipped
    }

    /// Tells gaps of a row that became part of other records.
    pub fn joined(&mut self, fields: Fields<'_>) -> Fate {
        let id = fields.id().to_owned();
        for gap in fields.into_gaps() {
            self.told.say_of(&self.file, gap, None, &id);
        }
        Fate::Joined
    }

    fn in_file(&mut self, file: &str) {
        if self.file != file {
            file.clone_into(&mut self.file);
        }
    }

    /// The name of the file that is being read.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Tells a fact of the whole.
    ///
    /// # Errors
    /// What the sink refuses.
    pub fn fact(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        self.sink.fact(name, value)
    }

    fn count(&mut self, table: &str, fate: Fate) {
        let place = match fate {
            Fate::Record => 0,
            Fate::Joined => 1,
            Fate::Skipped => 2,
            Fate::Unread => 3,
        };
        let table = told::named(table);
        if !self.fates.contains_key(table) {
            self.fates.insert(table.to_owned(), [0; 4]);
        }
        if let Some(count) = self.fates.get_mut(table).and_then(|fates| fates.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
}

/// Reads dumps with a reader.
///
/// # Errors
/// Where nothing of the source is found, where a file cannot be read to its end (after all that
/// could be was delivered), or what the sink refuses.
pub fn read<R: Reader>(input: &Input, reader: &mut R, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut files = files::Files::of(input, R::ANSWERS)?;
    let mut out = Out::new(sink, input.zone.clone());
    let mut marks = 0u64;
    files.declare()?;
    // A file that is cut is told after the second pass, when its rows were delivered.
    let mut names = Names::default();
    files.pass(&mut |file, event| {
        out.in_file(file);
        match event {
            Event::Row(row) => {
                marks = marks.saturating_add(u64::from(is_mark::<R>(&row.header.table)));
                let row = names.known::<R>(row);
                reader.look(&row, &mut out)?;
            }
            Event::Table(table) => marks = marks.saturating_add(u64::from(is_mark::<R>(&table))),
            Event::Fact(name, value) => out.fact(name, &value)?,
            Event::Skipped(skipped) => {
                if skipped.is_row {
                    out.count(&skipped.what, Fate::Skipped);
                }
                out.told.part(GapKind::Skipped, file, &skipped.what, Some(skipped.line), skipped.reason, 1);
            }
        }
        Ok(())
    })?;
    if marks == 0 {
        let place = input.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        if let Some(refusal) = files.refused() {
            return Err(refusal);
        }
        let reason = format!("no table of {} is in it", R::SOURCE);
        return Err(Refusal::new(RefusalCode::NotThisFormat, place, reason));
    }
    reader.looked(&mut out)?;
    files.pass(&mut |file, event| {
        if let Event::Row(row) = event {
            out.in_file(file);
            let row = names.known::<R>(row);
            let fate = reader.take(&row, &mut out)?;
            out.count(&row.header.table, fate);
        }
        Ok(())
    })?;
    reader.finish(&mut out)?;
    files.tell(&mut out.told);
    end(out)?;
    files.refused().map_or(Ok(()), Err)
}

/// Whether a table shows that a dump is of this source. Under another name `clients` does not:
/// many systems have such a table.
fn is_mark<R: Reader>(table: &str) -> bool {
    match R::known_as(table) {
        Some(known) => table != "clients" && R::MARKS.contains(&known.as_str()),
        None => R::MARKS.contains(&table),
    }
}

/// Headers under the names by which a reader knows their tables; the last one is kept, as
/// rows of one statement share it.
#[derive(Default)]
struct Names {
    last: Option<(Rc<Header>, Rc<Header>)>,
}

impl Names {
    fn known<R: Reader>(&mut self, mut row: Row) -> Row {
        if let Some((given, known)) = &self.last
            && Rc::ptr_eq(given, &row.header)
        {
            row.header = known.clone();
            return row;
        }
        if let Some(table) = R::known_as(&row.header.table) {
            let known = Rc::new(Header { table, ..Header::clone(&row.header) });
            self.last = Some((row.header.clone(), known.clone()));
            row.header = known;
        }
        row
    }
}

/// Tells what was counted, then the gaps.
fn end(mut out: Out<'_>) -> Result<(), Refusal> {
    if out.fates.is_empty() {
        out.told.part(GapKind::PartUnread, "", "tables", None, "there are tables, but no row in any of them", 1);
    }
    for (table, [record, joined, skipped, unread]) in std::mem::take(&mut out.fates) {
        let all = record.saturating_add(joined).saturating_add(skipped).saturating_add(unread);
        let parts = format!("{all}: records {record}, joined {joined}, skipped {skipped}, unread {unread}");
        out.sink.fact(&format!("rows.{table}"), &parts)?;
        if unread > 0 {
            let reason = "the table has no place in the snapshot";
            out.told.part(GapKind::PartUnread, "", &table, None, reason, unread);
        }
    }
    out.told.tell(out.sink)
}
