//! The scheduler: ticks that only enqueue deduplicated jobs, so that two panels
//! ticking together do no harm.

use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{NewJob, enqueue};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::{auth, nodes, renewals, servers};
use tokio_cron_scheduler::{Job, JobScheduler};

/// What a tick does: it only enqueues.
pub type Tick = fn(&mut Tx<'_>) -> Result<()>;

/// Every tick with its times: second, minute, hour, day of month, month, day of week.
pub const TICKS: &[(&str, Tick)] =
    &[("0 */5 * * * *", renew), ("*/15 * * * * *", observe), ("*/20 * * * * *", housekeeping)];

/// Starts ticking; stops when the scheduler is dropped or shut down.
///
/// # Errors
/// When the scheduler does not start.
pub async fn start(db: &Db) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    for (when, tick) in TICKS {
        add(&scheduler, db, when, *tick).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

async fn add(scheduler: &JobScheduler, db: &Db, cron: &str, tick: Tick) -> anyhow::Result<()> {
    let db = db.clone();
    let job = Job::new_async(cron, move |_, _| {
        let db = db.clone();
        Box::pin(async move {
            if let Err(error) = db.write(tick).await {
                tracing::warn!(%error, "a tick could not enqueue its jobs");
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
