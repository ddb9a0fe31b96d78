//! Support conversations on a real database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::tickets;
use hostwright_tests::{Customer, World, on_both_engines, text};
use serde_json::{Value, json};

/// The first department of an installation that is set up.
async fn department(world: &World) -> String {
    let all = world.done(&world.owner(), "departments.list", json!({})).await;
    text(&all["items"][0], "id")
}

/// A ticket of the customer; its id.
async fn open(world: &World, customer: &Customer, subject: &str) -> String {
    let department_id = department(world).await;
    let opened = world
        .done(
            &customer.call,
            "tickets.open",
            json!({ "department_id": department_id, "subject": subject, "body": "It is slow." }),
        )
        .await;
    text(&opened["ticket"], "id")
}

fn file(name: &str, content: &[u8]) -> Value {
    json!({ "name": name, "content_base64": STANDARD.encode(content) })
}

async fn state(world: &World, id: &str) -> String {
    let shown = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": id })).await;
    text(&shown["ticket"], "state")
}

on_both_engines! {
    async fn a_ticket_goes_back_and_forth(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let support = world.staff(StaffRole::Support);
        let id = open(world, &ada, "My server is slow").await;
        assert_eq!(state(world, &id).await, "open");

        let answered = world.done(&support, "tickets.reply", json!({ "ticket_id": id, "body": "Since when?" })).await;
        assert_eq!(answered["ticket"]["state"], "answered");
        let asked = world.done(&ada.call, "tickets.reply", json!({ "ticket_id": id, "body": "Since noon." })).await;
        assert_eq!(asked["ticket"]["state"], "waiting");
        let closed = world.done(&ada.call, "tickets.close", json!({ "ticket_id": id })).await;
        assert_eq!(closed["state"], "closed");
        assert_eq!(world.refused(&support, "tickets.close", json!({ "ticket_id": id })).await, "tickets.already_closed");

        world.done(&ada.call, "tickets.reply", json!({ "ticket_id": id, "body": "Again." })).await;
        assert_eq!(state(world, &id).await, "waiting", "a reply opens it again");
        world.done(&support, "tickets.close", json!({ "ticket_id": id })).await;
        world.done(&support, "tickets.reply", json!({ "ticket_id": id, "body": "One more thing." })).await;
        assert_eq!(state(world, &id).await, "answered");

        let shown = world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await;
        let bodies: Vec<&str> = shown["messages"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap()).collect();
        assert_eq!(bodies, ["It is slow.", "Since when?", "Since noon.", "Again.", "One more thing."]);
        assert_eq!(shown["ticket"]["number"], 1);
        assert_eq!(shown["ticket"]["customer_name"], "Ada");
    }

    async fn what_is_written_is_mailed_to_the_other_side(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "My server is slow").await;
        world.done(&world.owner(), "tickets.reply", json!({ "ticket_id": id, "body": "Since when?" })).await;
        world.done(&ada.call, "tickets.reply", json!({ "ticket_id": id, "body": "Since noon." })).await;
        world.settle().await;
        let to_ada: Vec<String> = world.mailbox.to("ada@example.org").into_iter().map(|mail| mail.subject).collect();
        assert_eq!(to_ada, ["[#1] My server is slow", "[#1] Answer: My server is slow"]);
        let to_staff = world.mailbox.to("billing@host.example");
        assert_eq!(to_staff.len(), 2);
        assert!(to_staff[1].text.contains("Since noon."));
        assert!(to_staff[1].text.contains(&format!("/{id}")), "{}", to_staff[1].text);
    }

    async fn an_internal_note_is_seen_by_no_customer_on_any_surface(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "Refund").await;
        let before = world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await;
        let listed = world.done(&ada.call, "tickets.list", json!({})).await;

        let noted = world
            .done(
                &world.staff(StaffRole::Billing),
                "tickets.note",
                json!({ "ticket_id": id, "body": "Do not refund: fraud list.", "files": [file("proof.txt", b"the list")] }),
            )
            .await;
        world.settle().await;

        let after = world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await;
        assert_eq!(before, after, "nothing that the customer sees changes");
        assert_eq!(listed, world.done(&ada.call, "tickets.list", json!({})).await);
        for words in ["fraud", "proof"] {
            let found = world.done(&ada.call, "tickets.list", json!({ "search": words })).await;
            assert_eq!(found["items"], json!([]));
        }
        assert!(world.mailbox.mails().iter().all(|mail| !mail.text.contains("fraud") && !mail.html.contains("fraud")));

        let staff = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": id })).await;
        let note = staff["messages"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&note["internal"], &note["id"]), (&json!(true), &noted["message_id"]));
        let wanted = json!({ "ticket_id": id, "attachment_id": note["attachments"][0]["id"] });
        assert_eq!(world.refused(&ada.call, "tickets.attachment", wanted.clone()).await, "request.not_found");
        assert_eq!(world.done(&world.owner(), "tickets.attachment", wanted).await["size"], 8);
        let attempt = json!({ "ticket_id": id, "body": "me too" });
        assert_eq!(world.refused(&ada.call, "tickets.note", attempt).await, "auth.not_permitted");
    }

    async fn a_ticket_of_somebody_else_is_not_found(world) {
        world.set_up().await;
        let (ada, eve) = (world.customer("Ada").await, world.customer("Eve").await);
        let id = open(world, &ada, "Private").await;
        let reply = world
            .done(&ada.call, "tickets.reply", json!({ "ticket_id": id, "body": "See file", "files": [file("a.txt", b"mine")] }))
            .await;
        let shown = world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await;
        let attachment = shown["messages"][1]["attachments"][0]["id"].clone();
        assert_eq!(shown["messages"][1]["id"], reply["message_id"]);

        let other = open(world, &eve, "Mine").await;
        for (action, input) in [
            ("tickets.show", json!({ "ticket_id": id })),
            ("tickets.reply", json!({ "ticket_id": id, "body": "hello" })),
            ("tickets.close", json!({ "ticket_id": id })),
            ("tickets.attachment", json!({ "ticket_id": id, "attachment_id": attachment })),
            // The file of one ticket under the address of another.
            ("tickets.attachment", json!({ "ticket_id": other, "attachment_id": attachment })),
        ] {
            assert_eq!(world.refused(&eve.call, action, input).await, "request.not_found", "{action}");
        }
        let for_ada = json!({
            "customer_id": ada.id, "department_id": department(world).await, "subject": "x", "body": "y",
        });
        assert_eq!(world.refused(&eve.call, "tickets.open", for_ada).await, "request.not_found");
        let listed = world.done(&eve.call, "tickets.list", json!({ "customer_id": ada.id })).await;
        assert_eq!(listed["items"], json!([]));
        assert_eq!(state(world, &id).await, "waiting");
    }

    async fn somebody_without_a_customer_reaches_nothing(world) {
        world.set_up().await;
        let nobody = world.anonymous();
        assert_eq!(world.refused(&nobody, "tickets.list", json!({})).await, "auth.sign_in_required");
        let mut stray = world.member("cus_00000000000000000000000000000001", MemberRole::Member);
        let listed = world.done(&stray, "tickets.list", json!({})).await;
        assert_eq!(listed["items"], json!([]));
        if let hostwright_panel::auth::call::Actor::Person(person) = &mut stray.actor {
            person.memberships.clear();
        }
        assert_eq!(world.refused(&stray, "tickets.list", json!({})).await, "auth.not_permitted");
    }

    async fn a_customer_opens_for_itself_and_staff_for_anybody(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let department_id = department(world).await;
        let wish = json!({ "department_id": department_id, "subject": "Phone call", "body": "She called." });
        assert_eq!(world.refused(&world.owner(), "tickets.open", wish.clone()).await, "tickets.customer_required");
        let mut named = wish.clone();
        named["customer_id"] = json!(ada.id);
        named["priority"] = json!("urgent");
        let opened = world.done(&world.owner(), "tickets.open", named.clone()).await;
        assert_eq!(opened["ticket"]["customer_id"], json!(ada.id));
        assert_eq!(world.refused(&ada.call, "tickets.open", named.clone()).await, "tickets.urgent_by_staff");
        named["customer_id"] = json!("cus_00000000000000000000000000000009");
        let code = world.refused(&world.owner(), "tickets.open", named).await;
        assert!(code.ends_with("not_found"), "{code}");
        let mut elsewhere = wish.clone();
        elsewhere["server_id"] = json!("srv_00000000000000000000000000000009");
        assert_eq!(world.refused(&ada.call, "tickets.open", elsewhere).await, "tickets.server_unknown");
        let mut lost = wish;
        lost["department_id"] = json!("dep_00000000000000000000000000000009");
        assert_eq!(world.refused(&ada.call, "tickets.open", lost).await, "tickets.department_unknown");
    }

    async fn a_file_comes_back_as_it_was_under_our_name_and_type(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "Files").await;
        let page = b"<script>alert(1)</script>";
        let files = json!([file("../../evil.html", page), file("notes.txt", "Grüße\n".as_bytes())]);
        world.done(&ada.call, "tickets.reply", json!({ "ticket_id": id, "body": "<b>two</b> files", "files": files })).await;
        let shown = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": id })).await;
        assert_eq!(shown["messages"][1]["body"], "<b>two</b> files", "stored as it was written");
        let kept = &shown["messages"][1]["attachments"];
        assert_eq!((&kept[0]["name"], &kept[0]["content_type"]), (&json!("evil.html"), &json!("application/octet-stream")));
        assert_eq!((&kept[1]["name"], &kept[1]["content_type"]), (&json!("notes.txt"), &json!("text/plain; charset=utf-8")));
        assert_eq!((&kept[0]["size_bytes"], kept[0]["sha256"].as_str().unwrap().len()), (&json!(page.len()), 64));
        let input = serde_json::from_value(json!({ "ticket_id": id, "attachment_id": kept[0]["id"] })).unwrap();
        let file = tickets::queries::attachment(&ada.call, input).await.unwrap();
        assert_eq!(file.bytes, page);
        assert_eq!(file.name, "evil.html");
        let many = json!({ "ticket_id": id, "body": "x", "files": vec![file_of_one_byte(); 6] });
        assert_eq!(world.refused(&ada.call, "tickets.reply", many).await, "tickets.too_many_files");
    }

    async fn staff_assigns_and_the_customer_does_not_see_to_whom(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "Who").await;
        let olga = text(&world.done(&world.owner(), "people.list", json!({})).await["items"][0], "id");
        let support = world.staff(StaffRole::Support);
        let before = world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await;
        let assigned = world.done(&support, "tickets.assign", json!({ "ticket_id": id, "assigned_to": olga })).await;
        assert_eq!((&assigned["assigned_to"], &assigned["assigned_name"]), (&json!(olga), &json!("Olga Owner")));
        assert_eq!(before, world.done(&ada.call, "tickets.show", json!({ "ticket_id": id })).await);
        let mine = world.done(&support, "tickets.list", json!({ "assigned_to": olga })).await;
        assert_eq!(mine["items"].as_array().unwrap().len(), 1);

        let high = world.done(&support, "tickets.assign", json!({ "ticket_id": id, "priority": "urgent" })).await;
        assert_eq!((&high["priority"], &high["assigned_to"]), (&json!("urgent"), &json!(olga)));
        let freed = world.done(&support, "tickets.assign", json!({ "ticket_id": id, "assigned_to": "" })).await;
        assert_eq!(freed["assigned_to"], Value::Null);
        let stranger = json!({ "ticket_id": id, "assigned_to": "per_00000000000000000000000000000002" });
        assert_eq!(world.refused(&support, "tickets.assign", stranger).await, "tickets.assignee_unknown");
        assert_eq!(world.refused(&support, "tickets.assign", json!({ "ticket_id": id })).await, "tickets.nothing_to_assign");
        let by_customer = json!({ "ticket_id": id, "priority": "low" });
        assert_eq!(world.refused(&ada.call, "tickets.assign", by_customer).await, "auth.not_permitted");
    }

    async fn tickets_are_found_by_number_subject_state_and_department(world) {
        world.set_up().await;
        let (ada, bob) = (world.customer("Ada").await, world.customer("Bob").await);
        let all = world.done(&world.owner(), "departments.list", json!({})).await;
        let billing = text(&all["items"][1], "id");
        for (customer, subject) in [(&ada, "Disk 100% full"), (&ada, "Slow"), (&bob, "Slow disk"), (&bob, "Under_score"), (&bob, "Bill")] {
            open(world, customer, subject).await;
        }
        let last = world.done(&world.owner(), "tickets.list", json!({ "limit": 1 })).await;
        let last_id = text(&last["items"][0], "id");
        world.done(&world.owner(), "tickets.assign", json!({ "ticket_id": last_id, "department_id": billing })).await;
        world.done(&world.owner(), "tickets.reply", json!({ "ticket_id": last_id, "body": "Here." })).await;
        let numbers = async |input: Value| -> Vec<i64> {
            let page = world.done(&world.owner(), "tickets.list", input).await;
            page["items"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()).collect()
        };
        assert_eq!(numbers(json!({ "search": "#2" })).await, [2]);
        assert_eq!(numbers(json!({ "search": "100%" })).await, [1]);
        assert_eq!(numbers(json!({ "search": "r_s" })).await, [4]);
        assert_eq!(numbers(json!({ "search": "SLOW" })).await, [3, 2]);
        assert_eq!(numbers(json!({ "state": "answered" })).await, [5]);
        assert_eq!(numbers(json!({ "department_id": billing })).await, [5]);
        assert_eq!(numbers(json!({ "customer_id": ada.id })).await, [2, 1]);

        let mut walked = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = world.done(&world.owner(), "tickets.list", json!({ "limit": 2, "after": after })).await;
            walked.extend(page["items"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()));
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(walked, [5, 4, 3, 2, 1]);
        assert_eq!(world.refused(&world.owner(), "tickets.list", json!({ "after": "nonsense" })).await, "request.invalid");
    }

    async fn departments_have_different_names_and_hide_their_address(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let sales = json!({ "name": "Sales", "email": "sales@host.example" });
        world.done(&world.owner(), "departments.create", sales.clone()).await;
        assert_eq!(world.refused(&world.owner(), "departments.create", sales).await, "tickets.department_taken");
        assert_eq!(world.refused(&world.staff(StaffRole::Support), "departments.create", json!({ "name": "X" })).await, "auth.not_permitted");
        let seen = world.done(&ada.call, "departments.list", json!({})).await;
        let names: Vec<&str> = seen["items"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Support", "Billing", "Sales"]);
        assert!(seen["items"].as_array().unwrap().iter().all(|d| d["email"].is_null()));
        let staff = world.done(&world.owner(), "departments.list", json!({ "search": "sal" })).await;
        assert_eq!(staff["items"][0]["email"], "sales@host.example");
    }

    async fn a_customer_cannot_flood_the_staff(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "Hello").await;
        let again = json!({ "ticket_id": id, "body": "Hello?" });
        for _ in 0..29 {
            world.done(&ada.call, "tickets.reply", again.clone()).await;
        }
        assert_eq!(world.refused(&ada.call, "tickets.reply", again.clone()).await, "tickets.too_many_replies");
        world.done(&world.owner(), "tickets.reply", again.clone()).await;
        world.clock.advance_seconds(3_601);
        world.done(&ada.call, "tickets.reply", again).await;
        for number in 0..49 {
            open(world, &ada, &format!("Ticket {number}")).await;
        }
        let more = json!({ "department_id": department(world).await, "subject": "x", "body": "y" });
        assert_eq!(world.refused(&ada.call, "tickets.open", more.clone()).await, "tickets.too_many_opened");
        let mut by_staff = more.clone();
        by_staff["customer_id"] = json!(ada.id);
        world.done(&world.owner(), "tickets.open", by_staff).await;
        world.clock.advance_days(2);
        world.done(&ada.call, "tickets.open", more).await;
    }

    async fn tickets_opened_and_answered_at_the_same_moment_are_all_kept(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = open(world, &ada, "First").await;
        let department_id = department(world).await;
        let many = (0..8).map(|n| {
            let (ada, owner, id, department_id) = (ada.clone(), world.owner(), id.clone(), department_id.clone());
            async move {
                let wish = json!({ "department_id": department_id, "subject": format!("n{n}"), "body": "x" });
                let opened = tickets::commands::open(&ada.call, serde_json::from_value(wish).unwrap()).await.unwrap();
                let reply = json!({ "ticket_id": id, "body": format!("r{n}") });
                let author = if n % 2 == 0 { &ada.call } else { &owner };
                tickets::commands::reply(author, serde_json::from_value(reply).unwrap()).await.unwrap();
                opened.ticket.number
            }
        });
        let mut running = tokio::task::JoinSet::new();
        for one in many {
            running.spawn(one);
        }
        let mut numbers = running.join_all().await;
        numbers.sort_unstable();
        assert_eq!(numbers, [2, 3, 4, 5, 6, 7, 8, 9]);
        let shown = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": id })).await;
        assert_eq!(shown["messages"].as_array().unwrap().len(), 9);
    }
}

fn file_of_one_byte() -> Value {
    file("a.txt", b"x")
}
