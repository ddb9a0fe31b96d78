//! What goes wrong, with codes that stay.

use std::fmt;

use serde::{Serialize, Serializer};

/// Why a mailbox, a folder or a message was not copied. The codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultCode {
    /// No connection: no such host, nobody listens, the server turns everybody away.
    Unreachable,
    /// The server's certificate is not trusted, or TLS failed.
    Untrusted,
    /// The server has no place just now (RFC 5530 `UNAVAILABLE`, `LIMIT`, `INUSE`): later it may.
    Unavailable,
    /// Login and password, or token, were refused.
    LoginRefused,
    /// The line was lost as often as is tried.
    ConnectionLost,
    /// The server said nothing for as long as is waited.
    TimedOut,
    /// What the server said cannot be understood.
    BadResponse,
    /// The server refused a command.
    Refused,
    /// A folder of the source cannot be opened.
    FolderUnreadable,
    /// A folder cannot be made or used at the target.
    FolderRefused,
    /// The folder was replaced by another of its name while it was copied.
    FolderReplaced,
    /// The folder is not the mailbox owner's own (RFC 2342: shared, or of other users).
    NotPersonal,
    /// The caller left the folder out.
    LeftOut,
    /// The target has no more room for the mailbox.
    OverQuota,
    /// The message is larger than is copied, or than the target takes (RFC 7889).
    TooLarge,
    /// The target refused the message.
    MessageRefused,
    /// The message was removed at the source while its folder was copied.
    Vanished,
    /// The source lists the message and gives no content for it.
    Empty,
    /// A file of the source cannot be read.
    Unreadable,
    /// The path is no mailbox.
    NotAMailbox,
    /// The caller could not keep the state.
    NotKept,
    /// It was not tried, because of an earlier fault.
    NotTried,
    /// An error of this program.
    Internal,
}

impl FaultCode {
    /// The stable code, for example `mailboxes.over_quota`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "mailboxes.unreachable",
            Self::Untrusted => "mailboxes.untrusted",
            Self::Unavailable => "mailboxes.unavailable",
            Self::LoginRefused => "mailboxes.login_refused",
            Self::ConnectionLost => "mailboxes.connection_lost",
            Self::TimedOut => "mailboxes.timed_out",
            Self::BadResponse => "mailboxes.bad_response",
            Self::Refused => "mailboxes.refused",
            Self::FolderUnreadable => "mailboxes.folder_unreadable",
            Self::FolderRefused => "mailboxes.folder_refused",
            Self::FolderReplaced => "mailboxes.folder_replaced",
            Self::NotPersonal => "mailboxes.not_personal",
            Self::LeftOut => "mailboxes.left_out",
            Self::OverQuota => "mailboxes.over_quota",
            Self::TooLarge => "mailboxes.too_large",
            Self::MessageRefused => "mailboxes.message_refused",
            Self::Vanished => "mailboxes.vanished",
            Self::Empty => "mailboxes.empty",
            Self::Unreadable => "mailboxes.unreadable",
            Self::NotAMailbox => "mailboxes.not_a_mailbox",
            Self::NotKept => "mailboxes.not_kept",
            Self::NotTried => "mailboxes.not_tried",
            Self::Internal => "mailboxes.internal",
        }
    }

    /// Another attempt, some time later, may end otherwise.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Unavailable | Self::ConnectionLost | Self::TimedOut)
    }
}

impl Serialize for FaultCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A fault: the code, where, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Fault {
    /// The stable code.
    pub code: FaultCode,
    /// Where: a server, a folder, a path.
    pub place: String,
    /// What is wrong, for a person. Never carries a secret, and of a server's words only the first ones.
    pub reason: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(code: FaultCode, place: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { code, place: place.to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code.as_str(), self.place, self.reason)
    }
}

/// The first words of what a stranger said, on one line.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
