//! Nothing that somebody typed becomes a header: of an answer, of a download, of a
//! mail.

use hostwright_tests::{World, text, wish};
use serde_json::{Value, json};

use crate::input::doors::Doors;
use crate::input::files::{Part, upload};
use crate::surfaces::site::{Reply, read};

/// Texts that end a line and begin a header.
const BREAKS: &[&str] = &[
    "Ada\r\nBcc: victim@evil.example",
    "Ada\nX-Evil: yes",
    "Ada\rX-Evil: yes",
    "Ada\u{85}X-Evil: yes",
    "Ada\u{2028}X-Evil: yes",
    "Ada\r\n\r\n<script>alert(1)</script>",
];

#[track_caller]
fn check(about: &str, reply: &Reply) {
    assert!(reply.headers.get("x-evil").is_none(), "{about}: {:?}", reply.headers);
    for (name, value) in &reply.headers {
        let value = value.as_bytes();
        assert!(!value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{about}: {name}");
    }
    assert!(!reply.set_cookies().iter().any(|cookie| cookie.contains("evil")), "{about}: {:?}", reply.set_cookies());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_typed_text_becomes_a_header_of_an_answer() {
    let doors = Doors::sqlite().await;
    for typed in BREAKS {
        for field in ["_then", "_page", "name", "locale", "theme", "_key"] {
            let fields = [("_csrf", doors.carla.csrf.as_str()), ("_page", "/portal/account"), (field, *typed)];
            let reply = read(doors.site.post(&doors.carla.browser, "/do/auth.update_profile", &fields)).await;
            check(&format!("{field} {typed:?}"), &reply);
            let fields = [("_csrf", doors.carla.csrf.as_str()), (field, *typed), ("_page", "/portal")];
            check(field, &read(doors.site.post(&doors.carla.browser, "/preferences", &fields)).await);
        }
        let next = format!("/sign-in?next=/portal/{}", hostwright_frontend::page::encode(typed));
        check(&next, &read(doors.site.get(&doors.carla.browser, &next)).await);
        let nobody = crate::surfaces::site::Browser::default();
        let page = format!("/portal/{}", hostwright_frontend::page::encode(typed));
        check(&page, &read(doors.site.get(&nobody, &page)).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_a_file_stays_inside_its_header() {
    let doors = Doors::sqlite().await;
    let departments = doors.world.done(&doors.world.owner(), "departments.list", json!({})).await;
    let department = text(&departments["items"][0], "id");
    for name in
        ["a\"; filename=\"evil.html", "a\r\nX-Evil: yes.txt", "Grüße\u{202e}txt.exe", "a;b=c.txt", "%0d%0aX-Evil: yes"]
    {
        let ticket = json!({
            "department_id": department, "subject": "Help", "body": "Slow.",
            "files": [{ "name": name, "content_base64": "PHNjcmlwdD4=" }],
        });
        let opened = doors.world.done(&doors.customer.call, "tickets.open", ticket).await;
        let ticket_id = text(&opened["ticket"], "id");
        let shown = doors.world.done(&doors.customer.call, "tickets.show", json!({ "ticket_id": ticket_id })).await;
        let path = format!("/tickets/{ticket_id}/attachments/{}", text(&shown["messages"][0]["attachments"][0], "id"));
        let reply = read(doors.site.rest("GET", &path, Some(&doors.carla.token))).await;
        check(name, &reply);
        let told = reply.header("content-disposition");
        assert!(told.starts_with("attachment; filename=\"") && told.matches('"').count() == 2, "{name:?}: {told}");
        assert!(!told.contains(';') || told.matches(';').count() == 1, "{name:?}: {told}");
        assert!(!reply.header("content-type").contains("html"), "{name:?}: {}", reply.header("content-type"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    let sly = [
        Part { field: "department_id", file: None, bytes: department.as_bytes() },
        Part { field: "subject", file: None, bytes: b"Help\r\nBcc: victim@evil.example" },
        Part { field: "body", file: None, bytes: b"Slow." },
        Part { field: "files", file: Some("x.html"), bytes: b"<script>alert(1)</script>" },
    ];
    let reply = upload(&doors, &doors.carla, "tickets.open", &sly).await;
    check("upload", &reply);
}

fn with(mut input: Value, field: &str, value: &str) -> Value {
    input[field] = json!(value);
    input
}

/// Sends a text by every field whose value a mail carries; refused or not, no mail
/// may come of it that has more than one line in a header.
async fn mail_about(world: &World, typed: &str, number: usize) {
    let owner = world.owner();
    let shop = world.shop_again(number).await;
    let customer = world.customer(&format!("Carla{number}")).await;
    let member = format!("member{number}@example.org");
    let _perhaps = world
        .run(
            &owner,
            "customers.add_member",
            json!({ "customer_id": customer.id, "email": member, "name": typed, "role": "owner" }),
        )
        .await;
    let _perhaps =
        world.run(&owner, "customers.update", with(json!({ "customer_id": customer.id }), "company", typed)).await;
    let _perhaps = world.run(&owner, "settings.update", json!({ "brand_name": typed })).await;
    let departments = world.done(&owner, "departments.list", json!({})).await;
    let ticket = json!({
        "customer_id": customer.id, "department_id": departments["items"][0]["id"], "subject": typed, "body": typed,
    });
    let _perhaps = world.run(&customer.call, "tickets.open", ticket).await;
    let quote = world.done(&customer.call, "orders.quote", wish(&customer, &shop, "web1")).await;
    let order = world.done(&customer.call, "orders.place", json!({ "token": quote["token"] })).await;
    world.settle().await;
    world.pay(&text(&order, "invoice_id"), &format!("t-{number}")).await;
    world.settle().await;
    let suspend = json!({ "subscription_id": order["subscription_id"], "reason": typed });
    let _perhaps = world.run(&owner, "subscriptions.suspend", suspend).await;
    world.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_typed_text_becomes_a_header_of_a_mail_or_a_second_recipient() {
    let world = World::sqlite();
    world.set_up().await;
    world.shop().await;
    for (number, typed) in BREAKS.iter().enumerate() {
        mail_about(&world, typed, number).await;
    }
    let mails = world.mailbox.mails();
    assert!(mails.len() > 20, "{:?}", world.mailbox.subjects());
    assert!(
        mails.iter().any(|mail| mail.subject.contains("Ada") || mail.text.contains("Ada")),
        "the texts do reach mails"
    );
    for mail in mails {
        for (name, header) in
            [("subject", &mail.subject), ("from", &mail.from), ("from name", &mail.from_name), ("to", &mail.to)]
        {
            assert!(!header.chars().any(char::is_control), "{name}: {header:?}");
        }
        assert_eq!(mail.to.matches('@').count(), 1, "{}", mail.to);
        assert!(!mail.to.contains("evil.example"), "{}", mail.to);
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
    }
}
