//! What a foreign conversation comes to here.

use hostwright_importer::snapshot::{self, Author};
use hostwright_kernel::Instant;

use crate::auth::adoption::Remark;
use crate::auth::model::PersonId;
use crate::platform::secrets::sha256_hex;
use crate::tickets::attachments::model::{NewFile, clean_name, content_type};
use crate::tickets::model::{DepartmentId, Priority, SUBJECT_MAX, TicketState};

/// The most characters of a message that moved in.
const BODY_MAX: usize = 1_000_000;
/// The most bytes of a file that moved in.
const FILE_MAX: usize = 25 * 1024 * 1024;
/// The most characters of a reference or a writer's name.
const NAME_MAX: usize = 200;

/// A ticket of another system.
#[derive(Debug, Clone)]
pub struct AdoptTicket<'a> {
    /// `cus_...`.
    pub customer_id: &'a str,
    /// The department.
    pub department: DepartmentId,
    /// The ticket.
    pub ticket: &'a snapshot::Ticket,
    /// What was said; put in the order of its moments.
    pub messages: &'a [AdoptMessage<'a>],
    /// Who has it, where they moved in too.
    pub assigned_to: Option<PersonId>,
}

/// A message of another system.
#[derive(Debug, Clone)]
pub struct AdoptMessage<'a> {
    /// What was said.
    pub message: &'a snapshot::TicketMessage,
    /// Who wrote it, where they moved in too.
    pub author: Option<PersonId>,
    /// Its files.
    pub files: Vec<AdoptFile>,
}

/// A file of a message.
#[derive(Clone)]
pub struct AdoptFile {
    /// Its name.
    pub name: String,
    /// Its bytes; none where they were not given.
    pub content: Option<Vec<u8>>,
}

impl std::fmt::Debug for AdoptFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdoptFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A message, ready to be stored.
#[derive(Debug, Clone)]
pub(super) struct LandedMessage {
    pub(super) author_id: String,
    pub(super) author_name: String,
    pub(super) from_staff: bool,
    pub(super) internal: bool,
    pub(super) body: String,
    pub(super) at: Instant,
    pub(super) files: Vec<NewFile>,
}

impl AdoptMessage<'_> {
    /// Reads the message; `otherwise` is its moment where the source has none.
    pub(super) fn landed(&self, otherwise: Instant, remarks: &mut Vec<Remark>) -> LandedMessage {
        let told = self.message;
        let lines = told.text.replace("\r\n", "\n").replace('\r', "\n");
        let clean: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let body: String = clean.trim().chars().take(BODY_MAX).collect();
        if clean.trim().chars().count() > BODY_MAX {
            remarks.push(Remark::new("message_cut", &told.id));
        }
        let name = told.name.as_deref().or(told.email.as_deref()).unwrap_or_default();
        let mut files = Vec::new();
        for file in &self.files {
            match &file.content {
                None => remarks.push(Remark::new("file_missing", &file.name)),
                Some(content) if content.len() > FILE_MAX => remarks.push(Remark::new("file_too_large", &file.name)),
                Some(content) => {
                    let name = clean_name(&file.name);
                    files.push(NewFile {
                        content_type: content_type(&name, content),
                        sha256: sha256_hex(content),
                        name,
                        content: content.clone(),
                    });
                }
            }
        }
        LandedMessage {
            author_id: self.author.as_ref().map(ToString::to_string).unwrap_or_default(),
            author_name: line(name, NAME_MAX),
            from_staff: matches!(told.author, Author::Staff | Author::System),
            internal: told.is_internal,
            body,
            at: told.at.unwrap_or(otherwise),
            files,
        }
    }
}

/// One line of at most so many characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

/// The subject, with a remark where it is longer than ours may be. One that is missing is
/// what the ticket is called.
pub(super) fn subject(ticket: &snapshot::Ticket, remarks: &mut Vec<Remark>) -> String {
    let whole = line(&ticket.subject, usize::MAX);
    if whole.chars().count() > SUBJECT_MAX {
        remarks.push(Remark::new("subject_cut", &whole));
    }
    let subject: String = whole.chars().take(SUBJECT_MAX).collect();
    if subject.is_empty() { line(ticket.number.as_deref().unwrap_or(&ticket.id), SUBJECT_MAX) } else { subject }
}

/// Whose turn it is: closed where the source says so, else by who wrote last.
pub(super) fn state(ticket: &snapshot::Ticket, messages: &[LandedMessage]) -> TicketState {
    let said: Vec<&LandedMessage> = messages.iter().filter(|message| !message.internal).collect();
    match said.last() {
        _ if ticket.is_closed => TicketState::Closed,
        Some(last) if last.from_staff => TicketState::Answered,
        Some(_) if said.iter().any(|message| message.from_staff) => TicketState::Waiting,
        _ => TicketState::Open,
    }
}

/// The priority, from the source's word.
pub(super) fn priority(ticket: &snapshot::Ticket) -> Priority {
    let word = ticket.priority.as_deref().unwrap_or_default().to_lowercase();
    if ["urgent", "critical", "emergency"].iter().any(|known| word.contains(known)) {
        Priority::Urgent
    } else if word.contains("high") {
        Priority::High
    } else if word.contains("low") {
        Priority::Low
    } else {
        Priority::Normal
    }
}
