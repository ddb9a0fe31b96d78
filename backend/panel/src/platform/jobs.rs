//! Durable jobs: rows in the same database as the business change.
//!
//! Invariants: a job exists if and only if its transaction was committed; one
//! open job for a kind and subject (unique index), so enqueuing twice is
//! enqueuing once; the attempt number is the fencing token: what a worker that
//! lost its lease says is refused. Leases and back-off run on the machine's
//! clock, because they are about this machine and not about business days.

use diesel::prelude::*;
use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::db::Tx;
use super::error::{Error, Result};
use super::paging::{ListInput, Paged};
use super::schema::{job_steps, jobs};
use crate::{locking, on_each, only_of};

/// Failures after which a job needs attention.
pub const PATIENCE: i64 = 6;
/// Seconds for which a claim holds unless it is renewed.
pub const LEASE_SECONDS: i64 = 60;
/// How often the open job may end, and another take its place, while one is asked for.
const ENDINGS: u32 = 100;
/// Seconds between tries of a job that needs attention.
const ATTENTION_SECONDS: i64 = 600;

id_type!(
    /// Identifies a job, which people see as a task.
    JobId, "tsk"
);
id_type!(
    /// Identifies a step of a job.
    StepId, "stp"
);

text_enum! {
    /// Where a job is.
    pub enum JobState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Ended well.
        Done = "done",
        /// Failed often; is tried again slowly and shown to staff.
        Attention = "attention",
        /// Given up by a person.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Where a step is.
    pub enum StepState {
        /// Begun; a crash leaves it like this.
        Running = "running",
        /// Ended well.
        Done = "done",
        /// Ended badly.
        Failed = "failed",
    }
}

/// A job to be put in the queue.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// Which handler.
    pub kind: &'static str,
    /// What it is about: an id, or a fixed word for a job of which there is one.
    pub subject: &'a str,
    /// Who may see it as a task.
    pub customer_id: Option<&'a str>,
    /// Key of its title, for example `servers-start`.
    pub title: &'static str,
    /// Who asked for it.
    pub actor: &'a str,
}

/// A job as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = jobs)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Whose it is, if anybody's.
    pub customer_id: Option<String>,
    /// Key of its title.
    pub title: String,
    /// Who asked for it.
    pub actor: String,
    /// Where it is.
    pub state: JobState,
    /// Fencing token: how often it was claimed.
    pub attempt: i64,
    /// Failures in a row.
    pub failures: i64,
    /// When it is due (machine's clock).
    pub run_at: Instant,
    /// Why it failed last.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was first claimed.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// A step of a job as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = job_steps)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// The job.
    pub job_id: JobId,
    /// In which attempt.
    pub attempt: i64,
    /// What is ensured, for example `ensure_volume`.
    pub name: String,
    /// Where it is.
    pub state: StepState,
    /// What was found or went wrong.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// Puts a job in the queue of this transaction. When one of the same kind and
/// subject is open, that one is due now (and runs once more if it is running);
/// its id is returned.
///
/// # Errors
/// When the database fails.
pub fn enqueue(tx: &mut Tx<'_>, job: &NewJob<'_>) -> Result<JobId> {
    let due = tx.machine_now();
    let now = tx.now();
    let row = (
        jobs::id.eq(JobId::new()),
        jobs::kind.eq(job.kind),
        jobs::subject.eq(job.subject),
        jobs::customer_id.eq(job.customer_id),
        jobs::title.eq(job.title),
        jobs::actor.eq(job.actor),
        jobs::payload.eq(""),
        jobs::state.eq(JobState::Queued),
        jobs::attempt.eq(0_i64),
        jobs::failures.eq(0_i64),
        jobs::again.eq(false),
        jobs::run_at.eq(due),
        jobs::created_at.eq(now),
    );
    for _ in 0..ENDINGS {
        on_each!(tx.conn, |conn| diesel::insert_into(jobs::table)
            .values(row.clone())
            .on_conflict_do_nothing()
            .execute(conn))?;
        // Locked, so that it cannot end before this transaction does. None when it
        // just ended under another transaction: then there is room for a new one.
        let open = locking!(
            &mut *tx.conn,
            jobs::table
                .filter(jobs::kind.eq(job.kind))
                .filter(jobs::subject.eq(job.subject))
                .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Attention]))
                .select((jobs::id, jobs::state)),
            first::<(JobId, JobState)>
        );
        let Some((id, state)) = open.optional()? else {
            continue;
        };
        if state == JobState::Running {
            diesel::update(jobs::table.find(&id)).set(jobs::again.eq(true)).execute(tx.conn)?;
        } else {
            diesel::update(jobs::table.find(&id))
                .set((jobs::state.eq(JobState::Queued), jobs::run_at.eq(due)))
                .execute(tx.conn)?;
        }
        tx.wake_workers();
        return Ok(id);
    }
    Err(Error::internal(format!("{} of {} ends as often as it is asked for", job.kind, job.subject)))
}

