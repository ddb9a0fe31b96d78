//! What is read of what was collected.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{CollectionView, GapView, RecordId, StagedView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::ports::{ImportFile, Reader};
use crate::migration::sources::model::SourceId;
use crate::migration::verification::model::Status;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged};

/// What lies in the import folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFiles {}

/// The import folder.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FilesView {
    /// What lies there.
    pub items: Vec<ImportFile>,
    /// The kinds of source that can be read.
    pub kinds: Vec<String>,
}

/// Readings of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCollections {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Records of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRecords {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
    /// Words of the name or identifier.
    #[serde(default)]
    pub search: Option<String>,
    /// Only this kind, for example `party`, `domain_name`, `subscription`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Only what belongs to this party, by the source's identifier.
    #[serde(default)]
    pub party: Option<String>,
    /// Only what verification said this of.
    #[serde(default)]
    pub verdict: Option<Status>,
    /// Only what the last reading did not meet (true), or did (false).
    #[serde(default)]
    pub is_gone: Option<bool>,
}

/// Gaps of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListGaps {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// One record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowRecord {
    /// The record.
    pub staged_id: RecordId,
}

impl ListRecords {
    pub(super) fn paging(&self) -> ListInput {
        ListInput {
            after: self.after.clone().filter(|after| !after.is_empty()),
            limit: self.limit,
            search: self.search.clone(),
            ..ListInput::default()
        }
    }
}

impl ListGaps {
    pub(super) fn paging(&self) -> ListInput {
        ListInput {
            after: self.after.clone().filter(|after| !after.is_empty()),
            limit: self.limit,
            ..ListInput::default()
        }
    }
}

/// What lies in the import folder, and what can be read.
///
/// # Errors
/// When the caller may not, or the folder cannot be looked at.
#[expect(clippy::unused_async, reason = "endpoints are asynchronous")]
pub async fn files(call: &Call, reader: &dyn Reader, _input: ListFiles) -> Result<FilesView> {
    call.authorize(Action::ListMigrationFiles)?;
    Ok(FilesView { items: reader.files()?, kinds: reader.kinds().into_iter().map(str::to_owned).collect() })
}

/// Readings, newest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn collections(call: &Call, input: ListCollections) -> Result<Paged<CollectionView>> {
    call.authorize(Action::ListMigrationCollections)?;
    let paging = ListInput { after: input.after.clone(), limit: input.limit, ..ListInput::default() };
    call.db.read(move |tx| store::collections(tx, &input.source_id, &paging)).await
}

/// Records by their keys; their bodies stay sealed.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn records(call: &Call, input: ListRecords) -> Result<Paged<StagedView>> {
    call.authorize(Action::ListMigrationRecords)?;
    call.db.read(move |tx| store::records(tx, &input)).await
}

/// One record by its keys.
///
/// # Errors
/// Not found.
pub async fn record(call: &Call, input: ShowRecord) -> Result<StagedView> {
    call.authorize(Action::ShowMigrationRecord)?;
    let found = call.db.read(move |tx| store::record(tx, &input.staged_id)).await?;
    found.map(|sealed| sealed.record).ok_or_else(not_found)
}

/// The named gaps of the last reading.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn gaps(call: &Call, input: ListGaps) -> Result<Paged<GapView>> {
    call.authorize(Action::ListMigrationGaps)?;
    call.db.read(move |tx| store::gaps(tx, &input)).await
}
