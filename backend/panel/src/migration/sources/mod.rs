//! Source systems: what they are called, what kind they are, and how strict verification is.
//!
//! Invariants: at most one source is the main billing platform (a unique index says so); a
//! source from which something landed is not discarded, but undone first.

pub mod commands;
pub mod model;
pub mod queries;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
