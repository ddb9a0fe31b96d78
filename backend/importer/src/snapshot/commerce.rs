//! What was offered, sold, charged and paid.

use hostwright_kernel::{Currency, Day, Instant};
use serde::{Deserialize, Serialize};

use super::party::{Address, ContactRole};
use super::values::{Amount, Cycle, Extra, Secret, is_false};

/// What kind of thing is sold: the guide's classes of external service templates, and private servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductClass {
    /// Domain services only.
    Hosting,
    /// A domain registration only.
    DomainRegistration,
    /// Both.
    HostingAndRegistration,
    /// Anything else that is charged for.
    #[default]
    Resource,
    /// A virtual or physical machine.
    Server,
}

/// What a product costs in one currency and cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// How often.
    pub cycle: Cycle,
    /// Each time.
    pub amount: Amount,
    /// Once, at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Amount>,
    /// For moving a domain in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Amount>,
    /// For renewing, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<Amount>,
}

/// What is on sale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The source's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The group it is listed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Text for buyers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What kind of thing it is, as far as the source says.
    pub class: ProductClass,
    /// Top level domains it registers, without the dot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tlds: Vec<String>,
    /// Prices that are offered; a cycle that is not offered is absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Not shown to buyers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_hidden: bool,
    /// No longer sold.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_retired: bool,
    /// Tax is added.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_taxed: bool,
    /// The product that it is an addon of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Disk, memory, traffic and other limits, with the source's names and units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Extra>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// The state of a subscription at the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Ordered, not yet delivered.
    Pending,
    /// Delivered.
    #[default]
    Active,
    /// Switched off, to be switched on again.
    Suspended,
    /// Its time is over.
    Expired,
    /// Ended by wish.
    Cancelled,
    /// Ended and removed.
    Terminated,
    /// Refused as fraud.
    Fraud,
    /// Done once.
    Completed,
}

/// A configurable option as it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenOption {
    /// The option.
    pub name: String,
    /// The choice.
    pub value: String,
    /// How many, a decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// What it adds to the price, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// Something sold that goes on until it ends. Money and dates are as the source has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The source's identifier.
    pub id: String,
    /// The party that pays.
    pub party: String,
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What it is, where the source says so apart from the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ProductClass>,
    /// How it is called.
    pub name: String,
    /// The subscription that it is an addon of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The state.
    pub status: SubscriptionStatus,
    /// How often it is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    /// How many, a decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// What is actually charged each cycle, options and discounts included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// What the first invoice charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_price: Option<Amount>,
    /// Charged once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_fee: Option<Amount>,
    /// Charged for a renewal, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_fee: Option<Amount>,
    /// Charged for a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_fee: Option<Amount>,
    /// Days in which money is given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_days: Option<u32>,
    /// What is never given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_refundable: Option<Amount>,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Day>,
    /// The day from which it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// Last billing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_billed: Option<Day>,
    /// When the next amount is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<Day>,
    /// When the next invoice is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_invoice: Option<Day>,
    /// Asked to end on this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_at: Option<Day>,
    /// Asked to end with the period.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cancel_at_period_end: bool,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Day>,
    /// Why it is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_reason: Option<String>,
    /// Options as chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChosenOption>,
    /// Domains that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// The server its account is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The account's name on that server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The account's password there, in clear or sealed as the source keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// IP addresses given to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// The guest that it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<String>,
    /// The source's name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
    /// A subscription kept at the payment provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_subscription: Option<String>,
    /// Notes of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Custom fields and other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// The state of a domain registration at the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainStatus {
    /// Ordered.
    Pending,
    /// Being registered.
    PendingRegistration,
    /// Being moved in.
    PendingTransfer,
    /// Held.
    #[default]
    Active,
    /// Over, to be renewed at the usual price.
    Grace,
    /// Over, to be had back at a price.
    Redemption,
    /// Over.
    Expired,
    /// Ended by wish.
    Cancelled,
    /// Held elsewhere.
    TransferredAway,
    /// Refused as fraud.
    Fraud,
}

/// A contact of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainContact {
    /// What it is for.
    pub role: ContactRole,
    /// Person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: Address,
    /// Its handle at the registry or registrar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

/// A domain name held at a registrar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// The source's identifier.
    pub id: String,
    /// The party it is held for.
    pub party: String,
    /// The name, lower case, without a final dot.
    pub name: String,
    /// The subscription that pays for it, where that is another object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The state.
    pub status: DomainStatus,
    /// The source's name of the registrar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    /// Was moved in, not registered anew.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_transfer: bool,
    /// Years of one period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Day>,
    /// The registry's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// When the next amount is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<Day>,
    /// When the next invoice is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_invoice: Option<Day>,
    /// What the first invoice charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_price: Option<Amount>,
    /// What each renewal charges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// What a transfer charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_fee: Option<Amount>,
    /// Login at the registrar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar_login: Option<String>,
    /// Password at the registrar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar_password: Option<Secret>,
    /// Authorisation code for transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_code: Option<Secret>,
    /// Name servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<String>,
    /// Contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<DomainContact>,
    /// DNS management was sold.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_dns_management: bool,
    /// Mail forwarding was sold.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_email_forwarding: bool,
    /// Identity protection was sold.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_id_protection: bool,
    /// A premium name.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_premium: bool,
    /// Is not to be renewed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub will_not_renew: bool,
    /// The source's name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
    /// Notes of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Registry fields and other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

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
