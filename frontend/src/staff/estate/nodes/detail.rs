//! One node: room, link, what it can do, and what runs there.

use hostwright_kernel::Instant;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::nodes::model::{LinkState, NodeState, NodeView};
use hostwright_panel::nodes::queries::{self, ShowNode};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::platform::{ListInput, Paged};
use hostwright_panel::servers;
use hostwright_panel::servers::adoption::queries::FoundView;
use hostwright_panel::servers::queries::{ListServers, ServerView, TaskView};
use leptos::prelude::AnyView;

use super::super::words::{self, Names};
use super::super::{servers as pages, tasks};
use super::{acceleration, found, totals};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// Guests and tasks that are shown; the lists have the rest.
const SHOWN: i64 = 50;
/// Tasks that are read, most of them routine, and how many are shown.
const TASKS: i64 = 40;
const SHOWN_TASKS: usize = 5;

/// Everything that a node may be able to do, as stable words.
const CAPABILITIES: &[&str] = &[
    "direct_boot",
    "console",
    "acpi_shutdown",
    "reset",
    "volume_upload",
    "volume_clone",
    "volume_resize",
    "filters",
    "networks",
    "snapshots",
    "bulk_counters",
    "live_migration",
];

struct Known {
    node: NodeView,
    guests: Vec<ServerView>,
    more_guests: bool,
    /// Domains that are no server's; none when the node could not be asked.
    strangers: Option<Vec<String>>,
    /// Guests that looks at the node showed.
    found: Paged<FoundView>,
    tasks: Vec<TaskView>,
    staff: Names,
    now: Instant,
}

/// One node.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let call = &visit.call;
    let node = queries::show(call, ShowNode { node_id: visit.params.parse("node_id")? }).await?;
    let of_guests = ListServers { node_id: Some(node.id.clone()), limit: Some(SHOWN), ..ListServers::default() };
    let of_tasks = ListInput { search: Some(node.id.to_string()), limit: Some(TASKS), ..ListInput::default() };
    let guests = servers::queries::list(call, of_guests).await?;
    let found = found::load(&visit, &node).await?;
    let known = Known {
        strangers: strangers(&visit, &node, &found).await?,
        found,
        tasks: if call.may(Action::ListTasks) {
            notable(servers::queries::list_tasks(call, of_tasks).await?.items)
        } else {
            Vec::new()
        },
        staff: words::staff(call).await?,
        now: call.now(),
        more_guests: guests.next.is_some(),
        guests: guests.items,
        node,
    };
    let is_short = |task: &TaskView| matches!(task.kind.as_str(), "nodes.probe" | "adoption.survey");
    let is_moving = known.tasks.iter().any(|task| is_short(task) && tasks::is_moving(task));
    visit.page.live = Some(if is_moving { 2 } else { 15 });
    Ok(draw(&visit.page, &known))
}

/// Without the looks at the servers that ended well: there is one every few
/// seconds.
fn notable(mut tasks: Vec<TaskView>) -> Vec<TaskView> {
    tasks.retain(|task| task.kind != "servers.observe" || task.state != JobState::Done);
    tasks.truncate(SHOWN_TASKS);
    tasks
}

/// Asked only while the node answers, so that a silent node does not hold up
/// the page that says so.
async fn strangers(visit: &Visit, node: &NodeView, found: &Paged<FoundView>) -> Result<Option<Vec<String>>> {
    if !matches!(node.link, LinkState::Up | LinkState::Degraded) || node.state == NodeState::Removed {
        return Ok(None);
    }
    let id = node.id.clone();
    let node = visit.call.db.read(move |tx| queries::load_in(tx, &id)).await?;
    // Those that were found have a panel of their own, and those that were taken over are servers.
    let is_known = |uuid: &str| found.items.iter().any(|one| one.guest.uuid == uuid);
    Ok(visit.hypervisor.observe_all(&node).await.ok().map(|seen| {
        let others = seen.strangers.into_iter().filter(|(uuid, ..)| !is_known(uuid));
        others.map(|(_, name, _)| name).collect()
    }))
}

fn draw(page: &Page, known: &Known) -> String {
    let node = &known.node;
    let probe = (node.state != NodeState::Removed).then(|| {
        ActionButton::new(page, "nodes.probe", page.t("estate-probe"))
            .hidden("node_id", node.id.as_str())
            .look(Look::Primary)
    });
    let left = stack(vec![
        room(page, node).view(),
        guests(page, known).view(),
        found::panel(page, node, &known.found).view(),
        foreign(page, known).view(),
        log(page, known),
    ]);
    let right = stack(vec![facts(page, known).view(), abilities(page, node).view()]);
    Shell::new(page, &node.name)
        .crumb(page.t("ui-nav-nodes"), "/staff/nodes")
        .state(row(vec![words::node_state(page, node.state).view(), words::link_state(page, node).view()]))
        .id(node.id.as_str())
        .other(switch(page, node))
        .primary(probe)
        .add(live("node", stack(vec![trouble(page, node).view(), grid("main-side", vec![left, right])])))
        .add(settings(page, node))
        .add(removal(page, node))
        .render()
}

