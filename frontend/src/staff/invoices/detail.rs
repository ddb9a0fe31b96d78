//! One document as it is printed, and what can be done with it: issue or discard a
//! draft, record a payment, spend credit, take it back.

use hostwright_kernel::Money;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing;
use hostwright_panel::billing::invoices::model::{AllocationSource, InvoiceKind, InvoiceState, InvoiceView};
use hostwright_panel::billing::invoices::queries::{self, ShowInvoice};
use hostwright_panel::billing::payments::model::PaymentMethod;
use hostwright_panel::billing::queries::ShowBalance;
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::super::words;
use crate::page::{Page, Tone};
use crate::portal::{invoices, words as common};
use crate::route::Visit;
use crate::ui::*;

/// Days to pay that are proposed.
const DUE_DAYS: i64 = 14;

/// Draws the page.
///
/// # Errors
/// Not found, or when the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let invoice = queries::show(call, ShowInvoice { invoice_id: visit.params.parse("invoice_id")? }).await?;
    let row = &invoice.invoice;
    let credit = if is_payable(&invoice) && call.may(Action::ShowBalance) {
        let input = ShowBalance { customer_id: row.customer_id.clone(), currency: Some(row.currency()) };
        Some(billing::queries::balance(call, input).await?.credit).filter(Money::is_positive)
    } else {
        None
    };
    Ok(draw(&visit.page, &invoice, credit))
}

fn is_payable(invoice: &InvoiceView) -> bool {
    invoice.invoice.state == InvoiceState::Issued && invoice.invoice.open.is_positive()
}

fn draw(page: &Page, invoice: &InvoiceView, credit: Option<Money>) -> String {
    let row = &invoice.invoice;
    let buyer = invoice.buyer.company.as_deref().unwrap_or(&invoice.buyer.name);
    let kind = common::invoice_kind(page, row.kind);
    let title = match &row.number {
        Some(number) => format!("{kind} {number}"),
        None => page.t("office-draft-title"),
    };
    let mut shell = Shell::new(page, title)
        .crumb(page.t("office-invoices"), "/staff/invoices")
        .crumb(buyer, format!("/staff/customers/{}", row.customer_id))
        .state(common::invoice_state(page, row, invoice.overdue_days))
        .id(row.id.as_str());
    if row.state == InvoiceState::Draft {
        shell = shell.other(
            ActionButton::new(page, "invoices.discard", page.t("office-draft-discard"))
                .hidden("invoice_id", row.id.as_str())
                .then("/staff/invoices?state=draft"),
        );
    } else {
        shell = shell.other(ButtonLink::plain(page.t("office-pdf"), format!("/api/v1/invoices/{}/pdf", row.id)));
    }
    let mut side = Vec::new();
    if row.state == InvoiceState::Draft {
        side.push(issue(page, invoice));
    }
    if is_payable(invoice) {
        side.push(pay(page, invoice));
        side.extend(credit.map(|credit| spend_credit(page, invoice, credit)));
    }
    side.push(facts(page, invoice));
    side.push(settled(page, invoice));
    side.extend(take_back(page, invoice));
    shell.add(grid("main-side", vec![invoices::document(page, invoice).view(), stack(side)])).render()
}

/// The form that gives a draft its number.
fn issue(page: &Page, invoice: &InvoiceView) -> AnyView {
    if !page.may("invoices.issue") {
        return nothing();
    }
    let form = Form::new(page, "invoices.issue")
        .id("issue")
        .hidden("invoice_id", invoice.invoice.id.as_str())
        .piece(muted(page.t("office-draft-issue-text")))
        .field(
            Field::number("due_days", page.t("office-due-days"))
                .value(DUE_DAYS.to_string())
                .range(0, 365)
                .suffix(page.t("office-days")),
        )
        .submit(page.t("office-draft-issue"));
    Panel::new(page.t("office-draft-issue")).id("issue").add(form).view()
}

/// The form that marks a transfer as received.
fn pay(page: &Page, invoice: &InvoiceView) -> AnyView {
    let row = &invoice.invoice;
    if !page.may("payments.record") {
        return nothing();
    }
    let methods =
        PaymentMethod::ALL.iter().map(|method| Choice::new(method.to_string(), words::method(page, *method))).collect();
    let form = Form::new(page, "payments.record")
        .id("pay")
        .hidden("customer_id", &row.customer_id)
        .hidden("invoice_id", row.id.as_str())
        .hidden("currency", row.currency().code())
        .field(Field::money("amount", page.t("office-amount"), row.currency()).amount(row.open))
        .field(Field::select("method", page.t("office-method"), methods).value(PaymentMethod::BankTransfer.to_string()))
        .field(
            Field::text("reference", page.t("office-reference")).hint(page.t("office-reference-hint")).max_length(140),
        )
        .field(Field::date("received_day", page.t("office-received")).optional().hint(page.t("office-received-hint")))
        .submit(page.t("office-payment-record"));
    let title = page.t_with("office-pay-open", &[("amount", page.money(row.open).into())]);
    let panel = Panel::new(title).id("pay").add(form);
    if invoice.overdue_days.is_some() { panel.tone(Tone::Bad).view() } else { panel.view() }
}

