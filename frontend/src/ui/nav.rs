//! The entries of the navigation, in their order.

use crate::page::{Area, Page};

/// One entry: its key, where it leads, and the slices of which the caller must
/// be able to run some action to see it (any when empty).
struct Entry {
    key: &'static str,
    path: &'static str,
    slices: &'static [&'static str],
}

const fn entry(key: &'static str, path: &'static str, slices: &'static [&'static str]) -> Entry {
    Entry { key, path, slices }
}

const STAFF: &[Entry] = &[
    entry("overview", "/staff", &[]),
    entry("customers", "/staff/customers", &["customers"]),
    entry("orders", "/staff/orders", &["orders", "subscriptions"]),
    entry("servers", "/staff/servers", &["servers"]),
    entry("nodes", "/staff/nodes", &["nodes"]),
    entry("addresses", "/staff/addresses", &["addresses"]),
    entry("catalogue", "/staff/catalogue", &["catalogue"]),
    entry("invoices", "/staff/invoices", &["invoices", "billing"]),
    entry("payments", "/staff/payments", &["payments", "billing"]),
    entry("renewals", "/staff/renewals", &["renewals", "subscriptions"]),
    entry("tickets", "/staff/tickets", &["tickets"]),
    entry("tasks", "/staff/tasks", &["tasks", "jobs"]),
    entry("audit", "/staff/audit", &["audit"]),
    entry("settings", "/staff/settings", &["settings"]),
    entry("people", "/staff/people", &["people", "auth"]),
];

const PORTAL: &[Entry] = &[
    entry("servers", "/portal/servers", &[]),
    entry("invoices", "/portal/invoices", &[]),
    entry("tickets", "/portal/tickets", &[]),
    entry("account", "/portal/account", &[]),
];

/// An entry that this caller sees.
pub(crate) struct Place {
    pub(crate) key: &'static str,
    pub(crate) label: String,
    pub(crate) path: &'static str,
    pub(crate) current: bool,
}

/// The entries that this caller sees.
pub(crate) fn places(page: &Page) -> Vec<Place> {
    let entries = match page.area {
        Area::Staff => STAFF,
        Area::Portal => PORTAL,
        Area::Auth | Area::Setup => &[],
    };
    entries
        .iter()
        .filter(|entry| entry.slices.is_empty() || entry.slices.iter().any(|slice| page.may_any(slice)))
        .map(|entry| Place {
            key: entry.key,
            label: page.t(&format!("ui-nav-{}", entry.key)),
            path: entry.path,
            current: is_below(page, entry.path),
        })
        .collect()
}

/// Whether the page is this place or below it. The start of an area is only
/// itself, otherwise it would be current everywhere.
fn is_below(page: &Page, place: &str) -> bool {
    let path = page.path_only().trim_end_matches('/');
    path == place
        || place != page.area.home()
            && path
                .strip_prefix(place)
                .is_some_and(|rest| rest.starts_with('/'))
}
