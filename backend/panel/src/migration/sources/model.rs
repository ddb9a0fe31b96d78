//! What a source system is, and where its migration stands.

use hostwright_kernel::{Currency, Day, Instant, id_type, text_enum};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::time_zone_name;
use crate::migration::content::model::MailCounts;
use crate::migration::error::MigrationRefusal;
use crate::migration::verification::model::{MainPlatform, Scheme, Settings};
use crate::platform::Refusal;

/// Days of a protective interval, at most.
const PROTECTIVE_MAX: i64 = 3_660;
/// Characters of a name.
const NAME_MAX: usize = 80;
/// Characters of a host name.
const HOST_MAX: usize = 253;

id_type!(
    /// Identifies a source system.
    SourceId, "msr"
);

/// What a person says about a source.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// What people call it.
    pub name: String,
    /// The server it runs on; may be empty.
    pub host: String,
    /// The zone in which its days are counted.
    pub zone: String,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// Which of the guide's tables judge it.
    pub scheme: Scheme,
    /// Days for which an expired subscription still moves.
    pub protective_days: i64,
    /// Whether billing data of all sources come from here.
    pub is_main_billing: bool,
    /// Whether hosting of one domain on several sources is a conflict.
    pub finds_conflicts: bool,
    /// Whether domains without hosting may be parked.
    pub parks_domains: bool,
    /// Whether a domain with an unmapped subscription fails.
    pub refuses_unmapped: bool,
    /// Whether a domain without a registration fails.
    pub needs_registration: bool,
    /// Whether a person names a reseller here for each of its resellers.
    pub associates_resellers: bool,
}

/// A source system.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The reader that understands it: `whmcs`, `proxmox`.
    pub kind: String,
    /// What a person said about it.
    pub settings: SourceSettings,
    /// How often it was collected to the end; 0 is never.
    pub collection: i64,
    /// How often a reading of it began.
    pub pass: i64,
    /// When it was last verified.
    pub verified_at: Option<Instant>,
    /// When its transfer last ended.
    pub transferred_at: Option<Instant>,
    /// Who signed the report.
    pub signature: Option<Signature>,
    /// When it was switched over to.
    pub switched_at: Option<Instant>,
    /// When it was registered.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// Who signed the report, and what it said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// `per_...`.
    pub by: String,
    /// The person's name.
    pub name: String,
    /// SHA-256 of what was signed: counts and sums.
    pub digest: String,
    /// When.
    pub at: Instant,
}

impl SourceSettings {
    /// The settings in their canonical form.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn checked(mut self) -> Result<Self, Vec<Refusal>> {
        let mut faults = Vec::new();
        self.name = one_line(&self.name);
        if self.name.is_empty() || self.name.chars().count() > NAME_MAX {
            faults.push(MigrationRefusal::SourceName.with("max", NAME_MAX));
        }
        self.host = self.host.trim().to_lowercase();
        let is_host = self.host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
        if self.host.len() > HOST_MAX || !is_host {
            faults.push(MigrationRefusal::SourceHost.into());
        }
        match time_zone_name(&self.zone) {
            Ok(zone) => self.zone = zone,
            Err(_unknown) => faults.push(MigrationRefusal::SourceZone.into()),
        }
        if !(0..=PROTECTIVE_MAX).contains(&self.protective_days) {
            faults.push(MigrationRefusal::ProtectiveDays.with("max", PROTECTIVE_MAX));
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }
}

