//! Rows of what landed, and where the transfer of accounts stands.

use std::collections::BTreeMap;

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{LandingId, LandingState, LandingView, TransferState};
use super::queries::ListLandings;
use crate::insert_rows;
use crate::migration::collect::model::{RecordId, StagedView};
use crate::migration::sources::model::SourceId;
use crate::migration::verification::model::Status;
use crate::platform::error::Result;
use crate::platform::schema::{migration_landings, migration_records, migration_sources};
use crate::platform::{Paged, Tx};

/// What became of a record, on its way into the table.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub kind: String,
    pub external_id: String,
    pub outcome: LandingState,
    pub slice: &'static str,
    pub object_id: String,
    pub customer_id: Option<String>,
    pub hash: String,
    pub reason: String,
    pub remarks: Vec<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = migration_landings)]
struct LandingRow {
    id: LandingId,
    kind: String,
    external_id: String,
    outcome: LandingState,
    slice: String,
    object_id: String,
    customer_id: Option<String>,
    reason: String,
    remarks: String,
    at: Instant,
}

impl LandingRow {
    fn view(self) -> LandingView {
        LandingView {
            id: self.id,
            kind: self.kind,
            external_id: self.external_id,
            outcome: self.outcome,
            slice: self.slice,
            object_id: self.object_id,
            customer_id: self.customer_id,
            reason: self.reason,
            remarks: serde_json::from_str(&self.remarks).unwrap_or_default(),
            at: self.at,
        }
    }
}

/// What is known of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing became of it yet.
    Nothing,
    /// It is this object here.
    Here(String),
    /// It was skipped, and this row says why.
    Skipped(LandingId),
}

#[derive(Insertable)]
#[diesel(table_name = migration_landings)]
struct NewLanding {
    id: LandingId,
    source_id: SourceId,
    kind: String,
    external_id: String,
    outcome: LandingState,
    slice: String,
    object_id: String,
    customer_id: Option<String>,
    hash: String,
    reason: String,
    remarks: String,
    at: Instant,
}

/// Identifiers of one query, and rows of one statement: within what the engines bind at once.
const AT_ONCE: usize = 1_000;

/// What is known of these records of a kind, where anything is.
pub fn known(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, ids: &[String]) -> Result<Vec<(String, Known)>> {
    let mut all = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows: Vec<(LandingId, String, LandingState, String)> = migration_landings::table
            .filter(migration_landings::source_id.eq(source_id))
            .filter(migration_landings::kind.eq(kind))
            .filter(migration_landings::external_id.eq_any(ids.to_vec()))
            .select((
                migration_landings::id,
                migration_landings::external_id,
                migration_landings::outcome,
                migration_landings::object_id,
            ))
            .load(tx.conn)?;
        all.extend(rows.into_iter().map(|(row, id, outcome, object)| match outcome {
            LandingState::Skipped => (id, Known::Skipped(row)),
            LandingState::Landed | LandingState::Found => (id, Known::Here(object)),
        }));
    }
    Ok(all)
}

/// Writes what became of records, in place of what was said of them before.
pub fn replace(tx: &mut Tx<'_>, source_id: &SourceId, old: Vec<LandingId>, new: Vec<Remembered>) -> Result<()> {
    for old in old.chunks(AT_ONCE) {
        diesel::delete(migration_landings::table.filter(migration_landings::id.eq_any(old.to_vec())))
            .execute(tx.conn)?;
    }
    let at = tx.now();
    let mut rows = Vec::with_capacity(new.len());
    for one in new {
        rows.push(NewLanding {
            id: LandingId::new(),
            source_id: source_id.clone(),
            kind: one.kind,
            external_id: one.external_id,
            outcome: one.outcome,
            slice: one.slice.to_owned(),
            object_id: one.object_id,
            customer_id: one.customer_id,
            hash: one.hash,
            reason: one.reason,
            remarks: serde_json::to_string(&one.remarks)?,
            at,
        });
    }
    for rows in rows.chunks(AT_ONCE) {
        insert_rows!(&mut *tx.conn, migration_landings::table, rows)?;
    }
    Ok(())
}

