//! Domain names held for customers, and their zones. Sites, mailboxes and databases will
//! be rooms beside them.
//!
//! Invariants: a name is kept as lower-case A-labels and held once at a time (unique
//! index); an authorisation code is sealed at rest and leaves the store only by the one
//! action that shows it, which is audited; a zone belongs to a domain and is reached only
//! through one that is in the caller's scope; serials only go forward, in the sense of
//! RFC 1982; a change of a record, a zone or a domain names the version it was made
//! from, so that of two people the second is told.
//!
//! Deliberately absent: registries and registrars. What is kept of a registration is what
//! people and imports say of it.

pub mod adoption;
pub mod commands;
mod domain_name;
pub mod error;
pub mod model;
pub mod ports;
pub mod queries;
pub(crate) mod store;
pub mod zones;

#[cfg(test)]
mod tests;
