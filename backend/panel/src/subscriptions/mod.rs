//! The sold thing and its life: ordered, active, suspended, ended.
//!
//! Invariants: the state machine in [`model`] is the only way from state to state, and
//! nothing leaves an ended one; what was sold (name, price, length) is copied and never
//! changes; the end of what is billed always follows from the anchor and the count of
//! billed periods, never from an earlier end; every change repeats in its WHERE
//! what was believed. A cancellation is a renewal set to expire with the
//! moment at which it was asked for; the subscription ends with what is billed.
//!
//! Every change of state records its event, for `crate::reactions`.

pub mod adoption;
pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
