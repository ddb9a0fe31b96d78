//! Hands queued mails to the mail server: one job for each mail.

use std::sync::Arc;
use std::time::Duration;

use super::letters::model::{linked_html, linked_text, url};
use super::model::{Fault, LINK_PURPOSE, MailId, MailState, SENDER_NAME, TRIES_MAX};
use super::ports::{InvoiceFile, Letter, MailTransport, SendFailure};
use super::store::{self, MailRow};
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::secrets::Vault;
use crate::platform::settings;
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// The kind of the job that sends one mail; its subject is the mail's id.
pub const SEND: &str = "notifications.send";
/// How long one mail server may take for one mail.
const PATIENCE: Duration = Duration::from_secs(120);
/// The sender's name until one was set.
const DEFAULT_SENDER: &str = "Hostwright";

/// Sends mails through the port.
pub struct SendMails {
    /// Opens the tokens of one-time links.
    pub vault: Vault,
    /// Where people reach the panel, without a slash at the end.
    pub public_url: Arc<str>,
    /// The way out.
    pub transport: Arc<dyn MailTransport>,
    /// Makes attached invoices.
    pub invoice_file: InvoiceFile,
}

impl Handler for SendMails {
    fn kind(&self) -> &'static str {
        SEND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.send(run))
    }
}

/// What a claim may do with a mail.
enum Taken {
    /// Send it.
    Yes {
        /// Whether an earlier attempt may have sent it.
        unsure: bool,
    },
    /// Nothing: it is not ours to send any more.
    No,
}

impl SendMails {
    async fn send(&self, run: &Run) -> Result<Outcome> {
        let id: MailId = run.job.subject.parse().map_err(Error::internal)?;
        let wanted = id.clone();
        let Some((mail, sender_name)) = run
            .db
            .read(move |tx| {
                let mail = store::load(tx, &wanted)?;
                let name: Option<String> = settings::get(tx, SENDER_NAME)?;
                Ok(mail.map(|mail| (mail, name.unwrap_or_else(|| DEFAULT_SENDER.to_owned()))))
            })
            .await?
        else {
            return Ok(Outcome::Done);
        };
        if !matches!(mail.state, MailState::Queued | MailState::Sending) {
            return Ok(Outcome::Done);
        }
        // Written before it is taken: what fails here leaves it queued.
        let Some(letter) = self.letter(run, &mail, sender_name).await? else {
            return Ok(Outcome::Done);
        };
        let claim = format!("{}/{}", run.job.id, run.job.attempt);
        let Taken::Yes { unsure } = self.take(run, &id, &claim).await? else {
            return Ok(Outcome::Done);
        };
        run.step(
            "hand_over",
            self.hand_over(run, &id, &claim, &letter, mail.tries, unsure),
        )
        .await
    }

    /// The mail with its link and files, or none when it can never be written.
    async fn letter(&self, run: &Run, mail: &MailRow, sender_name: String) -> Result<Option<Letter>> {
        let token = match (&mail.link_sealed, mail.kind.is_one_time()) {
            (Some(sealed), true) => match self.vault.open(LINK_PURPOSE, sealed) {
                Ok(token) => Some(token),
                Err(_does_not_open) => return self.never(run, mail).await,
            },
            (None, true) => return self.never(run, mail).await,
            (_, false) => None,
        };
        let link = mail
            .link_path
            .as_deref()
            .map(|path| {
                let token = token.as_ref().map(|token| token.as_str());
                url(&self.public_url, path, mail.kind.is_one_time(), token)
            })
            .unwrap_or_default();
        let files = match &mail.attached_invoice_id {
            Some(invoice) => vec![(self.invoice_file)(invoice.clone()).await?],
            None => Vec::new(),
        };
        Ok(Some(Letter {
            id: mail.id.clone(),
            sender_name,
            to: mail.recipient.clone(),
            subject: mail.subject.clone(),
            text: linked_text(&mail.text_body, &link),
            html: linked_html(&mail.html_body, &link),
            files,
        }))
    }

    async fn never(&self, run: &Run, mail: &MailRow) -> Result<Option<Letter>> {
        let id = mail.id.clone();
        run.db.write(move |tx| store::fail_open(tx, &id, Fault::Link)).await?;
        Ok(None)
    }

    /// Takes the mail, while this job's lease holds.
    async fn take(&self, run: &Run, id: &MailId, claim: &str) -> Result<Taken> {
        let (job, id, claim) = (run.job.clone(), id.clone(), claim.to_owned());
        run.db
            .write(move |tx| {
                if !jobs::renew(tx, &job)? {
                    return Err(Error::internal("the lease of this job was lost"));
                }
                if store::take(tx, &id, &claim)? {
                    let unsure = store::load(tx, &id)?.is_some_and(|mail| mail.unsure);
                    return Ok(Taken::Yes { unsure });
                }
                if store::take_over(tx, &id, &claim)? {
                    return Ok(Taken::Yes { unsure: true });
                }
                store::give_up_stranded(tx, &id, &claim)?;
                Ok(Taken::No)
            })
            .await
    }

    /// Sends the letter and records what became of it.
    async fn hand_over(
        &self,
        run: &Run,
        id: &MailId,
        claim: &str,
        letter: &Letter,
        tries: i64,
        unsure: bool,
    ) -> Result<(Outcome, String)> {
        let outcome = match tokio::time::timeout(PATIENCE, self.transport.send(letter)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(SendFailure::Unknown("the mail server took too long".to_owned())),
        };
        let Err(failure) = outcome else {
            let (id, claim) = (id.clone(), claim.to_owned());
            run.db.write(move |tx| store::sent(tx, &id, &claim)).await?;
            return Ok((Outcome::Done, "the mail server took it".to_owned()));
        };
        let (state, unsure, words) = after(failure, tries.saturating_add(1), unsure);
        let (mail, claim, reason) = (id.clone(), claim.to_owned(), words.clone());
        run.db
            .write(move |tx| store::not_sent(tx, &mail, &claim, state, unsure, &reason))
            .await?;
        if state == MailState::Queued {
            Err(Error::Unavailable(words))
        } else {
            Ok((Outcome::Done, words))
        }
    }
}

/// What becomes of a mail after its `tries`-th try failed: its state, whether
/// it may have gone out, and the reason to keep.
pub(super) fn after(failure: SendFailure, tries: i64, unsure: bool) -> (MailState, bool, String) {
    let given_up = tries >= TRIES_MAX;
    match failure {
        SendFailure::Refused(words) => (MailState::Failed, unsure, kept(&words)),
        SendFailure::Later(words) if given_up => (MailState::Failed, unsure, kept(&words)),
        SendFailure::Later(words) => (MailState::Queued, unsure, kept(&words)),
        SendFailure::Unknown(_) if unsure => (MailState::Failed, true, Fault::Unsure.as_str().to_owned()),
        SendFailure::Unknown(words) => (MailState::Queued, true, kept(&words)),
    }
}

/// A server's words as we keep them: one line of at most 500 characters.
fn kept(words: &str) -> String {
    let spaced: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.chars().take(500).collect::<String>().trim().to_owned()
}
