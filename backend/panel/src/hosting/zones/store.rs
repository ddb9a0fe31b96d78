//! Rows of zones, records and imports. They are reached through a domain, which the
//! caller has found with its scope.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::difference::{ImportId, ImportMode};
use super::model::{Authority, Content, Record, RecordId, Zone, ZoneId, ZoneState};
use crate::hosting::model::{DomainId, DomainName};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{domains, jobs, zone_imports, zone_records, zones};
use crate::{insert_rows, locking};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = zones)]
struct ZoneRow {
    id: ZoneId,
    domain_id: DomainId,
    name: DomainName,
    state: ZoneState,
    default_ttl: i64,
    primary_server: DomainName,
    hostmaster: String,
    refresh: i64,
    retry: i64,
    expire: i64,
    minimum: i64,
    serial: i64,
    observed_serial: Option<i64>,
    observed_at: Option<Instant>,
    fault: Option<String>,
    created_at: Instant,
    updated_at: Instant,
    version: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = zone_records)]
struct RecordRow {
    id: RecordId,
    zone_id: ZoneId,
    owner: String,
    kind: String,
    ttl: Option<i64>,
    data: String,
    digest: String,
    updated_at: Instant,
    version: i64,
}

impl From<&Zone> for ZoneRow {
    fn from(zone: &Zone) -> Self {
        Self {
            id: zone.id.clone(),
            domain_id: zone.domain_id.clone(),
            name: zone.name.clone(),
            state: zone.state,
            default_ttl: zone.authority.default_ttl.into(),
            primary_server: zone.authority.primary_server.clone(),
            hostmaster: zone.authority.hostmaster.clone(),
            refresh: zone.authority.refresh.into(),
            retry: zone.authority.retry.into(),
            expire: zone.authority.expire.into(),
            minimum: zone.authority.minimum.into(),
            serial: zone.serial.into(),
            observed_serial: zone.observed_serial.map(i64::from),
            observed_at: zone.observed_at,
            fault: zone.fault.clone(),
            created_at: zone.created_at,
            updated_at: zone.updated_at,
            version: zone.version,
        }
    }
}

