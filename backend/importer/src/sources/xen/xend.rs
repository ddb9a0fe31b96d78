//! S-expressions of Xen's old daemon as guests: `xm list --long`, `/var/lib/xend/domains`.

use std::collections::BTreeMap;

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{MIB, identify, set_memory, set_vcpus, times, uuid};
use super::{config, strings};
use crate::formats::s_expressions::Node;
use crate::snapshot::{Boot, Disk, DiskKind, Guest, GuestState, Hypervisor};

/// Parts that say nothing of identity, resources, disks or networks.
const SPARED: &[&str] = &[
    "acpi",
    "apic",
    "pae",
    "usb",
    "usbdevice",
    "parallel",
    "device_model",
    "keymap",
    "localtime",
    "rtc_timeoffset",
    "viridian",
    "timer_mode",
    "hpet",
    "soundhw",
    "stdvga",
    "videoram",
    "xauthority",
    "display",
    "vncunused",
    "hap",
    "nomigrate",
    "vpt_align",
    "xen_platform_pci",
    "tsc_mode",
    "vncconsole",
    "monitor",
    "opengl",
    "isa",
];

/// Named values of a list, in order; names may repeat.
struct Fields {
    fields: Vec<(String, Vec<Node>)>,
}

impl Fields {
    fn of(nodes: &[Node]) -> Self {
        let mut fields = Vec::new();
        for node in nodes {
            match node {
                Node::List(list) => {
                    let Some((Node::Word(name), values)) = list.split_first() else {
                        fields.push((String::new(), list.clone()));
                        continue;
                    };
                    fields.push((name.clone(), values.to_vec()));
                }
                Node::Word(word) => fields.push((String::new(), vec![Node::Word(word.clone())])),
            }
        }
        Self { fields }
    }

    fn take(&mut self, name: &str) -> Option<Vec<Node>> {
        let at = self.fields.iter().position(|(known, _)| known == name)?;
        Some(self.fields.remove(at).1)
    }

    fn take_all(&mut self, name: &str) -> Vec<Vec<Node>> {
        let mut taken = Vec::new();
        while let Some(values) = self.take(name) {
            taken.push(values);
        }
        taken
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let values = self.take(name)?;
        let text = values.iter().map(Node::text).collect::<Vec<_>>().join(" ");
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn number(&mut self, name: &str) -> Option<u64> {
        let at = self.fields.iter().position(|(known, _)| known == name)?;
        let number = self.fields.get(at)?.1.first()?.word()?.parse().ok()?;
        self.fields.remove(at);
        Some(number)
    }

    fn yes(&mut self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "1")
    }

    fn keep_rest(self, prefix: &str, left: &mut Leftovers) {
        for (name, values) in self.fields {
            if SPARED.contains(&name.as_str()) {
                left.spare(&name);
            } else {
                let value = values.iter().map(Node::text).collect::<Vec<_>>().join(" ");
                let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
                left.keep(&path, &value);
            }
        }
    }
}

/// Reads one `(domain ...)` or `(vm ...)`.
pub(super) fn guest(nodes: &[Node], fallback: &str) -> (Guest, Leftovers) {
    let mut left = Leftovers::default();
    let mut guest = Guest::default();
    let mut fields = Fields::of(nodes);
    let domid = fields.number("domid");
    if let Some(domid) = domid {
        // Only an active domain has a number.
        guest.state = GuestState::Running;
        left.keep("id", &domid.to_string());
    }
    guest.name = fields.text("name").unwrap_or_default();
    guest.uuid = fields.text("uuid").and_then(|written| {
        let known = uuid(&written);
        if known.is_none() {
            left.change("uuid", "it is no uuid and is left out");
            left.keep("uuid", &written);
        }
        known
    });
    let sized = |number: Option<u64>| number.and_then(|number| times(&number.to_string(), MIB));
    set_memory(&mut guest, sized(fields.number("memory")), sized(fields.number("maxmem")));
    let small = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
    let most = small(fields.number("vcpus"));
    let used = fields.number("vcpu_avail").map(|bits| bits.count_ones()).filter(|used| *used > 0);
    set_vcpus(&mut guest, used.or(most).or(Some(1)), most);
    guest.bootloader = fields.text("bootloader");
    guest.starts_with_host = fields.text("on_xend_start").is_some_and(|word| word == "start");

    let mut image = Fields { fields: Vec::new() };
    let written = fields.take("image").unwrap_or_default();
    if let Some(list) = written.first().and_then(Node::list)
        && let Some((kind, inner)) = list.split_first()
    {
        guest.hypervisor = if kind.word() == Some("hvm") { Hypervisor::XenHvm } else { Hypervisor::XenPv };
        image = Fields::of(inner);
    } else {
        guest.hypervisor = Hypervisor::XenPv;
        for node in &written {
            left.keep("image", &node.text());
        }
    }
    booting(&mut image, &mut guest, &mut left);
    let cdrom = image.text("cdrom");
    devices(&mut fields, &mut guest, domid, &mut left);
    if let Some(path) = cdrom.filter(|_| !guest.disks.iter().any(|disk| disk.target.as_deref() == Some("hdc"))) {
        // The oldest form: one drive, always in this place.
        guest.disks.push(Disk {
            is_read_only: true,
            kind: DiskKind::Cdrom,
            ..strings::disk(&format!("file:{path},hdc:cdrom,r"), &mut left)
        });
    }
    console_and_screen(&mut image, &mut guest, &mut left);
    // Said twice: for the domain and for its image.
    for name in ["vcpus", "vncpasswd"] {
        image.take(name);
    }
    image.keep_rest("image", &mut left);
    if guest.name.is_empty() {
        left.change("name", "the domain has no name; it is called after its file");
    }
    identify(&mut guest, fallback);
    fields.keep_rest("", &mut left);
    (guest, left)
}

