//! The definition of a guest, for QEMU, Xen and libvirt's test driver from the same spec.

use super::MARK_NAMESPACE;
use super::element::Element;
use crate::capability::Hypervisor;
use crate::command::{Acceleration, Boot, GuestRef, GuestSpec, Uplink, XenKind};

/// A volume as it is put into a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumePlace {
    /// Path on the node.
    pub path: String,
    /// Format in libvirt's words, such as `qcow2`.
    pub format: String,
    /// True for a block device, false for a file.
    pub is_block_device: bool,
}

/// Where the parts of a guest are on this node, and what the node can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The node's driver.
    pub hypervisor: Hypervisor,
    /// How guests run.
    pub acceleration: Acceleration,
    /// The disk.
    pub disk: VolumePlace,
    /// The seed.
    pub seed: Option<VolumePlace>,
    /// Path of the kernel, for direct boot.
    pub kernel: Option<String>,
    /// Path of the initial memory disk, for direct boot.
    pub initrd: Option<String>,
    /// File for what the console prints.
    pub console_log: Option<String>,
    /// False leaves the filter out, on a node without filters.
    pub with_filter: bool,
}

/// Writes the definition. The mark in it holds a digest of everything else.
#[must_use]
pub fn domain_xml(guest: &GuestRef, spec: &GuestSpec, place: &Placement) -> String {
    let digest = fnv1a(document(guest, spec, place, "").as_bytes());
    document(guest, spec, place, &format!("{digest:016x}"))
}

fn document(guest: &GuestRef, spec: &GuestSpec, place: &Placement, digest: &str) -> String {
    let kind = match (place.hypervisor, place.acceleration) {
        (Hypervisor::Xen, _) => "xen",
        (Hypervisor::Test, _) => "test",
        (_, Acceleration::Emulated) => "qemu",
        (_, Acceleration::Kvm) => "kvm",
    };
    let is_xen = place.hypervisor == Hypervisor::Xen;
    let mark = Element::new("hostwright:guest").with("xmlns:hostwright", MARK_NAMESPACE).with("spec", digest);
    let cpu = (kind == "kvm").then(|| Element::new("cpu").with("mode", "host-model"));
    Element::new("domain")
        .with("type", kind)
        .child(Element::new("name").text(guest.name.as_str()))
        .child(Element::new("uuid").text(guest.uuid.as_str()))
        .child(Element::new("metadata").child(mark))
        .child(Element::new("memory").with("unit", "MiB").text(spec.memory_mib.to_string()))
        .child(Element::new("vcpu").text(spec.vcpus.to_string()))
        .maybe((is_xen && spec.boot == Boot::Disk).then(|| Element::new("bootloader").text("pygrub")))
        .child(operating_system(spec, place))
        .maybe((!is_xen).then(|| Element::new("features").child(Element::new("acpi")).child(Element::new("apic"))))
        .maybe(cpu)
        .child(Element::new("clock").with("offset", "utc"))
        .child(Element::new("on_poweroff").text("destroy"))
        .child(Element::new("on_reboot").text("restart"))
        .child(Element::new("on_crash").text("destroy"))
        .child(devices(spec, place))
        .to_xml()
}

fn operating_system(spec: &GuestSpec, place: &Placement) -> Element {
    let kind = match (place.hypervisor, spec.xen) {
        (Hypervisor::Xen, XenKind::Pv) => {
            Element::new("type").with("arch", "x86_64").with("machine", "xenpv").text("linux")
        }
        (Hypervisor::Xen, XenKind::Pvh) => {
            Element::new("type").with("arch", "x86_64").with("machine", "xenpvh").text("xenpvh")
        }
        // The test driver knows one invented architecture and fills it in.
        (Hypervisor::Test, _) => Element::new("type").text("hvm"),
        _ => Element::new("type").with("arch", "x86_64").with("machine", "q35").text("hvm"),
    };
    let os = Element::new("os").child(kind);
    match &spec.boot {
        Boot::Direct { cmdline, .. } => os
            .maybe(place.kernel.as_ref().map(|path| Element::new("kernel").text(path.as_str())))
            .maybe(place.initrd.as_ref().map(|path| Element::new("initrd").text(path.as_str())))
            .child(Element::new("cmdline").text(cmdline.as_str())),
        Boot::Disk if place.hypervisor == Hypervisor::Xen => os,
        Boot::Disk => os.child(Element::new("boot").with("dev", "hd")),
    }
}

fn devices(spec: &GuestSpec, place: &Placement) -> Element {
    let is_xen = place.hypervisor == Hypervisor::Xen;
    let (bus, first, second) = if is_xen { ("xen", "xvda", "xvdb") } else { ("virtio", "vda", "vdb") };
    let base = Element::new("devices")
        .child(disk(&place.disk, first, bus, false))
        .maybe(place.seed.as_ref().map(|seed| disk(seed, second, bus, true)))
        .child(interface(spec, place));
    if is_xen {
        return base.child(
            Element::new("console")
                .with("type", "pty")
                .child(Element::new("target").with("type", "xen").with("port", "0")),
        );
    }
    if place.hypervisor == Hypervisor::Test {
        return base;
    }
    let log =
        place.console_log.as_ref().map(|file| Element::new("log").with("file", file.as_str()).with("append", "on"));
    base.child(
        Element::new("serial").with("type", "pty").maybe(log.clone()).child(Element::new("target").with("port", "0")),
    )
    .child(
        Element::new("console")
            .with("type", "pty")
            .maybe(log)
            .child(Element::new("target").with("type", "serial").with("port", "0")),
    )
    .child(
        Element::new("channel")
            .with("type", "unix")
            .child(Element::new("target").with("type", "virtio").with("name", "org.qemu.guest_agent.0")),
    )
    .child(Element::new("memballoon").with("model", "virtio").child(Element::new("stats").with("period", "10")))
    .child(
        Element::new("rng")
            .with("model", "virtio")
            .child(Element::new("backend").with("model", "random").text("/dev/urandom")),
    )
}

fn disk(volume: &VolumePlace, target: &str, bus: &str, read_only: bool) -> Element {
    let (kind, attribute) = if volume.is_block_device { ("block", "dev") } else { ("file", "file") };
    // libxl counts block statistics only for its own back end, which takes block devices.
    let driver = if bus == "xen" && volume.is_block_device {
        Element::new("driver").with("name", "phy").with("type", "raw")
    } else {
        Element::new("driver").with("name", "qemu").with("type", volume.format.as_str())
    };
    Element::new("disk")
        .with("type", kind)
        .with("device", "disk")
        .child(driver)
        .child(Element::new("source").with(attribute, volume.path.as_str()))
        .child(Element::new("target").with("dev", target).with("bus", bus))
        .maybe(read_only.then(|| Element::new("readonly")))
}

fn interface(spec: &GuestSpec, place: &Placement) -> Element {
    let (kind, source) = match &spec.uplink {
        Uplink::Network { network } => ("network", network),
        Uplink::Bridge { bridge } => ("bridge", bridge),
    };
    let filter = spec
        .filter
        .as_ref()
        .filter(|_| place.with_filter)
        .map(|filter| Element::new("filterref").with("filter", filter.as_str()));
    let model = (place.hypervisor != Hypervisor::Xen).then(|| Element::new("model").with("type", "virtio"));
    Element::new("interface")
        .with("type", kind)
        .child(Element::new("mac").with("address", spec.mac.as_str()))
        .child(Element::new("source").with(kind, source.as_str()))
        .maybe(model)
        .maybe(filter)
}

/// A digest that is the same in every build. It tells definitions apart; it protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest: u64, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
