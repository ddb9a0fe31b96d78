//! Mapping what a source sells to plans.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Template, TemplateClass, TemplateId, TemplateView, tld};
use super::{queries, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::catalogue;
use crate::catalogue::model::PlanId;
use crate::migration::collect::store as records;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::platform::error::{Error, Result};

/// Maps one product or top-level domain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MapTemplate {
    /// The source.
    pub source_id: SourceId,
    /// The source's product; left out for a top-level domain.
    #[serde(default)]
    pub product: Option<String>,
    /// The top-level domain; left out for a product.
    #[serde(default)]
    pub tld: Option<String>,
    /// What it is.
    pub class: TemplateClass,
    /// The plan it is sold as; left out takes the mapping away.
    #[serde(default)]
    pub plan_id: Option<String>,
}

/// Accepts every suggestion that is like enough.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MapSuggested {
    /// The source.
    pub source_id: SourceId,
    /// From how many points of 100 on; 60 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    pub least: Option<i64>,
}

/// What was mapped.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Mapped {
    /// How many rules were kept.
    pub count: i64,
}

/// Points from which all suggestions are accepted at once.
const SURE: u32 = 60;

/// Maps a product or top-level domain to a plan, or takes its mapping away. What was verified
/// has to be verified again.
///
/// # Errors
/// `migration.product_unknown`, `migration.plan_unknown`, `migration.tld_missing`,
/// `migration.tld_unreadable`, `migration.switched`.
pub async fn map(call: &Call, input: MapTemplate) -> Result<Mapped> {
    let scope = call.authorize(Action::MapMigrationTemplate)?;
    let product = input.product.clone().filter(|product| !product.is_empty()).unwrap_or_default();
    let tld = match input.tld.as_deref().filter(|typed| !typed.trim().is_empty()) {
        Some(typed) => tld(typed).ok_or(MigrationRefusal::TldUnreadable)?,
        None if product.is_empty() => return Err(MigrationRefusal::TldMissing.into()),
        None => String::new(),
    };
    let plan_id = input.plan_id.clone().filter(|id| !id.is_empty());
    call.write(&scope, move |tx| {
        let source = sources::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        let is_known = product.is_empty()
            || !records::by_ids(tx, &source.id, "product", std::slice::from_ref(&product))?.is_empty();
        if !is_known {
            return Err(MigrationRefusal::ProductUnknown.into());
        }
        let count = match &plan_id {
            None => i64::from(store::remove(tx, &source.id, &product, &tld)?),
            Some(plan_id) => {
                let plan_id: PlanId = plan_id.parse().map_err(|_malformed| MigrationRefusal::PlanUnknown)?;
                let plan = catalogue::queries::load_in(tx, &plan_id).map_err(unknown_plan)?;
                if plan.kind.as_str() != input.class.plan_kind() {
                    return Err(MigrationRefusal::PlanUnknown.into());
                }
                let rule = Template {
                    id: TemplateId::new(),
                    product: product.clone(),
                    tld: tld.clone(),
                    class: input.class,
                    plan_id,
                };
                store::put(tx, &source.id, &rule)?;
                1
            }
        };
        store::forget_verdicts(tx, &source.id)?;
        Ok(Changed::new(&source.id, Mapped { count })
            .noting("product", product.clone())
            .noting("tld", tld.clone())
            .noting("class", input.class.as_str())
            .noting("plan_id", plan_id.clone().unwrap_or_default()))
    })
    .await
}

/// A plan that is not there is a wrong field; anything else is what it is.
fn unknown_plan(error: Error) -> Error {
    if error.is("request.not_found") { MigrationRefusal::PlanUnknown.into() } else { error }
}

/// Keeps every suggestion for what is not mapped yet.
///
/// # Errors
/// `migration.switched`; when the database fails.
pub async fn map_suggested(call: &Call, input: MapSuggested) -> Result<Mapped> {
    let scope = call.authorize(Action::MapMigrationSuggestions)?;
    let least = input.least.and_then(|least| u32::try_from(least).ok()).unwrap_or(SURE);
    let plans = queries::plans(call).await?;
    let vault = call.vault.clone();
    call.write(&scope, move |tx| {
        let source = sources::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        let mut found = queries::tlds(tx, &source.id, &plans)?;
        let mut after = None;
        loop {
            let page = queries::page(tx, &vault, &source.id, &plans, after.as_ref(), 200)?;
            found.extend(page.items);
            match page.next {
                Some(next) => after = next.parse().ok(),
                None => break,
            }
        }
        let mut count = 0_i64;
        for rule in found.iter().filter_map(|view| accepted(view, least)) {
            store::put(tx, &source.id, &rule)?;
            count = count.saturating_add(1);
        }
        store::forget_verdicts(tx, &source.id)?;
        Ok(Changed::new(&source.id, Mapped { count }).noting("count", count).noting("least", least))
    })
    .await
}

fn accepted(view: &TemplateView, least: u32) -> Option<Template> {
    let is_open = view.plan_id.is_none() && view.likeness >= i64::from(least);
    let plan_id = view.suggested_plan_id.as_deref().filter(|_| is_open)?.parse().ok()?;
    Some(Template {
        id: TemplateId::new(),
        product: view.product.clone(),
        tld: view.tld.clone(),
        class: view.class,
        plan_id,
    })
}
