//! Rows of servers, what was seen of them, their disks, and the tasks about them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use hostwright_kernel::Instant;

use super::model::{Desired, Disk, DiskId, DiskState, Observation, Seen, Server, ServerId, StopMode};
use super::queries::ListServers;
use crate::auth::call::Scope;
use crate::images::model::ImageId;
use crate::nodes::model::{Capacity, NodeId};
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{Job, JobState};
use crate::platform::schema::{jobs, server_disks, server_observations, servers};
use crate::platform::{ListInput, Tx};
use crate::subscriptions::model::SubscriptionId;
use crate::{locking, only_of};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = servers)]
struct Row {
    id: ServerId,
    customer_id: String,
    subscription_id: SubscriptionId,
    node_id: NodeId,
    image_id: ImageId,
    hostname: String,
    ssh_keys: String,
    vcpus: i64,
    memory_mib: i64,
    disk_gib: i64,
    mac: String,
    uuid: String,
    desired: Desired,
    suspended: bool,
    released: bool,
    generation: i64,
    reboots: i64,
    fence: i64,
    stop_mode: StopMode,
    purge_after: Option<Instant>,
    created_at: Instant,
    version: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = server_observations, treat_none_as_null = true)]
struct ObservationRow {
    server_id: ServerId,
    state: Seen,
    generation: i64,
    reboots_done: i64,
    built: bool,
    greeting: Option<String>,
    boot_id: Option<String>,
    facts: String,
    reason: Option<String>,
    observed_at: Instant,
    changed_at: Instant,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = server_disks)]
struct DiskRow {
    id: DiskId,
    server_id: ServerId,
    node_id: NodeId,
    name: String,
    size_gib: i64,
    state: DiskState,
    purge_after: Option<Instant>,
    changed_at: Instant,
}

impl From<Row> for Server {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            subscription_id: row.subscription_id,
            node_id: row.node_id,
            image_id: row.image_id,
            hostname: row.hostname,
            ssh_keys: row.ssh_keys.lines().map(str::to_owned).collect(),
            vcpus: row.vcpus,
            memory_mib: row.memory_mib,
            disk_gib: row.disk_gib,
            mac: row.mac,
            uuid: row.uuid,
            desired: row.desired,
            suspended: row.suspended,
            released: row.released,
            generation: row.generation,
            reboots: row.reboots,
            fence: row.fence,
            stop_mode: row.stop_mode,
            purge_after: row.purge_after,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

impl TryFrom<ObservationRow> for Observation {
    type Error = Error;
    fn try_from(row: ObservationRow) -> Result<Self> {
        Ok(Self {
            state: row.state,
            generation: row.generation,
            reboots_done: row.reboots_done,
            built: row.built,
            greeting: row.greeting,
            boot_id: row.boot_id,
            facts: serde_json::from_str(&row.facts)?,
            reason: row.reason,
            observed_at: row.observed_at,
            changed_at: row.changed_at,
        })
    }
}

impl From<DiskRow> for Disk {
    fn from(row: DiskRow) -> Self {
        Self {
            id: row.id,
            server_id: row.server_id,
            node_id: row.node_id,
            name: row.name,
            size_gib: row.size_gib,
            state: row.state,
            purge_after: row.purge_after,
        }
    }
}

fn observation_row(server_id: &ServerId, seen: &Observation) -> Result<ObservationRow> {
    Ok(ObservationRow {
        server_id: server_id.clone(),
        state: seen.state,
        generation: seen.generation,
        reboots_done: seen.reboots_done,
        built: seen.built,
        greeting: seen.greeting.clone(),
        boot_id: seen.boot_id.clone(),
        facts: serde_json::to_string(&seen.facts)?,
        reason: seen.reason.clone(),
        observed_at: seen.observed_at,
        changed_at: seen.changed_at,
    })
}

/// Adds a server with its disk; nothing is known of either yet.
pub fn insert(tx: &mut Tx<'_>, server: &Server, disk: &Disk) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(servers::table)
        .values(Row {
            id: server.id.clone(),
            customer_id: server.customer_id.clone(),
            subscription_id: server.subscription_id.clone(),
            node_id: server.node_id.clone(),
            image_id: server.image_id.clone(),
            hostname: server.hostname.clone(),
            ssh_keys: server.ssh_keys.join("\n"),
            vcpus: server.vcpus,
            memory_mib: server.memory_mib,
            disk_gib: server.disk_gib,
            mac: server.mac.clone(),
            uuid: server.uuid.clone(),
            desired: server.desired,
            suspended: server.suspended,
            released: server.released,
            generation: server.generation,
            reboots: server.reboots,
            fence: server.fence,
            stop_mode: server.stop_mode,
            purge_after: server.purge_after,
            created_at: server.created_at,
            version: server.version,
        })
        .execute(tx.conn)?;
    diesel::insert_into(server_disks::table)
        .values(DiskRow {
            id: disk.id.clone(),
            server_id: disk.server_id.clone(),
            node_id: disk.node_id.clone(),
            name: disk.name.clone(),
            size_gib: disk.size_gib,
            state: disk.state,
            purge_after: disk.purge_after,
            changed_at: now,
        })
        .execute(tx.conn)?;
    diesel::insert_into(server_observations::table)
        .values(observation_row(&server.id, &Observation::nothing_yet(now))?)
        .execute(tx.conn)?;
    Ok(())
}

/// A server that may be reached.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, id: &ServerId) -> Result<Option<Server>> {
    let mut query = servers::table.filter(servers::id.eq(id)).select(Row::as_select()).into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, servers::customer_id, customers);
    }
    Ok(query.first(tx.conn).optional()?.map(Server::from))
}

