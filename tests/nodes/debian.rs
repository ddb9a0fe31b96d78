//! A whole Debian as a guest.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use hostwright_node::{Deadlines, GuestState, GuestStep};
use xtask::images;
use xtask::lab::libvirt::Libvirt;

use super::subject::{MIB, Subject, image_folder};

#[tokio::test]
#[ignore = "builds a Debian for minutes the first time, needs ssh: run with --ignored"]
async fn a_debian_boots_with_its_name_its_key_its_addresses_and_a_grown_disk() {
    let image = tokio::task::spawn_blocking(|| images::debian(&image_folder()).unwrap());
    let lab = tokio::task::spawn_blocking(|| Libvirt::temporary("debian").unwrap()).await.unwrap();
    let mut on = Subject::on_qemu_at(&lab.uri(), lab.base(), Deadlines::default()).await;
    on.image = image.await.unwrap();
    let key = lab.base().join("key").display().to_string();
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &key]).status().unwrap();
    assert!(made.success());
    on.ssh_key = fs::read_to_string(format!("{key}.pub")).unwrap().trim().to_owned();

    on.bring_image().await;
    on.ensure_network().await;
    let disk = on.volume_after(on.volume_step(3072)).await;
    assert_eq!(disk.capacity_bytes, 3072 * MIB);
    on.volume_after(on.seed_step("debian-host")).await;
    on.perform(on.filter_step()).await.unwrap();
    on.guest_after(on.domain_step(512)).await;

    let began = Instant::now();
    on.guest_after(GuestStep::Start).await;
    let address = on.addresses[0].address.to_string();
    let greeting = format!("HOSTWRIGHT guest debian-host is up, address {address}, boot ");
    on.console_with(&greeting, 1).await;
    println!("greeting after {:.1} s", began.elapsed().as_secs_f32());

    let v6 = on.addresses[1].address.to_string();
    for address in [address, v6] {
        let target = format!("root@{address}");
        let ssh = [
            "ssh",
            "-i",
            &key,
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "BatchMode=yes",
            "-o",
            "LogLevel=ERROR",
            &target,
            "hostname; df -m --output=size / | tail -n 1; systemctl is-system-running --wait; ip route",
        ];
        let until = Instant::now() + Duration::from_secs(60);
        let said = loop {
            match lab.inside(&ssh) {
                Ok(said) => break said,
                Err(fault) => assert!(Instant::now() < until, "{fault:#}"),
            }
        };
        println!("{said}");
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some("debian-host"));
        let mebibytes: u64 = lines.next().unwrap().trim().parse().unwrap();
        assert!(mebibytes > 2800, "the file system has grown to {mebibytes} MiB");
        assert_eq!(lines.next(), Some("running"), "every unit came up");
        assert!(said.contains("default via 10.209.0.1"));
    }

    let began = Instant::now();
    on.guest_after(GuestStep::Shutdown).await;
    on.wait_for(GuestState::ShutOff).await;
    println!("shut down by request after {:.1} s", began.elapsed().as_secs_f32());
}
