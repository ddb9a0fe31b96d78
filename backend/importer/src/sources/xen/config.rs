//! `xm` and `xl` configuration files as guests.

use std::collections::BTreeMap;

use super::super::guests::leftovers::{Leftovers, short};
use super::super::guests::values::{MIB, identify, set_memory, set_vcpus, uuid};
use super::super::libvirt::screen;
use super::strings;
use crate::formats::python_literals::{self, Statement, Value};
use crate::snapshot::values::Secret;
use crate::snapshot::{Boot, Guest, Hypervisor};
use crate::{Limits, Refusal, RefusalCode};

/// Settings that say nothing of identity, resources, disks or networks.
const SPARED: &[&str] = &[
    "pae",
    "acpi",
    "apic",
    "viridian",
    "rtc_timeoffset",
    "localtime",
    "device_model",
    "device_model_version",
    "device_model_override",
    "parallel",
    "soundhw",
    "usb",
    "usbdevice",
    "stdvga",
    "vga",
    "videoram",
    "keymap",
    "hap",
    "nx",
    "xen_platform_pci",
    "timer_mode",
    "hpet",
    "tsc_mode",
    "opengl",
    "monitor",
    "vncconsole",
    "channel",
    "shadow_memory",
    "vkb",
    "vncunused",
    "vncviewer",
    "spicedisable_ticketing",
    "spiceagent_mouse",
    "spicevdagent",
    "spice_clipboard_sharing",
    "spiceusbredirection",
    "acpi_s3",
    "acpi_s4",
    "xauthority",
    "display",
];

/// Settings by which a file is known to describe a guest.
const TELLING: &[&str] =
    &["name", "memory", "kernel", "builder", "type", "bootloader", "disk", "vif", "uuid", "vcpus", "maxmem"];

/// Settings of a file by name, the last assignment of each.
struct Settings {
    values: BTreeMap<String, Value>,
}

/// Reads a file. `fallback` names the guest where the file does not.
pub(super) fn guest(text: &str, place: &str, fallback: &str, limits: &Limits) -> Result<(Guest, Leftovers), Refusal> {
    let mut left = Leftovers::default();
    let statements = python_literals::parse(text, place, limits)?;
    let mut settings = gather(statements, &mut left);
    if !TELLING.iter().any(|name| settings.values.contains_key(*name)) {
        let reason = "no setting in it describes a guest";
        return Err(Refusal::new(RefusalCode::NotThisFormat, place, reason));
    }
    let name = settings.text("name", &mut left).unwrap_or_default();
    let mut guest = Guest { name, ..Guest::default() };
    guest.uuid = settings.text("uuid", &mut left).and_then(|written| {
        let known = uuid(&written);
        if known.is_none() {
            left.change("uuid", "it is no uuid and is left out");
            left.keep("uuid", &written);
        }
        known
    });
    guest.hypervisor = hypervisor(&mut settings, &mut left);
    resources(&mut settings, &mut guest, &mut left);
    boot(&mut settings, &mut guest, &mut left);
    for written in settings.texts("disk", &mut left) {
        let disk = strings::disk(&written, &mut left);
        guest.disks.push(disk);
    }
    for written in settings.texts("vif", &mut left) {
        let nic = strings::interface(&written, guest.nics.len(), guest.hypervisor, &mut left);
        guest.nics.push(nic);
    }
    console(&mut settings, &mut guest, &mut left);
    screens(&mut settings, &mut guest, &mut left);
    for written in settings.texts("pci", &mut left) {
        guest.passed_through.push(pci(&written, &mut left));
    }
    for written in settings.texts("usbdev", &mut left) {
        guest.passed_through.push(usb(&written));
    }
    if guest.name.is_empty() {
        left.change("name", "the file names no guest; it is called after the file");
    }
    identify(&mut guest, fallback);
    rest(settings, &mut left);
    Ok((guest, left))
}

