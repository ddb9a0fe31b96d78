//! Two descriptions of one guest, fact by fact.

use super::super::guests::values::bare_address;
use crate::snapshot::{Boot, Disk, DiskKind, Guest, GuestState, Nic};

/// One fact as two descriptions state it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is: `memory_bytes`, `disk xvda format`.
    pub name: String,
    /// The first description.
    pub left: Option<String>,
    /// The second description.
    pub right: Option<String>,
}

impl Fact {
    /// Whether both state it, and the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.left == self.right
    }
}

/// All facts that at least one of two descriptions states. Kept text (`extra`) is left out:
/// its names are each source's own.
#[must_use]
pub fn compare(left: &Guest, right: &Guest) -> Vec<Fact> {
    let mut facts = Facts::default();
    facts.text("name", Some(&left.name), Some(&right.name));
    facts.text("uuid", left.uuid.as_ref(), right.uuid.as_ref());
    facts.text("title", left.title.as_ref(), right.title.as_ref());
    facts.text("description", left.description.as_ref(), right.description.as_ref());
    facts.text("hostname", left.hostname.as_ref(), right.hostname.as_ref());
    facts.add("hypervisor", Some(format!("{:?}", left.hypervisor)), Some(format!("{:?}", right.hypervisor)));
    let state = |state: GuestState| (state != GuestState::Unknown).then(|| format!("{state:?}"));
    facts.add("state", state(left.state), state(right.state));
    facts.add("vcpus", left.vcpus.map(|n| n.to_string()), right.vcpus.map(|n| n.to_string()));
    facts.add("max_vcpus", left.max_vcpus.map(|n| n.to_string()), right.max_vcpus.map(|n| n.to_string()));
    let bytes = |n: Option<u64>| n.map(|n| n.to_string());
    facts.add("memory_bytes", bytes(left.memory_bytes), bytes(right.memory_bytes));
    facts.add("max_memory_bytes", bytes(left.max_memory_bytes), bytes(right.max_memory_bytes));
    facts.add("swap_bytes", bytes(left.swap_bytes), bytes(right.swap_bytes));
    facts.text("architecture", left.architecture.as_ref(), right.architecture.as_ref());
    facts.text("machine", left.machine.as_ref(), right.machine.as_ref());
    facts.text("firmware", left.firmware.as_ref(), right.firmware.as_ref());
    let boot = |boot: Boot| Some(format!("{boot:?}"));
    facts.add("boot", boot(left.boot), boot(right.boot));
    facts.text("kernel", left.kernel.as_ref(), right.kernel.as_ref());
    facts.text("initrd", left.initrd.as_ref(), right.initrd.as_ref());
    facts.text("command_line", left.command_line.as_ref(), right.command_line.as_ref());
    facts.text("bootloader", left.bootloader.as_ref(), right.bootloader.as_ref());
    facts.text("os", left.os.as_ref(), right.os.as_ref());
    facts.text("console", left.console.as_ref(), right.console.as_ref());
    facts.text("graphics", left.graphics.as_ref(), right.graphics.as_ref());
    // A password is compared and never shown.
    let shown = |has: bool| has.then(|| "set".to_owned());
    let is_same = left.graphics_password == right.graphics_password;
    let other = if is_same {
        shown(right.graphics_password.is_some())
    } else {
        right.graphics_password.as_ref().map(|_| "set to another".to_owned())
    };
    facts.add("graphics_password", shown(left.graphics_password.is_some()), other);
    for (index, (a, b)) in pairs(&left.passed_through, &right.passed_through, |a, b| a == b).into_iter().enumerate() {
        facts.text(&format!("passed_through {index}"), a, b);
    }
    for (a, b) in pair_disks(&left.disks, &right.disks) {
        facts.disk(a, b);
    }
    let nics = pairs(&left.nics, &right.nics, |a: &Nic, b: &Nic| a.mac.is_some() && a.mac == b.mac);
    for (index, (a, b)) in nics.into_iter().enumerate() {
        facts.nic(index, a, b);
    }
    facts.facts
}

#[derive(Default)]
struct Facts {
    facts: Vec<Fact>,
}

impl Facts {
    fn add(&mut self, name: &str, left: Option<String>, right: Option<String>) {
        if left.is_some() || right.is_some() {
            self.facts.push(Fact { name: name.to_owned(), left, right });
        }
    }

