//! What became of records.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{LandingState, LandingView};
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::migration::sources::model::SourceId;
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
