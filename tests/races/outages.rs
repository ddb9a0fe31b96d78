//! PostgreSQL goes away under load and comes back; the panel stays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hostwright_kernel::{Clock, SystemClock};
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::{Db, Tx, settings};
use hostwright_tests::{World, text};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use xtask::lab::Postgres;

use super::panels::{Served, done, ticked, until};

/// Hands that read, and hands that write.
const READERS: usize = 6;
const WRITERS: usize = 4;

/// What all hands were answered, by status and code.
type Tally = BTreeMap<(u16, String), usize>;

/// Status and code; what is no success must be a clear and passing refusal.
async fn judged(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    if status == 200 {
        return (status, String::new());
    }
    let retry = answer.headers().get("Retry-After").map(|value| value.to_str().unwrap().to_owned());
    let kind = answer.headers().get("Content-Type").map(|value| value.to_str().unwrap().to_owned());
    let problem: Value = answer.json().await.unwrap();
    let code = text(&problem, "code");
    assert_eq!(status, 503, "{problem}");
    assert!(["service.unavailable", "service.uncertain"].contains(&code.as_str()), "{problem}");
    assert_eq!((retry.as_deref(), kind.as_deref()), (Some("5"), Some("application/problem+json")));
    assert!(text(&problem, "request_id").starts_with("req_"), "{problem}");
    (status, code)
}

