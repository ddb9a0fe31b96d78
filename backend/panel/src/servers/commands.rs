//! Changing what is wished for a server. Nothing here talks to a node: a change
//! of the wish and the job that fulfils it are one transaction.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adoption;
use super::error::ServerRefusal;
use super::jobs;
use super::model::{
    Change, Desired, Disk, DiskId, DiskState, Server, ServerId, StopMode, disk_name, parse_hostname, parse_ssh_keys,
};
use super::queries::{self, ServerView, TaskView};
use super::store;
use crate::addresses;
use crate::addresses::model::Family;
use crate::auth::call::{Call, Changed, Scope, not_found};
use crate::auth::policy::Action;
use crate::images::model::Image;
use crate::nodes;
use crate::nodes::model::{Capacity, Node};
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, retry_now};
use crate::platform::{Tx, settings};
use crate::subscriptions;
use crate::subscriptions::model::{SubscriptionId, SubscriptionState};

/// Setting: days for which a deleted server's disk is kept.
pub const QUARANTINE_DAYS: &str = "servers.quarantine_days";
/// Days for which it is kept when nobody set anything.
const DEFAULT_QUARANTINE_DAYS: i64 = 7;

/// A server to be reserved.
#[derive(Debug, Clone)]
pub struct NewServer {
    /// Whose.
    pub customer_id: String,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Its size.
    pub capacity: Capacity,
    /// What its disk is made from.
    pub image: Image,
    /// Host name, as typed.
    pub hostname: String,
    /// Public SSH keys, as typed.
    pub ssh_keys: Vec<String>,
}

/// Names a server to be changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeServer {
    /// The server.
    pub server_id: ServerId,
}

/// Names a task to be tried again now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryTask {
    /// The task.
    pub task_id: JobId,
}

/// Checks what people type for a server, before anything is reserved.
///
/// # Errors
/// Every field that is wrong: `servers.bad_hostname`, `servers.bad_ssh_key`,
/// `servers.too_many_keys`, `servers.image_too_large`.
pub fn check(new: &NewServer) -> Result<(String, Vec<String>)> {
    let mut faults = Vec::new();
    let hostname = parse_hostname(&new.hostname).map_err(|fault| faults.push(fault)).ok();
    let ssh_keys = parse_ssh_keys(&new.ssh_keys).map_err(|fault| faults.push(fault)).ok();
    let least = &new.image.minimums;
    if new.capacity.memory_mib < least.memory_mib || new.capacity.disk_gib < least.disk_gib {
        faults.push(ServerRefusal::ImageTooLarge.with("memory_mib", least.memory_mib).with("disk_gib", least.disk_gib));
    }
    match (hostname, ssh_keys) {
        (Some(hostname), Some(ssh_keys)) if faults.is_empty() => Ok((hostname, ssh_keys)),
        _ => Err(Error::Fields(faults)),
    }
}

/// Reserves a server: room on a node, addresses, hardware address, disk. It
/// stays off and is not built until [`release_in`].
///
/// # Errors
/// As for [`check`]; `servers.no_room` when no node has room and an address.
pub fn reserve_in(tx: &mut Tx<'_>, new: &NewServer) -> Result<Server> {
    let (hostname, ssh_keys) = check(new)?;
    let id = ServerId::new();
    let node = place(tx, &id, &new.capacity)?;
    let mac = addresses::commands::take_mac_in(tx, id.as_str())?;
    let server = Server {
        customer_id: new.customer_id.clone(),
        subscription_id: new.subscription_id.clone(),
        node_id: node.id.clone(),
        image_id: new.image.id.clone(),
        hostname,
        ssh_keys,
        vcpus: new.capacity.vcpus,
        memory_mib: new.capacity.memory_mib,
        disk_gib: new.capacity.disk_gib,
        mac,
        uuid: hostwright_kernel::id::random_uuid(),
        desired: Desired::Stopped,
        suspended: false,
        released: false,
        generation: 1,
        reboots: 0,
        stop_mode: StopMode::Graceful,
        purge_after: None,
        fence: 0,
        created_at: tx.now(),
        version: 1,
        id,
    };
    let disk = Disk {
        id: DiskId::new(),
        server_id: server.id.clone(),
        node_id: server.node_id.clone(),
        name: disk_name(&server.id),
        size_gib: server.disk_gib,
        state: DiskState::Planned,
        purge_after: None,
    };
    store::insert(tx, &server, &disk)?;
    Ok(server)
}

