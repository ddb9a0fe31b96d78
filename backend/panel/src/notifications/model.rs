//! Kinds and states of mails, and the rules on them.

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ports::Delivery;

/// Seconds in which mails of one kind to one recipient are counted.
pub const FLOOD_SECONDS: i64 = 3_600;
/// Tries after which a mail that the server keeps putting off is given up:
/// about three days of the job's slow retries.
pub const TRIES_MAX: i64 = 400;
/// Characters that are kept of a server's words.
const WORDS_MAX: usize = 500;
/// The setting that names the sender in mails and their `From`.
pub const SENDER_NAME: &str = "mail.sender_name";

id_type!(
    /// Identifies a mail.
    MailId, "mai"
);

text_enum! {
    /// What a mail tells. Its words are `mail-<kind>-subject`, `-body` and,
    /// where it has a link, `-action`.
    pub enum MailKind {
        /// Confirm your address.
        ConfirmMail = "confirm-mail",
        /// Somebody signed up with an address that has an account.
        AlreadyRegistered = "already-registered",
        /// Choose a new password.
        ResetPassword = "reset-password",
        /// Your password was changed.
        PasswordChanged = "password-changed",
        /// You are invited.
        Invite = "invite",
        /// An invoice, as a PDF.
        InvoiceIssued = "invoice-issued",
        /// Money came in.
        PaymentReceived = "payment-received",
        /// The invoice is due soon or was due.
        InvoiceReminder1 = "invoice-reminder-1",
        /// The invoice is overdue.
        InvoiceReminder2 = "invoice-reminder-2",
        /// The server will be stopped.
        InvoiceReminder3 = "invoice-reminder-3",
        /// Stopped, because an invoice is unpaid.
        ServerSuspended = "server-suspended",
        /// Stopped by staff.
        ServerSuspendedByStaff = "server-suspended-by-staff",
        /// Starts again.
        ServerResumed = "server-resumed",
        /// Built and running.
        ServerReady = "server-ready",
        /// Ended; the disk is kept for a while.
        ServerTerminated = "server-terminated",
        /// To the customer: we have your ticket.
        TicketOpened = "ticket-opened",
        /// To the customer: staff wrote.
        TicketReplied = "ticket-replied",
        /// To staff: a new ticket.
        TicketOpenedStaff = "ticket-opened-staff",
        /// To staff: the customer wrote.
        TicketRepliedStaff = "ticket-replied-staff",
    }
}

text_enum! {
    /// Where a mail is.
    pub enum MailState {
        /// Waits for the worker.
        Queued = "queued",
        /// Being handed to the mail server.
        Sending = "sending",
        /// The mail server took it.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
        /// Not sent: the recipient had too many of this kind within the hour.
        Suppressed = "suppressed",
    }
}

text_enum! {
    /// Why we gave a mail up ourselves; kept in place of a server's words. The
    /// text is `mail-fault-<fault>`.
    pub enum Fault {
        /// The recipient is not a mail address.
        Recipient = "recipient",
        /// Its one-time link does not open: the key file was changed.
        Link = "link",
        /// Twice, nobody could tell whether it went out.
        Unsure = "unsure",
    }
}

impl MailKind {
    /// The values that its words ask for, all texts as they are to be read.
    #[must_use]
    pub const fn args(self) -> &'static [&'static str] {
        match self {
            // Anybody can have these sent to anybody, so they carry no word of the asker's.
            Self::ConfirmMail | Self::AlreadyRegistered => &[],
            Self::ResetPassword | Self::PasswordChanged => &["name"],
            Self::Invite => &["inviter"],
            Self::InvoiceIssued | Self::InvoiceReminder1 | Self::InvoiceReminder2 | Self::InvoiceReminder3 => {
                &["name", "number", "total", "due"]
            }
            Self::PaymentReceived => &["name", "amount", "reference"],
            Self::ServerSuspended => &["name", "server", "number", "amount", "due"],
            Self::ServerSuspendedByStaff => &["name", "server", "reason"],
            Self::ServerResumed => &["name", "server"],
            Self::ServerReady => &["name", "server", "address"],
            Self::ServerTerminated => &["name", "server", "until"],
            Self::TicketOpened => &["name", "number", "subject", "department", "message"],
            Self::TicketReplied => &["name", "number", "subject", "author", "message"],
            Self::TicketOpenedStaff => &["number", "subject", "customer", "department", "author", "message"],
            Self::TicketRepliedStaff => &["number", "subject", "customer", "author", "message"],
        }
    }

    /// Whether its link opens something by a one-time token.
    #[must_use]
    pub const fn is_one_time(self) -> bool {
        matches!(self, Self::ConfirmMail | Self::ResetPassword | Self::Invite)
    }

    /// How many mails of this kind one recipient gets within an hour.
    #[must_use]
    pub const fn hourly_limit(self) -> i64 {
        match self {
            Self::AlreadyRegistered => 3,
            Self::ConfirmMail | Self::ResetPassword | Self::Invite => 5,
            Self::InvoiceIssued | Self::PaymentReceived => 200,
            _ => 60,
        }
    }
}

