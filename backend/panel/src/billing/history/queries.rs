//! Reading the past.

use super::model::{PastPaymentView, PaymentTokenView};
use super::store;
use crate::auth::call::Scope;
use crate::billing::ledger;
use crate::platform::Tx;
use crate::platform::error::Result;

/// A customer's payments, refunds and credit entries of the past.
///
/// # Errors
/// When the database fails.
pub fn payments_in(tx: &mut Tx<'_>, scope: &Scope, customer_id: &str) -> Result<Vec<PastPaymentView>> {
    store::past_of(tx, scope, customer_id)
}

/// A customer's cards and accounts, without their tokens.
///
/// # Errors
/// When the database fails.
pub fn tokens_in(tx: &mut Tx<'_>, scope: &Scope, customer_id: &str) -> Result<Vec<PaymentTokenView>> {
    store::tokens_of(tx, scope, customer_id)
}

/// Credit that customers brought along and that is not in the books as it came.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let posted = ledger::queries::openings_in(tx)?;
    Ok(store::openings(tx)?
        .into_iter()
        .filter(|(reference, minor)| posted.get(reference) != Some(minor))
        .map(|(reference, _)| format!("opening balance {reference} is not in the books as it came"))
        .collect())
}
