//! What customers see: servers, ordering, invoices, tickets, account.

use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
