//! Why a command was not carried out. Each refusal has a stable code and a sentence for operators.

use serde::{Deserialize, Serialize};

use crate::capability::Capability;

/// Why a command has no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NodeError {
    /// The node's libvirt could not be reached, or the connection broke during the call.
    #[error("the node cannot be reached: {detail}")]
    Unreachable {
        /// What libvirt or the system said; for logs only.
        detail: String,
    },
    /// No answer before the deadline. The command may still take effect: the state is unknown.
    #[error("no answer within {after_ms} ms while waiting for: {during}; the state is unknown")]
    Timeout {
        /// The deadline that passed, in milliseconds.
        after_ms: u64,
        /// What was under way.
        during: String,
    },
    /// Too many calls are stuck on this node; nothing is sent until one of them returns.
    #[error("{stuck} calls are stuck on this node; new calls are refused until one returns")]
    Degraded {
        /// Calls that passed their deadline and have not returned.
        stuck: u32,
    },
    /// The command carries an older fencing number than one already seen for the guest.
    #[error("the command carries fence {given}, but {highest} has been seen for this guest")]
    Fenced {
        /// The number in the command.
        given: u64,
        /// The highest number seen.
        highest: u64,
    },
    /// The node cannot do this.
    #[error("this node has no support for {needs}")]
    Unsupported {
        /// What is missing.
        needs: Capability,
    },
    /// The thing that the command names is not there.
    #[error("there is no {what} named {name} on the node")]
    NotFound {
        /// `domain`, `volume`, `pool`, `image`, `network` or `file`.
        what: String,
        /// Its name.
        name: String,
    },
    /// What is on the node contradicts the command; nothing was changed.
    #[error("{name} on the node is in the way: {reason}")]
    Conflict {
        /// The object's name.
        name: String,
        /// Why it is in the way.
        reason: String,
    },
    /// The command itself is malformed; nothing was sent.
    #[error("the command is malformed: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// libvirt or the system refused.
    #[error("the node refused to {during}: {detail} (code {libvirt_code})")]
    Failed {
        /// libvirt's error number, 0 if it was not libvirt.
        libvirt_code: u32,
        /// What was under way.
        during: String,
        /// What it said; for logs only.
        detail: String,
    },
}

impl NodeError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "node_unreachable",
            Self::Timeout { .. } => "node_timeout",
            Self::Degraded { .. } => "node_degraded",
            Self::Fenced { .. } => "node_fenced",
            Self::Unsupported { .. } => "node_unsupported",
            Self::NotFound { .. } => "node_not_found",
            Self::Conflict { .. } => "node_conflict",
            Self::Invalid { .. } => "node_invalid_command",
            Self::Failed { .. } => "node_failed",
        }
    }

    /// True if the command may or may not have taken effect, so that the guest's state is unknown.
    #[must_use]
    pub fn leaves_state_unknown(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Degraded { .. })
    }

    /// True if trying the same command again later can succeed without a person's help.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        self.leaves_state_unknown() || matches!(self, Self::Failed { .. })
    }

    /// What an operator is told, without the node's own words.
    #[must_use]
    pub fn operator_sentence(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => {
                "The node does not answer. Check that it is powered on, that libvirtd runs, and the network between."
            }
            Self::Timeout { .. } => {
                "The node took too long to answer. What the guest does is unknown until the next observation."
            }
            Self::Degraded { .. } => {
                "Several calls hang on this node. Look at libvirtd there; restarting it does not stop guests."
            }
            Self::Fenced { .. } => "A newer instruction for this guest has been given; this older one was refused.",
            Self::Unsupported { .. } => {
                "This node's hypervisor or storage cannot do that. Choose another node or another plan."
            }
            Self::NotFound { .. } => "Something that this step needs is not on the node.",
            Self::Conflict { .. } => {
                "Something else on the node is in the way. Nothing was changed; a person must look."
            }
            Self::Invalid { .. } => "The step was malformed and was not sent to the node.",
            Self::Failed { .. } => "The node refused the step. Its own words are in the task log.",
        }
    }
}
