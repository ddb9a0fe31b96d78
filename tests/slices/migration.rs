//! Moving in: reading into the staging tables, mapping, selecting, verifying.

use hostwright_importer::snapshot::values::{Amount, Cycle, Extra, Password, PasswordScheme, Secret};
use hostwright_importer::snapshot::{
    Contact, Department, Invoice, InvoiceLine, InvoiceStatus, Login, LoginGrant, Party, Payment, Price, Product,
    ProductClass, Site, Staff, Subscription, SubscriptionStatus, Ticket, TicketMessage,
};
use hostwright_importer::{Entry, Gap, GapKind, Record};
use hostwright_tests::shelf::truncated;
use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

/// The path under which the test provider lies.
pub const DUMP: &str = "dump.sql";

pub fn euros(text: &str) -> Option<Amount> {
    Some(format!("EUR {text}").parse().unwrap())
}

fn entry(record: impl Into<Record>) -> Entry {
    Entry::Record(record.into())
}

pub fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
        email: Some(format!("{id}@old.example")),
        currency: Some("EUR".parse().unwrap()),
        balance: euros("0.00"),
        ..Party::default()
    }
}

pub fn subscription(id: &str, party: &str, price: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        party: party.to_owned(),
        product: Some("p1".to_owned()),
        name: format!("Server {id}"),
        status: SubscriptionStatus::Active,
        cycle: Some(Cycle::Months(1)),
        price: euros(price),
        started: Some("2026-03-15".parse().unwrap()),
        next_due: Some("2027-02-15".parse().unwrap()),
        ..Subscription::default()
    }
}

fn invoice(id: &str, party: &str, total: &str, status: InvoiceStatus) -> [Entry; 2] {
    let day = "2027-01-15".parse().unwrap();
    [
        entry(Invoice {
            id: id.to_owned(),
            number: Some(format!("OLD-{id}")),
            party: party.to_owned(),
            status,
            currency: Some("EUR".parse().unwrap()),
            issued: Some(day),
            due: Some(day),
            net: euros(total),
            total: euros(total),
            ..Invoice::default()
        }),
        entry(InvoiceLine {
            id: format!("{id}.1"),
            invoice: id.to_owned(),
            text: "Server".to_owned(),
            amount: euros(total),
            ..InvoiceLine::default()
        }),
    ]
}

