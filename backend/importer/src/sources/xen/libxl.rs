//! libxl's own JSON as guests: `xl list --long`, `/var/lib/xen/*.cfg.json`, or a bare configuration.

use serde_json::Value;

use super::super::guests::json::{self, Object};
use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{KIB, bus_of, identify, is_device, is_partition, set_memory, set_vcpus, uuid};
use super::{config, strings};
use crate::snapshot::values::Secret;
use crate::snapshot::{Boot, Disk, DiskKind, Guest, GuestState, Hypervisor};

/// Parts that say nothing of identity, resources, disks or networks.
const SPARED: &[&str] = &[
    "b_info/video_memkb",
    "b_info/shadow_memkb",
    "b_info/device_model_version",
    "b_info/device_model",
    "b_info/localtime",
    "b_info/rtc_timeoffset",
    "b_info/tsc_mode",
    "b_info/claim_mode",
    "hvm/pae",
    "hvm/apic",
    "hvm/acpi",
    "hvm/viridian",
    "hvm/vga/kind",
    "hvm/hpet",
    "hvm/nx",
    "hvm/timer_mode",
    "hvm/usbdevice",
    "hvm/keymap",
    "hvm/soundhw",
    "hvm/vnc/findunused",
    "hvm/sdl/enable",
    "hvm/spice/enable",
];

/// Reads one domain: with `domid` and `config`, or the configuration alone.
pub(super) fn guest(mut outer: Object, fallback: &str) -> Option<(Guest, Leftovers)> {
    let mut left = Leftovers::default();
    let mut guest = Guest::default();
    if let Some(domid) = json::take_number(&mut outer, "domid") {
        guest.state = GuestState::Running;
        left.keep("id", &domid.to_string());
    }
    let mut config = match json::take_object(&mut outer, "config") {
        Some(config) => {
            json::keep_rest(&mut left, "", outer, SPARED);
            config
        }
        None => outer,
    };
    let mut about = json::take_object(&mut config, "c_info")?;
    guest.name = json::take_text(&mut about, "name").unwrap_or_default();
    guest.uuid = json::take_text(&mut about, "uuid").and_then(|written| {
        let known = uuid(&written);
        if known.is_none() {
            left.change("uuid", "it is no uuid and is left out");
            left.keep("uuid", &written);
        }
        known
    });
    let kind = json::take_text(&mut about, "type").unwrap_or_default();
    guest.hypervisor = match kind.as_str() {
        "hvm" => Hypervisor::XenHvm,
        "pvh" => Hypervisor::XenPvh,
        "pv" => Hypervisor::XenPv,
        other => {
            left.change("c_info/type", "the kind of guest is not known");
            left.keep("c_info/type", other);
            Hypervisor::Other
        }
    };
    json::keep_rest(&mut left, "c_info", about, SPARED);

    let mut build = json::take_object(&mut config, "b_info").unwrap_or_default();
    resources(&mut build, &mut guest);
    let mut own = json::take_object(&mut build, &format!("type.{kind}")).unwrap_or_default();
    booting(&mut build, &mut own, &mut guest, &mut left);
    let mut screens = screens(&mut own, &mut left);
    console(&mut own, &mut guest);
    json::keep_rest(&mut left, &kind, own, SPARED);
    json::keep_rest(&mut left, "b_info", build, SPARED);

    for value in json::take_list(&mut config, "disks").unwrap_or_default() {
        match value {
            Value::Object(object) => guest.disks.push(disk(object, &mut left)),
            _ => left.lose("disks", "an entry that is no disk"),
        }
    }
    for value in json::take_list(&mut config, "nics").unwrap_or_default() {
        let Value::Object(mut object) = value else {
            left.lose("nics", "an entry that is no interface");
            continue;
        };
        object.remove("devid");
        rename_rate(&mut object);
        let mut words = Vec::new();
        for (key, value) in object {
            match json::text_of(&value) {
                Some(text) => words.push((key, if text == "vif_ioemu" { "ioemu".to_owned() } else { text })),
                None => left.keep(&format!("nics/{key}"), &value.to_string()),
            }
        }
        let nic = strings::interface_of(words, guest.nics.len(), guest.hypervisor, &mut left);
        guest.nics.push(nic);
    }
    for value in json::take_list(&mut config, "vfbs").unwrap_or_default() {
        let Value::Object(mut object) = value else {
            left.lose("vfbs", "an entry that is no screen");
            continue;
        };
        object.remove("devid");
        screens.extend(self::screens(&mut object, &mut left));
        json::keep_rest(&mut left, "vfb", object, SPARED);
    }
    for _ in json::take_list(&mut config, "vkbs").unwrap_or_default() {
        left.spare("vkbs");
    }
    for value in json::take_list(&mut config, "pcidevs").unwrap_or_default() {
        let Value::Object(mut object) = value else {
            left.lose("pcidevs", "an entry that is no device");
            continue;
        };
        let mut part = |name: &str| json::take_number(&mut object, name).unwrap_or_default();
        let (domain, bus, slot, function) = (part("domain"), part("bus"), part("dev"), part("func"));
        guest.passed_through.push(format!("pci {domain:04x}:{bus:02x}:{slot:02x}.{function:x}"));
        json::keep_rest(&mut left, "pcidevs", object, SPARED);
    }
    config::take_screens(screens, &mut guest, &mut left);
    if guest.name.is_empty() {
        left.change("name", "the domain has no name; it is called after its file");
    }
    identify(&mut guest, fallback);
    json::keep_rest(&mut left, "", config, SPARED);
    Some((guest, left))
}

