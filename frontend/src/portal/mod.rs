//! What customers see: servers, ordering, invoices, tickets, account.

use crate::route;
use crate::route::Route;
use crate::zones;

mod account;
mod domains;
pub mod invoices;
mod money;
mod order;
mod overview;
mod servers;
mod subscriptions;
pub mod tasks;
mod tickets;
pub mod words;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/portal", Portal, overview::show),
        route!("/portal/servers", Portal, servers::list),
        route!("/portal/servers/{server_id}", Portal, servers::show),
        route!("/portal/servers/{server_id}/console", Portal, servers::console),
        route!("/portal/domains", Portal, domains::list),
        route!("/portal/domains/{domain_id}", Portal, domains::show),
        route!("/portal/domains/{domain_id}/zone", Portal, zones::show),
        route!("/portal/domains/{domain_id}/zone/records/{record_id}", Portal, zones::record),
        route!("/portal/domains/{domain_id}/zone/imports/{import_id}", Portal, zones::compare),
        route!("/portal/tasks/{task_id}", Portal, tasks::show),
        route!("/portal/order", Portal, order::show),
        route!("/portal/order/confirm", Portal, order::confirm),
        route!("/portal/subscriptions", Portal, subscriptions::list),
        route!("/portal/subscriptions/{subscription_id}", Portal, subscriptions::show),
        route!("/portal/invoices", Portal, invoices::list),
        route!("/portal/invoices/{invoice_id}", Portal, invoices::show),
        route!("/portal/tickets", Portal, tickets::list),
        route!("/portal/tickets/new", Portal, tickets::new),
        route!("/portal/tickets/{ticket_id}", Portal, tickets::show),
        route!("/portal/account", Portal, account::show),
    ]
}
