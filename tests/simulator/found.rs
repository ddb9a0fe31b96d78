//! Guests of somebody else on a simulated node.

use hostwright_panel::servers::adoption::model::{AddressFacts, DiskFacts, GuestFacts, GuestFound, InterfaceFacts};
use hostwright_panel::servers::model::Seen;
use hostwright_panel::servers::ports::{Act, Answer, Guest, HypervisorError};

use super::{Domain, SimulatedNode, Simulator};

/// A running guest of somebody else that nothing keeps from being taken over, where its
/// address is in a pool.
#[must_use]
pub fn a_guest(name: &str, number: u8, address: &str) -> GuestFound {
    let disk = DiskFacts {
        device: "disk".to_owned(),
        target: Some("vda".to_owned()),
        kind: "file".to_owned(),
        source: Some(format!("/images/{name}.qcow2")),
        format: Some("qcow2".to_owned()),
        read_only: false,
        is_shared: false,
        bytes: Some(5 << 30),
        is_there: Some(true),
        pool: Some("images".to_owned()),
        volume: Some(format!("{name}.qcow2")),
        backing: Vec::new(),
    };
    let interface = InterfaceFacts {
        kind: "bridge".to_owned(),
        mac: Some(format!("52:54:00:00:00:{number:02x}")),
        source: Some("br0".to_owned()),
        filter: None,
        addresses: vec![AddressFacts { address: address.parse().unwrap(), from: "lease".to_owned() }],
    };
    GuestFound {
        facts: GuestFacts {
            uuid: format!("0190c0de-0000-4000-8000-0000000000{number:02x}"),
            name: name.to_owned(),
            title: None,
            state: Seen::Running,
            is_persistent: true,
            kind: "kvm".to_owned(),
            vcpus: Some(2),
            memory_mib: Some(1_024),
            disks: vec![disk],
            interfaces: vec![interface],
            boot_files: Vec::new(),
            host_devices: Vec::new(),
            run: Some(number.into()),
            process: None,
        },
        document: format!("<domain type='kvm'><name>{name}</name></domain>"),
    }
}

impl Simulator {
    /// Puts a guest of somebody else on a node, with the volumes of its disks. It does what its
    /// facts say, and booted once if it runs.
    pub fn place(&self, node_id: &str, guest: GuestFound) {
        self.with(|inner| {
            let node = inner.nodes.entry(node_id.to_owned()).or_default();
            let facts = &guest.facts;
            node.volumes.extend(facts.disks.iter().filter_map(|disk| disk.volume.clone()));
            let domain = Domain {
                name: facts.name.clone(),
                state: facts.state,
                stopped_cleanly: false,
                boots: u32::from(facts.state == Seen::Running),
                resets: 0,
                console: String::new(),
            };
            node.domains.insert(facts.uuid.clone(), domain);
            node.found.insert(facts.uuid.clone(), guest);
        });
    }

    /// Takes a guest of somebody else away behind our back.
    pub fn take_away(&self, node_id: &str, uuid: &str) {
        self.with(|inner| {
            let node = inner.nodes.entry(node_id.to_owned()).or_default();
            node.domains.remove(uuid);
            node.found.remove(uuid);
        });
    }
}

impl SimulatedNode {
    /// Every guest that is not ours, or one, doing what it does now.
    pub(super) fn found(&self, only: Option<&str>) -> Vec<GuestFound> {
        if self.hides_everything {
            return Vec::new();
        }
        let mut all: Vec<GuestFound> = self
            .found
            .iter()
            .filter(|(uuid, _)| only.is_none_or(|only| only == uuid.as_str()))
            .filter_map(|(uuid, guest)| {
                let mut guest = guest.clone();
                guest.facts.state = self.domains.get(uuid)?.state;
                Some(guest)
            })
            .collect();
        all.sort_by(|a, b| a.facts.name.cmp(&b.facts.name));
        all
    }

    /// What is not done to a guest that was taken over, with why; and nothing is ever done to
    /// one that was not.
    pub(super) fn leaves_as_found(&self, guest: &Guest, act: Act) -> Answer<Option<&'static str>> {
        let is_strange = self.domains.contains_key(&guest.uuid) && self.found.contains_key(&guest.uuid);
        let Some(found) = &guest.found else {
            if is_strange {
                return Err(HypervisorError::Refused {
                    code: "node_conflict".to_owned(),
                    text: "the domain was not made by us".to_owned(),
                });
            }
            return Ok(None);
        };
        if self.domains.get(&guest.uuid).is_some_and(|domain| domain.name != guest.name) {
            return Err(HypervisorError::Refused {
                code: "node_conflict".to_owned(),
                text: "its UUID is that of another".to_owned(),
            });
        }
        Ok(match act {
            Act::EnsureVolume | Act::EnsureSeed | Act::EnsureFilter | Act::RemoveFilter | Act::RemoveSeed => {
                Some("left as it was found")
            }
            Act::QuarantineVolume | Act::RestoreVolume | Act::DeleteVolume if found.pool.is_none() => {
                Some("in no storage pool, and stays where it is")
            }
            _ => None,
        })
    }
}
