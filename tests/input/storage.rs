//! A disk that fills up, and a database that goes away in the middle of a request.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use hostwright_panel::on_each;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::secrets::Vault;
use hostwright_panel::platform::texts::Texts;
use hostwright_panel::platform::{Db, Error};
use hostwright_server::compose::{self, Ground, Ports};
use hostwright_tests::World;
use serde_json::json;

use super::doors::{Doors, says};
use super::state::State;
use crate::surfaces::site::{Site, read};

/// Lets the database grow by so many pages of 4 KiB more, as a disk with that much
/// room; none is all there can be.
async fn leave_room(world: &World, pages: Option<u32>) {
    let limit = |more: u32| format!("PRAGMA max_page_count = {more}");
    world
        .db
        .write(move |tx| {
            #[derive(QueryableByName)]
            struct Count {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                page_count: i64,
            }
            let count = on_each!(tx.conn, |conn| sql_query("PRAGMA page_count").get_result::<Count>(conn))?;
            let most = pages.map_or(u32::MAX - 1, |more| u32::try_from(count.page_count).unwrap() + more);
            on_each!(tx.conn, |conn| conn.batch_execute(&limit(most)))?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_nothing_is_half_done() {
    let doors = Doors::sqlite().await;
    let departments = doors.world.done(&doors.world.owner(), "departments.list", json!({})).await;
    let ticket = |size: usize| json!({ "department_id": departments["items"][0]["id"], "subject": "Help", "body": "x".repeat(size) });
    leave_room(&doors.world, Some(2)).await;
    let before = State::of(&doors.world).await;
    let full = says(507, "service.storage_full", "");
    doors.refuse(&doors.carla, "tickets.open", ticket(20_000), full).await;
    doors.refuse(&doors.carla, "tickets.open", ticket(20_000), full).await;
    assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
    let page = read(doors.site.get(&doors.carla.browser, "/portal/tickets")).await;
    assert_eq!(page.status.as_u16(), 200, "reading goes on");
    leave_room(&doors.world, None).await;
    let reply = doors.rest(&doors.carla, "tickets.open", &ticket(20_000)).await;
    assert_eq!(reply.status.as_u16(), 200, "once there is room, the one writer writes again: {}", reply.body);
    doors.world.settle().await;
    assert_eq!(doors.world.breaks().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_does_not_stop_the_one_writer() {
    let world = World::sqlite();
    world.set_up().await;
    // A deferred foreign key is only looked at by the commit, which then fails.
    let broken = world
        .db
        .write(|tx| {
            on_each!(tx.conn, |conn| conn.batch_execute(
                "PRAGMA defer_foreign_keys = ON; \
                 INSERT INTO members (customer_id, person_id, role, created_at) VALUES ('cus_x', 'per_x', 'owner', '2027-01-01 00:00:00')"
            ))?;
            Ok(())
        })
        .await;
    assert!(matches!(broken, Err(Error::Database(_))), "{broken:?}");
    world.customer("Carla").await;
}

#[test]
fn the_words_of_a_full_disk_are_known_on_both_engines() {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    for (words, code) in [
        ("database or disk is full", "service.storage_full"),
        ("could not extend file \"base/16384/16403\": No space left on device", "service.storage_full"),
        ("could not write to file \"pg_wal/xlogtemp.72\": Disk quota exceeded", "service.storage_full"),
        ("the database system is shutting down", "service.unavailable"),
        ("terminating connection due to administrator command", "service.unavailable"),
        ("syntax error at or near \"SELEC\"", "service.internal"),
    ] {
        let error = Error::from(Diesel::DatabaseError(DatabaseErrorKind::Unknown, Box::new(words.to_owned())));
        assert_eq!(error.code(), code, "{words}");
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    state: String,
}

/// How many requests of others wait for a lock.
fn waiting(watcher: &mut PgConnection) -> usize {
    let query = "SELECT coalesce(wait_event_type, '') AS state FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let found: Vec<Waiting> = sql_query(query).load(watcher).unwrap();
    found.into_iter().filter(|row| row.state == "Lock").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_goes_away_during_a_request_is_told_and_comes_back() {
    let mut server = xtask::lab::Postgres::start().unwrap();
    let url = server.fresh_database().unwrap();
    let clock = hostwright_kernel::ManualClock::at(hostwright_tests::START.parse().unwrap());
    let db = Db::open(&DatabaseUrl::parse(&url), std::sync::Arc::new(clock)).unwrap();
    db.migrate().unwrap();
    let ground = Ground {
        db: db.clone(),
        vault: Vault::new([42; 32]),
        public_url: "http://panel.test".into(),
        texts: Texts::embedded().unwrap(),
    };
    let (app, _worker) = compose::assemble(&ground, &Ports::none(), None, "panel@panel.test", 1);
    let site = Site::of(&app);
    let token = hostwright_panel::auth::links::ensure_setup_link(&db).await.unwrap().unwrap();
    let set_up = json!({
        "token": token, "owner_name": "Olga Owner", "owner_email": "olga@host.example",
        "owner_password": "correct horse battery", "company_name": "Nordlicht", "company_street": "Kai 1",
        "company_postal_code": "24103", "company_city": "Kiel", "company_country": "DE",
        "company_email": "billing@host.example", "currency": "EUR", "time_zone": "Europe/Berlin",
    });
    let done = read(site.rest("POST", "/setup", None).json(&set_up)).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.body);
    let owner = done.json()["session_token"].as_str().unwrap().to_owned();

    // Somebody holds the table, so that the request is certainly under way.
    let mut holder = PgConnection::establish(&url).unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE departments IN ACCESS EXCLUSIVE MODE").unwrap();
    let mut watcher = PgConnection::establish(&url).unwrap();
    let sales = json!({ "name": "Sales", "email": "sales@host.example" });
    let create = site.rest("POST", "/departments", Some(&owner)).json(&sales);
    let list = site.rest("GET", "/departments", Some(&owner));
    let under_way = tokio::spawn(async move { (read(create).await, read(list).await) });
    let started = std::time::Instant::now();
    while waiting(&mut watcher) == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "the request reaches the database");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill().unwrap();
    let (created, _) = under_way.await.unwrap();
    assert_eq!(created.problem(503), "service.unavailable");
    assert_eq!(created.header("retry-after"), "5");
    let page = read(site.get(&crate::surfaces::site::Browser::signed_in(&owner), "/staff/departments")).await;
    assert_eq!((page.status.as_u16(), page.header("x-problem-code")), (503, "service.unavailable"), "{}", page.body);
    server.resume().unwrap();
    let started = std::time::Instant::now();
    let again = loop {
        let reply = read(site.rest("POST", "/departments", Some(&owner)).json(&sales)).await;
        if reply.status.as_u16() == 200 || started.elapsed() > Duration::from_secs(60) {
            break reply;
        }
        assert_eq!(reply.problem(503), "service.unavailable");
    };
    assert_eq!(
        again.status.as_u16(),
        200,
        "it recovers by itself, and the refused request left nothing: {}",
        again.body
    );
}
