//! Every endpoint, by slice.

use hostwright_panel::auth::policy::Action;

use crate::cli;
use crate::compose::Ports;
use crate::registry::Endpoint;

mod auth;
mod billing;
mod catalogue;
mod customers;
mod addresses;
mod images;
mod nodes;
mod notifications;
mod office;
mod orders;
mod servers;
mod subscriptions;
mod tickets;

/// Every endpoint.
#[must_use]
pub fn all(ports: &Ports) -> Vec<Endpoint> {
    [
        auth::endpoints(),
        customers::endpoints(),
        catalogue::endpoints(),
        nodes::endpoints(&ports.probe),
        addresses::endpoints(),
        images::endpoints(),
        orders::endpoints(),
        subscriptions::endpoints(),
        billing::endpoints(),
        servers::endpoints(&ports.hypervisor),
        tickets::endpoints(),
        notifications::endpoints(),
        office::endpoints(&ports.clock),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Prints every action with its surfaces and who may.
pub fn print_actions(endpoints: &[Endpoint]) {
    println!("{:<26} {:<6} {:<48} {:<34} {:<30} staff / members", "action", "", "REST", "command line", "form");
    for action in Action::ALL {
        let rule = action.rule();
        let found = endpoints.iter().find(|endpoint| endpoint.action == *action);
        let (rest, command) = match found {
            Some(endpoint) => {
                let (slice, name) = cli::names(endpoint);
                (
                    format!("{} /api/v1{}", endpoint.verb.name(), endpoint.path),
                    format!("hostwright {slice} {}", name.replace('_', "-")),
                )
            }
            None => ("MISSING".to_owned(), "MISSING".to_owned()),
        };
        let form = if rule.changes { format!("/do/{}", rule.name) } else { "page".to_owned() };
        let staff = rule.staff.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ");
        let members = rule.members.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ");
        let change = if rule.changes { "change" } else { "read" };
        println!("{:<26} {change:<6} {rest:<48} {command:<34} {form:<30} {staff} / {members}", rule.name);
    }
}
