//! Rows of what subscriptions were in another system.

use diesel::prelude::*;
use hostwright_kernel::{Currency, Day, Money};

use super::model::Origin;
use crate::auth::adoption::KeptBecause;
use crate::catalogue::model::PriceId;
use crate::insert_rows;
use crate::platform::error::{Error, Result};
use crate::platform::late::Late;
use crate::platform::schema::{charges, invoice_lines, orders, servers, subscription_origins, subscriptions};
use crate::platform::{AnyConnection, Tx};
use crate::subscriptions::model::SubscriptionId;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_origins)]
struct Row {
    subscription_id: SubscriptionId,
    system: String,
    reference: String,
    cycle: String,
    currency: String,
    price_minor: i64,
    first_minor: Option<i64>,
    setup_minor: Option<i64>,
    renewal_minor: Option<i64>,
    transfer_minor: Option<i64>,
    non_refundable_minor: Option<i64>,
    refund_days: Option<i64>,
    started: Option<Day>,
    expires: Option<Day>,
    last_billed: Option<Day>,
    next_due: Option<Day>,
    next_invoice: Option<Day>,
    price_made: bool,
    created_at: hostwright_kernel::Instant,
}

impl Late for Row {
    fn insert(conn: &mut AnyConnection, rows: &[Self]) -> QueryResult<()> {
        insert_rows!(conn, subscription_origins::table, rows)
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, id: &SubscriptionId, origin: Origin) {
    let minor = |amount: Option<Money>| amount.map(|amount| amount.minor);
    let row = Row {
        subscription_id: id.clone(),
        system: origin.system,
        reference: origin.reference,
        cycle: origin.cycle,
        currency: origin.price.currency.code().to_owned(),
        price_minor: origin.price.minor,
        first_minor: minor(origin.first_price),
        setup_minor: minor(origin.setup_fee),
        renewal_minor: minor(origin.renewal_fee),
        transfer_minor: minor(origin.transfer_fee),
        non_refundable_minor: minor(origin.non_refundable),
        refund_days: origin.refund_days,
        started: origin.started,
        expires: origin.expires,
        last_billed: origin.last_billed,
        next_due: origin.next_due,
        next_invoice: origin.next_invoice,
        price_made: origin.price_made,
        created_at: tx.now(),
    };
    tx.insert_late(row);
}

pub(super) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Origin>> {
    let row: Option<Row> =
        subscription_origins::table.find(id.to_owned()).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(|row| {
        let currency: Currency = row.currency.parse().map_err(Error::internal)?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        Ok(Origin {
            system: row.system,
            reference: row.reference,
            cycle: row.cycle,
            price: Money::new(row.price_minor, currency),
            first_price: money(row.first_minor),
            setup_fee: money(row.setup_minor),
            renewal_fee: money(row.renewal_minor),
            transfer_fee: money(row.transfer_minor),
            non_refundable: money(row.non_refundable_minor),
            refund_days: row.refund_days,
            started: row.started,
            expires: row.expires,
            last_billed: row.last_billed,
            next_due: row.next_due,
            next_invoice: row.next_invoice,
            price_made: row.price_made,
        })
    })
    .transpose()
}

/// Holds it no longer; false when it was not held.
pub(super) fn release(tx: &mut Tx<'_>, id: &SubscriptionId) -> Result<bool> {
    let rows = diesel::update(subscriptions::table.find(id).filter(subscriptions::held.eq(true)))
        .set((subscriptions::held.eq(false), subscriptions::version.eq(subscriptions::version + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// What other rows hold of a subscription.
pub(super) fn held_by(tx: &mut Tx<'_>, id: &SubscriptionId) -> Result<Vec<KeptBecause>> {
    let id = id.as_str();
    let lines: i64 = invoice_lines::table.filter(invoice_lines::subscription_id.eq(id)).count().get_result(tx.conn)?;
    let charged: i64 = charges::table.filter(charges::subscription_id.eq(id)).count().get_result(tx.conn)?;
    let ordered: i64 = orders::table.filter(orders::subscription_id.eq(id)).count().get_result(tx.conn)?;
    let served: i64 = servers::table.filter(servers::subscription_id.eq(id)).count().get_result(tx.conn)?;
    let reasons = [
        (lines.saturating_add(charged), KeptBecause::Invoices),
        (ordered, KeptBecause::Orders),
        (served, KeptBecause::Servers),
    ];
    Ok(reasons.into_iter().filter(|(count, _)| *count > 0).map(|(_, why)| why).collect())
}

/// Says of another subscription at this price that the price was made for it.
pub(super) fn hand_on(tx: &mut Tx<'_>, price: &PriceId) -> Result<()> {
    let next: Option<SubscriptionId> = subscription_origins::table
        .inner_join(subscriptions::table)
        .filter(subscriptions::price_id.eq(price))
        .order(subscriptions::id)
        .select(subscription_origins::subscription_id)
        .first(tx.conn)
        .optional()?;
    if let Some(next) = next {
        diesel::update(subscription_origins::table.find(&next))
            .set(subscription_origins::price_made.eq(true))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Takes out a subscription as it came in; its price. None when it was changed since.
pub(super) fn delete(tx: &mut Tx<'_>, id: &SubscriptionId) -> Result<Option<PriceId>> {
    let untouched = subscriptions::table.find(id).filter(subscriptions::version.eq(1));
    let Some(price) = untouched.select(subscriptions::price_id).first::<PriceId>(tx.conn).optional()? else {
        return Ok(None);
    };
    diesel::delete(subscription_origins::table.find(id)).execute(tx.conn)?;
    let rows = diesel::delete(subscriptions::table.find(id).filter(subscriptions::version.eq(1))).execute(tx.conn)?;
    Ok((rows == 1).then_some(price))
}
