//! What will be asked for next, tax included: computed as invoices are, so that
//! what a page promises is what the invoice says.

use hostwright_kernel::{Day, Money};
use hostwright_panel::billing::totals::{self, LineInput, LineKind};
use hostwright_panel::billing::{entity, tax};
use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::Result;
use hostwright_panel::subscriptions::model::{SubscriptionState, SubscriptionView};
use hostwright_panel::{customers, renewals};

/// What a period of this net amount costs this customer today.
///
/// # Errors
/// When the database fails, or there is no tax rate.
pub fn gross_in(tx: &mut Tx<'_>, customer_id: &str, net: Money) -> Result<Money> {
    let seller = entity::load_in(tx)?;
    let buyer = customers::queries::load_in(tx, customer_id)?;
    let decision = tax::decide_in(tx, &seller, &buyer, seller.today(tx.now()))?;
    let line = LineInput { description: String::new(), quantity: 1.into(), unit: net, kind: LineKind::Recurring };
    Ok(totals::compute(&[line], &decision, seller.rounding.mode())?.total)
}

/// On which day the invoice of the period from `start` is issued; never a day
/// that is over.
///
/// # Errors
/// When the database fails.
pub fn invoice_day_in(tx: &mut Tx<'_>, start: Day) -> Result<Day> {
    let today = entity::load_in(tx)?.today(tx.now());
    let ahead = renewals::queries::ladder_in(tx)?.invoice_days_ahead;
    Ok(start.plus_days(ahead.saturating_neg()).max(today))
}

/// The next invoice of a subscription: its day and what it asks for; none while
/// the first one is unpaid, and when nothing is renewed.
///
/// # Errors
/// When the database fails.
pub fn next_invoice_in(tx: &mut Tx<'_>, subscription: &SubscriptionView) -> Result<Option<(Day, Money)>> {
    let next = match &subscription.next_renewal {
        Some(next) if subscription.state != SubscriptionState::Ordered => next,
        Some(_) | None => return Ok(None),
    };
    let day = invoice_day_in(tx, next.day)?;
    Ok(Some((day, gross_in(tx, &subscription.customer_id, next.amount)?)))
}
