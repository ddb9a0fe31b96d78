//! Subscriptions, their states and their periods.

use hostwright_kernel::{Day, Instant, Money, Months, Period, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::SubscriptionRefusal;
use crate::catalogue::model::Plan;
pub use crate::catalogue::model::{PlanId, Price, PriceId, RenewalChoice};
use crate::platform::Refusal;
use crate::platform::outbox::Event;

id_type!(
    /// Identifies a subscription.
    SubscriptionId, "sub"
);

impl AsRef<str> for SubscriptionId {
    /// The slices above keep the id as text, so the functions that run in their
    /// transactions take either.
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

text_enum! {
    /// Where a subscription is in its life.
    pub enum SubscriptionState {
        /// Ordered, and the first invoice is not paid.
        Ordered = "ordered",
        /// Delivered.
        Active = "active",
        /// Held back, usually for money.
        Suspended = "suspended",
        /// Ended before it was ever active.
        Cancelled = "cancelled",
        /// Ended.
        Terminated = "terminated",
    }
}

/// What can happen to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The first invoice is paid.
    Activate,
    /// It is held back.
    Suspend,
    /// It is no longer held back.
    Resume,
    /// It ends.
    Terminate,
}

impl Step {
    /// Every step.
    pub const ALL: &'static [Self] = &[Self::Activate, Self::Suspend, Self::Resume, Self::Terminate];
}

impl SubscriptionState {
    /// The state after a step; none where the step is not possible. This is the
    /// whole state machine.
    #[must_use]
    pub fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Ordered, Step::Activate) | (Self::Suspended, Step::Resume) => Some(Self::Active),
            (Self::Active, Step::Suspend) => Some(Self::Suspended),
            (Self::Ordered, Step::Terminate) => Some(Self::Cancelled),
            (Self::Active | Self::Suspended, Step::Terminate) => Some(Self::Terminated),
            (Self::Ordered, Step::Suspend | Step::Resume)
            | (Self::Active, Step::Activate | Step::Resume)
            | (Self::Suspended, Step::Activate | Step::Suspend)
            | (Self::Cancelled | Self::Terminated, _) => None,
        }
    }

    /// Whether nothing can happen any more.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Terminated)
    }
}

/// The sold thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is: `cus_...`.
    pub customer_id: String,
    /// What it was sold from.
    pub plan_id: PlanId,
    /// At which price it was sold.
    pub price_id: PriceId,
    /// The plan's name when it was sold.
    pub plan_name: String,
    /// For each period, without tax, as sold.
    pub amount: Money,
    /// Length of a period.
    pub months: Months,
    /// First day of the first period; all periods are counted from it.
    pub anchor: Day,
    /// How many periods are billed.
    pub periods_billed: i64,
    /// The day after the last billed period.
    pub billed_until: Day,
    /// What happens at the end of what is billed.
    pub renewal: RenewalChoice,
    /// Where it is in its life.
    pub state: SubscriptionState,
    /// Since when it is held back.
    pub suspended_at: Option<Instant>,
    /// Why it is held back.
    pub suspended_reason: Option<String>,
    /// When its end was asked for.
    pub cancelled_at: Option<Instant>,
    /// When it ended.
    pub terminated_at: Option<Instant>,
    /// When it was ordered.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What an order makes a subscription from.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Whose it will be: `cus_...`.
    pub customer_id: String,
    /// What is sold.
    pub plan: Plan,
    /// At which price.
    pub price: Price,
    /// First day, in the customer's time zone.
    pub start: Day,
    /// What the customer chose.
    pub renewal: RenewalChoice,
}

/// What was sold and delivered before, outside of this installation, and goes on here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedOn {
    /// Whose it is: `cus_...`.
    pub customer_id: String,
    /// At which price it goes on; the price is one of the plan.
    pub price_id: PriceId,
    /// The first day that is not paid for.
    pub billed_until: Day,
}

impl NewSubscription {
    /// The subscription that is active already, with no period billed by us: the first is
    /// the one that begins at [`NewSubscription::start`].
    ///
    /// # Errors
    /// As for [`NewSubscription::order`].
    pub fn carry_on(&self, now: Instant) -> Result<Subscription, Refusal> {
        let ordered = self.order(now)?;
        Ok(Subscription { periods_billed: 0, billed_until: self.start, state: SubscriptionState::Active, ..ordered })
    }

