//! Counts and sums: of what was collected, and of what is here in the tables that keep it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::migration::collect::model::{DOMAIN_NAME, RecordId};
use crate::migration::landing::account::BALANCE;
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::model::{AccountStanding, LandingState, TransferState};
use crate::migration::verification::model::Status;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{
    customer_contacts, customers, departments, invoices, migration_gaps, migration_landings, migration_records,
    opening_balances, past_payments, payment_tokens, people, subscriptions, ticket_messages, tickets, zones,
};

/// What the records of some kinds are here, as a part of a query.
macro_rules! objects_of {
    ($id:expr, $kinds:expr) => {
        migration_landings::table
            .filter(migration_landings::source_id.eq($id))
            .filter(migration_landings::kind.eq_any($kinds))
            .filter(migration_landings::outcome.eq(LandingState::Landed))
            .select(migration_landings::object_id)
    };
}

/// Sums by currency, in minor units.
pub type Sums = BTreeMap<String, i64>;

/// How many records of each kind are in the snapshot.
pub fn snapshot(tx: &mut Tx<'_>, id: &SourceId) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::is_gone.eq(false))
        .filter(migration_records::kind.ne(DOMAIN_NAME))
        .group_by(migration_records::kind)
        .select((migration_records::kind, count_star()))
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// How many records of each kind the last reading named as not taken.
pub fn not_taken(tx: &mut Tx<'_>, id: &SourceId) -> Result<BTreeMap<String, i64>> {
    let last: Option<i64> = migration_gaps::table
        .filter(migration_gaps::source_id.eq(id))
        .select(diesel::dsl::max(migration_gaps::collection))
        .first(tx.conn)?;
    let rows: Vec<(Option<String>, i64)> = migration_gaps::table
        .filter(migration_gaps::source_id.eq(id))
        .filter(migration_gaps::collection.eq(last.unwrap_or(0)))
        .filter(migration_gaps::kind.eq_any(["skipped", "duplicate"]))
        .filter(migration_gaps::record.is_not_null())
        .select((migration_gaps::record, migration_gaps::count))
        .load(tx.conn)?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (kind, count) in rows.into_iter().filter_map(|(kind, count)| Some((kind?, count))) {
        let all = counts.entry(kind).or_default();
        *all = all.saturating_add(count);
    }
    Ok(counts)
}

/// How many gaps the last reading named.
pub fn gaps(tx: &mut Tx<'_>, id: &SourceId) -> Result<i64> {
    let last: Option<i64> = migration_gaps::table
        .filter(migration_gaps::source_id.eq(id))
        .select(diesel::dsl::max(migration_gaps::collection))
        .first(tx.conn)?;
    Ok(migration_gaps::table
        .filter(migration_gaps::source_id.eq(id))
        .filter(migration_gaps::collection.eq(last.unwrap_or(0)))
        .select(count_star())
        .first(tx.conn)?)
}

/// What was remembered by kind and outcome.
pub fn remembered(tx: &mut Tx<'_>, id: &SourceId) -> Result<BTreeMap<(String, &'static str), i64>> {
    let rows: Vec<(String, LandingState, i64)> = migration_landings::table
        .filter(migration_landings::source_id.eq(id))
        .group_by((migration_landings::kind, migration_landings::outcome))
        .select((migration_landings::kind, migration_landings::outcome, count_star()))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(kind, outcome, count)| ((kind, outcome.as_str()), count)).collect())
}

/// Landed records that carry a remark, and those that undo left.
pub fn noted(tx: &mut Tx<'_>, id: &SourceId) -> Result<(i64, i64)> {
    let landed = || {
        migration_landings::table
            .filter(migration_landings::source_id.eq(id.clone()))
            .filter(migration_landings::outcome.ne(LandingState::Skipped))
    };
    let remarked = landed().filter(migration_landings::remarks.ne("[]")).select(count_star()).first(tx.conn)?;
    let left = landed().filter(migration_landings::reason.ne("")).select(count_star()).first(tx.conn)?;
    Ok((remarked, left))
}

/// How many of the objects that a kind became are in the table that keeps them.
pub fn here(tx: &mut Tx<'_>, id: &SourceId, kind: &str) -> Result<Option<i64>> {
    let objects = migration_landings::table
        .filter(migration_landings::source_id.eq(id))
        .filter(migration_landings::kind.eq(kind))
        .filter(migration_landings::outcome.eq(LandingState::Landed))
        .select(migration_landings::object_id);
    macro_rules! kept {
        ($table:ident) => {
            $table::table.filter($table::id.eq_any(objects)).select(count_star()).first(tx.conn)?
        };
    }
    Ok(Some(match kind {
        "party" => kept!(customers),
        "login" | "staff" => kept!(people),
        "contact" => kept!(customer_contacts),
        "subscription" | "domain" => kept!(subscriptions),
        "zone" => kept!(zones),
        "invoice" => kept!(invoices),
        "payment" | "credit_entry" => kept!(past_payments),
        "payment_token" => kept!(payment_tokens),
        "department" => kept!(departments),
        "ticket" => kept!(tickets),
        "ticket_message" => kept!(ticket_messages),
        // Lines are frozen in their documents: as many are here as were remembered with one.
        _ => return Ok(None),
    }))
}

