//! A mail transport that keeps what it is given.

use std::sync::Mutex;

use hostwright_panel::notifications::ports::{Delivery, MailTransport, OutgoingMail};
use hostwright_panel::platform::worker::BoxFuture;

/// Mails that were "sent".
#[derive(Default)]
pub struct Mailbox {
    mails: Mutex<Vec<OutgoingMail>>,
    answer: Mutex<Option<Delivery>>,
}

impl Mailbox {
    pub fn mails(&self) -> Vec<OutgoingMail> {
        self.mails.lock().unwrap().clone()
    }

    /// From now on every mail is answered so and not taken; or all are taken again.
    pub fn answer_with(&self, answer: Option<Delivery>) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Subjects in the order of sending.
    pub fn subjects(&self) -> Vec<String> {
        self.mails().into_iter().map(|mail| mail.subject).collect()
    }

    /// Mails to somebody, newest last.
    pub fn to(&self, recipient: &str) -> Vec<OutgoingMail> {
        self.mails().into_iter().filter(|mail| mail.to == recipient).collect()
    }
}

impl MailTransport for Mailbox {
    fn send<'a>(&'a self, letter: &'a OutgoingMail) -> BoxFuture<'a, Delivery> {
        Box::pin(async move {
            if let Some(answer) = self.answer.lock().unwrap().clone() {
                return answer;
            }
            self.mails.lock().unwrap().push(letter.clone());
            Delivery::Accepted(String::new())
        })
    }
}