    /// The subscription, with its first period billed.
    ///
    /// # Errors
    /// `subscriptions.renewal_not_offered`; `subscriptions.state` when the price is
    /// not one of the plan; `subscriptions.no_further_period` for a start at the
    /// end of the calendar.
    pub fn order(&self, now: Instant) -> Result<Subscription, Refusal> {
        if !self.plan.renewal_choices.contains(&self.renewal) {
            return Err(SubscriptionRefusal::RenewalNotOffered.with("renewal", self.renewal));
        }
        if self.price.plan_id != self.plan.id {
            return Err(SubscriptionRefusal::State.with("state", "ordered"));
        }
        let period = period(self.start, self.price.months, 0)?;
        Ok(Subscription {
            id: SubscriptionId::new(),
            customer_id: self.customer_id.clone(),
            plan_id: self.plan.id.clone(),
            price_id: self.price.id.clone(),
            plan_name: self.plan.name.clone(),
            amount: self.price.amount,
            months: self.price.months,
            anchor: self.start,
            periods_billed: 1,
            billed_until: period.end,
            renewal: self.renewal,
            state: SubscriptionState::Ordered,
            suspended_at: None,
            suspended_reason: None,
            cancelled_at: None,
            terminated_at: None,
            created_at: now,
            version: 1,
        })
    }
}

impl Subscription {
    /// The subscription after a step.
    ///
    /// # Errors
    /// `subscriptions.ended`, or `subscriptions.state` with the present one.
    pub fn step(&self, step: Step, reason: &str, now: Instant) -> Result<Self, Refusal> {
        let Some(state) = self.state.after(step) else {
            return Err(if self.state.is_ended() {
                SubscriptionRefusal::Ended.into()
            } else {
                SubscriptionRefusal::State.with("state", self.state)
            });
        };
        let mut next = self.clone();
        next.state = state;
        match step {
            Step::Suspend => {
                next.suspended_at = Some(now);
                next.suspended_reason = Some(reason.to_owned());
            }
            Step::Activate | Step::Resume => {
                next.suspended_at = None;
                next.suspended_reason = None;
            }
            Step::Terminate => next.terminated_at = Some(now),
        }
        Ok(next)
    }

    /// The `index`-th period, from 0, counted from the anchor.
    ///
    /// # Errors
    /// `subscriptions.no_further_period` past what the calendar has.
    pub fn period(&self, index: i64) -> Result<Period, Refusal> {
        period(self.anchor, self.months, index)
    }

    /// The period that a renewal would bill.
    ///
    /// # Errors
    /// As for [`Subscription::period`].
    pub fn next_period(&self) -> Result<Period, Refusal> {
        self.period(self.periods_billed)
    }

    /// The subscription with one more period billed.
    ///
    /// # Errors
    /// `subscriptions.ended`; as for [`Subscription::period`].
    pub fn advanced(&self) -> Result<Self, Refusal> {
        if self.state.is_ended() {
            return Err(SubscriptionRefusal::Ended.into());
        }
        Ok(Self {
            periods_billed: self.periods_billed.saturating_add(1),
            billed_until: self.next_period()?.end,
            ..self.clone()
        })
    }

    /// The subscription with another renewal, of those that its plan offers.
    /// Choosing to renew withdraws a cancellation.
    ///
    /// # Errors
    /// `subscriptions.ended`; `subscriptions.renewal_not_offered`.
    pub fn renewing(&self, renewal: RenewalChoice, plan: &Plan) -> Result<Self, Refusal> {
        if self.state.is_ended() {
            return Err(SubscriptionRefusal::Ended.into());
        }
        if !plan.renewal_choices.contains(&renewal) {
            return Err(SubscriptionRefusal::RenewalNotOffered.with("renewal", renewal));
        }
        Ok(Self {
            renewal,
            cancelled_at: self.cancelled_at.filter(|_| renewal == RenewalChoice::Expire),
            ..self.clone()
        })
    }

