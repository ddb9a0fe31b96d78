//! Numbers of issued documents: 1, 2, 3 ... for each legal entity, series and
//! year, without a gap, on days that never decrease.
//!
//! The counter's row is locked until the transaction that issues the document
//! ends, so a number that was not used is given again. It is taken late, when
//! everything else is decided.
//!
//! Deliberately absent: database sequences, which leak on roll-back.

pub mod commands;
pub mod model;
pub mod queries;
mod store;

pub use commands::{next_in, range_in};
