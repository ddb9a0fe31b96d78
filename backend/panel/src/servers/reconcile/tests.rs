//! The plan against a world that obeys: it arrives, whatever is seen at first and
//! wherever it is interrupted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::model::*;
use crate::images::model::ImageId;
use crate::nodes::model::NodeId;
use crate::servers::model::*;
use crate::servers::ports::GuestSeen;
use crate::subscriptions::model::SubscriptionId;

const LONG_AGO: i64 = 1_700_000_000_000_000;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(LONG_AGO).unwrap().plus_seconds(seconds)
}

fn server() -> Server {
    let id = ServerId::new();
    Server {
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
        created_at: at(0),
        version: 2,
        id,
    }
}

fn known(state: Seen, disk: DiskState) -> Known {
    let mut seen = Observation::nothing_yet(at(0));
    seen.state = state;
    Known { seen, disk, addresses_held: true }
}

/// What really is on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
struct World {
    state: Seen,
    volume: Volume,
    seed: bool,
    filter: bool,
    obeys: bool,
    console: Option<Vec<&'static str>>,
    greets: bool,
    starts: u32,
    resets: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Volume {
    None,
    Own,
    Aside,
}

impl World {
    fn booted(&mut self) {
        self.state = Seen::Running;
        self.starts += 1;
        if let Some(console) = &mut self.console
            && self.greets
        {
            console.push("HOSTWRIGHT guest web is up, boot x\n");
        }
    }

    fn text(&self) -> String {
        self.console.iter().flatten().copied().collect()
    }

    /// Does what a step asks; panics when the step makes no sense here.
    fn obey(&mut self, step: Step) {
        match step {
            Step::EnsureVolume => {
                assert_ne!(self.volume, Volume::Aside, "a second disk beside the one in quarantine");
                self.volume = Volume::Own;
            }
            Step::EnsureSeed => self.seed = true,
            Step::EnsureFilter => self.filter = true,
            Step::EnsureDomain => {
                assert_eq!(self.volume, Volume::Own, "defined without its disk");
                if self.state == Seen::Absent {
                    self.state = Seen::ShutOff;
                }
            }
            Step::Start => {
                assert_ne!(self.state, Seen::Absent);
                assert!(self.seed && self.filter, "started without seed or filter");
                if self.state == Seen::Paused {
                    self.state = Seen::Running;
                } else if self.state != Seen::Running {
                    self.booted();
                }
            }
            Step::ShutDown => {
                if self.obeys {
                    self.state = Seen::ShutOff;
                }
            }
            Step::PowerOff => {
                if self.state != Seen::Absent {
                    self.state = Seen::ShutOff;
                }
            }
            Step::Reboot => {
                if self.obeys {
                    self.booted();
                }
            }
            Step::Reset => {
                self.resets += 1;
                self.booted();
            }
            Step::Undefine => {
                assert!(matches!(self.state, Seen::ShutOff | Seen::Absent), "undefined while {}", self.state);
                self.state = Seen::Absent;
            }
            Step::RemoveFilter => self.filter = false,
            Step::RemoveSeed => self.seed = false,
            Step::QuarantineVolume => {
                assert_eq!(self.state, Seen::Absent, "a disk in use was moved");
                if self.volume == Volume::Own {
                    self.volume = Volume::Aside;
                }
            }
            Step::RestoreVolume => {
                assert_ne!(self.volume, Volume::None);
                self.volume = Volume::Own;
            }
            Step::Look | Step::AwaitStop | Step::ReadGreeting | Step::DropDisk | Step::ReleaseAddresses => {}
        }
    }
}

/// Where a run is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crash {
    No,
    BeforeEffect,
    AfterEffect,
}

struct Story {
    server: Server,
    known: Known,
    world: World,
    clock: i64,
}

impl Story {
    fn look(&mut self) {
        let seen = GuestSeen { state: self.world.state, stopped_cleanly: false, usage: None };
        self.known = self.known.clone().learn(&seen, at(self.clock));
    }

