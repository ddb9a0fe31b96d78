//! What becomes of each kind of record, and why something is not here.

use hostwright_importer::Kind;
use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::migration::verification::model::Status;

id_type!(
    /// Identifies what became of a record.
    LandingId, "mld"
);

text_enum! {
    /// Where the transfer of an account stands.
    pub enum TransferState {
        /// Waits or runs.
        Queued = "queued",
        /// It is here.
        Done = "done",
        /// It could not be landed; the reason is kept, and a later transfer tries again.
        Parked = "parked",
    }
}

text_enum! {
    /// What became of a record.
    pub enum LandingState {
        /// It was made here.
        Landed = "landed",
        /// It is something that was here before; undo leaves it.
        Found = "found",
        /// It did not land; the reason says why.
        Skipped = "skipped",
    }
}

text_enum! {
    /// What becomes of a kind of record.
    pub enum Fate {
        /// Lands with the source, before any account.
        WithSource = "with_source",
        /// Lands with the account whose it is.
        WithAccount = "with_account",
        /// Lands as part of the record that it hangs on.
        WithParent = "with_parent",
        /// Is mapped, and lands as what it is mapped to.
        Mapped = "mapped",
        /// Waits until our hosting nodes take sites, mail and databases.
        WaitsForHosting = "waits_for_hosting",
        /// Waits for the adoption of running guests.
        WaitsForAdoption = "waits_for_adoption",
        /// Is told and compared, and makes nothing.
        ToldOnly = "told_only",
    }
}

/// What becomes of records of a kind.
#[must_use]
pub fn fate(kind: Kind) -> Fate {
    match kind {
        Kind::Staff | Kind::Department => Fate::WithSource,
        Kind::Party
        | Kind::Login
        | Kind::Contact
        | Kind::Subscription
        | Kind::Domain
        | Kind::Zone
        | Kind::Invoice
        | Kind::Payment
        | Kind::CreditEntry
        | Kind::PaymentToken
        | Kind::Ticket => Fate::WithAccount,
        Kind::InvoiceLine | Kind::TicketMessage => Fate::WithParent,
        Kind::Product => Fate::Mapped,
        Kind::HostingAccount
        | Kind::Site
        | Kind::Mailbox
        | Kind::MailRule
        | Kind::Database
        | Kind::DatabaseUser
        | Kind::FileUser
        | Kind::CronLine
        | Kind::Certificate => Fate::WaitsForHosting,
        Kind::Server | Kind::Guest => Fate::WaitsForAdoption,
        Kind::TaxRule => Fate::ToldOnly,
    }
}

text_enum! {
    /// Why a record is not here, where nothing was said when it was tried.
    pub enum NotHere {
        /// The account that it belongs to is not selected.
        AccountNotSelected = "account_not_selected",
        /// The account that it belongs to did not pass, or waits for a person.
        AccountNotVerified = "account_not_verified",
        /// The account that it belongs to was not transferred yet.
        NotTransferred = "not_transferred",
        /// It names no account, or one that was not collected.
        NoAccount = "no_account",
        /// What it hangs on was not collected or is not here.
        NoParent = "no_parent",
        /// It did not pass.
        NotVerified = "not_verified",
        /// A person took it out.
        NotSelected = "not_selected",
        /// It had ended at the source.
        Ended = "ended",
        /// The last reading did not meet it.
        Gone = "gone",
        /// It is mapped to a plan.
        Mapped = "mapped",
        /// It is not mapped.
        NotMapped = "not_mapped",
        /// It waits for hosting.
        WaitsForHosting = "waits_for_hosting",
        /// It waits for the adoption of guests.
        WaitsForAdoption = "waits_for_adoption",
        /// It is told and compared only.
        ToldOnly = "told_only",
    }
}

/// What is known of a record that did not land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Its kind.
    pub kind: Kind,
    /// Whether the last reading did not meet it.
    pub is_gone: bool,
    /// What verification said of it.
    pub verdict: Option<Status>,
    /// Whether it is a product with a rule.
    pub is_mapped: bool,
    /// What is known of the account that it belongs to, by itself or through what it hangs on;
    /// for an account, of itself.
    pub account: Option<AccountStanding>,
    /// Whether it hangs on a record that must be here first.
    pub hangs: bool,
}

/// What is known of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountStanding {
    /// Whether it is selected.
    pub is_selected: bool,
    /// What verification said.
    pub verdict: Option<Status>,
    /// Whether it is here.
    pub is_here: bool,
}

/// Why it is not here.
#[must_use]
pub fn not_here(missing: &Missing) -> NotHere {
    if missing.is_gone {
        return NotHere::Gone;
    }
    match fate(missing.kind) {
        Fate::Mapped if missing.is_mapped => return NotHere::Mapped,
        Fate::Mapped => return NotHere::NotMapped,
        Fate::WaitsForHosting => return NotHere::WaitsForHosting,
        Fate::WaitsForAdoption => return NotHere::WaitsForAdoption,
        Fate::ToldOnly => return NotHere::ToldOnly,
        Fate::WithSource => return NotHere::NotTransferred,
        Fate::WithParent if missing.account.is_none() => return NotHere::NoParent,
        Fate::WithAccount | Fate::WithParent => {}
    }
    let Some(account) = missing.account else {
        return NotHere::NoAccount;
    };
    if !account.is_selected {
        return NotHere::AccountNotSelected;
    }
    if !account.verdict.is_some_and(Status::moves) {
        return NotHere::AccountNotVerified;
    }
    match missing.verdict {
        _ if !account.is_here => NotHere::NotTransferred,
        Some(Status::NotSelected) => NotHere::NotSelected,
        Some(Status::PassedOver) => NotHere::Ended,
        Some(Status::Rejected | Status::Failed | Status::ManualApproval) => NotHere::NotVerified,
        _ if missing.hangs => NotHere::NoParent,
        _ => NotHere::NotTransferred,
    }
}

/// What became of a record, as pages and the API show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LandingView {
    /// Its id.
    pub id: LandingId,
    /// Its kind.
    pub kind: String,
    /// The source's identifier.
    pub external_id: String,
    /// What became of it.
    pub outcome: LandingState,
    /// The slice that holds it; empty where it was skipped.
    pub slice: String,
    /// What it is here; empty where it was skipped.
    pub object_id: String,
    /// Whose it is here.
    pub customer_id: Option<String>,
    /// Why it was skipped, or why undo left it: a stable code.
    pub reason: String,
    /// What could not be kept as it was: `code: detail`.
    pub remarks: Vec<String>,
    /// When.
    pub at: Instant,
}
