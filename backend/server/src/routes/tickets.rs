//! Support conversations.

use hostwright_panel::tickets;

use crate::action;
use crate::registry::Endpoint;

/// The endpoints of this slice.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/departments" ListDepartments => tickets::queries::departments),
        action!(POST "/departments" CreateDepartment => tickets::commands::create_department),
        action!(GET "/tickets" ListTickets => tickets::queries::list),
        action!(POST "/tickets" OpenTicket => tickets::commands::open),
        action!(GET "/tickets/{ticket_id}" ShowTicket => tickets::queries::show),
        action!(POST "/tickets/{ticket_id}/replies" ReplyTicket => tickets::commands::reply),
        action!(POST "/tickets/{ticket_id}/notes" NoteTicket => tickets::commands::note),
        action!(POST "/tickets/{ticket_id}/assign" AssignTicket => tickets::commands::assign),
        action!(POST "/tickets/{ticket_id}/close" CloseTicket => tickets::commands::close),
        action!(FILE "/tickets/{ticket_id}/attachments/{attachment_id}" DownloadAttachment => tickets::queries::attachment),
    ]
}
