//! The whole database as rows of text that are alike on both engines: what
//! backups are made of, and what moves from one engine to the other.
//!
//! A row is a JSON array in the order of its table's columns: whole numbers,
//! texts, true or false, moments with microseconds, bytes as hexadecimal
//! digits. Two databases hold the same if and only if their [`Sums`] are equal,
//! whatever engine they are on and in whatever order rows are read.
//!
//! SQL text is built here, from the names in `schema.rs` and from nothing else.

mod rows;
mod sums;
mod tables;

pub use rows::{Page, clear, first_filled, insert, page, snapshot};
pub use sums::{Sums, TableSums};
pub use tables::{Column, ColumnKind, Table, tables};

use super::db::Tx;
use super::error::Result;

/// Reads every table of a transaction page by page.
///
/// # Errors
/// When the database fails, and what `take` returns.
pub fn read_all(
    tx: &mut Tx<'_>,
    tables: &[Table],
    mut take: impl FnMut(&Table, &[String]) -> Result<()>,
) -> Result<Sums> {
    let mut sums = Sums::default();
    for table in tables {
        let mut found = TableSums::of(table);
        let mut after = None;
        loop {
            let Page { rows, last } = page(tx, table, after.as_deref())?;
            for row in &rows {
                found.add(table, row)?;
            }
            take(table, &rows)?;
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        sums.tables.insert(table.name.clone(), found);
    }
    Ok(sums)
}
