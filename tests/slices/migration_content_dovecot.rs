//! Mailboxes delivered between two real mail servers, by the panel's own copier.

use hostwright_importer::Entry;
use hostwright_importer::snapshot::{HostingAccount, Mailbox};
use hostwright_panel::migration::content::jobs::MAILBOX;
use hostwright_panel::platform::worker::Worker;
use hostwright_panel::reactions;
use hostwright_server::compose::{self, Ports};
use hostwright_server::mailboxes::ImapCopier;
use hostwright_tests::{World, text};
use serde_json::{Value, json};

use super::migration::provider;
use super::migration_transfer::{ready_with, transferred};
use dovecot::{Dovecot, Habits, PASSWORD};
use mail::{assert_same, fill, lies};

#[allow(dead_code, reason = "the copier's own tests use all of it")]
#[path = "../../backend/mailboxes/tests/mailboxes/dovecot.rs"]
mod dovecot;
#[allow(dead_code, reason = "the copier's own tests use all of it")]
#[path = "../../backend/mailboxes/tests/mailboxes/mail.rs"]
mod mail;

const ADA: &str = "ada@ada.example";

/// A worker as the product has it, but for what copies mailboxes.
fn worker(world: &World) -> Worker {
    let copier = std::sync::Arc::new(ImapCopier::default());
    let ports = Ports { copier, reader: world.shelf.clone(), ..Ports::none() };
    let handlers = compose::handlers(&world.ground, &ports, None, "panel@panel.test");
    assert!(handlers.iter().any(|handler| handler.kind() == MAILBOX));
    Worker::new(world.db.clone(), hostwright_kernel::id::fresh("wrk"), handlers, reactions::react, 1)
}

async fn asked(world: &World, worker: &Worker, action: &str, input: Value) -> Value {
    world.done(&world.owner(), action, input.clone()).await;
    worker.run_until_idle().await.unwrap();
    let listed = json!({ "source_id": input["source_id"] });
    world.done(&world.owner(), "migration.mailboxes", listed).await["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_moves_between_two_dovecots_and_a_second_run_copies_nothing() {
    if !dovecot::is_there() {
        return;
    }
    let (old, new) = (
        Dovecot::start(Habits { separator: '.', prefix: "INBOX.", ..Habits::default() }),
        Dovecot::start(Habits::default()),
    );
    fill(&old.maildir(ADA), 6, 120, 5);
    old.own();
    let world = World::sqlite();
    let mut entries = provider();
    let account = HostingAccount {
        id: "ada".to_owned(),
        user_name: "ada".to_owned(),
        party: Some("c1".to_owned()),
        ..HostingAccount::default()
    };
    let mailbox =
        Mailbox { id: ADA.to_owned(), account: Some("ada".to_owned()), address: ADA.to_owned(), ..Mailbox::default() };
    entries.extend([Entry::Record(account.into()), Entry::Record(mailbox.into())]);
    let id = ready_with(&world, entries).await;
    transferred(&world, &id).await;
    let set = json!({
        "source_id": id, "source_host": "127.0.0.1", "source_port": old.port(), "source_security": "plain",
        "target_host": "127.0.0.1", "target_port": new.port(), "target_security": "plain",
    });
    world.done(&world.owner(), "migration.set_content", set).await;
    let worker = worker(&world);
    let found = asked(&world, &worker, "migration.survey", json!({ "source_id": id })).await;
    assert_eq!(found["state"], "needs_password", "{found}");

    // Its owner brings it along: the password is tried at both servers.
    let made = world.done(&world.owner(), "migration.invite", json!({ "mailbox_id": found["id"] })).await;
    let token = text(&made, "url").rsplit('/').next().unwrap().to_owned();
    let copier = ImapCopier::default();
    let claim = |password: &str| serde_json::from_value(json!({ "token": token, "old_password": password })).unwrap();
    let by = world.anonymous();
    let wrong = hostwright_panel::migration::content::links::commands::claim(&by, &copier, claim("wrong")).await;
    assert!(wrong.is_err_and(|error| matches!(error, hostwright_panel::platform::Error::Fields(_))));
    hostwright_panel::migration::content::links::commands::claim(&by, &copier, claim(PASSWORD)).await.unwrap();
    worker.run_until_idle().await.unwrap();
    let shown = world.done(&by, "migration.claimed", json!({ "token": token })).await;
    assert_eq!((&shown["state"], &shown["here"]), (&json!("copied"), &json!(120)), "{shown}");
    let was = lies(&old.maildir(ADA));
    assert_same(&was, &lies(&new.maildir(ADA)));

    // The state that the panel kept makes the second run copy nothing.
    let made = world.done(&world.owner(), "migration.invite", json!({ "mailbox_id": found["id"] })).await;
    let token = text(&made, "url").rsplit('/').next().unwrap().to_owned();
    let again = serde_json::from_value(json!({ "token": token, "old_password": PASSWORD })).unwrap();
    hostwright_panel::migration::content::links::commands::claim(&by, &copier, again).await.unwrap();
    worker.run_until_idle().await.unwrap();
    let found = world.done(&world.owner(), "migration.mailbox", json!({ "mailbox_id": found["id"] })).await;
    assert_eq!(
        (&found["state"], &found["copied"], &found["already"]),
        (&json!("copied"), &json!(0), &json!(120)),
        "{found}"
    );
    assert_same(&was, &lies(&new.maildir(ADA)));
}
