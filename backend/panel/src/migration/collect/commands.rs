//! Putting files into the import folder, and asking for a reading.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::COLLECT;
use super::model::{file_name, paths};
use super::store;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::ports::{ImportFile, Reader};
use crate::migration::sources::model::{SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// Reads a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectSource {
    /// The source.
    pub source_id: SourceId,
    /// Files and folders below the import folder.
    pub paths: Vec<String>,
}

/// A file as it is sent to us.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its bytes in Base64 with padding.
    pub content_base64: String,
}

// A log line must not carry a provider's data.
impl std::fmt::Debug for SentFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Puts files into the import folder; large ones are copied there by other means.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadFiles {
    /// The files.
    pub files: Vec<SentFile>,
}

/// What was put there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Uploaded {
    /// The files.
    pub files: Vec<ImportFile>,
}

/// Asks for a reading of a source; it runs as a job.
///
/// # Errors
/// `migration.paths_missing`, `migration.path_outside`, `migration.path_unknown`; `migration.busy`;
/// `migration.switched`.
pub async fn collect(call: &Call, reader: &dyn Reader, input: CollectSource) -> Result<SourceView> {
    let scope = call.authorize(Action::CollectMigrationSource)?;
    let paths = paths(&input.paths)?;
    for path in &paths {
        reader.check(path)?;
    }
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let mut source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        source.pass = source.pass.saturating_add(1);
        store::begin(tx, &source.id, source.pass, &paths)?;
        if !source_rows::save(tx, &source)? {
            return Err(MigrationRefusal::Changed.into());
        }
        queue::enqueue(
            tx,
            &NewJob {
                kind: COLLECT,
                subject: source.id.as_str(),
                customer_id: None,
                title: "migration-collect",
                actor: &actor,
            },
        )?;
        let view = sources::view_in(tx, &source.id)?;
        Ok(Changed::new(&source.id, view).noting("paths", paths.join("\n")))
    })
    .await
}

/// Puts files into the import folder; none there is overwritten.
///
/// # Errors
/// `migration.files_missing`, `migration.file_unreadable`, `migration.file_exists`.
pub async fn upload(call: &Call, reader: &dyn Reader, input: UploadFiles) -> Result<Uploaded> {
    let scope = call.authorize(Action::UploadMigrationFiles)?;
    if input.files.is_empty() {
        return Err(MigrationRefusal::FilesMissing.into());
    }
    let mut files = Vec::with_capacity(input.files.len());
    for sent in &input.files {
        let unreadable = || MigrationRefusal::FileUnreadable.with("name", &sent.name);
        let name = file_name(&sent.name).ok_or_else(unreadable)?;
        let bytes = STANDARD.decode(sent.content_base64.trim()).map_err(|_not_base64| unreadable())?;
        files.push(reader.keep(&name, &bytes)?);
    }
    call.write(&scope, move |_| {
        let names: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        let uploaded = Uploaded { files: files.clone() };
        Ok(Changed::new("import", uploaded).noting("files", names.join("\n")))
    })
    .await
}
