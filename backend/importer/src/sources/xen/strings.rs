//! Xen's own little languages: the strings that describe a disk or an interface.

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{address, bus_of, is_device, is_partition, mac};
use crate::snapshot::{Disk, DiskKind, Hypervisor, Nic};

/// Formats that a disk may name.
const FORMATS: &[&str] = &["raw", "qcow", "qcow2", "qed", "vhd", "vmdk", "aio"];

/// Collects what a disk's string says.
#[derive(Default)]
struct Spec {
    target: Option<String>,
    format: Option<String>,
    device: Option<String>,
    access: Option<String>,
    is_cdrom: bool,
    is_floppy: bool,
    back_end: Option<String>,
    /// The kind of source that a prefix such as `phy:` names.
    prefix: Option<&'static str>,
    rest: Vec<(String, String)>,
}

/// Reads a disk in any of its forms: `phy:/dev/x,xvda,w`, `/img,raw,xvda,rw` or
/// `format=raw,vdev=xvda,access=rw,target=/img`.
pub(super) fn disk(written: &str, left: &mut Leftovers) -> Disk {
    let mut spec = Spec::default();
    let mut rest = written.trim();
    let mut position = 0_usize;
    while !rest.is_empty() {
        // `target=` is the last and takes everything, commas included.
        if let Some(target) = rest.strip_prefix("target=") {
            spec.set_target(target);
            break;
        }
        let (item, next) = rest.split_once(',').unwrap_or((rest, ""));
        rest = next.trim_start();
        let item = item.trim();
        match item.split_once('=').filter(|(key, _)| is_key(key)) {
            Some((key, value)) => spec.set(key, value),
            None if is_bare_option(item) && position > 0 => spec.set(item, ""),
            None => {
                spec.set_at(position, item);
                position = position.saturating_add(1);
            }
        }
    }
    spec.into_disk(left)
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_bare_option(item: &str) -> bool {
    matches!(item, "cdrom" | "discard" | "no-discard" | "direct-io-safe" | "readonly" | "colo" | "no-colo")
}

/// Whether a word names a device in the guest, as `xvda1`, `hdc:cdrom` or `d0p1`.
fn is_device_name(word: &str) -> bool {
    let word = word.strip_prefix("ioemu:").unwrap_or(word);
    let word = word.split(':').next().unwrap_or(word).trim_start_matches("/dev/");
    let is_numbered = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == 'p');
    bus_of(word).is_some() || word.strip_prefix('d').is_some_and(is_numbered) || is_numbered(word)
}

impl Spec {
    fn set(&mut self, key: &str, value: &str) {
        let value = value.trim();
        match key {
            "vdev" => self.set_device(value),
            "format" => self.format = Some(value.to_owned()),
            "access" => self.access = Some(value.to_owned()),
            "backendtype" => self.back_end = Some(value.to_owned()),
            "devtype" => self.is_cdrom |= value == "cdrom",
            "cdrom" => self.is_cdrom = true,
            "readonly" => self.access = Some("ro".to_owned()),
            _ => self.rest.push((key.to_owned(), value.to_owned())),
        }
    }

    fn set_at(&mut self, position: usize, item: &str) {
        if position == 0 {
            return self.set_target(item);
        }
        // The old form has no format: after a prefix, or where a device's name stands in its place.
        let is_old = self.prefix.is_some() || (self.format.is_none() && is_device_name(item));
        if self.format.is_none() && self.device.is_none() && !is_old {
            self.format = Some(if item.is_empty() { "raw".to_owned() } else { item.to_owned() });
        } else if self.device.is_none() {
            self.set_device(item);
        } else if self.access.is_none() {
            self.access = Some(item.to_owned());
        } else if !item.is_empty() {
            self.rest.push(("positional".to_owned(), item.to_owned()));
        }
    }

    fn set_device(&mut self, written: &str) {
        let written = written.strip_prefix("ioemu:").unwrap_or(written);
        let (name, kind) = written.split_once(':').unwrap_or((written, ""));
        self.is_cdrom |= kind == "cdrom";
        self.is_floppy |= kind == "floppy";
        let name = name.trim_start_matches("/dev/");
        self.device = Some(name.to_owned()).filter(|name| !name.is_empty());
    }

