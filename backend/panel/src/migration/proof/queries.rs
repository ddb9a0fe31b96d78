//! The report of a source, and what is not here.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_importer::Kind;
use hostwright_kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{CountRow, MissingView, MoneyRow, ReasonRow, ReportView, Sum, csv, digest};
use super::paper;
use super::store::{self, Row, Sums};
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::collect::model::RecordId;
use crate::migration::sources::model::{Source, SourceId};
use crate::migration::sources::store as sources;
use crate::migration::templates::store as templates;
use crate::migration::transfer::model::{LandingState, Missing, not_here};
use crate::platform::download::Download;
use crate::platform::error::{Error, Result};
use crate::platform::{ListInput, Paged, Tx};

/// Records that are not here, looked at in one statement.
const PAGE: i64 = 1_000;
/// Rows of what is not here in one file.
const ROWS_MAX: usize = 50_000;

/// One source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowReport {
    /// The source.
    pub source_id: SourceId,
}

/// The report as a file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadReport {
    /// The source.
    pub source_id: SourceId,
    /// Go on behind this record: the last line of a file that was full says which.
    #[serde(default)]
    pub after: Option<String>,
}

/// What of a source is not here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMissing {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Counts, sums and reasons of a source.
///
/// # Errors
/// Not found; when the database fails.
pub async fn report(call: &Call, input: ShowReport) -> Result<ReportView> {
    call.authorize(Action::ShowMigrationReport)?;
    call.db.read(move |tx| report_in(tx, &input.source_id)).await
}

/// The report with every record that is not here and why, as comma-separated values.
///
/// # Errors
/// Not found; when the database fails.
pub async fn download(call: &Call, input: DownloadReport) -> Result<Download> {
    call.authorize(Action::DownloadMigrationReport)?;
    call.db
        .read(move |tx| {
            let report = report_in(tx, &input.source_id)?;
            let mut after = parsed(input.after.as_deref());
            let mut missing = Vec::new();
            let mut more = None;
            loop {
                let rows = store::missing(tx, &input.source_id, after.as_ref(), PAGE)?;
                let Some(last) = rows.last().map(|row| row.id.clone()) else { break };
                missing.extend(named(tx, &input.source_id, rows)?);
                if missing.len() >= ROWS_MAX {
                    more = Some(last.to_string());
                    break;
                }
                after = Some(last);
            }
            let bytes = csv(&report, &missing, more.as_deref()).into_bytes();
            Ok(Download {
                name: format!("migration-{}.csv", report.source_id),
                content_type: "text/csv; charset=utf-8".to_owned(),
                bytes,
            })
        })
        .await
}

/// The report on paper, in the caller's language.
///
/// # Errors
/// Not found; when the database fails.
pub async fn print(call: &Call, input: ShowReport) -> Result<Download> {
    call.authorize(Action::PrintMigrationReport)?;
    let report = call.db.read(move |tx| report_in(tx, &input.source_id)).await?;
    Ok(Download {
        name: format!("migration-{}.pdf", report.source_id),
        content_type: "application/pdf".to_owned(),
        bytes: paper::draw(&report, call.locale.parse().unwrap_or_default())?,
    })
}

/// What is not here, each with its reason.
///
/// # Errors
/// Not found; when the database fails.
pub async fn missing(call: &Call, input: ListMissing) -> Result<Paged<MissingView>> {
    call.authorize(Action::ListMigrationMissing)?;
    call.db
        .read(move |tx| {
            sources::load(tx, &input.source_id)?.ok_or_else(not_found)?;
            let paging = ListInput { limit: input.limit, ..ListInput::default() };
            let after = parsed(input.after.as_deref());
            let rows = store::missing(tx, &input.source_id, after.as_ref(), paging.fetch())?;
            let views = named(tx, &input.source_id, rows)?;
            Ok(Paged::cut(views, &paging, |view: &MissingView| view.record_id.clone()))
        })
        .await
}

fn parsed(after: Option<&str>) -> Option<RecordId> {
    after.and_then(|after| after.parse().ok())
}

/// The report in the caller's transaction.
///
/// # Errors
/// Not found; when the database fails.
pub(in crate::migration) fn report_in(tx: &mut Tx<'_>, id: &SourceId) -> Result<ReportView> {
    let source = sources::load(tx, id)?.ok_or_else(not_found)?;
    let counts = counts(tx, id)?;
    let money = money(tx, id)?;
    let reasons = reasons(tx, id)?;
    let digest = digest(&counts, &money, &reasons)?;
    let (remarked, left) = store::noted(tx, id)?;
    let gaps = store::gaps(tx, id)?;
    let at = tx.now();
    let Source { id, settings, signature, .. } = source;
    Ok(ReportView {
        source_id: id,
        source_name: settings.name,
        at,
        is_signature_current: signature.as_ref().is_some_and(|signature| signature.digest == digest),
        digest,
        counts,
        money,
        reasons,
        gaps,
        remarked,
        left,
        signature,
    })
}

