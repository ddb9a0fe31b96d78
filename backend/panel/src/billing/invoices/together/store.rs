//! Rows of documents that are issued as they are made.

use diesel::prelude::*;
use hostwright_kernel::{Day, Instant};

use super::Issued;
use crate::billing::entity::LegalEntityId;
use crate::billing::invoices::model::{InvoiceId, InvoiceKind, InvoicePurpose, InvoiceState};
use crate::billing::invoices::store::LineRow;
use crate::insert_rows;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{invoice_lines, invoices};

#[derive(Insertable)]
#[diesel(table_name = invoices)]
struct IssuedRow {
    id: InvoiceId,
    customer_id: String,
    legal_entity_id: LegalEntityId,
    kind: InvoiceKind,
    state: InvoiceState,
    series: Option<String>,
    year: Option<i64>,
    sequence: Option<i64>,
    number: Option<String>,
    currency: String,
    net_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    open_minor: i64,
    issue_day: Option<Day>,
    due_day: Option<Day>,
    document: String,
    document_hash: Option<String>,
    purpose: InvoicePurpose,
    created_at: Instant,
    issued_at: Option<Instant>,
    settled_at: Option<Instant>,
    version: i64,
}

impl IssuedRow {
    fn of(issued: &Issued) -> Result<Self> {
        let Issued { invoice, document, number } = issued;
        let (text, hash) = document.sealed()?;
        Ok(Self {
            id: invoice.id.clone(),
            customer_id: invoice.customer_id.clone(),
            legal_entity_id: invoice.legal_entity_id.clone(),
            kind: invoice.kind,
            state: invoice.state,
            series: Some(number.series.clone()),
            year: Some(number.year),
            sequence: Some(number.sequence),
            number: invoice.number.clone(),
            currency: invoice.currency().code().to_owned(),
            net_minor: invoice.net.minor,
            tax_minor: invoice.tax.minor,
            total_minor: invoice.total.minor,
            open_minor: invoice.open.minor,
            issue_day: invoice.issue_day,
            due_day: invoice.due_day,
            document: text,
            document_hash: Some(hash),
            purpose: invoice.purpose,
            created_at: invoice.created_at,
            issued_at: invoice.issued_at,
            settled_at: invoice.settled_at,
            version: invoice.version,
        })
    }
}

/// Writes documents that are issued as they are made, with their lines.
pub(super) fn insert_issued(tx: &mut Tx<'_>, issued: &[Issued]) -> Result<()> {
    if issued.is_empty() {
        return Ok(());
    }
    let rows = issued.iter().map(IssuedRow::of).collect::<Result<Vec<_>>>()?;
    insert_rows!(&mut *tx.conn, invoices::table, &rows)?;
    let lines: Vec<LineRow> = issued
        .iter()
        .flat_map(|one| one.document.lines.iter().map(|line| LineRow::of(&one.invoice.id, line)))
        .collect();
    insert_rows!(&mut *tx.conn, invoice_lines::table, &lines)?;
    Ok(())
}
