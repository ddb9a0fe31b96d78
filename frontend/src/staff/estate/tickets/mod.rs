//! Tickets: the list and a new one; one ticket is in [`detail`].

use hostwright_panel::auth::policy::Action;
use hostwright_panel::customers;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::customers::queries::ShowCustomer;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::tickets::model::{DepartmentState, DepartmentView, Priority, TicketState, TicketView};
use hostwright_panel::tickets::queries::{self, ListTickets};
use leptos::prelude::AnyView;

use super::servers::detail::of_customer;
use super::words;
use crate::page::{Page, encode};
use crate::route::Visit;
use crate::ui::*;

pub mod detail;

/// Customers that a search shows to choose from.
const SHOWN: i64 = 20;
/// More departments than anybody has.
const MANY: i64 = 200;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let params = &visit.params;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let state: Option<TicketState> = params.get("state").and_then(|state| state.parse().ok());
    let mine = visit.call.person()?.id.clone();
    let assigned = params.get("mine").map(|_| mine);
    let input = ListTickets {
        after: owned("after"),
        search: owned("search"),
        state,
        customer_id: owned("customer_id"),
        department_id: params.get("department_id").and_then(|id| id.parse().ok()),
        server_id: owned("server_id"),
        assigned_to: assigned.clone(),
        ..ListTickets::default()
    };
    let found = queries::list(&visit.call, input).await?;
    let now = visit.call.now();
    let page = &visit.page;
    let mut filters = Filters::new(page).link(
        page.t("estate-all"),
        words::filtered(page, "state", None),
        state.is_none() && assigned.is_none(),
    );
    for of in TicketState::ALL {
        filters = filters.link(
            page.t(&format!("estate-ticket-{of}")),
            words::filtered(page, "state", Some(of.as_str())),
            state == Some(*of),
        );
    }
    let mine_link = words::filtered(page, "mine", if assigned.is_some() { None } else { Some("yes") });
    let mut filters = filters.link(page.t("estate-tickets-mine"), mine_link, assigned.is_some());
    for kept in ["state", "customer_id", "department_id", "mine"] {
        if let Some(value) = params.get(kept) {
            filters = filters.keep(kept, value);
        }
    }
    let filters = filters.search("search", owned("search").unwrap_or_default(), page.t("estate-tickets-search"));
    let is_cut = page.path.contains('?');
    let empty = if is_cut {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
            .action(ButtonLink::plain(page.t("estate-show-all"), page.path_only()))
    } else {
        Empty::new(page.t("estate-tickets-none"), page.t("estate-tickets-none-text"))
    };
    let table = Table::new(page.t("ui-nav-tickets"))
        .column(Column::text(page.t("estate-subject")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-customer")))
        .column(Column::text(page.t("estate-priority")).minor())
        .column(Column::text(page.t("estate-department")).minor())
        .column(Column::text(page.t("estate-assigned")).minor())
        .column(Column::text(page.t("estate-last-change")))
        .rows(found.items.iter().map(|ticket| {
            Row::to(format!("/staff/tickets/{}", ticket.id))
                .cell(title(ticket))
                .cell(words::ticket_state(page, ticket.state))
                .cell(link(format!("/staff/customers/{}", ticket.customer_id), &ticket.customer_name))
                .cell(priority(page, ticket.priority))
                .cell(&ticket.department_name)
                .cell(ticket.assigned_name.as_ref().map_or_else(|| muted(page.t("estate-nobody")), |name| name.view()))
                .cell(words::ago(page, ticket.updated_at, now))
                .quiet(ticket.state == TicketState::Closed)
        }))
        .empty(empty);
    Ok(Shell::new(page, page.t("ui-nav-tickets"))
        .primary(
            page.may("tickets.open").then(|| ButtonLink::primary(page.t("estate-ticket-new"), "/staff/tickets/new")),
        )
        .other(ButtonLink::plain(page.t("estate-departments"), "/staff/departments"))
        .add(filters)
        .add(live("tickets", table))
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn title(ticket: &TicketView) -> String {
    format!("#{} {}", ticket.number, ticket.subject)
}

/// Only what is more or less than usual is worth a mark.
fn priority(page: &Page, priority: Priority) -> AnyView {
    match priority {
        Priority::Normal => muted(page.t("tickets-priority-normal")),
        Priority::Low | Priority::High | Priority::Urgent => words::priority(page, priority).view(),
    }
}

/// A new ticket, for a customer that is chosen first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::OpenTicket)?;
    let shell = |page| Shell::new(page, page.t("estate-ticket-new")).crumb(page.t("ui-nav-tickets"), "/staff/tickets");
    if visit.params.get("customer_id").is_none() {
        let search = visit.params.get("search").map(str::to_owned);
        let input = ListInput { search: search.clone(), limit: Some(SHOWN), ..ListInput::default() };
        let found = customers::queries::list(&visit.call, input).await?.items;
        let page = &visit.page;
        return Ok(shell(page)
            .subtitle(page.t("estate-ticket-for-whom"))
            .add(Filters::new(page).search("search", search.unwrap_or_default(), page.t("estate-customers-search")))
            .add(choose(page, &found))
            .render());
    }
    let customer =
        customers::queries::show(&visit.call, ShowCustomer { customer_id: visit.params.parse("customer_id")? }).await?;
    let servers = of_customer(&visit.call, customer.id.as_str()).await?;
    let departments = departments(&visit.call).await?;
    let page = &visit.page;
    if departments.is_empty() {
        let make = page
            .may("departments.create")
            .then(|| ButtonLink::plain(page.t("estate-departments"), "/staff/departments"));
        return Ok(shell(page)
            .add(Empty::new(page.t("estate-departments-none"), page.t("estate-departments-none-text")).action(make))
            .render());
    }
    let mut about = vec![Choice::new("", page.t("estate-ticket-no-server"))];
    about.extend(servers.iter().map(|server| Choice::new(server.id.as_str(), &server.hostname)));
    let form = Form::new(page, "tickets.open")
        .multipart()
        .hidden("customer_id", customer.id.as_str())
        .then("/staff/tickets")
        .field(Field::text("subject", page.t("estate-subject")).max_length(200).focus())
        .row(vec![department_field(page, &departments), priority_field(page).value(Priority::Normal.as_str())])
        .field(
            Field::select("server_id", page.t("estate-ticket-server"), about)
                .value(visit.params.get("server_id").unwrap_or_default())
                .optional(),
        )
        .field(Field::textarea("body", page.t("estate-message"), 8).hint(page.t("estate-reply-hint")))
        .field(Field::files("files", page.t("ui-attachments")).hint(page.t("estate-files-limit")))
        .submit(page.t("estate-ticket-send"))
        .cancel(page.t("ui-cancel"), "/staff/tickets");
    Ok(shell(page).subtitle(link(format!("/staff/customers/{}", customer.id), called(&customer))).add(form).render())
}

fn called(customer: &CustomerView) -> &str {
    customer.company.as_deref().unwrap_or(&customer.name)
}

fn choose(page: &Page, found: &[CustomerView]) -> Table {
    Table::new(page.t("ui-nav-customers"))
        .column(Column::text(page.t("estate-customer")))
        .column(Column::text(page.t("estate-email")))
        .rows(found.iter().map(|customer| {
            Row::to(format!("/staff/tickets/new?customer_id={}", encode(customer.id.as_str())))
                .cell(called(customer))
                .cell(customer.email.as_str())
        }))
        .empty(Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text")))
}

/// Departments that take tickets.
async fn departments(call: &hostwright_panel::auth::call::Call) -> Result<Vec<DepartmentView>> {
    let input = ListInput { limit: Some(MANY), ..ListInput::default() };
    let all = queries::departments(call, input).await?.items;
    Ok(all.into_iter().filter(|department| department.state == DepartmentState::Active).collect())
}

fn department_field(page: &Page, departments: &[DepartmentView]) -> Field {
    let choices = departments.iter().map(|department| Choice::new(department.id.as_str(), &department.name)).collect();
    Field::select("department_id", page.t("estate-department"), choices)
}

fn priority_field(page: &Page) -> Field {
    let choices =
        Priority::ALL.iter().map(|of| Choice::new(of.as_str(), page.t(&format!("tickets-priority-{of}")))).collect();
    Field::select("priority", page.t("estate-priority"), choices)
}
