//! Invoices, payments, credit, the ledger, the legal entity and tax rates.

use hostwright_panel::billing::{self, credits, documents, entity, invoices, ledger, payments, tax};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/invoices" ListInvoices => invoices::queries::list),
        action!(GET "/invoices/{invoice_id}" ShowInvoice => invoices::queries::show),
        action!(FILE "/invoices/{invoice_id}/pdf" DownloadInvoice => documents::queries::pdf),
        action!(POST "/invoices" DraftInvoice => invoices::commands::draft),
        action!(POST "/invoices/{invoice_id}/discard" DiscardDraft => invoices::commands::discard),
        action!(POST "/invoices/{invoice_id}/issue" IssueInvoice => invoices::commands::issue),
        action!(POST "/invoices/{invoice_id}/credit" CreditInvoice => invoices::commands::credit),
        action!(POST "/invoices/{invoice_id}/apply-credit" ApplyCredit => credits::commands::apply),
        action!(GET "/payments" ListPayments => payments::queries::list),
        action!(POST "/payments" RecordPayment => payments::commands::record),
        action!(POST "/customers/{customer_id}/credit" GrantCredit => credits::commands::grant),
        action!(GET "/customers/{customer_id}/balance" ShowBalance => billing::queries::balance),
        action!(GET "/ledger/transfers" ListLedger => ledger::queries::list),
        action!(GET "/ledger/trial-balance" ShowTrialBalance => ledger::queries::trial_balance),
        action!(GET "/legal-entity" ShowLegalEntity => entity::queries::show),
        action!(POST "/legal-entity" UpdateLegalEntity => entity::commands::update),
        action!(GET "/tax-rates" ListTaxRates => tax::queries::rates),
        action!(POST "/tax-rates" SetTaxRate => tax::commands::set_rate),
    ]
}
