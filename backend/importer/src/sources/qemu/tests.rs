use proptest::prelude::*;

use crate::snapshot::{Boot, DiskKind, Guest, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, Record, Refusal, RefusalCode};

fn read(text: &str) -> Result<(Vec<Guest>, Vec<Gap>), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vm.args");
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

#[test]
fn a_start_script_s_line_is_read() {
    let text = "LC_ALL=C exec /usr/bin/qemu-system-x86_64 -enable-kvm -name guest=web,debug-threads=on -m 2G -smp 2,maxcpus=4 \\\n\
        -uuid c7a5fdbd-edaf-9455-926a-d65c16db1809 -drive file=/a,,b.qcow2,if=none,id=d0,format=qcow2,cache=none \\\n\
        -device virtio-blk-pci,drive=d0,bootindex=2 -drive file=/cd.iso,media=cdrom -netdev tap,id=n0,ifname=tap3,br=br0 \\\n\
        -device virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,bootindex=1 -device vfio-pci,host=01:00.0 -vnc 127.0.0.1:2 -odd x";
    let (guests, gaps) = read(text).unwrap();
    let guest = &guests[0];
    assert_eq!((guest.name.as_str(), guest.hypervisor), ("web", Hypervisor::Kvm));
    assert_eq!(guest.memory_bytes, Some(2 << 30));
    assert_eq!((guest.vcpus, guest.max_vcpus), (Some(2), Some(4)));
    assert_eq!(guest.disks[0].source.as_deref(), Some("/a,b.qcow2"));
    assert_eq!((guest.disks[0].bus.as_deref(), guest.disks[0].target.as_deref()), (Some("virtio"), Some("vda")));
    assert_eq!(guest.disks[1].kind, DiskKind::Cdrom);
    assert_eq!(guest.nics[0].source.as_deref(), Some("br0"));
    assert_eq!(guest.nics[0].mac.as_deref(), Some("52:54:00:00:00:01"));
    assert_eq!(guest.passed_through, ["pci 0000:01:00.0"]);
    assert_eq!(guest.graphics.as_deref(), Some("vnc 127.0.0.1:5902"));
    assert!(gaps.iter().any(|gap| gap.field.as_deref() == Some("odd")));
    assert!(guest.extra.iter().any(|one| one.value == "none" && one.name.ends_with("cache")));
}

#[test]
fn a_chain_of_block_devices_is_followed_and_a_circle_ends() {
    let text = "qemu-system-x86_64 -blockdev '{\"driver\":\"file\",\"filename\":\"/top\",\"node-name\":\"s1\"}' \
        -blockdev '{\"node-name\":\"f1\",\"driver\":\"qcow2\",\"file\":\"s1\",\"backing\":\"f2\"}' \
        -blockdev driver=raw,node-name=f2,file.driver=file,file.filename=/base \
        -blockdev '{\"node-name\":\"c\",\"driver\":\"raw\",\"file\":\"c\",\"backing\":\"c\"}' \
        -device virtio-blk-pci,drive=f1 -device virtio-blk-pci,drive=c -device scsi-hd,drive=gone";
    let (guests, gaps) = read(text).unwrap();
    let disk = &guests[0].disks[0];
    assert_eq!((disk.source.as_deref(), disk.format.as_deref()), (Some("/top"), Some("qcow2")));
    assert_eq!(disk.backing, ["/base"]);
    assert!(gaps.iter().any(|gap| gap.reason.contains("not on the command line")));
}

#[test]
fn the_kernel_s_own_form_and_the_old_network_are_read() {
    let text = "qemu-kvm\0-m\x001024\0-net\0nic,macaddr=52:54:00:00:00:01,model=e1000\0-net\0user\0-hda\0/dev/vg/a\0-boot\0d\0";
    let (guests, _) = read(text).unwrap();
    let guest = &guests[0];
    assert_eq!((guest.boot, guest.hypervisor), (Boot::Cdrom, Hypervisor::Kvm));
    assert_eq!((guest.nics[0].kind.as_deref(), guest.nics[0].model.as_deref()), (Some("user"), Some("e1000")));
    assert_eq!(guest.disks[0].source_kind.as_deref(), Some("block"));
}

#[test]
fn other_commands_are_refused() {
    assert_eq!(read("/bin/sh -c x").unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read("").unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read("qemu-system-x86_64 'x").unwrap_err().code, RefusalCode::Truncated);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_written_line_reads_as_the_guest_it_was_written_from(
        name in "[a-z][a-z0-9]{0,10}", memory in 1_u64..(1 << 30), cpus in 1_u32..200,
        disks in prop::collection::vec(("/[ -~]{0,20}", "raw|qcow2", any::<bool>()), 0..5),
        macs in prop::collection::vec(any::<[u8; 6]>(), 0..4),
    ) {
        let mut line = format!("qemu-system-x86_64 -name {name} -m {memory} -smp {cpus}");
        let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        for (path, format, virtio) in &disks {
            let bus = if *virtio { "virtio" } else { "scsi" };
            line += &format!(" -drive {}", quote(&format!("file={},format={format},if={bus}", path.replace(',', ",,"))));
        }
        for (index, mac) in macs.iter().enumerate() {
            let mac = mac.map(|byte| format!("{byte:02x}")).join(":");
            line += &format!(" -netdev bridge,id=n{index},br=br0 -device e1000,netdev=n{index},mac={mac}");
        }
        let (guests, gaps) = read(&line).unwrap();
        let guest = &guests[0];
        prop_assert_eq!(&guest.name, &name);
        prop_assert_eq!(guest.memory_bytes, Some(memory << 20));
        prop_assert_eq!(guest.vcpus, Some(cpus));
        let read: Vec<_> = guest.disks.iter().map(|disk| (disk.source.clone().unwrap(), disk.format.clone().unwrap(), disk.bus.as_deref() == Some("virtio"))).collect();
        prop_assert_eq!(read, disks);
        let read: Vec<_> = guest.nics.iter().map(|nic| nic.mac.clone().unwrap()).collect();
        prop_assert_eq!(read, macs.iter().map(|mac| mac.map(|byte| format!("{byte:02x}")).join(":")).collect::<Vec<_>>());
        prop_assert_eq!(gaps, vec![]);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(-drive|-device|-blockdev|-net|-m|-smp|file=|drive=|id=|,|=|'|\"|\\{|\\}|:| |[a-z0-9]|.){0,40}") {
        let _ = read(&format!("qemu-system-x86_64 {text}"));
    }
}
