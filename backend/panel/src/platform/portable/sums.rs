//! Whether two databases hold the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::tables::{ColumnKind, Table};
use crate::platform::error::{Error, Result};

/// What is in a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// By table.
    pub tables: BTreeMap<String, TableSums>,
}

impl Sums {
    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }

    /// Every table that is not alike, with what differs.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> = self.tables.keys().chain(other.tables.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.tables.get(*name) != other.tables.get(*name))
            .map(|name| {
                let told = |sums: &Self| {
                    sums.tables.get(name).map_or_else(
                        || "nothing".to_owned(),
                        |table| format!("{} rows, {}, {}", table.rows, table.contents, told_amounts(&table.amounts)),
                    )
                };
                format!("{name}: {} against {}", told(self), told(other))
            })
            .collect()
    }
}

fn told_amounts(amounts: &BTreeMap<String, i64>) -> String {
    amounts.iter().map(|(column, sum)| format!("{column} {sum}")).collect::<Vec<_>>().join(", ")
}

/// What is in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSums {
    /// How many rows.
    pub rows: u64,
    /// The hashes of all rows added up: the same in any order.
    pub contents: String,
    /// Sum of every column of money.
    pub amounts: BTreeMap<String, i64>,
}

impl TableSums {
    /// Nothing yet.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let amounts = table
            .columns
            .iter()
            .filter(|column| column.kind == ColumnKind::Whole && column.name.ends_with("_minor"))
            .map(|column| (column.name.clone(), 0))
            .collect();
        Self { rows: 0, contents: format!("{:032x}", 0), amounts }
    }

    /// Adds a row as [`super::page`] gives it.
    ///
    /// # Errors
    /// When it is no row of this table, or a sum leaves 64 bits.
    pub fn add(&mut self, table: &Table, row: &str) -> Result<()> {
        let unreadable = || Error::internal(format!("{}: a row does not read", table.name));
        self.rows = self.rows.saturating_add(1);
        let hash = Sha256::digest(row.as_bytes());
        let (half, _) = hash.split_first_chunk::<16>().ok_or_else(unreadable)?;
        let before = u128::from_str_radix(&self.contents, 16).map_err(Error::internal)?;
        self.contents = format!("{:032x}", before.wrapping_add(u128::from_be_bytes(*half)));
        if self.amounts.is_empty() {
            return Ok(());
        }
        let values: Vec<Value> = serde_json::from_str(row)?;
        for (column, value) in table.columns.iter().zip(&values) {
            if let (Some(sum), Some(minor)) = (self.amounts.get_mut(&column.name), value.as_i64()) {
                *sum = sum.checked_add(minor).ok_or_else(unreadable)?;
            }
        }
        Ok(())
    }
}
