//! Whether a guest can be managed, and for whom: decided from what was seen and what is
//! recorded, both handed in. Each thing in the way is a refusal with its code.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::error::AdoptionRefusal as No;
use super::model::{DiskFacts, GuestFacts};
use crate::platform::Refusal;
use crate::servers::model::{Seen, ServerId};

/// Kinds of disk that can be started, stopped and put aside.
const DISK_KINDS: &[&str] = &["file", "block", "volume"];

/// A server that has something on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The server.
    pub server_id: ServerId,
    /// It has a guest.
    pub has_guest: bool,
}

/// Everything on record that guests of a node could collide with.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Disks of the node by what they are recorded under: a path, or a volume's name.
    pub disks: BTreeMap<String, Holder>,
    /// Hardware addresses.
    pub macs: BTreeMap<String, Holder>,
    /// UUIDs.
    pub uuids: BTreeMap<String, Holder>,
    /// Addresses of pools; none where no server has it.
    pub addresses: BTreeMap<IpAddr, Option<Holder>>,
}

/// For whom a guest is judged.
#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    /// Nobody chose yet: what a server without a guest has may be its own.
    Anybody,
    /// A server that is to be made.
    NewServer,
    /// This server.
    Server(&'a ServerId),
}

impl Whom<'_> {
    fn is_other(self, holder: &Holder) -> bool {
        match self {
            Self::Anybody => holder.has_guest,
            Self::NewServer => true,
            Self::Server(id) => holder.server_id != *id,
        }
    }
}

/// Whether a guest can be managed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Why it cannot; empty when it can.
    pub obstacles: Vec<Refusal>,
    /// What will be left to people.
    pub limits: Vec<Refusal>,
    /// The addresses that it will have on record.
    pub addresses: Vec<IpAddr>,
}

/// Judges a guest among the others that were found on its node. `stated` are addresses that
/// a person knows of.
#[must_use]
pub fn judge(
    facts: &GuestFacts,
    stated: &[IpAddr],
    others: &[&GuestFacts],
    records: &Records,
    whom: Whom<'_>,
) -> Verdict {
    let mut verdict = Verdict::default();
    let no = &mut verdict.obstacles;
    if !facts.is_persistent {
        no.push(No::Transient.with("detail", &facts.name));
    }
    if !matches!(facts.state, Seen::Running | Seen::ShutOff) {
        no.push(No::StateUnclear.with("detail", facts.state));
    }
    if !facts.host_devices.is_empty() {
        no.push(No::HostDevice.with("detail", facts.host_devices.join(", ")));
    }
    for (what, known) in [("vcpus", facts.vcpus), ("memory", facts.memory_mib)] {
        if known.is_none_or(|size| size <= 0) {
            no.push(No::SizeUnknown.with("detail", what));
        }
    }
    if let Some(holder) = records.uuids.get(&facts.uuid).filter(|holder| whom.is_other(holder)) {
        no.push(No::UuidRecorded.with("detail", &holder.server_id));
    }
    for file in facts.boot_files.iter().filter(|file| file.is_there == Some(false)) {
        no.push(No::BootFileMissing.with("detail", &file.path));
    }
    judge_disks(facts, others, records, whom, &mut verdict);
    judge_interfaces(facts, others, records, whom, &mut verdict.obstacles);
    judge_addresses(facts, stated, others, records, whom, &mut verdict);
    verdict
}