impl Source {
    /// The zone in which its days are counted.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.settings.zone).unwrap_or(TimeZone::UTC)
    }

    /// Its today.
    #[must_use]
    pub fn today(&self, at: Instant) -> Day {
        at.day_in(&self.time_zone())
    }

    /// What the tables of verification read. `has_other_main` is whether another source is
    /// the main billing platform.
    #[must_use]
    pub fn for_tables(&self, at: Instant, has_other_main: bool) -> Settings {
        let main_platform = match (self.settings.is_main_billing, has_other_main) {
            (true, _) => MainPlatform::ThisSource,
            (false, true) => MainPlatform::AnotherSource,
            (false, false) => MainPlatform::Undefined,
        };
        Settings {
            scheme: self.settings.scheme,
            today: self.today(at),
            protective_days: u32::try_from(self.settings.protective_days).unwrap_or(0),
            main_platform,
            finds_conflicts: self.settings.finds_conflicts,
            parks_domains: self.settings.parks_domains,
            refuses_unmapped: self.settings.refuses_unmapped,
            needs_registration: self.settings.needs_registration,
            makes_resellers: !self.settings.associates_resellers,
        }
    }

    /// Refuses what would change a source after the switch.
    ///
    /// # Errors
    /// `migration.switched`.
    pub fn is_open(&self) -> Result<(), Refusal> {
        match self.switched_at {
            None => Ok(()),
            Some(_) => Err(MigrationRefusal::Switched.into()),
        }
    }
}

pub(in crate::migration) fn one_line(typed: &str) -> String {
    let spaced: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

text_enum! {
    /// The steps of the flow, in their order.
    pub enum FlowStep {
        /// The source is registered.
        Register = "register",
        /// It was read.
        Collect = "collect",
        /// What it sells is mapped to plans.
        Map = "map",
        /// Accounts and domains are chosen.
        Select = "select",
        /// They were verified, and nobody has to look at any.
        Verify = "verify",
        /// They are here.
        Transfer = "transfer",
        /// The mailboxes of the accounts are here.
        Deliver = "deliver",
        /// The report was signed.
        Sign = "sign",
        /// The source is no longer used.
        Switch = "switch",
    }
}

text_enum! {
    /// Where a step stands.
    pub enum FlowState {
        /// Done.
        Done = "done",
        /// The next thing to do.
        Next = "next",
        /// Something runs.
        Running = "running",
        /// Done, with something left that somebody must look at.
        Attention = "attention",
        /// Not yet.
        Later = "later",
    }
}

/// A step as pages show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowStepView {
    /// Which.
    pub step: FlowStep,
    /// Where it stands.
    pub state: FlowState,
    /// How many are done.
    pub done: i64,
    /// Of how many.
    pub of: i64,
    /// How many somebody must look at.
    pub attention: i64,
}

/// Counts that the steps are drawn from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that were collected.
    pub records: i64,
    /// Products of the source that something selected is based on.
    pub products: i64,
    /// Those that are mapped.
    pub mapped: i64,
    /// Accounts.
    pub accounts: i64,
    /// Those that are selected.
    pub selected: i64,
    /// Selected accounts with a verdict.
    pub judged: i64,
    /// Selected accounts that failed.
    pub failed: i64,
    /// Accounts that move.
    pub moving: i64,
    /// Accounts that are here.
    pub landed: i64,
    /// Accounts whose transfer was parked with a reason.
    pub parked: i64,
    /// Mailboxes that were collected.
    pub mailboxes: i64,
    /// Those of accounts that are here, by state.
    pub mail: MailCounts,
    /// Whether something is being read.
    pub is_collecting: bool,
    /// Whether a verification is under way.
    pub is_verifying: bool,
    /// Whether a transfer or undo is under way.
    pub is_transferring: bool,
}