/// The first node with room and an address, both taken.
fn place(tx: &mut Tx<'_>, id: &ServerId, capacity: &Capacity) -> Result<Node> {
    for node in nodes::queries::candidates_in(tx, capacity)? {
        match nodes::commands::reserve_capacity_in(tx, &node.id, capacity) {
            Ok(()) => {}
            // Somebody was faster; another node may do.
            Err(Error::Refused(_)) => continue,
            Err(error) => return Err(error),
        }
        match take_addresses(tx, &node, id) {
            Ok(()) => return Ok(node),
            Err(Error::Refused(_)) => nodes::commands::release_capacity_in(tx, &node.id, capacity)?,
            Err(error) => return Err(error),
        }
    }
    Err(ServerRefusal::NoRoom.into())
}

/// One address of version 4, which a server must have, and one of version 6
/// where there are any.
fn take_addresses(tx: &mut Tx<'_>, node: &Node, id: &ServerId) -> Result<()> {
    addresses::commands::take_in(tx, &node.id, id.as_str(), Family::V4)?;
    if addresses::commands::has_pool_in(tx, &node.id, Family::V6)? {
        match addresses::commands::take_in(tx, &node.id, id.as_str(), Family::V6) {
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The subscription was paid for: its server is built and runs. Nothing happens
/// the second time, or when it has no server.
///
/// # Errors
/// When the database fails.
pub fn release_in(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<()> {
    change_in(tx, subscription_id, |_tx| Ok(Change::Release), "servers-create")
}

/// The subscription was suspended, or is no longer: its server stops, or runs
/// again if that is still wished. What counts is what the subscription is now, so
/// that it does not matter in which order two panels hear of two changes.
///
/// # Errors
/// When the database fails.
pub fn follow_suspension_in(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<()> {
    let suspended = |tx: &mut Tx<'_>| -> Result<bool> {
        Ok(subscriptions::queries::load_in(tx, subscription_id)?.state == SubscriptionState::Suspended)
    };
    let title = if suspended(tx)? { "servers-suspend" } else { "servers-resume" };
    change_in(tx, subscription_id, |tx| suspended(tx).map(Change::Suspend), title)
}

/// The subscription is over: its server is stopped, its disk put into
/// quarantine, its addresses cool off.
///
/// # Errors
/// When the database fails.
pub fn terminate_in(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<()> {
    change_in(tx, subscription_id, deletion, "servers-delete")
}

/// A deletion with the setting of today for how long it can be undone.
fn deletion(tx: &mut Tx<'_>) -> Result<Change> {
    let days = quarantine_days_in(tx)?;
    Ok(Change::Delete(tx.now().plus_days(days)))
}

/// Days for which the disk of a deleted server is kept.
///
/// # Errors
/// When the database fails.
pub fn quarantine_days_in(tx: &mut Tx<'_>) -> Result<i64> {
    let days: i64 = settings::get(tx, QUARANTINE_DAYS)?.unwrap_or(DEFAULT_QUARANTINE_DAYS);
    Ok(days.max(0))
}

fn change_in(
    tx: &mut Tx<'_>,
    subscription_id: &SubscriptionId,
    change: impl Fn(&mut Tx<'_>) -> Result<Change>,
    title: &'static str,
) -> Result<()> {
    let Some(found) = store::of_subscription(tx, subscription_id)? else {
        return Ok(());
    };
    let server = store::lock(tx, &found.id)?.ok_or_else(not_found)?;
    let change = change(tx)?;
    apply(tx, &server, change, title, "system:subscriptions")?;
    Ok(())
}

/// Starts a server.
///
/// # Errors
/// `request.not_found`; `servers.suspended`, `servers.not_paid`, `servers.deleted`.
pub async fn start(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::StartServer)?;
    wish(call, &scope, input, |_tx| Ok(Change::Start), "servers-start").await
}

/// Asks the guest to shut down; it is forced off after a minute.
///
/// # Errors
/// As for [`start`].
pub async fn shut_down(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::ShutDownServer)?;
    let change = |_tx: &mut Tx<'_>| Ok(Change::Stop(StopMode::Graceful));
    wish(call, &scope, input, change, "servers-shut-down").await
}

/// Asks the guest to reboot; one that does not is reset after a minute. A server
/// that is off is started.
///
/// # Errors
/// As for [`start`].
pub async fn reboot(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::RebootServer)?;
    wish(call, &scope, input, |_tx| Ok(Change::Reboot), "servers-reboot").await
}

/// Pulls the plug.
///
/// # Errors
/// As for [`start`].
pub async fn power_off(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::PowerOffServer)?;
    let change = |_tx: &mut Tx<'_>| Ok(Change::Stop(StopMode::Force));
    wish(call, &scope, input, change, "servers-power-off").await
}

/// Deletes a server: its disk goes into quarantine, and [`restore`] undoes it for
/// some days (setting `servers.quarantine_days`, 7). Works also while its node
/// is down; then it is done when the node is back.
///
/// # Errors
/// `request.not_found`.
pub async fn delete(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::DeleteServer)?;
    wish(call, &scope, input, deletion, "servers-delete").await
}

/// Undoes a deletion: the disk comes back and the server is off. It may have
/// other addresses than before; one that was taken over has its own again.
///
/// # Errors
/// `request.not_found`, `servers.not_deleted`, `servers.not_restorable`,
/// `addresses.none_free`, `addresses.not_free`.
pub async fn restore(call: &Call, input: ChangeServer) -> Result<ServerView> {
    let scope = call.authorize(Action::RestoreServer)?;
    // Whether the subscription is still suspended is decided by `apply`.
    wish(call, &scope, input, |_tx| Ok(Change::Restore(false)), "servers-restore").await
}

/// Makes a task that waits or needs attention due now.
///
/// # Errors
/// `request.not_found`, `servers.task_not_waiting`.
pub async fn retry_task(call: &Call, input: RetryTask) -> Result<TaskView> {
    let scope = call.authorize(Action::RetryTask)?;
    let (reach, is_staff) = (scope.clone(), call.is_staff());
    call.write(&scope, move |tx| {
        let before = queries::task_in(tx, reach.customers(), &input.task_id, is_staff)?;
        if !retry_now(tx, &input.task_id)? {
            return Err(ServerRefusal::TaskNotWaiting.into());
        }
        let after = queries::task_in(tx, reach.customers(), &input.task_id, is_staff)?;
        let changed = Changed::new(&input.task_id, after).noting("kind", before.kind);
        Ok(match before.customer_id {
            Some(customer) => changed.of(customer),
            None => changed,
        })
    })
    .await
}

async fn wish(
    call: &Call,
    scope: &Scope,
    input: ChangeServer,
    change: impl Fn(&mut Tx<'_>) -> Result<Change> + Send + 'static,
    title: &'static str,
) -> Result<ServerView> {
    let (reach, actor, is_staff) = (scope.clone(), call.actor_id(), call.is_staff());
    call.write(scope, move |tx| {
        let found = store::find(tx, &reach, &input.server_id)?.ok_or_else(not_found)?;
        let server = store::lock(tx, &found.id)?.ok_or_else(not_found)?;
        let change = change(tx)?;
        let server = apply(tx, &server, change, title, &actor)?;
        let view = queries::view_in(tx, &server, is_staff)?;
        Ok(Changed::new(&server.id, view)
            .of(&server.customer_id)
            .noting("hostname", server.hostname.clone())
            .noting("desired", server.desired.as_str()))
    })
    .await
}

/// Changes the wish of a locked server and puts the work for it in the queue.
fn apply(tx: &mut Tx<'_>, server: &Server, change: Change, title: &'static str, actor: &str) -> Result<Server> {
    let subscription = subscriptions::queries::load_in(tx, &server.subscription_id)?;
    let change = match change {
        Change::Restore(_) => Change::Restore(subscription.state == SubscriptionState::Suspended),
        change => change,
    };
    let disk = store::disk(tx, &server.id)?;
    let changed = server.change(change, disk.state).map_err(|refusal| {
        if refusal.code == ServerRefusal::Suspended.refusal().code {
            refusal.with("reason", subscription.suspended_reason.clone().unwrap_or_default())
        } else {
            refusal
        }
    })?;
    let Some(next) = changed else {
        return Ok(server.clone());
    };
    if !store::save_wish(tx, &next, server.version)? {
        return Err(ServerRefusal::Changed.into());
    }
    if matches!(change, Change::Restore(_)) {
        bring_back(tx, &next, &disk)?;
    }
    jobs::enqueue_in(tx, &next, title, actor)?;
    Ok(next)
}

/// Keeps a disk from being purged, and gives the server addresses if its own
/// were released.
fn bring_back(tx: &mut Tx<'_>, server: &Server, disk: &Disk) -> Result<()> {
    if !store::move_disk(tx, disk, disk.state, disk.state, None)? {
        return Err(ServerRefusal::NotRestorable.into());
    }
    if addresses::queries::of_server_in(tx, server.id.as_str())?.is_empty() {
        // A guest that was taken over gives itself its addresses, so it has these or none.
        if let Some(adoption) = adoption::queries::adoption_in(tx, &server.id)? {
            let mut own = adoption.addresses.into_iter();
            return own.try_for_each(|one| addresses::commands::assign_found_in(tx, one, server.id.as_str()));
        }
        let node = nodes::queries::load_in(tx, &server.node_id)?;
        take_addresses(tx, &node, &server.id)?;
    }
    Ok(())
}
