//! Rows of plans and prices.

use std::collections::BTreeSet;

use diesel::prelude::*;
use hostwright_kernel::{Instant, Money, Months};

use super::model::{Plan, PlanId, PlanKind, PlanState, Price, PriceId, PriceState, RenewalChoice, Sizes};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{plans, prices};
use crate::platform::{ListInput, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans)]
struct PlanRow {
    id: PlanId,
    name: String,
    description: String,
    kind: PlanKind,
    vcpus: i64,
    memory_mib: i64,
    disk_gib: i64,
    traffic_gib: i64,
    private: bool,
    renewal_choices: String,
    state: PlanState,
    created_at: Instant,
    version: i64,
    tlds: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = prices)]
struct PriceRow {
    id: PriceId,
    plan_id: PlanId,
    currency: String,
    months: i64,
    amount_minor: i64,
    setup_minor: i64,
    state: PriceState,
    created_at: Instant,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        let sizes = plan.sizes.unwrap_or_default();
        Self {
            id: plan.id.clone(),
            name: plan.name.clone(),
            description: plan.description.clone(),
            kind: plan.kind,
            vcpus: sizes.vcpus,
            memory_mib: sizes.memory_mib,
            disk_gib: sizes.disk_gib,
            traffic_gib: sizes.traffic_gib,
            private: plan.private,
            renewal_choices: choices_text(&plan.renewal_choices),
            state: plan.state,
            created_at: plan.created_at,
            version: plan.version,
            tlds: plan.tlds.join(","),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = Error;
    fn try_from(row: PlanRow) -> Result<Self> {
        let choices: std::result::Result<BTreeSet<RenewalChoice>, String> =
            row.renewal_choices.split(',').map(str::parse).collect();
        Ok(Self {
            id: row.id,
            name: row.name,
            description: row.description,
            kind: row.kind,
            sizes: row.kind.has_sizes().then_some(Sizes {
                vcpus: row.vcpus,
                memory_mib: row.memory_mib,
                disk_gib: row.disk_gib,
                traffic_gib: row.traffic_gib,
            }),
            tlds: row.tlds.split(',').filter(|tld| !tld.is_empty()).map(str::to_owned).collect(),
            private: row.private,
            renewal_choices: choices.map_err(Error::internal)?,
            state: row.state,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

impl From<&Price> for PriceRow {
    fn from(price: &Price) -> Self {
        Self {
            id: price.id.clone(),
            plan_id: price.plan_id.clone(),
            currency: price.amount.currency.code().to_owned(),
            months: price.months.into(),
            amount_minor: price.amount.minor,
            setup_minor: price.setup.minor,
            state: price.state,
            created_at: price.created_at,
        }
    }
}

impl TryFrom<PriceRow> for Price {
    type Error = Error;
    fn try_from(row: PriceRow) -> Result<Self> {
        let currency = row.currency.parse().map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            plan_id: row.plan_id,
            amount: Money::new(row.amount_minor, currency),
            setup: Money::new(row.setup_minor, currency),
            months: Months::try_from(row.months).map_err(Error::internal)?,
            state: row.state,
            created_at: row.created_at,
        })
    }
}

fn choices_text(choices: &BTreeSet<RenewalChoice>) -> String {
    choices.iter().map(RenewalChoice::as_str).collect::<Vec<_>>().join(",")
}

/// Which plans a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// All, with all prices: staff.
    Whole,
    /// Active public plans with active prices: everybody.
    Public,
}

/// Adds a plan.
pub fn insert_plan(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    diesel::insert_into(plans::table).values(PlanRow::from(plan)).execute(tx.conn)?;
    Ok(())
}

/// Writes the text, visibility and state of a plan over the version it was
/// read at; false when somebody else was faster.
pub fn save_plan(tx: &mut Tx<'_>, plan: &Plan) -> Result<bool> {
    let rows = diesel::update(plans::table.find(&plan.id).filter(plans::version.eq(plan.version)))
        .set((
            plans::name.eq(&plan.name),
            plans::description.eq(&plan.description),
            plans::private.eq(plan.private),
            plans::renewal_choices.eq(choices_text(&plan.renewal_choices)),
            plans::state.eq(plan.state),
            plans::version.eq(plan.version.saturating_add(1)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// A plan by id.
pub fn plan(tx: &mut Tx<'_>, id: &PlanId, shelf: Shelf) -> Result<Option<Plan>> {
    let mut query = plans::table.filter(plans::id.eq(id)).select(PlanRow::as_select()).into_boxed();
    if shelf == Shelf::Public {
        query = query.filter(plans::private.eq(false).and(plans::state.eq(PlanState::Active)));
    }
    query.first(tx.conn).optional()?.map(Plan::try_from).transpose()
}

/// Plans, oldest first.
pub fn list_plans(tx: &mut Tx<'_>, input: &ListInput, shelf: Shelf) -> Result<Vec<Plan>> {
    let mut query = plans::table.select(PlanRow::as_select()).order(plans::id).limit(input.fetch()).into_boxed();
    if shelf == Shelf::Public {
        query = query.filter(plans::private.eq(false).and(plans::state.eq(PlanState::Active)));
    }
    if let Some(after) = &input.after {
        query = query.filter(plans::id.gt(after.clone()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(plans::state.eq(state.to_owned()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(plans::name)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(plans::description).like(pattern).escape('\\')),
        );
    }
    let rows: Vec<PlanRow> = query.load(tx.conn)?;
    rows.into_iter().map(Plan::try_from).collect()
}

/// Prices of these plans, by currency and length, the newest first among equals.
pub fn prices_of(tx: &mut Tx<'_>, plan_ids: &[PlanId], shelf: Shelf) -> Result<Vec<Price>> {
    let mut query = prices::table
        .filter(prices::plan_id.eq_any(plan_ids.to_vec()))
        .select(PriceRow::as_select())
        .order((prices::currency, prices::months, prices::id.desc()))
        .into_boxed();
    if shelf == Shelf::Public {
        query = query.filter(prices::state.eq(PriceState::Active));
    }
    let rows: Vec<PriceRow> = query.load(tx.conn)?;
    rows.into_iter().map(Price::try_from).collect()
}

/// A price by id.
pub fn price(tx: &mut Tx<'_>, id: &PriceId) -> Result<Option<Price>> {
    let row: Option<PriceRow> = prices::table.find(id).select(PriceRow::as_select()).first(tx.conn).optional()?;
    row.map(Price::try_from).transpose()
}

/// Adds a price; the unique index refuses a second active one.
pub fn insert_price(tx: &mut Tx<'_>, price: &Price) -> diesel::QueryResult<usize> {
    diesel::insert_into(prices::table).values(PriceRow::from(price)).execute(tx.conn)
}

/// Retires the active price that `next` takes the place of, if there is one.
pub fn retire_same(tx: &mut Tx<'_>, next: &Price) -> Result<usize> {
    let same = prices::table
        .filter(prices::plan_id.eq(&next.plan_id))
        .filter(prices::currency.eq(next.amount.currency.code().to_owned()))
        .filter(prices::months.eq(i64::from(next.months)))
        .filter(prices::state.eq(PriceState::Active));
    Ok(diesel::update(same).set(prices::state.eq(PriceState::Retired)).execute(tx.conn)?)
}

/// Retires a price; false when it is retired already.
pub fn retire(tx: &mut Tx<'_>, id: &PriceId) -> Result<bool> {
    let rows = diesel::update(prices::table.find(id).filter(prices::state.eq(PriceState::Active)))
        .set(prices::state.eq(PriceState::Retired))
        .execute(tx.conn)?;
    Ok(rows == 1)
}
