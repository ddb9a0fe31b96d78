//! Mail servers, mailboxes, and what is decided of them.

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::migration::error::MigrationRefusal;
use crate::migration::ports::{Delivered, Gentleness, MailAccount, MailFault, MailboxSize};
use crate::migration::sources::model::SourceId;
use crate::platform::Refusal;

/// Mailboxes and connections at a time, at most.
const AT_ONCE_MAX: i64 = 64;
/// Characters of a host name.
const HOST_MAX: usize = 253;
/// Characters of a name to sign in with, or of its form.
const LOGIN_MAX: usize = 320;
/// Characters of a reason.
const REASON_MAX: usize = 300;
/// How often a fault that may pass is tried again.
const TRIES_MAX: i64 = 3;
/// Seconds between such tries, times their number.
const PAUSE: i64 = 30;

id_type!(
    /// Identifies a mailbox that is delivered.
    MailboxId, "mmb"
);

text_enum! {
    /// How the line to a mail server is protected.
    pub enum MailSecurity {
        /// TLS from the first byte.
        Tls = "tls",
        /// TLS begun by STARTTLS.
        StartTls = "start_tls",
        /// Not at all.
        Plain = "plain",
    }
}

text_enum! {
    /// Where a mailbox stands.
    pub enum MailboxState {
        /// Nothing was done.
        Waiting = "waiting",
        /// Its size is known.
        Surveyed = "surveyed",
        /// It is being copied.
        Copying = "copying",
        /// It was copied.
        Copied = "copied",
        /// It could not be copied.
        Failed = "failed",
        /// Nobody knows a password of it.
        NeedsPassword = "needs_password",
    }
}

text_enum! {
    /// What was asked for.
    pub enum Asked {
        /// Its size.
        Survey = "survey",
        /// What would be copied.
        DryRun = "dry_run",
        /// The copy.
        Copy = "copy",
    }
}

/// A mail server, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailServer {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: i64,
    /// How the line is protected.
    pub security: MailSecurity,
    /// SHA-256 of the one certificate that is believed, as 64 hexadecimal digits.
    pub fingerprint: Option<String>,
    /// The form of login names, of `{address}`, `{user}`, `{domain}` and `{master}`.
    pub login: String,
    /// Who may enter every mailbox.
    pub master: Option<String>,
}

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where mail comes from.
    Source,
    /// Where it goes.
    Target,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

