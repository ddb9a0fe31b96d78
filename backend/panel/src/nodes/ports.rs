//! What nodes need from outside.

use super::model::{Node, ProbeReport};
use crate::platform::error::Result;
use crate::platform::worker::BoxFuture;

/// Asks a node what it is and has. Implemented over libvirt, and by tests.
pub trait NodeProbe: Send + Sync {
    /// Opens the node and looks; changes nothing there. An error is the reason
    /// why it could not be asked, as a sentence for staff.
    fn probe(&self, node: Node) -> BoxFuture<'_, Result<ProbeReport>>;
}
