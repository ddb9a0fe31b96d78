//! Words and small parts that the office's pages share.

use std::collections::BTreeMap;

use hostwright_kernel::{Day, Instant, Period};
use hostwright_panel::auth::call::Call;
use hostwright_panel::billing::payments::model::PaymentMethod;
use hostwright_panel::customers;
use hostwright_panel::customers::model::{CustomerState, CustomerView};
use hostwright_panel::platform::error::Result;
use hostwright_panel::renewals::model::OVERDUE;
use hostwright_panel::tickets::model::TicketState;
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
use crate::ui::{ButtonLink, Filters, Form, Pager, Piece, State, html, link};

/// Names of customers, by id.
pub type Names = BTreeMap<String, String>;

/// The names of these customers, as lists show them.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn names<'a>(call: &Call, ids: impl Iterator<Item = &'a str>) -> Result<Names> {
    customers::queries::names(call, ids.map(str::to_owned).collect()).await
}

/// A customer's name as a link to its page; its id where the name is not known.
pub fn customer_link(names: &Names, id: &str) -> AnyView {
    link(format!("/staff/customers/{id}"), customer_name(names, id))
}

/// A customer's name; its id where the name is not known.
#[must_use]
pub fn customer_name(names: &Names, id: &str) -> String {
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// What a customer is called: the company where there is one.
#[must_use]
pub fn called(customer: &CustomerView) -> &str {
    customer.company.as_deref().unwrap_or(&customer.name)
}

/// Whether a customer may order.
#[must_use]
pub fn customer_state(page: &Page, state: CustomerState) -> State {
    let tone = match state {
        CustomerState::Active => Tone::Good,
        CustomerState::Suspended => Tone::Bad,
    };
    State::new(tone, page.t(&format!("customers-state-{state}")))
}

/// Whose turn a ticket is, as staff sees it.
#[must_use]
pub fn ticket_state(page: &Page, state: TicketState) -> State {
    let (tone, key) = match state {
        TicketState::Open => (Tone::Bad, "office-ticket-open"),
        TicketState::Waiting => (Tone::Warn, "office-ticket-waiting"),
        TicketState::Answered => (Tone::Quiet, "office-ticket-answered"),
        TicketState::Closed => (Tone::Quiet, "office-ticket-closed"),
    };
    State::new(tone, page.t(key))
}

/// How money came in.
#[must_use]
pub fn method(page: &Page, method: PaymentMethod) -> String {
    page.t(&format!("office-method-{method}"))
}

/// The days of a period, the last one included: 3 May 2026 – 2 June 2026.
#[must_use]
pub fn period(page: &Page, period: Period) -> String {
    format!("{} \u{2013} {}", page.day(period.start), page.day(period.last_day()))
}

/// A day in a table: never broken over two lines.
#[must_use]
pub fn day(page: &Page, day: Day) -> String {
    page.day(day).replace(' ', "\u{a0}")
}

/// A moment in a table: broken after the day at most.
#[must_use]
pub fn moment(page: &Page, moment: Instant) -> String {
    page.instant(moment).replace(' ', "\u{a0}").replacen(",\u{a0}", ", ", 1)
}

/// A day in a table, or a dash where there is none.
#[must_use]
pub fn maybe_day(page: &Page, maybe: Option<Day>) -> String {
    maybe.map_or_else(|| "\u{2013}".to_owned(), |known| day(page, known))
}

/// A name, and below it what tells it apart.
pub fn with_detail(name: &str, detail: impl Into<String>) -> AnyView {
    use leptos::prelude::*;
    html(view! { {name.to_owned()}<span class="detail">{detail.into()}</span> })
}

/// The links below a list: back to its start, and on.
#[must_use]
pub fn pager<'a>(page: &'a Page, next: Option<&str>) -> Pager<'a> {
    let is_first = !page.path.contains("after=");
    let first = (!is_first).then(|| page.with_query("after", None));
    Pager::new(page, first, next.map(|key| page.with_query("after", Some(key))))
}

/// A filter's address: the query value changed and the list at its start.
#[must_use]
pub fn filtered(page: &Page, name: &str, value: Option<&str>) -> String {
    let mut start = page.clone();
    start.path = page.with_query("after", None);
    start.with_query(name, value)
}

/// The button to another page, for those who may use it.
#[must_use]
pub fn button_for(page: &Page, action: &str, label_key: &str, href: impl Into<String>) -> Option<ButtonLink> {
    page.may(action).then(|| ButtonLink::plain(page.t(label_key), href))
}

/// As [`button_for`], for the one thing to do here.
#[must_use]
pub fn primary_for(page: &Page, action: &str, label_key: &str, href: impl Into<String>) -> Option<ButtonLink> {
    page.may(action).then(|| ButtonLink::primary(page.t(label_key), href))
}

/// Why something is held back, for people: the unpaid invoice, or what a
/// colleague wrote.
#[must_use]
pub fn reason(page: &Page, reason: &str) -> String {
    match reason.split_once(':') {
        Some((word, number)) if word == OVERDUE && !number.is_empty() => {
            page.t_with("office-reason-overdue", &[("number", number.to_owned().into())])
        }
        _ if reason == OVERDUE => page.t("office-reason-overdue-any"),
        _ => reason.to_owned(),
    }
}

/// A form that opens when it is asked for, and stays open when it was refused;
/// nothing for those who may not use it.
pub fn folded(page: &Page, action: &str, title: String, form: Form<'_>) -> Option<AnyView> {
    use leptos::prelude::*;
    if !page.may(action) {
        return None;
    }
    let refused = page.form.as_ref().is_some_and(|form| form.action == action);
    Some(html(view! { <details class="fold" open=refused><summary>{title}</summary>{form.view()}</details> }))
}

/// That a list is cut down to one customer, and the way back to all.
#[must_use]
pub fn of_customer<'a>(page: &'a Page, names: &Names, customer: Option<&str>) -> Option<Filters<'a>> {
    customer.map(|id| {
        Filters::new(page).link(page.t("office-all-customers"), filtered(page, "customer_id", None), false).link(
            customer_name(names, id),
            page.path.clone(),
            true,
        )
    })
}