impl MailServer {
    /// The server in its canonical form.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn checked(mut self, side: Side) -> Result<Self, Vec<Refusal>> {
        let mut faults = Vec::new();
        let mut refuse = |refusal: MigrationRefusal, field: &str| {
            faults.push(refusal.refusal().field(format!("{}_{field}", side.name())));
        };
        self.host = self.host.trim().to_lowercase();
        let is_host = self.host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
        if self.host.is_empty() || self.host.len() > HOST_MAX || !is_host {
            refuse(MigrationRefusal::MailHost, "host");
        }
        if !(1..=65_535).contains(&self.port) {
            refuse(MigrationRefusal::MailPort, "port");
        }
        self.fingerprint = self
            .fingerprint
            .map(|typed| typed.chars().filter(|c| !c.is_whitespace() && *c != ':').collect::<String>().to_lowercase())
            .filter(|digits| !digits.is_empty());
        if self.fingerprint.as_deref().is_some_and(|digits| bytes_of(digits).is_none()) {
            refuse(MigrationRefusal::MailFingerprint, "fingerprint");
        }
        self.login =
            Some(self.login.trim().to_owned()).filter(|form| !form.is_empty()).unwrap_or("{address}".to_owned());
        self.master = self.master.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let names_it = self.login.contains("{address}") || self.login.contains("{user}");
        let needs_master = self.login.contains("{master}") && self.master.is_none();
        if !names_it || needs_master || self.login.chars().count() > LOGIN_MAX {
            refuse(MigrationRefusal::MailLogin, "login");
        }
        if self.master.as_deref().is_some_and(|name| name.chars().count() > LOGIN_MAX) {
            refuse(MigrationRefusal::MailMaster, "master");
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Whether this is the same server with the same master user: another one is never sent the
    /// password that was kept for it.
    #[must_use]
    pub fn is_where(&self, other: &Self) -> bool {
        let place = |server: &Self| (server.host.clone(), server.port, server.security, server.master.clone());
        place(self) == place(other)
    }

    /// How a mailbox is entered: by the master user where its password is known, else by the
    /// mailbox's own password; none where neither is known.
    #[must_use]
    pub fn account(&self, address: &str, master_password: Option<&str>, own: Option<&str>) -> Option<MailAccount> {
        match (&self.master, master_password) {
            (Some(master), Some(password)) => {
                let name = self.login_of(address, master);
                let is_named = self.login.contains("{master}");
                let (user, on_behalf_of) = if is_named { (name, None) } else { (master.clone(), Some(name)) };
                Some(self.entered(user, password, on_behalf_of))
            }
            _ => own.map(|password| self.own_account(address, password)),
        }
    }

    /// How a mailbox is entered by its own password.
    #[must_use]
    pub fn own_account(&self, address: &str, password: &str) -> MailAccount {
        // What stands around the name of the master user is there for it alone.
        let form = if self.login.contains("{master}") { "{address}" } else { self.login.as_str() };
        self.entered(filled(form, address, ""), password, None)
    }

    fn login_of(&self, address: &str, master: &str) -> String {
        filled(&self.login, address, master)
    }

    fn entered(&self, user: String, password: &str, on_behalf_of: Option<String>) -> MailAccount {
        MailAccount {
            host: self.host.clone(),
            port: u16::try_from(self.port).unwrap_or(0),
            security: self.security,
            fingerprint: self.fingerprint.as_deref().and_then(bytes_of),
            user,
            password: Zeroizing::new(password.to_owned()),
            on_behalf_of,
        }
    }
}

fn filled(form: &str, address: &str, master: &str) -> String {
    let (user, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    form.replace("{master}", master).replace("{user}", user).replace("{domain}", domain).replace("{address}", address)
}

/// Bytes of 64 hexadecimal digits.
fn bytes_of(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// How kind a copy is to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentLimits {
    /// Mailboxes at a time; 0 pauses.
    pub mailboxes_at_once: i64,
    /// Connections at a time to the source's mail server.
    pub connections: i64,
    /// Bytes a second read from it; none: as fast as it goes.
    pub bytes_per_second: Option<i64>,
}

impl ContentLimits {
    /// The limits, where they are some.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn checked(mut self) -> Result<Self, Vec<Refusal>> {
        let mut faults = Vec::new();
        let mut refuse = |field: &'static str| {
            faults.push(MigrationRefusal::MailLimits.with("max", AT_ONCE_MAX).field(field));
        };
        if !(0..=AT_ONCE_MAX).contains(&self.mailboxes_at_once) {
            refuse("mailboxes_at_once");
        }
        if !(1..=AT_ONCE_MAX).contains(&self.connections) {
            refuse("connections");
        }
        self.bytes_per_second = self.bytes_per_second.filter(|bytes| *bytes != 0);
        if self.bytes_per_second.is_some_and(|bytes| bytes < 0) {
            refuse("bytes_per_second");
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// The same for the copier.
    #[must_use]
    pub fn gentleness(&self) -> Gentleness {
        Gentleness {
            connections: usize::try_from(self.connections).unwrap_or(1),
            bytes_per_second: self.bytes_per_second.and_then(|bytes| u64::try_from(bytes).ok()),
        }
    }
}

/// What a person said about the mail of a source; passwords are sealed.
#[derive(Debug, Clone)]
pub struct Content {
    /// Whose.
    pub source_id: SourceId,
    /// Where mail comes from.
    pub source: MailServer,
    /// Where it goes.
    pub target: MailServer,
    /// Password of the source's master user, sealed.
    pub source_secret: Option<String>,
    /// Password of the target's master user, sealed.
    pub target_secret: Option<String>,
    /// How kindly.
    pub limits: ContentLimits,
    /// What was asked for of all mailboxes, while rows are made for them.
    pub asked: Option<Asked>,
}

/// A mailbox with what is kept of it; passwords are sealed.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// As it is shown.
    pub view: MailboxView,
    /// The source's identifier.
    pub external_id: String,
    /// Whether it is in the queue of jobs.
    pub is_running: bool,
    /// Tries of this run that failed.
    pub tries: i64,
    /// Its password at the source, sealed.
    pub source_secret: Option<String>,
    /// Its password at the target, sealed.
    pub target_secret: Option<String>,
}

/// What became of a job of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// Its size, and why the target's could not be learnt.
    Measured(MailboxSize, Option<i64>, Option<MailFault>),
    /// A copy or dry run went to its end, or to where it could go.
    Ran(Delivered),
    /// Nothing was begun.
    Stopped(MailFault),
}

