//! Rows of money, tokens and balances of the past.

use diesel::prelude::*;
use hostwright_kernel::{Currency, Day, Instant, Money};

use super::model::{
    OpeningId, PastKind, PastPayment, PastPaymentId, PastPaymentView, PastState, PaymentTokenId, PaymentTokenView,
};
use crate::auth::call::Scope;
use crate::billing::invoices::InvoiceId;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{
    allocations, invoice_lines, invoices, opening_balances, past_payments, payment_tokens, reminders,
};
use crate::{insert_rows, only_of};

#[derive(Insertable)]
#[diesel(table_name = past_payments)]
struct NewPast {
    id: PastPaymentId,
    customer_id: String,
    invoice_id: Option<InvoiceId>,
    system: String,
    kind: PastKind,
    state: PastState,
    method: String,
    reference: String,
    currency: String,
    amount_minor: i64,
    fee_minor: i64,
    at: Option<Instant>,
    gives_back: Option<String>,
    note: String,
    created_at: Instant,
}

pub(super) fn insert_past(
    tx: &mut Tx<'_>,
    customer_id: &str,
    invoice_id: Option<&InvoiceId>,
    system: &str,
    payments: &[PastPayment],
) -> Result<()> {
    let created_at = tx.now();
    let rows: Vec<NewPast> = payments
        .iter()
        .map(|past| NewPast {
            id: past.id.clone(),
            customer_id: customer_id.to_owned(),
            invoice_id: invoice_id.cloned(),
            system: system.to_owned(),
            kind: past.kind,
            state: past.state,
            method: past.method.clone(),
            reference: past.reference.clone(),
            currency: past.amount.currency.code().to_owned(),
            amount_minor: past.amount.minor,
            fee_minor: past.fee.minor,
            at: past.at,
            gives_back: past.gives_back.clone(),
            note: past.note.clone(),
            created_at,
        })
        .collect();
    if !rows.is_empty() {
        insert_rows!(&mut *tx.conn, past_payments::table, &rows)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = past_payments)]
struct PastRow {
    id: PastPaymentId,
    invoice_id: Option<InvoiceId>,
    system: String,
    kind: PastKind,
    state: PastState,
    method: String,
    reference: String,
    currency: String,
    amount_minor: i64,
    fee_minor: i64,
    at: Option<Instant>,
    note: String,
}

impl PastRow {
    fn read(self) -> Result<PastPaymentView> {
        let currency: Currency = self.currency.parse().map_err(Error::internal)?;
        Ok(PastPaymentView {
            id: self.id,
            invoice_id: self.invoice_id,
            system: self.system,
            kind: self.kind,
            state: self.state,
            method: self.method,
            reference: self.reference,
            amount: Money::new(self.amount_minor, currency),
            fee: Money::new(self.fee_minor, currency),
            at: self.at,
            note: self.note,
        })
    }
}

/// A customer's money of the past that the caller may see, as it moved in.
pub(super) fn past_of(tx: &mut Tx<'_>, scope: &Scope, customer_id: &str) -> Result<Vec<PastPaymentView>> {
    let mut query = past_payments::table
        .filter(past_payments::customer_id.eq(customer_id.to_owned()))
        .order(past_payments::id)
        .select(PastRow::as_select())
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, past_payments::customer_id, own);
    }
    let rows: Vec<PastRow> = query.load(tx.conn)?;
    rows.into_iter().map(PastRow::read).collect()
}

/// Whether a payment of the past is there, and the document that it belongs to.
pub(super) fn past_invoice(tx: &mut Tx<'_>, id: &PastPaymentId) -> Result<Option<Option<InvoiceId>>> {
    Ok(past_payments::table.find(id).select(past_payments::invoice_id).first(tx.conn).optional()?)
}