fn booting(image: &mut Fields, guest: &mut Guest, left: &mut Leftovers) {
    let is_hvm = guest.hypervisor == Hypervisor::XenHvm;
    let loader = image.text("loader");
    let kernel = image.text("kernel");
    if is_hvm && loader.is_none() {
        guest.firmware = kernel;
    } else {
        guest.firmware = loader;
        guest.kernel = kernel;
    }
    guest.initrd = image.text("ramdisk");
    let root = image.text("root").map(|root| format!("root={root}"));
    let words: Vec<String> = root.into_iter().chain(image.text("args")).collect();
    guest.command_line = Some(words.join(" ")).filter(|line| !line.is_empty());
    let order = image.text("boot");
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
    if let Some(order) = order.filter(|order| order.len() > 1 || order.starts_with('a')) {
        left.keep("boot", &order);
    }
}

fn devices(fields: &mut Fields, guest: &mut Guest, domid: Option<u64>, left: &mut Leftovers) {
    let mut screens = Vec::new();
    for device in fields.take_all("device") {
        let list = device.first().and_then(Node::list).unwrap_or_default();
        let Some((kind, inner)) = list.split_first() else {
            left.lose("device", "a device without a kind");
            continue;
        };
        let mut parts = Fields::of(inner);
        match kind.word().unwrap_or_default() {
            "vbd" | "tap" | "tap2" => {
                let disk = disk(&mut parts, left);
                let called = format!("disk {}", disk.target.as_deref().unwrap_or("?"));
                guest.disks.push(disk);
                parts.keep_rest(&called, left);
            }
            "vif" => {
                let index = guest.nics.len();
                let words = parts
                    .fields
                    .iter()
                    .map(|(name, values)| (name.clone(), values.iter().map(Node::text).collect::<Vec<_>>().join(" ")));
                let mut nic = strings::interface_of(words.collect(), index, guest.hypervisor, left);
                // Xen names the host's end after the running domain.
                let name = domid.map(|domid| format!("vif{domid}.{index}"));
                nic.target = nic.target.or(name);
                guest.nics.push(nic);
            }
            "vfb" => {
                let words: BTreeMap<String, String> = parts
                    .fields
                    .iter()
                    .map(|(name, values)| (name.clone(), values.iter().map(Node::text).collect::<Vec<_>>().join(" ")))
                    .collect();
                screens.push(config::frame_buffer_of(words, left));
            }
            "pci" => {
                for dev in parts.take_all("dev") {
                    let mut dev = Fields::of(&dev);
                    let mut hex = |name: &str| {
                        let text = dev.text(name).unwrap_or_default();
                        u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or_default()
                    };
                    let (domain, bus, slot, function) = (hex("domain"), hex("bus"), hex("slot"), hex("func"));
                    guest.passed_through.push(format!("pci {domain:04x}:{bus:02x}:{slot:02x}.{function:x}"));
                    dev.keep_rest("pci", left);
                }
                parts.keep_rest("pci", left);
            }
            "vkbd" | "console" => left.spare(kind.word().unwrap_or_default()),
            other => {
                left.lose(other, "a kind of device that the reader does not know; it is kept as text");
                left.keep(&format!("device {other}"), &inner.iter().map(Node::text).collect::<Vec<_>>().join(" "));
            }
        }
    }
    config::take_screens(screens, guest, left);
}

fn disk(parts: &mut Fields, left: &mut Leftovers) -> Disk {
    let path = parts.text("uname").unwrap_or_default();
    let device = parts.text("dev").unwrap_or_default();
    let mode = parts.text("mode").unwrap_or_default();
    // A comma in the path would be read as the end of it.
    let mut disk = strings::disk(&format!(",{device},{mode}"), left);
    let source = strings::disk(&format!("{},xvda", path.replace(',', "\u{1}")), left);
    disk.source_kind = source.source_kind;
    disk.source = source.source.map(|source| source.replace('\u{1}', ","));
    disk.format = source.format;
    disk
}

fn console_and_screen(image: &mut Fields, guest: &mut Guest, left: &mut Leftovers) {
    if let Some(values) = image.take("serial") {
        let mut ports: Vec<String> = Vec::new();
        for value in &values {
            match value {
                Node::Word(word) => ports.push(word.clone()),
                Node::List(list) => ports.extend(list.iter().map(Node::text)),
            }
        }
        guest.console = ports.iter().find(|port| *port != "none").map(|port| config::console_kind(port));
        for port in ports.iter().skip(1) {
            left.keep("serial", port);
        }
    }
    if guest.hypervisor != Hypervisor::XenHvm && guest.console.is_none() {
        guest.console = Some("pty".to_owned());
    }
    let mut words: BTreeMap<String, String> = BTreeMap::new();
    for name in ["vnclisten", "vncdisplay", "vncpasswd", "vncunused"] {
        if let Some(value) = image.text(name) {
            words.insert(name.to_owned(), value);
        }
    }
    let mut screens = Vec::new();
    if image.yes("vnc") {
        screens.push(config::frame_buffer_of(words, left));
    }
    if image.yes("sdl") {
        screens.push(("sdl".to_owned(), None));
    }
    config::take_screens(screens, guest, left);
}