/// What these records of a kind are here.
pub fn here(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    kind: &str,
    ids: &[String],
) -> Result<BTreeMap<String, LandingView>> {
    let rows: Vec<LandingRow> = migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::external_id.eq_any(ids.to_vec()))
        .filter(migration_landings::outcome.ne(LandingState::Skipped))
        .select(LandingRow::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.external_id.clone(), row.view())).collect())
}

/// The identifiers of all that is here of a kind, in order.
pub fn identifiers(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str) -> Result<Vec<String>> {
    Ok(migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::outcome.ne(LandingState::Skipped))
        .order(migration_landings::external_id)
        .select(migration_landings::external_id)
        .load(tx.conn)?)
}

/// What one record is here.
pub fn object(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, id: &str) -> Result<Option<LandingView>> {
    Ok(here(tx, source_id, kind, &[id.to_owned()])?.remove(id))
}

/// Whether some record of a kind is this object here.
pub fn is_object(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, object_id: &str) -> Result<bool> {
    let here = migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::object_id.eq(object_id));
    Ok(diesel::select(diesel::dsl::exists(here)).get_result(tx.conn)?)
}

/// A page of what is here of a kind, the last landed first.
pub fn landed_page(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    kind: &str,
    before: Option<&LandingId>,
    limit: i64,
) -> Result<Vec<LandingView>> {
    let mut query = migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::outcome.ne(LandingState::Skipped))
        .order(migration_landings::id.desc())
        .limit(limit)
        .select(LandingRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(migration_landings::id.lt(before.clone()));
    }
    Ok(query.load(tx.conn)?.into_iter().map(LandingRow::view).collect())
}

