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
//! | [`payments`] | money that came in, and what it settled |
//! | [`credits`] | customers' credit: granted, spent |
//! | [`documents`] | invoices as PDF |
//!
//! Invariants: every change of an amount is a transfer between two accounts of
//! one currency; a balance is changed by a conditional statement; an issued
//! document is never changed but for what is still open on it; a period is
//! billed once because an index says so. [`queries::breaks_in`] checks them all.
//!
//! Deliberately absent: binary floats (but for points on paper in
//! [`documents`]), and a second way to compute a total.
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects)]

use crate::platform::error::{Error, Kind, Refusal, Result};

pub mod entity;
pub mod error;
pub mod invoices;
pub mod ledger;
pub mod numbering;
pub mod tax;
pub mod totals;

#[cfg(test)]
mod tests;


/// A reason for people, trimmed: 1 to 500 characters.
fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > 500 || text.chars().any(char::is_control) {
        return Err(error::BillingRefusal::Reason.into());
    }
    Ok(text.to_owned())
}

/// The refusal of a state that a list does not know.
fn unknown_state(expected: String) -> Error {
    Refusal::new("billing.unknown_state", Kind::Invalid)
        .field("state")
        .with("expected", expected)
        .into()
}
