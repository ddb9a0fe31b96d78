//! Nodes that are silent, slow or wrong, and guests that do as they like.

use hostwright_panel::platform::Error;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::commands::{self, RetryTask};
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::ports::{Hypervisor, HypervisorError};
use hostwright_panel::servers::queries::{self, ShowConsole};
use hostwright_tests::on_both_engines;
use hostwright_tests::simulator::{Fault, Point, Silence};

use super::estate::{Estate, change};

on_both_engines! {
    async fn a_silent_node_makes_the_state_unknown_and_nothing_else(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        let node = estate.node.as_str();
        for silence in [Silence::Unreachable, Silence::Timeout] {
            simulator.silence(node, Some(silence));
            estate.observe().await;
            let shown = estate.show(&server.id).await;
            assert_eq!((shown.state, shown.desired), (Seen::Unknown, Desired::Running));
            assert!(shown.state_reason.is_some());
            let acts = simulator.acts(server.id.as_str()).len();
            commands::shut_down(&estate.member(), change(&server)).await.unwrap();
            estate.worker().run_until_idle().await.unwrap();
            assert_eq!(simulator.acts(server.id.as_str()).len(), acts);
            assert_eq!(estate.show(&server.id).await.state, Seen::Unknown);
            let (_, state, reason) = estate.reasons().await.remove(0);
            assert_eq!(state, JobState::Queued);
            assert!(reason.unwrap().contains("node cannot be reached") || silence == Silence::Timeout);
            let console = ShowConsole { server_id: server.id.clone(), bytes: None };
            let refused = queries::console(&estate.member(), simulator.as_ref(), console).await;
            assert!(refused.is_err_and(|error| error.is("servers.node_silent")));
            simulator.silence(node, None);
            estate.hurry(20).await;
            estate.settle().await;
            assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
            commands::start(&estate.member(), change(&server)).await.unwrap();
            estate.settle().await;
        }
    }

    async fn a_server_is_deleted_while_its_node_is_down(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        simulator.silence(estate.node.as_str(), Some(Silence::Unreachable));
        commands::delete(&world.owner(), change(&server)).await.unwrap();
        for _ in 0..5 {
            estate.worker().run_until_idle().await.unwrap();
            estate.hurry(20).await;
        }
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.desired, shown.disk, shown.addresses.len()), (Desired::Deleted, DiskState::Present, 1));
        simulator.silence(estate.node.as_str(), None);
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.disk, shown.addresses.len()), (DiskState::Quarantined, 0));
        assert!(shown.purge_after.unwrap() > estate.now());
    }

    async fn an_answer_that_comes_too_late_is_looked_after(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let steps = ["ensure_volume", "ensure_seed", "ensure_filter", "ensure_domain", "start"];
        for (number, step) in steps.into_iter().enumerate() {
            for after_effect in [false, true] {
                let server = estate.reserve(&format!("late{number}")).await;
                estate.release(&server).await;
                simulator.fail_next(Point::Act(step), Fault::Timeout { after_effect });
                estate.worker().run_until_idle().await.unwrap();
                assert_eq!(estate.show(&server.id).await.state, Seen::Unknown, "{step}");
                estate.settle().await;
                assert_eq!(estate.show(&server.id).await.state, Seen::Running, "{step}");
                assert_eq!(simulator.domain(server.id.as_str()).unwrap().boots, 1, "{step}");
            }
        }
    }

    async fn a_node_that_refuses_leads_to_attention_and_a_button(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let server = estate.reserve("web").await;
        estate.release(&server).await;
        for _ in 0..6 {
            simulator.fail_next(Point::Act("ensure_domain"), Fault::Refuse);
        }
        for _ in 0..6 {
            estate.worker().run_until_idle().await.unwrap();
            estate.hurry(1).await;
        }
        let shown = estate.show(&server.id).await;
        let busy = shown.busy.unwrap();
        assert_eq!(busy.state, JobState::Attention);
        assert!(busy.reason.unwrap().contains("node_failed"));
        assert_eq!((shown.addresses.len(), shown.disk), (1, DiskState::Present));
        assert_eq!(estate.breaks().await, Vec::<String>::new());
        // A look at the node does not take the task out of sight.
        let node = estate.node.clone();
        world.db.write(move |tx| {
            hostwright_panel::platform::jobs::enqueue(tx, &hostwright_panel::servers::jobs::observe_job(&node)).map(|_| ())
        }).await.unwrap();
        commands::retry_task(&world.owner(), RetryTask { task_id: busy.task_id }).await.unwrap();
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
    }

    async fn a_disk_that_vanished_is_not_made_anew(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        commands::power_off(&estate.member(), change(&server)).await.unwrap();
        estate.settle().await;
        simulator.lose_volume(estate.node.as_str(), &format!("{}.disk", server.id));
        commands::start(&estate.member(), change(&server)).await.unwrap();
        for _ in 0..7 {
            estate.worker().run_until_idle().await.unwrap();
            estate.hurry(1).await;
        }
        let shown = estate.show(&server.id).await;
        assert_eq!(shown.state, Seen::ShutOff);
        assert!(shown.busy.unwrap().reason.unwrap().contains("missing on the node: volume"));
        assert!(!simulator.acts(server.id.as_str()).iter().skip(6).any(|act| *act == "ensure_volume"));
    }

    async fn a_guest_shut_down_from_inside_stays_off_and_a_crashed_one_comes_back(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let (calm, crashed) = (estate.running("calm").await, estate.running("crashed").await);
        simulator.stop_from_inside(calm.id.as_str());
        simulator.crash_guest(crashed.id.as_str());
        estate.observe().await;
        estate.observe().await;
        let shown = estate.show(&calm.id).await;
        assert_eq!((shown.state, shown.desired), (Seen::ShutOff, Desired::Stopped));
        let shown = estate.show(&crashed.id).await;
        assert_eq!((shown.state, shown.desired), (Seen::Running, Desired::Running));
        // After a power cut the one that ought to run is started, the other is not.
        simulator.restart_node(estate.node.as_str());
        estate.observe().await;
        assert_eq!(estate.show(&calm.id).await.state, Seen::ShutOff);
        assert_eq!(estate.show(&crashed.id).await.state, Seen::Running);
        commands::start(&estate.member(), change(&calm)).await.unwrap();
        estate.settle().await;
        assert_eq!(estate.show(&calm.id).await.state, Seen::Running);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn an_empty_list_is_not_believed(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let mut servers = Vec::new();
        for number in 0..3 {
            servers.push(estate.running(&format!("web{number}")).await);
        }
        simulator.hide_everything(estate.node.as_str(), true);
        for _ in 0..2 {
            estate.observe().await;
            for server in &servers {
                assert_eq!(estate.show(&server.id).await.state, Seen::Unknown);
                assert_eq!(simulator.acts(server.id.as_str()).len(), 5);
            }
        }
        simulator.hide_everything(estate.node.as_str(), false);
        estate.observe().await;
        for server in &servers {
            assert_eq!(estate.show(&server.id).await.state, Seen::Running);
        }
    }

    async fn what_is_not_ours_is_reported_and_left_alone(world) {
        let estate = Estate::new(world).await;
        let _server = estate.running("web").await;
        estate.simulator().leave_behind(estate.node.as_str(), "somebody-elses", "srv_00000000000000000000000000000000.disk");
        estate.observe().await;
        let breaks = estate.breaks().await;
        assert_eq!(breaks.len(), 1, "{breaks:?}");
        assert!(breaks[0].contains("srv_00000000000000000000000000000000.disk belongs to no server"));
        assert_eq!(estate.simulator().volumes(estate.node.as_str()).len(), 2);
    }

    async fn a_deaf_guest_is_forced_off_after_a_minute(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        simulator.disobey(server.id.as_str());
        commands::shut_down(&estate.member(), change(&server)).await.unwrap();
        let mut seconds = 0;
        loop {
            estate.worker().run_until_idle().await.unwrap();
            if estate.show(&server.id).await.state == Seen::ShutOff {
                break;
            }
            seconds += 5;
            estate.hurry(5).await;
        }
        assert_eq!(seconds, 60);
        let acts = simulator.acts(server.id.as_str());
        assert_eq!(acts[acts.len() - 2..], ["shut_down", "power_off"]);
    }

    async fn a_node_without_power_button_pulls_the_plug_at_once(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        simulator.fail_next(Point::Act("shut_down"), Fault::Unsupported);
        commands::shut_down(&estate.member(), change(&server)).await.unwrap();
        estate.worker().run_until_idle().await.unwrap();
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
    }

    async fn a_silent_guest_and_a_node_without_consoles_hold_nobody_up(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let mute = estate.reserve("mute").await;
        simulator.mute(mute.id.as_str());
        estate.release(&mute).await;
        estate.settle().await;
        let shown = estate.show(&mute.id).await;
        assert_eq!((shown.state, shown.greeting), (Seen::Running, None));
        commands::reboot(&estate.member(), change(&mute)).await.unwrap();
        estate.settle().await;
        let domain = simulator.domain(mute.id.as_str()).unwrap();
        assert_eq!((domain.boots, domain.resets), (2, 0));
        simulator.take_console(estate.node.as_str());
        let blind = estate.running("blind").await;
        commands::reboot(&estate.member(), change(&blind)).await.unwrap();
        estate.settle().await;
        assert_eq!(simulator.domain(blind.id.as_str()).unwrap().boots, 2);
        let console = ShowConsole { server_id: blind.id.clone(), bytes: None };
        let refused = queries::console(&estate.member(), simulator.as_ref(), console).await;
        assert!(refused.is_err_and(|error| error.is("servers.no_console")));
    }

    async fn a_late_worker_is_refused_by_the_node(world) {
        let estate = Estate::new(world).await;
        let (server, simulator) = (estate.running("web").await, estate.simulator());
        let id = server.id.clone();
        let (node, guest, fence) = world.db.read(move |tx| {
            let server = queries::load_in(tx, &id)?;
            let (node, guest) = queries::told_in(tx, &server)?;
            Ok((node, guest, server.fence))
        }).await.unwrap();
        commands::shut_down(&estate.member(), change(&server)).await.unwrap();
        estate.settle().await;
        let late = simulator.act(&node, &guest, hostwright_panel::servers::ports::Act::Start, fence).await;
        assert_eq!(late.unwrap_err(), HypervisorError::Fenced);
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
    }

    async fn a_purge_that_is_interrupted_gives_room_back_once(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        for after_effect in [false, true] {
            let server = estate.running("web").await;
            estate.terminate(&server).await;
            estate.settle().await;
            world.clock.advance_days(9);
            simulator.fail_next(Point::Act("delete_volume"), Fault::Stop { after_effect });
            world.db.write(|tx| hostwright_panel::servers::jobs::enqueue_purge_in(tx).map(|_| ())).await.unwrap();
            assert!(estate.work_until_killed().await);
            let refused = commands::restore(&world.owner(), change(&server)).await;
            assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == "servers.not_restorable"));
            estate.settle().await;
            assert_eq!(estate.show(&server.id).await.disk, DiskState::Deleted);
            assert_eq!(estate.reserved().await.vcpus, 0);
            assert_eq!(estate.breaks().await, Vec::<String>::new());
        }
    }
}
