//! The shadow month: both systems would bill, ours sends nothing, and what differs is listed to
//! the cent.
//!
//! Invariant: nothing is billed here. What the source will charge is taken from its next due
//! day, cycle and amount; what we would charge from the subscriptions as they landed, through
//! the same function that renewals use to find a period.
//!
//! Deliberately absent: tax. Both sides are compared without it, because the source's rules of
//! tax end with the switch and ours begin.

pub mod model;
pub mod queries;

#[cfg(test)]
mod tests;
