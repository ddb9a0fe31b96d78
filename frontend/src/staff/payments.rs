//! Payments: the list, and recording one.

use hostwright_kernel::Money;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::invoices;
use hostwright_panel::billing::invoices::model::InvoiceSummary;
use hostwright_panel::billing::payments::model::{PaymentMethod, PaymentView};
use hostwright_panel::billing::payments::queries;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::{ListInput, Paged};
use leptos::prelude::AnyView;

use super::pick;
use super::words::{self, Names};
use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let (search, state, customer) = (input.search.clone(), input.state.clone(), input.customer_id.clone());
    let found = queries::list(&visit.call, input).await?;
    let ids = found.items.iter().map(|view| view.payment.customer_id.as_str()).chain(customer.as_deref());
    let names = words::names(&visit.call, ids).await?;
    Ok(draw(&visit.page, &found, &names, (search, state, customer)))
}

fn draw(
    page: &Page,
    found: &Paged<PaymentView>,
    names: &Names,
    (search, state, customer): (Option<String>, Option<String>, Option<String>),
) -> String {
    let table =
        Table::new(page.t("office-payments"))
            .column(Column::text(page.t("office-received")))
            .column(Column::text(page.t("office-customer")))
            .column(Column::text(page.t("office-reference")))
            .column(Column::text(page.t("office-method")).minor())
            .column(Column::number(page.t("office-amount")))
            .column(Column::text(page.t("office-settled-what")))
            .column(Column::number(page.t("office-to-credit")).minor())
            .rows(found.items.iter().map(|view| {
                let payment = &view.payment;
                let credit = if view.to_credit.is_positive() { money(page, view.to_credit) } else { muted("\u{2013}") };
                Row::new()
                    .cell(words::day(page, payment.received_day))
                    .cell(words::customer_link(names, &payment.customer_id))
                    .cell(&payment.reference)
                    .cell(words::method(page, payment.method))
                    .cell(money(page, payment.amount))
                    .cell(settled(page, view))
                    .cell(credit)
            }))
            .empty(
                Empty::new(page.t("office-payments-none"), page.t("office-payments-none-text"))
                    .action(words::button_for(page, "payments.record", "office-payment-record", "/staff/payments/new")),
            );
    let mut filters =
        Filters::new(page).link(page.t("office-all"), words::filtered(page, "state", None), state.is_none());
    for method in PaymentMethod::ALL {
        let name = method.to_string();
        let is_this = state.as_deref() == Some(name.as_str());
        filters = filters.link(words::method(page, *method), words::filtered(page, "state", Some(&name)), is_this);
    }
    filters = filters.search("search", search.unwrap_or_default(), page.t("office-payments-search"));
    for (name, kept) in [("state", &state), ("customer_id", &customer)] {
        if let Some(kept) = kept {
            filters = filters.keep(name, kept);
        }
    }
    let new = customer
        .as_ref()
        .map_or_else(|| "/staff/payments/new".to_owned(), |id| format!("/staff/payments/new?customer_id={id}"));
    let mut shell = Shell::new(page, page.t("office-payments"))
        .other(words::button_for(page, "ledger.list", "office-ledger", "/staff/ledger"))
        .primary(words::primary_for(page, "payments.record", "office-payment-record", new));
    if let Some(filter) = words::of_customer(page, names, customer.as_deref()) {
        shell = shell.add(filter);
    }
    shell.add(filters).add(table).add(words::pager(page, found.next.as_deref())).render()
}

/// What a payment settled: each part a link to its invoice.
fn settled(page: &Page, view: &PaymentView) -> AnyView {
    if view.settlements.is_empty() {
        return muted("\u{2013}");
    }
    row(view
        .settlements
        .iter()
        .map(|part| link(format!("/staff/invoices/{}", part.invoice_id), money(page, part.amount)))
        .collect())
}

/// Recording one.
///
/// # Errors
/// When the caller may not, or the customer is not known.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::RecordPayment)?;
    let Some(customer) = pick::chosen(&visit).await? else {
        let found = by_number(&visit).await?;
        let body = pick::customer(&visit, "office-pick-search").await?;
        return Ok(frame(&visit.page).add(body).add(found).render());
    };
    let input = ListInput {
        customer_id: Some(customer.id.to_string()),
        state: Some("open".to_owned()),
        ..ListInput::default()
    };
    let open = invoices::queries::list(&visit.call, input).await?.items;
    Ok(draw_new(&visit.page, &customer, &open, visit.params.get("invoice_id")))
}

fn frame(page: &Page) -> Shell<'_> {
    Shell::new(page, page.t("office-payment-record")).crumb(page.t("office-payments"), "/staff/payments")
}

