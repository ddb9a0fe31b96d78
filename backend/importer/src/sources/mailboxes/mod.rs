//! Mailboxes on disk: Maildir trees, mbox files, single messages.
//!
//! [`visit`] hands every message of one mailbox to a visitor, which appends it elsewhere; the
//! bytes are read when the visitor opens the message. [`survey`] counts without opening what need
//! not be opened. [`read`] finds the mailboxes below a folder and says what is in each.
//!
//! Invariants: nothing on disk is changed; links are not followed; a message is handed on byte for
//! byte, unpacked where the server had packed it; what is not handed on is a gap.

mod folders;
mod maildir;
mod single;
mod snapshot;

#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hostwright_kernel::Instant;

use crate::formats::mail::{Flags, mbox, packed};
use crate::snapshot::Gap;
use crate::{Limits, Refusal, RefusalCode};

pub use folders::FoundFolder;
pub use snapshot::read;

/// One message, as it was found.
#[derive(Debug)]
pub struct FoundMessage<'a> {
    /// Its folder.
    pub folder: &'a FoundFolder,
    /// System flags.
    pub flags: Flags,
    /// Keywords by name, `$Forwarded` among them.
    pub keywords: Vec<String>,
    /// INTERNALDATE.
    pub internal_date: Option<Instant>,
    /// Bytes as they are handed on.
    pub size: u64,
    /// Bytes with CRLF line ends, as IMAP counts.
    pub wire_size: u64,
    /// The same for two copies of a message, see [`crate::formats::mail::identity::key`].
    pub key: String,
    /// The number that the source gave it within its folder.
    pub uid: Option<u32>,
    /// Where it lies, for reports.
    pub place: &'a str,
    pub(crate) bytes: &'a Bytes,
}

/// Where the bytes of a message are.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// A file, packed or not.
    File(PathBuf, u64),
    /// A part of an mbox file.
    Part(PathBuf, mbox::Span),
}

impl Bytes {
    fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::File(path, most) => packed::open(path, *most).map(|(_, reader)| reader),
            Self::Part(path, span) => mbox::open(path, span),
        }
    }
}

impl FoundMessage<'_> {
    /// The message's bytes.
    ///
    /// # Errors
    /// Those of the file.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        self.bytes.open()
    }
}

/// Takes what is found in a mailbox.
pub trait Visitor {
    /// Takes a folder, before its messages.
    ///
    /// # Errors
    /// A [`Refusal`] ends the visit.
    fn folder(&mut self, folder: &FoundFolder) -> Result<(), Refusal>;

    /// Takes a message.
    ///
    /// # Errors
    /// A [`Refusal`] ends the visit.
    fn message(&mut self, message: &FoundMessage<'_>) -> Result<(), Refusal>;

    /// Takes a gap.
    ///
    /// # Errors
    /// A [`Refusal`] ends the visit.
    fn gap(&mut self, gap: Gap) -> Result<(), Refusal>;
}

/// How large a mailbox is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Folders.
    pub folders: u64,
    /// Messages.
    pub messages: u64,
    /// Bytes of messages, unpacked where that is known.
    pub bytes: u64,
    /// Bytes of the largest message.
    pub largest_message: u64,
    /// The folder with most bytes.
    pub largest_folder: String,
    /// Bytes of that folder.
    pub largest_folder_bytes: u64,
    /// Bytes allowed by the mailbox's own file.
    pub quota_bytes: Option<u64>,
    /// Messages allowed by the mailbox's own file.
    pub quota_messages: Option<u64>,
    /// First and last internal date.
    pub dates: Option<(Instant, Instant)>,
}

impl Survey {
    fn folder(&mut self, name: &str, bytes: u64) {
        self.folders = self.folders.saturating_add(1);
        if bytes > self.largest_folder_bytes || self.folders == 1 {
            self.largest_folder_bytes = bytes;
            name.clone_into(&mut self.largest_folder);
        }
    }

    fn message(&mut self, size: u64, at: Option<Instant>) {
        self.messages = self.messages.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
        self.largest_message = self.largest_message.max(size);
        if let Some(at) = at {
            self.dates = Some(self.dates.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
    }
}

/// What kind of mailbox lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A tree of Maildir folders.
    Maildir,
    /// A folder of mbox files and single messages.
    Files,
    /// One mbox file.
    Mbox,
    /// One message.
    Single,
}

/// Says what lies at a path; `None` where it is nothing that is read here.
#[must_use]
pub fn layout(path: &Path) -> Option<Layout> {
    if path.is_dir() {
        return Some(if maildir::is_maildir(path) { Layout::Maildir } else { Layout::Files });
    }
    let head = single::head(path).ok()?;
    if mbox::is_mbox(&head) {
        return Some(Layout::Mbox);
    }
    (packed::Packing::of(&head) != packed::Packing::None || single::looks_like_a_message(&head))
        .then_some(Layout::Single)
}

/// Hands every message of one mailbox to a visitor.
///
/// # Errors
/// A [`Refusal`] where the path is no mailbox or cannot be read, or that of the visitor.
pub fn visit(path: &Path, limits: &Limits, visitor: &mut dyn Visitor) -> Result<Survey, Refusal> {
    go(path, limits, Some(visitor), &mut Vec::new())
}

/// Counts a mailbox. Maildir files are not opened: their names or lengths tell their size.
///
/// # Errors
/// A [`Refusal`] where the path is no mailbox or cannot be read.
pub fn survey(path: &Path, limits: &Limits) -> Result<(Survey, Vec<Gap>), Refusal> {
    let mut gaps = Vec::new();
    go(path, limits, None, &mut gaps).map(|survey| (survey, gaps))
}

fn go<'v>(
    path: &Path,
    limits: &'v Limits,
    visitor: Option<&'v mut dyn Visitor>,
    kept: &mut Vec<Gap>,
) -> Result<Survey, Refusal> {
    let refuse = |error: io::Error| Refusal::new(RefusalCode::Unreadable, path.display(), error);
    std::fs::metadata(path).map_err(refuse)?;
    let Some(layout) = layout(path) else {
        let reason = "neither a Maildir, nor an mbox file, nor a message";
        return Err(Refusal::new(RefusalCode::NotThisFormat, path.display(), reason));
    };
    let mut walk = folders::Walk::new(limits, visitor);
    match layout {
        Layout::Maildir => maildir::walk(path, &mut walk)?,
        Layout::Files => single::walk_files(path, &mut walk)?,
        Layout::Mbox => single::walk_mbox(path, &FoundFolder::inbox(), &mut walk)?,
        Layout::Single => single::walk_message(path, &mut walk)?,
    }
    walk.finish(kept)
}
