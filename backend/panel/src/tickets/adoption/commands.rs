//! Moving conversations in, and out again.

use hostwright_importer::snapshot;
use hostwright_importer::snapshot::Author;

use super::model::{AdoptMessage, AdoptTicket, line, priority, state, subject};
use super::store;
use crate::auth::adoption::{Adopted, KeptBecause, Landing, Remark, Removal};
use crate::auth::call::not_found;
use crate::platform::error::Result;
use crate::platform::{Tx, settings};
use crate::tickets::error::TicketRefusal;
use crate::tickets::model::{DepartmentId, MessageId, NAME_MAX, NewDepartment, TicketId, TicketState};
use crate::tickets::store::TicketRow;

/// The most characters of what a ticket was called.
const REFERENCE_MAX: usize = 100;

/// Moves a department in; one of the same name is found. A hidden one takes no new
/// tickets, because here every department is shown.
///
/// # Errors
/// `tickets.department_name` without a name.
pub fn adopt_department_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    told: &snapshot::Department,
) -> Result<Adopted<DepartmentId>> {
    let mut remarks = Vec::new();
    let name = line(&told.name, NAME_MAX);
    let email = told.email.as_deref().unwrap_or_default();
    let new = match NewDepartment::parse(&name, email) {
        Ok(new) => new,
        Err(_unfit) => {
            let new = NewDepartment::parse(&name, "")?;
            remarks.push(Remark::new("department_email_unfit", email));
            new
        }
    };
    if let Some(known) = store::department_named(tx, new.name())? {
        return Ok(Adopted { id: known, was_there: true, remarks: Vec::new() });
    }
    let id = DepartmentId::new();
    if !crate::tickets::store::insert_department(tx, &id, &new)? {
        let known = store::department_named(tx, new.name())?.ok_or(TicketRefusal::Changed)?;
        return Ok(Adopted { id: known, was_there: true, remarks: Vec::new() });
    }
    if told.is_hidden {
        store::archive(tx, &id)?;
        remarks.push(Remark::new("department_hidden", &told.name));
    }
    landing.note(tx, "department", id.as_str(), None);
    Ok(Adopted::new(id, remarks))
}

/// Moves a ticket in with what was said. The ids of its messages are in the order in
/// which they were given.
///
/// # Errors
/// When the database fails, as for a customer or department that is not there.
pub fn adopt_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    adopted: &AdoptTicket<'_>,
) -> Result<(Adopted<TicketId>, Vec<MessageId>)> {
    let told = adopted.ticket;
    let mut remarks = Vec::new();
    let opened = told.opened.or_else(|| adopted.messages.iter().filter_map(|said| said.message.at).min());
    let opened = opened.unwrap_or_else(|| tx.now());
    let mut messages: Vec<_> =
        adopted.messages.iter().map(|said| said.landed(opened, &mut remarks)).enumerate().collect();
    messages.sort_by_key(|(place, said)| (said.at, *place));
    let said: Vec<_> = messages.iter().map(|(_, said)| said.clone()).collect();
    let last = said.iter().filter(|message| !message.internal).map(|message| message.at).max();
    let reference = line(told.number.as_deref().unwrap_or(&told.id), REFERENCE_MAX);
    let ticket = TicketRow {
        id: TicketId::new(),
        number: settings::next(tx, "ticket_number")?,
        customer_id: adopted.customer_id.to_owned(),
        department_id: adopted.department.clone(),
        server_id: None,
        subject: subject(told, &mut remarks),
        state: state(told, &said),
        priority: priority(told),
        opened_by: said.first().map(|first| first.author_id.clone()).unwrap_or_default(),
        assigned_to: adopted.assigned_to.as_ref().map(ToString::to_string),
        created_at: opened,
        updated_at: told.updated.or(last).unwrap_or(opened),
        version: 1,
        external_reference: Some(reference),
    };
    crate::tickets::store::insert(tx, &ticket)?;
    let mut ids = Vec::with_capacity(messages.len());
    for (place, said) in &messages {
        ids.push((*place, store::insert_message(tx, &ticket.id, said)?));
    }
    ids.sort_by_key(|(place, _)| *place);
    landing.note(tx, "ticket", ticket.id.as_str(), Some(adopted.customer_id));
    Ok((Adopted::new(ticket.id, remarks), ids.into_iter().map(|(_, id)| id).collect()))
}

/// Adds a message to a ticket that moved in before: what was said there since.
///
/// # Errors
/// Not found without such a ticket.
pub fn adopt_message_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    ticket: &TicketId,
    adopted: &AdoptMessage<'_>,
) -> Result<Adopted<MessageId>> {
    let row = store::lock(tx, ticket)?.ok_or_else(not_found)?;
    let mut remarks = Vec::new();
    let said = adopted.landed(tx.now(), &mut remarks);
    let id = store::insert_message(tx, ticket, &said)?;
    if !said.internal && row.version == 1 && said.at > row.updated_at {
        let from_staff = matches!(adopted.message.author, Author::Staff | Author::System);
        let state = if row.state == TicketState::Closed { row.state } else { TicketState::after_reply(from_staff) };
        store::move_on(tx, ticket, state, said.at)?;
    }
    landing.note(tx, "ticket_message", id.as_str(), Some(&row.customer_id));
    Ok(Adopted::new(id, remarks))
}

/// Takes a ticket out again, unless somebody changed it or wrote to it. `own` are the
/// messages that moved in.
///
/// # Errors
/// When the database fails.
pub fn remove_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &TicketId, own: &[MessageId]) -> Result<Removal> {
    let Some(row) = store::lock(tx, id)? else {
        return Ok(Removal::Gone);
    };
    let mut reasons = Vec::new();
    if row.version != 1 || row.external_reference.is_none() {
        reasons.push(KeptBecause::Changed);
    }
    if store::other_messages(tx, id, own)? > 0 {
        reasons.push(KeptBecause::Messages);
    }
    if let Some(kept) = Removal::kept(reasons) {
        return Ok(kept);
    }
    if !store::delete(tx, id)? {
        return Err(TicketRefusal::Changed.into());
    }
    landing.note(tx, "ticket_removed", id.as_str(), Some(&row.customer_id));
    Ok(Removal::Removed)
}

/// Takes a department out again that moved in, unless it was changed or has tickets.
///
/// # Errors
/// When the database fails.
pub fn remove_department_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &DepartmentId) -> Result<Removal> {
    match store::department(tx, id)? {
        None => Ok(Removal::Gone),
        Some((1, 0)) => {
            store::delete_department(tx, id)?;
            landing.note(tx, "department_removed", id.as_str(), None);
            Ok(Removal::Removed)
        }
        Some((1, _)) => Ok(Removal::Kept(vec![KeptBecause::Tickets])),
        Some(_) => Ok(Removal::Kept(vec![KeptBecause::Changed])),
    }
}
