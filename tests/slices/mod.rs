//! Slices with a real database, on both engines.

mod accounts;
mod addresses;
mod auth;
mod billing;
mod billing_documents;
mod billing_ground;
mod billing_races;
mod catalogue;
mod customers;
mod images;
mod nodes;
mod notifications;
mod notifications_encrypted;
mod seam;
pub(crate) mod servers;
mod subscriptions;
mod tickets;