impl TryFrom<ZoneRow> for Zone {
    type Error = Error;
    fn try_from(row: ZoneRow) -> Result<Self> {
        let small = |number: i64| u32::try_from(number).map_err(Error::internal);
        Ok(Self {
            id: row.id,
            domain_id: row.domain_id,
            name: row.name,
            state: row.state,
            authority: Authority {
                primary_server: row.primary_server,
                hostmaster: row.hostmaster,
                default_ttl: small(row.default_ttl)?,
                refresh: small(row.refresh)?,
                retry: small(row.retry)?,
                expire: small(row.expire)?,
                minimum: small(row.minimum)?,
            },
            serial: small(row.serial)?,
            observed_serial: row.observed_serial.map(small).transpose()?,
            observed_at: row.observed_at,
            fault: row.fault,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

impl RecordRow {
    fn of(zone_id: &ZoneId, record: &Record) -> Self {
        Self {
            id: record.id.clone(),
            zone_id: zone_id.clone(),
            owner: record.content.owner.clone(),
            kind: record.content.kind.clone(),
            ttl: record.content.ttl.map(i64::from),
            data: record.content.data.clone(),
            digest: record.content.digest(),
            updated_at: record.updated_at,
            version: record.version,
        }
    }
}

impl TryFrom<RecordRow> for Record {
    type Error = Error;
    fn try_from(row: RecordRow) -> Result<Self> {
        let ttl = row.ttl.map(|ttl| u32::try_from(ttl).map_err(Error::internal)).transpose()?;
        Ok(Self {
            id: row.id,
            content: Content { owner: row.owner, kind: row.kind, data: row.data, ttl },
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

/// Adds a zone, or takes the place of one that was taken away.
pub fn put(tx: &mut Tx<'_>, zone: &Zone) -> Result<()> {
    diesel::delete(zone_imports::table.filter(zone_imports::zone_id.eq(&zone.id))).execute(tx.conn)?;
    diesel::delete(zone_records::table.filter(zone_records::zone_id.eq(&zone.id))).execute(tx.conn)?;
    diesel::delete(zones::table.find(&zone.id)).execute(tx.conn)?;
    diesel::insert_into(zones::table).values(ZoneRow::from(zone)).execute(tx.conn)?;
    Ok(())
}

/// The zone of a domain, taken away or not.
pub fn of_domain(tx: &mut Tx<'_>, domain_id: &DomainId) -> Result<Option<Zone>> {
    let row = zones::table.filter(zones::domain_id.eq(domain_id)).select(ZoneRow::as_select()).first(tx.conn);
    row.optional()?.map(Zone::try_from).transpose()
}

/// [`of_domain`] with the row locked until the transaction ends.
pub fn lock_of_domain(tx: &mut Tx<'_>, domain_id: &DomainId) -> Result<Option<Zone>> {
    let row = locking!(
        &mut *tx.conn,
        zones::table.filter(zones::domain_id.eq(domain_id)).select(ZoneRow::as_select()),
        first::<ZoneRow>,
        keeping_key
    );
    row.optional()?.map(Zone::try_from).transpose()
}

/// A zone, locked until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: &ZoneId) -> Result<Option<Zone>> {
    let row = locking!(&mut *tx.conn, zones::table.find(id).select(ZoneRow::as_select()), first::<ZoneRow>);
    row.optional()?.map(Zone::try_from).transpose()
}

/// Takes a zone away as if it had never been, with its records and imports.
pub fn delete(tx: &mut Tx<'_>, id: &ZoneId) -> Result<()> {
    diesel::delete(zone_imports::table.filter(zone_imports::zone_id.eq(id))).execute(tx.conn)?;
    diesel::delete(zone_records::table.filter(zone_records::zone_id.eq(id))).execute(tx.conn)?;
    diesel::delete(zones::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// The zone of this name that is to be served.
pub fn served(tx: &mut Tx<'_>, name: &DomainName) -> Result<Option<Zone>> {
    let row = zones::table
        .filter(zones::name.eq(name))
        .filter(zones::state.eq(ZoneState::Served))
        .select(ZoneRow::as_select())
        .first(tx.conn);
    row.optional()?.map(Zone::try_from).transpose()
}

/// Serials that zones of this name ever had here.
pub fn serials_of(tx: &mut Tx<'_>, name: &DomainName) -> Result<Vec<u32>> {
    let serials: Vec<i64> = zones::table.filter(zones::name.eq(name)).select(zones::serial).load(tx.conn)?;
    serials.into_iter().map(|serial| u32::try_from(serial).map_err(Error::internal)).collect()
}

/// Writes what is wished of a zone over the version that was read; false when somebody
/// else was faster. What is observed is written by [`observe`] alone.
pub fn save(tx: &mut Tx<'_>, zone: &Zone) -> Result<bool> {
    let believed = zones::table.find(&zone.id).filter(zones::version.eq(zone.version));
    let rows = diesel::update(believed)
        .set((
            zones::state.eq(zone.state),
            zones::default_ttl.eq(i64::from(zone.authority.default_ttl)),
            zones::primary_server.eq(&zone.authority.primary_server),
            zones::hostmaster.eq(&zone.authority.hostmaster),
            zones::refresh.eq(i64::from(zone.authority.refresh)),
            zones::retry.eq(i64::from(zone.authority.retry)),
            zones::expire.eq(i64::from(zone.authority.expire)),
            zones::minimum.eq(i64::from(zone.authority.minimum)),
            zones::serial.eq(i64::from(zone.serial)),
            zones::updated_at.eq(zone.updated_at),
            zones::version.eq(zone.version.saturating_add(1)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Writes down what the name server answered for a name: on the zone that is to be
/// served, and where there is none, on those that were.
pub fn observe(tx: &mut Tx<'_>, name: &DomainName, seen: Option<u32>) -> Result<()> {
    let now = tx.now();
    let seen = seen.map(i64::from);
    let of_name = || zones::table.filter(zones::name.eq(name.clone()));
    let served = diesel::update(of_name().filter(zones::state.eq(ZoneState::Served)))
        .set((zones::observed_serial.eq(seen), zones::observed_at.eq(now), zones::fault.eq(None::<String>)))
        .execute(tx.conn)?;
    let left = if served > 0 { None } else { seen };
    diesel::update(of_name().filter(zones::state.ne(ZoneState::Served)))
        .set((zones::observed_serial.eq(left), zones::observed_at.eq(now), zones::fault.eq(None::<String>)))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes down why a name could not be looked at or brought to what is wished. What was
/// seen before stays as it was.
pub fn note_fault(tx: &mut Tx<'_>, name: &DomainName, fault: &str) -> Result<()> {
    let short: String = fault.chars().take(500).collect();
    diesel::update(zones::table.filter(zones::name.eq(name))).set(zones::fault.eq(short)).execute(tx.conn)?;
    Ok(())
}

/// The records of a zone.
pub fn records(tx: &mut Tx<'_>, zone_id: &ZoneId) -> Result<Vec<Record>> {
    let rows: Vec<RecordRow> =
        zone_records::table.filter(zone_records::zone_id.eq(zone_id)).select(RecordRow::as_select()).load(tx.conn)?;
    rows.into_iter().map(Record::try_from).collect()
}

/// Adds records; the unique index refuses one that is there.
pub fn insert_records(tx: &mut Tx<'_>, zone_id: &ZoneId, records: &[Record]) -> Result<()> {
    for part in records.chunks(500) {
        let rows: Vec<RecordRow> = part.iter().map(|record| RecordRow::of(zone_id, record)).collect();
        insert_rows!(&mut *tx.conn, zone_records::table, &rows)?;
    }
    Ok(())
}

/// Writes a record over the version that was read; false when somebody else was faster.
pub fn save_record(tx: &mut Tx<'_>, zone_id: &ZoneId, record: &Record) -> Result<bool> {
    let believed = zone_records::table
        .find(&record.id)
        .filter(zone_records::zone_id.eq(zone_id))
        .filter(zone_records::version.eq(record.version));
    let rows = diesel::update(believed)
        .set((
            zone_records::owner.eq(&record.content.owner),
            zone_records::kind.eq(&record.content.kind),
            zone_records::ttl.eq(record.content.ttl.map(i64::from)),
            zone_records::data.eq(&record.content.data),
            zone_records::digest.eq(record.content.digest()),
            zone_records::updated_at.eq(record.updated_at),
            zone_records::version.eq(record.version.saturating_add(1)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Takes records away; how many.
pub fn delete_records(tx: &mut Tx<'_>, zone_id: &ZoneId, ids: &[RecordId]) -> Result<usize> {
    let mut gone = 0_usize;
    for part in ids.chunks(500) {
        let rows = zone_records::table
            .filter(zone_records::zone_id.eq(zone_id))
            .filter(zone_records::id.eq_any(part.to_vec()));
        gone = gone.saturating_add(diesel::delete(rows).execute(tx.conn)?);
    }
    Ok(gone)
}

/// An import as it is kept.
pub struct ImportRow {
    pub id: ImportId,
    pub mode: ImportMode,
    pub content: String,
    pub created_at: Instant,
    pub applied_at: Option<Instant>,
}

/// Imports of one zone that are kept; older ones make room.
const IMPORTS_KEPT: usize = 10;

/// Keeps an import.
pub fn insert_import(tx: &mut Tx<'_>, zone_id: &ZoneId, import: &ImportRow) -> Result<()> {
    diesel::insert_into(zone_imports::table)
        .values((
            zone_imports::id.eq(&import.id),
            zone_imports::zone_id.eq(zone_id),
            zone_imports::mode.eq(import.mode),
            zone_imports::content.eq(&import.content),
            zone_imports::created_at.eq(import.created_at),
            zone_imports::applied_at.eq(import.applied_at),
        ))
        .execute(tx.conn)?;
    let kept: Vec<ImportId> = zone_imports::table
        .filter(zone_imports::zone_id.eq(zone_id))
        .order(zone_imports::id.desc())
        .select(zone_imports::id)
        .load(tx.conn)?;
    let old: Vec<ImportId> = kept.into_iter().skip(IMPORTS_KEPT).collect();
    diesel::delete(zone_imports::table.filter(zone_imports::id.eq_any(old))).execute(tx.conn)?;
    Ok(())
}

/// An import of this zone.
pub fn import(tx: &mut Tx<'_>, zone_id: &ZoneId, id: &ImportId) -> Result<Option<ImportRow>> {
    type Found = (ImportId, ImportMode, String, Instant, Option<Instant>);
    let row: Option<Found> = zone_imports::table
        .find(id)
        .filter(zone_imports::zone_id.eq(zone_id))
        .select((
            zone_imports::id,
            zone_imports::mode,
            zone_imports::content,
            zone_imports::created_at,
            zone_imports::applied_at,
        ))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(id, mode, content, created_at, applied_at)| ImportRow { id, mode, content, created_at, applied_at }))
}

/// Notes that an import was applied; false when it was already.
pub fn note_applied(tx: &mut Tx<'_>, id: &ImportId) -> Result<bool> {
    let now = tx.now();
    let open = zone_imports::table.find(id).filter(zone_imports::applied_at.is_null());
    Ok(diesel::update(open).set(zone_imports::applied_at.eq(now)).execute(tx.conn)? == 1)
}

/// Names whose zone is not seen as it is wished, or was not looked at since `before`, with
/// whose it is; those that were not looked at for the longest time first.
pub fn to_look_at(tx: &mut Tx<'_>, before: Instant, limit: i64) -> Result<Vec<(DomainName, String)>> {
    let served = zones::state.eq(ZoneState::Served);
    let differs = zones::observed_serial.is_null().or(zones::observed_serial.ne(zones::serial.nullable()));
    let is_old = zones::observed_at.is_null().or(zones::observed_at.lt(before));
    let lingers = zones::state.ne(ZoneState::Served).and(zones::observed_serial.is_not_null());
    Ok(zones::table
        .inner_join(domains::table)
        .filter(served.and(differs.or(is_old)).or(lingers))
        .order((zones::observed_at.is_not_null(), zones::observed_at, zones::id))
        .limit(limit)
        .select((zones::name, domains::customer_id))
        .load(tx.conn)?)
}

/// Zones behind `after`, by id, with whether their domain is held and whether a job of
/// their name is open.
pub fn all(tx: &mut Tx<'_>, after: &str, limit: i64, job: &str) -> Result<Vec<(Zone, bool, bool)>> {
    let rows: Vec<(ZoneRow, Option<Instant>)> = zones::table
        .inner_join(domains::table)
        .filter(zones::id.gt(after.to_owned()))
        .order(zones::id)
        .limit(limit)
        .select((ZoneRow::as_select(), domains::ended_at))
        .load(tx.conn)?;
    let names: Vec<String> = rows.iter().map(|(row, _)| row.name.to_string()).collect();
    let busy: Vec<String> = jobs::table
        .filter(jobs::kind.eq(job))
        .filter(jobs::subject.eq_any(names))
        .filter(jobs::state.ne_all(["done", "cancelled"]))
        .select(jobs::subject)
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(row, ended)| {
            let is_busy = busy.iter().any(|name| name == row.name.as_str());
            Ok((Zone::try_from(row)?, ended.is_none(), is_busy))
        })
        .collect()
}
