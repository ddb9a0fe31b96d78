//! Customer accounts, their addresses and tax status, and who belongs to them.
//!
//! Invariants: every customer has a number of its own, from 1001; its currency
//! never changes; a customer with people has an owner; what belongs to another
//! customer is not found.
//!
//! Signing up lives here and not in `auth`, because it makes a customer.

pub mod adoption;
pub mod commands;
pub mod countries;
pub mod error;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
