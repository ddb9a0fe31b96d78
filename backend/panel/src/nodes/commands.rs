//! Registering nodes, changing them, and reserving on them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::NodeRefusal;
use super::model::{
    Acceleration, Capacity, Hypervisor, Node, NodeId, NodeSettings, NodeState, NodeView, ProbeReport, total_faults,
};
use super::ports::NodeProbe;
use super::{jobs, queries, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::platform::Tx;
use crate::platform::error::{Error, Result, is_unique_violation};

/// A host to place servers on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterNode {
    /// 1 to 63 of a-z, 0-9, '-' and '.'.
    pub name: String,
    /// libvirt's address, such as `qemu:///system`.
    pub uri: String,
    /// What runs the guests.
    pub hypervisor: Hypervisor,
    /// How a guest's processor is made; in software when left out.
    #[serde(default)]
    pub acceleration: Option<Acceleration>,
    /// libvirt storage pool for disks; `hostwright` when left out.
    #[serde(default)]
    pub pool: Option<String>,
    /// libvirt network for guests; `hostwright` when left out.
    #[serde(default)]
    pub network: Option<String>,
    /// Virtual processors that may be sold; what the node reports when left out.
    #[serde(default)]
    pub vcpus_total: Option<i64>,
    /// Memory in MiB that may be sold; what the node reports when left out.
    #[serde(default)]
    pub memory_mib_total: Option<i64>,
    /// Disk in GiB that may be sold; what the node reports when left out.
    #[serde(default)]
    pub disk_gib_total: Option<i64>,
}

/// Changes to a node; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateNode {
    /// The node.
    pub node_id: NodeId,
    /// 1 to 63 of a-z, 0-9, '-' and '.'.
    #[serde(default)]
    pub name: Option<String>,
    /// libvirt's address.
    #[serde(default)]
    pub uri: Option<String>,
    /// How a guest's processor is made.
    #[serde(default)]
    pub acceleration: Option<Acceleration>,
    /// Storage pool.
    #[serde(default)]
    pub pool: Option<String>,
    /// Network.
    #[serde(default)]
    pub network: Option<String>,
    /// Virtual processors that may be sold.
    #[serde(default)]
    pub vcpus_total: Option<i64>,
    /// Memory in MiB that may be sold.
    #[serde(default)]
    pub memory_mib_total: Option<i64>,
    /// Disk in GiB that may be sold.
    #[serde(default)]
    pub disk_gib_total: Option<i64>,
    /// What the operator wants.
    #[serde(default)]
    pub state: Option<NodeState>,
}

/// Asks for a look at a node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeNode {
    /// The node.
    pub node_id: NodeId,
}

/// Registers a node: asks it what it has, and takes the totals from its answer
/// unless they are given. One that does not answer is registered as down if all
/// totals are given.
///
/// # Errors
/// Every field that is wrong; `nodes.unreachable`; `nodes.name_taken`.
pub async fn register(call: &Call, probe: &dyn NodeProbe, input: RegisterNode) -> Result<NodeView> {
    let scope = call.authorize(Action::RegisterNode)?;
    let settings = NodeSettings {
        name: input.name.trim().to_owned(),
        uri: input.uri.trim().to_owned(),
        hypervisor: input.hypervisor,
        acceleration: input.acceleration.unwrap_or(Acceleration::Emulation),
        pool: named(input.pool),
        network: named(input.network),
    };
    let asked = settings.node(Capacity::NONE, call.now()).map_err(Error::Fields)?;
    let outcome = probe.probe(asked.clone()).await.map_err(|error| error.to_string());
    let reported = outcome.as_ref().ok().map(|report| report.totals);
    let total = |given: Option<i64>, part: fn(Capacity) -> i64| given.or_else(|| reported.map(part));
    let totals = total(input.vcpus_total, |all| all.vcpus)
        .zip(total(input.memory_mib_total, |all| all.memory_mib))
        .zip(total(input.disk_gib_total, |all| all.disk_gib))
        .map(|((vcpus, memory_mib), disk_gib)| Capacity { vcpus, memory_mib, disk_gib });
    let Some(totals) = totals else {
        let reason = outcome.err().unwrap_or_default();
        return Err(NodeRefusal::Unreachable.with("reason", reason).into());
    };
    let faults = total_faults(&totals);
    if !faults.is_empty() {
        return Err(Error::Fields(faults));
    }
    call.write(&scope, move |tx| {
        let node = Node { totals, created_at: tx.now(), ..asked.probed(&outcome, tx.now()) };
        store::insert(tx, &node)?.map_err(name_taken)?;
        Ok(Changed::new(&node.id, NodeView::from(node.clone())).noting("name", node.name).noting("uri", node.uri))
    })
    .await
}

