//! What is sold, to whom, and until when.

use hostwright_kernel::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::SubscriptionRefusal;
use super::model::{CarriedOn, NewSubscription, RenewalChoice, Subscription, SubscriptionId, SubscriptionView};
use super::store;
use crate::auth::call::{Call, Scope, not_found};
use crate::auth::policy::Action;
use crate::platform::error::{Error, Result};
use crate::platform::{ListInput, Paged, Tx};
use crate::{catalogue, customers};

/// Asks for one subscription.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
}

/// Subscriptions, newest first: a customer's own, everybody's for staff.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<SubscriptionView>> {
    let scope = call.authorize(Action::ListSubscriptions)?;
    call.db
        .read(move |tx| {
            let rows = store::list(tx, &scope, &input)?;
            Ok(Paged::cut(rows, &input, |subscription| subscription.id.to_string()).map(SubscriptionView::from))
        })
        .await
}

/// One subscription.
///
/// # Errors
/// `request.not_found`, also for somebody else's.
pub async fn show(call: &Call, input: ShowSubscription) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::ShowSubscription)?;
    call.db.read(move |tx| reached(tx, &scope, &input.subscription_id).map(SubscriptionView::from)).await
}

/// A subscription in any state, for work of the product itself: the caller has
/// checked that it may be reached.
///
/// # Errors
/// `request.not_found`.
pub fn load_in(tx: &mut Tx<'_>, id: impl AsRef<str>) -> Result<Subscription> {
    store::find_any(tx, id.as_ref())?.ok_or_else(not_found)
}

/// [`locked_in`] of several, in the order of their ids; those that there are.
///
/// # Errors
/// When the database fails.
pub fn locked_together_in(tx: &mut Tx<'_>, ids: &[SubscriptionId]) -> Result<Vec<Subscription>> {
    store::lock_together(tx, ids)
}

/// [`load_in`] for a change that follows: others that want to change it wait until
/// this transaction ends, and then see what it did.
///
/// # Errors
/// `request.not_found`.
pub fn locked_in(tx: &mut Tx<'_>, id: impl AsRef<str>) -> Result<Subscription> {
    store::lock_any(tx, id.as_ref())?.ok_or_else(not_found)
}

/// The subscription by which something goes on that was sold before, not yet kept.
///
/// # Errors
/// `subscriptions.customer`; `subscriptions.currency`; `catalogue.not_for_sale`;
/// `subscriptions.no_further_period`.
pub fn carried_on_in(tx: &mut Tx<'_>, sold: &CarriedOn) -> Result<Subscription> {
    let nobody = |error: Error| {
        if error.is("request.not_found") { SubscriptionRefusal::Customer.into() } else { error }
    };
    let customer = customers::queries::load_in(tx, &sold.customer_id).map_err(nobody)?;
    let price = catalogue::queries::price_in(tx, &sold.price_id)?;
    let (plan, price) = catalogue::queries::sellable_privately_in(tx, &price.plan_id, &price.id)?;
    if price.amount.currency != customer.currency {
        return Err(SubscriptionRefusal::Currency.with("price", price.amount.currency).into());
    }
    let renewal = if plan.renewal_choices.contains(&RenewalChoice::Automatic) {
        RenewalChoice::Automatic
    } else {
        RenewalChoice::Expire
    };
    let new = NewSubscription { customer_id: sold.customer_id.clone(), plan, price, start: sold.billed_until, renewal };
    Ok(new.carry_on(tx.now())?)
}

/// A subscription that the caller may reach.
///
/// # Errors
/// `request.not_found`, also for somebody else's.
pub fn reached(tx: &mut Tx<'_>, scope: &Scope, id: &SubscriptionId) -> Result<Subscription> {
    store::find(tx, scope, id)?.ok_or_else(not_found)
}

/// Active subscriptions that are billed until a day before `before`, whatever their
/// renewal; by that day and id, behind `after`, at most `limit`. What is due is
/// decided by the caller.
///
/// # Errors
/// When the database fails.
pub fn due_in(
    tx: &mut Tx<'_>,
    before: Day,
    after: Option<(Day, SubscriptionId)>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    store::due(tx, before, after, limit)
}

/// Active subscriptions that renew by themselves and are billed until `up_to`
/// (inclusive) at the latest, soonest first.
///
/// # Errors
/// When the database fails.
pub fn renewing_in(tx: &mut Tx<'_>, up_to: Day, input: &ListInput) -> Result<Paged<Subscription>> {
    let after = input.after.as_deref().and_then(|key| {
        let (day, id) = key.split_once('.')?;
        Some((day.parse().ok()?, id.to_owned()))
    });
    let rows = store::renewing(tx, up_to, after, input)?;
    Ok(Paged::cut(rows, input, |subscription| format!("{}.{}", subscription.billed_until, subscription.id)))
}
