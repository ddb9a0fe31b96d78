//! Choosing accounts and domains, and deciding by hand.
//!
//! Invariants: a decision has a reason, which is kept with who made it in the audit log; what
//! is here already is not taken out of the selection, but undone.

pub mod commands;
pub(in crate::migration) mod store;
