//! The way out is as open as the way in.

use hostwright_importer::document::{Document, Form, Header, Writer};
use hostwright_importer::snapshot::values::Password;
use hostwright_importer::{Entry, Limits, Record, Sink};
use hostwright_panel::migration::export::queries::export_in;
use hostwright_tests::{World, on_both_engines, text, wish};
use serde_json::json;

use super::migration::step;
use super::migration_transfer::{count, ready_with, report, transferred};

async fn exported(world: &World) -> Vec<Entry> {
    world
        .db
        .read(|tx| {
            let mut entries: Vec<Entry> = Vec::new();
            export_in(tx, &mut entries)?;
            Ok(entries)
        })
        .await
        .unwrap()
}

/// The entries once they were written and read again.
fn through_a_document(form: Form, entries: &[Entry]) -> Vec<Entry> {
    let header = Header { source_kind: "hostwright".to_owned(), ..Header::default() };
    let mut writer = Writer::new(form, Vec::new(), &header).unwrap();
    for entry in entries {
        writer.take(entry.clone()).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let mut read: Vec<Entry> = Vec::new();
    Document::open(bytes.as_slice(), "export", &Limits::default()).unwrap().read(&mut read).unwrap();
    read
}

on_both_engines! {
    async fn what_was_exported_moves_in_elsewhere_to_the_cent(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let ada = world.customer("Ada").await;
        for name in ["web1", "web2"] {
            let quote = world.done(&ada.call, "orders.quote", wish(&ada, &shop, name)).await;
            world.done(&ada.call, "orders.place", json!({ "token": text(&quote, "token") })).await;
        }
        let credit = json!({ "customer_id": ada.id, "amount": "7.35", "currency": "EUR", "reason": "Welcome" });
        world.done(&world.owner(), "credits.grant", credit).await;
        world.settle().await;
        let entries = exported(world).await;
        for form in [Form::Xml, Form::Json] {
            assert_eq!(through_a_document(form, &entries), entries);
        }
        let kinds = |wanted: &str| {
            entries.iter().filter(|entry| matches!(entry, Entry::Record(one) if one.kind().as_str() == wanted)).count()
        };
        assert_eq!((kinds("party"), kinds("subscription"), kinds("invoice")), (1, 2, 2));
        fn password(entry: &Entry) -> Option<&Password> {
            match entry {
            Entry::Record(Record::Login(login)) => login.password.as_ref(),
            Entry::Record(Record::Staff(staff)) => staff.password.as_ref(),
            _ => None,
            }
        }
        let mut passwords = entries.iter().filter_map(|entry| password(entry).cloned());
        assert!(passwords.all(|password| password.value.0.starts_with("$argon2")), "no password leaves in clear");

        let elsewhere = World::sqlite();
        let id = ready_with(&elsewhere, entries).await;
        let view = transferred(&elsewhere, &id).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        let told = report(&elsewhere, &id).await;
        assert_eq!((count(&told, "party", "here"), count(&told, "invoice", "here")), (1, 2), "{told}");
        for row in told["money"].as_array().unwrap() {
            assert_eq!(row["difference"]["minor"], 0, "{row}");
        }
        let balances = told["money"].as_array().unwrap().iter().find(|row| row["sum"] == "balances").unwrap();
        assert_eq!(balances["here"]["minor"], 735, "{told}");
        assert_eq!(elsewhere.breaks().await, Vec::<String>::new());
    }
}
