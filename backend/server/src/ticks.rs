//! The scheduler: ticks that only enqueue deduplicated jobs, so that two panels
//! ticking together do no harm.

use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{NewJob, enqueue};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::{nodes, notifications, renewals, servers};
use tokio_cron_scheduler::{Job, JobScheduler};

/// Starts ticking; stops when the scheduler is dropped or shut down.
///
/// # Errors
/// When the scheduler does not start.
pub async fn start(db: &Db) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    add(&scheduler, db, "0 */5 * * * *", renew).await?;
    add(&scheduler, db, "*/15 * * * * *", observe).await?;
    add(&scheduler, db, "*/20 * * * * *", housekeeping).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

async fn add(scheduler: &JobScheduler, db: &Db, cron: &str, tick: fn(&mut Tx<'_>) -> Result<()>) -> anyhow::Result<()> {
    let db = db.clone();
    let job = Job::new_async(cron, move |_, _| {
        let db = db.clone();
        Box::pin(async move {
            if let Err(error) = db.write(move |tx| tick(tx)).await {
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

/// A look at every node.
fn observe(tx: &mut Tx<'_>) -> Result<()> {
    for node_id in nodes::queries::live_ids_in(tx)? {
        enqueue(tx, &servers::jobs::observe_job(&node_id))?;
    }
    Ok(())
}

/// Mails that wait, quarantined disks and addresses whose time has come.
fn housekeeping(tx: &mut Tx<'_>) -> Result<()> {
    enqueue(tx, &notifications::jobs::send_job())?;
    enqueue(tx, &servers::jobs::purge_job())?;
    enqueue(tx, &NewJob { kind: crate::compose::SEAL, subject: "all", customer_id: None, title: "seal", actor: "system:tick" })?;
    Ok(())
}