impl Became {
    /// What stood in the way as a whole.
    #[must_use]
    pub fn fault(&self) -> Option<&MailFault> {
        match self {
            Self::Measured(..) => None,
            Self::Ran(delivered) => delivered.fault.as_ref(),
            Self::Stopped(fault) => Some(fault),
        }
    }
}

/// The fault of a mailbox of which nobody knows a password.
#[must_use]
pub fn no_password() -> MailFault {
    MailFault { code: "migration.no_password".to_owned(), reason: String::new(), may_pass: false, is_login: true }
}

/// Seconds after which the same is tried again, where that may help.
#[must_use]
pub fn tries_again(became: &Became, tries: i64) -> Option<i64> {
    let fault = became.fault()?;
    let next = tries.saturating_add(1);
    (fault.may_pass && next < TRIES_MAX).then(|| next.saturating_mul(PAUSE))
}

/// Where a mailbox stands after a job. `is_own` is whether it was entered by its own password.
#[must_use]
pub fn state_after(before: MailboxState, asked: Asked, became: &Became, is_own: bool) -> MailboxState {
    match became.fault() {
        Some(fault) if fault.is_login && is_own => MailboxState::NeedsPassword,
        Some(_) => MailboxState::Failed,
        None => match (asked, before) {
            (Asked::Copy, _) => MailboxState::Copied,
            // Looking at a mailbox that was copied takes nothing back.
            (_, MailboxState::Copied) => MailboxState::Copied,
            (Asked::Survey | Asked::DryRun, _) => MailboxState::Surveyed,
        },
    }
}

/// The first words of what a stranger said, as both engines keep them.
#[must_use]
pub fn clipped(reason: &str) -> String {
    reason.chars().take(REASON_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Settings of a source's content, and where it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentView {
    /// Whose.
    pub source_id: SourceId,
    /// Where mail comes from.
    pub source: MailServer,
    /// Where it goes.
    pub target: MailServer,
    /// Whether the password of the source's master user is known.
    pub has_source_master: bool,
    /// Whether the password of the target's master user is known.
    pub has_target_master: bool,
    /// How kindly.
    pub limits: ContentLimits,
    /// Mailboxes by state.
    pub counts: MailCounts,
}

/// Mailboxes of a source by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailCounts {
    /// All that have a row.
    pub mailboxes: i64,
    /// Nothing was done.
    pub waiting: i64,
    /// Their size is known.
    pub surveyed: i64,
    /// Are being copied.
    pub copying: i64,
    /// Were copied.
    pub copied: i64,
    /// Could not be copied.
    pub failed: i64,
    /// Nobody knows a password of them.
    pub needs_password: i64,
    /// Something was asked for and has not ended.
    pub open: i64,
    /// Copied, with messages that were left out.
    pub incomplete: i64,
}

impl MailCounts {
    /// Mailboxes that somebody must look at.
    #[must_use]
    pub fn attention(&self) -> i64 {
        self.failed.saturating_add(self.needs_password).saturating_add(self.incomplete)
    }
}

/// A mailbox as pages and the API show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailboxView {
    /// Its id.
    pub id: MailboxId,
    /// Its source.
    pub source_id: SourceId,
    /// Its address.
    pub address: String,
    /// Whose it is here.
    pub customer_id: String,
    /// Where it stands.
    pub state: MailboxState,
    /// What was asked for and has not ended.
    pub asked: Option<Asked>,
    /// Messages, as last counted.
    pub messages: i64,
    /// Bytes, as last counted or as the source told.
    pub bytes: i64,
    /// Its largest folder.
    pub largest_folder: Option<String>,
    /// Bytes of that.
    pub largest_bytes: Option<i64>,
    /// Bytes that the target's quota lacks.
    pub lacks_bytes: i64,
    /// When it was surveyed.
    pub measured_at: Option<Instant>,
    /// Whether the last run was a dry run.
    pub is_dry: bool,
    /// Messages that the last run found.
    pub found: i64,
    /// That it copied.
    pub copied: i64,
    /// Bytes of those.
    pub copied_bytes: i64,
    /// That were at the target before.
    pub already: i64,
    /// That a dry run would copy.
    pub planned: i64,
    /// Bytes of those.
    pub planned_bytes: i64,
    /// That were left out.
    pub skipped: i64,
    /// Why it is not here, or why something was left out: a stable code.
    pub code: Option<String>,
    /// The same in words.
    pub reason: Option<String>,
    /// When the last run ended.
    pub ended_at: Option<Instant>,
    /// Until when its link is good.
    pub link_expires_at: Option<Instant>,
    /// When its link was used.
    pub link_used_at: Option<Instant>,
}
