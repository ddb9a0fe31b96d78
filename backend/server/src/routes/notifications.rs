//! Outgoing mail, for staff.

use hostwright_panel::notifications;

use crate::action;
use crate::registry::Endpoint;

/// The endpoints of this slice.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/mails" ListMails => notifications::queries::list),
        action!(GET "/mails/{mail_id}" ShowMail => notifications::queries::show),
        action!(POST "/mails/{mail_id}/resend" ResendMail => notifications::commands::resend),
    ]
}
