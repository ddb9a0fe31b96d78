//! What a source sells, what it is mapped to, and what it could be mapped to.

use std::collections::BTreeMap;

use hostwright_importer::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Offer, Template, TemplateClass, TemplateView, suggestion};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::catalogue;
use crate::catalogue::model::{PlanId, PlanState, PlanView};
use crate::migration::collect::model::RecordId;
use crate::migration::collect::staging::open;
use crate::migration::collect::store as records;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Points from which a plan is suggested.
pub const LEAST: u32 = 40;
/// Top-level domains that are listed.
const TLDS_MAX: i64 = 2_000;
/// Plans that are compared.
const PLANS_MAX: usize = 5_000;

/// What a source sells.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTemplates {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Products page by page; the top-level domains follow on the last page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListTemplates) -> Result<Paged<TemplateView>> {
    call.authorize(Action::ListMigrationTemplates)?;
    let plans = plans(call).await?;
    let vault = call.vault.clone();
    call.db
        .read(move |tx| {
            sources::load(tx, &input.source_id)?.ok_or_else(not_found)?;
            let paging = ListInput { limit: input.limit, ..ListInput::default() };
            let after = input.after.as_deref().filter(|after| !after.is_empty()).and_then(|after| after.parse().ok());
            let page = page(tx, &vault, &input.source_id, &plans, after.as_ref(), paging.size())?;
            let is_last = page.next.is_none();
            let mut items = page.items;
            if is_last {
                items.extend(tlds(tx, &input.source_id, &plans)?);
            }
            Ok(Paged { items, next: page.next })
        })
        .await
}

/// A plan with what is compared of it.
#[derive(Debug, Clone)]
pub(super) struct Comparable {
    pub(super) id: PlanId,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) tlds: Vec<String>,
    pub(super) offer: Offer,
}

/// Every plan that is sold.
pub(super) async fn plans(call: &Call) -> Result<Vec<Comparable>> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let input = ListInput { after, limit: Some(200), ..ListInput::default() };
        let page = catalogue::queries::list(call, input).await?;
        found.extend(page.items.into_iter().filter(|plan| plan.state == PlanState::Active).map(comparable));
        match page.next {
            Some(next) if found.len() < PLANS_MAX => after = Some(next),
            _ => return Ok(found),
        }
    }
}

fn comparable(plan: PlanView) -> Comparable {
    let prices = plan.prices.iter().map(|price| (price.months.count(), price.amount)).collect();
    Comparable {
        kind: plan.kind.as_str().to_owned(),
        offer: Offer {
            name: plan.name.clone(),
            prices,
            memory_mib: size(plan.memory_mib),
            disk_gib: size(plan.disk_gib),
            vcpus: size(plan.vcpus),
        },
        name: plan.name,
        tlds: plan.tlds,
        id: plan.id,
    }
}

fn size(number: impl Into<Option<i64>>) -> Option<i64> {
    number.into().filter(|number| *number > 0)
}

/// A page of products.
pub(super) fn page(
    tx: &mut Tx<'_>,
    vault: &crate::platform::secrets::Vault,
    source_id: &SourceId,
    plans: &[Comparable],
    after: Option<&RecordId>,
    size: i64,
) -> Result<Paged<TemplateView>> {
    let sealed = records::page_of_kind(tx, source_id, "product", after, size.saturating_add(1))?;
    let rules = rules(tx, source_id)?;
    let ids: Vec<String> = sealed.iter().map(|sealed| sealed.record.external_id.clone()).collect();
    let used = store::used(tx, source_id, &ids)?;
    let mut views = Vec::with_capacity(sealed.len());
    for one in &sealed {
        let Record::Product(product) = open(vault, one)? else { continue };
        let key = (one.record.external_id.clone(), String::new());
        let class = TemplateClass::of(product.class);
        let offer = Offer::of_product(&product);
        let count = used.get(&one.record.external_id).copied().unwrap_or(0);
        views.push((one.record.id.clone(), view(&key, &one.record.name, count, class, &offer, &rules, plans)));
    }
    let paging = ListInput { limit: Some(size), ..ListInput::default() };
    Ok(Paged::cut(views, &paging, |(id, _)| id.to_string()).map(|(_, view)| view))
}

/// The top-level domains of a source.
pub(super) fn tlds(tx: &mut Tx<'_>, source_id: &SourceId, plans: &[Comparable]) -> Result<Vec<TemplateView>> {
    let rules = rules(tx, source_id)?;
    let found = store::tlds(tx, source_id, TLDS_MAX)?;
    Ok(found
        .into_iter()
        .map(|(tld, used)| {
            let key = (String::new(), tld.clone());
            let offer = Offer { name: format!(".{tld}"), ..Offer::default() };
            let mut one =
                view(&key, &format!(".{tld}"), used, TemplateClass::DomainRegistration, &offer, &rules, plans);
            // A plan that registers below this very domain says more than any name.
            let registers = |plan: &&Comparable| {
                plan.kind == TemplateClass::DomainRegistration.plan_kind() && plan.tlds.contains(&tld)
            };
            if let Some(plan) = plans.iter().find(registers) {
                one.suggested_plan_id = Some(plan.id.to_string());
                one.suggested_plan_name = Some(plan.name.clone());
                one.likeness = 100;
            }
            one
        })
        .collect())
}

type Rules = BTreeMap<(String, String), Template>;

fn rules(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<Rules> {
    let all = store::all(tx, source_id)?;
    Ok(all.into_iter().map(|rule| ((rule.product.clone(), rule.tld.clone()), rule)).collect())
}

fn view(
    key: &(String, String),
    name: &str,
    used: i64,
    class: TemplateClass,
    offer: &Offer,
    rules: &Rules,
    plans: &[Comparable],
) -> TemplateView {
    let rule = rules.get(key);
    let class = rule.map_or(class, |rule| rule.class);
    let fitting = plans.iter().filter(|plan| plan.kind == class.plan_kind()).map(|plan| (&plan.id, &plan.offer));
    let suggested = suggestion(offer, fitting, LEAST);
    let named = |id: &PlanId| plans.iter().find(|plan| plan.id == *id).map(|plan| plan.name.clone());
    TemplateView {
        product: key.0.clone(),
        tld: key.1.clone(),
        name: name.to_owned(),
        used,
        class,
        plan_id: rule.map(|rule| rule.plan_id.to_string()),
        plan_name: rule.and_then(|rule| named(&rule.plan_id)),
        suggested_plan_id: suggested.map(|(id, _)| id.to_string()),
        suggested_plan_name: suggested.and_then(|(id, _)| named(id)),
        likeness: suggested.map_or(0, |(_, points)| i64::from(points)),
    }
}
