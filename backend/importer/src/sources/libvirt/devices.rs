//! Disks, network interfaces, console, screen and passed-through devices of a domain.

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{address, bus_of, host_and_port, is_partition, is_xen, mac, network_source};
use super::rest;
use crate::formats::elements::Element;
use crate::snapshot::values::Secret;
use crate::snapshot::{Boot, Disk, DiskKind, Guest, Nic};

/// Reads what it understands out of `devices`.
pub(super) fn read(devices: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    let mut first = FirstToBoot::default();
    for element in devices.take_all("disk") {
        let disk = disk(element, guest, &mut first, left);
        guest.disks.push(disk);
    }
    for element in devices.take_all("interface") {
        let nic = interface(element, guest.nics.len(), &mut first, left);
        guest.nics.push(nic);
    }
    // An order given to devices is used instead of the one of `os`, which then is absent.
    if let Some((_, boot)) = first.lowest
        && guest.boot == Boot::Disk
    {
        guest.boot = boot;
    }
    console(devices, guest, left);
    for element in devices.take_all("graphics") {
        graphics(element, guest, left);
    }
    for element in devices.take_all("hostdev") {
        host_device(element, guest, left);
    }
}

/// The device with the lowest number in the boot order.
#[derive(Default)]
struct FirstToBoot {
    lowest: Option<(u32, Boot)>,
}

impl FirstToBoot {
    /// Looks at the order of a device, which stays for the whole order to be kept.
    fn look(&mut self, device: &Element, boot: Boot) {
        let order = device.children.iter().find(|child| child.name == "boot").and_then(|boot| boot.attribute("order"));
        let Some(Ok(order)) = order.map(|order| order.trim().parse::<u32>()) else { return };
        if self.lowest.is_none_or(|(lowest, _)| order < lowest) {
            self.lowest = Some((order, boot));
        }
    }
}

fn disk(mut element: Element, guest: &Guest, first: &mut FirstToBoot, left: &mut Leftovers) -> Disk {
    let mut disk = Disk { source_kind: element.take_attribute("type"), ..Disk::default() };
    disk.kind = match element.take_attribute("device").as_deref() {
        None | Some("disk") => DiskKind::Disk,
        Some("cdrom") => DiskKind::Cdrom,
        Some("floppy") => DiskKind::Floppy,
        Some("lun") => DiskKind::Lun,
        Some(other) => {
            left.change("devices/disk@device", "the kind of disk is not known; it is taken as a disk");
            left.keep("devices/disk@device", other);
            DiskKind::Disk
        }
    };
    if let Some(mut target) = element.take("target") {
        disk.target = target.take_attribute("dev");
        disk.bus = target.take_attribute("bus");
        rest::of_taken(left, "devices/disk/target", &label(&disk, "target"), target);
    }
    let name = disk.target.clone().unwrap_or_default();
    disk.bus = disk.bus.or_else(|| bus_of(&name).map(str::to_owned));
    disk.is_partition = is_partition(&name);

    let mut driver = element.take("driver").unwrap_or_default();
    disk.format = driver.take_attribute("type");
    let backend = driver.take_attribute("name");
    if let Some(mut source) = element.take("source") {
        let kind = disk.source_kind.clone().unwrap_or_default();
        (disk.pool, disk.source) = source_of(&mut source, &kind);
        disk.format = disk.format.or_else(|| take_format(&mut source));
        rest::of_taken(left, "devices/disk/source", &label(&disk, "source"), source);
    }
    if disk.source.is_none() {
        // An empty drive has neither a kind of source nor a format.
        disk.source_kind = None;
        disk.format = None;
    } else if is_xen(guest.hypervisor) && disk.format.is_none() {
        // None of Xen's back ends looks into a disk: without a format it is raw.
        disk.format = Some("raw".to_owned());
    }
    if let Some(backend) = backend.filter(|backend| backend != "qemu") {
        left.keep(&label(&disk, "driver@name"), &backend);
    }
    rest::of_taken(left, "devices/disk/driver", &label(&disk, "driver"), driver);

    disk.is_read_only = take_flag(&mut element, "readonly", "devices/disk", left);
    disk.is_read_only |= disk.kind == DiskKind::Cdrom;
    disk.is_shared = take_flag(&mut element, "shareable", "devices/disk", left);
    if take_flag(&mut element, "transient", "devices/disk", left) {
        left.lose("devices/disk/transient", "what is written to a transient disk is thrown away when the guest stops");
    }
    backing(&mut element, &mut disk, left);
    first.look(&element, if disk.kind == DiskKind::Cdrom { Boot::Cdrom } else { Boot::Disk });
    let called = label(&disk, "");
    rest::of_taken(left, "devices/disk", &called, element);
    disk
}

