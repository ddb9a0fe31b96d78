//! One ticket: the conversation, and beside it the server as it is seen and the
//! customer's money.

use hostwright_kernel::Instant;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::queries::Balance;
use hostwright_panel::platform::error::Result;
use hostwright_panel::servers;
use hostwright_panel::servers::queries::{ServerView, ShowServer};
use hostwright_panel::tickets::model::{DepartmentView, MessageView, ThreadView, TicketState};
use hostwright_panel::tickets::queries::{self, ShowTicket};
use leptos::prelude::AnyView;

use super::super::servers::detail::{balance, of_customer, owner};
use super::super::words::{self, Names};
use super::{department_field, departments, priority_field};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

struct Known {
    thread: ThreadView,
    server: Option<ServerView>,
    others: Vec<ServerView>,
    balance: Option<Balance>,
    staff: Names,
    customer: Names,
    departments: Vec<DepartmentView>,
    now: Instant,
}

/// One ticket.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let thread = queries::show(call, ShowTicket { ticket_id: visit.params.parse("ticket_id")? }).await?;
    let server_id = thread.ticket.server_id.as_ref().and_then(|id| id.parse().ok());
    let server = match server_id.filter(|_| call.may(Action::ShowServer)) {
        Some(server_id) => servers::queries::show(call, ShowServer { server_id }).await.ok(),
        None => None,
    };
    let mut others = of_customer(call, &thread.ticket.customer_id).await?;
    others.retain(|other| server.as_ref().is_none_or(|server| server.id != other.id));
    let known = Known {
        balance: balance(call, &thread.ticket.customer_id).await?,
        staff: words::staff(call).await?,
        customer: words::customers(call, [thread.ticket.customer_id.clone()]).await?,
        departments: departments(call).await?,
        now: call.now(),
        others,
        server,
        thread,
    };
    Ok(draw(&visit.page, &known))
}

fn draw(page: &Page, known: &Known) -> String {
    let ticket = &known.thread.ticket;
    let is_closed = ticket.state == TicketState::Closed;
    let close = (!is_closed).then(|| {
        ActionButton::new(page, "tickets.close", page.t("estate-ticket-close")).hidden("ticket_id", ticket.id.as_str())
    });
    let thread =
        Thread::new(page).messages(known.thread.messages.iter().map(|message| message_of(page, known, message)));
    let left = stack(vec![live("thread", thread), answer(page, known), note(page, known)]);
    let right = stack(vec![
        live("server", server(page, known)),
        live("owner", owner(page, &known.customer, &ticket.customer_id, known.balance.as_ref(), known.now)),
        live("others", others(page, known)),
        assignment(page, known),
    ]);
    Shell::new(page, &ticket.subject)
        .crumb(page.t("ui-nav-tickets"), "/staff/tickets")
        .state(row(vec![words::ticket_state(page, ticket.state).view(), words::priority(page, ticket.priority).view()]))
        .id(format!("#{}", ticket.number))
        .other(close)
        .add(grid("main-side", vec![left, right]))
        .render()
}

fn message_of(page: &Page, known: &Known, message: &MessageView) -> Message {
    let kind = match (message.internal, message.from_staff) {
        (true, _) => MessageKind::Internal,
        (false, true) => MessageKind::Staff,
        (false, false) => MessageKind::Customer,
    };
    let mut shown = Message::new(kind, &message.author_name, message.created_at, &message.body).id(message.id.as_str());
    for file in &message.attachments {
        shown = shown.attachment(Attachment {
            name: file.name.clone(),
            size: words::bytes(page, u64::try_from(file.size_bytes).unwrap_or_default()),
            href: format!("/api/v1/tickets/{}/attachments/{}", known.thread.ticket.id, file.id),
        });
    }
    shown
}

