//! QEMU command lines as guests: out of `/proc/PID/cmdline`, `ps`, or a start script.
//! Nothing is run or expanded. Options that describe no identity, resources, disks or
//! networks are counted by name; options that are not known are kept as text and said.

mod drives;
mod options;
#[cfg(test)]
mod tests;

use options::Options;

use super::guests::emit::Emitter;
use super::guests::files::{self, Found};
use super::guests::leftovers::Leftovers;
use super::guests::values::{MIB, identify, mac, set_memory, set_vcpus, size, uuid};
use super::libvirt::screen;
use crate::formats::shell_words;
use crate::snapshot::{Boot, Guest, Hypervisor, Nic};
use crate::sources::Input;
use crate::{Gap, GapKind, Refusal, RefusalCode, Sink};

/// Who keeps what the new place has no use for.
const SPARED: &str = "options of QEMU that are not needed";

/// Reads command lines, one a file.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let list = files::list(input)?;
    let mut out = Emitter::new(sink);
    files::each(&list, &mut out, |file, out| {
        if file.is_link {
            let gap = Gap::new(GapKind::PartUnread, &file.place, "a link; only the file it leads to is read");
            return out.gap(gap);
        }
        let (text, _) = files::text(file, &input.limits)?;
        let words = if text.contains('\0') {
            // As the kernel shows it: words are separated by zero bytes.
            text.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
        } else {
            shell_words::words(&text, &file.place)?
        };
        let (guest, left) = guest(words, file)?;
        out.guest(&file.place, guest, left, SPARED)
    })
}

/// Options that take no argument.
const FLAGS: &[&str] = &[
    "S",
    "nographic",
    "no-acpi",
    "no-hpet",
    "no-reboot",
    "no-shutdown",
    "usb",
    "nodefaults",
    "no-user-config",
    "enable-kvm",
    "enable-hax",
    "daemonize",
    "snapshot",
    "no-kvm",
    "no-fd-bootchk",
    "win2k-hack",
    "full-screen",
    "alt-grab",
    "ctrl-grab",
    "no-quit",
    "sdl",
    "portrait",
    "s",
    "mem-prealloc",
    "preconfig",
    "only-migratable",
    "nodefconfig",
    "no-kvm-irqchip",
    "no-kvm-pit",
    "no-kvm-pit-reinjection",
    "enable-fips",
    "localtime",
    "std-vga",
    "version",
    "h",
    "help",
];

/// Options that describe nothing of a guest that is moved.
const SPARED_OPTIONS: &[&str] = &[
    "S",
    "nographic",
    "no-acpi",
    "no-hpet",
    "no-reboot",
    "no-shutdown",
    "usb",
    "nodefaults",
    "no-user-config",
    "daemonize",
    "monitor",
    "mon",
    "qmp",
    "pidfile",
    "chardev",
    "rtc",
    "clock",
    "localtime",
    "parallel",
    "sandbox",
    "msg",
    "global",
    "k",
    "vga",
    "soundhw",
    "audiodev",
    "usbdevice",
    "watchdog",
    "action",
    "balloon",
    "runas",
    "D",
    "d",
    "trace",
    "boot-menu",
    "add-fd",
    "no-kvm-pit-reinjection",
    "nodefconfig",
    "L",
    "full-screen",
    "no-quit",
    "overcommit",
    "realtime",
    "mem-prealloc",
    "s",
    "gdb",
    "std-vga",
    "display",
    "readconfig",
    "writeconfig",
];

/// The command line while it is read.
struct Line {
    guest: Guest,
    left: Leftovers,
    drives: drives::Drives,
    nics: Vec<(Nic, Option<String>)>,
    nets: Vec<(Option<String>, Nic)>,
    order: Option<String>,
    is_accelerated: bool,
}