/// Where the one action of a mail leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Nowhere: the mail only tells.
    None,
    /// A page: a path that begins with a slash.
    Page(String),
    /// A page that is opened by a one-time token.
    OneTime {
        /// What the token is put behind, for example `/confirm/`.
        path: String,
        /// The token, sealed as in [`crate::auth::model::LinkMade`].
        sealed_token: String,
    },
}

impl Link {
    /// Whether a mail of this kind may carry this link: one of our own pages,
    /// with a token if and only if the kind has one.
    #[must_use]
    pub fn suits(&self, kind: MailKind) -> bool {
        match self {
            Self::None => !kind.is_one_time(),
            Self::Page(path) => !kind.is_one_time() && is_path(path),
            Self::OneTime { path, .. } => kind.is_one_time() && is_path(path),
        }
    }
}

/// A mail to be queued.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it tells.
    pub kind: MailKind,
    /// To whom: one mail address.
    pub recipient: String,
    /// The person of that address, where there is one.
    pub person_id: Option<String>,
    /// The customer whom it is about, where there is one.
    pub customer_id: Option<String>,
    /// The object that it is about.
    pub subject_id: String,
    /// Tells two mails of one kind about one object apart: an event's id.
    pub occurrence: String,
    /// The recipient's language.
    pub locale: String,
    /// The values of [`MailKind::args`].
    pub args: Vec<(String, String)>,
    /// Its one action.
    pub link: Link,
    /// The invoice that is attached as PDF.
    pub attached_invoice: Option<String>,
}

/// What becomes of a mail once it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Its state: sent, failed, or queued to be tried again.
    pub state: MailState,
    /// Whether it may have gone out without our knowing.
    pub unsure: bool,
    /// The server's words, or our [`Fault`].
    pub words: String,
}

impl After {
    /// Decides after the `tries`-th try. What may have gone out once is tried once
    /// more; a second time of not knowing ends it.
    #[must_use]
    pub fn of(delivery: Delivery, tries: i64, unsure: bool) -> Self {
        let (state, unsure, words) = match delivery {
            Delivery::Accepted(words) => (MailState::Sent, unsure, words),
            Delivery::Refused(words) => (MailState::Failed, unsure, words),
            Delivery::Later(words) if tries >= TRIES_MAX => (MailState::Failed, unsure, words),
            Delivery::Later(words) => (MailState::Queued, unsure, words),
            Delivery::Unknown(_) if unsure => (MailState::Failed, true, Fault::Unsure.as_str().to_owned()),
            Delivery::Unknown(words) => (MailState::Queued, true, words),
        };
        let line: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { state, unsure, words: line.chars().take(WORDS_MAX).collect::<String>().trim().to_owned() }
    }
}

/// A mail as staff sees it in lists.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailView {
    /// Its id.
    pub id: MailId,
    /// What it tells.
    pub kind: MailKind,
    /// To whom.
    pub recipient: String,
    /// The person of that address.
    pub person_id: Option<String>,
    /// The customer whom it is about.
    pub customer_id: Option<String>,
    /// The object that it is about.
    pub subject_id: String,
    /// Its language.
    pub locale: String,
    /// Its subject.
    pub subject: String,
    /// The invoice that is attached as PDF.
    pub attached_invoice_id: Option<String>,
    /// Where it is.
    pub state: MailState,
    /// The mail server's last words, or why we gave up.
    pub error: Option<String>,
    /// How often it was handed to the mail server.
    pub tries: i64,
    /// When it was queued.
    pub created_at: Instant,
    /// When the mail server took it.
    pub sent_at: Option<Instant>,
}

/// A mail with its words; the token of a one-time link is masked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailContent {
    /// The mail.
    pub mail: MailView,
    /// Its text part.
    pub text: String,
    /// Its HTML part: a whole document, to be shown in a sandboxed frame only.
    pub html: String,
}

/// Whether this is one mail address that can stand in an envelope and a header, where
/// nobody takes it for an encoded word (RFC 2047).
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.len() <= 254
        && !text.contains("=?")
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || ",;<>()[]\\\":".contains(c))
        && text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !local.contains('@'))
}

/// Whether this is the path of one of our own pages.
#[must_use]
pub fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~?=&#%".contains(c))
}
