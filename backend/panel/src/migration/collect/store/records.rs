//! Rows of records: what is read of them.

use diesel::prelude::*;
use hostwright_kernel::Money;

use super::staging::Staged;
use crate::migration::collect::model::{RecordId, StagedView};
use crate::migration::collect::queries::ListRecords;
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::model::TransferState;
use crate::migration::verification::model::{Decision, Reason, Status};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{migration_links, migration_records};
use crate::platform::{Paged, Tx};

/// A record with its sealed body and its hash.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The record by its keys.
    pub record: StagedView,
    /// Its body, sealed.
    pub body: String,
    /// The keyed hash of its body.
    pub hash: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = migration_records)]
pub(super) struct RecordRow {
    pub(super) id: RecordId,
    pub(super) source_id: SourceId,
    pub(super) kind: String,
    pub(super) external_id: String,
    pub(super) party: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) amount_minor: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) hash: String,
    pub(super) body: String,
    pub(super) seen_in: i64,
    pub(super) changed_in: i64,
    pub(super) added_in: i64,
    pub(super) is_gone: bool,
    pub(super) is_selected: bool,
    pub(super) decision: Option<Decision>,
    pub(super) decision_reason: Option<String>,
    pub(super) associated_with: Option<String>,
    pub(super) verdict: Option<Status>,
    pub(super) reasons: String,
    pub(super) transfer: Option<TransferState>,
    pub(super) transfer_reason: Option<String>,
}

impl RecordRow {
    pub(super) fn new(source_id: &SourceId, pass: i64, staged: &Staged) -> Self {
        let keys = staged.keys.clone();
        Self {
            id: RecordId::new(),
            source_id: source_id.clone(),
            kind: staged.kind.clone(),
            external_id: staged.external_id.clone(),
            party: keys.party,
            parent: keys.parent,
            domain: keys.domain,
            name: keys.name,
            status: keys.status,
            amount_minor: keys.amount.map(|amount| amount.minor),
            currency: keys.amount.map(|amount| amount.currency.code().to_owned()),
            hash: staged.hash.clone(),
            body: staged.body.clone(),
            seen_in: pass,
            changed_in: pass,
            added_in: pass,
            is_gone: false,
            is_selected: false,
            decision: None,
            decision_reason: None,
            associated_with: None,
            verdict: None,
            reasons: "[]".to_owned(),
            transfer: None,
            transfer_reason: None,
        }
    }

    fn view(self) -> Result<StagedView> {
        let currency = self.currency.map(|code| code.parse()).transpose().map_err(Error::internal)?;
        Ok(StagedView {
            id: self.id,
            source_id: self.source_id,
            kind: self.kind,
            external_id: self.external_id,
            party: self.party,
            parent: self.parent,
            domain: self.domain,
            name: self.name,
            status: self.status,
            amount: self.amount_minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
            is_gone: self.is_gone,
            is_selected: self.is_selected,
            decision: self.decision,
            decision_reason: self.decision_reason,
            associated_with: self.associated_with,
            verdict: self.verdict,
            reasons: reasons(&self.reasons),
            transfer: self.transfer,
            transfer_reason: self.transfer_reason,
        })
    }
}

/// Reasons as they are kept; a code that is no longer known is left out.
pub fn reasons(kept: &str) -> Vec<Reason> {
    let codes: Vec<String> = serde_json::from_str(kept).unwrap_or_default();
    codes.iter().filter_map(|code| code.parse().ok()).collect()
}

pub fn records(tx: &mut Tx<'_>, input: &ListRecords) -> Result<Paged<StagedView>> {
    let paging = input.paging();
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(&input.source_id))
        .select(RecordRow::as_select())
        .order(migration_records::id)
        .limit(paging.fetch())
        .into_boxed();
    if let Some(after) = &paging.after {
        query = query.filter(migration_records::id.gt(after.clone()));
    }
    if let Some(kind) = input.kind.clone().filter(|kind| !kind.is_empty()) {
        query = query.filter(migration_records::kind.eq(kind));
    }
    if let Some(party) = input.party.clone().filter(|party| !party.is_empty()) {
        query = query.filter(migration_records::party.eq(party));
    }
    if let Some(verdict) = input.verdict {
        query = query.filter(migration_records::verdict.eq(verdict));
    }
    if let Some(is_gone) = input.is_gone {
        query = query.filter(migration_records::is_gone.eq(is_gone));
    }
    if let Some(pattern) = paging.pattern() {
        query = query.filter(
            lower(migration_records::name)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(migration_records::external_id).like(pattern).escape('\\')),
        );
    }
    let rows = query.load(tx.conn)?.into_iter().map(RecordRow::view).collect::<Result<Vec<_>>>()?;
    Ok(Paged::cut(rows, &paging, |row| row.id.to_string()))
}

