//! One server: what it does, who pays for it, and what was done to it.

use hostwright_kernel::Instant;
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::queries::{Balance, ShowBalance};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::model::{Desired, Seen};
use hostwright_panel::servers::queries::{self, ListServers, ServerView, ShowServer, ShowTask, TaskView};
use hostwright_panel::subscriptions::model::SubscriptionView;
use hostwright_panel::subscriptions::queries::ShowSubscription;
use hostwright_panel::tickets::model::{TicketState, TicketView};
use hostwright_panel::tickets::queries::ListTickets;
use hostwright_panel::{billing, subscriptions, tickets};
use leptos::prelude::AnyView;

use super::super::tasks;
use super::super::words::{self, Names};
use crate::page::{Notice, Page, Tone, Undo};
use crate::route::Visit;
use crate::ui::*;

/// Tasks and tickets that are shown; the lists have the rest.
const SHOWN: i64 = 12;

struct Known {
    server: ServerView,
    customers: Names,
    balance: Option<Balance>,
    subscription: Option<SubscriptionView>,
    tickets: Vec<TicketView>,
    running: Option<TaskView>,
    tasks: Vec<TaskView>,
    staff: Names,
    now: Instant,
}

/// One server.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let server_id = visit.params.parse("server_id")?;
    let known = know(&visit.call, queries::show(&visit.call, ShowServer { server_id }).await?).await?;
    if known.server.busy.is_some() {
        let is_moving = known.running.as_ref().is_some_and(tasks::is_moving);
        visit.page.live = Some(if is_moving { 2 } else { 10 });
    }
    if known.server.next.iter().any(|next| next == "restore") {
        let until = known.server.purge_after.map(|until| visit.page.instant(until)).unwrap_or_default();
        visit.page.notices.push(Notice {
            tone: Tone::Warn,
            text: visit.page.t_with("estate-server-deleted-until", &[("until", until.into())]),
            undo: Some(Undo {
                action: "servers.restore".to_owned(),
                fields: vec![("server_id".to_owned(), known.server.id.to_string())],
            }),
        });
    }
    Ok(draw(&visit.page, &known))
}

async fn know(call: &Call, server: ServerView) -> Result<Known> {
    let id = server.id.to_string();
    let of_task = ListInput { search: Some(id.clone()), limit: Some(SHOWN), ..ListInput::default() };
    let of_ticket = ListTickets { server_id: Some(id.clone()), limit: Some(SHOWN), ..ListTickets::default() };
    let running = match &server.busy {
        Some(busy) => Some(queries::show_task(call, ShowTask { task_id: busy.task_id.clone() }).await?),
        None => None,
    };
    let subscription_id = server.subscription_id.clone();
    Ok(Known {
        customers: words::customers(call, [server.customer_id.clone()]).await?,
        balance: balance(call, &server.customer_id).await?,
        subscription: if call.may(Action::ShowSubscription) {
            Some(subscriptions::queries::show(call, ShowSubscription { subscription_id }).await?)
        } else {
            None
        },
        tickets: if call.may(Action::ListTickets) {
            tickets::queries::list(call, of_ticket).await?.items
        } else {
            Vec::new()
        },
        running,
        tasks: if call.may(Action::ListTasks) { queries::list_tasks(call, of_task).await?.items } else { Vec::new() },
        staff: words::staff(call).await?,
        now: call.now(),
        server,
    })
}

/// What a customer owes and has, for those who may know.
///
/// # Errors
/// When the database fails.
pub async fn balance(call: &Call, customer_id: &str) -> Result<Option<Balance>> {
    if !call.may(Action::ShowBalance) {
        return Ok(None);
    }
    let input = ShowBalance { customer_id: customer_id.to_owned(), currency: None };
    billing::queries::balance(call, input).await.map(Some)
}

/// The servers of a customer, for a column beside something else.
///
/// # Errors
/// When the database fails.
pub async fn of_customer(call: &Call, customer_id: &str) -> Result<Vec<ServerView>> {
    if !call.may(Action::ListServers) {
        return Ok(Vec::new());
    }
    let input = ListServers { customer_id: Some(customer_id.to_owned()), limit: Some(SHOWN), ..ListServers::default() };
    Ok(queries::list(call, input).await?.items)
}

