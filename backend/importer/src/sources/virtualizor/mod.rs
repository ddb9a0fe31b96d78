//! Virtualizor, from a dump of its database.
//!
//! Known of it are the tables `vps`, `disks`, `ips`, `users`, `servers`, `plans` and
//! `user_plans`, and only some of their columns; all other columns are kept as extras. It keeps
//! no money: a guest is joined to a subscription where a billing system names its `vpsid`.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::Input;
use super::tables::{self, Aside, Fate, Fields, IdSet, Out, Reader};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Extra, Password, PasswordScheme};
use crate::snapshot::{
    Disk, GapKind, Guest, GuestState, Hypervisor, Kind, Login, LoginGrant, Nic, Party, Product, ProductClass, Server,
    Sink,
};

/// Reads dumps, or folders of them.
///
/// # Errors
/// A refusal of the whole; what could be read was delivered before.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    tables::read(input, &mut Virtualizor::default(), sink)
}

#[derive(Default)]
struct Virtualizor {
    users: IdSet,
    servers: IdSet,
    /// Guests by uuid: disks name them so.
    uuids: HashMap<String, String>,
    disks: Aside,
    addresses: Aside,
}

/// Bytes of so many of this unit; Virtualizor's own default is GB.
fn bytes(size: &str, unit: &str) -> Option<u64> {
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "B" | "BYTES" => 0,
        "K" | "KB" => 10,
        "M" | "MB" => 20,
        "" | "G" | "GB" => 30,
        "T" | "TB" => 40,
        _ => return None,
    };
    let size: u64 = size.trim().split('.').next()?.parse().ok()?;
    size.checked_mul(1u64.checked_shl(shift)?)
}

fn hypervisor(kind: &str) -> (Hypervisor, Option<String>) {
    let container = || Some("a container shares the kernel of its host".to_owned());
    match kind.trim().to_ascii_lowercase().as_str() {
        "kvm" | "proxk" | "vzk" => (Hypervisor::Kvm, None),
        "xen" => (Hypervisor::XenPv, None),
        "xcp" | "xenhvm" | "xcphvm" => (Hypervisor::XenHvm, None),
        "openvz" | "vzo" | "proxo" => (Hypervisor::Openvz, container()),
        "lxc" | "proxl" => (Hypervisor::Lxc, container()),
        _ => (Hypervisor::Other, None),
    }
}

