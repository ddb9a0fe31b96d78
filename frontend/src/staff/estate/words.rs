//! States, sizes and names in words: where an enum becomes text.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_kernel::Instant;
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::model::PersonState;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::nodes::model::{LinkState, NodeState, NodeView};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{JobState, StepState as JournalState};
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::queries::{ServerView, ShowServer, TaskView};
use hostwright_panel::subscriptions::model::SubscriptionState;
use hostwright_panel::tickets::model::{Priority, TicketState};
use hostwright_panel::{auth, customers, nodes, servers};
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
use crate::ui::{Pager, Piece, State, StepState, link, muted};

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

/// What was last seen of a server, whatever is wished.
#[must_use]
pub fn seen(page: &Page, server: &ServerView) -> State {
    let built = !matches!(server.disk, DiskState::Planned | DiskState::Building);
    let (tone, key) = match server.state {
        Seen::Running => (Tone::Good, "running"),
        Seen::ShutOff => (Tone::Quiet, "shut_off"),
        Seen::Paused => (Tone::Warn, "paused"),
        Seen::Crashed => (Tone::Bad, "crashed"),
        Seen::Absent | Seen::Unknown if !built => (Tone::Quiet, "planned"),
        Seen::Absent if server.desired == Desired::Deleted => (Tone::Quiet, "deleted"),
        Seen::Absent => (Tone::Bad, "absent"),
        Seen::Unknown => (Tone::Warn, "unknown"),
    };
    State::new(tone, page.t(&format!("servers-state-{key}")))
}

/// How long ago something was, in words.
#[must_use]
pub fn ago(page: &Page, then: Instant, now: Instant) -> String {
    let seconds = then.seconds_until(now).max(0);
    // One unit is enough: nobody needs the seconds of an hour ago.
    let unit = [86_400, 3_600, 60].into_iter().find(|unit| seconds >= *unit).unwrap_or(1);
    if seconds < 2 {
        page.t("estate-just-now")
    } else {
        page.t_with("estate-ago", &[("span", page.span(seconds.saturating_sub(seconds % unit)).into())])
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

/// The title of a task.
#[must_use]
pub fn task_title(page: &Page, title: &str) -> String {
    let key = format!("task-{title}");
    if page.texts.has(&key) {
        page.t(&key)
    } else {
        page.t_with("estate-task-other", &[("title", title.to_owned().into())])
    }
}

/// Where a task is.
#[must_use]
pub fn task_state(page: &Page, task: &TaskView) -> State {
    let tone = match task.state {
        JobState::Queued if task.failures > 0 => return State::new(Tone::Warn, page.t("ui-step-retrying")),
        JobState::Queued | JobState::Running => Tone::Working,
        JobState::Done => Tone::Good,
        JobState::Attention => Tone::Bad,
        JobState::Cancelled => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("task-state-{}", task.state)))
}

/// Where a step of a task is; a failed step of an open task is tried again.
#[must_use]
pub fn step_state(step: JournalState, task: JobState) -> StepState {
    match (step, task) {
        (JournalState::Done, _) => StepState::Done,
        (JournalState::Running, JobState::Running | JobState::Queued) => StepState::Running,
        (JournalState::Failed, JobState::Running | JobState::Queued) => StepState::Retrying,
        (JournalState::Running | JournalState::Failed, JobState::Done) => StepState::Skipped,
        (JournalState::Running | JournalState::Failed, JobState::Attention | JobState::Cancelled) => StepState::Failed,
    }
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

/// Where a subscription is in its life.
#[must_use]
pub fn subscription_state(page: &Page, state: SubscriptionState) -> State {
    let tone = match state {
        SubscriptionState::Ordered => Tone::Warn,
        SubscriptionState::Active => Tone::Good,
        SubscriptionState::Suspended => Tone::Bad,
        SubscriptionState::Cancelled | SubscriptionState::Terminated => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("subscriptions-state-{state}")))
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

/// Memory, in the largest unit that leaves no more than one decimal.
#[must_use]
pub fn mib(page: &Page, mib: i64) -> String {
    let tenths = mib.saturating_mul(10) / 1_024;
    if mib < 1_024 {
        return format!("{}\u{a0}MiB", page.count(mib));
    }
    format!("{}\u{a0}GiB", tenths_text(page, tenths))
}

/// Disk or traffic.
#[must_use]
pub fn gib(page: &Page, gib: i64) -> String {
    if gib < 1_024 {
        return format!("{}\u{a0}GiB", page.count(gib));
    }
    format!("{}\u{a0}TiB", tenths_text(page, gib.saturating_mul(10) / 1_024))
}

/// A count of bytes.
#[must_use]
pub fn bytes(page: &Page, bytes: u64) -> String {
    const UNITS: &[&str] = &["B", "KiB", "MiB", "GiB", "TiB"];
    let mut tenths = i64::try_from(bytes).unwrap_or(i64::MAX).saturating_mul(10);
    let mut unit = "B";
    for next in UNITS {
        unit = next;
        if tenths < 10_240 {
            break;
        }
        if *next != "TiB" {
            tenths /= 1_024;
        }
    }
    format!("{}\u{a0}{unit}", tenths_text(page, tenths))
}

fn tenths_text(page: &Page, tenths: i64) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => page.count(whole),
        (whole, part) => page.decimal(&format!("{whole}.{part}")),
    }
}

/// What a server or plan consists of, in one line.
#[must_use]
pub fn size(page: &Page, vcpus: i64, memory_mib: i64, disk_gib: i64) -> String {
    page.t_with(
        "estate-size",
        &[("vcpus", vcpus.into()), ("memory", mib(page, memory_mib).into()), ("disk", gib(page, disk_gib).into())],
    )
}

/// A length of a period: monthly, every 3 months, yearly.
#[must_use]
pub fn every(page: &Page, months: u32) -> String {
    page.t_with("estate-every", &[("months", i64::from(months).into())])
}

/// The links below a list: back to its start, and on.
#[must_use]
pub fn pager<'a>(page: &'a Page, next: Option<&str>) -> Pager<'a> {
    let is_first = !page.path.contains("after=");
    let first = (!is_first).then(|| page.with_query("after", None));
    Pager::new(page, first, next.map(|key| page.with_query("after", Some(key))))
}

/// A filter's address: one query value changed and the list at its start.
#[must_use]
pub fn filtered(page: &Page, name: &str, value: Option<&str>) -> String {
    let mut start = page.clone();
    start.path = page.with_query("after", None);
    start.with_query(name, value)
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
