//! Drafting, issuing, discarding, settling and taking back.

use hostwright_kernel::{Currency, Money, Period, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::Document;
use super::model::{
    Allocation, AllocationId, AllocationSource, Buyer, Invoice, InvoiceCredited, InvoiceId, InvoiceIssued, InvoiceKind,
    InvoicePaid, InvoicePurpose, InvoiceState, InvoiceView, NewInvoice, NewLine,
};
use super::{queries, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::billing::error::BillingRefusal;
use crate::billing::ledger::{Account, Leg, Posting, PostingKind, post_in};
use crate::billing::tax::model::TaxDecision;
use crate::billing::totals::LineKind;
use crate::billing::{charges, entity, numbering, tax};
use crate::customers;
use crate::platform::error::{Error, Result};
use crate::platform::texts::{Locale, Texts};
use crate::platform::{Tx, outbox};

/// Days to pay when nobody says.
const DUE_DAYS: i64 = 14;

/// Drafts an invoice: computes it for today and reserves its periods.
///
/// # Errors
/// The lines' fields that are wrong; `invoices.period_billed` for a period that
/// has a live charge; `tax.no_rate`; not found without such a customer.
pub fn draft_in(tx: &mut Tx<'_>, new: &NewInvoice) -> Result<Invoice> {
    new.check()?;
    let customer = customers::queries::load_in(tx, &new.customer_id)?;
    let seller = entity::load_in(tx)?;
    let decision = tax::decide_in(tx, &seller, &customer, seller.today(tx.now()))?;
    let notes = notes(&decision, &customer.locale)?;
    let invoice_id = InvoiceId::new();
    let document = Document::draft(new.purpose, seller, Buyer::from(&customer), &new.lines, decision, notes)?;
    let invoice = Invoice {
        id: invoice_id,
        customer_id: new.customer_id.clone(),
        legal_entity_id: document.seller.id.clone(),
        kind: InvoiceKind::Invoice,
        state: InvoiceState::Draft,
        number: None,
        net: document.net,
        tax: document.tax,
        total: document.total,
        open: document.total,
        issue_day: None,
        due_day: None,
        corrects: None,
        purpose: new.purpose,
        created_at: tx.now(),
        issued_at: None,
        settled_at: None,
        version: 1,
    };
    store::insert(tx, &invoice, &document, None)?;
    for line in &new.lines {
        charges::store::insert(tx, &invoice.id, line)?;
    }
    Ok(invoice)
}

/// Issues a draft: computes it anew with the tax of the issue day, takes the
/// number, freezes the document and posts it. What costs nothing is paid at once.
///
/// # Errors
/// `invoices.not_draft`, `invoices.due_days` outside 0 to 365, `tax.no_rate`.
pub fn issue_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId, due_days: i64) -> Result<Invoice> {
    if !(0..=365).contains(&due_days) {
        return Err(BillingRefusal::DueDays.into());
    }
    let draft = store::lock(tx, invoice_id)?.ok_or_else(not_found)?;
    if draft.state != InvoiceState::Draft {
        return Err(BillingRefusal::NotDraft.into());
    }
    let lines = store::new_lines(tx, invoice_id)?;
    let seller = entity::load_in(tx)?;
    let customer = customers::queries::load_in(tx, &draft.customer_id)?;
    let today = seller.today(tx.now());
    let decision = tax::decide_in(tx, &seller, &customer, today)?;
    let notes = notes(&decision, &customer.locale)?;
    let document = Document::draft(draft.purpose, seller, Buyer::from(&customer), &lines, decision, notes)?;
    let number = numbering::next_in(tx, &document.seller.id, &document.seller.series, today)?;
    let document = document.numbered(&number, due_days);
    let free = document.total.is_zero();
    let issued = Invoice {
        state: if free { InvoiceState::Paid } else { InvoiceState::Issued },
        legal_entity_id: document.seller.id.clone(),
        number: document.number.clone(),
        net: document.net,
        tax: document.tax,
        total: document.total,
        open: document.total,
        issue_day: document.issue_day,
        due_day: document.due_day,
        issued_at: Some(tx.now()),
        settled_at: free.then(|| tx.now()),
        version: draft.version.saturating_add(1),
        ..draft
    };
    store::issue(tx, &issued, &document, &number)?;
    let posting = Posting {
        kind: PostingKind::InvoiceIssued,
        reference: issued.id.to_string(),
        day: number.day,
        reason: number.text(),
        legs: document.legs()?,
    };
    post_in(tx, &posting)?;
    let event = InvoiceIssued { invoice_id: issued.id.clone(), customer_id: issued.customer_id.clone() };
    outbox::record(tx, &event)?;
    if free {
        record_paid(tx, &issued)?;
    }
    Ok(issued)
}

/// Settles a part of an open invoice that the caller has locked; the caller
/// posts it. Says that the invoice is paid when nothing is open any more.
///
/// # Errors
/// `credits.nothing_open`, `credits.more_than_open`, and
/// `billing.changed_meanwhile` when the invoice is not as believed.
pub(in crate::billing) fn settle_in(
    tx: &mut Tx<'_>,
    believed: &Invoice,
    amount: Money,
    source: AllocationSource,
    source_id: Option<&str>,
) -> Result<Allocation> {
    let (open, state) = believed.after_settling(amount)?;
    store::settle(tx, believed, open, state)?;
    let id = AllocationId::new();
    let allocation = Allocation {
        source_id: source_id.map_or_else(|| id.to_string(), str::to_owned),
        id,
        customer_id: believed.customer_id.clone(),
        invoice_id: believed.id.clone(),
        source,
        amount,
        created_at: tx.now(),
    };
    store::insert_allocation(tx, &allocation)?;
    if state == InvoiceState::Paid {
        record_paid(tx, believed)?;
    }
    Ok(allocation)
}

/// Stores a document of another system as it is, with what was settled on it before:
/// each part with what names it. Nobody is told.
///
/// # Errors
/// When the database fails.
pub(in crate::billing) fn keep_past_in(
    tx: &mut Tx<'_>,
    invoice: &Invoice,
    document: &Document,
    settled: &[(String, Money)],
) -> Result<()> {
    store::insert(tx, invoice, document, None)?;
    for (source_id, amount) in settled {
        note_past_in(tx, invoice, source_id, *amount)?;
    }
    Ok(())
}

/// Settles a part of an open document of another system by a payment that came in
/// there. Unlike [`settle_in`] it tells nobody.
///
/// # Errors
/// `credits.nothing_open`, `credits.more_than_open`, `billing.changed_meanwhile`.
pub(in crate::billing) fn settle_past_in(
    tx: &mut Tx<'_>,
    believed: &Invoice,
    source_id: &str,
    amount: Money,
) -> Result<()> {
    let (open, state) = believed.after_settling(amount)?;
    store::settle(tx, believed, open, state)?;
    note_past_in(tx, believed, source_id, amount)
}

fn note_past_in(tx: &mut Tx<'_>, invoice: &Invoice, source_id: &str, amount: Money) -> Result<()> {
    store::insert_allocation(
        tx,
        &Allocation {
            id: AllocationId::new(),
            customer_id: invoice.customer_id.clone(),
            invoice_id: invoice.id.clone(),
            source: AllocationSource::History,
            source_id: source_id.to_owned(),
            amount,
            created_at: tx.now(),
        },
    )
}

fn record_paid(tx: &mut Tx<'_>, invoice: &Invoice) -> Result<()> {
    outbox::record(tx, &InvoicePaid { invoice_id: invoice.id.clone(), customer_id: invoice.customer_id.clone() })
}

pub(super) fn notes(decision: &TaxDecision, locale: &str) -> Result<Vec<String>> {
    let Some(note) = decision.note else {
        return Ok(Vec::new());
    };
    let texts = Texts::embedded().map_err(Error::internal)?;
    Ok(vec![texts.get(locale.parse().unwrap_or(Locale::En), note.key())])
}

/// A line that staff writes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    /// What is charged.
    pub description: String,
    /// How many; 1 when left out.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// Net price of one, as a decimal text.
    pub unit: String,
    /// What for; `other` when left out.
    #[serde(default)]
    pub kind: Option<LineKind>,
    /// The subscription that is charged.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// The days that are billed.
    #[serde(default)]
    pub period: Option<Period>,
}