    /// One turn; false when nothing is left.
    fn turn(&mut self, crash: Crash, patience: Patience) -> bool {
        self.known.seen.state = Seen::Unknown;
        let mut steps = plan(&self.server, &self.known, patience, at(self.clock));
        if steps.first() == Some(&Step::Look) {
            self.look();
            steps = plan(&self.server, &self.known, patience, at(self.clock));
        }
        let Some(step) = steps.first().copied() else {
            return false;
        };
        self.clock += 1;
        match step {
            Step::AwaitStop => self.clock += 2,
            Step::ReadGreeting => self.listen(patience),
            _ => {
                let console = mark(&self.world.text());
                self.known = self.known.clone().begin(step, &self.server, console, at(self.clock));
                if crash == Crash::BeforeEffect {
                    return true;
                }
                let renames = matches!(step, Step::QuarantineVolume | Step::RestoreVolume);
                if renames && self.world.volume == Volume::None {
                    self.known = self.known.clone().without_disk().expect("a disk that never was");
                    return true;
                }
                self.world.obey(step);
                let once = self.world.clone();
                if !matches!(step, Step::Reboot | Step::Reset) {
                    self.world.obey(step);
                    assert_eq!(self.world, once, "{step} twice is not {step} once");
                }
                if crash == Crash::AfterEffect {
                    return true;
                }
                self.known = self.known.clone().finish(step, &self.server, at(self.clock));
            }
        }
        true
    }

    fn listen(&mut self, patience: Patience) {
        self.clock += 2;
        let Some(_) = &self.world.console else {
            self.known = self.known.clone().gave_up_listening(false);
            return;
        };
        let text = self.world.text();
        match find_greeting(after_mark(&text, &self.known.seen.facts.console_mark, 1 << 20)) {
            Some(greeting) => self.known = self.known.clone().greeted(&greeting),
            None if self.known.is_deaf(patience, at(self.clock)) => {
                self.known = self.known.clone().gave_up_listening(true);
            }
            None => {}
        }
    }

    fn run(&mut self, crashes: &[Crash]) {
        let patience = Patience { stop: 20, reboot: 20, greeting: 40 };
        for turn in 0..200 {
            if !self.turn(crashes.get(turn).copied().unwrap_or(Crash::No), patience) {
                self.known.settle(&self.server);
                self.check(patience);
                return;
            }
        }
        panic!("it never ends: {:?} {:?}", self.known, self.world);
    }

    fn check(&mut self, patience: Patience) {
        self.look();
        let rest = plan(&self.server, &self.known, patience, at(self.clock));
        assert_eq!(rest, Vec::new(), "settled, and yet");
        match effective(&self.server) {
            Desired::Running => {
                assert_eq!(self.world.state, Seen::Running);
                assert_eq!(self.world.volume, Volume::Own);
                assert_eq!(self.known.disk, DiskState::Present);
                assert_eq!(self.known.seen.reboots_done, self.server.reboots);
            }
            Desired::Stopped => {
                assert!(!matches!(self.world.state, Seen::Running | Seen::Paused));
                assert_ne!(self.world.volume, Volume::Aside);
            }
            Desired::Deleted => {
                assert_eq!(self.world.state, Seen::Absent);
                assert_ne!(self.world.volume, Volume::Own);
                assert!(!self.world.seed && !self.world.filter, "something was left behind");
                assert!(!self.known.addresses_held);
            }
        }
    }
}

fn any_server() -> impl Strategy<Value = Server> {
    (
        prop::sample::select(Desired::ALL),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(StopMode::ALL),
        0_i64..3,
        2_i64..5,
    )
        .prop_map(|(desired, suspended, released, stop_mode, reboots, generation)| Server {
            desired,
            suspended,
            released,
            stop_mode,
            reboots,
            generation,
            ..server()
        })
}

/// What can be recorded, with a world in which it can have been.
fn any_story() -> impl Strategy<Value = Story> {
    let disks =
        [DiskState::Planned, DiskState::Building, DiskState::Present, DiskState::Quarantined, DiskState::Moving];
    let states = [Seen::Absent, Seen::ShutOff, Seen::Running, Seen::Paused, Seen::Crashed];
    (
        any_server(),
        prop::sample::select(disks.to_vec()),
        prop::sample::select(states.to_vec()),
        prop::sample::select(Seen::ALL),
        any::<(bool, bool, bool, bool, bool, bool)>(),
        0_i64..3,
    )
        .prop_map(|(server, disk, real, believed, flags, done)| {
            let (made, obeys, greets, has_console, begun, held) = flags;
            let (volume, state) = match disk {
                DiskState::Planned => (Volume::None, Seen::Absent),
                DiskState::Building if made => (Volume::Own, Seen::Absent),
                DiskState::Building => (Volume::None, Seen::Absent),
                DiskState::Quarantined => (Volume::Aside, Seen::Absent),
                DiskState::Moving if made => (Volume::Own, Seen::Absent),
                DiskState::Moving => (Volume::Aside, Seen::Absent),
                _ => (Volume::Own, real),
            };
            let defined = state != Seen::Absent;
            let mut known = known(believed, disk);
            known.addresses_held = held || server.desired != Desired::Deleted;
            known.seen.reboots_done = done.min(server.reboots);
            known.seen.facts.seed = (defined || begun).then_some(server.generation - i64::from(begun));
            known.seen.facts.filter = known.seen.facts.seed;
            known.seen.facts.domain = defined.then_some(1);
            if disk == DiskState::Planned {
                known.seen.facts = Facts::default();
            }
            let written = known.seen.facts.seed.is_some();
            Story {
                world: World {
                    state,
                    volume,
                    seed: written,
                    filter: written,
                    obeys,
                    greets,
                    console: has_console.then(Vec::new),
                    starts: 0,
                    resets: 0,
                },
                server,
                known,
                clock: 1_000,
            }
        })
}

