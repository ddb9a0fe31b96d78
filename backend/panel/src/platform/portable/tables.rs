//! What tables there are, read from `schema.rs` itself, so that none can be
//! forgotten.

use serde::{Deserialize, Serialize};

/// The one list of tables and columns; a test compares it with both databases.
const SCHEMA: &str = include_str!("../schema.rs");

/// A table, in an order in which rows may be inserted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Names of the columns of its primary key.
    pub key: Vec<String>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// True or false.
    Bool,
    /// A day.
    Day,
    /// A moment in UTC.
    Moment,
    /// Bytes.
    Bytes,
}

impl ColumnKind {
    fn of(written: &str) -> Option<Self> {
        let inner = written.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(written);
        Some(match inner {
            "Text" => Self::Text,
            "BigInt" => Self::Whole,
            "Bool" => Self::Bool,
            "Date" => Self::Day,
            "Timestamp" => Self::Moment,
            "Binary" => Self::Bytes,
            _ => return None,
        })
    }
}

impl Table {
    /// Whether its rows are large, so that few are read at once.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        self.columns.iter().any(|column| column.kind == ColumnKind::Bytes)
    }
}

/// Every table, those that others refer to first.
#[must_use]
pub fn tables() -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut inside = false;
    for line in SCHEMA.lines() {
        let text = line.trim();
        if text == "diesel::table! {" {
            inside = true;
        } else if line == "}" {
            inside = false;
        } else if let Some((name, key)) = text.strip_suffix(") {").and_then(|head| head.split_once(" (")) {
            if inside {
                let key = key.split(',').map(|column| column.trim().to_owned()).collect();
                tables.push(Table { name: name.to_owned(), key, columns: Vec::new() });
            }
        } else if let (true, Some((name, kind)), Some(table)) =
            (inside, text.strip_suffix(',').and_then(|column| column.split_once(" -> ")), tables.last_mut())
            && let Some(kind) = ColumnKind::of(kind)
        {
            table.columns.push(Column { name: name.to_owned(), kind });
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_column_of_the_schema_is_known() {
        let tables = tables();
        assert_eq!(tables.len(), SCHEMA.matches("diesel::table! {").count());
        let columns: usize = tables.iter().map(|table| table.columns.len()).sum();
        assert_eq!(columns, SCHEMA.matches(" -> ").count() - SCHEMA.matches("joinable!").count());
        let series = tables.iter().find(|table| table.name == "number_series").unwrap();
        assert_eq!(series.key, ["legal_entity_id", "series", "year"]);
        let attachments = tables.iter().find(|table| table.name == "ticket_attachments").unwrap();
        assert!(attachments.is_heavy());
        for table in &tables {
            for key in &table.key {
                assert!(table.columns.iter().any(|column| column.name == *key), "{} {key}", table.name);
            }
        }
    }
}
