//! What every node promises. The same steps run on libvirt's test driver and on QEMU; where a
//! driver lacks something, saying so is part of the promise.

use std::time::Instant;

use hostwright_node::{
    Capability, Command, ConsoleSource, Counters, GuestState, GuestStep, Hypervisor, Inventory, NodeError, Report,
};
use xtask::images::GREETING;

use super::subject::{MIB, Subject};

async fn everything_is_built_twice_and_changes_once(on: &Subject) {
    assert!(!on.ensured(on.pool_command()).await, "the pool was there already");

    let first = on.bring_image().await;
    assert!(first.changed);
    assert_eq!(first.has_content, on.can.can(Capability::VolumeUpload));
    assert!(!on.bring_image().await.changed);

    on.ensure_network().await;
    assert!(!on.ensure_network().await);

    let disk = on.volume_after(on.volume_step(64)).await;
    assert!(disk.changed);
    let again = on.volume_after(on.volume_step(64)).await;
    assert!(!again.changed);
    assert_eq!(again.path, disk.path);
    assert_eq!(disk.capacity_bytes, 64 * MIB);
    if on.can.can(Capability::VolumeResize) {
        assert_eq!(on.volume_after(on.volume_step(80)).await.capacity_bytes, 80 * MIB);
        let smaller = on.volume_after(on.volume_step(64)).await;
        assert_eq!(smaller.capacity_bytes, 80 * MIB, "a disk never shrinks");
    } else {
        let refusal = on.refusal(on.volume_step(80)).await;
        assert_eq!(refusal, NodeError::Unsupported { needs: Capability::VolumeResize });
    }

    assert!(on.volume_after(on.seed_step("first-name")).await.changed);
    assert!(!on.volume_after(on.seed_step("first-name")).await.changed);
    let renamed = on.volume_after(on.seed_step("tiny-host")).await;
    assert_eq!(renamed.changed, on.can.can(Capability::VolumeUpload));

    for changed in [true, false] {
        let expected = if on.can.can(Capability::Filters) {
            Report::Ensured { changed }
        } else {
            Report::Skipped { needs: Capability::Filters }
        };
        assert_eq!(on.perform(on.filter_step()).await.unwrap(), expected);
    }

    assert_eq!(on.observe().await.state, GuestState::Absent);
    let defined = on.guest_after(on.domain_step(160)).await;
    assert!(defined.changed);
    assert_eq!(defined.state, GuestState::ShutOff);
    assert_eq!(defined.left_out.contains(&Capability::Filters), !on.can.can(Capability::Filters));
    assert!(!on.guest_after(on.domain_step(160)).await.changed);
    assert!(on.guest_after(on.domain_step(192)).await.changed);
    let facts = on.observe().await.facts.unwrap();
    assert_eq!(facts.memory_bytes, Some(192 * MIB));
    assert!(facts.graphics.is_empty(), "no graphical console");
    assert!(facts.mark.is_some());
}

