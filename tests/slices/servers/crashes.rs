//! A worker is killed at every step of everything that can be done to a server,
//! before and after the effect; the next one arrives at the same end.

use hostwright_panel::servers::commands;
use hostwright_panel::servers::model::{DiskState, Seen, Server};
use hostwright_tests::simulator::{Fault, Point};
use hostwright_tests::{World, on_both_engines};

use super::estate::{Estate, change};

/// Something done to a server, from a state it is brought to first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Create,
    Stop,
    StopDeaf,
    Start,
    Reboot,
    RebootDeaf,
    Suspend,
    Resume,
    Delete,
    DeleteStopped,
    DeleteUnpaid,
    Undo,
}

/// How everything is in the end, without names.
#[derive(Debug, PartialEq, Eq)]
struct End {
    domain: Option<(Seen, u32)>,
    things: Vec<String>,
    state: Seen,
    disk: DiskState,
    addresses: usize,
    greeting: bool,
    next: Vec<String>,
}

impl Story {
    /// A server as it is before the story begins.
    async fn before(self, estate: &Estate<'_>, name: &str) -> Server {
        match self {
            Self::Create | Self::DeleteUnpaid => estate.reserve(name).await,
            Self::Stop | Self::Reboot | Self::Suspend | Self::Delete => estate.running(name).await,
            Self::StopDeaf | Self::RebootDeaf => {
                let server = estate.running(name).await;
                estate.simulator().disobey(server.id.as_str());
                server
            }
            Self::Start | Self::DeleteStopped => {
                let server = estate.running(name).await;
                commands::power_off(&estate.member(), change(&server)).await.unwrap();
                estate.settle().await;
                server
            }
            Self::Resume => {
                let server = estate.running(name).await;
                estate.suspend(&server).await;
                estate.settle().await;
                server
            }
            Self::Undo => {
                let server = estate.running(name).await;
                estate.terminate(&server).await;
                estate.settle().await;
                server
            }
        }
    }

    async fn begin(self, estate: &Estate<'_>, server: &Server) {
        let (owner, member) = (estate.world.owner(), estate.member());
        match self {
            Self::Create => estate.release(server).await,
            Self::Stop | Self::StopDeaf => {
                commands::shut_down(&member, change(server)).await.unwrap();
            }
            Self::Start => {
                commands::start(&member, change(server)).await.unwrap();
            }
            Self::Reboot | Self::RebootDeaf => {
                commands::reboot(&member, change(server)).await.unwrap();
            }
            Self::Suspend => estate.suspend(server).await,
            Self::Resume => estate.resume(server).await,
            Self::Delete | Self::DeleteStopped | Self::DeleteUnpaid => {
                commands::delete(&owner, change(server)).await.unwrap();
            }
            Self::Undo => {
                commands::restore(&owner, change(server)).await.unwrap();
            }
        }
    }

    async fn end(self, estate: &Estate<'_>, server: &Server) -> End {
        let simulator = estate.simulator();
        let shown = estate.show(&server.id).await;
        End {
            domain: simulator.domain(server.id.as_str()).map(|domain| (domain.state, domain.boots)),
            things: simulator.things_of(server.id.as_str()),
            state: shown.state,
            disk: shown.disk,
            addresses: shown.addresses.len(),
            greeting: shown.greeting.is_some(),
            next: shown.next,
        }
    }
}

/// Plays a story without interruption, then again with a kill at every point
/// that it passes.
async fn every_crash_point(world: &World, story: Story) {
    let estate = Estate::new(world).await;
    let simulator = estate.simulator().clone();
    let server = story.before(&estate, "straight").await;
    let before = simulator.acts(server.id.as_str()).len();
    let looks = simulator.calls(Point::Observe);
    let listens = simulator.calls(Point::Console);
    story.begin(&estate, &server).await;
    estate.settle().await;
    let expected = story.end(&estate, &server).await;
    assert_eq!(estate.breaks().await, Vec::<String>::new());
    let acts: Vec<&'static str> = simulator.acts(server.id.as_str()).split_off(before);
    let looks = simulator.calls(Point::Observe) - looks;
    let listens = simulator.calls(Point::Console) - listens;

    let mut points: Vec<(Point, usize)> = acts.iter().map(|act| (Point::Act(act), 0)).collect();
    // Killed at the n-th look is killed right after the step before it was written down.
    points.extend((0..looks.min(10)).map(|nth| (Point::Observe, nth)));
    points.extend((0..listens.min(3)).map(|nth| (Point::Console, nth)));
    for (number, (point, nth)) in points.into_iter().enumerate() {
        for after_effect in [false, true] {
            let told = format!("{story:?} killed at {point:?} {nth}, after the effect: {after_effect}");
            let name = format!("crash-{number}-{}", u8::from(after_effect));
            let server = story.before(&estate, &name).await;
            story.begin(&estate, &server).await;
            simulator.fail_at(point, nth, Fault::Stop { after_effect });
            assert!(estate.work_until_killed().await, "{told}: was never there");
            estate.settle().await;
            assert_eq!(story.end(&estate, &server).await, expected, "{told}");
            assert_eq!(estate.breaks().await, Vec::<String>::new(), "{told}");
        }
    }
}

on_both_engines! {
    async fn a_server_is_built_whole_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Create).await;
    }

    async fn a_server_stops_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Stop).await;
    }

    async fn a_deaf_server_is_forced_off_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::StopDeaf).await;
    }

    async fn a_server_starts_once_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Start).await;
    }

    async fn a_server_reboots_once_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Reboot).await;
    }

    async fn a_deaf_server_is_reset_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::RebootDeaf).await;
    }

    async fn a_server_is_suspended_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Suspend).await;
    }

    async fn a_server_is_resumed_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Resume).await;
    }

    async fn a_server_is_deleted_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Delete).await;
    }

    async fn a_stopped_server_is_deleted_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::DeleteStopped).await;
    }

    async fn a_server_that_was_never_built_is_deleted(world) {
        every_crash_point(world, Story::DeleteUnpaid).await;
    }

    async fn a_deletion_is_undone_whenever_the_worker_dies(world) {
        every_crash_point(world, Story::Undo).await;
    }
}
