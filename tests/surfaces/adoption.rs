//! Guests that were found: taken over by a script over REST, and by a person with plain forms.

use hostwright_tests::simulator::a_guest;
use hostwright_tests::{World, on_both_engines, text};
use serde_json::json;

use super::site::{Browser, Site, hidden, read};
use super::town::sign_in;

/// A shop with two guests of somebody else on its node; the owner's session and the customer.
async fn ground(world: &World) -> (String, hostwright_tests::Shop, hostwright_tests::Customer) {
    world.set_up().await;
    let session = sign_in(world, "olga@host.example").await.0;
    let shop = world.shop().await;
    let customer = world.customer("Anna").await;
    for (name, number, address) in [("legacy", 0x21, "198.51.100.33"), ("second", 0x22, "198.51.100.34")] {
        world.hypervisor.place(&shop.node_id, a_guest(name, number, address));
    }
    (session, shop, customer)
}

on_both_engines! {
    async fn a_script_finds_a_guest_and_takes_it_over(world) {
        let (token, shop, customer) = ground(world).await;
        let site = Site::of(&world.app);
        let node = &shop.node_id;
        let task = read(site.rest("POST", &format!("/nodes/{node}/survey"), Some(&token)).json(&json!({}))).await;
        assert_eq!((task.status.as_u16(), text(&task.json(), "title")), (200, "adoption-survey".to_owned()), "{}", task.body);
        world.settle().await;
        let task = read(site.rest("GET", &format!("/tasks/{}", text(&task.json(), "id")), Some(&token))).await.json();
        let steps: Vec<&str> = task["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(steps, ["look_at_guests", "record_guests"]);
        assert!(text(&task["steps"][1], "detail").starts_with("2 found"), "{task}");

        let list = read(site.rest("GET", &format!("/nodes/{node}/found?standing=found"), Some(&token))).await.json();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{list}");
        let found = list["items"].as_array().unwrap().iter().find(|one| one["guest"]["name"] == "legacy").unwrap();
        assert_eq!((found["is_open"].clone(), found["guest"]["state"].clone()), (json!(true), json!("running")));
        let id = text(found, "id");
        let adopt = format!("/found/{id}/adopt");
        let wrong = read(site.rest("POST", &adopt, Some(&token)).json(&json!({}))).await;
        assert_eq!(wrong.json()["code"], "adoption.payer_needed", "{}", wrong.body);
        let sold = json!({ "customer_id": customer.id, "price_id": shop.price_id, "billed_until": "2027-03-01" });
        let asked = read(site.rest("POST", &adopt, Some(&token)).header("Idempotency-Key", "take-1").json(&sold)).await;
        assert_eq!((asked.status.as_u16(), asked.json()["standing"].clone()), (200, json!("adopting")), "{}", asked.body);
        let again = read(site.rest("POST", &adopt, Some(&token)).header("Idempotency-Key", "take-1").json(&sold)).await;
        assert_eq!(again.json(), asked.json());
        assert_eq!(read(site.rest("POST", &adopt, Some(&token)).json(&sold)).await.problem(409), "adoption.not_open");
        world.settle().await;
        let shown = read(site.rest("GET", &format!("/found/{id}"), Some(&token))).await.json();
        assert_eq!(shown["standing"], "adopted", "{shown}");
        assert!(text(&shown, "document").contains("<name>legacy</name>"));
        let server = world.done(&customer.call, "servers.show", json!({ "server_id": shown["server_id"] })).await;
        assert_eq!((text(&server, "hostname"), text(&server, "state")), ("legacy".to_owned(), "running".to_owned()));
        assert_eq!(world.hypervisor.acts("legacy"), Vec::<&str>::new());
        assert_eq!(world.breaks().await, Vec::<String>::new());
        // The month that was told comes, and is billed like any other.
        world.days_pass(30).await;
        let invoices = world.done(&customer.call, "invoices.list", json!({})).await;
        assert_eq!(invoices["items"].as_array().map(Vec::len), Some(1), "{invoices}");
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let audit = world.done(&world.owner(), "audit.list", json!({ "search": "adoption.adopt" })).await;
        assert_eq!(audit["items"].as_array().map(Vec::len), Some(1), "{audit}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_takes_a_guest_over_with_plain_forms() {
    let world = World::sqlite();
    let (session, shop, customer) = ground(&world).await;
    let site = Site::of(&world.app);
    let mut browser = Browser::signed_in(&session);
    let node_page = format!("/staff/nodes/{}", shop.node_id);
    let page = site.visit(&mut browser, &node_page).await;
    assert!(page.body.contains("Guests found") && page.body.contains("No guests found"), "{}", page.body);
    let csrf = hidden(&page.body, "_csrf").unwrap();
    let fields = [("_csrf", csrf.as_str()), ("_page", &node_page), ("node_id", &shop.node_id)];
    let sent = read(site.post(&browser, "/do/adoption.survey", &fields)).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, node_page.as_str()), "{}", sent.body);
    world.settle().await;
    let page = site.visit(&mut browser, &node_page).await.body;
    assert!(page.contains(">legacy<") && page.contains("198.51.100.33") && page.contains("second"), "{page}");
    assert!(!page.contains("Machines that are not ours"), "{page}");

    let found = world.done(&world.owner(), "adoption.list", json!({ "node_id": shop.node_id })).await;
    let found = found["items"].as_array().unwrap().iter().find(|one| one["guest"]["name"] == "legacy").unwrap().clone();
    let id = text(&found, "id");
    let found_page = format!("{node_page}/found/{id}");
    let page = site.visit(&mut browser, &found_page).await;
    assert_eq!(page.status.as_u16(), 200);
    for word in
        ["Take it over", "Leave it alone", "/images/legacy.qcow2", "52:54:00:00:00:21", "leased to it", "Small: "]
    {
        assert!(page.body.contains(word), "{word} is not on {found_page}: {}", page.body);
    }
    let csrf = hidden(&page.body, "_csrf").unwrap();
    let send = |browser: &Browser, action: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("_csrf", csrf.as_str()), ("_page", found_page.as_str()), ("found_id", id.as_str())];
        fields.extend(more);
        site.post(browser, &format!("/do/{action}"), &fields)
    };
    let empty = read(send(&browser, "adoption.adopt", &[("subscription_id", "")])).await;
    assert!(empty.body.contains("Say either a subscription"), "{} {}", empty.status, empty.body);
    read(send(&browser, "adoption.ignore", &[("ignored", "yes")])).await;
    assert!(site.visit(&mut browser, &found_page).await.body.contains("Left alone"));
    read(send(&browser, "adoption.ignore", &[("ignored", "no")])).await;
    let sold = [
        ("customer_id", customer.id.as_str()),
        ("price_id", shop.price_id.as_str()),
        ("billed_until", "2027-03-01"),
        ("hostname", ""),
        ("addresses", ""),
    ];
    let sent = read(send(&browser, "adoption.adopt", &sold)).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, found_page.as_str()), "{}", sent.body);
    assert!(site.visit(&mut browser, &found_page).await.body.contains("Being taken over"));
    world.settle().await;
    let page = site.visit(&mut browser, &found_page).await.body;
    assert!(page.contains("Taken over") && page.contains("/staff/servers/srv_"), "{page}");
    let list = site.visit(&mut browser, &node_page).await.body;
    assert!(list.contains("Taken over"), "{list}");
    let pools = world.done(&world.owner(), "addresses.pools", json!({})).await;
    let pool_page = format!("/staff/addresses/{}?search=198.51.100.34", text(&pools["items"][0], "id"));
    let pool = site.visit(&mut browser, &pool_page).await.body;
    assert!(pool.contains("In use by second, which is not ours"), "{pool}");
    // Not for customers.
    let theirs = world.run(&customer.call, "adoption.list", json!({ "node_id": shop.node_id })).await;
    assert_eq!(theirs.unwrap_err().code(), "auth.not_permitted");
}
