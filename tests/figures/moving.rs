//! Moving in: many accounts from one document, against reading that document and inserting the
//! same rows bare. Each engine is measured in a process of its own, for its memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostwright_importer::document::{Form, Header, Writer};
use hostwright_importer::snapshot::values::Cycle;
use hostwright_importer::snapshot::{Party, Price, Product, ProductClass, Subscription, SubscriptionStatus};
use hostwright_importer::{Entry, Record, Sink};
use hostwright_kernel::ManualClock;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::portable::{self, Table};
use hostwright_panel::platform::{Db, Error};
use hostwright_server::compose::Ports;
use hostwright_server::import::ImportFolder;
use hostwright_tests::{Mailbox, Postman, START, Simulator, World, text};
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::Wishes;
use crate::figure::Figures;

const DOCUMENT: &str = "provider.xml";
/// What is worked out anew each time, or tells only that something was done.
const PASSING: [&str; 6] = ["jobs", "job_steps", "outbox", "audit_log", "migration_collections", "migration_sources"];

/// Both engines, one after the other.
pub fn run(wishes: &Wishes) -> ExitCode {
    let accounts = wishes.accounts.unwrap_or(if wishes.quick { 2_000 } else { 100_000 });
    let folder = tempfile::tempdir().unwrap();
    write_document(&folder.path().join(DOCUMENT), accounts);
    let postgres = xtask::lab::Postgres::start().unwrap();
    let is_fine = ["sqlite", "postgres"].into_iter().all(|engine| {
        let databases = ["new", "bare"].map(|name| match engine {
            "postgres" => postgres.create_database(name).unwrap(),
            _ => folder.path().join(format!("{name}.db")).display().to_string(),
        });
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["import-into", "--engine", engine, "--accounts", &accounts.to_string(), "--folder"]);
        command.arg(folder.path()).args(["--database", &databases[0], "--bare", &databases[1]]);
        command.args(wishes.json.then_some("--json"));
        command.status().unwrap().success()
    });
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the process of one engine is told.
#[derive(Debug)]
pub struct Into {
    pub engine: String,
    pub accounts: usize,
    pub folder: PathBuf,
    pub database: String,
    pub bare: String,
    pub json: bool,
}

