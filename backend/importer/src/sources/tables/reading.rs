//! Reads a dump that a test has written down, and finds records and gaps of it.

use std::collections::BTreeMap;

use crate::snapshot::{Entry, Gap, GapKind, Kind, Record, Sink};
use crate::sources::Input;
use crate::{Refusal, RefusalCode};

/// What came out of a dump.
pub(crate) struct Reading {
    pub(crate) records: BTreeMap<(Kind, String), Record>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) refused: Option<RefusalCode>,
}

/// Reads a dump in a file of its own.
pub(crate) fn reading(dump: &str, read: fn(&Input, &mut dyn Sink) -> Result<(), Refusal>) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, dump).unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    let refused = read(&Input::of(vec![path]), &mut entries).err().map(|refusal| refusal.code);
    let mut reading = Reading { records: BTreeMap::new(), gaps: Vec::new(), refused };
    for entry in entries {
        match entry {
            Entry::Record(record) => {
                let key = (record.kind(), record.id().to_owned());
                assert!(reading.records.insert(key.clone(), record).is_none(), "{key:?} came twice");
            }
            Entry::Gap(gap) => reading.gaps.push(gap),
            Entry::Fact(_) => {}
        }
    }
    reading
}

impl Reading {
    /// How many times a gap of this kind was told of this table, with this in its reason.
    pub(crate) fn told(&self, kind: GapKind, table: &str, reason: &str) -> u64 {
        let gaps = self.gaps.iter().filter(|gap| gap.kind == kind && gap.place.ends_with(table));
        gaps.filter(|gap| gap.reason.contains(reason)).map(|gap| gap.count).sum()
    }
}

/// The record of a kind and an identifier, as its own type.
macro_rules! found {
    ($reading:expr, $kind:ident, $id:expr) => {
        match $reading.records.get(&(crate::snapshot::Kind::$kind, $id.to_string())) {
            Some(crate::snapshot::Record::$kind(record)) => record,
            other => panic!("{} {}: {other:?}", stringify!($kind), $id),
        }
    };
}
pub(crate) use found;
