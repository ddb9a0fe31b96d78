//! Master files that are given for a zone: kept, compared, and applied when a person has
//! seen what they change.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands::{has_room, locked, save};
use super::difference::{Difference, FILE_BYTES_MAX, ImportId, ImportMode, ImportView, RecordLine, Wanted, read};
use super::model::{Record, Zone, ZoneFaultView, ZoneView, refusal, serial_after_both};
use super::queries::{is_staff, zone_of};
use super::store::{self, ImportRow};
use crate::auth::call::{Call, Changed, Scope, not_found};
use crate::auth::policy::Action;
use crate::hosting::error::HostingRefusal;
use crate::hosting::model::{DomainId, DomainName};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// A file as it is sent to us.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneFile {
    /// Its name.
    pub name: String,
    /// Its bytes in Base64 with padding; at most 2 MiB decoded.
    pub content_base64: String,
}

// A log line must not carry a customer's file.
impl fmt::Debug for ZoneFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZoneFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A master file for a zone: as text or as a file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportZone {
    /// The domain.
    pub domain_id: DomainId,
    /// What happens to records that the file does not have; `replace` when left out.
    #[serde(default)]
    pub mode: Option<ImportMode>,
    /// The master file, pasted.
    #[serde(default)]
    pub text: String,
    /// The master file, uploaded: one.
    #[serde(default)]
    pub files: Vec<ZoneFile>,
}

/// Asks for one import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowImport {
    /// The domain.
    pub domain_id: DomainId,
    /// The import.
    pub import_id: ImportId,
}

/// An import to be applied.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyImport {
    /// The domain.
    pub domain_id: DomainId,
    /// The import.
    pub import_id: ImportId,
    /// The version of the zone that was compared with.
    pub zone_version: i64,
}

/// Keeps a master file and says what it would change. The zone stays as it is.
///
/// # Errors
/// `request.not_found`; `hosting.import_source`, `hosting.import_not_base64`,
/// `hosting.import_too_large`, `hosting.import_unreadable`.
pub async fn import(call: &Call, input: ImportZone) -> Result<ImportView> {
    let scope = call.authorize(Action::ImportZone)?;
    let reader = scope.clone();
    call.write(&scope, move |tx| {
        let (domain, zone) = zone_of(tx, &reader, &input.domain_id)?;
        let wanted = given(&input, &zone.name)?;
        let row = ImportRow {
            id: ImportId::new(),
            mode: input.mode.unwrap_or(ImportMode::Replace),
            content: serde_json::to_string(&wanted)?,
            created_at: tx.now(),
            applied_at: None,
        };
        store::insert_import(tx, &zone.id, &row)?;
        let records = store::records(tx, &zone.id)?;
        let difference = Difference::between(&zone, &records, &wanted, row.mode);
        Ok(Changed::new(&row.id, view(&zone, &row, wanted, &difference))
            .of(&domain.customer_id)
            .noting("zone", zone.name.as_str())
            .noting("mode", row.mode.as_str()))
    })
    .await
}

/// The file that was sent, as far as it matters.
fn given(input: &ImportZone, zone: &DomainName) -> Result<Wanted> {
    let bytes = match (input.text.trim().is_empty(), input.files.as_slice()) {
        (false, []) => input.text.clone().into_bytes(),
        (true, [file]) => {
            // Told by its length, so that an endless text is not decoded first.
            if file.content_base64.len() / 4 * 3 > FILE_BYTES_MAX + 3 {
                return Err(too_large());
            }
            STANDARD.decode(file.content_base64.trim()).map_err(|_not_base64| HostingRefusal::ImportNotBase64)?
        }
        _ => return Err(HostingRefusal::ImportSource.into()),
    };
    if bytes.len() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let wanted =
        read(&bytes, zone).map_err(|unread| HostingRefusal::ImportUnreadable.with("reason", unread.to_string()))?;
    has_room(wanted.records.len())?;
    if wanted.records.is_empty() && wanted.left_out.is_empty() {
        return Err(HostingRefusal::ImportUnreadable.with("reason", "there is no record in it").into());
    }
    Ok(wanted)
}

fn too_large() -> Error {
    HostingRefusal::ImportTooLarge.with("max", FILE_BYTES_MAX / (1024 * 1024)).into()
}

/// What an import would change in the zone as it is now.
///
/// # Errors
/// `request.not_found`.
pub async fn show(call: &Call, input: ShowImport) -> Result<ImportView> {
    let scope = call.authorize(Action::ShowImport)?;
    call.db
        .read(move |tx| {
            let (_, zone) = zone_of(tx, &scope, &input.domain_id)?;
            let (row, wanted) = kept(tx, &zone, &input.import_id)?;
            let records = store::records(tx, &zone.id)?;
            let difference = Difference::between(&zone, &records, &wanted, row.mode);
            Ok(view(&zone, &row, wanted, &difference))
        })
        .await
}

