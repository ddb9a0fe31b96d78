//! Read models over everything: dashboard, search, audit log, verification.
//!
//! Invariant: nothing here writes.

pub mod model;
pub mod queries;
mod store;
