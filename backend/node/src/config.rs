//! How a node is reached, and how long its answers may take.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::Acceleration;

/// How a node is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeConfig {
    /// Name for logs and thread names.
    pub name: String,
    /// libvirt's address, such as `qemu:///system` or `qemu+ssh://root@host/system`.
    pub uri: String,
    /// Folder for the fencing numbers. It must survive a restart of this process.
    pub state_dir: PathBuf,
    /// How guests of this node run. Hardware acceleration is the operator's word, never inferred.
    #[serde(default)]
    pub acceleration: Acceleration,
    /// Folder on the node for console logs. Without one, consoles are read live only.
    #[serde(default)]
    pub console_dir: Option<PathBuf>,
    /// Time limits.
    #[serde(default)]
    pub deadlines: Deadlines,
}

/// Time limits of one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// Opening a connection.
    pub open: Duration,
    /// A command that moves no disk content.
    pub call: Duration,
    /// A command that copies disk content.
    pub transfer: Duration,
    /// Calls past their deadline and not returned, at which the node counts as degraded.
    pub stuck_cap: u32,
    /// Seconds between keepalive messages; two without an answer end the connection.
    pub keepalive_seconds: u16,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(10),
            call: Duration::from_secs(20),
            transfer: Duration::from_secs(1800),
            stuck_cap: 4,
            keepalive_seconds: 5,
        }
    }
}

impl NodeConfig {
    /// A node with the default time limits, software emulation and no console logs.
    #[must_use]
    pub fn new(name: impl Into<String>, uri: impl Into<String>, state_dir: PathBuf) -> Self {
        Self {
            name: name.into(),
            uri: uri.into(),
            state_dir,
            acceleration: Acceleration::Emulated,
            console_dir: None,
            deadlines: Deadlines::default(),
        }
    }
}
