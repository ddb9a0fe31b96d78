//! States, sizes and names in words: where an enum becomes text.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_kernel::Instant;
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::model::PersonState;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::nodes::model::{LinkState, NodeState, NodeView};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::model::Desired;
use hostwright_panel::servers::queries::{ServerView, ShowServer};
use hostwright_panel::tickets::model::{Priority, TicketState};
use hostwright_panel::{auth, customers, nodes, servers};
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
pub use crate::staff::words::{filtered, pager};
use crate::ui::{Piece, State, link, muted};
pub use crate::words::{ago, bytes, gib, mib, seen, size, subscription_state, task_state, task_title};

/// Names by id.
pub type Names = BTreeMap<String, String>;

/// Nodes that are offered in a choice; more than anybody chooses from.
const MANY: i64 = 200;

/// How a server stands: what holds it back first, then what is under way, then
/// what was last seen.
#[must_use]
pub fn server_state(page: &Page, server: &ServerView) -> State {
    if server.desired == Desired::Deleted {
        return State::new(Tone::Quiet, page.t("servers-state-deleted"));
    }
    if !server.released {
        return State::new(Tone::Warn, page.t("servers-state-unpaid"));
    }
    if server.suspended {
        return State::new(Tone::Bad, page.t("servers-state-suspended"));
    }
    let seen = seen(page, server);
    match &server.busy {
        Some(busy) if busy.state == JobState::Attention => State::new(Tone::Bad, page.t("task-state-attention")),
        Some(busy) => seen.since(task_title(page, &busy.title)),
        None => seen,
    }
}

/// A moment in a list: the time of today, the day of what is longer ago.
#[must_use]
pub fn moment(page: &Page, at: Instant, now: Instant) -> String {
    let day = at.day_in(&page.zone);
    if day == now.day_in(&page.zone) { page.log_time(at) } else { page.day(day) }
}

/// The day of a moment, where the time says nothing.
#[must_use]
pub fn day(page: &Page, at: Instant) -> String {
    page.day(at.day_in(&page.zone))
}

/// What the operator wants of a node.
#[must_use]
pub fn node_state(page: &Page, state: NodeState) -> State {
    let tone = match state {
        NodeState::Active => Tone::Good,
        NodeState::Maintenance => Tone::Warn,
        NodeState::Removed => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("nodes-state-{state}")))
}

/// What is known of the way to a node.
#[must_use]
pub fn link_state(page: &Page, node: &NodeView) -> State {
    let tone = match node.link {
        LinkState::Up => Tone::Good,
        LinkState::Degraded => Tone::Warn,
        LinkState::Down => Tone::Bad,
        LinkState::Unknown => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("estate-link-{}", node.link)))
}

/// Whose turn a ticket is, as staff sees it.
#[must_use]
pub fn ticket_state(page: &Page, state: TicketState) -> State {
    let tone = match state {
        TicketState::Open => Tone::Bad,
        TicketState::Waiting => Tone::Warn,
        TicketState::Answered | TicketState::Closed => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("estate-ticket-{state}")))
}

/// How pressing a ticket is; only what is more than usual stands out.
#[must_use]
pub fn priority(page: &Page, priority: Priority) -> State {
    let tone = match priority {
        Priority::Low | Priority::Normal => Tone::Quiet,
        Priority::High => Tone::Warn,
        Priority::Urgent => Tone::Bad,
    };
    State::new(tone, page.t(&format!("tickets-priority-{priority}")))
}

/// Whether a person may sign in.
#[must_use]
pub fn person_state(page: &Page, state: PersonState) -> State {
    let tone = match state {
        PersonState::Unconfirmed => Tone::Warn,
        PersonState::Active => Tone::Good,
        PersonState::Suspended => Tone::Bad,
    };
    State::new(tone, page.t(&format!("auth-person-{state}")))
}

/// A length of a period: monthly, every 3 months, yearly.
#[must_use]
pub fn every(page: &Page, months: u32) -> String {
    page.t_with("estate-every", &[("months", i64::from(months).into())])
}

