//! The sink through which a reading reaches the tables, batch by batch.

use std::collections::BTreeMap;

use hostwright_importer::{Entry, Gap, Record, Refusal as Unreadable, RefusalCode, Sink};

use super::model::{CollectionView, DOMAIN_NAME, GapId, GapView, IDENTIFIER_MAX, Keys, identifier, keys, without_nul};
use super::store::{self, Staged};
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self as queue, Job};
use crate::platform::secrets::Vault;
use crate::platform::{Db, Tx};

/// What bodies are sealed for.
pub const BODY: &str = "migration.record";
/// Records of one transaction.
const BATCH: usize = 500;
/// Bytes of bodies of one transaction.
const BATCH_BYTES: usize = 4 << 20;
/// Gaps that are listed of one reading; what follows is counted.
const GAPS_MAX: u64 = 50_000;
/// Facts of the source as a whole that are kept.
const FACTS_MAX: usize = 500;
/// Characters of a text about a gap or fact.
const TEXT_MAX: usize = 1_000;

/// Takes entries and stages them.
pub struct Staging {
    db: Db,
    vault: Vault,
    job: Job,
    collection: CollectionView,
    pass: i64,
    records: Vec<Staged>,
    bytes: usize,
    batches: u64,
    gaps: Vec<GapView>,
    listed: u64,
    unlisted: u64,
    facts: BTreeMap<String, String>,
    failed: Option<Error>,
}

impl Staging {
    /// A sink for one pass of a reading.
    pub fn new(db: Db, vault: Vault, job: Job, collection: CollectionView, pass: i64) -> Self {
        Self {
            db,
            vault,
            job,
            collection,
            pass,
            records: Vec::new(),
            bytes: 0,
            batches: 0,
            gaps: Vec::new(),
            listed: 0,
            unlisted: 0,
            facts: BTreeMap::new(),
            failed: None,
        }
    }

    /// What the database said, where it stopped the reading.
    pub fn failure(&mut self) -> Option<Error> {
        self.failed.take()
    }

    /// Stages what is left; the facts of the source.
    ///
    /// # Errors
    /// When the database fails or the lease was lost.
    pub fn end(mut self) -> Result<BTreeMap<String, String>> {
        if self.unlisted > 0 {
            self.gaps.push(gap_view(
                &Gap::new(hostwright_importer::GapKind::Skipped, "", "more gaps than are listed").times(self.unlisted),
            ));
        }
        self.flush()?;
        Ok(self.facts)
    }

    fn take_record(&mut self, record: &Record) -> Result<()> {
        let Some(external_id) = identifier(record.id()) else {
            let reason = format!("its identifier is empty or longer than {IDENTIFIER_MAX} characters");
            let shown: String = record.id().chars().take(60).collect();
            self.take_gap(&Gap::new(hostwright_importer::GapKind::Skipped, shown, reason).of(record.kind(), ""));
            return Ok(());
        };
        let plain = serde_json::to_string(record)?;
        let keys = keys(record);
        for name in keys.links.iter().filter(|(kind, _)| *kind == DOMAIN_NAME).map(|(_, name)| name.clone()) {
            self.take_domain(name, &keys);
        }
        self.bytes = self.bytes.saturating_add(plain.len());
        self.records.push(Staged {
            kind: record.kind().as_str().to_owned(),
            external_id,
            keys,
            hash: self.vault.sign(BODY, plain.as_bytes()),
            body: self.vault.seal(BODY, &plain)?,
        });
        Ok(())
    }

    /// A domain name is chosen and judged by itself, whatever provides it.
    fn take_domain(&mut self, name: String, of: &Keys) {
        let keys = Keys {
            party: of.party.clone(),
            domain: Some(name.clone()),
            name: name.chars().take(200).collect(),
            ..Keys::default()
        };
        let hash = self.vault.sign(BODY, name.as_bytes());
        self.records.push(Staged { kind: DOMAIN_NAME.to_owned(), external_id: name, keys, hash, body: String::new() });
    }