    fn set_target(&mut self, written: &str) {
        let mut target = written.trim();
        while let Some((word, rest)) = target.split_once(':') {
            match word {
                "phy" => self.prefix = Some("block"),
                "file" => self.prefix = Some("file"),
                "tap" | "tap2" | "tapdisk" | "ioemu" => self.prefix = Some("file"),
                "aio" | "raw" | "ram" => {
                    self.prefix = Some("file");
                    self.format = Some("raw".to_owned());
                }
                format if FORMATS.contains(&format) => {
                    self.prefix = Some("file");
                    self.format = Some(format.to_owned());
                }
                _ => break,
            }
            target = rest;
        }
        if target.is_empty() {
            return;
        }
        // A device without a path lies below /dev.
        let is_bare = self.prefix == Some("block") && !target.starts_with('/');
        self.target = Some(if is_bare { format!("/dev/{target}") } else { target.to_owned() });
    }

    fn into_disk(self, left: &mut Leftovers) -> Disk {
        let mut disk = Disk { target: self.device, ..Disk::default() };
        let name = disk.target.clone().unwrap_or_default();
        disk.kind = if self.is_cdrom {
            DiskKind::Cdrom
        } else if self.is_floppy || name.starts_with("fd") {
            DiskKind::Floppy
        } else {
            DiskKind::Disk
        };
        disk.bus = bus_of(&name).map(str::to_owned);
        disk.is_partition = is_partition(&name);
        if let Some(target) = self.target {
            let by_back_end = self.back_end.as_deref().and_then(|kind| (kind == "phy").then_some("block"));
            let by_path = if is_device(&target) { "block" } else { "file" };
            let scheme = target.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_key(scheme));
            let kind = self.prefix.or(by_back_end).or(scheme).unwrap_or(by_path);
            disk.source_kind = Some(kind.to_owned());
            // Xen never looks into a disk: without a format it is raw.
            let format = self.format.filter(|format| format != "aio").unwrap_or_else(|| "raw".to_owned());
            disk.format = Some(format);
            disk.source = Some(target);
        }
        match self.access.as_deref().unwrap_or_default() {
            "" | "w" | "rw" => {}
            "r" | "ro" => disk.is_read_only = true,
            "w!" | "!" => disk.is_shared = true,
            "r!" => {
                disk.is_read_only = true;
                disk.is_shared = true;
            }
            other => {
                left.change("disk access", "the way of access is not known; it is taken as writable");
                left.keep(&format!("disk {name}/access"), other);
            }
        }
        // Whatever is asked for, a CD cannot be written.
        disk.is_read_only |= disk.kind == DiskKind::Cdrom;
        if let Some(back_end) = self.back_end {
            left.keep(&format!("disk {name}/backendtype"), &back_end);
        }
        for (key, value) in self.rest {
            left.keep(&format!("disk {name}/{key}"), &value);
        }
        disk
    }
}

/// Reads an interface: `mac=..,bridge=..,ip=1.2.3.4 5.6.7.8,rate=10Mb/s`.
pub(super) fn interface(written: &str, index: usize, hypervisor: Hypervisor, left: &mut Leftovers) -> Nic {
    let mut words: Vec<(String, String)> = Vec::new();
    for item in written.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        match item.split_once('=') {
            Some((key, value)) => words.push((key.trim().to_owned(), value.trim().to_owned())),
            // Addresses may also be separated by commas.
            None if address(item).is_some() => words.push(("ip".to_owned(), item.to_owned())),
            None => words.push((item.to_owned(), String::new())),
        }
    }
    interface_of(words, index, hypervisor, left)
}

/// Reads an interface from its keys and values.
pub(super) fn interface_of(
    words: Vec<(String, String)>,
    index: usize,
    hypervisor: Hypervisor,
    left: &mut Leftovers,
) -> Nic {
    let mut nic = Nic::default();
    let called = format!("interface {index}");
    let mut kind = None;
    for (key, value) in words {
        if value.is_empty() && key != "ip" {
            left.keep(&format!("{called}/{key}"), &value);
            continue;
        }
        match key.as_str() {
            "mac" => {
                nic.mac = mac(&value);
                if nic.mac.is_none() {
                    left.change("vif mac", "it is no MAC address and is left out");
                    left.keep(&format!("{called}/mac"), &value);
                }
            }
            "bridge" => nic.source = Some(value),
            "model" => nic.model = Some(value),
            "type" | "nictype" => kind = Some(value),
            "vifname" | "ifname" => nic.target = Some(value),
            "rate" => nic.rate = Some(rate(&value).unwrap_or(value)),
            "vlan" if value.parse::<u32>().is_ok() => nic.vlan = value.parse().ok(),
            "gateway" => nic.gateway = Some(value),
            "ip" => {
                for word in value.split_whitespace() {
                    match address(word) {
                        Some(address) => nic.addresses.push(address),
                        None => {
                            left.change("vif ip", "it is no address and is left out");
                            left.keep(&format!("{called}/ip"), word);
                        }
                    }
                }
            }
            _ => left.keep(&format!("{called}/{key}"), &value),
        }
    }
    nic.kind = Some(if nic.source.is_some() { "bridge" } else { "ethernet" }.to_owned());
    let is_front_only = matches!(kind.as_deref(), Some("vif" | "netfront"));
    if is_front_only && nic.model.is_none() && hypervisor == Hypervisor::XenHvm {
        // Only the paravirtual half, without an emulated card beside it.
        nic.model = Some("netfront".to_owned());
    }
    nic
}

