//! libvirt's domain documents: one or many, from `virsh dumpxml`, `/etc/libvirt/*` or
//! `/run/libvirt/*`, for KVM, QEMU, Xen, LXC and whatever else libvirt drives.
//!
//! A file may hold several documents one after the other. Other documents of libvirt
//! (networks, pools, filters) are named and not read; snapshots give their names to their
//! guest. What of a domain has no field is answered for by one table in `rest`.

mod devices;
mod domain;
mod rest;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;

use super::guests::emit::Emitter;
use super::guests::files::{self, Found};
use super::guests::values;
use crate::formats::elements::{Documents, Element};
use crate::snapshot::GuestState;
use crate::sources::Input;
use crate::{Gap, GapKind, Refusal, RefusalCode, Sink};

pub(crate) use devices::screen;

/// Elements that only hold domains.
const WRAPPERS: &[&str] = &["domains"];

const NAMESPACES: &[(&str, &str)] = &[
    ("http://libvirt.org/schemas/domain/qemu/1.0", "qemu"),
    ("http://libvirt.org/schemas/domain/xen/1.0", "xen"),
    ("http://libvirt.org/schemas/domain/lxc/1.0", "lxc"),
    ("http://libvirt.org/schemas/domain/bhyve/1.0", "bhyve"),
    ("http://libosinfo.org/xmlns/libvirt/domain/1.0", "libosinfo"),
];

/// What other files of the same input say of a guest.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Names of guests that start with their host.
    pub(crate) started_with_host: BTreeSet<String>,
    /// Names of snapshots by the guest's uuid or name.
    pub(crate) snapshots: BTreeMap<String, Vec<String>>,
}

/// Reads domain documents.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut files = files::list(input)?;
    let started_with_host = files::started_with_host(&mut files, &["autostart"]);
    let mut around = Around { started_with_host, ..Around::default() };
    for file in files.found.iter().filter(|file| !file.is_link) {
        find_snapshots(file, input, &mut around);
    }
    let mut out = Emitter::new(sink);
    files::each(&files, &mut out, |file, out| {
        if file.is_link {
            let gap = Gap::new(GapKind::PartUnread, &file.place, "a link; only the file it leads to is read");
            return out.gap(gap);
        }
        read_file(file, input, &around, out)
    })
}

fn open(file: &Found, input: &Input) -> Result<Documents<BufReader<File>>, Refusal> {
    let opened = File::open(&file.path).map_err(|fault| Refusal::new(RefusalCode::Unreadable, &file.place, fault))?;
    Ok(Documents::new(BufReader::new(opened), &file.place, &input.limits, WRAPPERS, NAMESPACES))
}

/// Looks for snapshots first, because they may lie before or after their guest. What is
/// wrong with a file is said when it is read for good.
fn find_snapshots(file: &Found, input: &Input, around: &mut Around) {
    let Ok(mut documents) = open(file, input) else { return };
    while let Ok(Some(mut root)) = documents.next_tree() {
        if root.name != "domainsnapshot" {
            continue;
        }
        let name = root.take("name").and_then(|mut name| name.take_text());
        let domain = root.take("domain").or_else(|| root.take("inactiveDomain"));
        let mut of = domain.unwrap_or_default();
        let uuid = of.take("uuid").and_then(|mut uuid| uuid.take_text()).and_then(|text| values::uuid(&text));
        let guest = uuid.or_else(|| of.take("name").and_then(|mut name| name.take_text()));
        if let (Some(name), Some(guest)) = (name, guest) {
            around.snapshots.entry(guest).or_default().push(name);
        }
    }
}

/// Reads the documents of one file.
pub(crate) fn read_file(file: &Found, input: &Input, around: &Around, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let mut documents = open(file, input)?;
    let mut count = 0_u64;
    loop {
        let root = match documents.next_tree() {
            Ok(Some(root)) => root,
            Ok(None) => return Ok(()),
            // What came before the fault is good.
            Err(refusal) if count > 0 => return out.gap(files::as_gap(&refusal)),
            Err(refusal) => return Err(refusal),
        };
        let place = if count == 0 {
            file.place.clone()
        } else {
            format!("{}, document {}", file.place, count.saturating_add(1))
        };
        count = count.saturating_add(1);
        document(root, file, &place, around, out)?;
    }
}

fn document(
    mut root: Element,
    file: &Found,
    place: &str,
    around: &Around,
    out: &mut Emitter<'_>,
) -> Result<(), Refusal> {
    match root.name.as_str() {
        "domain" => emit(root, None, file, place, around, out),
        // A running guest's state, as libvirt keeps it for itself.
        "domstatus" => {
            let state = match root.attribute("state") {
                Some("running" | "blocked" | "idle") => GuestState::Running,
                Some("paused" | "pmsuspended") => GuestState::Paused,
                Some("shutoff" | "crashed") => GuestState::Stopped,
                _ => GuestState::Unknown,
            };
            let Some(domain) = root.take("domain") else {
                return out.gap(Gap::new(GapKind::Skipped, place, "a state without a domain"));
            };
            let parts = root.children.len();
            if parts > 0 {
                let reason = "libvirt's own record of a running guest, beside its domain, is not needed";
                out.gap(Gap::new(GapKind::PartUnread, place, reason).times(u64::try_from(parts).unwrap_or(u64::MAX)))?;
            }
            emit(domain, Some(state), file, place, around, out)
        }
        "domainsnapshot" => {
            let reason = "only the name of a snapshot is taken; its disks and memory are not";
            out.gap(Gap::new(GapKind::PartUnread, place, reason).field("domainsnapshot"))
        }
        other => {
            let other = super::guests::leftovers::short(other);
            if out.taken() == 0 && !KNOWN_DOCUMENTS.contains(&other.as_str()) {
                let reason = format!("the document is a '{other}', not a domain");
                return Err(Refusal::new(RefusalCode::NotThisFormat, place, reason));
            }
            out.gap(Gap::new(GapKind::PartUnread, place, "a document that describes no guest").field(&other))
        }
    }
}

/// Documents of libvirt that may lie beside domains.
const KNOWN_DOCUMENTS: &[&str] = &[
    "network",
    "networkstatus",
    "networkport",
    "pool",
    "poolstate",
    "volume",
    "filter",
    "filterbinding",
    "interface",
    "secret",
    "device",
    "capabilities",
    "domainCapabilities",
    "domainbackup",
    "domaincheckpoint",
    "sysinfo",
    "cpu",
];

fn emit(
    domain: Element,
    state: Option<GuestState>,
    file: &Found,
    place: &str,
    around: &Around,
    out: &mut Emitter<'_>,
) -> Result<(), Refusal> {
    let (mut guest, left) = domain::guest(domain, file.stem());
    guest.state = state.unwrap_or(guest.state);
    guest.starts_with_host = around.started_with_host.contains(&guest.name);
    for key in guest.uuid.iter().chain(Some(&guest.name)) {
        guest.snapshots.extend(around.snapshots.get(key).into_iter().flatten().cloned());
    }
    guest.snapshots.dedup();
    out.guest(place, guest, left, rest::SPARED)
}
