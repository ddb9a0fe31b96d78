//! Selecting by everything, by filter and by list; deciding on one object.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{self, Filter};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::customers;
use crate::migration::collect::model::{DOMAIN_NAME, RecordId, StagedView};
use crate::migration::collect::store as records;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{SourceId, one_line};
use crate::migration::sources::store as sources;
use crate::migration::verification::model::Decision;
use crate::platform::error::Result;

/// Characters of a reason.
const REASON_MAX: usize = 500;

/// Selects accounts or domains, or takes them out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectRecords {
    /// The source.
    pub source_id: SourceId,
    /// `party` for accounts, `domain_name` for domains.
    pub kind: String,
    /// `true` selects, `false` takes out.
    pub is_selected: bool,
    /// The source's identifiers; when left out, everything that the filters leave.
    #[serde(default)]
    pub external_ids: Vec<String>,
    /// Only names or identifiers with these words.
    #[serde(default)]
    pub search: Option<String>,
    /// Only what the source says this state of, for example `active`.
    #[serde(default)]
    pub status: Option<String>,
    /// With accounts, their domains too.
    #[serde(default)]
    pub with_domains: bool,
}

/// How many were selected or taken out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Selected {
    /// How many objects.
    pub count: i64,
}

/// Decides on one account, domain or subscription.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRecord {
    /// The object.
    pub staged_id: RecordId,
    /// What is decided; left out withdraws what was.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// Why; must be there with a decision.
    #[serde(default)]
    pub reason: Option<String>,
    /// For a reseller: the customer here that it is. An empty text withdraws it.
    #[serde(default)]
    pub associate_with: Option<String>,
}

/// Selects accounts or domains, or takes them out. What was verified has to be verified again.
///
/// # Errors
/// `migration.not_selectable`, `migration.not_collected`, `migration.switched`.
pub async fn select(call: &Call, input: SelectRecords) -> Result<Selected> {
    let scope = call.authorize(Action::SelectMigrationRecords)?;
    if !matches!(input.kind.as_str(), "party" | DOMAIN_NAME) {
        return Err(MigrationRefusal::NotSelectable.into());
    }
    call.write(&scope, move |tx| {
        let source = sources::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        if source.collection == 0 {
            return Err(MigrationRefusal::NotCollected.into());
        }
        let filter = Filter {
            kind: &input.kind,
            external_ids: &input.external_ids,
            search: input.search.as_deref(),
            status: input.status.as_deref(),
        };
        let mut count = store::select(tx, &source.id, &filter, input.is_selected)?;
        if input.kind == "party" && input.with_domains {
            count = count.saturating_add(store::select_domains(tx, &source.id, &filter, input.is_selected)?);
        }
        store::forget_verification(tx, &source.id)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Changed::new(&source.id, Selected { count })
            .noting("kind", input.kind.clone())
            .noting("is_selected", input.is_selected)
            .noting("count", count))
    })
    .await
}

/// Decides on one object, with a reason.
///
/// # Errors
/// `migration.not_decidable`, `migration.reason_missing`, `migration.reason_too_long`,
/// `migration.customer_unknown`, `migration.already_landed`, `migration.switched`.
pub async fn decide(call: &Call, input: DecideRecord) -> Result<StagedView> {
    let scope = call.authorize(Action::DecideMigrationRecord)?;
    let reason = one_line(input.reason.as_deref().unwrap_or_default());
    if input.decision.is_some() && reason.is_empty() {
        return Err(MigrationRefusal::ReasonMissing.into());
    }
    if reason.chars().count() > REASON_MAX {
        return Err(MigrationRefusal::ReasonTooLong.with("max", REASON_MAX).into());
    }
    call.write(&scope, move |tx| {
        let record = records::record(tx, &input.staged_id)?.ok_or_else(not_found)?.record;
        if !matches!(record.kind.as_str(), "party" | DOMAIN_NAME | "subscription" | "domain") {
            return Err(MigrationRefusal::NotDecidable.into());
        }
        let source = sources::lock(tx, &record.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        if store::has_landed(tx, &source.id, &record.kind, &record.external_id)? {
            return Err(MigrationRefusal::AlreadyLanded.into());
        }
        let associated = match input.associate_with.as_deref() {
            None => record.associated_with.clone(),
            Some("") => None,
            Some(customer) if record.kind == "party" => {
                customers::queries::load_in(tx, customer).map_err(|_none| MigrationRefusal::CustomerUnknown)?;
                Some(customer.to_owned())
            }
            Some(_) => return Err(MigrationRefusal::NotDecidable.into()),
        };
        let kept = input.decision.map(|_| reason.as_str());
        store::decide(tx, &record.id, input.decision, kept, associated.as_deref())?;
        store::forget_verification(tx, &source.id)?;
        let view = records::record(tx, &record.id)?.ok_or_else(not_found)?.record;
        Ok(Changed::new(&record.id, view)
            .noting("kind", record.kind)
            .noting("external_id", record.external_id)
            .noting("decision", input.decision.map_or("", |decision| decision.as_str()))
            .noting("reason", reason.clone())
            .noting("associated_with", associated.unwrap_or_default()))
    })
    .await
}
