//! Rows of readings and gaps.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use hostwright_kernel::Instant;

use crate::insert_rows;
use crate::migration::collect::model::{CollectionId, CollectionState, CollectionView, DOMAIN_NAME, GapId, GapView};
use crate::migration::collect::queries::ListGaps;
use crate::migration::sources::model::SourceId;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{migration_collections, migration_gaps, migration_records};
use crate::platform::{ListInput, Paged, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = migration_collections)]
struct CollectionRow {
    id: CollectionId,
    source_id: SourceId,
    number: i64,
    first_pass: i64,
    last_pass: i64,
    paths: String,
    options: String,
    state: CollectionState,
    records: i64,
    added: i64,
    changed: i64,
    unchanged: i64,
    repeated: i64,
    vanished: i64,
    gaps: i64,
    facts: String,
    refusal_code: Option<String>,
    refusal_place: Option<String>,
    refusal_reason: Option<String>,
    started_at: Instant,
    finished_at: Option<Instant>,
}

impl TryFrom<CollectionRow> for CollectionView {
    type Error = Error;

    fn try_from(row: CollectionRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            source_id: row.source_id,
            number: row.number,
            paths: serde_json::from_str(&row.paths)?,
            state: row.state,
            records: row.records,
            added: row.added,
            changed: row.changed,
            unchanged: row.unchanged,
            repeated: row.repeated,
            vanished: row.vanished,
            gaps: row.gaps,
            facts: serde_json::from_str(&row.facts)?,
            refusal_code: row.refusal_code,
            refusal_place: row.refusal_place,
            refusal_reason: row.refusal_reason,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = migration_gaps)]
struct GapRow {
    id: GapId,
    source_id: SourceId,
    collection: i64,
    kind: String,
    place: String,
    record: Option<String>,
    external_id: Option<String>,
    field: Option<String>,
    reason: String,
    count: i64,
}

/// Begins a reading; its number.
pub fn begin(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    pass: i64,
    paths: &[String],
    options: &str,
) -> Result<CollectionId> {
    let last: Option<i64> = migration_collections::table
        .filter(migration_collections::source_id.eq(source_id))
        .select(diesel::dsl::max(migration_collections::number))
        .first(tx.conn)?;
    let row = CollectionRow {
        id: CollectionId::new(),
        source_id: source_id.clone(),
        number: last.unwrap_or(0).saturating_add(1),
        first_pass: pass,
        last_pass: pass,
        paths: serde_json::to_string(paths)?,
        options: options.to_owned(),
        state: CollectionState::Reading,
        records: 0,
        added: 0,
        changed: 0,
        unchanged: 0,
        repeated: 0,
        vanished: 0,
        gaps: 0,
        facts: "{}".to_owned(),
        refusal_code: None,
        refusal_place: None,
        refusal_reason: None,
        started_at: tx.now(),
        finished_at: None,
    };
    let id = row.id.clone();
    diesel::insert_into(migration_collections::table).values(row).execute(tx.conn)?;
    Ok(id)
}

