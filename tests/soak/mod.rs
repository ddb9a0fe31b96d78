//! A panel under mixed traffic for minutes or for hours, on a clock that runs fast,
//! with nodes that come and go. What was done follows from the seed; what it met
//! by chance does not.

mod hands;
mod memory;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::{App as Web, HttpServer, web};
use hostwright_panel::platform::{jobs, portable};
use hostwright_panel::{auth, nodes, servers};
use hostwright_server::app::App;
use hostwright_server::http::configure;
use serde_json::{Value, json};
use tokio::sync::watch;
use xtask::random::Random;

use crate::simulator::Silence;
use crate::{World, text};
use hands::Hand;
pub use memory::{Curve, resident_megabytes};

/// How long, and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Wishes {
    pub seconds: u64,
    pub seed: u64,
    /// People at once.
    pub hands: usize,
    /// Servers that may be ordered in all.
    pub orders: usize,
}

/// What it came to.
#[derive(Debug, Default)]
pub struct Report {
    pub requests: u64,
    /// By what was asked for and the status of the answer.
    pub answers: BTreeMap<(&'static str, u16), u64>,
    /// Answers of 500 and above, with what was asked for.
    pub failures: Vec<String>,
    pub days: u32,
    pub outages: u32,
    pub memory: Curve,
    pub breaks: Vec<String>,
    /// Jobs that somebody has begun and nobody goes on with.
    pub ownerless: Vec<String>,
    /// Open jobs that need attention.
    pub attention: Vec<String>,
    pub rows: BTreeMap<String, u64>,
}

/// A panel that is served on a free port.
pub struct Served {
    pub address: SocketAddr,
    server: ServerHandle,
}

/// Serves a panel on a free port until the value is dropped.
pub fn serve(app: &App) -> Served {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let app = app.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                let app = app.clone();
                Web::new().app_data(web::Data::new(app.clone())).configure(move |service| configure(&app, service))
            });
            let server = server.workers(2).disable_signals().shutdown_timeout(2).listen(listener).unwrap().run();
            sender.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    Served { address, server: receiver.recv().unwrap() }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// Lets it run, and looks at what is left.
pub async fn soak(world: World, wishes: Wishes) -> Report {
    world.set_up().await;
    let shop = world.shop().await;
    let mut node_ids = vec![shop.node_id.clone()];
    for name in ["node2", "node3"] {
        let node = json!({
            "name": name, "uri": format!("test:///{name}"), "hypervisor": "test", "acceleration": "emulation",
            "pool": "hostwright", "network": "default", "vcpus_total": 64, "memory_mib_total": 65536, "disk_gib_total": 1000,
        });
        node_ids.push(text(&world.done(&world.owner(), "nodes.register", node).await, "id"));
    }
    world.settle().await;

    // The panel that serves and works is another one than the one that looks.
    let World { app, worker, .. } = world.beside();
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(worker.run(stopped));
    let served = serve(&app);
    let over = Arc::new(AtomicBool::new(false));
    let mut hands = Vec::new();
    for number in 0..wishes.hands {
        let hand = Hand::new(&world, &app, served.address, shop.clone(), number, wishes).await;
        let over = Arc::clone(&over);
        hands.push(tokio::spawn(async move { hand.work(&over).await }));
    }

    let mut report = Report::default();
    let mut chance = Random::new(wishes.seed);
    let began = Instant::now();
    let mut hours = 0_u32;
    let mut silent: BTreeMap<String, u32> = BTreeMap::new();
    // The pace of the clock; nothing is waited for.
    let mut pace = tokio::time::interval(Duration::from_millis(250));
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while began.elapsed() < Duration::from_secs(wishes.seconds) {
        pace.tick().await;
        world.clock.advance_seconds(3_600);
        hours += 1;
        tick(&world, hours).await;
        come_and_go(&world, &node_ids, &mut silent, &mut chance, &mut report);
        if hours.is_multiple_of(8) {
            report.memory.note(began.elapsed());
            world.mailbox.forget();
            world.hypervisor.forget();
        }
    }
    over.store(true, Ordering::SeqCst);
    for hand in hands {
        hand.await.unwrap().into_report(&mut report);
    }
    report.days = hours / 24;
    for node in &node_ids {
        world.hypervisor.silence(node, None);
    }
    calm(&world).await;
    stop.send(true).unwrap();
    working.await.unwrap();
    drop(served);
    look(&world, &mut report).await;
    report
}