fn trouble(page: &Page, node: &NodeView) -> Option<Notes> {
    if node.state == NodeState::Removed {
        return None;
    }
    let reason = node.link_reason.clone();
    match node.link {
        LinkState::Up => None,
        LinkState::Unknown => Some(Notes::new(Tone::Quiet, page.t("estate-link-unknown-text"))),
        LinkState::Degraded => Some(
            Notes::new(Tone::Warn, reason.unwrap_or_default())
                .title(page.t("estate-link-degraded-title"))
                .add(page.t("estate-link-degraded-text")),
        ),
        LinkState::Down => Some(
            Notes::new(Tone::Bad, reason.unwrap_or_default())
                .title(page.t("estate-link-down-title"))
                .add(page.t("estate-link-down-text")),
        ),
    }
}

fn switch<'a>(page: &'a Page, node: &NodeView) -> Option<ActionButton<'a>> {
    let (to, key) = match node.state {
        NodeState::Active => (NodeState::Maintenance, "estate-node-maintain"),
        NodeState::Maintenance => (NodeState::Active, "estate-node-activate"),
        NodeState::Removed => return None,
    };
    Some(
        ActionButton::new(page, "nodes.update", page.t(key))
            .hidden("node_id", node.id.as_str())
            .hidden("state", to.as_str()),
    )
}

fn room(page: &Page, node: &NodeView) -> Panel {
    let (reserved, totals) = (node.reserved, node.totals);
    let meters = vec![
        meter(page, "estate-processors", reserved.vcpus, totals.vcpus, node.percent.vcpus, &|n| page.count(n)),
        meter(page, "estate-memory", reserved.memory_mib, totals.memory_mib, node.percent.memory_mib, &|n| {
            words::mib(page, n)
        }),
        meter(page, "estate-disk", reserved.disk_gib, totals.disk_gib, node.percent.disk_gib, &|n| words::gib(page, n)),
    ];
    Panel::new(page.t("estate-room")).id("room").add(stack(meters))
}

fn meter(page: &Page, key: &str, reserved: i64, total: i64, percent: i64, text: &dyn Fn(i64) -> String) -> AnyView {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let tone = match percent {
        ..70 => Tone::Good,
        70..90 => Tone::Warn,
        _ => Tone::Bad,
    };
    Meter::new(page, page.t(key), count(total), text(total))
        .slice(page.t("estate-reserved"), count(reserved), text(reserved), tone)
        .view()
}

fn guests(page: &Page, known: &Known) -> Panel {
    let all = format!("/staff/servers?node_id={}", known.node.id);
    let table = pages::short_table(page, &known.guests, page.t("ui-nav-servers"))
        .empty(Empty::new(page.t("estate-guests-none"), page.t("estate-guests-none-text")));
    let mut panel = Panel::new(page.t("ui-nav-servers")).id("guests").flush().add(table);
    if known.more_guests {
        panel = panel.aside(link(all, page.t("estate-all")));
    }
    panel
}

/// What else runs there: it takes memory that we think is free.
fn foreign(page: &Page, known: &Known) -> Option<Panel> {
    let strangers = known.strangers.as_ref().filter(|strangers| !strangers.is_empty())?;
    let table = Table::new(page.t("estate-strangers"))
        .column(Column::text(page.t("estate-name")))
        .rows(strangers.iter().map(|name| Row::new().cell(name)))
        .plain();
    Some(
        Panel::new(page.t("estate-strangers"))
            .id("strangers")
            .tone(Tone::Warn)
            .add(muted(page.t("estate-strangers-text")))
            .add(table),
    )
}

