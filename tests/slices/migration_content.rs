//! Delivering content: mailboxes surveyed, copied by batch, and brought along by their owners.

use diesel::prelude::*;
use hostwright_importer::Entry;
use hostwright_importer::snapshot::{HostingAccount, Mailbox};
use hostwright_panel::platform::schema::migration_mailboxes;
use hostwright_tests::postman::{BYTES, MASTER};
use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

use super::migration::{provider, step};
use super::migration_transfer::{ready_with, transferred};

const ADA: &str = "ada@ada.example";
const BOOKS: &str = "books@ada.example";

/// What is at the source: two mailboxes of an account, and one of nobody's.
fn with_mailboxes() -> Vec<Entry> {
    let mut all = provider();
    let account = HostingAccount {
        id: "ada".to_owned(),
        user_name: "ada".to_owned(),
        party: Some("c1".to_owned()),
        ..HostingAccount::default()
    };
    all.push(Entry::Record(account.into()));
    for (address, account) in [(ADA, Some("ada")), (BOOKS, Some("ada")), ("stray@other.example", None)] {
        let mailbox = Mailbox {
            id: address.to_owned(),
            account: account.map(str::to_owned),
            address: address.to_owned(),
            ..Mailbox::default()
        };
        all.push(Entry::Record(mailbox.into()));
    }
    all
}

/// A source whose accounts are here, and whose mailboxes are not.
async fn moved(world: &World) -> String {
    let id = ready_with(world, with_mailboxes()).await;
    transferred(world, &id).await;
    world.postman.fill(ADA, "old secret", 5);
    world.postman.fill(BOOKS, "books secret", 9);
    id
}

/// Says where mail is, with further settings.
async fn set(world: &World, id: &str, more: Value) -> Value {
    let mut input = json!({ "source_id": id, "source_host": "old.example", "target_host": "new.example" });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    world.done(&world.owner(), "migration.set_content", input).await
}

fn masters() -> Value {
    json!({
        "source_master": MASTER, "source_master_password": "master secret",
        "target_master": "admin", "target_master_password": "admin secret",
    })
}

async fn asked(world: &World, action: &str, input: Value) -> Vec<Value> {
    world.done(&world.owner(), action, input.clone()).await;
    world.settle().await;
    mailboxes(world, input["source_id"].as_str().unwrap()).await
}

async fn mailboxes(world: &World, id: &str) -> Vec<Value> {
    let found = world.done(&world.owner(), "migration.mailboxes", json!({ "source_id": id })).await;
    found["items"].as_array().unwrap().clone()
}

async fn mailbox(world: &World, id: &str, address: &str) -> Value {
    mailboxes(world, id).await.into_iter().find(|one| one["address"] == address).unwrap()
}

async fn retried(world: &World, mailbox_id: &str) {
    let tasks = world.done(&world.owner(), "tasks.list", json!({ "search": mailbox_id })).await;
    world.done(&world.owner(), "tasks.retry", json!({ "task_id": tasks["items"][0]["id"] })).await;
    world.settle().await;
}

/// The token of a new link.
async fn link(world: &World, mailbox_id: &str) -> String {
    let made = world.done(&world.owner(), "migration.invite", json!({ "mailbox_id": mailbox_id })).await;
    text(&made, "url").strip_prefix("http://panel.test/mailbox/").unwrap().to_owned()
}

/// How many mailboxes have passwords.
async fn with_passwords(world: &World) -> i64 {
    let sealed = migration_mailboxes::table
        .filter(migration_mailboxes::source_secret.is_not_null().or(migration_mailboxes::target_secret.is_not_null()));
    world.db.read(move |tx| Ok(sealed.count().get_result(tx.conn)?)).await.unwrap()
}

