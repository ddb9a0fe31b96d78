//! Folders, and the way of a visit through them.

use std::io;
use std::path::Path;

use hostwright_kernel::Instant;

use super::{Bytes, FoundMessage, Survey, Visitor};
use crate::formats::mail::{Flags, folder_name, identity};
use crate::snapshot::{Gap, GapKind, Kind};
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// A folder of a mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FoundFolder {
    /// Its levels, as people read them; none for the inbox.
    pub path: Vec<String>,
    /// Is on the list of subscribed folders.
    pub is_subscribed: bool,
    /// UIDVALIDITY at the source.
    pub uid_validity: Option<u32>,
}

impl FoundFolder {
    /// The inbox.
    #[must_use]
    pub fn inbox() -> Self {
        Self::default()
    }

    /// The name in UTF-8 with this separator; `INBOX` for the inbox.
    #[must_use]
    pub fn name(&self, separator: char) -> String {
        if self.path.is_empty() { "INBOX".to_owned() } else { self.path.join(&separator.to_string()) }
    }

    /// The name as IMAP writes it, in modified UTF-7. A separator inside a level becomes `_`.
    #[must_use]
    pub fn imap_name(&self, separator: char) -> String {
        if self.path.is_empty() {
            return "INBOX".to_owned();
        }
        let levels = self.path.iter().map(|level| folder_name::encode(&level.replace(separator, "_")));
        levels.collect::<Vec<_>>().join(&separator.to_string())
    }
}

/// What is known of a message before it is opened.
pub(super) struct Known {
    pub flags: Flags,
    pub keywords: Vec<String>,
    pub internal_date: Option<Instant>,
    pub uid: Option<u32>,
    /// Bytes, where they are known without opening it.
    pub size: Option<u64>,
    pub bytes: Bytes,
    pub place: String,
}

/// A visit under way.
pub(super) struct Walk<'v> {
    pub limits: &'v Limits,
    visitor: Option<&'v mut dyn Visitor>,
    survey: Survey,
    gaps: Tally,
    folder_bytes: u64,
    files: usize,
}

impl<'v> Walk<'v> {
    pub(super) fn new(limits: &'v Limits, visitor: Option<&'v mut dyn Visitor>) -> Self {
        Self { limits, visitor, survey: Survey::default(), gaps: Tally::default(), folder_bytes: 0, files: 0 }
    }

    /// Whether messages are opened.
    pub(super) fn is_visit(&self) -> bool {
        self.visitor.is_some()
    }

    pub(super) fn gap(&mut self, kind: GapKind, place: &Path, reason: impl std::fmt::Display) {
        self.gaps.add(Gap::new(kind, place.display(), reason).of(Kind::Mailbox, ""));
    }

    pub(super) fn gaps(&mut self, kind: GapKind, place: &Path, reason: &str, count: u64) {
        if count > 0 {
            self.gaps.add(Gap::new(kind, place.display(), reason).of(Kind::Mailbox, "").times(count));
        }
    }

    /// Counts a file against the bound.
    pub(super) fn count(&mut self, place: &Path) -> Result<(), Refusal> {
        self.files = self.files.saturating_add(1);
        if self.files > self.limits.members {
            return Err(Refusal::new(RefusalCode::TooLarge, place.display(), "more files than are read"));
        }
        Ok(())
    }

    pub(super) fn quota(&mut self, bytes: Option<u64>, messages: Option<u64>) {
        self.survey.quota_bytes = bytes;
        self.survey.quota_messages = messages;
    }

    pub(super) fn begin(&mut self, folder: &FoundFolder) -> Result<(), Refusal> {
        self.folder_bytes = 0;
        match &mut self.visitor {
            Some(visitor) => visitor.folder(folder),
            None => Ok(()),
        }
    }

    pub(super) fn end(&mut self, folder: &FoundFolder) {
        self.survey.folder(&folder.name('/'), self.folder_bytes);
    }

    /// Hands a message on; one that cannot be read is a gap.
    pub(super) fn message(&mut self, folder: &FoundFolder, known: &Known) -> Result<(), Refusal> {
        let size = match (&mut self.visitor, known.size) {
            (None, Some(size)) => size,
            (None, None) => return Ok(()),
            (Some(visitor), _) => {
                let measured = match known.bytes.open().and_then(identity::measure) {
                    Ok(measured) => measured,
                    Err(error) => {
                        let reason = unreadable(&error);
                        self.gaps.add(Gap::new(GapKind::Skipped, &known.place, reason).of(Kind::Mailbox, ""));
                        return Ok(());
                    }
                };
                visitor.message(&FoundMessage {
                    folder,
                    flags: known.flags.clone(),
                    keywords: known.keywords.clone(),
                    internal_date: known.internal_date,
                    size: measured.size,
                    wire_size: measured.wire_size,
                    key: measured.key,
                    uid: known.uid,
                    place: &known.place,
                    bytes: &known.bytes,
                })?;
                measured.size
            }
        };
        self.folder_bytes = self.folder_bytes.saturating_add(size);
        self.survey.message(size, known.internal_date);
        Ok(())
    }

    pub(super) fn finish(mut self, kept: &mut Vec<Gap>) -> Result<Survey, Refusal> {
        for gap in self.gaps.finish() {
            match &mut self.visitor {
                Some(visitor) => visitor.gap(gap)?,
                None => kept.push(gap),
            }
        }
        Ok(self.survey)
    }
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::Unsupported => "a message that is compressed in a way that is not read".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            "a compressed message that cannot be unpacked".to_owned()
        }
        _ => format!("a message that cannot be read: {error}"),
    }
}

/// The moment that a file was changed last: where Maildir keeps INTERNALDATE.
pub(super) fn changed(what: &std::fs::Metadata) -> Option<Instant> {
    let at = what.modified().ok()?;
    let micros = match at.duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok()?,
        Err(before) => i64::try_from(before.duration().as_micros()).ok()?.checked_neg()?,
    };
    Instant::from_micros(micros).ok()
}
