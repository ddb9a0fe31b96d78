//! Words that tables and answers share.

use hostwright_kernel::Currency;
use rust_decimal::Decimal;

use crate::snapshot::values::{Amount, Cycle};
use crate::snapshot::{DomainStatus, InvoiceStatus, PartyStatus, Price, ProductClass, SubscriptionStatus};

/// The columns of prices, and their cycle in months.
pub(super) const CYCLES: [(&str, &str, u32); 6] = [
    ("monthly", "msetupfee", 1),
    ("quarterly", "qsetupfee", 3),
    ("semiannually", "ssetupfee", 6),
    ("annually", "asetupfee", 12),
    ("biennially", "bsetupfee", 24),
    ("triennially", "tsetupfee", 36),
];

/// The same columns in rows about domains, where each means so many years.
pub(super) const YEARS: [&str; 10] = [
    "msetupfee",
    "qsetupfee",
    "ssetupfee",
    "asetupfee",
    "bsetupfee",
    "monthly",
    "quarterly",
    "semiannually",
    "annually",
    "biennially",
];

fn letters(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

pub(super) fn cycle(word: &str) -> Option<Cycle> {
    match letters(word).as_str() {
        "free" | "freeaccount" => Some(Cycle::Free),
        "onetime" => Some(Cycle::Once),
        "annual" => Some(Cycle::Months(12)),
        word => CYCLES.iter().find(|(name, _, _)| *name == word).map(|(_, _, months)| Cycle::Months(*months)),
    }
}

pub(super) fn subscription_status(word: &str) -> Option<SubscriptionStatus> {
    Some(match letters(word).as_str() {
        "pending" => SubscriptionStatus::Pending,
        "active" => SubscriptionStatus::Active,
        "suspended" => SubscriptionStatus::Suspended,
        "terminated" => SubscriptionStatus::Terminated,
        "cancelled" | "canceled" => SubscriptionStatus::Cancelled,
        "fraud" => SubscriptionStatus::Fraud,
        "completed" => SubscriptionStatus::Completed,
        "expired" => SubscriptionStatus::Expired,
        _ => return None,
    })
}

pub(super) fn domain_status(word: &str) -> Option<DomainStatus> {
    Some(match letters(word).as_str() {
        "pending" => DomainStatus::Pending,
        "pendingregistration" => DomainStatus::PendingRegistration,
        "pendingtransfer" => DomainStatus::PendingTransfer,
        "active" => DomainStatus::Active,
        "grace" => DomainStatus::Grace,
        "redemption" => DomainStatus::Redemption,
        "expired" => DomainStatus::Expired,
        "cancelled" | "canceled" => DomainStatus::Cancelled,
        "fraud" => DomainStatus::Fraud,
        "transferredaway" => DomainStatus::TransferredAway,
        _ => return None,
    })
}

pub(super) fn invoice_status(word: &str) -> Option<InvoiceStatus> {
    Some(match letters(word).as_str() {
        "draft" => InvoiceStatus::Draft,
        "unpaid" => InvoiceStatus::Unpaid,
        "paid" => InvoiceStatus::Paid,
        "cancelled" | "canceled" => InvoiceStatus::Cancelled,
        "refunded" => InvoiceStatus::Refunded,
        "collections" => InvoiceStatus::Collections,
        "paymentpending" => InvoiceStatus::PaymentPending,
        _ => return None,
    })
}

pub(super) fn party_status(word: &str) -> Option<PartyStatus> {
    Some(match letters(word).as_str() {
        "active" => PartyStatus::Active,
        "inactive" => PartyStatus::Inactive,
        "suspended" => PartyStatus::Suspended,
        "closed" => PartyStatus::Closed,
        _ => return None,
    })
}

pub(super) fn product_class(kind: &str) -> ProductClass {
    match letters(kind).as_str() {
        "hostingaccount" | "reselleraccount" => ProductClass::Hosting,
        "server" => ProductClass::Server,
        _ => ProductClass::Resource,
    }
}

/// Prices of one currency. `value` gives the number of a column, absent where there is none.
pub(super) fn prices(currency: Currency, pay: &str, value: &dyn Fn(&str) -> Option<Decimal>) -> Vec<Price> {
    let offered = |column: &str| value(column).filter(|number| !number.is_sign_negative());
    let amount = |value: Decimal| Amount { value, currency };
    let setup = |column: &str| offered(column).filter(|fee| !fee.is_zero()).map(amount);
    let price = |cycle, each, setup| Price { cycle, amount: amount(each), setup, transfer: None, renewal: None };
    match letters(pay).as_str() {
        "free" | "freeaccount" => vec![price(Cycle::Free, Decimal::ZERO, None)],
        "onetime" => offered("monthly").map(|each| price(Cycle::Once, each, setup("msetupfee"))).into_iter().collect(),
        // Old addons: one cycle, its price in the first column.
        word if word != "recurring" && cycle(word).is_some() => {
            let cycle = cycle(word).unwrap_or(Cycle::Once);
            offered("monthly").map(|each| price(cycle, each, setup("msetupfee"))).into_iter().collect()
        }
        _ => CYCLES
            .iter()
            .filter_map(|(column, fee, months)| {
                offered(column).map(|each| price(Cycle::Months(*months), each, setup(fee)))
            })
            .collect(),
    }
}

/// Whether text is one of the forms in which WHMCS keeps passwords, and which.
pub(super) fn password(text: &str) -> crate::snapshot::values::Password {
    use crate::snapshot::values::{Password, PasswordScheme, Secret};
    let is_hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let scheme = match text.split_once(':') {
        _ if text.starts_with("$2") => PasswordScheme::Bcrypt,
        _ if text.starts_with("$argon2") => PasswordScheme::Argon2,
        Some((hash, _)) if is_hex(hash, 32) => PasswordScheme::Md5Salted,
        Some((hash, _)) if is_hex(hash, 64) => PasswordScheme::HmacSha256,
        None if is_hex(text, 32) => PasswordScheme::Md5,
        _ => PasswordScheme::Unknown,
    };
    Password { scheme, value: Secret(text.to_owned()), is_locked: false }
}