/// A rate such as `10240KB/s` or `80Mb/s@50ms` in kilobytes a second, which is also
/// libvirt's unit; it limits what the guest sends.
fn rate(written: &str) -> Option<String> {
    let (rate, interval) = written.split_once('@').map_or((written, None), |(rate, interval)| (rate, Some(interval)));
    let per_second = rate.trim().strip_suffix("/s")?;
    let (number, is_bits) = match per_second.strip_suffix('B') {
        Some(number) => (number, false),
        None => (per_second.strip_suffix('b')?, true),
    };
    let (digits, unit) = match number.strip_suffix(['K', 'k']) {
        Some(digits) => (digits, 1_000),
        None => match number.strip_suffix('M') {
            Some(digits) => (digits, 1_000_000),
            None => number.strip_suffix('G').map_or((number, 1), |digits| (digits, 1_000_000_000)),
        },
    };
    let bytes = digits.parse::<u64>().ok()?.checked_mul(unit)? / if is_bits { 8 } else { 1 };
    if bytes % 1_000 != 0 {
        return None;
    }
    let interval = interval.map(|interval| format!(" @{interval}")).unwrap_or_default();
    Some(format!("out {} kB/s{interval}", bytes / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str) -> Disk {
        disk(written, &mut Leftovers::default())
    }

    fn of(disk: &Disk) -> (Option<&str>, Option<&str>, Option<&str>, Option<&str>) {
        (disk.source_kind.as_deref(), disk.source.as_deref(), disk.format.as_deref(), disk.target.as_deref())
    }

    #[test]
    fn the_three_forms_of_a_disk_mean_the_same() {
        let expected = (Some("file"), Some("/img/a"), Some("raw"), Some("xvda"));
        for written in [
            "file:/img/a,xvda,w",
            "tap:aio:/img/a,xvda,w",
            "/img/a,raw,xvda,rw",
            "/img/a,,xvda",
            "/img/a,xvda,w",
            "format=raw, vdev=xvda, access=rw, target=/img/a",
            "vdev=xvda,/img/a",
            "raw:/img/a,xvda",
        ] {
            assert_eq!(of(&read(written)), expected, "{written}");
        }
        assert_eq!(of(&read("vdev=xvda,target=/img/a,b=c")).1, Some("/img/a,b=c"));
    }

    #[test]
    fn partitions_shared_disks_and_empty_drives_are_seen() {
        let part = read("phy:vg/lvm1-xen01,sda1,w!");
        assert_eq!(of(&part), (Some("block"), Some("/dev/vg/lvm1-xen01"), Some("raw"), Some("sda1")));
        assert!(part.is_partition && part.is_shared);
        let drive = read(",hdc:cdrom,r");
        assert_eq!((drive.kind, drive.source, drive.format, drive.is_read_only), (DiskKind::Cdrom, None, None, true));
        assert_eq!(read("tap:qcow2:/x,ioemu:hda,w").format.as_deref(), Some("qcow2"));
        assert_eq!(read("rbd:pool/image,raw,xvda").source_kind.as_deref(), Some("rbd"));
    }

    #[test]
    fn an_interface_may_have_several_addresses() {
        let mut left = Leftovers::default();
        let written = "mac=0:16:3E:1:2:3, ip=192.0.2.1 192.0.2.2, bridge=xenbr0,rate=80Mb/s,ip=2001:db8::1";
        let nic = interface(written, 0, Hypervisor::XenPv, &mut left);
        assert_eq!(nic.mac.as_deref(), Some("00:16:3e:01:02:03"));
        assert_eq!(nic.addresses, ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
        assert_eq!(nic.rate.as_deref(), Some("out 10000 kB/s"));
        assert_eq!((nic.kind.as_deref(), nic.source.as_deref()), (Some("bridge"), Some("xenbr0")));
    }
}
