//! The life of a subscription.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::SubscriptionRefusal;
use super::model::{
    CarriedOn, NewSubscription, Step, Subscription, SubscriptionActivated, SubscriptionId, SubscriptionResumed,
    SubscriptionSuspended, SubscriptionTerminated, SubscriptionView, reason,
};
use super::{queries, store};
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::catalogue;
use crate::catalogue::model::RenewalChoice;
use crate::platform::error::Result;
use crate::platform::{Tx, outbox};

/// Another renewal for a subscription.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRenewal {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// What happens at the end of what is billed; `automatic` withdraws a cancellation.
    pub renewal: RenewalChoice,
}

/// The end of a subscription, with what is billed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
}

/// A subscription to hold back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Why, in 1 to 500 characters; the customer sees it.
    pub reason: String,
}

/// A subscription to hold back no longer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
}

/// A subscription to end now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminateSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Why, in 1 to 500 characters.
    pub reason: String,
}

/// Chooses what happens at the end of what is billed, among what the plan
/// offers. To renew withdraws a cancellation.
///
/// # Errors
/// `request.not_found`; `subscriptions.ended`; `subscriptions.renewal_not_offered`;
/// `subscriptions.changed_meanwhile`.
pub async fn set_renewal(call: &Call, input: SetRenewal) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::SetRenewal)?;
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        queries::reached(tx, &reach, &input.subscription_id)?;
        let before = queries::locked_in(tx, &input.subscription_id)?;
        let plan = catalogue::queries::load_in(tx, &before.plan_id)?;
        let after = before.renewing(input.renewal, &plan)?;
        let saved = save(tx, &after)?;
        Ok(changed(saved).noting("renewal", input.renewal.as_str()))
    })
    .await
}

/// Asks for the end of a subscription: it runs to the end of what is billed and
/// is not renewed.
///
/// # Errors
/// `request.not_found`; `subscriptions.ended`; `subscriptions.cancelled_already`;
/// `subscriptions.changed_meanwhile`.
pub async fn cancel(call: &Call, input: CancelSubscription) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::CancelSubscription)?;
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        queries::reached(tx, &reach, &input.subscription_id)?;
        let before = queries::locked_in(tx, &input.subscription_id)?;
        let after = before.cancelled(tx.now())?;
        let saved = save(tx, &after)?;
        let day = saved.billed_until.to_string();
        Ok(changed(saved).noting("ends", day))
    })
    .await
}

/// Holds a subscription back.
///
/// # Errors
/// `request.not_found`; `subscriptions.reason`; `subscriptions.state`;
/// `subscriptions.ended`; `subscriptions.changed_meanwhile`.
pub async fn suspend(call: &Call, input: SuspendSubscription) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::SuspendSubscription)?;
    let reach = scope.clone();
    let why = reason(&input.reason)?;
    call.write(&scope, move |tx| {
        queries::reached(tx, &reach, &input.subscription_id)?;
        let saved = suspend_in(tx, &input.subscription_id, &why)?;
        Ok(changed(saved).noting("reason", why.as_str()))
    })
    .await
}

/// Holds a subscription back no longer.
///
/// # Errors
/// `request.not_found`; `subscriptions.state`; `subscriptions.ended`;
/// `subscriptions.changed_meanwhile`.
pub async fn resume(call: &Call, input: ResumeSubscription) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::ResumeSubscription)?;
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        queries::reached(tx, &reach, &input.subscription_id)?;
        Ok(changed(resume_in(tx, &input.subscription_id)?))
    })
    .await
}

/// Ends a subscription now.
///
/// # Errors
/// `request.not_found`; `subscriptions.reason`; `subscriptions.ended`;
/// `subscriptions.changed_meanwhile`.
pub async fn terminate(call: &Call, input: TerminateSubscription) -> Result<SubscriptionView> {
    let scope = call.authorize(Action::TerminateSubscription)?;
    let reach = scope.clone();
    let why = reason(&input.reason)?;
    call.write(&scope, move |tx| {
        queries::reached(tx, &reach, &input.subscription_id)?;
        let saved = terminate_in(tx, &input.subscription_id, &why)?;
        Ok(changed(saved).noting("reason", why.as_str()))
    })
    .await
}

/// Makes a subscription, ordered, with its first period billed by the caller.
///
/// # Errors
/// `subscriptions.renewal_not_offered`.
pub fn create_in(tx: &mut Tx<'_>, new: &NewSubscription) -> Result<Subscription> {
    let subscription = new.order(tx.now())?;
    store::insert(tx, &subscription)?;
    Ok(subscription)
}

