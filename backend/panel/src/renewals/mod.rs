//! What falls due: renewal invoices, reminders, suspension and termination.
//!
//! Invariants: a period is billed once (unique index on `charges`, and the
//! subscription moves on in the same transaction); each subscription is handled in a
//! transaction of its own, so one that fails holds up nobody; running again at the
//! same moment changes nothing; a reminder is given once (unique row).

pub mod commands;
pub mod error;
pub mod jobs;
pub mod model;
pub mod queries;
mod store;
#[cfg(test)]
mod tests;
