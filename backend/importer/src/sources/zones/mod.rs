//! Master files: one zone a file.
//!
//! The zone is named by its SOA; a relative SOA by the file's name, as panels and people name
//! them (`example.com.db`, `db.example.com`). A file of which something could not be taken is
//! kept whole beside the records, so that a person can look.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;

use super::Input;
use super::files::{bytes_of, each_file};
use crate::formats::master_file::{self, Parsed, Verdict};
use crate::snapshot::values::Extra;
use crate::snapshot::{Gap, GapKind, Kind, Sink, Zone};
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// Faults that are kept with a zone.
const FAULTS: usize = 50;

/// Reads master files, and all files of folders as such.
///
/// # Errors
/// A [`Refusal`] where a path cannot be read, where a single file is no master file, or that of the sink.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut gaps = Tally::default();
    let mut seen = HashSet::new();
    for root in &input.paths {
        let is_single = input.paths.len() == 1 && root.is_file();
        each_file(root, &input.limits, &mut gaps, &mut |path, gaps| match one(path, &input.limits) {
            Ok((zone, lost)) => {
                lost.into_iter().for_each(|gap| gaps.add(gap));
                take(path, zone, &mut seen, gaps, sink)
            }
            Err(refusal) if is_single => Err(refusal),
            Err(refusal) => {
                let reason = format!("{}: {}", refusal.code.as_str(), refusal.reason);
                gaps.add(Gap::new(GapKind::Skipped, path.display(), reason).of(Kind::Zone, ""));
                Ok(())
            }
        })?;
    }
    gaps.flush(sink)
}

fn take(
    path: &Path,
    zone: Zone,
    seen: &mut HashSet<String>,
    gaps: &mut Tally,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    if seen.insert(zone.id.clone()) {
        return sink.record(zone);
    }
    let gap =
        Gap::new(GapKind::Duplicate, path.display(), "a zone of this name was in another file; that one was taken");
    gaps.add(gap.of(Kind::Zone, &zone.id));
    Ok(())
}

/// Reads one master file as a zone, with what of it could not be taken.
///
/// # Errors
/// A [`Refusal`] where the file cannot be read or holds no record.
pub fn one(path: &Path, limits: &Limits) -> Result<(Zone, Vec<Gap>), Refusal> {
    let bytes = bytes_of(path, limits.item_bytes.saturating_mul(4))?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    zone_of(&bytes, &file_name, &path.display().to_string(), limits)
}

/// As [`one`], for bytes that lie in an archive: `file_name` names the zone where its SOA does not,
/// `place` is told in gaps.
///
/// # Errors
/// A [`Refusal`] where the bytes are no text or hold no record.
pub fn zone_of(bytes: &[u8], file_name: &str, place: &str, limits: &Limits) -> Result<(Zone, Vec<Gap>), Refusal> {
    let guess = name_of_file(file_name);
    let mut parsed = master_file::parse(bytes, Some(&guess), limits);
    if let Some(name) = other_name(&parsed, bytes, limits) {
        parsed = master_file::parse(bytes, Some(&name), limits);
    }
    if let Some(refusal) = parsed.refusal {
        return Err(Refusal { place: place.to_owned(), ..refusal });
    }
    if parsed.records.is_empty() {
        return Err(Refusal::new(RefusalCode::NotThisFormat, place, "no record of a zone could be read"));
    }
    let name = parsed.zone.clone().unwrap_or(guess);
    let name = if name == "." { name } else { name.trim_end_matches('.').to_owned() };
    let mut extra = vec![said("verdict", verdict(parsed.verdict)), said("file", file_name)];
    for fault in parsed.faults.iter().take(FAULTS) {
        let line = fault.line.map(|line| format!(" line {line}")).unwrap_or_default();
        extra.push(said("fault", &format!("{}{line} {}: {}", fault.code.as_str(), fault.owner, fault.detail)));
    }
    let is_whole = parsed.gaps.iter().all(|gap| gap.kind == GapKind::Duplicate);
    let raw = (!is_whole && bytes.len() <= limits.item_bytes).then(|| text_of(bytes, &mut extra));
    let gaps = parsed
        .gaps
        .into_iter()
        .map(|gap| Gap { place: format!("{place}: {}", gap.place), ..gap.of(Kind::Zone, &name) });
    let gaps = gaps.collect();
    let zone = Zone {
        id: name.clone(),
        name,
        default_ttl: parsed.default_ttl,
        records: parsed.records,
        raw,
        extra,
        ..Zone::default()
    };
    Ok((zone, gaps))
}

/// The name that the file's own SOA gives, where that is not the one that was guessed.
fn other_name(parsed: &Parsed, bytes: &[u8], limits: &Limits) -> Option<String> {
    let has_soa =
        parsed.records.iter().any(|record| Some(&record.owner) == parsed.zone.as_ref() && record.kind == "SOA");
    if has_soa {
        return None;
    }
    // Without a name nothing relative is taken, and the first SOA with an absolute name or origin counts.
    let named = master_file::parse(bytes, None, limits);
    let own = named.zone.filter(|_| named.records.iter().any(|record| record.kind == "SOA"));
    own.or_else(|| {
        // An SOA that is relative to an origin that is relative to the file's name.
        let soa = parsed.records.iter().find(|record| record.kind == "SOA")?;
        Some(soa.owner.clone())
    })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Warned => "warned",
        Verdict::Bad => "bad",
    }
}

fn said(name: &str, value: &str) -> Extra {
    Extra { name: name.to_owned(), value: value.to_owned() }
}

/// Text of a file; bytes that are no UTF-8 are taken as Latin 1, so that none is lost.
fn text_of(bytes: &[u8], extra: &mut Vec<Extra>) -> String {
    std::str::from_utf8(bytes).map(str::to_owned).unwrap_or_else(|_not_utf8| {
        extra.push(said("raw_charset", "latin1"));
        bytes.iter().map(|byte| char::from(*byte)).collect()
    })
}

/// The zone that a file's name speaks of.
fn name_of_file(file: &str) -> String {
    let mut name = file.to_ascii_lowercase();
    for suffix in [".signed", ".bak", ".txt", ".db", ".zone", ".hosts", ".dns", ".data", ".conf", "_zone"] {
        if let Some(rest) = name.strip_suffix(suffix).filter(|rest| !rest.is_empty()) {
            name = rest.to_owned();
        }
    }
    for prefix in ["db.", "named.", "pri.", "master.", "zone."] {
        if let Some(rest) = name.strip_prefix(prefix).filter(|rest| !rest.is_empty()) {
            name = rest.to_owned();
            break;
        }
    }
    // What a file's name cannot hold or a zone's name does not.
    name.replace(' ', "-")
}