async fn it_starts_restarts_and_stops(on: &Subject) {
    let before = Instant::now();
    let started = on.guest_after(GuestStep::Start).await;
    assert!(started.changed);
    assert_eq!(started.state, GuestState::Running);
    let again = on.guest_after(GuestStep::Start).await;
    assert!(!again.changed);
    assert_eq!(again.since_us, started.since_us);

    if on.can.can(Capability::Console) {
        let seen = on.console_with(GREETING, 1).await;
        println!("greeting after {:.1} s", before.elapsed().as_secs_f32());
        assert_eq!(on.console().await.source, ConsoleSource::Log);
        assert!(seen.contains("guest tiny-host is up, address 10.209.0."), "{seen}");
        assert!(seen.contains("start 1, 1 key(s)"), "{seen}");
        assert!(seen.contains("disk vda of 80 MiB"), "the disk has grown:\n{seen}");
    } else {
        let tail = Command::ConsoleTail { guest: on.guest.clone(), bytes: 100 };
        assert_eq!(on.node.perform(tail).await.unwrap(), Report::Skipped { needs: Capability::Console });
    }

    let counters = on.observe().await.counters.expect("a running guest has counters");
    assert!(counters.cpu_nanoseconds.is_some_and(|spent| spent > 0));
    if on.can.hypervisor == Hypervisor::Qemu {
        assert!(counters.block.iter().any(|disk| disk.disk == "vda" && disk.read_bytes > 0));
        assert!(counters.net.iter().any(|link| link.sent_packets > 0));
    }

    let inventory = everything(on).await;
    let seen = inventory.guests.iter().find(|seen| seen.guest == on.guest).expect("the guest is among all");
    let all = seen.counters.clone().expect("a running guest has counters");
    assert!(all.cpu_nanoseconds >= counters.cpu_nanoseconds);
    assert_eq!(all.memory_bytes, counters.memory_bytes);
    let disks = |counters: &Counters| -> Vec<String> { counters.block.iter().map(|disk| disk.disk.clone()).collect() };
    assert_eq!(disks(&all), disks(&counters));
    let first = |counters: &Counters| counters.block.first().map(|disk| disk.read_bytes);
    assert!(first(&all) >= first(&counters));
    let sent = |counters: &Counters| counters.net.first().map(|link| link.sent_packets);
    assert!(sent(&all) >= sent(&counters));

    on.guest_after(GuestStep::Reboot { force: false }).await;
    if on.can.can(Capability::Console) {
        let before = Instant::now();
        let seen = on.console_with(GREETING, 3).await;
        println!("restarted by request after {:.1} s", before.elapsed().as_secs_f32());
        assert!(seen.contains("is going down"), "it was asked, not cut:\n{seen}");
        assert_eq!(different_boots(&seen), 2, "{seen}");
        on.guest_after(GuestStep::Reboot { force: true }).await;
        let seen = on.console_with("is up, address", 3).await;
        assert_eq!(different_boots(&seen), 3, "{seen}");
        assert!(seen.contains("start 3, 1 key(s)"), "the disk is kept:\n{seen}");
    }

    if on.can.hypervisor == Hypervisor::Test {
        // Its guest stops at the first request.
        on.guest_after(GuestStep::Start).await;
    }
    let before = Instant::now();
    on.guest_after(GuestStep::Shutdown).await;
    let stopped = on.wait_for(GuestState::ShutOff).await;
    println!("shut down by request after {:.1} s", before.elapsed().as_secs_f32());
    assert!(stopped.counters.is_none());
    assert!(!on.guest_after(GuestStep::Shutdown).await.changed);

    on.guest_after(GuestStep::Start).await;
    let off = on.guest_after(GuestStep::PowerOff).await;
    assert_eq!(off.state, GuestState::ShutOff);
    assert!(!on.guest_after(GuestStep::PowerOff).await.changed);
}

fn different_boots(console: &str) -> usize {
    let mut boots: Vec<&str> =
        console.lines().filter_map(|line| line.split_once("boot ").map(|(_, id)| id.trim())).collect();
    boots.sort_unstable();
    boots.dedup();
    boots.len()
}

async fn its_disk_is_put_aside_and_comes_back(on: &Subject) {
    let (pool, volume) = (on.pool.clone(), on.disk());
    let quarantine = format!("quarantine-{}", on.disk());
    let aside =
        GuestStep::QuarantineVolume { pool: pool.clone(), volume: volume.clone(), quarantine: quarantine.clone() };
    let back = GuestStep::RestoreVolume { pool: pool.clone(), volume: volume.clone(), quarantine: quarantine.clone() };

    on.guest_after(GuestStep::Start).await;
    assert_eq!(on.refusal(aside.clone()).await.code(), "node_conflict", "it runs");
    assert_eq!(on.refusal(GuestStep::EnsureUndefined).await.code(), "node_conflict", "it runs");
    on.guest_after(GuestStep::PowerOff).await;
    let delete = GuestStep::DeleteVolume { pool: pool.clone(), volume: volume.clone() };
    assert_eq!(on.refusal(delete.clone()).await.code(), "node_conflict", "a domain uses it");

    assert_eq!(on.perform(GuestStep::EnsureUndefined).await.unwrap(), Report::Ensured { changed: true });
    assert_eq!(on.perform(GuestStep::EnsureUndefined).await.unwrap(), Report::Ensured { changed: false });
    assert_eq!(on.observe().await.state, GuestState::Absent);

    let before = volume_named(on, &volume).await.unwrap();
    let moved = on.volume_after(aside.clone()).await;
    assert!(moved.changed);
    assert_eq!(moved.name, quarantine);
    assert_eq!(moved.capacity_bytes, before);
    assert!(!on.volume_after(aside.clone()).await.changed);
    assert!(volume_named(on, &volume).await.is_none());

    let restored = on.volume_after(back.clone()).await;
    assert!(restored.changed);
    assert_eq!(restored.capacity_bytes, before);
    assert!(!on.volume_after(back).await.changed);
    assert!(volume_named(on, &quarantine).await.is_none());

    on.guest_after(on.domain_step(160)).await;
    let started = on.guest_after(GuestStep::Start).await;
    assert_eq!(started.state, GuestState::Running);
    if on.can.can(Capability::Console) {
        let seen = on.console_with("start 4, 1 key(s)", 1).await;
        assert!(seen.contains("disk vda of 80 MiB"), "{seen}");
    }
    on.remove().await;
    assert_eq!(on.perform(delete).await.unwrap(), Report::Ensured { changed: false });
    let gone = on.refusal(aside).await;
    assert!(matches!(gone, NodeError::NotFound { .. }), "{gone:?}");
}

