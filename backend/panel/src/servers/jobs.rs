//! Background work: the queue's entry for a server, the regular look at a whole
//! node, and the deletion for good of disks whose time in quarantine is over.
//!
//! Invariants: a look at a node changes nothing there; domains and volumes that we
//! do not know are reported and never touched; only a volume with a name in
//! quarantine is ever deleted, and only a few in one run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hostwright_kernel::Instant;

use super::model::{
    Desired, Disk, DiskState, Seen, Server, ServerId, disk_name, is_quarantine_name, quarantine_name, seed_name,
};
use super::ports::{Act, GuestSeen, Hypervisor, HypervisorError, NodeSeen};
use super::reconcile::model::{Known, Patience, plan, stopped_from_inside};
use super::{queries, store};
use crate::nodes::model::{LinkState, Node, NodeId, NodeState};
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, NewJob, enqueue};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::platform::{Tx, settings};
use crate::{addresses, nodes};

/// The kind of the job that fulfils a wish; its subject is the server's id.
pub const RECONCILE: &str = "servers.reconcile";
/// The kind of the job that looks at a node; its subject is the node's id.
pub const OBSERVE: &str = "servers.observe";
/// The kind of the job that deletes for good; its subject is [`ALL`].
pub const PURGE: &str = "servers.purge";
/// The subject of [`PURGE`].
pub const ALL: &str = "all";

/// Servers recorded in one transaction.
const BATCH: usize = 50;
/// Fewer missing servers than this are believed to be missing.
const SUSPICIOUS: usize = 3;
/// Disks deleted for good in one run: this many, or one of a hundred.
const LEAST_PURGED: i64 = 3;

/// Puts the work for a server in the queue.
///
/// # Errors
/// When the database fails.
pub fn enqueue_in(tx: &mut Tx<'_>, server: &Server, title: &'static str, actor: &str) -> Result<JobId> {
    enqueue(
        tx,
        &NewJob { kind: RECONCILE, subject: server.id.as_str(), customer_id: Some(&server.customer_id), title, actor },
    )
}

/// A look at a node, for the scheduler.
#[must_use]
pub fn observe_job(node_id: &NodeId) -> NewJob<'_> {
    NewJob {
        kind: OBSERVE,
        subject: node_id.as_str(),
        customer_id: None,
        title: "servers-observe",
        actor: "system:tick",
    }
}

/// The deletion for good of old disks, for the scheduler.
#[must_use]
pub fn purge_job() -> NewJob<'static> {
    NewJob { kind: PURGE, subject: ALL, customer_id: None, title: "servers-purge", actor: "system:tick" }
}

/// Puts a look at every node in the queue; the scheduler calls it.
///
/// # Errors
/// When the database fails.
pub fn enqueue_observations_in(tx: &mut Tx<'_>) -> Result<()> {
    for node in nodes::queries::ids_in(tx)? {
        enqueue(tx, &observe_job(&node))?;
    }
    Ok(())
}

/// Puts the deletion of old disks in the queue; the scheduler calls it.
///
/// # Errors
/// When the database fails.
pub fn enqueue_purge_in(tx: &mut Tx<'_>) -> Result<JobId> {
    enqueue(tx, &purge_job())
}

/// Looks at a whole node and records what was seen of each of its servers.
pub struct Observe {
    hypervisor: Arc<dyn Hypervisor>,
}

impl Observe {
    /// A handler over this port.
    #[must_use]
    pub fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        Self { hypervisor }
    }

    async fn observe(&self, run: &Run) -> Result<Outcome> {
        let id: NodeId = run.job.subject.parse().map_err(Error::internal)?;
        let (node, servers) =
            run.db.read(move |tx| Ok((nodes::queries::load_in(tx, &id)?, store::of_node(tx, &id)?))).await?;
        if node.state == NodeState::Removed {
            return Ok(Outcome::Done);
        }
        // A node that cannot be asked is a finding, not a failure of this job.
        run.step("observe_all", async {
            let looked_at = run.db.now();
            let answer = self.hypervisor.observe_all(&node).await;
            let look = Look { machine: run.db.machine_now(), looked_at, node: &node };
            let note = look.record(run, servers, answer).await?;
            Ok(((), note))
        })
        .await?;
        Ok(Outcome::Done)
    }
}

impl Handler for Observe {
    fn kind(&self) -> &'static str {
        OBSERVE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.observe(run))
    }
}

/// One look at one node.
struct Look<'n> {
    machine: Instant,
    looked_at: Instant,
    node: &'n Node,
}

