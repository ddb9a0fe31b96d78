//! Moving in: landing, proof, the switch and the way back.

use diesel::prelude::*;
use hostwright_importer::Entry;
use hostwright_importer::snapshot::values::Cycle;
use hostwright_importer::snapshot::{Contact, Domain, Subscription, Zone, ZoneRecord};
use hostwright_panel::auth::policy::StaffRole;
use hostwright_panel::migration::proof::{self, queries::ShowReport};
use hostwright_panel::migration::transfer;
use hostwright_panel::platform::schema::{audit_log, jobs, outbox};
use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

use super::migration::{DUMP, collected, euros, party, provider, record, registered, step, subscription, verified};
use super::pdf;

/// A source whose provider was verified; its id.
async fn ready(world: &World) -> String {
    ready_with(world, provider()).await
}

/// A source that holds these records, verified; its id.
pub async fn ready_with(world: &World, entries: Vec<Entry>) -> String {
    world.set_up().await;
    world.shop().await;
    let id = registered(world, "Old panel", json!({})).await;
    world.shelf.put(DUMP, entries);
    collected(world, &id, DUMP).await;
    verified(world, &id).await;
    id
}

pub async fn transferred(world: &World, id: &str) -> Value {
    world.done(&world.owner(), "migration.transfer", json!({ "source_id": id })).await;
    world.settle().await;
    world.done(&world.owner(), "migration.source", json!({ "source_id": id })).await
}

async fn invoices(world: &World) -> usize {
    let listed = world.done(&world.owner(), "invoices.list", json!({})).await;
    listed["items"].as_array().unwrap().len()
}

pub async fn report(world: &World, id: &str) -> Value {
    world.done(&world.owner(), "migration.report", json!({ "source_id": id })).await
}

pub fn count(report: &Value, kind: &str, name: &str) -> i64 {
    let row = report["counts"].as_array().unwrap().iter().find(|row| row["kind"] == kind);
    row.and_then(|row| row[name].as_i64()).unwrap_or_else(|| panic!("no {kind} {name} in {report}"))
}

/// Everything of the product that a transfer may change, by name and number.
pub async fn inventory(world: &World) -> Value {
    let owner = world.owner();
    let mut all = serde_json::Map::new();
    for action in [
        "customers.list",
        "subscriptions.list",
        "invoices.list",
        "tickets.list",
        "people.list",
        "departments.list",
        "mails.list",
    ] {
        let found = world.done(&owner, action, json!({ "limit": 200 })).await;
        all.insert(action.to_owned(), json!(found["items"].as_array().unwrap().len()));
    }
    let ledger = world.done(&owner, "ledger.trial_balance", json!({})).await;
    all.insert("ledger".to_owned(), ledger);
    Value::Object(all)
}

fn a_name_and_its_zone() -> [Entry; 2] {
    let record = |owner: &str, kind: &str, data: &str| ZoneRecord {
        owner: owner.to_owned(),
        kind: kind.to_owned(),
        data: data.to_owned(),
        ttl: None,
        line: None,
    };
    let domain = Domain {
        id: "n1".to_owned(),
        party: "c1".to_owned(),
        name: "ada.example".to_owned(),
        registrar: Some("enom".to_owned()),
        years: Some(1),
        registered: Some("2020-08-20".parse().unwrap()),
        expires: Some("2027-08-20".parse().unwrap()),
        next_due: Some("2027-08-20".parse().unwrap()),
        price: euros("14.00"),
        name_servers: vec!["ns1.old.example".to_owned()],
        ..Domain::default()
    };
    let zone = Zone {
        id: "ada.example".to_owned(),
        party: Some("c1".to_owned()),
        name: "ada.example".to_owned(),
        default_ttl: Some(300),
        records: vec![
            record("ada.example.", "SOA", "ns1.old.example. root.old.example. 2026010101 7200 3600 1209600 600"),
            record("ada.example.", "NS", "ns1.old.example."),
            record("ada.example.", "A", "192.0.2.1"),
            record("ada.example.", "MX", "10 mail.old.example."),
            record("broken.ada.example.", "A", "no address"),
        ],
        ..Zone::default()
    };
    [Entry::Record(domain.into()), Entry::Record(zone.into())]
}

async fn events_and_jobs(world: &World) -> (i64, Vec<String>) {
    world
        .db
        .read(|tx| {
            let events = outbox::table.count().get_result(tx.conn)?;
            let mut kinds: Vec<String> = jobs::table.select(jobs::kind).distinct().load(tx.conn)?;
            kinds.sort();
            Ok((events, kinds))
        })
        .await
        .unwrap()
}

