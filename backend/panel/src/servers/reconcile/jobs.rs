//! Carries the plan out: look, do the first step, write it down, look again.
//!
//! Invariants: what is to be remembered after a crash is written before a step is
//! done; a worker that lost the server to another (a higher fencing number)
//! writes nothing; no transaction is open while a node is asked; a node that does
//! not answer makes the state unknown and is waited for.

use std::sync::Arc;

use hostwright_kernel::{Clock, Instant};

use super::model::{Known, Patience, Step, after_mark, effective, find_greeting, mark, plan, stopped_from_inside};
use crate::addresses;
use crate::nodes;
use crate::nodes::model::Node;
use crate::platform::error::{Error, Result};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::platform::{Tx, outbox};
use crate::servers::jobs::RECONCILE;
use crate::servers::model::{Asked, ConsoleMark, Desired, Disk, DiskState, Seen, Server, ServerId, ServerReady};
use crate::servers::ports::{Act, Guest, Hypervisor, HypervisorError};
use crate::servers::{queries, store};

/// Steps in one run, far more than any wish needs; what is left waits a moment.
const MOST_STEPS: usize = 40;
/// Seconds between looks at a guest that is waited for.
const LOOK_SECONDS: i64 = 2;
/// Seconds before a node that did not answer is asked again.
const SILENT_SECONDS: i64 = 15;
/// Hours for which a released address may still be in use somewhere.
const COOL_OFF_HOURS: i64 = 24;
/// Bytes of the console that are looked through for a greeting.
const CONSOLE_BYTES: u32 = 262_144;

/// Brings one server to what is wished; the subject is its id.
pub struct Reconcile {
    hypervisor: Arc<dyn Hypervisor>,
    patience: Patience,
    machine: Option<Arc<dyn Clock>>,
}

/// A server with everything that a step needs.
struct Case {
    server: Server,
    disk: Disk,
    known: Known,
    node: Node,
    guest: Guest,
}

/// What follows a step.
enum Next {
    /// Look again.
    Again,
    /// Give the worker back until later.
    Wait(i64, String),
}

impl Reconcile {
    /// A handler over this port, with the usual patience.
    #[must_use]
    pub fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        Self { hypervisor, patience: Patience::default(), machine: None }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same with a clock of its own for waiting. It is otherwise the machine's
    /// and never the product's: it is about guests and not about business days.
    #[must_use]
    pub fn with_clock(mut self, machine: Arc<dyn Clock>) -> Self {
        self.machine = Some(machine);
        self
    }

    async fn reconcile(&self, run: &Run) -> Result<Outcome> {
        let id: ServerId = run.job.subject.parse().map_err(Error::internal)?;
        let taken = id.clone();
        let Some(fence) = run.db.write(move |tx| store::raise_fence(tx, &taken)).await? else {
            return Ok(Outcome::Done);
        };
        let hand = Hand { job: self, run, id, fence };
        for _ in 0..MOST_STEPS {
            let case = hand.load().await?;
            match hand.next(case).await? {
                Some(Next::Again) => {}
                Some(Next::Wait(seconds, reason)) => return Ok(Outcome::Wait { seconds, reason }),
                None => return Ok(Outcome::Done),
            }
        }
        Ok(Outcome::Wait { seconds: LOOK_SECONDS, reason: "there are more steps than one run takes".to_owned() })
    }
}

impl Handler for Reconcile {
    fn kind(&self) -> &'static str {
        RECONCILE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.reconcile(run))
    }
}

/// A server taken in hand by one run.
struct Hand<'r> {
    job: &'r Reconcile,
    run: &'r Run,
    id: ServerId,
    fence: i64,
}