fn draw(page: &Page, known: &Known) -> String {
    let server = &known.server;
    let mut shell = Shell::new(page, &server.hostname)
        .crumb(page.t("ui-nav-servers"), "/staff/servers")
        .state(words::server_state(page, server))
        .id(server.id.as_str());
    if page.may("servers.console") && server.desired != Desired::Deleted {
        shell =
            shell.other(ButtonLink::plain(page.t("estate-console"), format!("/staff/servers/{}/console", server.id)));
    }
    for button in power(page, server) {
        shell = shell.other(button);
    }
    let start = can(server, "start").then(|| act(page, server, "start").look(Look::Primary));
    let restore = can(server, "restore").then(|| act(page, server, "restore").look(Look::Primary));
    let mut left = vec![live("observed", now(page, known))];
    let running = known
        .running
        .as_ref()
        .map(|task| Panel::new(page.t("estate-under-way")).id("under-way").add(tasks::view(page, task, &known.staff)));
    left.push(live("work", stack(vec![running.view(), log(page, known)])));
    left.push(build(page, server));
    let right = vec![
        live("owner", owner(page, &known.customers, &server.customer_id, known.balance.as_ref(), known.now)),
        live("contract", contract(page, known)),
        live("tickets", conversations(page, known)),
    ];
    shell
        .primary(start)
        .primary(restore)
        .add(grid("main-side", vec![stack(left), stack(right)]))
        .add(deletion(page, server))
        .render()
}

fn can(server: &ServerView, action: &str) -> bool {
    server.next.iter().any(|next| next == action)
}

fn act<'a>(page: &'a Page, server: &ServerView, action: &str) -> ActionButton<'a> {
    ActionButton::new(page, format!("servers.{action}"), page.t(&format!("estate-server-{action}")))
        .hidden("server_id", server.id.as_str())
}

fn power<'a>(page: &'a Page, server: &ServerView) -> Vec<ActionButton<'a>> {
    let mut buttons = Vec::new();
    for action in ["reboot", "shut_down"] {
        if can(server, action) {
            buttons.push(act(page, server, action));
        }
    }
    if can(server, "power_off") {
        buttons.push(
            act(page, server, "power_off")
                .confirm(page.t("estate-power-off-question"), vec![page.t("estate-power-off-lost")]),
        );
    }
    buttons
}

/// What was seen, when, and what is wished; never one for the other.
fn now(page: &Page, known: &Known) -> Panel {
    let server = &known.server;
    let seen = words::seen(page, server).since(words::ago(page, server.observed_at, known.now));
    let mut panel = Panel::new(page.t("estate-now")).id("now").tone_if(tone_of(server));
    if let Some(reason) = server.state_reason.as_ref().filter(|_| server.state != Seen::Running) {
        panel = panel.add(Notes::new(Tone::Warn, reason).title(page.t("estate-why-unknown")));
    }
    if let Some(reason) =
        server.busy.as_ref().and_then(|busy| busy.reason.as_ref().filter(|_| busy.state == JobState::Attention))
    {
        panel = panel.add(Notes::new(Tone::Bad, reason).title(page.t("estate-needs-attention")));
    }
    let addresses: Vec<AnyView> = server
        .addresses
        .iter()
        .map(|address| row(vec![copyable(page, address.address.clone()), muted(format!("/{}", address.prefix))]))
        .collect();
    let addresses = if addresses.is_empty() { muted(page.t("estate-none")) } else { addresses.view() };
    let node = server.node.as_ref().map(|node| match page.may("nodes.show") {
        true => link(format!("/staff/nodes/{}", node.id), &node.name),
        false => node.name.as_str().view(),
    });
    panel.add(
        Facts::new()
            .fact(page.t("estate-seen"), seen)
            .fact(page.t("estate-since"), page.instant(server.changed_at))
            .fact(page.t("estate-wished"), wished(page, server))
            .maybe(page.t("estate-node"), node)
            .fact(page.t("estate-addresses"), addresses)
            .maybe(
                page.t("estate-processor-time"),
                server
                    .usage
                    .as_ref()
                    .and_then(|usage| usage.cpu_milliseconds)
                    .map(|spent| page.span(i64::try_from(spent / 1_000).unwrap_or(i64::MAX))),
            )
            .maybe(
                page.t("estate-memory-used"),
                server.usage.as_ref().and_then(|usage| usage.memory_bytes).map(|used| words::bytes(page, used)),
            )
            .maybe(page.t("estate-traffic"), traffic(page, server)),
    )
}