    fn text(&mut self, name: &str, left: Option<&String>, right: Option<&String>) {
        self.add(name, left.cloned(), right.cloned());
    }

    fn flag(&mut self, name: &str, left: bool, right: bool) {
        let shown = |yes: bool| yes.then(|| "yes".to_owned());
        self.add(name, shown(left), shown(right));
    }

    fn disk(&mut self, left: Option<&Disk>, right: Option<&Disk>) {
        let target = left.or(right).and_then(|disk| disk.target.clone()).unwrap_or_else(|| "?".to_owned());
        let name = |part: &str| format!("disk {target} {part}");
        let (Some(left), Some(right)) = (left, right) else {
            let shown =
                |disk: Option<&Disk>| disk.map(|disk| disk.source.clone().unwrap_or_else(|| "empty".to_owned()));
            return self.add(&name("exists"), shown(left), shown(right));
        };
        let kind = |kind: DiskKind| Some(format!("{kind:?}"));
        self.text(&name("target"), left.target.as_ref(), right.target.as_ref());
        self.add(&name("kind"), kind(left.kind), kind(right.kind));
        self.text(&name("source_kind"), left.source_kind.as_ref(), right.source_kind.as_ref());
        self.text(&name("source"), left.source.as_ref(), right.source.as_ref());
        self.text(&name("pool"), left.pool.as_ref(), right.pool.as_ref());
        self.text(&name("format"), left.format.as_ref(), right.format.as_ref());
        self.text(&name("bus"), left.bus.as_ref(), right.bus.as_ref());
        let bytes = |disk: &Disk| disk.size_bytes.map(|n| n.to_string());
        self.add(&name("size_bytes"), bytes(left), bytes(right));
        self.flag(&name("is_read_only"), left.is_read_only, right.is_read_only);
        self.flag(&name("is_shared"), left.is_shared, right.is_shared);
        self.flag(&name("is_partition"), left.is_partition, right.is_partition);
        let backing = |disk: &Disk| (!disk.backing.is_empty()).then(|| disk.backing.join(" "));
        self.add(&name("backing"), backing(left), backing(right));
    }

    fn nic(&mut self, index: usize, left: Option<&Nic>, right: Option<&Nic>) {
        let name = |part: &str| format!("interface {index} {part}");
        let (Some(left), Some(right)) = (left, right) else {
            let shown = |nic: Option<&Nic>| nic.map(|nic| nic.mac.clone().unwrap_or_else(|| "without MAC".to_owned()));
            return self.add(&name("exists"), shown(left), shown(right));
        };
        self.text(&name("mac"), left.mac.as_ref(), right.mac.as_ref());
        self.text(&name("kind"), left.kind.as_ref(), right.kind.as_ref());
        self.text(&name("source"), left.source.as_ref(), right.source.as_ref());
        self.text(&name("target"), left.target.as_ref(), right.target.as_ref());
        self.text(&name("model"), left.model.as_ref(), right.model.as_ref());
        self.add(&name("vlan"), left.vlan.map(|n| n.to_string()), right.vlan.map(|n| n.to_string()));
        let addresses = |nic: &Nic| {
            let mut list: Vec<String> = nic
                .addresses
                .iter()
                .map(|text| bare_address(text).map_or(text.clone(), |one| one.to_string()))
                .collect();
            list.sort();
            (!list.is_empty()).then(|| list.join(" "))
        };
        self.add(&name("addresses"), addresses(left), addresses(right));
        self.text(&name("gateway"), left.gateway.as_ref(), right.gateway.as_ref());
        self.text(&name("rate"), left.rate.as_ref(), right.rate.as_ref());
        self.text(&name("filter"), left.filter.as_ref(), right.filter.as_ref());
    }
}

/// Pairs what is the same; then what is left over in its order; then each alone.
fn pairs<'a, T>(
    left: &'a [T],
    right: &'a [T],
    is_same: impl Fn(&T, &T) -> bool,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut rest: Vec<&T> = right.iter().collect();
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for one in left {
        match rest.iter().position(|other| is_same(one, other)) {
            Some(at) => pairs.push((Some(one), Some(rest.remove(at)))),
            None => alone.push(one),
        }
    }
    let mut rest = rest.into_iter();
    for one in alone {
        pairs.push((Some(one), rest.next()));
    }
    pairs.extend(rest.map(|one| (None, Some(one))));
    pairs
}

