//! Zones of hosting panels.

use crate::snapshot::Zone;

use super::parts::Parts;
use crate::snapshot::{GapKind, Kind};

/// A zone from its master file. The file is kept as it is.
///
/// CALL SITE for `formats::master_file`: until that room exists, no record is taken from the
/// file and a gap says so.
pub fn from_master_file(id: String, name: &str, text: String, part: &str, parts: &mut Parts) -> Zone {
    parts.gap_of(
        GapKind::FactLost,
        part,
        Kind::Zone,
        &id,
        "records",
        "the master file is kept as it is, its records were not read",
    );
    Zone { id, name: zone_name(name), raw: Some(text), ..Zone::default() }
}

/// Lower case, without a final dot.
#[must_use]
pub fn zone_name(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}