fn guest(words: Vec<String>, file: &Found) -> Result<(Guest, Leftovers), Refusal> {
    let is_setting = |word: &String| {
        word.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    let mut words = words.into_iter().skip_while(is_setting).peekable();
    let mut program = words.next().unwrap_or_default();
    // As a start script may write it.
    while matches!(program.rsplit('/').next(), Some("exec" | "sudo" | "nohup" | "env" | "sh" | "nice")) {
        program = words.next().unwrap_or_default();
    }
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    if !(name.contains("qemu") || name.contains("kvm")) {
        return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the command is not QEMU"));
    }
    let mut line = Line {
        guest: Guest::default(),
        left: Leftovers::default(),
        drives: drives::Drives::default(),
        nics: Vec::new(),
        nets: Vec::new(),
        order: None,
        is_accelerated: name.contains("kvm"),
    };
    line.guest.architecture =
        name.strip_prefix("qemu-system-").map(|name| if name == "i386" { "i686" } else { name }.to_owned());
    line.left.keep("emulator", &program);
    while let Some(word) = words.next() {
        let Some(option) =
            word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|option| !option.is_empty())
        else {
            // A word without a dash is the first disk.
            line.drives.simple("hda", &word);
            continue;
        };
        let argument =
            if FLAGS.contains(&option) { None } else { words.next_if(|next| !next.starts_with('-') || next == "-") };
        line.option(option, argument.unwrap_or_default());
    }
    Ok(line.finish(file.stem()))
}

impl Line {
    fn option(&mut self, option: &str, argument: String) {
        let left = &mut self.left;
        match option {
            "name" => {
                let mut options = Options::of(&argument, "guest");
                self.guest.name = options.take("guest").unwrap_or_default();
                options.keep("name", left);
            }
            "uuid" => {
                self.guest.uuid = uuid(&argument);
                if self.guest.uuid.is_none() {
                    left.change("uuid", "it is no uuid and is left out");
                    left.keep("uuid", &argument);
                }
            }
            "m" => {
                let mut options = Options::of(&argument, "size");
                let used = options.take("size").and_then(|text| size(&text, MIB));
                if used.is_none() {
                    left.change("m", "it is no size and is left out");
                    left.keep("m", &argument);
                }
                // Room for memory that may be plugged in later is not memory of the guest.
                options.keep("m", left);
                set_memory(&mut self.guest, used, None);
            }
            "smp" => self.processors(&argument),
            "M" | "machine" => {
                let mut options = Options::of(&argument, "type");
                self.guest.machine = options.take("type").or_else(|| self.guest.machine.take());
                if let Some(accelerators) = options.take("accel") {
                    self.is_accelerated = accelerators.starts_with("kvm");
                }
                options.keep("machine", left);
            }
            "accel" => self.is_accelerated = argument.starts_with("kvm"),
            "enable-kvm" => self.is_accelerated = true,
            "no-kvm" => self.is_accelerated = false,
            "kernel" => self.guest.kernel = Some(argument),
            "initrd" => self.guest.initrd = Some(argument),
            "append" => self.guest.command_line = Some(argument.trim().to_owned()).filter(|line| !line.is_empty()),
            "bios" => self.guest.firmware = Some(argument),
            "boot" => {
                let mut options = Options::of(&argument, "order");
                self.order = options.take("once").or_else(|| options.take("order")).or_else(|| self.order.take());
                options.keep("boot", left);
            }
            "drive" => self.drives.drive(&argument, &mut self.guest, left),
            "blockdev" => self.drives.block_device(&argument, left),
            "hda" | "hdb" | "hdc" | "hdd" | "cdrom" | "fda" | "fdb" | "sd" | "mtdblock" | "pflash" => {
                self.drives.simple(option, &argument);
            }
            "device" => self.device(&argument),
            "netdev" => {
                let mut options = Options::of(&argument, "type");
                let id = options.take("id");
                let nic = host_end(&mut options, left);
                options.keep("netdev", left);
                self.nets.push((id, nic));
            }
            "net" | "nic" => self.net(option, &argument),
            "serial" => {
                if self.guest.console.is_none() && argument != "none" {
                    let kind = argument.split(':').next().unwrap_or_default();
                    self.guest.console = Some(if argument.starts_with("/dev/") { "dev" } else { kind }.to_owned());
                    if argument.contains(':') {
                        left.keep("serial", &argument);
                    }
                } else if argument != "none" {
                    left.keep("serial", &argument);
                }
            }
            "vnc" => self.vnc(&argument),
            "spice" => {
                let mut options = Options::of(&argument, "port");
                let (listen, port) = (options.take("addr"), options.take("port"));
                let text = screen("spice", listen.as_deref(), port.as_deref().filter(|port| *port != "0"), None);
                self.guest.graphics.get_or_insert(text);
                if options.take("password").is_some() {
                    left.lose("spice", "the password on a command line is seen by all; it is not kept");
                }
                options.keep("spice", left);
            }
            "incoming" => left.lose("incoming", "the guest is being moved to this host"),
            "snapshot" => left.lose("snapshot", "what is written to the disks is thrown away when the guest stops"),
            "cpu" | "numa" | "object" | "smbios" | "cpu-sockets" | "mem-path" | "fsdev" | "virtfs" | "tpmdev"
            | "fw_cfg" | "acpitable" | "dtb" => {
                if option == "tpmdev" {
                    left.lose("tpmdev", "a TPM keeps keys outside of the disks");
                }
                let shown = if argument.contains("secret") {
                    argument.split(',').next().unwrap_or_default()
                } else {
                    &argument
                };
                left.keep(option, shown);
            }
            _ if SPARED_OPTIONS.contains(&option) => left.spare(option),
            _ => {
                left.lose(option, "the reader does not know this option; it is kept as text");
                left.keep(option, &argument);
            }
        }
    }

