//! What is on offer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::CatalogueRefusal;
use super::model::{Plan, PlanId, PlanView, Price, PriceId};
use super::store::{self, Shelf};
use crate::auth::call::{Call, Scope, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Asks for one plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPlan {
    /// The plan.
    pub plan_id: PlanId,
}

/// Plans with their prices, oldest first: all of them for staff, what is on
/// offer for everybody else.
///
/// # Errors
/// When the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<PlanView>> {
    let scope = call.authorize(Action::ListPlans)?;
    let shelf = shelf(&scope);
    call.db
        .read(move |tx| {
            let page = Paged::cut(store::list_plans(tx, &input, shelf)?, &input, |plan| plan.id.to_string());
            let ids: Vec<PlanId> = page.items.iter().map(|plan| plan.id.clone()).collect();
            let prices = store::prices_of(tx, &ids, shelf)?;
            Ok(page.map(|plan| {
                let own = prices.iter().filter(|price| price.plan_id == plan.id).cloned().collect();
                PlanView::new(plan, own)
            }))
        })
        .await
}

/// One plan with its prices.
///
/// # Errors
/// `request.not_found`, also for what the caller may not see.
pub async fn show(call: &Call, input: ShowPlan) -> Result<PlanView> {
    let scope = call.authorize(Action::ShowPlan)?;
    let shelf = shelf(&scope);
    call.db
        .read(move |tx| {
            let plan = store::plan(tx, &input.plan_id, shelf)?.ok_or_else(not_found)?;
            view(tx, plan, shelf)
        })
        .await
}

/// A plan and one of its prices, if everybody may buy it at that now.
///
/// # Errors
/// `catalogue.not_for_sale`, also when either does not exist or is private.
pub fn sellable_in(tx: &mut Tx<'_>, plan_id: &PlanId, price_id: &PriceId) -> Result<(Plan, Price)> {
    on_sale(tx, plan_id, price_id, false)
}

/// As [`sellable_in`], also for a private plan: what staff may sell.
///
/// # Errors
/// `catalogue.not_for_sale`.
pub fn sellable_privately_in(tx: &mut Tx<'_>, plan_id: &PlanId, price_id: &PriceId) -> Result<(Plan, Price)> {
    on_sale(tx, plan_id, price_id, true)
}

/// A plan in any state: what something was sold from.
///
/// # Errors
/// `request.not_found`.
pub fn load_in(tx: &mut Tx<'_>, plan_id: &PlanId) -> Result<Plan> {
    store::plan(tx, plan_id, Shelf::Whole)?.ok_or_else(not_found)
}

/// A price in any state: what something was sold or quoted at.
///
/// # Errors
/// `request.not_found`.
pub fn price_in(tx: &mut Tx<'_>, price_id: &PriceId) -> Result<Price> {
    store::price(tx, price_id)?.ok_or_else(not_found)
}

pub(super) fn view(tx: &mut Tx<'_>, plan: Plan, shelf: Shelf) -> Result<PlanView> {
    let prices = store::prices_of(tx, std::slice::from_ref(&plan.id), shelf)?;
    Ok(PlanView::new(plan, prices))
}

fn on_sale(tx: &mut Tx<'_>, plan_id: &PlanId, price_id: &PriceId, privately: bool) -> Result<(Plan, Price)> {
    let plan = store::plan(tx, plan_id, Shelf::Whole)?;
    let price = store::price(tx, price_id)?;
    plan.zip(price)
        .filter(|(plan, price)| plan.sells_at(price, privately))
        .ok_or_else(|| CatalogueRefusal::NotForSale.into())
}

fn shelf(scope: &Scope) -> Shelf {
    if scope.customers().is_none() { Shelf::Whole } else { Shelf::Public }
}
