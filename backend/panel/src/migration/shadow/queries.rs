//! The shadow month of a source, page by page.

use std::collections::BTreeMap;

use hostwright_importer::Record;
use hostwright_importer::snapshot::{Subscription as Theirs, SubscriptionStatus};
use hostwright_kernel::{Currency, Day, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Due, ShadowRow, ShadowSum, ShadowView, differences, theirs};
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::collect::staging::open;
use crate::migration::collect::store as records;
use crate::migration::landing::money::registration;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::migration::transfer::model::LandingView;
use crate::migration::transfer::store;
use crate::platform::error::Result;
use crate::platform::{ListInput, Tx};
use crate::subscriptions;
use crate::subscriptions::model::{RenewalChoice, Subscription, SubscriptionState};

/// Days of a span, at most.
const SPAN_MAX: i64 = 366;

/// Compares what both systems charge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShadowSource {
    /// The source.
    pub source_id: SourceId,
    /// First day; the source's today when left out.
    #[serde(default)]
    pub from: Option<Day>,
    /// Days of the span: 1 to 366, 31 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 366)]
    pub days: Option<i64>,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Subscriptions compared on a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// What both systems charge in a span for every subscription that landed, and where they differ.
///
/// # Errors
/// Not found; when the database fails.
pub async fn shadow(call: &Call, input: ShadowSource) -> Result<ShadowView> {
    call.authorize(Action::ShowMigrationShadow)?;
    let vault = call.vault.clone();
    call.db
        .read(move |tx| {
            let source = sources::load(tx, &input.source_id)?.ok_or_else(not_found)?;
            let from = input.from.unwrap_or_else(|| source.today(tx.now()));
            let until = from.plus_days(input.days.unwrap_or(31).clamp(1, SPAN_MAX));
            let paging = ListInput { limit: input.limit, ..ListInput::default() };
            let (landed, next) = page(tx, &source.id, input.after.as_deref(), paging.size())?;
            let mut view = ShadowView { from, until, compared: 0, equal: 0, sums: Vec::new(), items: Vec::new(), next };
            let mut sums: BTreeMap<String, (Money, Money)> = BTreeMap::new();
            for one in &landed {
                let Some((told, own)) = pair(tx, &vault, &source.id, one)? else { continue };
                let amount = told.renewal_fee.as_ref().or(told.price.as_ref()).and_then(|price| price.money().ok());
                let next_due = told.next_due.or(told.expires);
                let left = if goes_on(&told) { theirs(next_due, told.cycle, amount, from, until) } else { Vec::new() };
                let right = ours(&own, from, until);
                view.compared = view.compared.saturating_add(1);
                add(&mut sums, &left, true)?;
                add(&mut sums, &right, false)?;
                let found = differences(&left, &right);
                view.equal = view.equal.saturating_add(i64::from(found.is_empty()));
                view.items.extend(found.into_iter().map(|difference| ShadowRow {
                    subscription_id: own.id.to_string(),
                    customer_id: own.customer_id.clone(),
                    name: own.plan_name.clone(),
                    kind: one.kind.clone(),
                    external_id: one.external_id.clone(),
                    differs: difference.differs,
                    theirs: difference.theirs,
                    ours: difference.ours,
                }));
            }
            for (theirs, ours) in sums.into_values() {
                view.sums.push(ShadowSum { theirs, ours, difference: ours.sub(theirs)? });
            }
            Ok(view)
        })
        .await
}

/// Subscriptions that landed, then registrations.
fn page(tx: &mut Tx<'_>, id: &SourceId, after: Option<&str>, size: i64) -> Result<(Vec<LandingView>, Option<String>)> {
    let (kind, last) = after.and_then(|after| after.split_once(':')).unwrap_or(("subscription", ""));
    let kind = if kind == "domain" { "domain" } else { "subscription" };
    let before = last.parse().ok();
    let mut found = store::landed_page(tx, id, kind, before.as_ref(), size.saturating_add(1))?;
    let is_more = i64::try_from(found.len()).is_ok_and(|count| count > size);
    found.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let next = match (is_more, kind) {
        (true, kind) => found.last().map(|one| format!("{kind}:{}", one.id)),
        (false, "subscription") => {
            let has_domains = !store::landed_page(tx, id, "domain", None, 1)?.is_empty();
            has_domains.then(|| "domain:".to_owned())
        }
        (false, _) => None,
    };
    Ok((found, next))
}

/// The subscription as the source has it and as we have it.
fn pair(
    tx: &mut Tx<'_>,
    vault: &crate::platform::secrets::Vault,
    id: &SourceId,
    one: &LandingView,
) -> Result<Option<(Theirs, Subscription)>> {
    let sealed = records::by_ids(tx, id, &one.kind, std::slice::from_ref(&one.external_id))?;
    let Some(sealed) = sealed.first() else {
        return Ok(None);
    };
    let told = match open(vault, sealed)? {
        Record::Subscription(told) => *told,
        Record::Domain(told) => registration(&told),
        _ => return Ok(None),
    };
    match subscriptions::queries::load_in(tx, &one.object_id) {
        Ok(own) => Ok(Some((told, own))),
        Err(error) if error.is("request.not_found") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the source goes on charging for it.
fn goes_on(told: &Theirs) -> bool {
    let is_live =
        matches!(told.status, SubscriptionStatus::Pending | SubscriptionStatus::Active | SubscriptionStatus::Suspended);
    is_live && !told.cancel_at_period_end && told.cancel_at.is_none()
}

/// What we charge from `from` on and before `until`: the periods that renewals would bill.
fn ours(own: &Subscription, from: Day, until: Day) -> Vec<Due> {
    let is_billed =
        own.state == SubscriptionState::Active && own.renewal == RenewalChoice::Automatic && !own.amount.is_zero();
    if !is_billed {
        return Vec::new();
    }
    (own.periods_billed..)
        .map_while(|index| own.period(index).ok())
        .map(|period| period.start)
        .take_while(|day| *day < until)
        .take(400)
        .filter(|day| *day >= from)
        .map(|day| Due { day, amount: own.amount })
        .collect()
}

fn add(sums: &mut BTreeMap<String, (Money, Money)>, dues: &[Due], is_theirs: bool) -> Result<()> {
    for due in dues {
        let currency: Currency = due.amount.currency;
        let zero = Money::zero(currency);
        let (theirs, ours) = sums.entry(currency.code().to_owned()).or_insert((zero, zero));
        let side = if is_theirs { theirs } else { ours };
        *side = side.add(due.amount)?;
    }
    Ok(())
}