/// Changes a node. Totals never fall below what is reserved, and a node is
/// removed only when nothing is reserved on it.
///
/// # Errors
/// `request.not_found`; every field that is wrong; `nodes.name_taken`;
/// `nodes.totals_below_reserved`; `nodes.in_use`; `nodes.changed_meanwhile`.
pub async fn update(call: &Call, input: UpdateNode) -> Result<NodeView> {
    let scope = call.authorize(Action::UpdateNode)?;
    call.write(&scope, move |tx| {
        let believed = queries::load_in(tx, &input.node_id)?;
        let changed = merged(&believed, &input);
        let mut faults = changed.settings().faults();
        faults.extend(total_faults(&changed.totals));
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        if !store::save(tx, &changed)?.map_err(name_taken)? {
            let now = queries::load_in(tx, &input.node_id)?;
            return Err(why_not_saved(&changed, &now).into());
        }
        let saved = queries::load_in(tx, &input.node_id)?;
        let state = saved.state.as_str();
        Ok(Changed::new(&input.node_id, NodeView::from(saved)).noting("state", state))
    })
    .await
}

/// Asks for a look at a node; a worker does it soon.
///
/// # Errors
/// `request.not_found`; `nodes.removed`.
pub async fn probe(call: &Call, input: ProbeNode) -> Result<NodeView> {
    let scope = call.authorize(Action::ProbeNode)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let node = queries::load_in(tx, &input.node_id)?;
        if node.state == NodeState::Removed {
            return Err(NodeRefusal::Removed.into());
        }
        let task = jobs::enqueue_probe_in(tx, &node.id, &actor)?;
        Ok(Changed::new(&input.node_id, NodeView::from(node)).noting("task", task.as_str()))
    })
    .await
}

/// Reserves on a node, exactly as far as there is room, whoever else does so at
/// the same moment.
///
/// # Errors
/// `nodes.no_room` when it does not fit or the node takes nothing new.
pub fn reserve_capacity_in(tx: &mut Tx<'_>, node_id: &NodeId, wanted: &Capacity) -> Result<()> {
    if wanted.is_countable() && store::reserve(tx, node_id, wanted)? { Ok(()) } else { Err(NodeRefusal::NoRoom.into()) }
}

/// Reserves for a guest that is on the node already: also on one that takes nothing new,
/// and never beyond its totals.
///
/// # Errors
/// `nodes.no_room` when it does not fit.
pub fn reserve_present_in(tx: &mut Tx<'_>, node_id: &NodeId, present: &Capacity) -> Result<()> {
    if present.is_countable() && store::reserve_present(tx, node_id, present)? {
        Ok(())
    } else {
        Err(NodeRefusal::NoRoom.into())
    }
}

/// Gives back what was reserved; also on a node that takes nothing new.
///
/// # Errors
/// [`Error::Internal`] when more is given back than is reserved: then somebody
/// gave it back twice, and nothing is changed.
pub fn release_capacity_in(tx: &mut Tx<'_>, node_id: &NodeId, given: &Capacity) -> Result<()> {
    if given.is_countable() && store::release(tx, node_id, given)? {
        Ok(())
    } else {
        Err(Error::internal(format!("node {node_id} has less reserved than is given back")))
    }
}

/// Records what a probe found, or why the node could not be asked.
///
/// # Errors
/// `request.not_found`.
pub fn record_probe_in(tx: &mut Tx<'_>, node_id: &NodeId, outcome: &Result<ProbeReport, String>) -> Result<Node> {
    let node = store::find(tx, node_id)?.ok_or_else(not_found)?;
    let node = node.probed(outcome, tx.now());
    store::save_probe(tx, &node)?;
    Ok(node)
}

fn merged(node: &Node, input: &UpdateNode) -> Node {
    let text = |given: &Option<String>, kept: &str| given.as_deref().map_or(kept, str::trim).to_owned();
    Node {
        name: text(&input.name, &node.name),
        uri: text(&input.uri, &node.uri),
        acceleration: input.acceleration.unwrap_or(node.acceleration),
        pool: text(&input.pool, &node.pool),
        network: text(&input.network, &node.network),
        totals: Capacity {
            vcpus: input.vcpus_total.unwrap_or(node.totals.vcpus),
            memory_mib: input.memory_mib_total.unwrap_or(node.totals.memory_mib),
            disk_gib: input.disk_gib_total.unwrap_or(node.totals.disk_gib),
        },
        state: input.state.unwrap_or(node.state),
        ..node.clone()
    }
}

fn why_not_saved(wanted: &Node, now: &Node) -> NodeRefusal {
    if now.version != wanted.version {
        NodeRefusal::ChangedMeanwhile
    } else if wanted.state == NodeState::Removed {
        NodeRefusal::InUse
    } else {
        NodeRefusal::TotalsBelowReserved
    }
}

fn named(given: Option<String>) -> String {
    given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).unwrap_or_else(|| "hostwright".to_owned())
}

fn name_taken(error: diesel::result::Error) -> Error {
    if is_unique_violation(&error) { NodeRefusal::NameTaken.into() } else { error.into() }
}
