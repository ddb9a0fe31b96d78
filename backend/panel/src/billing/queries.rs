//! What a customer owes and has, and whether all of it adds up.

use hostwright_kernel::{Currency, Day, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{history, invoices, ledger, numbering, payments};
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::customers;
use crate::platform::Tx;
use crate::platform::error::Result;

/// What a customer owes and has in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// Whose.
    pub customer_id: String,
    /// What is open on invoices.
    pub open: Money,
    /// What can still be spent on invoices.
    pub credit: Money,
    /// The first due day of what is open.
    pub oldest_due: Option<Day>,
}

/// A customer's balance in one currency.
///
/// # Errors
/// When the database fails.
pub fn balance_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<Balance> {
    let (open, oldest_due) = invoices::queries::open_in(tx, customer_id, currency)?;
    Ok(Balance {
        customer_id: customer_id.to_owned(),
        open,
        credit: ledger::queries::credit_in(tx, customer_id, currency)?,
        oldest_due,
    })
}

/// Whose balance, in which currency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowBalance {
    /// `cus_...`.
    pub customer_id: String,
    /// The customer's own when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// A customer's balance.
///
/// # Errors
/// Not found.
pub async fn balance(call: &Call, input: ShowBalance) -> Result<Balance> {
    call.authorize_for(Action::ShowBalance, &input.customer_id)?;
    call.db
        .read(move |tx| {
            let customer = customers::queries::load_in(tx, &input.customer_id)?;
            balance_in(tx, &input.customer_id, input.currency.unwrap_or(customer.currency))
        })
        .await
}

/// Everything in billing that does not add up, in plain words; nothing is well.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = ledger::queries::breaks_in(tx)?;
    breaks.extend(numbering::queries::breaks_in(tx)?);
    breaks.extend(invoices::queries::breaks_in(tx)?);
    breaks.extend(payments::queries::breaks_in(tx)?);
    breaks.extend(history::queries::breaks_in(tx)?);
    Ok(breaks)
}
