//! The last of what there is: the last address, the last room on a node.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hostwright_panel::addresses;
use hostwright_panel::addresses::commands::CreatePool;
use hostwright_panel::addresses::model::{AddressState, Counts, Family};
use hostwright_panel::nodes;
use hostwright_panel::nodes::model::{Capacity, NodeId};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_tests::{Shop, World, on_both_engines, text, wish};
use serde_json::json;

use super::*;

/// Makes a pool with the addresses of a network.
pub(super) async fn pool(world: &World, cidr: &str, gateway: &str) {
    let input = CreatePool {
        name: cidr.to_owned(),
        cidr: cidr.to_owned(),
        gateway: gateway.to_owned(),
        resolvers: vec!["192.0.2.53".to_owned()],
        node_id: None,
    };
    addresses::commands::create_pool(&world.owner(), input).await.unwrap();
}

/// How many addresses of the only pool are in each state.
pub(super) async fn counts(world: &World) -> Counts {
    addresses::queries::pools(&world.owner(), ListInput::default()).await.unwrap().items[0].counts
}

/// Servers that each take an address, all at once on two panels.
fn take_at_once(world: &World, beside: &World) -> Vec<Result<IpAddr>> {
    let panels = [world.db.clone(), beside.db.clone()];
    threads_at_once(HANDS, move |hand| {
        let taken = panels[hand % 2]
            .write_now(|tx| addresses::commands::take_in(tx, &NodeId::new(), &format!("srv_{hand}"), Family::V4));
        taken.map(|address| address.address)
    })
}

/// Sixty-four customers order at once, on two panels, where there is room for one.
async fn one_of_sixty_four_orders(world: &World, shop: &Shop) {
    let beside = world.beside();
    let mut quotes = Vec::new();
    for hand in 0..HANDS {
        let customer = world.customer(&format!("Customer {hand}")).await;
        let quote = world.done(&customer.call, "orders.quote", wish(&customer, shop, "web")).await;
        quotes.push((customer, text(&quote, "token")));
    }
    let placed = at_once(HANDS, |hand| {
        let (customer, token) = &quotes[hand];
        let panel = if hand % 2 == 0 { world } else { &beside };
        press(panel, &customer.call, "orders.place", json!({ "token": token }))
    })
    .await;
    let orders = answered(placed, &["servers.no_room"]);
    assert_eq!(orders.len(), 1);
    settle_together([world, &beside]).await;
    // Whoever was refused owes nothing and took no number.
    let invoices = world.done(&world.owner(), "invoices.list", json!({})).await;
    assert_eq!(invoices["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(invoices["items"][0]["number"], "2027-00001");
    let servers = world.done(&world.owner(), "servers.list", json!({})).await;
    assert_eq!(servers["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.breaks().await, Vec::<String>::new());
}

on_both_engines! {
    async fn the_last_address_goes_to_one_of_sixty_four(world) {
        pool(world, "192.0.2.0/30", "192.0.2.1").await;
        assert_eq!(answered(take_at_once(world, &world.beside()), &["addresses.none_free"]).len(), 1);
        assert_eq!(counts(world).await, Counts { assigned: 1, ..Counts::default() });
    }

    async fn sixty_four_at_once_get_sixty_four_different_addresses(world) {
        pool(world, "192.0.2.0/25", "192.0.2.1").await;
        let taken: BTreeSet<IpAddr> = all_answered(take_at_once(world, &world.beside())).into_iter().collect();
        assert_eq!(taken.len(), HANDS);
        assert_eq!(counts(world).await, Counts { free: 61, assigned: 64, ..Counts::default() });
    }

    async fn the_last_room_of_a_node_goes_to_one_of_sixty_four(world) {
        let shop = world.shop().await;
        let node: NodeId = shop.node_id.parse().unwrap();
        let size = |vcpus, memory_mib, disk_gib| Capacity { vcpus, memory_mib, disk_gib };
        let before = node.clone();
        world.db.write_now(|tx| nodes::commands::reserve_capacity_in(tx, &before, &size(63, 65_000, 990))).unwrap();
        let panels = [world.db.clone(), world.beside().db];
        let outcomes = threads_at_once(HANDS, move |hand| {
            panels[hand % 2].write_now(|tx| nodes::commands::reserve_capacity_in(tx, &node, &size(1, 536, 10)))
        });
        assert_eq!(answered(outcomes, &["nodes.no_room"]).len(), 1);
        let shown = world.done(&world.owner(), "nodes.show", json!({ "node_id": shop.node_id })).await;
        assert_eq!(shown["reserved"], json!({ "vcpus": 64, "memory_mib": 65_536, "disk_gib": 1_000 }));
    }

    async fn of_sixty_four_orders_for_the_last_address_one_is_an_order(world) {
        use diesel::prelude::*;
        use hostwright_panel::platform::schema::addresses;
        world.set_up().await;
        let shop = world.shop().await;
        world.db.write_now(|tx| {
            let others = addresses::table.filter(addresses::position.gt(1));
            diesel::update(others).set(addresses::state.eq(AddressState::Reserved)).execute(tx.conn)?;
            Ok(())
        }).unwrap();
        assert_eq!(counts(world).await.free, 1);
        one_of_sixty_four_orders(world, &shop).await;
    }

    async fn of_sixty_four_orders_for_the_last_room_one_is_an_order(world) {
        world.set_up().await;
        let shop = world.shop().await;
        world.done(&world.owner(), "nodes.update", json!({ "node_id": shop.node_id, "memory_mib_total": 256 })).await;
        one_of_sixty_four_orders(world, &shop).await;
    }
}
