use proptest::prelude::*;

use crate::snapshot::values::Secret;
use crate::snapshot::{Boot, Guest, GuestState, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, Record, Refusal, RefusalCode};

fn read(name: &str, text: &str) -> Result<(Vec<Guest>, Vec<Gap>), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut entries = Vec::new();
    super::read(&Input::of(vec![path]), &mut entries)?;
    let (mut guests, mut gaps) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Record(Record::Guest(guest)) => guests.push(*guest),
            Entry::Gap(gap) => gaps.push(gap),
            _ => {}
        }
    }
    Ok((guests, gaps))
}

fn config(text: &str) -> (Guest, Vec<Gap>) {
    let (mut guests, gaps) = read("xen01.cfg", text).unwrap();
    (guests.remove(0), gaps)
}

#[test]
fn a_panel_s_old_file_with_partitions_and_several_addresses_is_read() {
    let (guest, gaps) = config(
        "kernel = '/boot/vmlinuz-xen'\nramdisk = '/boot/initrd'\nmemory = 256\nmaxmem = 512\nname = 'xen01'\n\
         vif = [ 'mac=AA:00:04:00:0A:01, ip=192.0.2.1 192.0.2.2' ]\n\
         disk = [ 'phy:/dev/mapper/lvm1-xen01,sda1,w','phy:/dev/mapper/lvm1-xen01swap,sda2,w' ]\n\
         root = '/dev/sda1 ro'\nextra = '4 TERM=xterm'\n# Sets runlevel 4\nvcpus = 4\n",
    );
    assert_eq!((guest.id.as_str(), guest.uuid.clone()), ("xen01", None));
    assert_eq!((guest.memory_bytes, guest.max_memory_bytes), (Some(256 << 20), Some(512 << 20)));
    assert_eq!((guest.hypervisor, guest.boot), (Hypervisor::XenPv, Boot::Kernel));
    assert_eq!(guest.command_line.as_deref(), Some("root=/dev/sda1 ro 4 TERM=xterm"));
    assert_eq!(guest.nics[0].addresses, ["192.0.2.1", "192.0.2.2"]);
    assert!(guest.disks.iter().all(|disk| disk.is_partition));
    assert_eq!(guest.state, GuestState::Unknown);
    assert_eq!(gaps, vec![]);
}

#[test]
fn what_python_would_compute_is_a_gap_with_its_text() {
    let (guest, gaps) = config(
        "import os\nvmid = 7\nname = 'web%d' % vmid\nmemory = 128 * 2\n\
         disk = [ 'phy:' + dev + ',sda1,w', 'file:/swap,sda2,w' ]\ndef f():\n  memory = 64\n",
    );
    assert_eq!(guest.name, "xen01");
    assert_eq!(guest.memory_bytes, None);
    assert_eq!(guest.disks.len(), 1);
    let reasons: String = gaps.iter().map(|gap| format!("{}\n", gap.reason)).collect();
    for text in ["'web%d' % vmid", "128 * 2", "'phy:' + dev + ',sda1,w'", "import os", "def f():\n  memory = 64"] {
        assert!(reasons.contains(text), "{text} in {reasons}");
    }
    assert!(guest.extra.iter().any(|one| one.name == "vmid" && one.value == "7"));
}

#[test]
fn the_new_format_with_types_screens_and_devices_is_read() {
    let (guest, gaps) = config(
        "type = 'hvm'\nname = \"a\"\nuuid = \"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"\nmemory = \"512\"\nvcpus=2\nmaxvcpus=4\n\
         vnc=1\nvncunused=0\nvncdisplay=3\nvnclisten='0.0.0.0'\nvncpasswd='geheim'\nbios='ovmf'\nboot='dc'\n\
         pci=['01:00.0,permissive=1']\nserial='pty'\ncpus='0-3'\non_crash='restart'\nacpi=1\ndisk=[]\ndisk+=['/i,qcow2,xvdb,ro']\n",
    );
    assert_eq!((guest.hypervisor, guest.boot), (Hypervisor::XenHvm, Boot::Cdrom));
    assert_eq!(guest.graphics.as_deref(), Some("vnc 0.0.0.0:5903"));
    assert_eq!(guest.graphics_password, Some(Secret("geheim".into())));
    assert_eq!(guest.firmware.as_deref(), Some("efi"));
    assert_eq!(guest.passed_through, ["pci 0000:01:00.0"]);
    assert_eq!((guest.vcpus, guest.max_vcpus), (Some(2), Some(4)));
    assert!(guest.disks[0].is_read_only);
    assert_eq!(guest.disks[0].format.as_deref(), Some("qcow2"));
    assert!(guest.extra.iter().any(|one| one.name == "cpus" && one.value == "0-3"));
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].reason, "kept by Xen, not needed: acpi 1, vncunused 1");
}

