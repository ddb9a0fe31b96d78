//! Drives of a QEMU command line: `-drive` alone or with a `-device`, `-blockdev` chains,
//! and the old `-hda`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{host_and_port, is_device, network_source};
use super::options::Options;
use crate::snapshot::{Boot, Disk, DiskKind, Guest};

/// A drive while it is read.
#[derive(Debug, Default)]
struct Drive {
    disk: Disk,
    id: Option<String>,
    /// Where it is on its bus.
    slot: Option<u64>,
    boot: Option<u64>,
    /// Waits for a device that uses it.
    is_waiting: bool,
}

/// All drives of a command line.
#[derive(Debug, Default)]
pub(super) struct Drives {
    drives: Vec<Drive>,
    nodes: BTreeMap<String, Node>,
    controllers: u64,
}

/// One node of `-blockdev`: a file, or a format over another node.
#[derive(Debug, Default, Clone)]
struct Node {
    driver: String,
    below: Option<String>,
    backing: Option<String>,
    source: Option<(String, String)>,
    is_read_only: bool,
}

impl Drives {
    /// `-hda FILE` and its like.
    pub(super) fn simple(&mut self, option: &str, path: &str) {
        let (target, bus, kind) = match option {
            "cdrom" => ("hdc", "ide", DiskKind::Cdrom),
            "fda" | "fdb" => (option, "fdc", DiskKind::Floppy),
            "pflash" | "sd" | "mtdblock" => (option, option, DiskKind::Disk),
            _ => (option, "ide", DiskKind::Disk),
        };
        let mut disk = Disk { target: Some(target.to_owned()), bus: Some(bus.to_owned()), kind, ..Disk::default() };
        disk.is_read_only = kind == DiskKind::Cdrom;
        set_source(&mut disk, path);
        self.drives.push(Drive { disk, ..Drive::default() });
    }

    /// `-drive file=..,if=..`.
    pub(super) fn drive(&mut self, argument: &str, guest: &mut Guest, left: &mut Leftovers) {
        let mut options = Options::of(argument, "file");
        let bus = options.take("if").unwrap_or_else(|| "ide".to_owned());
        let file = options.take("file");
        if bus == "pflash" {
            // Firmware: the first holds its code, the second what it remembers.
            match (&guest.firmware, file) {
                (None, Some(file)) => guest.firmware = Some(file),
                (_, Some(file)) => left.keep("nvram", &file),
                _ => {}
            }
            options.keep("drive pflash", left);
            return;
        }
        let mut drive = Drive { id: options.take("id"), is_waiting: bus == "none", ..Drive::default() };
        drive.disk.format = options.take("format");
        drive.disk.kind = match options.take("media").as_deref() {
            Some("cdrom") => DiskKind::Cdrom,
            _ if bus == "floppy" => DiskKind::Floppy,
            _ => DiskKind::Disk,
        };
        let is_on = |word: Option<String>| word.is_some_and(|word| word == "on");
        drive.disk.is_read_only = is_on(options.take("readonly")) | is_on(options.take("read-only"));
        drive.disk.is_read_only |= drive.disk.kind == DiskKind::Cdrom;
        if let Some(file) = file {
            set_source(&mut drive.disk, &file);
        }
        let number = |options: &mut Options, name: &str| options.take(name).and_then(|text| text.parse::<u64>().ok());
        let (on_bus, unit, index) =
            (number(&mut options, "bus"), number(&mut options, "unit"), number(&mut options, "index"));
        let per_bus = if bus == "scsi" { 7 } else { 2 };
        let place = on_bus
            .unwrap_or_default()
            .checked_mul(per_bus)
            .and_then(|place| place.checked_add(unit.unwrap_or_default()));
        drive.slot = index.or_else(|| place.filter(|_| on_bus.is_some() || unit.is_some()));
        drive.disk.bus = Some(match bus.as_str() {
            "floppy" => "fdc".to_owned(),
            "none" => String::new(),
            _ => bus,
        });
        if options.take("boot").is_some_and(|word| word == "on") {
            drive.boot = Some(0);
        }
        let called =
            format!("drive {}", drive.id.as_deref().unwrap_or_else(|| drive.disk.source.as_deref().unwrap_or("?")));
        options.keep(&called, left);
        self.drives.push(drive);
    }

