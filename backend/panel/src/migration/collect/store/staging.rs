//! Staging: batches of records on their way into the tables.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::records::RecordRow;
use crate::insert_rows;
use crate::migration::collect::model::{DOMAIN_NAME, Keys, RecordId};
use crate::migration::sources::model::SourceId;
use crate::migration::verification::model::Status;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{migration_links, migration_records};

/// A record on its way into the tables.
#[derive(Debug, Clone)]
pub struct Staged {
    pub kind: String,
    pub external_id: String,
    pub keys: Keys,
    pub hash: String,
    pub body: String,
}

/// What became of a batch.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Identifiers that were met before in the same reading, with another content.
    pub repeated: Vec<(String, String)>,
}

#[derive(Insertable)]
#[diesel(table_name = migration_links)]
struct LinkRow {
    source_id: SourceId,
    kind: String,
    external_id: String,
    to_kind: String,
    to_id: String,
}

/// Rows of one statement: with their columns within what PostgreSQL binds at once.
const ROWS: usize = 1_000;

type Known = (String, RecordId, String, i64);

/// Stages a batch of one pass.
pub fn stage(tx: &mut Tx<'_>, source_id: &SourceId, pass: i64, batch: &[Staged]) -> Result<Kept> {
    let mut kept = Kept::default();
    let mut by_kind: BTreeMap<&str, Vec<&Staged>> = BTreeMap::new();
    for staged in batch {
        by_kind.entry(&staged.kind).or_default().push(staged);
    }
    for (kind, records) in by_kind {
        for records in records.chunks(ROWS) {
            stage_kind(tx, source_id, pass, kind, records, &mut kept)?;
        }
    }
    Ok(kept)
}

fn stage_kind(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    pass: i64,
    kind: &str,
    records: &[&Staged],
    kept: &mut Kept,
) -> Result<()> {
    let ids: Vec<&str> = records.iter().map(|staged| staged.external_id.as_str()).collect();
    let known: Vec<Known> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(kind))
        .filter(migration_records::external_id.eq_any(ids))
        .select((
            migration_records::external_id,
            migration_records::id,
            migration_records::hash,
            migration_records::seen_in,
        ))
        .load(tx.conn)?;
    let mut known: BTreeMap<String, (RecordId, String, i64)> =
        known.into_iter().map(|(external, id, hash, seen)| (external, (id, hash, seen))).collect();
    let (mut added, mut same, mut touched): (Vec<RecordRow>, Vec<RecordId>, Vec<&Staged>) =
        (Vec::new(), Vec::new(), Vec::new());
    for staged in records {
        match known.get(&staged.external_id) {
            None => {
                let row = RecordRow::new(source_id, pass, staged);
                known.insert(staged.external_id.clone(), (row.id.clone(), staged.hash.clone(), pass));
                added.push(row);
                touched.push(staged);
            }
            Some((_, hash, seen)) if *seen == pass => {
                if *hash != staged.hash && kind != DOMAIN_NAME {
                    kept.repeated.push((kind.to_owned(), staged.external_id.clone()));
                }
            }
            Some((id, hash, _)) if *hash == staged.hash => {
                same.push(id.clone());
                let seen = (id.clone(), hash.clone(), pass);
                known.insert(staged.external_id.clone(), seen);
            }
            Some((id, ..)) => {
                change(tx, id, pass, staged)?;
                let seen = (id.clone(), staged.hash.clone(), pass);
                known.insert(staged.external_id.clone(), seen);
                touched.push(staged);
            }
        }
    }
    if !added.is_empty() {
        insert_rows!(&mut *tx.conn, migration_records::table, &added)?;
    }
    if !same.is_empty() {
        diesel::update(migration_records::table.filter(migration_records::id.eq_any(same)))
            .set((migration_records::seen_in.eq(pass), migration_records::is_gone.eq(false)))
            .execute(tx.conn)?;
    }
    link(tx, source_id, kind, &touched)
}

/// A record that is other than it was: what was decided of it stays, what was judged does not.
fn change(tx: &mut Tx<'_>, id: &RecordId, pass: i64, staged: &Staged) -> Result<()> {
    let keys = &staged.keys;
    diesel::update(migration_records::table.find(id))
        .set((
            (
                migration_records::party.eq(&keys.party),
                migration_records::parent.eq(&keys.parent),
                migration_records::domain.eq(&keys.domain),
                migration_records::name.eq(&keys.name),
                migration_records::status.eq(&keys.status),
                migration_records::amount_minor.eq(keys.amount.map(|amount| amount.minor)),
                migration_records::currency.eq(keys.amount.map(|amount| amount.currency.code().to_owned())),
            ),
            (
                migration_records::hash.eq(&staged.hash),
                migration_records::body.eq(&staged.body),
                migration_records::seen_in.eq(pass),
                migration_records::changed_in.eq(pass),
                migration_records::is_gone.eq(false),
                migration_records::verdict.eq(None::<Status>),
                migration_records::reasons.eq("[]"),
            ),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn link(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, records: &[&Staged]) -> Result<()> {
    let ids: Vec<&str> = records.iter().map(|staged| staged.external_id.as_str()).collect();
    if ids.is_empty() || kind == DOMAIN_NAME {
        return Ok(());
    }
    diesel::delete(
        migration_links::table
            .filter(migration_links::source_id.eq(source_id))
            .filter(migration_links::kind.eq(kind))
            .filter(migration_links::external_id.eq_any(ids)),
    )
    .execute(tx.conn)?;
    let mut rows: Vec<LinkRow> = Vec::new();
    for staged in records {
        rows.extend(staged.keys.links.iter().map(|(to_kind, to_id)| LinkRow {
            source_id: source_id.clone(),
            kind: kind.to_owned(),
            external_id: staged.external_id.clone(),
            to_kind: (*to_kind).to_owned(),
            to_id: to_id.clone(),
        }));
    }
    for rows in rows.chunks(ROWS) {
        insert_rows!(&mut *tx.conn, migration_links::table, rows)?;
    }
    Ok(())
}