fn tone_of(server: &ServerView) -> Option<Tone> {
    let attention = server.busy.as_ref().is_some_and(|busy| busy.state == JobState::Attention);
    (attention || server.state == Seen::Crashed).then_some(Tone::Bad)
}

trait Toned {
    fn tone_if(self, tone: Option<Tone>) -> Self;
}

impl Toned for Panel {
    fn tone_if(self, tone: Option<Tone>) -> Self {
        match tone {
            Some(tone) => self.tone(tone),
            None => self,
        }
    }
}

fn traffic(page: &Page, server: &ServerView) -> Option<String> {
    let usage = server.usage.as_ref()?;
    let (received, sent) = (usage.received_bytes?, usage.sent_bytes?);
    Some(page.t_with(
        "estate-traffic-value",
        &[("received", words::bytes(page, received).into()), ("sent", words::bytes(page, sent).into())],
    ))
}

fn wished(page: &Page, server: &ServerView) -> String {
    let wish = page.t(&format!("estate-wished-{}", server.desired));
    if server.desired == Desired::Running && server.suspended {
        page.t("estate-wished-suspended")
    } else if !server.released && server.desired != Desired::Deleted {
        page.t("estate-wished-unpaid")
    } else {
        wish
    }
}

/// What it is made of.
fn build(page: &Page, server: &ServerView) -> AnyView {
    let disk = page.t_with(
        "estate-disk-value",
        &[
            ("size", words::gib(page, server.disk_gib).into()),
            ("state", page.t(&format!("estate-disk-{}", server.disk)).into()),
        ],
    );
    let keys: Vec<String> = server.ssh_keys.iter().map(|key| key_name(key)).collect();
    let keys = if keys.is_empty() { page.t("estate-no-keys") } else { keys.join(", ") };
    let mut parts = vec![
        Facts::new()
            .fact(page.t("estate-size-title"), words::size(page, server.vcpus, server.memory_mib, server.disk_gib))
            .fact(page.t("estate-disk"), disk)
            .fact(page.t("estate-image"), &server.image.name)
            .fact(page.t("estate-mac"), copyable(page, server.mac.clone()))
            .fact(page.t("estate-ssh-keys"), keys)
            .fact(page.t("estate-ordered"), page.instant(server.created_at))
            .view(),
    ];
    if let Some(greeting) = server.greeting.as_ref().filter(|greeting| !greeting.trim().is_empty()) {
        parts.push(Console::new(page, page.t("estate-greeting"), greeting.clone()).view());
    }
    Panel::new(page.t("estate-machine")).id("machine").add(stack(parts)).view()
}

/// The type of a key and the name behind it.
fn key_name(line: &str) -> String {
    let mut words = line.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let name = words.nth(1).unwrap_or_default();
    if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") }
}

/// Whose it is, with the money line.
pub fn owner(page: &Page, customers: &Names, customer_id: &str, balance: Option<&Balance>, now: Instant) -> AnyView {
    let mut facts = Facts::new().fact(page.t("estate-customer"), words::customer(customers, customer_id));
    if let Some(balance) = balance {
        facts = facts.fact(page.t("estate-owes"), owes(page, customer_id, balance, now));
        if !balance.credit.is_zero() {
            facts = facts.fact(page.t("estate-credit"), money(page, balance.credit));
        }
    }
    Panel::new(page.t("estate-owner")).id("owner").add(facts).view()
}

fn owes(page: &Page, customer_id: &str, balance: &Balance, now: Instant) -> AnyView {
    if balance.open.is_zero() {
        return State::new(Tone::Good, page.t("estate-owes-nothing")).view();
    }
    let amount = link(format!("/staff/invoices?customer_id={customer_id}"), money(page, balance.open));
    let late = balance.oldest_due.map(|due| due.days_until(now.day_in(&page.zone))).unwrap_or_default();
    let state = if late > 0 {
        State::new(Tone::Bad, page.t_with("estate-overdue", &[("days", late.into())]))
    } else {
        let due = balance.oldest_due.map(|due| page.day(due)).unwrap_or_default();
        return vec![amount, " ".view(), muted(page.t_with("estate-due", &[("day", due.into())]))].view();
    };
    stack(vec![amount, state.view()])
}

