//! Slices with a real database, on both engines.

mod accounts;
mod addresses;
mod auth;
mod backups;
mod billing;
mod billing_documents;
pub mod billing_ground;
mod catalogue;
mod catalogue_kinds;
mod customers;
mod hosting;
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
