//! Billing what falls due, and following the ladder.

use hostwright_kernel::{Day, Period};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs;
use super::model::{Ladder, OVERDUE, Renewal, Rung, is_for_money};
use super::queries::Nothing;
use super::store;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::entity;
use crate::billing::invoices;
use crate::billing::invoices::model::{Invoice, InvoiceId, InvoicePurpose, InvoiceState, NewInvoice, NewLine};
use crate::billing::invoices::together::{Wanted, issue_together_in};
use crate::billing::totals::LineKind;

use crate::platform::error::{Error, Result};
use crate::platform::outbox::{self, Event};
use crate::platform::{Tx, jobs as queue};
use crate::subscriptions;
use crate::subscriptions::model::{RenewalChoice, Subscription, SubscriptionId, SubscriptionState};

/// Periods billed at most in one transaction, after a long standstill.
const CATCH_UP: u32 = 36;

/// A reminder is due to be sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReminderDue {
    /// The overdue invoice.
    pub invoice_id: InvoiceId,
    /// Whose.
    pub customer_id: String,
    /// Which reminder, from 1.
    pub number: i64,
}

impl Event for ReminderDue {
    const KIND: &'static str = "renewals.reminder_due";
}

/// The task that does the work.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Started {
    /// Look here for how it goes.
    pub task_id: String,
}

/// Starts a renewal run now; one that waits or runs already is the same one.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn run(call: &Call, _input: Nothing) -> Result<Started> {
    let scope = call.authorize(Action::RunRenewals)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let task_id = queue::enqueue(tx, &jobs::run_job(&actor))?.to_string();
        Ok(Changed::new(&task_id, Started { task_id: task_id.clone() }))
    })
    .await
}

/// Puts another ladder in force, from the next run on.
///
/// # Errors
/// Names the number of days that does not fit.
pub async fn update_ladder(call: &Call, input: Ladder) -> Result<Ladder> {
    let scope = call.authorize(Action::UpdateDunning)?;
    let ladder = input.checked()?;
    call.write(&scope, move |tx| {
        store::save_ladder(tx, &ladder)?;
        let noted = serde_json::to_value(&ladder)?;
        Ok(Changed::new("renewals", ladder.clone()).noting("ladder", noted))
    })
    .await
}

/// Bills every period of a subscription that is to be billed by `today`, or ends
/// it when it is not to be renewed; how many invoices were issued and whether
/// it ended.
///
/// Of several that renew it at the same moment, one does, and the others find that
/// there is nothing left to do.
///
/// # Errors
/// When the database fails; then nothing was done.
pub fn renew_in(tx: &mut Tx<'_>, subscription_id: &SubscriptionId, today: Day) -> Result<(u64, bool)> {
    let ladder = store::ladder(tx)?;
    let mut subscription = subscriptions::queries::locked_in(tx, subscription_id)?;
    let mut invoiced = 0_u64;
    if subscription.state != SubscriptionState::Active {
        return Ok((invoiced, false));
    }
    if subscription.renewal == RenewalChoice::Expire {
        let over = subscription.billed_until <= today;
        if over {
            subscriptions::commands::terminate_in(tx, subscription_id, "expired")?;
        }
        return Ok((invoiced, over));
    }
    for _ in 0..CATCH_UP {
        if !ladder.is_billable(subscription.billed_until, today) {
            break;
        }
        bill_next_period(tx, &ladder, &subscription, today)?;
        subscription = subscriptions::commands::advance_in(tx, &subscription)?;
        invoiced = invoiced.saturating_add(1);
    }
    Ok((invoiced, false))
}

fn bill_next_period(tx: &mut Tx<'_>, ladder: &Ladder, subscription: &Subscription, today: Day) -> Result<Invoice> {
    let Wanted { new, due_days } = next_invoice(ladder, subscription, today)?;
    let draft = invoices::commands::draft_in(tx, &new)?;
    invoices::commands::issue_in(tx, &draft.id, due_days)
}

/// The invoice of a subscription's next period.
fn next_invoice(ladder: &Ladder, subscription: &Subscription, today: Day) -> Result<Wanted> {
    let index = u32::try_from(subscription.periods_billed).map_err(Error::internal)?;
    let period = Period::nth(subscription.anchor, subscription.months, index);
    let new = NewInvoice {
        customer_id: subscription.customer_id.clone(),
        purpose: InvoicePurpose::Renewal,
        lines: vec![NewLine {
            description: subscription.plan_name.clone(),
            quantity: 1.into(),
            unit: subscription.amount,
            kind: LineKind::Recurring,
            subscription_id: Some(subscription.id.to_string()),
            period: Some(period),
        }],
    };
    Ok(Wanted { new, due_days: ladder.renewal_due_days(period.start, today) })
}

/// What became of subscriptions that were renewed together.
#[derive(Debug, Default)]
pub struct Together {
    /// Those whose next period was billed.
    pub billed: Vec<Subscription>,
    /// Those that need a transaction of their own: more than one period is due,
    /// they end, or something about them is refused.
    pub apart: Vec<SubscriptionId>,
}

