//! Departments and tickets.

use hostwright_importer::snapshot::{Department, Ticket, TicketMessage};

use super::{Arrivals, Ground, Landed, Place, land};
use crate::auth::adoption::Landing;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::tickets::adoption::{AdoptFile, AdoptMessage, AdoptTicket, adopt_department_in, adopt_in, adopt_message_in};
use crate::tickets::model::{DepartmentId, TicketId};

/// Lands a department; one of the same name is found.
pub(in crate::migration) fn department(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    place: Place<'_>,
    department: &Department,
) -> Result<Option<Landed>> {
    land(tx, on, place, |tx, landing| {
        let adopted = adopt_department_in(tx, landing, department)?;
        Ok(Landed::of("tickets", None, &adopted))
    })
}

/// The department of tickets whose own is not here: one that is called as the source.
pub(in crate::migration) fn fallback(tx: &mut Tx<'_>, ground: &Ground, landing: &Landing<'_>) -> Result<DepartmentId> {
    let told = Department { name: ground.source.settings.name.clone(), ..Department::default() };
    Ok(adopt_department_in(tx, landing, &told)?.id)
}

/// Lands a ticket with its messages; their ids follow in their order.
pub(in crate::migration) fn ticket(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    department: DepartmentId,
    ticket: &Ticket,
    messages: &[TicketMessage],
) -> Result<(Landed, Vec<String>)> {
    let said: Vec<AdoptMessage<'_>> = messages.iter().map(message).collect();
    let adopted = AdoptTicket { customer_id, department, ticket, messages: &said, assigned_to: None };
    let (adopted, ids) = adopt_in(tx, landing, &adopted)?;
    let landed = Landed::of("tickets", Some(customer_id), &adopted);
    Ok((landed, ids.iter().map(ToString::to_string).collect()))
}

/// Lands a message of a ticket that is here.
pub(in crate::migration) fn later_message(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    ticket: &str,
    told: &TicketMessage,
) -> Result<Landed> {
    let ticket: TicketId = ticket.parse().map_err(Error::internal)?;
    let adopted = adopt_message_in(tx, landing, &ticket, &message(told))?;
    Ok(Landed::of("tickets", Some(customer_id), &adopted))
}

/// The bytes of attached files are not in the snapshot: their names are kept and told.
fn message(told: &TicketMessage) -> AdoptMessage<'_> {
    let files = told.attachments.iter().map(|file| AdoptFile { name: file.name.clone(), content: None }).collect();
    AdoptMessage { message: told, author: None, files }
}
