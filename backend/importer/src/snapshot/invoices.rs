//! What was charged and paid.

use hostwright_kernel::{Currency, Day, Instant};
use serde::{Deserialize, Serialize};

use super::party::Address;
use super::values::{Amount, Extra, Secret, is_false};

/// The state of an invoice at the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Not issued.
    Draft,
    /// Issued, open.
    #[default]
    Unpaid,
    /// Settled.
    Paid,
    /// Void.
    Cancelled,
    /// Paid and given back.
    Refunded,
    /// Handed to a collector.
    Collections,
    /// A payment is under way.
    PaymentPending,
}

/// Tax of an invoice by rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxShare {
    /// The source's name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The rate in percent, a decimal.
    pub percent: String,
    /// The tax.
    pub amount: Amount,
}

/// An invoice or credit note. Its lines are records of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// The source's identifier.
    pub id: String,
    /// The number as issued; absent where the identifier is the number or none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The party billed.
    pub party: String,
    /// A credit note.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_credit_note: bool,
    /// The state.
    pub status: InvoiceStatus,
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Date of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Day>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// When it was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Day>,
    /// Sum without tax, as the source has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Amount>,
    /// Tax by rate, as the source has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxShare>,
    /// Account credit applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Amount>,
    /// The sum to pay, as the source has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Amount>,
    /// Given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Amount>,
    /// The seller as frozen on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The buyer as frozen on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    /// The buyer's address as frozen on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_address: Option<Address>,
    /// The buyer's tax number as frozen on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_tax_number: Option<String>,
    /// The source's name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
    /// Text on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// One line of an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine {
    /// The source's identifier.
    pub id: String,
    /// The invoice.
    pub invoice: String,
    /// What it says.
    pub text: String,
    /// The source's word for what is charged: `Hosting`, `Domain`, `Item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is charged: identifier of a subscription or domain, or another invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How many, a decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Price of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Amount>,
    /// The line's amount, without tax where tax is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Tax is added.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_taxed: bool,
    /// First day charged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The day after the last charged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// Came in.
    #[default]
    Payment,
    /// Went back.
    Refund,
    /// Neither: a correction of the books.
    Adjustment,
}

/// Money that came in or went back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The source's identifier.
    pub id: String,
    /// The party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The invoice it settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// Which way it went.
    pub kind: PaymentKind,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// How much, never negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// What the provider of payments kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Amount>,
    /// The source's name of the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The gateway's transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The payment that it gives back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<String>,
    /// Not certain yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_pending: bool,
    /// Did not succeed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_failed: bool,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// One entry of a party's credit history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditEntry {
    /// The source's identifier.
    pub id: String,
    /// The party.
    pub party: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// How much; negative where credit was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The invoice it was used on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
}

/// A card or bank account, as its provider's token. Kept and not charged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentToken {
    /// The source's identifier.
    pub id: String,
    /// The party.
    pub party: String,
    /// `card`, `bank_account` or the source's word.
    pub kind: String,
    /// The source's name of the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What a person sees of it: brand and last digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Month and year, as the source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The provider's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Is used first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_default: bool,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// A rule by which the source adds tax.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRule {
    /// The source's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it applies; everywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The state or province it is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The rate in percent, a decimal.
    pub percent: String,
    /// Which of several taxes it is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
}
