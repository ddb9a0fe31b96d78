//! From what is to what ought to be: the pure plan ([`model`]) and the jobs that
//! carry it out, one journaled step after the other ([`jobs`]).
//!
//! Invariants: what is unknown leads to nothing but another look; nothing is
//! destroyed because it was not found; a suspension wins over a wish to run; each
//! step may be done twice. Deliberately absent: any undo of a step. A wish that
//! changes half-way is simply a new plan from where things are.

pub mod jobs;
pub mod model;

#[cfg(test)]
mod tests;
