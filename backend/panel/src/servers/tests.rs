//! The rules of the wish, and what people type.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use base64::Engine;
use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::model::*;
use crate::images::model::ImageId;
use crate::nodes::model::NodeId;
use crate::subscriptions::model::SubscriptionId;

fn server() -> Server {
    Server {
        id: ServerId::new(),
        customer_id: "cus_1".to_owned(),
        subscription_id: SubscriptionId::new(),
        node_id: NodeId::new(),
        image_id: ImageId::new(),
        hostname: "web".to_owned(),
        ssh_keys: Vec::new(),
        vcpus: 1,
        memory_mib: 512,
        disk_gib: 10,
        mac: "52:54:00:00:00:01".to_owned(),
        uuid: hostwright_kernel::id::random_uuid(),
        desired: Desired::Running,
        suspended: false,
        released: true,
        generation: 2,
        reboots: 0,
        stop_mode: StopMode::Graceful,
        purge_after: None,
        fence: 1,
        created_at: Instant::from_micros(0).unwrap(),
        version: 2,
    }
}

fn key(kind: &str, material: usize) -> String {
    let mut body = u32::try_from(kind.len()).unwrap().to_be_bytes().to_vec();
    body.extend_from_slice(kind.as_bytes());
    body.extend(std::iter::repeat_n(7_u8, material));
    format!("{kind} {}", base64::engine::general_purpose::STANDARD.encode(body))
}

#[test]
fn people_cannot_run_what_is_suspended_unpaid_or_deleted() {
    let changes = [Change::Start, Change::Stop(StopMode::Graceful), Change::Stop(StopMode::Force), Change::Reboot];
    let cases = [
        (Server { suspended: true, ..server() }, "servers.suspended"),
        (Server { released: false, ..server() }, "servers.not_paid"),
        (Server { desired: Desired::Deleted, ..server() }, "servers.deleted"),
    ];
    for (server, code) in cases {
        for change in changes {
            let refusal = server.change(change, DiskState::Present).unwrap_err();
            assert_eq!(refusal.code, code, "{change:?}");
        }
    }
}

#[test]
fn a_payment_heard_of_twice_releases_once() {
    let unpaid = Server { released: false, desired: Desired::Stopped, ..server() };
    let paid = unpaid.change(Change::Release, DiskState::Planned).unwrap().unwrap();
    assert!(paid.released);
    assert_eq!(paid.desired, Desired::Running);
    assert_eq!(paid.change(Change::Release, DiskState::Planned), Ok(None));
}

#[test]
fn a_suspension_does_not_forget_what_was_wished() {
    let held = server().change(Change::Suspend(true), DiskState::Present).unwrap().unwrap();
    assert_eq!(held.desired, Desired::Running);
    assert_eq!(held.change(Change::Suspend(true), DiskState::Present), Ok(None));
    let back = held.change(Change::Suspend(false), DiskState::Present).unwrap().unwrap();
    assert_eq!(back.desired, Desired::Running);
    assert!(back.generation > held.generation);
}

#[test]
fn a_deletion_is_undone_until_the_disk_goes() {
    let now = Instant::from_micros(1_000_000).unwrap();
    let gone = server().change(Change::Delete(now), DiskState::Present).unwrap().unwrap();
    assert_eq!(gone.purge_after, Some(now));
    let back = gone.change(Change::Restore(false), DiskState::Quarantined).unwrap().unwrap();
    assert_eq!((back.desired, back.purge_after), (Desired::Stopped, None));
    for disk in [DiskState::Purging, DiskState::Deleted] {
        let refusal = gone.change(Change::Restore(false), disk).unwrap_err();
        assert_eq!(refusal.code, "servers.not_restorable");
    }
    let refusal = server().change(Change::Restore(false), DiskState::Present).unwrap_err();
    assert_eq!(refusal.code, "servers.not_deleted");
}

#[test]
fn a_reboot_of_a_stopped_server_starts_it() {
    let off = Server { desired: Desired::Stopped, ..server() };
    let next = off.change(Change::Reboot, DiskState::Present).unwrap().unwrap();
    assert_eq!((next.desired, next.reboots), (Desired::Running, 0));
    let next = server().change(Change::Reboot, DiskState::Present).unwrap().unwrap();
    assert_eq!((next.generation, next.reboots), (2, 1));
}

#[test]
fn host_names_follow_rfc_1123() {
    for (good, kept) in [("web", "web"), (" Web-1.Example.ORG ", "web-1.example.org"), ("1a", "1a")] {
        assert_eq!(parse_hostname(good).unwrap(), kept);
    }
    let long = "a".repeat(64);
    for bad in ["", "-web", "web-", "we_b", "web..org", ".", "192.0.2.1", "münchen", "web org", &long] {
        assert!(parse_hostname(bad).is_err(), "{bad}");
    }
}

#[test]
fn public_keys_of_known_types_are_kept_once_with_a_short_comment() {
    let ed25519 = key("ssh-ed25519", 36);
    let long = format!("{ed25519} {}", "x".repeat(200));
    let kept = parse_ssh_keys(&[format!("{ed25519} me@laptop\n"), String::new(), key("ssh-rsa", 260), long]).unwrap();
    assert_eq!(kept[0], format!("{ed25519} me@laptop"));
    assert_eq!(kept.len(), 3);
    assert!(kept[2].len() <= ed25519.len() + 65);
    let twice = parse_ssh_keys(&[ed25519.clone(), ed25519.clone()]).unwrap();
    assert_eq!(twice.len(), 1);
}

#[test]
fn what_is_not_a_public_key_is_refused() {
    let good = key("ssh-ed25519", 36);
    let body = good.split(' ').nth(1).unwrap();
    let bad = [
        "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
        format!("command=\"rm\" {good}"),
        format!("ssh-rsa {body}"),
        "ssh-dss AAAAB3NzaC1kc3MAAACB".to_owned(),
        "ssh-ed25519 not/base64!".to_owned(),
        "ssh-ed25519".to_owned(),
        key("ssh-ed25519", 3),
        format!("{good} a\u{7}b"),
    ];
    for line in bad {
        assert_eq!(parse_ssh_keys(std::slice::from_ref(&line)).unwrap_err().code, "servers.bad_ssh_key", "{line}");
    }
    let many: Vec<String> = (0..21).map(|n| key("ssh-ed25519", 36 + n)).collect();
    assert_eq!(parse_ssh_keys(&many).unwrap_err().code, "servers.too_many_keys");
}

#[test]
fn only_disks_in_quarantine_have_the_name_of_one() {
    let id = ServerId::new();
    assert!(is_quarantine_name(&quarantine_name(&disk_name(&id))));
    for name in [disk_name(&id), seed_name(&id), "quarantine-srv_".to_owned(), "debian.disk".to_owned()] {
        assert!(!is_quarantine_name(&name), "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,200}") {
        let _ = parse_hostname(&text);
        let _ = parse_ssh_keys(&[text]);
    }
}
