//! Pools and addresses in a database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};

use hostwright_panel::addresses::commands::{self, CreatePool, ReleaseAddress, ReserveAddress};
use hostwright_panel::addresses::model::{Address, AddressState, Counts, Family, PoolView};
use hostwright_panel::addresses::queries::{self, ListAddresses};
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::nodes::model::NodeId;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::error::{Error, Result};
use hostwright_tests::{World, on_both_engines};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn new(cidr: &str, gateway: &str) -> CreatePool {
    CreatePool {
        name: cidr.to_owned(),
        cidr: cidr.to_owned(),
        gateway: gateway.to_owned(),
        resolvers: vec!["192.0.2.53".to_owned()],
        node_id: None,
    }
}

async fn pool(world: &World, cidr: &str, gateway: &str) -> PoolView {
    commands::create_pool(&world.owner(), new(cidr, gateway)).await.unwrap()
}

async fn take(world: &World, server: &str) -> Result<Address> {
    let (node, server) = (NodeId::new(), server.to_owned());
    world.db.write(move |tx| commands::take_in(tx, &node, &server, Family::V4)).await
}

async fn give_back(world: &World, server: &str) -> usize {
    let server = server.to_owned();
    world
        .db
        .write(move |tx| {
            let after = tx.now().plus_days(1);
            commands::release_in(tx, &server, after)
        })
        .await
        .unwrap()
}

async fn cool_down(world: &World) -> usize {
    world.db.write(commands::free_cooled_in).await.unwrap()
}

async fn counts(world: &World) -> Counts {
    queries::pools(&world.owner(), ListInput::default()).await.unwrap().items[0].counts
}

async fn first_in(world: &World, state: AddressState) -> hostwright_panel::addresses::model::AddressView {
    let input = ListAddresses { state: Some(state), ..ListAddresses::default() };
    queries::list(&world.owner(), input).await.unwrap().items.remove(0)
}