/// Changes the zone as an import says.
///
/// # Errors
/// `request.not_found`; `hosting.import_applied`; `hosting.changed_meanwhile` when the
/// zone is no longer the one that was compared with; `hosting.import_same`; what the
/// change would break.
pub async fn apply(call: &Call, input: ApplyImport) -> Result<ZoneView> {
    let scope = call.authorize(Action::ApplyImport)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let (row, wanted) = kept(tx, &zone, &input.import_id)?;
        if zone.version != input.zone_version {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        if !store::note_applied(tx, &row.id)? {
            return Err(HostingRefusal::ImportApplied.into());
        }
        let records = store::records(tx, &zone.id)?;
        let difference = Difference::between(&zone, &records, &wanted, row.mode);
        if difference.is_empty(&zone) {
            return Err(HostingRefusal::ImportSame.into());
        }
        if !difference.broken.is_empty() {
            return Err(Error::Fields(difference.broken.iter().take(5).map(refusal).collect()));
        }
        write(tx, &zone, &records, &difference)?;
        let next = continued(tx, &zone, &wanted, &difference);
        let saved = save(tx, &next, &domain, &actor)?;
        let changes = (difference.added.len(), difference.retimed.len(), difference.removed.len());
        Ok(applied(&reader, saved, changes).of(&domain.customer_id).noting("import", row.id.as_str()))
    })
    .await
}

fn write(tx: &mut Tx<'_>, zone: &Zone, records: &[Record], difference: &Difference) -> Result<()> {
    let now = tx.now();
    let gone: Vec<_> = difference.removed.iter().map(|record| record.id.clone()).collect();
    store::delete_records(tx, &zone.id, &gone)?;
    for (id, content) in &difference.retimed {
        let old = records.iter().find(|record| record.id == *id).ok_or_else(not_found)?;
        let next = Record { content: content.clone(), updated_at: now, ..old.clone() };
        if !store::save_record(tx, &zone.id, &next)? {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
    }
    let left = records.len().saturating_sub(gone.len());
    has_room(left.saturating_add(difference.added.len()))?;
    let added: Vec<Record> = difference.added.iter().map(|content| Record::new(content.clone(), now)).collect();
    store::insert_records(tx, &zone.id, &added)
}

/// The zone with the file's default time, and a serial after those that were seen.
fn continued(tx: &Tx<'_>, zone: &Zone, wanted: &Wanted, difference: &Difference) -> Zone {
    let today = tx.now().day_in(&jiff::tz::TimeZone::UTC);
    let serial = wanted.serial.map_or(zone.serial, |theirs| serial_after_both(zone.serial, theirs, today));
    let mut next = Zone { serial, ..zone.clone() };
    next.authority.default_ttl = difference.default_ttl;
    next
}

fn applied(reader: &Scope, zone: Zone, (added, retimed, removed): (usize, usize, usize)) -> Changed<ZoneView> {
    let (name, serial) = (zone.name.to_string(), zone.serial);
    Changed::new(zone.id.clone(), ZoneView::new(zone, is_staff(reader)))
        .noting("zone", name)
        .noting("serial", serial)
        .noting("added", added)
        .noting("retimed", retimed)
        .noting("removed", removed)
}

fn kept(tx: &mut Tx<'_>, zone: &Zone, id: &ImportId) -> Result<(ImportRow, Wanted)> {
    let row = store::import(tx, &zone.id, id)?.ok_or_else(not_found)?;
    let wanted = serde_json::from_str(&row.content)?;
    Ok((row, wanted))
}

fn view(zone: &Zone, row: &ImportRow, wanted: Wanted, difference: &Difference) -> ImportView {
    let faults = |faults: &[_]| faults.iter().cloned().map(ZoneFaultView::from).collect();
    ImportView {
        id: row.id.clone(),
        domain_id: zone.domain_id.clone(),
        mode: row.mode,
        zone_version: zone.version,
        added: difference.added.iter().map(RecordLine::from).collect(),
        retimed: difference.retimed.iter().map(|(_, content)| RecordLine::from(content)).collect(),
        removed: difference.removed.iter().map(|record| RecordLine::from(&record.content)).collect(),
        unchanged: i64::try_from(difference.unchanged).unwrap_or(i64::MAX),
        default_ttl_before: zone.authority.default_ttl.into(),
        default_ttl_after: difference.default_ttl.into(),
        left_out: wanted.left_out,
        faults: faults(&difference.faults),
        broken: faults(&difference.broken),
        created_at: row.created_at,
        applied_at: row.applied_at,
    }
}
