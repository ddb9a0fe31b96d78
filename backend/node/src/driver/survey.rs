//! Learning all there is of domains that are not ours. Every call here only reads: no pool is
//! started or refreshed, no volume opened, nothing defined.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::net::IpAddr;

use virt::domain::Domain;
use virt::network::Network;
use virt::storage_pool::StoragePool;
use virt::storage_vol::StorageVol;
use virt::sys;

use super::console::is_this_machine;
use super::{observe, storage, unreadable};
use crate::capability::Hypervisor;
use crate::command::{Outcome, Report};
use crate::error::NodeError;
use crate::found::{AddressSource, FoundDisk, FoundGuest, FoundProcess, FoundVolume};
use crate::observed::GuestState;
use crate::session::Turn;
use crate::xml::{domain_facts, found_guest, has_agent, reservations};

/// What is asked once for all guests.
struct Ground {
    processes: HashMap<String, FoundProcess>,
    /// Reservations by the name of the network.
    networks: HashMap<String, Vec<(String, IpAddr)>>,
}

/// Looks at every domain without our mark, or at one.
pub(super) fn survey(turn: &Turn, only: Option<&str>) -> Outcome {
    let domains = turn.ask("list all guests", |connection| connection.list_all_domains(0))?;
    let mut ground = Ground { processes: processes(turn), networks: HashMap::new() };
    let mut found = Vec::new();
    for domain in &domains {
        turn.still_wanted("look at guests that are not ours")?;
        // Xen counts the node's own system among the guests.
        if turn.session.hypervisor == Hypervisor::Xen && domain.get_id() == Some(0) {
            continue;
        }
        let uuid = turn.ask("read a guest's number", |_| domain.get_uuid_string())?;
        if only.is_some_and(|only| only != uuid) {
            continue;
        }
        match look(turn, domain, &uuid, &mut ground) {
            Ok(guest) => found.extend(guest),
            Err(refusal) => {
                // A guest that goes away while it is looked at is absent, not broken.
                let again =
                    turn.find("find the guest", |connection| Domain::lookup_by_uuid_string(connection, &uuid))?;
                if again.is_some() {
                    return Err(refusal);
                }
            }
        }
    }
    found.sort_by(|a, b| a.guest.name.cmp(&b.guest.name));
    Ok(Report::Found(found))
}

/// None for a domain of ours.
fn look(turn: &Turn, domain: &Domain, uuid: &str, ground: &mut Ground) -> Result<Option<FoundGuest>, NodeError> {
    let during = "read the guest's definition";
    let document = turn.ask(during, |_| domain.get_xml_desc(0))?;
    let facts = domain_facts(&document).map_err(|fault| unreadable(during, &fault))?;
    if facts.mark.is_some() {
        return Ok(None);
    }
    let is_persistent = turn.ask("ask whether the guest stays defined", |_| domain.is_persistent())?;
    let stored = if is_persistent {
        Some(turn.ask(during, |_| domain.get_xml_desc(sys::VIR_DOMAIN_XML_INACTIVE))?)
    } else {
        None
    };
    let mut guest = found_guest(&document, stored.as_deref()).map_err(|fault| unreadable(during, &fault))?;
    uuid.clone_into(&mut guest.guest.uuid);
    guest.state = observe::state_of(turn, domain)?.0;
    guest.domain_id = domain.get_id();
    guest.process = ground.processes.get(uuid).copied();
    let runs = matches!(guest.state, GuestState::Running | GuestState::Paused);
    for disk in &mut guest.disks {
        measure(turn, domain, disk, runs)?;
    }
    if sees_its_files(turn) {
        for file in &mut guest.boot_files {
            file.is_there = fs::exists(&file.path).ok();
        }
    }
    if runs {
        ask_for_addresses(turn, domain, &mut guest)?;
    }
    read_reservations(turn, &mut guest, ground)?;
    Ok(Some(guest))
}

/// Whether paths of the node are paths of this process. The test driver has no files.
fn sees_its_files(turn: &Turn) -> bool {
    is_this_machine(&turn.config.uri) && turn.session.hypervisor != Hypervisor::Test
}

/// Fills in what the definition of a disk does not say. Nothing of it is worth failing for.
fn measure(turn: &Turn, domain: &Domain, disk: &mut FoundDisk, runs: bool) -> Result<(), NodeError> {
    if let Some(volume) = volume_of(turn, disk) {
        learn_volume(turn, disk, &volume);
    }
    turn.still_wanted("measure a disk")?;
    if let Some(target) = &disk.target
        && disk.source.is_some()
        && let Ok(info) = turn.ask("measure a disk", |_| domain.get_block_info(target, 0))
        && info.capacity > 0
    {
        disk.capacity_bytes = Some(info.capacity);
        // A running guest holds it open, even where its name is gone.
        disk.is_there = disk.is_there.or(runs.then_some(true));
    }
    if let Some(path) = &disk.source
        && sees_its_files(turn)
    {
        disk.is_there = fs::exists(path).ok().or(disk.is_there);
        let is_plain = disk.format.as_deref().is_none_or(|format| format == "raw");
        if disk.capacity_bytes.is_none() && is_plain {
            disk.capacity_bytes = length(path);
        }
    }
    Ok(())
}

