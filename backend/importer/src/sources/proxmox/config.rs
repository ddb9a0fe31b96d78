//! One guest's configuration, whether from a file or an answer: a flat map of keys to
//! strings, of which many are lists of options themselves.

use std::collections::BTreeMap;

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{CONTAINER, MIB, address, is_device, mac, set_memory, set_vcpus, size, uuid};
use crate::snapshot::values::Extra;
use crate::snapshot::{Boot, Disk, DiskKind, Guest, Hypervisor, Nic};

/// A virtual machine or a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Machine,
    Container,
}

/// Keys of the current configuration.
pub(super) type Keys = BTreeMap<String, String>;

/// Keys that say nothing of identity, resources, disks or networks.
const SPARED: &[&str] = &[
    "acpi",
    "audio0",
    "digest",
    "freeze",
    "keyboard",
    "localtime",
    "rng0",
    "scsihw",
    "smm",
    "spice_enhancements",
    "startdate",
    "tablet",
    "tdf",
    "vmgenid",
    "watchdog",
    "cmode",
    "console",
    "tty",
    "vmstatestorage",
    "machine_deps",
];

/// Keys by which one may tell a container from a machine.
const OF_CONTAINERS: &[&str] = &["rootfs", "hostname", "unprivileged", "swap", "mp0", "features"];

/// What kind of guest a configuration is of, where nothing else says it.
pub(super) fn sort_of(keys: &Keys) -> Sort {
    let is_container =
        OF_CONTAINERS.iter().any(|key| keys.contains_key(*key)) || keys.keys().any(|key| key.starts_with("lxc."));
    if is_container { Sort::Container } else { Sort::Machine }
}

