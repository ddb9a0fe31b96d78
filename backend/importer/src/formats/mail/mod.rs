//! Mail as it lies on disk: names of Maildir files, mbox files, folder names, and what identifies a message.
//!
//! Invariant: a message is bytes. Headers are read to tell one message from another and for
//! nothing else; what is not understood passes unchanged.

pub mod folder_name;
pub mod identity;
pub mod maildir_name;
pub mod mbox;
pub mod packed;

#[cfg(test)]
mod tests;

/// What an IMAP server keeps about a message besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// Was read.
    pub is_seen: bool,
    /// Was answered.
    pub is_answered: bool,
    /// Is marked.
    pub is_flagged: bool,
    /// Is to be removed.
    pub is_deleted: bool,
    /// Is not finished.
    pub is_draft: bool,
}

impl Flags {
    /// As an IMAP server names them, `\Seen` and so on.
    #[must_use]
    pub fn imap(&self) -> Vec<&'static str> {
        [
            (self.is_seen, "\\Seen"),
            (self.is_answered, "\\Answered"),
            (self.is_flagged, "\\Flagged"),
            (self.is_deleted, "\\Deleted"),
            (self.is_draft, "\\Draft"),
        ]
        .into_iter()
        .filter_map(|(is_set, name)| is_set.then_some(name))
        .collect()
    }
}
