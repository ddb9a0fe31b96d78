//! People who press the same thing at the same moment, some of them twice.

use std::collections::BTreeSet;

use hostwright_panel::auth::model::PersonState;
use hostwright_panel::servers::model::Seen;
use hostwright_tests::{World, on_both_engines, text, wish};
use serde_json::json;

use super::*;

/// The token of the link that was mailed to somebody.
fn mailed_token(world: &World, email: &str) -> String {
    let mails = world.mailbox.to(email);
    let text = mails.iter().map(|mail| mail.text.as_str()).find(|text| text.contains("/confirm/")).unwrap();
    let rest = text.split("/confirm/").nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

on_both_engines! {
    async fn a_mail_link_pressed_by_sixty_four_at_once_proves_the_address_once(world) {
        world.set_up().await;
        let beside = world.beside();
        world.done(
            &world.anonymous(),
            "auth.sign_up",
            json!({
                "email": "ada@example.org", "password": "correct horse battery", "name": "Ada", "country": "DE",
                "street": "Weg 2", "postal_code": "10115", "city": "Berlin", "locale": "en", "time_zone": "Europe/Berlin",
            }),
        ).await;
        world.settle().await;
        let token = mailed_token(world, "ada@example.org");
        let pressed = at_once(HANDS, |hand| {
            let call = Call { address: format!("192.0.2.{hand}"), ..world.anonymous() };
            press(if hand % 2 == 0 { world } else { &beside }, &call, "auth.confirm_mail", json!({ "token": token }))
        })
        .await;
        let told = all_answered(pressed);
        assert_eq!(told.iter().filter(|confirmed| confirmed["already"] == false).count(), 1);
        let people = world.done(&world.owner(), "people.list", json!({ "search": "ada@example.org" })).await;
        assert_eq!(people["items"][0]["state"], PersonState::Active.as_str());
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_quote_accepted_by_sixty_four_at_once_is_one_order(world) {
        world.set_up().await;
        let beside = world.beside();
        let shop = world.shop().await;
        let carla = world.customer("Carla").await;
        let quote = world.done(&carla.call, "orders.quote", wish(&carla, &shop, "web1")).await;
        let placed = at_once(HANDS, |hand| {
            let panel = if hand % 2 == 0 { world } else { &beside };
            press(panel, &carla.call, "orders.place", json!({ "token": quote["token"] }))
        })
        .await;
        let orders: BTreeSet<String> = all_answered(placed).iter().map(|order| text(order, "id")).collect();
        assert_eq!(orders.len(), 1);
        settle_together([world, &beside]).await;
        for list in ["invoices.list", "servers.list", "subscriptions.list", "orders.list"] {
            let listed = world.done(&world.owner(), list, json!({})).await;
            assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{list}");
        }
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn one_request_sent_sixty_four_times_with_its_key_is_done_once_and_answered_to_all(world) {
        world.set_up().await;
        let beside = world.beside();
        let input = json!({
            "name": "Carla", "email": "carla@example.org", "street": "Weg 2", "postal_code": "10115", "city": "Berlin", "country": "DE",
        });
        let sent = at_once(HANDS, |hand| {
            let panel = if hand % 2 == 0 { world } else { &beside };
            press_with_key(panel, &world.owner(), "customers.create", input.clone(), Some("key-1"))
        })
        .await;
        let answers: BTreeSet<String> = all_answered(sent).iter().map(ToString::to_string).collect();
        assert_eq!(answers.len(), 1);
        let customers = world.done(&world.owner(), "customers.list", json!({})).await;
        assert_eq!(customers["items"].as_array().map(Vec::len), Some(1));
    }

    async fn start_and_stop_pressed_together_end_in_what_was_pressed_last(world) {
        world.set_up().await;
        let beside = world.beside();
        let shop = world.shop().await;
        let carla = world.customer("Carla").await;
        let order = world.order(&carla, &shop, "web1").await;
        world.pay(&text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        let id = text(&order, "server_id");
        let presses = at_once(HANDS, |hand| {
            let action = if hand % 4 < 2 { "servers.shut_down" } else { "servers.start" };
            press(if hand % 2 == 0 { world } else { &beside }, &carla.call, action, json!({ "server_id": id }))
        });
        let (pressed, ()) = tokio::join!(presses, settle_together([world, &beside]));
        all_answered(pressed);
        settle_together([world, &beside]).await;
        let shown = world.done(&world.owner(), "servers.show", json!({ "server_id": id })).await;
        let wanted = if shown["desired"] == "running" { Seen::Running } else { Seen::ShutOff };
        assert_eq!(shown["state"], wanted.as_str(), "{shown}");
        assert_eq!(world.hypervisor.domain(&id).unwrap().state, wanted);
        // Built once, and then in turns: nothing was started that ran, or stopped that was off.
        let acts = world.hypervisor.acts(&id);
        assert_eq!(acts.iter().filter(|act| **act == "ensure_volume").count(), 1);
        let turns = acts.iter().filter(|act| !act.starts_with("ensure_"));
        for (place, act) in turns.enumerate() {
            assert_eq!(*act, if place % 2 == 0 { "start" } else { "shut_down" }, "{acts:?}");
        }
        let open = world.db.read_now(hostwright_panel::platform::jobs::count_open).unwrap();
        assert_eq!(open, []);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }
}
