//! The renewal run and the tasks of what it had to park.

use hostwright_kernel::Day;

use super::commands::{self, Together};
use super::model::RunReport;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::{entity, invoices};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self as queue, NewJob};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::subscriptions;
use crate::subscriptions::model::{Subscription, SubscriptionId};

/// The run over everything.
pub const RUN: &str = "renewals.run";
/// One parked subscription.
pub const ONE: &str = "renewals.one";
/// Rows looked at in one reading.
const PAGE: i64 = 500;
/// Subscriptions renewed in one transaction: enough to share a flush of the disk, and
/// few enough that nobody waits long for the counter of numbers.
const BATCH: usize = 100;

/// The job of a run; there is one at a time.
#[must_use]
pub fn run_job(actor: &str) -> NewJob<'_> {
    NewJob { kind: RUN, subject: "all", customer_id: None, title: "renewals-run", actor }
}

/// Runs renewals for everybody.
pub struct RunHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for RunHandler {
    fn kind(&self) -> &'static str {
        RUN
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let billed = run.step("bill_due", async { told(self.bill_due().await?) }).await?;
            let followed = run.step("follow_ladder", async { told(self.follow_ladder().await?) }).await?;
            tracing::info!(
                invoiced = billed.invoiced,
                suspended = followed.suspended,
                terminated = followed.terminated.saturating_add(billed.terminated),
                "renewals were run"
            );
            Ok(Outcome::Done)
        })
    }
}

/// Renews one subscription that a run had to park.
pub struct OneHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for OneHandler {
    fn kind(&self) -> &'static str {
        ONE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SubscriptionId = run.job.subject.parse().map_err(Error::internal)?;
            run.step("renew", async {
                let (invoiced, _) = renew_one(&self.call, id).await?;
                Ok(((), format!("{invoiced} invoices")))
            })
            .await?;
            Ok(Outcome::Done)
        })
    }
}

impl RunHandler {
    async fn bill_due(&self) -> Result<RunReport> {
        let mut report = RunReport::default();
        let mut after = None;
        loop {
            let start = after.clone();
            let due = self
                .call
                .db
                .read(move |tx| {
                    let today = entity::load_in(tx)?.today(tx.now());
                    let ladder = super::queries::ladder_in(tx)?;
                    let before = today.plus_days(ladder.invoice_days_ahead.saturating_add(1));
                    subscriptions::queries::due_in(tx, before, start, PAGE)
                })
                .await?;
            let Some(last) = due.last() else {
                return Ok(report);
            };
            after = Some((last.billed_until, last.id.clone()));
            for batch in due.chunks(BATCH) {
                self.bill_batch(batch, &mut report).await?;
            }
        }
    }

    /// Bills a batch in one transaction; whatever does not fit into it gets one of
    /// its own, and is parked where that fails too.
    async fn bill_batch(&self, batch: &[Subscription], report: &mut RunReport) -> Result<()> {
        let ids: Vec<SubscriptionId> = batch.iter().map(|subscription| subscription.id.clone()).collect();
        let apart = match renew_together(&self.call, ids.clone()).await {
            Ok(together) => {
                let billed = u64::try_from(together.billed.len()).map_err(Error::internal)?;
                report.invoiced = report.invoiced.saturating_add(billed);
                together.apart
            }
            Err(error) => {
                tracing::warn!(%error, "a batch of renewals is taken apart");
                ids
            }
        };
        for id in apart {
            match renew_one(&self.call, id.clone()).await {
                Ok((invoiced, ended)) => {
                    report.invoiced = report.invoiced.saturating_add(invoiced);
                    report.terminated = report.terminated.saturating_add(u64::from(ended));
                }
                Err(error) => {
                    tracing::warn!(subscription = %id, %error, "a renewal was parked");
                    let customer = batch.iter().find(|subscription| subscription.id == id);
                    self.park(id, customer.map(|subscription| subscription.customer_id.clone())).await?;
                    report.parked = report.parked.saturating_add(1);
                }
            }
        }
        Ok(())
    }

    async fn park(&self, subscription_id: SubscriptionId, customer_id: Option<String>) -> Result<()> {
        self.call
            .db
            .write(move |tx| {
                let job = NewJob {
                    kind: ONE,
                    subject: subscription_id.as_str(),
                    customer_id: customer_id.as_deref(),
                    title: "renewals-one",
                    actor: "system:renewals",
                };
                queue::enqueue(tx, &job).map(|_| ())
            })
            .await
    }

    async fn follow_ladder(&self) -> Result<RunReport> {
        let mut report = RunReport::default();
        let mut after: Option<String> = None;
        loop {
            let start = after.clone();
            let (today, overdue) = self
                .call
                .db
                .read(move |tx| {
                    let today = entity::load_in(tx)?.today(tx.now());
                    let ladder = super::queries::ladder_in(tx)?;
                    let before = ladder.first_step_before(today);
                    let overdue = invoices::queries::overdue_in(tx, before, start.as_deref(), PAGE)?;
                    let mut waiting = Vec::with_capacity(overdue.len());
                    for invoice in overdue {
                        let steps = commands::has_steps_in(tx, &ladder, &invoice, today)?;
                        waiting.push((invoice, steps));
                    }
                    Ok((today, waiting))
                })
                .await?;
            let Some(last) = overdue.last() else {
                return Ok(report);
            };
            after = Some(last.0.id.to_string());
            for (invoice, _) in overdue.into_iter().filter(|(_, steps)| *steps) {
                let call = self.call.clone();
                let followed = self
                    .call
                    .db
                    .write(move |tx| {
                        let followed = commands::follow_ladder_in(tx, &invoice.id, today)?;
                        if followed.suspended > 0 || followed.terminated > 0 {
                            audit(&call, tx, invoice.id.as_str(), invoice.customer_id.clone())?;
                        }
                        Ok(followed)
                    })
                    .await?;
                report.reminded = report.reminded.saturating_add(followed.reminded);
                report.suspended = report.suspended.saturating_add(followed.suspended);
                report.terminated = report.terminated.saturating_add(followed.terminated);
            }
        }
    }
}

async fn renew_together(call: &Call, ids: Vec<SubscriptionId>) -> Result<Together> {
    let recorder = call.clone();
    call.db
        .write(move |tx| {
            let today: Day = entity::load_in(tx)?.today(tx.now());
            let together = commands::renew_together_in(tx, &ids, today)?;
            let changes = together.billed.iter().map(|one| Changed::new(&one.id, ()).of(&one.customer_id)).collect();
            recorder.record_all(tx, Action::RunRenewals, changes);
            Ok(together)
        })
        .await
}

async fn renew_one(call: &Call, subscription_id: SubscriptionId) -> Result<(u64, bool)> {
    let recorder = call.clone();
    call.db
        .write(move |tx| {
            let today: Day = entity::load_in(tx)?.today(tx.now());
            let (invoiced, ended) = commands::renew_in(tx, &subscription_id, today)?;
            if invoiced > 0 || ended {
                let customer = subscriptions::queries::load_in(tx, &subscription_id)?.customer_id;
                audit(&recorder, tx, subscription_id.as_str(), customer)?;
            }
            Ok((invoiced, ended))
        })
        .await
}

fn audit(call: &Call, tx: &mut Tx<'_>, subject: &str, customer_id: String) -> Result<()> {
    call.record(tx, Action::RunRenewals, Changed::new(subject, ()).of(customer_id))
}

fn told(report: RunReport) -> Result<(RunReport, String)> {
    let text = serde_json::to_string(&report)?;
    Ok((report, text))
}
