//! The way out: everything a provider has here, as the open document that the way in reads.
//!
//! Invariants: it is one moment of the database; what is written is told in the snapshot's own
//! words, with our identifiers; money and days are as they are kept, never computed anew.
//!
//! Deliberately absent: disks of servers, and bytes of attached files.

pub mod queries;
mod store;
