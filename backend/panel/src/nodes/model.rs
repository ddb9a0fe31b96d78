//! Nodes, their capacity and their link.

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::NodeRefusal;
use crate::platform::Refusal;

/// More than any host has; keeps sums within 64 bits.
const MOST: i64 = 1_000_000_000;

id_type!(
    /// Identifies a node.
    NodeId, "nod"
);

text_enum! {
    /// What runs the guests.
    pub enum Hypervisor {
        /// QEMU, through libvirt.
        Kvm = "kvm",
        /// Xen, through libvirt.
        Xen = "xen",
        /// libvirt's test driver: no guest really runs.
        Test = "test",
    }
}

text_enum! {
    /// How a guest's processor is made; the operator's word, never inferred.
    pub enum Acceleration {
        /// By the hardware.
        Kvm = "kvm",
        /// In software.
        Emulation = "emulation",
    }
}

text_enum! {
    /// What the operator wants of a node.
    pub enum NodeState {
        /// Takes new servers.
        Active = "active",
        /// Keeps what it has and takes nothing new.
        Maintenance = "maintenance",
        /// No longer part of the installation.
        Removed = "removed",
    }
}

text_enum! {
    /// What is known of the way to a node. Unknown is not down.
    pub enum LinkState {
        /// Not asked yet, or no answer to believe.
        Unknown = "unknown",
        /// It answered and is as it should be.
        Up = "up",
        /// It answered, and something is not as it should be.
        Degraded = "degraded",
        /// It could not be asked.
        Down = "down",
    }
}

/// What a server takes, or a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capacity {
    /// Virtual processors.
    pub vcpus: i64,
    /// Memory in MiB.
    pub memory_mib: i64,
    /// Disk in GiB.
    pub disk_gib: i64,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Its name, unique.
    pub name: String,
    /// libvirt's address of it, such as `qemu:///system`.
    pub uri: String,
    /// What runs the guests.
    pub hypervisor: Hypervisor,
    /// How a guest's processor is made.
    pub acceleration: Acceleration,
    /// libvirt storage pool for disks.
    pub pool: String,
    /// libvirt network for guests.
    pub network: String,
    /// What may be reserved in all.
    pub totals: Capacity,
    /// What is reserved.
    pub reserved: Capacity,
    /// What the operator wants.
    pub state: NodeState,
    /// What is known of the way to it.
    pub link: LinkState,
    /// Why the link is not up.
    pub link_reason: Option<String>,
    /// What the last probe that got through found; none before.
    pub report: Option<ProbeReport>,
    /// When a probe last got through.
    pub seen_at: Option<Instant>,
    /// When it was registered.
    pub created_at: Instant,
    /// Counts changes by people.
    pub version: i64,
}

/// What a probe finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProbeReport {
    /// What runs the guests.
    pub hypervisor: Hypervisor,
    /// Version of the hypervisor, such as `7.2.22`, where it tells.
    #[serde(default)]
    pub hypervisor_version: Option<String>,
    /// Version of libvirt there, such as `9.0.0`.
    pub libvirt_version: String,
    /// The host's own name.
    pub hostname: String,
    /// Processor architecture, such as `x86_64`.
    #[serde(default)]
    pub architecture: Option<String>,
    /// Processors, memory and size of the storage pool.
    pub totals: Capacity,
    /// Stable words for what it can do, such as `snapshots`; sorted.
    pub supports: Vec<String>,
    /// What is not as it should be, as sentences for staff; none is well.
    #[serde(default)]
    pub problems: Vec<String>,
}

impl ProbeReport {
    /// Whether the node can do this.
    #[must_use]
    pub fn can(&self, capability: &str) -> bool {
        self.supports.iter().any(|word| word == capability)
    }
}

impl Capacity {
    /// Nothing.
    pub const NONE: Self = Self { vcpus: 0, memory_mib: 0, disk_gib: 0 };

    /// What is left of this after `taken`; below zero never happens for stored rows.
    #[must_use]
    pub fn less(&self, taken: &Self) -> Self {
        Self {
            vcpus: self.vcpus.saturating_sub(taken.vcpus),
            memory_mib: self.memory_mib.saturating_sub(taken.memory_mib),
            disk_gib: self.disk_gib.saturating_sub(taken.disk_gib),
        }
    }

    /// Whether all of it fits into `room`.
    #[must_use]
    pub fn fits(&self, room: &Self) -> bool {
        self.vcpus <= room.vcpus && self.memory_mib <= room.memory_mib && self.disk_gib <= room.disk_gib
    }

    /// Whether every part is a count that can be kept.
    #[must_use]
    pub fn is_countable(&self) -> bool {
        [self.vcpus, self.memory_mib, self.disk_gib].iter().all(|part| (0..=MOST).contains(part))
    }

    /// How much of `self` is taken, in whole percent, rounded up so that
    /// something taken never shows as nothing.
    #[must_use]
    pub fn percent_taken(&self, taken: &Self) -> Capacity {
        let percent = |total: i64, taken: i64| {
            if total <= 0 {
                return 0;
            }
            taken.saturating_mul(100).saturating_add(total.saturating_sub(1)).checked_div(total).unwrap_or(0)
        };
        Capacity {
            vcpus: percent(self.vcpus, taken.vcpus),
            memory_mib: percent(self.memory_mib, taken.memory_mib),
            disk_gib: percent(self.disk_gib, taken.disk_gib),
        }
    }
}

/// What a person says about a node.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// 1 to 63 of a-z, 0-9, '-' and '.'.
    pub name: String,
    /// libvirt's address.
    pub uri: String,
    /// What runs the guests.
    pub hypervisor: Hypervisor,
    /// How a guest's processor is made.
    pub acceleration: Acceleration,
    /// Storage pool.
    pub pool: String,
    /// Network.
    pub network: String,
}

