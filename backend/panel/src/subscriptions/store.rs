//! Rows of subscriptions.

use diesel::prelude::*;
use hostwright_kernel::{Day, Instant, Money, Months};

use super::model::{Subscription, SubscriptionId, SubscriptionState};
use crate::auth::call::Scope;
use crate::catalogue::model::{PlanId, PriceId, RenewalChoice};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::subscriptions;
use crate::platform::{ListInput, Tx};
use crate::{locking, only_of};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscriptions)]
struct Row {
    id: SubscriptionId,
    customer_id: String,
    plan_id: PlanId,
    price_id: PriceId,
    plan_name: String,
    currency: String,
    amount_minor: i64,
    months: i64,
    anchor: Day,
    periods_billed: i64,
    billed_until: Day,
    renewal: RenewalChoice,
    state: SubscriptionState,
    suspended_at: Option<Instant>,
    suspended_reason: Option<String>,
    cancelled_at: Option<Instant>,
    terminated_at: Option<Instant>,
    created_at: Instant,
    version: i64,
}

impl From<&Subscription> for Row {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.clone(),
            customer_id: subscription.customer_id.clone(),
            plan_id: subscription.plan_id.clone(),
            price_id: subscription.price_id.clone(),
            plan_name: subscription.plan_name.clone(),
            currency: subscription.amount.currency.code().to_owned(),
            amount_minor: subscription.amount.minor,
            months: subscription.months.into(),
            anchor: subscription.anchor,
            periods_billed: subscription.periods_billed,
            billed_until: subscription.billed_until,
            renewal: subscription.renewal,
            state: subscription.state,
            suspended_at: subscription.suspended_at,
            suspended_reason: subscription.suspended_reason.clone(),
            cancelled_at: subscription.cancelled_at,
            terminated_at: subscription.terminated_at,
            created_at: subscription.created_at,
            version: subscription.version,
        }
    }
}

impl TryFrom<Row> for Subscription {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let currency = row.currency.parse().map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            plan_id: row.plan_id,
            price_id: row.price_id,
            plan_name: row.plan_name,
            amount: Money::new(row.amount_minor, currency),
            months: Months::try_from(row.months).map_err(Error::internal)?,
            anchor: row.anchor,
            periods_billed: row.periods_billed,
            billed_until: row.billed_until,
            renewal: row.renewal,
            state: row.state,
            suspended_at: row.suspended_at,
            suspended_reason: row.suspended_reason,
            cancelled_at: row.cancelled_at,
            terminated_at: row.terminated_at,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// Adds a subscription.
pub fn insert(tx: &mut Tx<'_>, subscription: &Subscription) -> Result<()> {
    diesel::insert_into(subscriptions::table).values(Row::from(subscription)).execute(tx.conn)?;
    Ok(())
}

/// Adds a subscription that is not billed or ended until it is released.
pub fn insert_held(tx: &mut Tx<'_>, subscription: &Subscription, held: bool) -> Result<()> {
    diesel::insert_into(subscriptions::table)
        .values((Row::from(subscription), subscriptions::held.eq(held)))
        .execute(tx.conn)?;
    Ok(())
}

/// A subscription that the caller may reach.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, id: &SubscriptionId) -> Result<Option<Subscription>> {
    let mut query = subscriptions::table.filter(subscriptions::id.eq(id)).select(Row::as_select()).into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, subscriptions::customer_id, customers);
    }
    query.first(tx.conn).optional()?.map(Subscription::try_from).transpose()
}

/// A subscription, for the product's own work.
pub fn find_any(tx: &mut Tx<'_>, id: &str) -> Result<Option<Subscription>> {
    let row: Option<Row> = subscriptions::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Subscription::try_from).transpose()
}

/// [`find_any`] with the row locked until the transaction ends.
pub fn lock_any(tx: &mut Tx<'_>, id: &str) -> Result<Option<Subscription>> {
    let row =
        locking!(&mut *tx.conn, subscriptions::table.find(id).select(Row::as_select()), first::<Row>, keeping_key);
    row.optional()?.map(Subscription::try_from).transpose()
}

