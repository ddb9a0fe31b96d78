//! Migration agents: small programs that know one source system and answer in snapshot documents.
//!
//! The contract is that of the Parallels migration guide: a package of two files (`agent.tar` and
//! `agent.manifest`), five `--extract` commands and `--disable=subscriptions`, `--file` without an
//! extension, exit status 0 for success. What the guide's readable part does not say (the names inside
//! its documents) is not guessed: our agents write our own open document. `docs/agents.md` tells people
//! how to write one.
//!
//! | file | holds |
//! |---|---|
//! | [`manifest`] | `agent.manifest`, unknown parts kept |
//! | [`names`] | the one table of names that are really known from the guide |
//! | [`package`] | `agent.tar` and `agent.manifest` together, looked through before anything runs |
//! | [`command`] | the command lines |
//! | [`transport`] | how a script is run on the source: [`local`] or [`ssh`] |
//! | [`place`] | an agent delivered to a source: runs commands, fetches files, leaves nothing behind |
//! | [`collect`] | everything of a source into a folder, resumable |
//! | [`disable`](mod@disable) | what moved is switched off at the source |
//! | [`check`](mod@check) | whether an agent keeps the contract |
//!
//! Invariants: an agent is not trusted. Its exit status, its files and what it prints are checked against
//! each other; time, disk and every byte taken from it are bounded; nothing it prints is data. It runs with
//! the rights of the user that the provider gave, and no further.

pub mod check;
pub mod collect;
pub mod command;
pub mod disable;
mod fault;
pub mod local;
pub mod manifest;
pub mod names;
pub mod package;
pub mod place;
pub mod ssh;
pub mod transport;

pub use check::{Checks, Finding, Level, check};
pub use collect::{Collected, What, collect};
pub use command::{Command, Output};
pub use disable::{Disabled, disable};
pub use fault::{AgentCode, AgentFault};
pub use local::LocalTransport;
pub use manifest::Manifest;
pub use package::Package;
pub use place::{Answer, Bounds, Place};
pub use ssh::{Access, SshTarget, SshTransport, host_key};
pub use transport::Transport;

/// The container that a [`crate::snapshot::values::Content`] names where its path is a content identifier
/// to be asked of the agent with `--content-id`.
pub const CONTENT: &str = "agent";

#[cfg(test)]
mod tests;
