//! What the provider's people see.
//!
//! * [`office`] — money and customers: dashboard, search, customers, orders,
//!   invoices, payments, ledger, renewals, subscriptions, settings, account.
//! * [`estate`] — machines and conversations: servers, tasks, nodes, addresses,
//!   plans, images, tickets, mails, audit, people.
//! * [`migration`] — moving in from other systems.

use crate::route::Route;

mod account;
mod customers;
mod dashboard;
pub mod estate;
pub mod history;
mod invoices;
mod ledger;
pub mod migration;
pub mod office;
mod orders;
mod payments;
mod pick;
mod renewals;
mod search;
mod settings;
mod subscriptions;
mod verify;
pub mod words;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    [office::routes(), estate::routes(), migration::routes()].concat()
}
