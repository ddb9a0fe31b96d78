//! Two panels as two processes on one PostgreSQL.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use diesel::prelude::*;
use hostwright_kernel::{Clock, Instant, SystemClock};
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::RenewalChoice;
use hostwright_panel::platform::Db;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::platform::schema::{invoices, jobs, subscriptions};
use hostwright_panel::renewals::jobs::RUN;
use hostwright_panel::subscriptions::commands::{activate_in, create_in};
use hostwright_panel::subscriptions::model::NewSubscription;
use hostwright_server::compose::SEAL;
use hostwright_tests::{KEY, World, text};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::lab::{Panel, PanelOptions};

use super::jobs::lose_leases;

/// Subscriptions that the run has to renew.
const SUBSCRIPTIONS: i64 = 240;
/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The built program.
fn program() -> PathBuf {
    xtask::lab::binary().unwrap_or_else(|| {
        // Without the test command: beside the tests, where cargo puts it.
        let built = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("hostwright");
        assert!(built.exists(), "build the panel first: cargo build --package hostwright-server");
        built
    })
}

/// A panel as a process of its own, with the key of every world.
pub(super) struct Served {
    pub panel: Panel,
    client: Client,
    _data: TempDir,
}

impl Served {
    pub fn on(db: &Db) -> Self {
        Self::with_key(db, KEY).unwrap()
    }

