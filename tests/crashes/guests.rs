//! The crash points of the node, on a real QEMU guest: before each change of the
//! node, after it and before the journal, after the journal.
//!
//! One guest lives through all operations, and its process ends at one point of
//! each; as many guests as the operation with the most points has.

use std::sync::Arc;
use std::time::Duration;

use hostwright_kernel::ManualClock;
use hostwright_panel::notifications::ports::MailTransport;
use hostwright_panel::platform::Db;
use hostwright_panel::servers::commands;
use hostwright_panel::servers::model::Server;
use hostwright_panel::servers::ports::Hypervisor;
use hostwright_server::compose::Ports;
use hostwright_tests::engines::Database;
use hostwright_tests::{Mailbox, START, Simulator, World};

use super::hook::{Hook, Hooked, Mode, Point, Side};
use super::inventory::Inventory;
use crate::slices::servers::estate::{Estate, change};
use crate::slices::servers::real::{RealNode, adapter, settled, virsh};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Stop,
    Start,
    Suspend,
    Resume,
    Delete,
    Undo,
}

const ALL: [Operation; 7] = [
    Operation::Create,
    Operation::Stop,
    Operation::Start,
    Operation::Suspend,
    Operation::Resume,
    Operation::Delete,
    Operation::Undo,
];

impl Operation {
    async fn begin(self, estate: &Estate<'_>, server: &Server) {
        let (owner, member) = (estate.world.owner(), estate.member());
        match self {
            Self::Create => estate.release(server).await,
            Self::Stop => drop(commands::shut_down(&member, change(server)).await.unwrap()),
            Self::Start => drop(commands::start(&member, change(server)).await.unwrap()),
            Self::Suspend => estate.suspend(server).await,
            Self::Resume => estate.resume(server).await,
            Self::Delete => drop(commands::delete(&owner, change(server)).await.unwrap()),
            Self::Undo => drop(commands::restore(&owner, change(server)).await.unwrap()),
        }
    }
}

/// What one guest came to after each operation, and the points of each.
struct Life {
    ends: Vec<Inventory>,
    points: Vec<Vec<Point>>,
}

/// A panel of its own with one guest, which lives through all operations; `mode`
/// says what happens in each.
async fn life(node: &RealNode, mode: impl Fn(usize) -> Mode) -> Life {
    let (hook, database) = (Hook::new(Mode::Off), Database::sqlite());
    let clock = ManualClock::at(START.parse().unwrap());
    let db = Db::open(&database.url(), Arc::new(clock.clone())).unwrap();
    db.migrate().unwrap();
    let state = tempfile::tempdir_in(node.folder.path()).unwrap();
    let adapter = adapter(state.path());
    let inner: Arc<dyn Hypervisor> = adapter.clone();
    let port: Arc<dyn Hypervisor> = Arc::new(Hooked { hook: hook.clone(), inner });
    let ports = Ports {
        hypervisor: port.clone(),
        probe: adapter.clone(),
        reader: Arc::<hostwright_tests::Shelf>::default(),
        copier: Arc::<hostwright_tests::Postman>::default(),
        clock: Arc::new(None),
        dns: None,
    };
    let nobody = Arc::new(Simulator::new(Arc::new(clock.clone())));
    let mailbox = Arc::new(Mailbox::default());
    let mail: Arc<dyn MailTransport> = mailbox.clone();
    let world = World::over(db.with_stops(hook.clone()), clock, (nobody, mailbox), &ports, mail);
    let estate = Estate::on(&world, node.ground(port, adapter)).await;
    let server = estate.reserve("web1").await;
    let mut life = Life { ends: Vec::new(), points: Vec::new() };
    for (number, operation) in ALL.into_iter().enumerate() {
        operation.begin(&estate, &server).await;
        let mode = mode(number);
        hook.begin(mode);
        let ended = tokio::select! {
            biased;
            () = hook.ended.notified() => true,
            () = settled(&estate) => false,
        };
        life.points.push(of_the_node(&hook.passed()));
        let should_end = matches!(mode, Mode::EndAtFirst(_) | Mode::EndAfterFirstAct);
        assert_eq!(ended, should_end, "{operation:?}: {mode:?} was not come to");
        if ended {
            hook.begin(Mode::Off);
            estate.leases_end().await;
            settled(&estate).await;
        }
        hook.begin(Mode::Off);
        assert_eq!(estate.breaks().await, Vec::<String>::new(), "{operation:?} {mode:?}");
        life.ends.push(Inventory::of(&world).await.with(on_the_node(node, &server)));
    }
    commands::delete(&world.owner(), change(&server)).await.unwrap();
    settled(&estate).await;
    world.clock.advance_days(9);
    estate.purge().await;
    settled(&estate).await;
    let left: Vec<String> =
        on_the_node(node, &server).into_iter().filter(|line| line.contains(server.id.as_str())).collect();
    assert_eq!(left, Vec::<String>::new(), "left over");
    assert_eq!(estate.reserved().await.vcpus, 0);
    life
}