    fn take_gap(&mut self, gap: &Gap) {
        if self.listed >= GAPS_MAX {
            self.unlisted = self.unlisted.saturating_add(gap.count);
        } else {
            self.listed = self.listed.saturating_add(1);
            self.gaps.push(gap_view(gap));
        }
    }

    fn flush(&mut self) -> Result<()> {
        let (records, gaps) = (std::mem::take(&mut self.records), std::mem::take(&mut self.gaps));
        self.bytes = 0;
        if records.is_empty() && gaps.is_empty() {
            return Ok(());
        }
        self.db.write_now(|tx| self.flush_in(tx, &records, &gaps))?;
        self.batches = self.batches.saturating_add(1);
        if self.batches.is_power_of_two() {
            self.db.write_now(|tx| {
                tx.count_rows("migration_records")?;
                tx.count_rows("migration_links")
            })?;
        }
        Ok(())
    }

    fn flush_in(&self, tx: &mut Tx<'_>, records: &[Staged], gaps: &[GapView]) -> Result<()> {
        // Whoever lost the lease stages nothing more: another pass is under way.
        if !queue::renew(tx, &self.job)? {
            return Err(Error::internal("the lease of this reading was lost"));
        }
        let source_id = &self.collection.source_id;
        let kept = store::stage(tx, source_id, self.pass, records)?;
        store::keep_gaps(tx, source_id, self.collection.number, gaps)?;
        let repeated: Vec<GapView> = kept.repeated.iter().map(|(kind, id)| repeated_gap(kind, id)).collect();
        store::keep_gaps(tx, source_id, self.collection.number, &repeated)?;
        let real = records.iter().filter(|staged| staged.kind != DOMAIN_NAME).count();
        store::count_read(tx, &self.collection.id, i64::try_from(real).unwrap_or(i64::MAX))
    }
}

impl Sink for Staging {
    fn take(&mut self, entry: Entry) -> std::result::Result<(), Unreadable> {
        let outcome = match entry {
            Entry::Record(record) => self.take_record(&record),
            Entry::Gap(gap) => {
                self.take_gap(&gap);
                Ok(())
            }
            Entry::Fact(fact) => {
                if self.facts.len() < FACTS_MAX {
                    self.facts.insert(shortened(&fact.name), shortened(&fact.value));
                }
                Ok(())
            }
        };
        let is_full = self.records.len() >= BATCH || self.bytes >= BATCH_BYTES || self.gaps.len() >= BATCH;
        let outcome = outcome.and_then(|()| if is_full { self.flush() } else { Ok(()) });
        outcome.map_err(|error| {
            let refusal = Unreadable::new(RefusalCode::Stopped, "", "the staging tables did not take it");
            self.failed = Some(error);
            refusal
        })
    }
}

fn gap_view(gap: &Gap) -> GapView {
    let kind = serde_json::to_value(gap.kind).ok().and_then(|value| value.as_str().map(str::to_owned));
    GapView {
        id: GapId::new(),
        kind: kind.unwrap_or_default(),
        place: shortened(&gap.place),
        record: gap.record.map(|kind| kind.as_str().to_owned()),
        external_id: gap.id.as_deref().map(shortened),
        field: gap.field.as_deref().map(shortened),
        reason: shortened(&gap.reason),
        count: i64::try_from(gap.count).unwrap_or(i64::MAX),
    }
}

fn repeated_gap(kind: &str, id: &str) -> GapView {
    GapView {
        id: GapId::new(),
        kind: "duplicate".to_owned(),
        place: String::new(),
        record: Some(kind.to_owned()),
        external_id: Some(id.to_owned()),
        field: None,
        reason: "the same identifier stands twice with different content; the first was taken".to_owned(),
        count: 1,
    }
}

fn shortened(text: &str) -> String {
    without_nul(text).chars().take(TEXT_MAX).collect()
}

/// A record with its body opened.
///
/// # Errors
/// When the body was altered, or sealed by another installation.
pub(in crate::migration) fn open(vault: &Vault, sealed: &store::Sealed) -> Result<Record> {
    let plain = vault.open(BODY, &sealed.body)?;
    Ok(serde_json::from_str(&plain)?)
}