fn spend_credit(page: &Page, invoice: &InvoiceView, credit: Money) -> AnyView {
    let row = &invoice.invoice;
    let spent = credit.min(row.open).unwrap_or(credit);
    let form = Form::new(page, "credits.apply")
        .id("credit")
        .hidden("invoice_id", row.id.as_str())
        .piece(muted(page.t_with("office-credit-have", &[("amount", page.money(credit).into())])))
        .field(Field::money("amount", page.t("office-amount"), row.currency()).amount(spent))
        .look(Look::Plain)
        .submit(page.t("office-credit-apply"));
    Panel::new(page.t("office-credit-apply")).id("credit").add(form).view()
}

fn facts(page: &Page, invoice: &InvoiceView) -> AnyView {
    let row = &invoice.invoice;
    let mut ids: Vec<&String> = invoice.lines.iter().filter_map(|line| line.subscription_id.as_ref()).collect();
    ids.sort();
    ids.dedup();
    let contracts: Vec<AnyView> =
        ids.into_iter().map(|id| link(format!("/staff/subscriptions/{id}"), page.t("office-open-contract"))).collect();
    let buyer = invoice.buyer.company.as_deref().unwrap_or(&invoice.buyer.name);
    let facts = Facts::new()
        .fact(page.t("office-customer"), link(format!("/staff/customers/{}", row.customer_id), buyer))
        .fact(page.t("office-purpose"), page.t(&format!("office-purpose-{}", row.purpose)))
        .maybe(page.t("office-history-reference"), invoice.history.as_ref().map(|history| history.reference.clone()))
        .maybe(page.t("office-history-status"), invoice.history.as_ref().map(|history| history.status.clone()))
        .maybe(
            page.t("office-history-differences"),
            invoice.history.as_ref().map(|history| history.differences.join("; ")).filter(|told| !told.is_empty()),
        )
        .maybe(page.t("office-subscription"), (!contracts.is_empty()).then_some(contracts))
        .fact(page.t("office-made"), page.instant(row.created_at))
        .maybe(page.t("office-issued"), row.issued_at.map(|at| page.instant(at)))
        .maybe(page.t("office-settled"), row.settled_at.map(|at| page.instant(at)))
        .maybe(
            page.t("office-corrects"),
            row.corrects
                .as_ref()
                .map(|id| link(format!("/staff/invoices/{id}"), invoice.corrects_number.clone().unwrap_or_default())),
        )
        .maybe(
            page.t("office-credit-note"),
            invoice
                .credit_note
                .as_ref()
                .map(|id| link(format!("/staff/invoices/{id}"), page.t("office-credit-note-open"))),
        )
        .maybe(
            page.t("office-in-the-books"),
            (page.may("ledger.list") && row.state != InvoiceState::Draft)
                .then(|| link(format!("/staff/ledger?search={}", row.id), page.t("office-postings"))),
        )
        .maybe(
            page.t("office-fingerprint"),
            invoice.document_hash.as_ref().map(|hash| copyable(page, hash.chars().take(16).collect::<String>())),
        );
    Panel::new(page.t("office-facts")).id("facts").add(facts).view()
}

/// What settled it, newest first.
fn settled(page: &Page, invoice: &InvoiceView) -> AnyView {
    if invoice.settlements.is_empty() {
        return nothing();
    }
    let events = invoice.settlements.iter().rev().map(|part| {
        let amount = page.money(part.amount);
        let (key, tone) = match part.source {
            AllocationSource::Payment => ("office-settled-payment", Tone::Good),
            AllocationSource::Credit => ("office-settled-credit", Tone::Good),
            AllocationSource::CreditNote => ("office-settled-credit-note", Tone::Quiet),
            AllocationSource::History => ("office-settled-history", Tone::Quiet),
        };
        let text = page.t_with(key, &[("amount", amount.into())]);
        let event = match part.source {
            AllocationSource::CreditNote => {
                Event::new(part.created_at, link(format!("/staff/invoices/{}", part.source_id), text))
            }
            AllocationSource::Payment | AllocationSource::Credit | AllocationSource::History => {
                Event::new(part.created_at, text)
            }
        };
        event.tone(tone)
    });
    Panel::new(page.t("office-settlements")).id("settlements").add(Timeline::new(page).events(events)).view()
}

/// A credit note takes the whole of it back.
fn take_back(page: &Page, invoice: &InvoiceView) -> Option<AnyView> {
    let row = &invoice.invoice;
    let creditable = row.kind == InvoiceKind::Invoice
        && invoice.history.is_none()
        && matches!(row.state, InvoiceState::Issued | InvoiceState::Paid);
    if !creditable || !page.may("invoices.credit") {
        return None;
    }
    let paid = row.total.sub(row.open).ok().filter(Money::is_positive);
    let mut lost = page.t_with("office-credit-note-text", &[("amount", page.money(row.total).into())]);
    if let Some(paid) = paid {
        lost.push(' ');
        lost.push_str(&page.t_with("office-credit-note-paid", &[("amount", page.money(paid).into())]));
    }
    let form = Form::new(page, "invoices.credit")
        .id("credit-note")
        .hidden("invoice_id", row.id.as_str())
        .then("/staff/invoices/{id}")
        .piece(muted(lost))
        .field(
            Field::text("reason", page.t("office-reason"))
                .hint(page.t("office-credit-note-reason-hint"))
                .max_length(500),
        )
        .danger()
        .submit(page.t("office-credit-note-make"));
    let folded = words::folded(page, "invoices.credit", page.t("office-credit-note-make"), form);
    Some(Panel::new(page.t("office-credit-note-title")).id("take-back").tone(Tone::Bad).add(folded).view())
}