/// A small provider: one product, a reseller with a customer below, somebody with open and
/// paid invoices and a ticket, an expired subscription, and a web site.
pub fn provider() -> Vec<Entry> {
    let mut all = vec![
        Entry::Gap(Gap::new(GapKind::FactChanged, "clients, row 7", "a zero date").times(3)),
        entry(Staff {
            id: "a1".to_owned(),
            name: "Sam".to_owned(),
            email: Some("sam@old.example".to_owned()),
            role: Some("Support".to_owned()),
            ..Staff::default()
        }),
        entry(Department { id: "d1".to_owned(), name: "Abuse".to_owned(), ..Department::default() }),
        entry(Product {
            id: "p1".to_owned(),
            name: "small".to_owned(),
            class: ProductClass::Server,
            prices: vec![Price {
                cycle: Cycle::Months(1),
                amount: euros("10.00").unwrap(),
                setup: None,
                transfer: None,
                renewal: None,
            }],
            limits: vec![Extra { name: "memory".to_owned(), value: "256 MB".to_owned() }],
            ..Product::default()
        }),
        // A customer before the reseller above it.
        entry(Party { reseller: Some("r1".to_owned()), ..party("c3", "Below") }),
        entry(Party { is_reseller: true, ..party("r1", "Reseller") }),
        entry(Party { balance: euros("12.50"), ..party("c1", "Ada") }),
        entry(Login {
            id: "l1".to_owned(),
            email: Some("c1@old.example".to_owned()),
            name: Some("Ada".to_owned()),
            password: Some(Password {
                scheme: PasswordScheme::Md5,
                value: Secret("5f4dcc3b5aa765d61d8327deb882cf99".to_owned()),
                is_locked: false,
            }),
            grants: vec![LoginGrant { party: "c1".to_owned(), is_owner: true, permissions: Vec::new() }],
            ..Login::default()
        }),
        entry(Contact {
            id: "k1".to_owned(),
            party: "c1".to_owned(),
            name: "Ada's books".to_owned(),
            ..Contact::default()
        }),
        entry(subscription("s1", "c1", "10.00")),
        entry(Subscription { status: SubscriptionStatus::Terminated, ..subscription("s2", "c1", "10.00") }),
        entry(subscription("s3", "c3", "7.35")),
        entry(Payment {
            id: "y1".to_owned(),
            invoice: Some("i2".to_owned()),
            amount: euros("20.00"),
            method: Some("bank".to_owned()),
            at: Some("2027-01-16T10:00:00Z".parse().unwrap()),
            ..Payment::default()
        }),
        entry(Ticket {
            id: "t1".to_owned(),
            party: Some("c1".to_owned()),
            department: Some("d1".to_owned()),
            subject: "Slow".to_owned(),
            status: "Open".to_owned(),
            ..Ticket::default()
        }),
        entry(TicketMessage {
            id: "m1".to_owned(),
            ticket: "t1".to_owned(),
            text: "It is slow.".to_owned(),
            ..TicketMessage::default()
        }),
        entry(Site { id: "w1".to_owned(), domain: "ada.example".to_owned(), ..Site::default() }),
        // Nobody's: its party was not in the dump.
        entry(subscription("s9", "nobody", "1.00")),
    ];
    all.extend(invoice("i1", "c1", "30.00", InvoiceStatus::Unpaid));
    all.extend(invoice("i2", "c1", "20.00", InvoiceStatus::Paid));
    all
}

/// A source that was registered; its id.
pub async fn registered(world: &World, name: &str, more: Value) -> String {
    let mut input = json!({ "name": name, "kind": "shelf", "zone": "Europe/Berlin", "currency": "EUR" });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    text(&world.done(&world.owner(), "migration.register", input).await, "id")
}

/// Reads a path of a source; the reading.
pub async fn collected(world: &World, id: &str, path: &str) -> Value {
    world.done(&world.owner(), "migration.collect", json!({ "source_id": id, "paths": [path] })).await;
    world.settle().await;
    last_reading(world, id).await
}

pub async fn last_reading(world: &World, id: &str) -> Value {
    let all = world.done(&world.owner(), "migration.collections", json!({ "source_id": id })).await;
    all["items"][0].clone()
}

/// Maps everything that is alike, selects everything, and verifies.
pub async fn verified(world: &World, id: &str) {
    let owner = world.owner();
    world.done(&owner, "migration.map_suggested", json!({ "source_id": id, "least": 40 })).await;
    let all = json!({ "source_id": id, "kind": "party", "is_selected": true, "with_domains": true });
    world.done(&owner, "migration.select", all).await;
    world.done(&owner, "migration.verify", json!({ "source_id": id })).await;
    world.settle().await;
}

pub async fn record(world: &World, id: &str, kind: &str, external: &str) -> Value {
    let input = json!({ "source_id": id, "kind": kind, "search": external });
    let found = world.done(&world.owner(), "migration.records", input).await;
    let own = |record: &&Value| record["external_id"] == external;
    found["items"].as_array().unwrap().iter().find(own).cloned().unwrap_or_else(|| panic!("no {kind} {external}"))
}

