//! Servers and tasks as shown.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adoption;
pub use super::checks::queries::breaks_in;
use super::error::ServerRefusal;
use super::model::{Desired, Disk, DiskState, Observation, Seen, Server, ServerId, Usage};
use super::ports::{Guest, Hypervisor, HypervisorError};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::images::model::ImageId;
use crate::nodes::model::{Node, NodeId};
use crate::platform::error::Result;
use crate::platform::jobs::{self, Job, JobId, JobState, StepState};
use crate::platform::{ListInput, Paged, Tx};
use crate::subscriptions::model::SubscriptionId;
use crate::{addresses, images, nodes};

/// Bytes of a console when nothing is asked for.
const CONSOLE_BYTES: u32 = 16_384;
/// Most bytes of a console that are shown.
const MOST_CONSOLE_BYTES: u32 = 262_144;

/// Asks for servers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListServers {
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Part of a host name; or an address, a hardware address, a UUID or an id.
    #[serde(default)]
    pub search: Option<String>,
    /// As seen (`running`, `shut_off`, `unknown`, ...), or `suspended` or
    /// `deleted`. Deleted servers are shown only when asked for.
    #[serde(default)]
    pub state: Option<String>,
    /// Only of this customer.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Only of this subscription.
    #[serde(default)]
    pub subscription_id: Option<SubscriptionId>,
    /// Only on this node; for staff.
    #[serde(default)]
    pub node_id: Option<NodeId>,
}

/// Asks for one server.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowServer {
    /// The server.
    pub server_id: ServerId,
}

/// Asks for the end of a console.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowConsole {
    /// The server.
    pub server_id: ServerId,
    /// At most this many bytes: up to 262,144, and 16,384 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 262_144)]
    pub bytes: Option<u32>,
}

/// Asks for one task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTask {
    /// The task.
    pub task_id: JobId,
}

/// An address of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerAddress {
    /// The address.
    pub address: String,
    /// How many leading bits are the network's own.
    pub prefix: u8,
    /// Where to send what is not for the network.
    pub gateway: String,
    /// `v4` or `v6`.
    pub family: String,
}

/// A name with its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named<I> {
    /// The id.
    pub id: I,
    /// The name.
    pub name: String,
}

/// What is under way for a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Busy {
    /// The task.
    pub task_id: JobId,
    /// Key of its title.
    pub title: String,
    /// Where it is.
    pub state: JobState,
    /// For what it waits; only staff see it.
    pub reason: Option<String>,
}

/// A server as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerView {
    /// Its id.
    pub id: ServerId,
    /// Whose it is.
    pub customer_id: String,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Host name.
    pub hostname: String,
    /// What was last seen. Unknown is not stopped.
    pub state: Seen,
    /// When somebody last looked.
    pub observed_at: Instant,
    /// Since when the state is as it is.
    pub changed_at: Instant,
    /// Why the state is unknown; only staff see it.
    pub state_reason: Option<String>,
    /// What is wished.
    pub desired: Desired,
    /// Held back; it stays off.
    pub suspended: bool,
    /// Paid for.
    pub released: bool,
    /// What is under way.
    pub busy: Option<Busy>,
    /// Its addresses, version 4 first.
    pub addresses: Vec<ServerAddress>,
    /// Hardware address.
    pub mac: String,
    /// Virtual processors.
    pub vcpus: i64,
    /// Memory, in MiB.
    pub memory_mib: i64,
    /// Disk, in GiB.
    pub disk_gib: i64,
    /// Where its disk is.
    pub disk: DiskState,
    /// What it was made from.
    pub image: Named<ImageId>,
    /// Where it is; only staff see it.
    pub node: Option<Named<NodeId>>,
    /// What its console said at its last start.
    pub greeting: Option<String>,
    /// Figures since its start, while it runs.
    pub usage: Option<Usage>,
    /// Public keys, one line each.
    pub ssh_keys: Vec<String>,
    /// Until when its deletion can be undone.
    pub purge_after: Option<Instant>,
    /// When it was reserved.
    pub created_at: Instant,
    /// What can be done next: the last parts of action names, such as `start`.
    pub next: Vec<String>,
}

/// The end of a console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsoleView {
    /// The server.
    pub server_id: ServerId,
    /// The text.
    pub text: String,
    /// When it was read.
    pub read_at: Instant,
}

/// A step of a task as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskStep {
    /// What is ensured, such as `ensure_volume`.
    pub name: String,
    /// Where it is.
    pub state: StepState,
    /// What was found or went wrong; only staff see it.
    pub detail: Option<String>,
    /// In which attempt.
    pub attempt: i64,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// A task as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// Its id.
    pub id: JobId,
    /// Which handler, such as `servers.reconcile`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Whose, if anybody's.
    pub customer_id: Option<String>,
    /// Key of its title: `task-<title>`.
    pub title: String,
    /// Who asked for it; only staff see it.
    pub actor: Option<String>,
    /// Where it is.
    pub state: JobState,
    /// How often it was taken up.
    pub attempt: i64,
    /// Failures in a row.
    pub failures: i64,
    /// For what it waits, or why it failed; only staff see it.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was first taken up.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Its steps in order; none in lists.
    pub steps: Vec<TaskStep>,
}