fn answer(page: &Page, known: &Known) -> AnyView {
    let ticket = &known.thread.ticket;
    let is_closed = ticket.state == TicketState::Closed;
    let form = Form::new(page, "tickets.reply")
        .multipart()
        .hidden("ticket_id", ticket.id.as_str())
        .field(Field::textarea("body", page.t("estate-reply"), 6).hint(page.t(if is_closed {
            "estate-reply-reopens"
        } else {
            "estate-reply-hint"
        })))
        .field(Field::files("files", page.t("ui-attachments")).hint(page.t("estate-files-limit")))
        .submit(page.t("estate-reply-send"));
    if page.may("tickets.reply") {
        Panel::new(page.t("estate-reply-title")).id("reply").add(form).view()
    } else {
        nothing()
    }
}

fn note(page: &Page, known: &Known) -> AnyView {
    if !page.may("tickets.note") {
        return nothing();
    }
    let form = Form::new(page, "tickets.note")
        .multipart()
        .hidden("ticket_id", known.thread.ticket.id.as_str())
        .field(Field::textarea("body", page.t("estate-note"), 3).hint(page.t("estate-note-hint")))
        .field(Field::files("files", page.t("ui-attachments")).hint(page.t("estate-files-limit")))
        .submit(page.t("estate-note-keep"))
        .look(Look::Plain);
    Panel::new(page.t("estate-note-title")).id("note").tone(Tone::Warn).add(form).view()
}

/// The server that it is about, as it is seen now.
fn server(page: &Page, known: &Known) -> AnyView {
    let Some(server) = &known.server else { return nothing() };
    let seen = words::seen(page, server).since(words::ago(page, server.observed_at, known.now));
    let address = server.addresses.first().map(|address| copyable(page, address.address.clone()));
    let busy = server
        .busy
        .as_ref()
        .map(|busy| link(format!("/staff/tasks/{}", busy.task_id), words::task_title(page, &busy.title)));
    let facts = Facts::new()
        .fact(page.t("estate-server"), link(format!("/staff/servers/{}", server.id), &server.hostname))
        .fact(page.t("estate-state"), words::server_state(page, server))
        .fact(page.t("estate-seen"), seen)
        .maybe(page.t("estate-under-way"), busy)
        .maybe(page.t("estate-address"), address)
        .maybe(page.t("estate-node"), server.node.as_ref().map(|node| node.name.clone()));
    Panel::new(page.t("estate-server")).id("server").add(facts).view()
}

fn others(page: &Page, known: &Known) -> AnyView {
    if known.others.is_empty() {
        return nothing();
    }
    let title = page.t(if known.server.is_some() { "estate-other-servers" } else { "ui-nav-servers" });
    let servers = known
        .others
        .iter()
        .map(|server| {
            row(vec![
                link(format!("/staff/servers/{}", server.id), &server.hostname),
                words::server_state(page, server).view(),
            ])
        })
        .collect();
    Panel::new(title).id("others").add(stack(servers)).view()
}

fn assignment(page: &Page, known: &Known) -> AnyView {
    let ticket = &known.thread.ticket;
    let mut facts = Facts::new().fact(page.t("estate-opened"), page.instant(ticket.created_at));
    if !page.may("tickets.assign") {
        facts = facts
            .fact(page.t("estate-department"), &ticket.department_name)
            .fact(page.t("estate-assigned"), ticket.assigned_name.clone().unwrap_or_else(|| page.t("estate-nobody")));
    }
    let mut staff = known.staff.clone();
    if let (Some(id), Some(name)) = (&ticket.assigned_to, &ticket.assigned_name) {
        staff.insert(id.clone(), name.clone());
    }
    let mut people = vec![Choice::new("", page.t("estate-nobody"))];
    people.extend(staff.iter().map(|(id, name)| Choice::new(id, name)));
    let form = Form::new(page, "tickets.assign")
        .hidden("ticket_id", ticket.id.as_str())
        .field(
            Field::select("assigned_to", page.t("estate-assigned"), people)
                .value(ticket.assigned_to.clone().unwrap_or_default())
                .clears(),
        )
        .field(priority_field(page).value(ticket.priority.as_str()))
        .field(department_field(page, &known.departments).value(ticket.department_id.as_str()))
        .submit(page.t("ui-save"))
        .look(Look::Plain);
    Panel::new(page.t("estate-assignment")).id("assignment").add(stack(vec![facts.view(), form.view()])).view()
}
