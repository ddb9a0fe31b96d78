//! Rows of billed periods.

use diesel::prelude::*;
use hostwright_kernel::{Day, Period};

use super::{ChargeId, ChargeState};
use crate::billing::error::BillingRefusal;
use crate::billing::invoices::model::{InvoiceId, NewLine};
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
