//! What migration needs from outside: the import folder and the readers of foreign systems.

use hostwright_importer::{Refusal as Unreadable, Sink};
use hostwright_kernel::{Currency, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::error::Result;

/// What is to be read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Which reader: one of [`Reader::kinds`].
    pub kind: String,
    /// Files and folders below the import folder.
    pub paths: Vec<String>,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// IANA zone of moments that name none.
    pub zone: String,
    /// What some readers need besides.
    pub options: Options,
}

/// What some readers need besides paths.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The key of the source's reversible secrets.
    pub key: Option<String>,
    /// The folder, below the import folder, of files that the source's rows name.
    pub attachments: Option<String>,
    /// The file, below the import folder, that says how columns map to fields.
    pub mapping: Option<String>,
}

// A log line must not carry a key.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("attachments", &self.attachments).finish_non_exhaustive()
    }
}

/// A file or folder that waits in the import folder.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportFile {
    /// Its path below the import folder.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; of a folder, 0.
    pub size: i64,
    /// When it was last changed.
    pub changed_at: Option<Instant>,
}

/// Reads what a provider put into the import folder. Implemented over the importer's readers,
/// and by tests.
///
/// Reading blocks, and is called on the blocking pool.
pub trait Reader: Send + Sync {
    /// The kinds of source that can be read.
    fn kinds(&self) -> Vec<&'static str>;

    /// What lies in the import folder, by path.
    ///
    /// # Errors
    /// When it cannot be looked at.
    fn files(&self) -> Result<Vec<ImportFile>>;

    /// Puts a file into the import folder; nothing there is ever overwritten.
    ///
    /// # Errors
    /// `migration.file_exists`, `migration.file_unreadable`; when it cannot be written.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<ImportFile>;

    /// Whether something that may be read lies at this path.
    ///
    /// # Errors
    /// `migration.path_outside`, `migration.path_unknown`.
    fn check(&self, path: &str) -> Result<()>;

    /// Reads everything that the paths hold, entry by entry.
    ///
    /// # Errors
    /// When the input is refused as a whole, or the sink stopped the reading.
    fn read(&self, reading: &Reading, sink: &mut dyn Sink) -> std::result::Result<(), Unreadable>;
}
