//! Talking to the provider's people.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::servers::queries::ListServers;
use hostwright_panel::tickets::model::{DepartmentState, MessageView, Priority, TicketState, TicketView};
use hostwright_panel::tickets::queries::{self, ListTickets, ShowTicket};
use hostwright_panel::{customers, servers};

use super::words;
use crate::page::Page;
use crate::route::Visit;
use crate::ui::{
    ActionButton, Attachment, ButtonLink, Choice, Column, Empty, Facts, Field, Filters, Form, Look, Message,
    MessageKind, Pager, Panel, Piece, Row, Shell, Table, Thread, grid, link, live, muted, stack,
};

/// More departments and servers than are ever chosen from.
const ALL: i64 = 200;

/// Draws the list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let state = visit.params.get("state").and_then(|state| state.parse::<TicketState>().ok());
    let search = visit.params.get("search").map(str::to_owned);
    let input = ListTickets {
        after: visit.params.get("after").map(str::to_owned),
        search: search.clone(),
        state,
        ..ListTickets::default()
    };
    let tickets = queries::list(&visit.call, input).await?;
    let page = &visit.page;
    let by = |state: &str| format!("/portal/tickets?state={state}");
    let filters = Filters::new(page)
        .link(page.t("portal-all"), "/portal/tickets", state.is_none())
        .link(page.t("portal-tickets-yours"), by("answered"), state == Some(TicketState::Answered))
        .link(page.t("portal-tickets-waiting"), by("waiting"), state == Some(TicketState::Waiting))
        .link(page.t("portal-tickets-closed"), by("closed"), state == Some(TicketState::Closed))
        .search("search", search.clone().unwrap_or_default(), page.t("portal-tickets-search"));
    let empty = if state.is_none() && search.is_none() {
        none_yet(page)
    } else {
        Empty::new(page.t("portal-tickets-none-found"), page.t("portal-tickets-none-found-text"))
    };
    let first = visit.params.get("after").map(|_| page.with_query("after", None));
    let next = tickets.next.as_deref().map(|key| page.with_query("after", Some(key)));
    Ok(Shell::new(page, page.t("portal-tickets"))
        .primary(ask(page))
        .add(filters)
        .add(table(page, &tickets.items).empty(empty))
        .add(Pager::new(page, first, next))
        .render())
}

fn ask(page: &Page) -> Option<ButtonLink> {
    page.may("tickets.open").then(|| ButtonLink::primary(page.t("portal-ticket-new"), "/portal/tickets/new"))
}

fn none_yet(page: &Page) -> Empty {
    let button =
        page.may("tickets.open").then(|| ButtonLink::plain(page.t("portal-ticket-new"), "/portal/tickets/new"));
    Empty::new(page.t("portal-tickets-none"), page.t("portal-tickets-none-text")).action(button)
}

fn table(page: &Page, tickets: &[TicketView]) -> Table {
    Table::new(page.t("portal-tickets"))
        .column(Column::text(page.t("portal-ticket-subject")))
        .column(Column::text(page.t("portal-ticket-number")).minor())
        .column(Column::text(page.t("portal-ticket-state")))
        .column(Column::text(page.t("portal-ticket-department")).minor())
        .column(Column::text(page.t("portal-ticket-updated")))
        .rows(tickets.iter().map(|ticket| {
            Row::to(format!("/portal/tickets/{}", ticket.id))
                .cell(&ticket.subject)
                .cell(muted(format!("#{}", ticket.number)))
                .cell(words::ticket_state(page, ticket.state))
                .cell(&ticket.department_name)
                .cell(page.instant(ticket.updated_at))
                .quiet(ticket.state == TicketState::Closed)
        }))
}

/// Tickets that are not closed, in a panel of the overview.
pub fn panel(page: &Page, tickets: &[TicketView]) -> Panel {
    let panel = Panel::new(page.t("portal-tickets-open")).id("tickets");
    if tickets.is_empty() {
        return panel.add(none_yet(page));
    }
    panel.flush().aside(link("/portal/tickets", page.t("portal-all"))).add(table(page, tickets).plain())
}

