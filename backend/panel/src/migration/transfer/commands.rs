//! Asking for a transfer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::TRANSFER;
use super::store;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// Transfers a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferSource {
    /// The source.
    pub source_id: SourceId,
}

/// Asks for the transfer of every account that was verified; it runs as jobs, as often as
/// wanted. What is here already stays as it is.
///
/// # Errors
/// `migration.not_verified`, `migration.busy`, `migration.switched`.
pub async fn transfer(call: &Call, input: TransferSource) -> Result<SourceView> {
    let scope = call.authorize(Action::TransferMigrationSource)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        if source.verified_at.is_none() {
            return Err(MigrationRefusal::NotVerified.into());
        }
        store::forget_skipped(tx, &source.id)?;
        let accounts = store::queue_accounts(tx, &source.id)?;
        queue::enqueue(
            tx,
            &NewJob {
                kind: TRANSFER,
                subject: source.id.as_str(),
                customer_id: None,
                title: "migration-transfer",
                actor: &actor,
            },
        )?;
        let view = sources::view_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, view).noting("accounts", accounts))
    })
    .await
}
