//! Slices with a real database, on both engines.

mod accounts;
mod addresses;
pub mod adoption_ground;
mod adoption_money;
mod adoption_people;
mod adoption_subscriptions;
mod adoption_tickets;
mod auth;
mod backups;
mod billing;
mod billing_documents;
pub mod billing_ground;
mod catalogue;
mod customers;
mod images;
pub(crate) mod migration;
mod migration_transfer;
mod nodes;
mod notifications;
mod notifications_encrypted;
mod renewals_together;
mod seam;
pub(crate) mod servers;
mod soak;
mod subscriptions;
mod tickets;