/// A server, whoever's it is, locked until the transaction ends: for the product itself.
pub fn lock(tx: &mut Tx<'_>, id: &ServerId) -> Result<Option<Server>> {
    let row = locking!(&mut *tx.conn, servers::table.find(id).select(Row::as_select()), first::<Row>);
    Ok(row.optional()?.map(Server::from))
}

/// A server, whoever's it is: for the product itself.
pub fn load(tx: &mut Tx<'_>, id: &ServerId) -> Result<Option<Server>> {
    let row: Option<Row> = servers::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    Ok(row.map(Server::from))
}

/// The server of a subscription.
pub fn of_subscription(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<Option<Server>> {
    let row: Option<Row> = servers::table
        .filter(servers::subscription_id.eq(subscription_id))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Server::from))
}

/// Keeps a changed wish; false when the row was changed since `believed`.
pub fn save_wish(tx: &mut Tx<'_>, server: &Server, believed: i64) -> Result<bool> {
    let rows = diesel::update(servers::table.find(&server.id).filter(servers::version.eq(believed)))
        .set((
            servers::desired.eq(server.desired),
            servers::suspended.eq(server.suspended),
            servers::released.eq(server.released),
            servers::generation.eq(server.generation),
            servers::reboots.eq(server.reboots),
            servers::stop_mode.eq(server.stop_mode),
            servers::purge_after.eq(server.purge_after),
            servers::version.eq(server.version),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Notes that a server was shut down from inside; false when its wish was
/// changed meanwhile. The generation stays: nobody asked for anything.
pub fn accept_stop(tx: &mut Tx<'_>, server: &Server) -> Result<bool> {
    let rows = diesel::update(
        servers::table
            .find(&server.id)
            .filter(servers::generation.eq(server.generation))
            .filter(servers::reboots.eq(server.reboots))
            .filter(servers::desired.eq(Desired::Running)),
    )
    .set((servers::desired.eq(Desired::Stopped), servers::version.eq(servers::version + 1)))
    .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Takes a server in hand: its next fencing number.
pub fn raise_fence(tx: &mut Tx<'_>, id: &ServerId) -> Result<Option<i64>> {
    diesel::update(servers::table.find(id)).set(servers::fence.eq(servers::fence + 1)).execute(tx.conn)?;
    Ok(servers::table.find(id).select(servers::fence).first(tx.conn).optional()?)
}

/// What was last seen.
pub fn observation(tx: &mut Tx<'_>, id: &ServerId) -> Result<Observation> {
    let row: ObservationRow = server_observations::table.find(id).select(ObservationRow::as_select()).first(tx.conn)?;
    row.try_into()
}

/// What was last seen of several.
pub fn observations(tx: &mut Tx<'_>, ids: &[ServerId]) -> Result<Vec<(ServerId, Observation)>> {
    let rows: Vec<ObservationRow> = server_observations::table
        .filter(server_observations::server_id.eq_any(ids.to_vec()))
        .select(ObservationRow::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(|row| Ok((row.server_id.clone(), row.try_into()?))).collect()
}

/// Keeps what was seen. The caller holds the server's lock and fencing number.
pub fn save_observation(tx: &mut Tx<'_>, id: &ServerId, seen: &Observation) -> Result<()> {
    diesel::update(server_observations::table.find(id)).set(observation_row(id, seen)?).execute(tx.conn)?;
    Ok(())
}

/// A server's disk.
pub fn disk(tx: &mut Tx<'_>, server_id: &ServerId) -> Result<Disk> {
    let row: DiskRow = server_disks::table
        .filter(server_disks::server_id.eq(server_id))
        .select(DiskRow::as_select())
        .first(tx.conn)?;
    Ok(row.into())
}

/// The disks of several servers.
pub fn disks(tx: &mut Tx<'_>, ids: &[ServerId]) -> Result<Vec<Disk>> {
    let rows: Vec<DiskRow> = server_disks::table
        .filter(server_disks::server_id.eq_any(ids.to_vec()))
        .select(DiskRow::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Disk::from).collect())
}

/// Moves a disk on; false when it is not where it was believed to be.
pub fn move_disk(
    tx: &mut Tx<'_>,
    disk: &Disk,
    from: DiskState,
    to: DiskState,
    purge_after: Option<Instant>,
) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(server_disks::table.find(&disk.id).filter(server_disks::state.eq(from)))
        .set((server_disks::state.eq(to), server_disks::purge_after.eq(purge_after), server_disks::changed_at.eq(now)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Disks that may be deleted for good, longest due first; those begun come before all.
pub fn due_disks(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Disk>> {
    let now = tx.now();
    let begun: Vec<DiskRow> = server_disks::table
        .filter(server_disks::state.eq(DiskState::Purging))
        .order(server_disks::id)
        .limit(limit)
        .select(DiskRow::as_select())
        .load(tx.conn)?;
    let left = limit.saturating_sub(i64::try_from(begun.len()).unwrap_or(limit));
    let due: Vec<DiskRow> = server_disks::table
        .filter(server_disks::state.eq(DiskState::Quarantined))
        .filter(server_disks::purge_after.le(now))
        .order((server_disks::purge_after, server_disks::id))
        .limit(left)
        .select(DiskRow::as_select())
        .load(tx.conn)?;
    Ok(begun.into_iter().chain(due).map(Disk::from).collect())
}

/// How many disks there are, in any state but gone.
pub fn count_disks(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(server_disks::table.filter(server_disks::state.ne(DiskState::Deleted)).count().get_result(tx.conn)?)
}

/// Servers of a node that are not gone for good.
pub fn of_node(tx: &mut Tx<'_>, node_id: &NodeId) -> Result<Vec<Server>> {
    let rows: Vec<Row> = servers::table
        .inner_join(server_disks::table)
        .filter(servers::node_id.eq(node_id))
        .filter(server_disks::state.ne(DiskState::Deleted))
        .order(servers::id)
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Server::from).collect())
}

/// Every server after `after`, in the order of their ids.
pub fn all(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<Server>> {
    let rows: Vec<Row> = servers::table
        .filter(servers::id.gt(after.to_owned()))
        .order(servers::id)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Server::from).collect())
}

/// Servers that may be reached, newest first; `holder` is the one that has the
/// address that was searched for.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &ListServers,
    page: &ListInput,
    holder: Option<String>,
) -> Result<Vec<Server>> {
    let mut query = servers::table
        .inner_join(server_disks::table)
        .inner_join(server_observations::table.on(server_observations::server_id.eq(servers::id)))
        .order(servers::id.desc())
        .limit(page.fetch())
        .select(Row::as_select())
        .into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, servers::customer_id, customers);
    }
    if let Some(after) = &input.after {
        query = query.filter(servers::id.lt(after.clone()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(servers::customer_id.eq(customer.clone()));
    }
    if let Some(subscription) = &input.subscription_id {
        query = query.filter(servers::subscription_id.eq(subscription.clone()));
    }
    if let Some(node) = &input.node_id {
        query = query.filter(servers::node_id.eq(node.clone()));
    }
    query = match input.state.as_deref().filter(|state| !state.is_empty()) {
        None => query.filter(servers::desired.ne(Desired::Deleted)),
        Some("deleted") => query.filter(servers::desired.eq(Desired::Deleted)),
        Some("suspended") => query.filter(servers::suspended.eq(true)).filter(servers::desired.ne(Desired::Deleted)),
        Some(state) => {
            query.filter(server_observations::state.eq(state.to_owned())).filter(servers::desired.ne(Desired::Deleted))
        }
    };
    if let Some(pattern) = page.pattern() {
        let words = page.search.as_deref().unwrap_or_default().trim().to_lowercase();
        query = query.filter(
            lower(servers::hostname)
                .like(pattern)
                .escape('\\')
                .or(servers::mac.eq(words.clone()))
                .or(servers::uuid.eq(words.clone()))
                .or(servers::id.eq(words.clone()))
                .or(servers::id.eq(holder.unwrap_or(words))),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(Server::from).collect())
}

/// What servers take of each node until their disks are gone.
pub fn taken_by_node(tx: &mut Tx<'_>) -> Result<Vec<(NodeId, Capacity)>> {
    let rows: Vec<(NodeId, i64, i64, i64)> = servers::table
        .inner_join(server_disks::table)
        .filter(server_disks::state.ne(DiskState::Deleted))
        .group_by(servers::node_id)
        .select((
            servers::node_id,
            sql::<BigInt>("CAST(COALESCE(SUM(servers.vcpus),0) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(servers.memory_mib),0) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(servers.disk_gib),0) AS BIGINT)"),
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(node, vcpus, memory_mib, disk_gib)| {
            let taken = Capacity { vcpus, memory_mib, disk_gib };
            (node, taken)
        })
        .collect())
}

/// Open jobs about these subjects.
pub fn open_jobs(tx: &mut Tx<'_>, subjects: &[ServerId]) -> Result<Vec<Job>> {
    let subjects: Vec<String> = subjects.iter().map(ToString::to_string).collect();
    Ok(jobs::table
        .filter(jobs::subject.eq_any(subjects))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Attention]))
        .select(Job::as_select())
        .load(tx.conn)?)
}

/// Jobs that need attention, of any kind.
pub fn jobs_in_attention(tx: &mut Tx<'_>) -> Result<Vec<Job>> {
    Ok(jobs::table
        .filter(jobs::state.eq(JobState::Attention))
        .order(jobs::id)
        .select(Job::as_select())
        .load(tx.conn)?)
}
