use proptest::prelude::*;

use crate::snapshot::values::Secret;
use crate::snapshot::{Boot, DiskKind, Guest, GuestState, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, GapKind, Limits, Record, Refusal, RefusalCode};

fn read_with(files: &[(&str, &str)], limits: Limits) -> Result<Vec<Entry>, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let paths = if let [(name, _)] = files { vec![folder.path().join(name)] } else { vec![folder.path().to_owned()] };
    let mut entries = Vec::new();
    let input = Input { limits, ..Input::of(paths) };
    super::read(&input, &mut entries)?;
    Ok(entries)
}

fn read(text: &str) -> Result<Vec<Entry>, Refusal> {
    read_with(&[("a.xml", text)], Limits::default())
}

fn guests(entries: &[Entry]) -> Vec<Guest> {
    let of = |entry: &Entry| match entry {
        Entry::Record(Record::Guest(guest)) => Some((**guest).clone()),
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

fn gaps(entries: &[Entry]) -> Vec<Gap> {
    entries.iter().filter_map(|entry| if let Entry::Gap(gap) = entry { Some(gap.clone()) } else { None }).collect()
}

#[test]
fn a_document_with_comments_and_cdata_is_read_whole() {
    let text = "<?xml version='1.0'?><!-- generated, do not edit --><domain type='kvm' id='3'>
        <name><![CDATA[web & mail]]></name><uuid>C7A5FDBD-EDAF-9455-926A-D65C16DB1809</uuid>
        <memory unit='GiB'>2</memory><currentMemory unit='MiB'>1024</currentMemory><vcpu current='2'>4</vcpu>
        <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
        <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>
        <source file='/images/a&amp;b.qcow2'/><target dev='vda' bus='virtio'/><serial>S1</serial></disk>
        <graphics type='vnc' port='5901' autoport='no' passwd='s3cret'/></devices></domain>";
    let entries = read(text).unwrap();
    let guest = guests(&entries).remove(0);
    assert_eq!(guest.name, "web & mail");
    assert_eq!(guest.id, "c7a5fdbd-edaf-9455-926a-d65c16db1809");
    assert_eq!((guest.memory_bytes, guest.max_memory_bytes), (Some(1 << 30), Some(2 << 30)));
    assert_eq!((guest.vcpus, guest.max_vcpus), (Some(2), Some(4)));
    assert_eq!((guest.hypervisor, guest.state), (Hypervisor::Kvm, GuestState::Running));
    assert_eq!(guest.disks[0].source.as_deref(), Some("/images/a&b.qcow2"));
    assert_eq!(guest.graphics.as_deref(), Some("vnc :5901"));
    assert_eq!(guest.graphics_password, Some(Secret("s3cret".into())));
    assert!(guest.extra.iter().any(|one| one.name == "disk vda/serial" && one.value == "S1"));
    assert!(guest.extra.iter().any(|one| one.name == "disk vda/driver@cache" && one.value == "none"));
    assert!(!format!("{guest:?}").contains("s3cret"));
}

#[test]
fn every_part_that_is_not_taken_is_named() {
    let text = "<domain type='kvm'><name>a</name><clock offset='utc'/><features><acpi/></features><novel speed='9'/>
        <devices><controller type='usb'/><controller type='ide'/><gadget model='x'/></devices></domain>";
    let entries = read(text).unwrap();
    let gaps = gaps(&entries);
    let spared = gaps.iter().find(|gap| gap.kind == GapKind::PartUnread).unwrap();
    assert_eq!(spared.count, 4);
    assert_eq!(spared.reason, "kept by libvirt, not needed: clock 1, devices/controller 2, features 1");
    let unknown: Vec<&str> = gaps.iter().filter_map(|gap| gap.field.as_deref()).collect();
    assert_eq!(unknown, ["devices/gadget", "novel"]);
    assert!(guests(&entries)[0].extra.iter().any(|one| one.name == "novel@speed" && one.value == "9"));
}

#[test]
fn arguments_for_qemu_are_kept_and_their_loss_is_said_whatever_the_prefix() {
    let text = "<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>
        <q:commandline><q:arg value='-cpu'/></q:commandline></domain>";
    let entries = read(text).unwrap();
    assert!(gaps(&entries).iter().any(|gap| gap.field.as_deref() == Some("qemu:commandline")));
    assert!(guests(&entries)[0].extra.iter().any(|one| one.value == "-cpu"));
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<!DOCTYPE domain [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><domain type='kvm'><name>&b;</name></domain>";
    assert_eq!(read(bomb).unwrap_err().code, RefusalCode::Hostile);
    assert_eq!(read("<domain type='kvm'><name>&b;</name></domain>").unwrap_err().code, RefusalCode::Hostile);
    assert_eq!(read("<domain type='&b;'/>").unwrap_err().code, RefusalCode::Hostile);
}

#[test]
fn large_deep_cut_and_foreign_documents_are_refused_with_their_own_codes() {
    let limits = Limits { item_bytes: 1_000, ..Limits::default() };
    let large = format!("<domain type='kvm'><name>{}</name></domain>", "x".repeat(2_000));
    assert_eq!(read_with(&[("a.xml", &large)], limits).unwrap_err().code, RefusalCode::TooLarge);
    let deep = "<domain>".repeat(100);
    assert_eq!(read(&deep).unwrap_err().code, RefusalCode::TooLarge);
    assert_eq!(read("<domain type='kvm'><name>a</name>").unwrap_err().code, RefusalCode::Truncated);
    assert_eq!(read("<domain type='kvm'><name>a</na").unwrap_err().code, RefusalCode::Truncated);
    assert_eq!(read("<html><body/></html>").unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read("name = 'x'").unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read("").unwrap_err().code, RefusalCode::NotThisFormat);
}

#[test]
fn one_stream_of_many_documents_is_larger_than_the_limit_of_one() {
    let limits = Limits { item_bytes: 300, ..Limits::default() };
    let text: String = (0..100).map(|n| format!("<domain type='kvm'><name>g{n}</name></domain>\n")).collect();
    assert_eq!(guests(&read_with(&[("all.xml", &text)], limits).unwrap()).len(), 100);
    let wrapped = format!("<domains xmlns:q='urn:x'>{text}</domains>");
    assert_eq!(guests(&read_with(&[("all.xml", &wrapped)], limits).unwrap()).len(), 100);
}

#[test]
fn what_stands_before_a_fault_is_kept() {
    let entries = read("<domain type='kvm'><name>a</name></domain><domain type='kvm'><name>b").unwrap();
    assert_eq!(guests(&entries).len(), 1);
    assert!(gaps(&entries).iter().any(|gap| gap.reason.contains("import.truncated")));
}

#[test]
fn a_folder_tells_autostart_snapshots_and_what_is_no_guest() {
    let domain = "<domain type='kvm'><name>a</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid></domain>";
    let snapshot = format!("<domainsnapshot><name>before</name>{domain}</domainsnapshot>");
    let files = [
        ("qemu/a.xml", domain),
        ("qemu/autostart/a.xml", domain),
        ("qemu/snapshot/a/before.xml", snapshot.as_str()),
        ("qemu/networks/default.xml", "<network><name>default</name></network>"),
        ("qemu/broken.xml", "<domain"),
        ("qemu/copy.xml", domain),
    ];
    let entries = read_with(&files, Limits::default()).unwrap();
    let guests = guests(&entries);
    assert_eq!(guests.len(), 1);
    assert!(guests[0].starts_with_host);
    assert_eq!(guests[0].snapshots, ["before"]);
    let gaps = gaps(&entries);
    assert!(gaps.iter().any(|gap| gap.kind == GapKind::Duplicate));
    assert!(gaps.iter().any(|gap| gap.field.as_deref() == Some("network")));
    assert!(gaps.iter().any(|gap| gap.kind == GapKind::Skipped && gap.place.contains("broken.xml")));
}

#[test]
fn a_folder_that_only_holds_autostart_is_read() {
    let domain = "<domain type='kvm'><name>a</name></domain>";
    let entries = read_with(&[("autostart/a.xml", domain), ("autostart/b.xml", "<domain")], Limits::default()).unwrap();
    assert!(guests(&entries)[0].starts_with_host);
    assert_eq!(gaps(&entries).len(), 1);
}

#[test]
fn a_chain_of_images_and_several_hosts_are_told() {
    let text = "<domain type='kvm'><name>a</name><devices><disk type='network' device='disk'>
        <driver name='qemu' type='raw'/><source protocol='rbd' name='pool/image'><host name='m1' port='6789'/>
        <host name='2001:db8::1' port='6789'/></source><target dev='vda'/><auth username='x'/></disk>
        <disk type='file'><source file='/top'/><backingStore type='file'><format type='qcow2'/><source file='/mid'/>
        <backingStore type='block'><source dev='/dev/base'/><backingStore/></backingStore></backingStore>
        <target dev='sda1' bus='scsi'/></disk></devices></domain>";
    let entries = read(text).unwrap();
    let guest = guests(&entries).remove(0);
    assert_eq!(guest.disks[0].source.as_deref(), Some("rbd://m1:6789,[2001:db8::1]:6789/pool/image"));
    assert_eq!(guest.disks[1].backing, ["/mid", "/dev/base"]);
    assert!(guest.disks[1].is_partition);
    assert_eq!(guest.disks[1].format, None);
    assert!(gaps(&entries).iter().any(|gap| gap.field.as_deref() == Some("devices/disk/auth")));
}

#[test]
fn values_that_are_not_believable_are_left_out_and_said() {
    let text = "<domain type='kvm'><name>a</name><uuid>nope</uuid><memory unit='KiB'>99999999999999999999</memory>
        <vcpu>many</vcpu><devices><interface type='bridge'><mac address='zz'/></interface></devices></domain>";
    let entries = read(text).unwrap();
    let fields: Vec<String> = gaps(&entries).into_iter().filter_map(|gap| gap.field).collect();
    assert_eq!(fields, ["devices/interface/mac", "memory", "uuid", "vcpu"]);
    assert_eq!(guests(&entries)[0].memory_bytes, None);
    let more = "<domain type='kvm'><name>a</name><memory>10</memory><currentMemory>20</currentMemory></domain>";
    assert_eq!(guests(&read(more).unwrap())[0].memory_bytes, Some(10 << 10));
}

/// Writes a domain from a guest: the way back, for round trips.
fn write(guest: &Guest) -> String {
    let escape =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;").replace('"', "&quot;");
    let mut out = format!(
        "<domain type='kvm'><name>{}</name><uuid>{}</uuid><memory unit='b'>{}</memory><vcpu>{}</vcpu>\
         <os><type>hvm</type><boot dev='{}'/></os><devices>",
        escape(&guest.name),
        guest.uuid.as_deref().unwrap(),
        guest.memory_bytes.unwrap(),
        guest.vcpus.unwrap(),
        if guest.boot == Boot::Cdrom { "cdrom" } else { "hd" },
    );
    for disk in &guest.disks {
        out.push_str(&format!(
            "<disk type='file' device='{}'><driver type='{}'/><source file='{}'/><target dev='{}' bus='virtio'/>{}</disk>",
            if disk.kind == DiskKind::Cdrom { "cdrom" } else { "disk" },
            disk.format.as_deref().unwrap(),
            escape(disk.source.as_deref().unwrap()),
            disk.target.as_deref().unwrap(),
            if disk.is_read_only { "<readonly/>" } else { "" },
        ));
    }
    for nic in &guest.nics {
        out.push_str(&format!(
            "<interface type='bridge'><mac address='{}'/><source bridge='{}'/></interface>",
            nic.mac.as_deref().unwrap(),
            nic.source.as_deref().unwrap()
        ));
    }
    out + "</devices></domain>"
}

fn any_guest() -> impl Strategy<Value = Guest> {
    use crate::snapshot::{Disk, Nic};
    let disk =
        ("[!-~]{1,20}", any::<bool>(), any::<bool>(), "raw|qcow2").prop_map(|(source, cd, read_only, format)| Disk {
            kind: if cd { DiskKind::Cdrom } else { DiskKind::Disk },
            source: Some(source),
            source_kind: Some("file".into()),
            bus: Some("virtio".into()),
            format: Some(format),
            is_read_only: read_only || cd,
            ..Disk::default()
        });
    let nic = (any::<[u8; 6]>(), "[a-z0-9]{1,9}").prop_map(|(mac, bridge)| Nic {
        mac: Some(mac.map(|byte| format!("{byte:02x}")).join(":")),
        kind: Some("bridge".into()),
        source: Some(bridge),
        ..Nic::default()
    });
    let parts = (
        "[!-~][ -~]{0,10}[!-~]",
        any::<u128>(),
        1_u64..(1 << 50),
        1_u32..500,
        prop::collection::vec(disk, 0..5),
        prop::collection::vec(nic, 0..4),
        any::<bool>(),
    );
    parts.prop_map(|(name, uuid, memory, vcpus, mut disks, nics, cd)| {
        for (letter, disk) in ('a'..='z').zip(&mut disks) {
            disk.target = Some(format!("vd{letter}"));
        }
        let uuid = super::values::uuid(&format!("{uuid:032x}")).unwrap();
        Guest {
            id: uuid.clone(),
            name,
            uuid: Some(uuid),
            hypervisor: Hypervisor::Kvm,
            memory_bytes: Some(memory),
            vcpus: Some(vcpus),
            boot: if cd { Boot::Cdrom } else { Boot::Disk },
            disks,
            nics,
            ..Guest::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_written_domain_reads_as_the_guest_it_was_written_from(guest in any_guest()) {
        let entries = read(&write(&guest)).unwrap();
        prop_assert_eq!(guests(&entries), vec![guest]);
        prop_assert_eq!(gaps(&entries), vec![]);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(text in "(<|>|/|domain|devices|disk|source| |=|'|&|;|!|\\[|CDATA|x|[ -~]){0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn no_damage_to_a_document_makes_the_reader_panic(guest in any_guest(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = write(&guest).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        std::fs::write(&path, &bytes).unwrap();
        let _ = super::read(&Input::of(vec![path.clone()]), &mut Vec::new());
        std::fs::write(&path, &bytes[..at]).unwrap();
        prop_assert!(super::read(&Input::of(vec![path]), &mut Vec::new()).is_err());
    }
}
