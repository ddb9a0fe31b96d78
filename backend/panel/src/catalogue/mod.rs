//! Plans, and their prices per currency and period.
//!
//! Invariants: a price is never changed: it is retired and another takes its place, so
//! what was sold stays as it was sold; a plan has at most one active price per
//! currency and length (unique index); sizes of a plan never change, another plan
//! is made instead; private and archived plans are not found by customers; only private
//! servers have sizes, only registrations have top-level domains.
//!
//! Others use [`queries::sellable_in`] when they sell and [`queries::load_in`]
//! for what was sold.

pub mod adoption;
pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
