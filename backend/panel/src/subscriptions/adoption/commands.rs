//! Moving subscriptions in, letting them be billed, and out again.

use super::model::{AdoptSubscription, Origin};
use super::store;
use crate::auth::adoption::{Adopted, KeptBecause, Landing, Removal};
use crate::catalogue;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::subscriptions::error::SubscriptionRefusal;
use crate::subscriptions::model::SubscriptionId;

/// Moves a subscription in as the source has it.
///
/// # Errors
/// `subscriptions.adoption_cycle`, `subscriptions.adoption_price`,
/// `subscriptions.adoption_due`.
pub fn adopt_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    adopted: &AdoptSubscription<'_>,
) -> Result<Adopted<SubscriptionId>> {
    let (amount, months) = adopted.terms(&mut Vec::new())?;
    let months = months.map_or_else(|| hostwright_kernel::Months::try_from(1), Ok);
    let months = months.map_err(crate::platform::Error::internal)?;
    let price = catalogue::adoption::price_in(tx, &adopted.plan.id, adopted.prices, amount, months)?;
    let landed = adopted.landed(landing.system, price, tx.now())?;
    let id = landed.subscription.id.clone();
    crate::subscriptions::store::insert_held(tx, &landed.subscription, adopted.is_held)?;
    store::insert(tx, &id, landed.origin);
    landing.note(tx, "subscription", id.as_str(), Some(adopted.customer_id));
    Ok(Adopted::new(id, landed.remarks))
}

/// Lets a subscription be billed and ended from now on; false when it could be before.
/// From then on it is not taken out again.
///
/// # Errors
/// When the database fails.
pub fn release_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &SubscriptionId) -> Result<bool> {
    let released = store::release(tx, id)?;
    if released {
        let customer = crate::subscriptions::queries::load_in(tx, id)?.customer_id;
        landing.note(tx, "subscription_released", id.as_str(), Some(&customer));
    }
    Ok(released)
}

/// What the source said of a subscription; none for one that did not move in.
///
/// # Errors
/// When the database fails.
pub fn origin_in(tx: &mut Tx<'_>, id: &SubscriptionId) -> Result<Option<Origin>> {
    store::find(tx, id.as_str())
}

/// Takes a subscription out again, unless it was changed, released or billed, or
/// something was built for it.
///
/// # Errors
/// When the database fails.
pub fn remove_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &SubscriptionId) -> Result<Removal> {
    let Some(subscription) = crate::subscriptions::store::lock_any(tx, id.as_str())? else {
        return Ok(Removal::Gone);
    };
    let origin = store::find(tx, id.as_str())?;
    let mut reasons = store::held_by(tx, id)?;
    if subscription.version != 1 || origin.is_none() {
        reasons.insert(0, KeptBecause::Changed);
    }
    if let Some(kept) = Removal::kept(reasons) {
        return Ok(kept);
    }
    let price = store::delete(tx, id)?.ok_or(SubscriptionRefusal::ChangedMeanwhile)?;
    if origin.is_some_and(|origin| origin.price_made) {
        catalogue::adoption::remove_price_in(tx, &price)?;
        // Where others were sold at it too, the last of them takes it along.
        store::hand_on(tx, &price)?;
    }
    landing.note(tx, "subscription_removed", id.as_str(), Some(&subscription.customer_id));
    Ok(Removal::Removed)
}