/// What these customers are called, by id.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn customers(call: &Call, ids: impl IntoIterator<Item = String>) -> Result<Names> {
    let ids: BTreeSet<String> = ids.into_iter().collect();
    if ids.is_empty() || !call.may(Action::ListCustomers) {
        return Ok(Names::new());
    }
    customers::queries::names(call, ids).await
}

/// A customer's name as a link to its page; its id where the name is not known.
pub fn customer(names: &Names, id: &str) -> AnyView {
    link(format!("/staff/customers/{id}"), names.get(id).map_or(id, String::as_str))
}

/// Host names of servers, by id; those that are gone are left out.
pub async fn hostnames(call: &Call, ids: impl IntoIterator<Item = String>) -> Names {
    let ids: BTreeSet<String> = ids.into_iter().filter(|id| id.starts_with("srv_")).collect();
    let mut names = Names::new();
    for id in ids {
        let Ok(server_id) = id.parse() else { continue };
        if let Ok(server) = servers::queries::show(call, ShowServer { server_id }).await {
            names.insert(id, server.hostname);
        }
    }
    names
}

/// Names of nodes, by id; none for people who may not see nodes.
///
/// # Errors
/// When the database fails.
pub async fn node_names(call: &Call) -> Result<Names> {
    if !call.may(Action::ListNodes) {
        return Ok(Names::new());
    }
    let input = hostwright_panel::platform::ListInput { limit: Some(MANY), ..Default::default() };
    let nodes = nodes::queries::list(call, input).await?;
    Ok(nodes.items.into_iter().map(|node| (node.id.to_string(), node.name)).collect())
}

/// Names of the provider's people, by id; only the caller where the caller may
/// not see the others.
///
/// # Errors
/// When the database fails.
pub async fn staff(call: &Call) -> Result<Names> {
    let mut names = Names::new();
    if let Ok(person) = call.person() {
        names.insert(person.id.clone(), person.name.clone());
    }
    if call.may(Action::ListPeople) {
        let input = auth::people::queries::ListPeople { staff: Some(true), limit: Some(MANY), ..Default::default() };
        let people = auth::people::queries::list(call, input).await?;
        names.extend(people.items.into_iter().map(|person| (person.id.to_string(), person.name)));
    }
    Ok(names)
}

/// Who did or asked for something: a person by name, or the product itself.
#[must_use]
pub fn actor(page: &Page, names: &Names, id: &str) -> String {
    match id.strip_prefix("system:") {
        Some(_) => page.t("estate-by-itself"),
        None if id == "anonymous" => page.t("estate-anonymous"),
        None => names.get(id).cloned().unwrap_or_else(|| page.t("estate-somebody")),
    }
}

/// The page of a thing by its id, where it has one.
#[must_use]
pub fn place(id: &str) -> Option<String> {
    let kind = id.split('_').next().unwrap_or_default();
    let folder = match kind {
        "srv" => "servers",
        "nod" => "nodes",
        "pol" => "addresses",
        "pln" => "plans",
        "tic" => "tickets",
        "mai" => "mails",
        "per" => "people",
        "cus" => "customers",
        "inv" => "invoices",
        "sub" => "subscriptions",
        "tsk" => "tasks",
        _ => return None,
    };
    Some(format!("/staff/{folder}/{id}"))
}

/// A thing as a link with its name, or its id where the name is not known.
pub fn thing(names: &Names, id: &str) -> AnyView {
    if !id.contains('_') {
        return muted("\u{2013}");
    }
    let label = names.get(id).cloned().unwrap_or_else(|| short(id));
    match place(id) {
        Some(href) => link(href, label),
        None => label.view(),
    }
}

/// An id cut in the middle, to be told apart and not to be copied; other text
/// as it is.
#[must_use]
pub fn short(id: &str) -> String {
    let tail: String = id.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
    match id.split_once('_') {
        Some((kind, rest)) if kind.len() == 3 && rest.len() == 32 => format!("{kind}_\u{2026}{tail}"),
        _ => id.to_owned(),
    }
}
