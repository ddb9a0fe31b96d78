//! The threads that speak to one node, and the deadline on everything they do.
//!
//! Each thread has a connection of its own (see [`crate::session`] for the reason).
//! libvirt's calls block and cannot be cancelled. A call that passes its deadline is abandoned
//! together with its connection: its thread ends whenever the call returns, sends nothing more, and
//! a new connection serves the next command. When too many calls are stuck the node is degraded and
//! nothing is sent until one of them returns.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::NodeConfig;
use crate::error::NodeError;
use crate::observed::Health;
use crate::session::{Session, Turn};

/// After a failed attempt to connect, callers get the same answer for this long.
const OPENING_PAUSE: Duration = Duration::from_millis(300);
/// Threads that carry out commands, per connection.
const COMMAND_WORKERS: usize = 3;
/// Threads that copy disks, per connection, so that a start never waits behind a copy.
const COPYING_WORKERS: usize = 2;
/// Threads that only look, per connection, so that looking never waits behind a long copy.
/// There is one: it has the connection that was opened first.
const OBSERVING_WORKERS: usize = 1;
/// What that thread is called.
const LOOKING: &str = "look";

/// Which threads carry out a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Changes.
    Commands,
    /// Changes that copy disks and take long.
    Copying,
    /// Looking.
    Observing,
}

const QUEUED: u8 = 0;
const RUNNING: u8 = 1;
const DONE: u8 = 2;
const UNWANTED: u8 = 3;

/// What both ends know about one piece of work.
pub(crate) struct Ticket {
    state: AtomicU8,
}

impl Ticket {
    fn new() -> Self {
        Self { state: AtomicU8::new(QUEUED) }
    }

    fn begin(&self) -> bool {
        self.state.compare_exchange(QUEUED, RUNNING, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// True if somebody still waits for the answer.
    fn end(&self) -> bool {
        self.state.compare_exchange(RUNNING, DONE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// True if the work was running at this moment.
    fn abandon(&self) -> bool {
        match self.state.swap(UNWANTED, Ordering::SeqCst) {
            RUNNING => true,
            DONE => {
                self.state.store(DONE, Ordering::SeqCst);
                false
            }
            _ => false,
        }
    }

    /// False once the caller has stopped waiting.
    pub(crate) fn is_wanted(&self) -> bool {
        self.state.load(Ordering::SeqCst) != UNWANTED
    }
}

/// Work whose caller is dropped sends nothing more.
struct Waiting<'a> {
    ticket: Arc<Ticket>,
    stuck: &'a Arc<AtomicI64>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.ticket.abandon() {
            self.stuck.fetch_add(1, Ordering::SeqCst);
        }
    }
}

type Job = Box<dyn FnOnce(&mut Own) + Send>;

/// The connection of one thread, opened when it is first needed and again when it
/// broke. Opening counts as part of the job that needs it.
struct Own {
    session: Option<Arc<Session>>,
    config: Arc<NodeConfig>,
}

impl Own {
    fn session(&mut self) -> Result<Arc<Session>, NodeError> {
        if let Some(session) = self.session.as_ref().filter(|session| session.is_alive()) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::open(&self.config)?);
        self.session = Some(Arc::clone(&session));
        Ok(session)
    }
}

/// The connections with their threads. Dropping it lets the threads finish and end; the last of them
/// closes the connection, which can block, and therefore never happens on a caller's thread.
struct Generation {
    number: u64,
    session: Arc<Session>,
    commands: Sender<Job>,
    copying: Sender<Job>,
    observing: Sender<Job>,
}

struct State {
    generation: Option<Generation>,
    next_number: u64,
    refusal: Option<(Instant, NodeError)>,
    last_call_failed: bool,
}

/// Everything by which one node is reached.
pub(crate) struct Link {
    config: Arc<NodeConfig>,
    state: Mutex<State>,
    opening: tokio::sync::Mutex<()>,
    stuck: Arc<AtomicI64>,
}

