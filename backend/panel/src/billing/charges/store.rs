//! Rows of billed periods.

use diesel::prelude::*;
use hostwright_kernel::{Day, Instant, Period};

use super::{ChargeId, ChargeState};
use crate::billing::error::BillingRefusal;
use crate::billing::invoices::document::Document;
use crate::billing::invoices::model::{InvoiceId, NewLine};
use crate::billing::totals::LineKind;
use crate::insert_rows;
use crate::platform::Tx;
use crate::platform::error::{Result, is_unique_violation};
use crate::platform::schema::charges;

/// Writes the billed period of a line that has a subscription and a period;
/// the unique index refuses one that was billed.
pub(in crate::billing) fn insert(tx: &mut Tx<'_>, invoice_id: &InvoiceId, line: &NewLine) -> Result<()> {
    let (Some(subscription), Some(period)) = (&line.subscription_id, line.period) else {
        return Ok(());
    };
    let refused = || BillingRefusal::PeriodBilled.with("from", period.start).with("to", period.last_day());
    // The index knows the first day only; this says it nicely for the rest.
    let overlapping: i64 = charges::table
        .filter(
            charges::subscription_id
                .eq(subscription)
                .and(charges::kind.eq(line.kind))
                .and(charges::state.eq(ChargeState::Live))
                .and(charges::period_start.lt(period.end))
                .and(charges::period_end.gt(period.start)),
        )
        .count()
        .get_result(tx.conn)?;
    if overlapping > 0 {
        return Err(refused().into());
    }
    let outcome = diesel::insert_into(charges::table)
        .values((
            charges::id.eq(ChargeId::new()),
            charges::subscription_id.eq(subscription),
            charges::kind.eq(line.kind),
            charges::period_start.eq(period.start),
            charges::period_end.eq(period.end),
            charges::invoice_id.eq(invoice_id),
            charges::state.eq(ChargeState::Live),
            charges::created_at.eq(tx.now()),
        ))
        .execute(tx.conn);
    match outcome {
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(refused().into()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Insertable)]
#[diesel(table_name = charges)]
struct Row {
    id: ChargeId,
    subscription_id: String,
    kind: LineKind,
    period_start: Day,
    period_end: Day,
    invoice_id: InvoiceId,
    state: ChargeState,
    created_at: Instant,
}

/// [`insert`] for the lines of several documents.
pub(in crate::billing) fn insert_all<'a>(
    tx: &mut Tx<'_>,
    documents: impl Iterator<Item = (&'a InvoiceId, &'a Document)>,
) -> Result<()> {
    let created_at = tx.now();
    let rows: Vec<Row> = documents
        .flat_map(|(invoice_id, document)| document.lines.iter().map(move |line| (invoice_id, line)))
        .filter_map(|(invoice_id, line)| {
            let (subscription_id, period) = (line.subscription_id.clone()?, line.period?);
            Some(Row {
                id: ChargeId::new(),
                subscription_id,
                kind: line.kind,
                period_start: period.start,
                period_end: period.end,
                invoice_id: invoice_id.clone(),
                state: ChargeState::Live,
                created_at,
            })
        })
        .collect();
    let Some(first) = rows.iter().map(|row| row.period_start).min() else {
        return Ok(());
    };
    let subscriptions: Vec<String> = rows.iter().map(|row| row.subscription_id.clone()).collect();
    let live: Vec<(String, LineKind, Day, Day)> = charges::table
        .filter(charges::subscription_id.eq_any(subscriptions))
        .filter(charges::state.eq(ChargeState::Live).and(charges::period_end.gt(first)))
        .select((charges::subscription_id, charges::kind, charges::period_start, charges::period_end))
        .load(tx.conn)?;
    let overlaps = |row: &&Row| {
        live.iter().any(|(subscription, kind, start, end)| {
            *subscription == row.subscription_id
                && *kind == row.kind
                && *start < row.period_end
                && *end > row.period_start
        })
    };
    let refused = |row: &Row| {
        let period = Period { start: row.period_start, end: row.period_end };
        BillingRefusal::PeriodBilled.with("from", period.start).with("to", period.last_day())
    };
    if let Some(row) = rows.iter().find(overlaps) {
        return Err(refused(row).into());
    }
    insert_rows!(&mut *tx.conn, charges::table, &rows)?;
    Ok(())
}

/// Frees the billed periods of an invoice.
pub(in crate::billing) fn void_of(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<()> {
    diesel::update(charges::table.filter(charges::invoice_id.eq(id).and(charges::state.eq(ChargeState::Live))))
        .set(charges::state.eq(ChargeState::Void))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes the billed periods of a draft out.
pub(in crate::billing) fn delete_of(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<()> {
    diesel::delete(charges::table.filter(charges::invoice_id.eq(id))).execute(tx.conn)?;
    Ok(())
}

/// Live billed periods: subscription, kind, period; in the order of their start.
pub(in crate::billing) fn live(tx: &mut Tx<'_>) -> Result<Vec<(String, String, Period)>> {
    let rows: Vec<(String, String, Day, Day)> = charges::table
        .filter(charges::state.eq(ChargeState::Live))
        .order((charges::subscription_id, charges::kind, charges::period_start))
        .select((charges::subscription_id, charges::kind, charges::period_start, charges::period_end))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(subscription, kind, start, end)| (subscription, kind, Period { start, end })).collect())
}
