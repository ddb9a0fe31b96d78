//! One `domain` element as a guest: identity, resources, how it boots.

use super::super::guests::leftovers::Leftovers;
use super::super::guests::values::{CONTAINER, identify, is_xen, libvirt_size, set_memory, set_vcpus, uuid};
use super::{devices, rest};
use crate::formats::elements::Element;
use crate::snapshot::{Boot, Guest, GuestState, Hypervisor};

/// Reads a domain. `fallback` names it where the document does not.
pub(crate) fn guest(mut domain: Element, fallback: &str) -> (Guest, Leftovers) {
    let mut left = Leftovers::default();
    let mut guest = Guest::default();
    let kind = domain.take_attribute("type").unwrap_or_default();
    if let Some(id) = domain.take_attribute("id").filter(|id| !id.starts_with('-')) {
        // Only an active domain has a number: it ran when the document was written.
        guest.state = GuestState::Running;
        left.keep("id", &id);
    }
    guest.name = text(&mut domain, "name", &mut left).unwrap_or_default();
    guest.uuid = text(&mut domain, "uuid", &mut left).and_then(|written| {
        let known = uuid(&written);
        if known.is_none() {
            left.change("uuid", "it is no uuid and is left out");
            left.keep("uuid", &written);
        }
        known
    });
    guest.title = text(&mut domain, "title", &mut left);
    guest.description = text(&mut domain, "description", &mut left);
    memory(&mut domain, &mut guest, &mut left);
    vcpus(&mut domain, &mut guest, &mut left);
    operating_system(&mut domain, &kind, &mut guest, &mut left);
    metadata(&mut domain, &mut guest, &mut left);
    if guest.name.is_empty() {
        left.change("name", "the domain has no name; it is called after its file");
    }
    identify(&mut guest, fallback);
    for mut devices in domain.take_all("devices") {
        devices::read(&mut devices, &mut guest, &mut left);
        rest::of_taken(&mut left, "devices", "devices", devices);
    }
    rest::of_taken(&mut left, "", "", domain);
    (guest, left)
}

/// The text of a child; whatever else is in the child is answered for.
pub(super) fn text(parent: &mut Element, name: &str, left: &mut Leftovers) -> Option<String> {
    let mut child = parent.take(name)?;
    let text = child.take_text();
    rest::of_taken(left, name, name, child);
    text
}

fn memory(domain: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    let mut sized = |name: &str, left: &mut Leftovers| {
        let mut element = domain.take(name)?;
        let unit = element.take_attribute("unit");
        let number = element.take_text()?;
        rest::of_taken(left, name, name, element);
        let bytes = libvirt_size(&number, unit.as_deref());
        if bytes.is_none() {
            left.change(name, "it is no size, or too large to be one, and is left out");
            left.keep(name, &format!("{number} {}", unit.as_deref().unwrap_or("KiB")));
        }
        bytes
    };
    let most = sized("memory", left);
    let mut used = sized("currentMemory", left);
    if let (Some(most), Some(now)) = (most, used)
        && now > most
    {
        left.change("currentMemory", "more memory is in use than there is at most; the most is taken");
        used = None;
    }
    set_memory(guest, used, most);
}

fn vcpus(domain: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    let Some(mut vcpu) = domain.take("vcpu") else {
        // libvirt's own default.
        guest.vcpus = Some(1);
        return;
    };
    let number = |text: Option<String>, left: &mut Leftovers| {
        let text = text?;
        let number = text.parse::<u32>().ok().filter(|number| *number > 0);
        if number.is_none() {
            left.change("vcpu", "it is no number of processors and is left out");
            left.keep("vcpu", &text);
        }
        number
    };
    let most = number(vcpu.take_text(), left);
    let used = number(vcpu.take_attribute("current"), left);
    set_vcpus(guest, used, most);
    rest::of_taken(left, "vcpu", "vcpu", vcpu);
}