impl Link {
    pub(crate) fn new(config: Arc<NodeConfig>) -> Self {
        Self {
            config,
            state: Mutex::new(State { generation: None, next_number: 1, refusal: None, last_call_failed: false }),
            opening: tokio::sync::Mutex::new(()),
            stuck: Arc::new(AtomicI64::new(0)),
        }
    }

    pub(crate) fn health(&self) -> Health {
        if self.stuck_calls() >= self.config.deadlines.stuck_cap {
            return Health::Degraded;
        }
        let state = self.state();
        if state.refusal.is_some() || state.last_call_failed { Health::Silent } else { Health::Good }
    }

    fn stuck_calls(&self) -> u32 {
        // For a moment the number can be below zero: a call may return while it is being given up.
        u32::try_from(self.stuck.load(Ordering::SeqCst)).unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing inside can be left half changed by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the work on a worker thread and waits for it, at most until the limit.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        lane: Lane,
        during: &'static str,
        limit: Duration,
        work: impl FnOnce(&Turn) -> Result<T, NodeError> + Send + 'static,
    ) -> Result<T, NodeError> {
        let deadline = Instant::now() + limit;
        let (number, queue) = self.connected(lane).await?;
        let ticket = Arc::new(Ticket::new());
        let waiting = Waiting { ticket: Arc::clone(&ticket), stuck: &self.stuck };
        let (answer, heard) = oneshot::channel();
        let job = self.job(Arc::clone(&ticket), work, answer);
        if queue.send(job).is_err() {
            self.retire(number);
            return Err(NodeError::Unreachable { detail: "the connection's threads have ended".to_owned() });
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let result = match timeout(left, heard).await {
            Ok(Ok(result)) => result,
            Ok(Err(_closed)) => Err(NodeError::Failed {
                libvirt_code: 0,
                during: during.to_owned(),
                detail: "the work ended without an answer".to_owned(),
            }),
            Err(_elapsed) => Err(NodeError::Timeout {
                after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
                during: during.to_owned(),
            }),
        };
        drop(waiting);
        let broken = matches!(result, Err(NodeError::Timeout { .. } | NodeError::Unreachable { .. }));
        if broken {
            tracing::warn!(node = self.config.name, during, "the connection is given up");
            self.retire(number);
        }
        self.state().last_call_failed = broken;
        result
    }

    fn job<T: Send + 'static>(
        &self,
        ticket: Arc<Ticket>,
        work: impl FnOnce(&Turn) -> Result<T, NodeError> + Send + 'static,
        answer: oneshot::Sender<Result<T, NodeError>>,
    ) -> Job {
        let config = Arc::clone(&self.config);
        let stuck = Arc::clone(&self.stuck);
        Box::new(move |own| {
            if !ticket.begin() {
                return;
            }
            let carry_out = AssertUnwindSafe(|| {
                let turn = Turn { session: own.session()?, config, ticket: Arc::clone(&ticket) };
                work(&turn)
            });
            let result = catch_unwind(carry_out).unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
            if !ticket.end() {
                stuck.fetch_sub(1, Ordering::SeqCst);
            }
            // Nobody may be waiting any more; the next look tells what became of it.
            let _ = answer.send(result);
        })
    }

    /// The present connection, opened if there is none.
    async fn connected(&self, lane: Lane) -> Result<(u64, Sender<Job>), NodeError> {
        let stuck = self.stuck_calls();
        if stuck >= self.config.deadlines.stuck_cap {
            return Err(NodeError::Degraded { stuck });
        }
        if let Some(present) = self.present(lane)? {
            return Ok(present);
        }
        let limit = self.config.deadlines.open;
        let too_long = |_elapsed| NodeError::Timeout {
            after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            during: "open the connection".to_owned(),
        };
        let _only_one = timeout(limit, self.opening.lock()).await.map_err(too_long)?;
        if let Some(present) = self.present(lane)? {
            return Ok(present);
        }
        let opened = self.open(limit).await;
        let mut state = self.state();
        match opened {
            Ok(session) => {
                let number = state.next_number;
                state.next_number = number.wrapping_add(1);
                state.refusal = None;
                state.generation = Some(self.generation(number, session)?);
                drop(state);
                self.present(lane)?
                    .ok_or_else(|| NodeError::Unreachable { detail: "the connection broke at once".to_owned() })
            }
            Err(refusal) => {
                state.refusal = Some((Instant::now(), refusal.clone()));
                Err(refusal)
            }
        }
    }