/// Fills a guest with what its configuration says.
pub(super) fn fill(guest: &mut Guest, sort: Sort, mut keys: Keys, left: &mut Leftovers) {
    guest.hypervisor = match (sort, keys.remove("kvm").as_deref()) {
        (Sort::Container, _) => Hypervisor::Lxc,
        (Sort::Machine, Some("0")) => Hypervisor::Qemu,
        (Sort::Machine, _) => Hypervisor::Kvm,
    };
    if sort == Sort::Container {
        guest.cannot_run = Some(CONTAINER.to_owned());
    }
    if let Some(name) = keys.remove("name").or_else(|| keys.get("hostname").cloned()) {
        guest.name = name;
    }
    guest.hostname = keys.remove("hostname").or_else(|| guest.hostname.take());
    if let Some(text) = keys.remove("description") {
        guest.description = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    identity(guest, &mut keys, left);
    resources(guest, sort, &mut keys, left);
    guest.os = keys.remove("ostype").or_else(|| guest.os.take());
    guest.architecture = keys.remove("arch").map(|arch| if arch == "amd64" { "x86_64".to_owned() } else { arch });
    machine(guest, &mut keys, left);
    if keys.remove("onboot").as_deref() == Some("1") {
        guest.starts_with_host = true;
    }
    guest.is_template |= keys.remove("template").as_deref() == Some("1");
    if let Some(lock) = keys.remove("lock").filter(|lock| !lock.is_empty()) {
        guest.is_locked = true;
        left.keep("lock", &lock);
    }
    drives(guest, sort, &mut keys, left);
    nics(guest, &mut keys, left);
    boot(guest, &mut keys, left);
    screen(guest, &mut keys, left);
    for (key, value) in take_indexed(&mut keys, &["hostpci", "usb"]) {
        let what = options(&value)
            .into_iter()
            .next()
            .map(|(name, value)| if name.is_empty() { value } else { format!("{name}={value}") });
        let kind = if key.starts_with("hostpci") { "pci" } else { "usb" };
        guest.passed_through.push(format!("{kind} {}", what.unwrap_or_default()));
        left.keep(&key, &value);
    }
    rest(keys, left);
}

fn identity(guest: &mut Guest, keys: &mut Keys, left: &mut Leftovers) {
    let Some(written) = keys.remove("smbios1") else { return };
    for (name, value) in options(&written) {
        match name.as_str() {
            "uuid" => {
                guest.uuid = uuid(&value);
                if guest.uuid.is_none() {
                    left.change("smbios1", "it is no uuid and is left out");
                    left.keep("smbios1/uuid", &value);
                }
            }
            "base64" => {}
            _ => left.keep(&format!("smbios1/{name}"), &value),
        }
    }
}

fn resources(guest: &mut Guest, sort: Sort, keys: &mut Keys, left: &mut Leftovers) {
    let mut number = |name: &str, left: &mut Leftovers| {
        let text = keys.remove(name).filter(|text| !text.trim().is_empty())?;
        // Newer versions write `current=4096`.
        let text = text.trim().strip_prefix("current=").map_or(text.trim().to_owned(), str::to_owned);
        let number = text.parse::<u64>().ok();
        if number.is_none() {
            left.change(name, "it is no whole number and is left out");
            left.keep(name, &text);
        }
        number
    };
    // What the source takes where a key is absent.
    let memory = number("memory", left).unwrap_or(512).checked_mul(MIB);
    set_memory(guest, memory, None);
    if sort == Sort::Container {
        guest.swap_bytes = number("swap", left).unwrap_or(512).checked_mul(MIB);
        let cores = number("cores", left).and_then(|cores| u32::try_from(cores).ok());
        set_vcpus(guest, cores, None);
        return;
    }
    let cores = number("cores", left).unwrap_or(1);
    let sockets = number("sockets", left).unwrap_or(1);
    let most = cores.checked_mul(sockets).and_then(|most| u32::try_from(most).ok());
    let used = number("vcpus", left).and_then(|used| u32::try_from(used).ok()).filter(|used| *used > 0);
    if most.is_none() {
        left.change("cores", "the number of processors is not believable and is left out");
    }
    set_vcpus(guest, used.or(most), most);
}

fn machine(guest: &mut Guest, keys: &mut Keys, left: &mut Leftovers) {
    if let Some(written) = keys.remove("machine") {
        let mut words = options(&written).into_iter();
        guest.machine = words
            .next()
            .map(|(name, value)| if name.is_empty() || name == "type" { value } else { format!("{name}={value}") });
        for (name, value) in words {
            left.keep(&format!("machine/{name}"), &value);
        }
    }
    guest.firmware = keys.remove("bios").map(|bios| match bios.as_str() {
        "ovmf" => "efi".to_owned(),
        "seabios" => "bios".to_owned(),
        _ => bios,
    });
}

/// A comma list of `name=value`; a word without a name has an empty one.
pub(super) fn options(text: &str) -> Vec<(String, String)> {
    let split = |item: &str| match item.split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), value.trim().to_owned()),
        None => (String::new(), item.trim().to_owned()),
    };
    text.split(',').filter(|item| !item.trim().is_empty()).map(split).collect()
}

/// Takes keys that are one of these words and a number, in the order of their numbers.
fn take_indexed(keys: &mut Keys, words: &[&str]) -> Vec<(String, String)> {
    let index = |key: &str| {
        let at = words.iter().position(|word| {
            key.strip_prefix(word)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        })?;
        let digits = key.get(words.get(at)?.len()..)?;
        Some((at, digits.parse::<u64>().ok()?))
    };
    let mut found: Vec<((usize, u64), String)> =
        keys.keys().filter_map(|key| index(key).map(|index| (index, key.clone()))).collect();
    found.sort();
    found.into_iter().filter_map(|(_, key)| keys.remove_entry(&key)).collect()
}

fn drives(guest: &mut Guest, sort: Sort, keys: &mut Keys, left: &mut Leftovers) {
    let mut found = Vec::new();
    if sort == Sort::Container {
        found.extend(keys.remove_entry("rootfs"));
        found.extend(take_indexed(keys, &["mp"]));
    } else {
        found.extend(take_indexed(keys, &["virtio", "scsi", "sata", "ide", "efidisk", "tpmstate"]));
    }
    for (key, value) in found {
        let disk = drive(&key, &value, sort, left);
        if key.starts_with("tpmstate") {
            left.lose(&key, "a TPM keeps keys; its state is one of the disks");
        }
        guest.disks.push(disk);
    }
}

