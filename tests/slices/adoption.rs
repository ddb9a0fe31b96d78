//! Guests that somebody else made: found, matched, and taken over where they run.

mod recorded;

use hostwright_panel::addresses::model::Family;
use hostwright_panel::auth::policy::StaffRole;
use hostwright_panel::nodes::commands::UpdateNode;
use hostwright_panel::nodes::model::NodeState;
use hostwright_panel::platform::Error;
use hostwright_panel::servers::adoption::commands::{self, AdoptGuest, ForgetGuest, IgnoreGuest};
use hostwright_panel::servers::adoption::model::{FoundId, MatchedBy, Standing};
use hostwright_panel::servers::adoption::queries::{self, FoundView, ShowFound};
use hostwright_panel::servers::commands as servers;
use hostwright_panel::servers::model::{Desired, DiskState, Seen, Server, ServerId};
use hostwright_panel::subscriptions::model::SubscriptionId;
use hostwright_panel::{addresses, nodes, subscriptions};
use hostwright_tests::on_both_engines;
use hostwright_tests::simulator::{Fault, Point, Silence, a_guest};

use super::servers::estate::{Estate, change};

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer.unwrap_err() {
        Error::Fields(refusals) => refusals[0].code.to_owned(),
        error => error.code().to_owned(),
    }
}

fn adopt(found: &FoundView, subscription_id: &SubscriptionId) -> AdoptGuest {
    AdoptGuest {
        found_id: found.id.clone(),
        subscription_id: Some(subscription_id.clone()),
        customer_id: None,
        price_id: None,
        billed_until: None,
        hostname: None,
        addresses: Vec::new(),
        image_id: None,
    }
}

async fn found(estate: &Estate<'_>, name: &str) -> FoundView {
    estate.found().await.into_iter().find(|one| one.guest.name == name).expect("it was found")
}

/// A guest placed, found, and taken over for a subscription of its own.
async fn taken_over(estate: &Estate<'_>, name: &str, number: u8, address: &str) -> Server {
    estate.simulator().place(estate.node.as_str(), a_guest(name, number, address));
    estate.survey().await;
    let subscription = estate.subscription().await;
    let asked = adopt(&found(estate, name).await, &subscription);
    commands::adopt(&estate.world.owner(), asked).await.unwrap();
    estate.settle().await;
    let view = found(estate, name).await;
    assert_eq!((view.standing, view.refusal), (Standing::Adopted, None));
    server(estate, view.server_id.unwrap()).await
}

async fn server(estate: &Estate<'_>, id: ServerId) -> Server {
    estate.world.db.read(move |tx| hostwright_panel::servers::queries::load_in(tx, &id)).await.unwrap()
}