fn label(disk: &Disk, part: &str) -> String {
    let slash = if part.is_empty() { "" } else { "/" };
    format!("disk {}{slash}{part}", disk.target.as_deref().unwrap_or("?"))
}

fn take_flag(element: &mut Element, name: &str, path: &str, left: &mut Leftovers) -> bool {
    let Some(flag) = element.take(name) else { return false };
    let path = format!("{path}/{name}");
    rest::of_taken(left, &path, &path, flag);
    true
}

fn take_format(element: &mut Element) -> Option<String> {
    let mut format = element.take("format")?;
    let kind = format.take_attribute("type");
    if !format.is_spent() {
        element.children.push(format);
    }
    kind
}

/// Pool and address of a source element, whatever kind of source it is.
fn source_of(source: &mut Element, kind: &str) -> (Option<String>, Option<String>) {
    match kind {
        "block" => (None, source.take_attribute("dev")),
        "dir" => (None, source.take_attribute("dir")),
        "volume" => (source.take_attribute("pool"), source.take_attribute("volume")),
        "network" => {
            let protocol = source.take_attribute("protocol").unwrap_or_else(|| "network".to_owned());
            let name = source.take_attribute("name");
            let hosts: Vec<String> = source.take_all("host").into_iter().map(host).collect();
            (None, Some(network_source(&protocol, &hosts, name.as_deref())))
        }
        "nvme" => {
            let namespace = source.take_attribute("namespace").unwrap_or_default();
            let at = source.take("address").map(|address| pci(&address)).unwrap_or_default();
            (None, Some(format!("nvme://{at}/{namespace}")))
        }
        "vhostuser" => (None, source.take_attribute("path")),
        "vhostvdpa" => (None, source.take_attribute("dev")),
        _ => (None, source.take_attribute("file").or_else(|| source.take_attribute("dev"))),
    }
}

fn host(mut host: Element) -> String {
    if let Some(socket) = host.take_attribute("socket") {
        return format!("unix:{socket}");
    }
    let name = host.take_attribute("name").unwrap_or_default();
    let port = host.take_attribute("port");
    let transport = host.take_attribute("transport").filter(|transport| transport != "tcp");
    let address = host_and_port(&name, port.as_deref());
    transport.map_or(address.clone(), |transport| format!("{transport}:{address}"))
}

/// The chain of images below a disk, nearest first.
fn backing(element: &mut Element, disk: &mut Disk, left: &mut Leftovers) {
    let mut next = element.take("backingStore");
    while let Some(mut store) = next {
        next = store.take("backingStore");
        let kind = store.take_attribute("type").unwrap_or_default();
        store.take_attribute("index");
        let format = take_format(&mut store);
        let Some(mut source) = store.take("source") else {
            rest::of_taken(left, "devices/disk/backingStore", &label(disk, "backingStore"), store);
            continue;
        };
        source.take_attribute("index");
        let (pool, at) = source_of(&mut source, &kind);
        let at = at.map(|at| pool.map_or(at.clone(), |pool| format!("{pool}/{at}")));
        if let Some(at) = at {
            if let Some(format) = format {
                left.keep(&label(disk, &format!("backingStore {at}")), &format);
            }
            disk.backing.push(at);
        }
        rest::of_taken(left, "devices/disk/backingStore/source", &label(disk, "backingStore/source"), source);
        rest::of_taken(left, "devices/disk/backingStore", &label(disk, "backingStore"), store);
    }
}

