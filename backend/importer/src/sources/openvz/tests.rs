use proptest::prelude::*;

use crate::snapshot::{Guest, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, GapKind, Record, Refusal, RefusalCode};

fn read(files: &[(&str, &str)]) -> Result<(Vec<Guest>, Vec<Gap>), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths = if let [(name, _)] = files { vec![folder.path().join(name)] } else { vec![folder.path().to_owned()] };
    let mut entries = Vec::new();
    super::read(&Input::of(paths), &mut entries)?;
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
fn a_container_is_a_record_that_says_why_it_cannot_run() {
    let text = "ONBOOT=\"yes\"\nPHYSPAGES=\"0:131072\"\nSWAPPAGES=\"0:512M\"\nDISKSPACE=\"2G:2.5G\"\nCPUS=\"2\"\n\
        HOSTNAME=\"web.example\"\nIP_ADDRESS=\"192.0.2.1 2001:db8::1\"\nVE_PRIVATE=\"/vz/private/$VEID\"\n\
        NETIF=\"ifname=eth0,mac=00:18:51:00:00:01,host_ifname=veth101.0,bridge=vmbr0;ifname=eth1\"\nNUMPROC=\"1:2\"\n";
    let (guests, gaps) = read(&[("101.conf", text)]).unwrap();
    let guest = &guests[0];
    assert_eq!((guest.id.as_str(), guest.name.as_str()), ("101", "web.example"));
    assert_eq!(guest.hypervisor, Hypervisor::Openvz);
    assert!(guest.cannot_run.as_deref().unwrap().contains("container"));
    assert_eq!((guest.memory_bytes, guest.swap_bytes), (Some(512 << 20), Some(512 << 20)));
    assert_eq!(guest.disks[0].size_bytes, Some(2_684_354_560));
    assert_eq!(guest.disks[0].source.as_deref(), Some("/vz/private/$VEID"));
    assert_eq!(guest.nics[0].addresses, ["192.0.2.1", "2001:db8::1"]);
    assert_eq!(guest.nics[1].mac.as_deref(), Some("00:18:51:00:00:01"));
    assert_eq!(guest.nics.len(), 3);
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].reason, "limits of the old kernel, not needed: NUMPROC 1");
}

#[test]
fn memory_is_read_from_whichever_setting_limits_it() {
    let cases = [
        ("PHYSPAGES=\"65536:65536\"", Some(256 << 20)),
        ("PHYSPAGES=\"0:9223372036854775807\"\nPRIVVMPAGES=\"65536:69632\"", Some(256 << 20)),
        ("PHYSPAGES=\"2147483647:2147483647\"\nSLMMEMORYLIMIT=\"1073741824:1073741824\"", Some(1 << 30)),
        ("PHYSPAGES=\"0:unlimited\"", None),
        ("PHYSPAGES=\"0:1000P\"", Some(4_096_000)),
        ("PHYSPAGES=\"what\"", None),
    ];
    for (text, bytes) in cases {
        let (guests, _) = read(&[("7.conf", text)]).unwrap();
        assert_eq!(guests[0].memory_bytes, bytes, "{text}");
    }
}

#[test]
fn the_host_is_no_guest_and_samples_are_templates() {
    let files = [
        ("0.conf", "ONBOOT=\"no\""),
        ("ve-basic.conf-sample", "CPUS=\"1\""),
        ("101.mount", "#!/bin/sh"),
        ("5.conf", "# no"),
    ];
    let (guests, gaps) = read(&files).unwrap();
    assert_eq!(guests.len(), 1);
    assert!(guests[0].is_template);
    assert_eq!(guests[0].id, "basic");
    let kinds: Vec<GapKind> = gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(kinds, [GapKind::PartUnread, GapKind::PartUnread, GapKind::Skipped]);
    assert_eq!(read(&[("101.mount", "A=1")]).unwrap_err().code, RefusalCode::NotThisFormat);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_written_file_reads_as_the_container_it_was_written_from(
        id in 1_u32..100_000, name in "[a-z][a-z0-9.-]{0,20}", pages in 1_u64..(1 << 30), blocks in 1_u64..(1 << 30), cpus in 1_u32..100,
    ) {
        let text = format!("HOSTNAME=\"{name}\"\nPHYSPAGES=\"0:{pages}\"\nDISKSPACE=\"{blocks}:{blocks}\"\nCPUS={cpus}\n");
        let (guests, gaps) = read(&[(&format!("{id}.conf"), &text)]).unwrap();
        prop_assert_eq!(&guests[0].id, &id.to_string());
        prop_assert_eq!(guests[0].hostname.as_deref(), Some(name.as_str()));
        prop_assert_eq!(guests[0].memory_bytes, Some(pages * 4_096));
        prop_assert_eq!(guests[0].disks[0].size_bytes, Some(blocks * 1_024));
        prop_assert_eq!(guests[0].vcpus, Some(cpus));
        prop_assert_eq!(gaps, vec![]);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "([A-Z]|=|\"|'|:|[0-9]|P|NETIF|IP_ADDRESS|PHYSPAGES|\n| |#|.){0,60}") {
        let _ = read(&[("101.conf", &text)]);
    }
}
