//! Money and customers: the pages of the office and where they are.

use super::{
    account, customers, dashboard, invoices, ledger, orders, payments, renewals, search, settings, subscriptions,
    verify,
};
use crate::route;
use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/staff", Staff, dashboard::show),
        route!("/staff/search", Staff, search::show),
        route!("/staff/account", Staff, account::show),
        route!("/staff/customers", Staff, customers::list),
        route!("/staff/customers/new", Staff, customers::new),
        route!("/staff/customers/{customer_id}", Staff, customers::detail::show),
        route!("/staff/customers/{customer_id}/edit", Staff, customers::edit),
        route!("/staff/orders", Staff, orders::list),
        route!("/staff/orders/new", Staff, orders::new::show),
        route!("/staff/orders/confirm", Staff, orders::new::confirm),
        route!("/staff/invoices", Staff, invoices::list),
        route!("/staff/invoices/new", Staff, invoices::draft::show),
        route!("/staff/invoices/{invoice_id}", Staff, invoices::detail::show),
        route!("/staff/payments", Staff, payments::list),
        route!("/staff/payments/new", Staff, payments::new),
        route!("/staff/ledger", Staff, ledger::show),
        route!("/staff/renewals", Staff, renewals::show),
        route!("/staff/subscriptions", Staff, subscriptions::list),
        route!("/staff/subscriptions/{subscription_id}", Staff, subscriptions::detail::show),
        route!("/staff/settings", Staff, settings::show),
        route!("/staff/verify", Staff, verify::show),
    ]
}