    /// The subscription with its end asked for; it ends with what is billed.
    /// This is possible whatever the plan offers.
    ///
    /// # Errors
    /// `subscriptions.ended`; `subscriptions.cancelled_already`.
    pub fn cancelled(&self, now: Instant) -> Result<Self, Refusal> {
        if self.state.is_ended() {
            return Err(SubscriptionRefusal::Ended.into());
        }
        if self.cancelled_at.is_some() {
            return Err(SubscriptionRefusal::CancelledAlready.with("day", self.billed_until));
        }
        Ok(Self { renewal: RenewalChoice::Expire, cancelled_at: Some(now), ..self.clone() })
    }

    /// What the next renewal bills and when it begins; none when there is none.
    #[must_use]
    pub fn next_renewal(&self) -> Option<NextRenewal> {
        if self.state.is_ended() || self.renewal == RenewalChoice::Expire {
            return None;
        }
        self.next_period().ok().map(|period| NextRenewal { day: period.start, amount: self.amount, period })
    }
}

fn period(anchor: Day, months: Months, index: i64) -> Result<Period, Refusal> {
    let none = || SubscriptionRefusal::NoFurtherPeriod.refusal();
    let index = u32::try_from(index).map_err(|_negative| none())?;
    let period = Period::nth(anchor, months, index);
    // Days are kept up to the year 9999; counting on may go past it or stand still.
    if period.start < period.end && period.end.year() <= 9_999 { Ok(period) } else { Err(none()) }
}

/// A reason that a person gave.
///
/// # Errors
/// `subscriptions.reason` unless it has 1 to 500 characters.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(SubscriptionRefusal::Reason.into());
    }
    Ok(text.to_owned())
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// Which.
            pub subscription_id: SubscriptionId,
            /// Whose.
            pub customer_id: String,
            /// Why; empty where there is nothing to say.
            pub reason: String,
        }
        impl Event for $name {
            const KIND: &'static str = $kind;
        }
    )+ };
}

events! {
    /// The first invoice was paid.
    SubscriptionActivated = "subscription.activated",
    /// It is held back.
    SubscriptionSuspended = "subscription.suspended",
    /// It is no longer held back.
    SubscriptionResumed = "subscription.resumed",
    /// It ended, whether it was ever active or not.
    SubscriptionTerminated = "subscription.terminated",
}

/// What the next renewal bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextRenewal {
    /// The day on which the next period begins.
    pub day: Day,
    /// Without tax.
    pub amount: Money,
    /// The period.
    pub period: Period,
}

/// A subscription as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionView {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub customer_id: String,
    /// What it was sold from.
    pub plan_id: PlanId,
    /// At which price it was sold.
    pub price_id: PriceId,
    /// The plan's name when it was sold.
    pub plan_name: String,
    /// For each period, without tax, as sold.
    pub amount: Money,
    /// Length of a period in months.
    pub months: Months,
    /// First day of the first period.
    pub anchor: Day,
    /// How many periods are billed.
    pub periods_billed: i64,
    /// The day after the last billed period.
    pub billed_until: Day,
    /// What happens then.
    pub renewal: RenewalChoice,
    /// The next renewal; none when it expires or has ended.
    pub next_renewal: Option<NextRenewal>,
    /// Where it is in its life.
    pub state: SubscriptionState,
    /// Since when it is held back.
    pub suspended_at: Option<Instant>,
    /// Why it is held back.
    pub suspended_reason: Option<String>,
    /// When its end was asked for.
    pub cancelled_at: Option<Instant>,
    /// When it ended.
    pub terminated_at: Option<Instant>,
    /// When it was ordered.
    pub created_at: Instant,
}

impl From<Subscription> for SubscriptionView {
    fn from(subscription: Subscription) -> Self {
        Self {
            next_renewal: subscription.next_renewal(),
            id: subscription.id,
            customer_id: subscription.customer_id,
            plan_id: subscription.plan_id,
            price_id: subscription.price_id,
            plan_name: subscription.plan_name,
            amount: subscription.amount,
            months: subscription.months,
            anchor: subscription.anchor,
            periods_billed: subscription.periods_billed,
            billed_until: subscription.billed_until,
            renewal: subscription.renewal,
            state: subscription.state,
            suspended_at: subscription.suspended_at,
            suspended_reason: subscription.suspended_reason,
            cancelled_at: subscription.cancelled_at,
            terminated_at: subscription.terminated_at,
            created_at: subscription.created_at,
        }
    }
}
