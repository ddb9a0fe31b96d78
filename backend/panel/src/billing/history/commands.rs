//! Moving documents, money, tokens and balances of the past in, and out again.

use hostwright_importer::snapshot;
use hostwright_importer::snapshot::values::Amount;
use hostwright_kernel::{Day, Money, MoneyError};

use super::documents::{self, Landed};
use super::model::{
    AdoptInvoice, AdoptPayment, AdoptToken, AdoptedInvoice, Opening, OpeningId, PastMoney, PastPayment, PastPaymentId,
    PaymentTokenId, PaymentTokenView,
};
use super::store;
use crate::auth::adoption::{Adopted, KeptBecause, Landing, Remark, Removal};
use crate::auth::call::not_found;
use crate::billing::error::BillingRefusal;
use crate::billing::invoices::document::Corrected;
use crate::billing::invoices::model::{Invoice, InvoiceId, InvoiceKind, InvoiceState};
use crate::billing::ledger::{Account, Leg, Posting, PostingKind, post_in};
use crate::billing::{entity, invoices, ledger};
use crate::customers;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// What a kept token is sealed for.
pub const TOKEN: &str = "billing.payment_token";
/// What names a part that was settled there nobody knows by what.
const UNEXPLAINED: &str = "source";

/// Moves a document in with its lines and payments. What is open on it is owed from now
/// on, as of `day`.
///
/// # Errors
/// `invoices.history_draft` for drafts; `payments.wrong_currency` where its amounts are in
/// several currencies; `billing.amount_too_large`, `invoices.too_many_lines`; not found
/// without such a customer.
pub fn adopt_invoice_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    adopted: &AdoptInvoice<'_>,
    day: Day,
) -> Result<AdoptedInvoice> {
    let customer = customers::queries::load_in(tx, adopted.customer_id)?;
    let seller = entity::load_in(tx)?;
    let zone = seller.zone();
    let corrects = corrected(tx, adopted.corrects.as_ref())?;
    let Landed { mut document, credit, is_settled } =
        documents::read(adopted, landing.system, seller, &customer, corrects)?;
    let currency = document.total.currency;
    let mut past = Vec::with_capacity(adopted.payments.len());
    for payment in adopted.payments {
        past.push(PastPayment::read(PastMoney::Payment(payment), currency).map_err(unlike(currency))?);
    }
    let mut paid = credit;
    for part in &past {
        paid = paid.add(part.settles()?).map_err(unlike(currency))?;
    }
    let zero = Money::zero(currency);
    let open = if is_settled { zero } else { at_least(document.total.sub(paid)?, zero) };
    let open = open.min(document.total)?;
    let settled = settled(document.total.sub(open)?, credit, &past, &document)?;
    let Some(history) = document.history.as_mut() else {
        return Err(Error::internal("a document of the past without its history"));
    };
    history.opening = open;
    if !is_settled && paid.sub(document.total)?.is_positive() {
        history.differences.push(format!("open there, though {paid} came in"));
    }
    let unexplained = settled.iter().find(|(source, _)| source == UNEXPLAINED);
    if let Some((_, part)) = unexplained.filter(|_| adopted.invoice.status != snapshot::InvoiceStatus::Cancelled) {
        history.differences.push(format!("settled there without a payment of {part}"));
    }
    let remarks = history.differences.iter().map(|told| Remark::new("difference", told)).collect();
    let moment = |day: Option<Day>| day.map(|day| day.start_in(&zone));
    let invoice = Invoice {
        id: InvoiceId::new(),
        customer_id: adopted.customer_id.to_owned(),
        legal_entity_id: document.seller.id.clone(),
        kind: document.kind,
        state: state(&document.kind, open, adopted.invoice.status),
        number: document.number.clone(),
        net: document.net,
        tax: document.tax,
        total: document.total,
        open,
        issue_day: document.issue_day,
        due_day: document.due_day,
        corrects: document.corrects.as_ref().map(|corrects| corrects.invoice_id.clone()),
        purpose: document.purpose,
        created_at: tx.now(),
        issued_at: moment(document.issue_day),
        settled_at: if open.is_zero() { moment(adopted.invoice.paid.or(document.issue_day)) } else { None },
        version: 1,
    };
    invoices::commands::keep_past_in(tx, &invoice, &document, &settled)?;
    store::insert_past(tx, adopted.customer_id, Some(&invoice.id), landing.system, &past)?;
    open_in_books(tx, &invoice.id, adopted.customer_id, open, day, invoice.number.as_deref())?;
    landing.note(tx, "invoice", invoice.id.as_str(), Some(adopted.customer_id));
    Ok(AdoptedInvoice { id: invoice.id, open, payments: past.into_iter().map(|part| part.id).collect(), remarks })
}

