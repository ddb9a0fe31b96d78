//! Invoices: the list, and one as it is printed, with how to pay it.

use hostwright_kernel::Money;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing;
use hostwright_panel::billing::invoices::model::{
    AllocationSource, InvoiceKind, InvoiceState, InvoiceSummary, InvoiceView,
};
use hostwright_panel::billing::invoices::queries::{self, ShowInvoice};
use hostwright_panel::billing::queries::ShowBalance;
use hostwright_panel::billing::tax::model::TaxCategory;
use hostwright_panel::billing::totals::{LineKind, TaxGroup};
use hostwright_panel::platform::error::Result;

use super::words;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::{
    ActionButton, ButtonLink, Column, Empty, Event, Facts, Filters, InvoiceDocument, InvoiceLine, InvoiceParty,
    InvoiceTax, Look, Notes, Pager, Panel, Piece, Row, Shell, Table, Timeline, copyable, link, money, muted, row,
};

/// Draws the list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let (state, search) = (input.state.clone(), input.search.clone());
    let first = input.after.as_ref().map(|_| visit.page.with_query("after", None));
    let invoices = queries::list(&visit.call, input).await?;
    let page = &visit.page;
    let is = |wanted: Option<&str>| state.as_deref() == wanted;
    let empty = if state.is_none() && search.is_none() {
        Empty::new(page.t("portal-invoices-none"), page.t("portal-invoices-none-text"))
    } else {
        Empty::new(page.t("portal-invoices-none-found"), page.t("portal-invoices-none-found-text"))
    };
    let filters = Filters::new(page)
        .link(page.t("portal-all"), page.with_query("state", None), is(None))
        .link(page.t("portal-invoices-open"), "/portal/invoices?state=open", is(Some("open")))
        .link(page.t("portal-invoices-overdue"), "/portal/invoices?state=overdue", is(Some("overdue")))
        .link(page.t("portal-invoices-paid"), "/portal/invoices?state=paid", is(Some("paid")))
        .search("search", search.unwrap_or_default(), page.t("portal-invoices-search"));
    let next = invoices.next.as_deref().map(|key| page.with_query("after", Some(key)));
    Ok(Shell::new(page, page.t("portal-invoices"))
        .add(filters)
        .add(table(page, &invoices.items).empty(empty))
        .add(Pager::new(page, first, next))
        .render())
}

fn table(page: &Page, invoices: &[InvoiceSummary]) -> Table {
    Table::new(page.t("portal-invoices"))
        .column(Column::text(page.t("portal-invoice-number")))
        .column(Column::text(page.t("portal-invoice-state")))
        .column(Column::text(page.t("portal-invoice-issued")))
        .column(Column::text(page.t("portal-invoice-due")))
        .column(Column::number(page.t("portal-invoice-total")))
        .column(Column::number(page.t("portal-invoice-to-pay")))
        .rows(invoices.iter().map(|row| {
            let invoice = &row.invoice;
            let due = invoice.due_day.filter(|_| invoice.kind == InvoiceKind::Invoice);
            Row::to(format!("/portal/invoices/{}", invoice.id))
                .cell(invoice.number.clone().unwrap_or_default())
                .cell(words::invoice_state(page, invoice, row.overdue_days))
                .cell(invoice.issue_day.map(|day| page.day(day)))
                .cell(due.map(|day| page.day(day)))
                .cell(money(page, invoice.total))
                .cell(if invoice.open.is_positive() { money(page, invoice.open) } else { muted("\u{2013}") })
        }))
}

/// Open invoices in a panel of the overview.
pub fn panel(page: &Page, invoices: &[InvoiceSummary]) -> Panel {
    Panel::new(page.t("portal-open-invoices"))
        .id("invoices")
        .flush()
        .aside(link("/portal/invoices", page.t("portal-all")))
        .add(table(page, invoices).plain())
}

