//! What sending needs from outside.

use std::sync::Arc;

use super::model::MailId;
use crate::platform::download::Download;
use crate::platform::error::Result;
use crate::platform::worker::BoxFuture;

/// A mail with everything in place, its link in clear: never to be logged.
#[derive(Clone)]
pub struct OutgoingMail {
    /// The mail; its Message-ID is made from it.
    pub id: MailId,
    /// The sender's mail address.
    pub from: String,
    /// Shown as the sender's name.
    pub from_name: String,
    /// One mail address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Attached files.
    pub files: Vec<Download>,
}

// It may carry a one-time link.
impl std::fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingMail").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a mail. The words are the server's, where it spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server took it.
    Accepted(String),
    /// The server will never take this mail.
    Refused(String),
    /// Not now; it was certainly not taken.
    Later(String),
    /// The mail was handed over and no answer came: it may have been taken.
    Unknown(String),
}

/// Hands mails to the outside world.
pub trait MailTransport: Send + Sync {
    /// Hands over one mail, to one recipient.
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Delivery>;
}

/// Makes the PDF of an issued invoice by its id.
pub type InvoiceFile = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Download>> + Send + Sync>;
