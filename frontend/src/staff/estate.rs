//! Machines and conversations: servers, domains, tasks, nodes, addresses, plans, images,
//! tickets, departments, mails, audit, people.

use crate::route;
use crate::route::Route;
use crate::zones;

mod addresses;
mod audit;
mod departments;
pub(crate) mod domains;
mod images;
mod mails;
mod nodes;
mod people;
mod plans;
mod servers;
mod tasks;
mod tickets;
mod words;

pub(in crate::staff) use words::{filtered, pager};

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/staff/servers", Staff, servers::list),
        route!("/staff/servers/{server_id}", Staff, servers::detail::show),
        route!("/staff/servers/{server_id}/console", Staff, servers::console),
        route!("/staff/domains", Staff, domains::list),
        route!("/staff/domains/new", Staff, domains::new),
        route!("/staff/domains/{domain_id}", Staff, domains::show),
        route!("/staff/domains/{domain_id}/zone", Staff, zones::show),
        route!("/staff/domains/{domain_id}/zone/records/{record_id}", Staff, zones::record),
        route!("/staff/domains/{domain_id}/zone/imports/{import_id}", Staff, zones::compare),
        route!("/staff/dns", Staff, domains::dns),
        route!("/staff/tasks", Staff, tasks::list),
        route!("/staff/tasks/{task_id}", Staff, tasks::show),
        route!("/staff/nodes", Staff, nodes::list),
        route!("/staff/nodes/new", Staff, nodes::new),
        route!("/staff/nodes/{node_id}", Staff, nodes::detail::show),
        route!("/staff/nodes/{node_id}/found/{found_id}", Staff, nodes::found::show),
        route!("/staff/addresses", Staff, addresses::list),
        route!("/staff/addresses/new", Staff, addresses::new),
        route!("/staff/addresses/{pool_id}", Staff, addresses::show),
        route!("/staff/plans", Staff, plans::list),
        route!("/staff/plans/new", Staff, plans::new),
        route!("/staff/plans/{plan_id}", Staff, plans::show),
        route!("/staff/images", Staff, images::list),
        route!("/staff/images/new", Staff, images::new),
        route!("/staff/tickets", Staff, tickets::list),
        route!("/staff/tickets/new", Staff, tickets::new),
        route!("/staff/tickets/{ticket_id}", Staff, tickets::detail::show),
        route!("/staff/departments", Staff, departments::list),
        route!("/staff/mails", Staff, mails::list),
        route!("/staff/mails/{mail_id}", Staff, mails::show),
        route!("/staff/audit", Staff, audit::list),
        route!("/staff/people", Staff, people::list),
        route!("/staff/people/new", Staff, people::new),
        route!("/staff/people/{person_id}", Staff, people::show),
    ]
}
