//! Conversations that move in from another system.
//!
//! Invariants: nobody is mailed; every ticket has a number of ours, and what it was called
//! there is kept and found by the search; words and moments are the source's, oldest
//! first; nothing is cut without a remark.
//!
//! Deliberately absent: tickets of strangers: here every ticket is a customer's.

pub mod commands;
pub mod model;
mod store;

pub use commands::{adopt_department_in, adopt_in, adopt_message_in, remove_department_in, remove_in};
pub use model::{AdoptFile, AdoptMessage, AdoptTicket};