/// Forgets what became of a record, so that it can land again.
pub fn forget(tx: &mut Tx<'_>, id: &LandingId) -> Result<()> {
    diesel::delete(migration_landings::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Forgets everything that was skipped, so that it is tried and told again.
pub fn forget_skipped(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    diesel::delete(
        migration_landings::table
            .filter(migration_landings::source_id.eq(source_id))
            .filter(migration_landings::outcome.eq(LandingState::Skipped)),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// Says why undo left something.
pub fn left(tx: &mut Tx<'_>, id: &LandingId, reason: &str) -> Result<()> {
    diesel::update(migration_landings::table.find(id)).set(migration_landings::reason.eq(reason)).execute(tx.conn)?;
    Ok(())
}

/// Adds remarks to those that are kept, once.
pub fn add_remark(tx: &mut Tx<'_>, id: &LandingId, kept: &[String], more: &[String]) -> Result<()> {
    let mut all = kept.to_vec();
    all.extend(more.iter().filter(|remark| !kept.contains(remark)).cloned());
    diesel::update(migration_landings::table.find(id))
        .set(migration_landings::remarks.eq(serde_json::to_string(&all)?))
        .execute(tx.conn)?;
    Ok(())
}

pub fn landings(tx: &mut Tx<'_>, input: &ListLandings) -> Result<Paged<LandingView>> {
    let paging = input.paging();
    let mut query = migration_landings::table
        .filter(migration_landings::source_id.eq(&input.source_id))
        .order(migration_landings::id)
        .limit(paging.fetch())
        .select(LandingRow::as_select())
        .into_boxed();
    if let Some(after) = &paging.after {
        query = query.filter(migration_landings::id.gt(after.clone()));
    }
    if let Some(outcome) = input.outcome {
        query = query.filter(migration_landings::outcome.eq(outcome));
    }
    if let Some(kind) = input.kind.clone().filter(|kind| !kind.is_empty()) {
        query = query.filter(migration_landings::kind.eq(kind));
    }
    let views = query.load(tx.conn)?.into_iter().map(LandingRow::view).collect();
    Ok(Paged::cut(views, &paging, |view: &LandingView| view.id.to_string()))
}

/// Puts every verified account in the queue that is not here; how many.
pub fn queue_accounts(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<usize> {
    Ok(diesel::update(
        migration_records::table
            .filter(migration_records::source_id.eq(source_id))
            .filter(migration_records::kind.eq("party"))
            .filter(migration_records::is_gone.eq(false))
            .filter(migration_records::is_selected.eq(true))
            .filter(migration_records::verdict.eq(Status::Verified)),
    )
    .set((migration_records::transfer.eq(TransferState::Queued), migration_records::transfer_reason.eq(None::<String>)))
    .execute(tx.conn)?)
}

/// Accounts in the queue, by id here.
pub fn queued(tx: &mut Tx<'_>, source_id: &SourceId, after: Option<&RecordId>, limit: i64) -> Result<Vec<RecordId>> {
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::transfer.eq(TransferState::Queued))
        .order(migration_records::id)
        .limit(limit)
        .select(migration_records::id)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(migration_records::id.gt(after));
    }
    Ok(query.load(tx.conn)?)
}

/// Which of these accounts are in the queue still, in order.
pub fn waiting(tx: &mut Tx<'_>, ids: &[RecordId]) -> Result<Vec<RecordId>> {
    Ok(migration_records::table
        .filter(migration_records::id.eq_any(ids.to_vec()))
        .filter(migration_records::transfer.eq(TransferState::Queued))
        .order(migration_records::id)
        .select(migration_records::id)
        .load(tx.conn)?)
}

/// Says that these accounts are here.
pub fn done(tx: &mut Tx<'_>, ids: &[RecordId]) -> Result<()> {
    diesel::update(migration_records::table.filter(migration_records::id.eq_any(ids.to_vec())))
        .set((
            migration_records::transfer.eq(TransferState::Done),
            migration_records::transfer_reason.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Says that an account is not here, and why.
pub fn parked(tx: &mut Tx<'_>, id: &RecordId, reason: &str) -> Result<()> {
    diesel::update(migration_records::table.find(id))
        .set((
            migration_records::transfer.eq(TransferState::Parked),
            migration_records::transfer_reason.eq(reason.chars().take(500).collect::<String>()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes back where the transfer of every account stands, but for those that are still here.
pub fn reset_transfers(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    let here = migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq("party"))
        .filter(migration_landings::outcome.ne(LandingState::Skipped))
        .select(migration_landings::external_id);
    diesel::update(
        migration_records::table
            .filter(migration_records::source_id.eq(source_id))
            .filter(migration_records::kind.eq("party"))
            .filter(migration_records::external_id.ne_all(here)),
    )
    .set((migration_records::transfer.eq(None::<TransferState>), migration_records::transfer_reason.eq(None::<String>)))
    .execute(tx.conn)?;
    Ok(())
}

/// Says that a transfer ended, or that nothing is here any more.
pub fn transferred(tx: &mut Tx<'_>, source_id: &SourceId, at: Option<Instant>) -> Result<()> {
    diesel::update(migration_sources::table.find(source_id))
        .set((
            migration_sources::transferred_at.eq(at),
            migration_sources::signed_by.eq(None::<String>),
            migration_sources::signed_name.eq(None::<String>),
            migration_sources::signed_digest.eq(None::<String>),
            migration_sources::signed_at.eq(None::<Instant>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Accounts that are here below another that is here: (identifier, the one above), by id here.
pub fn tree(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<(RecordId, String, String)>> {
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::transfer.eq(TransferState::Done))
        .filter(migration_records::parent.is_not_null())
        .order(migration_records::id)
        .limit(limit)
        .select((migration_records::id, migration_records::external_id, migration_records::parent.assume_not_null()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(migration_records::id.gt(after.clone()));
    }
    Ok(query.load(tx.conn)?)
}

/// Whether this record may land: for objects that are judged, only what moves.
#[must_use]
pub fn may_land(record: &StagedView) -> bool {
    match record.kind.as_str() {
        "subscription" | "domain" => record.verdict.is_some_and(Status::moves),
        _ => true,
    }
}