on_both_engines! {
    async fn a_pool_gives_its_addresses_in_order_with_all_that_a_server_needs(world) {
        let made = pool(world, "192.0.2.0/29", "192.0.2.1").await;
        assert_eq!(made.counts, Counts { free: 5, ..Counts::default() });
        let first = take(world, "srv_1").await.unwrap();
        assert_eq!(first.address.to_string(), "192.0.2.2");
        assert_eq!((first.prefix, first.gateway.to_string()), (29, "192.0.2.1".to_owned()));
        assert_eq!(first.resolvers[0].to_string(), "192.0.2.53");
        assert_eq!(take(world, "srv_2").await.unwrap().address.to_string(), "192.0.2.3");
        assert_eq!(counts(world).await, Counts { free: 3, assigned: 2, ..Counts::default() });
        let held = world.db.read(|tx| queries::of_server_in(tx, "srv_1")).await.unwrap();
        assert_eq!(held, [first]);
    }

    async fn the_largest_version_4_pool_is_written_whole(world) {
        let made = pool(world, "10.0.0.0/20", "10.0.0.1").await;
        assert_eq!(made.counts.free, 4_093);
        assert_eq!(counts(world).await.free, 4_093);
        let mut input = ListAddresses { limit: Some(200), ..ListAddresses::default() };
        let (mut seen, mut pages) = (BTreeSet::new(), 0);
        loop {
            let page = queries::list(&world.owner(), input.clone()).await.unwrap();
            seen.extend(page.items.into_iter().map(|address| address.address));
            pages += 1;
            match page.next {
                Some(next) => input.after = Some(next),
                None => break,
            }
        }
        assert_eq!((seen.len(), pages), (4_093, 21));
    }

    async fn overlapping_pools_are_refused_by_name(world) {
        pool(world, "192.0.2.0/24", "192.0.2.1").await;
        for (cidr, gateway) in [("192.0.2.0/24", "192.0.2.1"), ("192.0.2.128/25", "192.0.2.129"), ("192.0.0.0/20", "192.0.0.1")] {
            let error = commands::create_pool(&world.owner(), new(cidr, gateway)).await.unwrap_err();
            match error {
                Error::Refused(refusal) => {
                    assert_eq!(refusal.code, "addresses.overlaps");
                    assert!(refusal.args.iter().any(|(_, value)| value == "192.0.2.0/24"));
                }
                other => panic!("{other}"),
            }
        }
        pool(world, "192.0.3.0/24", "192.0.3.1").await;
    }

    async fn of_thirty_two_overlapping_pools_at_once_one_is_made(world) {
        let runtime = tokio::runtime::Handle::current();
        let barrier = Arc::new(Barrier::new(32));
        let threads: Vec<_> = (0..32).map(|number| {
            let (call, runtime, barrier) = (world.owner(), runtime.clone(), Arc::clone(&barrier));
            // Nested networks, none of them equal.
            let prefix = 24 + number % 6;
            std::thread::spawn(move || {
                barrier.wait();
                runtime.block_on(commands::create_pool(&call, new(&format!("192.0.2.0/{prefix}"), "192.0.2.1")))
            })
        }).collect();
        let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.is("addresses.overlaps")));
    }

    async fn a_released_address_cools_off_before_it_is_free(world) {
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        take(world, "srv_1").await.unwrap();
        assert_eq!(give_back(world, "srv_1").await, 1);
        assert_eq!(give_back(world, "srv_1").await, 0);
        assert!(take(world, "srv_2").await.unwrap_err().is("addresses.none_free"));
        assert_eq!(cool_down(world).await, 0);
        world.clock.advance_days(2);
        assert_eq!(cool_down(world).await, 1);
        assert!(take(world, "srv_2").await.is_ok());
    }

    async fn staff_keep_an_address_out_and_make_it_free_again(world) {
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        let address = first_in(world, AddressState::Free).await;
        let keep = ReserveAddress { address_id: address.id.clone() };
        let free = ReleaseAddress { address_id: address.id.clone() };
        assert_eq!(commands::reserve(&world.owner(), keep.clone()).await.unwrap().state, AddressState::Reserved);
        assert!(commands::reserve(&world.owner(), keep).await.unwrap_err().is("addresses.not_free"));
        assert!(take(world, "srv_1").await.is_err());
        assert_eq!(commands::release(&world.owner(), free.clone()).await.unwrap().state, AddressState::Free);
        assert!(commands::release(&world.owner(), free).await.unwrap_err().is("addresses.not_held"));
        assert!(take(world, "srv_1").await.is_ok());
    }

    async fn a_servers_address_is_never_freed_by_hand_but_a_cooling_one_is(world) {
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        take(world, "srv_1").await.unwrap();
        let address = first_in(world, AddressState::Assigned).await;
        let free = ReleaseAddress { address_id: address.id };
        assert!(commands::release(&world.owner(), free.clone()).await.unwrap_err().is("addresses.not_held"));
        give_back(world, "srv_1").await;
        let freed = commands::release(&world.owner(), free).await.unwrap();
        assert_eq!((freed.state, freed.free_after), (AddressState::Free, None));
    }

    async fn families_do_not_mix_and_version_4_comes_first(world) {
        let node = NodeId::new();
        let id = node.clone();
        assert!(!world.db.read(move |tx| commands::has_pool_in(tx, &id, Family::V6)).await.unwrap());
        pool(world, "2001:db8:1::/64", "2001:db8:1::1").await;
        assert!(take(world, "srv_1").await.unwrap_err().is("addresses.none_free"));
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        let six = world.db.write(move |tx| commands::take_in(tx, &node, "srv_1", Family::V6)).await.unwrap();
        assert_eq!((six.address.to_string(), six.prefix), ("2001:db8:1::2".to_owned(), 64));
        take(world, "srv_1").await.unwrap();
        let held = world.db.read(|tx| queries::of_server_in(tx, "srv_1")).await.unwrap();
        let families: Vec<Family> = held.iter().map(|address| address.family).collect();
        assert_eq!(families, [Family::V4, Family::V6]);
    }

    async fn a_pool_of_an_absent_node_is_refused(world) {
        let input = CreatePool { node_id: Some(NodeId::new()), ..new("192.0.2.0/30", "192.0.2.1") };
        assert!(commands::create_pool(&world.owner(), input).await.unwrap_err().is("addresses.node"));
    }

    async fn each_server_has_one_hardware_address_and_none_is_given_twice(world) {
        let barrier = Arc::new(Barrier::new(32));
        let threads: Vec<_> = (0..32).map(|number| {
            let (db, barrier) = (world.db.clone(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                let server = format!("srv_{number}");
                barrier.wait();
                db.write_now(|tx| commands::take_mac_in(tx, &server)).unwrap()
            })
        }).collect();
        let macs: BTreeSet<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(macs.len(), 32);
        assert!(macs.iter().all(|mac| mac.starts_with("52:54:00:")));
        let again = world.db.write(|tx| commands::take_mac_in(tx, "srv_5")).await.unwrap();
        assert!(macs.contains(&again));
    }

    async fn only_staff_see_addresses(world) {
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        let member = world.member("cus_00000000000000000000000000000001", MemberRole::Owner);
        for call in [world.anonymous(), member, world.staff(StaffRole::Billing)] {
            assert!(queries::pools(&call, ListInput::default()).await.is_err());
            assert!(queries::list(&call, ListAddresses::default()).await.is_err());
        }
        let support = world.staff(StaffRole::Support);
        assert!(queries::pools(&support, ListInput::default()).await.is_ok());
        assert!(commands::create_pool(&support, new("10.0.0.0/24", "10.0.0.1")).await.is_err());
    }

    async fn whatever_happens_no_address_has_two_owners_and_none_is_lost(world) {
        pool(world, "192.0.2.0/29", "192.0.2.1").await;
        let (db, call, runtime) = (world.db.clone(), world.owner(), tokio::runtime::Handle::current());
        let clock = world.clock.clone();
        // The runner is synchronous, so it has a thread of its own.
        tokio::task::spawn_blocking(move || {
            let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
            let acts = proptest::collection::vec((0_u8..5, 0_u8..6), 1..30);
            runner.run(&acts, |acts| {
                let mut owned: BTreeMap<String, BTreeSet<String>> = db.read_now(owners).unwrap();
                for (act, who) in acts {
                    let server = format!("srv_{who}");
                    match act {
                        0 | 1 => {
                            let taken = db.write_now(|tx| commands::take_in(tx, &NodeId::new(), &server, Family::V4));
                            if let Ok(address) = taken {
                                let text = address.address.to_string();
                                prop_assert!(owned.values().all(|held| !held.contains(&text)), "{text} has two owners");
                                owned.entry(server).or_default().insert(text);
                            }
                        }
                        2 => {
                            let freed = db.write_now(|tx| commands::release_in(tx, &server, tx.now().plus_days(1))).unwrap();
                            prop_assert_eq!(freed, owned.remove(&server).unwrap_or_default().len());
                        }
                        3 => {
                            clock.advance_days(u32::from(who % 3));
                            db.write_now(commands::free_cooled_in).unwrap();
                        }
                        _ => {
                            let all = runtime.block_on(queries::list(&call, ListAddresses::default())).unwrap().items;
                            let address = &all[usize::from(who) % all.len()];
                            let id = address.id.clone();
                            let _kept = runtime.block_on(commands::reserve(&call, ReserveAddress { address_id: id.clone() }));
                            let _freed = runtime.block_on(commands::release(&call, ReleaseAddress { address_id: id }));
                        }
                    }
                    prop_assert_eq!(&db.read_now(owners).unwrap(), &owned);
                    let counts = runtime.block_on(queries::pools(&call, ListInput::default())).unwrap().items[0].counts;
                    prop_assert_eq!(counts.free + counts.reserved + counts.assigned + counts.cooling, 5);
                }
                Ok(())
            }).unwrap();
        }).await.unwrap();
    }
}