/// Bills the next period of many subscriptions in this transaction, as
/// [`renew_in`] would one by one, and names those that it leaves alone.
///
/// # Errors
/// When the database refuses something; then nothing was done, and each is to be
/// renewed alone.
pub fn renew_together_in(tx: &mut Tx<'_>, ids: &[SubscriptionId], today: Day) -> Result<Together> {
    let ladder = store::ladder(tx)?;
    let mut together = Together::default();
    let (mut plain, mut wanted) = (Vec::new(), Vec::new());
    for subscription in subscriptions::queries::locked_together_in(tx, ids)? {
        match ladder.renewal_of(&subscription, today) {
            Renewal::Nothing => {}
            Renewal::Apart => together.apart.push(subscription.id),
            Renewal::OnePeriod => {
                wanted.push(next_invoice(&ladder, &subscription, today)?);
                plain.push(subscription);
            }
        }
    }
    for (subscription, outcome) in plain.into_iter().zip(issue_together_in(tx, &wanted)?) {
        match outcome {
            Ok(_) => together.billed.push(subscription),
            // Tried again alone, it says why for itself.
            Err(_) => together.apart.push(subscription.id),
        }
    }
    subscriptions::commands::advance_together_in(tx, together.billed.clone())?;
    Ok(together)
}

/// What following the ladder did for one invoice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Followed {
    /// Reminders given now.
    pub reminded: u64,
    /// Subscriptions suspended now.
    pub suspended: u64,
    /// Subscriptions ended now.
    pub terminated: u64,
}

/// Whether following the ladder for an overdue invoice may change anything. Most have
/// had their reminder and wait: looking is cheap, a transaction for each is not.
///
/// # Errors
/// When the database fails.
pub fn has_steps_in(tx: &mut Tx<'_>, ladder: &Ladder, invoice: &Invoice, today: Day) -> Result<bool> {
    let Some(due) = invoice.due_day else {
        return Ok(false);
    };
    let Rung { reminders, suspend, terminate } = ladder.rung(due, today);
    Ok(suspend || terminate || store::reminders_given(tx, invoice.id.as_str())? < reminders.len())
}

/// Follows the ladder for one invoice, if it is still open: a payment that comes at
/// this moment is waited for, or waits.
///
/// # Errors
/// When the database fails; then nothing was done.
pub fn follow_ladder_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId, today: Day) -> Result<Followed> {
    let mut followed = Followed::default();
    let invoice = invoices::queries::locked_in(tx, invoice_id)?;
    let Some(invoice) = invoice.filter(|invoice| invoice.state == InvoiceState::Issued && invoice.open.is_positive())
    else {
        return Ok(followed);
    };
    let Some(due) = invoice.due_day else {
        return Ok(followed);
    };
    let Rung { reminders, suspend, terminate } = store::ladder(tx)?.rung(due, today);
    for number in reminders {
        let number = i64::try_from(number).map_err(Error::internal)?;
        if store::note_reminder(tx, invoice.id.as_str(), number)? {
            let (invoice_id, customer_id) = (invoice.id.clone(), invoice.customer_id.clone());
            outbox::record(tx, &ReminderDue { invoice_id, customer_id, number })?;
            followed.reminded = followed.reminded.saturating_add(1);
        }
    }
    if !suspend && !terminate {
        return Ok(followed);
    }
    let reason = format!("{OVERDUE}:{}", invoice.number.as_deref().unwrap_or_default());
    for id in invoices::queries::subscriptions_of_in(tx, &invoice.id)? {
        let id: SubscriptionId = id.parse().map_err(Error::internal)?;
        let state = subscriptions::queries::locked_in(tx, &id)?.state;
        if terminate && !state.is_ended() {
            subscriptions::commands::terminate_in(tx, &id, &reason)?;
            followed.terminated = followed.terminated.saturating_add(1);
        } else if suspend && state == SubscriptionState::Active {
            subscriptions::commands::suspend_in(tx, &id, &reason)?;
            followed.suspended = followed.suspended.saturating_add(1);
        }
    }
    Ok(followed)
}

/// An invoice was paid: its subscriptions begin, or run again when nothing else
/// of theirs is overdue.
///
/// # Errors
/// When the database fails; then nothing was done.
pub fn settle_in(tx: &mut Tx<'_>, invoice_id: &InvoiceId) -> Result<()> {
    let today = entity::load_in(tx)?.today(tx.now());
    for id in invoices::queries::subscriptions_of_in(tx, invoice_id)? {
        let id: SubscriptionId = id.parse().map_err(Error::internal)?;
        let subscription = subscriptions::queries::locked_in(tx, &id)?;
        let reason = subscription.suspended_reason.as_deref().unwrap_or_default();
        match subscription.state {
            SubscriptionState::Ordered => subscriptions::commands::activate_in(tx, &id).map(|_| ())?,
            SubscriptionState::Suspended if is_for_money(reason) && !is_overdue(tx, &id, today)? => {
                subscriptions::commands::resume_in(tx, &id).map(|_| ())?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_overdue(tx: &mut Tx<'_>, subscription_id: &SubscriptionId, today: Day) -> Result<bool> {
    let ladder = store::ladder(tx)?;
    let open = invoices::queries::open_of_subscription_in(tx, subscription_id.as_str())?;
    Ok(open.iter().any(|invoice| invoice.due_day.is_some_and(|due| ladder.rung(due, today).suspend)))
}