fn facts(page: &Page, known: &Known) -> Panel {
    let node = &known.node;
    let report = node.report.as_ref();
    let version = report.and_then(|report| report.hypervisor_version.clone());
    let hypervisor = page.t(&format!("nodes-hypervisor-{}", node.hypervisor));
    Panel::new(page.t("estate-facts")).id("facts").add(
        Facts::new()
            .fact(
                page.t("estate-seen-at"),
                node.seen_at.map_or_else(|| page.t("estate-never"), |at| words::ago(page, at, known.now)),
            )
            .fact(page.t("estate-uri"), copyable(page, node.uri.clone()))
            .fact(
                page.t("estate-hypervisor"),
                version.map_or(hypervisor.clone(), |version| format!("{hypervisor} {version}")),
            )
            .fact(page.t("estate-acceleration"), page.t(&format!("nodes-acceleration-{}", node.acceleration)))
            .maybe("libvirt", report.map(|report| report.libvirt_version.clone()))
            .maybe(page.t("estate-host"), report.map(|report| report.hostname.clone()))
            .maybe(page.t("estate-architecture"), report.and_then(|report| report.architecture.clone()))
            .maybe(
                page.t("estate-reports"),
                report.map(|report| {
                    words::size(page, report.totals.vcpus, report.totals.memory_mib, report.totals.disk_gib)
                }),
            )
            .fact(page.t("estate-storage-pool"), &node.pool)
            .fact(page.t("estate-network"), &node.network)
            .fact(page.t("estate-registered"), page.instant(node.created_at)),
    )
}

fn abilities(page: &Page, node: &NodeView) -> Panel {
    let panel = Panel::new(page.t("estate-abilities")).id("abilities").flush();
    let Some(report) = &node.report else {
        return Panel::new(page.t("estate-abilities")).id("abilities").add(muted(page.t("estate-abilities-unknown")));
    };
    let known = CAPABILITIES.iter().map(|word| (*word).to_owned());
    let others = report
        .supports
        .iter()
        .filter(|word| !CAPABILITIES.contains(&word.as_str()) && word.as_str() != "libvirt")
        .cloned();
    let table = Table::new(page.t("estate-abilities"))
        .column(Column::text(page.t("estate-ability")))
        .column(Column::text(page.t("estate-state")))
        .rows(known.chain(others).map(|word| {
            let state = if report.can(&word) {
                State::new(Tone::Good, page.t("estate-yes"))
            } else {
                State::new(Tone::Quiet, page.t("estate-no"))
            };
            let key = format!("estate-ability-{word}");
            let name = if page.texts.has(&key) { page.t(&key) } else { word.replace('_', " ") };
            Row::new().cell(name).cell(state)
        }))
        .plain();
    panel.add(table)
}

fn log(page: &Page, known: &Known) -> AnyView {
    if !page.may("tasks.list") {
        return nothing();
    }
    let all = format!("/staff/tasks?search={}", known.node.id);
    Panel::new(page.t("ui-nav-tasks"))
        .id("tasks")
        .flush()
        .aside(link(all, page.t("estate-all")))
        .add(tasks::short_table(page, &known.tasks, &known.staff, known.now))
        .view()
}

fn settings(page: &Page, node: &NodeView) -> Option<Panel> {
    if node.state == NodeState::Removed || !page.may("nodes.update") {
        return None;
    }
    let form = Form::new(page, "nodes.update")
        .id("settings")
        .hidden("node_id", node.id.as_str())
        .field(
            Field::text("name", page.t("estate-name"))
                .value(&node.name)
                .hint(page.t("estate-node-name-hint"))
                .max_length(63),
        )
        .field(Field::text("uri", page.t("estate-uri")).value(&node.uri).hint(page.t("estate-uri-hint")))
        .field(acceleration(page).value(node.acceleration.as_str()))
        .row(vec![
            Field::text("pool", page.t("estate-storage-pool")).value(&node.pool),
            Field::text("network", page.t("estate-network")).value(&node.network),
        ])
        .group(page.t("estate-totals"), Some(page.t("estate-totals-change-hint")), totals(page, Some(node)))
        .submit(page.t("ui-save"));
    Some(Panel::new(page.t("ui-nav-settings")).id("settings").add(form))
}

fn removal(page: &Page, node: &NodeView) -> Option<Panel> {
    if node.state == NodeState::Removed || !page.may("nodes.update") {
        return None;
    }
    let button = ActionButton::new(page, "nodes.update", page.t("estate-node-remove"))
        .hidden("node_id", node.id.as_str())
        .hidden("state", NodeState::Removed.as_str());
    let is_used = node.reserved.vcpus > 0 || node.reserved.memory_mib > 0 || node.reserved.disk_gib > 0;
    let button = if is_used {
        button.disabled(page.t("estate-node-remove-used"))
    } else {
        button.confirm(page.t("estate-node-remove-question"), vec![node.name.clone()])
    };
    Some(
        Panel::new(page.t("estate-node-remove"))
            .id("remove")
            .tone(Tone::Bad)
            .add(stack(vec![muted(page.t("estate-node-remove-text")), button.view()])),
    )
}