async fn everything(on: &Subject) -> Inventory {
    let all = Command::ObserveAll { pool: Some(on.pool.clone()) };
    match on.node.perform(all).await {
        Ok(Report::Inventory(inventory)) => *inventory,
        other => panic!("looking at everything answered {other:?}"),
    }
}

async fn volume_named(on: &Subject, name: &str) -> Option<u64> {
    everything(on).await.volumes.iter().find(|volume| volume.name == name).map(|volume| volume.capacity_bytes)
}

async fn the_contract(on: &Subject) {
    everything_is_built_twice_and_changes_once(on).await;
    it_starts_restarts_and_stops(on).await;
    its_disk_is_put_aside_and_comes_back(on).await;
}

#[tokio::test]
async fn a_guest_lives_its_whole_life_on_the_test_driver() {
    let on = Subject::on_test_driver().await;
    assert_eq!(on.can.hypervisor, Hypervisor::Test);
    assert!(!on.can.can(Capability::VolumeUpload));
    the_contract(&on).await;
}

#[tokio::test]
async fn a_guest_lives_its_whole_life_on_qemu() {
    let on = Subject::on_qemu().await;
    assert_eq!(on.can.hypervisor, Hypervisor::Qemu);
    assert!(on.can.host_cpus > 0 && on.can.memory_bytes > 0);
    the_contract(&on).await;
}

async fn an_older_instruction_is_refused(on: &Subject) {
    on.build().await;
    on.node.perform(on.change_at(9, GuestStep::Start)).await.unwrap();
    for step in [GuestStep::PowerOff, GuestStep::EnsureUndefined, on.volume_step(64), on.domain_step(512)] {
        let refusal = on.node.perform(on.change_at(8, step)).await.unwrap_err();
        assert_eq!(refusal, NodeError::Fenced { given: 8, highest: 9 });
    }
    assert_eq!(on.observe().await.state, GuestState::Running);
    on.node.perform(on.change_at(9, GuestStep::PowerOff)).await.unwrap();
    on.node.perform(on.change_at(10, GuestStep::EnsureUndefined)).await.unwrap();
}

#[tokio::test]
async fn an_older_instruction_is_refused_on_the_test_driver() {
    an_older_instruction_is_refused(&Subject::on_test_driver().await).await;
}

#[tokio::test]
async fn an_older_instruction_is_refused_on_qemu() {
    an_older_instruction_is_refused(&Subject::on_qemu().await).await;
}

#[tokio::test]
async fn a_stranger_on_the_node_is_seen_and_never_touched() {
    // libvirt's test driver comes with a running domain of this name and UUID.
    let mut on = Subject::on_test_driver().await;
    let inventory = everything(&on).await;
    let stranger = inventory
        .strangers
        .iter()
        .find(|stranger| stranger.guest.name == "test")
        .expect("the test driver's own domain")
        .clone();
    assert_eq!(stranger.state, GuestState::Running);
    on.bring_image().await;
    on.guest = stranger.guest.clone();
    on.volume_after(on.volume_step(64)).await;
    on.volume_after(on.seed_step("tiny-host")).await;
    on.ensure_network().await;
    for step in
        [GuestStep::PowerOff, GuestStep::Shutdown, GuestStep::Start, GuestStep::EnsureUndefined, on.domain_step(64)]
    {
        assert_eq!(on.refusal(step).await.code(), "node_conflict");
    }
    on.guest.name = "another".to_owned();
    assert_eq!(on.refusal(GuestStep::PowerOff).await.code(), "node_conflict");
    on.guest = stranger.guest;
    assert_eq!(on.observe().await.state, GuestState::Running);
}

#[tokio::test]
async fn without_a_log_the_live_console_is_watched() {
    let mut on = Subject::on_qemu_without_console_log().await;
    on.image.cmdline.push_str(" hostwright.tick");
    on.build().await;
    on.guest_after(GuestStep::Start).await;
    on.console_with("HOSTWRIGHT tick", 3).await;
    assert_eq!(on.console().await.source, ConsoleSource::Live);
    on.remove().await;
}

#[tokio::test]
async fn commands_for_one_guest_take_turns() {
    let on = Subject::on_test_driver().await;
    on.build().await;
    let again = on.node.clone();
    let (one, two) =
        tokio::join!(on.node.perform(on.change(GuestStep::Start)), again.perform(on.change(GuestStep::Start)),);
    let changed = |outcome: Result<Report, NodeError>| match outcome {
        Ok(Report::Guest(seen)) => {
            assert_eq!(seen.state, GuestState::Running);
            seen.changed
        }
        other => panic!("starting answered {other:?}"),
    };
    assert!(changed(one) != changed(two), "it was started exactly once");
}
