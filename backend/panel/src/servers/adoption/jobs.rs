//! The look at a node, and the taking over of one guest. Both change nothing on a node and
//! may be done twice: a look is recorded anew, and what is taken over stays so.

use std::sync::Arc;

use super::commands::{Taken, record_survey_in, take_over_in};
use super::model::{FoundId, GuestFound, Standing};
use super::store;
use crate::nodes;
use crate::nodes::model::{Node, NodeId, NodeState};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, NewJob, enqueue};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::servers::ports::Hypervisor;

/// The kind of the job that looks at a node's guests; its subject is the node's id.
pub const SURVEY: &str = "adoption.survey";
/// The kind of the job that takes a guest over; its subject is the guest's id.
pub const ADOPT: &str = "adoption.adopt";

/// Puts a look at a node's guests in the queue.
///
/// # Errors
/// When the database fails.
pub fn enqueue_survey_in(tx: &mut Tx<'_>, node_id: &NodeId, actor: &str) -> Result<JobId> {
    let subject = node_id.as_str();
    enqueue(tx, &NewJob { kind: SURVEY, subject, customer_id: None, title: "adoption-survey", actor })
}

/// Puts the taking over of a guest in the queue.
///
/// # Errors
/// When the database fails.
pub fn enqueue_adopt_in(tx: &mut Tx<'_>, id: &FoundId, actor: &str) -> Result<JobId> {
    let subject = id.as_str();
    enqueue(tx, &NewJob { kind: ADOPT, subject, customer_id: None, title: "adoption-adopt", actor })
}

/// Looks at every guest of a node that is not ours.
pub struct Survey {
    hypervisor: Arc<dyn Hypervisor>,
}

impl Survey {
    /// A handler over this port.
    #[must_use]
    pub fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        Self { hypervisor }
    }

    async fn survey(&self, run: &Run) -> Result<Outcome> {
        let id: NodeId = run.job.subject.parse().map_err(Error::internal)?;
        let node = run.db.read(move |tx| nodes::queries::load_in(tx, &id)).await?;
        if node.state == NodeState::Removed {
            return Ok(Outcome::Done);
        }
        let seen = run
            .step("look_at_guests", async {
                let seen = look(self.hypervisor.as_ref(), &node, None).await?;
                let note = format!("{} guests that carry no mark of ours", seen.len());
                Ok((Arc::new(seen), note))
            })
            .await?;
        let id = node.id.clone();
        run.step("record_guests", async {
            let done = run.db.write(move |tx| record_survey_in(tx, &id, &seen)).await?;
            let note = format!("{} found, {} taken over before, {} no longer there", done.found, done.own, done.lost);
            Ok(((), note))
        })
        .await?;
        Ok(Outcome::Done)
    }
}

async fn look(hypervisor: &dyn Hypervisor, node: &Node, only: Option<&str>) -> Result<Vec<GuestFound>> {
    hypervisor.survey(node, only).await.map_err(|error| Error::Unavailable(error.to_string()))
}

impl Handler for Survey {
    fn kind(&self) -> &'static str {
        SURVEY
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.survey(run))
    }
}

/// Takes one guest over.
pub struct Adopt {
    hypervisor: Arc<dyn Hypervisor>,
}

impl Adopt {
    /// A handler over this port.
    #[must_use]
    pub fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        Self { hypervisor }
    }

    async fn adopt(&self, run: &Run) -> Result<Outcome> {
        let id: FoundId = run.job.subject.parse().map_err(Error::internal)?;
        let asked = id.clone();
        let Some((node, uuid)) = run
            .db
            .read(move |tx| {
                let Some(found) = store::find(tx, &asked)?.filter(|found| found.standing == Standing::Adopting) else {
                    return Ok(None);
                };
                Ok(Some((nodes::queries::load_in(tx, &found.node_id)?, found.facts.uuid)))
            })
            .await?
        else {
            return Ok(Outcome::Done);
        };
        // What it does at this moment is what will be wished of it.
        let seen = run
            .step("look_again", async {
                let all = look(self.hypervisor.as_ref(), &node, Some(&uuid)).await?;
                let seen = all.into_iter().find(|guest| guest.facts.uuid == uuid);
                let note = seen.as_ref().map_or_else(
                    || "it is no longer there".to_owned(),
                    |guest| format!("{} seen {}", guest.facts.name, guest.facts.state),
                );
                Ok((Arc::new(seen), note))
            })
            .await?;
        run.step("take_over", async {
            let taken = run.db.write(move |tx| take_over_in(tx, &id, (*seen).as_ref())).await?;
            let note = match taken {
                Taken::Over(server) => format!("it is the guest of server {server}"),
                Taken::Nothing => "it was already, or is no longer wanted".to_owned(),
                Taken::Not(remark) => format!("it is left alone: {} {}", remark.code, remark.detail),
            };
            Ok(((), note))
        })
        .await?;
        Ok(Outcome::Done)
    }
}

impl Handler for Adopt {
    fn kind(&self) -> &'static str {
        ADOPT
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.adopt(run))
    }
}
