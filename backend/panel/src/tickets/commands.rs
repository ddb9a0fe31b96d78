//! What changes tickets.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attachments::model::{FileInput, TICKET_BYTES_MAX};
use super::error::TicketRefusal;
use super::model::{
    DepartmentId, DepartmentState, DepartmentView, MESSAGES_MAX, MessageId, NewDepartment, NewMessage, OPENED_A_DAY,
    Priority, REPLIES_AN_HOUR, Subject, TicketId, TicketOpened, TicketReplied, TicketState, TicketView,
};
use super::store::{self, MessageRow, TicketRow};
use crate::auth::call::{Call, Changed, Scope, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{Tx, outbox, settings};
use crate::{auth, customers};

/// A new department.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDepartment {
    /// Its name: 1 to 80 characters, unlike all others.
    pub name: String,
    /// Where its staff is told of tickets; empty for nowhere.
    #[serde(default)]
    pub email: String,
}

/// A new ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenTicket {
    /// For whom; may be left out by people of one customer.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// To which department.
    pub department_id: DepartmentId,
    /// The customer's server that it is about.
    #[serde(default)]
    pub server_id: Option<String>,
    /// What it is about: 1 to 200 characters.
    pub subject: String,
    /// The first message: 1 to 20,000 characters of plain text.
    pub body: String,
    /// `normal` when left out; `urgent` is for staff.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Up to 5 files.
    #[serde(default)]
    pub files: Vec<FileInput>,
}

/// A message that the customer sees.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The message: 1 to 20,000 characters of plain text.
    pub body: String,
    /// Up to 5 files.
    #[serde(default)]
    pub files: Vec<FileInput>,
}

/// A message that only staff sees.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The note: 1 to 20,000 characters of plain text.
    pub body: String,
    /// Up to 5 files.
    #[serde(default)]
    pub files: Vec<FileInput>,
}

/// Who has a ticket, how pressing it is, and where it belongs; what is left out
/// stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// A member of staff, or an empty text for nobody.
    #[serde(default)]
    pub assigned_to: Option<String>,
    /// How pressing it is.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Where it belongs.
    #[serde(default)]
    pub department_id: Option<DepartmentId>,
}

/// One ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseTicket {
    /// The ticket.
    pub ticket_id: TicketId,
}

/// What was written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Written {
    /// The ticket as it is now.
    pub ticket: TicketView,
    /// The message that was added.
    pub message_id: MessageId,
}

/// Makes a department.
///
/// # Errors
/// Refused when the name or address is wrong or the name is taken.
pub async fn create_department(call: &Call, input: CreateDepartment) -> Result<DepartmentView> {
    let scope = call.authorize(Action::CreateDepartment)?;
    let department = NewDepartment::parse(&input.name, &input.email)?;
    let reader = scope.clone();
    call.write(&scope, move |tx| {
        let id = create_in(tx, &department)?;
        let view = store::department(tx, &reader, &id)?.ok_or_else(not_found)?;
        Ok(Changed::new(&id, view).noting("name", department.name()))
    })
    .await
}

/// Makes a department in the caller's transaction; set-up makes the first ones.
///
/// # Errors
/// `tickets.department_taken`.
pub fn create_in(tx: &mut Tx<'_>, department: &NewDepartment) -> Result<DepartmentId> {
    let id = DepartmentId::new();
    if store::insert_department(tx, &id, department)? {
        Ok(id)
    } else {
        Err(TicketRefusal::DepartmentTaken.with("name", department.name()).into())
    }
}

