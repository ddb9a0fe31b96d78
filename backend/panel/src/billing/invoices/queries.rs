//! Reading invoices.

use hostwright_kernel::{Currency, Day, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::Document;
use super::model::{
    Allocation, AllocationSource, Invoice, InvoiceId, InvoiceKind, InvoiceState, InvoiceSummary, InvoiceView,
};
use super::store::{self, Shown};
use crate::auth::call::{Call, Scope, not_found};
use crate::auth::policy::Action;
use crate::billing::{charges, entity, ledger};
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Documents checked in one go.
const BATCH: i64 = 500;

/// An invoice by id, for what runs inside the product.
///
/// # Errors
/// Not found.
pub fn load_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId) -> Result<Invoice> {
    store::find(tx, invoice_id)?.ok_or_else(not_found)
}

/// The document of an invoice.
///
/// # Errors
/// When the database fails.
pub fn document_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId) -> Result<Document> {
    let (text, _) = store::document(tx, invoice_id)?;
    Document::read(&text)
}

/// An invoice that the caller may see.
///
/// # Errors
/// Not found.
pub(in crate::billing) fn visible_in(tx: &mut Tx<'_>, scope: &Scope, invoice_id: &InvoiceId) -> Result<Invoice> {
    store::find_visible(tx, scope, invoice_id)?.ok_or_else(not_found)
}

/// An invoice that the caller may see, locked until the transaction ends.
///
/// # Errors
/// Not found.
pub(in crate::billing) fn visible_and_locked_in(
    tx: &mut Tx<'_>,
    scope: &Scope,
    invoice_id: &InvoiceId,
) -> Result<Invoice> {
    visible_in(tx, scope, invoice_id)?;
    store::lock(tx, invoice_id)?.ok_or_else(not_found)
}

/// An invoice by id, locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub fn locked_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId) -> Result<Option<Invoice>> {
    store::lock(tx, invoice_id)
}

/// A customer's open invoices, the longest due first, locked.
///
/// # Errors
/// When the database fails.
pub(in crate::billing) fn locked_open_in(
    tx: &mut Tx<'_>,
    customer_id: &str,
    currency: Currency,
) -> Result<Vec<Invoice>> {
    store::lock_open_of_customer(tx, customer_id, currency)
}

/// How much of a customer's invoices is open, and the first due day.
///
/// # Errors
/// When the database fails.
pub fn open_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<(Money, Option<Day>)> {
    store::open_of_customer(tx, customer_id, currency)
}

/// What a payment or credit note settled.
///
/// # Errors
/// When the database fails.
pub fn settlements_by_in(tx: &mut Tx<'_>, source: AllocationSource, source_id: &str) -> Result<Vec<Allocation>> {
    store::settlements_by(tx, source, source_id)
}

/// The subscriptions that an invoice charges.
///
/// # Errors
/// When the database fails.
pub fn subscriptions_of_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId) -> Result<Vec<String>> {
    store::subscriptions_of(tx, invoice_id)
}

/// Up to `limit` invoices of ours with something open that were due before a day, in
/// the order of their ids; `after` is the last id of the page before. Those of another
/// system are left out: nobody is reminded or suspended for a debt from there by itself.
///
/// # Errors
/// When the database fails.
pub fn overdue_in(tx: &mut Tx<'_>, due_before: Day, after: Option<&str>, limit: i64) -> Result<Vec<Invoice>> {
    store::overdue(tx, due_before, after, limit)
}

/// Open invoices that charge a subscription, the longest due first.
///
/// # Errors
/// When the database fails.
pub fn open_of_subscription_in(tx: &mut Tx<'_>, subscription_id: &str) -> Result<Vec<Invoice>> {
    store::open_of_subscription(tx, subscription_id)
}

/// Invoices and credit notes, newest first. `state` is `draft`, `issued`,
/// `paid`, `credited`, or `open` or `overdue`; customers see no drafts.
///
/// # Errors
/// When the caller may not; `request.invalid` for another state.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<InvoiceSummary>> {
    let scope = call.authorize(Action::ListInvoices)?;
    let shown = match input.state.as_deref().filter(|state| !state.is_empty()) {
        None => Shown::All,
        Some("open") => Shown::Open,
        Some("overdue") => Shown::Overdue,
        Some(state) => Shown::State(state.parse().map_err(crate::billing::unknown_state)?),
    };
    call.db
        .read(move |tx| {
            let today = entity::today_in(tx)?;
            let rows = store::list(tx, &scope, &input, &shown, today)?
                .into_iter()
                .map(|(invoice, customer_name)| InvoiceSummary {
                    overdue_days: invoice.overdue_days(today),
                    invoice,
                    customer_name,
                })
                .collect();
            Ok(Paged::cut(rows, &input, |row: &InvoiceSummary| row.invoice.id.to_string()))
        })
        .await
}

/// Names an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowInvoice {
    /// The invoice or credit note.
    pub invoice_id: InvoiceId,
}

