//! What people do in a browser, from the first page to the last.
#![allow(clippy::disallowed_methods, reason = "tests")]

mod panel;
mod visitor;

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_tests::text;
use panel::{Business, CUSTOMER, OWNER, PASSWORD, Panel};
use serde_json::{Value, json};
use visitor::Visitor;

use crate::surfaces::town::{domain_with_zone, found_guest, old_mail, old_panel};

/// A journey that is made with and without JavaScript.
macro_rules! journeys {
    ($(async fn $name:ident($panel:ident, $visitor:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn make($panel: &Panel, $visitor: &mut Visitor) $body

            async fn run(scripts: bool) {
                let panel = Panel::start();
                let mut visitor = Visitor::open(&panel, scripts).await;
                make(&panel, &mut visitor).await;
                visitor.leave().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_javascript() {
                run(true).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn without_javascript() {
                run(false).await;
            }
        })+
    };
}

journeys! {
    async fn the_first_visitor_sets_everything_up(panel, visitor) {
        let world = &panel.world;
        let token = hostwright_panel::auth::links::ensure_setup_link(&world.db).await.unwrap().unwrap();
        visitor.go(&format!("/setup?token={token}")).await;
        for (field, value) in [
            ("owner_name", "Olga Owner"), ("owner_email", OWNER), ("owner_password", PASSWORD),
            ("company_name", "Nordlicht Hosting GmbH"), ("company_street", "Kaistraße 1"), ("company_postal_code", "24103"),
            ("company_city", "Kiel"), ("company_email", "billing@host.example"),
        ] {
            visitor.fill("auth.set_up", field, value).await;
        }
        visitor.choose("auth.set_up", "company_country", "DE").await;
        visitor.press("auth.set_up").await;
        visitor.arrives("/setup/node").await;
        visitor.fill("nodes.register", "name", "node1").await;
        visitor.choose("nodes.register", "hypervisor", "test").await;
        visitor.choose("nodes.register", "acceleration", "emulation").await;
        visitor.fill("nodes.register", "uri", "test:///default").await;
        visitor.press("nodes.register").await;
        visitor.fill("addresses.create_pool", "cidr", "198.51.100.0/24").await;
        visitor.fill("addresses.create_pool", "gateway", "198.51.100.1").await;
        visitor.press("addresses.create_pool").await;
        visitor.follow("/setup/plan").await;
        visitor.fill("images.register", "name", "Debian 12").await;
        visitor.fill("images.register", "family", "debian").await;
        visitor.fill("images.register", "disk", "/images/debian-12.qcow2").await;
        visitor.press("images.register").await;
        visitor.fill("plans.create", "name", "Small").await;
        visitor.press("plans.create").await;
        visitor.fill("plans.set_price", "amount", "10.00").await;
        visitor.press("plans.set_price").await;
        visitor.follow("/setup/done").await;
        let plans = world.done(&world.owner(), "plans.list", json!({})).await;
        assert_eq!(plans["items"][0]["prices"][0]["amount"]["minor"], 1000, "{plans}");
        visitor.follow("/staff").await;
        visitor.arrives("/staff").await;
    }

    async fn somebody_signs_up_confirms_and_signs_in(panel, visitor) {
        panel.world.set_up().await;
        visitor.go("/sign-up").await;
        for (field, value) in [("name", "Nora New"), ("email", "nora@new.example"), ("password", PASSWORD), ("city", "Kiel")] {
            visitor.fill("auth.sign_up", field, value).await;
        }
        visitor.press("auth.sign_up").await;
        visitor.arrives("/signed-up").await;
        let token = panel.mailed("nora@new.example", "/confirm/").await;
        visitor.go(&format!("/confirm/{token}")).await;
        visitor.press("auth.confirm_mail").await;
        visitor.arrives("/sign-in").await;
        visitor.signs_in("nora@new.example").await;
        visitor.arrives("/portal").await;
        visitor.reads("Nora New").await;
    }

    async fn a_customer_orders_a_server(panel, visitor) {
        panel.open_for_business().await;
        visitor.signs_in(CUSTOMER).await;
        visitor.arrives("/portal").await;
        visitor.go("/portal/order").await;
        visitor.follow("/portal/order?customer_id=").await;
        visitor.fill("orders.quote", "hostname", "web1.example.org").await;
        visitor.press("orders.quote").await;
        visitor.arrives("/portal/order/confirm").await;
        // 10.00 and 5.00 once, with 19 % tax.
        visitor.reads("17.85").await;
        visitor.press("orders.place").await;
        visitor.arrives("/portal/invoices/").await;
        visitor.reads("17.85").await;
        let orders = panel.world.done(&panel.world.owner(), "orders.list", json!({})).await;
        assert_eq!(orders["items"].as_array().unwrap().len(), 1, "{orders}");
        visitor.go("/portal/servers").await;
        visitor.reads("web1.example.org").await;
    }

    async fn staff_record_a_transfer_and_the_server_is_built(panel, visitor) {
        let business = panel.open_for_business().await;
        let order = panel.ordered(&business, "web1.example.org").await;
        let invoice_id = text(&order, "invoice_id");
        visitor.signs_in(OWNER).await;
        visitor.arrives("/staff").await;
        visitor.go(&format!("/staff/payments/new?customer_id={}&invoice_id={invoice_id}", business.customer_id)).await;
        visitor.fill("payments.record", "reference", "transfer of today").await;
        visitor.press("payments.record").await;
        visitor.arrives("/staff/customers/").await;
        panel.server_is("running").await;
        visitor.go(&format!("/staff/invoices/{invoice_id}")).await;
        visitor.reads("Paid").await;
        visitor.go("/staff/servers").await;
        visitor.reads("Running").await;
    }

    async fn a_customer_stops_and_starts_a_server(panel, visitor) {
        let business = panel.open_for_business().await;
        let server_id = text(&running(panel, &business).await, "id");
        visitor.signs_in(CUSTOMER).await;
        visitor.arrives("/portal").await;
        visitor.go(&format!("/portal/servers/{server_id}")).await;
        visitor.reads("Running").await;
        visitor.press("servers.shut_down").await;
        panel.server_is("shut_off").await;
        visitor.go(&format!("/portal/servers/{server_id}")).await;
        visitor.press("servers.start").await;
        panel.server_is("running").await;
        visitor.reads("Running").await;
    }

    async fn a_customer_asks_and_staff_answer(panel, visitor) {
        panel.open_for_business().await;
        visitor.signs_in(CUSTOMER).await;
        visitor.arrives("/portal").await;
        visitor.go("/portal/tickets/new").await;
        let departments = panel.world.done(&panel.world.owner(), "departments.list", json!({})).await;
        visitor.choose("tickets.open", "department_id", &text(&departments["items"][0], "id")).await;
        visitor.fill("tickets.open", "subject", "Is there IPv6?").await;
        visitor.fill("tickets.open", "body", "I would like some.").await;
        visitor.press("tickets.open").await;
        visitor.arrives("/portal/tickets/tic_").await;
        let place = visitor.path().await;
        let mut staff = Visitor::open(panel, true).await;
        staff.signs_in(OWNER).await;
        staff.arrives("/staff").await;
        staff.go("/staff/tickets").await;
        staff.reads("Is there IPv6?").await;
        staff.go(&place.replace("/portal/", "/staff/")).await;
        staff.fill("tickets.reply", "body", "There is: as much as you like.").await;
        staff.press("tickets.reply").await;
        staff.reads("as much as you like").await;
        staff.leave().await;
        visitor.go(&place).await;
        visitor.reads("as much as you like").await;
    }

    async fn staff_follow_a_task(panel, visitor) {
        let business = panel.open_for_business().await;
        running(panel, &business).await;
        visitor.signs_in(OWNER).await;
        visitor.arrives("/staff").await;
        visitor.go("/staff/tasks").await;
        visitor.follow("/staff/tasks/").await;
        visitor.arrives("/staff/tasks/").await;
        visitor.reads("Done").await;
    }
}

/// A server that was ordered, paid and built.
async fn running(panel: &Panel, business: &Business) -> Value {
    let order = panel.ordered(business, "web1.example.org").await;
    panel.world.pay(&text(&order, "invoice_id"), "transfer 1").await;
    panel.server_is("running").await
}

/// Where the values of a path come from: each is the id of the first in a list.
const IDS: &[(&str, &str)] = &[
    ("server_id", "servers.list"),
    ("invoice_id", "invoices.list"),
    ("ticket_id", "tickets.list"),
    ("subscription_id", "subscriptions.list"),
    ("task_id", "tasks.list"),
    ("node_id", "nodes.list"),
    ("pool_id", "addresses.pools"),
    ("plan_id", "plans.list"),
    ("customer_id", "customers.list"),
    ("mail_id", "mails.list"),
    ("person_id", "people.list"),
];

/// Every page of an area, with an id wherever its path asks for one; a page that
/// cannot be reached fails the test.
async fn places(panel: &Panel, business: &Business, objects: &[(&str, String)], area: &str) -> Vec<String> {
    let world = &panel.world;
    let call = match area {
        "/portal" => world.member(&business.customer_id, MemberRole::Owner),
        _ => world.owner(),
    };
    let shop = &business.shop;
    let wish = json!({
        "customer_id": business.customer_id, "plan_id": shop.plan_id, "price_id": shop.price_id,
        "image_id": shop.image_id, "hostname": "db3.example.org", "renewal": "automatic", "ssh_keys": [],
    });
    let token = text(&world.done(&call, "orders.quote", wish).await, "token");
    let mut places = Vec::new();
    for route in hostwright_frontend::routes().iter().filter(|route| route.path.starts_with(area)) {
        let mut place =
            objects.iter().fold(route.path.to_owned(), |place, (name, id)| place.replace(&format!("{{{name}}}"), id));
        for (name, list) in IDS {
            let hole = format!("{{{name}}}");
            if place.contains(&hole) {
                place = place.replace(&hole, &first(panel, business, &call, list).await);
            }
        }
        assert!(!place.contains('{'), "nobody knows what to put into {place}");
        if place.ends_with("/confirm") {
            place = format!("{place}?token={token}");
        }
        places.push(place);
    }
    let (customer, price) = (&business.customer_id, &shop.price_id);
    places.push(match area {
        "/portal" => format!("/portal/order?price_id={price}"),
        _ => format!("/staff/orders/new?customer_id={customer}&price_id={price}"),
    });
    if area == "/staff" {
        places.push(format!("/staff/payments/new?customer_id={customer}"));
        places.push(format!("/staff/invoices/new?customer_id={customer}"));
    }
    places
}

/// The id of the most telling thing in a list.
async fn first(panel: &Panel, business: &Business, call: &Call, list: &str) -> String {
    let found = panel.world.done(call, list, json!({})).await;
    let all = found["items"].as_array().unwrap();
    let telling = |item: &&Value| item["state"] == "running" || item["id"] == business.customer_id.as_str();
    let item = all.iter().find(telling).unwrap_or(&found["items"][0]);
    let id = [&item["id"], &item["ticket"]["id"], &item["invoice"]["id"]].into_iter().find_map(Value::as_str);
    id.unwrap_or_else(|| panic!("no id in {list}: {found}")).to_owned()
}

/// A panel where something has happened.
async fn lively() -> (Panel, Business, Vec<(&'static str, String)>) {
    let panel = Panel::start();
    let business = panel.open_for_business().await;
    running(&panel, &business).await;
    for (name, memory, disk, amount) in [("Medium", 4096, 40, "18.00"), ("Large", 8192, 80, "34.00")] {
        let owner = panel.world.owner();
        let plan = json!({
            "name": name, "description": "For shops and databases", "vcpus": memory / 2048, "memory_mib": memory,
            "disk_gib": disk, "traffic_gib": 0, "private": false, "renewal_choices": ["automatic", "expire"],
        });
        let plan = panel.world.done(&owner, "plans.create", plan).await;
        let price = json!({ "plan_id": plan["id"], "currency": "EUR", "months": 1, "amount": amount, "setup": "0.00" });
        panel.world.done(&owner, "plans.set_price", price).await;
    }
    for (name, host) in [
        ("Bakery Braun", "shop.bakery.example"),
        ("Anna Arendt", "cloud.arendt.example"),
        ("Otto Ltd", "mail.otto.example"),
    ] {
        let customer = panel.world.customer(name).await;
        let order = panel.world.order(&customer, &business.shop, host).await;
        panel.world.days_pass(3).await;
        panel.world.pay(&text(&order, "invoice_id"), &format!("transfer of {name}")).await;
    }
    panel.ordered(&business, "db2.example.org").await;
    let departments = panel.world.done(&panel.world.owner(), "departments.list", json!({})).await;
    let ticket = json!({
        "department_id": departments["items"][0]["id"], "subject": "Is there IPv6?", "body": "I would like some.",
        "customer_id": business.customer_id,
    });
    panel.as_customer(&business, "tickets.open", ticket).await;
    let mut objects = old_panel(&panel.world).await.to_vec();
    objects.extend(old_mail(&panel.world).await);
    let servers = json!({ "name_servers": ["ns1.host.example"], "hostmaster": "hostmaster@host.example" });
    panel.world.done(&panel.world.owner(), "zones.set_settings", servers).await;
    objects.extend(domain_with_zone(&panel.world, &business.customer_id, "shop.example.org").await);
    objects.push(found_guest(&panel.world, &business.shop.node_id).await);
    (panel, business, objects)
}

async fn visit_every_page(area: &str, email: &str) {
    let (panel, business, objects) = lively().await;
    let mut visitor = Visitor::open(&panel, true).await;
    visitor.signs_in(email).await;
    visitor.arrives(area).await;
    visit(visitor, places(&panel, &business, &objects, area).await).await;
}

async fn visit(mut visitor: Visitor, places: Vec<String>) {
    let mut wide = Vec::new();
    for place in places {
        visitor.go(&place).await;
        if let Some(found) = visitor.too_wide_for_a_phone().await {
            wide.push(format!("{place}: {found}"));
        }
    }
    visitor.leave().await;
    assert!(wide.is_empty(), "wider than 390 pixels:\n{}", wide.join("\n"));
}

mod every_page_fits_a_phone {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_staff() {
        visit_every_page("/staff", OWNER).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_the_portal() {
        visit_every_page("/portal", CUSTOMER).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn at_the_door() {
        let panel = Panel::start();
        panel.open_for_business().await;
        let (world, nobody) = (&panel.world, panel.world.anonymous());
        world.done(&nobody, "auth.request_reset", json!({ "email": CUSTOMER })).await;
        let reset = panel.mailed(CUSTOMER, "/reset/").await;
        let newcomer = json!({ "name": "Stef Staff", "email": "stef@host.example", "role": "support" });
        world.done(&world.owner(), "people.invite", newcomer).await;
        let invite = panel.mailed("stef@host.example", "/invite/").await;
        let visitor = Visitor::open(&panel, true).await;
        let places = ["/sign-in", "/sign-up", "/signed-up", "/reset"].map(str::to_owned).into_iter();
        let links = [format!("/reset/{reset}"), format!("/invite/{invite}")];
        visit(visitor, places.chain(links).collect()).await;
    }
}