fn interface(mut element: Element, index: usize, first: &mut FirstToBoot, left: &mut Leftovers) -> Nic {
    let called = format!("interface {index}");
    let mut nic = Nic { kind: element.take_attribute("type"), ..Nic::default() };
    if let Some(mut written) = element.take("mac") {
        if let Some(text) = written.take_attribute("address") {
            nic.mac = mac(&text);
            if nic.mac.is_none() {
                left.change("devices/interface/mac", "it is no MAC address and is left out");
                left.keep(&format!("{called}/mac"), &text);
            }
        }
        rest::of_taken(left, "devices/interface/mac", &format!("{called}/mac"), written);
    }
    if let Some(mut source) = element.take("source") {
        let names = ["bridge", "network", "dev", "path", "name", "switchid", "address"];
        nic.source = names.iter().find_map(|name| source.take_attribute(name));
        if nic.source.is_none()
            && let Some(address) = source.take("address")
        {
            nic.source = Some(pci(&address));
        }
        rest::of_taken(left, "devices/interface/source", &format!("{called}/source"), source);
    }
    for (name, field) in [("target", "dev"), ("model", "type"), ("filterref", "filter")] {
        let Some(mut child) = element.take(name) else { continue };
        let value = child.take_attribute(field);
        match name {
            "target" => nic.target = value,
            "model" => nic.model = value,
            _ => nic.filter = value,
        }
        rest::of_taken(left, &format!("devices/interface/{name}"), &format!("{called}/{name}"), child);
    }
    vlan(&mut element, &mut nic, &called, left);
    for mut ip in element.take_all("ip") {
        if let Some(written) = ip.take_attribute("address") {
            let prefix = ip.take_attribute("prefix").map(|prefix| format!("/{prefix}")).unwrap_or_default();
            match address(&format!("{written}{prefix}")) {
                Some(address) => nic.addresses.push(address),
                None => {
                    left.change("devices/interface/ip", "it is no address and is left out");
                    left.keep(&format!("{called}/ip"), &format!("{written}{prefix}"));
                }
            }
        }
        ip.take_attribute("family");
        rest::of_taken(left, "devices/interface/ip", &format!("{called}/ip"), ip);
    }
    gateway(&mut element, &mut nic);
    nic.rate = bandwidth(&mut element, &called, left);
    first.look(&element, Boot::Network);
    rest::of_taken(left, "devices/interface", &called, element);
    nic
}

fn vlan(element: &mut Element, nic: &mut Nic, called: &str, left: &mut Leftovers) {
    let Some(mut vlan) = element.take("vlan") else { return };
    let mut tags: Vec<String> =
        vlan.take_all("tag").into_iter().filter_map(|mut tag| tag.take_attribute("id")).collect();
    if tags.len() == 1 {
        nic.vlan = tags.pop().and_then(|tag| tag.parse().ok());
    } else {
        left.lose("devices/interface/vlan", "several VLANs on one interface are kept as text");
        left.keep(&format!("{called}/vlan"), &tags.join(" "));
    }
    rest::of_taken(left, "devices/interface/vlan", &format!("{called}/vlan"), vlan);
}

/// The gateway of a default route; other routes stay.
fn gateway(element: &mut Element, nic: &mut Nic) {
    for route in element.take_all("route") {
        let to = route.attribute("address").unwrap_or_default();
        let is_default = matches!(to, "0.0.0.0" | "::" | "");
        match route.attribute("gateway").filter(|_| is_default && nic.gateway.is_none()) {
            Some(gateway) => nic.gateway = Some(gateway.to_owned()),
            None => element.children.push(route),
        }
    }
}

/// Average limits, seen from the guest; libvirt counts in kilobytes a second.
fn bandwidth(element: &mut Element, called: &str, left: &mut Leftovers) -> Option<String> {
    let mut bandwidth = element.take("bandwidth")?;
    let mut rates = Vec::new();
    for (name, short) in [("inbound", "in"), ("outbound", "out")] {
        let Some(mut way) = bandwidth.take(name) else { continue };
        if let Some(average) = way.take_attribute("average") {
            rates.push(format!("{short} {average} kB/s"));
        }
        let path = format!("devices/interface/bandwidth/{name}");
        rest::of_taken(left, &path, &format!("{called}/bandwidth/{name}"), way);
    }
    rest::of_taken(left, "devices/interface/bandwidth", &format!("{called}/bandwidth"), bandwidth);
    Some(rates.join(", ")).filter(|rate| !rate.is_empty())
}

/// The kind of the first console; older documents only have a serial port.
fn console(devices: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    for name in ["console", "serial"] {
        for mut element in devices.take_all(name) {
            let kind = element.take_attribute("type");
            let is_first = guest.console.is_none();
            if is_first {
                guest.console = kind;
            }
            if !is_first || !element.is_spent() {
                left.spare(&format!("devices/{name}"));
            }
        }
    }
}

