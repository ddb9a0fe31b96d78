//! What a master file would change, before it does.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_importer::formats::master_file::{self, Parsed, ZoneFault};
use hostwright_importer::{Limits, Refusal as Unread};
use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Content, Record, RecordId, Zone, ZoneFaultView, broken_by, is_made_by_signing};
use crate::hosting::model::{DomainId, DomainName};

id_type!(
    /// Identifies an import of a master file.
    ImportId, "zim"
);

/// Bytes of a master file that is imported by a person.
pub const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Lines that are named of those left out.
const LEFT_OUT_SHOWN: usize = 500;

text_enum! {
    /// What happens to records that the file does not have.
    pub enum ImportMode {
        /// They are taken away: the zone is what the file says.
        Replace = "replace",
        /// They stay.
        Add = "add",
    }
}

/// A master file as far as it matters for a zone that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its records, without the SOA and without what signing makes.
    pub records: Vec<Content>,
    /// The time to live of records without their own.
    pub default_ttl: Option<u32>,
    /// The serial of its SOA.
    pub serial: Option<u32>,
    /// What of it is not taken, and why.
    pub left_out: Vec<LeftOut>,
}

/// A part of a file that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Where: the line, where it is known.
    pub place: String,
    /// Why, in English.
    pub reason: String,
    /// How many such lines, where many of the same are told as one.
    pub count: i64,
}

/// Reads a master file for the zone of this name.
///
/// # Errors
/// Why the file as a whole cannot be read.
pub fn read(bytes: &[u8], zone: &DomainName) -> Result<Wanted, Unread> {
    let limits = Limits { item_bytes: FILE_BYTES_MAX, ..Limits::default() };
    let Parsed { records, default_ttl, gaps, refusal, .. } = master_file::parse(bytes, Some(&zone.absolute()), &limits);
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut left_out: Vec<LeftOut> =
        gaps.into_iter().map(|gap| LeftOut { place: gap.place, reason: gap.reason, count: count(gap.count) }).collect();
    let mut serial = None;
    let mut wanted = Vec::new();
    let mut signed = 0_u64;
    for record in records {
        if record.kind == "SOA" {
            serial = serial.or_else(|| record.data.split_whitespace().nth(2)?.parse().ok());
        } else if is_made_by_signing(&record.kind) {
            signed = signed.saturating_add(1);
        } else {
            wanted.push(Content { owner: record.owner, kind: record.kind, data: record.data, ttl: record.ttl });
        }
    }
    if signed > 0 {
        let reason = "made by signing, and stale with the next change".to_owned();
        left_out.push(LeftOut { place: String::new(), reason, count: count(signed) });
    }
    left_out.truncate(LEFT_OUT_SHOWN);
    Ok(Wanted { records: wanted, default_ttl, serial, left_out })
}

/// What a file would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Records that would be new.
    pub added: Vec<Content>,
    /// Records that would be kept for another time.
    pub retimed: Vec<(RecordId, Content)>,
    /// Records that would be taken away.
    pub removed: Vec<Record>,
    /// How many stay as they are.
    pub unchanged: usize,
    /// The zone's default time to live afterwards.
    pub default_ttl: u32,
    /// What would be wrong with the zone.
    pub faults: Vec<ZoneFault>,
    /// What the change would break.
    pub broken: Vec<ZoneFault>,
}

impl Difference {
    /// From the zone as it is to what the file says.
    #[must_use]
    pub fn between(zone: &Zone, records: &[Record], wanted: &Wanted, mode: ImportMode) -> Self {
        let default_ttl = match mode {
            ImportMode::Replace => wanted.default_ttl.unwrap_or(zone.authority.default_ttl),
            ImportMode::Add => zone.authority.default_ttl,
        };
        // A record without its own time keeps that of its file where the zone's is another.
        let timed = |content: &Content| {
            let ttl = content.ttl.or(wanted.default_ttl).filter(|ttl| *ttl != default_ttl);
            Content { ttl, ..content.clone() }
        };
        let known: BTreeMap<String, &Record> = records.iter().map(|record| (record.content.digest(), record)).collect();
        let mut found = BTreeSet::new();
        let (mut added, mut retimed, mut unchanged) = (Vec::new(), Vec::new(), 0_usize);
        for content in wanted.records.iter().map(timed) {
            let digest = content.digest();
            let is_first = found.insert(digest.clone());
            match known.get(&digest) {
                _ if !is_first => {}
                None => added.push(content),
                Some(record) if record.content.ttl == content.ttl => unchanged = unchanged.saturating_add(1),
                Some(record) => retimed.push((record.id.clone(), content)),
            }
        }
        let is_kept = |record: &&Record| mode == ImportMode::Add || found.contains(&record.content.digest());
        let removed: Vec<Record> = records.iter().filter(|record| !is_kept(record)).cloned().collect();
        if mode == ImportMode::Add {
            unchanged = records.len().saturating_sub(retimed.len());
        }
        let changed = |record: &Record| {
            let other = retimed.iter().find(|(id, _)| *id == record.id).map(|(_, content)| content.clone());
            other.unwrap_or_else(|| record.content.clone())
        };
        let mut after: Vec<Content> = records.iter().filter(is_kept).map(changed).collect();
        after.extend(added.iter().cloned());
        let mut next = zone.clone();
        next.authority.default_ttl = default_ttl;
        let before = zone.faults(records.iter().map(|record| &record.content));
        let faults = next.faults(&after);
        let broken = broken_by(&before, faults.clone());
        Self { added, retimed, removed, unchanged, default_ttl, faults, broken }
    }

    /// Whether the file says what is there already.
    #[must_use]
    pub fn is_empty(&self, zone: &Zone) -> bool {
        let same_records = self.added.is_empty() && self.retimed.is_empty() && self.removed.is_empty();
        same_records && self.default_ttl == zone.authority.default_ttl
    }
}

/// A record in a difference.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordLine {
    /// Absolute name.
    pub owner: String,
    /// The type.
    pub kind: String,
    /// The data.
    pub data: String,
    /// Seconds; none is the zone's default.
    pub ttl: Option<i64>,
}

impl From<&Content> for RecordLine {
    fn from(content: &Content) -> Self {
        Self {
            owner: content.owner.clone(),
            kind: content.kind.clone(),
            data: content.data.clone(),
            ttl: content.ttl.map(i64::from),
        }
    }
}

/// An import with what it would change in the zone as it is now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// The domain whose zone it is for.
    pub domain_id: DomainId,
    /// What happens to records that the file does not have.
    pub mode: ImportMode,
    /// The version of the zone that is compared with; name it when applying.
    pub zone_version: i64,
    /// Records that would be new.
    pub added: Vec<RecordLine>,
    /// Records that would get another time to live.
    pub retimed: Vec<RecordLine>,
    /// Records that would be taken away.
    pub removed: Vec<RecordLine>,
    /// How many stay as they are.
    pub unchanged: i64,
    /// The default time to live now.
    pub default_ttl_before: i64,
    /// The default time to live afterwards.
    pub default_ttl_after: i64,
    /// What of the file is not taken, and why.
    pub left_out: Vec<LeftOut>,
    /// What would be wrong with the zone, or probably not meant so.
    pub faults: Vec<ZoneFaultView>,
    /// What it would break; while there is anything, it cannot be applied.
    pub broken: Vec<ZoneFaultView>,
    /// When the file was given.
    pub created_at: Instant,
    /// When it was applied.
    pub applied_at: Option<Instant>,
}
