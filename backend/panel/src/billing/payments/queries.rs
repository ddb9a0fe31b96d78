//! Reading payments.

use hostwright_kernel::{Currency, Money};

use super::model::{Payment, PaymentView};
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::billing::invoices;
use crate::billing::invoices::model::AllocationSource;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Payments, newest first. `search` looks in references; `state` is a method.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<PaymentView>> {
    let scope = call.authorize(Action::ListPayments)?;
    call.db
        .read(move |tx| {
            let payments = store::list(tx, &scope, &input)?;
            let page = Paged::cut(payments, &input, |payment: &Payment| payment.id.to_string());
            let items = page.items.into_iter().map(|payment| view_in(tx, payment)).collect::<Result<_>>()?;
            Ok(Paged { items, next: page.next })
        })
        .await
}

/// Whether the customer has issued invoices in this currency.
///
/// # Errors
/// When the database fails.
pub fn uses_currency_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<bool> {
    store::uses_currency(tx, customer_id, currency)
}

/// A payment with what it settled.
///
/// # Errors
/// When the database fails.
pub(super) fn view_in(tx: &mut Tx<'_>, payment: Payment) -> Result<PaymentView> {
    let settlements = invoices::queries::settlements_by_in(tx, AllocationSource::Payment, payment.id.as_str())?;
    let settled = Money::sum(payment.amount.currency, settlements.iter().map(|part| part.amount))?;
    Ok(PaymentView { to_credit: payment.amount.sub(settled)?, payment, settlements, already_recorded: false })
}

/// Payments that settled more than came in, or that are not in the books.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks: Vec<String> =
        store::overspent(tx)?.into_iter().map(|id| format!("payment {id} settled more than came in")).collect();
    breaks
        .extend(store::not_posted(tx)?.into_iter().map(|id| format!("payment {id} is not in the books as it came in")));
    Ok(breaks)
}
