//! Changing what is on offer.

use hostwright_kernel::{Currency, Months};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::CatalogueRefusal;
use super::model::{
    NewProduct, Plan, PlanId, PlanKind, PlanState, PlanText, PlanView, Price, PriceId, PriceView, RenewalChoice, Sizes,
};
use super::queries;
use super::store::{self, Shelf};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::platform::Tx;
use crate::platform::error::{Error, Result, is_unique_violation};

/// A plan to be sold from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePlan {
    /// 1 to 80 characters.
    pub name: String,
    /// Up to 2,000 characters.
    #[serde(default)]
    pub description: String,
    /// What it sells; a private server when left out.
    #[serde(default)]
    pub kind: Option<PlanKind>,
    /// Virtual processors; this and the next three for private servers only.
    #[serde(default)]
    pub vcpus: Option<i64>,
    /// Memory in MiB.
    #[serde(default)]
    pub memory_mib: Option<i64>,
    /// Disk in GiB.
    #[serde(default)]
    pub disk_gib: Option<i64>,
    /// Traffic a month in GiB; 0 or left out is without limit.
    #[serde(default)]
    pub traffic_gib: Option<i64>,
    /// Below which top-level domains names are registered (`de`, `co.uk`); for
    /// registrations only.
    #[serde(default)]
    pub tlds: Vec<String>,
    /// Whether only staff see and sell it.
    #[serde(default)]
    pub private: bool,
    /// What a customer may choose; both when left out.
    #[serde(default)]
    pub renewal_choices: Option<Vec<RenewalChoice>>,
}

/// Other words or visibility for a plan; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePlan {
    /// The plan.
    pub plan_id: PlanId,
    /// 1 to 80 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Up to 2,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether only staff see and sell it.
    #[serde(default)]
    pub private: Option<bool>,
    /// What a customer may choose.
    #[serde(default)]
    pub renewal_choices: Option<Vec<RenewalChoice>>,
}

/// A plan not to be sold any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchivePlan {
    /// The plan.
    pub plan_id: PlanId,
}

/// A price of a plan; an active one of the same currency and length is retired.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPrice {
    /// The plan.
    pub plan_id: PlanId,
    /// In which currency.
    pub currency: Currency,
    /// For how many months.
    pub months: Months,
    /// For each period, without tax, as decimal text: `9.90`.
    pub amount: String,
    /// Once, with the first period, without tax; nothing when left out.
    #[serde(default)]
    pub setup: Option<String>,
}

/// A price not to be offered any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetirePrice {
    /// The plan.
    pub plan_id: PlanId,
    /// The price.
    pub price_id: PriceId,
}

/// Makes a plan; it is sold once it has a price.
///
/// # Errors
/// Every field that is wrong.
pub async fn create(call: &Call, input: CreatePlan) -> Result<PlanView> {
    let scope = call.authorize(Action::CreatePlan)?;
    call.write(&scope, move |tx| {
        let kind = input.kind.unwrap_or(PlanKind::PrivateServer);
        let product = NewProduct { kind, sizes: input.sizes(), tlds: input.tlds.clone() };
        let text = PlanText {
            name: input.name.clone(),
            description: input.description.clone(),
            private: input.private,
            renewal_choices: input.renewal_choices.clone().unwrap_or_else(|| RenewalChoice::ALL.to_vec()),
        };
        let plan = Plan::new(&product, text, tx.now()).map_err(Error::Fields)?;
        store::insert_plan(tx, &plan)?;
        let name = plan.name.clone();
        Ok(Changed::new(plan.id.clone(), PlanView::new(plan, Vec::new()))
            .noting("name", name)
            .noting("kind", kind.as_str()))
    })
    .await
}

impl CreatePlan {
    /// The sizes, where any was given; one that was not is 0, which is refused by name.
    fn sizes(&self) -> Option<Sizes> {
        let given = [self.vcpus, self.memory_mib, self.disk_gib, self.traffic_gib];
        let [vcpus, memory_mib, disk_gib, traffic_gib] = given.map(Option::unwrap_or_default);
        given.iter().any(Option::is_some).then_some(Sizes { vcpus, memory_mib, disk_gib, traffic_gib })
    }
}

