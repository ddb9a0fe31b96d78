//! Rows of tickets. What belongs to a customer is reached with a [`Scope`], in
//! the same predicate; internal notes are left out here, for every reader who
//! is not staff.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use hostwright_kernel::Instant;

use super::attachments::model::{AttachmentId, AttachmentView, NewFile};
use super::model::{
    DepartmentId, DepartmentState, DepartmentView, MessageId, MessageView, NewDepartment, Notice, Priority, TicketId,
    TicketState, TicketView,
};
use super::queries::ListTickets;
use crate::auth::call::Scope;
use crate::only_of;
use crate::platform::download::Download;
use crate::platform::error::Result;
use crate::platform::schema::{customers, departments, people, servers, ticket_attachments, ticket_messages, tickets};
use crate::platform::{ListInput, Paged, Tx};

diesel::define_sql_function! {
    /// Lower case, as far as the engine knows letters.
    fn lower(text: Text) -> Text;
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tickets)]
pub struct TicketRow {
    pub id: TicketId,
    pub number: i64,
    pub customer_id: String,
    pub department_id: DepartmentId,
    pub server_id: Option<String>,
    pub subject: String,
    pub state: TicketState,
    pub priority: Priority,
    pub opened_by: String,
    pub assigned_to: Option<String>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub version: i64,
    pub external_reference: Option<String>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = ticket_messages)]
pub struct MessageRow {
    pub id: MessageId,
    pub ticket_id: TicketId,
    pub author_id: String,
    pub author_name: String,
    pub from_staff: bool,
    pub internal: bool,
    pub body: String,
    pub created_at: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = departments)]
struct DepartmentRow {
    id: DepartmentId,
    name: String,
    email: String,
    state: DepartmentState,
    created_at: Instant,
}

/// Whether the reader sees what only staff may see.
fn is_staff(scope: &Scope) -> bool {
    scope.customers().is_none()
}

/// The customers to compare with, and whether the comparison matters at all.
fn reach(scope: &Scope) -> (Vec<String>, bool) {
    match scope.customers() {
        Some(ids) => (ids.to_vec(), false),
        None => (Vec::new(), true),
    }
}

/// `customer_id` is within the scope, as a predicate on tickets.
macro_rules! in_scope {
    ($scope:expr) => {{
        let (customers, everything) = reach($scope);
        tickets::customer_id.eq_any(customers).or(everything.into_sql::<Bool>())
    }};
}

