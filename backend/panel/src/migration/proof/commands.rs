//! Signing the report, and switching over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::RELEASE;
use super::model::ReportView;
use super::queries::report_in;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{Signature, SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// Signs the report of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignReport {
    /// The source.
    pub source_id: SourceId,
    /// The digest of the report that was read.
    pub digest: String,
}

/// Switches over from a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchSource {
    /// The source.
    pub source_id: SourceId,
}

/// Signs the report as it was read.
///
/// # Errors
/// `migration.report_changed` when it says something else by now; `migration.nothing_landed`;
/// `migration.busy`; `migration.switched`.
pub async fn sign(call: &Call, input: SignReport) -> Result<ReportView> {
    let scope = call.authorize(Action::SignMigrationReport)?;
    let (by, name) = (call.actor_id(), call.actor_name());
    call.write(&scope, move |tx| {
        let mut source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        if !source_rows::has_landed(tx, &source.id)? {
            return Err(MigrationRefusal::NothingLanded.into());
        }
        let report = report_in(tx, &source.id)?;
        if report.digest != input.digest.trim() {
            return Err(MigrationRefusal::ReportChanged.into());
        }
        let at = tx.now();
        source.signature = Some(Signature { by: by.clone(), name: name.clone(), digest: report.digest.clone(), at });
        if !source_rows::save(tx, &source)? {
            return Err(MigrationRefusal::Changed.into());
        }
        let signed = report_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, signed).noting("digest", report.digest))
    })
    .await
}

/// Switches over: from now on this system bills what moved in, and nothing is collected,
/// transferred or undone any more.
///
/// # Errors
/// `migration.not_signed` without a signature for the report as it is now; `migration.busy`;
/// `migration.switched`.
pub async fn switch(call: &Call, input: SwitchSource) -> Result<SourceView> {
    let scope = call.authorize(Action::SwitchMigrationSource)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let mut source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        if !report_in(tx, &source.id)?.is_signature_current {
            return Err(MigrationRefusal::NotSigned.into());
        }
        source.switched_at = Some(tx.now());
        if !source_rows::save(tx, &source)? {
            return Err(MigrationRefusal::Changed.into());
        }
        queue::enqueue(
            tx,
            &NewJob {
                kind: RELEASE,
                subject: source.id.as_str(),
                customer_id: None,
                title: "migration-release",
                actor: &actor,
            },
        )?;
        let view = sources::view_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, view))
    })
    .await
}
