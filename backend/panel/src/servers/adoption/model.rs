//! What was found, and whose it could be. Whether it can be managed is decided in [`super::judge`].

use std::collections::BTreeSet;
use std::net::IpAddr;

use hostwright_kernel::{id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::images::model::ImageId;
use crate::nodes::model::Capacity;
use crate::platform::Refusal;
use crate::servers::model::{Desired, DiskState, Observation, Seen, ServerId, parse_hostname};
use crate::subscriptions::model::{CarriedOn, SubscriptionId};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

id_type!(
    /// Identifies a guest that was found on a node.
    FoundId, "fnd"
);

text_enum! {
    /// What became of a guest that was found.
    pub enum Standing {
        /// Nobody decided yet.
        Found = "found",
        /// A person said that it is to be left alone.
        Ignored = "ignored",
        /// It is being taken over.
        Adopting = "adopting",
        /// It is a server's guest.
        Adopted = "adopted",
        /// The last look did not show it. No proof that it is gone.
        Gone = "gone",
    }
}

text_enum! {
    /// Why a guest could be that of a server; the strongest first.
    pub enum MatchedBy {
        /// The same UUID.
        Uuid = "uuid",
        /// The same name.
        Name = "name",
        /// The same hardware address.
        Mac = "mac",
        /// The same address.
        Address = "address",
    }
}

/// A guest that was found, as its node tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuestFacts {
    /// UUID of its domain.
    pub uuid: String,
    /// Name of its domain.
    pub name: String,
    /// Title given by people.
    pub title: Option<String>,
    /// What it was doing.
    pub state: Seen,
    /// It stays defined when it is off.
    pub is_persistent: bool,
    /// The domain's type, such as `kvm` or `xen`.
    pub kind: String,
    /// Virtual processors.
    pub vcpus: Option<i64>,
    /// Memory, in MiB.
    pub memory_mib: Option<i64>,
    /// Disks and drives.
    pub disks: Vec<DiskFacts>,
    /// Interfaces.
    pub interfaces: Vec<InterfaceFacts>,
    /// Files that its start needs.
    pub boot_files: Vec<FileFacts>,
    /// Devices of the host that it holds.
    pub host_devices: Vec<String>,
    /// The hypervisor's number of this run; another one after every start.
    pub run: Option<i64>,
    /// The process that runs it, where that can be told.
    pub process: Option<ProcessFacts>,
}

/// A disk of a guest that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiskFacts {
    /// `disk`, `cdrom` and so on.
    pub device: String,
    /// Name in the guest.
    pub target: Option<String>,
    /// `file`, `block`, `volume`, `network` and so on.
    pub kind: String,
    /// Path on the node.
    pub source: Option<String>,
    /// Format.
    pub format: Option<String>,
    /// The guest cannot write to it.
    pub read_only: bool,
    /// Its definition lets several guests use it.
    pub is_shared: bool,
    /// Size, in bytes.
    pub bytes: Option<u64>,
    /// Whether it is there, if that could be told.
    pub is_there: Option<bool>,
    /// Its storage pool, if it is in one.
    pub pool: Option<String>,
    /// Its name in the storage pool.
    pub volume: Option<String>,
    /// What lies beneath it, nearest first.
    pub backing: Vec<String>,
}

/// An interface of a guest that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterfaceFacts {
    /// `network`, `bridge` and so on.
    pub kind: String,
    /// Hardware address.
    pub mac: Option<String>,
    /// Network, bridge or device.
    pub source: Option<String>,
    /// Name of the filter on it.
    pub filter: Option<String>,
    /// Addresses, as far as anybody tells.
    pub addresses: Vec<AddressFacts>,
}

/// An address of a guest that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressFacts {
    /// The address.
    #[schema(value_type = String)]
    pub address: IpAddr,
    /// Who told it: `definition`, `filter`, `reservation`, `lease`, `agent` or `neighbour`.
    pub from: String,
}

/// A file that a start needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileFacts {
    /// Path on the node.
    pub path: String,
    /// Whether it is there, if that could be told.
    pub is_there: Option<bool>,
}

/// A process; the pair names one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProcessFacts {
    /// Its number.
    pub id: i64,
    /// When it was started, in the kernel's ticks since the node's start.
    pub started: i64,
}

/// A guest as a hypervisor hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestFound {
    /// What is known of it.
    pub facts: GuestFacts,
    /// The definition by which it starts again; that in force where none is stored.
    pub document: String,
}

/// What pays for a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// A subscription that there is.
    Subscription(SubscriptionId),
    /// One that is made with the server, for what was sold before.
    CarriedOn(CarriedOn),
}

/// What a person wants for a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What pays for it.
    pub payer: Payer,
    /// Its host name, where the server is new and the domain's name does not do.
    pub hostname: Option<String>,
    /// Its addresses, beside those that were found.
    pub addresses: Vec<IpAddr>,
    /// What it counts as made from, where the server is new.
    pub image_id: Option<ImageId>,
}

/// A server as the domain on its node is called, when somebody else made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The server.
    pub server_id: ServerId,
    /// Name of its domain.
    pub name: String,
    /// The pool of its disk, if it is in one.
    pub pool: Option<String>,
    /// The disk's name in the pool; its path without one.
    pub volume: String,
    /// Its definition when it was taken over.
    pub document: String,
    /// The addresses that it gives itself: after a deletion was undone it has these again.
    pub addresses: Vec<IpAddr>,
}

impl GuestFacts {
    /// Disks that it writes to.
    pub fn own_disks(&self) -> impl Iterator<Item = &DiskFacts> {
        self.disks.iter().filter(|disk| matches!(disk.device.as_str(), "disk" | "lun") && !disk.read_only)
    }