pub fn insert_department(tx: &mut Tx<'_>, id: &DepartmentId, department: &NewDepartment) -> Result<bool> {
    let row = (
        departments::id.eq(id),
        departments::name.eq(department.name()),
        departments::email.eq(department.email()),
        departments::state.eq(DepartmentState::Active),
        departments::created_at.eq(tx.now()),
        departments::version.eq(1_i64),
    );
    // Asked by the index, without an error that would end the transaction.
    let rows = crate::on_each!(tx.conn, |conn| diesel::insert_into(departments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

pub fn department(tx: &mut Tx<'_>, scope: &Scope, id: &DepartmentId) -> Result<Option<DepartmentView>> {
    let row = departments::table.find(id).select(DepartmentRow::as_select()).first(tx.conn).optional()?;
    Ok(row.map(|row| department_view(row, scope)))
}

pub fn departments(tx: &mut Tx<'_>, scope: &Scope, input: &ListInput) -> Result<Paged<DepartmentView>> {
    let mut query =
        departments::table.select(DepartmentRow::as_select()).order(departments::id).limit(input.fetch()).into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(departments::id.gt(after.clone()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(departments::state.eq(state.to_owned()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(lower(departments::name).like(pattern).escape('\\'));
    }
    let rows = query.load(tx.conn)?;
    Ok(Paged::cut(rows, input, |row: &DepartmentRow| row.id.to_string()).map(|row| department_view(row, scope)))
}

fn department_view(row: DepartmentRow, scope: &Scope) -> DepartmentView {
    DepartmentView {
        email: Some(row.email).filter(|email| is_staff(scope) && !email.is_empty()),
        id: row.id,
        name: row.name,
        state: row.state,
        created_at: row.created_at,
    }
}

/// Whether the server is this customer's.
pub fn server_belongs(tx: &mut Tx<'_>, server_id: &str, customer_id: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        servers::table.filter(servers::id.eq(server_id)).filter(servers::customer_id.eq(customer_id)),
    ))
    .get_result(tx.conn)?)
}

pub fn insert(tx: &mut Tx<'_>, row: &TicketRow) -> Result<()> {
    diesel::insert_into(tickets::table).values(row.clone()).execute(tx.conn)?;
    Ok(())
}

pub fn insert_message(tx: &mut Tx<'_>, row: &MessageRow, files: &[NewFile]) -> Result<()> {
    diesel::insert_into(ticket_messages::table).values(row.clone()).execute(tx.conn)?;
    for file in files {
        diesel::insert_into(ticket_attachments::table)
            .values((
                ticket_attachments::id.eq(AttachmentId::new()),
                ticket_attachments::ticket_id.eq(&row.ticket_id),
                ticket_attachments::message_id.eq(&row.id),
                ticket_attachments::name.eq(&file.name),
                ticket_attachments::content_type.eq(file.content_type),
                ticket_attachments::size_bytes.eq(i64::try_from(file.content.len()).unwrap_or(i64::MAX)),
                ticket_attachments::sha256.eq(&file.sha256),
                ticket_attachments::content.eq(&file.content),
                ticket_attachments::created_at.eq(row.created_at),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Locks the ticket until the transaction ends, so that limits counted after
/// it hold; whose it is, or none when it cannot be reached.
pub fn lock(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId) -> Result<Option<String>> {
    let owner = crate::locking!(
        &mut *tx.conn,
        tickets::table.filter(tickets::id.eq(id)).filter(in_scope!(scope)).select(tickets::customer_id),
        first::<String>
    );
    Ok(owner.optional()?)
}

/// Sets whose turn it is after a message; false when it cannot be reached.
pub fn set_state(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId, state: TicketState) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(tickets::table.filter(tickets::id.eq(id)).filter(in_scope!(scope)))
        .set((tickets::state.eq(state), tickets::updated_at.eq(now), tickets::version.eq(tickets::version + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Closes a ticket that is not closed; false when it is, or cannot be reached.
pub fn close(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId) -> Result<bool> {
    let now = tx.now();
    let open = tickets::table
        .filter(tickets::id.eq(id))
        .filter(in_scope!(scope))
        .filter(tickets::state.ne(TicketState::Closed));
    let rows = diesel::update(open)
        .set((
            tickets::state.eq(TicketState::Closed),
            tickets::updated_at.eq(now),
            tickets::version.eq(tickets::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Writes assignee, priority and department of a ticket still at `version`;
/// what the customer sees as its last change stays.
pub fn assign(tx: &mut Tx<'_>, scope: &Scope, row: &TicketRow) -> Result<bool> {
    let believed = tickets::table
        .filter(tickets::id.eq(&row.id))
        .filter(in_scope!(scope))
        .filter(tickets::version.eq(row.version));
    let rows = diesel::update(believed)
        .set((
            tickets::assigned_to.eq(&row.assigned_to),
            tickets::priority.eq(row.priority),
            tickets::department_id.eq(&row.department_id),
            tickets::version.eq(tickets::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

pub fn load(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId) -> Result<Option<TicketRow>> {
    Ok(tickets::table
        .filter(tickets::id.eq(id))
        .filter(in_scope!(scope))
        .select(TicketRow::as_select())
        .first(tx.conn)
        .optional()?)
}

/// Messages of a ticket, notes included, and the bytes of its files.
pub fn weight(tx: &mut Tx<'_>, id: &TicketId) -> Result<(i64, i64)> {
    let messages = ticket_messages::table.filter(ticket_messages::ticket_id.eq(id)).count().get_result(tx.conn)?;
    let bytes = ticket_attachments::table
        .filter(ticket_attachments::ticket_id.eq(id))
        .select(diesel::dsl::sql::<diesel::sql_types::BigInt>("CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)"))
        .first(tx.conn)?;
    Ok((messages, bytes))
}

/// Tickets that people of this customer opened since `since`.
pub fn opened_since(tx: &mut Tx<'_>, customer_id: &str, since: Instant) -> Result<i64> {
    Ok(tickets::table
        .filter(tickets::customer_id.eq(customer_id))
        .filter(tickets::created_at.ge(since))
        .count()
        .get_result(tx.conn)?)
}

/// Messages of this ticket's customer since `since`.
pub fn written_since(tx: &mut Tx<'_>, id: &TicketId, since: Instant) -> Result<i64> {
    Ok(ticket_messages::table
        .filter(ticket_messages::ticket_id.eq(id))
        .filter(ticket_messages::from_staff.eq(false))
        .filter(ticket_messages::created_at.ge(since))
        .count()
        .get_result(tx.conn)?)
}

pub fn view(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId) -> Result<Option<TicketView>> {
    let found: Option<Joined> = tickets::table
        .inner_join(departments::table)
        .inner_join(customers::table)
        .left_join(people::table.on(people::id.nullable().eq(tickets::assigned_to)))
        .filter(tickets::id.eq(id))
        .filter(in_scope!(scope))
        .select((TicketRow::as_select(), departments::name, customers::name, people::name.nullable()))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|joined| ticket_view(joined, scope)))
}

type Joined = (TicketRow, String, String, Option<String>);

/// Tickets, the one with the latest change first.
pub fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListTickets) -> Result<Paged<TicketView>> {
    let paging = input.paging();
    let mut query = tickets::table
        .inner_join(departments::table)
        .inner_join(customers::table)
        .left_join(people::table.on(people::id.nullable().eq(tickets::assigned_to)))
        .select((TicketRow::as_select(), departments::name, customers::name, people::name.nullable()))
        .order((tickets::updated_at.desc(), tickets::id.desc()))
        .limit(paging.fetch())
        .into_boxed();
    if let Some(customers) = scope.customers() {
        only_of!(query, tickets::customer_id, customers);
    }
    if let Some((moment, id)) = input.after_key()? {
        query = query.filter(tickets::updated_at.lt(moment).or(tickets::updated_at.eq(moment).and(tickets::id.lt(id))));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(tickets::customer_id.eq(customer.clone()));
    }
    if let Some(state) = input.state {
        query = query.filter(tickets::state.eq(state));
    }
    if let Some(department) = &input.department_id {
        query = query.filter(tickets::department_id.eq(department.clone()));
    }
    if let Some(server) = &input.server_id {
        query = query.filter(tickets::server_id.eq(server.clone()));
    }
    if let Some(assignee) = input.assigned_to.as_ref().filter(|_| is_staff(scope)) {
        query = query.filter(tickets::assigned_to.eq(assignee.clone()));
    }
    if let Some(pattern) = paging.pattern() {
        let number = input.searched_number().unwrap_or_default();
        query = query.filter(lower(tickets::subject).like(pattern).escape('\\').or(tickets::number.eq(number)).or(
            diesel::BoolExpressionMethods::and(
                tickets::external_reference.is_not_null(),
                tickets::external_reference.assume_not_null().eq(input.reference()),
            ),
        ));
    }
    let rows: Vec<Joined> = query.load(tx.conn)?;
    let page = Paged::cut(rows, &paging, |(row, ..)| ListTickets::key(row.updated_at, &row.id));
    Ok(page.map(|joined| ticket_view(joined, scope)))
}

fn ticket_view((row, department_name, customer_name, assigned_name): Joined, scope: &Scope) -> TicketView {
    TicketView {
        id: row.id,
        number: row.number,
        customer_id: row.customer_id,
        customer_name,
        department_id: row.department_id,
        department_name,
        server_id: row.server_id,
        subject: row.subject,
        state: row.state,
        priority: row.priority,
        assigned_to: row.assigned_to.filter(|_| is_staff(scope)),
        assigned_name: assigned_name.filter(|_| is_staff(scope)),
        created_at: row.created_at,
        updated_at: row.updated_at,
        external_reference: row.external_reference,
    }
}

/// What was said, oldest first; notes for staff only.
pub fn messages(tx: &mut Tx<'_>, scope: &Scope, id: &TicketId) -> Result<Vec<MessageView>> {
    let rows: Vec<MessageRow> = ticket_messages::table
        .inner_join(tickets::table)
        .filter(tickets::id.eq(id))
        .filter(in_scope!(scope))
        .filter(ticket_messages::internal.eq(false).or(is_staff(scope).into_sql::<Bool>()))
        .order(ticket_messages::id)
        .select(MessageRow::as_select())
        .load(tx.conn)?;
    let shown: Vec<MessageId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut files = files_of(tx, id, &shown)?;
    Ok(rows
        .into_iter()
        .map(|row| MessageView {
            attachments: files.extract_if(.., |(message, _)| *message == row.id).map(|(_, file)| file).collect(),
            // Somebody who moved in with their words only has no id.
            author_id: Some(row.author_id).filter(|id| !id.is_empty() && (is_staff(scope) || !row.from_staff)),
            id: row.id,
            author_name: row.author_name,
            from_staff: row.from_staff,
            internal: row.internal,
            body: row.body,
            created_at: row.created_at,
        })
        .collect())
}

/// Files of these messages, without their bytes.
fn files_of(tx: &mut Tx<'_>, id: &TicketId, messages: &[MessageId]) -> Result<Vec<(MessageId, AttachmentView)>> {
    type Row = (MessageId, AttachmentId, String, String, i64, String);
    let rows: Vec<Row> = ticket_attachments::table
        .filter(ticket_attachments::ticket_id.eq(id))
        .order(ticket_attachments::id)
        .select((
            ticket_attachments::message_id,
            ticket_attachments::id,
            ticket_attachments::name,
            ticket_attachments::content_type,
            ticket_attachments::size_bytes,
            ticket_attachments::sha256,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .filter(|(message, ..)| messages.contains(message))
        .map(|(message, id, name, content_type, size_bytes, sha256)| {
            (message, AttachmentView { id, name, content_type, size_bytes, sha256 })
        })
        .collect())
}

/// A file with its bytes and the checksum that it should have; one of a note
/// for staff only.
pub fn download(
    tx: &mut Tx<'_>,
    scope: &Scope,
    ticket_id: &TicketId,
    id: &AttachmentId,
) -> Result<Option<(Download, String)>> {
    type Row = (String, String, String, Vec<u8>);
    let row: Option<Row> = ticket_attachments::table
        .inner_join(tickets::table.on(tickets::id.eq(ticket_attachments::ticket_id)))
        .inner_join(ticket_messages::table.on(ticket_messages::id.eq(ticket_attachments::message_id)))
        .filter(ticket_attachments::id.eq(id))
        .filter(tickets::id.eq(ticket_id))
        .filter(in_scope!(scope))
        .filter(ticket_messages::internal.eq(false).or(is_staff(scope).into_sql::<Bool>()))
        .select((
            ticket_attachments::name,
            ticket_attachments::content_type,
            ticket_attachments::sha256,
            ticket_attachments::content,
        ))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(name, content_type, sha256, bytes)| {
        let file = Download { name, content_type, bytes };
        (file, sha256)
    }))
}

/// What a mail about this message says. No scope: only reactions ask, and they
/// decide by [`Notice::internal`] whom they may tell.
pub fn notice(tx: &mut Tx<'_>, ticket_id: &TicketId, message_id: &MessageId) -> Result<Option<Notice>> {
    type Row = (TicketRow, MessageRow, String, String, String);
    let row: Option<Row> = ticket_messages::table
        .inner_join(tickets::table.inner_join(departments::table).inner_join(customers::table))
        .filter(ticket_messages::id.eq(message_id))
        .filter(tickets::id.eq(ticket_id))
        .select((
            TicketRow::as_select(),
            MessageRow::as_select(),
            departments::name,
            departments::email,
            customers::name,
        ))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(ticket, message, department_name, email, customer_name)| Notice {
        ticket_id: ticket.id,
        number: ticket.number,
        subject: ticket.subject,
        customer_id: ticket.customer_id,
        customer_name,
        department_name,
        department_email: Some(email).filter(|email| !email.is_empty()),
        assigned_to: ticket.assigned_to,
        author_id: message.author_id,
        author_name: message.author_name,
        from_staff: message.from_staff,
        internal: message.internal,
        body: message.body,
    }))
}