fn crashes() -> impl Strategy<Value = Vec<Crash>> {
    prop::collection::vec(prop::sample::select(vec![Crash::No, Crash::BeforeEffect, Crash::AfterEffect]), 0..30)
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#?}\n{:#?}\n{:#?}", self.server, self.known, self.world)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_wish_is_fulfilled_from_everywhere_and_then_nothing_is_planned(mut story in any_story()) {
        story.run(&[]);
    }

    #[test]
    fn a_run_that_is_interrupted_anywhere_arrives_at_the_same_end(mut story in any_story(), crashes in crashes()) {
        story.run(&crashes);
    }

    #[test]
    fn a_wish_that_changes_half_way_is_fulfilled_as_well(
        mut story in any_story(),
        next in any_server(),
        crashes in crashes(),
    ) {
        for crash in crashes {
            story.turn(crash, Patience::default());
        }
        if story.known.disk == DiskState::Deleted {
            return Ok(());
        }
        let generation = story.server.generation + 1;
        let reboots = story.server.reboots + next.reboots;
        // A restored server is given addresses by the command.
        story.known.addresses_held = true;
        story.server = Server { generation, reboots, id: story.server.id.clone(), ..next };
        story.run(&[]);
    }

    #[test]
    fn the_unknown_leads_to_nothing_but_a_look(server in any_server(), mut story in any_story()) {
        story.known.seen.state = Seen::Unknown;
        let steps = plan(&server, &story.known, Patience::default(), at(1_000));
        // A disk of which nothing was ever begun is only a row of ours.
        let allowed = if story.known.disk == DiskState::Planned {
            vec![Step::Look, Step::DropDisk, Step::ReleaseAddresses]
        } else {
            vec![Step::Look]
        };
        prop_assert!(steps.iter().all(|step| allowed.contains(step)), "{steps:?}");
    }

    #[test]
    fn a_server_that_is_held_back_is_never_started(mut story in any_story(), suspended in any::<bool>()) {
        story.server.suspended = suspended;
        story.server.released = suspended;
        let steps = plan(&story.server, &story.known, Patience::default(), at(1_000));
        let starting = [Step::Start, Step::Reboot, Step::Reset, Step::EnsureVolume];
        prop_assert!(!steps.iter().any(|step| starting.contains(step)), "{steps:?}");
    }

    #[test]
    fn nothing_is_put_aside_unless_deletion_is_wished(mut story in any_story()) {
        if story.server.desired == Desired::Deleted {
            story.server.desired = Desired::Stopped;
        }
        let steps = plan(&story.server, &story.known, Patience::default(), at(1_000));
        let grave = [Step::Undefine, Step::QuarantineVolume, Step::ReleaseAddresses, Step::DropDisk];
        prop_assert!(!steps.iter().any(|step| grave.contains(step)), "{steps:?}");
    }

    #[test]
    fn addresses_go_last_and_only_after_the_domain(mut story in any_story()) {
        story.server.desired = Desired::Deleted;
        let steps = plan(&story.server, &story.known, Patience::default(), at(1_000));
        if let Some(place) = steps.iter().position(|step| *step == Step::ReleaseAddresses) {
            prop_assert_eq!(place + 1, steps.len());
        }
    }
}

#[test]
fn a_new_server_is_built_in_this_order() {
    let steps = plan(&server(), &known(Seen::Absent, DiskState::Planned), Patience::default(), at(0));
    let expected =
        [Step::EnsureVolume, Step::EnsureSeed, Step::EnsureFilter, Step::EnsureDomain, Step::Start, Step::ReadGreeting];
    assert_eq!(steps, expected);
}

