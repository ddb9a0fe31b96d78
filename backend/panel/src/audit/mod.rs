//! Who did what to which object: append-only and hash-chained.
//!
//! Invariants: a row is written in the transaction of the change it tells of; no
//! row is ever changed but to be sealed; each sealed row's hash covers the one before,
//! so that a row altered or taken out later is found by [`jobs::verify_chain`].

pub mod jobs;
pub mod model;
pub mod store;
