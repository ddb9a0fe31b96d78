//! Every endpoint, by slice.

use hostwright_panel::auth::policy::Action;

use crate::cli;
use crate::compose::Ports;
use crate::registry::Endpoint;

mod addresses;
mod adoption;
mod auth;
mod billing;
mod catalogue;
mod customers;
mod hosting;
mod images;
mod migration;
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
        hosting::endpoints(),
        adoption::endpoints(),
        tickets::endpoints(),
        migration::endpoints(&ports.reader, &ports.copier),
        notifications::endpoints(),
        office::endpoints(&ports.clock),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every action with its surfaces and who may, as a table.
#[must_use]
pub fn actions_table(endpoints: &[Endpoint]) -> String {
    let mut table =
        format!("{:<26} {:<6} {:<48} {:<36} {:<30} staff / members\n", "action", "", "REST", "command line", "form");
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
        let staff: Vec<&str> = rule.staff.iter().map(|role| role.as_str()).collect();
        let members: Vec<&str> = rule.members.iter().map(|role| role.as_str()).collect();
        let change = if rule.changes { "change" } else { "read" };
        table.push_str(&format!(
            "{:<26} {change:<6} {rest:<48} {command:<36} {form:<30} {} / {}\n",
            rule.name,
            staff.join(" "),
            members.join(" ")
        ));
    }
    table
}