#[test]
fn a_server_is_deleted_in_this_order() {
    let mut known = known(Seen::Running, DiskState::Present);
    known.seen.facts.seed = Some(2);
    known.seen.facts.filter = Some(2);
    let server = Server { desired: Desired::Deleted, ..server() };
    let expected = [
        Step::ShutDown,
        Step::AwaitStop,
        Step::Undefine,
        Step::RemoveFilter,
        Step::QuarantineVolume,
        Step::RemoveSeed,
        Step::ReleaseAddresses,
    ];
    assert_eq!(plan(&server, &known, Patience::default(), at(0)), expected);
}

#[test]
fn a_guest_that_ignores_the_power_button_is_forced_after_a_minute() {
    let server = Server { desired: Desired::Stopped, ..server() };
    let mut known = known(Seen::Running, DiskState::Present);
    known = known.finish(Step::ShutDown, &server, at(100));
    let steps = |known: &Known, seconds| plan(&server, known, Patience::default(), at(seconds));
    assert_eq!(steps(&known, 159), [Step::AwaitStop]);
    assert_eq!(steps(&known, 160), [Step::PowerOff]);
    let forced = Server { stop_mode: StopMode::Force, ..server.clone() };
    assert_eq!(plan(&forced, &known, Patience::default(), at(101)), [Step::PowerOff]);
}

#[test]
fn a_guest_that_shut_itself_down_stays_off_and_a_crashed_one_does_not() {
    let server = server();
    let mut before = Observation::nothing_yet(at(0));
    before.state = Seen::Running;
    before.generation = server.generation;
    let off = |stopped_cleanly| GuestSeen { state: Seen::ShutOff, stopped_cleanly, usage: None };
    assert!(stopped_from_inside(&server, &before, &off(true)));
    assert!(!stopped_from_inside(&server, &before, &off(false)));
    // It was suspended by us, and is only now to run again.
    let resumed = Server { generation: server.generation + 1, ..server.clone() };
    assert!(!stopped_from_inside(&resumed, &before, &off(true)));
    let rebooting = Server { reboots: 1, ..server };
    assert!(!stopped_from_inside(&rebooting, &before, &off(true)));
}

#[test]
fn only_what_a_console_said_since_the_start_is_a_greeting() {
    let old = "Linux version 6.1\nHOSTWRIGHT guest web is up, boot 1\nHOSTWRIGHT guest web is going down\n";
    let mark = mark(old);
    assert_eq!(find_greeting(after_mark(old, &mark, 1 << 20)), None);
    let new =
        format!("{old}Linux version 6.1\n[ 0.0] Command line: hostwright.x=1\nHOSTWRIGHT guest web is up, boot 2\n# ");
    let greeting = find_greeting(after_mark(&new, &mark, 1 << 20)).unwrap();
    assert_eq!(greeting.line, "HOSTWRIGHT guest web is up, boot 2");
    assert_eq!(greeting.boot_id.as_deref(), Some("2"));
    // The log was turned over, and begins anew.
    let turned = "HOSTWRIGHT guest web is up, boot 3\n";
    assert_eq!(find_greeting(after_mark(turned, &mark, 1 << 20)).unwrap().boot_id.as_deref(), Some("3"));
    // So much was said that the beginning is no longer shown.
    let long = format!("{}HOSTWRIGHT guest web is up, boot 4\n", &old[10..]);
    let cut = ConsoleMark { length: long.len(), end: "HOSTWRIGHT guest web is going down\n".to_owned() };
    assert_eq!(find_greeting(after_mark(&long, &cut, long.len())).unwrap().boot_id.as_deref(), Some("4"));
    assert!(find_greeting("Debian GNU/Linux 12 web ttyS0\n\nweb login: ").is_some());
}

#[test]
fn a_guest_that_was_taken_over_is_started_without_seed_filter_or_greeting() {
    let (server, patience) = (server(), Patience::default());
    let mut known = known(Seen::ShutOff, DiskState::Present);
    known.seen.facts.as_found = true;
    assert_eq!(plan(&server, &known, patience, at(0))[..2], [Step::EnsureDomain, Step::Start]);
    let begun = known.begin(Step::Start, &server, ConsoleMark::default(), at(0));
    assert_eq!(begun.seen.facts.listening, None);
    let mut running = begun.finish(Step::Start, &server, at(1));
    running.seen.state = Seen::Running;
    assert_eq!(plan(&server, &running, patience, at(1)), []);
    running.seen.state = Seen::ShutOff;
    let deleted = Server { desired: Desired::Deleted, ..server };
    let steps = plan(&deleted, &running, patience, at(2));
    assert_eq!(steps, [Step::Undefine, Step::QuarantineVolume, Step::ReleaseAddresses]);
}