fn graphics(mut element: Element, guest: &mut Guest, left: &mut Leftovers) {
    let kind = element.take_attribute("type").unwrap_or_default();
    let password = element.take_attribute("passwd");
    let has_own_port = element.take_attribute("autoport").as_deref() != Some("yes");
    let port = element.take_attribute("port").filter(|port| has_own_port && !port.starts_with('-') && port != "0");
    let mut listen = element.take_attribute("listen");
    let mut socket = element.take_attribute("socket");
    for mut at in element.take_all("listen") {
        let address = at.take_attribute("address").or_else(|| at.take_attribute("network"));
        match (&listen, address) {
            (None, address) => listen = address,
            (Some(first), Some(other)) if *first != other => left.keep("graphics/listen", &other),
            _ => {}
        }
        socket = socket.or_else(|| at.take_attribute("socket"));
    }
    let text = screen(&kind, listen.as_deref(), port.as_deref(), socket.as_deref());
    if guest.graphics.is_none() {
        guest.graphics = Some(text);
        guest.graphics_password = password.map(Secret);
    } else {
        left.keep("graphics", &text);
        if password.is_some() {
            left.lose("devices/graphics@passwd", "the password of a second screen is not kept");
        }
    }
    rest::of_taken(left, "devices/graphics", "graphics", element);
}

/// One way to write a screen, whoever wrote it: `vnc 127.0.0.1:5900`.
pub(crate) fn screen(kind: &str, listen: Option<&str>, port: Option<&str>, socket: Option<&str>) -> String {
    let listen = listen.filter(|listen| !listen.is_empty());
    match (socket, listen, port) {
        (Some(socket), ..) => format!("{kind} {socket}"),
        (None, Some(listen), _) => format!("{kind} {}", host_and_port(listen, port)),
        (None, None, Some(port)) => format!("{kind} :{port}"),
        (None, None, None) => kind.to_owned(),
    }
}

fn host_device(mut element: Element, guest: &mut Guest, left: &mut Leftovers) {
    let mode = element.take_attribute("mode").unwrap_or_default();
    let kind = element.take_attribute("type").unwrap_or_default();
    let source = element.take("source").unwrap_or_default();
    let children = &source.children;
    let at = |name: &str| children.iter().find(|child| child.name == name);
    let id = |name: &str| at(name).and_then(|child| child.attribute("id")).map(bare_hex);
    let text = match (kind.as_str(), at("address")) {
        ("pci", Some(address)) => format!("pci {}", pci(address)),
        ("usb", Some(address)) if address.attribute("device").is_some() => {
            let part = |name: &str| number(address.attribute(name).unwrap_or_default());
            format!("usb bus {} device {}", part("bus"), part("device"))
        }
        ("usb", _) => format!("usb {}:{}", id("vendor").unwrap_or_default(), id("product").unwrap_or_default()),
        ("mdev", Some(address)) => format!("mdev {}", address.attribute("uuid").unwrap_or_default()),
        _ => {
            let mut words = vec![kind.clone()];
            collect(&source, &mut words);
            words.join(" ")
        }
    };
    guest.passed_through.push(text);
    rest::of_taken(left, "devices/hostdev/source", "hostdev/source", source);
    if !mode.is_empty() && mode != "subsystem" {
        left.keep("hostdev@mode", &mode);
    }
    rest::of_taken(left, "devices/hostdev", "hostdev", element);
}

fn collect(element: &Element, words: &mut Vec<String>) {
    words.extend(element.attributes.iter().map(|(name, value)| format!("{name}={value}")));
    words.extend(Some(element.text.trim().to_owned()).filter(|text| !text.is_empty()));
    for child in &element.children {
        collect(child, words);
    }
}

fn bare_hex(text: &str) -> String {
    text.trim().trim_start_matches("0x").to_ascii_lowercase()
}

/// A number that may be written in hexadecimal.
fn number(text: &str) -> u64 {
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap_or_default(),
        None => text.parse().unwrap_or_default(),
    }
}

/// A PCI address as tools print it: `0000:03:07.1`.
fn pci(address: &Element) -> String {
    let part = |name: &str| number(address.attribute(name).unwrap_or_default());
    format!("{:04x}:{:02x}:{:02x}.{:x}", part("domain"), part("bus"), part("slot"), part("function"))
}
