//! The entries of the navigation, in their order.

use hostwright_panel::auth::policy::Action;

use crate::page::{Area, Page};

/// One entry: its key, where it leads, and the action that shows it.
struct Entry {
    key: &'static str,
    path: &'static str,
    action: Action,
}

const fn entry(key: &'static str, path: &'static str, action: Action) -> Entry {
    Entry { key, path, action }
}

const STAFF: &[Entry] = &[
    entry("overview", "/staff", Action::ShowDashboard),
    entry("customers", "/staff/customers", Action::ListCustomers),
    entry("orders", "/staff/orders", Action::ListOrders),
    entry("servers", "/staff/servers", Action::ListServers),
    entry("domains", "/staff/domains", Action::ListDomains),
    entry("nodes", "/staff/nodes", Action::ListNodes),
    entry("addresses", "/staff/addresses", Action::ListPools),
    entry("catalogue", "/staff/plans", Action::ListPlans),
    entry("invoices", "/staff/invoices", Action::ListInvoices),
    entry("payments", "/staff/payments", Action::ListPayments),
    entry("renewals", "/staff/renewals", Action::ListRenewals),
    entry("tickets", "/staff/tickets", Action::ListTickets),
    entry("tasks", "/staff/tasks", Action::ListTasks),
    entry("mails", "/staff/mails", Action::ListMails),
    entry("migration", "/staff/migration", Action::ListMigrationSources),
    entry("audit", "/staff/audit", Action::ListAudit),
    entry("settings", "/staff/settings", Action::ShowSettings),
    entry("people", "/staff/people", Action::ListPeople),
];

const PORTAL: &[Entry] = &[
    entry("overview", "/portal", Action::ShowProfile),
    entry("servers", "/portal/servers", Action::ListServers),
    entry("domains", "/portal/domains", Action::ListDomains),
    entry("invoices", "/portal/invoices", Action::ListInvoices),
    entry("tickets", "/portal/tickets", Action::ListTickets),
    entry("account", "/portal/account", Action::ShowProfile),
];

/// An entry that this caller sees.
pub(crate) struct Place {
    pub(crate) key: &'static str,
    pub(crate) label: String,
    pub(crate) path: &'static str,
    pub(crate) current: bool,
}

/// The entries that this caller sees. A page that is below none of them belongs to the one
/// that its outermost crumb leads to.
pub(crate) fn places(page: &Page, outermost: Option<&str>) -> Vec<Place> {
    let entries = match page.area {
        Area::Staff => STAFF,
        Area::Portal => PORTAL,
        Area::Auth | Area::Setup => &[],
    };
    let is_somewhere = entries.iter().any(|entry| is_below(page, entry.path));
    entries
        .iter()
        .filter(|entry| page.may(entry.action.name()))
        .map(|entry| Place {
            key: entry.key,
            label: page.t(&format!("ui-nav-{}", entry.key)),
            path: entry.path,
            current: if is_somewhere { is_below(page, entry.path) } else { outermost == Some(entry.path) },
        })
        .collect()
}

/// Whether the page is this place or below it. The start of an area is only
/// itself, otherwise it would be current everywhere.
fn is_below(page: &Page, place: &str) -> bool {
    let path = page.path_only().trim_end_matches('/');
    path == place || place != page.area.home() && path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}
