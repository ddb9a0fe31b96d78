//! Collecting: what a source holds, read entry by entry into staging tables.
//!
//! Invariants:
//! - memory stays flat: records are staged in batches, each in a transaction of its own;
//! - a reading that was killed begins again and finds what it had staged, so that the counts
//!   are those of one reading; a second reading of the same changes nothing;
//! - of two records with one identifier in one reading, the first is taken and the second is
//!   named as a gap;
//! - a record that a later reading did not meet is kept, marked as gone and told;
//! - bodies are sealed; their hashes are keyed, so that they tell nothing to who has no key.

pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
pub(in crate::migration) mod staging;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