/// The steps of a source.
#[must_use]
pub fn steps(source: &Source, progress: &Progress) -> Vec<FlowStepView> {
    let is_collected = source.collection > 0 && progress.records > 0 && !progress.is_collecting;
    let is_verified = source.verified_at.is_some() && progress.selected > 0 && progress.judged >= progress.selected;
    let is_transferred = source.transferred_at.is_some() && progress.landed >= progress.moving && progress.moving > 0;
    let mail = progress.mail;
    let is_all_here = progress.mailboxes == 0 || (mail.mailboxes > 0 && mail.copied >= mail.mailboxes);
    // Whoever signed went on: mailboxes may follow at any time, or stay where they are.
    let is_delivered = source.signature.is_some() || (is_transferred && is_all_here);
    let rows = [
        (FlowStep::Register, true, false, (1, 1), 0),
        (FlowStep::Collect, is_collected, progress.is_collecting, (progress.records, progress.records), 0),
        (
            FlowStep::Map,
            is_collected && progress.mapped >= progress.products,
            false,
            (progress.mapped, progress.products),
            0,
        ),
        (FlowStep::Select, progress.selected > 0, false, (progress.selected, progress.accounts), 0),
        (FlowStep::Verify, is_verified, progress.is_verifying, (progress.judged, progress.selected), progress.failed),
        (
            FlowStep::Transfer,
            is_transferred,
            progress.is_transferring,
            (progress.landed, progress.moving),
            progress.parked,
        ),
        (
            FlowStep::Deliver,
            is_delivered,
            mail.open > 0,
            (mail.copied, if mail.mailboxes > 0 { mail.mailboxes } else { progress.mailboxes }),
            mail.attention(),
        ),
        (FlowStep::Sign, source.signature.is_some(), false, (i64::from(source.signature.is_some()), 1), 0),
        (FlowStep::Switch, source.switched_at.is_some(), false, (i64::from(source.switched_at.is_some()), 1), 0),
    ];
    let mut is_next_told = false;
    rows.into_iter()
        .map(|(step, is_done, is_running, (done, of), attention)| {
            let state = match (is_running, is_done) {
                (true, _) => FlowState::Running,
                (false, true) if attention > 0 => FlowState::Attention,
                (false, true) => FlowState::Done,
                (false, false) if attention > 0 && !is_next_told => FlowState::Attention,
                (false, false) if !is_next_told => FlowState::Next,
                (false, false) => FlowState::Later,
            };
            is_next_told |= !is_done;
            FlowStepView { step, state, done, of, attention }
        })
        .collect()
}

/// A source as pages and the API show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SourceView {
    /// Its id.
    pub id: SourceId,
    /// What people call it.
    pub name: String,
    /// The reader that understands it.
    pub kind: String,
    /// The server it runs on.
    pub host: String,
    /// The zone in which its days are counted.
    pub zone: String,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// Which of the guide's tables judge it.
    pub scheme: Scheme,
    /// Days for which an expired subscription still moves.
    pub protective_days: i64,
    /// Whether billing data of all sources come from here.
    pub is_main_billing: bool,
    /// Whether hosting of one domain on several sources is a conflict.
    pub finds_conflicts: bool,
    /// Whether domains without hosting may be parked.
    pub parks_domains: bool,
    /// Whether a domain with an unmapped subscription fails.
    pub refuses_unmapped: bool,
    /// Whether a domain without a registration fails.
    pub needs_registration: bool,
    /// Whether a person names a reseller here for each of its resellers.
    pub associates_resellers: bool,
    /// How often it was collected.
    pub collections: i64,
    /// When it was last verified.
    pub verified_at: Option<Instant>,
    /// When its transfer last ended.
    pub transferred_at: Option<Instant>,
    /// Who signed the report.
    pub signature: Option<Signature>,
    /// When it was switched over to.
    pub switched_at: Option<Instant>,
    /// When it was registered.
    pub created_at: Instant,
    /// The steps of its migration.
    pub steps: Vec<FlowStepView>,
    /// Send it back with a change to be told when somebody was faster.
    pub version: i64,
}

impl SourceView {
    /// A source with its progress.
    #[must_use]
    pub fn new(source: Source, progress: &Progress) -> Self {
        let steps = steps(&source, progress);
        let settings = source.settings;
        Self {
            id: source.id,
            name: settings.name,
            kind: source.kind,
            host: settings.host,
            zone: settings.zone,
            currency: settings.currency,
            scheme: settings.scheme,
            protective_days: settings.protective_days,
            is_main_billing: settings.is_main_billing,
            finds_conflicts: settings.finds_conflicts,
            parks_domains: settings.parks_domains,
            refuses_unmapped: settings.refuses_unmapped,
            needs_registration: settings.needs_registration,
            associates_resellers: settings.associates_resellers,
            collections: source.collection,
            verified_at: source.verified_at,
            transferred_at: source.transferred_at,
            signature: source.signature,
            switched_at: source.switched_at,
            created_at: source.created_at,
            steps,
            version: source.version,
        }
    }
}
