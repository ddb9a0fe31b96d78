//! A zone as a master file.

use std::fmt::Write as _;

use super::name::Name;
use crate::snapshot::{Zone, ZoneRecord};

/// Writes a zone so that reading it gives the same records: every name absolute, one record a
/// line, the SOA first. A time to live is written where it is not the zone's default.
#[must_use]
pub fn write(zone: &Zone) -> String {
    let mut text = String::new();
    let apex = Name::read(zone.name.as_bytes(), Some(&Name::default())).unwrap_or_default().lower().text();
    let _ = writeln!(text, "$ORIGIN {apex}");
    if let Some(ttl) = zone.default_ttl {
        let _ = writeln!(text, "$TTL {ttl}");
    }
    let is_first = |record: &&ZoneRecord| record.kind == "SOA" && record.owner == apex;
    let first = zone.records.iter().filter(is_first);
    let rest = zone.records.iter().filter(|record| !is_first(record));
    for record in first.chain(rest) {
        let _ = write!(text, "{}\t", record.owner);
        if let Some(ttl) = record.ttl.or(zone.default_ttl).filter(|ttl| Some(*ttl) != zone.default_ttl) {
            let _ = write!(text, "{ttl}");
        }
        let _ = writeln!(text, "\tIN\t{}\t{}", record.kind, record.data);
    }
    text
}