fn counts(tx: &mut Tx<'_>, id: &SourceId) -> Result<Vec<CountRow>> {
    let snapshot = store::snapshot(tx, id)?;
    let not_taken = store::not_taken(tx, id)?;
    let remembered = store::remembered(tx, id)?;
    let mut rows = Vec::new();
    for kind in Kind::ALL.iter().map(|kind| kind.as_str()) {
        let in_snapshot = snapshot.get(kind).copied().unwrap_or(0);
        let lost = not_taken.get(kind).copied().unwrap_or(0);
        if in_snapshot == 0 && lost == 0 {
            continue;
        }
        let of = |outcome: LandingState| remembered.get(&(kind.to_owned(), outcome.as_str())).copied().unwrap_or(0);
        let landed = of(LandingState::Landed);
        let here = store::here(tx, id, kind)?.unwrap_or(landed);
        let row = CountRow {
            kind: kind.to_owned(),
            source: in_snapshot.saturating_add(lost),
            snapshot: in_snapshot,
            here,
            found: of(LandingState::Found),
            skipped: of(LandingState::Skipped),
            missing: 0,
            removed: landed.saturating_sub(here).max(0),
        };
        rows.push(row.with_missing());
    }
    Ok(rows)
}

fn money(tx: &mut Tx<'_>, id: &SourceId) -> Result<Vec<MoneyRow>> {
    let balances = (store::collected(tx, id, &["party"], false)?, store::collected(tx, id, &["party"], true)?);
    let unpaid = (
        less(store::collected(tx, id, &["invoice"], false)?, &store::paid_on_open(tx, id, false)?),
        less(store::collected(tx, id, &["invoice"], true)?, &store::paid_on_open(tx, id, true)?),
    );
    let sold = ["subscription", "domain"];
    let next = (store::collected(tx, id, &sold, false)?, store::collected(tx, id, &sold, true)?);
    let kept = [store::kept_balances(tx, id)?, store::kept_unpaid(tx, id)?, store::kept_next(tx, id)?];
    let mut rows = Vec::new();
    for ((sum, (snapshot, moved)), here) in
        [(Sum::Balances, balances), (Sum::Unpaid, unpaid), (Sum::Next, next)].into_iter().zip(kept)
    {
        let currencies: BTreeSet<&String> = snapshot.keys().chain(moved.keys()).chain(here.keys()).collect();
        for code in currencies {
            let currency = code.parse().map_err(Error::internal)?;
            let of = |sums: &Sums| Money::new(sums.get(code).copied().unwrap_or(0), currency);
            let (snapshot, moved, here) = (of(&snapshot), of(&moved), of(&here));
            rows.push(MoneyRow { sum, snapshot, moved, here, difference: here.sub(moved)? });
        }
    }
    Ok(rows)
}

fn less(mut sums: Sums, taken: &Sums) -> Sums {
    for (currency, minor) in taken {
        let sum = sums.entry(currency.clone()).or_default();
        *sum = sum.saturating_sub(*minor);
    }
    sums
}

fn reasons(tx: &mut Tx<'_>, id: &SourceId) -> Result<Vec<ReasonRow>> {
    let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut after: Option<RecordId> = None;
    loop {
        let rows = store::missing(tx, id, after.as_ref(), PAGE)?;
        let Some(last) = rows.last().map(|row| row.id.clone()) else { break };
        for one in named(tx, id, rows)? {
            let count = counts.entry((one.kind, one.reason)).or_default();
            *count = count.saturating_add(1);
        }
        after = Some(last);
    }
    Ok(counts.into_iter().map(|((kind, reason), count)| ReasonRow { kind, reason, count }).collect())
}

/// Names what is not here with its reason.
fn named(tx: &mut Tx<'_>, id: &SourceId, rows: Vec<Row>) -> Result<Vec<MissingView>> {
    let parents: Vec<String> = rows.iter().filter_map(|row| row.parent.clone()).collect();
    let owners = store::owners(tx, id, &parents)?;
    let account = |row: &Row| -> Option<String> {
        let above = |kind: &str| owners.get(&(kind.to_owned(), row.parent.clone()?)).cloned();
        match row.kind.as_str() {
            "party" => Some(row.external_id.clone()),
            "invoice_line" => above("invoice"),
            "ticket_message" => above("ticket"),
            "payment" => row.party.clone().or_else(|| above("invoice")),
            _ => row.party.clone(),
        }
    };
    let parties: Vec<String> = rows.iter().filter_map(account).collect();
    let standings = store::standings(tx, id, &parties)?;
    let mapped: BTreeSet<String> = templates::all(tx, id)?.into_iter().map(|rule| rule.product).collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let reason = match (&row.skipped, Kind::named(&row.kind)) {
                (Some(reason), _) if !reason.is_empty() => reason.clone(),
                (_, Some(kind)) => not_here(&Missing {
                    kind,
                    is_gone: row.is_gone,
                    verdict: row.verdict,
                    is_mapped: mapped.contains(&row.external_id),
                    account: account(&row).and_then(|party| standings.get(&party).copied()),
                    hangs: matches!(row.kind.as_str(), "invoice_line" | "ticket_message"),
                })
                .as_str()
                .to_owned(),
                (_, None) => String::new(),
            };
            MissingView {
                record_id: row.id.to_string(),
                kind: row.kind,
                external_id: row.external_id,
                name: row.name,
                reason,
            }
        })
        .collect())
}