fn operating_system(domain: &mut Element, kind: &str, guest: &mut Guest, left: &mut Leftovers) {
    let mut os = domain.take("os").unwrap_or_default();
    let mut of_type = os.take("type").unwrap_or_default();
    let what = of_type.take_text().unwrap_or_default();
    let machine = of_type.take_attribute("machine");
    guest.architecture = of_type.take_attribute("arch");
    rest::of_taken(left, "os/type", "os/type", of_type);

    guest.hypervisor = hypervisor(kind, &what, machine.as_deref());
    match guest.hypervisor {
        Hypervisor::Other | Hypervisor::Lxc | Hypervisor::Openvz => {
            left.keep("type", kind);
            left.keep("os/type", &what);
        }
        _ => {}
    }
    if what == "exe" || matches!(guest.hypervisor, Hypervisor::Lxc | Hypervisor::Openvz) {
        guest.cannot_run = Some(CONTAINER.to_owned());
    }
    // Under Xen libvirt's machine only repeats the kind of guest.
    guest.machine = machine.filter(|_| !is_xen(guest.hypervisor));

    firmware(&mut os, guest, left);
    guest.kernel = os_text(&mut os, "kernel", left);
    guest.initrd = os_text(&mut os, "initrd", left);
    guest.command_line = os_text(&mut os, "cmdline", left);
    guest.bootloader = text(domain, "bootloader", left);
    boot(&mut os, guest, left);
    rest::of_taken(left, "os", "os", os);
}

fn hypervisor(kind: &str, what: &str, machine: Option<&str>) -> Hypervisor {
    match kind {
        "kvm" => Hypervisor::Kvm,
        "qemu" => Hypervisor::Qemu,
        "xen" => match (what, machine.unwrap_or_default()) {
            ("xenpvh", _) | (_, "xenpvh") => Hypervisor::XenPvh,
            ("hvm", _) => Hypervisor::XenHvm,
            _ => Hypervisor::XenPv,
        },
        "lxc" => Hypervisor::Lxc,
        "openvz" => Hypervisor::Openvz,
        // Virtuozzo runs virtual machines as well.
        "vz" | "parallels" if what == "exe" => Hypervisor::Openvz,
        _ => Hypervisor::Other,
    }
}

fn os_text(os: &mut Element, name: &str, left: &mut Leftovers) -> Option<String> {
    let mut child = os.take(name)?;
    let text = child.take_text();
    let path = format!("os/{name}");
    rest::of_taken(left, &path, &path, child);
    text
}

fn firmware(os: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    guest.firmware = os.take_attribute("firmware");
    if let Some(mut loader) = os.take("loader") {
        let path = loader.take_text();
        if let (Some(chosen), Some(path)) = (&guest.firmware, &path) {
            left.keep("os/loader", path);
            left.keep("os/firmware", chosen);
        }
        guest.firmware = path.or_else(|| guest.firmware.take());
        rest::of_taken(left, "os/loader", "os/loader", loader);
    }
}

fn boot(os: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    let mut order = Vec::new();
    for mut boot in os.take_all("boot") {
        order.extend(boot.take_attribute("dev"));
        rest::of_taken(left, "os/boot", "os/boot", boot);
    }
    guest.boot = if guest.bootloader.is_some() {
        Boot::Bootloader
    } else if guest.kernel.is_some() {
        Boot::Kernel
    } else {
        match order.first().map(String::as_str) {
            Some("cdrom") => Boot::Cdrom,
            Some("network") => Boot::Network,
            _ => Boot::Disk,
        }
    };
    if order.len() > 1 || order.first().is_some_and(|first| first == "fd") {
        left.keep("os/boot", &order.join(" "));
    }
}

/// What the installer wrote of the operating system; all other metadata is kept as text.
fn metadata(domain: &mut Element, guest: &mut Guest, left: &mut Leftovers) {
    let Some(mut metadata) = domain.take("metadata") else { return };
    if let Some(mut osinfo) = metadata.take("libosinfo:libosinfo") {
        if let Some(mut os) = osinfo.take("libosinfo:os") {
            guest.os = os.take_attribute("id");
            rest::of_taken(left, "metadata/libosinfo", "metadata/libosinfo", os);
        }
        rest::of_taken(left, "metadata/libosinfo", "metadata/libosinfo", osinfo);
    }
    rest::of_taken(left, "metadata", "metadata", metadata);
}