/// Opens a ticket, by a person of the customer or by staff for them.
///
/// # Errors
/// Refused when a text or file breaks a rule, or the department or server is
/// not there for this customer.
pub async fn open(call: &Call, input: OpenTicket) -> Result<Written> {
    let scope = call.authorize(Action::OpenTicket)?;
    let from_staff = is_staff(&scope);
    let customer_id = chosen_customer(&scope, input.customer_id.as_deref())?;
    let subject = Subject::parse(&input.subject)?;
    let message = NewMessage::parse(&input.body, &input.files)?;
    let priority = Priority::chosen(input.priority, from_staff)?;
    let server_id = input.server_id.filter(|id| !id.is_empty());
    let (reader, author) = (scope.clone(), Author::of(call, &scope));
    call.write(&scope, move |tx| {
        customers::queries::load_in(tx, &customer_id)?;
        if !from_staff && store::opened_since(tx, &customer_id, tx.now().plus_days(-1))? >= OPENED_A_DAY {
            return Err(TicketRefusal::TooManyOpened.with("max", OPENED_A_DAY).into());
        }
        takes_tickets(tx, &reader, &input.department_id)?;
        if let Some(server) = &server_id
            && !store::server_belongs(tx, server, &customer_id)?
        {
            return Err(TicketRefusal::ServerUnknown.into());
        }
        let now = tx.now();
        let ticket = TicketRow {
            id: TicketId::new(),
            number: settings::next(tx, "ticket_number")?,
            customer_id: customer_id.clone(),
            department_id: input.department_id.clone(),
            server_id: server_id.clone(),
            subject: subject.as_str().to_owned(),
            state: TicketState::Open,
            priority,
            opened_by: author.id.clone(),
            assigned_to: None,
            created_at: now,
            updated_at: now,
            version: 1,
            external_reference: None,
        };
        store::insert(tx, &ticket)?;
        let message_id = author.write(tx, &ticket.id, &message, false)?;
        outbox::record(
            tx,
            &TicketOpened {
                ticket_id: ticket.id.clone(),
                customer_id: customer_id.clone(),
                message_id: message_id.clone(),
                from_staff,
            },
        )?;
        let number = ticket.number;
        let written = written(tx, &reader, &ticket.id, message_id)?;
        Ok(Changed::new(&ticket.id, written)
            .of(&customer_id)
            .noting("number", number)
            .noting("files", message.files.len()))
    })
    .await
}

/// Adds a message that both sides see; a closed ticket is open again.
///
/// # Errors
/// Refused when the text or a file breaks a rule or the ticket is full.
pub async fn reply(call: &Call, input: ReplyTicket) -> Result<Written> {
    let scope = call.authorize(Action::ReplyTicket)?;
    let message = NewMessage::parse(&input.body, &input.files)?;
    add_message(call, scope, input.ticket_id, message, false).await
}

/// Adds a note that only staff sees, on every surface. The ticket's state and
/// its last change stay, since the customer sees both.
///
/// # Errors
/// Refused when the text or a file breaks a rule or the ticket is full.
pub async fn note(call: &Call, input: NoteTicket) -> Result<Written> {
    let scope = call.authorize(Action::NoteTicket)?;
    let message = NewMessage::parse(&input.body, &input.files)?;
    add_message(call, scope, input.ticket_id, message, true).await
}

async fn add_message(
    call: &Call,
    scope: Scope,
    ticket_id: TicketId,
    message: NewMessage,
    internal: bool,
) -> Result<Written> {
    let (reader, author) = (scope.clone(), Author::of(call, &scope));
    call.write(&scope, move |tx| {
        let customer_id = store::lock(tx, &reader, &ticket_id)?.ok_or_else(not_found)?;
        has_room(tx, &ticket_id, &message)?;
        if !author.from_staff && store::written_since(tx, &ticket_id, tx.now().plus_seconds(-3_600))? >= REPLIES_AN_HOUR
        {
            return Err(TicketRefusal::TooManyReplies.with("max", REPLIES_AN_HOUR).into());
        }
        let message_id = author.write(tx, &ticket_id, &message, internal)?;
        if !internal && !store::set_state(tx, &reader, &ticket_id, TicketState::after_reply(author.from_staff))? {
            return Err(not_found());
        }
        outbox::record(
            tx,
            &TicketReplied {
                ticket_id: ticket_id.clone(),
                customer_id: customer_id.clone(),
                message_id: message_id.clone(),
                from_staff: author.from_staff,
                internal,
            },
        )?;
        let written = written(tx, &reader, &ticket_id, message_id.clone())?;
        Ok(Changed::new(&ticket_id, written)
            .of(&customer_id)
            .noting("message_id", message_id.to_string())
            .noting("files", message.files.len()))
    })
    .await
}

