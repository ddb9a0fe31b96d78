//! Rows of nodes.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{Acceleration, Capacity, Hypervisor, LinkState, Node, NodeId, NodeState};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::nodes;
use crate::platform::{ListInput, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = nodes)]
struct Row {
    id: NodeId,
    name: String,
    uri: String,
    hypervisor: Hypervisor,
    acceleration: Acceleration,
    pool: String,
    network: String,
    vcpus_total: i64,
    memory_mib_total: i64,
    disk_gib_total: i64,
    vcpus_reserved: i64,
    memory_mib_reserved: i64,
    disk_gib_reserved: i64,
    state: NodeState,
    link: LinkState,
    link_reason: Option<String>,
    capabilities: String,
    seen_at: Option<Instant>,
    created_at: Instant,
    version: i64,
}

impl TryFrom<Row> for Node {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            name: row.name,
            uri: row.uri,
            hypervisor: row.hypervisor,
            acceleration: row.acceleration,
            pool: row.pool,
            network: row.network,
            totals: Capacity { vcpus: row.vcpus_total, memory_mib: row.memory_mib_total, disk_gib: row.disk_gib_total },
            reserved: Capacity {
                vcpus: row.vcpus_reserved,
                memory_mib: row.memory_mib_reserved,
                disk_gib: row.disk_gib_reserved,
            },
            state: row.state,
            link: row.link,
            link_reason: row.link_reason,
            report: serde_json::from_str(&row.capabilities)?,
            seen_at: row.seen_at,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// Adds a node; the unique index refuses a name twice.
pub fn insert(tx: &mut Tx<'_>, node: &Node) -> Result<std::result::Result<(), diesel::result::Error>> {
    let row = Row {
        id: node.id.clone(),
        name: node.name.clone(),
        uri: node.uri.clone(),
        hypervisor: node.hypervisor,
        acceleration: node.acceleration,
        pool: node.pool.clone(),
        network: node.network.clone(),
        vcpus_total: node.totals.vcpus,
        memory_mib_total: node.totals.memory_mib,
        disk_gib_total: node.totals.disk_gib,
        vcpus_reserved: 0,
        memory_mib_reserved: 0,
        disk_gib_reserved: 0,
        state: node.state,
        link: node.link,
        link_reason: node.link_reason.clone(),
        capabilities: serde_json::to_string(&node.report)?,
        seen_at: node.seen_at,
        created_at: node.created_at,
        version: 1,
    };
    Ok(diesel::insert_into(nodes::table).values(row).execute(tx.conn).map(|_one| ()))
}

/// A node by id.
pub fn find(tx: &mut Tx<'_>, id: &NodeId) -> Result<Option<Node>> {
    let row: Option<Row> = nodes::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Node::try_from).transpose()
}

/// Nodes by name; removed ones only when asked for.
pub fn list(tx: &mut Tx<'_>, input: &ListInput) -> Result<Vec<Node>> {
    let mut query = nodes::table.select(Row::as_select()).order(nodes::name).limit(input.fetch()).into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(nodes::name.gt(after.clone()));
    }
    query = match input.state.as_deref().filter(|state| !state.is_empty()) {
        Some(state) => query.filter(nodes::state.eq(state.to_owned())),
        None => query.filter(nodes::state.ne(NodeState::Removed)),
    };
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(nodes::name).like(pattern.clone()).escape('\\').or(lower(nodes::uri).like(pattern).escape('\\')),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Node::try_from).collect()
}

