//! The start page: how the business stands, and what somebody should look at.

use hostwright_kernel::Day;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::invoices;
use hostwright_panel::billing::invoices::model::InvoiceSummary;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::renewals::queries::Nothing;
use hostwright_panel::reports;
use hostwright_panel::reports::model::{CountByState, Dashboard, NodeUse};
use hostwright_panel::servers;
use hostwright_panel::servers::queries::{ListServers, ServerView, TaskView};
use hostwright_panel::tickets;
use hostwright_panel::tickets::model::{TicketState, TicketView};
use hostwright_panel::tickets::queries::ListTickets;
use leptos::prelude::AnyView;

use super::words;
use crate::page::{Page, Tone};
use crate::portal::words as common;
use crate::route::Visit;
use crate::ui::*;

/// Rows of each kind of trouble that are shown.
const SHOWN: i64 = 5;

/// What somebody should look at.
struct Attention {
    overdue: Vec<InvoiceSummary>,
    tasks: Vec<TaskView>,
    tickets: Vec<TicketView>,
    servers: Vec<ServerView>,
}

/// Draws the page.
///
/// # Errors
/// When the caller is not staff, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let board = reports::queries::dashboard(&visit.call, Nothing {}).await?;
    let attention = look(&visit).await?;
    Ok(draw(&visit.page, &board, &attention))
}

async fn look(visit: &Visit) -> Result<Attention> {
    let call = &visit.call;
    let in_state =
        |state: &str| ListInput { state: Some(state.to_owned()), limit: Some(SHOWN), ..ListInput::default() };
    let mut attention = Attention { overdue: Vec::new(), tasks: Vec::new(), tickets: Vec::new(), servers: Vec::new() };
    if call.may(Action::ListInvoices) {
        attention.overdue = invoices::queries::list(call, in_state("overdue")).await?.items;
    }
    if call.may(Action::ListTasks) {
        attention.tasks = servers::queries::list_tasks(call, in_state("attention")).await?.items;
    }
    if call.may(Action::ListTickets) {
        for state in [TicketState::Open, TicketState::Waiting] {
            let input = ListTickets { state: Some(state), limit: Some(SHOWN), ..ListTickets::default() };
            attention.tickets.extend(tickets::queries::list(call, input).await?.items);
        }
        attention.tickets.sort_by_key(|ticket| ticket.updated_at);
        attention.tickets.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    }
    if call.may(Action::ListServers) {
        for state in ["crashed", "absent"] {
            let input = ListServers { state: Some(state.to_owned()), limit: Some(SHOWN), ..ListServers::default() };
            attention.servers.extend(servers::queries::list(call, input).await?.items);
        }
    }
    Ok(attention)
}

fn draw(page: &Page, board: &Dashboard, attention: &Attention) -> String {
    Shell::new(page, page.t("office-dashboard"))
        .other(words::button_for(page, "customers.create", "office-customer-new", "/staff/customers/new"))
        .primary(words::primary_for(page, "orders.place", "office-order-new", "/staff/orders/new"))
        .add(tiles(page, board))
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    Panel::new(page.t("office-revenue"))
                        .id("revenue")
                        .aside(
                            page.may("invoices.list").then(|| link("/staff/invoices", page.t("office-all-invoices"))),
                        )
                        .add(revenue(page, board))
                        .view(),
                    Panel::new(page.t("office-attention"))
                        .id("attention")
                        .flush()
                        .add(troubles(page, board, attention))
                        .view(),
                ]),
                stack(vec![
                    Panel::new(page.t("office-nodes")).id("nodes").add(nodes(page, &board.nodes)).view(),
                    by_state(page, "subscriptions", &board.subscriptions),
                    by_state(page, "servers", &board.servers),
                    by_state(page, "tasks", &board.jobs),
                ]),
            ],
        ))
        .render()
}