/// The reading that is under way.
pub fn open_collection(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<Option<CollectionView>> {
    let row = migration_collections::table
        .filter(migration_collections::source_id.eq(source_id))
        .filter(migration_collections::state.eq(CollectionState::Reading))
        .order(migration_collections::number.desc())
        .select(CollectionRow::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(CollectionView::try_from).transpose()
}

/// What a reading needs besides paths, sealed; kept only until it ends.
pub fn options(tx: &mut Tx<'_>, id: &CollectionId) -> Result<String> {
    Ok(migration_collections::table.find(id).select(migration_collections::options).first(tx.conn)?)
}

/// Another pass of the same reading: what it said before of gaps is said again.
pub fn begin_pass(tx: &mut Tx<'_>, collection: &CollectionView, pass: i64) -> Result<()> {
    diesel::delete(
        migration_gaps::table
            .filter(migration_gaps::source_id.eq(&collection.source_id))
            .filter(migration_gaps::collection.eq(collection.number)),
    )
    .execute(tx.conn)?;
    diesel::update(migration_collections::table.find(&collection.id))
        .set((migration_collections::last_pass.eq(pass), migration_collections::records.eq(0_i64)))
        .execute(tx.conn)?;
    Ok(())
}

/// Says how far a reading is.
pub fn count_read(tx: &mut Tx<'_>, id: &CollectionId, records: i64) -> Result<()> {
    diesel::update(migration_collections::table.find(id))
        .set(migration_collections::records.eq(migration_collections::records + records))
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps gaps of a reading.
pub fn keep_gaps(tx: &mut Tx<'_>, source_id: &SourceId, collection: i64, gaps: &[GapView]) -> Result<()> {
    let rows: Vec<GapRow> = gaps
        .iter()
        .map(|gap| GapRow {
            id: GapId::new(),
            source_id: source_id.clone(),
            collection,
            kind: gap.kind.clone(),
            place: gap.place.clone(),
            record: gap.record.clone(),
            external_id: gap.external_id.clone(),
            field: gap.field.clone(),
            reason: gap.reason.clone(),
            count: gap.count,
        })
        .collect();
    for rows in rows.chunks(1_000) {
        insert_rows!(&mut *tx.conn, migration_gaps::table, rows)?;
    }
    Ok(())
}

/// Ends a reading that came to the end: what it did not meet is gone, and everything is counted.
pub fn finish(tx: &mut Tx<'_>, id: &CollectionId, facts: &BTreeMap<String, String>) -> Result<()> {
    let row: CollectionRow = migration_collections::table.find(id).select(CollectionRow::as_select()).first(tx.conn)?;
    let of = || migration_records::table.filter(migration_records::source_id.eq(&row.source_id));
    diesel::update(of().filter(migration_records::seen_in.lt(row.last_pass)))
        .set(migration_records::is_gone.eq(true))
        .execute(tx.conn)?;
    let real = || of().filter(migration_records::kind.ne(DOMAIN_NAME));
    let seen = || real().filter(migration_records::seen_in.eq(row.last_pass));
    let added: i64 =
        seen().filter(migration_records::added_in.ge(row.first_pass)).select(count_star()).first(tx.conn)?;
    let changed: i64 = seen()
        .filter(migration_records::added_in.lt(row.first_pass))
        .filter(migration_records::changed_in.ge(row.first_pass))
        .select(count_star())
        .first(tx.conn)?;
    let all: i64 = seen().select(count_star()).first(tx.conn)?;
    let vanished: i64 = real().filter(migration_records::is_gone.eq(true)).select(count_star()).first(tx.conn)?;
    let gaps = || {
        migration_gaps::table
            .filter(migration_gaps::source_id.eq(&row.source_id))
            .filter(migration_gaps::collection.eq(row.number))
    };
    let named: i64 = gaps().select(count_star()).first(tx.conn)?;
    let repeated: i64 = gaps().filter(migration_gaps::kind.eq("duplicate")).select(count_star()).first(tx.conn)?;
    let now = tx.now();
    diesel::update(migration_collections::table.find(id))
        .set((
            migration_collections::state.eq(CollectionState::Done),
            migration_collections::options.eq(""),
            migration_collections::records.eq(all),
            migration_collections::added.eq(added),
            migration_collections::changed.eq(changed),
            migration_collections::unchanged.eq(all.saturating_sub(added).saturating_sub(changed)),
            migration_collections::vanished.eq(vanished),
            migration_collections::repeated.eq(repeated),
            migration_collections::gaps.eq(named),
            migration_collections::facts.eq(serde_json::to_string(facts)?),
            migration_collections::finished_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends a reading whose input was refused as a whole.
pub fn refuse(tx: &mut Tx<'_>, id: &CollectionId, code: &str, place: &str, reason: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(migration_collections::table.find(id))
        .set((
            migration_collections::state.eq(CollectionState::Refused),
            migration_collections::options.eq(""),
            migration_collections::refusal_code.eq(code),
            migration_collections::refusal_place.eq(place),
            migration_collections::refusal_reason.eq(reason),
            migration_collections::finished_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn collections(tx: &mut Tx<'_>, source_id: &SourceId, input: &ListInput) -> Result<Paged<CollectionView>> {
    let mut query = migration_collections::table
        .filter(migration_collections::source_id.eq(source_id))
        .select(CollectionRow::as_select())
        .order(migration_collections::id.desc())
        .limit(input.fetch())
        .into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(migration_collections::id.lt(after.clone()));
    }
    let rows = query.load(tx.conn)?.into_iter().map(CollectionView::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Paged::cut(rows, input, |row| row.id.to_string()))
}

pub fn gaps(tx: &mut Tx<'_>, input: &ListGaps) -> Result<Paged<GapView>> {
    let paging = input.paging();
    let last: Option<i64> = migration_gaps::table
        .filter(migration_gaps::source_id.eq(&input.source_id))
        .select(diesel::dsl::max(migration_gaps::collection))
        .first(tx.conn)?;
    let mut query = migration_gaps::table
        .filter(migration_gaps::source_id.eq(&input.source_id))
        .filter(migration_gaps::collection.eq(last.unwrap_or(0)))
        .order(migration_gaps::id)
        .limit(paging.fetch())
        .select((
            migration_gaps::id,
            migration_gaps::kind,
            migration_gaps::place,
            migration_gaps::record,
            migration_gaps::external_id,
            migration_gaps::field,
            migration_gaps::reason,
            migration_gaps::count,
        ))
        .into_boxed();
    if let Some(after) = &paging.after {
        query = query.filter(migration_gaps::id.gt(after.clone()));
    }
    type Row = (GapId, String, String, Option<String>, Option<String>, Option<String>, String, i64);
    let rows: Vec<Row> = query.load(tx.conn)?;
    let views = rows
        .into_iter()
        .map(|(id, kind, place, record, external_id, field, reason, count)| GapView {
            id,
            kind,
            place,
            record,
            external_id,
            field,
            reason,
            count,
        })
        .collect();
    Ok(Paged::cut(views, &paging, |gap: &GapView| gap.id.to_string()))
}
