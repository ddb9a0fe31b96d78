//! Hosts: capacity, what they can do, and whether they answer.
//!
//! Invariants: what is reserved never exceeds what there is, and is never below
//! zero: every change of it is one conditional statement, and the table checks it
//! too; a node is removed only when nothing is reserved on it; unknown is not
//! down: only a probe changes the link. What a node's reservations belong to is
//! known by the slices above.
//!
//! Others use [`queries::candidates_in`] to place, [`commands::reserve_capacity_in`]
//! and [`commands::release_capacity_in`].

pub mod commands;
pub mod error;
pub mod jobs;
pub mod model;
pub mod ports;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