impl Look<'_> {
    async fn record(
        &self,
        run: &Run,
        servers: Vec<Server>,
        answer: std::result::Result<NodeSeen, HypervisorError>,
    ) -> Result<String> {
        let count = servers.len();
        let seen = match answer {
            Ok(seen) => seen,
            Err(error) => {
                let reason = error.to_string();
                self.record_link(run, Err(reason.clone())).await?;
                self.record_servers(run, servers, Err(reason.clone())).await?;
                return Ok(format!("nothing is known of {count} servers: {reason}"));
            }
        };
        self.record_link(run, Ok(())).await?;
        let strange = strangers(&servers, &seen);
        self.record_strangers(run, strange.clone()).await?;
        // Those that were taken over carry no mark; a stranger has the UUID of none of ours.
        let by_uuid: BTreeMap<String, GuestSeen> =
            seen.guests.into_iter().chain(seen.strangers).map(|(uuid, _, guest)| (uuid, guest)).collect();
        let differing = self.record_servers(run, servers, Ok(by_uuid)).await?;
        Ok(format!(
            "{count} servers looked at, {differing} to be worked on, {} things that are not ours",
            strange.len()
        ))
    }

    /// Notes a node that does not answer; one that answers again is probed, as
    /// only a probe says that all is well.
    async fn record_link(&self, run: &Run, answer: std::result::Result<(), String>) -> Result<()> {
        let (id, link) = (self.node.id.clone(), self.node.link);
        run.db
            .write(move |tx| {
                match &answer {
                    Ok(()) if link == LinkState::Down => {
                        nodes::jobs::enqueue_probe_in(tx, &id, "system:servers.observe")?;
                    }
                    Ok(()) => {}
                    Err(reason) => {
                        nodes::commands::record_probe_in(tx, &id, &Err(reason.clone()))?;
                    }
                }
                Ok(())
            })
            .await
    }

    async fn record_strangers(&self, run: &Run, strange: Vec<String>) -> Result<()> {
        let key = strangers_key(&self.node.id);
        run.db
            .write(move |tx| {
                let before: Vec<String> = settings::get(tx, &key)?.unwrap_or_default();
                if before != strange {
                    settings::put(tx, &key, &strange)?;
                }
                Ok(())
            })
            .await
    }

    /// Records what was seen of each server (or why nothing was), and puts work
    /// in the queue where it differs from the wish; how often.
    async fn record_servers(
        &self,
        run: &Run,
        servers: Vec<Server>,
        seen: std::result::Result<BTreeMap<String, GuestSeen>, String>,
    ) -> Result<usize> {
        let seen = Arc::new(seen);
        let mut differing = 0_usize;
        let is_suspicious = match seen.as_ref() {
            Ok(guests) => self.all_gone(run, &servers, guests).await?,
            Err(_) => false,
        };
        for batch in servers.chunks(BATCH) {
            let (batch, seen) = (batch.to_vec(), Arc::clone(&seen));
            let (looked_at, machine) = (self.looked_at, self.machine);
            let worked_on = run
                .db
                .write(move |tx| {
                    let mut worked_on = 0_usize;
                    for server in &batch {
                        let found = match seen.as_ref() {
                            Err(reason) => Err(reason.as_str()),
                            Ok(_) if is_suspicious => Err("the node answers, but shows none of its servers"),
                            Ok(guests) => Ok(guests.get(&server.uuid).cloned().unwrap_or(GuestSeen {
                                state: Seen::Absent,
                                stopped_cleanly: false,
                                usage: None,
                            })),
                        };
                        if record_server(tx, server, found, looked_at, machine)? {
                            worked_on = worked_on.saturating_add(1);
                        }
                    }
                    Ok(worked_on)
                })
                .await?;
            differing = differing.saturating_add(worked_on);
        }
        Ok(differing)
    }

    /// Several domains that we defined, and not one is there: rather a node that
    /// shows the wrong list than all of them gone.
    async fn all_gone(&self, run: &Run, servers: &[Server], guests: &BTreeMap<String, GuestSeen>) -> Result<bool> {
        if servers.iter().any(|server| guests.contains_key(&server.uuid)) {
            return Ok(false);
        }
        let ids: Vec<ServerId> = servers.iter().map(|server| server.id.clone()).collect();
        let known = run.db.read(move |tx| store::observations(tx, &ids)).await?;
        let defined = known.iter().filter(|(_, seen)| seen.facts.domain.is_some()).count();
        Ok(defined >= SUSPICIOUS)
    }
}

