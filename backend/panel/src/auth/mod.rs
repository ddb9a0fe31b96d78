//! People and what they may do: passwords, second factor, sessions, API keys,
//! roles and the policy.
//!
//! Invariants: a [`call::Scope`] can only be made by [`call::Call::authorize`]; what a
//! caller may not see is not found; no token or password is kept in clear; whoever
//! is suspended loses sessions, keys and links in the same transaction.
//!
//! Who belongs to which customer lives here too ([`members`]), because it is a
//! right; the customers slice decides when it changes.

pub mod adoption;
pub mod arrivals;
pub mod authentication;
pub mod call;
pub mod commands;
pub mod csrf;
pub mod error;
pub mod foreign;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod links;
pub mod mail_address;
pub mod members;
pub mod model;
pub mod passwords;
pub mod people;
pub mod policy;
pub mod queries;
pub mod sessions;
mod store;
pub mod totp;

pub use authentication::{Authenticated, Credential, authenticate};

#[cfg(test)]
mod tests;
