//! From a signed quote to a subscription, a server and a first invoice in one
//! transaction.
//!
//! Invariants: a quote carries identifiers and quantities, and its totals are
//! computed again when it is accepted: what was shown is what is charged, or nothing
//! happens; a quote is accepted once (unique index); capacity, address, MAC,
//! subscription and invoice exist together or not at all.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
mod store;
#[cfg(test)]
mod tests;
