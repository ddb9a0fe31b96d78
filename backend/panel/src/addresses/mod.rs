//! Pools of network addresses, who has which, and hardware addresses.
//!
//! Invariants: an address has one owner or none (one row, one state, and the table
//! checks that assigned means owned); a released address cools off before it is
//! free again, so that nobody else gets it while the old server may still run; pools never
//! overlap; a hardware address is given once for ever; neither is given while a guest that
//! is not ours was found with it, whatever else is recorded of it.
//!
//! Others use [`commands::take_in`], [`commands::release_in`], [`commands::take_mac_in`]
//! and [`queries::of_server_in`]. The owner is the text of a server's id: servers are
//! a slice above.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