/// The last value of each name. What is no assignment of a literal is said with its text.
fn gather(statements: Vec<Statement>, left: &mut Leftovers) -> Settings {
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    for statement in statements {
        match statement {
            Statement::Other { text, line } => {
                let reason = format!("a statement is not run (line {line}): {}", short(&text));
                left.lose("statement", &reason);
            }
            Statement::Assign { name, value, appends, line } => {
                told_expressions(&name, &value, line, left);
                match (values.remove(&name), appends) {
                    (Some(Value::List(mut list)), true) => {
                        match value {
                            Value::List(more) => list.extend(more),
                            other => list.push(other),
                        }
                        values.insert(name, Value::List(list));
                    }
                    (Some(Value::Text(text)), true) => {
                        let more = if let Value::Text(more) = value { more } else { String::new() };
                        values.insert(name, Value::Text(text + &more));
                    }
                    (Some(_), _) => {
                        left.change(&name, "it is assigned more than once; the last counts");
                        values.insert(name, value);
                    }
                    (None, _) => {
                        values.insert(name, value);
                    }
                }
            }
        }
    }
    Settings { values }
}

fn told_expressions(name: &str, value: &Value, line: usize, left: &mut Leftovers) {
    match value {
        Value::Expression(text) => {
            left.lose(name, &format!("it would need evaluation (line {line}): {}", short(text)));
            left.keep(&format!("{name} (not evaluated)"), text);
        }
        Value::List(list) => list.iter().for_each(|value| told_expressions(name, value, line, left)),
        _ => {}
    }
}

impl Settings {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !matches!(value, Value::Nothing | Value::Expression(_)))
    }

    /// A single value as text.
    fn text(&mut self, name: &str, left: &mut Leftovers) -> Option<String> {
        let value = self.take(name)?;
        let text = single(&value);
        if text.is_none() {
            left.change(name, "a list stands where one value belongs; it is kept as text");
            left.keep(name, &shown(&value));
        }
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A value or list of values as texts.
    fn texts(&mut self, name: &str, left: &mut Leftovers) -> Vec<String> {
        match self.take(name) {
            None => Vec::new(),
            Some(Value::List(list)) => {
                let mut texts = Vec::new();
                for value in list {
                    match single(&value) {
                        Some(text) if !text.trim().is_empty() => texts.push(text),
                        // Expressions are told where they stand.
                        Some(_) => {}
                        None if matches!(value, Value::Expression(_)) => {}
                        None => {
                            left.change(name, "a list stands where one value belongs; it is kept as text");
                            left.keep(name, &shown(&value));
                        }
                    }
                }
                texts
            }
            Some(value) => single(&value).filter(|text| !text.trim().is_empty()).into_iter().collect(),
        }
    }

    fn number(&mut self, name: &str, left: &mut Leftovers) -> Option<u64> {
        let text = self.text(name, left)?;
        let number = match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        };
        if number.is_none() {
            left.change(name, "it is no number and is left out");
            left.keep(name, &text);
        }
        number
    }

    fn yes(&mut self, name: &str) -> bool {
        match self.take(name) {
            Some(Value::Truth(truth)) => truth,
            Some(Value::Number(number)) => number != 0,
            Some(Value::Text(text)) => matches!(text.trim().to_ascii_lowercase().as_str(), "1" | "yes" | "true" | "on"),
            _ => false,
        }
    }
}

fn single(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Truth(truth) => Some(u8::from(*truth).to_string()),
        Value::Nothing | Value::List(_) | Value::Expression(_) => None,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::List(list) => list.iter().map(shown).collect::<Vec<_>>().join(" "),
        Value::Expression(text) => text.clone(),
        other => single(other).unwrap_or_default(),
    }
}

fn hypervisor(settings: &mut Settings, left: &mut Leftovers) -> Hypervisor {
    let kind = settings.text("type", left).or_else(|| settings.text("builder", left));
    let is_pvh = settings.yes("pvh");
    match kind.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("hvm") if is_pvh => Hypervisor::XenPvh,
        Some("hvm") => Hypervisor::XenHvm,
        Some("pvh") => Hypervisor::XenPvh,
        None | Some("pv" | "linux" | "generic" | "netbsd") => {
            if is_pvh {
                Hypervisor::XenPvh
            } else {
                Hypervisor::XenPv
            }
        }
        Some(other) => {
            left.change("type", "the kind of guest is not known; it is taken as paravirtual");
            left.keep("type", other);
            Hypervisor::XenPv
        }
    }
}

