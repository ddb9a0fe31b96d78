//! One open connection to libvirt, and the rules for talking over it.
//!
//! Only one thread ever talks over a connection, and nothing else wakes it while it
//! waits: libvirt's client before 10.1 keeps a pointer into the stack of a thread
//! that was woken by another caller, or by a keepalive message that fell due, and
//! follows it in a later call ("rpc: ensure temporary GSource is removed from client
//! event loop"). A node that hung for seconds ended the whole process with it.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::thread;

use virt::connect::Connect;
use virt::error::Error;

use crate::capability::{self, Capability, Hypervisor};
use crate::config::NodeConfig;
use crate::error::NodeError;
use crate::fence::Journal;
use crate::lane::Ticket;

/// The first version of libvirt's client that may be woken while it waits.
const KEEPALIVE_IS_SAFE: u32 = 10_001_000;

/// An open connection and what is known about the driver behind it.
pub(crate) struct Session {
    connection: Connect,
    pub(crate) driver: String,
    pub(crate) hypervisor: Hypervisor,
    pub(crate) supports: BTreeSet<Capability>,
}

impl Session {
    /// Opens the connection. Blocks, and has no time limit of its own.
    pub(crate) fn open(config: &NodeConfig) -> Result<Self, NodeError> {
        run_event_loop()?;
        let unreachable = |fault: Error| NodeError::Unreachable { detail: fault.message().to_owned() };
        let connection = Connect::open(Some(&config.uri)).map_err(unreachable)?;
        // Where keepalive would do harm, the deadlines alone tell a hung node.
        let is_safe = Connect::get_version().is_ok_and(|version| version >= KEEPALIVE_IS_SAFE);
        // The test driver runs inside this process and has nothing to keep alive.
        if is_safe && let Err(fault) = connection.set_keep_alive(i32::from(config.deadlines.keepalive_seconds), 2) {
            tracing::debug!(node = config.name, %fault, "no keepalive on this connection");
        }
        let driver = connection.get_type().map_err(unreachable)?;
        let (hypervisor, mut supports) = capability::of_driver(&driver);
        if connection.list_all_nw_filters(0).is_ok() {
            supports.insert(Capability::Filters);
        }
        if connection.list_all_networks(0).is_ok() {
            supports.insert(Capability::Networks);
        }
        if !connection.is_alive().unwrap_or(false) {
            return Err(NodeError::Unreachable { detail: "the connection broke while it was being opened".to_owned() });
        }
        Ok(Self { connection, driver, hypervisor, supports })
    }

    /// Whether several threads may talk over it: the test driver makes no calls to
    /// another process, and each of its connections is a node of its own.
    pub(crate) fn is_shared(&self) -> bool {
        self.hypervisor == Hypervisor::Test
    }

    /// False once the connection is known to be broken. Asks nobody.
    pub(crate) fn is_alive(&self) -> bool {
        self.connection.is_alive().unwrap_or(false)
    }
}

/// libvirt needs its event loop before the first connection, or keepalive does nothing.
fn run_event_loop() -> Result<(), NodeError> {
    static STARTED: OnceLock<Result<(), NodeError>> = OnceLock::new();
    STARTED
        .get_or_init(|| {
            let failed = |detail: String| NodeError::Failed {
                libvirt_code: 0,
                during: "start libvirt's event loop".to_owned(),
                detail,
            };
            // Else libvirt prints every error to standard error.
            virt::error::clear_error_callback();
            virt::event::event_register_default_impl().map_err(|fault| failed(fault.to_string()))?;
            thread::Builder::new()
                .name("libvirt-events".to_owned())
                .spawn(|| {
                    loop {
                        if let Err(fault) = virt::event::event_run_default_impl() {
                            tracing::warn!(%fault, "libvirt's event loop stumbled");
                            thread::sleep(std::time::Duration::from_millis(100));
                        }
                    }
                })
                .map_err(|fault| failed(fault.to_string()))?;
            Ok(())
        })
        .clone()
}

/// The fencing number under which a turn may change a guest.
pub(crate) struct Fence {
    pub(crate) journal: Arc<Journal>,
    pub(crate) guest_uuid: String,
    pub(crate) number: u64,
}

/// One command's time on a worker: every call to libvirt goes through here.
pub(crate) struct Turn {
    pub(crate) session: Arc<Session>,
    pub(crate) config: Arc<NodeConfig>,
    pub(crate) ticket: Arc<Ticket>,
}

impl Turn {
    /// True if the node can do this.
    pub(crate) fn can(&self, capability: Capability) -> bool {
        self.session.supports.contains(&capability)
    }

    /// Refuses unless the node can do this.
    pub(crate) fn need(&self, capability: Capability) -> Result<(), NodeError> {
        if self.can(capability) { Ok(()) } else { Err(NodeError::Unsupported { needs: capability }) }
    }

    /// Asks libvirt something, or tells it something that belongs to no guest.
    ///
    /// A command whose caller has stopped waiting sends nothing more.
    pub(crate) fn ask<T>(&self, during: &str, call: impl FnOnce(&Connect) -> Result<T, Error>) -> Result<T, NodeError> {
        self.still_wanted(during)?;
        call(&self.session.connection).map_err(|fault| self.meaning(during, &fault))
    }

    /// As [`Turn::ask`], where libvirt answers an absent object with a code of its own.
    pub(crate) fn find<T>(
        &self,
        during: &str,
        call: impl FnOnce(&Connect) -> Result<T, Error>,
    ) -> Result<Option<T>, NodeError> {
        use virt::error::ErrorNumber as N;
        self.still_wanted(during)?;
        match call(&self.session.connection) {
            Ok(found) => Ok(Some(found)),
            Err(fault)
                if matches!(
                    fault.code(),
                    N::NoDomain | N::NoStoragePool | N::NoStorageVolume | N::NoNwfilter | N::NoNetwork
                ) =>
            {
                Ok(None)
            }
            Err(fault) => Err(self.meaning(during, &fault)),
        }
    }

    /// Changes something of a guest: refused if a newer instruction came in meanwhile.
    pub(crate) fn change<T>(
        &self,
        fence: &Fence,
        during: &str,
        call: impl FnOnce(&Connect) -> Result<T, Error>,
    ) -> Result<T, NodeError> {
        self.allow_change(fence, during)?;
        self.ask(during, call)
    }

    /// The check before a change that is not a libvirt call.
    pub(crate) fn allow_change(&self, fence: &Fence, during: &str) -> Result<(), NodeError> {
        self.still_wanted(during)?;
        fence.journal.confirm(&fence.guest_uuid, fence.number)
    }

    /// Refuses if the caller has stopped waiting.
    pub(crate) fn still_wanted(&self, during: &str) -> Result<(), NodeError> {
        if self.ticket.is_wanted() {
            Ok(())
        } else {
            Err(NodeError::Timeout { after_ms: 0, during: during.to_owned() })
        }
    }

    /// What a fault means: a broken connection is told by the connection, not by the words.
    pub(crate) fn meaning(&self, during: &str, fault: &Error) -> NodeError {
        if !self.session.is_alive() {
            return NodeError::Unreachable { detail: fault.message().to_owned() };
        }
        NodeError::Failed {
            libvirt_code: fault.code().to_raw(),
            during: during.to_owned(),
            detail: fault.message().to_owned(),
        }
    }
}