fn tiles(page: &Page, board: &Dashboard) -> AnyView {
    let overdue = Stat::new(page.t("office-overdue"), page.money(board.overdue))
        .note(page.t_with("office-invoices-count", &[("count", board.overdue_invoices.into())]))
        .href("/staff/invoices?state=overdue");
    let overdue = if board.overdue_invoices > 0 { overdue.tone(Tone::Bad) } else { overdue };
    let waiting = Stat::new(page.t("office-tickets-waiting"), page.count(board.tickets_waiting))
        .href("/staff/tickets?state=waiting");
    let waiting = if board.tickets_waiting > 0 { waiting.tone(Tone::Warn) } else { waiting };
    grid(
        "tiles",
        vec![
            Stat::new(page.t("office-monthly"), page.money(board.monthly))
                .note(page.t_with("office-monthly-note", &[("customers", board.customers.into())]))
                .href("/staff/renewals")
                .view(),
            Stat::new(page.t("office-open"), page.money(board.open)).href("/staff/invoices?state=open").view(),
            overdue.view(),
            waiting.view(),
        ],
    )
}

fn revenue<'a>(page: &'a Page, board: &Dashboard) -> BarChart<'a> {
    let mut chart = BarChart::money(page, page.t("office-revenue-by-month"), board.open.currency);
    let mut last_year = None;
    for month in &board.revenue {
        chart = chart.bar(month_label(page, month.month, &mut last_year), month.amount.minor);
    }
    chart
}

/// The month's name; with its year where that is new, so that labels stay short.
fn month_label(page: &Page, month: Day, last_year: &mut Option<i32>) -> String {
    let name = page.t(&format!("office-month-{}", month.month()));
    if last_year.replace(month.year()) == Some(month.year()) { name } else { format!("{name} {}", month.year()) }
}

fn troubles(page: &Page, board: &Dashboard, attention: &Attention) -> AnyView {
    let mut table = Table::new(page.t("office-attention"))
        .plain()
        .column(Column::text(page.t("office-what")))
        .column(Column::text(page.t("office-why")))
        .column(Column::text(page.t("office-since")).minor());
    let mut rows = Vec::new();
    for node in board.nodes.iter().filter(|node| matches!(node.link.as_str(), "down" | "degraded")) {
        rows.push(
            Row::to(format!("/staff/nodes/{}", node.id))
                .cell(page.t_with("office-node-named", &[("name", node.name.clone().into())]))
                .cell(node_link(page, &node.link))
                .cell(""),
        );
    }
    for task in &attention.tasks {
        rows.push(
            Row::to(format!("/staff/tasks/{}", task.id))
                .cell(common::task_title(page, &task.title))
                .cell(State::new(Tone::Bad, task.reason.clone().unwrap_or_else(|| page.t("task-state-attention"))))
                .cell(common::ago(page, task.created_at, board.as_of)),
        );
    }
    for server in &attention.servers {
        rows.push(
            Row::to(format!("/staff/servers/{}", server.id))
                .cell(&server.hostname)
                .cell(common::server_state(page, server))
                .cell(common::ago(page, server.changed_at, board.as_of)),
        );
    }
    for row in &attention.overdue {
        let why = page.t_with(
            "office-overdue-days",
            &[("days", row.overdue_days.unwrap_or_default().into()), ("amount", page.money(row.invoice.open).into())],
        );
        rows.push(
            Row::to(format!("/staff/invoices/{}", row.invoice.id))
                .cell(words::with_detail(row.invoice.number.as_deref().unwrap_or_default(), &row.customer_name))
                .cell(State::new(Tone::Bad, why))
                .cell(words::maybe_day(page, row.invoice.due_day)),
        );
    }
    for ticket in &attention.tickets {
        rows.push(
            Row::to(format!("/staff/tickets/{}", ticket.id))
                .cell(words::with_detail(
                    &ticket.subject,
                    format!("#{} \u{00b7} {}", ticket.number, ticket.customer_name),
                ))
                .cell(words::ticket_state(page, ticket.state))
                .cell(common::ago(page, ticket.updated_at, board.as_of)),
        );
    }
    if board.mails_failed > 0 {
        rows.push(
            Row::to("/staff/mails?state=failed")
                .cell(page.t_with("office-mails-failed", &[("count", board.mails_failed.into())]))
                .cell(State::new(Tone::Bad, page.t("office-mails-failed-why")))
                .cell(""),
        );
    }
    table = table.rows(rows);
    table.empty(Empty::new(page.t("office-attention-none"), page.t("office-attention-none-text"))).view()
}

