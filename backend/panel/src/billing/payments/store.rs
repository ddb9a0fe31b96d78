//! Rows of payments.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use hostwright_kernel::{Currency, Day, Instant, Money};

use super::model::{Payment, PaymentId, PaymentMethod};
use crate::auth::call::Scope;
use crate::billing::ledger::PostingKind;
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{allocations, invoices, ledger_transfers, payments};
use crate::platform::{ListInput, Tx};
use crate::{on_each, only_of};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct Row {
    id: PaymentId,
    customer_id: String,
    method: PaymentMethod,
    reference: String,
    currency: String,
    amount_minor: i64,
    received_day: Day,
    note: String,
    created_at: Instant,
}

impl Row {
    fn read(self) -> Result<Payment> {
        let currency: Currency = self.currency.parse().map_err(Error::internal)?;
        Ok(Payment {
            id: self.id,
            customer_id: self.customer_id,
            method: self.method,
            reference: self.reference,
            amount: Money::new(self.amount_minor, currency),
            received_day: self.received_day,
            note: self.note,
            created_at: self.created_at,
        })
    }
}

/// The payment of a method and reference.
pub(super) fn find(tx: &mut Tx<'_>, method: PaymentMethod, reference: &str) -> Result<Option<Payment>> {
    let row: Option<Row> = payments::table
        .filter(payments::method.eq(method).and(payments::reference.eq(reference)))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// Writes a payment; false when the method and reference are there. Waits for
/// another transaction that is just writing them.
pub(super) fn insert(tx: &mut Tx<'_>, payment: &Payment) -> Result<bool> {
    let row = (
        payments::id.eq(&payment.id),
        payments::customer_id.eq(&payment.customer_id),
        payments::method.eq(payment.method),
        payments::reference.eq(&payment.reference),
        payments::currency.eq(payment.amount.currency.code()),
        payments::amount_minor.eq(payment.amount.minor),
        payments::received_day.eq(payment.received_day),
        payments::note.eq(&payment.note),
        payments::created_at.eq(payment.created_at),
    );
    let written = on_each!(&mut *tx.conn, |conn| diesel::insert_into(payments::table)
        .values(row)
        .on_conflict((payments::method, payments::reference))
        .do_nothing()
        .execute(conn))?;
    Ok(written == 1)
}

/// Payments that the caller may see, newest first.
pub(super) fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListInput) -> Result<Vec<Payment>> {
    let mut query =
        payments::table.select(Row::as_select()).order(payments::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, payments::customer_id, own);
    }
    if let Some(after) = &input.after {
        query = query.filter(payments::id.lt(after.clone()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(payments::customer_id.eq(customer.clone()));
    }
    if let Some(method) = input.state.as_ref().filter(|method| !method.is_empty()) {
        query = query.filter(payments::method.eq(method.clone()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(lower(payments::reference).like(pattern).escape('\\'));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether the customer has documents in a currency.
pub(super) fn uses_currency(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<bool> {
    let found: Option<String> = invoices::table
        .filter(
            invoices::customer_id
                .eq(customer_id)
                .and(invoices::currency.eq(currency.code()))
                .and(invoices::number.is_not_null()),
        )
        .select(invoices::id)
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
}

/// Payments whose settlements sum to more than the payment.
pub(super) fn overspent(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let sums: Vec<(String, i64)> = allocations::table
        .filter(allocations::source.eq("payment"))
        .group_by(allocations::source_id)
        .select((allocations::source_id, sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)")))
        .load(tx.conn)?;
    let mut found = Vec::new();
    for (id, settled) in sums {
        let amount: Option<i64> = payments::table.find(&id).select(payments::amount_minor).first(tx.conn).optional()?;
        if amount.is_none_or(|amount| settled > amount) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Payments whose postings do not sum to the payment.
pub(super) fn not_posted(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let posted: std::collections::BTreeMap<String, i64> = ledger_transfers::table
        .filter(ledger_transfers::kind.eq(PostingKind::PaymentReceived))
        .group_by(ledger_transfers::reference)
        .select((ledger_transfers::reference, sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)")))
        .load::<(String, i64)>(tx.conn)?
        .into_iter()
        .collect();
    let payments: Vec<(String, i64)> =
        payments::table.order(payments::id).select((payments::id, payments::amount_minor)).load(tx.conn)?;
    Ok(payments.into_iter().filter(|(id, amount)| posted.get(id) != Some(amount)).map(|(id, _)| id).collect())
}
