//! Backups that restore to either engine, and copies from one to the other.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hostwright_kernel::{Clock, SystemClock};
use hostwright_panel::auth::totp;
use hostwright_panel::auth::totp::commands::{BeginTotp, EnableTotp};
use hostwright_panel::auth::totp::model::{code, from_base32};
use hostwright_panel::platform::Db;
use hostwright_panel::platform::portable::{self, Sums};
use hostwright_panel::platform::secrets::Vault;
use hostwright_panel::platform::texts::Texts;
use hostwright_panel::reports::queries::verify_all;
use hostwright_server::backup::{self, Manifest};
use hostwright_server::compose::{self, Ground, Ports};
use hostwright_tests::engines::Database;
use hostwright_tests::{World, on_both_engines};
use serde_json::{Map, json};
use tempfile::TempDir;

use crate::surfaces::town::{PASSWORD, Town, sign_in};

/// What the vault of every world is made of.
const KEY: [u8; 32] = [42; 32];

fn quiet(_: &str) {}

/// A data folder as a panel leaves it: the key, and logs of guests.
fn data_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret.key"), KEY).unwrap();
    let console = folder.path().join("nodes/nod_1/console");
    std::fs::create_dir_all(&console).unwrap();
    std::fs::write(console.join("srv_1.log"), "booted\n").unwrap();
    folder
}

fn targets() -> [Database; 2] {
    [Database::sqlite(), Database::postgres()]
}

fn open(database: &Database, world: &World) -> Db {
    Db::open(&database.url(), Arc::new(world.clock.clone())).unwrap()
}

fn sums(db: &Db) -> Sums {
    db.read_now(|tx| portable::read_all(tx, &portable::tables(), |_, _| Ok(()))).unwrap()
}

fn create(world: &World, data: &Path, to: &Path) -> (std::path::PathBuf, Manifest) {
    backup::create(&world.db, data, to, &quiet).unwrap()
}

/// The half minute in which this machine is; codes run on its clock.
fn step() -> i64 {
    SystemClock.now().micros() / 30_000_000
}

/// Debits and credits of every account of the books.
async fn books(db: &Db) -> Vec<String> {
    db.read(|tx| {
        let tables = portable::tables();
        let accounts = tables.iter().find(|table| table.name == "ledger_accounts").unwrap();
        let mut rows = portable::page(tx, accounts, None)?.rows;
        rows.sort();
        Ok(rows)
    })
    .await
    .unwrap()
}