    fn present(&self, lane: Lane) -> Result<Option<(u64, Sender<Job>)>, NodeError> {
        let mut state = self.state();
        if let Some((when, refusal)) = &state.refusal
            && when.elapsed() < OPENING_PAUSE
        {
            return Err(refusal.clone());
        }
        if state.generation.as_ref().is_some_and(|present| !present.session.is_alive()) {
            state.generation = None;
        }
        Ok(state.generation.as_ref().map(|present| {
            let queue = match lane {
                Lane::Commands => &present.commands,
                Lane::Copying => &present.copying,
                Lane::Observing => &present.observing,
            };
            (present.number, queue.clone())
        }))
    }

    fn retire(&self, number: u64) {
        let mut state = self.state();
        if state.generation.as_ref().is_some_and(|present| present.number == number) {
            state.generation = None;
        }
    }

    /// Opening has no time limit in libvirt, so it gets a thread that can be abandoned.
    async fn open(&self, limit: Duration) -> Result<Session, NodeError> {
        let ticket = Arc::new(Ticket::new());
        let _waiting = Waiting { ticket: Arc::clone(&ticket), stuck: &self.stuck };
        let (answer, heard) = oneshot::channel();
        let config = Arc::clone(&self.config);
        let stuck = Arc::clone(&self.stuck);
        ticket.begin();
        spawn(format!("{}-open", config.name), move || {
            let opened = catch_unwind(AssertUnwindSafe(|| Session::open(&config)))
                .unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
            if !ticket.end() {
                stuck.fetch_sub(1, Ordering::SeqCst);
            }
            let _ = answer.send(opened);
        })?;
        match timeout(limit, heard).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(_closed)) => {
                Err(NodeError::Unreachable { detail: "the attempt to connect ended without an answer".to_owned() })
            }
            Err(_elapsed) => Err(NodeError::Timeout {
                after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
                during: "open the connection".to_owned(),
            }),
        }
    }

    fn generation(&self, number: u64, session: Session) -> Result<Generation, NodeError> {
        let session = Arc::new(session);
        let name = &self.config.name;
        let workers = |count: usize, role: &str| -> Result<Sender<Job>, NodeError> {
            let (queue, jobs) = channel::<Job>();
            let jobs = Arc::new(Mutex::new(jobs));
            for place in 0..count {
                let jobs = Arc::clone(&jobs);
                // The thread that looks has the first connection, and the others open their own.
                let first = (session.is_shared() || role == LOOKING).then(|| Arc::clone(&session));
                let own = Own { session: first, config: Arc::clone(&self.config) };
                spawn(format!("{name}-{role}{place}"), move || work_off(&jobs, own))?;
            }
            Ok(queue)
        };
        Ok(Generation {
            number,
            commands: workers(COMMAND_WORKERS, "do")?,
            copying: workers(COPYING_WORKERS, "copy")?,
            observing: workers(OBSERVING_WORKERS, LOOKING)?,
            session,
        })
    }
}

fn work_off(jobs: &Mutex<Receiver<Job>>, mut own: Own) {
    loop {
        let job = {
            let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.recv()
        };
        match job {
            Ok(job) => job(&mut own),
            // The connection was given up and everything queued has been answered.
            Err(_closed) => return,
        }
    }
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), NodeError> {
    thread::Builder::new().name(name).spawn(work).map(|_detached| ()).map_err(|fault| NodeError::Failed {
        libvirt_code: 0,
        during: "start a thread".to_owned(),
        detail: fault.to_string(),
    })
}

fn panicked(panic: &(dyn Any + Send)) -> NodeError {
    let detail = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    NodeError::Failed {
        libvirt_code: 0,
        during: "carry out the command".to_owned(),
        detail: format!("a fault in the program: {detail}"),
    }
}