/// An invoice that staff writes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftInvoice {
    /// `cus_...`.
    pub customer_id: String,
    /// The customer's currency when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// At least one.
    pub lines: Vec<DraftLine>,
}

impl DraftInvoice {
    fn new_invoice(&self, currency: Currency) -> Result<NewInvoice> {
        let lines =
            self.lines.iter().enumerate().map(|(index, line)| line.new_line(index, currency)).collect::<Result<_>>()?;
        Ok(NewInvoice { customer_id: self.customer_id.clone(), purpose: InvoicePurpose::Manual, lines })
    }
}

impl DraftLine {
    fn new_line(&self, index: usize, currency: Currency) -> Result<NewLine> {
        let unreadable = |_unreadable| BillingRefusal::LinePrice.refusal().field(format!("lines[{index}].unit"));
        Ok(NewLine {
            description: self.description.trim().to_owned(),
            quantity: self.quantity.unwrap_or(Quantity::ONE),
            unit: Money::parse(&self.unit, currency).map_err(unreadable)?,
            kind: self.kind.unwrap_or(LineKind::Other),
            subscription_id: self.subscription_id.clone(),
            period: self.period,
        })
    }
}

/// Drafts an invoice by hand.
///
/// # Errors
/// The fields that are wrong; those of [`draft_in`].
pub async fn draft(call: &Call, input: DraftInvoice) -> Result<InvoiceView> {
    let scope = call.authorize_for(Action::DraftInvoice, &input.customer_id)?;
    call.write(&scope.clone(), move |tx| {
        let currency = match input.currency {
            Some(currency) => currency,
            None => customers::queries::load_in(tx, &input.customer_id)?.currency,
        };
        let invoice = draft_in(tx, &input.new_invoice(currency)?)?;
        let view = queries::view_in(tx, &scope, &invoice.id)?;
        Ok(Changed::new(&invoice.id, view).of(&invoice.customer_id).noting("total", invoice.total.to_string()))
    })
    .await
}