fn node_link(page: &Page, link: &str) -> State {
    let (tone, key) = match link {
        "up" => (Tone::Good, "office-node-up"),
        "degraded" => (Tone::Warn, "office-node-degraded"),
        "down" => (Tone::Bad, "office-node-down"),
        _ => (Tone::Quiet, "office-node-unknown"),
    };
    State::new(tone, page.t(key))
}

fn nodes(page: &Page, nodes: &[NodeUse]) -> AnyView {
    if nodes.is_empty() {
        return Empty::new(page.t("office-nodes-none"), page.t("office-nodes-none-text"))
            .action(words::button_for(page, "nodes.register", "office-node-new", "/staff/nodes/new"))
            .view();
    }
    let parts = nodes
        .iter()
        .map(|node| {
            let name = if page.may("nodes.show") {
                link(format!("/staff/nodes/{}", node.id), &node.name)
            } else {
                node.name.clone().view()
            };
            stack(vec![
                row(vec![name, node_link(page, &node.link).view()]),
                meter(page, "office-memory", node.memory_mib_reserved, node.memory_mib_total, |mib| {
                    common::mib(page, mib)
                }),
                meter(page, "office-disk", node.disk_gib_reserved, node.disk_gib_total, |gib| {
                    format!("{} GiB", page.count(gib))
                }),
            ])
        })
        .collect();
    stack(parts)
}

fn meter(page: &Page, key: &str, used: i64, total: i64, text: impl Fn(i64) -> String) -> AnyView {
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let tone = match used.saturating_mul(100).checked_div(total.max(1)).unwrap_or(0) {
        95.. => Tone::Bad,
        85..=94 => Tone::Warn,
        _ => Tone::Quiet,
    };
    Meter::new(page, page.t(key), count(total), text(total))
        .slice(page.t("office-reserved"), count(used), text(used), tone)
        .view()
}

/// How many are in each state, each a link to the list of them.
fn by_state(page: &Page, kind: &'static str, counts: &[CountByState]) -> AnyView {
    let title = page.t(&format!("office-{kind}-by-state"));
    let panel = Panel::new(&title).id(format!("{kind}-by-state"));
    if counts.is_empty() {
        return panel.add(muted(page.t(&format!("office-{kind}-none-short")))).view();
    }
    let rows = counts.iter().map(|count| {
        let state = match kind {
            "subscriptions" => count.state.parse().map_or_else(
                |_| State::new(Tone::Quiet, page.t("office-other-state")),
                |state| common::subscription_state(page, state),
            ),
            "servers" => seen(page, &count.state),
            _ => job(page, &count.state),
        };
        Row::to(format!("/staff/{kind}?state={}", count.state)).cell(state).cell(page.count(count.count))
    });
    let table = Table::new(title)
        .plain()
        .column(Column::text(page.t("office-state")))
        .column(Column::number(page.t("office-how-many")))
        .rows(rows);
    panel.flush().add(table).view()
}

fn seen(page: &Page, state: &str) -> State {
    let tone = match state {
        "running" => Tone::Good,
        "unknown" | "paused" => Tone::Warn,
        "crashed" | "absent" => Tone::Bad,
        _ => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("servers-state-{state}")))
}

fn job(page: &Page, state: &str) -> State {
    let tone = match state {
        "attention" => Tone::Bad,
        "queued" | "running" => Tone::Working,
        _ => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("task-state-{state}")))
}
