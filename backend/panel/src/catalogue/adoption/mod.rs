//! Prices at which something was sold in another system: retired ones that nobody can
//! buy at, kept because a subscription names the price that it was sold at.

mod store;

use hostwright_kernel::{Money, Months};

use super::model::{PlanId, Price, PriceId, PriceState};
use super::store::Shelf;
use crate::platform::Tx;
use crate::platform::error::Result;

/// All prices of a plan, those on offer first: what many calls of [`price_in`] look into before
/// they ask the database.
///
/// # Errors
/// When the database fails.
pub fn prices_in(tx: &mut Tx<'_>, plan_id: &PlanId) -> Result<Vec<Price>> {
    let mut prices = super::store::prices_of(tx, std::slice::from_ref(plan_id), Shelf::Whole)?;
    prices.sort_by(|one, other| (one.state.as_str(), &one.id).cmp(&(other.state.as_str(), &other.id)));
    Ok(prices)
}

/// The plan's price of this amount and length, whether it is offered or not; a retired one
/// is made where there is none. The second value says whether it was made. What is `known`
/// of the plan's prices is not asked for.
///
/// # Errors
/// When the database fails, as for a plan that is not there.
pub fn price_in(
    tx: &mut Tx<'_>,
    plan_id: &PlanId,
    known: &[Price],
    amount: Money,
    months: Months,
) -> Result<(PriceId, bool)> {
    if let Some(same) = known.iter().find(|price| price.amount == amount && price.months == months) {
        return Ok((same.id.clone(), false));
    }
    if let Some(known) = store::same(tx, plan_id, amount, months)? {
        return Ok((known, false));
    }
    let price = Price {
        id: PriceId::new(),
        plan_id: plan_id.clone(),
        amount,
        setup: Money::zero(amount.currency),
        months,
        state: PriceState::Retired,
        created_at: tx.now(),
    };
    super::store::insert_price(tx, &price)?;
    Ok((price.id, true))
}

/// Takes a price out that was made by [`price_in`], once nothing was sold at it any more.
///
/// # Errors
/// When the database fails.
pub fn remove_price_in(tx: &mut Tx<'_>, id: &PriceId) -> Result<()> {
    store::delete_unused(tx, id)
}