/// Those that are told to come again later do so, though sooner than people would.
async fn be_patient(status: u16) {
    if status == 503 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Reads until told to stop.
async fn read(panel: Arc<Served>, token: String, stop: Arc<AtomicBool>) -> Tally {
    let mut tally = Tally::new();
    while !stop.load(Ordering::SeqCst) {
        let answer = judged(panel.rest(Method::GET, "/customers", &token).send().await.unwrap()).await;
        be_patient(answer.0).await;
        *tally.entry(answer).or_default() += 1;
    }
    tally
}

/// Makes customers until told to stop, each with a key of its own, and sends each
/// request again until it is answered; how many were made.
async fn write(panel: Arc<Served>, token: String, stop: Arc<AtomicBool>, hand: usize) -> (Tally, usize) {
    let (mut tally, mut made) = (Tally::new(), 0);
    while !stop.load(Ordering::SeqCst) {
        let name = format!("customer-{hand}-{made}");
        let input = json!({
            "name": name, "email": format!("{name}@example.org"), "street": "Weg 2", "postal_code": "10115",
            "city": "Berlin", "country": "DE",
        });
        loop {
            let request = panel.rest(Method::POST, "/customers", &token).header("Idempotency-Key", &name).json(&input);
            let answer = judged(request.send().await.unwrap()).await;
            let is_made = answer.0 == 200;
            be_patient(answer.0).await;
            *tally.entry(answer).or_default() += 1;
            if is_made {
                break;
            }
        }
        made += 1;
    }
    (tally, made)
}

/// How many customers there are. Our own connection here may be one that PostgreSQL took
/// along a moment ago; it is forgotten then, and the next one is new.
fn customers(db: &Db) -> usize {
    use diesel::prelude::*;
    use hostwright_panel::platform::schema::customers;
    let counted = || db.read_now(|tx| Ok(customers::table.count().get_result::<i64>(tx.conn)?));
    usize::try_from(counted().or_else(|_lost| counted()).unwrap()).unwrap()
}

/// Waits for an answer to a page with this status.
async fn page_answers(panel: &Served, token: &str, status: u16) -> Response {
    until("the page answers otherwise", async || {
        let answer = panel.page("/", token).await;
        (answer.status().as_u16() == status).then_some(answer)
    })
    .await
}

/// Takes PostgreSQL away from under a busy panel with `end`, and brings it back.
async fn outage(mut postgres: Postgres, end: fn(&mut Postgres)) {
    let url = postgres.create_database("panel").unwrap();
    let world = World::elsewhere(DatabaseUrl::Postgres(url), SystemClock.now());
    world.set_up().await;
    let mut panel = Arc::new(Served::on(&world.db));
    let process = panel.panel.id();
    let token = panel.sign_in().await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..READERS {
        readers.spawn(read(Arc::clone(&panel), token.clone(), Arc::clone(&stop)));
    }
    for hand in 0..WRITERS {
        writers.spawn(write(Arc::clone(&panel), token.clone(), Arc::clone(&stop), hand));
    }
    until("the load is on", async || (customers(&world.db) > 2 * WRITERS).then_some(())).await;

    end(&mut postgres);
    // What PostgreSQL takes for its last checkpoint is not the panel's time.
    let asked = tokio::time::Instant::now();
    let page = page_answers(&panel, &token, 503).await;
    assert_eq!(page.headers().get("Retry-After").unwrap(), "5");
    assert_eq!(panel.page("/readyz", &token).await.status().as_u16(), 503);
    assert!(asked.elapsed() < Duration::from_secs(20), "nobody waits for a server that is not there");
    postgres.resume().unwrap();
    let back = SystemClock.now();
    page_answers(&panel, &token, 200).await;
    let before = customers(&world.db);
    until("the load is on again", async || (customers(&world.db) > before + 2 * WRITERS).then_some(())).await;
    stop.store(true, Ordering::SeqCst);

    let mut tally = Tally::new();
    let mut made = 0;
    for (own, count) in writers.join_all().await {
        made += count;
        own.into_iter().for_each(|(answer, times)| *tally.entry(answer).or_default() += times);
    }
    for own in readers.join_all().await {
        own.into_iter().for_each(|(answer, times)| *tally.entry(answer).or_default() += times);
    }
    println!("{tally:?}");
    assert!(tally.keys().any(|(status, _)| *status == 503), "{tally:?}");
    assert_eq!(customers(&world.db), made, "each request was done once, however often it was sent");

    // The same process has its worker and its ticks again.
    let (status, started) = panel.post("/renewals/run", &token, json!({})).await;
    assert_eq!(status, 200, "{started}");
    done(&panel, &token, &text(&started, "task_id")).await;
    ticked(&world.db, back).await;
    let panel = Arc::get_mut(&mut panel).unwrap();
    assert!(panel.panel.is_running());
    assert_eq!(panel.panel.id(), process);
    assert_eq!(world.breaks().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_restarted_under_load_is_a_clear_503_and_everything_recovers_by_itself() {
    for _seed in xtask::lab::seeds() {
        outage(Postgres::start().unwrap(), |postgres| postgres.shut_down().unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_killed_under_load_is_a_clear_503_and_everything_recovers_by_itself() {
    for _seed in xtask::lab::seeds() {
        outage(Postgres::start().unwrap(), |postgres| postgres.kill().unwrap()).await;
    }
}

/// Ends the connection that asks, from another one, and waits until it is gone.
fn cut(tx: &mut Tx<'_>, other: &Db) {
    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Bool, Integer};
    let pid: i32 = diesel::select(sql::<Integer>("pg_backend_pid()")).get_result(tx.conn).unwrap();
    let left = format!("(SELECT count(*) FROM pg_stat_activity WHERE pid = {pid})");
    let ended = other.read_now(|tx| {
        Ok(diesel::select(sql::<Bool>(&format!("pg_terminate_backend({pid})"))).get_result::<bool>(tx.conn)?)
    });
    assert!(ended.unwrap());
    while other.read_now(|tx| Ok(diesel::select(sql::<BigInt>(&left)).get_result::<i64>(tx.conn)?)).unwrap() > 0 {
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_before_the_commit_changed_nothing_and_one_lost_in_it_is_told_as_uncertain() {
    let world = World::postgres();
    let other = world.beside().db;
    let before = world.db.write_now(|tx| {
        settings::next(tx, "counted")?;
        cut(tx, &other);
        settings::next(tx, "counted")
    });
    assert_eq!(before.unwrap_err().code(), "service.unavailable");
    let during = world.db.write_now(|tx| {
        settings::next(tx, "counted")?;
        cut(tx, &other);
        Ok(())
    });
    assert_eq!(during.unwrap_err().code(), "service.uncertain");
    let read = world.db.read_now(|tx| {
        cut(tx, &other);
        settings::get::<String>(tx, "nothing")
    });
    assert_eq!(read.unwrap_err().code(), "service.unavailable");
    // The lost connections are forgotten, and the next callers get others.
    assert_eq!(world.db.write_now(|tx| settings::next(tx, "counted")).unwrap(), 1);
}
