//! Servers in a database, on simulated nodes.

mod crashes;
pub(crate) mod estate;
mod faults;
pub(crate) mod real;

use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::platform::{Error, ListInput};
use hostwright_panel::servers::commands::{self, RetryTask};
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::queries::{self, ListServers, ShowConsole, ShowServer, ShowTask};
use hostwright_tests::on_both_engines;
use hostwright_tests::simulator::{Fault, Point};

use self::estate::{Estate, add_customer, change};

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer.unwrap_err() {
        Error::Fields(refusals) => refusals[0].code.to_owned(),
        error => error.code().to_owned(),
    }
}

on_both_engines! {
    async fn a_reserved_server_waits_for_its_payment_and_is_then_built(world) {
        let estate = Estate::new(world).await;
        let server = estate.reserve("Web1.example.org").await;
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!(shown.hostname, "web1.example.org");
        assert_eq!((shown.desired, shown.released, shown.disk), (Desired::Stopped, false, DiskState::Planned));
        assert_eq!(shown.addresses.len(), 1);
        assert!(shown.mac.starts_with("52:54:00:"));
        assert_eq!(code(commands::start(&estate.member(), change(&server)).await), "servers.not_paid");
        assert_eq!(estate.simulator().domain(server.id.as_str()), None);

        estate.release(&server).await;
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.state, shown.disk), (Seen::Running, DiskState::Present));
        assert!(shown.greeting.unwrap().contains("HOSTWRIGHT guest web1.example.org is up"));
        assert_eq!(shown.next, ["shut_down", "reboot", "power_off", "delete"]);
        assert_eq!(shown.busy, None);
        let built = ["ensure_volume", "ensure_seed", "ensure_filter", "ensure_domain", "start"];
        assert_eq!(estate.simulator().acts(server.id.as_str()), built);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_server_is_stopped_started_rebooted_and_powered_off(world) {
        let estate = Estate::new(world).await;
        let (server, member) = (estate.running("web").await, estate.member());
        let boots = || estate.simulator().domain(server.id.as_str()).unwrap().boots;
        let asked = commands::shut_down(&member, change(&server)).await.unwrap();
        assert_eq!((asked.state, asked.desired), (Seen::Running, Desired::Stopped));
        assert_eq!(asked.busy.unwrap().title, "servers-shut-down");
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
        assert_eq!(estate.show(&server.id).await.next, ["start", "delete"]);
        commands::start(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::Running, 2));
        commands::reboot(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::Running, 3));
        commands::power_off(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
        assert_eq!(*estate.simulator().acts(server.id.as_str()).last().unwrap(), "power_off");
        commands::reboot(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::Running, 4));
    }

    async fn a_suspended_server_is_off_and_its_customer_cannot_start_it(world) {
        let estate = Estate::new(world).await;
        let (server, member) = (estate.running("web").await, estate.member());
        estate.suspend(&server).await;
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.state, shown.desired, shown.suspended), (Seen::ShutOff, Desired::Running, true));
        assert_eq!(shown.next, ["delete"]);
        for refused in [
            commands::start(&member, change(&server)).await,
            commands::reboot(&member, change(&server)).await,
            commands::shut_down(&member, change(&server)).await,
            commands::power_off(&world.owner(), change(&server)).await,
        ] {
            let Err(Error::Refused(refusal)) = refused else { panic!("not refused") };
            assert_eq!(refusal.code, "servers.suspended");
            assert_eq!(refusal.args, [("reason", "invoice overdue".to_owned())]);
        }
        estate.resume(&server).await;
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
    }

    async fn a_server_that_was_off_when_it_was_suspended_stays_off_when_it_is_resumed(world) {
        let estate = Estate::new(world).await;
        let server = estate.running("web").await;
        commands::power_off(&estate.member(), change(&server)).await.unwrap();
        estate.suspend(&server).await;
        estate.settle().await;
        estate.resume(&server).await;
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
    }

    async fn a_deleted_server_keeps_its_disk_for_a_week_and_its_address_for_a_day(world) {
        let estate = Estate::new(world).await;
        let empty = estate.reserved().await;
        let server = estate.running("web").await;
        let full = estate.reserved().await;
        let address = estate.show(&server.id).await.addresses[0].address.clone();
        estate.terminate(&server).await;
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.desired, shown.disk, shown.state), (Desired::Deleted, DiskState::Quarantined, Seen::Absent));
        assert_eq!(shown.next, ["restore"]);
        assert_eq!(estate.simulator().things_of(server.id.as_str()), ["quarantine-#.disk"]);
        assert!(shown.addresses.is_empty());
        assert_eq!(estate.reserved().await, full);

        let next = estate.reserve("next").await;
        assert_ne!(estate.show(&next.id).await.addresses[0].address, address);
        world.clock.advance_days(6);
        estate.purge().await;
        assert_eq!(estate.show(&server.id).await.disk, DiskState::Quarantined);
        world.clock.advance_days(2);
        estate.purge().await;
        estate.purge().await;
        assert_eq!(estate.show(&server.id).await.disk, DiskState::Deleted);
        assert_eq!(estate.simulator().things_of(server.id.as_str()), Vec::<String>::new());
        let left = estate.reserved().await.less(&empty);
        assert_eq!((left.vcpus, left.memory_mib, left.disk_gib), (1, 256, 2));
        assert_eq!(code(commands::restore(&world.owner(), change(&server)).await), "servers.not_restorable");
        let mut given = Vec::new();
        for number in 0..5 {
            let again = estate.reserve(&format!("again{number}")).await;
            given.push(estate.show(&again.id).await.addresses[0].address.clone());
        }
        assert!(given.contains(&address), "{address} cooled off and is given again: {given:?}");
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_deletion_is_undone_with_everything_but_perhaps_the_address(world) {
        let estate = Estate::new(world).await;
        let server = estate.running("web").await;
        estate.terminate(&server).await;
        assert_eq!(code(commands::start(&estate.member(), change(&server)).await), "servers.deleted");
        estate.settle().await;
        world.clock.advance_days(6);
        commands::restore(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.desired, shown.disk, shown.purge_after), (Desired::Stopped, DiskState::Present, None));
        assert_eq!(shown.addresses.len(), 1);
        world.clock.advance_days(30);
        estate.purge().await;
        commands::start(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!(shown.state, Seen::Running);
        let seed = estate.simulator().seed(estate.node.as_str(), &format!("{}.seed", server.id)).unwrap();
        assert_eq!(seed, shown.addresses[0].address);
        assert_eq!(code(commands::restore(&world.owner(), change(&server)).await), "servers.not_deleted");
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_deletion_undone_half_way_is_undone(world) {
        let estate = Estate::new(world).await;
        let server = estate.running("web").await;
        estate.terminate(&server).await;
        estate.simulator().fail_next(Point::Act("quarantine_volume"), Fault::Stop { after_effect: true });
        assert!(estate.work_until_killed().await);
        commands::restore(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.desired, shown.disk, shown.addresses.len()), (Desired::Stopped, DiskState::Present, 1));
        assert!(estate.simulator().things_of(server.id.as_str()).contains(&"#.disk".to_owned()));
    }

    async fn only_a_few_disks_are_deleted_for_good_in_one_run(world) {
        let estate = Estate::new(world).await;
        let mut servers = Vec::new();
        for number in 0..5 {
            servers.push(estate.running(&format!("web{number}")).await);
        }
        for server in &servers {
            estate.terminate(server).await;
        }
        estate.settle().await;
        world.clock.advance_days(9);
        for expected in [2, 0, 0] {
            estate.purge().await;
            let left = estate.simulator().volumes(estate.node.as_str()).len();
            assert_eq!(left, expected);
        }
        assert_eq!(estate.reserved().await.vcpus, 0);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_plan_that_fits_nowhere_reserves_nothing(world) {
        let estate = Estate::new(world).await;
        let before = estate.reserved().await;
        let image = estate.image.clone();
        let (plan, price, customer) = (estate.plan.clone(), estate.price.clone(), estate.customer.clone());
        let refused = world.db.write(move |tx| {
            let subscription = estate::subscribe(tx, &customer, &plan, &price)?;
            let image = hostwright_panel::images::queries::offered_in(tx, &image)?;
            let mut new = estate::new_server(&customer, subscription, image, "web");
            new.capacity.vcpus = 1_000_000;
            commands::reserve_in(tx, &new)
        }).await;
        assert_eq!(code(refused), "servers.no_room");
        assert_eq!(estate.reserved().await, before);
        assert_eq!(code(estate.try_reserve("not a name").await), "servers.bad_hostname");
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn others_do_not_see_a_server_and_customers_do_not_see_the_inside(world) {
        let estate = Estate::new(world).await;
        let server = estate.running("web").await;
        let other = world.member(&add_customer(world, "Bert").await, MemberRole::Owner);
        let show = ShowServer { server_id: server.id.clone() };
        assert_eq!(code(queries::show(&other, show.clone()).await), "request.not_found");
        assert_eq!(code(commands::start(&other, change(&server)).await), "request.not_found");
        let console = ShowConsole { server_id: server.id.clone(), bytes: None };
        assert_eq!(code(queries::console(&other, estate.simulator().as_ref(), console.clone()).await), "request.not_found");
        assert_eq!(code(commands::delete(&estate.member(), change(&server)).await), "auth.not_permitted");
        assert!(queries::list(&other, ListServers::default()).await.unwrap().items.is_empty());
        assert!(queries::list_tasks(&other, ListInput::default()).await.unwrap().items.is_empty());

        let own = queries::show(&estate.member(), show).await.unwrap();
        assert_eq!((own.node, own.state_reason), (None, None));
        assert_eq!(own.next, ["shut_down", "reboot", "power_off"]);
        let told = queries::console(&estate.member(), estate.simulator().as_ref(), console).await.unwrap();
        assert!(told.text.contains("is up"));
        let tasks = queries::list_tasks(&estate.member(), ListInput::default()).await.unwrap().items;
        assert_eq!(tasks.len(), 1);
        assert_eq!((tasks[0].title.as_str(), tasks[0].state), ("servers-create", JobState::Done));
        let input = ShowTask { task_id: tasks[0].id.clone() };
        assert_eq!(code(queries::show_task(&other, input.clone()).await), "request.not_found");
        let task = queries::show_task(&estate.member(), input.clone()).await.unwrap();
        let names: Vec<&str> = task.steps.iter().map(|step| step.name.as_str()).collect();
        let expected = ["ensure_volume", "ensure_seed", "ensure_filter", "ensure_domain", "start", "read_greeting"];
        assert_eq!(names, expected);
        assert!(task.steps.iter().all(|step| step.detail.is_none()));
        let inside = queries::show_task(&world.staff(StaffRole::Support), input.clone()).await.unwrap();
        assert!(inside.steps.iter().all(|step| step.detail.is_some()));
        let retry = RetryTask { task_id: input.task_id };
        assert_eq!(code(commands::retry_task(&world.owner(), retry).await), "servers.task_not_waiting");
    }

    async fn servers_are_found_by_name_and_by_address(world) {
        let estate = Estate::new(world).await;
        let first = estate.running("alpha").await;
        let second = estate.reserve("beta").await;
        let find = |search: &str, state: Option<&str>| {
            let input = ListServers {
                search: Some(search.to_owned()),
                state: state.map(str::to_owned),
                ..ListServers::default()
            };
            let owner = world.owner();
            async move {
                let page = queries::list(&owner, input).await.unwrap();
                page.items.into_iter().map(|server| server.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(find("ALPH", None).await, std::slice::from_ref(&first.id));
        let address = estate.show(&second.id).await.addresses[0].address.clone();
        assert_eq!(find(&address, None).await, std::slice::from_ref(&second.id));
        assert_eq!(find(&first.mac, None).await, std::slice::from_ref(&first.id));
        assert_eq!(find("", Some("running")).await, std::slice::from_ref(&first.id));
        assert_eq!(find("", None).await, [second.id.clone(), first.id.clone()]);
        assert!(find("100%", None).await.is_empty());
        estate.terminate(&first).await;
        assert_eq!(find("", None).await, [second.id]);
        assert_eq!(find("", Some("deleted")).await, [first.id]);
    }
}