/// Says who in staff has a ticket, how pressing it is and where it belongs.
///
/// # Errors
/// Refused when the person is not active staff, the department takes no
/// tickets, nothing is named, or somebody else changed it at the same moment.
pub async fn assign(call: &Call, input: AssignTicket) -> Result<TicketView> {
    let scope = call.authorize(Action::AssignTicket)?;
    if input.assigned_to.is_none() && input.priority.is_none() && input.department_id.is_none() {
        return Err(TicketRefusal::NothingToAssign.into());
    }
    let reader = scope.clone();
    call.write(&scope, move |tx| {
        let mut ticket = store::load(tx, &reader, &input.ticket_id)?.ok_or_else(not_found)?;
        if let Some(assignee) = &input.assigned_to {
            let assignee = Some(assignee.clone()).filter(|id| !id.is_empty());
            if let Some(person) = &assignee {
                let staff = auth::queries::staff_in(tx)?;
                if !staff.iter().any(|(contact, _)| contact.person_id.as_str() == person) {
                    return Err(TicketRefusal::AssigneeUnknown.into());
                }
            }
            ticket.assigned_to = assignee;
        }
        if let Some(department) = &input.department_id {
            takes_tickets(tx, &reader, department)?;
            ticket.department_id = department.clone();
        }
        ticket.priority = input.priority.unwrap_or(ticket.priority);
        if !store::assign(tx, &reader, &ticket)? {
            return Err(TicketRefusal::Changed.into());
        }
        let view = store::view(tx, &reader, &ticket.id)?.ok_or_else(not_found)?;
        Ok(Changed::new(&ticket.id, view)
            .of(&ticket.customer_id)
            .noting("assigned_to", ticket.assigned_to.unwrap_or_default())
            .noting("priority", ticket.priority.as_str())
            .noting("department_id", ticket.department_id.to_string()))
    })
    .await
}

/// Closes a ticket; a later reply opens it again.
///
/// # Errors
/// `tickets.already_closed`.
pub async fn close(call: &Call, input: CloseTicket) -> Result<TicketView> {
    let scope = call.authorize(Action::CloseTicket)?;
    let reader = scope.clone();
    call.write(&scope, move |tx| {
        let closed = store::close(tx, &reader, &input.ticket_id)?;
        let view = store::view(tx, &reader, &input.ticket_id)?.ok_or_else(not_found)?;
        if !closed {
            return Err(TicketRefusal::AlreadyClosed.with("number", view.number).into());
        }
        let customer_id = view.customer_id.clone();
        Ok(Changed::new(&input.ticket_id, view).of(customer_id))
    })
    .await
}

/// Who writes, as it is kept with the message.
#[derive(Debug, Clone)]
struct Author {
    id: String,
    name: String,
    from_staff: bool,
}

impl Author {
    fn of(call: &Call, scope: &Scope) -> Self {
        Self { id: call.actor_id(), name: call.actor_name(), from_staff: is_staff(scope) }
    }

    fn write(&self, tx: &mut Tx<'_>, ticket_id: &TicketId, message: &NewMessage, internal: bool) -> Result<MessageId> {
        let id = MessageId::new();
        let created_at: Instant = tx.now();
        let row = MessageRow {
            id: id.clone(),
            ticket_id: ticket_id.clone(),
            author_id: self.id.clone(),
            author_name: self.name.clone(),
            from_staff: self.from_staff,
            internal,
            body: message.body.as_str().to_owned(),
            created_at,
        };
        store::insert_message(tx, &row, &message.files)?;
        Ok(id)
    }
}

/// Staff is who may reach every customer's tickets.
fn is_staff(scope: &Scope) -> bool {
    scope.customers().is_none()
}

fn chosen_customer(scope: &Scope, asked: Option<&str>) -> Result<String> {
    match (asked.filter(|id| !id.is_empty()), scope.customers()) {
        (Some(id), _) => {
            scope.require(id)?;
            Ok(id.to_owned())
        }
        (None, Some([only])) => Ok(only.clone()),
        (None, _) => Err(TicketRefusal::CustomerRequired.into()),
    }
}

fn takes_tickets(tx: &mut Tx<'_>, scope: &Scope, id: &DepartmentId) -> Result<()> {
    store::department(tx, scope, id)?
        .filter(|department| department.state == DepartmentState::Active)
        .map(|_| ())
        .ok_or_else(|| TicketRefusal::DepartmentUnknown.into())
}

fn has_room(tx: &mut Tx<'_>, id: &TicketId, message: &NewMessage) -> Result<()> {
    let (messages, bytes) = store::weight(tx, id)?;
    if messages >= MESSAGES_MAX {
        return Err(TicketRefusal::TooLong.with("max", MESSAGES_MAX).into());
    }
    let more: usize = message.files.iter().map(|file| file.content.len()).sum();
    if bytes.saturating_add(i64::try_from(more).unwrap_or(i64::MAX)) > TICKET_BYTES_MAX {
        return Err(TicketRefusal::TicketFull.with("max", TICKET_BYTES_MAX / (1024 * 1024)).into());
    }
    Ok(())
}

fn written(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId, message_id: MessageId) -> Result<Written> {
    let ticket = store::view(tx, scope, id)?.ok_or_else(not_found)?;
    Ok(Written { ticket, message_id })
}
