//! Looking, without changing anything.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use virt::domain::Domain;
use virt::storage_pool::StoragePool;
use virt::sys;

use super::{bulk, counters, storage, unreadable};
use crate::capability::{Capabilities, Capability, StorageSpace};
use crate::command::{GuestRef, Outcome, Report};
use crate::error::NodeError;
use crate::observed::{Counters, GuestState, Inventory, Observed, StrangerFacts};
use crate::session::Turn;
use crate::xml::{DomainFacts, Element, domain_facts};

/// When each guest's present state was first seen. libvirt does not tell.
#[derive(Default)]
pub(crate) struct Memory {
    since: Mutex<HashMap<String, (GuestState, u64)>>,
}

impl Memory {
    fn since(&self, uuid: &str, state: GuestState, now: u64) -> u64 {
        let mut all = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(uuid.to_owned()).or_insert((state, now));
        if entry.0 != state {
            *entry = (state, now);
        }
        entry.1
    }
}

fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

/// Asks what the node can do.
pub(super) fn probe(turn: &Turn, pool: Option<&str>) -> Outcome {
    let session = &turn.session;
    let info = turn.ask("ask for the host's size", |connection| connection.get_node_info())?;
    let libvirt = turn.ask("ask for libvirt's version", |connection| connection.get_lib_version())?;
    let hostname = turn.ask("ask for the host's name", |connection| connection.get_hostname())?;
    let host = turn.ask("ask for the host's abilities", |connection| connection.get_capabilities())?;
    let host = Element::parse(&host).map_err(|fault| unreadable("read the host's abilities", &fault))?;
    let acceleration_advertised = host
        .all("guest")
        .filter_map(|guest| guest.at("arch"))
        .flat_map(|arch| arch.all("domain"))
        .any(|domain| domain.attribute("type") == Some("kvm"));
    // Not every driver knows these two.
    let hypervisor_version =
        turn.ask("ask for the hypervisor's version", |connection| connection.get_hyp_version()).ok().map(version_text);
    let memory_free_bytes = turn.ask("ask for free memory", |connection| connection.get_free_memory()).ok();
    let storage = match pool {
        Some(pool) => pool_space(turn, pool)?.map(|(total_bytes, free_bytes)| StorageSpace { total_bytes, free_bytes }),
        None => None,
    };
    Ok(Report::Capabilities(Box::new(Capabilities {
        hypervisor: session.hypervisor,
        driver: session.driver.clone(),
        hypervisor_version,
        libvirt_version: version_text(libvirt),
        hostname,
        architecture: host.text_at("host/cpu/arch").map(str::to_owned),
        host_cpus: info.cpus,
        memory_bytes: info.memory.saturating_mul(1024),
        memory_free_bytes,
        storage,
        acceleration_advertised,
        supports: session.supports.clone(),
    })))
}

/// libvirt packs versions as millions, thousands and units.
fn version_text(packed: u32) -> String {
    format!("{}.{}.{}", packed / 1_000_000, packed / 1_000 % 1_000, packed % 1_000)
}

fn pool_space(turn: &Turn, pool: &str) -> Result<Option<(u64, u64)>, NodeError> {
    let Some(pool) = storage::find_pool(turn, pool)? else {
        return Ok(None);
    };
    if !turn.ask("look at the pool", |_| pool.is_active())? {
        return Ok(None);
    }
    let info = turn.ask("ask for the pool's size", |_| pool.get_info())?;
    Ok(Some((info.capacity, info.available)))
}

/// Looks at one guest.
pub(super) fn guest(turn: &Turn, memory: &Memory, guest: &GuestRef) -> Result<Observed, NodeError> {
    let now = now_us();
    match find(turn, guest)? {
        None => Ok(absent(memory, guest, now)),
        Some(domain) => match look(turn, memory, &domain, guest, now, None)? {
            Some(seen) => Ok(seen),
            // It went away between finding and looking.
            None => Ok(absent(memory, guest, now)),
        },
    }
}

fn absent(memory: &Memory, guest: &GuestRef, now: u64) -> Observed {
    Observed {
        guest: guest.clone(),
        state: GuestState::Absent,
        reason: 0,
        since_us: memory.since(&guest.uuid, GuestState::Absent, now),
        seen_us: now,
        facts: None,
        counters: None,
        change_awaits_restart: false,
        left_out: Vec::new(),
        changed: false,
    }
}

/// Finds the guest's domain. Name and UUID must agree.
pub(super) fn find(turn: &Turn, guest: &GuestRef) -> Result<Option<Domain>, NodeError> {
    let found = turn.find("find the guest", |connection| Domain::lookup_by_uuid_string(connection, &guest.uuid))?;
    let Some(domain) = found else {
        return Ok(None);
    };
    let name = turn.ask("read the guest's name", |_| domain.get_name())?;
    if name == guest.name {
        Ok(Some(domain))
    } else {
        Err(NodeError::Conflict { name, reason: format!("its UUID is that of {}", guest.name) })
    }
}

