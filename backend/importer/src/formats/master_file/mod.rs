//! DNS master files (RFC 1035, 2308, 3597 and the types since).
//!
//! | file | holds |
//! |---|---|
//! | `lines` | bytes into entries: parentheses, quotes, comments |
//! | `reader` | entries into records: owners, classes, times to live, directives |
//! | `generate` | `$GENERATE` |
//! | `types`, `data` | the types and the parts their data is made of, both directions |
//! | `checks` | what `named-checkzone` has against a zone, as stable codes |
//! | `writer` | a zone as a master file |
//!
//! Invariants: no other file is opened, whatever the input names; a record that cannot be
//! taken is a [`Gap`] with its line and a [`ZoneFault`] with its code; records have one form
//! only (absolute names, owners in lower case, quoted strings, plain numbers).
//!
//! Deliberately absent: the current time. Whether a signature has expired is not asked here.

mod checks;
mod data;
mod fault;
mod generate;
mod lines;
mod name;
mod reader;
mod types;
mod writer;

#[cfg(test)]
mod tests;

pub use fault::{FaultCode, Severity, ZoneFault};
pub use writer::write;

use crate::snapshot::{Gap, ZoneRecord};
use crate::{Limits, Refusal};
use fault::{Faults, Place};

/// What is to be thought of a zone as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is wrong with it.
    Good,
    /// Name servers load it, and something is probably not meant so.
    Warned,
    /// Name servers refuse it or a part of it.
    Bad,
}

impl Verdict {
    /// The verdict that faults lead to.
    #[must_use]
    pub fn of(faults: &[ZoneFault]) -> Self {
        match faults.iter().map(|fault| fault.severity).max() {
            None => Self::Good,
            Some(Severity::Warning) => Self::Warned,
            Some(Severity::Error) => Self::Bad,
        }
    }
}

/// A master file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The zone's name, absolute: the origin that was given, else the owner of the first SOA.
    pub zone: Option<String>,
    /// All records that could be taken and lie in the zone, in the order of the file, each once.
    pub records: Vec<ZoneRecord>,
    /// The first `$TTL`, or what stands for it.
    pub default_ttl: Option<u32>,
    /// What could not be taken, with its line.
    pub gaps: Vec<Gap>,
    /// What is wrong: with the syntax, then with the zone.
    pub faults: Vec<ZoneFault>,
    /// What all that amounts to.
    pub verdict: Verdict,
    /// Why the file as a whole was not read.
    pub refusal: Option<Refusal>,
}

/// Reads a master file. `origin` is the zone's name; without it the first SOA names the zone, and
/// relative names before the first `$ORIGIN` cannot be taken.
#[must_use]
pub fn parse(bytes: &[u8], origin: Option<&str>, limits: &Limits) -> Parsed {
    reader::parse(bytes, origin, limits)
}

/// Checks records as the whole content of a zone, whoever wrote them. Pure: for files and for
/// records that a person types.
#[must_use]
pub fn validate(records: &[ZoneRecord], zone_name: &str) -> Vec<ZoneFault> {
    let mut faults = Faults::default();
    checks::run(records, zone_name, &mut faults);
    faults.finish()
}

/// A record in its one form: what a person types as owner and data is completed with the zone's name.
///
/// # Errors
/// The fault, where owner, type, time to live or data are not what they must be.
pub fn canonical(record: &ZoneRecord, zone_name: &str) -> Result<ZoneRecord, ZoneFault> {
    checks::canonical(record, zone_name).map_err(|(code, detail)| {
        let mut faults = Faults::default();
        let at = Place { owner: &record.owner, kind: Some(&record.kind), line: record.line, index: None };
        faults.push(code, at, &detail);
        faults.finish().pop().unwrap_or_else(|| ZoneFault {
            code,
            severity: code.severity(),
            owner: record.owner.clone(),
            kind: Some(record.kind.clone()),
            line: record.line,
            index: None,
            detail,
            count: 1,
        })
    })
}

/// The types that records may be of, by name, the usual ones first.
#[must_use]
pub fn known_types() -> Vec<&'static str> {
    types::writable()
}
