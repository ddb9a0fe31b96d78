//! What is read of source systems.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Progress, Source, SourceId, SourceView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::collect::jobs::COLLECT;
use crate::migration::error::MigrationRefusal;
use crate::migration::transfer::jobs::TRANSFER;
use crate::migration::undo::jobs::UNDO;
use crate::migration::verification::jobs::VERIFY;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// One source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowSource {
    /// The source.
    pub source_id: SourceId,
}

/// Sources, in the order in which they were registered.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<SourceView>> {
    call.authorize(Action::ListMigrationSources)?;
    call.db
        .read(move |tx| {
            let Paged { items, next } = store::list(tx, &input)?;
            let views = items.into_iter().map(|source| with_progress(tx, source)).collect::<Result<Vec<_>>>()?;
            Ok(Paged { items: views, next })
        })
        .await
}

/// A source with the steps of its migration.
///
/// # Errors
/// Not found.
pub async fn show(call: &Call, input: ShowSource) -> Result<SourceView> {
    call.authorize(Action::ShowMigrationSource)?;
    call.db.read(move |tx| view_in(tx, &input.source_id)).await
}

pub(in crate::migration) fn view_in(tx: &mut Tx<'_>, id: &SourceId) -> Result<SourceView> {
    let source = store::load(tx, id)?.ok_or_else(not_found)?;
    with_progress(tx, source)
}

fn with_progress(tx: &mut Tx<'_>, source: Source) -> Result<SourceView> {
    let progress = progress_in(tx, &source.id)?;
    Ok(SourceView::new(source, &progress))
}

fn progress_in(tx: &mut Tx<'_>, id: &SourceId) -> Result<Progress> {
    let counted = store::progress(tx, id)?;
    Ok(Progress {
        is_collecting: store::is_open(tx, &[COLLECT], id.as_str())?,
        is_verifying: store::is_open(tx, &[VERIFY], id.as_str())?,
        is_transferring: store::is_open(tx, &[TRANSFER, UNDO], id.as_str())? || store::has_queued(tx, id)?,
        ..counted
    })
}

/// Refuses while something runs over this source.
///
/// # Errors
/// `migration.busy`.
pub(in crate::migration) fn is_idle_in(tx: &mut Tx<'_>, id: &SourceId) -> Result<()> {
    if store::is_open(tx, &[COLLECT, VERIFY, TRANSFER, UNDO], id.as_str())? || store::has_queued(tx, id)? {
        return Err(MigrationRefusal::Busy.into());
    }
    Ok(())
}
