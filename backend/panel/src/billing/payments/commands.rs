//! Recording payments.

use hostwright_kernel::{Currency, Day, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Payment, PaymentId, PaymentMethod, PaymentView, legs, spread};
use super::{queries, store};
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::entity;
use crate::billing::error::BillingRefusal;
use crate::billing::invoices;
use crate::billing::invoices::model::{AllocationSource, Invoice, InvoiceId, InvoiceKind, InvoiceState};
use crate::billing::ledger::{Posting, PostingKind, post_in};
use crate::customers;
use crate::platform::error::{Error, Result};
use crate::platform::{Refusal, Tx};

/// Days after which nobody records a payment any more: ten years, for which books
/// are kept.
const OLDEST_DAYS: i64 = 3_653;

/// A payment as somebody reports it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// `cus_...`.
    pub customer_id: String,
    /// How much came in, as a decimal text above zero.
    pub amount: String,
    /// The currency of the amount; the customer's own when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// How it came in; `bank_transfer` when left out.
    #[serde(default)]
    pub method: Option<PaymentMethod>,
    /// What the bank calls it: 1 to 140 characters. The same method and
    /// reference are one payment.
    pub reference: String,
    /// The day on which it came in; today when left out.
    #[serde(default)]
    pub received_day: Option<Day>,
    /// The invoice that is paid; those due longest when left out.
    #[serde(default)]
    pub invoice_id: Option<InvoiceId>,
    /// For staff: up to 1,000 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// Records money that came in. Settles the named invoice, or those due longest;
/// what is left becomes the customer's credit. The same method and reference
/// again answers with the first payment and changes nothing.
///
/// # Errors
/// The fields that are wrong; `payments.reference_taken` when the reference
/// belongs to another amount or customer.
pub async fn record(call: &Call, input: RecordPayment) -> Result<PaymentView> {
    let scope = call.authorize_for(Action::RecordPayment, &input.customer_id)?;
    call.write(&scope, move |tx| {
        let view = record_in(tx, &input)?;
        Ok(Changed::new(&view.payment.id, view.clone())
            .of(&view.payment.customer_id)
            .noting("amount", view.payment.amount.to_string())
            .noting("reference", view.payment.reference.as_str())
            .noting("already_recorded", view.already_recorded))
    })
    .await
}

/// [`record`] in a transaction that already runs.
///
/// # Errors
/// As for [`record`].
pub fn record_in(tx: &mut Tx<'_>, input: &RecordPayment) -> Result<PaymentView> {
    let payment = input.read(tx)?;
    if let Some(first) = store::find(tx, payment.method, &payment.reference)? {
        return again(tx, first, &payment);
    }
    // The invoices are locked before anything is written, in the order in which
    // every other command locks them.
    let open = input.candidates(tx, &payment)?;
    if !store::insert(tx, &payment)? {
        let first = store::find(tx, payment.method, &payment.reference)?
            .ok_or_else(|| Error::internal("a payment that is there is not there"))?;
        return again(tx, first, &payment);
    }
    let (parts, left) = spread(payment.amount, &open)?;
    let mut settlements = Vec::with_capacity(parts.len());
    for (invoice, part) in parts {
        settlements.push(invoices::commands::settle_in(
            tx,
            invoice,
            part,
            AllocationSource::Payment,
            Some(payment.id.as_str()),
        )?);
    }
    let posting = Posting {
        kind: PostingKind::PaymentReceived,
        reference: payment.id.to_string(),
        day: payment.received_day,
        reason: payment.reference.clone(),
        legs: legs(&payment, left)?,
    };
    post_in(tx, &posting)?;
    Ok(PaymentView { payment, settlements, to_credit: left, already_recorded: false })
}

fn again(tx: &mut Tx<'_>, first: Payment, told: &Payment) -> Result<PaymentView> {
    if !first.is_same_as(told) {
        return Err(BillingRefusal::ReferenceTaken.with("reference", &told.reference).into());
    }
    let mut view = queries::view_in(tx, first)?;
    view.already_recorded = true;
    Ok(view)
}

impl RecordPayment {
    fn read(&self, tx: &mut Tx<'_>) -> Result<Payment> {
        let customer = customers::queries::load_in(tx, &self.customer_id)?;
        let today = entity::load_in(tx)?.today(tx.now());
        let currency = self.currency.unwrap_or(customer.currency);
        let mut wrong: Vec<Refusal> = Vec::new();
        let amount = crate::billing::amount(&self.amount, currency).unwrap_or_else(|refusal| {
            wrong.push(refusal);
            Money::zero(currency)
        });
        let reference = self.reference.split_whitespace().collect::<Vec<_>>().join(" ");
        if reference.is_empty() || reference.chars().count() > 140 || reference.chars().any(char::is_control) {
            wrong.push(BillingRefusal::PaymentReference.into());
        }
        let received_day = self.received_day.unwrap_or(today);
        if received_day > today {
            wrong.push(BillingRefusal::PaidInFuture.with("today", today));
        }
        if received_day.days_until(today) > OLDEST_DAYS {
            wrong.push(BillingRefusal::PaidLongAgo.with("earliest", today.plus_days(-OLDEST_DAYS)));
        }
        let note = self.note.as_deref().unwrap_or_default().trim().to_owned();
        if note.chars().count() > 1_000 {
            wrong.push(BillingRefusal::NoteTooLong.into());
        }
        if currency != customer.currency && !store::uses_currency(tx, &self.customer_id, currency)? {
            wrong.push(BillingRefusal::WrongCurrency.with("currency", customer.currency));
        }
        if !wrong.is_empty() {
            return Err(Error::Fields(wrong));
        }
        Ok(Payment {
            id: PaymentId::new(),
            customer_id: customer.id.to_string(),
            method: self.method.unwrap_or(PaymentMethod::BankTransfer),
            reference,
            amount,
            received_day,
            note,
            created_at: tx.now(),
        })
    }

    /// The invoices that the payment may settle, locked.
    fn candidates(&self, tx: &mut Tx<'_>, payment: &Payment) -> Result<Vec<Invoice>> {
        let Some(invoice_id) = &self.invoice_id else {
            return invoices::queries::locked_open_in(tx, &payment.customer_id, payment.amount.currency);
        };
        let invoice = invoices::queries::locked_in(tx, invoice_id)?
            .filter(|invoice| invoice.customer_id == payment.customer_id)
            .ok_or(BillingRefusal::InvoiceOfOther)?;
        if invoice.kind == InvoiceKind::CreditNote {
            return Err(BillingRefusal::IsCreditNote.refusal().field("invoice_id").into());
        }
        if invoice.state == InvoiceState::Draft {
            return Err(BillingRefusal::InvoiceIsDraft.into());
        }
        if invoice.currency() != payment.amount.currency {
            return Err(BillingRefusal::WrongCurrency.with("currency", invoice.currency()).into());
        }
        Ok(vec![invoice])
    }
}