/// Names an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardDraft {
    /// The draft.
    pub invoice_id: InvoiceId,
}

/// That a draft is gone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Discarded {
    /// What it was.
    pub invoice_id: InvoiceId,
}

/// Throws a draft away and frees its periods.
///
/// # Errors
/// `invoices.not_draft` once it was issued.
pub async fn discard(call: &Call, input: DiscardDraft) -> Result<Discarded> {
    let scope = call.authorize(Action::DiscardDraft)?;
    call.write(&scope.clone(), move |tx| {
        let draft = queries::visible_and_locked_in(tx, &scope, &input.invoice_id)?;
        if draft.state != InvoiceState::Draft {
            return Err(BillingRefusal::NotDraft.into());
        }
        charges::store::delete_of(tx, &draft.id)?;
        store::delete_draft(tx, &draft.id)?;
        let gone = Discarded { invoice_id: draft.id.clone() };
        Ok(Changed::new(&draft.id, gone).of(&draft.customer_id).noting("total", draft.total.to_string()))
    })
    .await
}

/// A draft to issue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueInvoice {
    /// The draft.
    pub invoice_id: InvoiceId,
    /// Days to pay: 0 to 365, 14 when left out.
    #[serde(default)]
    pub due_days: Option<i64>,
}

/// Issues a draft.
///
/// # Errors
/// Those of [`issue_in`].
pub async fn issue(call: &Call, input: IssueInvoice) -> Result<InvoiceView> {
    let scope = call.authorize(Action::IssueInvoice)?;
    call.write(&scope.clone(), move |tx| {
        queries::visible_and_locked_in(tx, &scope, &input.invoice_id)?;
        let invoice = issue_in(tx, &input.invoice_id, input.due_days.unwrap_or(DUE_DAYS))?;
        let view = queries::view_in(tx, &scope, &invoice.id)?;
        Ok(Changed::new(&invoice.id, view)
            .of(&invoice.customer_id)
            .noting("number", invoice.number.clone())
            .noting("total", invoice.total.to_string()))
    })
    .await
}

