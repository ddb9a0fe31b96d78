//! Rows of source systems.

use std::collections::BTreeSet;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{Progress, Signature, Source, SourceId, SourceSettings};
use crate::migration::content::store as content;
use crate::migration::transfer::model::{LandingState, TransferState};
use crate::migration::verification::model::{Scheme, Status};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::JobState;
use crate::platform::schema::{
    jobs, migration_collections, migration_gaps, migration_landings, migration_links, migration_records,
    migration_sources, migration_templates,
};
use crate::platform::{ListInput, Paged, Tx};
use crate::{locking, on_each};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = migration_sources)]
#[diesel(treat_none_as_null = true)]
struct SourceRow {
    id: SourceId,
    name: String,
    kind: String,
    host: String,
    zone: String,
    currency: String,
    scheme: Scheme,
    protective_days: i64,
    is_main_billing: bool,
    finds_conflicts: bool,
    parks_domains: bool,
    refuses_unmapped: bool,
    needs_registration: bool,
    associates_resellers: bool,
    collection: i64,
    pass: i64,
    verified_at: Option<Instant>,
    transferred_at: Option<Instant>,
    signed_by: Option<String>,
    signed_name: Option<String>,
    signed_digest: Option<String>,
    signed_at: Option<Instant>,
    switched_at: Option<Instant>,
    created_at: Instant,
    version: i64,
}

impl From<&Source> for SourceRow {
    fn from(source: &Source) -> Self {
        let settings = source.settings.clone();
        let signature = source.signature.clone();
        Self {
            id: source.id.clone(),
            name: settings.name,
            kind: source.kind.clone(),
            host: settings.host,
            zone: settings.zone,
            currency: settings.currency.code().to_owned(),
            scheme: settings.scheme,
            protective_days: settings.protective_days,
            is_main_billing: settings.is_main_billing,
            finds_conflicts: settings.finds_conflicts,
            parks_domains: settings.parks_domains,
            refuses_unmapped: settings.refuses_unmapped,
            needs_registration: settings.needs_registration,
            associates_resellers: settings.associates_resellers,
            collection: source.collection,
            pass: source.pass,
            verified_at: source.verified_at,
            transferred_at: source.transferred_at,
            signed_by: signature.as_ref().map(|signature| signature.by.clone()),
            signed_name: signature.as_ref().map(|signature| signature.name.clone()),
            signed_digest: signature.as_ref().map(|signature| signature.digest.clone()),
            signed_at: signature.map(|signature| signature.at),
            switched_at: source.switched_at,
            created_at: source.created_at,
            version: source.version,
        }
    }
}

impl TryFrom<SourceRow> for Source {
    type Error = Error;

