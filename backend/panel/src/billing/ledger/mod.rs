//! Double entry: accounts and transfers, append only.
//!
//! Invariants: a transfer moves an amount above zero from one account to another
//! of the same currency; it is posted once for its kind, reference and leg; the
//! accounts' totals are raised in the same transaction, in the order of their
//! codes, so that two postings never wait for each other; the database refuses a
//! customer's credit below zero. Corrections are new transfers. Transfers are
//! sealed into a hash chain by [`jobs::seal_waiting`].
//!
//! Accounts are made on demand: `receivable:<customer>`, `credit:<customer>`
//! (liability, never below zero), `bank`, `cash`, `clearing:<method>`,
//! `revenue:<kind>`, `tax:<country>:<rate>`, `goodwill` and `opening` (what customers
//! brought along from another system).
//!
//! Deliberately absent: changing or deleting a transfer.

pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
mod store;

pub use commands::{post_in, post_together_in};
pub use model::{Account, Leg, Posting, PostingKind};
