#![allow(clippy::unwrap_used)]

use super::*;
use crate::capability::Hypervisor;
use crate::command::{Acceleration, Artifact, Boot, GuestRef, GuestSpec, Uplink, XenKind};

fn guest() -> GuestRef {
    GuestRef { uuid: "0190c0de-0000-7000-8000-000000000001".into(), name: "srv_1".into(), adopted: false }
}

fn spec() -> GuestSpec {
    GuestSpec {
        vcpus: 2,
        memory_mib: 512,
        pool: "pool".into(),
        disk: "srv_1.disk".into(),
        seed: Some("srv_1.seed".into()),
        mac: "52:54:00:12:34:56".into(),
        uplink: Uplink::Bridge { bridge: "br0".into() },
        filter: Some("hw-srv_1".into()),
        boot: Boot::Direct {
            kernel: Artifact::Volume { volume: "k".into() },
            initrd: None,
            cmdline: "console=ttyS0 a=\"<&>\"".into(),
        },
        xen: XenKind::Pv,
    }
}

fn place(hypervisor: Hypervisor, acceleration: Acceleration) -> Placement {
    Placement {
        hypervisor,
        acceleration,
        disk: VolumePlace { path: "/pool/srv_1.disk".into(), format: "qcow2".into(), is_block_device: false },
        seed: Some(VolumePlace { path: "/pool/srv_1.seed".into(), format: "raw".into(), is_block_device: false }),
        kernel: Some("/pool/k".into()),
        initrd: None,
        console_log: Some("/logs/srv_1.log".into()),
        with_filter: true,
    }
}

#[test]
fn what_we_define_is_what_we_read_back() {
    let place = place(Hypervisor::Qemu, Acceleration::Emulated);
    let document = domain_xml(&guest(), &spec(), &place);
    let facts = domain_facts(&document).unwrap();
    assert_eq!(facts.kind, "qemu");
    assert_eq!(facts.name.as_deref(), Some("srv_1"));
    assert_eq!(facts.uuid.as_deref(), Some(guest().uuid.as_str()));
    assert_eq!(facts.vcpus, Some(2));
    assert_eq!(facts.memory_bytes, Some(512 << 20));
    assert_eq!(facts.kernel.as_deref(), Some("/pool/k"));
    assert_eq!(facts.console_log.as_deref(), Some("/logs/srv_1.log"));
    assert!(facts.graphics.is_empty());
    let [disk, seed] = facts.disks.as_slice() else { panic!("two disks") };
    assert_eq!(disk.format.as_deref(), Some("qcow2"));
    assert!(!disk.read_only);
    assert!(seed.read_only);
    let interface = facts.interfaces.first().unwrap();
    assert_eq!(interface.mac.as_deref(), Some("52:54:00:12:34:56"));
    assert_eq!(interface.source.as_deref(), Some("br0"));
    assert_eq!(interface.filter.as_deref(), Some("hw-srv_1"));
    let read = Element::parse(&document).unwrap();
    assert_eq!(read.text_at("os/cmdline"), Some("console=ttyS0 a=\"<&>\""));
}

#[test]
fn hardware_acceleration_is_used_only_on_the_operators_word() {
    let emulated = place(Hypervisor::Qemu, Acceleration::Emulated);
    let kvm = place(Hypervisor::Qemu, Acceleration::Kvm);
    let kind = |place: &Placement| domain_facts(&domain_xml(&guest(), &spec(), place)).unwrap().kind;
    assert_eq!(kind(&emulated), "qemu");
    assert_eq!(kind(&kvm), "kvm");
}

#[test]
fn the_mark_changes_with_every_part_of_the_definition() {
    let place = place(Hypervisor::Qemu, Acceleration::Emulated);
    let mark = |spec: &GuestSpec, place: &Placement| {
        domain_facts(&domain_xml(&guest(), spec, place)).unwrap().mark.unwrap().spec
    };
    let first = mark(&spec(), &place);
    assert_eq!(first, mark(&spec(), &place));
    let mut larger = spec();
    larger.memory_mib = 513;
    assert_ne!(first, mark(&larger, &place));
    let mut elsewhere = place.clone();
    elsewhere.initrd = Some("/pool/i".into());
    assert_ne!(first, mark(&spec(), &elsewhere));
}

