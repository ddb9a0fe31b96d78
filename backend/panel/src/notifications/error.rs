//! What notifications refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum MailRefusal {
        /// It is queued or being sent.
        OnItsWay = "mails.on_its_way", Conflict;
        /// Its one-time link was dropped when it was sent.
        LinkGone = "mails.link_gone", Conflict;
        /// The recipient got many mails of this kind within the hour.
        TooMany = "mails.too_many", TooMany;
    }
}
