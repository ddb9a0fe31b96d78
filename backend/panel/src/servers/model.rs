//! A server: what is wished, what was seen, and the rules that need neither
//! database nor node. What to do next is decided in [`super::reconcile::model`].

use base64::Engine;
use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ServerRefusal;
use crate::images::model::ImageId;
use crate::nodes::model::{Capacity, NodeId};
use crate::platform::Refusal;
use crate::platform::outbox::Event;
use crate::subscriptions::model::SubscriptionId;

/// Longest host name, with its dots.
const HOSTNAME_LENGTH: usize = 253;
/// Most public keys on one server.
const MOST_KEYS: usize = 20;
/// Longest public key line, in bytes (an RSA key of 16,384 bits has about 2,800).
const KEY_LENGTH: usize = 4_096;
/// Longest comment kept with a public key, in characters.
const COMMENT_LENGTH: usize = 64;
/// Types of public key that guests are given.
const KEY_TYPES: &[&str] =
    &["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

id_type!(
    /// Identifies a server; also the name of its domain on the node.
    ServerId, "srv"
);
id_type!(
    /// Identifies a disk.
    DiskId, "dsk"
);

text_enum! {
    /// What is wished for a server.
    pub enum Desired {
        /// It runs.
        Running = "running",
        /// It is off.
        Stopped = "stopped",
        /// It is gone; its disk waits in quarantine.
        Deleted = "deleted",
    }
}

text_enum! {
    /// How a server is stopped.
    pub enum StopMode {
        /// The guest is asked (ACPI), and forced after a while.
        Graceful = "graceful",
        /// The plug is pulled.
        Force = "force",
    }
}

text_enum! {
    /// What was last seen of a server.
    pub enum Seen {
        /// Nobody could look. Never the same as stopped.
        Unknown = "unknown",
        /// The node answers and has no such domain. Never proof that it may go.
        Absent = "absent",
        /// Defined and off.
        ShutOff = "shut_off",
        /// Running.
        Running = "running",
        /// Held.
        Paused = "paused",
        /// Stopped by a fault of its own.
        Crashed = "crashed",
    }
}

text_enum! {
    /// Where a disk is.
    pub enum DiskState {
        /// Recorded, nothing made.
        Planned = "planned",
        /// Being made: it may or may not be there.
        Building = "building",
        /// There.
        Present = "present",
        /// Being renamed: there under its own name or the one in quarantine.
        Moving = "moving",
        /// There under its name in quarantine.
        Quarantined = "quarantined",
        /// Being deleted for good; no way back.
        Purging = "purging",
        /// Gone, and its space is given back.
        Deleted = "deleted",
    }
}

/// A server as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its id.
    pub id: ServerId,
    /// Whose it is.
    pub customer_id: String,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Where it is.
    pub node_id: NodeId,
    /// What its disk was made from.
    pub image_id: ImageId,
    /// Host name, lower case, RFC 1123.
    pub hostname: String,
    /// Public keys, one line each.
    pub ssh_keys: Vec<String>,
    /// Virtual processors.
    pub vcpus: i64,
    /// Memory, in MiB.
    pub memory_mib: i64,
    /// Disk, in GiB.
    pub disk_gib: i64,
    /// Hardware address of its interface.
    pub mac: String,
    /// UUID of its domain.
    pub uuid: String,
    /// What is wished.
    pub desired: Desired,
    /// Held back for money or abuse; wins over [`Desired::Running`].
    pub suspended: bool,
    /// Paid for: may be built.
    pub released: bool,
    /// Counts changes of the wish.
    pub generation: i64,
    /// How many reboots were asked for so far.
    pub reboots: i64,
    /// How to stop it when it must stop.
    pub stop_mode: StopMode,
    /// When its disk may be deleted for good, once it is deleted.
    pub purge_after: Option<Instant>,
    /// Fencing number of the last worker that took it in hand.
    pub fence: i64,
    /// When it was reserved.
    pub created_at: Instant,
    /// Counts changes of the row by people.
    pub version: i64,
}

/// A server's disk as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Its id.
    pub id: DiskId,
    /// Whose.
    pub server_id: ServerId,
    /// Where.
    pub node_id: NodeId,
    /// Name of its volume; holds the server's id.
    pub name: String,
    /// Size in GiB.
    pub size_gib: i64,
    /// Where it is.
    pub state: DiskState,
    /// When it may be deleted for good.
    pub purge_after: Option<Instant>,
}

/// What was last seen of a server, and what the reconciler knows that it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What was seen.
    pub state: Seen,
    /// The generation of the wish that was last seen fulfilled.
    pub generation: i64,
    /// The last reboot that was seen done.
    pub reboots_done: i64,
    /// It was seen running once.
    pub built: bool,
    /// What its console said at its last start.
    pub greeting: Option<String>,
    /// The guest's own id of this boot, where its greeting tells.
    pub boot_id: Option<String>,
    /// Progress and figures.
    pub facts: Facts,
    /// Why the state is unknown, or what went wrong last.
    pub reason: Option<String>,
    /// When somebody last looked (and was answered or not).
    pub observed_at: Instant,
    /// Since when the state is as it is.
    pub changed_at: Instant,
}