impl NodeSettings {
    /// Every field that is wrong.
    #[must_use]
    pub fn faults(&self) -> Vec<Refusal> {
        let mut faults = Vec::new();
        let name_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        if self.name.is_empty() || self.name.len() > 63 || !self.name.chars().all(name_char) {
            faults.push(NodeRefusal::Name.into());
        }
        let driver = self.uri.split_once("://").map(|(scheme, _)| scheme);
        let known = match self.hypervisor {
            Hypervisor::Kvm => "qemu",
            Hypervisor::Xen => "xen",
            Hypervisor::Test => "test",
        };
        let fits = driver.is_some_and(|scheme| scheme.split('+').next() == Some(known));
        if !fits || self.uri.len() > 400 || self.uri.chars().any(|c| c.is_control() || c.is_whitespace()) {
            faults.push(NodeRefusal::Uri.with("driver", known));
        }
        for (field, text) in [("pool", &self.pool), ("network", &self.network)] {
            if text.is_empty() || text.len() > 100 || text.chars().any(char::is_control) {
                faults.push(NodeRefusal::Text.refusal().field(field));
            }
        }
        faults
    }

    /// A node that nobody has asked yet, active, with nothing reserved.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn node(self, totals: Capacity, now: Instant) -> Result<Node, Vec<Refusal>> {
        let mut faults = self.faults();
        faults.extend(total_faults(&totals));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Node {
            id: NodeId::new(),
            name: self.name,
            uri: self.uri,
            hypervisor: self.hypervisor,
            acceleration: self.acceleration,
            pool: self.pool,
            network: self.network,
            totals,
            reserved: Capacity::NONE,
            state: NodeState::Active,
            link: LinkState::Unknown,
            link_reason: None,
            report: None,
            seen_at: None,
            created_at: now,
            version: 1,
        })
    }
}

/// Every total that cannot be kept.
#[must_use]
pub fn total_faults(totals: &Capacity) -> Vec<Refusal> {
    [("vcpus_total", totals.vcpus), ("memory_mib_total", totals.memory_mib), ("disk_gib_total", totals.disk_gib)]
        .into_iter()
        .filter(|(_, total)| !(0..=MOST).contains(total))
        .map(|(field, _)| NodeRefusal::Total.with("most", MOST).field(field))
        .collect()
}

impl Node {
    /// What can still be reserved.
    #[must_use]
    pub fn room(&self) -> Capacity {
        self.totals.less(&self.reserved)
    }

    /// Whether new servers may be placed here: wanted, and either it answers or
    /// nothing is known since it once did.
    #[must_use]
    pub fn takes(&self, wanted: &Capacity) -> bool {
        let answers = match self.link {
            LinkState::Up => true,
            LinkState::Unknown => self.seen_at.is_some(),
            LinkState::Degraded | LinkState::Down => false,
        };
        self.state == NodeState::Active && answers && wanted.fits(&self.room())
    }

    /// What people say about it now.
    #[must_use]
    pub fn settings(&self) -> NodeSettings {
        NodeSettings {
            name: self.name.clone(),
            uri: self.uri.clone(),
            hypervisor: self.hypervisor,
            acceleration: self.acceleration,
            pool: self.pool.clone(),
            network: self.network.clone(),
        }
    }

    /// The node after a probe. What it reported before stays when it could not
    /// be asked.
    #[must_use]
    pub fn probed(&self, outcome: &Result<ProbeReport, String>, now: Instant) -> Self {
        let mut node = self.clone();
        match outcome {
            Ok(report) => {
                let mut problems = report.problems.clone();
                if report.hypervisor != self.hypervisor {
                    problems.push(format!("it runs {} but is registered as {}", report.hypervisor, self.hypervisor));
                }
                node.link = if problems.is_empty() { LinkState::Up } else { LinkState::Degraded };
                node.link_reason = (!problems.is_empty()).then(|| shortened(&problems.join("; ")));
                node.report = Some(report.clone());
                node.seen_at = Some(now);
            }
            Err(reason) => {
                node.link = LinkState::Down;
                node.link_reason = Some(shortened(reason));
            }
        }
        node
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(1_000).collect()
}

/// A node as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// libvirt's address of it.
    pub uri: String,
    /// What runs the guests.
    pub hypervisor: Hypervisor,
    /// How a guest's processor is made.
    pub acceleration: Acceleration,
    /// Storage pool.
    pub pool: String,
    /// Network.
    pub network: String,
    /// What may be reserved in all.
    pub totals: Capacity,
    /// What is reserved.
    pub reserved: Capacity,
    /// Reserved, in whole percent of the totals, rounded up.
    pub percent: Capacity,
    /// What the operator wants.
    pub state: NodeState,
    /// What is known of the way to it.
    pub link: LinkState,
    /// Why the link is not up.
    pub link_reason: Option<String>,
    /// What the last probe that got through found.
    pub report: Option<ProbeReport>,
    /// When a probe last got through.
    pub seen_at: Option<Instant>,
    /// When it was registered.
    pub created_at: Instant,
}

impl From<Node> for NodeView {
    fn from(node: Node) -> Self {
        Self {
            percent: node.totals.percent_taken(&node.reserved),
            id: node.id,
            name: node.name,
            uri: node.uri,
            hypervisor: node.hypervisor,
            acceleration: node.acceleration,
            pool: node.pool,
            network: node.network,
            totals: node.totals,
            reserved: node.reserved,
            state: node.state,
            link: node.link,
            link_reason: node.link_reason,
            report: node.report,
            seen_at: node.seen_at,
            created_at: node.created_at,
        }
    }
}
