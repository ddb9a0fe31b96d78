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
use crate::migration::ports::{ImportFile, Options, Reader};
use crate::migration::sources::model::{SourceId, SourceView};
use crate::migration::sources::{queries as sources, store as source_rows};
use crate::platform::error::Result;
use crate::platform::jobs::{self as queue, NewJob};

/// What options are sealed for.
pub(super) const OPTIONS: &str = "migration.options";

/// Reads a source.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectSource {
    /// The source.
    pub source_id: SourceId,
    /// Files and folders below the import folder, one a line.
    pub paths: Vec<String>,
    /// The key of the source's reversible secrets, where it has one; kept sealed until the
    /// reading ends.
    #[serde(default)]
    pub secret: Option<String>,
    /// The folder, below the import folder, of files that the source's rows name.
    #[serde(default)]
    pub attachments: Option<String>,
    /// The file, below the import folder, that says how columns map to fields.
    #[serde(default)]
    pub mapping: Option<String>,
}

// A log line must not carry a key.
impl std::fmt::Debug for CollectSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CollectSource")
            .field("source_id", &self.source_id)
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
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
    let named = |path: &Option<String>| path.clone().filter(|path| !path.trim().is_empty());
    let beside = [named(&input.attachments), named(&input.mapping)];
    for path in beside.iter().flatten() {
        reader.check(&single(path)?)?;
    }
    for path in &paths {
        reader.check(path)?;
    }
    let [attachments, mapping] = beside;
    let options = Options { key: input.secret.clone().filter(|key| !key.is_empty()), attachments, mapping };
    let options = call.vault.seal(OPTIONS, &serde_json::to_string(&options)?)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let mut source = source_rows::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        sources::is_idle_in(tx, &source.id)?;
        source.pass = source.pass.saturating_add(1);
        store::begin(tx, &source.id, source.pass, &paths, &options)?;
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

fn single(path: &str) -> Result<String> {
    let mut checked = paths(&[path.to_owned()])?;
    checked.pop().ok_or_else(|| MigrationRefusal::PathsMissing.into())
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
