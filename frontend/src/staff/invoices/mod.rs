//! Invoices and credit notes: the list, one document, a draft by hand.

use hostwright_panel::billing::invoices::model::InvoiceSummary;
use hostwright_panel::billing::invoices::queries;
use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;

use super::words::{self, Names};
use crate::page::Page;
use crate::portal::words as common;
use crate::route::Visit;
use crate::ui::*;

pub mod detail;
pub mod draft;

/// The views of the list: the query's word, and the text's key.
const VIEWS: &[(&str, &str)] = &[
    ("open", "office-invoices-open"),
    ("overdue", "office-invoices-overdue"),
    ("draft", "office-invoices-draft"),
    ("paid", "office-invoices-paid"),
    ("credited", "office-invoices-credited"),
];

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let asked = Asked { search: input.search.clone(), state: input.state.clone(), customer: input.customer_id.clone() };
    let found = queries::list(&visit.call, input).await?;
    let names = words::names(&visit.call, asked.customer.as_deref().into_iter()).await?;
    Ok(draw(&visit.page, &found, &names, &asked))
}

/// What the list was asked for.
struct Asked {
    search: Option<String>,
    state: Option<String>,
    customer: Option<String>,
}

fn draw(page: &Page, found: &Paged<InvoiceSummary>, names: &Names, asked: &Asked) -> String {
    let new = match &asked.customer {
        Some(id) => format!("/staff/invoices/new?customer_id={id}"),
        None => "/staff/invoices/new".to_owned(),
    };
    let table = Table::new(page.t("office-invoices"))
        .column(Column::text(page.t("office-number")))
        .column(Column::text(page.t("office-customer")))
        .column(Column::text(page.t("office-issued")).minor())
        .column(Column::text(page.t("office-due")))
        .column(Column::number(page.t("office-total")))
        .column(Column::number(page.t("office-still-open")))
        .column(Column::text(page.t("office-state")))
        .rows(found.items.iter().map(|row| {
            let invoice = &row.invoice;
            let open = if invoice.open.is_positive() { money(page, invoice.open) } else { muted("\u{2013}") };
            Row::to(format!("/staff/invoices/{}", invoice.id))
                .cell(invoice.number.clone().unwrap_or_else(|| page.t("office-draft")))
                .cell(&row.customer_name)
                .cell(words::maybe_day(page, invoice.issue_day))
                .cell(words::maybe_day(page, invoice.due_day))
                .cell(money(page, invoice.total))
                .cell(open)
                .cell(common::invoice_state(page, invoice, row.overdue_days))
        }));
    let is_cut = asked.search.is_some() || asked.state.is_some() || asked.customer.is_some();
    let table = table.empty(if is_cut {
        Empty::new(page.t("office-nothing-fits"), page.t("office-nothing-fits-text"))
    } else {
        Empty::new(page.t("office-invoices-none"), page.t("office-invoices-none-text")).action(words::button_for(
            page,
            "orders.place",
            "office-order-new",
            "/staff/orders/new",
        ))
    });
    let state = asked.state.as_deref();
    let mut filters =
        Filters::new(page).link(page.t("office-all"), words::filtered(page, "state", None), state.is_none());
    for (word, key) in VIEWS {
        filters = filters.link(page.t(key), words::filtered(page, "state", Some(word)), state == Some(word));
    }
    filters = filters.search("search", asked.search.clone().unwrap_or_default(), page.t("office-invoices-search"));
    for (name, kept) in [("state", &asked.state), ("customer_id", &asked.customer)] {
        if let Some(kept) = kept {
            filters = filters.keep(name, kept);
        }
    }
    let mut shell = Shell::new(page, page.t("office-invoices"))
        .other(words::button_for(page, "ledger.list", "office-ledger", "/staff/ledger"))
        .primary(words::primary_for(page, "invoices.draft", "office-invoice-new", new));
    if let Some(filter) = words::of_customer(page, names, asked.customer.as_deref()) {
        shell = shell.add(filter);
    }
    shell.add(filters).add(table).add(words::pager(page, found.next.as_deref())).render()
}
