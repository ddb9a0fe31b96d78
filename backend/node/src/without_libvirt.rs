//! The entry of a build that links no libvirt: the same face, and a refusal.

use crate::capability::Capability;
use crate::command::{Command, Outcome};
use crate::config::NodeConfig;
use crate::error::NodeError;
use crate::observed::Health;

/// A node that this build cannot reach.
#[derive(Clone)]
pub struct Node {
    config: NodeConfig,
}

const REFUSAL: NodeError = NodeError::Unsupported { needs: Capability::Libvirt };

impl Node {
    /// Always refused.
    ///
    /// # Errors
    /// [`NodeError::Unsupported`].
    #[expect(clippy::unused_async, reason = "the same face as with libvirt")]
    pub async fn connect(_config: NodeConfig) -> Result<Self, NodeError> {
        Err(REFUSAL)
    }

    /// A node of which every command is refused.
    ///
    /// # Errors
    /// None.
    pub fn offline(config: NodeConfig) -> Result<Self, NodeError> {
        Ok(Self { config })
    }

    /// Always silent.
    #[must_use]
    pub fn health(&self) -> Health {
        Health::Silent
    }

    /// The configuration in use.
    #[must_use]
    pub fn config(&self) -> &NodeConfig {
        &self.config
    }

    /// Always refused.
    ///
    /// # Errors
    /// [`NodeError::Unsupported`].
    #[expect(clippy::unused_async, reason = "the same face as with libvirt")]
    pub async fn perform(&self, _command: Command) -> Outcome {
        Err(REFUSAL)
    }
}
