//! What was offered and sold.

use hostwright_kernel::Day;
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