/// Takes the next due job of these kinds for a worker; one caller gets it.
/// A job whose lease ran out is due again.
///
/// # Errors
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, worker: &str, kinds: &[&str]) -> Result<Option<Job>> {
    let now = tx.machine_now();
    let due = jobs::table
        .filter(jobs::kind.eq_any(kinds.to_vec()))
        .filter(
            jobs::state
                .eq_any([JobState::Queued, JobState::Attention])
                .and(jobs::run_at.le(now))
                .or(jobs::state.eq(JobState::Running).and(jobs::lease_until.lt(now))),
        )
        .order((jobs::run_at, jobs::id))
        .select(jobs::id)
        .limit(1);
    let Some(id) = locking!(&mut *tx.conn, due, first::<JobId>, skip_locked).optional()? else {
        return Ok(None);
    };
    let business = tx.now();
    diesel::update(jobs::table.find(&id))
        .set((
            jobs::state.eq(JobState::Running),
            jobs::attempt.eq(jobs::attempt + 1),
            jobs::again.eq(false),
            jobs::worker.eq(worker),
            jobs::lease_until.eq(now.plus_seconds(LEASE_SECONDS)),
        ))
        .execute(tx.conn)?;
    diesel::update(jobs::table.find(&id).filter(jobs::started_at.is_null()))
        .set(jobs::started_at.eq(business))
        .execute(tx.conn)?;
    Ok(Some(jobs::table.find(&id).select(Job::as_select()).first(tx.conn)?))
}

/// Renews the lease of a claim; false when it was lost.
///
/// # Errors
/// When the database fails.
pub fn renew(tx: &mut Tx<'_>, job: &Job) -> Result<bool> {
    let until = tx.machine_now().plus_seconds(LEASE_SECONDS);
    let rows = diesel::update(held(job)).set(jobs::lease_until.eq(until)).execute(tx.conn)?;
    Ok(rows == 1)
}

/// Ends the leases of a worker that is known to be dead, so that its jobs are due
/// now; how many.
///
/// # Errors
/// When the database fails.
pub fn end_leases_of(tx: &mut Tx<'_>, worker: &str) -> Result<usize> {
    let past = tx.machine_now().plus_seconds(-1);
    let left = jobs::table.filter(jobs::state.eq(JobState::Running)).filter(jobs::worker.eq(worker));
    let rows =
        diesel::update(left.filter(jobs::lease_until.gt(past))).set(jobs::lease_until.eq(past)).execute(tx.conn)?;
    tx.wake_workers();
    Ok(rows)
}

