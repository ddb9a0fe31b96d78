//! Hands queued mails to the mail server: one job for each mail.

use std::sync::Arc;
use std::time::Duration;

use super::letters::model::{linked_html, linked_text, url};
use super::model::{After, Fault, MailId, MailState, SENDER_NAME};
use super::ports::{Delivery, InvoiceFile, MailTransport, OutgoingMail};
use super::store::{self, MailRow};
use crate::auth::call::Call;
use crate::auth::links;
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::settings;
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// The kind of the job that sends one mail; its subject is the mail's id.
pub const SEND: &str = "notifications.send";
/// How long one mail server may take for one mail.
const PATIENCE: Duration = Duration::from_secs(120);
/// The sender's name until one was set.
const DEFAULT_SENDER: &str = "Hostwright";

/// Sends mails through the port.
pub struct SendHandler {
    /// Opens the tokens of one-time links and knows the panel's address.
    call: Call,
    transport: Arc<dyn MailTransport>,
    invoice_file: InvoiceFile,
    from: String,
}

impl Handler for SendHandler {
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

impl SendHandler {
    /// Sends through `transport`, from the address `from`; `invoice_file` makes
    /// the PDF of invoices that are attached.
    #[must_use]
    pub fn new(call: Call, transport: Arc<dyn MailTransport>, invoice_file: InvoiceFile, from: String) -> Self {
        Self { call, transport, invoice_file, from }
    }

    async fn send(&self, run: &Run) -> Result<Outcome> {
        let id: MailId = run.job.subject.parse().map_err(Error::internal)?;
        let wanted = id.clone();
        let Some((mail, from_name)) = run
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
        let Some(outgoing) = self.outgoing(run, &mail, from_name).await? else {
            return Ok(Outcome::Done);
        };
        let claim = format!("{}/{}", run.job.id, run.job.attempt);
        let Taken::Yes { unsure } = self.take(run, &id, &claim).await? else {
            return Ok(Outcome::Done);
        };
        run.step("hand_over", self.hand_over(run, &claim, &outgoing, mail.tries, unsure)).await
    }

    /// The mail with its link and files, or none when it can never be written.
    async fn outgoing(&self, run: &Run, mail: &MailRow, from_name: String) -> Result<Option<OutgoingMail>> {
        let token = match (&mail.link_sealed, mail.kind.is_one_time()) {
            (Some(sealed), true) => match links::open_token(&self.call.vault, sealed) {
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
                url(&self.call.public_url, path, mail.kind.is_one_time(), token)
            })
            .unwrap_or_default();
        let files = match &mail.attached_invoice_id {
            Some(invoice) => vec![(self.invoice_file)(invoice.clone()).await?],
            None => Vec::new(),
        };
        Ok(Some(OutgoingMail {
            id: mail.id.clone(),
            from: self.from.clone(),
            from_name,
            to: mail.recipient.clone(),
            subject: mail.subject.clone(),
            text: linked_text(&mail.text_body, &link),
            html: linked_html(&mail.html_body, &link),
            files,
        }))
    }

    async fn never(&self, run: &Run, mail: &MailRow) -> Result<Option<OutgoingMail>> {
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

    /// Sends the mail and records what became of it.
    async fn hand_over(
        &self,
        run: &Run,
        claim: &str,
        outgoing: &OutgoingMail,
        tries: i64,
        unsure: bool,
    ) -> Result<(Outcome, String)> {
        let delivery = tokio::time::timeout(PATIENCE, self.transport.send(outgoing))
            .await
            .unwrap_or_else(|_elapsed| Delivery::Unknown("the mail server took too long".to_owned()));
        let (id, claim) = (outgoing.id.clone(), claim.to_owned());
        let after = After::of(delivery, tries.saturating_add(1), unsure);
        let recorded = after.clone();
        run.db
            .write(move |tx| match recorded.state {
                MailState::Sent => store::sent(tx, &id, &claim),
                state => store::not_sent(tx, &id, &claim, state, recorded.unsure, &recorded.words),
            })
            .await?;
        if after.state == MailState::Queued {
            Err(Error::Unavailable(after.words))
        } else {
            Ok((Outcome::Done, after.words))
        }
    }
}