    /// `-blockdev`, as JSON or as options.
    pub(super) fn block_device(&mut self, argument: &str, left: &mut Leftovers) {
        let mut flat = BTreeMap::new();
        if argument.trim_start().starts_with('{') {
            match serde_json::from_str::<Value>(argument) {
                Ok(value) => flatten("", &value, &mut flat),
                Err(_) => {
                    left.lose("blockdev", "it cannot be parsed; it is kept as text");
                    return left.keep("blockdev", argument);
                }
            }
        } else {
            let mut options = Options::of(argument, "driver");
            for name in
                ["driver", "node-name", "file", "backing", "filename", "read-only", "file.driver", "file.filename"]
            {
                if let Some(value) = options.take(name) {
                    flat.insert(name.to_owned(), value);
                }
            }
            options.keep("blockdev", left);
        }
        let Some(name) = flat.remove("node-name") else {
            return left.lose("blockdev", "a node without a name");
        };
        let mut node = Node {
            driver: flat.remove("driver").unwrap_or_default(),
            below: flat.remove("file"),
            backing: flat.remove("backing"),
            ..Node::default()
        };
        node.is_read_only = flat.remove("read-only").is_some_and(|word| word == "on" || word == "true");
        let driver = flat.remove("file.driver").unwrap_or_else(|| node.driver.clone());
        node.source = flat.remove("filename").or_else(|| flat.remove("file.filename")).map(|path| {
            let is_block = driver == "host_device" || is_device(&path);
            (if is_block { "block" } else { "file" }.to_owned(), path)
        });
        if node.source.is_none() && node.below.is_none() {
            let host = flat.remove("server.host").or_else(|| flat.remove("server.0.host"));
            let port = flat.remove("server.port").or_else(|| flat.remove("server.0.port"));
            let hosts: Vec<String> = host.map(|host| host_and_port(&host, port.as_deref())).into_iter().collect();
            let image = flat.remove("image").or_else(|| flat.remove("export")).or_else(|| flat.remove("path"));
            let pool = flat.remove("pool").map(|pool| format!("{pool}/")).unwrap_or_default();
            let name = format!("{pool}{}", image.unwrap_or_default());
            node.source = Some(("network".to_owned(), network_source(&driver, &hosts, Some(&name))));
        }
        for (key, value) in flat {
            left.keep(&format!("blockdev {name}/{key}"), &value);
        }
        self.nodes.insert(name, node);
    }

    /// Whether a `-device` was a drive, or a controller of drives.
    pub(super) fn device(&mut self, driver: &str, options: &mut Options, left: &mut Leftovers) -> bool {
        let bus = match driver {
            "ide-hd" | "ide-drive" | "ide-cd" => "ide",
            "scsi-hd" | "scsi-disk" | "scsi-cd" | "scsi-block" | "scsi-generic" => "scsi",
            "usb-storage" => "usb",
            "floppy" | "isa-fdc" if options.get("drive").is_some() => "fdc",
            _ if driver.starts_with("virtio-blk") => "virtio",
            "nvme" | "nvme-ns" if options.get("drive").is_some() => "nvme",
            _ => {
                if driver.contains("scsi") || driver.contains("ahci") {
                    self.controllers = self.controllers.saturating_add(1);
                }
                return false;
            }
        };
        let Some(name) = options.take("drive") else {
            left.lose("device", "a drive's device without a drive");
            return true;
        };
        if self.nodes.contains_key(&name) {
            let disk = self.of_node(&name);
            self.drives.push(Drive { disk, id: Some(name.clone()), ..Drive::default() });
        }
        let Some(drive) = self.drives.iter_mut().find(|drive| drive.id.as_deref() == Some(name.as_str())) else {
            left.note(crate::GapKind::Dangling, "device", "a device whose drive is not on the command line");
            return true;
        };
        drive.is_waiting = false;
        drive.disk.bus = Some(bus.to_owned());
        match driver {
            "ide-cd" | "scsi-cd" => {
                drive.disk.kind = DiskKind::Cdrom;
                drive.disk.is_read_only = true;
            }
            "scsi-block" | "scsi-generic" => drive.disk.kind = DiskKind::Lun,
            _ => {}
        }
        drive.boot = options.take("bootindex").and_then(|text| text.parse().ok());
        if options.take("share-rw").is_some_and(|word| word == "on") {
            drive.disk.is_shared = true;
        }
        if let Some(serial) = options.take("serial") {
            left.keep(&format!("drive {name}/serial"), &serial);
        }
        left.spare("drive's place on its bus");
        true
    }

    /// Follows the nodes of a `-blockdev` drive down to its file.
    fn of_node(&self, name: &str) -> Disk {
        let mut disk = Disk::default();
        let mut here = self.nodes.get(name);
        let mut steps = 0_usize;
        while let Some(node) = here {
            steps = steps.saturating_add(1);
            disk.is_read_only |= node.is_read_only;
            if let Some((kind, source)) = &node.source {
                disk.source_kind = Some(kind.clone());
                disk.source = Some(source.clone());
            } else if disk.format.is_none() {
                disk.format = Some(node.driver.clone());
            }
            // Names may be written in a circle.
            if steps > 64 {
                break;
            }
            here = node.below.as_ref().and_then(|below| self.nodes.get(below));
        }
        let mut backing = self.nodes.get(name).and_then(|node| node.backing.clone());
        let mut steps = 0_usize;
        while let Some(node) = backing.as_ref().and_then(|name| self.nodes.get(name)) {
            let below = node.below.as_ref().and_then(|below| self.nodes.get(below));
            let source = node.source.as_ref().or_else(|| below.and_then(|below| below.source.as_ref()));
            disk.backing.extend(source.map(|(_, source)| source.clone()));
            steps = steps.saturating_add(1);
            if steps > 64 {
                break;
            }
            backing = node.backing.clone();
        }
        disk
    }