/// An invoice to take back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditInvoice {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Why; printed on the credit note.
    pub reason: String,
}

/// Takes an issued invoice back in full: a credit note with its own number, the
/// postings reversed, the periods freed. What was paid becomes credit.
///
/// # Errors
/// `billing.reason`, `invoices.not_creditable` for drafts and the second time,
/// `invoices.is_credit_note`.
pub async fn credit(call: &Call, input: CreditInvoice) -> Result<InvoiceView> {
    let scope = call.authorize(Action::CreditInvoice)?;
    let reason = crate::billing::reason(&input.reason)?;
    call.write(&scope.clone(), move |tx| {
        queries::visible_and_locked_in(tx, &scope, &input.invoice_id)?;
        let note = credit_in(tx, &input.invoice_id, &reason)?;
        let view = queries::view_in(tx, &scope, &note.id)?;
        Ok(Changed::new(&input.invoice_id, view)
            .of(&note.customer_id)
            .noting("credit_note", note.number.clone())
            .noting("reason", reason.as_str()))
    })
    .await
}

/// [`credit`] in a transaction that already runs; the credit note.
///
/// # Errors
/// As for [`credit`].
pub fn credit_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId, reason: &str) -> Result<Invoice> {
    let invoice = store::lock(tx, invoice_id)?.ok_or_else(not_found)?;
    let settled = invoice.settled_when_credited()?;
    let (text, _) = store::document(tx, invoice_id)?;
    let document = Document::read(&text)?.credit_note(&invoice, reason)?;
    let seller = entity::load_in(tx)?;
    let today = seller.today(tx.now());
    let number = numbering::next_in(tx, &document.seller.id, &document.seller.series, today)?;
    let document = document.numbered(&number, 0);
    let note = Invoice {
        id: InvoiceId::new(),
        kind: InvoiceKind::CreditNote,
        state: InvoiceState::Issued,
        number: document.number.clone(),
        open: Money::zero(document.total.currency),
        issue_day: document.issue_day,
        due_day: None,
        corrects: Some(invoice.id.clone()),
        created_at: tx.now(),
        issued_at: Some(tx.now()),
        settled_at: None,
        version: 1,
        ..invoice.clone()
    };
    store::insert(tx, &note, &document, Some(&number))?;
    if invoice.open.is_positive() {
        store::insert_allocation(
            tx,
            &Allocation {
                id: AllocationId::new(),
                customer_id: invoice.customer_id.clone(),
                invoice_id: invoice.id.clone(),
                source: AllocationSource::CreditNote,
                source_id: note.id.to_string(),
                amount: invoice.open,
                created_at: tx.now(),
            },
        )?;
    }
    store::settle(tx, &invoice, Money::zero(invoice.currency()), InvoiceState::Credited)?;
    charges::store::void_of(tx, invoice_id)?;
    let mut legs = document.legs()?;
    legs.extend(Leg::signed(
        Account::receivable(&invoice.customer_id),
        Account::credit(&invoice.customer_id),
        settled,
    )?);
    let posting = Posting {
        kind: PostingKind::CreditNoteIssued,
        reference: note.id.to_string(),
        day: number.day,
        reason: number.text(),
        legs,
    };
    post_in(tx, &posting)?;
    let event = InvoiceCredited {
        invoice_id: invoice.id.clone(),
        credit_note_id: note.id.clone(),
        customer_id: invoice.customer_id.clone(),
    };
    outbox::record(tx, &event)?;
    Ok(note)
}