    fn processors(&mut self, argument: &str) {
        let mut options = Options::of(argument, "cpus");
        let mut number =
            |name: &str| options.take(name).and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
        let used = number("cpus");
        let most = number("maxcpus");
        let by_topology = || {
            let names = ["sockets", "dies", "clusters", "cores", "threads"];
            let mut any = false;
            let product = names.iter().try_fold(1_u32, |product, name| match options.get(name) {
                Some(text) => {
                    any = true;
                    product.checked_mul(text.parse().ok()?)
                }
                None => Some(product),
            });
            product.filter(|_| any)
        };
        let used = used.or(most).or_else(by_topology);
        if used.is_none() {
            self.left.change("smp", "it is no number of processors and is left out");
            self.left.keep("smp", argument);
        }
        set_vcpus(&mut self.guest, used, most);
        options.keep("smp", &mut self.left);
    }

    fn device(&mut self, argument: &str) {
        let mut options = Options::of(argument, "driver");
        let driver = options.take("driver").unwrap_or_default();
        if self.drives.device(&driver, &mut options, &mut self.left) {
            return;
        }
        if options.get("netdev").is_some() || options.get("mac").is_some() {
            let mut nic = card(&mut options, &mut self.left);
            nic.model = Some(model_of(&driver).to_owned());
            let net = options.take("netdev");
            options.keep(&format!("device {driver}"), &mut self.left);
            self.nics.push((nic, net));
        } else if let Some(address) =
            options.get("host").filter(|_| driver.starts_with("vfio-pci") || driver == "pci-assign")
        {
            let short = address.matches(':').count() == 1;
            let text = format!("pci {}{}", if short { "0000:" } else { "" }, address.to_ascii_lowercase());
            self.guest.passed_through.push(text);
        } else if driver == "usb-host" {
            let part = |name: &str| options.get(name).unwrap_or_default().to_owned();
            let text = if options.get("hostbus").is_some() {
                format!("usb bus {} device {}", part("hostbus"), part("hostaddr"))
            } else {
                format!("usb {}", argument.split_once(',').map_or("", |(_, rest)| rest))
            };
            self.guest.passed_through.push(text);
        } else {
            self.left.spare(&format!("device {driver}"));
        }
    }

    /// The old way: cards and the host's ends in one list, paired by their VLAN.
    fn net(&mut self, option: &str, argument: &str) {
        let mut options = Options::of(argument, "type");
        let kind = options.get("type").unwrap_or_default().to_owned();
        if kind == "none" {
            return self.left.spare("net");
        }
        let vlan = options.take("vlan").unwrap_or_else(|| "0".to_owned());
        if option == "nic" {
            let mut nic = host_end(&mut options, &mut self.left);
            let card = card(&mut options, &mut self.left);
            nic.mac = card.mac;
            nic.model = options.take("model");
            self.nics.push((nic, None));
        } else if kind == "nic" {
            options.take("type");
            let mut nic = card(&mut options, &mut self.left);
            nic.model = options.take("model");
            let net = options.take("netdev").unwrap_or_else(|| format!("vlan {vlan}"));
            self.nics.push((nic, Some(net)));
        } else {
            let nic = host_end(&mut options, &mut self.left);
            self.nets.push((Some(format!("vlan {vlan}")), nic));
        }
        options.keep(option, &mut self.left);
    }

