//! Rows that verification reads and writes.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{Status, Verdict};
use crate::migration::collect::model::{DOMAIN_NAME, RecordId};
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::model::LandingState;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{migration_landings, migration_links, migration_records, migration_sources};

/// Rows of one statement.
const ROWS: usize = 5_000;

/// Takes all verdicts of a source back.
pub fn forget(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    let judged = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::verdict.is_not_null());
    diesel::update(judged)
        .set((migration_records::verdict.eq(None::<Status>), migration_records::reasons.eq("[]")))
        .execute(tx.conn)?;
    Ok(())
}

/// Accounts without a verdict, by id here.
pub fn unjudged(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<(RecordId, String, Option<String>)>> {
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::is_gone.eq(false))
        .filter(migration_records::verdict.is_null())
        .order(migration_records::id)
        .limit(limit)
        .select((migration_records::id, migration_records::external_id, migration_records::parent))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(migration_records::id.gt(after.clone()));
    }
    Ok(query.load(tx.conn)?)
}

/// What was said of these accounts; those that are not there are left out.
pub fn parents(tx: &mut Tx<'_>, source_id: &SourceId, ids: &[String]) -> Result<BTreeMap<String, Option<Status>>> {
    let rows: Vec<(String, Option<Status>)> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::is_gone.eq(false))
        .filter(migration_records::external_id.eq_any(ids.to_vec()))
        .select((migration_records::external_id, migration_records::verdict))
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// Those of these accounts that are here.
pub fn landed(tx: &mut Tx<'_>, source_id: &SourceId, ids: &[String]) -> Result<Vec<String>> {
    Ok(migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq("party"))
        .filter(migration_landings::external_id.eq_any(ids.to_vec()))
        .filter(migration_landings::outcome.ne(LandingState::Skipped))
        .select(migration_landings::external_id)
        .load(tx.conn)?)
}

/// What of these domain names other sources provide: source, kind, identifier, name.
pub fn elsewhere(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    names: &[String],
) -> Result<Vec<(SourceId, String, String, String)>> {
    let mut found = Vec::new();
    for names in names.chunks(ROWS) {
        let rows: Vec<(SourceId, String, String, String)> = migration_links::table
            .filter(migration_links::to_kind.eq(DOMAIN_NAME))
            .filter(migration_links::to_id.eq_any(names.to_vec()))
            .filter(migration_links::source_id.ne(source_id))
            .select((
                migration_links::source_id,
                migration_links::kind,
                migration_links::external_id,
                migration_links::to_id,
            ))
            .load(tx.conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Those of these names that are selected on a source.
pub fn selected_names(tx: &mut Tx<'_>, source_id: &SourceId, names: &[String]) -> Result<Vec<String>> {
    Ok(migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(DOMAIN_NAME))
        .filter(migration_records::external_id.eq_any(names.to_vec()))
        .filter(migration_records::is_selected.eq(true))
        .filter(migration_records::is_gone.eq(false))
        .select(migration_records::external_id)
        .load(tx.conn)?)
}

/// Keeps verdicts; those that are alike in one statement.
pub fn keep(tx: &mut Tx<'_>, verdicts: Vec<(RecordId, Verdict)>) -> Result<()> {
    let mut alike: BTreeMap<(&'static str, String), (Status, Vec<RecordId>)> = BTreeMap::new();
    for (id, verdict) in verdicts {
        let codes: Vec<&str> = verdict.reasons.iter().map(super::model::Reason::as_str).collect();
        let key = (verdict.status.as_str(), serde_json::to_string(&codes)?);
        alike.entry(key).or_insert_with(|| (verdict.status, Vec::new())).1.push(id);
    }
    for ((_, reasons), (status, ids)) in alike {
        for ids in ids.chunks(ROWS) {
            diesel::update(migration_records::table.filter(migration_records::id.eq_any(ids.to_vec())))
                .set((migration_records::verdict.eq(status), migration_records::reasons.eq(&reasons)))
                .execute(tx.conn)?;
        }
    }
    Ok(())
}

/// Says that a source was verified.
pub fn verified(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    let now = tx.now();
    diesel::update(migration_sources::table.find(source_id))
        .set(migration_sources::verified_at.eq(Some(now)))
        .execute(tx.conn)?;
    Ok(())
}