impl Reader for Virtualizor {
    const SOURCE: &'static str = "Virtualizor";
    const MARKS: &'static [&'static str] = &["vps", "disks", "ips"];

    fn look(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        let mut f = Fields::of(row, Kind::Guest);
        match row.header.table.as_str() {
            "users" => drop(self.users.insert(&f.string("uid"))),
            "servers" => drop(self.servers.insert(&f.string("serid"))),
            "vps" => {
                if let Some(uuid) = f.text("uuid") {
                    self.uuids.insert(uuid.to_ascii_lowercase(), f.string("vpsid"));
                }
            }
            "disks" => {
                let owner = f.string("vps_uuid").to_ascii_lowercase();
                let facts = ["path", "size", "size_unit", "primary", "type", "format", "disk_driver", "did"];
                let facts = facts.map(|column| f.string(column));
                f.known(&["disk_uuid", "st_uuid"]);
                self.disks.put(&owner, &facts)?;
                out.joined(f);
            }
            "ips" => {
                let address = f.text("ip").or_else(|| f.text("ipv6")).unwrap_or_default();
                let facts = [address, f.string("ipr_netmask"), f.string("primary")];
                match f.reference("vpsid") {
                    Some(guest) => self.addresses.put(&guest, &facts)?,
                    None => return Ok(()),
                }
                f.known(&["ipid", "ipv6"]);
                out.joined(f);
            }
            _ => {}
        }
        Ok(())
    }

    fn looked(&mut self, _out: &mut Out<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn take(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        match row.header.table.as_str() {
            "vps" => self.guest(row, out),
            "users" => user(row, out),
            "servers" => server(row, out),
            "plans" => plan(row, out, "plid", "plan_name", ""),
            "user_plans" => plan(row, out, "uplid", "plan_name", "user-plan-"),
            "disks" => Ok(Fate::Joined),
            "ips" => {
                let mut f = Fields::with_id(row, Kind::Guest, "ipid");
                if f.reference("vpsid").is_some() {
                    return Ok(Fate::Joined);
                }
                Ok(out.skip(&f, "a free address: there is nothing to move"))
            }
            _ => Ok(Fate::Unread),
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        for (table, aside) in [("disks", &mut self.disks), ("ips", &mut self.addresses)] {
            for (owner, count) in aside.left()? {
                let count = u64::try_from(count).unwrap_or(0);
                let reason = "rows of a guest that is not there";
                out.told.thing(GapKind::Dangling, table, Kind::Guest, &owner, reason, count);
            }
        }
        Ok(())
    }
}

impl Virtualizor {
    fn guest(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Guest, "vpsid");
        let id = f.id().to_owned();
        let uuid = f.text("uuid").map(|uuid| uuid.trim().to_ascii_lowercase());
        if uuid.as_ref().is_some_and(|uuid| self.uuids.get(uuid).is_some_and(|other| *other != id)) {
            f.gap(GapKind::Duplicate, "uuid", "two guests of one uuid; the disks went to the first that asked");
        }
        let party = f.reference("uid");
        if party.as_ref().is_some_and(|party| !self.users.contains(party)) {
            f.gap(GapKind::Dangling, "uid", "there is no such user");
        }
        let server = f.reference("serid");
        if !self.servers.is_empty() && server.as_ref().is_some_and(|server| !self.servers.contains(server)) {
            f.gap(GapKind::Dangling, "serid", "there is no such server");
        }
        let word = f.text("virt").or_else(|| f.text("type")).unwrap_or_default();
        let (hypervisor, cannot_run) = hypervisor(&word);
        let mut disks = Vec::new();
        if let Some(uuid) = &uuid {
            for facts in self.disks.take(uuid)? {
                let [path, size, unit, _, source_kind, format, bus, _] = facts.as_slice() else { continue };
                let size_bytes = bytes(size, unit);
                if size_bytes.is_none() {
                    f.gap(GapKind::FactLost, "disks.size", "a size in a unit that is not known");
                }
                let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
                disks.push(Disk {
                    source_kind: some(source_kind),
                    source: some(path),
                    format: some(format),
                    bus: some(bus),
                    size_bytes,
                    ..Disk::default()
                });
            }
        }
        if disks.is_empty() {
            f.gap(GapKind::Dangling, "disks", "no disk names this guest; its space is kept as an extra");
        }
        let mut addresses = self.addresses.take(&id)?;
        addresses.sort_by_key(|facts| facts.get(2).is_none_or(|primary| primary != "1"));
        let addresses: Vec<String> = addresses.into_iter().filter_map(|facts| facts.into_iter().next()).collect();
        let memory = f.count("ram").and_then(|mb| mb.checked_mul(1 << 20));
        let hostname = f.text("hostname");
        let suspended = f.text("suspended").filter(|word| word != "0");
        if let Some(word) = suspended {
            f.keep("suspended", word);
        }
        f.keep("virt", word);
        let mac = f.text("mac").map(|mac| mac.trim().to_ascii_lowercase());
        let nics = mac.map(|mac| Nic { mac: Some(mac), addresses: addresses.clone(), ..Nic::default() });
        let guest = Guest {
            name: f.text("vps_name").or_else(|| hostname.clone()).unwrap_or_else(|| format!("vps {id}")),
            id,
            uuid,
            party,
            server,
            hostname,
            hypervisor,
            state: GuestState::Unknown,
            vcpus: f.count("cores").and_then(|cores| u32::try_from(cores).ok()).filter(|cores| *cores > 0),
            memory_bytes: memory,
            swap_bytes: f.count("swap").filter(|mb| *mb > 0).and_then(|mb| mb.checked_mul(1 << 20)),
            os: f.text("os_name"),
            disks,
            addresses: if nics.is_some() { Vec::new() } else { addresses },
            nics: nics.into_iter().collect(),
            graphics_password: f.secret("vnc_passwd"),
            cannot_run,
            extra: {
                f.lost("root", "the password of root lives in the guest");
                f.rest()
            },
            ..Guest::default()
        };
        out.record(f, guest)
    }
}

fn user(row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
    let mut f = Fields::with_id(row, Kind::Party, "uid");
    let id = f.id().to_owned();
    let email = f.text("email");
    f.lost("api_key", "keys of the source are not used");
    f.lost("api_pass", "keys of the source are not used");
    if let Some(hash) = f.text("password") {
        f.gap(GapKind::FactLost, "password", "kept in a form that is not documented; a new one is needed");
        let login = Login {
            id: id.clone(),
            email: email.clone(),
            password: Some(Password {
                scheme: PasswordScheme::Unknown,
                value: crate::snapshot::values::Secret(hash),
                is_locked: false,
            }),
            grants: vec![LoginGrant { party: id.clone(), is_owner: true, permissions: Vec::new() }],
            ..Login::default()
        };
        out.made(login)?;
    }
    f.known(&["salt"]);
    let party = Party {
        name: email.clone().unwrap_or_else(|| format!("user {id}")),
        id,
        email,
        extra: f.rest(),
        ..Party::default()
    };
    out.record(f, party)
}

fn server(row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
    let mut f = Fields::with_id(row, Kind::Server, "serid");
    f.lost("pass", "the source's own key; nodes get their own");
    let server = Server {
        id: f.id().to_owned(),
        name: f.text("server_name").unwrap_or_else(|| format!("server {}", f.id())),
        address: f.text("ip"),
        kind: f.text("virt"),
        is_active: true,
        extra: f.rest(),
        ..Server::default()
    };
    out.record(f, server)
}

fn plan(row: &Row, out: &mut Out<'_>, id: &str, name: &str, prefix: &str) -> Result<Fate, Refusal> {
    let mut f = Fields::with_id(row, Kind::Product, id).prefixed(prefix);
    let mut limits = Vec::new();
    for column in ["space", "ram", "swap", "cores", "bandwidth", "network_speed"] {
        limits.extend(f.text(column).map(|value| Extra { name: column.to_owned(), value }));
    }
    let product = Product {
        id: f.id().to_owned(),
        name: f.text(name).unwrap_or_else(|| format!("plan {}", f.id())),
        class: ProductClass::Server,
        limits,
        extra: f.rest(),
        ..Product::default()
    };
    out.record(f, product)
}
