//! Machines and conversations: servers, tasks, nodes, addresses, plans, images,
//! tickets, departments, mails, audit, people.

use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
