//! Nodes that hang, die and come back.

use std::time::{Duration, Instant};

use hostwright_node::{Command, Deadlines, DiskSource, GuestState, GuestStep, Health, Node, NodeError};
use xtask::images::GREETING;
use xtask::lab::libvirt::Libvirt;

use super::subject::{MIB, Subject, config, shared_libvirt};

fn short_deadlines() -> Deadlines {
    Deadlines {
        open: Duration::from_secs(2),
        call: Duration::from_secs(2),
        transfer: Duration::from_secs(60),
        stuck_cap: 2,
        keepalive_seconds: 5,
    }
}

async fn private_libvirt(name: &'static str) -> Libvirt {
    tokio::task::spawn_blocking(move || Libvirt::temporary(name).expect("a private libvirt")).await.unwrap()
}

async fn eventually(what: &str, node: &Node) {
    let until = Instant::now() + Duration::from_secs(60);
    while let Err(refusal) = node.perform(Command::Probe { pool: None }).await {
        assert!(Instant::now() < until, "waited for {what}, got {refusal}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// With one connection for several threads, libvirt 9.0's client ended the process
/// here: it followed a pointer into the stack of the thread that was woken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_wakes_again_answers_every_call_that_waited_for_it() {
    let sleepy = private_libvirt("sleepy").await;
    let deadlines = Deadlines { call: Duration::from_secs(60), keepalive_seconds: 1, ..Deadlines::default() };
    let on = Subject::on_qemu_at(&sleepy.uri(), sleepy.base(), deadlines).await;
    for _ in 0..4 {
        sleepy.sigstop().unwrap();
        let waiting: Vec<_> = (0..8)
            .map(|number| {
                let (node, guest) = (on.node.clone(), on.guest.clone());
                let command = match number % 2 {
                    0 => Command::Probe { pool: None },
                    _ => Command::Guest { guest, fence: 0, step: GuestStep::PowerOff },
                };
                tokio::spawn(async move { node.perform(command).await })
            })
            .collect();
        let look = on.node.perform(Command::ObserveAll { pool: None });
        let unanswered = tokio::time::timeout(Duration::from_secs(2), look).await;
        assert!(unanswered.is_err(), "a stopped libvirtd answered");
        sleepy.sigcont().unwrap();
        for call in waiting {
            call.await.unwrap().unwrap();
        }
    }
    assert_eq!(on.node.health(), Health::Good);
}

#[tokio::test]
async fn a_hung_node_times_out_while_the_other_answers_and_recovers_when_it_wakes() {
    let hung = private_libvirt("hung").await;
    let on = Subject::on_qemu_at(&hung.uri(), hung.base(), short_deadlines()).await;
    let (uri, _) = tokio::task::spawn_blocking(shared_libvirt).await.unwrap();
    let state = tempfile::tempdir().unwrap();
    let other = Node::connect(config(&uri, state.path(), None)).await.unwrap();

    hung.sigstop().unwrap();
    let look = Command::ObserveGuest { guest: on.guest.clone() };
    let began = Instant::now();
    let slow = {
        let (node, look) = (on.node.clone(), look.clone());
        tokio::spawn(async move { node.perform(look).await })
    };
    for _ in 0..10 {
        let began = Instant::now();
        other.perform(Command::Probe { pool: None }).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(1), "the other node was delayed");
    }
    let refusal = slow.await.unwrap().unwrap_err();
    assert!(matches!(refusal, NodeError::Timeout { .. }), "{refusal:?}");
    assert!(refusal.leaves_state_unknown());
    assert!(began.elapsed() < Duration::from_secs(4));
    assert_ne!(on.node.health(), Health::Good);

    // The next attempt to connect hangs too; then the cap is reached and nothing more is sent.
    let refusal = on.node.perform(look.clone()).await.unwrap_err();
    assert!(matches!(refusal, NodeError::Timeout { .. }), "{refusal:?}");
    let began = Instant::now();
    let refusal = on.node.perform(look).await.unwrap_err();
    assert!(matches!(refusal, NodeError::Degraded { stuck: 2 }), "{refusal:?}");
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!(on.node.health(), Health::Degraded);

    hung.sigcont().unwrap();
    eventually("the node to be reached again", &on.node).await;
    assert_eq!(on.node.health(), Health::Good);
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_any_more_is_not_made_later() {
    let hung = private_libvirt("late").await;
    let on = Subject::on_qemu_at(&hung.uri(), hung.base(), short_deadlines()).await;
    on.bring_image().await;
    hung.sigstop().unwrap();
    let empty =
        GuestStep::EnsureVolume { pool: on.pool.clone(), volume: on.disk(), source: DiskSource::Empty, bytes: MIB };
    let step = on.change(empty);
    let waited = tokio::time::timeout(Duration::from_secs(1), on.node.perform(step)).await;
    assert!(waited.is_err(), "the node hangs");
    hung.sigcont().unwrap();
    eventually("the node to be reached again", &on.node).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!on.pool_dir.join(on.disk()).exists(), "it was made after all");
}

#[tokio::test]
async fn a_killed_libvirtd_is_reached_again_and_its_guests_go_on() {
    let mortal = private_libvirt("mortal").await;
    let on = Subject::on_qemu_at(&mortal.uri(), mortal.base(), Deadlines::default()).await;
    on.build().await;
    on.guest_after(GuestStep::Start).await;
    on.console_with(GREETING, 1).await;

    mortal.kill().unwrap();
    let look = Command::ObserveGuest { guest: on.guest.clone() };
    let refusal = on.node.perform(look).await.unwrap_err();
    assert!(matches!(refusal, NodeError::Unreachable { .. }), "{refusal:?}");
    assert_eq!(on.node.health(), Health::Silent);

    let mortal = tokio::task::spawn_blocking(move || {
        mortal.restart().expect("libvirtd starts again");
        mortal
    })
    .await
    .unwrap();
    eventually("the node to be reached again", &on.node).await;
    assert_eq!(on.observe().await.state, GuestState::Running);
    on.remove().await;
    drop(mortal);
}

#[tokio::test]
async fn a_half_filled_disk_is_made_anew_and_a_whole_one_is_kept() {
    let on = Subject::on_qemu().await;
    on.bring_image().await;
    let whole = on.volume_after(on.volume_step(64)).await;
    // As a crash in the middle of the copy leaves it: a short file, and the note that it began.
    std::fs::write(&whole.path, b"half").unwrap();
    let note = on.node.config().state_dir.join("building").join(format!("{}@{}", on.pool, on.disk()));
    std::fs::write(&note, b"").unwrap();
    let again = on.volume_after(on.volume_step(64)).await;
    assert!(again.changed);
    assert_eq!(again.capacity_bytes, 64 * MIB);
    assert!(!note.exists());
    assert!(!on.volume_after(on.volume_step(64)).await.changed);
}

#[tokio::test]
async fn a_node_that_is_not_there_is_unreachable_and_the_answer_comes_at_once() {
    let state = tempfile::tempdir().unwrap();
    let uri = "qemu+unix:///system?socket=/nonexistent/libvirt-sock";
    let began = Instant::now();
    let refusal = Node::connect(config(uri, state.path(), None)).await.err().unwrap();
    assert!(matches!(refusal, NodeError::Unreachable { .. }), "{refusal:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}
