//! What was seen on a node. Only these values may become observed state.

use serde::{Deserialize, Serialize};

use crate::capability::Capability;
use crate::command::{GuestRef, VolumeFormat};
use crate::xml::DomainFacts;

/// What a guest was seen doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestState {
    /// Its processors run.
    Running,
    /// It is held.
    Paused,
    /// It is defined and does not run.
    ShutOff,
    /// It stopped by a fault of its own.
    Crashed,
    /// The node has no such domain. This alone never justifies deleting anything.
    Absent,
    /// The node answered something that fits none of the above. Not the same as stopped.
    Unknown,
}

/// Counters since the guest's start. They fall back to zero at a new start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Processor time used, in nanoseconds.
    pub cpu_nanoseconds: Option<u64>,
    /// Memory given to the guest, in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory that the guest says is unused, in bytes.
    pub memory_unused_bytes: Option<u64>,
    /// Memory that the guest's process occupies on the host, in bytes.
    pub memory_resident_bytes: Option<u64>,
    /// One entry per interface.
    pub net: Vec<NetCounters>,
    /// One entry per disk.
    pub block: Vec<BlockCounters>,
}

/// Counters of one interface, as the guest sees directions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetCounters {
    /// Name of the interface on the host.
    pub interface: String,
    /// Bytes received by the guest.
    pub received_bytes: u64,
    /// Packets received by the guest.
    pub received_packets: u64,
    /// Bytes sent by the guest.
    pub sent_bytes: u64,
    /// Packets sent by the guest.
    pub sent_packets: u64,
}

/// Counters of one disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockCounters {
    /// Name of the disk in the guest's definition, such as `vda`.
    pub disk: String,
    /// Bytes read.
    pub read_bytes: u64,
    /// Read requests.
    pub read_requests: u64,
    /// Bytes written.
    pub written_bytes: u64,
    /// Write requests.
    pub write_requests: u64,
}

/// One look at one guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Which guest was looked for.
    pub guest: GuestRef,
    /// What it was doing.
    pub state: GuestState,
    /// libvirt's number for the reason of the state, for logs.
    pub reason: i32,
    /// When this process first saw the present state, in microseconds since 1970, UTC.
    pub since_us: u64,
    /// When the look was taken, in microseconds since 1970, UTC.
    pub seen_us: u64,
    /// What its definition says; none if absent.
    pub facts: Option<DomainFacts>,
    /// Counters; none unless it runs and was not too busy to be asked.
    pub counters: Option<Counters>,
    /// The running guest differs from its stored definition, which applies at the next start.
    pub change_awaits_restart: bool,
    /// Parts of the definition that were left out because the node lacks them.
    pub left_out: Vec<Capability>,
    /// True if the command changed anything.
    pub changed: bool,
}

/// A domain that does not carry our mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrangerFacts {
    /// Its UUID and name.
    pub guest: GuestRef,
    /// What it was doing.
    pub state: GuestState,
    /// libvirt's number for the reason of the state.
    #[serde(default)]
    pub reason: i32,
    /// What its definition says.
    pub facts: DomainFacts,
    /// Counters, as of our own guests: it may have been taken over.
    #[serde(default)]
    pub counters: Option<Counters>,
}

/// Everything seen on a node in one look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Guests that carry our mark.
    pub guests: Vec<Observed>,
    /// Domains that do not.
    pub strangers: Vec<StrangerFacts>,
    /// Volumes of the pool, sorted by name.
    pub volumes: Vec<VolumeFacts>,
    /// Size of the pool in bytes, and free bytes of it.
    pub pool_bytes: Option<(u64, u64)>,
}

/// A volume as seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeFacts {
    /// Its name.
    pub name: String,
    /// Its path on the node.
    pub path: String,
    /// Its format, if it is one of ours.
    pub format: Option<VolumeFormat>,
    /// Size that a guest sees, in bytes.
    pub capacity_bytes: u64,
    /// Space it occupies, in bytes.
    pub allocated_bytes: u64,
    /// True if the command changed anything.
    pub changed: bool,
}

/// An image that is complete in the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// Volume with the disk.
    pub disk_volume: String,
    /// Volume with the kernel.
    pub kernel_volume: Option<String>,
    /// Volume with the initial memory disk.
    pub initrd_volume: Option<String>,
    /// False if the node cannot take content, as libvirt's test driver: the volumes are empty.
    pub has_content: bool,
    /// True if the command changed anything.
    pub changed: bool,
}

/// Where console text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleSource {
    /// The log, with what was printed before.
    Log,
    /// The live console: only what was printed while looking.
    Live,
}

/// The end of a console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleText {
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Where it came from.
    pub source: ConsoleSource,
}

/// How the link to a node is doing, without asking the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The last call was answered, or none was made.
    Good,
    /// The last attempt to connect failed, or the last call was not answered in time.
    Silent,
    /// As many calls are stuck as are allowed; new ones are refused.
    Degraded,
}