    fn try_from(row: SourceRow) -> Result<Self> {
        let signature = match (row.signed_by, row.signed_name, row.signed_digest, row.signed_at) {
            (Some(by), Some(name), Some(digest), Some(at)) => Some(Signature { by, name, digest, at }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            kind: row.kind,
            settings: SourceSettings {
                name: row.name,
                host: row.host,
                zone: row.zone,
                currency: row.currency.parse().map_err(Error::internal)?,
                scheme: row.scheme,
                protective_days: row.protective_days,
                is_main_billing: row.is_main_billing,
                finds_conflicts: row.finds_conflicts,
                parks_domains: row.parks_domains,
                refuses_unmapped: row.refuses_unmapped,
                needs_registration: row.needs_registration,
                associates_resellers: row.associates_resellers,
            },
            collection: row.collection,
            pass: row.pass,
            verified_at: row.verified_at,
            transferred_at: row.transferred_at,
            signature,
            switched_at: row.switched_at,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// Adds a source; false when its name is taken, or another is the main billing platform.
pub fn insert(tx: &mut Tx<'_>, source: &Source) -> Result<bool> {
    let row = SourceRow::from(source);
    let rows = on_each!(&mut *tx.conn, |conn| diesel::insert_into(migration_sources::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// Keeps a source as it is now; false when somebody changed it since it was loaded.
pub fn save(tx: &mut Tx<'_>, source: &Source) -> Result<bool> {
    let mut row = SourceRow::from(source);
    row.version = source.version.saturating_add(1);
    let believed = migration_sources::table.find(&source.id).filter(migration_sources::version.eq(source.version));
    Ok(diesel::update(believed).set(row).execute(tx.conn)? == 1)
}

pub fn load(tx: &mut Tx<'_>, id: &SourceId) -> Result<Option<Source>> {
    let row = migration_sources::table.find(id).select(SourceRow::as_select()).first(tx.conn).optional()?;
    row.map(Source::try_from).transpose()
}

/// Locks a source until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: &SourceId) -> Result<Option<Source>> {
    let row =
        locking!(&mut *tx.conn, migration_sources::table.find(id).select(SourceRow::as_select()), first::<SourceRow>);
    row.optional()?.map(Source::try_from).transpose()
}

pub fn list(tx: &mut Tx<'_>, input: &ListInput) -> Result<Paged<Source>> {
    let mut query = migration_sources::table
        .select(SourceRow::as_select())
        .order(migration_sources::id)
        .limit(input.fetch())
        .into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(migration_sources::id.gt(after.clone()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(lower(migration_sources::name).like(pattern).escape('\\'));
    }
    let sources = query.load(tx.conn)?.into_iter().map(Source::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Paged::cut(sources, input, |source| source.id.to_string()))
}

/// Another source with this name, if any.
pub fn has_name(tx: &mut Tx<'_>, name: &str, besides: &SourceId) -> Result<bool> {
    let taken =
        migration_sources::table.filter(migration_sources::name.eq(name)).filter(migration_sources::id.ne(besides));
    Ok(diesel::select(exists(taken)).get_result(tx.conn)?)
}

/// The source that is the main billing platform, besides this one.
pub fn other_main(tx: &mut Tx<'_>, besides: &SourceId) -> Result<Option<SourceId>> {
    Ok(migration_sources::table
        .filter(migration_sources::is_main_billing.eq(true))
        .filter(migration_sources::id.ne(besides))
        .select(migration_sources::id)
        .first(tx.conn)
        .optional()?)
}

/// Whether anything of this source is here.
pub fn has_landed(tx: &mut Tx<'_>, id: &SourceId) -> Result<bool> {
    let here = migration_landings::table
        .filter(migration_landings::source_id.eq(id))
        .filter(migration_landings::outcome.eq(LandingState::Landed));
    Ok(diesel::select(exists(here)).get_result(tx.conn)?)
}

/// Takes a source away with everything that was collected of it.
pub fn delete(tx: &mut Tx<'_>, id: &SourceId) -> Result<()> {
    content::delete(tx, id)?;
    diesel::delete(migration_landings::table.filter(migration_landings::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_templates::table.filter(migration_templates::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_gaps::table.filter(migration_gaps::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_links::table.filter(migration_links::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_records::table.filter(migration_records::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_collections::table.filter(migration_collections::source_id.eq(id))).execute(tx.conn)?;
    diesel::delete(migration_sources::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Whether a job of one of these kinds is open for a subject.
pub fn is_open(tx: &mut Tx<'_>, kinds: &[&str], subject: &str) -> Result<bool> {
    let open = jobs::table
        .filter(jobs::kind.eq_any(kinds.to_vec()))
        .filter(jobs::subject.eq(subject))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Attention]));
    Ok(diesel::select(exists(open)).get_result(tx.conn)?)
}

/// Those of these subjects for which a job of a kind is open.
pub fn open_among<Id: ToString>(tx: &mut Tx<'_>, kind: &str, subjects: &[Id]) -> Result<BTreeSet<String>> {
    let subjects: Vec<String> = subjects.iter().map(ToString::to_string).collect();
    let found: Vec<String> = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::subject.eq_any(subjects))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Attention]))
        .select(jobs::subject)
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// Whether accounts of a source wait to land.
pub fn has_queued(tx: &mut Tx<'_>, id: &SourceId) -> Result<bool> {
    let waiting = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::transfer.eq(TransferState::Queued));
    Ok(diesel::select(exists(waiting)).get_result(tx.conn)?)
}

/// Counts of a source; what runs is asked separately.
pub fn progress(tx: &mut Tx<'_>, id: &SourceId) -> Result<Progress> {
    let of = |kind: &'static str| {
        migration_records::table
            .filter(migration_records::source_id.eq(id.clone()))
            .filter(migration_records::kind.eq(kind))
            .filter(migration_records::is_gone.eq(false))
    };
    let party = "party";
    let records = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.ne("domain_name"))
        .filter(migration_records::is_gone.eq(false))
        .select(count_star())
        .first(tx.conn)?;
    let accounts = of(party).select(count_star()).first(tx.conn)?;
    let chosen = || of(party).filter(migration_records::is_selected.eq(true));
    let selected = chosen().select(count_star()).first(tx.conn)?;
    let judged = chosen().filter(migration_records::verdict.is_not_null()).select(count_star()).first(tx.conn)?;
    let failed = chosen().filter(migration_records::verdict.eq(Status::Failed)).select(count_star()).first(tx.conn)?;
    let moving =
        chosen().filter(migration_records::verdict.eq(Status::Verified)).select(count_star()).first(tx.conn)?;
    let landed =
        of(party).filter(migration_records::transfer.eq(TransferState::Done)).select(count_star()).first(tx.conn)?;
    let parked =
        of(party).filter(migration_records::transfer.eq(TransferState::Parked)).select(count_star()).first(tx.conn)?;
    let mailboxes = of("mailbox").select(count_star()).first(tx.conn)?;
    let used: Vec<Option<String>> = of("subscription").select(migration_records::parent).distinct().load(tx.conn)?;
    let used: Vec<String> = used.into_iter().flatten().collect();
    let products = of("product")
        .filter(migration_records::external_id.eq_any(used.clone()))
        .select(count_star())
        .first(tx.conn)?;
    let mapped = migration_templates::table
        .filter(migration_templates::source_id.eq(id))
        .filter(migration_templates::product.eq_any(used))
        .select(diesel::dsl::count(migration_templates::product).aggregate_distinct())
        .first(tx.conn)?;
    Ok(Progress {
        records,
        products,
        mapped,
        accounts,
        selected,
        judged,
        failed,
        moving,
        landed,
        parked,
        mailboxes,
        mail: content::counts(tx, id)?,
        ..Progress::default()
    })
}
