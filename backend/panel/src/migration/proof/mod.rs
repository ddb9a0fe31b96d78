//! Proof: counts and money on both sides, the report that is signed, and the switch.
//!
//! Invariants: what is here is counted and summed in the tables of the slices that hold it and
//! not in what was remembered; whatever is not here is named with its reason; what is signed is
//! the digest of what was shown, so that a report that changed since is not signed by mistake;
//! only a signed report allows the switch, and after it nothing is collected, transferred or
//! undone.

pub mod commands;
pub mod jobs;
pub mod model;
mod paper;
pub mod queries;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
