//! What is kept of the past.

use hostwright_importer::snapshot;
use hostwright_importer::snapshot::values::Amount;
use hostwright_kernel::{Currency, Instant, Money, MoneyError, Rounding, id_type, rate, text_enum};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::adoption::Remark;
use crate::billing::invoices::InvoiceId;

id_type!(
    /// Identifies a payment of the past.
    PastPaymentId, "pst"
);
id_type!(
    /// Identifies a card or account kept as a token.
    PaymentTokenId, "tok"
);
id_type!(
    /// Identifies credit that a customer brought along.
    OpeningId, "opn"
);

text_enum! {
    /// Which way money of the past went.
    pub enum PastKind {
        /// Came in.
        Payment = "payment",
        /// Went back.
        Refund = "refund",
        /// A correction of the books there.
        Adjustment = "adjustment",
        /// An entry of the customer's credit there.
        Credit = "credit",
    }
}

text_enum! {
    /// Whether money of the past arrived.
    pub enum PastState {
        /// It did.
        Settled = "settled",
        /// It was on its way.
        Pending = "pending",
        /// It did not.
        Failed = "failed",
    }
}

/// What only a document of the past has; frozen with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The system that issued it.
    pub system: String,
    /// Its identifier there.
    pub reference: String,
    /// The word for its state there.
    pub status: String,
    /// What was open on it when it moved in.
    pub opening: Money,
    /// Where its parts do not agree, or could not be kept to the last digit.
    pub differences: Vec<String>,
    /// What each line charged for there, in the order of the lines.
    pub subjects: Vec<Option<String>>,
}

/// An invoice or credit note of another system with what belongs to it.
#[derive(Debug, Clone)]
pub struct AdoptInvoice<'a> {
    /// `cus_...`.
    pub customer_id: &'a str,
    /// The document.
    pub invoice: &'a snapshot::Invoice,
    /// Its lines, in their order.
    pub lines: &'a [snapshot::InvoiceLine],
    /// Payments and refunds of it.
    pub payments: &'a [snapshot::Payment],
    /// The document that a credit note takes back, where it moved in too.
    pub corrects: Option<InvoiceId>,
}

/// An invoice that moved in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedInvoice {
    /// What it is here.
    pub id: InvoiceId,
    /// What is open on it.
    pub open: Money,
    /// Its payments, in the order in which they were given.
    pub payments: Vec<PastPaymentId>,
    /// What could not be kept as it was; the document names them too.
    pub remarks: Vec<Remark>,
}

/// Money of the past that belongs to no document.
#[derive(Debug, Clone)]
pub struct AdoptPayment<'a> {
    /// `cus_...`.
    pub customer_id: &'a str,
    /// The document that it belongs to, where it came later than that.
    pub invoice: Option<InvoiceId>,
    /// A payment, refund or correction; or an entry of the credit history.
    pub money: PastMoney<'a>,
}

/// Money of the past.
#[derive(Debug, Clone, Copy)]
pub enum PastMoney<'a> {
    /// A payment, refund or correction.
    Payment(&'a snapshot::Payment),
    /// An entry of the credit history.
    Credit(&'a snapshot::CreditEntry),
}

/// A card or account of a customer at a payment provider.
#[derive(Debug, Clone)]
pub struct AdoptToken<'a> {
    /// `cus_...`.
    pub customer_id: &'a str,
    /// The token.
    pub token: &'a snapshot::PaymentToken,
}

/// What a customer's balance became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It was nothing.
    Nothing,
    /// Credit.
    Credit(OpeningId),
    /// A document to be paid.
    Owed(InvoiceId),
}

/// Money of the past, ready to be stored.
#[derive(Debug, Clone)]
pub(super) struct PastPayment {
    pub(super) id: PastPaymentId,
    pub(super) kind: PastKind,
    pub(super) state: PastState,
    pub(super) method: String,
    pub(super) reference: String,
    pub(super) amount: Money,
    pub(super) fee: Money,
    pub(super) at: Option<Instant>,
    pub(super) gives_back: Option<String>,
    pub(super) note: String,
}

impl PastPayment {
    /// Reads what the source says, in a currency where it names none.
    pub(super) fn read(money: PastMoney<'_>, usual: Currency) -> Result<Self, MoneyError> {
        match money {
            PastMoney::Payment(payment) => Self::of_payment(payment, usual),
            PastMoney::Credit(entry) => Self::of_credit(entry, usual),
        }
    }