fn judge_disks(facts: &GuestFacts, others: &[&GuestFacts], records: &Records, whom: Whom<'_>, verdict: &mut Verdict) {
    let no = &mut verdict.obstacles;
    let own: Vec<&DiskFacts> = facts.own_disks().collect();
    match own.as_slice() {
        [] => no.push(No::NoDisk.with("detail", &facts.name)),
        [disk] => {
            if disk.bytes.is_none_or(|bytes| bytes == 0) {
                no.push(No::SizeUnknown.with("detail", disk.label()));
            }
            if disk.pool.is_none() {
                verdict.limits.push(No::DiskOutsidePools.with("detail", disk.label()));
            }
        }
        several => {
            let names: Vec<String> = several.iter().map(|disk| disk.label()).collect();
            no.push(No::SeveralDisks.with("detail", names.join(", ")));
        }
    }
    for disk in own {
        if !DISK_KINDS.contains(&disk.kind.as_str()) || disk.device == "lun" || disk.place().is_none() {
            no.push(No::DiskType.with("detail", format!("{} {}", disk.kind, disk.label())));
            continue;
        }
        if disk.is_there == Some(false) {
            no.push(No::DiskMissing.with("detail", disk.label()));
        }
        if disk.is_shared {
            no.push(No::DiskShared.with("detail", disk.label()));
        }
        let place = disk.place();
        for other in others {
            if other.disks.iter().any(|one| one.place() == place) {
                no.push(No::DiskShared.with("detail", format!("{}: {}", disk.label(), other.name)));
            }
            if other.disks.iter().any(|one| one.backing.iter().any(|beneath| Some(beneath) == place.as_ref())) {
                no.push(No::DiskBeneath.with("detail", format!("{}: {}", disk.label(), other.name)));
            }
        }
        let file = place.as_deref().and_then(|place| place.rsplit('/').next());
        let names = [place.as_deref(), file].into_iter().flatten();
        let holder = names.filter_map(|name| records.disks.get(name)).find(|holder| whom.is_other(holder));
        if let Some(holder) = holder {
            no.push(No::DiskRecorded.with("detail", format!("{}: {}", disk.label(), holder.server_id)));
        }
    }
}

fn judge_interfaces(
    facts: &GuestFacts,
    others: &[&GuestFacts],
    records: &Records,
    whom: Whom<'_>,
    no: &mut Vec<Refusal>,
) {
    match facts.interfaces.as_slice() {
        [] => no.push(No::NoInterface.with("detail", &facts.name)),
        [one] if one.mac.is_none() => no.push(No::MacUnknown.with("detail", &facts.name)),
        [_] => {}
        several => no.push(No::SeveralInterfaces.with("detail", several.len())),
    }
    let macs: Vec<&str> = facts.macs().collect();
    for mac in &macs {
        if macs.iter().filter(|other| *other == mac).count() > 1 {
            no.push(No::MacDuplicate.with("detail", mac));
        }
        for other in others.iter().filter(|other| other.macs().any(|one| one == *mac)) {
            no.push(No::MacDuplicate.with("detail", format!("{mac}: {}", other.name)));
        }
        if let Some(holder) = records.macs.get(*mac).filter(|holder| whom.is_other(holder)) {
            no.push(No::MacDuplicate.with("detail", format!("{mac}: {}", holder.server_id)));
        }
    }
}

fn judge_addresses(
    facts: &GuestFacts,
    stated: &[IpAddr],
    others: &[&GuestFacts],
    records: &Records,
    whom: Whom<'_>,
    verdict: &mut Verdict,
) {
    let mut all = facts.addresses();
    all.extend(stated.iter().filter(|address| !facts.addresses().contains(address)));
    for address in all {
        let user = others.iter().find(|other| other.addresses().contains(&address));
        if let Some(user) = user {
            verdict.obstacles.push(No::AddressTaken.with("detail", format!("{address}: {}", user.name)));
            continue;
        }
        match records.addresses.get(&address) {
            // A guest gives itself more addresses of version 6 than any pool has rows.
            None if address.is_ipv6() && !stated.contains(&address) => {
                verdict.limits.push(No::AddressOutside.with("detail", address));
            }
            None => verdict.obstacles.push(No::AddressOutside.with("detail", address)),
            Some(Some(holder)) if whom.is_other(holder) => {
                verdict.obstacles.push(No::AddressTaken.with("detail", format!("{address}: {}", holder.server_id)));
            }
            Some(_) => verdict.addresses.push(address),
        }
    }
    let is_outside = |refusal: &Refusal| refusal.code == No::AddressOutside.refusal().code;
    let is_unknown = !verdict.addresses.iter().any(IpAddr::is_ipv4) && !verdict.obstacles.iter().any(is_outside);
    match whom {
        _ if !is_unknown => {}
        // A person can still say it.
        Whom::Anybody => verdict.limits.push(No::AddressNeeded.with("detail", &facts.name)),
        Whom::NewServer | Whom::Server(_) => verdict.obstacles.push(No::AddressNeeded.with("detail", &facts.name)),
    }
}
