//! One server: how it stands, what it costs, what it says, what was done.

use std::time::Duration;

use hostwright_kernel::{Day, Money};
use hostwright_panel::auth::call::Call;
use hostwright_panel::billing::invoices::model::Invoice;
use hostwright_panel::billing::{entity, invoices};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::model::Seen;
use hostwright_panel::servers::queries::{self, ServerView, ShowConsole, ShowServer, ShowTask, TaskView};
use hostwright_panel::subscriptions::model::SubscriptionView;
use hostwright_panel::subscriptions::queries::ShowSubscription;
use hostwright_panel::tickets::model::TicketView;
use hostwright_panel::tickets::queries::ListTickets;
use hostwright_panel::{subscriptions, tickets};

use super::{facts, why};
use crate::page::Page;
use crate::portal::money::next_invoice_in;
use crate::portal::{tasks, words};
use crate::route::Visit;
use crate::ui::{ButtonLink, Console, Panel, Piece, Shell, grid, link, live, muted, stack};

/// Bytes of the console on this page; the rest is one click away.
const TAIL_BYTES: u32 = 3_072;
/// A page does not wait longer than this for a node.
const TAIL_WAIT: Duration = Duration::from_millis(1_500);
/// Tasks in the log of this page.
const TASKS: i64 = 8;

struct Known {
    server: ServerView,
    subscription: SubscriptionView,
    open: Vec<Invoice>,
    next_invoice: Option<(Day, Money)>,
    today: Day,
    running: Option<TaskView>,
    tasks: Vec<TaskView>,
    tickets: Vec<TicketView>,
    console: Option<String>,
}

/// Draws the page.
///
/// # Errors
/// Not found.
pub async fn show(mut visit: Visit) -> Result<String> {
    let known = load(&visit).await?;
    let working = known.server.busy.as_ref().is_some_and(|busy| busy.state != JobState::Attention);
    visit.page.live = Some(if working { 2 } else { 10 });
    Ok(draw(&visit, &known))
}

async fn load(visit: &Visit) -> Result<Known> {
    let call = &visit.call;
    let server_id: hostwright_panel::servers::model::ServerId = visit.params.parse("server_id")?;
    let server = queries::show(call, ShowServer { server_id: server_id.clone() }).await?;
    let input = ShowSubscription { subscription_id: server.subscription_id.clone() };
    let subscription = subscriptions::queries::show(call, input).await?;
    let money = money(call, &subscription).await?;
    let running = match &server.busy {
        Some(busy) => Some(queries::show_task(call, ShowTask { task_id: busy.task_id.clone() }).await?),
        None => None,
    };
    let about = ListInput { search: Some(server_id.to_string()), limit: Some(TASKS), ..ListInput::default() };
    let tasks = queries::list_tasks(call, about).await?.items;
    let about = ListTickets { server_id: Some(server_id.to_string()), limit: Some(5), ..ListTickets::default() };
    let tickets = tickets::queries::list(call, about).await?.items;
    let console = tail(visit, &server).await;
    let (today, open, next_invoice) = money;
    Ok(Known { server, subscription, open, next_invoice, today, running, tasks, tickets, console })
}

/// What is open for a subscription and what comes next. Whether the caller may
/// see it was asked when the subscription was shown.
async fn money(call: &Call, subscription: &SubscriptionView) -> Result<(Day, Vec<Invoice>, Option<(Day, Money)>)> {
    let subscription = subscription.clone();
    call.db
        .read(move |tx| {
            let today = entity::load_in(tx)?.today(tx.now());
            let open = invoices::queries::open_of_subscription_in(tx, subscription.id.as_str())?;
            let next = next_invoice_in(tx, &subscription)?;
            Ok((today, open, next))
        })
        .await
}

/// The end of the console, where its node answers at once.
async fn tail(visit: &Visit, server: &ServerView) -> Option<String> {
    if matches!(server.state, Seen::Unknown | Seen::Absent) || !visit.page.may("servers.console") {
        return None;
    }
    let input = ShowConsole { server_id: server.id.clone(), bytes: Some(TAIL_BYTES) };
    let read = queries::console(&visit.call, visit.hypervisor.as_ref(), input);
    match tokio::time::timeout(TAIL_WAIT, read).await {
        Ok(Ok(console)) => Some(console.text),
        Ok(Err(Error::Refused(_))) | Err(_) => None,
        Ok(Err(error)) => {
            tracing::warn!(server = %server.id, %error, "the console could not be shown");
            None
        }
    }
}

fn draw(visit: &Visit, known: &Known) -> String {
    let (page, server, now) = (&visit.page, &known.server, visit.call.now());
    let notes = why::notes(page, server, &known.subscription, &known.open, known.today, now);
    let console_path = format!("/portal/servers/{}/console", server.id);
    let main = stack(vec![
        live("task", running(page, known)),
        live("machine", facts::machine(page, server, now)),
        live("power", facts::power(page, server)),
        live("console", console(page, known, &console_path)),
        live("log", log(page, known)),
    ]);
    let side = stack(vec![
        live("contract", facts::contract(page, &known.subscription, known.next_invoice, &known.open, known.today)),
        live("usage", facts::usage(page, server)),
        facts::tickets(page, server, &known.tickets).view(),
    ]);
    Shell::new(page, server.hostname.clone())
        .crumb(page.t("portal-servers"), "/portal/servers")
        .state(words::server_state(page, server))
        .id(server.id.to_string())
        .subtitle(format!("{} \u{00b7} {}", known.subscription.plan_name, server.image.name))
        .other(
            (page.may("servers.console") && words::is_built(server))
                .then(|| ButtonLink::plain(page.t("portal-console"), console_path.clone())),
        )
        .primary(facts::primary(page, server))
        .add(live("why", notes))
        .add(grid("main-side", vec![main, side]))
        .render()
}

fn running(page: &Page, known: &Known) -> Option<Panel> {
    let task = known.running.as_ref()?;
    Some(Panel::new(page.t("portal-under-way")).id("under-way").add(tasks::view(page, task)))
}

fn console(page: &Page, known: &Known, path: &str) -> Option<Panel> {
    if !page.may("servers.console") || !words::is_built(&known.server) {
        return None;
    }
    let panel = Panel::new(page.t("portal-console")).id("console").aside(link(path, page.t("portal-console-all")));
    let lines = match &known.console {
        Some(text) => text.clone(),
        None => match &known.server.greeting {
            Some(greeting) => greeting.clone(),
            None => return Some(panel.add(muted(page.t("portal-console-none")))),
        },
    };
    Some(panel.add(Console::new(page, page.t("portal-console-tail"), lines)))
}

fn log(page: &Page, known: &Known) -> Panel {
    let panel = Panel::new(page.t("portal-tasks")).id("tasks");
    if known.tasks.is_empty() {
        panel.add(muted(page.t("portal-tasks-none")))
    } else {
        panel.flush().add(tasks::table(page, &known.tasks))
    }
}