/// Where a file or block device of plain bytes ends.
fn length(path: &str) -> Option<u64> {
    File::open(path).ok()?.seek(SeekFrom::End(0)).ok().filter(|bytes| *bytes > 0)
}

/// The volume of a disk, where libvirt knows one. A driver without storage, and a path in no
/// pool, are no faults.
fn volume_of(turn: &Turn, disk: &FoundDisk) -> Option<StorageVol> {
    if let Some(named) = &disk.volume {
        let pool = turn.find("find a pool", |connection| StoragePool::lookup_by_name(connection, &named.pool));
        let pool = pool.ok().flatten()?;
        return turn.find("find a volume", |_| StorageVol::lookup_by_name(&pool, &named.name)).ok().flatten();
    }
    let path = disk.source.as_ref()?;
    turn.find("find a volume", |connection| StorageVol::lookup_by_path(connection, path)).ok().flatten()
}

fn learn_volume(turn: &Turn, disk: &mut FoundDisk, volume: &StorageVol) {
    let named = turn.ask("read a volume's place", |_| {
        let pool = StoragePool::lookup_by_volume(volume)?.get_name()?;
        Ok((pool, volume.get_name()?, volume.get_path()?))
    });
    let Ok((pool, name, path)) = named else {
        return;
    };
    disk.volume = Some(FoundVolume { pool, name });
    disk.source.get_or_insert(path);
    disk.is_there = Some(true);
    if let Ok(described) = storage::describe(turn, volume) {
        disk.capacity_bytes = described.capacity_bytes;
        disk.format = disk.format.take().or(described.format);
        if disk.backing.is_empty() {
            disk.backing.extend(described.backing);
        }
    }
}

/// Leases, the agent if there is one, and the table of neighbours. A source that a driver
/// lacks tells nothing, which is not the same as that there are none.
fn ask_for_addresses(turn: &Turn, domain: &Domain, guest: &mut FoundGuest) -> Result<(), NodeError> {
    let mut sources = vec![
        (sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, AddressSource::Lease),
        (sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP, AddressSource::Neighbour),
    ];
    if has_agent(&guest.document) {
        sources.push((sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT, AddressSource::Agent));
    }
    for (source, from) in sources {
        turn.still_wanted("ask for addresses")?;
        // The test driver invents its answers.
        if turn.session.hypervisor == Hypervisor::Test {
            continue;
        }
        let Ok(told) = turn.ask("ask for addresses", |_| domain.interface_addresses(source, 0)) else {
            continue;
        };
        for one in told {
            let mac = one.hwaddr.to_ascii_lowercase();
            let own = guest.interfaces.iter_mut().find(|interface| interface.mac.as_deref() == Some(mac.as_str()));
            let Some(interface) = own else {
                continue;
            };
            for address in one.addrs.iter().filter_map(|address| address.addr.parse().ok()) {
                interface.learn(address, from);
            }
        }
    }
    Ok(())
}

fn read_reservations(turn: &Turn, guest: &mut FoundGuest, ground: &mut Ground) -> Result<(), NodeError> {
    for interface in guest.interfaces.iter_mut().filter(|interface| interface.kind == "network") {
        let (Some(name), Some(mac)) = (&interface.source, &interface.mac) else {
            continue;
        };
        if !ground.networks.contains_key(name) {
            let network =
                turn.find("find a network", |connection| Network::lookup_by_name(connection, name)).ok().flatten();
            let document = network.and_then(|network| turn.ask("read a network", |_| network.get_xml_desc(0)).ok());
            ground.networks.insert(name.clone(), document.as_deref().map(reservations).unwrap_or_default());
        }
        let kept: Vec<IpAddr> = ground
            .networks
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(of, _)| of == mac)
            .map(|(_, address)| *address)
            .collect();
        for address in kept {
            interface.learn(address, AddressSource::Reservation);
        }
    }
    Ok(())
}

/// QEMU's processes on this machine by the UUID on their command line.
fn processes(turn: &Turn) -> HashMap<String, FoundProcess> {
    if turn.session.hypervisor != Hypervisor::Qemu || !is_this_machine(&turn.config.uri) {
        return HashMap::new();
    }
    let Ok(all) = fs::read_dir("/proc") else {
        return HashMap::new();
    };
    all.filter_map(|entry| {
        let path = entry.ok()?.path();
        let id: u32 = path.file_name()?.to_str()?.parse().ok()?;
        let words = fs::read(path.join("cmdline")).ok()?;
        let mut words = words.split(|byte| *byte == 0);
        words.find(|word| *word == b"-uuid")?;
        let uuid = String::from_utf8(words.next()?.to_vec()).ok()?;
        Some((uuid, FoundProcess { id, started: started(&fs::read_to_string(path.join("stat")).ok()?)? }))
    })
    .collect()
}

/// The 22nd field of a process's line; the second is a name in brackets that may hold anything.
fn started(line: &str) -> Option<u64> {
    let (_, rest) = line.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_named_oddly_still_tells_when_it_started() {
        let line = "4711 (qemu (x) y) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 424242 20 21";
        assert_eq!(started(line), Some(424_242));
        assert_eq!(started("4711 qemu"), None);
    }
}
