//! What is coming, and the ladder.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Ladder, UpcomingRenewal};
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::billing::entity;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};
use crate::subscriptions;

/// How far ahead the list of renewals looks, in days.
const HORIZON_DAYS: i64 = 60;

/// An input without fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The ladder in force, for slices above.
///
/// # Errors
/// When the database fails.
pub fn ladder_in(tx: &mut Tx<'_>) -> Result<Ladder> {
    store::ladder(tx)
}

/// The ladder in force.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn ladder(call: &Call, _input: Nothing) -> Result<Ladder> {
    call.authorize(Action::ShowDunning)?;
    call.db.read(ladder_in).await
}

/// Renewals of the next 60 days, soonest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn upcoming(call: &Call, input: ListInput) -> Result<Paged<UpcomingRenewal>> {
    call.authorize(Action::ListRenewals)?;
    call.db
        .read(move |tx| {
            let ladder = store::ladder(tx)?;
            let today = entity::load_in(tx)?.today(tx.now());
            let rows = subscriptions::queries::renewing_in(tx, today.plus_days(HORIZON_DAYS), &input)?;
            Ok(rows.map(|subscription| UpcomingRenewal {
                subscription_id: subscription.id.to_string(),
                customer_id: subscription.customer_id,
                plan_name: subscription.plan_name,
                next_day: subscription.billed_until,
                invoice_day: subscription.billed_until.plus_days(ladder.invoice_days_ahead.saturating_neg()),
                amount: subscription.amount,
            }))
        })
        .await
}
