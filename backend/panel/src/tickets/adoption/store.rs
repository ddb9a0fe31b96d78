//! Rows of conversations that moved in.

use diesel::prelude::*;

use super::model::LandedMessage;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{departments, ticket_attachments, ticket_messages, tickets};
use crate::tickets::model::{DepartmentId, DepartmentState, MessageId, TicketId, TicketState};
use crate::tickets::store::{MessageRow, TicketRow};

pub(super) fn insert_message(tx: &mut Tx<'_>, ticket: &TicketId, message: &LandedMessage) -> Result<MessageId> {
    let row = MessageRow {
        id: MessageId::new(),
        ticket_id: ticket.clone(),
        author_id: message.author_id.clone(),
        author_name: message.author_name.clone(),
        from_staff: message.from_staff,
        internal: message.internal,
        body: message.body.clone(),
        created_at: message.at,
    };
    crate::tickets::store::insert_message(tx, &row, &message.files)?;
    Ok(row.id)
}

/// The department of this name.
pub(super) fn department_named(tx: &mut Tx<'_>, name: &str) -> Result<Option<DepartmentId>> {
    Ok(departments::table.filter(departments::name.eq(name)).select(departments::id).first(tx.conn).optional()?)
}

/// Takes no new tickets; it was just made.
pub(super) fn archive(tx: &mut Tx<'_>, id: &DepartmentId) -> Result<()> {
    diesel::update(departments::table.find(id))
        .set(departments::state.eq(DepartmentState::Archived))
        .execute(tx.conn)?;
    Ok(())
}

/// The version of a department and how many tickets it has; none when it is gone.
pub(super) fn department(tx: &mut Tx<'_>, id: &DepartmentId) -> Result<Option<(i64, i64)>> {
    let version: Option<i64> = departments::table.find(id).select(departments::version).first(tx.conn).optional()?;
    let Some(version) = version else {
        return Ok(None);
    };
    let count = tickets::table.filter(tickets::department_id.eq(id)).count().get_result(tx.conn)?;
    Ok(Some((version, count)))
}

pub(super) fn delete_department(tx: &mut Tx<'_>, id: &DepartmentId) -> Result<()> {
    diesel::delete(departments::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// A ticket, locked until the transaction ends.
pub(super) fn lock(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<TicketRow>> {
    let row =
        crate::locking!(&mut *tx.conn, tickets::table.find(id).select(TicketRow::as_select()), first::<TicketRow>);
    Ok(row.optional()?)
}

/// Sets whose turn it is and the last change of a ticket that still moves in; its
/// version stays, for nobody here changed it.
pub(super) fn move_on(
    tx: &mut Tx<'_>,
    id: &TicketId,
    state: TicketState,
    at: hostwright_kernel::Instant,
) -> Result<()> {
    diesel::update(tickets::table.find(id))
        .set((tickets::state.eq(state), tickets::updated_at.eq(at)))
        .execute(tx.conn)?;
    Ok(())
}

/// Messages of a ticket other than these.
pub(super) fn other_messages(tx: &mut Tx<'_>, id: &TicketId, own: &[MessageId]) -> Result<i64> {
    Ok(ticket_messages::table
        .filter(ticket_messages::ticket_id.eq(id))
        .filter(ticket_messages::id.ne_all(own.to_vec()))
        .count()
        .get_result(tx.conn)?)
}

/// Takes out a ticket as it came in.
pub(super) fn delete(tx: &mut Tx<'_>, id: &TicketId) -> Result<bool> {
    diesel::delete(ticket_attachments::table.filter(ticket_attachments::ticket_id.eq(id))).execute(tx.conn)?;
    diesel::delete(ticket_messages::table.filter(ticket_messages::ticket_id.eq(id))).execute(tx.conn)?;
    let rows = diesel::delete(tickets::table.find(id).filter(tickets::version.eq(1))).execute(tx.conn)?;
    Ok(rows == 1)
}
