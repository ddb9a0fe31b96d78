//! What became of records, and what the source is to switch off.

use hostwright_importer::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{LandingState, LandingView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::platform::download::Download;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged};

/// What became of a source's records.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListLandings {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
    /// Only what this became of.
    #[serde(default)]
    pub outcome: Option<LandingState>,
    /// Only this kind.
    #[serde(default)]
    pub kind: Option<String>,
}

/// The list of what is to be switched off at the source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadDisableList {
    /// The source.
    pub source_id: SourceId,
}

impl ListLandings {
    pub(super) fn paging(&self) -> ListInput {
        ListInput {
            after: self.after.clone().filter(|after| !after.is_empty()),
            limit: self.limit,
            ..ListInput::default()
        }
    }
}

/// What became of records, in the order in which it was decided.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn landings(call: &Call, input: ListLandings) -> Result<Paged<LandingView>> {
    call.authorize(Action::ListMigrationLandings)?;
    call.db.read(move |tx| store::landings(tx, &input)).await
}

/// The source's identifiers of the subscriptions that moved, one a line: what its agent is to switch
/// off there. Only after the switch, because until then the source bills them.
///
/// # Errors
/// Not found; `migration.not_switched`.
pub async fn disable_list(call: &Call, input: DownloadDisableList) -> Result<Download> {
    call.authorize(Action::DownloadMigrationDisableList)?;
    call.db
        .read(move |tx| {
            let source = sources::load(tx, &input.source_id)?.ok_or_else(not_found)?;
            if source.switched_at.is_none() {
                return Err(MigrationRefusal::NotSwitched.into());
            }
            let lines = store::identifiers(tx, &source.id, Kind::Subscription.as_str())?;
            Ok(Download {
                name: format!("disable-{}.txt", source.id),
                content_type: "text/plain; charset=utf-8".to_owned(),
                bytes: lines.into_iter().map(|line| line + "\n").collect::<String>().into_bytes(),
            })
        })
        .await
}
