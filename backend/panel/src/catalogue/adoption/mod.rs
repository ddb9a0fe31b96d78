//! Prices at which something was sold in another system: retired ones that nobody can
//! buy at, kept because a subscription names the price that it was sold at.

mod store;

use hostwright_kernel::{Money, Months};

use super::model::{PlanId, Price, PriceId, PriceState};
use crate::platform::Tx;
use crate::platform::error::Result;

/// The plan's price of this amount and length, whether it is offered or not; a retired one
/// is made where there is none. The second value says whether it was made.
///
/// # Errors
/// When the database fails, as for a plan that is not there.
pub fn price_in(tx: &mut Tx<'_>, plan_id: &PlanId, amount: Money, months: Months) -> Result<(PriceId, bool)> {
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