pub fn record(tx: &mut Tx<'_>, id: &RecordId) -> Result<Option<Sealed>> {
    let row = migration_records::table.find(id).select(RecordRow::as_select()).first(tx.conn).optional()?;
    row.map(|row| {
        let (body, hash) = (row.body.clone(), row.hash.clone());
        Ok(Sealed { record: row.view()?, body, hash })
    })
    .transpose()
}

/// These records, in the order in which they were met.
pub fn sealed(tx: &mut Tx<'_>, ids: &[RecordId]) -> Result<Vec<Sealed>> {
    let rows: Vec<RecordRow> = migration_records::table
        .filter(migration_records::id.eq_any(ids.to_vec()))
        .select(RecordRow::as_select())
        .load(tx.conn)?;
    in_order(rows)
}

/// Records of some kinds that belong to these parties, in the order in which they were met.
pub fn of_parties(tx: &mut Tx<'_>, source_id: &SourceId, kinds: &[&str], parties: &[String]) -> Result<Vec<Sealed>> {
    let rows: Vec<RecordRow> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::party.eq_any(parties.to_vec()))
        .filter(migration_records::kind.eq_any(kinds.to_vec()))
        .filter(migration_records::is_gone.eq(false))
        .select(RecordRow::as_select())
        .load(tx.conn)?;
    in_order(rows)
}

/// Records of a kind that hang on one of these parents.
pub fn of_parents(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, parents: &[String]) -> Result<Vec<Sealed>> {
    let rows: Vec<RecordRow> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::parent.eq_any(parents.to_vec()))
        .filter(migration_records::kind.eq(kind))
        .filter(migration_records::is_gone.eq(false))
        .select(RecordRow::as_select())
        .load(tx.conn)?;
    in_order(rows)
}

/// Records of a kind by identifier.
pub fn by_ids(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, ids: &[String]) -> Result<Vec<Sealed>> {
    let rows: Vec<RecordRow> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(kind))
        .filter(migration_records::external_id.eq_any(ids.to_vec()))
        .filter(migration_records::is_gone.eq(false))
        .select(RecordRow::as_select())
        .load(tx.conn)?;
    in_order(rows)
}

/// A page of a kind, by id here.
pub fn page_of_kind(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    kind: &str,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<Sealed>> {
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(kind))
        .filter(migration_records::is_gone.eq(false))
        .order(migration_records::id)
        .limit(limit)
        .select(RecordRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(migration_records::id.gt(after.clone()));
    }
    with_bodies(query.load(tx.conn)?)
}

/// In the order in which they were met. The database does not put them in order: SQLite would walk
/// through all records of the kind to be spared the sorting of these few.
fn in_order(mut rows: Vec<RecordRow>) -> Result<Vec<Sealed>> {
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    with_bodies(rows)
}

fn with_bodies(rows: Vec<RecordRow>) -> Result<Vec<Sealed>> {
    rows.into_iter()
        .map(|row| {
            let (body, hash) = (row.body.clone(), row.hash.clone());
            Ok(Sealed { record: row.view()?, body, hash })
        })
        .collect()
}

/// Which records of `kind` lead to these objects: (identifier, object).
pub fn linked_to(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    to_kind: &str,
    to_ids: &[String],
) -> Result<Vec<(String, String, String)>> {
    Ok(migration_links::table
        .filter(migration_links::source_id.eq(source_id))
        .filter(migration_links::to_kind.eq(to_kind))
        .filter(migration_links::to_id.eq_any(to_ids.to_vec()))
        .select((migration_links::kind, migration_links::external_id, migration_links::to_id))
        .load(tx.conn)?)
}

/// Where records lead: (kind, identifier, object).
pub fn links_of(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    kind: &str,
    ids: &[String],
    to_kind: &str,
) -> Result<Vec<(String, String)>> {
    Ok(migration_links::table
        .filter(migration_links::source_id.eq(source_id))
        .filter(migration_links::kind.eq(kind))
        .filter(migration_links::external_id.eq_any(ids.to_vec()))
        .filter(migration_links::to_kind.eq(to_kind))
        .select((migration_links::external_id, migration_links::to_id))
        .load(tx.conn)?)
}