    fn with_key(db: &Db, key: [u8; 32]) -> anyhow::Result<Self> {
        let DatabaseUrl::Postgres(url) = db.url() else { panic!("two panels share a PostgreSQL") };
        let data = tempfile::tempdir()?;
        std::fs::write(data.path().join("secret.key"), key)?;
        let options = PanelOptions::new(program(), data.path())
            .env("HOSTWRIGHT_DATABASE_URL", url)
            .env("HOSTWRIGHT_LOG_LEVEL", "warn");
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { panel: Panel::start(options)?, client, _data: data })
    }

    /// A REST request.
    pub fn rest(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.panel.url())).bearer_auth(token)
    }

    /// A page, as a browser with a session asks for it.
    pub async fn page(&self, path: &str, session: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.panel.url()));
        request.header("Cookie", format!("hw_session={session}")).send().await.unwrap()
    }

    pub async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let answer = self.rest(Method::GET, path, token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn post(&self, path: &str, token: &str, input: Value) -> (u16, Value) {
        let answer = self.rest(Method::POST, path, token).json(&input).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A session of the owner.
    pub async fn sign_in(&self) -> String {
        let input = json!({ "email": "olga@host.example", "password": "correct horse battery" });
        let request = self.client.post(format!("{}/api/v1/auth/sign-in", self.panel.url())).json(&input);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        text(&answer.json().await.unwrap(), "session_token")
    }
}

/// Looks again until there is something.
pub(super) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = tokio::time::Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(asked.elapsed() < PATIENCE, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a task is done.
pub(super) async fn done(panel: &Served, token: &str, task_id: &str) {
    until("the task is done", async || {
        let (status, task) = panel.get(&format!("/tasks/{task_id}"), token).await;
        (status == 200 && task["state"] == "done").then_some(())
    })
    .await;
}

/// An installation that was set up three weeks ago, with subscriptions that fall due
/// within the days that are billed ahead.
async fn with_subscriptions() -> World {
    let world = World::postgres_from(SystemClock.now().plus_days(-20));
    world.set_up().await;
    let owner = world.owner();
    let plan = json!({
        "name": "Small", "description": "", "vcpus": 1, "memory_mib": 256, "disk_gib": 1, "traffic_gib": 10,
        "private": false, "renewal_choices": ["automatic"],
    });
    let plan_id = text(&world.done(&owner, "plans.create", plan).await, "id");
    let price = json!({ "plan_id": plan_id, "currency": "EUR", "months": 1, "amount": "10.00", "setup": "0.00" });
    let price_id = text(&world.done(&owner, "plans.set_price", price).await, "id");
    let mut customers = Vec::new();
    for number in 0..8 {
        customers.push(world.customer(&format!("Customer {number}")).await.id);
    }
    world
        .db
        .write_now(|tx| {
            let (plan, price) =
                catalogue::queries::sellable_in(tx, &plan_id.parse().unwrap(), &price_id.parse().unwrap())?;
            let start = tx.now().day_in(&jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
            for customer_id in customers.iter().cycle().take(usize::try_from(SUBSCRIPTIONS).unwrap()) {
                let new = NewSubscription {
                    customer_id: customer_id.clone(),
                    plan: plan.clone(),
                    price: price.clone(),
                    start,
                    renewal: RenewalChoice::Automatic,
                };
                let sold = create_in(tx, &new)?;
                activate_in(tx, &sold.id)?;
            }
            Ok(())
        })
        .unwrap();
    world.settle().await;
    world
}

fn invoiced(db: &Db) -> i64 {
    db.read_now(|tx| Ok(invoices::table.count().get_result(tx.conn)?)).unwrap()
}

/// The processes that did a run.
fn workers(db: &Db) -> BTreeSet<u32> {
    let names: Vec<String> = db
        .read_now(|tx| {
            Ok(jobs::table.filter(jobs::kind.eq(RUN)).select(jobs::worker.assume_not_null()).load(tx.conn)?)
        })
        .unwrap();
    names.iter().map(|name| name.split(':').next().unwrap().parse().unwrap()).collect()
}

/// Waits until a tick of one of the panels has enqueued something since a moment, and
/// that was done.
pub(super) async fn ticked(db: &Db, since: Instant) {
    let sealed = || {
        jobs::table
            .filter(jobs::kind.eq(SEAL))
            .filter(jobs::created_at.gt(since))
            .filter(jobs::state.eq(JobState::Done))
            .count()
    };
    until("a tick was done", async || {
        let count: i64 = db.read_now(|tx| Ok(sealed().get_result(tx.conn)?)).unwrap();
        (count > 0).then_some(())
    })
    .await;
}

/// The worker that has the run.
fn runner(db: &Db) -> Option<String> {
    db.read_now(|tx| {
        let running = jobs::table.filter(jobs::kind.eq(RUN)).filter(jobs::state.eq(JobState::Running));
        Ok(running.select(jobs::worker.assume_not_null()).first(tx.conn).optional()?)
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_on_one_panel_holds_on_the_other() {
    let world = World::postgres_from(SystemClock.now());
    world.set_up().await;
    let (one, other) = (Served::on(&world.db), Served::on(&world.db));
    let session = one.sign_in().await;
    assert_eq!(other.get("/me", &session).await.1["email"], "olga@host.example");
    let (status, key) = other.post("/me/api-keys", &session, json!({ "name": "script", "scopes": ["*"] })).await;
    assert_eq!(status, 200, "{key}");
    let key = text(&key, "token");
    assert_eq!(one.get("/customers", &key).await.0, 200);

    // A task asked for on one is seen on the other, and both do their share of them.
    let workers = until("both have worked", async || {
        for (asked, seen) in [(&one, &other), (&other, &one)] {
            let (status, started) = asked.post("/renewals/run", &session, json!({})).await;
            assert_eq!(status, 200, "{started}");
            done(seen, &session, &text(&started, "task_id")).await;
        }
        Some(workers(&world.db)).filter(|workers| workers.len() == 2)
    })
    .await;
    assert_eq!(workers, BTreeSet::from([one.panel.id(), other.panel.id()]));

    assert_eq!(other.post("/auth/sign-out", &session, json!({})).await.0, 200);
    let (status, problem) = one.get("/me", &session).await;
    assert_eq!((status, &problem["code"]), (401, &json!("auth.bad_key")));
    assert_eq!(world.breaks().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_with_another_key_does_not_start() {
    let world = World::postgres_from(SystemClock.now());
    let _first = Served::on(&world.db);
    let told = Served::with_key(&world.db, [7; 32]).err().expect("a panel with another key").to_string();
    assert!(told.contains("secret.key is not the key of this database"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_killed_in_the_middle_of_the_renewal_run_leaves_nothing_undone_and_nothing_doubled() {
    for seed in xtask::lab::seeds() {
        // Within the first batch, so that most of the run is left to the other panel.
        let moment = 1 + i64::try_from(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 100).unwrap();
        println!("seed {seed}: killed after {moment} of {SUBSCRIPTIONS}");
        killed_after(moment).await;
    }
}

/// Kills the panel that runs the renewals once so many are billed.
async fn killed_after(moment: i64) {
    let world = with_subscriptions().await;
    let panels = [Served::on(&world.db), Served::on(&world.db)];
    let session = panels[0].sign_in().await;
    let (status, started) = panels[0].post("/renewals/run", &session, json!({})).await;
    assert_eq!(status, 200, "{started}");
    let worker = until("the run is in the middle", async || {
        let running = runner(&world.db)?;
        (invoiced(&world.db) >= moment).then_some(running)
    })
    .await;
    let killed = panels.iter().position(|served| worker.starts_with(&format!("{}:", served.panel.id()))).unwrap();
    panels[killed].panel.kill();
    let alone = SystemClock.now();
    let before = invoiced(&world.db);
    assert!(before < SUBSCRIPTIONS, "it was killed too late");

    // A minute passes, after which the dead worker's claims are anybody's.
    lose_leases(&world.db, &worker);
    let left = &panels[1 - killed];
    done(left, &session, &text(&started, "task_id")).await;
    assert_eq!(invoiced(&world.db), SUBSCRIPTIONS);
    let renewed: Vec<i64> =
        world.db.read_now(|tx| Ok(subscriptions::table.select(subscriptions::periods_billed).load(tx.conn)?)).unwrap();
    assert_eq!(renewed, vec![2; usize::try_from(SUBSCRIPTIONS).unwrap()]);
    ticked(&world.db, alone).await;
    assert_eq!(world.breaks().await, Vec::<String>::new());

    // The dead one comes back, finds nothing to do, and serves.
    panels[killed].panel.resume().unwrap();
    let (status, started) = panels[killed].post("/renewals/run", &session, json!({})).await;
    assert_eq!(status, 200, "{started}");
    done(&panels[killed], &session, &text(&started, "task_id")).await;
    assert_eq!(invoiced(&world.db), SUBSCRIPTIONS);
    assert_eq!(world.breaks().await, Vec::<String>::new());
}
