//! Private servers: desired and observed state, and the reconciler between them.
//!
//! Invariants: a command changes only what is wished and puts a job in the queue;
//! only a look at the node changes what was seen; room, addresses, hardware address
//! and disk are reserved before anything is built, and the room is given back once,
//! when the disk is gone; an address leaves a server only after its domain was
//! seen gone, and cools off for a day; every change on a node carries a number
//! (`servers.fence`, one higher for each worker that takes the server in hand), so
//! that a late worker is refused by the node and by the database.
//!
//! Public surface: [`commands`] (also for other slices: `reserve_in`, `release_in`,
//! `follow_suspension_in`, `terminate_in`), [`queries`], [`adoption`], [`checks`], the port
//! [`ports::Hypervisor`], the jobs in [`jobs`] and [`reconcile`], and the event
//! [`model::ServerReady`].

pub mod adoption;
pub mod checks;
pub mod commands;
pub mod error;
pub mod jobs;
pub mod model;
pub mod ports;
pub mod queries;
pub mod reconcile;
mod store;

#[cfg(test)]
mod tests;