/// What the scheduler of a panel enqueues, at the pace of the fast clock.
async fn tick(world: &World, hours: u32) {
    let daily = hours.is_multiple_of(24);
    if daily {
        world.done(&world.owner(), "renewals.run", json!({})).await;
    }
    if hours.is_multiple_of(4) {
        world
            .db
            .write(|tx| {
                nodes::jobs::enqueue_probes_in(tx)?;
                servers::jobs::enqueue_observations_in(tx)?;
                servers::jobs::enqueue_purge_in(tx)?;
                auth::jobs::clean_in(tx)?;
                let seal = jobs::NewJob {
                    kind: hostwright_server::compose::SEAL,
                    subject: "all",
                    customer_id: None,
                    title: "seal",
                    actor: "system:tick",
                };
                jobs::enqueue(tx, &seal).map(|_| ())
            })
            .await
            .unwrap();
    }
}

/// Nodes fall silent for some hours, are restarted, and answer again.
fn come_and_go(
    world: &World,
    node_ids: &[String],
    silent: &mut BTreeMap<String, u32>,
    chance: &mut Random,
    report: &mut Report,
) {
    for node in node_ids {
        match silent.get_mut(node) {
            Some(0) => {
                silent.remove(node);
                world.hypervisor.silence(node, None);
            }
            Some(left) => *left -= 1,
            None if chance.one_in(60) => {
                let kind = if chance.one_in(2) { Silence::Unreachable } else { Silence::Timeout };
                world.hypervisor.silence(node, Some(kind));
                if chance.one_in(3) {
                    world.hypervisor.restart_node(node);
                }
                report.outages += 1;
                silent.insert(node.clone(), u32::try_from(2 + chance.below(20)).unwrap());
            }
            None => {}
        }
    }
}

/// Waits until everything that can be done is done.
async fn calm(world: &World) {
    let patience = Instant::now();
    let mut quiet = 0;
    while quiet < 3 && patience.elapsed() < Duration::from_secs(120) {
        let open = tasks(world).await;
        world
            .db
            .write(move |tx| {
                for (id, ..) in open.iter().filter(|(_, _, state)| state != "running") {
                    jobs::retry_now(tx, &id.parse().map_err(hostwright_panel::platform::Error::internal)?)?;
                }
                nodes::jobs::enqueue_probes_in(tx)?;
                servers::jobs::enqueue_observations_in(tx)
            })
            .await
            .unwrap();
        let until = Instant::now();
        while !tasks(world).await.is_empty() && until.elapsed() < Duration::from_secs(10) {
            tokio::task::yield_now().await;
        }
        quiet = if tasks(world).await.is_empty() { quiet + 1 } else { 0 };
    }
}

/// Open jobs: id, kind and state.
async fn tasks(world: &World) -> Vec<(String, String, String)> {
    let tables = portable::tables();
    let jobs = tables.into_iter().find(|table| table.name == "jobs").unwrap();
    let place = |name: &str| jobs.columns.iter().position(|column| column.name == name).unwrap();
    let (id, kind, state) = (place("id"), place("kind"), place("state"));
    let table = jobs.clone();
    let rows = world
        .db
        .read(move |tx| {
            let mut rows = Vec::new();
            portable::read_all(tx, &[table], |_, page| {
                rows.extend(page.iter().filter(|row| !row.contains("\"done\"")).cloned());
                Ok(())
            })?;
            Ok(rows)
        })
        .await
        .unwrap();
    rows.iter()
        .map(|row| serde_json::from_str::<Vec<Value>>(row).unwrap())
        .map(|row| [id, kind, state].map(|place| row[place].as_str().unwrap_or_default().to_owned()))
        .filter(|[_, _, state]| state != "done" && state != "cancelled")
        .map(|[id, kind, state]| (id, kind, state))
        .collect()
}

async fn look(world: &World, report: &mut Report) {
    report.breaks = world.breaks().await;
    for (id, kind, state) in tasks(world).await {
        let told = format!("{id} {kind} is {state}");
        match state.as_str() {
            "running" => report.ownerless.push(told),
            "attention" => report.attention.push(told),
            _ => {}
        }
    }
    let sums = world.db.read(|tx| portable::read_all(tx, &portable::tables(), |_, _| Ok(()))).await.unwrap();
    report.rows = sums.tables.into_iter().map(|(name, table)| (name, table.rows)).collect();
}