fn resources(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let mut sized = |name: &str, left: &mut Leftovers| {
        let megabytes = settings.number(name, left)?;
        let bytes = megabytes.checked_mul(MIB);
        if bytes.is_none() {
            left.change(name, "it is too large to be a size and is left out");
        }
        bytes
    };
    let used = sized("memory", left);
    let most = sized("maxmem", left);
    set_memory(guest, used, most);

    let small = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
    let mut used = small(settings.number("vcpus", left)).unwrap_or(1);
    let mut most = small(settings.number("maxvcpus", left));
    // xm counts all processors and marks those in use by bits.
    if let Some(bits) = settings.number("vcpu_avail", left) {
        most = most.or(Some(used));
        used = bits.count_ones().max(1);
    }
    set_vcpus(guest, Some(used), most);
}

fn boot(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let kernel = settings.text("kernel", left);
    let is_hvm = guest.hypervisor == Hypervisor::XenHvm;
    // Old fully virtual guests name Xen's own loader as their kernel.
    let is_loader = |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with("hvmloader"));
    match kernel {
        Some(path) if is_hvm && is_loader(&path) => guest.firmware = Some(path),
        other => guest.kernel = other,
    }
    if let Some(bios) = settings.text("bios", left) {
        let name = match bios.as_str() {
            "ovmf" => "efi",
            "seabios" | "rombios" => "bios",
            other => other,
        };
        guest.firmware = Some(name.to_owned());
        left.keep("bios", &bios);
    }
    if let Some(path) = settings.text("bios_path_override", left).or_else(|| settings.text("firmware_override", left)) {
        guest.firmware = Some(path);
    }
    guest.initrd = settings.text("ramdisk", left);
    guest.bootloader = settings.text("bootloader", left);
    command_line(settings, guest, left);
    let order = settings.text("boot", left);
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

/// `cmdline` is used alone where it is given; otherwise `root` and `extra` make the line.
fn command_line(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let whole = settings.text("cmdline", left);
    let root = settings.text("root", left);
    let extra = settings.text("extra", left);
    if whole.is_some() {
        for (name, value) in [("root", root), ("extra", extra)] {
            if let Some(value) = value {
                left.keep(&format!("{name} (ignored by Xen beside cmdline)"), &value);
            }
        }
        guest.command_line = whole;
        return;
    }
    let words: Vec<String> = root.map(|root| format!("root={root}")).into_iter().chain(extra).collect();
    guest.command_line = Some(words.join(" ")).filter(|line| !line.is_empty());
}

fn console(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let ports = settings.texts("serial", left);
    guest.console = ports.iter().find(|port| *port != "none").map(|port| console_kind(port));
    for port in ports.iter().skip(1) {
        left.keep("serial", port);
    }
    if guest.hypervisor != Hypervisor::XenHvm && guest.console.is_none() {
        // Every such guest has Xen's own console.
        guest.console = Some("pty".to_owned());
    }
}

/// The kind of a serial port: `pty`, `tcp`, `file`, or `dev` for a device's path.
pub(super) fn console_kind(written: &str) -> String {
    let written = written.trim();
    if written.starts_with("/dev/") {
        return "dev".to_owned();
    }
    match written.split_once(':').map_or(written, |(kind, _)| kind) {
        "telnet" | "tcp" => "tcp".to_owned(),
        kind => kind.to_owned(),
    }
}

fn screens(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let mut screens = Vec::new();
    let is_auto = settings.values.get("vncunused").is_none_or(|value| single(value).as_deref() != Some("0"));
    let listen = settings.text("vnclisten", left);
    let display = settings.text("vncdisplay", left);
    let password = settings.text("vncpasswd", left);
    let is_named_only = display.is_some() && !settings.values.contains_key("vncunused");
    if settings.yes("vnc") {
        let display = display.filter(|_| !is_auto || is_named_only);
        screens.push((vnc(listen.as_deref(), display.as_deref()), password.map(Secret)));
    }
    if settings.yes("spice") {
        let host = settings.text("spicehost", left);
        let port = settings.text("spiceport", left);
        let password = settings.text("spicepasswd", left);
        screens.push((screen("spice", host.as_deref(), port.as_deref(), None), password.map(Secret)));
    }
    if settings.yes("sdl") {
        screens.push(("sdl".to_owned(), None));
    }
    for written in settings.texts("vfb", left) {
        screens.push(frame_buffer(&written, left));
    }
    take_screens(screens, guest, left);
}

