//! Slices with a real database, on both engines.

mod accounts;
mod addresses;
mod adoption;
mod auth;
mod backups;
mod billing;
mod billing_documents;
pub mod billing_ground;
mod catalogue;
mod customers;
mod images;
mod nodes;
mod notifications;
mod notifications_encrypted;
mod renewals_together;
mod seam;
pub(crate) mod servers;
mod soak;
mod subscriptions;
mod tickets;
