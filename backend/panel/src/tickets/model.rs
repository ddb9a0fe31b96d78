//! What tickets, messages and departments are, and the rules on their texts.

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attachments::model::{AttachmentView, FileInput, NewFile};
use super::error::TicketRefusal;
use crate::auth::model::MailAddress;
use crate::platform::error::Result;
use crate::platform::outbox::Event;

/// Characters of a subject.
pub const SUBJECT_MAX: usize = 200;
/// Characters of a message.
pub const BODY_MAX: usize = 20_000;
/// Characters of a department's name.
pub const NAME_MAX: usize = 80;
/// Messages of a ticket, notes included; then a new ticket is due.
pub const MESSAGES_MAX: i64 = 1_000;
/// Tickets that one customer may open within 24 hours.
pub const OPENED_A_DAY: i64 = 50;
/// Replies that a customer may write to one ticket within an hour.
pub const REPLIES_AN_HOUR: i64 = 30;

id_type!(
    /// Identifies a department.
    DepartmentId, "dep"
);
id_type!(
    /// Identifies a ticket.
    TicketId, "tic"
);
id_type!(
    /// Identifies a message of a ticket.
    MessageId, "msg"
);

text_enum! {
    /// Whose turn it is.
    pub enum TicketState {
        /// New: staff has not answered yet.
        Open = "open",
        /// The customer wrote last: staff's turn.
        Waiting = "waiting",
        /// Staff wrote last: the customer's turn.
        Answered = "answered",
        /// Over; a reply opens it again.
        Closed = "closed",
    }
}

text_enum! {
    /// How pressing it is.
    pub enum Priority {
        /// Can wait.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Soon.
        High = "high",
        /// Now; set by staff only.
        Urgent = "urgent",
    }
}

text_enum! {
    /// Whether a department takes new tickets.
    pub enum DepartmentState {
        /// Takes tickets.
        Active = "active",
        /// Kept for its old tickets only.
        Archived = "archived",
    }
}

impl TicketState {
    /// The state once somebody has replied, whatever it was before.
    #[must_use]
    pub const fn after_reply(from_staff: bool) -> Self {
        if from_staff { Self::Answered } else { Self::Waiting }
    }
}

impl Priority {
    /// The priority of a new ticket.
    ///
    /// # Errors
    /// `tickets.urgent_by_staff` when a customer asks for urgent.
    pub fn chosen(asked: Option<Self>, from_staff: bool) -> Result<Self> {
        match asked {
            None => Ok(Self::Normal),
            Some(Self::Urgent) if !from_staff => Err(TicketRefusal::UrgentByStaff.into()),
            Some(priority) => Ok(priority),
        }
    }
}

/// The subject of a ticket: one line, 1 to [`SUBJECT_MAX`] characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Reads what a person typed; control characters become spaces.
    ///
    /// # Errors
    /// `tickets.subject_missing`, `tickets.subject_too_long`.
    pub fn parse(typed: &str) -> Result<Self> {
        let line = one_line(typed);
        if line.is_empty() {
            return Err(TicketRefusal::SubjectMissing.into());
        }
        if line.chars().count() > SUBJECT_MAX {
            return Err(TicketRefusal::SubjectTooLong.with("max", SUBJECT_MAX).into());
        }
        Ok(Self(line))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a message: 1 to [`BODY_MAX`] characters, lines end in `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Reads what a person typed. Control characters other than line ends and
    /// tabs are left out: no database keeps them and no page shows them.
    ///
    /// # Errors
    /// `tickets.body_missing`, `tickets.body_too_long`.
    pub fn parse(typed: &str) -> Result<Self> {
        let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let text = text.trim_end().trim_start_matches('\n').to_owned();
        if text.trim().is_empty() {
            return Err(TicketRefusal::BodyMissing.into());
        }
        if text.chars().count() > BODY_MAX {
            return Err(TicketRefusal::BodyTooLong.with("max", BODY_MAX).into());
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message that passed the rules, ready to be stored.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its text.
    pub body: Body,
    /// Its files.
    pub files: Vec<NewFile>,
}

impl NewMessage {
    /// Reads a message and its files.
    ///
    /// # Errors
    /// What [`Body::parse`] and the rules on files refuse.
    pub fn parse(body: &str, files: &[FileInput]) -> Result<Self> {
        Ok(Self { body: Body::parse(body)?, files: NewFile::parse_all(files)? })
    }
}

/// A department that passed the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDepartment {
    name: String,
    email: String,
}

impl NewDepartment {
    /// Reads a department's name and the address where its staff is told of
    /// tickets; an empty address means that nobody is mailed.
    ///
    /// # Errors
    /// `tickets.department_name`, `tickets.department_email`.
    pub fn parse(name: &str, email: &str) -> Result<Self> {
        let name = one_line(name);
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(TicketRefusal::DepartmentName.with("max", NAME_MAX).into());
        }
        let email = match email.trim() {
            "" => String::new(),
            typed => {
                typed.parse::<MailAddress>().map_err(|_not_an_address| TicketRefusal::DepartmentEmail)?.to_string()
            }
        };
        Ok(Self { name, email })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its mail address, or nothing.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }
}

fn one_line(typed: &str) -> String {
    let spaced: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The ticket number that somebody searches for: `1042` or `#1042`.
#[must_use]
pub fn searched_number(words: &str) -> Option<i64> {
    let words = words.trim();
    words.strip_prefix('#').unwrap_or(words).parse().ok()
}

/// A department.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DepartmentView {
    /// Its id.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// Where its staff is told of tickets; for staff only.
    pub email: Option<String>,
    /// Whether it takes new tickets.
    pub state: DepartmentState,
    /// When it was made.
    pub created_at: Instant,
}