/// Draws one invoice.
///
/// # Errors
/// Not found.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let invoice = queries::show(call, ShowInvoice { invoice_id: visit.params.parse("invoice_id")? }).await?;
    let credit = if invoice.invoice.open.is_positive() && call.may(Action::ShowBalance) {
        let input = ShowBalance {
            customer_id: invoice.invoice.customer_id.clone(),
            currency: Some(invoice.invoice.currency()),
        };
        Some(billing::queries::balance(call, input).await?.credit).filter(Money::is_positive)
    } else {
        None
    };
    let page = &visit.page;
    let number = invoice.invoice.number.clone().unwrap_or_else(|| page.t("portal-invoice-draft"));
    let kind = words::invoice_kind(page, invoice.invoice.kind);
    let mut shell = Shell::new(page, format!("{kind} {number}"))
        .crumb(page.t("portal-invoices"), "/portal/invoices")
        .state(words::invoice_state(page, &invoice.invoice, invoice.overdue_days));
    if invoice.invoice.state != InvoiceState::Draft {
        let pdf = format!("/api/v1/invoices/{}/pdf", invoice.invoice.id);
        shell = shell.other(ButtonLink::plain(page.t("portal-invoice-pdf"), pdf));
    }
    if invoice.invoice.open.is_positive() && invoice.invoice.state == InvoiceState::Issued {
        shell = shell.add(pay(page, &invoice, credit));
    } else if invoice.invoice.state == InvoiceState::Paid && invoice.invoice.kind == InvoiceKind::Invoice {
        shell =
            shell.add(Notes::new(Tone::Good, page.t("portal-invoice-paid-note")).add(row(contracts(page, &invoice))));
    }
    Ok(shell.add(document(page, &invoice)).add(history(page, &invoice)).render())
}

/// Links to what the invoice charges.
fn contracts(page: &Page, invoice: &InvoiceView) -> Vec<leptos::prelude::AnyView> {
    let mut ids: Vec<&String> = invoice.lines.iter().filter_map(|line| line.subscription_id.as_ref()).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .map(|id| ButtonLink::plain(page.t("portal-to-contract"), format!("/portal/subscriptions/{id}")).view())
        .collect()
}

fn pay(page: &Page, invoice: &InvoiceView, credit: Option<Money>) -> Panel {
    let (row, number) = (&invoice.invoice, invoice.invoice.number.clone().unwrap_or_default());
    let due = row.due_day.map(|day| page.day(day)).unwrap_or_default();
    let text = match invoice.overdue_days {
        Some(days) => page.t_with(
            "portal-pay-overdue",
            &[("amount", page.money(row.open).into()), ("due", due.into()), ("days", days.into())],
        ),
        None => page.t_with("portal-pay-until", &[("amount", page.money(row.open).into()), ("due", due.into())]),
    };
    let mut panel = Panel::new(page.t("portal-pay-title")).id("pay").add(text);
    if invoice.overdue_days.is_some() {
        panel = panel.tone(Tone::Bad);
    }
    if !invoice.seller.bank_account.is_empty() {
        panel = panel.add(
            Facts::new()
                .fact(page.t("portal-pay-to"), &invoice.seller.name)
                .fact(page.t("portal-pay-account"), copyable(page, &invoice.seller.bank_account))
                .fact(page.t("portal-pay-amount"), copyable(page, page.money(row.open)))
                .fact(page.t("portal-pay-reference"), copyable(page, number)),
        );
        panel = panel.add(muted(page.t("portal-pay-hint")));
    } else {
        panel = panel.add(muted(page.t_with("portal-pay-ask", &[("email", invoice.seller.email.clone().into())])));
    }
    if let Some(credit) = credit {
        let spent = credit.min(row.open).unwrap_or(credit);
        let label = page.t_with("portal-pay-credit", &[("amount", page.money(spent).into())]);
        let have = page.t_with("portal-pay-credit-have", &[("credit", page.money(credit).into())]);
        panel = panel.add(have).add(
            ActionButton::new(page, "credits.apply", label).hidden("invoice_id", row.id.as_str()).look(Look::Primary),
        );
    }
    panel
}