#[test]
fn a_list_of_running_domains_is_read_without_the_host() {
    let text = r#"[{"domid":0,"config":{"c_info":{"type":"pv","name":"Domain-0"}}},
        {"domid":4,"config":{"c_info":{"type":"pvh","name":"a","uuid":"c7a5fdb2-cdaf-9455-926a-d65c16db1809"},
        "b_info":{"max_vcpus":2,"avail_vcpus":[0],"max_memkb":2048,"target_memkb":1024,"kernel":"/k"},
        "disks":[{"pdev_path":"/dev/vg/a","vdev":"xvda","backend":"phy","format":"raw","readwrite":0}],
        "nics":[{"devid":0,"mac":"00:16:3e:00:00:01","bridge":"br0","rate_bytes_per_interval":50000,"rate_interval_usecs":50000}]}},
        "odd"]"#;
    let (guests, gaps) = read("list.json", text).unwrap();
    let guest = &guests[0];
    assert_eq!((guest.state, guest.hypervisor, guest.boot), (GuestState::Running, Hypervisor::XenPvh, Boot::Kernel));
    assert_eq!((guest.vcpus, guest.max_vcpus), (Some(1), Some(2)));
    assert_eq!((guest.memory_bytes, guest.max_memory_bytes), (Some(1 << 20), Some(2 << 20)));
    assert!(guest.disks[0].is_read_only);
    assert_eq!(guest.nics[0].rate.as_deref(), Some("out 1000 kB/s"));
    assert_eq!((guests.len(), gaps.len()), (1, 2));
}

#[test]
fn an_old_daemon_s_list_is_read() {
    let text = "(domain (domid 5)(name 'a')(memory 128)(maxmem 256)(vcpus 2)(vcpu_avail 1)
        (uuid 596a5d2171f48fb2e068e2386a5c413e)(on_xend_start start)
        (image (linux (kernel /k)(root '/dev/sda1 ro')(args '3')))
        (device (vbd (dev sda1:disk)(uname phy:vg/a)(mode w)))
        (device (vif (mac 00:16:3e:00:00:01)(ip '192.0.2.1 192.0.2.2')(bridge b)))
        (device (pci (dev (domain 0x0)(bus 0x1)(slot 0x2)(func 0x0)))))";
    let (guests, gaps) = read("a.sxp", text).unwrap();
    let guest = &guests[0];
    assert_eq!((guest.vcpus, guest.max_vcpus), (Some(1), Some(2)));
    assert_eq!(guest.command_line.as_deref(), Some("root=/dev/sda1 ro 3"));
    assert_eq!(guest.disks[0].source.as_deref(), Some("/dev/vg/a"));
    assert_eq!(guest.nics[0].target.as_deref(), Some("vif5.0"));
    assert_eq!(guest.passed_through, ["pci 0000:01:02.0"]);
    assert!(guest.starts_with_host);
    assert_eq!(gaps, vec![]);
}

#[test]
fn files_that_describe_no_guest_are_refused() {
    for text in ["", "autoballoon=0\n", "#!/bin/sh\necho hello\n", "{\"a\": 1}", "(xend 1)", "\0\0"] {
        assert_eq!(read("a", text).unwrap_err().code, RefusalCode::NotThisFormat, "{text}");
    }
    assert_eq!(read("a", "{\"c_info\": {").unwrap_err().code, RefusalCode::Truncated);
    assert_eq!(read("a", "name = 'x'\ndisk = [ 'a',").unwrap_err().code, RefusalCode::Truncated);
}

