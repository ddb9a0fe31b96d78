//! Brings the name server to what is wished: look, act, look again.
//!
//! The subject of a job is a name and not a zone: of a name that was released and taken
//! anew there are two zones, and what counts is which one is wished now. Every look and
//! every act is told by the server's own answer to a question for the SOA; a server that
//! does not answer leaves everything unknown, and is asked again later.

use std::sync::Arc;
use std::time::Duration;

use super::model::{Step, plan};
use super::{settings, store};
use crate::hosting::model::DomainName;
use crate::hosting::ports::{DnsServer, PublishedZone};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, NewJob, enqueue};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// The kind of the job; its subject is the zone's name.
pub const RECONCILE: &str = "hosting.zone";
/// Looks after an act, before it counts as a failure.
const LOOKS: u32 = 20;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Seconds after which a zone that was seen as wished is looked at again.
const PATIENCE_SECONDS: i64 = 21_600;
/// Zones that one tick puts in the queue.
const BATCH: i64 = 500;

/// Brings one name to what is wished.
pub struct Reconcile {
    server: Arc<dyn DnsServer>,
}

impl Reconcile {
    /// A handler over this name server.
    #[must_use]
    pub fn new(server: Arc<dyn DnsServer>) -> Self {
        Self { server }
    }

    async fn reconcile(&self, run: &Run) -> Result<Outcome> {
        let name: DomainName = run.job.subject.parse().map_err(Error::internal)?;
        let outcome = self.bring(run, &name).await;
        if let Err(error) = &outcome {
            let (fault, name) = (error.to_string(), name.clone());
            run.db.write(move |tx| store::note_fault(tx, &name, &fault)).await?;
        }
        outcome.map(|()| Outcome::Done)
    }

    async fn bring(&self, run: &Run, name: &DomainName) -> Result<()> {
        let mut acted: Option<(Step, Option<u32>)> = None;
        let mut looks = 0_u32;
        loop {
            let wished = wished(run, name).await?;
            let seen = self.server.serial(name).await?;
            let noted = name.clone();
            run.db.write(move |tx| store::observe(tx, &noted, seen)).await?;
            let serial = wished.as_ref().map(|zone| zone.serial);
            let Some(step) = plan(serial, seen) else {
                return Ok(());
            };
            if acted == Some((step, serial)) {
                looks = looks.saturating_add(1);
                if looks > LOOKS {
                    return Err(Error::Unavailable(differs(serial, seen)));
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            (acted, looks) = (Some((step, serial)), 0);
            self.act(run, name, wished.as_ref(), seen).await?;
        }
    }

    async fn act(&self, run: &Run, name: &DomainName, wished: Option<&PublishedZone>, seen: Option<u32>) -> Result<()> {
        match wished {
            Some(zone) => {
                run.step("ensure_published", async {
                    self.server.publish(zone, seen.is_some()).await?;
                    Ok(((), format!("serial {}", zone.serial)))
                })
                .await
            }
            None => {
                run.step("ensure_removed", async {
                    self.server.remove(name).await?;
                    Ok(((), "it is served no more".to_owned()))
                })
                .await
            }
        }
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

/// The zone as it is wished now; none when it is not to be served.
async fn wished(run: &Run, name: &DomainName) -> Result<Option<PublishedZone>> {
    let name = name.clone();
    run.db
        .read(move |tx| {
            let Some(zone) = store::served(tx, &name)? else {
                return Ok(None);
            };
            let records = store::records(tx, &zone.id)?;
            Ok(Some(zone.published(&records)))
        })
        .await
}

fn differs(wished: Option<u32>, seen: Option<u32>) -> String {
    let told = |serial: Option<u32>| serial.map_or_else(|| "nothing".to_owned(), |serial| format!("serial {serial}"));
    format!("the name server answers {} instead of {}; its log says why", told(seen), told(wished))
}

/// Puts a name in the queue, where zones are served at all.
///
/// # Errors
/// When the database fails.
pub fn enqueue_in(tx: &mut Tx<'_>, name: &DomainName, customer_id: &str, actor: &str) -> Result<Option<JobId>> {
    if settings::load_in(tx)?.is_none() {
        return Ok(None);
    }
    let job = NewJob {
        kind: RECONCILE,
        subject: name.as_str(),
        customer_id: Some(customer_id),
        title: "hosting-zone",
        actor,
    };
    enqueue(tx, &job).map(Some)
}

/// Puts in the queue what is not seen as it is wished, and what was not looked at for
/// long; the scheduler calls it.
///
/// # Errors
/// When the database fails.
pub fn enqueue_stale_in(tx: &mut Tx<'_>) -> Result<usize> {
    if settings::load_in(tx)?.is_none() {
        return Ok(0);
    }
    let before = tx.now().plus_seconds(PATIENCE_SECONDS.saturating_neg());
    let names = store::to_look_at(tx, before, BATCH)?;
    for (name, customer_id) in &names {
        enqueue_in(tx, name, customer_id, "system:scheduler")?;
    }
    Ok(names.len())
}