/// Ends a claim well; a job asked for again meanwhile is queued once more.
/// False when the lease was lost, and then nothing is written.
///
/// # Errors
/// When the database fails.
pub fn complete(tx: &mut Tx<'_>, job: &Job) -> Result<bool> {
    let now = tx.now();
    // Locked, so that whoever asks for it at this moment waits, and then finds it ended.
    let again = locking!(&mut *tx.conn, held(job).select(jobs::again), first::<bool>);
    let Some(again) = again.optional()? else {
        return Ok(false);
    };
    if again {
        diesel::update(held(job))
            .set((
                jobs::state.eq(JobState::Queued),
                jobs::failures.eq(0_i64),
                jobs::lease_until.eq(None::<Instant>),
                jobs::run_at.eq(tx.machine_now()),
            ))
            .execute(tx.conn)?;
        tx.wake_workers();
        return Ok(true);
    }
    let done = diesel::update(held(job))
        .set((
            jobs::state.eq(JobState::Done),
            jobs::failures.eq(0_i64),
            jobs::lease_until.eq(None::<Instant>),
            jobs::reason.eq(None::<String>),
            jobs::finished_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(done == 1)
}

/// Puts a claim back to be run after `seconds`, without counting a failure: it
/// waits for something, and says for what.
///
/// # Errors
/// When the database fails.
pub fn postpone(tx: &mut Tx<'_>, job: &Job, seconds: i64, reason: &str) -> Result<bool> {
    let rows = diesel::update(held(job))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::lease_until.eq(None::<Instant>),
            jobs::reason.eq(reason),
            jobs::run_at.eq(tx.machine_now().plus_seconds(seconds)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Ends a claim badly: back-off with jitter, then attention.
///
/// # Errors
/// When the database fails.
pub fn fail(tx: &mut Tx<'_>, job: &Job, reason: &str) -> Result<bool> {
    let failures = job.failures.saturating_add(1);
    let (state, wait) = if failures >= PATIENCE {
        (JobState::Attention, ATTENTION_SECONDS)
    } else {
        (JobState::Queued, back_off(failures))
    };
    let rows = diesel::update(held(job))
        .set((
            jobs::state.eq(state),
            jobs::failures.eq(failures),
            jobs::lease_until.eq(None::<Instant>),
            jobs::reason.eq(reason.chars().take(2_000).collect::<String>()),
            jobs::run_at.eq(tx.machine_now().plus_seconds(wait)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Seconds before the try after the `failures`-th failure: 1, 2, 4, 8, ... at
/// most 300, with up to a quarter of jitter from the random source.
#[must_use]
pub fn back_off(failures: i64) -> i64 {
    let exponent = u32::try_from(failures.saturating_sub(1)).unwrap_or(0).min(9);
    let base = 2_i64.saturating_pow(exponent).min(300);
    let [random] = hostwright_kernel::id::random_bytes::<1>();
    let jitter = base.saturating_mul(i64::from(random)).checked_div(1_024).unwrap_or(0);
    base.saturating_add(jitter)
}

/// Begins a step of a claim.
///
/// # Errors
/// When the database fails.
pub fn begin_step(tx: &mut Tx<'_>, job: &Job, name: &str) -> Result<StepId> {
    let id = StepId::new();
    diesel::insert_into(job_steps::table)
        .values((
            job_steps::id.eq(&id),
            job_steps::job_id.eq(&job.id),
            job_steps::attempt.eq(job.attempt),
            job_steps::name.eq(name),
            job_steps::state.eq(StepState::Running),
            job_steps::started_at.eq(tx.now()),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Ends a step.
///
/// # Errors
/// When the database fails.
pub fn end_step(tx: &mut Tx<'_>, id: &StepId, state: StepState, detail: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(job_steps::table.find(id))
        .set((
            job_steps::state.eq(state),
            job_steps::detail.eq(detail.chars().take(2_000).collect::<String>()),
            job_steps::finished_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One job, where its owner is among `customers` (all when none are given).
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, id: &JobId, customers: Option<&[String]>) -> Result<Option<Job>> {
    let mut query = jobs::table.filter(jobs::id.eq(id)).select(Job::as_select()).into_boxed();
    if let Some(customers) = customers {
        only_of!(query, jobs::customer_id, customers);
    }
    Ok(query.first(tx.conn).optional()?)
}

/// The steps of a job in the order in which they ran.
///
/// # Errors
/// When the database fails.
pub fn steps(tx: &mut Tx<'_>, id: &JobId) -> Result<Vec<Step>> {
    Ok(job_steps::table
        .filter(job_steps::job_id.eq(id))
        .order(job_steps::id)
        .select(Step::as_select())
        .load(tx.conn)?)
}

/// Jobs, newest first; `search` matches kind and subject exactly.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, input: &ListInput, customers: Option<&[String]>) -> Result<Paged<Job>> {
    let mut query = jobs::table.select(Job::as_select()).order(jobs::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(customers) = customers {
        only_of!(query, jobs::customer_id, customers);
    }
    if let Some(after) = &input.after {
        query = query.filter(jobs::id.lt(after.clone()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(jobs::customer_id.eq(customer.clone()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(jobs::state.eq(state.to_owned()));
    }
    if let Some(words) = input.search.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        query = query.filter(jobs::subject.eq(words.to_owned()).or(jobs::kind.eq(words.to_owned())));
    }
    Ok(Paged::cut(query.load(tx.conn)?, input, |job| job.id.to_string()))
}

/// Makes a job that waits or needs attention due now; false when it is neither.
///
/// # Errors
/// When the database fails.
pub fn retry_now(tx: &mut Tx<'_>, id: &JobId) -> Result<bool> {
    let open = jobs::table.find(id).filter(jobs::state.eq_any([JobState::Queued, JobState::Attention]));
    let rows = diesel::update(open)
        .set((jobs::state.eq(JobState::Queued), jobs::failures.eq(0_i64), jobs::run_at.eq(tx.machine_now())))
        .execute(tx.conn)?;
    tx.wake_workers();
    Ok(rows == 1)
}

/// How many jobs are in each state, open ones only.
///
/// # Errors
/// When the database fails.
pub fn count_open(tx: &mut Tx<'_>) -> Result<Vec<(JobState, i64)>> {
    Ok(jobs::table
        .filter(jobs::state.ne_all([JobState::Done, JobState::Cancelled]))
        .group_by(jobs::state)
        .select((jobs::state, diesel::dsl::count_star()))
        .load(tx.conn)?)
}

type Held<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<diesel::dsl::Find<jobs::table, &'a JobId>, diesel::dsl::Eq<jobs::attempt, i64>>,
    diesel::dsl::Eq<jobs::state, JobState>,
>;

/// The row, if this claim still holds it.
fn held(job: &Job) -> Held<'_> {
    jobs::table.find(&job.id).filter(jobs::attempt.eq(job.attempt)).filter(jobs::state.eq(JobState::Running))
}