on_both_engines! {
    async fn looking_at_guests_changes_nothing_and_finds_everything(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let server = estate.running("ours").await;
        simulator.place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        let mut odd = a_guest("odd", 0x22, "203.0.113.9");
        odd.facts.host_devices.push("pci 06:12".to_owned());
        simulator.place(estate.node.as_str(), odd);
        let before = simulator.inventory();
        estate.survey().await;
        estate.survey().await;
        assert_eq!(simulator.inventory(), before);
        assert_eq!(simulator.acts("legacy"), Vec::<&str>::new());

        let all = estate.found().await;
        let names: Vec<&str> = all.iter().map(|one| one.guest.name.as_str()).collect();
        assert_eq!(names, ["legacy", "odd"], "and not {}", server.id);
        assert_eq!((all[0].standing, all[0].is_open, all[0].obstacles.len()), (Standing::Found, true, 0));
        let codes: Vec<&str> = all[1].obstacles.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["adoption.host_device", "adoption.address_outside"]);
        assert_eq!((all[1].is_open, all[1].obstacles[0].detail.as_str()), (false, "pci 06:12"));
        let subscription = estate.subscription().await;
        let refused = commands::adopt(&world.owner(), adopt(&all[1], &subscription)).await;
        assert_eq!(code(refused), "adoption.host_device");
        assert_eq!(found(&estate, "odd").await.standing, Standing::Found);

        let shown = queries::show(&world.staff(StaffRole::Support), ShowFound { found_id: all[0].id.clone() }).await.unwrap();
        assert!(shown.document.unwrap().contains("<name>legacy</name>"));
        let list = queries::ListFound { node_id: estate.node.clone(), standing: None, after: None, limit: None };
        assert_eq!(code(queries::list(&estate.member(), list).await), "auth.not_permitted");
    }

    async fn what_a_found_guest_uses_is_given_to_nobody(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        // The next address and the next hardware address that would be given.
        simulator.place(estate.node.as_str(), a_guest("legacy", 0x01, "198.51.100.2"));
        estate.survey().await;
        let first = estate.reserve("first").await;
        let shown = estate.show(&first.id).await;
        assert_eq!(shown.addresses[0].address, "198.51.100.3");
        assert_eq!(shown.mac, "52:54:00:00:00:02");
        // Not even when everything else is given, or after the guest is left alone, or gone.
        let view = found(&estate, "legacy").await;
        let ignore = IgnoreGuest { found_id: view.id.clone(), ignored: None };
        assert_eq!(commands::ignore(&world.owner(), ignore).await.unwrap().standing, Standing::Ignored);
        simulator.take_away(estate.node.as_str(), &view.guest.uuid);
        estate.survey().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Gone);
        let node = estate.node.clone();
        let given = world.db.write(move |tx| {
            let mut given = Vec::new();
            loop {
                match addresses::commands::take_in(tx, &node, &ServerId::new().to_string(), Family::V4) {
                    Ok(address) => given.push(address.address.to_string()),
                    Err(Error::Refused(refusal)) => return Ok((given, refusal.code)),
                    Err(error) => return Err(error),
                }
            }
        }).await.unwrap();
        assert_eq!((given.0.len(), given.1), (251, "addresses.none_free"));
        assert!(!given.0.contains(&"198.51.100.2".to_owned()));
        // A person who knows that it is gone says so.
        let forget = ForgetGuest { found_id: view.id.clone() };
        commands::forget(&world.owner(), forget.clone()).await.unwrap();
        assert_eq!(code(commands::forget(&world.owner(), forget).await), "request.not_found");
        let next = estate.reserve("next").await;
        assert_eq!(estate.show(&next.id).await.addresses[0].address, "198.51.100.2");
    }

    async fn a_pool_made_later_keeps_what_was_found_in_use_out(world) {
        let estate = Estate::new(world).await;
        estate.simulator().place(estate.node.as_str(), a_guest("legacy", 0x31, "203.0.113.2"));
        estate.survey().await;
        assert_eq!(found(&estate, "legacy").await.obstacles[0].code, "adoption.address_outside");
        let pool = addresses::commands::CreatePool {
            name: "later".to_owned(),
            cidr: "203.0.113.0/29".to_owned(),
            gateway: "203.0.113.1".to_owned(),
            resolvers: Vec::new(),
            node_id: Some(estate.node.clone()),
        };
        addresses::commands::create_pool(&world.owner(), pool).await.unwrap();
        assert!(found(&estate, "legacy").await.is_open);
        let server = estate.reserve("web").await;
        assert_eq!(estate.show(&server.id).await.addresses[0].address, "203.0.113.3");
        let list = addresses::queries::ListAddresses { search: Some("203.0.113.2".to_owned()), ..Default::default() };
        let listed = addresses::queries::list(&world.owner(), list).await.unwrap().items;
        assert_eq!(listed[0].in_use_by.as_deref(), Some("legacy"));
    }

    async fn a_running_guest_is_taken_over_without_noticing_and_then_obeys(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        simulator.place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        let before = simulator.inventory();
        let server = taken_over(&estate, "legacy", 0x21, "198.51.100.21").await;
        assert_eq!(simulator.inventory(), before, "nothing on the node has changed");
        assert_eq!(simulator.acts("legacy"), Vec::<&str>::new());
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.state, shown.desired, shown.disk), (Seen::Running, Desired::Running, DiskState::Present));
        assert_eq!((shown.vcpus, shown.memory_mib, shown.disk_gib), (2, 1_024, 5));
        assert_eq!((shown.hostname.as_str(), shown.mac.as_str()), ("legacy", "52:54:00:00:00:21"));
        assert_eq!(shown.addresses[0].address, "198.51.100.21");
        assert_eq!((shown.customer_id.as_str(), shown.busy), (estate.customer.as_str(), None));
        assert_eq!(shown.next, ["shut_down", "reboot", "power_off", "delete"]);
        let reserved = estate.reserved().await;
        assert_eq!((reserved.vcpus, reserved.memory_mib, reserved.disk_gib), (2, 1_024, 5));
        estate.observe().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
        assert_eq!(simulator.acts("legacy"), Vec::<&str>::new());
        assert_eq!(estate.breaks().await, Vec::<String>::new());

        let member = estate.member();
        let boots = || simulator.domain("legacy").unwrap().boots;
        servers::shut_down(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::ShutOff, 1));
        servers::start(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::Running, 2));
        servers::reboot(&member, change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!((estate.show(&server.id).await.state, boots()), (Seen::Running, 3));
        estate.suspend(&server).await;
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
        estate.resume(&server).await;
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
        let acts = simulator.acts("legacy");
        assert!(!acts.iter().any(|act| act.contains("seed") || act.contains("filter") || act.contains("volume")), "{acts:?}");
        // A later look at the node's guests neither lists it anew nor marks what it uses.
        estate.survey().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Adopted);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_deleted_one_is_put_aside_comes_back_under_its_own_name_and_is_purged(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        let server = taken_over(&estate, "legacy", 0x21, "198.51.100.21").await;
        servers::delete(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        let shown = estate.show(&server.id).await;
        assert_eq!((shown.state, shown.disk), (Seen::Absent, DiskState::Quarantined));
        assert_eq!(simulator.domain("legacy"), None);
        assert_eq!(simulator.volumes(estate.node.as_str()), [format!("quarantine-{}.disk", server.id)]);
        assert!(shown.addresses.is_empty());
        servers::restore(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        servers::start(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
        assert_eq!(simulator.volumes(estate.node.as_str()), ["legacy.qcow2"]);
        // The guest gives itself its address, so it is that one again.
        assert_eq!(estate.show(&server.id).await.addresses[0].address, "198.51.100.21");
        assert_eq!(simulator.domain("legacy").unwrap().state, Seen::Running);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
        servers::delete(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        world.clock.advance_days(9);
        estate.purge().await;
        assert_eq!(estate.show(&server.id).await.disk, DiskState::Deleted);
        assert_eq!(simulator.volumes(estate.node.as_str()), Vec::<String>::new());
        assert_eq!(estate.reserved().await.vcpus, 0);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_disk_in_no_pool_stays_where_it_is_when_its_server_is_deleted(world) {
        let estate = Estate::new(world).await;
        let mut guest = a_guest("legacy", 0x21, "198.51.100.21");
        (guest.facts.disks[0].pool, guest.facts.disks[0].volume) = (None, None);
        estate.simulator().place(estate.node.as_str(), guest);
        estate.survey().await;
        let view = found(&estate, "legacy").await;
        assert_eq!((view.is_open, view.limits[0].code.as_str()), (true, "adoption.disk_outside_pools"));
        let subscription = estate.subscription().await;
        commands::adopt(&world.owner(), adopt(&view, &subscription)).await.unwrap();
        estate.settle().await;
        let server = server(&estate, found(&estate, "legacy").await.server_id.unwrap()).await;
        servers::delete(&world.owner(), change(&server)).await.unwrap();
        estate.settle().await;
        world.clock.advance_days(9);
        estate.purge().await;
        assert_eq!(estate.show(&server.id).await.disk, DiskState::Deleted);
        assert_eq!(estate.reserved().await.vcpus, 0);
    }

    async fn a_server_that_was_never_begun_gets_the_guest_that_matches_it(world) {
        let estate = Estate::new(world).await;
        let reserved = estate.reserve("legacy.example.org").await;
        let own = estate.show(&reserved.id).await;
        let id = reserved.subscription_id.clone();
        world.db.write(move |tx| subscriptions::commands::activate_in(tx, id.as_str()).map(|_| ())).await.unwrap();
        let guest = a_guest("legacy", 0x21, &own.addresses[0].address);
        estate.simulator().place(estate.node.as_str(), guest);
        estate.simulator().place(estate.node.as_str(), a_guest("other", 0x22, "198.51.100.22"));
        estate.survey().await;
        let view = found(&estate, "legacy").await;
        let [first] = view.matches.as_slice() else { panic!("{:?}", view.matches) };
        assert_eq!((&first.server_id, first.by, first.same.as_str()), (&reserved.id, MatchedBy::Name, "legacy"));
        assert!(found(&estate, "other").await.matches.is_empty());
        // Its address is that server's, so no other subscription can have the guest.
        let another = estate.subscription().await;
        assert_eq!(code(commands::adopt(&world.owner(), adopt(&view, &another)).await), "adoption.address_taken");

        commands::adopt(&world.owner(), adopt(&view, &first.subscription_id)).await.unwrap();
        estate.settle().await;
        let shown = estate.show(&reserved.id).await;
        assert_eq!((shown.state, shown.desired, shown.disk), (Seen::Running, Desired::Running, DiskState::Present));
        assert_eq!((shown.hostname.as_str(), shown.mac.as_str()), ("legacy.example.org", "52:54:00:00:00:21"));
        assert_eq!(shown.addresses, own.addresses);
        let reserved_now = estate.reserved().await;
        assert_eq!((reserved_now.vcpus, reserved_now.memory_mib, reserved_now.disk_gib), (2, 1_024, 5));
        assert_eq!(estate.simulator().acts("legacy"), Vec::<&str>::new());
        assert_eq!(estate.breaks().await, Vec::<String>::new());
        // It has a guest now: nobody else gets in.
        let refused = commands::adopt(&world.owner(), adopt(&found(&estate, "other").await, &first.subscription_id)).await;
        assert_eq!(code(refused), "adoption.subscription_has_server");
    }

    async fn what_is_not_paid_or_decided_already_is_refused(world) {
        let estate = Estate::new(world).await;
        estate.simulator().place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        estate.survey().await;
        let (view, owner) = (found(&estate, "legacy").await, world.owner());
        let unpaid = estate.reserve("unpaid").await;
        let refused = commands::adopt(&owner, adopt(&view, &unpaid.subscription_id)).await;
        assert_eq!(code(refused), "adoption.subscription_not_active");
        let taken = estate.running("taken").await;
        let refused = commands::adopt(&owner, adopt(&view, &taken.subscription_id)).await;
        assert_eq!(code(refused), "adoption.subscription_has_server");
        let refused = commands::adopt(&owner, adopt(&view, &SubscriptionId::new())).await;
        assert_eq!(code(refused), "request.not_found");
        let subscription = estate.subscription().await;
        let bad = AdoptGuest { addresses: vec!["nowhere".to_owned()], ..adopt(&view, &subscription) };
        assert_eq!(code(commands::adopt(&owner, bad).await), "adoption.bad_address");
        let mut nowhere = adopt(&view, &subscription);
        nowhere.found_id = FoundId::new();
        assert_eq!(code(commands::adopt(&owner, nowhere).await), "request.not_found");
        let support = world.staff(StaffRole::Support);
        assert_eq!(code(commands::adopt(&support, adopt(&view, &subscription)).await), "auth.not_permitted");
        assert_eq!(code(commands::forget(&owner, ForgetGuest { found_id: view.id.clone() }).await), "adoption.not_open");

        commands::adopt(&owner, adopt(&view, &subscription)).await.unwrap();
        assert_eq!(code(commands::adopt(&owner, adopt(&view, &subscription)).await), "adoption.not_open");
        // Whoever thinks better of it in time is heard.
        let ignore = IgnoreGuest { found_id: view.id.clone(), ignored: Some(true) };
        commands::ignore(&owner, ignore.clone()).await.unwrap();
        estate.settle().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Ignored);
        let again = IgnoreGuest { ignored: Some(false), ..ignore.clone() };
        assert_eq!(commands::ignore(&owner, again).await.unwrap().standing, Standing::Found);
        commands::adopt(&owner, adopt(&view, &subscription)).await.unwrap();
        estate.settle().await;
        assert_eq!(code(commands::ignore(&owner, ignore).await), "adoption.not_open");
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn two_guests_for_one_subscription_are_one_server(world) {
        let estate = Estate::new(world).await;
        for (name, number) in [("one", 0x21), ("two", 0x22)] {
            estate.simulator().place(estate.node.as_str(), a_guest(name, number, &format!("198.51.100.{number}")));
        }
        estate.survey().await;
        let subscription = estate.subscription().await;
        for name in ["one", "two"] {
            commands::adopt(&world.owner(), adopt(&found(&estate, name).await, &subscription)).await.unwrap();
        }
        estate.settle().await;
        let all = estate.found().await;
        let adopted: Vec<&FoundView> = all.iter().filter(|one| one.standing == Standing::Adopted).collect();
        let refused: Vec<&FoundView> = all.iter().filter(|one| one.standing == Standing::Found).collect();
        assert_eq!((adopted.len(), refused.len()), (1, 1));
        assert_eq!(refused[0].refusal.as_ref().unwrap().code, "adoption.subscription_has_server");
        assert_eq!(estate.reserved().await.vcpus, 2);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn what_it_does_at_that_moment_is_what_is_wished(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        simulator.place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        simulator.place(estate.node.as_str(), a_guest("leaving", 0x22, "198.51.100.22"));
        estate.survey().await;
        let (one, two) = (estate.subscription().await, estate.subscription().await);
        commands::adopt(&world.owner(), adopt(&found(&estate, "legacy").await, &one)).await.unwrap();
        let leaving = found(&estate, "leaving").await;
        commands::adopt(&world.owner(), adopt(&leaving, &two)).await.unwrap();
        // Meanwhile its owner switches one off, and the other goes away.
        simulator.stop_from_inside("legacy");
        simulator.take_away(estate.node.as_str(), &leaving.guest.uuid);
        estate.settle().await;
        let view = found(&estate, "legacy").await;
        let shown = estate.show(&view.server_id.unwrap()).await;
        assert_eq!((shown.state, shown.desired), (Seen::ShutOff, Desired::Stopped));
        assert_eq!(simulator.acts("legacy"), Vec::<&str>::new());
        let gone = found(&estate, "leaving").await;
        assert_eq!((gone.standing, gone.refusal.unwrap().code.as_str()), (Standing::Found, "adoption.gone"));
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_taking_over_that_is_interrupted_anywhere_arrives(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        for (round, fault) in [
            Fault::Stop { after_effect: false },
            Fault::Stop { after_effect: true },
            Fault::Timeout { after_effect: true },
            Fault::Refuse,
        ].into_iter().enumerate() {
            for point in [Point::Survey, Point::Observe] {
                let number = u8::try_from(0x40 + 2 * round + usize::from(point == Point::Observe)).unwrap();
                let name = format!("guest{number}");
                simulator.place(estate.node.as_str(), a_guest(&name, number, &format!("198.51.100.{number}")));
                simulator.fail_next(Point::Survey, fault);
                let survey = commands::SurveyNode { node_id: estate.node.clone() };
                commands::survey(&world.owner(), survey).await.unwrap();
                estate.work_until_killed().await;
                estate.settle().await;
                let view = found(&estate, &name).await;
                let subscription = estate.subscription().await;
                commands::adopt(&world.owner(), adopt(&view, &subscription)).await.unwrap();
                simulator.fail_next(point, fault);
                estate.work_until_killed().await;
                estate.settle().await;
                let view = found(&estate, &name).await;
                assert_eq!((view.standing, view.refusal), (Standing::Adopted, None), "{point:?} {fault:?}");
                let shown = estate.show(&view.server_id.unwrap()).await;
                assert_eq!((shown.state, shown.desired, shown.busy), (Seen::Running, Desired::Running, None));
                let domain = simulator.domain(&name).unwrap();
                assert_eq!((domain.boots, simulator.acts(&name).len()), (1, 0), "{point:?} {fault:?}");
            }
        }
        assert_eq!(estate.reserved().await.vcpus, 16);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_silent_node_is_waited_for_and_nothing_is_lost_sight_of(world) {
        let estate = Estate::new(world).await;
        let simulator = estate.simulator();
        simulator.place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        estate.survey().await;
        simulator.silence(estate.node.as_str(), Some(Silence::Unreachable));
        let survey = commands::SurveyNode { node_id: estate.node.clone() };
        commands::survey(&world.owner(), survey).await.unwrap();
        estate.worker().run_until_idle().await.unwrap();
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Found);
        simulator.silence(estate.node.as_str(), None);
        estate.hurry(1).await;
        estate.settle().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Found);
        // A node that shows nothing is no proof either.
        simulator.hide_everything(estate.node.as_str(), true);
        estate.survey().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Gone);
        simulator.hide_everything(estate.node.as_str(), false);
        estate.survey().await;
        assert_eq!(found(&estate, "legacy").await.standing, Standing::Found);
    }

    async fn a_node_without_room_refuses_and_one_in_maintenance_does_not(world) {
        let estate = Estate::new(world).await;
        let mut large = a_guest("large", 0x21, "198.51.100.21");
        large.facts.memory_mib = Some(10_000_000);
        estate.simulator().place(estate.node.as_str(), large);
        let node = nodes::queries::show(&world.owner(), nodes::queries::ShowNode { node_id: estate.node.clone() }).await.unwrap();
        let update = UpdateNode {
            node_id: node.id, name: None, uri: None, acceleration: None, pool: None, network: None,
            vcpus_total: None, memory_mib_total: None, disk_gib_total: None, state: Some(NodeState::Maintenance),
        };
        nodes::commands::update(&world.owner(), update).await.unwrap();
        estate.survey().await;
        let subscription = estate.subscription().await;
        commands::adopt(&world.owner(), adopt(&found(&estate, "large").await, &subscription)).await.unwrap();
        estate.settle().await;
        let view = found(&estate, "large").await;
        assert_eq!((view.standing, view.refusal.unwrap().code.as_str()), (Standing::Found, "adoption.no_room"));
        assert_eq!(estate.reserved().await.vcpus, 0);
        taken_over(&estate, "small", 0x22, "198.51.100.22").await;
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn a_customer_and_a_price_make_the_subscription_that_goes_on(world) {
        let estate = Estate::new(world).await;
        estate.simulator().place(estate.node.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
        estate.survey().await;
        let view = found(&estate, "legacy").await;
        let sold = AdoptGuest {
            found_id: view.id.clone(),
            subscription_id: None,
            customer_id: Some(estate.customer.clone()),
            price_id: Some(estate.price.clone()),
            billed_until: Some("2027-03-01".parse().unwrap()),
            hostname: Some("shop.example.org".to_owned()),
            addresses: Vec::new(),
            image_id: None,
        };
        for incomplete in [
            AdoptGuest { billed_until: None, ..sold.clone() },
            AdoptGuest { customer_id: None, ..sold.clone() },
            AdoptGuest { subscription_id: Some(SubscriptionId::new()), ..sold.clone() },
        ] {
            assert_eq!(code(commands::adopt(&world.owner(), incomplete).await), "adoption.payer_needed");
        }
        let nobody = AdoptGuest { customer_id: Some("cus_00000000000000000000000000000009".to_owned()), ..sold.clone() };
        assert_eq!(code(commands::adopt(&world.owner(), nobody).await), "subscriptions.customer");
        commands::adopt(&world.owner(), sold).await.unwrap();
        estate.settle().await;
        let server = server(&estate, found(&estate, "legacy").await.server_id.unwrap()).await;
        assert_eq!((server.customer_id.as_str(), server.hostname.as_str()), (estate.customer.as_str(), "shop.example.org"));
        let id = server.subscription_id.clone();
        let subscription = world.db.read(move |tx| subscriptions::queries::load_in(tx, &id)).await.unwrap();
        assert_eq!(subscription.state, subscriptions::model::SubscriptionState::Active);
        assert_eq!((subscription.billed_until.to_string().as_str(), subscription.periods_billed), ("2027-03-01", 0));
        let next = subscription.next_renewal().unwrap();
        assert_eq!((next.day.to_string(), next.period.end.to_string()), ("2027-03-01".to_owned(), "2027-04-01".to_owned()));
        assert_eq!(estate.show(&server.id).await.state, Seen::Running);
        assert_eq!(estate.breaks().await, Vec::<String>::new());
    }

    async fn an_address_that_nobody_could_tell_is_stated(world) {
        let estate = Estate::new(world).await;
        let mut silent = a_guest("silent", 0x21, "198.51.100.21");
        silent.facts.interfaces[0].addresses.clear();
        estate.simulator().place(estate.node.as_str(), silent);
        estate.survey().await;
        let view = found(&estate, "silent").await;
        assert_eq!((view.is_open, view.limits[0].code.as_str()), (true, "adoption.address_needed"));
        let subscription = estate.subscription().await;
        let refused = commands::adopt(&world.owner(), adopt(&view, &subscription)).await;
        assert_eq!(code(refused), "adoption.address_needed");
        let stated = AdoptGuest { addresses: vec!["198.51.100.77".to_owned()], ..adopt(&view, &subscription) };
        commands::adopt(&world.owner(), stated).await.unwrap();
        estate.settle().await;
        let view = found(&estate, "silent").await;
        assert_eq!(estate.show(&view.server_id.unwrap()).await.addresses[0].address, "198.51.100.77");
    }
}