fn owners(tx: &mut hostwright_panel::platform::Tx<'_>) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut owners = BTreeMap::new();
    for number in 0..6 {
        let server = format!("srv_{number}");
        let held: BTreeSet<String> =
            queries::of_server_in(tx, &server)?.into_iter().map(|address| address.address.to_string()).collect();
        if !held.is_empty() {
            owners.insert(server, held);
        }
    }
    Ok(owners)
}

/// Only PostgreSQL has two writers at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_given_back_by_a_failed_order_goes_to_the_one_that_waits() {
    let world = World::postgres();
    assert!(matches!(world.db.url(), DatabaseUrl::Postgres(_)));
    pool(&world, "192.0.2.0/30", "192.0.2.1").await;
    let (has, had) = mpsc::channel();
    let (waits, waited) = mpsc::channel();
    let waited = std::sync::Mutex::new(waited);
    let failing = world.db.clone();
    let first = std::thread::spawn(move || {
        failing.write_now(|tx| {
            commands::take_in(tx, &NodeId::new(), "srv_1", Family::V4)?;
            has.send(()).unwrap();
            waited.lock().unwrap().recv().unwrap();
            Err::<(), Error>(Error::internal("the order failed"))
        })
    });
    had.recv().unwrap();
    let waiting = world.db.clone();
    let second = std::thread::spawn(move || {
        waiting.write_now(|tx| {
            waits.send(()).unwrap();
            commands::take_in(tx, &NodeId::new(), "srv_2", Family::V4)
        })
    });
    assert!(first.join().unwrap().is_err());
    assert_eq!(second.join().unwrap().unwrap().address.to_string(), "192.0.2.2");
}

/// The node's own pool comes before those of every node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nodes_own_pool_is_used_first_and_by_its_servers_only() {
    let world = World::sqlite();
    pool(&world, "192.0.2.0/30", "192.0.2.1").await;
    let node = super::nodes::registered(&world, "n1").await;
    let own = CreatePool { node_id: Some(node.id.clone()), ..new("198.51.100.0/30", "198.51.100.1") };
    commands::create_pool(&world.owner(), own).await.unwrap();
    let taken = |server: &'static str, node: NodeId| {
        let db = world.db.clone();
        async move {
            db.write(move |tx| commands::take_in(tx, &node, server, Family::V4))
                .await
                .map(|address| address.address.to_string())
        }
    };
    assert_eq!(taken("srv_1", node.id.clone()).await.unwrap(), "198.51.100.2");
    assert_eq!(taken("srv_2", node.id.clone()).await.unwrap(), "192.0.2.2");
    assert!(taken("srv_3", NodeId::new()).await.unwrap_err().is("addresses.none_free"));
    let server = world.db.read(|tx| queries::of_server_in(tx, "srv_1")).await.unwrap();
    assert_eq!(server.len(), 1);
}
