//! Rows of orders.

use diesel::prelude::*;
use hostwright_kernel::{Instant, Money};

use super::model::{OrderId, OrderView, QuoteId};
use crate::auth::call::Scope;
use crate::only_of;
use crate::platform::error::{Error, Result};
use crate::platform::schema::orders;
use crate::platform::{ListInput, Paged, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = orders)]
struct Row {
    id: OrderId,
    quote_id: QuoteId,
    customer_id: String,
    subscription_id: String,
    invoice_id: String,
    server_id: String,
    currency: String,
    total_minor: i64,
    created_at: Instant,
}

impl TryFrom<Row> for OrderView {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            subscription_id: row.subscription_id,
            invoice_id: row.invoice_id,
            server_id: row.server_id,
            total: Money::new(row.total_minor, row.currency.parse().map_err(Error::internal)?),
            created_at: row.created_at,
        })
    }
}

/// Writes an order; the unique index refuses a quote that was accepted before.
///
/// # Errors
/// When the database fails or the quote was accepted.
pub fn insert(tx: &mut Tx<'_>, order: &OrderView, quote_id: &QuoteId) -> Result<()> {
    diesel::insert_into(orders::table)
        .values(Row {
            id: order.id.clone(),
            quote_id: quote_id.clone(),
            customer_id: order.customer_id.clone(),
            subscription_id: order.subscription_id.clone(),
            invoice_id: order.invoice_id.clone(),
            server_id: order.server_id.clone(),
            currency: order.total.currency.to_string(),
            total_minor: order.total.minor,
            created_at: order.created_at,
        })
        .execute(tx.conn)?;
    Ok(())
}

/// The order that accepted this quote.
///
/// # Errors
/// When the database fails.
pub fn of_quote(tx: &mut Tx<'_>, quote_id: &QuoteId) -> Result<Option<OrderView>> {
    let row: Option<Row> =
        orders::table.filter(orders::quote_id.eq(quote_id)).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(TryInto::try_into).transpose()
}

/// Orders that may be seen, newest first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListInput) -> Result<Paged<OrderView>> {
    let mut query = orders::table.select(Row::as_select()).order(orders::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, orders::customer_id, customers);
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(orders::customer_id.eq(customer.clone()));
    }
    if let Some(after) = &input.after {
        query = query.filter(orders::id.lt(after.clone()));
    }
    let rows: Vec<OrderView> = query.load(tx.conn)?.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    Ok(Paged::cut(rows, input, |order| order.id.to_string()))
}