    fn of_payment(payment: &snapshot::Payment, usual: Currency) -> Result<Self, MoneyError> {
        let currency = payment.amount.map_or(usual, |amount| amount.currency);
        let mut note = Note(vec![payment.text.clone().unwrap_or_default()]);
        let amount = note.amount("amount", payment.amount, currency)?;
        let fee = note.amount("fee", payment.fee, currency)?;
        Ok(Self {
            id: PastPaymentId::new(),
            kind: match payment.kind {
                snapshot::PaymentKind::Payment => PastKind::Payment,
                snapshot::PaymentKind::Refund => PastKind::Refund,
                snapshot::PaymentKind::Adjustment => PastKind::Adjustment,
            },
            state: match (payment.is_failed, payment.is_pending) {
                (true, _) => PastState::Failed,
                (false, true) => PastState::Pending,
                (false, false) => PastState::Settled,
            },
            method: payment.method.clone().unwrap_or_default(),
            reference: payment.reference.clone().unwrap_or_default(),
            amount,
            fee,
            at: payment.at,
            gives_back: payment.refund_of.clone(),
            note: note.text(payment.extra.iter().map(|extra| format!("{}: {}", extra.name, extra.value))),
        })
    }

    fn of_credit(entry: &snapshot::CreditEntry, usual: Currency) -> Result<Self, MoneyError> {
        let currency = entry.amount.map_or(usual, |amount| amount.currency);
        let mut note = Note(vec![entry.text.clone().unwrap_or_default()]);
        let amount = note.amount("amount", entry.amount, currency)?;
        Ok(Self {
            id: PastPaymentId::new(),
            kind: PastKind::Credit,
            state: PastState::Settled,
            method: String::new(),
            reference: entry.invoice.clone().unwrap_or_default(),
            amount,
            fee: Money::zero(currency),
            at: entry.at,
            gives_back: None,
            note: note.text(std::iter::empty()),
        })
    }

    /// What it settles of its document: less than nothing for a refund.
    pub(super) fn settles(&self) -> Result<Money, MoneyError> {
        match (self.kind, self.state) {
            (PastKind::Payment, PastState::Settled) => Ok(self.amount),
            (PastKind::Refund, PastState::Settled) => self.amount.neg(),
            _ => Ok(Money::zero(self.amount.currency)),
        }
    }
}

/// A note that tells what was rounded.
struct Note(Vec<String>);

impl Note {
    fn amount(&mut self, name: &str, told: Option<Amount>, currency: Currency) -> Result<Money, MoneyError> {
        let Some(told) = told else {
            return Ok(Money::zero(currency));
        };
        let (money, exact) = in_minor(&told)?;
        if money.currency != currency {
            return Err(MoneyError::Mixed(money.currency, currency));
        }
        if !exact {
            self.0.push(format!("{name} there: {told}"));
        }
        Ok(money)
    }

    fn text(self, more: impl Iterator<Item = String>) -> String {
        let parts: Vec<String> = self.0.into_iter().chain(more).filter(|part| !part.trim().is_empty()).collect();
        parts.join("; ").chars().take(10_000).collect()
    }
}

/// An amount in minor units, rounded half up where the source has more digits; whether
/// nothing was rounded.
///
/// # Errors
/// On overflow.
pub(super) fn in_minor(amount: &Amount) -> Result<(Money, bool), MoneyError> {
    let scale = 10_i64.checked_pow(amount.currency.exponent()).ok_or(MoneyError::Overflow)?;
    let minor = amount.value.checked_mul(Decimal::from(scale)).ok_or(MoneyError::Overflow)?;
    let money = rate::round(minor, amount.currency, Rounding::HalfUp)?;
    Ok((money, Decimal::from(money.minor) == minor.normalize()))
}

/// Money of the past as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastPaymentView {
    /// Its id.
    pub id: PastPaymentId,
    /// The document that it belongs to.
    pub invoice_id: Option<InvoiceId>,
    /// The system.
    pub system: String,
    /// Which way it went.
    pub kind: PastKind,
    /// Whether it arrived.
    pub state: PastState,
    /// The gateway, as the system called it.
    pub method: String,
    /// The gateway's transaction.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What the gateway kept.
    pub fee: Money,
    /// When.
    pub at: Option<Instant>,
    /// What was said of it.
    pub note: String,
}

/// A kept token as people see it: never the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentTokenView {
    /// Its id.
    pub id: PaymentTokenId,
    /// The payment provider, as the system called it.
    pub provider: String,
    /// Card, bank account, or the system's word.
    pub kind: String,
    /// Brand and last digits.
    pub label: String,
    /// Month and year, as the system wrote it.
    pub expires: Option<String>,
    /// Is used first.
    pub is_default: bool,
}
