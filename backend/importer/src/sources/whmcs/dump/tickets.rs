//! Support: departments, tickets, replies, notes, and the files of all three.

use std::path::Path;

use super::Dump;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::Content;
use crate::snapshot::{Attachment, Author, Department, GapKind, Kind, Ticket, TicketMessage};
use crate::sources::tables::{Fate, Fields, Out};

impl Dump {
    pub(super) fn department(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Department, "id");
        f.lost("password", "the mailbox of a department gets a new password");
        let department = Department {
            id: f.id().to_owned(),
            name: f.words("name").unwrap_or_else(|| format!("department {}", f.id())),
            email: f.text("email"),
            is_hidden: f.flag("hidden"),
            extra: f.rest(),
        };
        out.record(f, department)
    }

    /// A ticket; its row also holds its first message.
    pub(super) fn ticket(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Ticket, "id");
        let id = f.id().to_owned();
        if id.is_empty() || out.has(Kind::Ticket, &id) {
            // The first message must not be taken for the one of another ticket.
            return out.record(f, Ticket { id, ..Ticket::default() });
        }
        let party = self.party(&mut f, "userid");
        let department = f.reference("did");
        if department.as_ref().is_some_and(|department| !self.look.departments.contains(department)) {
            f.gap(GapKind::Dangling, "did", "there is no such department");
        }
        let merged_into = f.reference("merged_ticket_id");
        if merged_into.as_ref().is_some_and(|ticket| !self.look.tickets.contains(ticket)) {
            f.gap(GapKind::Dangling, "merged_ticket_id", "there is no such ticket");
        }
        let status = f.words("status").unwrap_or_default();
        let known = self.look.states.get(&status.to_ascii_lowercase()).copied();
        let is_closed = known.unwrap_or_else(|| status.eq_ignore_ascii_case("closed"));
        let subscription = self.about(&mut f);
        self.custom_fields(&mut f, "support", &id)?;
        let opened = f.moment("date", &out.zone);
        let (name, email) = (f.words("name"), f.text("email"));
        let admin = f.words("admin");
        let attachments = self.attachments(&mut f);
        let message = TicketMessage {
            id: format!("ticket-{id}"),
            ticket: id.clone(),
            author: if admin.is_some() { Author::Staff } else { Author::Customer },
            name: admin.or_else(|| name.clone()),
            email: email.clone(),
            at: opened,
            text: f.words("message").unwrap_or_default(),
            is_internal: false,
            attachments,
        };
        f.known(&["c"]);
        let ticket = Ticket {
            id,
            number: f.text("tid"),
            email: email.filter(|_| party.is_none()),
            name: name.filter(|_| party.is_none()),
            party,
            department,
            subject: f.words("title").unwrap_or_default(),
            status,
            is_closed,
            priority: f.text("urgency"),
            subscription,
            assigned_to: f.reference("flag"),
            merged_into,
            opened,
            updated: f.moment("lastreply", &out.zone),
            extra: f.rest(),
        };
        let fate = out.record(f, ticket)?;
        out.made(message)?;
        Ok(fate)
    }

    /// `S12` is a service, `D7` a domain; anything else is kept as it is.
    fn about(&self, f: &mut Fields<'_>) -> Option<String> {
        let service = f.text("service")?;
        let number = service.trim().strip_prefix(['S', 's']).filter(|number| self.look.services.contains(number));
        if number.is_none() {
            f.keep("service", service.clone());
        }
        number.map(str::to_owned)
    }

    pub(super) fn reply(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        self.message(row, out, "reply-", "tid", "message", false)
    }

    pub(super) fn note(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        self.message(row, out, "note-", "ticketid", "message", true)
    }

    fn message(
        &mut self,
        row: &Row,
        out: &mut Out<'_>,
        prefix: &str,
        ticket: &str,
        text: &str,
        is_internal: bool,
    ) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::TicketMessage, "id").prefixed(prefix);
        let Some(ticket_id) = f.reference(ticket) else {
            return Ok(out.skip(&f, "a message of no ticket"));
        };
        if !self.look.tickets.contains(&ticket_id) {
            f.gap(GapKind::Dangling, ticket, "there is no such ticket");
        }
        let admin = f.words("admin");
        let attachments = self.attachments(&mut f);
        // The ticket knows its client.
        f.known(&["userid"]);
        let message = TicketMessage {
            id: f.id().to_owned(),
            ticket: ticket_id,
            author: if admin.is_some() { Author::Staff } else { Author::Customer },
            name: admin.or_else(|| f.words("name")),
            email: f.text("email"),
            at: f.moment("date", &out.zone),
            text: f.words(text).unwrap_or_default(),
            is_internal,
            attachments,
        };
        out.record(f, message)
    }

    /// Files are named `NNN_name`, joined by bars; they lie in the attachments folder.
    fn attachments(&self, f: &mut Fields<'_>) -> Vec<Attachment> {
        let Some(names) = f.words("attachment") else { return Vec::new() };
        let removed = f.flag("attachments_removed");
        let mut found = Vec::new();
        for stored in names.split('|').map(str::trim).filter(|name| !name.is_empty()) {
            let (number, name) = stored.split_once('_').unwrap_or(("", stored));
            let is_numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let name = if is_numbered && !name.is_empty() { name } else { stored };
            let mut attachment = Attachment { name: name.to_owned(), size: None, media_type: None, content: None };
            match (&self.attachments, removed) {
                (_, true) => f.gap(GapKind::FactLost, "attachment", "the source has removed the file"),
                (None, _) => f.gap(GapKind::FactLost, "attachment", "the folder of attachments was not given"),
                (Some(folder), _) => match size_of(folder, stored) {
                    Some(size) => {
                        attachment.size = Some(size);
                        let container = folder.display().to_string();
                        attachment.content = Some(Content { container, path: stored.to_owned() });
                    }
                    None => f.gap(GapKind::Dangling, "attachment", "the file is not in the folder of attachments"),
                },
            }
            found.push(attachment);
        }
        found
    }
}

/// The size of a plain file directly in the folder. Names that lead elsewhere lead nowhere.
fn size_of(folder: &Path, name: &str) -> Option<u64> {
    if name.contains(['/', '\\', '\0']) || name == ".." || name == "." {
        return None;
    }
    let found = std::fs::symlink_metadata(folder.join(name)).ok()?;
    found.is_file().then(|| found.len())
}
