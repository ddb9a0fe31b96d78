//! What migration needs from outside: the import folder and the readers of foreign systems, and
//! what copies mailboxes.

use hostwright_importer::{Refusal as Unreadable, Sink};
use hostwright_kernel::{Currency, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::migration::content::model::MailSecurity;
use crate::platform::error::Result;
use crate::platform::worker::BoxFuture;

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

/// One mailbox of a mail server, and how it is entered.
#[derive(Clone)]
pub struct MailAccount {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the line is protected.
    pub security: MailSecurity,
    /// SHA-256 of the one certificate that is believed; none: one that the authorities vouch for.
    pub fingerprint: Option<[u8; 32]>,
    /// Who signs in.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// Whose mailbox is opened, where it is not that of `user`.
    pub on_behalf_of: Option<String>,
}

// A log line must not carry a password.
impl std::fmt::Debug for MailAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailAccount").field("host", &self.host).field("user", &self.user).finish_non_exhaustive()
    }
}

/// Bounds towards the source, over all mailboxes that are copied at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gentleness {
    /// Connections at a time.
    pub connections: usize,
    /// Bytes a second; none: as fast as it goes.
    pub bytes_per_second: Option<u64>,
}

/// Why a mailbox, or something in it, was not reached or copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFault {
    /// A stable code: `mailboxes.over_quota`.
    pub code: String,
    /// In words; never a secret.
    pub reason: String,
    /// Another attempt, some time later, may end otherwise.
    pub may_pass: bool,
    /// Name and password were refused.
    pub is_login: bool,
}

/// How large a mailbox is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailboxSize {
    /// Messages.
    pub messages: i64,
    /// Bytes of messages.
    pub bytes: i64,
    /// The largest folder with its bytes.
    pub largest: Option<(String, i64)>,
    /// Bytes that are free within its quota; none without quota.
    pub free_bytes: Option<i64>,
}

/// What a copy did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages at the source.
    pub found: i64,
    /// Copied in this run.
    pub copied: i64,
    /// Bytes of those.
    pub copied_bytes: i64,
    /// Were at the target before.
    pub already: i64,
    /// Would be copied: a dry run.
    pub planned: i64,
    /// Bytes of those.
    pub planned_bytes: i64,
    /// Not copied.
    pub skipped: i64,
    /// What ended the copy before its end.
    pub fault: Option<MailFault>,
    /// Why the first message or folder was left out that was.
    pub left_out: Option<MailFault>,
}

/// What of a mailbox was copied before, folder by folder: kept here, understood by who copies.
///
/// Both block, and are called where that is allowed.
pub trait CopyProgress: Send {
    /// What was kept of a folder.
    fn folder(&mut self, folder: &str) -> Option<String>;

    /// Keeps what is to be known of a folder at the next run, and how many of its messages arrived.
    ///
    /// # Errors
    /// Why it cannot be kept: the copy ends.
    fn keep(&mut self, folder: &str, progress: &str, messages: i64) -> std::result::Result<(), String>;
}

/// Copies mailboxes from one mail server to another. Implemented over IMAP, and by tests.
pub trait MailCopier: Send + Sync {
    /// Whether a mailbox lets this login in.
    fn enter<'a>(&'a self, account: &'a MailAccount) -> BoxFuture<'a, std::result::Result<(), MailFault>>;

    /// How large a mailbox is; nothing is changed.
    fn measure<'a>(
        &'a self,
        account: &'a MailAccount,
        gentleness: Gentleness,
    ) -> BoxFuture<'a, std::result::Result<MailboxSize, MailFault>>;

    /// Copies what was not copied before; a dry run only tells.
    ///
    /// # Errors
    /// When it was broken off, and is to be begun again.
    fn copy<'a>(
        &'a self,
        from: &'a MailAccount,
        to: &'a MailAccount,
        gentleness: Gentleness,
        is_dry: bool,
        progress: Box<dyn CopyProgress>,
    ) -> BoxFuture<'a, Result<Delivered>>;
}