/// Pairs disks by their name in the guest, then by what they are on the host. What is
/// neither stays alone: two different disks are not one disk that differs.
fn pair_disks<'a>(left: &'a [Disk], right: &'a [Disk]) -> Vec<(Option<&'a Disk>, Option<&'a Disk>)> {
    let mut rest: Vec<&Disk> = right.iter().collect();
    let mut pairs = Vec::new();
    for one in left {
        let by_name = rest
            .iter()
            .position(|other| one.target.is_some() && one.target == other.target)
            .or_else(|| rest.iter().position(|other| one == *other));
        let at = by_name.or_else(|| {
            rest.iter().position(|other| {
                let is_named = left.iter().any(|disk| disk.target.is_some() && disk.target == other.target);
                !is_named && is_same_source(one, other)
            })
        });
        pairs.push((Some(one), at.map(|at| rest.remove(at))));
    }
    pairs.extend(rest.into_iter().map(|one| (None, Some(one))));
    pairs
}

/// Whether two disks are the same thing on the host: the same path, or a volume and the
/// device or file of its name.
fn is_same_source(a: &Disk, b: &Disk) -> bool {
    let (Some(left), Some(right)) = (&a.source, &b.source) else { return false };
    let last = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    left == right || ((a.pool.is_some() != b.pool.is_some()) && last(left) == last(right))
}

/// Why the disks of two descriptions are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskDisagreement {
    /// A disk is only in the first description.
    OnlyLeft {
        /// Its name in the guest, or what it is on the host.
        disk: String,
    },
    /// A disk is only in the second description.
    OnlyRight {
        /// Its name in the guest, or what it is on the host.
        disk: String,
    },
    /// Both describe it, differently.
    Differs {
        /// Its name in the guest.
        disk: String,
        /// What differs: `source`, `format`, `size_bytes`, `is_shared`.
        what: &'static str,
        /// The first description.
        left: String,
        /// The second description.
        right: String,
    },
}

/// Compares only the disks, and of them only what both descriptions state: what a panel
/// wrote down against what the hypervisor has. Empty and removable drives do not count.
#[must_use]
pub fn cross_check_disks(left: &Guest, right: &Guest) -> Vec<DiskDisagreement> {
    let is_disk = |disk: &&Disk| matches!(disk.kind, DiskKind::Disk | DiskKind::Lun);
    let (left, right): (Vec<Disk>, Vec<Disk>) =
        (left.disks.iter().filter(is_disk).cloned().collect(), right.disks.iter().filter(is_disk).cloned().collect());
    let mut found = Vec::new();
    let called = |disk: &Disk| disk.target.clone().or_else(|| disk.source.clone()).unwrap_or_else(|| "?".to_owned());
    for (a, b) in pair_alone(pair_disks(&left, &right)) {
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (Some(a), None) => {
                found.push(DiskDisagreement::OnlyLeft { disk: called(a) });
                continue;
            }
            (None, Some(b)) => {
                found.push(DiskDisagreement::OnlyRight { disk: called(b) });
                continue;
            }
            (None, None) => continue,
        };
        let disk = called(b);
        let mut differ = |what: &'static str, left: Option<String>, right: Option<String>| {
            if let (Some(left), Some(right)) = (left, right)
                && left != right
            {
                found.push(DiskDisagreement::Differs { disk: disk.clone(), what, left, right });
            }
        };
        if !is_same_source(a, b) {
            differ("source", a.source.clone(), b.source.clone());
        }
        differ("format", a.format.clone(), b.format.clone());
        differ("size_bytes", a.size_bytes.map(|n| n.to_string()), b.size_bytes.map(|n| n.to_string()));
        if a.is_shared != b.is_shared {
            differ("is_shared", Some(a.is_shared.to_string()), Some(b.is_shared.to_string()));
        }
    }
    found
}

/// A panel that keeps one disk without saying where it is means the one disk there is.
fn pair_alone<'a>(mut pairs: Vec<(Option<&'a Disk>, Option<&'a Disk>)>) -> Vec<(Option<&'a Disk>, Option<&'a Disk>)> {
    if let [(Some(a), None), (None, Some(b))] = pairs.as_slice()
        && (a.source.is_none() || b.source.is_none())
    {
        pairs = vec![(Some(a), Some(b))];
    }
    pairs
}
