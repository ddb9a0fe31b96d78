//! OpenVZ and Virtuozzo containers: `/etc/vz/conf/CTID.conf`, and the samples they were
//! made from. Every one is a record that says why it cannot run here as it is.
//!
//! Limits are `barrier:limit` pairs, counted in pages, blocks or bytes depending on the
//! setting; the largest number a counter holds means no limit.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::guests::emit::Emitter;
use super::guests::files::{self, Found};
use super::guests::leftovers::Leftovers;
use super::guests::values::{CONTAINER, KIB, address, mac, size, uuid};
use crate::formats::shell_words::{self, Line};
use crate::snapshot::{Disk, Guest, Hypervisor, Nic};
use crate::sources::Input;
use crate::{Gap, GapKind, Refusal, RefusalCode, Sink};

/// Bytes of a page. OpenVZ runs on machines where it is nothing else.
const PAGE: u64 = 4 * KIB;

/// Settings that only tune the old kernel.
const SPARED: &[&str] = &[
    "VERSION",
    "AVNUMPROC",
    "NUMPROC",
    "NUMTCPSOCK",
    "NUMOTHERSOCK",
    "VMGUARPAGES",
    "OOMGUARPAGES",
    "KMEMSIZE",
    "TCPSNDBUF",
    "TCPRCVBUF",
    "OTHERSOCKBUF",
    "DGRAMRCVBUF",
    "LOCKEDPAGES",
    "SHMPAGES",
    "NUMFILE",
    "NUMFLOCK",
    "NUMPTY",
    "NUMSIGINFO",
    "DCACHESIZE",
    "NUMIPTENT",
    "NUMMEMORYSUBGROUPS",
    "QUOTATIME",
    "QUOTAUGIDLIMIT",
    "MEMINFO",
    "PLATFORM",
    "SLMMODE",
    "IPTABLES",
    "NETFILTER",
    "VM_OVERCOMMIT",
];

/// Reads configuration files of containers.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let list = files::list(input)?;
    let mut out = Emitter::new(sink);
    files::each(&list, &mut out, |file, out| {
        let who = Who::of(&file.name);
        if file.is_link || matches!(who, Who::Nothing) {
            let reason = if file.is_link {
                "a link; only the file it leads to is read"
            } else {
                "not a container's configuration"
            };
            if list.is_single {
                return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, reason));
            }
            return out.gap(Gap::new(GapKind::PartUnread, &file.place, reason));
        }
        if matches!(&who, Who::Container(id) if id == "0") {
            let reason = "container 0 is the host itself, not a guest";
            return out.gap(Gap::new(GapKind::PartUnread, &file.place, reason));
        }
        let (text, _) = files::text(file, &input.limits)?;
        container(&text, who, file, out)
    })
}

/// What a file's name says of whose configuration it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    /// `101.conf`, or a uuid for newer versions.
    Container(String),
    /// `ve-NAME.conf-sample`: what containers are made from.
    Sample(String),
    Nothing,
}

impl Who {
    fn of(name: &str) -> Self {
        if let Some((stem, rest)) = name.split_once(".conf-sample") {
            let architecture = rest.trim_start_matches('.');
            let name = stem.strip_prefix("ve-").unwrap_or(stem);
            let dot = if architecture.is_empty() { "" } else { "." };
            return Self::Sample(format!("{name}{dot}{architecture}"));
        }
        match name.strip_suffix(".conf") {
            Some(id) if !id.is_empty() => Self::Container(id.to_owned()),
            _ if name == "ve.conf" => Self::Nothing,
            _ => Self::Nothing,
        }
    }
}

/// Settings by name.
struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).filter(|value| !value.trim().is_empty())
    }

    /// Barrier and limit of a pair, in bytes; a side without limit is none.
    fn pair(&mut self, name: &str, unit: u64, left: &mut Leftovers) -> Option<(Option<u64>, Option<u64>)> {
        let written = self.take(name)?;
        let (barrier, limit) = written.split_once(':').unwrap_or((&written, &written));
        let side = |text: &str| limited(text, unit).ok();
        match (side(barrier), side(limit)) {
            (Some(barrier), Some(limit)) => {
                left.keep(name, &written);
                Some((barrier, limit))
            }
            _ => {
                left.change(name, "it is no pair of limits and is left out");
                left.keep(name, &written);
                None
            }
        }
    }
}

/// A limit in bytes; none where there is no limit.
fn limited(text: &str, unit: u64) -> Result<Option<u64>, ()> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("unlimited") {
        return Ok(None);
    }
    if let Ok(number) = text.parse::<u64>() {
        // The largest number of a 32-bit and of a 64-bit counter.
        let is_unlimited = number == 2_147_483_647 || number >= 9_223_372_036_854_775_807;
        return if is_unlimited { Ok(None) } else { number.checked_mul(unit).map(Some).ok_or(()) };
    }
    if let Some(pages) = text.strip_suffix(['p', 'P']) {
        return pages.parse::<u64>().ok().and_then(|pages| pages.checked_mul(PAGE)).map(Some).ok_or(());
    }
    size(text, unit).map(Some).ok_or(())
}