/// Servers, newest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListServers) -> Result<Paged<ServerView>> {
    let scope = call.authorize(Action::ListServers)?;
    let is_staff = call.is_staff();
    call.db
        .read(move |tx| {
            let page = ListInput {
                after: input.after.clone(),
                limit: input.limit,
                search: input.search.clone(),
                ..ListInput::default()
            };
            let holder = match input.search.as_deref().map(str::trim).map(str::parse::<IpAddr>) {
                Some(Ok(address)) => addresses::queries::holder_in(tx, &address.to_string())?,
                Some(Err(_)) | None => None,
            };
            let found = store::list(tx, &scope, &input, &page, holder)?;
            let page = Paged::cut(found, &page, |server| server.id.to_string());
            let items = views_in(tx, &page.items, is_staff)?;
            Ok(Paged { items, next: page.next })
        })
        .await
}

/// One server.
///
/// # Errors
/// `request.not_found`.
pub async fn show(call: &Call, input: ShowServer) -> Result<ServerView> {
    let scope = call.authorize(Action::ShowServer)?;
    let is_staff = call.is_staff();
    call.db
        .read(move |tx| {
            let server = store::find(tx, &scope, &input.server_id)?.ok_or_else(not_found)?;
            view_in(tx, &server, is_staff)
        })
        .await
}

/// The end of a server's console, as its node has it now.
///
/// # Errors
/// `request.not_found`, `servers.node_silent`, `servers.no_console`.
pub async fn console(call: &Call, hypervisor: &dyn Hypervisor, input: ShowConsole) -> Result<ConsoleView> {
    let scope = call.authorize(Action::ShowConsole)?;
    let server_id = input.server_id.clone();
    let (node, guest) = call
        .db
        .read(move |tx| {
            let server = store::find(tx, &scope, &input.server_id)?.ok_or_else(not_found)?;
            told_in(tx, &server)
        })
        .await?;
    let bytes = input.bytes.unwrap_or(CONSOLE_BYTES).clamp(1, MOST_CONSOLE_BYTES);
    match hypervisor.console_tail(&node, &guest, bytes).await {
        Ok(text) => Ok(ConsoleView { server_id, text, read_at: call.now() }),
        Err(error) if error.leaves_unknown() => Err(ServerRefusal::NodeSilent.into()),
        Err(HypervisorError::Unsupported(_) | HypervisorError::Missing(_)) => Err(ServerRefusal::NoConsole.into()),
        Err(error) => {
            tracing::warn!(server = %server_id, %error, "a console could not be read");
            Err(ServerRefusal::NodeSilent.into())
        }
    }
}

/// Tasks, newest first: staff see all, customers their own.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list_tasks(call: &Call, input: ListInput) -> Result<Paged<TaskView>> {
    let scope = call.authorize(Action::ListTasks)?;
    let is_staff = call.is_staff();
    call.db
        .read(move |tx| {
            let page = jobs::list(tx, &input, scope.customers())?;
            Ok(page.map(|job| task_view(job, Vec::new(), is_staff)))
        })
        .await
}

/// One task with its steps.
///
/// # Errors
/// `request.not_found`.
pub async fn show_task(call: &Call, input: ShowTask) -> Result<TaskView> {
    let scope = call.authorize(Action::ShowTask)?;
    let is_staff = call.is_staff();
    call.db.read(move |tx| task_in(tx, scope.customers(), &input.task_id, is_staff)).await
}