pub(super) fn delete_past(tx: &mut Tx<'_>, id: &PastPaymentId) -> Result<()> {
    diesel::delete(past_payments::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// What of a document came later: settlements that are not of the past, and reminders.
pub(super) fn later_rows(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<i64> {
    let settled: i64 = allocations::table
        .filter(allocations::invoice_id.eq(id).and(allocations::source.ne("history")))
        .count()
        .get_result(tx.conn)?;
    let reminded: i64 = reminders::table.filter(reminders::invoice_id.eq(id.as_str())).count().get_result(tx.conn)?;
    Ok(settled.saturating_add(reminded))
}

/// Takes a document of the past out with its lines, payments and settlements; false
/// when it was changed since or is ours.
pub(super) fn delete_invoice(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<bool> {
    diesel::delete(allocations::table.filter(allocations::invoice_id.eq(id))).execute(tx.conn)?;
    diesel::delete(past_payments::table.filter(past_payments::invoice_id.eq(id))).execute(tx.conn)?;
    diesel::delete(invoice_lines::table.filter(invoice_lines::invoice_id.eq(id))).execute(tx.conn)?;
    let untouched = invoices::table.find(id).filter(invoices::origin.is_not_null()).filter(invoices::version.eq(1));
    Ok(diesel::delete(untouched).execute(tx.conn)? == 1)
}

pub(super) fn insert_opening(
    tx: &mut Tx<'_>,
    id: &OpeningId,
    customer_id: &str,
    amount: Money,
    day: Day,
    reference: &str,
) -> Result<()> {
    diesel::insert_into(opening_balances::table)
        .values((
            opening_balances::id.eq(id),
            opening_balances::customer_id.eq(customer_id),
            opening_balances::currency.eq(amount.currency.code()),
            opening_balances::amount_minor.eq(amount.minor),
            opening_balances::day.eq(day),
            opening_balances::reference.eq(reference),
            opening_balances::created_at.eq(tx.now()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whose credit it is, and how much it was.
pub(super) fn opening(tx: &mut Tx<'_>, id: &OpeningId) -> Result<Option<(String, Money)>> {
    let row: Option<(String, String, i64)> = opening_balances::table
        .find(id)
        .select((opening_balances::customer_id, opening_balances::currency, opening_balances::amount_minor))
        .first(tx.conn)
        .optional()?;
    row.map(|(customer, code, minor)| Ok((customer, Money::new(minor, code.parse().map_err(Error::internal)?))))
        .transpose()
}

/// All that customers brought along as credit: reference of its posting, and how much.
pub(super) fn openings(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>> {
    Ok(opening_balances::table
        .order(opening_balances::id)
        .select((opening_balances::id, opening_balances::amount_minor))
        .load(tx.conn)?)
}

pub(super) fn delete_opening(tx: &mut Tx<'_>, id: &OpeningId) -> Result<bool> {
    Ok(diesel::delete(opening_balances::table.find(id)).execute(tx.conn)? == 1)
}

pub(super) fn insert_token(
    tx: &mut Tx<'_>,
    customer_id: &str,
    token: &PaymentTokenView,
    sealed: Option<&str>,
) -> Result<()> {
    diesel::insert_into(payment_tokens::table)
        .values((
            payment_tokens::id.eq(&token.id),
            payment_tokens::customer_id.eq(customer_id),
            payment_tokens::provider.eq(&token.provider),
            payment_tokens::kind.eq(&token.kind),
            payment_tokens::label.eq(&token.label),
            payment_tokens::expires.eq(&token.expires),
            payment_tokens::token_sealed.eq(sealed),
            payment_tokens::is_default.eq(token.is_default),
            payment_tokens::created_at.eq(tx.now()),
            payment_tokens::version.eq(1_i64),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type TokenRow = (PaymentTokenId, String, String, String, Option<String>, bool);

/// A customer's tokens that the caller may see.
pub(super) fn tokens_of(tx: &mut Tx<'_>, scope: &Scope, customer_id: &str) -> Result<Vec<PaymentTokenView>> {
    let mut query = payment_tokens::table
        .filter(payment_tokens::customer_id.eq(customer_id.to_owned()))
        .order(payment_tokens::id)
        .select((
            payment_tokens::id,
            payment_tokens::provider,
            payment_tokens::kind,
            payment_tokens::label,
            payment_tokens::expires,
            payment_tokens::is_default,
        ))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, payment_tokens::customer_id, own);
    }
    let rows: Vec<TokenRow> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, provider, kind, label, expires, is_default)| PaymentTokenView {
            id,
            provider,
            kind,
            label,
            expires,
            is_default,
        })
        .collect())
}

/// Whose token it is, and its version.
pub(super) fn token(tx: &mut Tx<'_>, id: &PaymentTokenId) -> Result<Option<(String, i64)>> {
    Ok(payment_tokens::table
        .find(id)
        .select((payment_tokens::customer_id, payment_tokens::version))
        .first(tx.conn)
        .optional()?)
}

pub(super) fn delete_token(tx: &mut Tx<'_>, id: &PaymentTokenId) -> Result<()> {
    diesel::delete(payment_tokens::table.find(id).filter(payment_tokens::version.eq(1))).execute(tx.conn)?;
    Ok(())
}
