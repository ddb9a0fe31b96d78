//! What is read of tickets.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attachments::model::AttachmentId;
use super::model::{
    DepartmentId, DepartmentView, MessageId, Notice, ThreadView, TicketId, TicketState, TicketView, searched_number,
};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::platform::download::Download;
use crate::platform::error::{Error, Kind, Refusal, Result};
use crate::platform::secrets::sha256_hex;
use crate::platform::{ListInput, Paged, Tx};

/// Which tickets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTickets {
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// A ticket number (`#1042`) or words of the subject.
    #[serde(default)]
    pub search: Option<String>,
    /// Only tickets in this state.
    #[serde(default)]
    pub state: Option<TicketState>,
    /// Only tickets of this customer.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Only tickets of this department.
    #[serde(default)]
    pub department_id: Option<DepartmentId>,
    /// Only tickets about this server.
    #[serde(default)]
    pub server_id: Option<String>,
    /// Only tickets that this member of staff has; asked by staff.
    #[serde(default)]
    pub assigned_to: Option<String>,
}

impl ListTickets {
    /// The part that every list shares.
    pub(super) fn paging(&self) -> ListInput {
        ListInput { limit: self.limit, search: self.search.clone(), ..ListInput::default() }
    }

    /// The number that is searched for, when the words are one.
    pub(super) fn searched_number(&self) -> Option<i64> {
        self.search.as_deref().and_then(searched_number)
    }

    /// The words as what a ticket was called in another system.
    pub(super) fn reference(&self) -> String {
        let words = self.search.as_deref().unwrap_or_default().trim();
        words.strip_prefix('#').unwrap_or(words).to_owned()
    }

    /// The key of a row, as `after` takes it.
    pub(super) fn key(updated_at: Instant, id: &TicketId) -> String {
        format!("{}.{id}", updated_at.micros())
    }

    /// The row behind which the page begins.
    pub(super) fn after_key(&self) -> Result<Option<(Instant, TicketId)>> {
        let Some(after) = self.after.as_deref().filter(|after| !after.is_empty()) else {
            return Ok(None);
        };
        let parsed = after.split_once('.').and_then(|(micros, id)| {
            let moment = Instant::from_micros(micros.parse().ok()?).ok()?;
            Some((moment, id.parse().ok()?))
        });
        parsed.map(Some).ok_or_else(|| Refusal::new("request.invalid", Kind::Invalid).field("after").into())
    }
}

/// One ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTicket {
    /// The ticket.
    pub ticket_id: TicketId,
}

/// One file of a ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadAttachment {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The file.
    pub attachment_id: AttachmentId,
}

/// Departments, in the order in which they were made.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn departments(call: &Call, input: ListInput) -> Result<Paged<DepartmentView>> {
    let scope = call.authorize(Action::ListDepartments)?;
    call.db.read(move |tx| store::departments(tx, &scope, &input)).await
}

/// Tickets, the one with the latest change first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListTickets) -> Result<Paged<TicketView>> {
    let scope = call.authorize(Action::ListTickets)?;
    call.db.read(move |tx| store::list(tx, &scope, &input)).await
}

/// A ticket with what was said; internal notes for staff only.
///
/// # Errors
/// Not found when the caller cannot reach it.
pub async fn show(call: &Call, input: ShowTicket) -> Result<ThreadView> {
    let scope = call.authorize(Action::ShowTicket)?;
    call.db
        .read(move |tx| {
            let ticket = store::view(tx, &scope, &input.ticket_id)?.ok_or_else(not_found)?;
            let messages = store::messages(tx, &scope, &input.ticket_id)?;
            Ok(ThreadView { ticket, messages })
        })
        .await
}

/// A file with its bytes, to be sent as a download with `nosniff` and never
/// shown in a page.
///
/// # Errors
/// Not found when the caller cannot reach it; internal when the stored bytes
/// are not those that were sent.
pub async fn attachment(call: &Call, input: DownloadAttachment) -> Result<Download> {
    let scope = call.authorize(Action::DownloadAttachment)?;
    let (file, sha256) = call
        .db
        .read(move |tx| store::download(tx, &scope, &input.ticket_id, &input.attachment_id)?.ok_or_else(not_found))
        .await?;
    if sha256_hex(&file.bytes) == sha256 {
        Ok(file)
    } else {
        Err(Error::internal("a stored file no longer has its checksum"))
    }
}

/// What a mail about a message says. The caller decides by `internal` and
/// `from_staff` who is told: an internal note is never told to a customer.
///
/// # Errors
/// Not found when there is no such message.
pub fn notice_in(tx: &mut Tx<'_>, ticket_id: &TicketId, message_id: &MessageId) -> Result<Notice> {
    store::notice(tx, ticket_id, message_id)?.ok_or_else(not_found)
}