/// What pays for it, and what comes next.
fn contract(page: &Page, known: &Known) -> AnyView {
    let Some(subscription) = &known.subscription else {
        return nothing();
    };
    let price = row(vec![money(page, subscription.amount), muted(words::every(page, subscription.months.count()))]);
    let next = match &subscription.next_renewal {
        Some(next) => page.t_with(
            "estate-next-invoice-value",
            &[("day", page.day(next.day).into()), ("amount", page.money(next.amount).into())],
        ),
        None => page.t_with("estate-next-invoice-none", &[("day", page.day(subscription.billed_until).into())]),
    };
    let facts = Facts::new()
        .fact(page.t("estate-plan"), link(format!("/staff/subscriptions/{}", subscription.id), &subscription.plan_name))
        .fact(page.t("estate-state"), words::subscription_state(page, subscription.state))
        .maybe(page.t("estate-reason"), subscription.suspended_reason.clone())
        .fact(page.t("estate-price"), price)
        .fact(page.t("estate-billed-until"), page.day(subscription.billed_until.plus_days(-1)))
        .fact(page.t("estate-next-invoice"), next);
    Panel::new(page.t("estate-contract")).id("contract").add(facts).view()
}

fn conversations(page: &Page, known: &Known) -> AnyView {
    if !page.may("tickets.list") {
        return nothing();
    }
    let new = page.may("tickets.open").then(|| {
        let query = format!("customer_id={}&server_id={}", known.server.customer_id, known.server.id);
        link(format!("/staff/tickets/new?{query}"), page.t("estate-ticket-new"))
    });
    let open: Vec<&TicketView> = known.tickets.iter().filter(|ticket| ticket.state != TicketState::Closed).collect();
    let closed = known.tickets.len().saturating_sub(open.len());
    let body = if open.is_empty() {
        muted(page.t_with("estate-tickets-none-open", &[("closed", closed.into())]))
    } else {
        ticket_links(page, &open)
    };
    Panel::new(page.t("ui-nav-tickets")).id("tickets").aside(new).add(body).view()
}

/// Tickets in a narrow column: subject and whose turn it is.
fn ticket_links(page: &Page, tickets: &[&TicketView]) -> AnyView {
    stack(
        tickets
            .iter()
            .map(|ticket| {
                let subject = format!("#{} {}", ticket.number, ticket.subject);
                stack(vec![
                    link(format!("/staff/tickets/{}", ticket.id), subject),
                    words::ticket_state(page, ticket.state).view(),
                ])
            })
            .collect(),
    )
}

fn log(page: &Page, known: &Known) -> AnyView {
    if !page.may("tasks.list") {
        return nothing();
    }
    let all = format!("/staff/tasks?search={}", known.server.id);
    Panel::new(page.t("ui-nav-tasks"))
        .id("tasks")
        .flush()
        .aside(link(all, page.t("estate-all")))
        .add(tasks::short_table(page, &known.tasks, &known.staff, known.now))
        .view()
}

fn deletion(page: &Page, server: &ServerView) -> Option<Panel> {
    if !can(server, "delete") || !page.may("servers.delete") {
        return None;
    }
    let mut lost = vec![page.t_with(
        "estate-delete-lost-server",
        &[("hostname", server.hostname.clone().into()), ("disk", words::gib(page, server.disk_gib).into())],
    )];
    lost.extend(
        server
            .addresses
            .iter()
            .map(|address| page.t_with("estate-delete-lost-address", &[("address", address.address.clone().into())])),
    );
    let button = act(page, server, "delete").confirm(page.t("estate-delete-question"), lost);
    Some(
        Panel::new(page.t("estate-server-delete"))
            .id("delete")
            .tone(Tone::Bad)
            .add(stack(vec![muted(page.t("estate-delete-text")), button.view()])),
    )
}