/// Gives a guest its first screen; others are kept as text.
pub(super) fn take_screens(screens: Vec<(String, Option<Secret>)>, guest: &mut Guest, left: &mut Leftovers) {
    for (text, password) in screens {
        if guest.graphics.is_none() {
            guest.graphics = Some(text);
            guest.graphics_password = password;
        } else if guest.graphics.as_deref() != Some(text.as_str()) {
            left.keep("graphics", &text);
            if password.is_some() {
                left.lose("graphics", "the password of a second screen is not kept");
            }
        }
    }
}

/// A VNC screen; display 3 is port 5903. The address may carry the display.
pub(super) fn vnc(listen: Option<&str>, display: Option<&str>) -> String {
    let (listen, with) = match listen.and_then(|listen| listen.rsplit_once(':')) {
        Some((host, display)) if !host.contains(':') => (Some(host), Some(display)),
        _ => (listen, None),
    };
    let display = with.or(display).and_then(|display| display.trim().parse::<u16>().ok());
    let port = display.and_then(|display| display.checked_add(5_900)).map(|port| port.to_string());
    screen("vnc", listen, port.as_deref(), None)
}

fn frame_buffer(written: &str, left: &mut Leftovers) -> (String, Option<Secret>) {
    let mut words = BTreeMap::new();
    for item in written.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        words.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    frame_buffer_of(words, left)
}

/// A paravirtual screen from its keys and values.
pub(super) fn frame_buffer_of(mut words: BTreeMap<String, String>, left: &mut Leftovers) -> (String, Option<Secret>) {
    let is_sdl = words.get("sdl").is_some_and(|value| value == "1");
    let kind = words.remove("type").unwrap_or_else(|| if is_sdl { "sdl" } else { "vnc" }.to_owned());
    let password = words.remove("vncpasswd").filter(|password| !password.is_empty()).map(Secret);
    let is_auto = words.remove("vncunused").is_none_or(|value| value != "0");
    let listen = words.remove("vnclisten");
    let display = words.remove("vncdisplay").filter(|_| !is_auto);
    for (key, value) in words {
        match key.as_str() {
            "vnc" | "sdl" | "keymap" | "opengl" | "xauthority" | "display" => left.spare(&format!("vfb {key}")),
            _ => left.keep(&format!("vfb/{key}"), &value),
        }
    }
    let text = if kind == "vnc" { vnc(listen.as_deref(), display.as_deref()) } else { kind };
    (text, password)
}

/// A PCI device: `0001:0c:1b.2`, `01:13.0@5,permissive=1`.
pub(super) fn pci(written: &str, left: &mut Leftovers) -> String {
    let (address, options) = written.split_once(',').unwrap_or((written, ""));
    if !options.is_empty() {
        left.keep(&format!("pci {address}"), options);
    }
    let address = address.split('@').next().unwrap_or(address).trim().to_ascii_lowercase();
    let is_short = address.matches(':').count() == 1;
    format!("pci {}{address}", if is_short { "0000:" } else { "" })
}

fn usb(written: &str) -> String {
    let mut bus = None;
    let mut device = None;
    for item in written.split(',') {
        match item.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("hostbus", value)) => bus = Some(value.to_owned()),
            Some(("hostaddr", value)) => device = Some(value.to_owned()),
            _ => {}
        }
    }
    match (bus, device) {
        (Some(bus), Some(device)) => format!("usb bus {bus} device {device}"),
        _ => format!("usb {written}"),
    }
}

fn rest(settings: Settings, left: &mut Leftovers) {
    for (name, value) in settings.values {
        match value {
            _ if SPARED.contains(&name.as_str()) => left.spare(&name),
            // Told where it stands.
            Value::Expression(_) => {}
            value => left.keep(&name, &shown(&value)),
        }
    }
}
