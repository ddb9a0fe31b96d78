//! Delivering content: the mailboxes of the accounts that are here, copied from the source's
//! mail server to ours.
//!
//! ```text
//! survey or deliver -> job of the source: rows for mailboxes of landed accounts, some at a time
//!                      -> job of a mailbox -> ports::MailCopier -> counts, or why not
//! link of a mailbox -> its owner's passwords, tried at once -> the same queue, first
//! ```
//!
//! Invariants:
//! - a mailbox is a row, found by (source, address) under a unique index; what was copied of it
//!   is kept folder by folder as the copier tells it, so that a second run copies nothing and a
//!   killed one goes on;
//! - never more mailboxes of a source are in the queue of jobs than its settings allow;
//! - passwords are sealed; those that a person gave are forgotten when the copy ended;
//! - of a link only the hash is kept; it is good once, for some days, until it is revoked.
//!
//! Deliberately absent: IMAP (behind the port), mail to the owners of mailboxes (nothing leaves
//! during import), and taking back what was delivered: it is in the target's mailboxes.

pub mod commands;
pub mod jobs;
pub mod links;
pub mod model;
pub mod queries;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