/// Makes an active subscription for something that was sold before and goes on here. What
/// it paid for is in no books of ours; the first period that is billed begins with the day
/// that was told.
///
/// # Errors
/// As for [`queries::carried_on_in`].
pub fn carry_on_in(tx: &mut Tx<'_>, sold: &CarriedOn) -> Result<Subscription> {
    let subscription = queries::carried_on_in(tx, sold)?;
    store::insert(tx, &subscription)?;
    Ok(subscription)
}

/// Makes an ordered subscription active: its first invoice is paid.
///
/// # Errors
/// `request.not_found`; `subscriptions.state`; `subscriptions.ended`;
/// `subscriptions.changed_meanwhile`.
pub fn activate_in(tx: &mut Tx<'_>, id: impl AsRef<str>) -> Result<Subscription> {
    let saved = step(tx, id, Step::Activate, "")?;
    outbox::record(
        tx,
        &SubscriptionActivated {
            subscription_id: saved.id.clone(),
            customer_id: saved.customer_id.clone(),
            reason: String::new(),
        },
    )?;
    Ok(saved)
}

/// Holds an active subscription back.
///
/// # Errors
/// As for [`activate_in`].
pub fn suspend_in(tx: &mut Tx<'_>, id: impl AsRef<str>, reason: &str) -> Result<Subscription> {
    let saved = step(tx, id, Step::Suspend, reason)?;
    outbox::record(
        tx,
        &SubscriptionSuspended {
            subscription_id: saved.id.clone(),
            customer_id: saved.customer_id.clone(),
            reason: reason.to_owned(),
        },
    )?;
    Ok(saved)
}

/// Holds a suspended subscription back no longer.
///
/// # Errors
/// As for [`activate_in`].
pub fn resume_in(tx: &mut Tx<'_>, id: impl AsRef<str>) -> Result<Subscription> {
    let saved = step(tx, id, Step::Resume, "")?;
    outbox::record(
        tx,
        &SubscriptionResumed {
            subscription_id: saved.id.clone(),
            customer_id: saved.customer_id.clone(),
            reason: String::new(),
        },
    )?;
    Ok(saved)
}

/// Ends a subscription: terminated, or cancelled when it was never active.
///
/// # Errors
/// As for [`activate_in`].
pub fn terminate_in(tx: &mut Tx<'_>, id: impl AsRef<str>, reason: &str) -> Result<Subscription> {
    let saved = step(tx, id, Step::Terminate, reason)?;
    outbox::record(
        tx,
        &SubscriptionTerminated {
            subscription_id: saved.id.clone(),
            customer_id: saved.customer_id.clone(),
            reason: reason.to_owned(),
        },
    )?;
    Ok(saved)
}

/// Counts one more period as billed. Of several callers with the same belief
/// one succeeds.
///
/// # Errors
/// `subscriptions.ended`; `subscriptions.changed_meanwhile` when another period was
/// billed or it ended meanwhile.
pub fn advance_in(tx: &mut Tx<'_>, believed: &Subscription) -> Result<Subscription> {
    let next = believed.advanced()?;
    if store::save_advance(tx, believed, &next)? {
        queries::load_in(tx, &believed.id)
    } else {
        Err(SubscriptionRefusal::ChangedMeanwhile.into())
    }
}

/// [`advance_in`] of several, of which the caller has locked each.
///
/// # Errors
/// `subscriptions.changed_meanwhile`; then none was advanced.
pub fn advance_together_in(tx: &mut Tx<'_>, believed: Vec<Subscription>) -> Result<()> {
    let mut steps = Vec::with_capacity(believed.len());
    for before in believed {
        let after = before.advanced()?;
        steps.push((before, after));
    }
    if store::save_advances(tx, &steps)? == steps.len() {
        Ok(())
    } else {
        Err(SubscriptionRefusal::ChangedMeanwhile.into())
    }
}

fn step(tx: &mut Tx<'_>, id: impl AsRef<str>, step: Step, reason: &str) -> Result<Subscription> {
    let before = queries::locked_in(tx, id)?;
    let after = before.step(step, reason, tx.now())?;
    save(tx, &after)
}

fn save(tx: &mut Tx<'_>, next: &Subscription) -> Result<Subscription> {
    if store::save(tx, next)? {
        queries::load_in(tx, &next.id)
    } else {
        Err(SubscriptionRefusal::ChangedMeanwhile.into())
    }
}

fn changed(saved: Subscription) -> Changed<SubscriptionView> {
    Changed::new(saved.id.clone(), SubscriptionView::from(saved.clone())).of(&saved.customer_id)
}
