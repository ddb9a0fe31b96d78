//! What becomes of those parts of a domain's document that no field of a guest holds.
//!
//! One table, by path below `domain`; the longest path that fits decides. What no row
//! names is kept as text and said aloud as unknown.

use super::super::guests::leftovers::Leftovers;
use crate::formats::elements::Element;

/// What the gap says of parts that only matter to the machine's own libvirt.
pub(super) const SPARED: &str = "kept by libvirt, not needed";

/// The fate of a part.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Says nothing of identity, resources, disks or networks; libvirt keeps it while the
    /// guest stays where it is. Counted by name.
    Spared,
    /// Kept as text.
    Kept,
    /// Kept as text, and the loss is said.
    Lost(&'static str),
}

use Fate::{Kept, Lost, Spared};

const FATES: &[(&str, Fate)] = &[
    ("bootloader_args", Kept),
    ("clock", Spared),
    ("cpu", Kept),
    ("cputune", Kept),
    ("blkiotune", Kept),
    ("memtune", Kept),
    ("memoryBacking", Kept),
    ("maxMemory", Kept),
    ("memory@dumpCore", Spared),
    ("numatune", Kept),
    ("iothreads", Kept),
    ("iothreadids", Kept),
    ("defaultiothread", Kept),
    ("throttlegroups", Kept),
    ("vcpu@placement", Spared),
    ("vcpu@cpuset", Kept),
    ("vcpus", Kept),
    ("genid", Kept),
    ("idmap", Kept),
    ("features", Spared),
    ("pm", Spared),
    ("perf", Spared),
    ("seclabel", Spared),
    ("keywrap", Spared),
    ("resource", Spared),
    ("sysinfo", Kept),
    ("on_poweroff", Kept),
    ("on_reboot", Kept),
    ("on_crash", Kept),
    ("on_lockfailure", Kept),
    ("metadata", Kept),
    ("launchSecurity", Lost("a confidential guest is bound to the processor it was started on")),
    ("qemu:commandline", Lost("arguments for QEMU are not taken over")),
    ("qemu:override", Lost("overrides of QEMU's devices are not taken over")),
    ("qemu:capabilities", Lost("QEMU's capabilities are not taken over")),
    ("qemu:deprecation", Spared),
    ("xen:commandline", Lost("arguments for Xen's device model are not taken over")),
    ("bhyve:commandline", Lost("arguments for bhyve are not taken over")),
    ("lxc:namespace", Kept),
    ("os", Kept),
    ("os/bootmenu", Spared),
    ("os/bios", Spared),
    ("os/smbios", Spared),
    ("devices/emulator", Spared),
    ("devices/controller", Spared),
    ("devices/input", Spared),
    ("devices/memballoon", Spared),
    ("devices/video", Spared),
    ("devices/sound", Spared),
    ("devices/audio", Spared),
    ("devices/rng", Spared),
    ("devices/panic", Spared),
    ("devices/watchdog", Spared),
    ("devices/hub", Spared),
    ("devices/redirdev", Spared),
    ("devices/redirfilter", Spared),
    ("devices/channel", Spared),
    ("devices/parallel", Spared),
    ("devices/serial", Spared),
    ("devices/console", Spared),
    ("devices/smartcard", Spared),
    ("devices/iommu", Spared),
    ("devices/vsock", Spared),
    ("devices/crypto", Spared),
    ("devices/pstore", Spared),
    ("devices/nvram", Kept),
    ("devices/memory", Kept),
    ("devices/shmem", Lost("memory shared with the host or other guests is not taken over")),
    ("devices/lease", Lost("a lock manager's lease is not taken over")),
    ("devices/tpm", Lost("a TPM keeps keys outside of the disks")),
    ("devices/filesystem", Lost("a folder or image of the host is mounted in the guest")),
    ("devices/graphics", Spared),
    ("devices/hostdev", Spared),
    ("devices/disk", Kept),
    ("devices/disk/address", Spared),
    ("devices/disk/alias", Spared),
    ("devices/disk/backingStore", Kept),
    ("devices/disk/source/seclabel", Spared),
    ("devices/disk/mirror", Lost("a block job was copying the disk when the document was written")),
    ("devices/disk/auth", Lost("the secret of the storage is kept by libvirt and not in the document")),
    ("devices/disk/source/auth", Lost("the secret of the storage is kept by libvirt and not in the document")),
    ("devices/disk/encryption", Lost("the key of an encrypted disk is kept by libvirt and not in the document")),
    ("devices/disk/source/encryption", Lost("the key of an encrypted disk is kept by libvirt and not in the document")),
    ("devices/interface", Kept),
    ("devices/interface/address", Spared),
    ("devices/interface/alias", Spared),
];

fn fate_of(path: &str) -> Option<Fate> {
    let fits =
        |known: &str| path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']));
    FATES.iter().filter(|(known, _)| fits(known)).max_by_key(|(known, _)| known.len()).map(|(_, fate)| *fate)
}

/// Answers for what is left of an element that was taken. `path` is its path below
/// `domain`, `label` how it is called among others of its kind.
pub(super) fn of_taken(left: &mut Leftovers, path: &str, label: &str, element: Element) {
    for (name, value) in &element.attributes {
        part(left, &format!("{path}@{name}"), &format!("{label}@{name}"), Part::Value(value));
    }
    if !element.text.trim().is_empty() {
        part(left, path, label, Part::Value(element.text.trim()));
    }
    for child in element.children {
        let (path, label) = (join(path, &child.name), join(label, &child.name));
        part(left, &path, &label, Part::Element(&child));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

enum Part<'a> {
    Value(&'a str),
    Element(&'a Element),
}

fn part(left: &mut Leftovers, path: &str, label: &str, part: Part<'_>) {
    match fate_of(path) {
        Some(Spared) => return left.spare(path),
        Some(Lost(reason)) => left.lose(path, reason),
        Some(Kept) => {}
        None => left.lose(path, "the reader does not know this part of a document; it is kept as text"),
    }
    match part {
        Part::Value(value) => left.keep(label, value),
        Part::Element(element) => leaves(left, path, label, element),
    }
}

/// Keeps every value inside an element as text, except what is spared.
fn leaves(left: &mut Leftovers, path: &str, label: &str, element: &Element) {
    if element.is_spent() {
        return left.keep(label, "");
    }
    for (name, value) in &element.attributes {
        left.keep(&format!("{label}@{name}"), value);
    }
    if !element.text.trim().is_empty() {
        left.keep(label, element.text.trim());
    }
    for child in &element.children {
        let (path, label) = (join(path, &child.name), join(label, &child.name));
        match fate_of(&path) {
            Some(Spared) => left.spare(&path),
            _ => leaves(left, &path, &label, child),
        }
    }
}