/// Changes a plan's words and visibility. What was sold keeps its name.
///
/// # Errors
/// `request.not_found`; every field that is wrong; `catalogue.changed_meanwhile`.
pub async fn update(call: &Call, input: UpdatePlan) -> Result<PlanView> {
    let scope = call.authorize(Action::UpdatePlan)?;
    call.write(&scope, move |tx| {
        let plan = queries::load_in(tx, &input.plan_id)?;
        let mut text = plan.text();
        text.name = input.name.clone().unwrap_or(text.name);
        text.description = input.description.clone().unwrap_or(text.description);
        text.private = input.private.unwrap_or(text.private);
        text.renewal_choices = input.renewal_choices.clone().unwrap_or(text.renewal_choices);
        let plan = plan.described(text).map_err(Error::Fields)?;
        save(tx, &plan)?;
        let private = plan.private;
        let view = queries::view(tx, plan, Shelf::Whole)?;
        Ok(Changed::new(&input.plan_id, view).noting("private", private))
    })
    .await
}

/// Stops selling a plan; what was sold goes on and renews.
///
/// # Errors
/// `request.not_found`; `catalogue.archived` when it is already;
/// `catalogue.changed_meanwhile`.
pub async fn archive(call: &Call, input: ArchivePlan) -> Result<PlanView> {
    let scope = call.authorize(Action::ArchivePlan)?;
    call.write(&scope, move |tx| {
        let mut plan = queries::load_in(tx, &input.plan_id)?;
        if plan.state == PlanState::Archived {
            return Err(CatalogueRefusal::Archived.into());
        }
        plan.state = PlanState::Archived;
        save(tx, &plan)?;
        let view = queries::view(tx, plan, Shelf::Whole)?;
        Ok(Changed::new(&input.plan_id, view))
    })
    .await
}

/// Sets a price from now on. What was sold at an earlier one keeps it.
///
/// # Errors
/// `request.not_found`; `catalogue.archived`; `catalogue.amount` and
/// `catalogue.setup`; `catalogue.changed_meanwhile` when somebody else set the same
/// price at the same moment.
pub async fn set_price(call: &Call, input: SetPrice) -> Result<PriceView> {
    let scope = call.authorize(Action::SetPrice)?;
    call.write(&scope, move |tx| {
        let plan = queries::load_in(tx, &input.plan_id)?;
        let setup = input.setup.as_deref().filter(|text| !text.trim().is_empty()).unwrap_or("0");
        let price = plan.price(input.currency, input.months, &input.amount, setup, tx.now())?;
        store::retire_same(tx, &price)?;
        store::insert_price(tx, &price).map_err(|error| {
            if is_unique_violation(&error) { CatalogueRefusal::ChangedMeanwhile.into() } else { Error::from(error) }
        })?;
        Ok(Changed::new(&plan.id, PriceView::from(price.clone()))
            .noting("price", price.id.as_str())
            .noting("months", i64::from(price.months))
            .noting("amount", price.amount.to_string())
            .noting("setup", price.setup.to_string()))
    })
    .await
}

/// Stops offering a price. What was sold at it keeps it.
///
/// # Errors
/// `request.not_found`; `catalogue.retired` when it is already.
pub async fn retire_price(call: &Call, input: RetirePrice) -> Result<PriceView> {
    let scope = call.authorize(Action::RetirePrice)?;
    call.write(&scope, move |tx| {
        let price = queries::price_in(tx, &input.price_id)?;
        if price.plan_id != input.plan_id {
            return Err(not_found());
        }
        if !store::retire(tx, &price.id)? {
            return Err(CatalogueRefusal::Retired.into());
        }
        let price: Price = queries::price_in(tx, &input.price_id)?;
        Ok(Changed::new(&input.plan_id, PriceView::from(price)).noting("price", input.price_id.as_str()))
    })
    .await
}

fn save(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    if store::save_plan(tx, plan)? { Ok(()) } else { Err(CatalogueRefusal::ChangedMeanwhile.into()) }
}
