//! Which rows are selected, and what was decided of them.

use diesel::dsl::exists;
use diesel::prelude::*;
use hostwright_kernel::Instant;

use crate::migration::collect::model::{DOMAIN_NAME, RecordId};
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::model::LandingState;
use crate::migration::verification::model::{Decision, Status};
use crate::platform::db::lower;
use crate::platform::error::Result;
use crate::platform::schema::{migration_landings, migration_records, migration_sources};
use crate::platform::{ListInput, Tx};

/// Identifiers that one statement is asked for.
const IDS: usize = 5_000;

/// Which objects.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    pub kind: &'a str,
    pub external_ids: &'a [String],
    pub search: Option<&'a str>,
    pub status: Option<&'a str>,
}

impl Filter<'_> {
    fn pattern(&self) -> String {
        let input = ListInput { search: self.search.map(str::to_owned), ..ListInput::default() };
        input.pattern().unwrap_or_else(|| "%".to_owned())
    }

    fn status(&self) -> Option<&str> {
        self.status.filter(|status| !status.is_empty())
    }
}

/// Selects or takes out what the filter leaves; how many changed.
pub fn select(tx: &mut Tx<'_>, source_id: &SourceId, filter: &Filter<'_>, is_selected: bool) -> Result<usize> {
    if filter.external_ids.is_empty() {
        return select_some(tx, source_id, filter, None, is_selected);
    }
    let mut count = 0_usize;
    for ids in filter.external_ids.chunks(IDS) {
        count = count.saturating_add(select_some(tx, source_id, filter, Some(ids), is_selected)?);
    }
    Ok(count)
}

fn select_some(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    filter: &Filter<'_>,
    ids: Option<&[String]>,
    is_selected: bool,
) -> Result<usize> {
    let (pattern, status) = (filter.pattern(), filter.status().unwrap_or_default().to_owned());
    let any_status = filter.status().is_none();
    let any_id = ids.is_none();
    let rows = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(filter.kind))
        .filter(migration_records::is_gone.eq(false))
        .filter(migration_records::is_selected.ne(is_selected))
        .filter(migration_records::status.eq(status).or(any_status.into_sql::<diesel::sql_types::Bool>()))
        .filter(
            migration_records::external_id
                .eq_any(ids.unwrap_or_default().to_vec())
                .or(any_id.into_sql::<diesel::sql_types::Bool>()),
        )
        .filter(
            lower(migration_records::name)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(migration_records::external_id).like(pattern).escape('\\')),
        );
    Ok(diesel::update(rows)
        .set((migration_records::is_selected.eq(is_selected), migration_records::verdict.eq(None::<Status>)))
        .execute(tx.conn)?)
}

/// Selects or takes out the domains of the accounts that the filter leaves.
pub fn select_domains(tx: &mut Tx<'_>, source_id: &SourceId, filter: &Filter<'_>, is_selected: bool) -> Result<usize> {
    let mut chosen: Vec<String> = Vec::new();
    if filter.external_ids.is_empty() {
        chosen = accounts_of_some(tx, source_id, filter, None)?;
    }
    for ids in filter.external_ids.chunks(IDS) {
        chosen.extend(accounts_of_some(tx, source_id, filter, Some(ids))?);
    }
    let mut count = 0_usize;
    for parties in chosen.chunks(IDS) {
        let rows = migration_records::table
            .filter(migration_records::source_id.eq(source_id))
            .filter(migration_records::kind.eq(DOMAIN_NAME))
            .filter(migration_records::is_gone.eq(false))
            .filter(migration_records::is_selected.ne(is_selected))
            .filter(migration_records::party.eq_any(parties.to_vec()));
        let changed = diesel::update(rows)
            .set((migration_records::is_selected.eq(is_selected), migration_records::verdict.eq(None::<Status>)))
            .execute(tx.conn)?;
        count = count.saturating_add(changed);
    }
    Ok(count)
}

fn accounts_of_some(
    tx: &mut Tx<'_>,
    source_id: &SourceId,
    filter: &Filter<'_>,
    ids: Option<&[String]>,
) -> Result<Vec<String>> {
    let pattern = filter.pattern();
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::kind.eq(filter.kind))
        .filter(migration_records::is_gone.eq(false))
        .filter(
            lower(migration_records::name)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(migration_records::external_id).like(pattern).escape('\\')),
        )
        .select(migration_records::external_id)
        .into_boxed();
    if let Some(status) = filter.status() {
        query = query.filter(migration_records::status.eq(status.to_owned()));
    }
    if let Some(ids) = ids {
        query = query.filter(migration_records::external_id.eq_any(ids.to_vec()));
    }
    Ok(query.load(tx.conn)?)
}

/// Keeps a decision.
pub fn decide(
    tx: &mut Tx<'_>,
    id: &RecordId,
    decision: Option<Decision>,
    reason: Option<&str>,
    associated_with: Option<&str>,
) -> Result<()> {
    diesel::update(migration_records::table.find(id))
        .set((
            migration_records::decision.eq(decision),
            migration_records::decision_reason.eq(reason),
            migration_records::associated_with.eq(associated_with),
            migration_records::verdict.eq(None::<Status>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What was verified was said of another selection.
pub fn forget_verification(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    diesel::update(migration_sources::table.find(source_id))
        .set(migration_sources::verified_at.eq(None::<Instant>))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether this object is here.
pub fn has_landed(tx: &mut Tx<'_>, source_id: &SourceId, kind: &str, external_id: &str) -> Result<bool> {
    let here = migration_landings::table
        .filter(migration_landings::source_id.eq(source_id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::external_id.eq(external_id))
        .filter(migration_landings::outcome.ne(LandingState::Skipped));
    Ok(diesel::select(exists(here)).get_result(tx.conn)?)
}
