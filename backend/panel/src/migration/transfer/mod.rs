//! Transfer: what was verified lands, account by account, each by a durable job of its own.
//!
//! Invariants: a record lands in the transaction that remembers it, so it lands once however
//! often a job is killed or run; a record that a slice refuses is skipped with the refusal's
//! code and takes nothing else with it; the accounts of a source land in any order and side by
//! side, and the tree of resellers is tied when all are here.

pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
