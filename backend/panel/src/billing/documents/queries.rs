//! Invoices as files.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::layout;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::billing::error::BillingRefusal;
use crate::billing::invoices;
use crate::billing::invoices::document::Document;
use crate::billing::invoices::model::InvoiceId;
use crate::platform::Tx;
use crate::platform::download::Download;
use crate::platform::error::Result;

/// Names an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadInvoice {
    /// The issued invoice or credit note.
    pub invoice_id: InvoiceId,
}

/// An issued invoice or credit note as PDF.
///
/// # Errors
/// Not found; `invoices.draft_has_no_pdf`.
pub async fn pdf(call: &Call, input: DownloadInvoice) -> Result<Download> {
    let scope = call.authorize(Action::DownloadInvoice)?;
    let document = call
        .db
        .read(move |tx| {
            invoices::queries::visible_in(tx, &scope, &input.invoice_id)?;
            invoices::queries::document_in(tx, &input.invoice_id)
        })
        .await?;
    file(&document)
}

/// [`pdf`] for what runs inside the product, such as mail.
///
/// # Errors
/// As for [`pdf`].
pub fn pdf_in(tx: &mut Tx<'_>, invoice_id: &str) -> Result<Download> {
    let id: InvoiceId = invoice_id.parse().map_err(|_not_an_id| not_found())?;
    invoices::queries::load_in(tx, &id)?;
    file(&invoices::queries::document_in(tx, &id)?)
}

fn file(document: &Document) -> Result<Download> {
    let number = document.number.as_ref().ok_or(BillingRefusal::DraftHasNoPdf)?;
    Ok(Download {
        name: format!("{number}.pdf"),
        content_type: "application/pdf".to_owned(),
        bytes: layout::draw(document)?,
    })
}