    /// Its hardware addresses.
    pub fn macs(&self) -> impl Iterator<Item = &str> {
        self.interfaces.iter().filter_map(|interface| interface.mac.as_deref())
    }

    /// Its addresses, each once.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        let all: BTreeSet<IpAddr> =
            self.interfaces.iter().flat_map(|one| one.addresses.iter().map(|found| found.address)).collect();
        all.into_iter().collect()
    }

    /// What nobody else may be given, as text.
    #[must_use]
    pub fn used(&self) -> Vec<String> {
        self.macs().map(str::to_owned).chain(self.addresses().iter().map(ToString::to_string)).collect()
    }

    /// What it takes of its node; none unless everything is known.
    #[must_use]
    pub fn capacity(&self) -> Option<Capacity> {
        let bytes = self.own_disks().next()?.bytes.filter(|bytes| *bytes > 0)?;
        let (vcpus, memory_mib) = (self.vcpus.filter(|n| *n > 0)?, self.memory_mib.filter(|n| *n > 0)?);
        Some(Capacity { vcpus, memory_mib, disk_gib: i64::try_from(bytes.div_ceil(GIB)).ok()? })
    }

    /// What is wished of it when it is taken over: what it does.
    #[must_use]
    pub fn desired(&self) -> Desired {
        if self.state == Seen::Running { Desired::Running } else { Desired::Stopped }
    }

    /// The host name of a new server for it: as told, else its name, else one from its UUID.
    ///
    /// # Errors
    /// `servers.bad_hostname` for one that was told.
    pub fn hostname(&self, told: Option<&str>) -> Result<String, Refusal> {
        match told.map(str::trim).filter(|told| !told.is_empty()) {
            Some(told) => parse_hostname(told),
            None => parse_hostname(&self.name).or_else(|_unfit| {
                let short = self.uuid.split('-').next().unwrap_or_default();
                parse_hostname(&format!("guest-{short}"))
            }),
        }
    }
}

impl DiskFacts {
    /// What it is recorded under: its path, or pool and name.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        self.source.clone().or_else(|| Some(format!("{}/{}", self.pool.as_deref()?, self.volume.as_deref()?)))
    }

    /// What people are told it is called.
    #[must_use]
    pub fn label(&self) -> String {
        self.place().or_else(|| self.target.clone()).unwrap_or_else(|| self.kind.clone())
    }
}

/// A size in bytes, in whole MiB.
#[must_use]
pub fn mebibytes(bytes: u64) -> Option<i64> {
    i64::try_from(bytes.checked_div(MIB)?).ok()
}

/// A server that has no guest yet, so that one that was found could be its.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The server.
    pub server_id: ServerId,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Whose it is.
    pub customer_id: String,
    /// Its host name.
    pub hostname: String,
    /// UUID that its domain would have.
    pub uuid: String,
    /// Its hardware address.
    pub mac: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// A server that a guest could be that of, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuestMatch {
    /// The server.
    pub server_id: ServerId,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Whose it is.
    pub customer_id: String,
    /// Its host name.
    pub hostname: String,
    /// The strongest reason.
    pub by: MatchedBy,
    /// What is the same: the UUID, name or address.
    pub same: String,
}

/// Whether nothing of a server was ever begun on a node.
#[must_use]
pub fn is_without_guest(disk: DiskState, seen: &Observation) -> bool {
    let facts = &seen.facts;
    disk == DiskState::Planned
        && !seen.built
        && facts.seed.is_none()
        && facts.filter.is_none()
        && facts.domain.is_none()
}

/// Servers that the guest could be that of: by UUID before name before hardware address
/// before address, each server once with its strongest reason.
#[must_use]
pub fn matches(facts: &GuestFacts, candidates: &[Candidate]) -> Vec<GuestMatch> {
    let mut found: Vec<GuestMatch> = candidates
        .iter()
        .filter_map(|candidate| {
            let (by, same) = ground(facts, candidate)?;
            Some(GuestMatch {
                server_id: candidate.server_id.clone(),
                subscription_id: candidate.subscription_id.clone(),
                customer_id: candidate.customer_id.clone(),
                hostname: candidate.hostname.clone(),
                by,
                same,
            })
        })
        .collect();
    let rank = |by: MatchedBy| MatchedBy::ALL.iter().position(|one| *one == by);
    found.sort_by(|a, b| rank(a.by).cmp(&rank(b.by)).then_with(|| a.server_id.cmp(&b.server_id)));
    found
}

fn ground(facts: &GuestFacts, candidate: &Candidate) -> Option<(MatchedBy, String)> {
    if facts.uuid.eq_ignore_ascii_case(&candidate.uuid) {
        return Some((MatchedBy::Uuid, facts.uuid.clone()));
    }
    // Two full names that differ are two names, whatever their first labels are.
    let are_full = |one: &str, other: &str| one.contains('.') && other.contains('.');
    let first_label = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let names = [Some(&facts.name), facts.title.as_ref()].into_iter().flatten();
    for name in names.filter(|name| !name.trim().is_empty()) {
        let same = name.eq_ignore_ascii_case(&candidate.hostname)
            || name == candidate.server_id.as_str()
            || (first_label(name) == first_label(&candidate.hostname) && !are_full(name, &candidate.hostname));
        if same {
            return Some((MatchedBy::Name, name.clone()));
        }
    }
    if let Some(mac) = facts.macs().find(|mac| *mac == candidate.mac) {
        return Some((MatchedBy::Mac, mac.to_owned()));
    }
    let address = facts.addresses().into_iter().find(|address| candidate.addresses.contains(address))?;
    Some((MatchedBy::Address, address.to_string()))
}
