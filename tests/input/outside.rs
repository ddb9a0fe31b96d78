//! What the outside does to a request: nodes that are off or hang, a mail server
//! that refuses, a second set-up link.

use hostwright_panel::auth::links::ensure_setup_link;
use hostwright_panel::notifications::ports::Delivery;
use hostwright_tests::simulator::{Fault, Point, Silence};
use hostwright_tests::{World, text};
use serde_json::{Value, json};

use super::doors::{Doors, says};
use super::state::State;
use crate::surfaces::site::{Browser, Site, read};
use crate::surfaces::town::PASSWORD;

async fn running(doors: &Doors) -> Value {
    let order = doors.world.order(&doors.customer, &doors.shop, "web1").await;
    doors.world.settle().await;
    doors.world.pay(&text(&order, "invoice_id"), "transfer-1").await;
    doors.world.settle().await;
    json!({ "server_id": order["server_id"] })
}

/// Staff tries again now what waits for its next try.
async fn retry(world: &World) {
    let tasks = world.done(&world.owner(), "tasks.list", json!({ "limit": 200 })).await;
    for task in tasks["items"].as_array().unwrap().iter().filter(|task| task["state"] == "queued") {
        world.done(&world.owner(), "tasks.retry", json!({ "task_id": task["id"] })).await;
    }
    world.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_off_or_hangs_is_told_and_nothing_follows() {
    let doors = Doors::sqlite().await;
    let server = running(&doors).await;
    let guest = doors.world.hypervisor.domain(server["server_id"].as_str().unwrap()).expect("it runs");
    for silence in [Silence::Unreachable, Silence::Timeout] {
        doors.world.hypervisor.silence(&doors.shop.node_id, Some(silence));
        doors.refuse(&doors.carla, "servers.console", server.clone(), says(503, "servers.node_silent", "")).await;
        let page = format!("/portal/servers/{}", server["server_id"].as_str().unwrap());
        let page = read(doors.site.get(&doors.carla.browser, &page)).await;
        assert_eq!(page.status.as_u16(), 200, "the page of a server does not wait for its node");
        // A wish is taken; what it needs waits for the node, and nothing is destroyed.
        doors.world.done(&doors.customer.call, "servers.reboot", server.clone()).await;
        doors.world.settle().await;
        doors.world.hypervisor.silence(&doors.shop.node_id, None);
        let still = doors.world.hypervisor.domain(server["server_id"].as_str().unwrap()).expect("it is still there");
        assert_eq!(still.name, guest.name);
        retry(&doors.world).await;
        let shown = doors.world.done(&doors.customer.call, "servers.show", server.clone()).await;
        assert_eq!(shown["state"], "running", "{shown}");
    }
    doors.world.hypervisor.fail_next(Point::Console, Fault::Unsupported);
    doors.refuse_at_rest(&doors.carla, "servers.console", &server, says(409, "servers.no_console", "")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_cannot_be_reached_is_not_registered() {
    let mut doors = Doors::sqlite().await;
    // The panel's own libvirt, and an address at which nobody listens.
    let folder = tempfile::tempdir().unwrap();
    let ports = hostwright_server::compose::Ports::over(
        hostwright_server::hypervisor::Libvirt::new(folder.path().to_owned()),
        folder.path().join("import"),
        None,
    );
    doors.world.app.endpoints = std::sync::Arc::new(hostwright_server::routes::all(&ports));
    doors.site = Site::of(&doors.world.app);
    let node = |uri: &str| json!({ "name": "node2", "uri": uri, "hypervisor": "kvm", "acceleration": "emulation" });
    let nobody = format!("qemu+unix:///system?socket={}/nobody", folder.path().display());
    doors.refuse(&doors.owner, "nodes.register", node(&nobody), says(409, "nodes.unreachable", "uri")).await;
    for uri in ["", "ftp://node", "qemu+ssh://-oProxyCommand=x/system", "qemu:///system\nx", "test:///default;reboot"] {
        let reply = doors.rest(&doors.owner, "nodes.register", &node(uri)).await;
        assert!([409, 422].contains(&reply.status.as_u16()), "{uri:?}: {}", reply.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_refuses_loses_no_mail_and_fails_no_request() {
    let doors = Doors::sqlite().await;
    let world = &doors.world;
    world.mailbox.answer_with(Some(Delivery::Refused("550 no such user".to_owned())));
    let ticket = json!({
        "customer_id": doors.stranger.id, "name": "X", "email": "new.member@example.org", "role": "member",
    });
    let invited = doors.form(&doors.owner, "customers.add_member", &ticket).await;
    assert_eq!(invited.status.as_u16(), 303, "{}", invited.body);
    world.settle().await;
    let mails = world.done(&world.owner(), "mails.list", json!({ "search": "new.member" })).await;
    let mail = &mails["items"][0];
    assert_eq!((&mail["state"], &mail["error"]), (&json!("failed"), &json!("550 no such user")), "{mails}");
    assert!(world.mailbox.to("new.member@example.org").is_empty());
    let page = read(doors.site.get(&doors.owner.browser, &format!("/staff/mails/{}", text(mail, "id")))).await;
    assert!(page.body.contains("550 no such user"), "{}", page.body);

    world.mailbox.answer_with(Some(Delivery::Later("451 try again later".to_owned())));
    world.done(&world.owner(), "mails.resend", json!({ "mail_id": mail["id"] })).await;
    world.settle().await;
    let shown = world.done(&world.owner(), "mails.show", json!({ "mail_id": mail["id"] })).await;
    assert_eq!(shown["mail"]["state"], "queued", "{shown}");
    let waiting = json!({ "mail_id": mail["id"] });
    doors.refuse(&doors.owner, "mails.resend", waiting, says(409, "mails.on_its_way", "")).await;

    world.mailbox.answer_with(None);
    retry(world).await;
    assert_eq!(world.mailbox.to("new.member@example.org").len(), 1, "it goes out once the server takes it");
}

fn set_up(token: &str) -> Value {
    json!({
        "token": token, "owner_name": "Olga Owner", "owner_email": "olga@host.example", "owner_password": PASSWORD,
        "company_name": "Nordlicht", "company_street": "Kai 1", "company_postal_code": "24103", "company_city": "Kiel",
        "company_country": "DE", "company_email": "billing@host.example", "currency": "EUR", "time_zone": "Europe/Berlin",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_set_up_link_makes_no_second_owner() {
    let world = World::sqlite();
    let site = Site::of(&world.app);
    let first = ensure_setup_link(&world.db).await.unwrap().unwrap();
    let second = ensure_setup_link(&world.db).await.unwrap().unwrap();
    let send = |token: &str| read(site.rest("POST", "/setup", None).json(&set_up(token)));
    let before = State::of(&world).await;
    assert_eq!(send(&first).await.problem(409), "auth.link_expired", "a newer link ends the older");
    assert_eq!(send("never-made").await.problem(404), "auth.link_unknown");
    assert_eq!(before.changes(&State::of(&world).await), Vec::<String>::new());
    let mut visitor = Browser::default();
    let csrf = site.proof(&mut visitor, &format!("/setup?token={second}")).await;
    let page = format!("/setup?token={first}");
    let mut fields = vec![("_csrf", csrf.as_str()), ("_page", page.as_str())];
    let wrong = set_up(&first);
    fields.extend(wrong.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())));
    let form = read(site.post(&visitor, "/do/auth.set_up", &fields)).await;
    assert_eq!(form.status.as_u16(), 409, "{}", form.body);
    assert_eq!(before.changes(&State::of(&world).await), Vec::<String>::new());

    assert_eq!(send(&second).await.status.as_u16(), 200);
    assert_eq!(ensure_setup_link(&world.db).await.unwrap(), None, "an installation with an owner makes no link");
    let owned = State::of(&world).await;
    for token in [&first, &second] {
        let code = send(token).await.problem(409);
        assert!(code == "auth.link_used" || code == "auth.link_expired", "{code}");
    }
    assert_eq!(owned.changes(&State::of(&world).await), Vec::<String>::new());
}