pub fn step(view: &Value, name: &str) -> Value {
    view["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).cloned().unwrap()
}

fn tally(reading: &Value) -> [i64; 5] {
    ["records", "added", "changed", "unchanged", "vanished"].map(|name| reading[name].as_i64().unwrap())
}

on_both_engines! {
    async fn reading_the_same_again_changes_nothing_and_what_changed_or_vanished_is_told(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        let first = collected(world, &id, DUMP).await;
        assert_eq!((first["state"].as_str(), tally(&first)), (Some("done"), [20, 20, 0, 0, 0]), "{first}");
        assert_eq!(first["gaps"], 1);
        let again = collected(world, &id, DUMP).await;
        assert_eq!(tally(&again), [20, 0, 0, 20, 0]);

        let mut other = provider();
        other.retain(|entry| !matches!(entry, Entry::Record(Record::Ticket(_))));
        for entry in &mut other {
            if let Entry::Record(Record::Party(party)) = entry && party.id == "c1" {
                party.name = "Ada Lovelace".to_owned();
            }
        }
        world.shelf.put(DUMP, other);
        let later = collected(world, &id, DUMP).await;
        assert_eq!(tally(&later), [19, 0, 1, 18, 1]);
        assert_eq!(record(world, &id, "party", "c1").await["name"], "Ada Lovelace");
        assert_eq!(record(world, &id, "ticket", "t1").await["is_gone"], true);
        world.shelf.put(DUMP, provider());
        assert_eq!(tally(&collected(world, &id, DUMP).await), [20, 0, 1, 19, 0], "what came back as it was is no news");
    }

    async fn a_reading_that_was_killed_begins_again_and_counts_once(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        let many: Vec<Entry> = (0..1_800).map(|n| entry(party(&format!("c{n}"), &format!("Customer {n}")))).collect();
        world.shelf.put(DUMP, many);
        world.shelf.die_once_after(1_200);
        let killed = collected(world, &id, DUMP).await;
        assert_eq!(killed["state"], "reading");
        assert_eq!(killed["records"], 1_000, "two batches were staged");
        let tasks = world.done(&world.owner(), "tasks.list", json!({ "search": id })).await;
        world.done(&world.owner(), "tasks.retry", json!({ "task_id": tasks["items"][0]["id"] })).await;
        world.settle().await;
        let resumed = last_reading(world, &id).await;
        assert_eq!((resumed["state"].as_str(), tally(&resumed)), (Some("done"), [1_800, 1_800, 0, 0, 0]), "{resumed}");
        assert_eq!(tally(&collected(world, &id, DUMP).await), [1_800, 0, 0, 1_800, 0]);
    }

    async fn the_second_of_two_records_with_one_identifier_is_named_as_a_gap(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, vec![entry(party("c1", "First")), entry(party("c1", "Second")), entry(party("c1", "First"))]);
        let reading = collected(world, &id, DUMP).await;
        assert_eq!((&reading["records"], &reading["repeated"]), (&json!(1), &json!(1)));
        assert_eq!(record(world, &id, "party", "c1").await["name"], "First");
        let gaps = world.done(&world.owner(), "migration.gaps", json!({ "source_id": id })).await;
        assert_eq!((&gaps["items"][0]["kind"], &gaps["items"][0]["external_id"]), (&json!("duplicate"), &json!("c1")));
        let long = "x".repeat(501);
        world.shelf.put(DUMP, vec![entry(party(&long, "Long")), entry(party("a\0b", "With NUL"))]);
        let reading = collected(world, &id, DUMP).await;
        assert_eq!((&reading["records"], &reading["gaps"]), (&json!(1), &json!(1)), "{reading}");
    }

    async fn an_input_that_is_refused_says_where_and_why(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        world.shelf.refuse(Some(truncated()));
        let refused = collected(world, &id, DUMP).await;
        assert_eq!(refused["state"], "refused");
        assert_eq!(refused["refusal_code"], "import.truncated");
        assert_eq!(refused["refusal_place"], "dump.sql, line 7");
        let input = json!({ "source_id": id });
        assert_eq!(world.refused(&world.owner(), "migration.verify", input).await, "migration.not_collected");
        world.shelf.refuse(None);
        assert_eq!(collected(world, &id, DUMP).await["state"], "done");
    }

    async fn a_path_that_leads_out_or_nowhere_is_refused(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        let owner = world.owner();
        for (paths, code) in [
            (json!([]), "migration.paths_missing"),
            (json!(["../secret.key"]), "migration.path_outside"),
            (json!(["/etc/passwd"]), "migration.path_outside"),
            (json!(["a/./b"]), "migration.path_outside"),
            (json!(["nothing.sql"]), "migration.path_unknown"),
        ] {
            let input = json!({ "source_id": id, "paths": paths });
            assert_eq!(world.refused(&owner, "migration.collect", input).await, code, "{paths}");
        }
        let files = json!({ "files": [{ "name": "a/b/../dump.sql", "content_base64": "LS0=" }] });
        let uploaded = world.done(&owner, "migration.upload", files.clone()).await;
        assert_eq!(uploaded["files"][0]["path"], "dump.sql");
        assert_eq!(world.refused(&owner, "migration.upload", files).await, "migration.file_exists");
    }

    async fn nothing_secret_of_the_source_stands_in_the_database(world) {
        use diesel::prelude::*;
        use hostwright_panel::platform::schema::migration_records;
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        collected(world, &id, DUMP).await;
        let bodies: Vec<String> = world
            .db
            .read(|tx| Ok(migration_records::table.select(migration_records::body).load(tx.conn)?))
            .await
            .unwrap();
        assert_eq!(bodies.len(), 20);
        assert!(bodies.iter().all(|body| !body.contains("5f4dcc3b5aa765d61d8327deb882cf99") && !body.contains("old.example")));
    }

    async fn one_source_is_the_main_billing_platform(world) {
        world.set_up().await;
        let first = registered(world, "Billing", json!({ "is_main_billing": true })).await;
        let owner = world.owner();
        let mut second = json!({ "name": "Hosting", "kind": "shelf", "zone": "UTC", "currency": "EUR", "is_main_billing": true });
        assert_eq!(world.refused(&owner, "migration.register", second.clone()).await, "migration.main_taken");
        second["is_main_billing"] = json!(false);
        second["name"] = json!("Billing");
        assert_eq!(world.refused(&owner, "migration.register", second.clone()).await, "migration.name_taken");
        second["kind"] = json!("nothing");
        assert_eq!(world.refused(&owner, "migration.register", second).await, "migration.kind_unknown");
        world.done(&owner, "migration.update", json!({ "source_id": first })).await;
        registered(world, "Hosting", json!({ "is_main_billing": true })).await;
    }

    async fn verification_says_of_every_object_what_and_why(world) {
        world.set_up().await;
        world.shop().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        collected(world, &id, DUMP).await;
        let owner = world.owner();
        let input = json!({ "source_id": id });
        // Nothing is mapped yet.
        let all = json!({ "source_id": id, "kind": "party", "is_selected": true });
        assert_eq!(world.done(&owner, "migration.select", all).await["count"], 3);
        world.done(&owner, "migration.verify", input.clone()).await;
        world.settle().await;
        let sold = record(world, &id, "subscription", "s1").await;
        assert_eq!((&sold["verdict"], &sold["reasons"]), (&json!("rejected"), &json!(["not_mapped"])));
        let account = record(world, &id, "party", "c1").await;
        assert_eq!((&account["verdict"], &account["reasons"]), (&json!("failed"), &json!(["subscription_failed"])));
        assert_eq!(record(world, &id, "subscription", "s2").await["verdict"], "passed_over");

        let templates = world.done(&owner, "migration.templates", input.clone()).await;
        let template = &templates["items"][0];
        assert_eq!((&template["product"], &template["used"], &template["suggested_plan_name"]), (&json!("p1"), &json!(4), &json!("Small")));
        assert!(template["likeness"].as_i64().unwrap() >= 60, "{template}");
        verified(world, &id).await;
        for (kind, external, verdict) in [
            ("party", "c1", "verified"), ("party", "r1", "verified"), ("party", "c3", "verified"),
            ("subscription", "s1", "approved"), ("subscription", "s3", "approved"), ("subscription", "s2", "passed_over"),
        ] {
            assert_eq!(record(world, &id, kind, external).await["verdict"], verdict, "{external}");
        }
        let view = world.done(&owner, "migration.source", input).await;
        assert_eq!(step(&view, "verify")["state"], "done");
        assert_eq!(step(&view, "transfer")["state"], "next");
    }

    async fn a_customer_below_a_reseller_that_stays_behind_fails_and_a_person_decides_with_a_reason(world) {
        world.set_up().await;
        world.shop().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        collected(world, &id, DUMP).await;
        verified(world, &id).await;
        let owner = world.owner();
        let reseller = text(&record(world, &id, "party", "r1").await, "id");
        let out = json!({ "staged_id": reseller, "decision": "not_migrated" });
        assert_eq!(world.refused(&owner, "migration.decide", out).await, "migration.reason_missing");
        let out = json!({ "staged_id": reseller, "decision": "not_migrated", "reason": "stays with us" });
        world.done(&owner, "migration.decide", out).await;
        world.done(&owner, "migration.verify", json!({ "source_id": id })).await;
        world.settle().await;
        let below = record(world, &id, "party", "c3").await;
        assert_eq!((&below["verdict"], &below["reasons"]), (&json!("failed"), &json!(["parent_not_migrated"])));
        let sold = record(world, &id, "subscription", "s3").await;
        assert_eq!(sold["reasons"], json!(["owner_failed"]));
        assert_eq!(record(world, &id, "party", "r1").await["decision_reason"], "stays with us");
        let invoice = text(&record(world, &id, "invoice", "i1").await, "id");
        let wrong = json!({ "staged_id": invoice, "decision": "approved", "reason": "x" });
        assert_eq!(world.refused(&owner, "migration.decide", wrong).await, "migration.not_decidable");
    }

    async fn a_circle_of_resellers_is_told_and_ends(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        let above = |id: &str, reseller: &str| entry(Party { reseller: Some(reseller.to_owned()), ..party(id, id) });
        world.shelf.put(DUMP, vec![above("a", "b"), above("b", "a"), above("c", "a"), entry(party("d", "d"))]);
        collected(world, &id, DUMP).await;
        verified(world, &id).await;
        for external in ["a", "b", "c"] {
            let account = record(world, &id, "party", external).await;
            assert_eq!((&account["verdict"], &account["reasons"]), (&json!("failed"), &json!(["parent_not_migrated"])));
        }
        assert_eq!(record(world, &id, "party", "d").await["verdict"], "verified");
    }

    async fn an_expired_subscription_moves_within_its_protective_interval(world) {
        world.set_up().await;
        world.shop().await;
        let id = registered(world, "Old panel", json!({ "protective_days": 10 })).await;
        let expired = |id: &str, day: &str| {
            entry(Subscription { expires: Some(day.parse().unwrap()), status: SubscriptionStatus::Expired, ..subscription(id, "c1", "10.00") })
        };
        let mut all = provider();
        all.extend([expired("e1", "2027-01-22"), expired("e2", "2027-01-21")]);
        world.shelf.put(DUMP, all);
        collected(world, &id, DUMP).await;
        verified(world, &id).await;
        let of = |external: &'static str| record(world, &id, "subscription", external);
        let last = of("e1").await;
        assert_eq!((&last["verdict"], &last["reasons"]), (&json!("approved"), &json!(["protective"])), "the tenth day counts");
        let after = of("e2").await;
        assert_eq!((&after["verdict"], &after["reasons"]), (&json!("rejected"), &json!(["expired"])));
    }

    async fn a_source_is_discarded_with_everything_that_was_read(world) {
        world.set_up().await;
        let id = registered(world, "Old panel", json!({})).await;
        world.shelf.put(DUMP, provider());
        collected(world, &id, DUMP).await;
        world.done(&world.owner(), "migration.discard", json!({ "source_id": id })).await;
        let input = json!({ "source_id": id });
        assert_eq!(world.refused(&world.owner(), "migration.source", input).await, "request.not_found");
        let left: i64 = world
            .db
            .read(|tx| {
                use diesel::prelude::*;
                use hostwright_panel::platform::schema::migration_records;
                Ok(migration_records::table.count().get_result(tx.conn)?)
            })
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
}