/// The accounts of a source that are here.
fn movers(tx: &mut Tx<'_>, id: &SourceId) -> Result<BTreeSet<String>> {
    let found: Vec<String> = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::transfer.eq(TransferState::Done))
        .select(migration_records::external_id)
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

type Amount = (String, Option<String>, Option<Status>, Option<String>, Option<i64>);

/// Sums of some kinds in the snapshot; of accounts that are here only, where asked.
pub fn collected(tx: &mut Tx<'_>, id: &SourceId, kinds: &[&str], moved: bool) -> Result<Sums> {
    let movers = if moved { movers(tx, id)? } else { BTreeSet::new() };
    let mut sums = Sums::new();
    for kind in kinds {
        let rows: Vec<Amount> = migration_records::table
            .filter(migration_records::source_id.eq(id))
            .filter(migration_records::kind.eq(*kind))
            .filter(migration_records::is_gone.eq(false))
            .filter(migration_records::currency.is_not_null())
            .select((
                migration_records::external_id,
                migration_records::party,
                migration_records::verdict,
                migration_records::currency,
                migration_records::amount_minor,
            ))
            .load(tx.conn)?;
        for (external, party, verdict, currency, minor) in rows {
            let account = if *kind == "party" { Some(external) } else { party };
            let is_judged = matches!(*kind, "subscription" | "domain");
            let came = account.is_some_and(|account| movers.contains(&account))
                && (!is_judged || verdict == Some(Status::Approved));
            if !moved || came {
                add(&mut sums, currency, minor);
            }
        }
    }
    Ok(sums)
}

/// What came in on documents that are open at the source.
pub fn paid_on_open(tx: &mut Tx<'_>, id: &SourceId, moved: bool) -> Result<Sums> {
    let movers = if moved { movers(tx, id)? } else { BTreeSet::new() };
    let documents: Vec<(String, Option<String>)> = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.eq("invoice"))
        .filter(migration_records::is_gone.eq(false))
        .filter(migration_records::amount_minor.is_not_null())
        .select((migration_records::external_id, migration_records::party))
        .load(tx.conn)?;
    let wanted: Vec<String> = documents
        .into_iter()
        .filter(|(_, party)| !moved || party.as_ref().is_some_and(|party| movers.contains(party)))
        .map(|(id, _)| id)
        .collect();
    let mut sums = Sums::new();
    for ids in wanted.chunks(5_000) {
        let found: Vec<(Option<String>, Option<i64>)> = migration_records::table
            .filter(migration_records::source_id.eq(id))
            .filter(migration_records::kind.eq("payment"))
            .filter(migration_records::is_gone.eq(false))
            .filter(migration_records::parent.eq_any(ids.to_vec()))
            .select((migration_records::currency, migration_records::amount_minor))
            .load(tx.conn)?;
        for (currency, minor) in found {
            add(&mut sums, currency, minor);
        }
    }
    Ok(sums)
}

fn add(sums: &mut Sums, currency: Option<String>, minor: Option<i64>) {
    if let (Some(currency), Some(minor)) = (currency, minor) {
        let sum = sums.entry(currency).or_default();
        *sum = sum.saturating_add(minor);
    }
}

/// What of balances is here: credit, less what is owed without another document.
pub fn kept_balances(tx: &mut Tx<'_>, id: &SourceId) -> Result<Sums> {
    let credit: Vec<(String, i64)> = opening_balances::table
        .filter(opening_balances::id.eq_any(objects_of!(id, [BALANCE])))
        .select((opening_balances::currency, opening_balances::amount_minor))
        .load(tx.conn)?;
    let owed: Vec<(String, i64)> = invoices::table
        .filter(invoices::id.eq_any(objects_of!(id, [BALANCE])))
        .select((invoices::currency, invoices::total_minor))
        .load(tx.conn)?;
    let mut sums = Sums::new();
    for (currency, minor) in credit {
        add(&mut sums, Some(currency), Some(minor));
    }
    for (currency, minor) in owed {
        add(&mut sums, Some(currency), Some(minor.saturating_neg()));
    }
    Ok(sums)
}

