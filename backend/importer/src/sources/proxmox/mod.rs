//! Proxmox VE: configuration files, and answers of its API as they were recorded.
//!
//! Files and answers about the same guest are put together by its number, whichever comes
//! first. What a guest's files and answers say twice is taken once; where they differ that
//! is said.

mod answers;
mod config;
mod estate;
mod files;
#[cfg(test)]
mod tests;

use config::Sort;
use estate::Estate;

use super::guests::emit::Emitter;
use super::guests::files::{self as given, Found};
use super::guests::leftovers::Leftovers;
use crate::sources::Input;
use crate::{Gap, GapKind, Kind, Refusal, RefusalCode, Sink};

/// Reads files and recorded answers.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let list = given::list(input)?;
    let mut out = Emitter::new(sink);
    let mut estate = Estate::default();
    given::each(&list, &mut out, |file, out| {
        if file.is_link {
            let gap = Gap::new(GapKind::PartUnread, &file.place, "a link; only the file it leads to is read");
            return out.gap(gap);
        }
        let (text, was_latin1) = given::text(file, &input.limits)?;
        if was_latin1 {
            let reason = "the text is not UTF-8; it was read as Latin-1";
            out.gap(Gap::new(GapKind::FactChanged, &file.place, reason))?;
        }
        match text.trim_start().chars().next() {
            Some('{') => answers::read(&text, file, &mut estate, out),
            Some('[') if file.ending() == "json" => answers::read(&text, file, &mut estate, out),
            _ => configuration(&text, file, &mut estate, out),
        }
    })?;
    let logins = u64::try_from(estate.logins.len()).unwrap_or(u64::MAX);
    if logins > 0 {
        out.gap(answers::gap_of_passwords("access/users", logins))?;
    }
    estate.emit(&mut out)
}

/// Keys of guests, of which a configuration holds at least one.
const KEYS: &[&str] = &[
    "acpi",
    "agent",
    "amd-sev",
    "arch",
    "args",
    "audio0",
    "autostart",
    "balloon",
    "bios",
    "boot",
    "bootdisk",
    "cores",
    "cpu",
    "cpulimit",
    "cpuunits",
    "features",
    "hostname",
    "hotplug",
    "hugepages",
    "ide2",
    "intel-tdx",
    "kvm",
    "machine",
    "memory",
    "meta",
    "name",
    "net0",
    "numa",
    "onboot",
    "ostype",
    "rootfs",
    "sata0",
    "scsi0",
    "scsihw",
    "smbios1",
    "sockets",
    "swap",
    "tags",
    "template",
    "unprivileged",
    "vcpus",
    "vga",
    "virtio0",
    "vmgenid",
];

/// Whether keys are those of a guest's configuration.
fn is_configuration<'a>(mut keys: impl Iterator<Item = &'a str>) -> bool {
    keys.any(|key| KEYS.contains(&key))
}

fn configuration(text: &str, file: &Found, estate: &mut Estate, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let mut left = Leftovers::default();
    let parsed = files::parse(text, &mut left);
    let sort = match file.folder().as_str() {
        "qemu-server" => Some(Sort::Machine),
        "lxc" => Some(Sort::Container),
        _ => None,
    };
    let number = files::number_in(file.stem());
    let is_known = parsed.is_known && is_configuration(parsed.keys.keys().map(String::as_str));
    if !is_known && (sort.is_none() || number.is_none()) {
        return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "no line in it describes a guest"));
    }
    let id = number.map_or_else(|| file.stem().to_owned(), |number| number.to_string());
    if number.is_none() {
        left.change("vmid", "the file's name holds no number; the guest is called after the file");
    }
    if let Err(gap) = estate.configure(&id, &file.place, sort, parsed.keys) {
        out.gap(gap)?;
        for gap in left.into_gaps(&file.place, Some((Kind::Guest, &id)), estate::SPARED) {
            out.gap(gap)?;
        }
        return Ok(());
    }
    for (key, value) in parsed.pending {
        left.lose(&key, "a change waits for the next start and is not taken over");
        left.keep(&format!("pending {key}"), &value);
    }
    let draft = estate.guest(&id, &file.place, sort);
    draft.left.absorb(left);
    draft.guest.snapshots = parsed.snapshots;
    draft.guest.server = draft.guest.server.take().or_else(|| node_of(file));
    draft.guest.description = Some(parsed.description).filter(|text| !text.is_empty());
    Ok(())
}

/// The node in a path such as `nodes/NODE/qemu-server/100.conf`.
fn node_of(file: &Found) -> Option<String> {
    let names: Vec<String> =
        file.path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let at = names.iter().rposition(|name| name == "qemu-server" || name == "lxc")?;
    let (before, node) = (names.get(at.checked_sub(2)?)?, names.get(at.checked_sub(1)?)?);
    (before == "nodes").then(|| node.clone())
}
