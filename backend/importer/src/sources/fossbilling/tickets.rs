//! Support: tickets of clients, of strangers, and their messages.

use super::Tables;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{Attachment, Author, Department, GapKind, Kind, Ticket, TicketMessage};
use crate::sources::tables::{Fate, Fields, Out};

/// The columns of one kind of message.
struct Columns {
    prefix: &'static str,
    ticket: &'static str,
    text: &'static str,
    is_internal: bool,
}

impl Tables {
    pub(super) fn department(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Department, "id");
        let department = Department {
            id: f.id().to_owned(),
            name: f.text("name").unwrap_or_else(|| format!("department {}", f.id())),
            email: f.text("email"),
            is_hidden: false,
            extra: f.rest(),
        };
        out.record(f, department)
    }

    pub(super) fn ticket(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Ticket, "id");
        let party = self.party(&mut f, "client_id");
        let department = f.reference("support_helpdesk_id");
        if department.as_ref().is_some_and(|department| !self.look.departments.contains(department)) {
            f.gap(GapKind::Dangling, "support_helpdesk_id", "there is no such helpdesk");
        }
        let is_of_order = f.text("rel_type").is_some_and(|kind| kind == "order");
        let subscription = if is_of_order { f.reference("rel_id") } else { None };
        if subscription.as_ref().is_some_and(|order| !self.look.orders.contains(order)) {
            f.gap(GapKind::Dangling, "rel_id", "there is no such order");
        }
        // The page's own key of a stranger's ticket: worth nothing here.
        f.known(&["access_hash"]);
        let status = f.string("status");
        let ticket = Ticket {
            id: f.id().to_owned(),
            party,
            email: f.text("author_email"),
            name: f.text("author_name"),
            department,
            subject: f.text("subject").unwrap_or_default(),
            is_closed: status == "closed",
            status,
            priority: f.text("priority"),
            subscription,
            opened: f.moment("created_at", &out.zone),
            updated: f.moment("updated_at", &out.zone),
            extra: f.rest(),
            ..Ticket::default()
        };
        out.record(f, ticket)
    }

    pub(super) fn public_ticket(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Ticket, "id").prefixed("public-");
        f.known(&["hash"]);
        let status = f.string("status");
        let ticket = Ticket {
            id: f.id().to_owned(),
            email: f.text("author_email"),
            name: f.text("author_name"),
            subject: f.text("subject").unwrap_or_default(),
            is_closed: status == "closed",
            status,
            opened: f.moment("created_at", &out.zone),
            updated: f.moment("updated_at", &out.zone),
            extra: f.rest(),
            ..Ticket::default()
        };
        out.record(f, ticket)
    }

    pub(super) fn message(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let columns = Columns { prefix: "", ticket: "support_ticket_id", text: "content", is_internal: false };
        self.any_message(row, out, &columns)
    }

    pub(super) fn note(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let columns = Columns { prefix: "note-", ticket: "support_ticket_id", text: "note", is_internal: true };
        self.any_message(row, out, &columns)
    }

    pub(super) fn public_message(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let columns = Columns { prefix: "public-", ticket: "support_p_ticket_id", text: "content", is_internal: false };
        self.any_message(row, out, &columns)
    }

    fn any_message(&mut self, row: &Row, out: &mut Out<'_>, columns: &Columns) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::TicketMessage, "id").prefixed(columns.prefix);
        let Some(ticket) = f.reference(columns.ticket) else {
            return Ok(out.skip(&f, "a message of no ticket"));
        };
        let is_public = columns.prefix == "public-";
        let tickets = if is_public { &self.look.public_tickets } else { &self.look.tickets };
        if !tickets.contains(&ticket) {
            f.gap(GapKind::Dangling, columns.ticket, "there is no such ticket");
        }
        let admin = f.reference("admin_id");
        f.known(&["client_id", "updated_at"]);
        let mut attachments = Vec::new();
        if let Some(name) = f.text("attachment") {
            f.gap(GapKind::FactLost, "attachment", "the file is not part of the dump");
            attachments.push(Attachment { name, size: None, media_type: None, content: None });
        }
        let message = TicketMessage {
            id: f.id().to_owned(),
            ticket: if is_public { format!("public-{ticket}") } else { ticket },
            author: if admin.is_some() || columns.is_internal { Author::Staff } else { Author::Customer },
            name: admin.map(|admin| format!("staff {admin}")),
            email: None,
            at: f.moment("created_at", &out.zone),
            text: f.text(columns.text).unwrap_or_default(),
            is_internal: columns.is_internal,
            attachments,
        };
        out.record(f, message)
    }
}
