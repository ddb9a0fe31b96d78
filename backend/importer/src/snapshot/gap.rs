//! What of the source did not become a record, or not wholly.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::refusal::in_short;

/// How much was lost. The names are stable codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// An object that could not be taken at all.
    Skipped,
    /// An object was taken; one of its facts was not.
    FactLost,
    /// A value was not believable and was replaced or left out (a zero date, an unknown country).
    FactChanged,
    /// A whole part of the source (a table, a file, a section) has no place in the snapshot.
    PartUnread,
    /// A reference leads to nothing.
    Dangling,
    /// The same identifier stands twice; the first was taken.
    Duplicate,
}

/// One named gap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// How much was lost.
    pub kind: GapKind,
    /// Where in the source: file, table and row, member and line, element path.
    pub place: String,
    /// The kind of record that it touches, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Kind>,
    /// The identifier of that record, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column, key or element, where the gap is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why, for a person.
    pub reason: String,
    /// How many times, where many of the same are told as one.
    #[serde(default = "once")]
    pub count: u64,
}

fn once() -> u64 {
    1
}

impl Gap {
    /// A gap at a place.
    pub fn new(kind: GapKind, place: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self { kind, place: place.to_string(), record: None, id: None, field: None, reason: in_short(reason), count: 1 }
    }

    /// Names the record that it touches.
    #[must_use]
    pub fn of(mut self, record: Kind, id: &str) -> Self {
        self.record = Some(record);
        self.id = Some(id.to_owned()).filter(|id| !id.is_empty());
        self
    }

    /// Names the column, key or element.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(in_short(field));
        self
    }

    /// Says how many of the same there are.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = count;
        self
    }
}