    /// Gives the guest its disks, with the names that libvirt would give; says what boots first.
    pub(super) fn finish(self, guest: &mut Guest, left: &mut Leftovers) -> Option<Boot> {
        let mut next: BTreeMap<String, u64> = BTreeMap::new();
        let mut first: Option<(u64, Boot)> = None;
        for mut drive in self.drives {
            if drive.is_waiting {
                left.note(crate::GapKind::Dangling, "drive", "a drive that no device uses");
            }
            if let Some(order) = drive.boot.filter(|order| first.is_none_or(|(lowest, _)| *order < lowest)) {
                first = Some((order, if drive.disk.kind == DiskKind::Cdrom { Boot::Cdrom } else { Boot::Disk }));
            }
            drive.disk.bus = drive.disk.bus.filter(|bus| !bus.is_empty());
            if drive.disk.source.is_none() {
                drive.disk.format = None;
            }
            if drive.disk.target.is_none() {
                let prefix = match drive.disk.bus.as_deref() {
                    Some("virtio") => "vd",
                    Some("scsi" | "sata" | "usb") => "sd",
                    Some("fdc") => "fd",
                    Some("ide") => "hd",
                    _ => "nvme",
                };
                let counted = next.entry(prefix.to_owned()).or_default();
                let slot = drive.slot.unwrap_or(*counted);
                *counted = slot.saturating_add(1);
                drive.disk.target = Some(format!("{prefix}{}", letters(slot)));
            }
            guest.disks.push(drive.disk);
        }
        first.map(|(_, boot)| boot)
    }
}

/// `a` to `z`, then `aa`.
fn letters(slot: u64) -> String {
    let letter = |n: u64| u8::try_from(n % 26).ok().and_then(|n| b'a'.checked_add(n)).map_or('?', char::from);
    match (slot / 26).checked_sub(1) {
        Some(high) if high < 26 => format!("{}{}", letter(high), letter(slot)),
        Some(_) => slot.to_string(),
        None => letter(slot).to_string(),
    }
}

fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let join = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| flatten(&join(key), value, into)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| flatten(&join(&index.to_string()), value, into))
        }
        Value::String(text) => {
            into.insert(prefix.to_owned(), text.clone());
        }
        Value::Null => {}
        other => {
            into.insert(prefix.to_owned(), other.to_string());
        }
    }
}

/// Puts a file, device or address into a disk.
fn set_source(disk: &mut Disk, written: &str) {
    if written.is_empty() {
        return;
    }
    if let Some(address) = network(written) {
        disk.source_kind = Some("network".to_owned());
        disk.source = Some(address);
        return;
    }
    disk.source_kind = Some(if is_device(written) { "block" } else { "file" }.to_owned());
    disk.source = Some(written.to_owned());
}

/// An address in QEMU's own notations: `rbd:..`, `nbd:host:port:exportname=x`, `iscsi://..`.
fn network(written: &str) -> Option<String> {
    if let Some(rest) = written.strip_prefix("rbd:") {
        return Some(rbd(rest));
    }
    if let Some(rest) = written.strip_prefix("nbd:") {
        let (rest, export) =
            rest.split_once(":exportname=").map_or((rest, None), |(rest, export)| (rest, Some(export)));
        let host = match rest.strip_prefix("unix:") {
            Some(socket) => format!("unix:{socket}"),
            None => {
                let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
                host_and_port(host, Some(port))
            }
        };
        return Some(network_source("nbd", &[host], export));
    }
    if let Some(rest) = written.strip_prefix("sheepdog:") {
        return Some(network_source("sheepdog", &[], Some(rest)));
    }
    let (scheme, _) = written.split_once("://")?;
    let is_scheme = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    is_scheme.then(|| written.to_owned())
}

/// `pool/image:key=value:mon_host=a\:6789\;b\:6789`, where `\` makes a sign ordinary.
fn rbd(written: &str) -> String {
    let parts = split(written, ':');
    let mut parts = parts.into_iter();
    let image = plain(&parts.next().unwrap_or_default());
    let mut hosts = Vec::new();
    for part in parts {
        let Some(list) = part.strip_prefix("mon_host=") else { continue };
        for host in plain(list).split(';').filter(|host| !host.is_empty()) {
            let (host, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
                Some((host, port)) => (host.to_owned(), port.trim_start_matches(':').to_owned()),
                None => {
                    host.split_once(':').map_or((host.to_owned(), String::new()), |(h, p)| (h.to_owned(), p.to_owned()))
                }
            };
            hosts.push(host_and_port(&host, Some(&port)));
        }
    }
    network_source("rbd", &hosts, Some(&image))
}

fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for c in text.chars() {
        if c == at && !is_escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    parts
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        out.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    out
}
