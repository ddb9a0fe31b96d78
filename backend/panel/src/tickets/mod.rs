//! Support conversations: departments, tickets, replies, internal notes and files.
//!
//! Invariants: a ticket belongs to one customer and is reached only through a
//! scope that includes that customer; an internal note and its files leave the
//! store for staff only, and change nothing that the customer can see; what a
//! person writes is kept and shown as text; a file's type is decided by us and
//! never by its sender.
//!
//! Deliberately absent: mails. [`model::TicketOpened`] and
//! [`model::TicketReplied`] are recorded, and the reactions say who is told.

pub mod adoption;
pub mod attachments;
pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub(crate) mod store;

#[cfg(test)]
mod tests;