fn drive(key: &str, written: &str, sort: Sort, left: &mut Leftovers) -> Disk {
    let mut disk = Disk { target: Some(key.to_owned()), ..Disk::default() };
    let word: String = key.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    disk.bus = (sort == Sort::Machine).then_some(match word.as_str() {
        "efidisk" => "pflash".to_owned(),
        "tpmstate" => "tpm".to_owned(),
        _ => word,
    });
    for (index, (name, value)) in options(written).into_iter().enumerate() {
        match name.as_str() {
            "" if index == 0 => source(&mut disk, &value),
            "file" | "volume" => source(&mut disk, &value),
            "media" => {
                if value == "cdrom" {
                    disk.kind = DiskKind::Cdrom;
                }
            }
            "format" => disk.format = Some(value),
            "size" => {
                disk.size_bytes = size(&value, 1);
                if disk.size_bytes.is_none() {
                    left.change(key, "the size is not one and is left out");
                    left.keep(&format!("{key}/size"), &value);
                }
            }
            "ro" => disk.is_read_only = value == "1",
            "shared" | "shared_disk" => disk.is_shared = value == "1",
            "" => left.keep(key, &value),
            _ => left.keep(&format!("{key}/{name}"), &value),
        }
    }
    disk.is_read_only |= disk.kind == DiskKind::Cdrom;
    disk
}

/// `store:volume`, a path on the host, or nothing in the drive.
fn source(disk: &mut Disk, written: &str) {
    match written {
        "" | "none" => {}
        // The host's own drive.
        "cdrom" => {
            disk.source = Some("cdrom".to_owned());
            disk.source_kind = Some("block".to_owned());
            disk.kind = DiskKind::Cdrom;
        }
        path if path.starts_with('/') => {
            disk.source_kind = Some(if is_device(path) { "block" } else { "file" }.to_owned());
            disk.source = Some(path.to_owned());
        }
        volume => match volume.split_once(':') {
            Some((store, name)) => {
                disk.source_kind = Some("volume".to_owned());
                disk.pool = Some(store.to_owned());
                disk.source = Some(name.to_owned());
                let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
                disk.format =
                    ending.filter(|ending| ["raw", "qcow2", "vmdk", "qcow", "qed"].contains(&ending.as_str()));
                if name.ends_with(".iso") {
                    disk.kind = DiskKind::Cdrom;
                    disk.format = Some("raw".to_owned());
                }
            }
            None => disk.source = Some(volume.to_owned()),
        },
    }
}

fn nics(guest: &mut Guest, keys: &mut Keys, left: &mut Leftovers) {
    for (key, value) in take_indexed(keys, &["net"]) {
        let mut nic = Nic { kind: Some("user".to_owned()), ..Nic::default() };
        for (name, value) in options(&value) {
            match name.as_str() {
                "model" => nic.model = Some(value),
                "macaddr" | "hwaddr" => set_mac(&mut nic, &key, &value, left),
                "bridge" => {
                    nic.kind = Some("bridge".to_owned());
                    nic.source = Some(value);
                }
                "tag" => match value.parse() {
                    Ok(tag) => nic.vlan = Some(tag),
                    Err(_) => left.keep(&format!("{key}/tag"), &value),
                },
                // The source counts in megabytes.
                "rate" => nic.rate = Some(format!("{value} MB/s")),
                "firewall" => nic.is_firewalled = value == "1",
                "ip" | "ip6" => push_address(&mut nic, &key, &name, &value, left),
                "gw" | "gw6" => push_gateway(&mut nic, &key, &name, value, left),
                "" => left.keep(&key, &value),
                // The model stands in front of the address.
                _ if mac(&value).is_some() => {
                    nic.model = Some(name);
                    nic.mac = mac(&value);
                }
                _ => left.keep(&format!("{key}/{name}"), &value),
            }
        }
        let own = key.replace("net", "ipconfig");
        if let Some(value) = keys.remove(&own) {
            for (name, value) in options(&value) {
                match name.as_str() {
                    "ip" | "ip6" => push_address(&mut nic, &key, &name, &value, left),
                    "gw" | "gw6" => push_gateway(&mut nic, &key, &name, value, left),
                    _ => left.keep(&format!("{own}/{name}"), &value),
                }
            }
        }
        guest.nics.push(nic);
    }
    for (key, value) in take_indexed(keys, &["ipconfig"]) {
        left.note(crate::GapKind::Dangling, &key, "addresses for an interface that is not there");
        left.keep(&key, &value);
    }
}