/// Active nodes, most free memory first.
pub fn active(tx: &mut Tx<'_>) -> Result<Vec<Node>> {
    let rows: Vec<Row> = nodes::table
        .filter(nodes::state.eq(NodeState::Active))
        .order(((nodes::memory_mib_total - nodes::memory_mib_reserved).desc(), nodes::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Node::try_from).collect()
}

/// Ids of nodes that are part of the installation.
pub fn ids_in_use(tx: &mut Tx<'_>) -> Result<Vec<NodeId>> {
    Ok(nodes::table.filter(nodes::state.ne(NodeState::Removed)).order(nodes::id).select(nodes::id).load(tx.conn)?)
}

/// Adds to what is reserved if it fits and the node takes new servers.
pub fn reserve(tx: &mut Tx<'_>, id: &NodeId, wanted: &Capacity) -> Result<bool> {
    reserve_where(tx, id, wanted, &[NodeState::Active])
}

/// Adds to what is reserved if it fits, on any node that is part of the installation.
pub fn reserve_present(tx: &mut Tx<'_>, id: &NodeId, present: &Capacity) -> Result<bool> {
    reserve_where(tx, id, present, &[NodeState::Active, NodeState::Maintenance])
}

fn reserve_where(tx: &mut Tx<'_>, id: &NodeId, wanted: &Capacity, states: &[NodeState]) -> Result<bool> {
    let room = nodes::table
        .find(id)
        .filter(nodes::state.eq_any(states.to_vec()))
        .filter((nodes::vcpus_reserved + wanted.vcpus).le(nodes::vcpus_total))
        .filter((nodes::memory_mib_reserved + wanted.memory_mib).le(nodes::memory_mib_total))
        .filter((nodes::disk_gib_reserved + wanted.disk_gib).le(nodes::disk_gib_total));
    let rows = diesel::update(room)
        .set((
            nodes::vcpus_reserved.eq(nodes::vcpus_reserved + wanted.vcpus),
            nodes::memory_mib_reserved.eq(nodes::memory_mib_reserved + wanted.memory_mib),
            nodes::disk_gib_reserved.eq(nodes::disk_gib_reserved + wanted.disk_gib),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Takes from what is reserved, never below zero.
pub fn release(tx: &mut Tx<'_>, id: &NodeId, given: &Capacity) -> Result<bool> {
    let held = nodes::table
        .find(id)
        .filter(nodes::vcpus_reserved.ge(given.vcpus))
        .filter(nodes::memory_mib_reserved.ge(given.memory_mib))
        .filter(nodes::disk_gib_reserved.ge(given.disk_gib));
    let rows = diesel::update(held)
        .set((
            nodes::vcpus_reserved.eq(nodes::vcpus_reserved - given.vcpus),
            nodes::memory_mib_reserved.eq(nodes::memory_mib_reserved - given.memory_mib),
            nodes::disk_gib_reserved.eq(nodes::disk_gib_reserved - given.disk_gib),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Writes what people say about a node, if it is still at this version, and
/// nothing more is reserved than the new totals (nothing at all for a removal).
pub fn save(tx: &mut Tx<'_>, node: &Node) -> Result<std::result::Result<bool, diesel::result::Error>> {
    let limits = if node.state == NodeState::Removed { Capacity::NONE } else { node.totals };
    let believed = nodes::table
        .find(&node.id)
        .filter(nodes::version.eq(node.version))
        .filter(nodes::vcpus_reserved.le(limits.vcpus))
        .filter(nodes::memory_mib_reserved.le(limits.memory_mib))
        .filter(nodes::disk_gib_reserved.le(limits.disk_gib));
    let outcome = diesel::update(believed)
        .set((
            nodes::name.eq(&node.name),
            nodes::uri.eq(&node.uri),
            nodes::acceleration.eq(node.acceleration),
            nodes::pool.eq(&node.pool),
            nodes::network.eq(&node.network),
            nodes::vcpus_total.eq(node.totals.vcpus),
            nodes::memory_mib_total.eq(node.totals.memory_mib),
            nodes::disk_gib_total.eq(node.totals.disk_gib),
            nodes::state.eq(node.state),
            nodes::version.eq(node.version.saturating_add(1)),
        ))
        .execute(tx.conn);
    Ok(outcome.map(|rows| rows == 1))
}

/// Writes what a probe found.
pub fn save_probe(tx: &mut Tx<'_>, node: &Node) -> Result<()> {
    diesel::update(nodes::table.find(&node.id))
        .set((
            nodes::link.eq(node.link),
            nodes::link_reason.eq(&node.link_reason),
            nodes::capabilities.eq(serde_json::to_string(&node.report)?),
            nodes::seen_at.eq(node.seen_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}