/// Moves the provider into one database, then inserts the same rows bare into another.
pub async fn into(wishes: &Into) -> ExitCode {
    let mut figures = Figures::new(wishes.json);
    let (engine, accounts) = (&wishes.engine, wishes.accounts);
    let url = |place: &str| match engine.as_str() {
        "postgres" => DatabaseUrl::Postgres(place.to_owned()),
        _ => DatabaseUrl::Sqlite(place.into()),
    };
    let world = reading(url(&wishes.database), &wishes.folder);
    let moved = move_in(&world).await;
    let bare = bare_of(&world.db, &url(&wishes.bare), &wishes.folder.join(DOCUMENT)).await;
    let (rate, floor) = (per_second(accounts, moved.took), per_second(accounts, bare));
    figures.add(format!("import, {engine}, {accounts} accounts"), rate, "accounts/s", floor);
    for (phase, took) in &moved.phases {
        figures.add(format!("import, {engine}: {phase}"), took.as_secs_f64(), "s", bare.as_secs_f64());
    }
    figures.add(format!("import, {engine}: peak memory"), moved.peak, "MB", moved.idle);
    figures.add(format!("import, {engine}: differences and breaks"), moved.wrong as f64, "", 0.0);
    if moved.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn per_second(accounts: usize, took: Duration) -> f64 {
    accounts as f64 / took.as_secs_f64()
}

/// Accounts, and three subscriptions for every two of them.
pub fn write_document(path: &Path, accounts: usize) {
    let header = Header { source_kind: "bench".to_owned(), ..Header::default() };
    let mut writer = Writer::new(Form::Xml, BufWriter::new(File::create(path).unwrap()), &header).unwrap();
    let mut write = |record: Record| writer.take(Entry::Record(record)).unwrap();
    let monthly = |amount: &str| Some(format!("EUR {amount}").parse().unwrap());
    let price = Price {
        cycle: Cycle::Months(1),
        amount: "EUR 10.00".parse().unwrap(),
        setup: None,
        transfer: None,
        renewal: None,
    };
    write(
        Product {
            id: "p1".to_owned(),
            name: "small".to_owned(),
            class: ProductClass::Server,
            prices: vec![price],
            ..Product::default()
        }
        .into(),
    );
    for number in 0..accounts {
        write(
            Party {
                id: format!("c{number}"),
                name: format!("Customer {number}"),
                email: Some(format!("customer{number}@old.example")),
                currency: Some("EUR".parse().unwrap()),
                balance: monthly(if number % 10 == 0 { "12.50" } else { "0.00" }),
                ..Party::default()
            }
            .into(),
        );
        for part in 0..1 + number % 2 {
            write(
                Subscription {
                    id: format!("s{number}.{part}"),
                    party: format!("c{number}"),
                    product: Some("p1".to_owned()),
                    name: format!("Server {number}.{part}"),
                    status: SubscriptionStatus::Active,
                    cycle: Some(Cycle::Months(1)),
                    price: monthly("10.00"),
                    started: Some("2026-03-15".parse().unwrap()),
                    next_due: Some("2027-02-15".parse().unwrap()),
                    ..Subscription::default()
                }
                .into(),
            );
        }
    }
    writer.finish().unwrap();
}

/// An installation that reads the files of a folder.
pub fn reading(url: DatabaseUrl, folder: &Path) -> World {
    let clock = ManualClock::at(START.parse().unwrap());
    let db = Db::open(&url, Arc::new(clock.clone())).unwrap();
    db.migrate().unwrap();
    let simulator = Arc::new(Simulator::new(Arc::new(clock.clone())));
    let mailbox = Arc::new(Mailbox::default());
    let ports = Ports {
        hypervisor: simulator.clone(),
        probe: simulator.clone(),
        reader: Arc::new(ImportFolder::new(folder.to_owned())),
        copier: Arc::new(Postman::default()),
        clock: Arc::new(None),
        dns: None,
    };
    World::over(db, clock, (simulator, Arc::clone(&mailbox)), &ports, mailbox)
}

/// What was moved, and what it took.
pub struct Moved {
    pub phases: Vec<(&'static str, Duration)>,
    pub took: Duration,
    /// Resident megabytes before anything was read.
    pub idle: f64,
    /// The most of them while it went on.
    pub peak: f64,
    /// Differences of the report, breaks that `verify` finds, and tables that a second run changed.
    pub wrong: usize,
}

/// Moves the document in, and looks whether all of it is there, once.
pub async fn move_in(world: &World) -> Moved {
    world.set_up().await;
    world.shop().await;
    let source = json!({ "name": "Old panel", "kind": "hostwright", "zone": "UTC", "currency": "EUR" });
    let id = text(&world.done(&world.owner(), "migration.register", source).await, "id");
    // What was the most until now is forgotten.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let idle = megabytes("VmRSS:");
    let mut phases = Vec::new();
    for phase in ["collect", "verify", "transfer"] {
        let began = Instant::now();
        perform(world, &id, phase).await;
        phases.push((phase, began.elapsed()));
    }
    let (took, peak) = (phases.iter().map(|(_, took)| *took).sum(), megabytes("VmHWM:"));
    let report = world.done(&world.owner(), "migration.report", json!({ "source_id": id })).await;
    let mut wrong = differences(&report);
    let breaks = world.breaks().await;
    breaks.iter().take(10).for_each(|found| eprintln!("{found}"));
    let before = rows(&world.db).await;
    for phase in ["collect", "verify", "transfer"] {
        perform(world, &id, phase).await;
    }
    let after = rows(&world.db).await;
    let lasting = after.keys().filter(|name| !PASSING.contains(&name.as_str()));
    let changed: Vec<&String> = lasting.filter(|name| before.get(*name) != after.get(*name)).collect();
    if !changed.is_empty() {
        eprintln!("a second run changed {changed:?}");
    }
    wrong += breaks.len() + changed.len();
    Moved { phases, took, idle, peak, wrong }
}

async fn perform(world: &World, id: &str, phase: &str) {
    let owner = world.owner();
    let source = json!({ "source_id": id });
    match phase {
        "collect" => {
            world.done(&owner, "migration.collect", json!({ "source_id": id, "paths": [DOCUMENT] })).await;
        }
        "verify" => {
            world.done(&owner, "migration.map_suggested", json!({ "source_id": id, "least": 40 })).await;
            let all = json!({ "source_id": id, "kind": "party", "is_selected": true, "with_domains": true });
            world.done(&owner, "migration.select", all).await;
            world.done(&owner, "migration.verify", source).await;
        }
        _ => {
            world.done(&owner, "migration.transfer", source).await;
        }
    }
    world.settle().await;
}

/// Rows of the report that say that something is not here, or not to the cent.
fn differences(report: &Value) -> usize {
    // A product is mapped, and does not land.
    let counts = report["counts"].as_array().unwrap().iter().filter(|row| row["kind"] != "product");
    let money = report["money"].as_array().unwrap().iter();
    let missing = counts.filter(|row| row["missing"] != 0 || row["skipped"] != 0);
    let wrong: Vec<&Value> = missing.chain(money.filter(|row| row["difference"]["minor"] != 0)).collect();
    wrong.iter().for_each(|row| eprintln!("{row}"));
    wrong.len()
}

fn megabytes(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1_024.0
}

/// Rows of every table.
async fn rows(db: &Db) -> BTreeMap<String, u64> {
    let tables = portable::tables();
    let sums = db.read(move |tx| portable::read_all(tx, &tables, |_, _| Ok(()))).await.unwrap();
    sums.tables.into_iter().map(|(name, sums)| (name, sums.rows)).collect()
}

/// What reading the document takes, and inserting all rows of a database into an empty one.
async fn bare_of(from: &Db, to: &DatabaseUrl, document: &Path) -> Duration {
    let began = Instant::now();
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(File::open(document).unwrap()));
    let (mut buffer, mut words) = (Vec::new(), 0_usize);
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Eof => break,
            Event::Text(text) => words += text.decode().unwrap().len(),
            _ => {}
        }
        buffer.clear();
    }
    assert!(words > 0);
    let mut took = began.elapsed();
    let into = Db::open(to, Arc::new(ManualClock::at(START.parse().unwrap()))).unwrap();
    into.migrate().unwrap();
    let tables = portable::tables();
    let all = tables.clone();
    into.write(move |tx| portable::clear(tx, &all)).await.unwrap();
    let inserted = from
        .read(move |tx| {
            let mut inserted = Duration::ZERO;
            portable::read_all(tx, &tables, |table, rows| {
                inserted += insert(&into, table, rows)?;
                Ok(())
            })?;
            Ok(inserted)
        })
        .await
        .unwrap();
    took += inserted;
    took
}

fn insert(into: &Db, table: &Table, rows: &[String]) -> Result<Duration, Error> {
    let began = Instant::now();
    into.write_now(|tx| portable::insert(tx, table, rows))?;
    Ok(began.elapsed())
}

#[cfg(test)]
mod tests {
    use hostwright_tests::on_both_engines;

    use super::*;

    on_both_engines! {
        async fn a_small_document_moves_in_and_its_rows_go_into_an_empty_database(world) {
            let folder = tempfile::tempdir().unwrap();
            let document = folder.path().join(DOCUMENT);
            write_document(&document, 12);
            let world = reading(world.db.url().clone(), folder.path());
            let moved = move_in(&world).await;
            assert_eq!(moved.wrong, 0);
            let customers = rows(&world.db).await["customers"];
            assert_eq!((customers, rows(&world.db).await["migration_landings"] >= 12 + 18), (12, true));
            let bare = DatabaseUrl::Sqlite(folder.path().join("bare.db"));
            assert!(bare_of(&world.db, &bare, &document).await > Duration::ZERO);
        }
    }
}
