//! What servers need from outside: a hypervisor. Implemented over libvirt, and
//! in memory by the tests.

use serde::{Deserialize, Serialize};

use super::adoption::model::{Adoption, GuestFound};
use super::model::{self, Disk, Seen, Server, Usage};
use crate::addresses::model::Address;
use crate::images::model::Image;
use crate::nodes::model::Node;
use crate::platform::worker::BoxFuture;

/// What a hypervisor answers.
pub type Answer<T> = Result<T, HypervisorError>;

/// Runs guests on nodes. Every answer comes within a deadline of the
/// implementation; every act may be repeated, and is only answered well after
/// its effect was seen.
pub trait Hypervisor: Send + Sync {
    /// Looks at one guest. Absence is a state, not an error.
    fn observe<'a>(&'a self, node: &'a Node, guest: &'a Guest) -> BoxFuture<'a, Answer<GuestSeen>>;

    /// Looks at everything on a node.
    fn observe_all<'a>(&'a self, node: &'a Node) -> BoxFuture<'a, Answer<NodeSeen>>;

    /// Learns all there is to learn of the guests that carry no mark of ours, or of the one with
    /// this UUID. It changes nothing on the node.
    fn survey<'a>(&'a self, node: &'a Node, only: Option<&'a str>) -> BoxFuture<'a, Answer<Vec<GuestFound>>>;

    /// Changes something that belongs to one guest. A fencing number lower than
    /// the highest seen for the guest is refused with [`HypervisorError::Fenced`].
    fn act<'a>(&'a self, node: &'a Node, guest: &'a Guest, act: Act, fence: i64) -> BoxFuture<'a, Answer<Acted>>;

    /// The end of the guest's console, at most `bytes` of it; whatever is not
    /// text is replaced. [`HypervisorError::Unsupported`] where there is none.
    fn console_tail<'a>(&'a self, node: &'a Node, guest: &'a Guest, bytes: u32) -> BoxFuture<'a, Answer<String>>;
}

/// What can be done to a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Make the disk from the image, at least as large as told. Never again
    /// once it is whole.
    EnsureVolume,
    /// Write the seed, if it differs.
    EnsureSeed,
    /// Make the filter against forged addresses; skipped where a node has none.
    EnsureFilter,
    /// Define the domain, if it differs. [`HypervisorError::Missing`] when its
    /// disk is not there.
    EnsureDomain,
    /// Make it run (or go on).
    Start,
    /// Press the power button; whether the guest follows shows later.
    ShutDown,
    /// Pull the plug.
    PowerOff,
    /// Ask the guest to restart, or reset it.
    Reboot {
        /// Reset it at once.
        force: bool,
    },
    /// Remove the definition of a stopped guest; refused unless it is stopped.
    Undefine,
    /// Remove the filter.
    RemoveFilter,
    /// Remove the seed, which can be written anew.
    RemoveSeed,
    /// Give the disk its name in quarantine. [`HypervisorError::Missing`] when it
    /// is there under neither name.
    QuarantineVolume,
    /// Give a disk in quarantine its own name again.
    RestoreVolume,
    /// Delete the disk under its name in quarantine, for good.
    DeleteVolume,
}

/// All that a node is told about a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Name of the domain: the server's id, unless somebody else made it.
    pub name: String,
    /// UUID of the domain.
    pub uuid: String,
    /// Host name.
    pub hostname: String,
    /// Public keys, one line each.
    pub ssh_keys: Vec<String>,
    /// Virtual processors.
    pub vcpus: i64,
    /// Memory, in MiB.
    pub memory_mib: i64,
    /// Disk, in GiB.
    pub disk_gib: i64,
    /// Hardware address.
    pub mac: String,
    /// Name of the disk's volume.
    pub disk_name: String,
    /// Its name in quarantine.
    pub quarantine_name: String,
    /// Name of the seed's volume.
    pub seed_name: String,
    /// Name of the filter.
    pub filter_name: String,
    /// Its addresses with their networks.
    pub addresses: Vec<Address>,
    /// What its disk is made from, and how it boots.
    pub image: Image,
    /// For a guest that was taken over: what is its own. No node writes a seed or a filter for
    /// it, or another definition.
    pub found: Option<AsFound>,
}

/// What a guest that was taken over keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsFound {
    /// The storage pool of its disk; none where the disk is in no pool and stays where it is.
    pub pool: Option<String>,
    /// Its definition when it was taken over, to define it again after a deletion was undone.
    pub document: String,
}

impl Guest {
    /// The guest of a server.
    #[must_use]
    pub fn new(server: &Server, disk: &Disk, addresses: Vec<Address>, image: Image) -> Self {
        Self {
            name: server.id.to_string(),
            uuid: server.uuid.clone(),
            hostname: server.hostname.clone(),
            ssh_keys: server.ssh_keys.clone(),
            vcpus: server.vcpus,
            memory_mib: server.memory_mib,
            disk_gib: disk.size_gib,
            mac: server.mac.clone(),
            disk_name: disk.name.clone(),
            quarantine_name: model::quarantine_name(&model::disk_name(&server.id)),
            seed_name: model::seed_name(&server.id),
            filter_name: model::filter_name(&server.id),
            addresses,
            image,
            found: None,
        }
    }

    /// The guest as it was taken over.
    #[must_use]
    pub fn as_found(self, adoption: Adoption) -> Self {
        Self {
            name: adoption.name,
            disk_name: adoption.volume,
            found: Some(AsFound { pool: adoption.pool, document: adoption.document }),
            ..self
        }
    }
}

/// One look at one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestSeen {
    /// What it was doing.
    pub state: Seen,
    /// It is off because the guest shut itself down, as far as the node tells.
    pub stopped_cleanly: bool,
    /// Figures, while it runs.
    pub usage: Option<Usage>,
}

/// One look at a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeSeen {
    /// Guests that carry our mark, by the UUID of the domain, with its name.
    pub guests: Vec<(String, String, GuestSeen)>,
    /// Guests that do not, likewise: strangers, and those that were taken over.
    pub strangers: Vec<(String, String, GuestSeen)>,
    /// Names of all volumes in the pool.
    pub volumes: Vec<String>,
}

/// How an act ended well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// It was not so before.
    pub changed: bool,
    /// What was found, for the journal.
    pub note: String,
}

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HypervisorError {
    /// The node could not be reached; the state is unknown.
    #[error("the node cannot be reached: {0}")]
    Unreachable(String),
    /// No answer in time; it may or may not have happened.
    #[error("no answer in time: {0}")]
    Timeout(String),
    /// Somebody with a higher number has this guest in hand.
    #[error("a newer worker has this server in hand")]
    Fenced,
    /// This node cannot do that.
    #[error("the node cannot do that: {0}")]
    Unsupported(String),
    /// What the act needs is not there.
    #[error("missing on the node: {0}")]
    Missing(String),
    /// The node said no.
    #[error("the node refused ({code}): {text}")]
    Refused {
        /// Stable code.
        code: String,
        /// What it said, for the journal.
        text: String,
    },
}

impl HypervisorError {
    /// Whether nothing is known of the guest after this.
    #[must_use]
    pub fn leaves_unknown(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Timeout(_))
    }
}