/// Records one server; true when work was put in the queue for it.
fn record_server(
    tx: &mut Tx<'_>,
    believed: &Server,
    found: std::result::Result<GuestSeen, &str>,
    looked_at: Instant,
    machine: Instant,
) -> Result<bool> {
    let Some(server) = store::lock(tx, &believed.id)? else {
        return Ok(false);
    };
    let before = store::observation(tx, &server.id)?;
    // Somebody took it in hand or looked since: what they saw is newer.
    if server.fence != believed.fence || before.observed_at > looked_at {
        return Ok(false);
    }
    let known = Known {
        disk: store::disk(tx, &server.id)?.state,
        addresses_held: !addresses::queries::of_server_in(tx, server.id.as_str())?.is_empty(),
        seen: before,
    };
    let known = match found {
        Ok(guest) => {
            let from_inside = stopped_from_inside(&server, &known.seen, &guest);
            let known = known.learn(&guest, looked_at);
            if from_inside && store::accept_stop(tx, &server)? {
                tracing::info!(server = %server.id, "a server was shut down from inside");
                store::save_observation(tx, &server.id, &known.seen)?;
                return Ok(false);
            }
            known
        }
        Err(reason) => {
            let known = known.lose_sight(reason, looked_at);
            store::save_observation(tx, &server.id, &known.seen)?;
            return Ok(false);
        }
    };
    store::save_observation(tx, &server.id, &known.seen)?;
    let differs = !plan(&server, &known, Patience::default(), machine).is_empty();
    // A job that is open already comes to it by itself, at its own pace.
    if differs && store::open_jobs(tx, std::slice::from_ref(&server.id))?.is_empty() {
        enqueue_in(tx, &server, "servers-reconcile", "system:servers.observe")?;
        return Ok(true);
    }
    Ok(false)
}

/// The setting that keeps what was found on a node and is not ours.
pub(super) fn strangers_key(node: &NodeId) -> String {
    format!("servers.strangers.{node}")
}

/// Domains with our mark that belong to no server here, and volumes that are
/// named like ours and belong to none, as sentences for staff.
fn strangers(servers: &[Server], seen: &NodeSeen) -> Vec<String> {
    let uuids: BTreeSet<&str> = servers.iter().map(|server| server.uuid.as_str()).collect();
    let volumes: BTreeSet<String> = servers
        .iter()
        .flat_map(|server| {
            let disk = disk_name(&server.id);
            [quarantine_name(&disk), disk, seed_name(&server.id)]
        })
        .collect();
    let domains = seen
        .guests
        .iter()
        .filter(|(uuid, _, _)| !uuids.contains(uuid.as_str()))
        .map(|(uuid, name, _)| format!("domain {name} ({uuid}) carries our mark and belongs to no server here"));
    let orphans = seen
        .volumes
        .iter()
        .filter(|name| name.starts_with("srv_") || is_quarantine_name(name))
        .filter(|name| !volumes.contains(*name))
        .map(|name| format!("volume {name} belongs to no server here"));
    domains.chain(orphans).collect()
}

/// Deletes for good the disks whose time in quarantine is over, a few in one
/// run, and frees addresses that have cooled off.
pub struct Purge {
    hypervisor: Arc<dyn Hypervisor>,
}

impl Purge {
    /// A handler over this port.
    #[must_use]
    pub fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        Self { hypervisor }
    }

    async fn purge(&self, run: &Run) -> Result<Outcome> {
        run.db.write(addresses::commands::free_cooled_in).await?;
        let disks = run
            .db
            .read(|tx| {
                let cap = store::count_disks(tx)?.checked_div(100).unwrap_or(0).max(LEAST_PURGED);
                store::due_disks(tx, cap)
            })
            .await?;
        // One node that is down must not keep the disks of the others.
        let mut first_fault = None;
        for disk in disks {
            if let Err(error) = self.delete(run, disk).await {
                first_fault.get_or_insert(error);
            }
        }
        first_fault.map_or(Ok(Outcome::Done), Err)
    }

    async fn delete(&self, run: &Run, disk: Disk) -> Result<()> {
        let name = quarantine_name(&disk_name(&disk.server_id));
        if !is_quarantine_name(&name) {
            return Err(Error::internal(format!("{name} is not the name of a disk in quarantine")));
        }
        let chosen = disk.clone();
        let Some((server, node, guest)) = run
            .db
            .write(move |tx| {
                let Some(server) = store::lock(tx, &chosen.server_id)? else {
                    return Ok(None);
                };
                // Undone at the last moment, or somebody else's already.
                let is_due = server.desired == Desired::Deleted
                    && store::move_disk(tx, &chosen, chosen.state, DiskState::Purging, chosen.purge_after)?;
                if !is_due {
                    return Ok(None);
                }
                let fence = store::raise_fence(tx, &server.id)?.unwrap_or(server.fence);
                let (node, guest) = queries::guest_in(tx, &server, &chosen)?;
                Ok(Some((Server { fence, ..server }, node, guest)))
            })
            .await?
        else {
            return Ok(());
        };
        run.step("delete_volume", async {
            let acted = self
                .hypervisor
                .act(&node, &guest, Act::DeleteVolume, server.fence)
                .await
                .map_err(|error| Error::Unavailable(error.to_string()))?;
            run.db
                .write(move |tx| {
                    // The one place where the room of a disk that was made is given back.
                    if store::move_disk(tx, &disk, DiskState::Purging, DiskState::Deleted, None)? {
                        nodes::commands::release_capacity_in(tx, &server.node_id, &server.capacity())?;
                    }
                    Ok(())
                })
                .await?;
            Ok(((), format!("{name}: {}", acted.note)))
        })
        .await
    }
}

impl Handler for Purge {
    fn kind(&self) -> &'static str {
        PURGE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.purge(run))
    }
}