/// The document as it is printed.
pub fn document<'a>(page: &'a Page, invoice: &InvoiceView) -> InvoiceDocument<'a> {
    let row = &invoice.invoice;
    let (seller, buyer) = (&invoice.seller, &invoice.buyer);
    let place = |postal_code: &str, city: &str| format!("{postal_code} {city}").trim().to_owned();
    let filled = |lines: Vec<String>| lines.into_iter().filter(|line| !line.is_empty()).collect();
    let vat = |number: &str| {
        if number.is_empty() {
            String::new()
        } else {
            page.t_with("portal-vat", &[("number", number.to_owned().into())])
        }
    };
    let contact = buyer.company.as_ref().map(|_| buyer.name.clone()).unwrap_or_default();
    let mut facts = vec![(page.t("portal-customer-number"), buyer.number.to_string())];
    facts.extend(row.issue_day.map(|day| (page.t("portal-invoice-issued"), page.day(day))));
    facts.extend(invoice.period.map(|period| (page.t("portal-invoice-period"), days(page, period))));
    facts.extend(invoice.corrects_number.clone().map(|number| (page.t("portal-invoice-corrects"), number)));
    let paid = row.total.sub(row.open).ok().filter(Money::is_positive).filter(|_| row.kind == InvoiceKind::Invoice);
    let mut payment = Vec::new();
    if row.open.is_positive() && !seller.bank_account.is_empty() {
        payment.push((page.t("portal-pay-to"), seller.name.clone()));
        payment.push((page.t("portal-pay-account"), seller.bank_account.clone()));
        payment.extend(row.number.clone().map(|number| (page.t("portal-pay-reference"), number)));
    }
    InvoiceDocument {
        page,
        kind: words::invoice_kind(page, row.kind),
        number: row.number.clone().unwrap_or_else(|| page.t("portal-invoice-draft")),
        seller: InvoiceParty {
            name: seller.name.clone(),
            lines: filled(vec![
                seller.street.clone(),
                place(&seller.postal_code, &seller.city),
                places::country(page, &seller.country),
                vat(&seller.tax_number),
                seller.email.clone(),
            ]),
        },
        buyer: InvoiceParty {
            name: buyer.company.clone().unwrap_or_else(|| buyer.name.clone()),
            lines: filled(vec![
                contact,
                buyer.street.clone(),
                place(&buyer.postal_code, &buyer.city),
                buyer.region.clone().unwrap_or_default(),
                places::country(page, &buyer.country),
                vat(buyer.tax_number.as_deref().unwrap_or_default()),
            ]),
        },
        facts,
        due: row.due_day.filter(|_| row.kind == InvoiceKind::Invoice),
        lines: invoice
            .lines
            .iter()
            .map(|line| InvoiceLine {
                text: line.description.clone(),
                detail: if line.kind == LineKind::Setup {
                    Some(page.t("portal-order-once"))
                } else {
                    line.period.map(|period| days(page, period))
                },
                quantity: page.decimal(&line.quantity.canonical()),
                unit_price: page.money(line.unit),
                tax: percent(page, &line.rate.percent()),
                net: line.net,
            })
            .collect(),
        net: row.net,
        taxes: invoice
            .groups
            .iter()
            .map(|group| InvoiceTax { text: tax(page, group), base: group.net, tax: group.tax })
            .collect(),
        gross: row.total,
        paid,
        payable: row.open,
        notes: invoice.notes.clone(),
        payment,
    }
}

fn days(page: &Page, period: hostwright_kernel::Period) -> String {
    page.t_with("portal-period", &[("from", page.day(period.start).into()), ("to", page.day(period.last_day()).into())])
}

fn percent(page: &Page, percent: &str) -> String {
    format!("{} %", page.decimal(percent))
}

fn tax(page: &Page, group: &TaxGroup) -> String {
    match group.category {
        TaxCategory::Standard | TaxCategory::Zero => page.t_with(
            "portal-tax-rate",
            &[
                ("rate", percent(page, &group.rate.percent()).into()),
                ("country", places::country(page, &group.country).into()),
            ],
        ),
        TaxCategory::ReverseCharge => page.t("portal-tax-reverse"),
        TaxCategory::OutOfScope => page.t("portal-tax-none"),
    }
}

/// What settled it, oldest first.
fn history(page: &Page, invoice: &InvoiceView) -> Option<Panel> {
    if invoice.settlements.is_empty() && invoice.credit_note.is_none() {
        return None;
    }
    let mut events: Vec<Event> = invoice
        .settlements
        .iter()
        .rev()
        .map(|part| {
            let key = match part.source {
                AllocationSource::Payment => "portal-settled-payment",
                AllocationSource::Credit => "portal-settled-credit",
                AllocationSource::CreditNote => "portal-settled-credit-note",
                AllocationSource::History => "portal-settled-history",
            };
            Event::new(part.created_at, page.t_with(key, &[("amount", page.money(part.amount).into())]))
                .tone(Tone::Good)
        })
        .collect();
    if let Some(issued) = invoice.invoice.issued_at {
        events.push(Event::new(issued, page.t("portal-invoice-was-issued")));
    }
    let mut panel = Panel::new(page.t("portal-invoice-history")).id("history").add(Timeline::new(page).events(events));
    if let Some(note) = &invoice.credit_note {
        panel = panel.add(link(format!("/portal/invoices/{note}"), page.t("portal-invoice-to-credit-note")));
    }
    Some(panel)
}