/// The open invoices whose number was typed instead of a name: a transfer carries
/// the number.
async fn by_number(visit: &Visit) -> Result<Option<AnyView>> {
    let page = &visit.page;
    let Some(search) = visit.params.get("search").filter(|text| text.contains(|c: char| c.is_ascii_digit())) else {
        return Ok(None);
    };
    let input = ListInput {
        search: Some(search.to_owned()),
        state: Some("open".to_owned()),
        limit: Some(10),
        ..ListInput::default()
    };
    let found = invoices::queries::list(&visit.call, input).await?.items;
    if found.is_empty() {
        return Ok(None);
    }
    let table = Table::new(page.t("office-open-invoices"))
        .plain()
        .column(Column::text(page.t("office-invoice")))
        .column(Column::text(page.t("office-customer")))
        .column(Column::number(page.t("office-still-open")))
        .rows(found.iter().map(|row| {
            Row::to(format!(
                "/staff/payments/new?customer_id={}&invoice_id={}",
                row.invoice.customer_id, row.invoice.id
            ))
            .cell(row.invoice.number.clone().unwrap_or_default())
            .cell(&row.customer_name)
            .cell(money(page, row.invoice.open))
        }));
    Ok(Some(Panel::new(page.t("office-open-invoices")).id("open").flush().add(table).view()))
}

fn draw_new(page: &Page, customer: &CustomerView, open: &[InvoiceSummary], chosen: Option<&str>) -> String {
    let chosen_row = open.iter().find(|row| Some(row.invoice.id.as_str()) == chosen);
    let choices: Vec<Choice> = std::iter::once(Choice::new("", page.t("office-pay-oldest")))
        .chain(open.iter().map(|row| {
            let label =
                format!("{} \u{00b7} {}", row.invoice.number.clone().unwrap_or_default(), page.money(row.invoice.open));
            Choice::new(row.invoice.id.as_str(), label)
        }))
        .collect();
    let methods =
        PaymentMethod::ALL.iter().map(|method| Choice::new(method.to_string(), words::method(page, *method))).collect();
    let amount = match (chosen_row, open) {
        (Some(row), _) | (None, [row]) => Some(row.invoice.open.decimal()),
        (None, _) => None,
    };
    let mut form = Form::new(page, "payments.record")
        .id("new")
        .hidden("customer_id", customer.id.as_str())
        .then("/staff/customers/{customer_id}")
        .field(Field::money("amount", page.t("office-amount"), customer.currency).maybe(amount).focus())
        .field(Field::select("method", page.t("office-method"), methods).value(PaymentMethod::BankTransfer.to_string()))
        .field(
            Field::text("reference", page.t("office-reference")).hint(page.t("office-reference-hint")).max_length(140),
        )
        .field(Field::date("received_day", page.t("office-received")).optional().hint(page.t("office-received-hint")));
    if !open.is_empty() {
        form = form.field(
            Field::select("invoice_id", page.t("office-pay-which"), choices)
                .value(chosen.unwrap_or_default())
                .optional()
                .hint(page.t("office-pay-which-hint")),
        );
    }
    let place = format!("/staff/customers/{}", customer.id);
    let form = form
        .field(Field::textarea("note", page.t("office-note"), 2).optional())
        .submit(page.t("office-payment-record"))
        .cancel(page.t("ui-cancel"), &place);
    let owed = Money::sum(
        customer.currency,
        open.iter().filter(|row| row.invoice.currency() == customer.currency).map(|row| row.invoice.open),
    );
    let table = Table::new(page.t("office-open-invoices"))
        .plain()
        .column(Column::text(page.t("office-invoice")))
        .column(Column::number(page.t("office-still-open")))
        .rows(open.iter().map(|row| {
            Row::to(format!("/staff/invoices/{}", row.invoice.id))
                .cell(words::with_detail(
                    row.invoice.number.as_deref().unwrap_or_default(),
                    page.t_with("office-due-on", &[("day", words::maybe_day(page, row.invoice.due_day).into())]),
                ))
                .cell(money(page, row.invoice.open))
        }));
    let table = match owed {
        Ok(owed) if open.len() > 1 => table.total(page.t("office-total")).total(money(page, owed)),
        Ok(_) | Err(_) => table,
    };
    let table = table.empty(Empty::new(page.t("office-owes-nothing"), page.t("office-pay-becomes-credit")));
    frame(page)
        .crumb(words::called(customer), &place)
        .subtitle(page.t_with("office-payment-of", &[("name", words::called(customer).to_owned().into())]))
        .add(grid(
            "main-side",
            vec![
                Panel::new(page.t("office-payment")).id("payment").add(form).view(),
                Panel::new(page.t("office-open-invoices")).id("open").flush().add(table).view(),
            ],
        ))
        .render()
}
