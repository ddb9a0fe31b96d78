//! Asking for a verification.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::VERIFY;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// Verifies a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifySource {
    /// The source.
    pub source_id: SourceId,
}

/// Asks for a verification of everything that is selected; it runs as a job, as often as wanted.
///
/// # Errors
/// `migration.not_collected`, `migration.busy`, `migration.switched`.
pub async fn verify(call: &Call, input: VerifySource) -> Result<SourceView> {
    let scope = call.authorize(Action::VerifyMigrationSource)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        if source.collection == 0 {
            return Err(MigrationRefusal::NotCollected.into());
        }
        queue::enqueue(
            tx,
            &NewJob {
                kind: VERIFY,
                subject: source.id.as_str(),
                customer_id: None,
                title: "migration-verify",
                actor: &actor,
            },
        )?;
        let view = sources::view_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, view))
    })
    .await
}