/// Writes a guest as an `xl` file: the way back, for round trips.
fn write(guest: &Guest) -> String {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let disks: Vec<String> = guest
        .disks
        .iter()
        .map(|disk| {
            let access = if disk.is_read_only { "ro" } else { "rw" };
            let (format, target) = (disk.format.as_deref().unwrap(), disk.target.as_deref().unwrap());
            quote(&format!("format={format},vdev={target},access={access},target={}", disk.source.as_deref().unwrap()))
        })
        .collect();
    let nics: Vec<String> = guest
        .nics
        .iter()
        .map(|nic| {
            let (mac, bridge) = (nic.mac.as_deref().unwrap(), nic.source.as_deref().unwrap());
            quote(&format!("mac={mac},bridge={bridge},ip={}", nic.addresses.join(" ")))
        })
        .collect();
    format!(
        "name = {}\nuuid = {}\nmemory = {}\nvcpus = {}\nkernel = {}\ndisk = [ {} ]\nvif = [ {} ]\n",
        quote(&guest.name),
        quote(guest.uuid.as_deref().unwrap()),
        guest.memory_bytes.unwrap() >> 20,
        guest.vcpus.unwrap(),
        quote(guest.kernel.as_deref().unwrap()),
        disks.join(", "),
        nics.join(", "),
    )
}

fn any_guest() -> impl Strategy<Value = Guest> {
    use crate::snapshot::{Disk, Nic};
    let disk = ("/[!-~]{0,20}", any::<bool>(), "raw|qcow2|vhd").prop_map(|(source, is_read_only, format)| Disk {
        source_kind: Some(if super::super::guests::values::is_device(&source) { "block" } else { "file" }.into()),
        source: Some(source),
        bus: Some("xen".into()),
        format: Some(format),
        is_read_only,
        ..Disk::default()
    });
    let nic = (any::<[u8; 6]>(), "[a-z0-9]{1,9}", prop::collection::vec(any::<std::net::IpAddr>(), 0..3)).prop_map(
        |(mac, bridge, addresses)| Nic {
            mac: Some(mac.map(|byte| format!("{byte:02x}")).join(":")),
            kind: Some("bridge".into()),
            source: Some(bridge),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            ..Nic::default()
        },
    );
    let parts = (
        "[!-~][ -~]{0,10}[!-~]",
        any::<u128>(),
        1_u64..(1 << 30),
        1_u32..500,
        prop::collection::vec(disk, 0..5),
        prop::collection::vec(nic, 0..4),
    );
    parts.prop_map(|(name, uuid, memory, vcpus, mut disks, nics)| {
        for (letter, disk) in ('a'..='z').zip(&mut disks) {
            disk.target = Some(format!("xvd{letter}"));
        }
        let uuid = super::super::guests::values::uuid(&format!("{uuid:032x}")).unwrap();
        Guest {
            id: uuid.clone(),
            name,
            uuid: Some(uuid),
            hypervisor: Hypervisor::XenPv,
            memory_bytes: Some(memory << 20),
            vcpus: Some(vcpus),
            boot: Boot::Kernel,
            kernel: Some("/k".into()),
            console: Some("pty".into()),
            disks,
            nics,
            ..Guest::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_written_file_reads_as_the_guest_it_was_written_from(guest in any_guest()) {
        let (guests, gaps) = read("a.cfg", &write(&guest)).unwrap();
        prop_assert_eq!(guests, vec![guest]);
        prop_assert_eq!(gaps, vec![]);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(name|disk|vif|=|'|\"|\\[|\\]|\\(|\\)|\\{|\\}|:|,|phy|xvda|mac|domain|image|\n| |[ -~]|.){0,60}") {
        let _ = read("a", &text);
    }

    #[test]
    fn no_damage_to_a_file_makes_the_reader_panic(guest in any_guest(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = write(&guest).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, &bytes).unwrap();
        let _ = super::read(&Input::of(vec![path.clone()]), &mut Vec::new());
        std::fs::write(&path, &bytes[..at]).unwrap();
        let _ = super::read(&Input::of(vec![path]), &mut Vec::new());
    }
}
