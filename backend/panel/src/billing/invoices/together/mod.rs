//! Drafting and issuing many invoices in one transaction.
//!
//! The counter of numbers is locked until a transaction ends, so the disk's flush
//! bounds how many transactions a series takes. Invoices that are computed by the
//! product itself therefore share one: the counter is taken once for all of
//! them, every table is written once, and each document is what [`draft_in`] and
//! [`issue_in`] would have made of it.
//!
//! [`draft_in`]: super::commands::draft_in
//! [`issue_in`]: super::commands::issue_in

mod store;

use std::collections::{BTreeMap, BTreeSet};

use hostwright_kernel::Day;

use super::commands::notes;
use super::document::Document;
use super::model::{Buyer, Invoice, InvoiceId, InvoiceIssued, InvoiceKind, InvoicePaid, InvoiceState, NewInvoice};
use crate::auth::call::not_found;
use crate::billing::entity::LegalEntity;
use crate::billing::error::BillingRefusal;
use crate::billing::ledger::{self, Posting, PostingKind};
use crate::billing::numbering::model::Number;
use crate::billing::tax::model::TaxDecision;
use crate::billing::{charges, entity, numbering, tax};
use crate::customers;
use crate::customers::model::Customer;
use crate::platform::error::{Error, Result};
use crate::platform::{Tx, outbox};

/// An invoice to be drafted and issued.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is asked for.
    pub new: NewInvoice,
    /// Days to pay.
    pub due_days: i64,
}

/// Drafts and issues; the invoice of each, or why that one cannot be, in the
/// order of asking. One that cannot be does not keep the others.
///
/// # Errors
/// When the database refuses something; then none is issued, and each is to be
/// tried alone.
pub fn issue_together_in(tx: &mut Tx<'_>, wanted: &[Wanted]) -> Result<Vec<Result<Invoice>>> {
    let seller = entity::load_in(tx)?;
    let today = seller.today(tx.now());
    let buyers = buyers(tx, wanted)?;
    let mut decisions = Decisions { seller: &seller, today, known: BTreeMap::new() };
    let mut computed = Vec::with_capacity(wanted.len());
    for one in wanted {
        computed.push(match buyers.get(&one.new.customer_id) {
            Some(buyer) => compute(tx, one, buyer, &mut decisions),
            None => Err(not_found()),
        });
    }
    let good = computed.iter().filter(|document| document.is_ok()).count();
    let mut numbers = numbering::range_in(tx, &seller.id, &seller.series, today, good)?.into_iter();
    let mut issued = Vec::with_capacity(good);
    let mut outcomes = Vec::with_capacity(wanted.len());
    for (one, document) in wanted.iter().zip(computed) {
        let outcome = document.map(|document| {
            let number = numbers.next()?;
            let document = document.numbered(&number, one.due_days);
            let invoice = invoice(tx, one, &document);
            issued.push(Issued { invoice: invoice.clone(), document, number });
            Some(invoice)
        });
        outcomes.push(match outcome {
            Ok(Some(invoice)) => Ok(invoice),
            Ok(None) => return Err(Error::internal("fewer numbers than documents")),
            Err(error) => Err(error),
        });
    }
    write(tx, &issued)?;
    Ok(outcomes)
}

/// A document with its number.
struct Issued {
    invoice: Invoice,
    document: Document,
    number: Number,
}

fn buyers(tx: &mut Tx<'_>, wanted: &[Wanted]) -> Result<BTreeMap<String, Customer>> {
    let ids: BTreeSet<String> = wanted.iter().map(|one| one.new.customer_id.clone()).collect();
    let found = customers::queries::load_many_in(tx, &ids)?;
    Ok(found.into_iter().map(|customer| (customer.id.to_string(), customer)).collect())
}

/// How buyers are taxed today, looked up once for buyers alike.
struct Decisions<'a> {
    seller: &'a LegalEntity,
    today: Day,
    known: BTreeMap<(String, bool, bool), TaxDecision>,
}

impl Decisions<'_> {
    fn of(&mut self, tx: &mut Tx<'_>, buyer: &Customer) -> Result<TaxDecision> {
        let alike = (buyer.country.clone(), buyer.has_vat_number(), buyer.tax_exempt);
        if let Some(known) = self.known.get(&alike) {
            return Ok(known.clone());
        }
        let decision = tax::decide_in(tx, self.seller, buyer, self.today)?;
        self.known.insert(alike, decision.clone());
        Ok(decision)
    }
}

fn compute(tx: &mut Tx<'_>, one: &Wanted, buyer: &Customer, decisions: &mut Decisions<'_>) -> Result<Document> {
    one.new.check()?;
    if !(0..=365).contains(&one.due_days) {
        return Err(BillingRefusal::DueDays.into());
    }
    let decision = decisions.of(tx, buyer)?;
    let notes = notes(&decision, &buyer.locale)?;
    let document = Document::draft(
        one.new.purpose,
        decisions.seller.clone(),
        Buyer::from(buyer),
        &one.new.lines,
        decision,
        notes,
    )?;
    // What cannot be posted is refused before it has a number.
    document.legs()?;
    Ok(document)
}

fn invoice(tx: &Tx<'_>, one: &Wanted, document: &Document) -> Invoice {
    let free = document.total.is_zero();
    Invoice {
        id: InvoiceId::new(),
        customer_id: one.new.customer_id.clone(),
        legal_entity_id: document.seller.id.clone(),
        kind: InvoiceKind::Invoice,
        state: if free { InvoiceState::Paid } else { InvoiceState::Issued },
        number: document.number.clone(),
        net: document.net,
        tax: document.tax,
        total: document.total,
        open: document.total,
        issue_day: document.issue_day,
        due_day: document.due_day,
        corrects: None,
        purpose: one.new.purpose,
        created_at: tx.now(),
        issued_at: Some(tx.now()),
        settled_at: free.then(|| tx.now()),
        // Drafted and issued.
        version: 2,
    }
}

fn write(tx: &mut Tx<'_>, issued: &[Issued]) -> Result<()> {
    store::insert_issued(tx, issued)?;
    charges::store::insert_all(tx, issued.iter().map(|one| (&one.invoice.id, &one.document)))?;
    let mut postings = Vec::with_capacity(issued.len());
    for one in issued {
        postings.push(Posting {
            kind: PostingKind::InvoiceIssued,
            reference: one.invoice.id.to_string(),
            day: one.number.day,
            reason: one.number.text(),
            legs: one.document.legs()?,
        });
    }
    ledger::post_together_in(tx, &postings)?;
    let told = |one: &Issued| (one.invoice.id.clone(), one.invoice.customer_id.clone());
    let events: Vec<InvoiceIssued> =
        issued.iter().map(told).map(|(invoice_id, customer_id)| InvoiceIssued { invoice_id, customer_id }).collect();
    outbox::record_all(tx, &events)?;
    let paid: Vec<InvoicePaid> = issued
        .iter()
        .filter(|one| one.invoice.state == InvoiceState::Paid)
        .map(told)
        .map(|(invoice_id, customer_id)| InvoicePaid { invoice_id, customer_id })
        .collect();
    outbox::record_all(tx, &paid)
}
