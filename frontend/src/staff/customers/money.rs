//! What a customer owes, has and pays, on their page.

use hostwright_panel::billing::invoices::model::InvoiceSummary;
use hostwright_panel::billing::payments::model::PaymentView;
use leptos::prelude::AnyView;

use super::detail::Seam;
use crate::page::{Page, Tone};
use crate::portal::words as common;
use crate::staff::words;
use crate::ui::*;

/// What is owed and since when, and what comes next.
pub fn panel(page: &Page, seam: &Seam) -> AnyView {
    let id = seam.customer.id.as_str();
    let mut panel = Panel::new(page.t("office-money")).id("money");
    panel =
        panel.aside(page.may("payments.record").then(|| {
            ButtonLink::plain(page.t("office-payment-record"), format!("/staff/payments/new?customer_id={id}"))
        }));
    let mut facts = Facts::new();
    if let Some(balance) = &seam.balance {
        facts = if balance.open.is_positive() {
            let owed = if seam.is_overdue() {
                State::new(Tone::Bad, page.money(balance.open))
            } else {
                State::new(Tone::Warn, page.money(balance.open))
            };
            facts
                .fact(page.t("office-owes"), owed)
                .maybe(page.t("office-due-since"), balance.oldest_due.map(|day| due(page, seam, day)))
        } else {
            facts.fact(page.t("office-owes"), State::new(Tone::Good, page.t("office-owes-nothing")))
        };
        facts = facts.fact(page.t("office-credit"), money(page, balance.credit));
    }
    let next = seam.subscriptions.iter().filter_map(|s| s.next_renewal).min_by_key(|next| next.day);
    facts = facts.maybe(
        page.t("office-next-renewal"),
        next.map(|next| {
            page.t_with(
                "office-amount-on-day",
                &[("amount", page.money(next.amount).into()), ("day", page.day(next.day).into())],
            )
        }),
    );
    panel = panel.add(facts);
    let open: Vec<&InvoiceSummary> = seam.invoices.iter().filter(|row| row.invoice.open.is_positive()).collect();
    if !open.is_empty() {
        panel = panel.add(open_invoices(page, &open));
    }
    panel.view()
}

fn due(page: &Page, seam: &Seam, day: hostwright_kernel::Day) -> String {
    let days = day.days_until(seam.today);
    if days > 0 {
        page.t_with("office-day-ago", &[("day", page.day(day).into()), ("days", days.into())])
    } else {
        page.t_with("office-day-not-yet", &[("day", page.day(day).into())])
    }
}

fn open_invoices(page: &Page, open: &[&InvoiceSummary]) -> Table {
    Table::new(page.t("office-open-invoices"))
        .plain()
        .column(Column::text(page.t("office-open-invoices")))
        .column(Column::number(page.t("office-still-open")))
        .rows(open.iter().map(|row| {
            let number = row.invoice.number.clone().unwrap_or_else(|| page.t("office-draft"));
            let due = page.t_with("office-due-on", &[("day", words::maybe_day(page, row.invoice.due_day).into())]);
            Row::to(format!("/staff/invoices/{}", row.invoice.id))
                .cell(words::with_detail(&number, due))
                .cell(money(page, row.invoice.open))
        }))
}

/// The newest documents.
pub fn invoices(page: &Page, seam: &Seam) -> AnyView {
    let id = seam.customer.id.as_str();
    let table = Table::new(page.t("office-invoices"))
        .plain()
        .column(Column::text(page.t("office-number")))
        .column(Column::text(page.t("office-due")))
        .column(Column::number(page.t("office-total")))
        .column(Column::text(page.t("office-state")))
        .rows(seam.invoices.iter().map(|row| {
            Row::to(format!("/staff/invoices/{}", row.invoice.id))
                .cell(row.invoice.number.clone().unwrap_or_else(|| page.t("office-draft")))
                .cell(words::maybe_day(page, row.invoice.due_day))
                .cell(money(page, row.invoice.total))
                .cell(common::invoice_state(page, &row.invoice, row.overdue_days))
        }))
        .empty(Empty::new(page.t("office-invoices-none"), page.t("office-customer-invoices-none-text")));
    Panel::new(page.t("office-invoices"))
        .id("invoices")
        .flush()
        .aside(
            page.may("invoices.draft")
                .then(|| link(format!("/staff/invoices/new?customer_id={id}"), page.t("office-invoice-new"))),
        )
        .aside(link(format!("/staff/invoices?customer_id={id}"), page.t("office-all")))
        .add(table)
        .view()
}

/// The newest payments.
pub fn payments(page: &Page, seam: &Seam) -> AnyView {
    let id = seam.customer.id.as_str();
    Panel::new(page.t("office-payments"))
        .id("payments")
        .flush()
        .aside(link(format!("/staff/payments?customer_id={id}"), page.t("office-all")))
        .add(payment_table(page, &seam.payments))
        .view()
}

fn payment_table(page: &Page, payments: &[PaymentView]) -> Table {
    Table::new(page.t("office-payments"))
        .plain()
        .column(Column::text(page.t("office-received")))
        .column(Column::text(page.t("office-method")).minor())
        .column(Column::text(page.t("office-reference")))
        .column(Column::number(page.t("office-amount")))
        .rows(payments.iter().map(|view| {
            Row::new()
                .cell(words::day(page, view.payment.received_day))
                .cell(words::method(page, view.payment.method))
                .cell(&view.payment.reference)
                .cell(money(page, view.payment.amount))
        }))
        .empty(Empty::new(page.t("office-payments-none"), page.t("office-customer-payments-none-text")))
}

/// Gives the customer credit.
pub fn grant_credit(page: &Page, seam: &Seam) -> Option<AnyView> {
    page.may("credits.grant").then(|| {
        let form = Form::new(page, "credits.grant")
            .id("grant")
            .hidden("customer_id", seam.customer.id.as_str())
            .field(Field::money("amount", page.t("office-amount"), seam.customer.currency))
            .field(Field::text("reason", page.t("office-reason")).hint(page.t("office-credit-reason-hint")))
            .look(Look::Plain)
            .submit(page.t("office-credit-grant"));
        Panel::new(page.t("office-credit-grant")).id("grant-credit").add(form).view()
    })
}
