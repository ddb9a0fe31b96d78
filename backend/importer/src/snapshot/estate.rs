//! Machines and the guests on them.

use serde::{Deserialize, Serialize};

use super::values::{Extra, Secret, is_false};

/// A machine that accounts or guests live on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The source's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The source's word for what runs on it: `cpanel`, `kvm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Password or access key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// In use.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_active: bool,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// What a guest runs under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hypervisor {
    /// KVM.
    Kvm,
    /// QEMU without KVM.
    Qemu,
    /// Xen, paravirtual.
    XenPv,
    /// Xen, full.
    XenHvm,
    /// Xen, PVH.
    XenPvh,
    /// OpenVZ or Virtuozzo container.
    Openvz,
    /// LXC container.
    Lxc,
    /// Anything else; `extra` names it.
    #[default]
    Other,
}

/// What is known of a guest's state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestState {
    /// Runs.
    Running,
    /// Does not run.
    Stopped,
    /// Frozen in memory.
    Paused,
    /// Not known; never read as stopped.
    #[default]
    Unknown,
}

/// How a guest boots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boot {
    /// From its disk, through firmware.
    #[default]
    Disk,
    /// A kernel file of the host.
    Kernel,
    /// A boot loader of the host reads its disk.
    Bootloader,
    /// Over the network.
    Network,
    /// From a CD.
    Cdrom,
}

/// What a disk is to the guest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskKind {
    /// A disk.
    #[default]
    Disk,
    /// A CD drive.
    Cdrom,
    /// A floppy drive.
    Floppy,
    /// A SCSI device passed through.
    Lun,
}

/// A disk of a guest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// Name or slot in the guest: `vda`, `scsi0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it is.
    pub kind: DiskKind,
    /// `file`, `block`, `network`, `volume` or the source's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kind: Option<String>,
    /// Path, device or address on the host; absent for an empty drive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Storage pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// `raw`, `qcow2`; absent where the source leaves it to probing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// `virtio`, `scsi`, `ide`, `xen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus: Option<String>,
    /// Size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Cannot be written.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_read_only: bool,
    /// Used by several guests.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_shared: bool,
    /// Appears in the guest as a partition, without a partition table.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_partition: bool,
    /// Files it builds on, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backing: Vec<String>,
}

/// A network interface of a guest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nic {
    /// Six bytes in lower case with colons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// `bridge`, `network`, `direct`, `user` or the source's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Bridge, network or device on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Name of the interface on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `virtio`, `e1000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// VLAN tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u32>,
    /// IP addresses, with a prefix length where the source gives one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Default gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Limit of traffic, with the source's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// Filter of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// A firewall of the source is on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_firewalled: bool,
}

/// A virtual machine or container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// The source's identifier: uuid, number or name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its uuid in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The party it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// What the source says of its owner: pool, user, tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The subscription that pays for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The server it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Host name inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// What it runs under.
    pub hypervisor: Hypervisor,
    /// What is known of its state.
    pub state: GuestState,
    /// A template, not a guest.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_template: bool,
    /// Locked by an operation of the source.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_locked: bool,
    /// Is started with its host.
    #[serde(default, skip_serializing_if = "is_false")]
    pub starts_with_host: bool,
    /// Processors in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Processors at most, where more than in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_vcpus: Option<u32>,
    /// Memory in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Memory at most, where more than in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory_bytes: Option<u64>,
    /// Swap given by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap_bytes: Option<u64>,
    /// `x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Machine type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// `bios`, `efi` or the loader's path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// How it boots.
    pub boot: Boot,
    /// Kernel file on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Initial RAM disk on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initrd: Option<String>,
    /// Kernel command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Boot loader on the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootloader: Option<String>,
    /// Operating system or template it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// Disks and drives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<Disk>,
    /// Network interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nics: Vec<Nic>,
    /// IP addresses known besides those of interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Kind of its text console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
    /// Kind of its screen and where it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graphics: Option<String>,
    /// Password of the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graphics_password: Option<Secret>,
    /// Devices of the host given to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_through: Vec<String>,
    /// Names of snapshots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// Why it cannot run here as it is, for example a container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_run: Option<String>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}