fn set_mac(nic: &mut Nic, key: &str, value: &str, left: &mut Leftovers) {
    nic.mac = mac(value);
    if nic.mac.is_none() {
        left.change(key, "it is no MAC address and is left out");
        left.keep(&format!("{key}/mac"), value);
    }
}

fn push_address(nic: &mut Nic, key: &str, name: &str, value: &str, left: &mut Leftovers) {
    match address(value) {
        Some(address) => nic.addresses.push(address),
        // `dhcp`, `auto` and `manual` are no addresses.
        None => left.keep(&format!("{key}/{name}"), value),
    }
}

fn push_gateway(nic: &mut Nic, key: &str, name: &str, value: String, left: &mut Leftovers) {
    if nic.gateway.is_none() {
        nic.gateway = Some(value);
    } else {
        left.keep(&format!("{key}/{name}"), &value);
    }
}

fn boot(guest: &mut Guest, keys: &mut Keys, left: &mut Leftovers) {
    let Some(written) = keys.remove("boot") else { return };
    let first = match written.trim().strip_prefix("order=") {
        Some(order) => order.split(';').next().unwrap_or_default().to_owned(),
        None => written.trim().chars().next().map(String::from).unwrap_or_default(),
    };
    let is_cd = |name: &str| {
        guest.disks.iter().any(|disk| disk.target.as_deref() == Some(name) && disk.kind == DiskKind::Cdrom)
    };
    guest.boot = match first.as_str() {
        "d" => Boot::Cdrom,
        "n" => Boot::Network,
        name if name.starts_with("net") => Boot::Network,
        name if is_cd(name) => Boot::Cdrom,
        _ => Boot::Disk,
    };
    if !written.trim().is_empty() {
        left.keep("boot", &written);
    }
}

fn screen(guest: &mut Guest, keys: &mut Keys, left: &mut Leftovers) {
    if let Some(vga) = keys.remove("vga") {
        let kind = options(&vga).into_iter().next().map(|(_, value)| value).unwrap_or_default();
        guest.graphics = match kind.as_str() {
            "none" => None,
            kind if kind.starts_with("serial") => Some(kind.to_owned()),
            kind if kind.starts_with("qxl") => Some("spice".to_owned()),
            _ => Some("vnc".to_owned()),
        };
        left.keep("vga", &vga);
    }
    for (key, value) in take_indexed(keys, &["serial"]) {
        if guest.console.is_none() {
            guest.console = Some(value);
        } else {
            left.keep(&key, &value);
        }
    }
}

fn rest(mut keys: Keys, left: &mut Leftovers) {
    for (key, value) in take_indexed(&mut keys, &["unused"]) {
        left.lose("unused", "a volume belongs to the guest and is not attached; only its name is kept");
        left.keep(&key, &value);
    }
    for (key, value) in keys {
        match key.as_str() {
            "args" => {
                left.lose("args", "arguments for QEMU are not taken over");
                left.keep("args", &value);
            }
            "hookscript" => {
                left.lose("hookscript", "a script of the host is not taken over");
                left.keep("hookscript", &value);
            }
            "cipassword" => left.lose("cipassword", "the first password is already set inside the guest"),
            _ if SPARED.contains(&key.as_str()) => left.spare(&key),
            _ if value.trim().is_empty() => left.spare(&key),
            _ => left.keep(&key, &value),
        }
    }
}

/// The owner that tags name, where the source has nothing better.
pub(super) fn owner_of_tags(extra: &[Extra]) -> Option<String> {
    let tags = extra.iter().find(|one| one.name == "tags")?;
    Some(tags.value.trim().to_owned()).filter(|tags| !tags.is_empty())
}

/// What is known of a guest of which there is no configuration.
pub(super) fn fill_without_keys(guest: &mut Guest, sort: Option<Sort>) {
    match sort {
        Some(Sort::Container) => {
            guest.hypervisor = Hypervisor::Lxc;
            guest.cannot_run = Some(CONTAINER.to_owned());
        }
        Some(Sort::Machine) => guest.hypervisor = Hypervisor::Kvm,
        None => guest.hypervisor = Hypervisor::Other,
    }
}