fn container(text: &str, who: Who, file: &Found, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let mut left = Leftovers::default();
    let mut settings = Settings { values: BTreeMap::new() };
    let mut comments = Vec::new();
    for line in shell_words::settings(text) {
        match line {
            Line::Setting { name, value } => {
                if settings.values.insert(name.clone(), value).is_some() {
                    left.change(&name, "it stands more than once; the last counts");
                }
            }
            Line::Comment(comment) => comments.push(comment),
            Line::Other(other) => {
                left.lose("line", "a line that sets nothing is not run; it is kept as text");
                left.keep("line", &other);
            }
        }
    }
    if settings.values.is_empty() {
        return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "no line in it sets anything"));
    }
    let (id, is_template) = match who {
        Who::Sample(name) => (name, true),
        Who::Container(id) => (id, false),
        Who::Nothing => (file.stem().to_owned(), false),
    };
    let mut guest = Guest {
        uuid: settings.take("UUID").as_deref().and_then(uuid).or_else(|| uuid(&id)),
        id,
        is_template,
        hypervisor: Hypervisor::Openvz,
        cannot_run: Some(CONTAINER.to_owned()),
        ..Guest::default()
    };
    guest.hostname = settings.take("HOSTNAME");
    guest.name = settings.take("NAME").or_else(|| guest.hostname.clone()).unwrap_or_else(|| guest.id.clone());
    guest.description = settings.take("DESCRIPTION");
    guest.os = settings.take("OSTEMPLATE").or_else(|| settings.take("DISTRIBUTION"));
    guest.starts_with_host = settings.take("ONBOOT").is_some_and(|word| word.eq_ignore_ascii_case("yes"));
    if settings.take("DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("yes")) {
        guest.is_locked = true;
        left.keep("DISABLED", "yes");
    }
    resources(&mut settings, &mut guest, &mut left);
    network(&mut settings, &mut guest, &mut left);
    if !comments.is_empty() {
        left.keep("comments", &comments.join("\n"));
    }
    for (name, value) in settings.values {
        if SPARED.contains(&name.as_str()) || value.trim().is_empty() {
            left.spare(&name);
        } else {
            left.keep(&name, &value);
        }
    }
    out.guest(&file.place, guest, left, "limits of the old kernel, not needed")
}

/// Memory is limited by pages in newer versions, by private pages or bytes in older ones.
fn resources(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let physical = settings.pair("PHYSPAGES", PAGE, left).and_then(|(_, limit)| limit);
    let private = settings.pair("PRIVVMPAGES", PAGE, left).and_then(|(barrier, limit)| barrier.or(limit));
    let bytes = settings.pair("SLMMEMORYLIMIT", 1, left).and_then(|(barrier, limit)| barrier.or(limit));
    guest.memory_bytes = bytes.or(physical).or(private).filter(|bytes| *bytes > 0);
    guest.swap_bytes = settings.pair("SWAPPAGES", PAGE, left).and_then(|(_, limit)| limit);
    guest.vcpus = settings.take("CPUS").and_then(|text| {
        let number = text.trim().parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            left.change("CPUS", "it is no number of processors and is left out");
            left.keep("CPUS", &text);
        }
        number
    });
    let private = settings.take("VE_PRIVATE");
    let layout = settings.take("VE_LAYOUT");
    // Disk space is counted in blocks of a kibibyte, soft and hard limit.
    let space = settings.pair("DISKSPACE", KIB, left).and_then(|(soft, hard)| hard.or(soft));
    if private.is_some() || space.is_some() {
        guest.disks.push(Disk {
            target: Some("/".to_owned()),
            source_kind: Some(layout.unwrap_or_else(|| "dir".to_owned())),
            source: private,
            size_bytes: space,
            ..Disk::default()
        });
    }
}

fn network(settings: &mut Settings, guest: &mut Guest, left: &mut Leftovers) {
    let written = settings.take("IP_ADDRESS").unwrap_or_default();
    let mut addresses = Vec::new();
    for word in written.split_whitespace() {
        match address(word) {
            Some(address) if address.starts_with("0.0.0.0") => {
                left.keep("IP_ADDRESS", word);
            }
            Some(address) => addresses.push(address),
            None => {
                left.change("IP_ADDRESS", "it is no address and is left out");
                left.keep("IP_ADDRESS", word);
            }
        }
    }
    if !addresses.is_empty() {
        // Such addresses are routed to the container, without an Ethernet card.
        guest.nics.push(Nic { kind: Some("venet".to_owned()), addresses, ..Nic::default() });
    }
    for written in settings.take("NETIF").unwrap_or_default().split(';').filter(|written| !written.trim().is_empty()) {
        let mut nic = Nic { kind: Some("ethernet".to_owned()), ..Nic::default() };
        let called = format!("interface {}", guest.nics.len());
        for item in written.split(',') {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            match (name.trim(), value.trim()) {
                ("mac", value) if mac(value).is_some() => nic.mac = mac(value),
                ("bridge" | "network", value) if !value.is_empty() => {
                    nic.kind = Some("bridge".to_owned());
                    nic.source = Some(value.to_owned());
                }
                ("host_ifname", value) if !value.is_empty() => nic.target = Some(value.to_owned()),
                ("ip", value) => {
                    for word in value.split_whitespace() {
                        match address(word) {
                            Some(address) => nic.addresses.push(address),
                            None => left.keep(&format!("{called}/ip"), word),
                        }
                    }
                }
                ("gw", value) if !value.is_empty() => nic.gateway = Some(value.to_owned()),
                (name, value) => left.keep(&format!("{called}/{name}"), value),
            }
        }
        guest.nics.push(nic);
    }
}
