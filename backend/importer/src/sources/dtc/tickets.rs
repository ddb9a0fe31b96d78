//! Support: messages in linked lists; the first of each list is the ticket.

use super::Dtc;
use super::money::moment;
use crate::Refusal;
use crate::formats::sql_dump::{self, Declared, Event, Row};
use crate::snapshot::{Attachment, Author, Department, GapKind, Kind, Ticket, TicketMessage};
use crate::sources::Input;
use crate::sources::tables::{Fate, Fields, Out};

impl Dtc {
    pub(super) fn department(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Department, "id");
        let department = Department {
            id: f.id().to_owned(),
            name: f.text("catname").unwrap_or_else(|| format!("department {}", f.id())),
            extra: f.rest(),
            ..Department::default()
        };
        out.record(f, department)
    }

    pub(super) fn ticket_message(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::TicketMessage, "id");
        let id = f.id().to_owned();
        if id.is_empty() || out.has(Kind::TicketMessage, &id) {
            return out.record(f, TicketMessage { id, ..TicketMessage::default() });
        }
        let at = moment(&mut f, "date", "time", out);
        let (subject, email) = (f.string("subject"), f.text("customer_email"));
        let is_by_staff = f.string("admin_or_user") == "admin";
        let admin = f.text("admin_name");
        let login = f.text("adm_login");
        f.known(&["in_reply_of_id", "got_reply", "reply_id", "initial_ticket", "request_close"]);
        let first = self.look.first_message(&id);
        if first.is_none() {
            f.gap(
                GapKind::Dangling,
                "in_reply_of_id",
                "the first message of the thread is not there; it becomes a ticket of its own",
            );
        }
        let ticket_id = first.unwrap_or_else(|| id.clone());
        let department = f.reference("cat_id");
        let is_first = ticket_id == id;
        let hash = f.text("hash");
        let server = f.text("server_hostname");
        let is_closed = f.flag("closed");
        if is_first {
            if department.as_ref().is_some_and(|department| !self.look.departments.contains(department)) {
                f.gap(GapKind::Dangling, "cat_id", "there is no such category");
            }
            let party = login.as_ref().and_then(|login| self.look.party_of(login));
            if let (Some(_), None) = (&login, &party) {
                f.gap(GapKind::Dangling, "adm_login", "there is no such login");
            }
            let mut ticket = Ticket {
                id: id.clone(),
                number: hash,
                email: email.clone().filter(|_| party.is_none()),
                party,
                name: login.clone(),
                department,
                subject,
                status: if is_closed { "closed" } else { "open" }.to_owned(),
                is_closed,
                opened: at,
                ..Ticket::default()
            };
            ticket.extra.extend(
                server.map(|value| crate::snapshot::values::Extra { name: "server_hostname".to_owned(), value }),
            );
            out.made(ticket)?;
        } else if self.look.is_answer(&id) && is_closed {
            f.gap(GapKind::FactLost, "closed", "an answer that is marked as closed; the first message counts");
        }
        let attachments = self.attachments(&mut f, out.file())?;
        let message = TicketMessage {
            id,
            ticket: ticket_id,
            author: if is_by_staff { Author::Staff } else { Author::Customer },
            name: if is_by_staff { admin } else { login },
            email: email.filter(|_| !is_by_staff),
            at,
            text: f.text("text").unwrap_or_default(),
            is_internal: false,
            attachments,
        };
        out.record(f, message)
    }

    /// Files are rows of their own; their bytes stay in the dump until [`attachment`] asks.
    fn attachments(&mut self, f: &mut Fields<'_>, file: &str) -> Result<Vec<Attachment>, Refusal> {
        let Some(list) = f.text("attach") else { return Ok(Vec::new()) };
        let mut attachments = Vec::new();
        for id in list.split(['|', ',', ' ']).map(str::trim).filter(|id| !id.is_empty() && *id != "0") {
            let rows = self.look.attachments.take(id)?;
            if rows.is_empty() {
                f.gap(GapKind::Dangling, "attach", "there is no such file");
            }
            for facts in rows {
                let [name, media_type, size] = facts.as_slice() else { continue };
                attachments.push(Attachment {
                    name: name.clone(),
                    size: size.parse().ok(),
                    media_type: Some(media_type.clone()).filter(|kind| kind != "/"),
                    content: Some(crate::snapshot::values::Content {
                        container: file.to_owned(),
                        path: format!("tik_attach/{id}"),
                    }),
                });
            }
        }
        Ok(attachments)
    }
}

/// The bytes of a file of a ticket: row `id` of `tik_attach`, out of its hexadecimal text. In the
/// snapshot it is the content `tik_attach/ID` of the dump. The paths are dumps, not folders.
///
/// # Errors
/// Where the dump cannot be read.
pub fn attachment(input: &Input, id: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let mut found = None;
    for path in &input.paths {
        let name = path.display().to_string();
        sql_dump::read(path, &name, &input.limits, &mut Declared::default(), &mut |event| {
            if let Event::Row(row) = event
                && row.header.table == "tik_attach"
                && found.is_none()
            {
                let mut f = Fields::with_id(&row, Kind::TicketMessage, "id");
                if f.id() == id {
                    found = f.bytes("datahex").and_then(|hex| unhex(&hex));
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks(2)
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
            _ => None,
        })
        .collect()
}