/// A ticket without its messages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TicketView {
    /// Its id.
    pub id: TicketId,
    /// The number that people use.
    pub number: i64,
    /// Whose it is.
    pub customer_id: String,
    /// That customer's name.
    pub customer_name: String,
    /// The department.
    pub department_id: DepartmentId,
    /// The department's name.
    pub department_name: String,
    /// The server that it is about.
    pub server_id: Option<String>,
    /// What it is about, in one line.
    pub subject: String,
    /// Whose turn it is.
    pub state: TicketState,
    /// How pressing it is.
    pub priority: Priority,
    /// Who in staff has it; for staff only.
    pub assigned_to: Option<String>,
    /// That person's name; for staff only.
    pub assigned_name: Option<String>,
    /// When it was opened.
    pub created_at: Instant,
    /// When something last happened that its customer can see.
    pub updated_at: Instant,
    /// What it was called in the system from which it moved in.
    pub external_reference: Option<String>,
}

/// A message of a ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it; of staff, for staff only.
    pub author_id: Option<String>,
    /// That person's name.
    pub author_name: String,
    /// Whether staff wrote it.
    pub from_staff: bool,
    /// Whether it is a note that the customer never sees.
    pub internal: bool,
    /// What was written: plain text.
    pub body: String,
    /// When.
    pub created_at: Instant,
    /// Its files.
    pub attachments: Vec<AttachmentView>,
}

/// A ticket with what was said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ThreadView {
    /// The ticket.
    pub ticket: TicketView,
    /// What was said, oldest first; internal notes for staff only.
    pub messages: Vec<MessageView>,
}

/// What a mail about a message says; see [`super::queries::notice_in`].
#[derive(Debug, Clone)]
pub struct Notice {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// Whose it is.
    pub customer_id: String,
    /// That customer's name.
    pub customer_name: String,
    /// The department's name.
    pub department_name: String,
    /// Where the department's staff is told, if anywhere.
    pub department_email: Option<String>,
    /// Who in staff has the ticket.
    pub assigned_to: Option<String>,
    /// Who wrote the message.
    pub author_id: String,
    /// That person's name.
    pub author_name: String,
    /// Whether staff wrote it.
    pub from_staff: bool,
    /// Whether it is a note: then no customer is told.
    pub internal: bool,
    /// What was written.
    pub body: String,
}

/// A ticket was opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketOpened {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub customer_id: String,
    /// Its first message.
    pub message_id: MessageId,
    /// Whether staff opened it for the customer.
    pub from_staff: bool,
}

impl Event for TicketOpened {
    const KIND: &'static str = "ticket.opened";
}

/// Somebody wrote to a ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketReplied {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub customer_id: String,
    /// The message.
    pub message_id: MessageId,
    /// Whether staff wrote it.
    pub from_staff: bool,
    /// Whether it is a note: then no customer is told.
    pub internal: bool,
}

impl Event for TicketReplied {
    const KIND: &'static str = "ticket.replied";
}