impl Hand<'_> {
    fn machine(&self) -> Instant {
        self.job.machine.as_ref().map_or_else(|| self.run.db.machine_now(), |clock| clock.now())
    }

    async fn load(&self) -> Result<Case> {
        let (id, fence) = (self.id.clone(), self.fence);
        self.run
            .db
            .read(move |tx| {
                let server = queries::load_in(tx, &id)?;
                if server.fence != fence {
                    return Err(lost());
                }
                let disk = store::disk(tx, &id)?;
                let (node, guest) = queries::guest_in(tx, &server, &disk)?;
                let known = Known {
                    seen: store::observation(tx, &id)?,
                    disk: disk.state,
                    addresses_held: !guest.addresses.is_empty(),
                };
                Ok(Case { server, disk, known, node, guest })
            })
            .await
    }

    /// Does the next step; none when nothing is left.
    async fn next(&self, mut case: Case) -> Result<Option<Next>> {
        // What was seen before this moment is no ground for a step.
        let mut blind = case.known.clone();
        blind.seen.state = Seen::Unknown;
        let mut steps = plan(&case.server, &blind, self.job.patience, self.machine());
        if steps.first() == Some(&Step::Look) {
            match self.look(&mut case).await? {
                Some(next) => return Ok(Some(next)),
                None => steps = plan(&case.server, &case.known, self.job.patience, self.machine()),
            }
        }
        match steps.first() {
            None => self.settle(case).await,
            Some(step) => self.step(case, *step).await.map(Some),
        }
    }

    /// Looks at the guest and keeps what was seen.
    async fn look(&self, case: &mut Case) -> Result<Option<Next>> {
        let now = self.run.db.now();
        match self.job.hypervisor.observe(&case.node, &case.guest).await {
            Ok(seen) => {
                let from_inside = stopped_from_inside(&case.server, &case.known.seen, &seen);
                let known = case.known.clone().learn(&seen, now);
                self.save(case, &known).await?;
                case.known = known;
                if from_inside {
                    return self.accept_stop(&case.server).await.map(Some);
                }
                if case.known.seen.state == Seen::Unknown {
                    let reason = "the node cannot tell what the server does".to_owned();
                    return Ok(Some(Next::Wait(SILENT_SECONDS, reason)));
                }
                Ok(None)
            }
            Err(error) => self.lose_sight(case, error).await.map(Some),
        }
    }

    /// Nothing is known after this error; a silent node is waited for.
    async fn lose_sight(&self, case: &Case, error: HypervisorError) -> Result<Next> {
        let reason = error.to_string();
        let known = case.known.clone().lose_sight(&reason, self.run.db.now());
        self.save(case, &known).await?;
        if error.leaves_unknown() { Ok(Next::Wait(SILENT_SECONDS, reason)) } else { Err(Error::Unavailable(reason)) }
    }

    async fn accept_stop(&self, server: &Server) -> Result<Next> {
        let server = server.clone();
        let db = self.run.db.clone();
        self.run
            .step("accept_stop", async move {
                let accepted = db.write(move |tx| store::accept_stop(tx, &server)).await?;
                let note = if accepted {
                    "it was shut down from inside, so it stays off"
                } else {
                    "something else is wished meanwhile"
                };
                Ok(((), note.to_owned()))
            })
            .await?;
        Ok(Next::Again)
    }

    async fn step(&self, case: Case, step: Step) -> Result<Next> {
        let act = match step {
            Step::Look => return Ok(Next::Again),
            Step::AwaitStop => {
                return Ok(Next::Wait(LOOK_SECONDS, "waits for the guest to shut down".to_owned()));
            }
            Step::ReadGreeting => return self.listen(case).await,
            Step::DropDisk => return self.drop_disk(case).await,
            Step::ReleaseAddresses => return self.release_addresses(case).await,
            Step::EnsureVolume => Act::EnsureVolume,
            Step::EnsureSeed => Act::EnsureSeed,
            Step::EnsureFilter => Act::EnsureFilter,
            Step::EnsureDomain => Act::EnsureDomain,
            Step::Start => Act::Start,
            Step::ShutDown => Act::ShutDown,
            Step::PowerOff => Act::PowerOff,
            Step::Reboot => Act::Reboot { force: false },
            Step::Reset => Act::Reboot { force: true },
            Step::Undefine => Act::Undefine,
            Step::RemoveFilter => Act::RemoveFilter,
            Step::RemoveSeed => Act::RemoveSeed,
            Step::QuarantineVolume => Act::QuarantineVolume,
            Step::RestoreVolume => Act::RestoreVolume,
        };
        self.act(case, step, act).await
    }

    async fn act(&self, mut case: Case, step: Step, act: Act) -> Result<Next> {
        let mark = match step {
            Step::Start | Step::Reboot | Step::Reset => self.console_end(&case).await,
            _ => ConsoleMark::default(),
        };
        let begun = case.known.clone().begin(step, &case.server, mark, self.machine());
        if begun != case.known {
            self.save(&case, &begun).await?;
            case.disk.state = begun.disk;
            case.known = begun;
        }
        let mut fault = None;
        let outcome = self
            .run
            .step(step.as_str(), async {
                match self.job.hypervisor.act(&case.node, &case.guest, act, self.fence).await {
                    Ok(acted) => Ok(((), acted.note)),
                    Err(error) => {
                        let shown = Error::Unavailable(error.to_string());
                        fault = Some(error);
                        Err(shown)
                    }
                }
            })
            .await;
        let known = match fault {
            None => {
                outcome?;
                case.known.clone().finish(step, &case.server, self.machine())
            }
            Some(error) => match self.after_fault(&case, step, &error) {
                Some(known) => known,
                None if error.leaves_unknown() => return self.lose_sight(&case, error).await,
                None => return outcome.map(|()| Next::Again),
            },
        };
        self.save(&case, &known).await?;
        Ok(Next::Again)
    }

    /// What some faults tell: that there never was a disk, or that the guest
    /// cannot be asked and need not be waited for.
    fn after_fault(&self, case: &Case, step: Step, error: &HypervisorError) -> Option<Known> {
        let mut known = case.known.clone();
        let long_ago =
            self.machine().plus_seconds(self.job.patience.stop.max(self.job.patience.reboot).saturating_neg());
        match (step, error) {
            (Step::QuarantineVolume | Step::RestoreVolume, HypervisorError::Missing(_)) => {
                return known.without_disk();
            }
            (Step::ShutDown, HypervisorError::Unsupported(_)) => {
                known.seen.facts.asked = Some(Asked { number: case.server.generation, at: long_ago });
            }
            (Step::Reboot, HypervisorError::Unsupported(_)) if known.seen.greeting.is_some() => {
                known.seen.facts.reboot = Some(Asked { number: case.server.reboots, at: long_ago });
            }
            _ => return None,
        }
        Some(known)
    }

    /// Where the console ends now; what cannot be read has no end.
    async fn console_end(&self, case: &Case) -> ConsoleMark {
        match self.job.hypervisor.console_tail(&case.node, &case.guest, CONSOLE_BYTES).await {
            Ok(text) => mark(&text),
            Err(_unread) => ConsoleMark::default(),
        }
    }

    /// Looks for a greeting on the console.
    async fn listen(&self, case: Case) -> Result<Next> {
        let told = self.job.hypervisor.console_tail(&case.node, &case.guest, CONSOLE_BYTES).await;
        let (known, note) = match told {
            Ok(text) => {
                let most = usize::try_from(CONSOLE_BYTES).unwrap_or(usize::MAX);
                let new = after_mark(&text, &case.known.seen.facts.console_mark, most);
                match find_greeting(new) {
                    Some(greeting) => (case.known.clone().greeted(&greeting), greeting.line),
                    None if case.known.is_deaf(self.job.patience, self.machine()) => {
                        (case.known.clone().gave_up_listening(true), "the console said nothing that we know".to_owned())
                    }
                    None => {
                        let reason = "waits for the guest's greeting on its console".to_owned();
                        return Ok(Next::Wait(LOOK_SECONDS, reason));
                    }
                }
            }
            Err(error) if error.leaves_unknown() => return self.lose_sight(&case, error).await,
            Err(HypervisorError::Unsupported(_)) => {
                (case.known.clone().gave_up_listening(false), "this node has no console".to_owned())
            }
            Err(error) => (case.known.clone().gave_up_listening(true), error.to_string()),
        };
        self.run
            .step(Step::ReadGreeting.as_str(), async {
                self.save(&case, &known).await?;
                Ok(((), note))
            })
            .await?;
        Ok(Next::Again)
    }

    /// Strikes off a disk that was never made, and gives its room back.
    async fn drop_disk(&self, case: Case) -> Result<Next> {
        let db = self.run.db.clone();
        let (id, fence) = (self.id.clone(), self.fence);
        self.run
            .step(Step::DropDisk.as_str(), async move {
                db.write(move |tx| {
                    let server = hold(tx, &id, fence)?;
                    if server.desired == Desired::Deleted
                        && store::move_disk(tx, &case.disk, DiskState::Planned, DiskState::Deleted, None)?
                    {
                        nodes::commands::release_capacity_in(tx, &server.node_id, &server.capacity())?;
                    }
                    Ok(())
                })
                .await?;
                Ok(((), "there was no disk".to_owned()))
            })
            .await?;
        Ok(Next::Again)
    }

    /// Lets the addresses cool off: the domain was seen gone in this very run.
    async fn release_addresses(&self, case: Case) -> Result<Next> {
        let db = self.run.db.clone();
        let fence = self.fence;
        self.run
            .step(Step::ReleaseAddresses.as_str(), async move {
                let released = db
                    .write(move |tx| {
                        let server = hold(tx, &case.server.id, fence)?;
                        if server.desired != Desired::Deleted {
                            return Ok(0);
                        }
                        let free_after = tx.now().plus_seconds(COOL_OFF_HOURS.saturating_mul(3_600));
                        addresses::commands::release_in(tx, server.id.as_str(), free_after)
                    })
                    .await?;
                Ok(((), format!("{released} released, free again in {COOL_OFF_HOURS} hours")))
            })
            .await?;
        Ok(Next::Again)
    }

    /// Nothing is left to do, unless something else was wished meanwhile.
    async fn settle(&self, case: Case) -> Result<Option<Next>> {
        let fence = self.fence;
        self.run
            .db
            .write(move |tx| {
                let server = hold(tx, &case.server.id, fence)?;
                let same = server.generation == case.server.generation
                    && server.reboots == case.server.reboots
                    && server.desired == case.server.desired;
                if !same {
                    return Ok(Some(Next::Again));
                }
                let mut known = case.known.clone();
                let is_first = known.settle(&server) && effective(&server) == Desired::Running;
                store::save_observation(tx, &server.id, &known.seen)?;
                if is_first {
                    outbox::record(
                        tx,
                        &ServerReady {
                            server_id: server.id,
                            customer_id: server.customer_id,
                            subscription_id: server.subscription_id,
                            hostname: server.hostname,
                        },
                    )?;
                }
                Ok(None)
            })
            .await
    }

    /// Keeps what is known, while this run still has the server in hand.
    async fn save(&self, case: &Case, known: &Known) -> Result<()> {
        let (id, fence, disk, known) = (self.id.clone(), self.fence, case.disk.clone(), known.clone());
        self.run
            .db
            .write(move |tx| {
                let server = hold(tx, &id, fence)?;
                store::save_observation(tx, &id, &known.seen)?;
                if known.disk != disk.state {
                    let purge_after = purge_after(tx, &server, known.disk);
                    if !store::move_disk(tx, &disk, disk.state, known.disk, purge_after)? {
                        return Err(lost());
                    }
                }
                Ok(())
            })
            .await
    }
}

/// When a disk that is now in this state may go for good: a day after it came into
/// quarantine at the earliest, so that a late deletion can be undone as well.
fn purge_after(tx: &Tx<'_>, server: &Server, state: DiskState) -> Option<Instant> {
    let told = server.purge_after.filter(|_| state == DiskState::Quarantined)?;
    Some(told.max(tx.now().plus_days(1)))
}

/// The server, locked, if this worker still has it in hand.
fn hold(tx: &mut Tx<'_>, id: &ServerId, fence: i64) -> Result<Server> {
    store::lock(tx, id)?.filter(|server| server.fence == fence).ok_or_else(lost)
}

fn lost() -> Error {
    Error::internal("another worker has this server in hand")
}