fn resources(build: &mut Object, guest: &mut Guest) {
    let mut sized = |name: &str| json::take_number(build, name).and_then(|number| number.checked_mul(KIB));
    let most = sized("max_memkb");
    let used = sized("target_memkb");
    set_memory(guest, used, most);
    let most = json::take_number(build, "max_vcpus").and_then(|number| u32::try_from(number).ok());
    let used = json::take_list(build, "avail_vcpus").and_then(|list| u32::try_from(list.len()).ok());
    set_vcpus(guest, used.filter(|used| *used > 0).or(most).or(Some(1)), most);
}

/// Kernel and boot loader lie with the kind of guest in older versions, with all in newer ones.
fn booting(build: &mut Object, own: &mut Object, guest: &mut Guest, left: &mut Leftovers) {
    let mut text = |names: &[&str]| {
        let found: Vec<String> = names
            .iter()
            .flat_map(|name| [json::take_text(build, name), json::take_text(own, name)])
            .flatten()
            .collect();
        found.into_iter().next()
    };
    guest.kernel = text(&["kernel"]);
    guest.initrd = text(&["ramdisk"]);
    guest.command_line = text(&["cmdline"]);
    guest.bootloader = text(&["bootloader"]);
    let bios = text(&["bios"]);
    guest.firmware = text(&["system_firmware", "firmware"]).or_else(|| {
        bios.map(|bios| match bios.as_str() {
            "ovmf" => "efi".to_owned(),
            "seabios" | "rombios" => "bios".to_owned(),
            _ => bios,
        })
    });
    let order = text(&["boot"]);
    guest.boot = if guest.bootloader.is_some() {
        Boot::Bootloader
    } else if guest.kernel.is_some() {
        Boot::Kernel
    } else {
        match order.as_deref().and_then(|order| order.chars().next()) {
            Some('d') => Boot::Cdrom,
            Some('n') => Boot::Network,
            _ => Boot::Disk,
        }
    };
    if let Some(order) = order.filter(|order| order.len() > 1) {
        left.keep("boot", &order);
    }
}

fn screens(own: &mut Object, left: &mut Leftovers) -> Vec<(String, Option<Secret>)> {
    let mut screens = Vec::new();
    for kind in ["vnc", "spice", "sdl"] {
        let Some(mut about) = json::take_object(own, kind) else { continue };
        if !json::take_yes(&mut about, "enable") {
            about.remove("findunused");
            if !about.is_empty() {
                json::keep_rest(left, kind, about, SPARED);
            }
            continue;
        }
        let is_auto = about.remove("findunused").is_none_or(|value| json::is_yes(&value));
        let password = json::take_text(&mut about, "passwd").map(Secret);
        let listen = json::take_text(&mut about, "listen").or_else(|| json::take_text(&mut about, "host"));
        let display = json::take_text(&mut about, "display").filter(|_| !is_auto);
        let port = json::take_text(&mut about, "port");
        let text = match kind {
            "vnc" => config::vnc(listen.as_deref(), display.as_deref()),
            "spice" => super::super::libvirt::screen("spice", listen.as_deref(), port.as_deref(), None),
            _ => kind.to_owned(),
        };
        screens.push((text, password));
        json::keep_rest(left, kind, about, SPARED);
    }
    screens
}

fn console(own: &mut Object, guest: &mut Guest) {
    let ports = match own.remove("serial") {
        Some(one @ Value::String(_)) => vec![one],
        _ => json::take_list(own, "serial_list").unwrap_or_default(),
    };
    let port = ports.iter().filter_map(json::text_of).find(|port| port != "none");
    guest.console = port.map(|port| config::console_kind(&port));
    if guest.hypervisor != Hypervisor::XenHvm && guest.console.is_none() {
        guest.console = Some("pty".to_owned());
    }
}

fn disk(mut object: Object, left: &mut Leftovers) -> Disk {
    let mut disk = Disk { target: json::take_text(&mut object, "vdev"), ..Disk::default() };
    let name = disk.target.clone().unwrap_or_default();
    disk.bus = bus_of(&name).map(str::to_owned);
    disk.is_partition = is_partition(&name);
    let back_end = json::take_text(&mut object, "backend");
    let format = json::take_text(&mut object, "format");
    if let Some(path) = json::take_text(&mut object, "pdev_path") {
        let is_block = back_end.as_deref() == Some("phy") || is_device(&path);
        disk.source_kind = Some(if is_block { "block" } else { "file" }.to_owned());
        disk.format = format.filter(|format| format != "unknown").or_else(|| Some("raw".to_owned()));
        disk.source = Some(path);
    }
    if json::take_yes(&mut object, "is_cdrom") {
        disk.kind = DiskKind::Cdrom;
    }
    disk.is_read_only = object.remove("readwrite").is_some_and(|value| !json::is_yes(&value));
    disk.is_read_only |= disk.kind == DiskKind::Cdrom;
    if let Some(back_end) = back_end {
        left.keep(&format!("disk {name}/backend"), &back_end);
    }
    json::keep_rest(left, &format!("disk {name}"), object, &[]);
    disk
}

/// libxl counts bytes in an interval of microseconds.
fn rename_rate(object: &mut Object) {
    let Some(bytes) = json::take_number(object, "rate_bytes_per_interval") else { return };
    let micros = json::take_number(object, "rate_interval_usecs").filter(|micros| *micros > 0).unwrap_or(1_000_000);
    let per_second = u128::from(bytes).saturating_mul(1_000_000).checked_div(u128::from(micros)).unwrap_or_default();
    object.insert("rate".to_owned(), Value::String(format!("{per_second}B/s")));
}
