//! Asking for an undo.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::UNDO;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// Takes back what a source brought in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoSource {
    /// The source.
    pub source_id: SourceId,
}

/// Asks for everything to be taken out that came from a source and was not touched since; it
/// runs as a job. What stays is listed with the reason among what became of records.
///
/// # Errors
/// `migration.nothing_landed`, `migration.busy`, `migration.switched`.
pub async fn undo(call: &Call, input: UndoSource) -> Result<SourceView> {
    let scope = call.authorize(Action::UndoMigrationSource)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        if !source_rows::has_landed(tx, &source.id)? {
            return Err(MigrationRefusal::NothingLanded.into());
        }
        queue::enqueue(
            tx,
            &NewJob {
                kind: UNDO,
                subject: source.id.as_str(),
                customer_id: None,
                title: "migration-undo",
                actor: &actor,
            },
        )?;
        let view = sources::view_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, view))
    })
    .await
}