/// Moves money in that belongs to no document, or that came later than its document:
/// then it settles what is still open there.
///
/// # Errors
/// `payments.wrong_currency` where it is in another currency than its document; not found
/// without such a customer or document.
pub fn adopt_payment_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    adopted: &AdoptPayment<'_>,
    day: Day,
) -> Result<Adopted<PastPaymentId>> {
    let customer = customers::queries::load_in(tx, adopted.customer_id)?;
    let mut remarks = Vec::new();
    let invoice = match &adopted.invoice {
        None => None,
        Some(id) => {
            let found = invoices::queries::locked_in(tx, id)?.filter(|found| found.customer_id == adopted.customer_id);
            Some(found.ok_or_else(not_found)?)
        }
    };
    let usual = invoice.as_ref().map_or(customer.currency, Invoice::currency);
    let past = PastPayment::read(adopted.money, usual).map_err(unlike(usual))?;
    let id = past.id.clone();
    let settles = past.settles()?;
    store::insert_past(tx, adopted.customer_id, adopted.invoice.as_ref(), landing.system, &[past])?;
    if let Some(invoice) = invoice.filter(|_| settles.is_positive()) {
        let part = settles.min(invoice.open).map_err(unlike(usual))?;
        if part != settles {
            remarks.push(Remark::new("more_than_open", settles));
        }
        if part.is_positive() {
            invoices::commands::settle_past_in(tx, &invoice, id.as_str(), part)?;
            let legs =
                vec![Leg { debit: Account::opening(), credit: Account::receivable(adopted.customer_id), amount: part }];
            let reason = invoice.number.clone().unwrap_or_default();
            let kind = PostingKind::OpeningBalance;
            post_in(tx, &Posting { kind, reference: id.to_string(), day, reason, legs })?;
        }
    }
    landing.note(tx, "payment", id.as_str(), Some(adopted.customer_id));
    Ok(Adopted::new(id, remarks))
}

/// Moves a customer's balance in: credit against `opening`, and what is owed without a
/// document as a document of its own, numbered as the balance is called.
///
/// # Errors
/// `billing.amount_too_large`; not found without such a customer.
pub fn adopt_balance_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    balance: Money,
    reference: &str,
    day: Day,
) -> Result<Opening> {
    if balance.is_zero() {
        return Ok(Opening::Nothing);
    }
    customers::queries::load_in(tx, customer_id)?;
    if balance.minor.unsigned_abs() > crate::billing::totals::LARGEST_MINOR.unsigned_abs() {
        return Err(BillingRefusal::AmountTooLarge.into());
    }
    let reference: String = reference.trim().chars().take(140).collect();
    match balance.minor {
        1.. => {
            let id = OpeningId::new();
            store::insert_opening(tx, &id, customer_id, balance, day, &reference)?;
            let legs = vec![Leg { debit: Account::opening(), credit: Account::credit(customer_id), amount: balance }];
            let kind = PostingKind::OpeningBalance;
            post_in(tx, &Posting { kind, reference: id.to_string(), day, reason: reference, legs })?;
            landing.note(tx, "balance", id.as_str(), Some(customer_id));
            Ok(Opening::Credit(id))
        }
        _ => {
            let owed = balance.neg()?;
            let amount = Amount::parse(&owed.decimal(), owed.currency).map_err(Error::internal)?;
            let invoice = snapshot::Invoice {
                id: reference.clone(),
                party: customer_id.to_owned(),
                currency: Some(owed.currency),
                issued: Some(day),
                due: Some(day),
                net: Some(amount),
                total: Some(amount),
                ..snapshot::Invoice::default()
            };
            let lines = [snapshot::InvoiceLine {
                id: reference.clone(),
                invoice: reference.clone(),
                text: reference,
                amount: Some(amount),
                ..snapshot::InvoiceLine::default()
            }];
            let adopted = AdoptInvoice { customer_id, invoice: &invoice, lines: &lines, payments: &[], corrects: None };
            Ok(Opening::Owed(adopt_invoice_in(tx, landing, &adopted, day)?.id))
        }
    }
}

