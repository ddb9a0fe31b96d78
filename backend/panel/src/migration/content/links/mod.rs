//! Links by which the owner of a mailbox brings it along: the first sign-in at the new place.
//!
//! Invariants: of a link only the hash is kept; passwords are tried at the old server (and the
//! new one) before anything is kept; a wrong one leaves the link good, and tries are counted by
//! link and by network address; opening the page changes nothing.

pub mod commands;
pub mod queries;