/// Around every change of the node: before it, after it, and after the commit that
/// wrote it down.
fn of_the_node(passed: &[Point]) -> Vec<Point> {
    let mut points = Vec::new();
    for point in passed {
        let is_journal = point.what == "commit" && point.side == Side::After && point.follows != "the beginning";
        if (point.is_act() || is_journal) && !points.contains(point) {
            points.push(*point);
        }
    }
    points
}

/// What libvirt itself says of this server.
fn on_the_node(node: &RealNode, server: &Server) -> Vec<String> {
    let of_server = |words: &[&str], kind: &str| -> Vec<String> {
        let listed = virsh(&node.uri, words);
        let own = listed.lines().filter(|line| line.contains(server.id.as_str()));
        // The first column of some lists numbers the guests that run.
        let words = own.map(|line| {
            line.split_whitespace()
                .filter(|word| word.contains(server.id.as_str()) || word.chars().all(char::is_alphabetic))
        });
        words.map(|words| format!("{kind} {}", words.collect::<Vec<_>>().join(" "))).collect()
    };
    let mut lines = of_server(&["list", "--all"], "domain");
    lines.extend(of_server(&["vol-list", "hostwright"], "volume"));
    lines.extend(of_server(&["nwfilter-list"], "filter"));
    lines
}

fn expect_the_same(found: &Life, straight: &Life, how: &str) {
    let nothing = std::collections::BTreeSet::new();
    for (number, operation) in ALL.into_iter().enumerate() {
        let (found, expected) = (&found.ends[number], &straight.ends[number]);
        let same = found.named(&nothing) == expected.named(&nothing);
        assert!(same, "{operation:?} {how}: another end\n{}", found.difference(expected, &nothing));
    }
}

/// The point of each operation at which the guest with this number is interrupted.
fn chosen(points: &[Vec<Point>], number: usize) -> impl Fn(usize) -> Mode {
    move |operation| points[operation].get(number).map_or(Mode::Off, |point| Mode::EndAtFirst(*point))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_guest_comes_to_the_same_end_when_the_panel_dies_once_in_every_operation() {
    let node = RealNode::start("crash").await;
    let (straight, interrupted) = tokio::join!(life(&node, |_| Mode::Count), life(&node, |_| Mode::EndAfterFirstAct));
    expect_the_same(&interrupted, &straight, "interrupted after its first effect");
    let all: usize = straight.points.iter().map(Vec::len).sum();
    println!("crash points of a real guest: {} of {all} walked; cargo xtask chaos walks all", ALL.len());
}

/// Takes many minutes: `cargo xtask chaos` runs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes many minutes; cargo xtask chaos runs it"]
async fn a_real_guest_comes_to_the_same_end_wherever_the_panel_dies() {
    let began = std::time::Instant::now();
    let node = RealNode::start("points").await;
    let straight = life(&node, |_| Mode::Count).await;
    let most = straight.points.iter().map(Vec::len).max().unwrap();
    let at = |number: usize| life(&node, chosen(&straight.points, number));
    for number in (0..most).step_by(3) {
        // Three at a time: guests mostly wait.
        let (first, second, third) = tokio::join!(at(number), at(number + 1), at(number + 2));
        for (offset, interrupted) in [first, second, third].iter().enumerate() {
            expect_the_same(interrupted, &straight, &format!("interrupted at its point {}", number + offset));
        }
        println!("  {} of {most} guests came to the same ends, {} s", most.min(number + 3), began.elapsed().as_secs());
    }
    expect_the_same(&life(&node, |_| Mode::Double).await, &straight, "with every change of the node made twice");
    for (operation, points) in ALL.into_iter().zip(&straight.points) {
        println!("crash points of {operation:?} on a real guest: {} walked", points.len());
    }
    let took: Duration = began.elapsed();
    let all: usize = straight.points.iter().map(Vec::len).sum();
    println!("crash points on real guests: {all} walked, and every change made twice, in {} s", took.as_secs());
}