/// What the reconciler remembers between its steps. Times are the machine's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Generation for which the seed was written; 0 when that was only begun.
    pub seed: Option<i64>,
    /// The same for the filter.
    pub filter: Option<i64>,
    /// The same for the domain's definition.
    pub domain: Option<i64>,
    /// The guest was asked to shut down.
    pub asked: Option<Asked>,
    /// The guest was asked to reboot, or is about to be.
    pub reboot: Option<Asked>,
    /// Since when the greeting of this start is waited for; none when it is not.
    pub listening: Option<Instant>,
    /// Where the console ended before this start; only what follows is new.
    pub console_mark: ConsoleMark,
    /// The node has a console.
    pub console: Option<bool>,
    /// The guest was made by somebody else and taken over: its definition is its own, it has
    /// neither seed nor filter of ours, and nobody listens for its greeting.
    pub as_found: bool,
    /// The guest's figures when last seen running.
    pub usage: Option<Usage>,
}

/// Something that the guest was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// For which generation, or which reboot.
    pub number: i64,
    /// When, by the machine's clock.
    pub at: Instant,
}

/// Where a console ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsoleMark {
    /// How long the text was, in bytes; as long as was asked for when there was more.
    pub length: usize,
    /// The last of it.
    pub end: String,
}

/// Figures of a running guest since its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Usage {
    /// Processor time used, in milliseconds.
    pub cpu_milliseconds: Option<u64>,
    /// Memory that the guest's process occupies on the node, in bytes.
    pub memory_bytes: Option<u64>,
    /// Bytes received.
    pub received_bytes: Option<u64>,
    /// Bytes sent.
    pub sent_bytes: Option<u64>,
    /// Bytes read from disks.
    pub read_bytes: Option<u64>,
    /// Bytes written to disks.
    pub written_bytes: Option<u64>,
}

/// A server was seen running for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerReady {
    /// The server.
    pub server_id: ServerId,
    /// Whose.
    pub customer_id: String,
    /// What pays for it.
    pub subscription_id: SubscriptionId,
    /// Its host name.
    pub hostname: String,
}

impl Event for ServerReady {
    const KIND: &'static str = "server.ready";
}

/// A change of the wish, made by a command or a reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Paid for: build and run it.
    Release,
    /// Run.
    Start,
    /// Stop.
    Stop(StopMode),
    /// Reboot.
    Reboot,
    /// Hold back, or no longer.
    Suspend(bool),
    /// Delete; the disk may go for good at that moment.
    Delete(Instant),
    /// Undo the deletion; whether the subscription is still suspended.
    Restore(bool),
}

impl Server {
    /// What it takes of its node, from its reservation until its disk is gone.
    #[must_use]
    pub fn capacity(&self) -> Capacity {
        Capacity { vcpus: self.vcpus, memory_mib: self.memory_mib, disk_gib: self.disk_gib }
    }

    /// The server with the change; none when nothing would change.
    ///
    /// # Errors
    /// When the state does not allow it (codes `servers.*`). What people may do
    /// is refused while suspended, unpaid or deleted; what the product does is not.
    pub fn change(&self, change: Change, disk: DiskState) -> Result<Option<Self>, Refusal> {
        let mut next = self.clone();
        match change {
            Change::Release => {
                if self.released || self.desired == Desired::Deleted {
                    return Ok(None);
                }
                next.released = true;
                next.desired = Desired::Running;
            }
            Change::Start => {
                self.refuse_unless_usable()?;
                next.desired = Desired::Running;
            }
            Change::Stop(mode) => {
                self.refuse_unless_usable()?;
                next.desired = Desired::Stopped;
                next.stop_mode = mode;
            }
            Change::Reboot => {
                self.refuse_unless_usable()?;
                // A reboot of a stopped server is a start.
                if self.desired == Desired::Running {
                    next.reboots = self.reboots.saturating_add(1);
                    next.version = self.version.saturating_add(1);
                    return Ok(Some(next));
                }
                next.desired = Desired::Running;
            }
            Change::Suspend(suspended) => {
                if self.suspended == suspended || self.desired == Desired::Deleted {
                    return Ok(None);
                }
                next.suspended = suspended;
                next.stop_mode = StopMode::Graceful;
            }
            Change::Delete(purge_after) => {
                if self.desired == Desired::Deleted {
                    return Ok(None);
                }
                next.desired = Desired::Deleted;
                next.stop_mode = StopMode::Graceful;
                next.purge_after = Some(purge_after);
            }
            Change::Restore(suspended) => {
                if self.desired != Desired::Deleted {
                    return Err(ServerRefusal::NotDeleted.refusal());
                }
                if matches!(disk, DiskState::Purging | DiskState::Deleted) {
                    return Err(ServerRefusal::NotRestorable.refusal());
                }
                // Back, but off: whoever wanted it back says when it runs.
                next.desired = Desired::Stopped;
                next.suspended = suspended;
                next.purge_after = None;
            }
        }
        next.generation = self.generation.saturating_add(1);
        next.version = self.version.saturating_add(1);
        Ok(Some(next))
    }

