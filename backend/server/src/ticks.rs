//! The scheduler: each tick only enqueues deduplicated jobs, and of several panels
//! that tick at the same time one does.

use hostwright_kernel::{Clock, Instant, SystemClock};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{NewJob, enqueue};
use hostwright_panel::platform::{Db, Tx, settings};
use hostwright_panel::{auth, hosting, nodes, renewals, servers};
use tokio_cron_scheduler::{Job, JobScheduler};

/// Something that is done again and again.
#[derive(Debug)]
pub struct Tick {
    name: &'static str,
    /// Second, minute, hour, day of month, month, day of week.
    times: &'static str,
    /// Seconds between two of those times.
    every: i64,
    enqueue: fn(&mut Tx<'_>) -> Result<()>,
}

/// Every tick.
pub static TICKS: [Tick; 4] = [
    Tick { name: "tick:renewals", times: "0 */5 * * * *", every: 300, enqueue: renew },
    Tick { name: "tick:nodes", times: "*/15 * * * * *", every: 15, enqueue: observe },
    Tick { name: "tick:zones", times: "30 * * * * *", every: 60, enqueue: look_at_zones },
    Tick { name: "tick:housekeeping", times: "*/20 * * * * *", every: 20, enqueue: housekeeping },
];

impl Tick {
    /// Ticks at a moment; false when another panel did so for that time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run(&'static self, db: &Db, at: Instant) -> Result<bool> {
        let time = at.micros().div_euclid(1_000_000).div_euclid(self.every);
        db.write(move |tx| {
            let is_ours = settings::turn_to(tx, self.name, time)?;
            if is_ours {
                (self.enqueue)(tx)?;
            }
            Ok(is_ours)
        })
        .await
    }
}

/// Starts ticking; stops when the scheduler is dropped or shut down.
///
/// # Errors
/// When the scheduler does not start.
pub async fn start(db: &Db) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    for tick in &TICKS {
        add(&scheduler, db, tick).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

async fn add(scheduler: &JobScheduler, db: &Db, tick: &'static Tick) -> anyhow::Result<()> {
    let db = db.clone();
    let job = Job::new_async(tick.times, move |_, _| {
        let db = db.clone();
        Box::pin(async move {
            if let Err(error) = tick.run(&db, SystemClock.now()).await {
                tracing::warn!(%error, tick = tick.name, "a tick could not enqueue its jobs");
            }
        })
    })?;
    scheduler.add(job).await?;
    Ok(())
}

/// Renewals, when there is anything to bill for.
fn renew(tx: &mut Tx<'_>) -> Result<()> {
    enqueue(tx, &renewals::jobs::run_job("system:tick")).map(|_| ())
}

/// A look at every node and its guests.
fn observe(tx: &mut Tx<'_>) -> Result<()> {
    nodes::jobs::enqueue_probes_in(tx)?;
    servers::jobs::enqueue_observations_in(tx)
}

/// A look at every zone that is not seen as it is wished, or was not seen for long.
fn look_at_zones(tx: &mut Tx<'_>) -> Result<()> {
    hosting::zones::jobs::enqueue_stale_in(tx).map(|_| ())
}

/// Quarantined disks, addresses and sessions whose time has come, and the hash
/// chains.
fn housekeeping(tx: &mut Tx<'_>) -> Result<()> {
    servers::jobs::enqueue_purge_in(tx)?;
    auth::jobs::clean_in(tx)?;
    enqueue(
        tx,
        &NewJob { kind: crate::compose::SEAL, subject: "all", customer_id: None, title: "seal", actor: "system:tick" },
    )?;
    Ok(())
}
