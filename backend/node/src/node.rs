//! The one entry: a command goes in, an outcome comes out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::command::{Command, GuestStep, Outcome};
use crate::config::NodeConfig;
use crate::driver;
use crate::error::NodeError;
use crate::fence::Journal;
use crate::lane::{Lane, Link};
use crate::observed::Health;
use crate::session::Fence;

/// A node, reached when needed. Cheap to clone; clones share the connection.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    config: Arc<NodeConfig>,
    link: Link,
    journal: Arc<Journal>,
    memory: Arc<driver::Memory>,
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Node {
    /// Opens the journal and the connection.
    ///
    /// # Errors
    /// [`NodeError::Unreachable`] or [`NodeError::Timeout`] if the node does not answer,
    /// [`NodeError::Failed`] if the journal's folder cannot be used.
    pub async fn connect(config: NodeConfig) -> Result<Self, NodeError> {
        let node = Self::offline(config)?;
        let limit = node.inner.config.deadlines.call;
        node.inner
            .link
            .call(Lane::Observing, "say hello", limit, |turn| {
                turn.ask("say hello", |connection| connection.get_lib_version())
            })
            .await?;
        Ok(node)
    }

    /// The same without connecting: the first command does that. A node that is down at the
    /// panel's start is reached as soon as it is back.
    ///
    /// # Errors
    /// [`NodeError::Failed`] if the journal's folder cannot be used.
    pub fn offline(config: NodeConfig) -> Result<Self, NodeError> {
        let config = Arc::new(config);
        Ok(Self {
            inner: Arc::new(Inner {
                journal: Arc::new(Journal::open(&config.state_dir)?),
                link: Link::new(Arc::clone(&config)),
                memory: Arc::new(driver::Memory::default()),
                turns: Mutex::new(HashMap::new()),
                config,
            }),
        })
    }

    /// How the link is doing, without asking the node.
    #[must_use]
    pub fn health(&self) -> Health {
        self.inner.link.health()
    }

    /// The configuration in use.
    #[must_use]
    pub fn config(&self) -> &NodeConfig {
        &self.inner.config
    }

    /// Carries out one command. Commands for one guest run one after another.
    ///
    /// # Errors
    /// See [`NodeError`]; after [`NodeError::leaves_state_unknown`] the caller must look again
    /// before it concludes anything.
    pub async fn perform(&self, command: Command) -> Outcome {
        driver::check(&command)?;
        let inner = &self.inner;
        let (lane, during) = manner(&command);
        let limit = inner.limit(lane);
        let order = subject(&command).map(|subject| inner.turn_of(subject));
        let _in_order = match &order {
            Some(order) => {
                Some(tokio::time::timeout(limit, order.lock()).await.map_err(|_elapsed| NodeError::Timeout {
                    after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
                    during: "wait for an earlier command".to_owned(),
                })?)
            }
            None => None,
        };
        let journal = Arc::clone(&inner.journal);
        let memory = Arc::clone(&inner.memory);
        inner
            .link
            .call(lane, during, limit, move |turn| {
                let fence = match &command {
                    Command::Guest { guest, fence, .. } => {
                        journal.raise(&guest.uuid, *fence)?;
                        Some(Fence { journal: Arc::clone(&journal), guest_uuid: guest.uuid.clone(), number: *fence })
                    }
                    _ => None,
                };
                driver::perform(turn, &journal, &memory, fence.as_ref(), command)
            })
            .await
    }
}

impl Inner {
    fn limit(&self, lane: Lane) -> Duration {
        match lane {
            Lane::Copying => self.config.deadlines.transfer,
            Lane::Commands | Lane::Observing => self.config.deadlines.call,
        }
    }

    fn turn_of(&self, subject: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, order| Arc::strong_count(order) > 1);
        Arc::clone(turns.entry(subject).or_default())
    }
}

/// What a command must not do twice at a time.
fn subject(command: &Command) -> Option<String> {
    match command {
        Command::Probe { .. }
        | Command::ObserveGuest { .. }
        | Command::ObserveAll { .. }
        | Command::Survey { .. }
        | Command::ConsoleTail { .. } => None,
        Command::EnsurePool { pool, .. } => Some(format!("pool {pool}")),
        Command::EnsureNetwork { network, .. } => Some(format!("network {network}")),
        Command::EnsureImage { pool, image, .. } => Some(format!("image {pool} {} {}", image.name, image.version)),
        Command::Guest { guest, .. } => Some(format!("guest {}", guest.uuid)),
    }
}

fn manner(command: &Command) -> (Lane, &'static str) {
    match command {
        Command::Probe { .. } => (Lane::Observing, "probe the node"),
        Command::ObserveGuest { .. } => (Lane::Observing, "look at the guest"),
        Command::ObserveAll { .. } => (Lane::Observing, "look at all guests"),
        // It may take minutes where there are many guests and slow agents, and must not hold up
        // the regular looks.
        Command::Survey { .. } => (Lane::Copying, "look at guests that are not ours"),
        Command::EnsurePool { .. } => (Lane::Commands, "make the pool"),
        Command::EnsureImage { .. } => (Lane::Copying, "bring the image"),
        Command::EnsureNetwork { .. } => (Lane::Commands, "make the network"),
        Command::ConsoleTail { .. } => (Lane::Commands, "read the console"),
        Command::Guest { step, .. } => match step {
            GuestStep::EnsureVolume { .. } => (Lane::Copying, "make the disk"),
            GuestStep::QuarantineVolume { .. } => (Lane::Copying, "put the disk aside"),
            GuestStep::RestoreVolume { .. } => (Lane::Copying, "bring the disk back"),
            GuestStep::EnsureSeed { .. } => (Lane::Commands, "make the seed"),
            GuestStep::EnsureFilter { .. } => (Lane::Commands, "make the filter"),
            GuestStep::EnsureDomain { .. } | GuestStep::EnsureAsFound { .. } => (Lane::Commands, "define the guest"),
            GuestStep::Start => (Lane::Commands, "start the guest"),
            GuestStep::Shutdown => (Lane::Commands, "ask the guest to shut down"),
            GuestStep::PowerOff => (Lane::Commands, "power the guest off"),
            GuestStep::Reboot { .. } => (Lane::Commands, "restart the guest"),
            GuestStep::EnsureUndefined => (Lane::Commands, "remove the guest's definition"),
            GuestStep::EnsureNoFilter { .. } => (Lane::Commands, "remove the filter"),
            GuestStep::DeleteVolume { .. } => (Lane::Commands, "delete the volume"),
        },
    }
}