#[test]
fn xen_gets_its_own_machine_console_and_disks_from_the_same_spec() {
    let mut on_xen = place(Hypervisor::Xen, Acceleration::Emulated);
    on_xen.disk.format = "raw".into();
    let document = domain_xml(&guest(), &spec(), &on_xen);
    let read = Element::parse(&document).unwrap();
    assert_eq!(read.attribute("type"), Some("xen"));
    assert_eq!(read.text_at("os/type"), Some("linux"));
    assert_eq!(read.at("os/type").unwrap().attribute("machine"), Some("xenpv"));
    let console = read.at("devices/console/target").unwrap();
    assert_eq!(console.attribute("type"), Some("xen"));
    assert_eq!(read.at("devices/disk/target").unwrap().attribute("dev"), Some("xvda"));
    assert!(read.at("devices/serial").is_none());
    assert!(read.at("devices/memballoon").is_none());

    let mut pvh = spec();
    pvh.xen = XenKind::Pvh;
    let document = domain_xml(&guest(), &pvh, &on_xen);
    let read = Element::parse(&document).unwrap();
    assert_eq!(read.text_at("os/type"), Some("xenpvh"));

    pvh.boot = Boot::Disk;
    on_xen.disk.is_block_device = true;
    on_xen.kernel = None;
    let document = domain_xml(&guest(), &pvh, &on_xen);
    let read = Element::parse(&document).unwrap();
    assert_eq!(read.text_at("bootloader"), Some("pygrub"));
    let driver = read.at("devices/disk/driver").unwrap();
    assert_eq!(driver.attribute("name"), Some("phy"), "else libxl counts nothing");
}

#[test]
fn a_node_without_filters_gets_none() {
    let mut bare = place(Hypervisor::Test, Acceleration::Emulated);
    bare.with_filter = false;
    let facts = domain_facts(&domain_xml(&guest(), &spec(), &bare)).unwrap();
    assert_eq!(facts.kind, "test");
    assert_eq!(facts.interfaces.first().unwrap().filter, None);
}

#[test]
fn amounts_are_read_in_every_unit() {
    for (text, bytes) in [
        ("<memory>4</memory>", 4096),
        ("<memory unit='b'>4</memory>", 4),
        ("<memory unit='MB'>4</memory>", 4_000_000),
        ("<memory unit='GiB'>4</memory>", 4 << 30),
    ] {
        let document = format!("<domain type='x'>{text}</domain>");
        assert_eq!(domain_facts(&document).unwrap().memory_bytes, Some(bytes), "{text}");
    }
    let too_large = "<domain><memory unit='TiB'>18446744073709551615</memory></domain>";
    assert_eq!(domain_facts(too_large).unwrap().memory_bytes, None);
}

#[test]
fn a_volume_without_a_unit_is_in_bytes() {
    let document = "<volume type='file'><name>v</name><capacity>5</capacity>\
        <allocation unit='KiB'>2</allocation><target><path>/v</path><format type='qcow2'/></target></volume>";
    let volume = volume_description(document).unwrap();
    assert_eq!(volume.capacity_bytes, Some(5));
    assert_eq!(volume.allocated_bytes, Some(2048));
    assert_eq!(volume.format.as_deref(), Some("qcow2"));
}

#[test]
fn a_network_names_its_bridge_and_the_hosts_addresses() {
    let kind = crate::command::NetworkKind::Isolated {
        bridge: "hw0".into(),
        host: vec!["10.0.0.1/24".parse().unwrap(), "fd00::1/64".parse().unwrap()],
    };
    let read = Element::parse(&network_xml("net", &kind, None)).unwrap();
    assert!(read.at("forward").is_none());
    assert_eq!(read.at("bridge").unwrap().attribute("name"), Some("hw0"));
    let families: Vec<&str> = read.all("ip").filter_map(|ip| ip.attribute("family")).collect();
    assert_eq!(families, ["ipv4", "ipv6"]);
}
