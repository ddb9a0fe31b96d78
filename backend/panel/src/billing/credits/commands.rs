//! Spending and granting credit.

use hostwright_kernel::{Currency, Money, id_type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::billing::error::BillingRefusal;
use crate::billing::invoices::model::{AllocationSource, InvoiceId, InvoiceView};
use crate::billing::ledger::{Account, Leg, Posting, PostingKind, post_in};
use crate::billing::queries::{Balance, balance_in};
use crate::billing::{entity, invoices, ledger, payments};
use crate::customers;
use crate::platform::Tx;
use crate::platform::error::Result;

id_type!(
    /// Identifies credit that was given.
    GrantId, "crd"
);

/// Credit to spend on an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyCredit {
    /// The open invoice.
    pub invoice_id: InvoiceId,
    /// How much, as a decimal text; as much as there is and is open when left out.
    #[serde(default)]
    pub amount: Option<String>,
}

/// Settles an open invoice with the customer's credit.
///
/// # Errors
/// `credits.nothing_open`, `credits.none_left`, `credits.too_little`,
/// `credits.more_than_open`.
pub async fn apply(call: &Call, input: ApplyCredit) -> Result<InvoiceView> {
    let scope = call.authorize(Action::ApplyCredit)?;
    call.write(&scope.clone(), move |tx| {
        let invoice = invoices::queries::visible_in(tx, &scope, &input.invoice_id)?;
        let asked = input.amount.as_deref().map(|text| crate::billing::amount(text, invoice.currency())).transpose()?;
        let spent = apply_in(tx, &input.invoice_id, asked)?;
        let view = invoices::queries::view_in(tx, &scope, &input.invoice_id)?;
        Ok(Changed::new(&input.invoice_id, view).of(&invoice.customer_id).noting("amount", spent.to_string()))
    })
    .await
}

/// Settles an open invoice with the customer's credit: `asked`, or as much as
/// there is and is open. How much was spent.
///
/// # Errors
/// As for [`apply`].
pub fn apply_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId, asked: Option<Money>) -> Result<Money> {
    let invoice = invoices::queries::locked_in(tx, invoice_id)?.ok_or_else(not_found)?;
    // Refuses what is not open before the credit is looked at.
    invoice.after_settling(Money::zero(invoice.currency()))?;
    let credit = ledger::queries::locked_credit_in(tx, &invoice.customer_id, invoice.currency())?;
    let amount = match asked {
        Some(asked) if asked.sub(credit)?.is_positive() => return Err(BillingRefusal::CreditTooSmall.into()),
        Some(asked) => asked,
        None => credit.min(invoice.open)?,
    };
    if !amount.is_positive() {
        return Err(BillingRefusal::NoCredit.into());
    }
    let allocation = invoices::commands::settle_in(tx, &invoice, amount, AllocationSource::Credit, None)?;
    let posting = Posting {
        kind: PostingKind::CreditApplied,
        reference: allocation.id.to_string(),
        day: entity::load_in(tx)?.today(tx.now()),
        reason: invoice.number.clone().unwrap_or_default(),
        legs: vec![Leg {
            debit: Account::credit(&invoice.customer_id),
            credit: Account::receivable(&invoice.customer_id),
            amount,
        }],
    };
    post_in(tx, &posting)?;
    Ok(amount)
}

/// Credit to give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantCredit {
    /// `cus_...`.
    pub customer_id: String,
    /// How much, as a decimal text above zero.
    pub amount: String,
    /// The customer's currency when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Why: 1 to 500 characters.
    pub reason: String,
}

/// Gives a customer credit, at our own expense.
///
/// # Errors
/// The fields that are wrong; not found without such a customer.
pub async fn grant(call: &Call, input: GrantCredit) -> Result<Balance> {
    let scope = call.authorize_for(Action::GrantCredit, &input.customer_id)?;
    let reason = crate::billing::reason(&input.reason)?;
    call.write(&scope, move |tx| {
        let customer = customers::queries::load_in(tx, &input.customer_id)?;
        let currency = input.currency.unwrap_or(customer.currency);
        if currency != customer.currency && !payments::queries::uses_currency_in(tx, customer.id.as_str(), currency)? {
            // Credit in a currency of no invoice could never be spent.
            return Err(BillingRefusal::WrongCurrency.with("currency", customer.currency).into());
        }
        let amount = crate::billing::amount(&input.amount, currency)?;
        let posting = Posting {
            kind: PostingKind::CreditGranted,
            reference: GrantId::new().to_string(),
            day: entity::load_in(tx)?.today(tx.now()),
            reason: reason.clone(),
            legs: vec![Leg { debit: Account::goodwill(), credit: Account::credit(customer.id.as_str()), amount }],
        };
        post_in(tx, &posting)?;
        let balance = balance_in(tx, customer.id.as_str(), amount.currency)?;
        Ok(Changed::new(&posting.reference, balance)
            .of(&customer.id)
            .noting("amount", amount.to_string())
            .noting("reason", reason.as_str()))
    })
    .await
}
