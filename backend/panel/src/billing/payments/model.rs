//! What a payment is, and how it is spread over invoices.

use hostwright_kernel::{Day, Instant, Money, MoneyError, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::billing::invoices::model::{Allocation, Invoice, InvoiceState};
use crate::billing::ledger::{Account, Leg};

id_type!(
    /// Identifies a payment.
    PaymentId, "pay"
);

text_enum! {
    /// How money came in.
    pub enum PaymentMethod {
        /// To the bank account.
        BankTransfer = "bank_transfer",
        /// In cash.
        Cash = "cash",
        /// By card, recorded by hand.
        Card = "card",
        /// Any other way.
        Other = "other",
    }
}

impl PaymentMethod {
    /// Where the money is.
    #[must_use]
    pub fn account(self) -> Account {
        match self {
            Self::BankTransfer => Account::money("bank"),
            Self::Cash => Account::money("cash"),
            Self::Card => Account::money("clearing:card"),
            Self::Other => Account::money("clearing:other"),
        }
    }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Whose.
    pub customer_id: String,
    /// How it came in.
    pub method: PaymentMethod,
    /// What the bank calls it; one payment for each method.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// The day on which it came in.
    pub received_day: Day,
    /// For staff.
    pub note: String,
    /// When it was recorded.
    pub created_at: Instant,
}

impl Payment {
    /// Whether another report is of the same payment.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.customer_id == other.customer_id && self.amount == other.amount
    }
}

/// A payment with what it settled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaymentView {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// What it settled, in order.
    pub settlements: Vec<Allocation>,
    /// What became the customer's credit.
    pub to_credit: Money,
    /// Whether this method and reference were recorded before, so that nothing was changed.
    pub already_recorded: bool,
}

/// Parts of an amount with the invoices that they settle, and what is left.
pub type Spread<'a> = (Vec<(&'a Invoice, Money)>, Money);

/// How much of an amount goes to which open invoice.
///
/// # Errors
/// On mixed currencies.
pub fn spread(amount: Money, open: &[Invoice]) -> Result<Spread<'_>, MoneyError> {
    let mut left = amount;
    let mut parts = Vec::new();
    for invoice in open {
        if !left.is_positive() {
            break;
        }
        if invoice.state != InvoiceState::Issued || !invoice.open.is_positive() {
            continue;
        }
        let part = left.min(invoice.open)?;
        left = left.sub(part)?;
        parts.push((invoice, part));
    }
    Ok((parts, left))
}

/// The transfers of a payment: to what the customer owes, and to their credit.
///
/// # Errors
/// On overflow.
pub fn legs(payment: &Payment, to_credit: Money) -> Result<Vec<Leg>, MoneyError> {
    let settled = payment.amount.sub(to_credit)?;
    let money = || payment.method.account();
    let receivable = Leg::signed(money(), Account::receivable(&payment.customer_id), settled)?;
    let credit = Leg::signed(money(), Account::credit(&payment.customer_id), to_credit)?;
    Ok(receivable.into_iter().chain(credit).collect())
}
