//! The installation as a whole: first set-up, its settings, and the manual clock.
//!
//! Invariants: set-up works once, with the one-time link, and everything it
//! makes is made in one transaction; the clock moves only forward, and only where the
//! configuration says `clock = manual`.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