/// Several with their rows locked, in the order of their ids.
pub fn lock_together(tx: &mut Tx<'_>, ids: &[SubscriptionId]) -> Result<Vec<Subscription>> {
    let rows = locking!(
        &mut *tx.conn,
        subscriptions::table.filter(subscriptions::id.eq_any(ids)).order(subscriptions::id).select(Row::as_select()),
        load::<Row>,
        keeping_key
    )?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// [`save_advance`] of several, each with what follows; how many were written.
pub fn save_advances(tx: &mut Tx<'_>, steps: &[(Subscription, Subscription)]) -> Result<usize> {
    if !tx.is_postgres() {
        let mut written = 0_usize;
        for (believed, next) in steps {
            written = written.saturating_add(usize::from(save_advance(tx, believed, next)?));
        }
        return Ok(written);
    }
    let told: Vec<serde_json::Value> = steps
        .iter()
        .map(|(believed, next)| {
            serde_json::json!({
                "id": believed.id, "believed": believed.periods_billed,
                "billed": next.periods_billed, "until": next.billed_until.to_string(),
            })
        })
        .collect();
    Ok(diesel::sql_query(
        "UPDATE subscriptions SET periods_billed = next.billed, billed_until = next.until, version = version + 1 \
         FROM json_to_recordset($1::json) AS next(id text, believed bigint, billed bigint, until date) \
         WHERE subscriptions.id = next.id AND subscriptions.periods_billed = next.believed \
         AND subscriptions.state NOT IN ('cancelled', 'terminated')",
    )
    .bind::<diesel::sql_types::Text, _>(serde_json::to_string(&told)?)
    .execute(tx.conn)?)
}

/// Subscriptions that the caller may reach, newest first; the search looks at
/// the plan's name and the exact id.
pub fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListInput) -> Result<Vec<Subscription>> {
    let mut query =
        subscriptions::table.select(Row::as_select()).order(subscriptions::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, subscriptions::customer_id, customers);
    }
    if let Some(after) = &input.after {
        query = query.filter(subscriptions::id.lt(after.clone()));
    }
    if let Some(customer) = input.customer_id.as_deref().filter(|id| !id.is_empty()) {
        query = query.filter(subscriptions::customer_id.eq(customer.to_owned()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(subscriptions::state.eq(state.to_owned()));
    }
    if let (Some(pattern), Some(words)) = (input.pattern(), &input.search) {
        query = query.filter(
            lower(subscriptions::plan_name)
                .like(pattern)
                .escape('\\')
                .or(subscriptions::id.eq(words.trim().to_owned())),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// Active subscriptions that are billed until a day before `before`, the longest
/// due first, behind a day and id; without those that are held.
pub fn due(
    tx: &mut Tx<'_>,
    before: Day,
    after: Option<(Day, SubscriptionId)>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    let mut query = subscriptions::table
        .filter(subscriptions::state.eq(SubscriptionState::Active))
        .filter(subscriptions::held.eq(false))
        .filter(subscriptions::billed_until.lt(before))
        .order((subscriptions::billed_until, subscriptions::id))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((day, id)) = after {
        // The first condition lets the index find where to go on.
        query = query.filter(
            subscriptions::billed_until.ge(day).and(subscriptions::billed_until.gt(day).or(subscriptions::id.gt(id))),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// Active subscriptions that renew by themselves and are billed until `up_to`
/// at the latest, soonest first, behind a day and id.
pub fn renewing(
    tx: &mut Tx<'_>,
    up_to: Day,
    after: Option<(Day, String)>,
    input: &ListInput,
) -> Result<Vec<Subscription>> {
    let mut query = subscriptions::table
        .filter(subscriptions::state.eq(SubscriptionState::Active))
        .filter(subscriptions::held.eq(false))
        .filter(subscriptions::renewal.eq(RenewalChoice::Automatic))
        .filter(subscriptions::billed_until.le(up_to))
        .select(Row::as_select())
        .order((subscriptions::billed_until, subscriptions::id))
        .limit(input.fetch())
        .into_boxed();
    if let Some((day, id)) = after {
        query = query.filter(
            subscriptions::billed_until.gt(day).or(subscriptions::billed_until.eq(day).and(subscriptions::id.gt(id))),
        );
    }
    if let Some(customer) = input.customer_id.as_deref().filter(|id| !id.is_empty()) {
        query = query.filter(subscriptions::customer_id.eq(customer.to_owned()));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// Writes the state, the renewal and their moments over the version that was
/// read; false when somebody else was faster.
pub fn save(tx: &mut Tx<'_>, next: &Subscription) -> Result<bool> {
    let believed = subscriptions::table.find(&next.id).filter(subscriptions::version.eq(next.version));
    let rows = diesel::update(believed)
        .set((
            subscriptions::state.eq(next.state),
            subscriptions::renewal.eq(next.renewal),
            subscriptions::suspended_at.eq(next.suspended_at),
            subscriptions::suspended_reason.eq(&next.suspended_reason),
            subscriptions::cancelled_at.eq(next.cancelled_at),
            subscriptions::terminated_at.eq(next.terminated_at),
            subscriptions::version.eq(next.version.saturating_add(1)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Writes one more billed period, if just as many were billed as believed and
/// it has not ended; false otherwise.
pub fn save_advance(tx: &mut Tx<'_>, believed: &Subscription, next: &Subscription) -> Result<bool> {
    let row = subscriptions::table
        .find(&believed.id)
        .filter(subscriptions::periods_billed.eq(believed.periods_billed))
        .filter(subscriptions::state.ne_all([SubscriptionState::Cancelled, SubscriptionState::Terminated]));
    let rows = diesel::update(row)
        .set((
            subscriptions::periods_billed.eq(next.periods_billed),
            subscriptions::billed_until.eq(next.billed_until),
            subscriptions::version.eq(subscriptions::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}
