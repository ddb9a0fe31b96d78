//! Workers: claim due jobs and run their handlers, several at once.
//!
//! Two panels on one database may both run workers: a claim is one row changed
//! by one of them. A handler that outlives its lease finds its steps refused.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::db::{Db, Tx};
use super::error::{Error, Kind, Result};
use super::jobs::{self, Job, LEASE_SECONDS, StepState};
use super::outbox::{self, Recorded};
use super::presence::Presence;

/// How often the queue is looked at when nothing wakes the worker.
const POLL: Duration = Duration::from_millis(500);

/// A boxed future, so that handlers can be kept in a list.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a run ended that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The job is done.
    Done,
    /// It waits for something; run it again after seconds.
    Wait {
        /// Seconds until the next run.
        seconds: i64,
        /// For what it waits.
        reason: String,
    },
}

/// Runs the jobs of one kind.
pub trait Handler: Send + Sync {
    /// [`jobs::NewJob::kind`].
    fn kind(&self) -> &'static str;
    /// Does the work; an error counts as a failure and is tried again.
    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>>;
}

/// One claim of one job, as its handler sees it.
#[derive(Debug, Clone)]
pub struct Run {
    /// The database.
    pub db: Db,
    /// The job with its fencing token.
    pub job: Job,
}

impl Run {
    /// Journals a step around `work`: begun before, ended after, with what it
    /// found or why it failed.
    ///
    /// # Errors
    /// What the work returns; [`Error::Internal`] when the lease was lost.
    pub async fn step<T>(&self, name: &str, work: impl Future<Output = Result<(T, String)>>) -> Result<T> {
        let (job, title) = (self.job.clone(), name.to_owned());
        let id = self
            .db
            .write(move |tx| {
                if !jobs::renew(tx, &job)? {
                    return Err(Error::internal("the lease of this job was lost"));
                }
                jobs::begin_step(tx, &job, &title)
            })
            .await?;
        let outcome = work.await;
        let (state, detail) = match &outcome {
            Ok((_, detail)) => (StepState::Done, detail.clone()),
            Err(error) => (StepState::Failed, error.to_string()),
        };
        self.db.write(move |tx| jobs::end_step(tx, &id, state, &detail)).await?;
        outcome.map(|(value, _)| value)
    }
}

/// Claims and runs jobs until it is told to stop.
pub struct Worker {
    db: Db,
    name: String,
    handlers: Vec<Arc<dyn Handler>>,
    react: fn(&mut Tx<'_>, &Recorded) -> Result<()>,
    slots: usize,
    presence: Option<Presence>,
}

impl Worker {
    /// A worker with up to `slots` jobs at once.
    #[must_use]
    pub fn new(
        db: Db,
        name: String,
        handlers: Vec<Arc<dyn Handler>>,
        react: fn(&mut Tx<'_>, &Recorded) -> Result<()>,
        slots: usize,
    ) -> Self {
        Self { db, name, handlers, react, slots, presence: None }
    }

    /// The same under the name that others can tell to be alive.
    #[must_use]
    pub fn with_presence(mut self, presence: Presence) -> Self {
        presence.name().clone_into(&mut self.name);
        self.presence = Some(presence);
        self
    }

    /// Takes over what dead workers held; a worker that cannot goes on without.
    async fn take_over(&self) {
        let Some(presence) = &self.presence else {
            return;
        };
        let dead = presence.dead().unwrap_or_default();
        let names = dead.clone();
        match self.db.write(move |tx| Presence::take_over(tx, &names)).await {
            Ok(freed) => {
                presence.forget(&dead);
                if freed > 0 {
                    tracing::info!(jobs = freed, "the jobs of a worker that died are taken over");
                }
            }
            Err(error) => tracing::warn!(%error, "the jobs of dead workers wait for their leases"),
        }
    }

    /// Works until `stop` turns true; then waits for the running jobs.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let slots = Arc::new(Semaphore::new(self.slots));
        let wake = self.db.wake();
        self.take_over().await;
        while !*stop.borrow() {
            if let Err(error) = self.pass(&slots).await {
                tracing::warn!(%error, "the job queue could not be read");
                tokio::time::sleep(POLL).await;
            }
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => {}
            }
        }
        let all = u32::try_from(self.slots).unwrap_or(u32::MAX);
        let _drained = tokio::time::timeout(Duration::from_secs(20), slots.acquire_many(all)).await;
    }