/// Keeps a card or account as its provider's token, sealed. Nothing here charges it.
///
/// # Errors
/// When the database fails.
pub fn adopt_token_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    adopted: &AdoptToken<'_>,
) -> Result<Adopted<PaymentTokenId>> {
    customers::queries::load_in(tx, adopted.customer_id)?;
    let told = adopted.token;
    let sealed = match &told.token {
        Some(token) => Some(landing.call.vault.seal(TOKEN, &token.0)?),
        None => None,
    };
    let view = PaymentTokenView {
        id: PaymentTokenId::new(),
        provider: told.provider.clone().unwrap_or_default(),
        kind: told.kind.clone(),
        label: told.label.clone().unwrap_or_default(),
        expires: told.expires.clone(),
        is_default: told.is_default,
    };
    store::insert_token(tx, adopted.customer_id, &view, sealed.as_deref())?;
    landing.note(tx, "payment_token", view.id.as_str(), Some(adopted.customer_id));
    let remarks = if sealed.is_none() { vec![Remark::new("token_missing", &view.label)] } else { Vec::new() };
    Ok(Adopted::new(view.id, remarks))
}

/// Takes a document out again with its lines and payments, unless something was settled
/// on it or somebody was reminded. Its opening posting is reversed.
///
/// # Errors
/// When the database fails.
pub fn remove_invoice_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &InvoiceId, day: Day) -> Result<Removal> {
    let Some(invoice) = invoices::queries::locked_in(tx, id)? else {
        return Ok(Removal::Gone);
    };
    let document = invoices::queries::document_in(tx, id)?;
    let Some(history) = document.history else {
        return Ok(Removal::Kept(vec![KeptBecause::Changed]));
    };
    if invoice.version != 1 || store::later_rows(tx, id)? > 0 {
        return Ok(Removal::Kept(vec![KeptBecause::Settled]));
    }
    if !store::delete_invoice(tx, id)? {
        return Err(BillingRefusal::ChangedMeanwhile.into());
    }
    let legs = Leg::signed(Account::opening(), Account::receivable(&invoice.customer_id), history.opening)?;
    reverse(tx, id.as_str(), day, invoice.number.unwrap_or_default(), legs)?;
    landing.note(tx, "invoice_removed", id.as_str(), Some(&invoice.customer_id));
    Ok(Removal::Removed)
}

/// Takes money of the past out again, unless it belongs to a document: it goes with that.
///
/// # Errors
/// When the database fails.
pub fn remove_payment_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &PastPaymentId) -> Result<Removal> {
    match store::past_invoice(tx, id)? {
        None => Ok(Removal::Gone),
        Some(Some(_invoice)) => Ok(Removal::Kept(vec![KeptBecause::Invoices])),
        Some(None) => {
            store::delete_past(tx, id)?;
            landing.note(tx, "payment_removed", id.as_str(), None);
            Ok(Removal::Removed)
        }
    }
}

/// Takes credit out again that a customer brought along, unless it was spent.
///
/// # Errors
/// When the database fails.
pub fn remove_balance_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &OpeningId, day: Day) -> Result<Removal> {
    let Some((customer_id, amount)) = store::opening(tx, id)? else {
        return Ok(Removal::Gone);
    };
    let credit = ledger::queries::locked_credit_in(tx, &customer_id, amount.currency)?;
    if amount.sub(credit)?.is_positive() {
        return Ok(Removal::Kept(vec![KeptBecause::Spent]));
    }
    if !store::delete_opening(tx, id)? {
        return Ok(Removal::Gone);
    }
    let leg = Leg { debit: Account::credit(&customer_id), credit: Account::opening(), amount };
    reverse(tx, id.as_str(), day, String::new(), Some(leg))?;
    landing.note(tx, "balance_removed", id.as_str(), Some(&customer_id));
    Ok(Removal::Removed)
}

