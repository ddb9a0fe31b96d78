//! MySQL and MariaDB dumps, as a stream of rows. Parsed, never executed.
//!
//! What is read: what mysqldump, mariadb-dump, phpMyAdmin, Sequel Pro and people write:
//! `CREATE TABLE` for the columns, `INSERT` and `REPLACE` in all their forms for the rows.
//! Statements that would change rows are named and not followed; bodies of triggers and
//! routines are passed over and named. Rows written as DbUnit's flat XML come through the
//! same door ([`read_xml`]).
//!
//! Invariants: one row is in memory at a time, and no value of it is larger than
//! [`Limits::item_bytes`]; all whole rows before the place where a dump is cut are
//! delivered, and then it is refused as truncated; columns are those of the dump.
//!
//! Deliberately absent: evaluation of expressions (`NOW()` stays an expression), character
//! sets in which a backslash can be half of a character (GBK, Big5, Shift-JIS).

mod bytes;
mod statements;
mod text;
mod tokens;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

pub use text::{Repair, Repaired, repair};

use crate::{Limits, Refusal};

/// What kind of values a column holds, as far as reading depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text of any length.
    Text,
    /// Bytes.
    Blob,
    /// Bits, a big-endian number.
    Bits,
    /// Numbers, dates and all else that is written in ASCII.
    Plain,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, in lower case.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// What it holds when nothing is given; absent where none was declared.
    pub default: Option<Value>,
}

impl Column {
    /// A column of which only the name is known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_ascii_lowercase(), kind: ColumnKind::Text, default: None }
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A string, in whatever character set.
    Text(Vec<u8>),
    /// A number as it was written.
    Number(String),
    /// Bytes written in hexadecimal.
    Bytes(Vec<u8>),
    /// A number written in bits; absent where it has more than 64.
    Bits(Option<u64>),
    /// Something that a server would have computed.
    Expression(String),
}

/// The columns that the rows of one statement give, in their order, and those that they leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The table, in lower case.
    pub table: String,
    /// Given in each row.
    pub columns: Vec<Column>,
    /// Not given; they hold their defaults.
    pub absent: Vec<Column>,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Its table and columns.
    pub header: Rc<Header>,
    /// Its values, as many as the header has columns.
    pub values: Vec<Value>,
    /// The line on which it begins.
    pub line: u64,
    /// Counts the rows that live at one time, in tests.
    #[cfg(test)]
    pub(crate) _live: live::Live,
}

impl Row {
    /// A row; absent where values and columns are not equally many.
    #[must_use]
    pub fn new(header: Rc<Header>, values: Vec<Value>, line: u64) -> Option<Self> {
        if header.columns.len() != values.len() {
            return None;
        }
        let given = |(value, column): (Value, &Column)| match value {
            Value::Expression(text) if text.eq_ignore_ascii_case("default") => {
                column.default.clone().unwrap_or(Value::Null)
            }
            value => value,
        };
        let values = values.into_iter().zip(&header.columns).map(given).collect();
        Some(Self {
            header,
            values,
            line,
            #[cfg(test)]
            _live: live::Live::new(),
        })
    }

    /// The place of a column among those that are given.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.header.columns.iter().position(|one| one.name == column)
    }

    /// The value of a column: given, or else its declared default.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&Value> {
        match self.position(column) {
            Some(position) => self.values.get(position),
            None => self.header.absent.iter().find(|one| one.name == column).and_then(|one| one.default.as_ref()),
        }
    }
}

/// A part of a dump that did not become rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What it is: a trigger's name, a kind of statement, a table.
    pub what: String,
    /// Where it begins.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
    /// A row of a table was lost, not a part that holds none.
    pub is_row: bool,
}

/// What a dump says, in its order.
#[derive(Debug)]
pub enum Event {
    /// A table was declared.
    Table(String),
    /// A row.
    Row(Row),
    /// Something was passed over.
    Skipped(Skipped),
    /// A fact of the whole: `server_version`, `character_set`, `dumped_by`.
    Fact(&'static str, String),
}

/// Takes what a dump says.
pub type Visit<'v> = dyn FnMut(Event) -> Result<(), Refusal> + 'v;

/// The tables that were declared so far; handed from file to file.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    tables: HashMap<String, Rc<Vec<Column>>>,
}

impl Declared {
    /// The columns of a table.
    #[must_use]
    pub fn columns(&self, table: &str) -> Option<&[Column]> {
        self.tables.get(table).map(|columns| columns.as_slice())
    }

    /// The tables, sorted.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.tables.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}

/// Reads a dump, packed or plain.
///
/// # Errors
/// A refusal of the whole: unreadable, not a dump, cut in the middle (after all whole rows
/// were delivered), larger than is read; or what `visit` refused.
pub fn read(
    path: &Path,
    name: &str,
    limits: &Limits,
    declared: &mut Declared,
    visit: &mut Visit<'_>,
) -> Result<(), Refusal> {
    statements::read(bytes::Bytes::open(path, name, limits)?, limits, declared, visit)
}

/// Reads a dump from any source of bytes.
///
/// # Errors
/// As [`read`].
pub fn read_from(
    source: Box<dyn std::io::Read>,
    name: &str,
    limits: &Limits,
    declared: &mut Declared,
    visit: &mut Visit<'_>,
) -> Result<(), Refusal> {
    statements::read(bytes::Bytes::of(source, name, limits)?, limits, declared, visit)
}

/// Reads rows in DbUnit's flat XML: one element a row, named after its table, one attribute a column.
///
/// # Errors
/// As [`read`].
pub fn read_xml(path: &Path, name: &str, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Refusal> {
    xml::read(path, name, limits, visit)
}

#[cfg(test)]
pub(crate) mod live {
    //! Counts the rows that live at one time.

    use std::cell::Cell;

    thread_local! {
        static NOW: Cell<u64> = const { Cell::new(0) };
        static MOST: Cell<u64> = const { Cell::new(0) };
    }

    #[derive(Debug)]
    pub(crate) struct Live(());

    impl Live {
        pub(super) fn new() -> Self {
            NOW.set(NOW.get() + 1);
            MOST.set(MOST.get().max(NOW.get()));
            Self(())
        }
    }

    impl Drop for Live {
        fn drop(&mut self) {
            NOW.set(NOW.get() - 1);
        }
    }

    /// The most rows that lived at one time on this thread since it was last asked.
    pub(crate) fn most() -> u64 {
        MOST.replace(NOW.get())
    }
}