    /// Refuses what people may not do now; the reason of a suspension is added
    /// by the caller, who knows the subscription.
    fn refuse_unless_usable(&self) -> Result<(), Refusal> {
        if self.desired == Desired::Deleted {
            Err(ServerRefusal::Deleted.refusal())
        } else if !self.released {
            Err(ServerRefusal::NotPaid.refusal())
        } else if self.suspended {
            Err(ServerRefusal::Suspended.refusal())
        } else {
            Ok(())
        }
    }

    /// What can be done next, as the last part of the action's name. Whether a
    /// caller may is the policy's business.
    #[must_use]
    pub fn next_actions(&self, seen: Seen, disk: DiskState) -> Vec<&'static str> {
        if self.desired == Desired::Deleted {
            return if matches!(disk, DiskState::Purging | DiskState::Deleted) { Vec::new() } else { vec!["restore"] };
        }
        let mut can = Vec::new();
        if self.released && !self.suspended {
            if self.desired == Desired::Stopped || seen != Seen::Running {
                can.push("start");
            }
            if self.desired == Desired::Running || !matches!(seen, Seen::ShutOff | Seen::Absent) {
                can.extend(["shut_down", "reboot", "power_off"]);
            }
        }
        can.push("delete");
        can
    }
}

impl Observation {
    /// What is known of a server that nobody looked at yet.
    #[must_use]
    pub fn nothing_yet(now: Instant) -> Self {
        Self {
            state: Seen::Unknown,
            generation: 0,
            reboots_done: 0,
            built: false,
            greeting: None,
            boot_id: None,
            facts: Facts::default(),
            reason: None,
            observed_at: now,
            changed_at: now,
        }
    }
}

/// Name of a server's disk on its node.
#[must_use]
pub fn disk_name(server: &ServerId) -> String {
    format!("{server}.disk")
}

/// Name of a server's seed on its node.
#[must_use]
pub fn seed_name(server: &ServerId) -> String {
    format!("{server}.seed")
}

/// Name of a server's filter on its node.
#[must_use]
pub fn filter_name(server: &ServerId) -> String {
    format!("hostwright-{server}")
}

/// Name of a disk in quarantine.
#[must_use]
pub fn quarantine_name(disk: &str) -> String {
    format!("quarantine-{disk}")
}

/// Whether a volume of this name is a disk in quarantine; nothing else is ever
/// deleted for good.
#[must_use]
pub fn is_quarantine_name(volume: &str) -> bool {
    volume.strip_prefix("quarantine-srv_").is_some_and(|rest| !rest.is_empty())
}

/// A host name in lower case, after RFC 1123.
///
/// # Errors
/// `servers.bad_hostname`.
pub fn parse_hostname(text: &str) -> Result<String, Refusal> {
    let name = text.trim().to_ascii_lowercase();
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    // Digits and dots alone would read as an address.
    let has_letter = name.bytes().any(|b| b.is_ascii_lowercase());
    if name.len() <= HOSTNAME_LENGTH && has_letter && name.split('.').all(label_is_good) {
        Ok(name)
    } else {
        Err(ServerRefusal::BadHostname.refusal())
    }
}

/// Public keys: type, body and a short comment, one line each; empty lines and
/// repeated keys are left out.
///
/// # Errors
/// `servers.bad_ssh_key` with the number of the line, `servers.too_many_keys`.
pub fn parse_ssh_keys(keys: &[String]) -> Result<Vec<String>, Refusal> {
    let mut parsed: Vec<String> = Vec::new();
    let lines = keys.iter().flat_map(|key| key.lines());
    for (number, line) in (1_usize..).zip(lines.map(str::trim).filter(|line| !line.is_empty())) {
        let key = parse_ssh_key(line).ok_or_else(|| ServerRefusal::BadSshKey.with("number", number))?;
        if !parsed.contains(&key) {
            parsed.push(key);
        }
    }
    if parsed.len() > MOST_KEYS {
        return Err(ServerRefusal::TooManyKeys.with("most", MOST_KEYS));
    }
    Ok(parsed)
}

fn parse_ssh_key(line: &str) -> Option<String> {
    if line.len() > KEY_LENGTH || line.chars().any(char::is_control) {
        return None;
    }
    let mut words = line.split_whitespace();
    let (kind, body) = (words.next()?, words.next()?);
    if !KEY_TYPES.contains(&kind) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(body).ok()?;
    // The body repeats the type behind its length; options or a private key do not.
    let (length, rest) = bytes.split_at_checked(4)?;
    let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
    let (told, material) = rest.split_at_checked(length)?;
    if told != kind.as_bytes() || material.len() < 32 {
        return None;
    }
    let comment: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(COMMENT_LENGTH)
        .collect();
    Some(format!("{kind} {body} {comment}").trim_end().to_owned())
}