/// What is open on documents that moved in.
pub fn kept_unpaid(tx: &mut Tx<'_>, id: &SourceId) -> Result<Sums> {
    let rows: Vec<(String, i64)> = invoices::table
        .filter(invoices::id.eq_any(objects_of!(id, ["invoice"])))
        .select((invoices::currency, invoices::open_minor))
        .load(tx.conn)?;
    let mut sums = Sums::new();
    for (currency, minor) in rows {
        add(&mut sums, Some(currency), Some(minor));
    }
    Ok(sums)
}

/// What subscriptions that moved in charge each period, as long as they go on.
pub fn kept_next(tx: &mut Tx<'_>, id: &SourceId) -> Result<Sums> {
    let rows: Vec<(String, i64)> = subscriptions::table
        .filter(subscriptions::id.eq_any(objects_of!(id, ["subscription", "domain"])))
        .filter(subscriptions::state.ne_all(["cancelled", "terminated"]))
        .select((subscriptions::currency, subscriptions::amount_minor))
        .load(tx.conn)?;
    let mut sums = Sums::new();
    for (currency, minor) in rows {
        add(&mut sums, Some(currency), Some(minor));
    }
    Ok(sums)
}

/// A record that is not here, with what its reason is read from.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: RecordId,
    pub kind: String,
    pub external_id: String,
    pub name: String,
    pub party: Option<String>,
    pub parent: Option<String>,
    pub is_gone: bool,
    pub verdict: Option<Status>,
    /// Why it was skipped when it was tried.
    pub skipped: Option<String>,
}

/// A page of records that are not here.
pub fn missing(tx: &mut Tx<'_>, id: &SourceId, after: Option<&RecordId>, limit: i64) -> Result<Vec<Row>> {
    let made = migration_landings::table
        .filter(migration_landings::source_id.eq(migration_records::source_id))
        .filter(migration_landings::kind.eq(migration_records::kind))
        .filter(migration_landings::external_id.eq(migration_records::external_id))
        .filter(migration_landings::outcome.ne(LandingState::Skipped));
    let mut query = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.ne(DOMAIN_NAME))
        .filter(diesel::dsl::not(diesel::dsl::exists(made)))
        .order(migration_records::id)
        .limit(limit)
        .select((
            migration_records::id,
            migration_records::kind,
            migration_records::external_id,
            migration_records::name,
            migration_records::party,
            migration_records::parent,
            migration_records::is_gone,
            migration_records::verdict,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(migration_records::id.gt(after.clone()));
    }
    type Found = (RecordId, String, String, String, Option<String>, Option<String>, bool, Option<Status>);
    let found: Vec<Found> = query.load(tx.conn)?;
    let ids: Vec<String> = found.iter().map(|row| row.2.clone()).collect();
    let tried: Vec<(String, String, String)> = migration_landings::table
        .filter(migration_landings::source_id.eq(id))
        .filter(migration_landings::outcome.eq(LandingState::Skipped))
        .filter(migration_landings::external_id.eq_any(ids))
        .select((migration_landings::kind, migration_landings::external_id, migration_landings::reason))
        .load(tx.conn)?;
    let mut tried: BTreeMap<(String, String), String> =
        tried.into_iter().map(|(kind, id, reason)| ((kind, id), reason)).collect();
    Ok(found
        .into_iter()
        .map(|(id, kind, external_id, name, party, parent, is_gone, verdict)| {
            let skipped = tried.remove(&(kind.clone(), external_id.clone()));
            Row { id, kind, external_id, name, party, parent, is_gone, verdict, skipped }
        })
        .collect())
}

/// Where these accounts stand.
pub fn standings(tx: &mut Tx<'_>, id: &SourceId, parties: &[String]) -> Result<BTreeMap<String, AccountStanding>> {
    let rows: Vec<(String, bool, Option<Status>, Option<TransferState>)> = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.eq("party"))
        .filter(migration_records::external_id.eq_any(parties.to_vec()))
        .select((
            migration_records::external_id,
            migration_records::is_selected,
            migration_records::verdict,
            migration_records::transfer,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, is_selected, verdict, transfer)| {
            (id, AccountStanding { is_selected, verdict, is_here: transfer == Some(TransferState::Done) })
        })
        .collect())
}

/// Whose these invoices and tickets are.
pub fn owners(tx: &mut Tx<'_>, id: &SourceId, parents: &[String]) -> Result<BTreeMap<(String, String), String>> {
    let rows: Vec<(String, String, Option<String>)> = migration_records::table
        .filter(migration_records::source_id.eq(id))
        .filter(migration_records::kind.eq_any(["invoice", "ticket"]))
        .filter(migration_records::external_id.eq_any(parents.to_vec()))
        .select((migration_records::kind, migration_records::external_id, migration_records::party))
        .load(tx.conn)?;
    Ok(rows.into_iter().filter_map(|(kind, id, party)| Some(((kind, id), party?))).collect())
}