    fn vnc(&mut self, argument: &str) {
        let mut options = Options::of(argument, "at");
        let at = options.take("at").unwrap_or_default();
        let text = match at.strip_prefix("unix:") {
            Some(socket) => screen("vnc", None, None, Some(socket)),
            None if at == "none" => return self.left.spare("vnc"),
            None => {
                let (host, display) = at.rsplit_once(':').unwrap_or((&at, ""));
                let port = display.parse::<u16>().ok().and_then(|display| display.checked_add(5_900));
                screen("vnc", Some(host), port.map(|port| port.to_string()).as_deref(), None)
            }
        };
        self.guest.graphics.get_or_insert(text);
        options.keep("vnc", &mut self.left);
    }

    fn finish(mut self, fallback: &str) -> (Guest, Leftovers) {
        let mut guest = self.guest;
        let mut left = self.left;
        guest.hypervisor = if self.is_accelerated { Hypervisor::Kvm } else { Hypervisor::Qemu };
        if guest.vcpus.is_none() {
            guest.vcpus = Some(1);
        }
        guest.memory_bytes = guest.memory_bytes.or(Some(128 * MIB));
        let first = self.drives.finish(&mut guest, &mut left);
        guest.boot = if guest.kernel.is_some() {
            Boot::Kernel
        } else {
            match self.order.as_deref().and_then(|order| order.chars().next()) {
                Some('d') => Boot::Cdrom,
                Some('n') => Boot::Network,
                _ => first.unwrap_or_default(),
            }
        };
        if let Some(order) = self.order.filter(|order| order.len() > 1) {
            left.keep("boot", &order);
        }
        for (mut nic, net) in self.nics {
            if let Some(net) = net {
                let at = self.nets.iter().position(|(id, _)| id.as_deref() == Some(net.as_str()));
                match at.map(|at| self.nets.remove(at).1) {
                    Some(end) => nic = Nic { mac: nic.mac, model: nic.model, ..end },
                    None => left.note(
                        GapKind::Dangling,
                        "netdev",
                        "an interface whose other end is not on the command line",
                    ),
                }
            }
            guest.nics.push(nic);
        }
        for (_, net) in self.nets {
            left.lose("netdev", "a network end without an interface");
            left.keep("netdev", net.kind.as_deref().unwrap_or_default());
        }
        if guest.name.is_empty() {
            left.change("name", "the command line names no guest; it is called after its file");
        }
        identify(&mut guest, fallback);
        (guest, left)
    }
}

fn card(options: &mut Options, left: &mut Leftovers) -> Nic {
    let mut nic = Nic::default();
    if let Some(text) = options.take("mac").or_else(|| options.take("macaddr")) {
        nic.mac = mac(&text);
        if nic.mac.is_none() {
            left.change("mac", "it is no MAC address and is left out");
            left.keep("mac", &text);
        }
    }
    options.take("id");
    nic
}

fn host_end(options: &mut Options, left: &mut Leftovers) -> Nic {
    let kind = options.take("type").unwrap_or_default();
    let mut nic = Nic { source: options.take("br"), target: options.take("ifname"), ..Nic::default() };
    nic.kind = Some(match kind.as_str() {
        "bridge" => "bridge".to_owned(),
        "tap" if nic.source.is_some() => "bridge".to_owned(),
        "tap" => "ethernet".to_owned(),
        _ => kind,
    });
    if let Some(script) = options.take("script").filter(|script| script != "no") {
        left.keep("netdev/script", &script);
    }
    nic
}

fn model_of(driver: &str) -> &str {
    match driver {
        "virtio-net-pci"
        | "virtio-net"
        | "virtio-net-device"
        | "virtio-net-ccw"
        | "virtio-net-pci-non-transitional" => "virtio",
        other => other,
    }
}