/// Takes a kept token out again, unless it was changed.
///
/// # Errors
/// When the database fails.
pub fn remove_token_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &PaymentTokenId) -> Result<Removal> {
    match store::token(tx, id)? {
        None => Ok(Removal::Gone),
        Some((customer_id, 1)) => {
            store::delete_token(tx, id)?;
            landing.note(tx, "payment_token_removed", id.as_str(), Some(&customer_id));
            Ok(Removal::Removed)
        }
        Some(_) => Ok(Removal::Kept(vec![KeptBecause::Changed])),
    }
}

fn reverse(tx: &mut Tx<'_>, reference: &str, day: Day, reason: String, leg: Option<Leg>) -> Result<()> {
    let kind = PostingKind::OpeningReversed;
    post_in(tx, &Posting { kind, reference: reference.to_owned(), day, reason, legs: leg.into_iter().collect() })
}

fn open_in_books(
    tx: &mut Tx<'_>,
    id: &InvoiceId,
    customer_id: &str,
    open: Money,
    day: Day,
    number: Option<&str>,
) -> Result<()> {
    let legs = Leg::signed(Account::receivable(customer_id), Account::opening(), open)?;
    let posting = Posting {
        kind: PostingKind::OpeningBalance,
        reference: id.to_string(),
        day,
        reason: number.unwrap_or_default().to_owned(),
        legs: legs.into_iter().collect(),
    };
    post_in(tx, &posting)
}

/// What a credit note takes back, where that is a document of the past.
fn corrected(tx: &mut Tx<'_>, id: Option<&InvoiceId>) -> Result<Option<Corrected>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let invoice = invoices::queries::load_in(tx, id)?;
    Ok(Some(Corrected {
        invoice_id: invoice.id,
        number: invoice.number.unwrap_or_default(),
        issue_day: invoice.issue_day,
    }))
}

/// The parts by which a document was settled there: payments, then credit, then what the
/// source does not explain, which is named.
fn settled(
    whole: Money,
    credit: Money,
    past: &[PastPayment],
    document: &invoices::document::Document,
) -> Result<Vec<(String, Money)>> {
    let mut left = whole;
    let mut parts = Vec::new();
    if document.kind == InvoiceKind::CreditNote {
        return Ok(parts);
    }
    let paid = past.iter().map(|part| Ok((part.id.to_string(), part.settles()?))).collect::<Result<Vec<_>>>()?;
    for (source, amount) in paid.into_iter().chain([("credit".to_owned(), credit), (UNEXPLAINED.to_owned(), whole)]) {
        let part = amount.min(left)?;
        if part.is_positive() {
            left = left.sub(part)?;
            parts.push((source, part));
        }
    }
    Ok(parts)
}

fn state(kind: &InvoiceKind, open: Money, status: snapshot::InvoiceStatus) -> InvoiceState {
    match (kind, status) {
        (InvoiceKind::CreditNote, _) => InvoiceState::Issued,
        (InvoiceKind::Invoice, snapshot::InvoiceStatus::Cancelled) => InvoiceState::Credited,
        (InvoiceKind::Invoice, _) if open.is_zero() => InvoiceState::Paid,
        (InvoiceKind::Invoice, _) => InvoiceState::Issued,
    }
}

fn at_least(amount: Money, least: Money) -> Money {
    if amount.minor < least.minor { least } else { amount }
}

/// Several currencies in one document are told as such.
fn unlike(currency: hostwright_kernel::Currency) -> impl Fn(MoneyError) -> Error {
    move |error| match error {
        MoneyError::Mixed(..) => BillingRefusal::WrongCurrency.with("currency", currency).into(),
        other => other.into(),
    }
}