on_both_engines! {
    async fn a_backup_of_a_panel_at_work_restores_to_either_engine(world) {
        let source = if world.is_postgres() { Town::postgres().await } else { Town::sqlite().await };
        let town = source.with_troubles().await;
        let world = &town.world;
        // A secret that only the key of the installation opens.
        let (_, carla) = sign_in(world, "carla@example.org").await;
        let begun = totp::commands::begin(&carla, BeginTotp { current_password: PASSWORD.into() }).await.unwrap();
        let secret = from_base32(&begun.secret).unwrap();
        let shown = |ahead: i64| code(&secret, step() + ahead);
        totp::commands::enable(&carla, EnableTotp { code: shown(-1) }).await.unwrap();

        let data = data_folder();
        let folder = tempfile::tempdir().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (db, from, to, done) =
            (world.db.clone(), data.path().to_owned(), folder.path().to_owned(), Arc::clone(&over));
        let taking = tokio::task::spawn_blocking(move || {
            let made = backup::create(&db, &from, &to, &quiet);
            done.store(true, Ordering::SeqCst);
            made.unwrap()
        });
        let mut meanwhile = 0;
        while !over.load(Ordering::SeqCst) || meanwhile == 0 {
            world.customer(&format!("Late {meanwhile}")).await;
            meanwhile += 1;
        }
        let (file, manifest) = taking.await.unwrap();
        assert!(manifest.verify.iter().all(|(_, breaks)| *breaks == 0), "{:?}", manifest.verify);
        assert!(manifest.sums.tables["ledger_transfers"].amounts["amount_minor"] > 0);
        assert_eq!(manifest.sums.tables["ticket_attachments"].rows, 2);

        for database in targets() {
            let empty = tempfile::tempdir().unwrap();
            let restored = open(&database, world);
            backup::restore(&restored, empty.path(), &file, false, &quiet).unwrap();
            assert_eq!(sums(&restored), manifest.sums);
            assert_eq!(verify_all(&restored).await.unwrap().breaks, 0);
            assert_eq!(books(&restored).await, books(&world.db).await);
            let log = std::fs::read_to_string(empty.path().join("nodes/nod_1/console/srv_1.log")).unwrap();
            assert_eq!(log, "booted\n");

            // The restored panel knows its people and opens its secrets.
            let vault = Vault::open_or_create(&empty.path().join("secret.key")).unwrap();
            let ground = Ground {
                db: restored, vault, public_url: "http://panel.test".into(), texts: Texts::embedded().unwrap(),
            };
            let (app, _) = compose::assemble(&ground, &Ports::none(), None, "panel@panel.test", 1);
            let sign_in = app.endpoint(hostwright_panel::auth::policy::Action::SignIn).unwrap();
            let attempt = |totp: String| {
                let input = json!({ "email": "carla@example.org", "password": PASSWORD, "totp_code": totp });
                let mut call = app.call("req_test".to_owned());
                call.address = "192.0.2.9".to_owned();
                sign_in.execute(call, input.as_object().cloned().unwrap_or_else(Map::new), None)
            };
            assert!(attempt("000000".to_owned()).await.is_err());
            assert!(attempt(shown(0)).await.is_ok());
        }
    }

    async fn nothing_is_restored_over_somebody_unless_asked_for(world) {
        world.set_up().await;
        world.shop().await;
        let data = data_folder();
        let folder = tempfile::tempdir().unwrap();
        let (file, manifest) = create(world, data.path(), &folder.path().join("one.tar.zst"));
        assert!(backup::create(&world.db, data.path(), &file, &quiet).is_err(), "a backup is not overwritten");
        let before = sums(&world.db);
        world.customer("Later").await;
        let later = sums(&world.db);
        assert_ne!(before, later);

        let refused = backup::restore(&world.db, data.path(), &file, false, &quiet).unwrap_err().to_string();
        assert!(refused.contains("not empty"), "{refused}");
        assert_eq!(sums(&world.db), later);
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("secret.key"), [7; 32]).unwrap();
        let refused = backup::restore(&world.db, other.path(), &file, false, &quiet).unwrap_err().to_string();
        assert!(refused.contains("secret.key"), "{refused}");

        backup::restore(&world.db, data.path(), &file, true, &quiet).unwrap();
        assert_eq!(sums(&world.db), before);
        assert_eq!(sums(&world.db), manifest.sums);
    }

    async fn a_damaged_backup_changes_nothing(world) {
        world.set_up().await;
        let data = data_folder();
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = create(world, data.path(), folder.path());
        let whole = std::fs::read(&file).unwrap();
        let before = sums(&world.db);
        for (place, cut) in [(whole.len() / 2, false), (40, false), (whole.len() / 2, true), (3, true)] {
            let mut bytes = whole.clone();
            if cut {
                bytes.truncate(place);
            } else {
                bytes[place] ^= 0xFF;
            }
            std::fs::write(&file, bytes).unwrap();
            assert!(backup::restore(&world.db, data.path(), &file, true, &quiet).is_err(), "{place} {cut}");
            assert_eq!(sums(&world.db), before);
        }
        let left: Vec<_> = std::fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "nothing is left behind: {left:?}");
    }

    async fn a_database_moves_to_either_engine_with_equal_sums(world) {
        let source = if world.is_postgres() { Town::postgres().await } else { Town::sqlite().await };
        let town = source.with_troubles().await;
        let world = &town.world;
        for database in targets() {
            let target = open(&database, world);
            let told = std::sync::Mutex::new(Vec::new());
            let copied = backup::copy(&world.db, &target, &|line: &str| told.lock().unwrap().push(line.to_owned())).unwrap();
            assert_eq!(copied, sums(&world.db));
            assert_eq!(copied, sums(&target));
            assert_eq!(books(&world.db).await, books(&target).await);
            assert_eq!(verify_all(&target).await.unwrap().breaks, 0);
            let told = told.into_inner().unwrap();
            assert!(told.iter().any(|line| line.starts_with("invoices: ")), "{told:?}");
            let refused = backup::copy(&world.db, &target, &quiet).unwrap_err().to_string();
            assert!(refused.contains("not empty"), "{refused}");
            assert_eq!(copied, sums(&target));
        }
    }
}

#[test]
fn a_command_line_names_what_it_needs() {
    for command in [
        hostwright_server::maintenance::backup_command(),
        hostwright_server::maintenance::restore_command(),
        hostwright_server::maintenance::database_command(),
    ] {
        let name = command.get_name().to_owned();
        assert!(command.try_get_matches_from([&name]).is_err(), "{name} alone does nothing");
    }
}
