//! What a node can do, probed once per connection and checked when a plan is placed.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that a node may or may not be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// This build can speak to libvirt at all.
    Libvirt,
    /// A text console can be opened.
    Console,
    /// Volume content can be uploaded and downloaded.
    VolumeUpload,
    /// A volume can be grown.
    VolumeResize,
    /// A volume can be made as a copy of another.
    VolumeClone,
    /// Network filters per guest, against forged addresses.
    Filters,
    /// Networks can be defined.
    Networks,
    /// Internal snapshots of a guest.
    Snapshots,
    /// The guest can be asked to shut down.
    AcpiShutdown,
    /// A hard reset without a new start.
    Reset,
    /// Counters of all guests in one call.
    BulkCounters,
    /// A kernel can be given directly, without a boot loader.
    DirectBoot,
    /// Live migration to another node.
    LiveMigration,
}

impl Capability {
    /// The stable word for this capability.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Libvirt => "libvirt",
            Self::Console => "console",
            Self::VolumeUpload => "volume_upload",
            Self::VolumeResize => "volume_resize",
            Self::VolumeClone => "volume_clone",
            Self::Filters => "filters",
            Self::Networks => "networks",
            Self::Snapshots => "snapshots",
            Self::AcpiShutdown => "acpi_shutdown",
            Self::Reset => "reset",
            Self::BulkCounters => "bulk_counters",
            Self::DirectBoot => "direct_boot",
            Self::LiveMigration => "live_migration",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Which libvirt driver runs the guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hypervisor {
    /// QEMU, with or without hardware acceleration.
    Qemu,
    /// Xen through libxl.
    Xen,
    /// libvirt's own test driver: no guest really runs.
    Test,
    /// Anything else that libvirt drives; nothing beyond the basics is assumed.
    Other,
}

/// Space of the storage pool, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageSpace {
    /// Size of the pool.
    pub total_bytes: u64,
    /// What the host says is still free.
    pub free_bytes: u64,
}

/// The capability matrix of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// The libvirt driver.
    pub hypervisor: Hypervisor,
    /// The driver's name for itself, such as `QEMU`.
    pub driver: String,
    /// Version of the hypervisor, such as `7.2.22`; none if the driver does not tell.
    pub hypervisor_version: Option<String>,
    /// Version of the node's libvirt, such as `9.0.0`.
    pub libvirt_version: String,
    /// The node's own host name.
    pub hostname: String,
    /// Architecture of the host processor, such as `x86_64`.
    pub architecture: Option<String>,
    /// Processors that guests can use.
    pub host_cpus: u32,
    /// Memory of the host, in bytes.
    pub memory_bytes: u64,
    /// Memory not in use, in bytes; none if the driver does not tell.
    pub memory_free_bytes: Option<u64>,
    /// Space of the pool named in the probe; none if no such pool exists yet.
    pub storage: Option<StorageSpace>,
    /// libvirt offers hardware acceleration. It may still not work: only a booted guest proves it.
    pub acceleration_advertised: bool,
    /// What this node can do.
    pub supports: BTreeSet<Capability>,
}

impl Capabilities {
    /// True if the node can do this.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.supports.contains(&capability)
    }
}

/// What each driver can do, from its own list of calls; networks and filters are asked for.
#[cfg(feature = "libvirt")]
pub(crate) fn of_driver(driver: &str) -> (Hypervisor, BTreeSet<Capability>) {
    use Capability as C;
    let basics = [C::Libvirt, C::AcpiShutdown];
    let (hypervisor, more): (Hypervisor, &[Capability]) = match driver {
        "QEMU" => (
            Hypervisor::Qemu,
            &[
                C::Console,
                C::VolumeUpload,
                C::VolumeResize,
                C::VolumeClone,
                C::Snapshots,
                C::Reset,
                C::BulkCounters,
                C::DirectBoot,
                C::LiveMigration,
            ],
        ),
        "Xen" | "xenlight" => (
            Hypervisor::Xen,
            &[C::Console, C::VolumeUpload, C::VolumeResize, C::VolumeClone, C::DirectBoot, C::LiveMigration],
        ),
        "TEST" | "Test" => (Hypervisor::Test, &[C::VolumeClone, C::Snapshots, C::DirectBoot]),
        _ => (Hypervisor::Other, &[]),
    };
    let supports = basics.iter().chain(more).copied().collect();
    (hypervisor, supports)
}
