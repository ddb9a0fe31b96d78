//! What changes mails.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::MailRefusal;
use super::jobs::SEND;
use super::letters::model::Written;
use super::model::{FLOOD_SECONDS, Fault, Link, MailId, MailState, MailView, NewMail, SENDER_NAME, is_address};
use super::queries::worded;
use super::store::{self, MailRow};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, NewJob};
use crate::platform::{Tx, settings};

/// One mail.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendMail {
    /// The mail.
    pub mail_id: MailId,
}

/// Writes a mail in its recipient's language and queues it in the caller's
/// transaction. The same kind, subject, recipient and occurrence is queued
/// once; the id is the first one's. A recipient who had too many of this kind
/// within the hour is not sent another: the mail is kept as `suppressed`
/// (counted without a lock, so two at the same moment may both pass).
///
/// # Errors
/// Internal when a value or path is missing that the kind's words ask for;
/// a bad recipient is no error: the mail is kept as `failed`.
pub fn queue_in(tx: &mut Tx<'_>, mail: &NewMail) -> Result<MailId> {
    if !mail.link.suits(mail.kind) {
        return Err(Error::internal(format!("a mail '{}' was queued with a link that is not its own", mail.kind)));
    }
    let (link_path, link_sealed) = match &mail.link {
        Link::None => (None, None),
        Link::Page(path) => (Some(path.clone()), None),
        Link::OneTime { path, sealed_token } => (Some(path.clone()), Some(sealed_token.clone())),
    };
    let written = Written::of(mail, link_path.is_some())?;
    let since = tx.now().plus_seconds(-FLOOD_SECONDS);
    let (state, fault) = if !is_address(&mail.recipient) {
        (MailState::Failed, Some(Fault::Recipient))
    } else if store::count_since(tx, mail.kind, &mail.recipient, since)? >= mail.kind.hourly_limit() {
        (MailState::Suppressed, None)
    } else {
        (MailState::Queued, None)
    };
    let row = MailRow {
        id: MailId::new(),
        recipient: mail.recipient.clone(),
        person_id: mail.person_id.clone(),
        customer_id: mail.customer_id.clone(),
        kind: mail.kind,
        subject_id: mail.subject_id.clone(),
        occurrence: mail.occurrence.clone(),
        locale: mail.locale.clone(),
        subject: written.subject,
        text_body: written.text,
        html_body: written.html,
        link_path,
        // What is not sent keeps no secret.
        link_sealed: link_sealed.filter(|_| state == MailState::Queued),
        attached_invoice_id: mail.attached_invoice.clone(),
        state,
        error: fault.map(|fault| fault.as_str().to_owned()),
        tries: 0,
        claim: None,
        unsure: false,
        created_at: tx.now(),
        sent_at: None,
    };
    if !store::insert(tx, &row)? {
        return store::same(tx, &row);
    }
    if row.state == MailState::Queued {
        enqueue(tx, &row.id, "system:notifications")?;
    }
    Ok(row.id)
}

/// Sets the name that mails are signed and sent with; set-up calls it.
///
/// # Errors
/// When the database fails.
pub fn set_sender_in(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    settings::put(tx, SENDER_NAME, &name)
}

/// Sends a mail again. What was never taken is queued again as it is, under
/// its Message-ID; of what was sent, a copy is queued.
///
/// # Errors
/// Refused when it is still on its way, when its one-time link is gone, and
/// when its recipient had too many of its kind within the hour.
pub async fn resend(call: &Call, input: ResendMail) -> Result<MailView> {
    let scope = call.authorize(Action::ResendMail)?;
    let (actor, locale) = (call.actor_id(), call.locale.clone());
    call.write(&scope, move |tx| {
        let mail = store::load(tx, &input.mail_id)?.ok_or_else(not_found)?;
        let queued = again(tx, mail)?;
        enqueue(tx, &queued, &actor)?;
        let row = store::load(tx, &queued)?.ok_or_else(not_found)?;
        let (customer, recipient) = (row.customer_id.clone(), row.recipient.clone());
        let view = worded(row.into(), &locale)?;
        let changed =
            Changed::new(&input.mail_id, view).noting("recipient", recipient).noting("queued", queued.to_string());
        Ok(match customer {
            Some(customer) => changed.of(customer),
            None => changed,
        })
    })
    .await
}

/// Puts a mail, or a copy of it, in the queue.
fn again(tx: &mut Tx<'_>, mail: MailRow) -> Result<MailId> {
    if matches!(mail.state, MailState::Queued | MailState::Sending) {
        return Err(MailRefusal::OnItsWay.into());
    }
    if mail.lost_its_link() {
        return Err(MailRefusal::LinkGone.into());
    }
    let since = tx.now().plus_seconds(-FLOOD_SECONDS);
    if store::count_since(tx, mail.kind, &mail.recipient, since)? >= mail.kind.hourly_limit() {
        return Err(MailRefusal::TooMany.with("max", mail.kind.hourly_limit()).into());
    }
    if mail.state != MailState::Sent {
        return if store::requeue(tx, &mail.id, mail.state)? { Ok(mail.id) } else { Err(MailRefusal::OnItsWay.into()) };
    }
    let id = MailId::new();
    let copy = MailRow {
        occurrence: format!("{}/{id}", mail.occurrence),
        id: id.clone(),
        state: MailState::Queued,
        error: None,
        tries: 0,
        claim: None,
        unsure: false,
        created_at: tx.now(),
        sent_at: None,
        ..mail
    };
    store::insert(tx, &copy)?;
    Ok(id)
}

fn enqueue(tx: &mut Tx<'_>, id: &MailId, actor: &str) -> Result<()> {
    let job = NewJob { kind: SEND, subject: id.as_str(), customer_id: None, title: "notifications-send", actor };
    jobs::enqueue(tx, &job).map(|_| ())
}