on_both_engines! {
    async fn mailboxes_of_accounts_that_are_here_are_surveyed_tried_and_copied_once(world) {
        let id = moved(world).await;
        assert_eq!(world.refused(&world.owner(), "migration.survey", json!({ "source_id": id })).await, "migration.content_not_set");
        set(world, &id, masters()).await;
        world.postman.set_free_bytes(7 * BYTES);
        let found = asked(world, "migration.survey", json!({ "source_id": id })).await;
        let sizes: Vec<(String, i64, i64)> = found
            .iter()
            .map(|one| (text(one, "address"), one["bytes"].as_i64().unwrap(), one["lacks_bytes"].as_i64().unwrap()))
            .collect();
        assert_eq!(sizes, [(BOOKS.to_owned(), 9 * BYTES, 2 * BYTES), (ADA.to_owned(), 5 * BYTES, 0)], "the largest first, and nobody's is not there");
        assert!(found.iter().all(|one| one["state"] == "surveyed" && one["asked"].is_null()), "{found:?}");

        let found = asked(world, "migration.deliver", json!({ "source_id": id, "is_dry": true })).await;
        assert_eq!(found.iter().map(|one| one["planned"].as_i64().unwrap()).sum::<i64>(), 14);
        assert_eq!((world.postman.arrived(ADA).len(), world.postman.arrived(BOOKS).len()), (0, 0), "a dry run changes nothing");

        let found = asked(world, "migration.deliver", json!({ "source_id": id })).await;
        assert!(found.iter().all(|one| one["state"] == "copied" && one["copied"] == one["found"]), "{found:?}");
        assert_eq!((world.postman.arrived(ADA).len(), world.postman.arrived(BOOKS).len()), (5, 9));

        world.postman.fill(ADA, "old secret", 6);
        let found = asked(world, "migration.deliver", json!({ "source_id": id })).await;
        let of = |address: &str| found.iter().find(|one| one["address"] == address).unwrap().clone();
        assert_eq!((&of(BOOKS)["copied"], &of(BOOKS)["already"]), (&json!(0), &json!(9)), "a second run copies nothing");
        assert_eq!((&of(ADA)["copied"], &of(ADA)["already"]), (&json!(1), &json!(5)), "but what came since");
        let view = world.done(&world.owner(), "migration.source", json!({ "source_id": id })).await;
        assert_eq!(step(&view, "deliver")["state"], "done", "{view}");
        let shown = world.done(&world.owner(), "migration.content", json!({ "source_id": id })).await;
        assert!(!shown.to_string().contains("secret\":\"") && shown["has_source_master"] == true, "{shown}");
    }

    async fn a_copy_that_was_killed_goes_on_where_it_was(world) {
        let id = moved(world).await;
        set(world, &id, masters()).await;
        asked(world, "migration.survey", json!({ "source_id": id })).await;
        world.postman.die_once_after(3);
        let only = json!({ "source_id": id, "addresses": [ADA] });
        asked(world, "migration.deliver", only).await;
        let killed = mailbox(world, &id, ADA).await;
        assert_eq!((&killed["state"], world.postman.arrived(ADA).len()), (&json!("copying"), 3));
        retried(world, &text(&killed, "id")).await;
        let whole = mailbox(world, &id, ADA).await;
        assert_eq!((&whole["state"], &whole["copied"], &whole["already"]), (&json!("copied"), &json!(2), &json!(3)));
        assert_eq!(world.postman.arrived(ADA), [1, 2, 3, 4, 5], "each once");
        assert_eq!(world.postman.arrived(BOOKS).len(), 0, "only the mailbox that was named");
    }

    async fn a_fault_that_passes_is_tried_again_and_another_holds_up_nobody(world) {
        let id = moved(world).await;
        set(world, &id, masters()).await;
        asked(world, "migration.survey", json!({ "source_id": id })).await;
        world.postman.fail_once("mailboxes.unreachable", true);
        asked(world, "migration.deliver", json!({ "source_id": id, "addresses": [ADA] })).await;
        let waits = mailbox(world, &id, ADA).await;
        assert_eq!((&waits["code"], &waits["asked"]), (&json!("mailboxes.unreachable"), &json!("copy")));
        retried(world, &text(&waits, "id")).await;
        assert_eq!(mailbox(world, &id, ADA).await["state"], "copied");

        world.postman.fail_once("mailboxes.over_quota", false);
        asked(world, "migration.deliver", json!({ "source_id": id })).await;
        let failed = mailbox(world, &id, BOOKS).await;
        assert_eq!((&failed["state"], &failed["code"]), (&json!("failed"), &json!("mailboxes.over_quota")), "the largest comes first");
        assert_eq!(mailbox(world, &id, ADA).await["state"], "copied");
        asked(world, "migration.deliver", json!({ "source_id": id })).await;
        assert_eq!(mailbox(world, &id, BOOKS).await["state"], "copied", "another run tries again");
    }

    async fn no_mailboxes_at_a_time_is_a_pause(world) {
        let id = moved(world).await;
        let mut paused = masters();
        paused["mailboxes_at_once"] = json!(0);
        set(world, &id, paused).await;
        let found = asked(world, "migration.deliver", json!({ "source_id": id })).await;
        assert!(found.len() == 2 && found.iter().all(|one| one["state"] == "waiting" && one["asked"] == "copy"), "{found:?}");
        set(world, &id, json!({ "source_master": MASTER, "target_master": "admin", "mailboxes_at_once": 1 })).await;
        world.settle().await;
        let found = mailboxes(world, &id).await;
        assert!(found.iter().all(|one| one["state"] == "copied"), "the passwords were kept: {found:?}");
    }

    async fn the_owner_of_a_mailbox_brings_it_along_by_a_link_that_is_good_once(world) {
        let id = moved(world).await;
        set(world, &id, json!({})).await;
        let found = asked(world, "migration.deliver", json!({ "source_id": id })).await;
        assert!(found.iter().all(|one| one["state"] == "needs_password" && one["code"] == "migration.no_password"), "{found:?}");
        let (ada, books) = (text(&mailbox(world, &id, ADA).await, "id"), text(&mailbox(world, &id, BOOKS).await, "id"));
        let (first, nobody) = (link(world, &ada).await, world.anonymous());
        let token = link(world, &ada).await;
        let claim = |token: &str, old: &str| json!({ "token": token, "old_password": old });
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&first, "old secret")).await, "request.not_found", "a new link ends the one before");
        assert_eq!(world.refused(&nobody, "migration.claim", claim("made up", "old secret")).await, "request.not_found");
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "books secret")).await, "migration.old_password");
        let other = json!({ "token": token, "old_password": "old secret", "new_password": "wrong" });
        assert_eq!(world.refused(&nobody, "migration.claim", other).await, "migration.new_password");
        let shown = world.done(&nobody, "migration.claimed", json!({ "token": token })).await;
        assert_eq!((&shown["address"], &shown["is_open"]), (&json!(ADA), &json!(true)), "a wrong password leaves it good");

        let told = world.done(&nobody, "migration.claim", claim(&token, "old secret")).await;
        assert_eq!((&told["is_open"], &told["is_running"]), (&json!(false), &json!(true)));
        assert_eq!(with_passwords(world).await, 1);
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "old secret")).await, "migration.link_used");
        world.settle().await;
        let shown = world.done(&nobody, "migration.claimed", json!({ "token": token })).await;
        assert_eq!((&shown["state"], &shown["here"], &shown["is_running"]), (&json!("copied"), &json!(5), &json!(false)));
        assert_eq!((world.postman.arrived(ADA).len(), world.postman.arrived(BOOKS).len()), (5, 0));
        assert_eq!(with_passwords(world).await, 0, "they are forgotten when the copy ended");

        let token = link(world, &books).await;
        world.clock.advance_days(31);
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "books secret")).await, "migration.link_expired");
        let token = link(world, &books).await;
        world.done(&world.owner(), "migration.revoke", json!({ "mailbox_id": books })).await;
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "books secret")).await, "request.not_found");
        let token = link(world, &books).await;
        for _guess in 0..10 {
            assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "guess")).await, "migration.old_password");
        }
        assert_eq!(world.refused(&nobody, "migration.claim", claim(&token, "books secret")).await, "auth.too_many");
    }

    async fn an_undo_forgets_mailboxes_and_leaves_what_was_delivered(world) {
        let id = moved(world).await;
        set(world, &id, masters()).await;
        asked(world, "migration.deliver", json!({ "source_id": id })).await;
        world.done(&world.owner(), "migration.undo", json!({ "source_id": id })).await;
        world.settle().await;
        assert_eq!(mailboxes(world, &id).await, Vec::<Value>::new());
        assert_eq!((world.postman.arrived(ADA).len(), world.postman.arrived(BOOKS).len()), (5, 9));
        assert_eq!(world.refused(&world.owner(), "migration.deliver", json!({ "source_id": id })).await, "migration.not_transferred");
        world.done(&world.owner(), "migration.discard", json!({ "source_id": id })).await;
    }

    async fn a_kept_password_is_never_sent_to_another_server(world) {
        let id = moved(world).await;
        let kept = |content: &Value| (content["has_source_master"].clone(), content["has_target_master"].clone());
        let names = json!({ "source_master": MASTER, "target_master": "admin" });
        set(world, &id, masters()).await;
        let same = set(world, &id, names.clone()).await;
        assert_eq!(kept(&same), (json!(true), json!(true)));
        let mut other = json!({ "source_id": id, "source_host": "evil.example", "target_host": "new.example" });
        other.as_object_mut().unwrap().extend(names.as_object().cloned().unwrap());
        let error = world.run(&world.owner(), "migration.set_content", other).await.unwrap_err();
        let hostwright_panel::platform::Error::Fields(refusals) = error else { panic!("{error:?}") };
        assert_eq!(refusals[0].field.as_deref(), Some("source_master_password"));
    }

    async fn every_wrong_setting_is_told(world) {
        let id = moved(world).await;
        let wrong = json!({
            "source_id": id, "source_host": "no host", "source_port": 0, "source_fingerprint": "abc", "source_login": "x",
            "target_host": "new.example", "target_login": "{user}*{master}", "connections": 0,
        });
        let error = world.run(&world.owner(), "migration.set_content", wrong).await.unwrap_err();
        let hostwright_panel::platform::Error::Fields(refusals) = error else { panic!("{error:?}") };
        let fields: Vec<&str> = refusals.iter().map(|refusal| refusal.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["source_host", "source_port", "source_fingerprint", "source_login", "target_login", "connections"]);
        let half = json!({ "source_id": id, "source_host": "old.example", "target_host": "new.example", "source_master": MASTER });
        assert_eq!(world.refused(&world.owner(), "migration.set_content", half).await, "migration.mail_master");
        set(world, &id, masters()).await;
        let unknown = json!({ "source_id": id, "addresses": ["nobody@ada.example"] });
        assert_eq!(world.refused(&world.owner(), "migration.deliver", unknown).await, "migration.mailbox_unknown");
    }
}