/// Draws the form for a new ticket.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn new(visit: Visit) -> Result<String> {
    let call = &visit.call;
    call.authorize(Action::OpenTicket)?;
    let everything = || ListInput { limit: Some(ALL), ..ListInput::default() };
    let departments = queries::departments(call, everything()).await?.items;
    let customers = customers::queries::list(call, everything()).await?.items;
    let about = ListServers { limit: Some(ALL), ..ListServers::default() };
    let servers = servers::queries::list(call, about).await?.items;
    let page = &visit.page;
    let departments: Vec<Choice> = departments
        .into_iter()
        .filter(|department| department.state == DepartmentState::Active)
        .map(|department| Choice::new(department.id.as_str(), department.name))
        .collect();
    let shell = Shell::new(page, page.t("portal-ticket-new"))
        .crumb(page.t("portal-tickets"), "/portal/tickets")
        .subtitle(page.t("portal-ticket-new-text"));
    if departments.is_empty() {
        return Ok(shell
            .add(Empty::new(page.t("portal-tickets-nobody"), page.t("portal-tickets-nobody-text")))
            .render());
    }
    let first = departments.first().cloned();
    let mut form = Form::new(page, "tickets.open").multipart().then("/portal/tickets/{ticket.id}");
    if customers.len() > 1 {
        let choices = customers
            .iter()
            .map(|customer| {
                let name = customer.company.clone().unwrap_or_else(|| customer.name.clone());
                Choice::new(customer.id.as_str(), name)
            })
            .collect();
        form = form.field(Field::select("customer_id", page.t("portal-customer"), choices));
    }
    form = form.field(
        Field::radios("department_id", page.t("portal-ticket-department"), departments)
            .maybe(first.map(|choice| choice.value)),
    );
    if !servers.is_empty() {
        let choices = std::iter::once(Choice::new("", page.t("portal-ticket-no-server")))
            .chain(servers.iter().map(|server| Choice::new(server.id.as_str(), server.hostname.clone())))
            .collect();
        form = form.field(
            Field::select("server_id", page.t("portal-ticket-server"), choices)
                .optional()
                .value(visit.params.get("server_id").unwrap_or_default()),
        );
    }
    let priorities = [Priority::Low, Priority::Normal, Priority::High]
        .into_iter()
        .map(|priority| Choice::new(priority.as_str(), words::priority(page, priority)))
        .collect();
    form = form
        .field(
            Field::text("subject", page.t("portal-ticket-subject"))
                .max_length(200)
                .hint(page.t("portal-ticket-subject-hint")),
        )
        .field(
            Field::textarea("body", page.t("portal-ticket-message"), 8)
                .max_length(20_000)
                .hint(page.t("portal-ticket-message-hint")),
        )
        .field(Field::select("priority", page.t("portal-ticket-priority"), priorities).value("normal"))
        .field(Field::files("files", page.t("portal-ticket-files")).hint(page.t("portal-ticket-files-hint")))
        .submit(page.t("portal-ticket-send"))
        .cancel(page.t("ui-cancel"), "/portal/tickets");
    Ok(shell.add(Panel::new(page.t("portal-ticket-yours")).add(form)).render())
}

/// Draws one conversation.
///
/// # Errors
/// Not found.
pub async fn show(mut visit: Visit) -> Result<String> {
    let thread = queries::show(&visit.call, ShowTicket { ticket_id: visit.params.parse("ticket_id")? }).await?;
    let ticket = &thread.ticket;
    visit.page.live = Some(15);
    let page = &visit.page;
    // A note is never drawn here, whoever looks: this page is the customer's.
    let messages =
        thread.messages.iter().filter(|message| !message.internal).map(|message| said(page, ticket, message));
    let conversation = Thread::new(page).messages(messages);
    let reply = Form::new(page, "tickets.reply")
        .multipart()
        .hidden("ticket_id", ticket.id.as_str())
        .field(Field::textarea("body", page.t("portal-ticket-reply"), 6).max_length(20_000).hide_label())
        .field(Field::files("files", page.t("portal-ticket-files")).hint(page.t("portal-ticket-files-hint")))
        .submit(page.t("portal-ticket-send"));
    let closed = ticket.state == TicketState::Closed;
    let close = (!closed).then(|| {
        ActionButton::new(page, "tickets.close", page.t("portal-ticket-close"))
            .hidden("ticket_id", ticket.id.as_str())
            .look(Look::Plain)
    });
    let mut facts = Facts::new()
        .fact(page.t("portal-ticket-number"), format!("#{}", ticket.number))
        .fact(page.t("portal-ticket-department"), &ticket.department_name)
        .fact(page.t("portal-ticket-priority"), words::priority(page, ticket.priority))
        .fact(page.t("portal-ticket-opened"), page.instant(ticket.created_at))
        .fact(page.t("portal-ticket-updated"), page.instant(ticket.updated_at));
    if let Some(server) = &ticket.server_id {
        facts = facts
            .fact(page.t("portal-server"), link(format!("/portal/servers/{server}"), page.t("portal-back-to-server")));
    }
    let title = if closed { page.t("portal-ticket-reopen") } else { page.t("portal-ticket-reply") };
    let side = Panel::new(page.t("portal-ticket-facts")).id("facts").add(live("facts", facts)).view();
    let main = stack(vec![live("thread", conversation), Panel::new(title).id("reply").add(reply).view()]);
    Ok(Shell::new(page, ticket.subject.clone())
        .crumb(page.t("portal-tickets"), "/portal/tickets")
        .state(words::ticket_state(page, ticket.state))
        .other(close)
        .add(grid("main-side", vec![main, side]))
        .render())
}

fn said(page: &Page, ticket: &TicketView, message: &MessageView) -> Message {
    let kind = if message.from_staff { MessageKind::Staff } else { MessageKind::Customer };
    let mut drawn = Message::new(kind, message.author_name.clone(), message.created_at, message.body.clone())
        .id(message.id.to_string());
    for file in &message.attachments {
        drawn = drawn.attachment(Attachment {
            name: file.name.clone(),
            size: words::bytes(page, u64::try_from(file.size_bytes).unwrap_or(0)),
            href: format!("/api/v1/tickets/{}/attachments/{}", ticket.id, file.id),
        });
    }
    drawn
}
