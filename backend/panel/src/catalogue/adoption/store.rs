//! Rows of prices that nobody can buy at.

use diesel::prelude::*;
use hostwright_kernel::{Money, Months};

use crate::catalogue::model::{PlanId, PriceId, PriceState};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{prices, subscriptions};

/// A price of this plan, amount and length; one on offer before a retired one.
pub(super) fn same(tx: &mut Tx<'_>, plan: &PlanId, amount: Money, months: Months) -> Result<Option<PriceId>> {
    Ok(prices::table
        .filter(prices::plan_id.eq(plan))
        .filter(prices::currency.eq(amount.currency.code()))
        .filter(prices::amount_minor.eq(amount.minor))
        .filter(prices::months.eq(i64::from(months)))
        .order((prices::state, prices::id))
        .select(prices::id)
        .first(tx.conn)
        .optional()?)
}

/// Takes out a retired price at which nothing was sold.
pub(super) fn delete_unused(tx: &mut Tx<'_>, id: &PriceId) -> Result<()> {
    let sold: i64 = subscriptions::table.filter(subscriptions::price_id.eq(id)).count().get_result(tx.conn)?;
    if sold == 0 {
        diesel::delete(prices::table.find(id).filter(prices::state.eq(PriceState::Retired))).execute(tx.conn)?;
    }
    Ok(())
}
