//! What several files and answers say of the same guests, nodes and users, put together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::guests::emit::Emitter;
use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::set_memory;
use super::config::{self, Keys, Sort};
use crate::snapshot::{Guest, Login, Server, Staff};
use crate::{Gap, GapKind, Kind, Refusal};

/// Who keeps what the new place has no use for.
pub(super) const SPARED: &str = "kept by Proxmox, not needed";

/// One guest while it is put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) guest: Guest,
    pub(super) left: Leftovers,
    place: String,
    sort: Option<Sort>,
    keys: Option<Keys>,
    /// Memory and processors as a list or state tells them, where there is no configuration.
    pub(super) told_memory: Option<u64>,
    pub(super) told_vcpus: Option<u32>,
    /// Bytes of volumes by their name, from the lists of storages.
    pub(super) has_status: bool,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Estate {
    guests: BTreeMap<String, Draft>,
    pub(super) servers: BTreeMap<String, (String, Server)>,
    pub(super) logins: Vec<(String, Login)>,
    pub(super) staff: Vec<(String, Staff)>,
    pub(super) facts: Vec<(String, String)>,
    pub(super) volumes: BTreeMap<String, (u64, Option<String>)>,
}

impl Estate {
    /// The guest of an identifier, made when it is first met.
    pub(super) fn guest(&mut self, id: &str, place: &str, sort: Option<Sort>) -> &mut Draft {
        let draft = self.guests.entry(id.to_owned()).or_default();
        if draft.place.is_empty() {
            place.clone_into(&mut draft.place);
            id.clone_into(&mut draft.guest.id);
        }
        draft.sort = draft.sort.or(sort);
        draft
    }

    /// Gives a guest its configuration; the first that is met counts.
    pub(super) fn configure(&mut self, id: &str, place: &str, sort: Option<Sort>, keys: Keys) -> Result<(), Gap> {
        let draft = self.guest(id, place, sort);
        if draft.keys.is_some() {
            let reason = "a configuration of this guest was read before; the first was taken";
            return Err(Gap::new(GapKind::Duplicate, place, reason).of(Kind::Guest, id));
        }
        place.clone_into(&mut draft.place);
        draft.keys = Some(keys);
        Ok(())
    }

    /// Hands everything over.
    pub(super) fn emit(self, out: &mut Emitter<'_>) -> Result<(), Refusal> {
        for (name, value) in &self.facts {
            out.fact(name, value)?;
        }
        let names: Vec<String> = self.servers.keys().cloned().collect();
        let mut unused: BTreeSet<String> = self.volumes.keys().cloned().collect();
        for (place, server) in self.servers.into_values() {
            out.record(&place, server)?;
        }
        for (place, staff) in self.staff {
            out.record(&place, staff)?;
        }
        for (place, login) in self.logins {
            out.record(&place, login)?;
        }
        for draft in self.guests.into_values() {
            let Draft { mut guest, mut left, place, sort, keys, told_memory, told_vcpus, .. } = draft;
            match keys {
                Some(keys) => {
                    let sort = sort.unwrap_or_else(|| config::sort_of(&keys));
                    config::fill(&mut guest, sort, keys, &mut left);
                }
                None => {
                    let reason = "no configuration of this guest was given: disks, interfaces and uuid are not known";
                    left.lose("config", reason);
                    set_memory(&mut guest, told_memory, None);
                    guest.vcpus = told_vcpus;
                    config::fill_without_keys(&mut guest, sort);
                }
            }
            for disk in &mut guest.disks {
                let (Some(pool), Some(source)) = (&disk.pool, &disk.source) else { continue };
                let volume = format!("{pool}:{source}");
                unused.remove(&volume);
                if let Some((bytes, format)) = self.volumes.get(&volume) {
                    disk.size_bytes = disk.size_bytes.or(Some(*bytes));
                    disk.format = disk.format.take().or_else(|| format.clone());
                }
            }
            // A name that went through a file name may have lost its dashes.
            if let Some(server) = guest.server.take() {
                let same = names.iter().find(|name| bare(name) == bare(&server));
                guest.server = Some(same.cloned().unwrap_or(server));
            }
            if guest.name.is_empty() {
                // As the source shows guests without a name.
                guest.name = format!("{} {}", if sort == Some(Sort::Container) { "CT" } else { "VM" }, guest.id);
            }
            guest.owner = guest.owner.take().or_else(|| config::owner_of_tags(&left_extra(&mut left, &mut guest)));
            for one in guest.extra.iter().filter(|one| one.name.starts_with("unused")) {
                unused.remove(&one.value);
            }
            out.guest(&place, guest, left, SPARED)?;
        }
        if !unused.is_empty() {
            let names: Vec<String> = unused.iter().take(20).cloned().collect();
            let reason = format!("volumes that no configuration names: {}", names.join(", "));
            let count = u64::try_from(unused.len()).unwrap_or(u64::MAX);
            out.gap(Gap::new(GapKind::Dangling, "storage content", reason).field("volid").times(count))?;
        }
        Ok(())
    }
}

/// Moves kept facts over so that tags can be looked for among them.
fn left_extra(left: &mut Leftovers, guest: &mut Guest) -> Vec<crate::snapshot::values::Extra> {
    guest.extra.append(&mut left.take_extra());
    guest.extra.clone()
}

fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}
