//! The port to guests, over libvirt (being written).

use std::path::PathBuf;

use hostwright_panel::nodes::model::{Node, ProbeReport};
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::servers::ports::{Act, Acted, Answer, Guest, GuestSeen, Hypervisor, HypervisorError, NodeSeen};

/// Nodes by libvirt.
pub struct Libvirt {}

impl Libvirt {
    /// Keeps its state below `folder`.
    #[must_use]
    pub fn new(_folder: PathBuf) -> Self {
        Self {}
    }
}

fn nowhere<'a, T: Send + 'a>() -> BoxFuture<'a, Answer<T>> {
    Box::pin(std::future::ready(Err(HypervisorError::Unreachable("not written".into()))))
}

impl NodeProbe for Libvirt {
    fn probe(&self, _node: Node) -> BoxFuture<'_, Result<ProbeReport>> {
        Box::pin(std::future::ready(Err(Error::internal("not written"))))
    }
}

impl Hypervisor for Libvirt {
    fn observe<'a>(&'a self, _: &'a Node, _: &'a Guest) -> BoxFuture<'a, Answer<GuestSeen>> {
        nowhere()
    }
    fn observe_all<'a>(&'a self, _: &'a Node) -> BoxFuture<'a, Answer<NodeSeen>> {
        nowhere()
    }
    fn act<'a>(&'a self, _: &'a Node, _: &'a Guest, _: Act, _: i64) -> BoxFuture<'a, Answer<Acted>> {
        nowhere()
    }
    fn console_tail<'a>(&'a self, _: &'a Node, _: &'a Guest, _: u32) -> BoxFuture<'a, Answer<String>> {
        nowhere()
    }
}
