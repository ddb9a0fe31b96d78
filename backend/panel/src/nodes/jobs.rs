//! Looking at nodes.

use std::sync::Arc;

use super::commands::record_probe_in;
use super::model::{LinkState, NodeId};
use super::ports::NodeProbe;
use super::queries;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, NewJob, enqueue};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// The kind of the job; its subject is the node's id.
pub const PROBE: &str = "nodes.probe";

/// Asks one node and records the answer.
pub struct Probe {
    port: Arc<dyn NodeProbe>,
}

impl Probe {
    /// A handler over this port.
    #[must_use]
    pub fn new(port: Arc<dyn NodeProbe>) -> Self {
        Self { port }
    }

    async fn look(&self, run: &Run) -> Result<Outcome> {
        let id: NodeId = run.job.subject.parse().map_err(Error::internal)?;
        let asked = id.clone();
        let node = run.db.read(move |tx| queries::load_in(tx, &asked)).await?;
        // A node that cannot be asked is a finding, not a failure of this job.
        run.step("probe", async {
            let outcome = self.port.probe(node).await.map_err(|error| error.to_string());
            let node = run.db.write(move |tx| record_probe_in(tx, &id, &outcome)).await?;
            let told = match (node.link, node.link_reason) {
                (LinkState::Up, _) => "it answers".to_owned(),
                (link, reason) => format!("{link}: {}", reason.unwrap_or_default()),
            };
            Ok(((), told))
        })
        .await?;
        Ok(Outcome::Done)
    }
}

impl Handler for Probe {
    fn kind(&self) -> &'static str {
        PROBE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.look(run))
    }
}

/// Puts a look at this node in the queue.
///
/// # Errors
/// When the database fails.
pub fn enqueue_probe_in(tx: &mut Tx<'_>, node_id: &NodeId, actor: &str) -> Result<JobId> {
    enqueue(tx, &NewJob { kind: PROBE, subject: node_id.as_str(), customer_id: None, title: "nodes-probe", actor })
}

/// Puts a look at every node in the queue; the scheduler calls it.
///
/// # Errors
/// When the database fails.
pub fn enqueue_probes_in(tx: &mut Tx<'_>) -> Result<usize> {
    let ids = queries::ids_in(tx)?;
    for id in &ids {
        enqueue_probe_in(tx, id, "system:scheduler")?;
    }
    Ok(ids.len())
}
