//! An installation that can be copied, killed and started again.

use std::sync::Arc;

use hostwright_kernel::{Clock, Instant, ManualClock, SystemClock};
use hostwright_panel::notifications::ports::MailTransport;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{self, LEASE_SECONDS};
use hostwright_panel::platform::outbox::Recorded;
use hostwright_panel::platform::worker::{BoxFuture, Handler, Outcome, Run, Worker};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::servers::ports::Hypervisor;
use hostwright_panel::{reactions, servers};
use hostwright_server::compose::{self, Ports};
use hostwright_tests::engines::Database;
use hostwright_tests::{Mailbox, START, Simulator, World};

use super::hook::{Hook, Hooked, Mode};

/// What else is done twice, besides what a [`Mode`] doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    Nothing,
    /// Every run of every job.
    Jobs,
    /// Every reaction to every event.
    Reactions,
}

/// What is left of an installation when its process is gone.
pub struct Remains {
    database: Database,
    simulator: Arc<Simulator>,
    mailbox: Arc<Mailbox>,
    now: Instant,
    machine: Instant,
}

/// A process of an installation.
pub struct Place {
    pub world: World,
    pub hook: Arc<Hook>,
    machine: ManualClock,
    port: Arc<dyn Hypervisor>,
    mail: Arc<dyn MailTransport>,
    // Dropped last: the world is connected to it.
    database: Database,
}

impl Remains {
    /// A new installation.
    pub fn none(database: Database) -> Self {
        let now = START.parse().unwrap();
        let simulator = Arc::new(Simulator::new(Arc::new(ManualClock::at(now))));
        Self { database, simulator, mailbox: Arc::default(), now, machine: SystemClock.now() }
    }

    /// The same remains once more, with nothing in common.
    pub fn copy(&self) -> Self {
        Self {
            database: self.database.copy(),
            simulator: Arc::new(self.simulator.copy(Arc::new(ManualClock::at(self.now)))),
            mailbox: Arc::default(),
            now: self.now,
            machine: self.machine,
        }
    }

    /// A new process on what is there.
    pub fn start(self, mode: Mode) -> Place {
        let hook = Hook::new(mode);
        let clock = ManualClock::at(self.now);
        let machine = ManualClock::at(self.machine);
        let db = Db::open(&self.database.url(), Arc::new(clock.clone())).unwrap();
        db.migrate().unwrap();
        let db = db.with_machine_clock(Arc::new(machine.clone())).with_stops(hook.clone());
        let inner: Arc<dyn Hypervisor> = self.simulator.clone();
        let port: Arc<dyn Hypervisor> = Arc::new(Hooked { hook: hook.clone(), inner });
        let inner: Arc<dyn MailTransport> = self.mailbox.clone();
        let mail: Arc<dyn MailTransport> = Arc::new(Hooked { hook: hook.clone(), inner });
        let ports = Ports {
            hypervisor: port.clone(),
            probe: self.simulator.clone(),
            reader: Arc::<hostwright_tests::Shelf>::default(),
            copier: Arc::<hostwright_tests::Postman>::default(),
            clock: Arc::new(None),
            dns: None,
        };
        let world = World::over(db, clock, (self.simulator, self.mailbox), &ports, mail.clone());
        Place { world, hook, machine, port, mail, database: self.database }
    }
}

impl Place {
    /// The process ends here.
    pub fn end(self) -> Remains {
        let Self { world, machine, database, .. } = self;
        Remains {
            database,
            simulator: world.hypervisor.clone(),
            mailbox: world.mailbox.clone(),
            now: world.clock.now(),
            machine: machine.now(),
        }
    }

    /// The process ends here, and once its leases have ended another begins.
    pub fn resume(self) -> Place {
        self.machine.advance_seconds(u32::try_from(LEASE_SECONDS).unwrap() + 1);
        self.end().start(Mode::Off)
    }

    /// Works until nothing is open but jobs of the kind that is left alone; what
    /// waits is waited for on the machine's clock.
    pub async fn settle(&self, twice: Twice, leaves: Option<&'static str>) {
        let worker = self.worker(twice, leaves);
        for _ in 0..200 {
            worker.run_until_idle().await.unwrap();
            let open = self.open(leaves).await;
            if open.is_empty() {
                return;
            }
            self.machine.advance_seconds(5);
        }
        panic!("some work never ends: {:?}", self.open(leaves).await);
    }

    async fn open(&self, leaves: Option<&'static str>) -> Vec<String> {
        self.world
            .db
            .read(move |tx| {
                let mut open = Vec::new();
                for (state, _) in jobs::count_open(tx)? {
                    let input = hostwright_panel::platform::ListInput {
                        state: Some(state.as_str().to_owned()),
                        ..Default::default()
                    };
                    open.extend(jobs::list(tx, &input, None)?.items);
                }
                let of_others = open.into_iter().filter(|job| Some(job.kind.as_str()) != leaves);
                Ok(of_others.map(|job| format!("{} {} {:?}", job.kind, job.state, job.reason)).collect())
            })
            .await
            .unwrap()
    }

    /// A worker as the product has it, for one job after the other.
    fn worker(&self, twice: Twice, leaves: Option<&'static str>) -> Worker {
        let ports = Ports {
            hypervisor: self.port.clone(),
            probe: self.world.hypervisor.clone(),
            reader: Arc::<hostwright_tests::Shelf>::default(),
            copier: Arc::<hostwright_tests::Postman>::default(),
            clock: Arc::new(None),
            dns: None,
        };
        let mail = Some(self.mail.clone());
        let handlers = compose::handlers(&self.world.ground, &ports, mail, "panel@panel.test");
        let handlers = handlers.into_iter().filter(|handler| Some(handler.kind()) != leaves);
        let handlers: Vec<Arc<dyn Handler>> = match twice {
            Twice::Jobs => handlers.map(|handler| Arc::new(RunTwice(handler)) as Arc<dyn Handler>).collect(),
            _ => handlers.collect(),
        };
        let react: fn(&mut Tx<'_>, &Recorded) -> Result<()> =
            if twice == Twice::Reactions { react_twice } else { reactions::react };
        Worker::new(self.world.db.clone(), hostwright_kernel::id::fresh("wrk"), handlers, react, 1)
    }
}

/// The kind of the jobs that change servers on their nodes.
pub const RECONCILE: &str = servers::jobs::RECONCILE;

fn react_twice(tx: &mut Tx<'_>, event: &Recorded) -> Result<()> {
    reactions::react(tx, event)?;
    reactions::react(tx, event)
}

/// Runs a job again as soon as it ended.
struct RunTwice(Arc<dyn Handler>);

impl Handler for RunTwice {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            self.0.run(run).await?;
            self.0.run(run).await
        })
    }
}
