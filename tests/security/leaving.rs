//! Who is shut out, or is less than before, is out at once: every session, every key
//! and every link, in the moment in which staff says so.

use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

use crate::surfaces::site::{Browser, Site, read};
use crate::surfaces::town::{PASSWORD, mailed_paths, sign_in};

/// A member of staff with two sessions, a key and a link that sets a new password.
struct Colleague {
    id: String,
    sessions: [String; 2],
    key: String,
    reset: String,
}

const EMAIL: &str = "anna@host.example";

async fn colleague(world: &World, role: &str) -> Colleague {
    let invited = json!({ "email": EMAIL, "name": "Anna Admin", "role": role });
    let id = text(&world.done(&world.owner(), "people.invite", invited).await, "id");
    world.settle().await;
    let invite = link(world, "/invite/");
    let password = json!({ "token": invite, "password": PASSWORD, "name": "Anna Admin" });
    world.done(&world.anonymous(), "auth.reset_password", password).await;
    let (first, call) = sign_in(world, EMAIL).await;
    let (second, _) = sign_in(world, EMAIL).await;
    let key = json!({ "name": "script", "scopes": ["*"] });
    let key = text(&world.done(&call, "auth.create_api_key", key).await, "token");
    world.done(&world.anonymous(), "auth.request_reset", json!({ "email": EMAIL })).await;
    world.settle().await;
    Colleague { id, sessions: [first, second], key, reset: link(world, "/reset/") }
}

fn link(world: &World, start: &str) -> String {
    let paths = mailed_paths(world, EMAIL);
    paths.iter().rev().find_map(|path| path.strip_prefix(start)).unwrap_or_else(|| panic!("{paths:?}")).to_owned()
}

/// What still opens, by name.
async fn ways_in(world: &World, site: &Site, who: &Colleague) -> Vec<&'static str> {
    let mut open = Vec::new();
    for (name, token) in [("session", &who.sessions[0]), ("other session", &who.sessions[1]), ("key", &who.key)] {
        let reply = read(site.rest("GET", "/me", Some(token))).await;
        assert!([200, 401].contains(&reply.status.as_u16()), "{}", reply.body);
        if reply.status.as_u16() == 200 {
            open.push(name);
        }
    }
    let page = read(site.get(&Browser::signed_in(&who.sessions[0]), "/staff")).await;
    if page.status.as_u16() == 200 {
        open.push("page");
    }
    let reset = json!({ "token": who.reset, "password": "a new fine password" });
    match world.run(&world.anonymous(), "auth.reset_password", reset).await {
        Ok(_) => open.push("link"),
        Err(error) => assert!(error.code().starts_with("auth.link_") || error.is("auth.suspended"), "{error:?}"),
    }
    open
}

async fn after(world: &World, role: &str, action: &str, change: fn(&str) -> Value) -> Vec<&'static str> {
    world.set_up().await;
    let who = colleague(world, role).await;
    let site = Site::of(&world.app);
    world.done(&world.owner(), action, change(&who.id)).await;
    ways_in(world, &site, &who).await
}

on_both_engines! {
    async fn who_is_suspended_is_out_at_once(world) {
        let open = after(world, "admin", "people.suspend", |id| json!({ "person_id": id })).await;
        assert_eq!(open, Vec::<&str>::new());
        let again = json!({ "email": EMAIL, "password": PASSWORD });
        assert_eq!(world.refused(&world.anonymous(), "auth.sign_in", again).await, "auth.suspended");
        world.done(&world.anonymous(), "auth.request_reset", json!({ "email": EMAIL })).await;
        let before = world.mailbox.to(EMAIL).len();
        world.settle().await;
        assert_eq!(world.mailbox.to(EMAIL).len(), before, "no new link either");
    }

    async fn who_is_demoted_is_out_at_once(world) {
        let demote = |id: &str| json!({ "person_id": id, "role": "support" });
        assert_eq!(after(world, "admin", "people.set_role", demote).await, Vec::<&str>::new());
        let (_, call) = sign_in(world, EMAIL).await;
        assert_eq!(world.refused(&call, "people.list", json!({})).await, "auth.not_permitted");
    }

    async fn who_gets_another_role_of_the_same_height_is_out_at_once(world) {
        let sideways = |id: &str| json!({ "person_id": id, "role": "support" });
        assert_eq!(after(world, "billing", "people.set_role", sideways).await, Vec::<&str>::new());
    }

    async fn who_is_staff_no_more_is_out_at_once(world) {
        let leave = |id: &str| json!({ "person_id": id });
        assert_eq!(after(world, "support", "people.set_role", leave).await, Vec::<&str>::new());
    }

    async fn who_is_raised_goes_on(world) {
        let raise = |id: &str| json!({ "person_id": id, "role": "admin" });
        let open = after(world, "support", "people.set_role", raise).await;
        assert_eq!(open, ["session", "other session", "key", "page", "link"]);
    }

    async fn who_is_taken_out_of_a_customer_sees_nothing_of_it_at_once(world) {
        world.set_up().await;
        let customer = world.customer("Carla").await;
        let member = json!({ "customer_id": customer.id, "email": EMAIL, "name": "Anna", "role": "member" });
        world.done(&customer.call, "customers.add_member", member).await;
        world.settle().await;
        let invite = link(world, "/invite/");
        let password = json!({ "token": invite, "password": PASSWORD, "name": "Anna" });
        world.done(&world.anonymous(), "auth.reset_password", password).await;
        let (token, call) = sign_in(world, EMAIL).await;
        let key = json!({ "name": "script", "scopes": ["*"] });
        let key = text(&world.done(&call, "auth.create_api_key", key).await, "token");
        let site = Site::of(&world.app);
        let path = format!("/customers/{}", customer.id);
        for token in [&token, &key] {
            assert_eq!(read(site.rest("GET", &path, Some(token))).await.status.as_u16(), 200);
        }
        let removed = json!({ "customer_id": customer.id, "person_id": call.person().unwrap().id });
        world.done(&customer.call, "customers.remove_member", removed).await;
        for token in [&token, &key] {
            let status = read(site.rest("GET", &path, Some(token))).await.status.as_u16();
            assert!([403, 404].contains(&status), "{status}");
        }
    }
}