    /// Reacts to events and starts every due job for which a slot is free.
    async fn pass(&self, slots: &Arc<Semaphore>) -> Result<()> {
        outbox::drain(&self.db, self.react).await?;
        while let Ok(permit) = Arc::clone(slots).try_acquire_owned() {
            let Some((job, handler)) = self.claim().await? else {
                return Ok(());
            };
            let db = self.db.clone();
            #[expect(clippy::disallowed_methods, reason = "the slots bound and await these tasks")]
            tokio::spawn(async move {
                run_claim(&db, job, handler.as_ref()).await;
                db.wake().notify_one();
                drop(permit);
            });
        }
        Ok(())
    }

    /// Runs everything that is due, one after the other, until nothing is: for
    /// tests and for commands that wait for their effect.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_until_idle(&self) -> Result<usize> {
        let mut count = 0_usize;
        loop {
            let events = outbox::drain(&self.db, self.react).await?;
            let Some((job, handler)) = self.claim().await? else {
                if events == 0 {
                    return Ok(count);
                }
                continue;
            };
            run_claim(&self.db, job, handler.as_ref()).await;
            count = count.saturating_add(1);
        }
    }

    async fn claim(&self) -> Result<Option<(Job, Arc<dyn Handler>)>> {
        let name = self.name.clone();
        let kinds: Vec<&'static str> = self.handlers.iter().map(|handler| handler.kind()).collect();
        let job = self.db.write(move |tx| jobs::claim(tx, &name, &kinds)).await?;
        Ok(job.and_then(|job| {
            let handler = self.handlers.iter().find(|handler| handler.kind() == job.kind)?;
            Some((job, Arc::clone(handler)))
        }))
    }
}

/// Runs one claim and records how it ended; the lease is renewed meanwhile.
async fn run_claim(db: &Db, job: Job, handler: &dyn Handler) {
    let run = Run { db: db.clone(), job };
    let renewal = Duration::from_secs(LEASE_SECONDS.unsigned_abs() / 3);
    let mut work = handler.run(&run);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            () = tokio::time::sleep(renewal) => {
                let job = run.job.clone();
                match db.write(move |tx| jobs::renew(tx, &job)).await {
                    Ok(true) => {}
                    Ok(false) => {
                        tracing::warn!(job = %run.job.id, "a job lost its lease and was stopped");
                        return;
                    }
                    Err(error) => tracing::warn!(job = %run.job.id, %error, "a lease could not be renewed"),
                }
            }
        }
    };
    if let Err(error) = &outcome {
        let Job { id, kind, subject, .. } = &run.job;
        tracing::warn!(job = %id, %kind, %subject, %error, "a job failed");
    }
    match record(db, &run.job, outcome).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job = %run.job.id, "a late answer was refused"),
        Err(error) => tracing::error!(job = %run.job.id, %error, "the end of a job could not be recorded"),
    }
}

/// Records how a claim ended, and waits for the database to come back for as long
/// as the claim may last: nobody else would take the job before.
async fn record(db: &Db, job: &Job, outcome: Result<Outcome>) -> Result<bool> {
    let outcome = Arc::new(outcome);
    let given_up = tokio::time::Instant::now() + Duration::from_secs(LEASE_SECONDS.unsigned_abs());
    loop {
        let (job, outcome) = (job.clone(), Arc::clone(&outcome));
        let recorded = db
            .write(move |tx| match outcome.as_ref() {
                Ok(Outcome::Done) => jobs::complete(tx, &job),
                Ok(Outcome::Wait { seconds, reason }) => jobs::postpone(tx, &job, *seconds, reason),
                Err(error) => jobs::fail(tx, &job, &error.to_string()),
            })
            .await;
        match recorded {
            Err(error) if error.kind() == Some(Kind::Unavailable) && tokio::time::Instant::now() < given_up => {
                tokio::time::sleep(POLL).await;
            }
            recorded => return recorded,
        }
    }
}
