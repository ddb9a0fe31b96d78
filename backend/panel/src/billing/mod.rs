//! Money: ledger, invoices, payments, credit, tax, numbering and documents.
//!
//! Rooms, from the bottom up:
//!
//! | room | owns |
//! |---|---|
//! | [`totals`] | the one function that computes what a document says |
//! | [`tax`] | rates by country and day; who pays tax where |
//! | [`entity`] | the seller: address, currency, time zone, rounding policy |
//! | [`numbering`] | gap-free numbers whose dates never decrease |
//! | [`ledger`] | double entry: accounts, transfers, balances, the hash chain |
//! | [`invoices`] | drafts, issued invoices, credit notes, billed periods |
//! | [`charges`] | which days of a subscription are billed |
//! | [`payments`] | money that came in, and what it settled |
//! | [`credits`] | customers' credit: granted, spent |
//! | [`documents`] | invoices as PDF |
//! | [`history`] | what another system billed before its customers moved here |
//!
//! Invariants: every change of an amount is a transfer between two accounts of
//! one currency; a balance is changed by a conditional statement; an issued
//! document is never changed but for what is still open on it; a period is
//! billed once because an index says so. [`queries::breaks_in`] checks them all.
//!
//! Deliberately absent: binary floats (but for points on paper in
//! [`documents`]), and a second way to compute a total.
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects)]

use hostwright_kernel::{Currency, Money, MoneyError};

use self::error::BillingRefusal;
use crate::platform::error::{Error, Kind, Refusal, Result};

pub mod charges;
pub mod credits;
pub mod documents;
pub mod entity;
pub mod error;
pub mod history;
pub mod invoices;
pub mod ledger;
pub mod numbering;
pub mod payments;
pub mod queries;
pub mod tax;
pub mod totals;

#[cfg(test)]
mod tests;

/// A reason for people, trimmed: 1 to 500 characters.
fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > 500 || text.chars().any(char::is_control) {
        return Err(BillingRefusal::Reason.into());
    }
    Ok(text.to_owned())
}

/// The refusal of a state that a list does not know.
fn unknown_state(expected: String) -> Error {
    Refusal::new("billing.unknown_state", Kind::Invalid).field("state").with("expected", expected).into()
}

/// An amount from its text: above zero and at most [`totals::LARGEST_MINOR`].
fn amount(text: &str, currency: Currency) -> Result<Money, Refusal> {
    let amount = Money::parse(text, currency).map_err(|error| match error {
        MoneyError::Unreadable(..) | MoneyError::Mixed(..) if is_long_number(text) => {
            BillingRefusal::AmountTooLarge.refusal()
        }
        MoneyError::Overflow => BillingRefusal::AmountTooLarge.refusal(),
        MoneyError::Unreadable(..) | MoneyError::Mixed(..) => {
            BillingRefusal::AmountUnreadable.with("currency", currency)
        }
    })?;
    match amount.minor {
        ..=0 => Err(BillingRefusal::AmountNotPositive.into()),
        minor if minor > totals::LARGEST_MINOR => Err(BillingRefusal::AmountTooLarge.into()),
        _ => Ok(amount),
    }
}

/// Whether a text is a number, only too long for 64 bits.
fn is_long_number(text: &str) -> bool {
    let (whole, fraction) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
    whole.len() > 15 && fraction.len() <= 4 && whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit())
}