/// The state that libvirt reports, with its reason.
pub(super) fn state_of(turn: &Turn, domain: &Domain) -> Result<(GuestState, i32), NodeError> {
    let (state, reason) = turn.ask("ask for the guest's state", |_| domain.get_state())?;
    let state = match state {
        sys::VIR_DOMAIN_RUNNING | sys::VIR_DOMAIN_BLOCKED | sys::VIR_DOMAIN_SHUTDOWN => GuestState::Running,
        sys::VIR_DOMAIN_PAUSED | sys::VIR_DOMAIN_PMSUSPENDED => GuestState::Paused,
        sys::VIR_DOMAIN_SHUTOFF => GuestState::ShutOff,
        sys::VIR_DOMAIN_CRASHED => GuestState::Crashed,
        _ => GuestState::Unknown,
    };
    Ok((state, reason))
}

/// The definition in force, or the stored one.
pub(super) fn facts_of(turn: &Turn, domain: &Domain, stored: bool) -> Result<DomainFacts, NodeError> {
    let flags = if stored { sys::VIR_DOMAIN_XML_INACTIVE } else { 0 };
    let document = turn.ask("read the guest's definition", |_| domain.get_xml_desc(flags))?;
    domain_facts(&document).map_err(|fault| unreadable("read the guest's definition", &fault))
}

fn look(
    turn: &Turn,
    memory: &Memory,
    domain: &Domain,
    guest: &GuestRef,
    now: u64,
    counted: Option<&HashMap<String, Counters>>,
) -> Result<Option<Observed>, NodeError> {
    let gathered = (|| {
        let (state, reason) = state_of(turn, domain)?;
        let facts = facts_of(turn, domain, false)?;
        let runs = matches!(state, GuestState::Running | GuestState::Paused);
        let change_awaits_restart = runs && {
            let stored = facts_of(turn, domain, true)?;
            stored.mark != facts.mark
        };
        Ok((state, reason, facts, runs, change_awaits_restart))
    })();
    let (state, reason, facts, runs, change_awaits_restart) = match gathered {
        Ok(gathered) => gathered,
        Err(refusal) => {
            // A guest that ends while being looked at is absent, not broken.
            return match find(turn, guest)? {
                None => Ok(None),
                Some(_) => Err(refusal),
            };
        }
    };
    let counters = match counted {
        _ if !runs => None,
        // Left out of the one answer for all: busy, and not worth waiting for.
        Some(all) => all.get(&guest.uuid).cloned(),
        None => Some(counters::of_domain(turn, domain, &facts)),
    };
    Ok(Some(Observed {
        guest: guest.clone(),
        state,
        reason,
        since_us: memory.since(&guest.uuid, state, now),
        seen_us: now,
        facts: Some(facts),
        counters,
        change_awaits_restart,
        left_out: Vec::new(),
        changed: false,
    }))
}

/// Looks at everything.
pub(super) fn all(turn: &Turn, memory: &Memory, pool: Option<&str>) -> Outcome {
    let mut inventory = Inventory::default();
    let domains = turn.ask("list all guests", |connection| connection.list_all_domains(0))?;
    let counted = if turn.can(Capability::BulkCounters) { Some(bulk::all(turn)?) } else { None };
    for domain in &domains {
        turn.still_wanted("look at all guests")?;
        let (uuid, name) = turn.ask("read a guest's name", |_| Ok((domain.get_uuid_string()?, domain.get_name()?)))?;
        let guest = GuestRef { uuid, name, adopted: false };
        let Some(seen) = look(turn, memory, domain, &guest, now_us(), counted.as_ref())? else {
            continue;
        };
        match &seen.facts {
            Some(facts) if facts.mark.is_none() => {
                inventory.strangers.push(StrangerFacts {
                    guest,
                    state: seen.state,
                    reason: seen.reason,
                    facts: facts.clone(),
                    counters: seen.counters.clone(),
                });
            }
            _ => inventory.guests.push(seen),
        }
    }
    inventory.guests.sort_by(|a, b| a.guest.name.cmp(&b.guest.name));
    inventory.strangers.sort_by(|a, b| a.guest.name.cmp(&b.guest.name));
    if let Some(name) = pool {
        inventory.pool_bytes = pool_space(turn, name)?;
        if let Some(pool) = storage::find_pool(turn, name)? {
            inventory.volumes = list_volumes(turn, &pool)?;
        }
    }
    Ok(Report::Inventory(Box::new(inventory)))
}

fn list_volumes(turn: &Turn, pool: &StoragePool) -> Result<Vec<crate::observed::VolumeFacts>, NodeError> {
    if !turn.ask("look at the pool", |_| pool.is_active())? {
        return Ok(Vec::new());
    }
    let volumes = turn.ask("list the volumes", |_| pool.list_all_volumes(0))?;
    let mut facts = Vec::with_capacity(volumes.len());
    for volume in &volumes {
        match storage::volume_facts(turn, volume) {
            Ok(seen) => facts.push(seen),
            Err(refusal) => {
                // A volume may be deleted between listing and looking; anything else would make
                // the list incomplete, and an incomplete list reads like absence.
                let name = turn.ask("read a volume's name", |_| volume.get_name())?;
                if storage::find_volume(turn, pool, &name)?.is_some() {
                    return Err(refusal);
                }
            }
        }
    }
    facts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(facts)
}