/// The server of a subscription, if it has one.
///
/// # Errors
/// When the database fails.
pub fn of_subscription_in(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<Option<Server>> {
    store::of_subscription(tx, subscription_id)
}

/// A server, whoever's it is.
///
/// # Errors
/// `request.not_found`.
pub fn load_in(tx: &mut Tx<'_>, id: &ServerId) -> Result<Server> {
    store::load(tx, id)?.ok_or_else(not_found)
}

/// A server as shown, to staff or to its customer.
///
/// # Errors
/// When the database fails.
pub fn view_in(tx: &mut Tx<'_>, server: &Server, is_staff: bool) -> Result<ServerView> {
    let views = views_in(tx, std::slice::from_ref(server), is_staff)?;
    views.into_iter().next().ok_or_else(not_found)
}

/// A task as shown, if its owner is among `customers` (all when none are given).
///
/// # Errors
/// `request.not_found`.
pub fn task_in(tx: &mut Tx<'_>, customers: Option<&[String]>, id: &JobId, is_staff: bool) -> Result<TaskView> {
    let job = jobs::find(tx, id, customers)?.ok_or_else(not_found)?;
    let steps = jobs::steps(tx, id)?;
    Ok(task_view(job, steps, is_staff))
}

/// What a node is told about a server, with the node.
///
/// # Errors
/// When the database fails.
pub fn told_in(tx: &mut Tx<'_>, server: &Server) -> Result<(Node, Guest)> {
    let disk = store::disk(tx, &server.id)?;
    guest_in(tx, server, &disk)
}

pub(super) fn guest_in(tx: &mut Tx<'_>, server: &Server, disk: &Disk) -> Result<(Node, Guest)> {
    let node = nodes::queries::load_in(tx, &server.node_id)?;
    let addresses = addresses::queries::of_server_in(tx, server.id.as_str())?;
    let image = images::queries::load_in(tx, &server.image_id)?;
    let guest = Guest::new(server, disk, addresses, image);
    Ok(match adoption::queries::adoption_in(tx, &server.id)? {
        Some(adoption) => (node, guest.as_found(adoption)),
        None => (node, guest),
    })
}

fn views_in(tx: &mut Tx<'_>, servers: &[Server], is_staff: bool) -> Result<Vec<ServerView>> {
    let ids: Vec<ServerId> = servers.iter().map(|server| server.id.clone()).collect();
    let mut seen: BTreeMap<ServerId, Observation> = store::observations(tx, &ids)?.into_iter().collect();
    let disks: BTreeMap<ServerId, DiskState> =
        store::disks(tx, &ids)?.into_iter().map(|disk| (disk.server_id, disk.state)).collect();
    let mut busy: BTreeMap<String, Busy> = store::open_jobs(tx, &ids)?
        .into_iter()
        .map(|job| {
            let busy =
                Busy { task_id: job.id, title: job.title, state: job.state, reason: job.reason.filter(|_| is_staff) };
            (job.subject, busy)
        })
        .collect();
    let mut names: (BTreeMap<ImageId, String>, BTreeMap<NodeId, String>) = Default::default();
    let mut views = Vec::with_capacity(servers.len());
    for server in servers {
        if !names.0.contains_key(&server.image_id) {
            let image = images::queries::load_in(tx, &server.image_id)?;
            names.0.insert(server.image_id.clone(), image.name);
        }
        if is_staff && !names.1.contains_key(&server.node_id) {
            let node = nodes::queries::load_in(tx, &server.node_id)?;
            names.1.insert(server.node_id.clone(), node.name);
        }
        let now = tx.now();
        let seen = seen.remove(&server.id).unwrap_or_else(|| Observation::nothing_yet(now));
        let disk = disks.get(&server.id).copied().unwrap_or(DiskState::Planned);
        let addresses = addresses::queries::of_server_in(tx, server.id.as_str())?;
        views.push(ServerView {
            id: server.id.clone(),
            customer_id: server.customer_id.clone(),
            subscription_id: server.subscription_id.clone(),
            hostname: server.hostname.clone(),
            state: seen.state,
            observed_at: seen.observed_at,
            changed_at: seen.changed_at,
            state_reason: seen.reason.filter(|_| is_staff),
            desired: server.desired,
            suspended: server.suspended,
            released: server.released,
            busy: busy.remove(server.id.as_str()),
            addresses: addresses
                .into_iter()
                .map(|address| ServerAddress {
                    address: address.address.to_string(),
                    prefix: address.prefix,
                    gateway: address.gateway.to_string(),
                    family: address.family.to_string(),
                })
                .collect(),
            mac: server.mac.clone(),
            vcpus: server.vcpus,
            memory_mib: server.memory_mib,
            disk_gib: server.disk_gib,
            disk,
            image: Named {
                id: server.image_id.clone(),
                name: names.0.get(&server.image_id).cloned().unwrap_or_default(),
            },
            node: names.1.get(&server.node_id).map(|name| Named { id: server.node_id.clone(), name: name.clone() }),
            greeting: seen.greeting,
            usage: seen.facts.usage,
            ssh_keys: server.ssh_keys.clone(),
            purge_after: server.purge_after,
            created_at: server.created_at,
            next: server
                .next_actions(seen.state, disk)
                .into_iter()
                .filter(|action| is_staff || !matches!(*action, "delete" | "restore"))
                .map(str::to_owned)
                .collect(),
        });
    }
    Ok(views)
}

fn task_view(job: Job, steps: Vec<jobs::Step>, is_staff: bool) -> TaskView {
    TaskView {
        id: job.id,
        kind: job.kind,
        subject: job.subject,
        customer_id: job.customer_id,
        title: job.title,
        actor: Some(job.actor).filter(|_| is_staff),
        state: job.state,
        attempt: job.attempt,
        failures: job.failures,
        reason: job.reason.filter(|_| is_staff),
        created_at: job.created_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        steps: steps
            .into_iter()
            .map(|step| TaskStep {
                name: step.name,
                state: step.state,
                detail: step.detail.filter(|_| is_staff),
                attempt: step.attempt,
                started_at: step.started_at,
                finished_at: step.finished_at,
            })
            .collect(),
    }
}
