//! What the tests of moving in stand on.

use std::collections::BTreeMap;

use hostwright_importer::snapshot::Address;
use hostwright_importer::snapshot::values::Amount;
use hostwright_kernel::{Currency, Day};
use hostwright_panel::auth::adoption::Landing;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::customers::adoption::{AdoptCustomer, adopt_in};
use hostwright_panel::customers::model::CustomerId;
use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::portable::{self, TableSums};
use hostwright_tests::World;

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn eur(text: &str) -> Amount {
    Amount::parse(text, Currency::EUR).unwrap()
}

/// Does something in one transaction on behalf of whoever moves records in.
pub fn land<T>(world: &World, work: impl Fn(&mut Tx<'_>, &Landing<'_>) -> Result<T>) -> Result<T> {
    let call = world.owner();
    // Any action does; the one that moves in is of a slice above.
    let landing = Landing { call: &call, action: Action::CreateCustomer, system: "WHMCS" };
    world.db.write_now(|tx| work(tx, &landing))
}

/// A customer as a source may have it.
pub fn party(reference: &str, email: &str) -> AdoptCustomer {
    AdoptCustomer {
        reference: reference.to_owned(),
        name: "Ada Lovelace".to_owned(),
        company: None,
        email: email.to_owned(),
        phone: None,
        address: Address {
            street: Some("Weg 2".to_owned()),
            city: Some("Berlin".to_owned()),
            region: None,
            postal_code: Some("10115".to_owned()),
            country: Some("DE".to_owned()),
        },
        fallback_country: "DE".to_owned(),
        tax_number: None,
        is_tax_exempt: false,
        currency: Currency::EUR,
        language: Some("english".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        is_suspended: false,
        notes: None,
        fields: Vec::new(),
        created: None,
    }
}

/// A customer that moved in.
pub fn customer(world: &World, reference: &str) -> CustomerId {
    let email = format!("{reference}@example.org");
    land(world, |tx, landing| adopt_in(tx, landing, &party(reference, &email))).unwrap().id
}

/// What is in every table.
pub fn contents(world: &World) -> BTreeMap<String, TableSums> {
    world.db.write_now(|tx| Ok(portable::read_all(tx, &portable::tables(), |_, _| Ok(()))?.tables)).unwrap()
}

/// Whether a text stands anywhere in the database.
pub fn stands_anywhere(world: &World, text: &str) -> bool {
    world
        .db
        .write_now(|tx| {
            let mut found = false;
            portable::read_all(tx, &portable::tables(), |_, rows| {
                found |= rows.iter().any(|row| row.contains(text));
                Ok(())
            })?;
            Ok(found)
        })
        .unwrap()
}

/// Nothing that would mail, charge, suspend or build was written.
pub fn nothing_left(before: &BTreeMap<String, TableSums>, after: &BTreeMap<String, TableSums>) {
    for table in ["outbox", "jobs", "job_steps", "mails", "links", "reminders", "charges", "payments", "number_series"]
    {
        assert_eq!(before[table], after[table], "{table}");
    }
}

/// Everything is as before, but for what only grows: the audit log, the books (whose
/// balances are compared elsewhere) and counters.
pub fn undone(before: &BTreeMap<String, TableSums>, after: &BTreeMap<String, TableSums>) {
    let grows = ["audit_log", "ledger_transfers", "ledger_accounts", "counters"];
    for (table, sums) in before.iter().filter(|(table, _)| !grows.contains(&table.as_str())) {
        assert_eq!(Some(sums), after.get(table), "{table}");
    }
}
