//! What can go wrong with an agent, each with a stable code.

use std::fmt;

use crate::refusal::in_short;
use crate::{Refusal, RefusalCode};

/// What went wrong. The codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgentCode {
    /// No connection could be made.
    Unreachable,
    /// The host showed another key than the one that was pinned.
    HostKeyChanged,
    /// The host did not let us in.
    AccessDenied,
    /// The connection ended in the middle.
    Lost,
    /// The agent did not end in its time and was ended.
    TimedOut,
    /// The agent filled more disk than it may and was ended.
    DiskFilled,
    /// The agent said that it failed.
    Failed,
    /// The agent said that it failed, and yet there is a file.
    FailedWithFile,
    /// The agent said that it succeeded, and there is no file.
    NoFile,
    /// The agent said that it succeeded, and its document cannot be read.
    BadDocument,
    /// The agent said that it succeeded, and its bundle is not a tar archive that may be unpacked.
    BadBundle,
    /// A file is larger than is fetched.
    TooLarge,
    /// The package cannot be used.
    BadPackage,
    /// The host has no POSIX shell, or lacks a tool.
    BadHost,
    /// An identifier cannot be written on a command line.
    BadIdentifier,
    /// A file cannot be read or written on this side.
    Local,
}

impl AgentCode {
    /// The stable code, for example `agent.timed_out`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "agent.unreachable",
            Self::HostKeyChanged => "agent.host_key_changed",
            Self::AccessDenied => "agent.access_denied",
            Self::Lost => "agent.lost",
            Self::TimedOut => "agent.timed_out",
            Self::DiskFilled => "agent.disk_filled",
            Self::Failed => "agent.failed",
            Self::FailedWithFile => "agent.failed_with_file",
            Self::NoFile => "agent.no_file",
            Self::BadDocument => "agent.bad_document",
            Self::BadBundle => "agent.bad_bundle",
            Self::TooLarge => "agent.too_large",
            Self::BadPackage => "agent.bad_package",
            Self::BadHost => "agent.bad_host",
            Self::BadIdentifier => "agent.bad_identifier",
            Self::Local => "agent.local",
        }
    }

    /// Whether the next command would meet the same.
    #[must_use]
    pub fn ends_everything(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::HostKeyChanged
                | Self::AccessDenied
                | Self::Lost
                | Self::BadPackage
                | Self::BadHost
                | Self::Local
        )
    }
}

/// Something went wrong with an agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct AgentFault {
    /// The stable code.
    pub code: AgentCode,
    /// The host, file or command.
    pub place: String,
    /// What is wrong, for a person.
    pub reason: String,
}

impl AgentFault {
    /// A fault at a place.
    pub fn new(code: AgentCode, place: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { code, place: place.to_string(), reason: in_short(reason) }
    }
}

impl fmt::Display for AgentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code.as_str(), self.place, self.reason)
    }
}

impl From<AgentFault> for Refusal {
    fn from(fault: AgentFault) -> Self {
        let code = match fault.code {
            AgentCode::HostKeyChanged => RefusalCode::Hostile,
            AgentCode::DiskFilled | AgentCode::TooLarge => RefusalCode::TooLarge,
            AgentCode::Lost => RefusalCode::Truncated,
            AgentCode::BadDocument | AgentCode::BadBundle | AgentCode::BadPackage | AgentCode::BadIdentifier => {
                RefusalCode::Invalid
            }
            _ => RefusalCode::Unreadable,
        };
        Self::new(code, fault.place, format!("{}: {}", fault.code.as_str(), fault.reason))
    }
}