/// Accounts that got a job of their own.
async fn alone(world: &World) -> i64 {
    let own = || jobs::table.filter(jobs::kind.eq(transfer::jobs::ACCOUNT)).count();
    world.db.read(move |tx| Ok(own().get_result(tx.conn)?)).await.unwrap()
}

async fn statement(world: &World, sql: &'static str) {
    world.db.write(move |tx| Ok(diesel::sql_query(sql).execute(tx.conn)?)).await.unwrap();
}

on_both_engines! {
    async fn everything_that_passed_is_here_and_the_rest_says_why(world) {
        let id = ready(world).await;
        let view = transferred(world, &id).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        let report = report(world, &id).await;
        for (kind, here, missing) in [
            ("party", 3, 0), ("login", 1, 0), ("contact", 1, 0), ("subscription", 2, 2), ("invoice", 2, 0),
            ("invoice_line", 2, 0), ("payment", 1, 0), ("ticket", 1, 0), ("ticket_message", 1, 0),
            ("department", 1, 0), ("staff", 1, 0), ("site", 0, 1), ("product", 0, 1),
        ] {
            assert_eq!((count(&report, kind, "here"), count(&report, kind, "missing")), (here, missing), "{kind}: {report}");
        }
        let reasons: Vec<(String, String)> =
            report["reasons"].as_array().unwrap().iter().map(|row| (text(row, "kind"), text(row, "reason"))).collect();
        let expected = [
            ("product", "mapped"), ("site", "waits_for_hosting"), ("subscription", "ended"), ("subscription", "no_account"),
        ];
        assert_eq!(reasons, expected.map(|(kind, reason)| (kind.to_owned(), reason.to_owned())));
        for row in report["money"].as_array().unwrap() {
            assert_eq!(row["difference"]["minor"], 0, "{row}");
        }
        let moved: Vec<i64> = report["money"].as_array().unwrap().iter().map(|row| row["moved"]["minor"].as_i64().unwrap()).collect();
        assert_eq!(moved, [1250, 3000, 1735], "balances, unpaid, next");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn nothing_leaves_during_import(world) {
        let id = ready(world).await;
        let (events, before) = events_and_jobs(world).await;
        let mails = world.mailbox.mails().len();
        transferred(world, &id).await;
        world.clock.advance_days(60);
        world.done(&world.owner(), "renewals.run", json!({})).await;
        world.settle().await;
        let (after, kinds) = events_and_jobs(world).await;
        assert_eq!(after, events, "landing records no event");
        assert_eq!(world.mailbox.mails().len(), mails, "and mails nobody");
        let new: Vec<&String> = kinds.iter().filter(|kind| !before.contains(kind)).collect();
        assert_eq!(new, ["migration.transfer", "renewals.run"], "and makes no jobs but its own");
        let subscriptions = world.done(&world.owner(), "subscriptions.list", json!({})).await;
        for one in subscriptions["items"].as_array().unwrap() {
            assert_eq!(one["state"], "active", "nothing is suspended or ended before the switch: {one}");
        }
    }

    async fn a_large_account_lands_piece_by_piece_in_a_job_of_its_own(world) {
        let mut all = provider();
        all.extend((0..230).map(|number| {
            let (id, name) = (format!("k{}", 100 + number), format!("Colleague {number}"));
            Entry::Record(Contact { id, party: "c1".to_owned(), name, ..Contact::default() }.into())
        }));
        let id = ready_with(world, all).await;
        let view = transferred(world, &id).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        let report = report(world, &id).await;
        assert_eq!((count(&report, "party", "here"), count(&report, "contact", "here")), (3, 231));
        assert_eq!(alone(world).await, 1, "the others landed together");
    }

    async fn an_account_that_fails_takes_its_batch_apart_and_holds_nobody_up(world) {
        let mut all = provider();
        all.push(Entry::Record(party("c7", "Twin").into()));
        all.push(Entry::Record(party("c8", "Twin").into()));
        let id = ready_with(world, all).await;
        statement(world, "CREATE UNIQUE INDEX no_twins ON customers (name)").await;
        let view = transferred(world, &id).await;
        assert_ne!(step(&view, "transfer")["state"], "done", "{view}");
        assert_eq!(count(&report(world, &id).await, "party", "here"), 4, "all but one are here");
        assert_eq!(alone(world).await, 5);
        statement(world, "DROP INDEX no_twins").await;
        let tasks = world.done(&world.owner(), "tasks.list", json!({})).await;
        let failed = tasks["items"].as_array().unwrap().iter().find(|task| task["state"] != "done").unwrap();
        world.done(&world.owner(), "tasks.retry", json!({ "task_id": failed["id"] })).await;
        world.settle().await;
        let view = world.done(&world.owner(), "migration.source", json!({ "source_id": id })).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        assert_eq!(count(&report(world, &id).await, "party", "here"), 5);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_refused_piece_is_skipped_alone_and_nothing_is_told_twice(world) {
        let mut all = provider();
        all.push(Entry::Record(party("c9", "Grace").into()));
        for (name, cycle) in [("s91", Cycle::Months(1)), ("s92", Cycle::Days(10)), ("s93", Cycle::Months(1))] {
            all.push(Entry::Record(Subscription { cycle: Some(cycle), ..subscription(name, "c9", "10.00") }.into()));
        }
        let id = ready_with(world, all).await;
        transferred(world, &id).await;
        let report = report(world, &id).await;
        assert_eq!(count(&report, "party", "here"), 4);
        assert_eq!((count(&report, "subscription", "here"), count(&report, "subscription", "skipped")), (4, 1));
        let found = world.done(&world.owner(), "customers.list", json!({ "search": "Grace" })).await;
        let grace = text(&found["items"][0], "id");
        let told = world
            .db
            .read(move |tx| {
                let own = audit_log::table.filter(audit_log::customer_id.eq(grace.clone()));
                Ok(own.select(audit_log::detail).load::<String>(tx.conn)?)
            })
            .await
            .unwrap();
        let of = |what: &str| told.iter().filter(|detail| detail.contains(&format!("\"what\":\"{what}\""))).count();
        assert_eq!((of("customer"), of("subscription"), told.len()), (1, 2, 3), "{told:?}");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_second_transfer_adds_nothing(world) {
        let id = ready(world).await;
        transferred(world, &id).await;
        let (first, told) = (inventory(world).await, report(world, &id).await);
        transferred(world, &id).await;
        assert_eq!(first, inventory(world).await);
        assert_eq!(told["digest"], report(world, &id).await["digest"]);
        collected(world, &id, DUMP).await;
        verified(world, &id).await;
        transferred(world, &id).await;
        assert_eq!(first, inventory(world).await);
    }

    async fn what_came_in_and_was_not_touched_is_taken_out_again(world) {
        let id = ready(world).await;
        let before = inventory(world).await;
        transferred(world, &id).await;
        assert_ne!(before, inventory(world).await);
        world.done(&world.owner(), "migration.undo", json!({ "source_id": id })).await;
        world.settle().await;
        let after = inventory(world).await;
        for (name, value) in before.as_object().unwrap() {
            if name != "ledger" {
                assert_eq!(value, &after[name], "{name}");
            }
        }
        let report = report(world, &id).await;
        assert_eq!((&report["left"], count(&report, "party", "here")), (&json!(0), 0));
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let again = transferred(world, &id).await;
        assert_eq!(step(&again, "transfer")["state"], "done", "what was taken out comes in again");
    }

    async fn what_was_touched_since_stays_and_is_listed(world) {
        let id = ready(world).await;
        transferred(world, &id).await;
        let owner = world.owner();
        let customers = world.done(&owner, "customers.list", json!({ "search": "Ada" })).await;
        let ada = text(&customers["items"][0], "id");
        world.done(&owner, "customers.update", json!({ "customer_id": ada, "city": "London" })).await;
        world.done(&owner, "migration.undo", json!({ "source_id": id })).await;
        world.settle().await;
        let left = world.done(&owner, "migration.landings", json!({ "source_id": id, "kind": "party" })).await;
        let left = left["items"].as_array().unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0]["object_id"], json!(ada));
        assert!(left[0]["reason"].as_str().unwrap().contains("changed"), "{left:?}");
        let customers = world.done(&owner, "customers.list", json!({})).await;
        assert_eq!(customers["items"].as_array().unwrap().len(), 1);
    }

    async fn an_account_that_a_slice_refuses_is_parked_with_the_reason_and_holds_nobody_up(world) {
        world.set_up().await;
        world.shop().await;
        let id = registered(world, "Old panel", json!({})).await;
        let mut all = provider();
        for entry in &mut all {
            use hostwright_importer::{Entry, Record};
            if let Entry::Record(Record::Party(party)) = entry && party.id == "r1" {
                party.email = Some("not an address".to_owned());
            }
        }
        world.shelf.put(DUMP, all);
        collected(world, &id, DUMP).await;
        verified(world, &id).await;
        let view = transferred(world, &id).await;
        assert_eq!(step(&view, "transfer")["attention"], 1);
        let parked = record(world, &id, "party", "r1").await;
        assert_eq!((&parked["transfer"], &parked["transfer_reason"]), (&json!("parked"), &json!("auth.email_invalid")));
        let report = report(world, &id).await;
        assert_eq!((count(&report, "party", "here"), count(&report, "party", "skipped")), (2, 1));
        let missing = world.done(&world.owner(), "migration.missing", json!({ "source_id": id })).await;
        let of = |external: &str| missing["items"].as_array().unwrap().iter().find(|row| row["external_id"] == external).cloned().unwrap();
        assert_eq!(of("r1")["reason"], "auth.email_invalid");
    }

    async fn the_report_is_signed_as_it_was_read_and_then_the_switch_lets_bill(world) {
        let id = ready(world).await;
        let owner = world.owner();
        let input = json!({ "source_id": id });
        assert_eq!(world.refused(&owner, "migration.switch", input.clone()).await, "migration.not_signed");
        transferred(world, &id).await;
        let read = report(world, &id).await;
        let wrong = json!({ "source_id": id, "digest": "0" });
        assert_eq!(world.refused(&owner, "migration.sign", wrong).await, "migration.report_changed");
        let signed = world.done(&owner, "migration.sign", json!({ "source_id": id, "digest": read["digest"] })).await;
        assert_eq!(signed["is_signature_current"], true);
        assert_eq!(world.refused(&world.staff(StaffRole::Admin), "migration.switch", input.clone()).await, "auth.not_permitted");
        assert_eq!(world.refused(&owner, "migration.disable_list", input.clone()).await, "migration.not_switched");

        let shadow = world.done(&owner, "migration.shadow", json!({ "source_id": id, "days": 28 })).await;
        assert_eq!((&shadow["compared"], &shadow["equal"], &shadow["items"]), (&json!(2), &json!(2), &json!([])), "{shadow}");
        assert_eq!(shadow["sums"][0]["ours"]["minor"], 1735);
        assert_eq!(shadow["next"], Value::Null, "nothing stands on a page behind this one");

        world.done(&owner, "migration.switch", input.clone()).await;
        world.settle().await;
        let ask = serde_json::from_value(input.clone()).unwrap();
        let list = transfer::queries::disable_list(&owner, ask).await.unwrap();
        assert_eq!(String::from_utf8(list.bytes).unwrap(), "s1\ns3\n");
        for action in ["migration.undo", "migration.verify", "migration.transfer", "migration.switch"] {
            assert_eq!(world.refused(&owner, action, input.clone()).await, "migration.switched", "{action}");
        }
        let before = invoices(world).await;
        world.days_pass(15).await;
        assert_eq!(invoices(world).await, before + 2, "both subscriptions are billed on their next due day");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_registered_name_and_its_zone_land_and_nothing_is_published(world) {
        world.set_up().await;
        world.shop().await;
        let owner = world.owner();
        let plan = json!({ "name": "Name", "kind": "domain_registration", "tlds": ["example"] });
        let plan = text(&world.done(&owner, "plans.create", plan).await, "id");
        let price = json!({ "plan_id": plan, "currency": "EUR", "months": 12, "amount": "14.00" });
        world.done(&owner, "plans.set_price", price).await;
        let mut all = provider();
        all.extend(a_name_and_its_zone());
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, all);
        collected(world, &id, DUMP).await;
        let mapped = json!({ "source_id": id, "tld": "example", "class": "domain_registration", "plan_id": plan });
        world.done(&owner, "migration.map", mapped).await;
        verified(world, &id).await;
        transferred(world, &id).await;

        let domains = world.done(&owner, "domains.list", json!({})).await;
        let domain = &domains["items"][0];
        assert_eq!(
            (&domain["name"], &domain["registrar"], &domain["has_zone"], &domain["expires_on"]),
            (&json!("ada.example"), &json!("enom"), &json!(true), &json!("2027-08-20")),
            "{domain}"
        );
        let zone = world.done(&owner, "zones.show", json!({ "domain_id": domain["id"] })).await;
        let shown = zone.to_string();
        assert!(shown.contains("withheld") && shown.contains("192.0.2.1") && shown.contains("ns1.old.example"), "{zone}");
        let told = report(world, &id).await;
        assert_eq!((count(&told, "domain", "here"), count(&told, "zone", "here")), (1, 1), "{told}");
        let landings = world.done(&owner, "migration.landings", json!({ "source_id": id, "kind": "zone" })).await;
        assert!(landings.to_string().contains("broken.ada.example."), "the record that is none is remarked: {landings}");
        assert_eq!(world.breaks().await, Vec::<String>::new());

        world.done(&owner, "migration.undo", json!({ "source_id": id })).await;
        world.settle().await;
        assert_eq!(world.done(&owner, "domains.list", json!({})).await["items"], json!([]));
        assert_eq!(report(world, &id).await["left"], 0);
    }

    async fn the_report_is_a_table_too(world) {
        let id = ready(world).await;
        transferred(world, &id).await;
        let file = world.done(&world.staff(StaffRole::Billing), "migration.report_csv", json!({ "source_id": id })).await;
        assert_eq!(file["content_type"], "text/csv; charset=utf-8");
        assert!(file["size"].as_i64().unwrap() > 500);
    }

    async fn the_report_is_printed_with_what_the_page_says(world) {
        let id = ready(world).await;
        transferred(world, &id).await;
        let told = report(world, &id).await;
        let ask: ShowReport = serde_json::from_value(json!({ "source_id": id })).unwrap();
        let file = proof::queries::print(&world.staff(StaffRole::Billing), ask.clone()).await.unwrap();
        assert_eq!((file.name, file.content_type), (format!("migration-{id}.pdf"), "application/pdf".to_owned()));
        let printed = pdf::texts(&file.bytes).concat();
        let subscriptions = format!("Subscriptions {} ", count(&told, "subscription", "source"));
        let digest = text(&told, "digest");
        for part in ["Report of moving in: Old panel", "Control sums", "Balances", &subscriptions, &digest, "Nobody has signed", "Page 1 of"] {
            assert!(printed.contains(part), "{part} in {printed}");
        }
        let reason = told["reasons"][0]["count"].as_i64().unwrap();
        assert!(printed.contains(&format!(" {reason} ")), "{printed}");

        world.done(&world.owner(), "migration.sign", json!({ "source_id": id, "digest": digest })).await;
        let mut owner = world.owner();
        owner.locale = "de".to_owned();
        let signed = pdf::texts(&proof::queries::print(&owner, ask).await.unwrap().bytes).concat();
        assert!(signed.contains("Gezeichnet von") && signed.contains("Kontrollsummen"), "{signed}");
    }
}

/// A transfer that is killed at twenty moments and goes on each time.
pub async fn transferred_in_pieces(world: &World, id: &str) -> Value {
    world.done(&world.owner(), "migration.transfer", json!({ "source_id": id })).await;
    for pause in [1_u64, 3, 5, 8, 13, 21, 34, 55, 8, 21, 2, 40, 5, 17, 90, 29, 60, 12, 33, 75] {
        let _killed =
            tokio::time::timeout(std::time::Duration::from_millis(pause), world.worker.run_until_idle()).await;
        // Blocking work that was under way comes to its end, as a commit that was sent does.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        world
            .db
            .write(|tx| {
                let past = tx.machine_now().plus_seconds(-5);
                diesel::update(jobs::table.filter(jobs::lease_until.is_not_null()))
                    .set(jobs::lease_until.eq(past))
                    .execute(tx.conn)?;
                Ok(())
            })
            .await
            .unwrap();
    }
    world.settle().await;
    world.done(&world.owner(), "migration.source", json!({ "source_id": id })).await
}

/// Whatever moment a transfer is killed at, it goes on and comes to the same.
async fn killed_often(world: &World) {
    let id = ready(world).await;
    let view = transferred_in_pieces(world, &id).await;
    assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
    let report = report(world, &id).await;
    for (kind, here) in [
        ("party", 3),
        ("login", 1),
        ("contact", 1),
        ("subscription", 2),
        ("invoice", 2),
        ("payment", 1),
        ("ticket", 1),
        ("staff", 1),
    ] {
        assert_eq!(count(&report, kind, "here"), here, "{kind}: {report}");
    }
    for row in report["money"].as_array().unwrap() {
        assert_eq!(row["difference"]["minor"], 0, "{row}");
    }
    let counted = inventory(world).await;
    assert_eq!(
        (&counted["customers.list"], &counted["invoices.list"], &counted["tickets.list"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(world.breaks().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_killed_at_20_moments_comes_to_the_same_on_sqlite() {
    killed_often(&World::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_killed_at_20_moments_comes_to_the_same_on_postgres() {
    killed_often(&World::postgres()).await;
}
