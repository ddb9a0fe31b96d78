//! Guests that somebody else made: found by looking, matched to what was sold, and taken
//! over where they run.
//!
//! Invariants: finding changes nothing on a node, and neither does taking over: the guest
//! keeps its process, name and definition; it is judged by a look taken in the very job that
//! takes it over, and everything about it is recorded in one transaction or not at all; what
//! it uses (address, hardware address) is given to nobody from the first look on, whether it
//! is taken over or not; what cannot be managed is named with a code and left alone; a guest
//! that is no longer seen is kept in mind until a person says that it is gone.
//!
//! Deliberately absent: any rewriting of a definition. A server that was taken over is started,
//! stopped, held back and deleted under its own name, without our filter and without our seed.
//!
//! Public surface: [`commands`], [`queries`], the jobs in [`jobs`], the values in [`model`] and
//! the verdict of [`judge`].

pub mod commands;
pub mod error;
pub mod jobs;
pub mod judge;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