/// An invoice with lines, tax, settlements and state.
///
/// # Errors
/// Not found.
pub async fn show(call: &Call, input: ShowInvoice) -> Result<InvoiceView> {
    let scope = call.authorize(Action::ShowInvoice)?;
    call.db.read(move |tx| view_in(tx, &scope, &input.invoice_id)).await
}

/// [`show`] in a transaction that already runs.
///
/// # Errors
/// Not found.
pub fn view_in(tx: &mut Tx<'_>, scope: &Scope, invoice_id: &InvoiceId) -> Result<InvoiceView> {
    let invoice = visible_in(tx, scope, invoice_id)?;
    let (text, hash) = store::document(tx, invoice_id)?;
    let document = Document::read(&text)?;
    let settlements = store::settlements_of(tx, invoice_id)?;
    let credit_note = store::credit_note_of(tx, invoice_id)?;
    let today = document.seller.today(tx.now());
    Ok(InvoiceView::new(invoice, document, hash, settlements, credit_note, today))
}

/// What is wrong with documents: sums, hash, lines, postings, what is open, and
/// periods billed twice.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = Vec::new();
    let mut after = String::new();
    loop {
        let page = store::walk(tx, &after, BATCH)?;
        let Some((last, ..)) = page.last() else { break };
        after = last.id.to_string();
        for (invoice, text, hash) in page {
            let name = invoice.number.clone().unwrap_or_else(|| invoice.id.to_string());
            for problem in document_breaks(tx, &invoice, &text, hash.as_deref())? {
                breaks.push(format!("invoice {name}: {problem}"));
            }
        }
    }
    for (customer, currency) in store::customers_with_documents(tx)? {
        let open = store::open_of_customer(tx, &customer, currency)?.0;
        let booked = ledger::queries::receivable_in(tx, &customer, currency)?;
        if open != booked {
            breaks.push(format!("receivable of {customer}: open {open}, in the books {booked}"));
        }
    }
    let charges = charges::store::live(tx)?;
    for (earlier, later) in charges.iter().zip(charges.iter().skip(1)) {
        if (&earlier.0, &earlier.1) == (&later.0, &later.1) && earlier.2.overlaps(&later.2) {
            breaks.push(format!("{} is billed twice from {}", later.0, later.2.start));
        }
    }
    Ok(breaks)
}

fn document_breaks(tx: &mut Tx<'_>, invoice: &Invoice, text: &str, hash: Option<&str>) -> Result<Vec<String>> {
    let document = Document::read(text)?;
    let mut breaks: Vec<String> = document.disagreements()?.into_iter().map(str::to_owned).collect();
    if (document.net, document.tax, document.total) != (invoice.net, invoice.tax, invoice.total) {
        breaks.push("its row and its document differ".to_owned());
    }
    let nets: Vec<i64> = document.lines.iter().map(|line| line.net.minor).collect();
    if store::line_nets(tx, &invoice.id)? != nets {
        breaks.push("its lines and its document differ".to_owned());
    }
    if invoice.state == InvoiceState::Draft {
        return Ok(breaks);
    }
    if hash != Some(crate::platform::secrets::sha256_hex(text.as_bytes()).as_str()) {
        breaks.push("its document was altered".to_owned());
    }
    let settled =
        Money::sum(invoice.currency(), store::settlements_of(tx, &invoice.id)?.into_iter().map(|part| part.amount))?;
    let posted = ledger::queries::posted_to_receivable_in(tx, invoice.id.as_str(), &invoice.customer_id)?;
    if let Some(history) = &document.history {
        let is_note = invoice.kind == InvoiceKind::CreditNote;
        let expected = if is_note { Money::zero(invoice.currency()) } else { history.opening };
        if posted != expected.minor {
            breaks.push("its opening posting is not what was open on it".to_owned());
        }
        let left = if is_note { Money::zero(invoice.currency()) } else { invoice.total.sub(settled)? };
        if left != invoice.open {
            breaks.push("what is open is not its total less what settled it".to_owned());
        }
        if !is_note && invoice.open.is_zero() == (invoice.state == InvoiceState::Issued) {
            breaks.push("its state and what is open do not agree".to_owned());
        }
        return Ok(breaks);
    }
    match invoice.kind {
        InvoiceKind::Invoice => {
            if posted != invoice.total.minor {
                breaks.push("its postings are not its total".to_owned());
            }
            if invoice.total.sub(settled)? != invoice.open {
                breaks.push("what is open is not its total less what settled it".to_owned());
            }
            if invoice.open.is_zero() == (invoice.state == InvoiceState::Issued) {
                breaks.push("its state and what is open do not agree".to_owned());
            }
        }
        InvoiceKind::CreditNote => {
            let Some(corrected) = &invoice.corrects else {
                breaks.push("it takes nothing back".to_owned());
                return Ok(breaks);
            };
            let paid_before = Money::sum(
                invoice.currency(),
                store::settlements_of(tx, corrected)?
                    .into_iter()
                    .filter(|part| part.source != AllocationSource::CreditNote)
                    .map(|part| part.amount),
            )?;
            if posted != paid_before.sub(invoice.total)?.minor {
                breaks.push("its postings are not its total".to_owned());
            }
        }
    }
    Ok(breaks)
}
