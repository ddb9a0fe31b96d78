//! What is learnt of guests that are not ours by looking, so that a person can decide
//! whether they are taken over. Nothing here is guessed: what cannot be told is left out.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::command::GuestRef;
use crate::observed::GuestState;

/// A domain without our mark, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGuest {
    /// Its UUID and name.
    pub guest: GuestRef,
    /// What it was doing.
    pub state: GuestState,
    /// The domain's type, such as `kvm`, `qemu`, `xen` or `test`.
    pub kind: String,
    /// Title given by people.
    pub title: Option<String>,
    /// It stays defined when it is off.
    pub is_persistent: bool,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Its disks and drives.
    pub disks: Vec<FoundDisk>,
    /// Its interfaces.
    pub interfaces: Vec<FoundInterface>,
    /// Files that the hypervisor reads at its start: kernel and initial memory disk.
    pub boot_files: Vec<FoundFile>,
    /// Devices of the host that it holds, in words.
    pub host_devices: Vec<String>,
    /// libvirt's number of this run; another one after every start.
    pub domain_id: Option<u32>,
    /// The process that runs it, where this process can see it.
    pub process: Option<FoundProcess>,
    /// The definition in force.
    pub document: String,
    /// The stored definition, by which it starts again; none on a transient domain.
    pub stored: Option<String>,
}

/// A disk or a drive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDisk {
    /// `disk`, `cdrom` and so on.
    pub device: String,
    /// Name in the guest, such as `vda`.
    pub target: Option<String>,
    /// `file`, `block`, `volume`, `network` and so on.
    pub kind: String,
    /// Path on the node; none for an empty drive and for what has no path.
    pub source: Option<String>,
    /// Format, such as `qcow2`.
    pub format: Option<String>,
    /// The guest cannot write to it.
    pub read_only: bool,
    /// Its definition says that several guests may use it at once.
    pub is_shared: bool,
    /// Size that the guest sees, in bytes.
    pub capacity_bytes: Option<u64>,
    /// Whether the file or device is there, if that could be told.
    pub is_there: Option<bool>,
    /// Pool and name of the volume, if it is one.
    pub volume: Option<FoundVolume>,
    /// What lies beneath an overlay, nearest first.
    pub backing: Vec<String>,
}

/// A volume in a pool that libvirt knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundVolume {
    /// The pool.
    pub pool: String,
    /// The volume's name there.
    pub name: String,
}

/// An interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundInterface {
    /// `network`, `bridge` and so on.
    pub kind: String,
    /// Hardware address, in lower case.
    pub mac: Option<String>,
    /// Name of the network, bridge or device.
    pub source: Option<String>,
    /// Name of the interface on the host, while the guest runs.
    pub host_device: Option<String>,
    /// Name of the filter.
    pub filter: Option<String>,
    /// Addresses that it has, as far as anybody tells.
    pub addresses: Vec<FoundAddress>,
}

impl FoundInterface {
    /// Adds an address that a host can have, once.
    pub fn learn(&mut self, address: IpAddr, from: AddressSource) {
        let known = self.addresses.iter().any(|one| one.address == address);
        if is_of_one_host(address) && !known {
            self.addresses.push(FoundAddress { address, from });
        }
    }
}

/// An address with who told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundAddress {
    /// The address.
    pub address: IpAddr,
    /// Who told it.
    pub from: AddressSource,
}

/// Who told an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressSource {
    /// The guest's definition.
    Definition,
    /// A parameter of its filter.
    Filter,
    /// A reservation in its network's definition.
    Reservation,
    /// A lease of its network.
    Lease,
    /// The agent inside the guest.
    Agent,
    /// The node's table of neighbours.
    Neighbour,
}

impl AddressSource {
    /// A stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::Filter => "filter",
            Self::Reservation => "reservation",
            Self::Lease => "lease",
            Self::Agent => "agent",
            Self::Neighbour => "neighbour",
        }
    }
}

/// A file that a start needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundFile {
    /// Its path on the node.
    pub path: String,
    /// Whether it is there, if that could be told.
    pub is_there: Option<bool>,
}

/// A process: the pair names one run and never another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundProcess {
    /// Its number.
    pub id: u32,
    /// When it was started, in the kernel's ticks since the node's start.
    pub started: u64,
}

/// False for what every host has (loopback, link-local) and what none has.
fn is_of_one_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_unspecified() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast())
        }
        IpAddr::V6(v6) => !(v6.is_unspecified() || v6.is_loopback() || v6.is_unicast_link_local() || v6.is_multicast()),
    }
}
