//! The dunning ladder and what it says about a day.

use hostwright_kernel::{Day, Money, id_type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::RenewalRefusal;
use crate::platform::error::Result;
use crate::subscriptions::model::{RenewalChoice, Subscription, SubscriptionState};

id_type!(
    /// Identifies a reminder that was given.
    ReminderId, "rem"
);

/// When renewals are billed and what happens when they are not paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Days before the next period at which its invoice is issued: 0 to 60.
    pub invoice_days_ahead: i64,
    /// Days that a first invoice may stay unpaid: 0 to 90.
    pub first_due_days: i64,
    /// Days after the due day at which reminders are sent, rising.
    pub reminder_days: Vec<i64>,
    /// Days after the due day at which servers are stopped.
    pub suspend_after_days: i64,
    /// Days after the due day at which the subscription ends.
    pub terminate_after_days: i64,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            invoice_days_ahead: 14,
            first_due_days: 7,
            reminder_days: vec![1, 5],
            suspend_after_days: 8,
            terminate_after_days: 30,
        }
    }
}

/// What an overdue invoice calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Reminders due by now, from 1.
    pub reminders: Vec<usize>,
    /// Whether its servers are to be stopped.
    pub suspend: bool,
    /// Whether its subscriptions are to end.
    pub terminate: bool,
}

impl Ladder {
    /// The ladder, when its steps rise.
    ///
    /// # Errors
    /// Names the number that does not fit.
    pub fn checked(self) -> Result<Self> {
        let in_range = (0..=60).contains(&self.invoice_days_ahead)
            && (0..=90).contains(&self.first_due_days)
            && self.reminder_days.len() <= 5
            && self.terminate_after_days <= 365;
        if !in_range {
            return Err(RenewalRefusal::DaysOutOfRange.into());
        }
        let steps: Vec<i64> =
            self.reminder_days.iter().copied().chain([self.suspend_after_days, self.terminate_after_days]).collect();
        let rising = steps.first().is_some_and(|first| *first >= 0)
            && steps.iter().zip(steps.iter().skip(1)).all(|(before, after)| before < after);
        if rising { Ok(self) } else { Err(RenewalRefusal::LadderNotRising.into()) }
    }

    /// Whether the invoice of the period that starts on `billed_until` is to be
    /// issued on `today`.
    #[must_use]
    pub fn is_billable(&self, billed_until: Day, today: Day) -> bool {
        billed_until.plus_days(self.invoice_days_ahead.saturating_neg()) <= today
    }

    /// Days from the issue of a renewal invoice to its due day: the first day of
    /// the period, and never before tomorrow.
    #[must_use]
    pub fn renewal_due_days(&self, billed_until: Day, today: Day) -> i64 {
        today.days_until(billed_until).max(1)
    }

    /// The day before which an invoice must have been due for anything to happen on
    /// `today`.
    #[must_use]
    pub fn first_step_before(&self, today: Day) -> Day {
        let first = self.reminder_days.iter().copied().chain([self.suspend_after_days]).min().unwrap_or_default();
        today.plus_days(1_i64.saturating_sub(first))
    }

    /// What an invoice due on `due` calls for on `today`.
    #[must_use]
    pub fn rung(&self, due: Day, today: Day) -> Rung {
        let late = due.days_until(today);
        Rung {
            reminders: self
                .reminder_days
                .iter()
                .enumerate()
                .filter(|(_, days)| **days <= late)
                .map(|(index, _)| index.saturating_add(1))
                .collect(),
            suspend: late >= self.suspend_after_days,
            terminate: late >= self.terminate_after_days,
        }
    }
}

/// What is to be done about a subscription whose next period may be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Nothing.
    Nothing,
    /// One period is to be billed, and nothing else.
    OnePeriod,
    /// Something else: it ends, or several periods are to be billed.
    Apart,
}

impl Ladder {
    /// What a run of `today` does about this subscription.
    #[must_use]
    pub fn renewal_of(&self, subscription: &Subscription, today: Day) -> Renewal {
        if subscription.state != SubscriptionState::Active {
            return Renewal::Nothing;
        }
        if subscription.renewal == RenewalChoice::Expire {
            return if subscription.billed_until <= today { Renewal::Apart } else { Renewal::Nothing };
        }
        if !self.is_billable(subscription.billed_until, today) {
            return Renewal::Nothing;
        }
        match subscription.advanced() {
            Ok(next) if !self.is_billable(next.billed_until, today) => Renewal::OnePeriod,
            _ => Renewal::Apart,
        }
    }
}

/// How the reason of a suspension for money begins; only such a suspension is
/// lifted by a payment.
pub const OVERDUE: &str = "overdue";

/// Whether a suspension's reason is an unpaid invoice.
#[must_use]
pub fn is_for_money(reason: &str) -> bool {
    reason.starts_with(OVERDUE)
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunReport {
    /// Renewal invoices issued.
    pub invoiced: u64,
    /// Reminders given.
    pub reminded: u64,
    /// Subscriptions suspended.
    pub suspended: u64,
    /// Subscriptions ended.
    pub terminated: u64,
    /// Subscriptions that could not be handled and became tasks of their own.
    pub parked: u64,
}

/// A renewal that is coming.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UpcomingRenewal {
    /// The subscription.
    pub subscription_id: String,
    /// Whose.
    pub customer_id: String,
    /// What it is called.
    pub plan_name: String,
    /// First day of the next period.
    pub next_day: Day,
    /// Day on which its invoice is issued.
    pub invoice_day: Day,
    /// Without tax.
    pub amount: Money,
}
