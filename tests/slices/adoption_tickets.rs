//! Conversations that move in.

use hostwright_importer::snapshot::{Author, Department, Ticket, TicketMessage};
use hostwright_panel::auth::adoption::{KeptBecause, Removal};
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::tickets::adoption::{
    AdoptFile, AdoptMessage, AdoptTicket, adopt_department_in, adopt_in, adopt_message_in, remove_department_in,
    remove_in,
};
use hostwright_panel::tickets::model::{DepartmentId, MessageId, TicketId};
use hostwright_tests::{World, on_both_engines};
use serde_json::json;

use super::adoption_ground::{contents, customer, land, nothing_left, undone};

fn said(id: &str, author: Author, at: &str, text: &str) -> TicketMessage {
    TicketMessage {
        id: id.to_owned(),
        author,
        name: Some("Somebody".to_owned()),
        at: Some(at.parse().unwrap()),
        text: text.to_owned(),
        ..TicketMessage::default()
    }
}

fn department(world: &World) -> DepartmentId {
    let told = Department { id: "1".to_owned(), name: "Moved in".to_owned(), ..Department::default() };
    let first = land(world, |tx, landing| adopt_department_in(tx, landing, &told)).unwrap();
    let again = land(world, |tx, landing| adopt_department_in(tx, landing, &told)).unwrap();
    assert!(!first.was_there && again.was_there && first.id == again.id);
    first.id
}

/// A ticket with a question, a note and an answer, given in the wrong order.
fn moved_in(world: &World, customer_id: &str, department: &DepartmentId) -> (TicketId, Vec<MessageId>) {
    let told = Ticket {
        id: "77".to_owned(),
        number: Some("ABC-123456".to_owned()),
        subject: "Mail\tdoes not arrive".to_owned(),
        status: "Answered".to_owned(),
        priority: Some("High".to_owned()),
        opened: Some("2026-03-01T10:00:00Z".parse().unwrap()),
        ..Ticket::default()
    };
    let answer = said("3", Author::Staff, "2026-03-02T09:00:00Z", "Look again\r\nplease.");
    let question = said("1", Author::Customer, "2026-03-01T10:00:00Z", "Where is my mail?");
    let note =
        TicketMessage { is_internal: true, ..said("2", Author::Staff, "2026-03-01T11:00:00Z", "Queue was full") };
    land(world, |tx, landing| {
        let plain = |message| AdoptMessage { message, author: None, files: Vec::new() };
        let mut asked = plain(&question);
        asked.files = vec![
            AdoptFile { name: "../../log.txt".to_owned(), content: Some(b"nothing here".to_vec()) },
            AdoptFile { name: "lost.txt".to_owned(), content: None },
        ];
        let messages = [plain(&answer), asked, plain(&note)];
        let adopted = AdoptTicket {
            customer_id,
            department: department.clone(),
            ticket: &told,
            messages: &messages,
            assigned_to: None,
        };
        let (ticket, messages) = adopt_in(tx, landing, &adopted)?;
        let codes: Vec<&str> = ticket.remarks.iter().map(|remark| remark.code).collect();
        assert_eq!(codes, ["file_missing"]);
        Ok((ticket.id, messages))
    })
    .unwrap()
}

on_both_engines! {
    async fn a_conversation_reads_as_it_was_said_and_mails_nobody(world) {
        world.set_up().await;
        world.settle().await;
        world.mailbox.forget();
        let id = customer(world, "17");
        let department = department(world);
        let before = contents(world);
        let (ticket, messages) = moved_in(world, id.as_str(), &department);
        nothing_left(&before, &contents(world));
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 0);

        let thread = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": ticket })).await;
        assert_eq!(thread["ticket"]["subject"], "Mail does not arrive");
        assert_eq!((thread["ticket"]["state"].as_str(), thread["ticket"]["priority"].as_str()), (Some("answered"), Some("high")));
        assert_eq!(thread["ticket"]["created_at"], "2026-03-01T10:00:00.000000Z");
        assert_eq!(thread["ticket"]["external_reference"], "ABC-123456");
        let bodies: Vec<&str> = thread["messages"].as_array().unwrap().iter().map(|one| one["body"].as_str().unwrap()).collect();
        assert_eq!(bodies, ["Where is my mail?", "Queue was full", "Look again\nplease."]);
        assert_eq!(thread["messages"][0]["attachments"][0]["name"], "log.txt");
        assert_eq!(thread["messages"][2]["id"], messages[0].as_str());
        let member = world.member(id.as_str(), MemberRole::Owner);
        let seen = world.done(&member, "tickets.show", json!({ "ticket_id": ticket })).await;
        assert_eq!(seen["messages"].as_array().unwrap().len(), 2, "notes stay with staff");
        let found = world.done(&world.owner(), "tickets.list", json!({ "search": "#ABC-123456" })).await;
        assert_eq!(found["items"][0]["id"], ticket.as_str());
    }

    async fn what_was_said_since_is_added(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let department = department(world);
        let (ticket, mut own) = moved_in(world, id.as_str(), &department);
        let later = said("4", Author::Customer, "2026-03-03T09:00:00Z", "Still nothing");
        let added = land(world, |tx, landing| {
            adopt_message_in(tx, landing, &ticket, &AdoptMessage { message: &later, author: None, files: Vec::new() })
        }).unwrap();
        let thread = world.done(&world.owner(), "tickets.show", json!({ "ticket_id": ticket })).await;
        assert_eq!((thread["ticket"]["state"].as_str(), thread["messages"][3]["body"].as_str()), (Some("waiting"), Some("Still nothing")));
        let kept = land(world, |tx, landing| remove_in(tx, landing, &ticket, &own)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Messages]));
        own.push(added.id);
        assert_eq!(land(world, |tx, landing| remove_in(tx, landing, &ticket, &own)).unwrap(), Removal::Removed);
    }

    async fn a_ticket_leaves_without_a_trace_unless_somebody_wrote_to_it(world) {
        world.set_up().await;
        world.settle().await;
        let id = customer(world, "17");
        let before = contents(world);
        let department = department(world);
        let (ticket, own) = moved_in(world, id.as_str(), &department);
        let kept = land(world, |tx, landing| remove_department_in(tx, landing, &department)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Tickets]));
        assert_eq!(land(world, |tx, landing| remove_in(tx, landing, &ticket, &own)).unwrap(), Removal::Removed);
        assert_eq!(land(world, |tx, landing| remove_department_in(tx, landing, &department)).unwrap(), Removal::Removed);
        undone(&before, &contents(world));

        let department = self::department(world);
        let (ticket, own) = moved_in(world, id.as_str(), &department);
        world.done(&world.owner(), "tickets.reply", json!({ "ticket_id": ticket, "body": "Hello" })).await;
        let kept = land(world, |tx, landing| remove_in(tx, landing, &ticket, &own)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Changed, KeptBecause::Messages]));
    }
}
