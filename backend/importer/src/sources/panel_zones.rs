//! Zones of hosting panels.

use super::parts::Parts;
use crate::Limits;
use crate::formats::master_file;
use crate::snapshot::{GapKind, Kind, Zone};

/// A zone from its master file. The file is kept as it is where something of it could not
/// be taken.
pub fn from_master_file(id: String, name: &str, text: String, part: &str, parts: &mut Parts) -> Zone {
    let name = zone_name(name);
    let parsed = master_file::parse(text.as_bytes(), Some(&name), &Limits::default());
    for gap in &parsed.gaps {
        parts.gap_of(gap.kind, part, Kind::Zone, &id, "records", &format!("{}: {}", gap.place, gap.reason));
    }
    if let Some(refusal) = &parsed.refusal {
        parts.gap_of(GapKind::FactLost, part, Kind::Zone, &id, "records", &refusal.to_string());
    }
    let is_whole = parsed.gaps.is_empty() && parsed.refusal.is_none();
    Zone {
        id,
        name,
        default_ttl: parsed.default_ttl,
        records: parsed.records,
        raw: Some(text).filter(|_| !is_whole),
        ..Zone::default()
    }
}

/// Lower case, without a final dot.
#[must_use]
pub fn zone_name(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}
