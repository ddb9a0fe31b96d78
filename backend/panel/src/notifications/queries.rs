//! What staff reads of mails.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::letters::model::{linked_html, linked_text, texts, url};
use super::model::{Fault, MailContent, MailId, MailView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged};

/// One mail.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowMail {
    /// The mail.
    pub mail_id: MailId,
}

/// Outgoing mails, newest first; `search` looks in recipients and subjects.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<MailView>> {
    let _everything = call.authorize(Action::ListMails)?;
    let page = call.db.read(move |tx| store::list(tx, &input)).await?;
    Ok(Paged {
        items: page.items.into_iter().map(|mail| worded(mail, &call.locale)).collect::<Result<Vec<_>>>()?,
        next: page.next,
    })
}

/// A mail with its words, the token of a one-time link masked.
///
/// # Errors
/// Not found when there is no such mail.
pub async fn show(call: &Call, input: ShowMail) -> Result<MailContent> {
    let _everything = call.authorize(Action::ShowMail)?;
    let row = call.db.read(move |tx| store::load(tx, &input.mail_id)?.ok_or_else(not_found)).await?;
    let link = row
        .link_path
        .as_deref()
        .map(|path| url(&call.public_url, path, row.kind.is_one_time(), None))
        .unwrap_or_default();
    Ok(MailContent {
        text: linked_text(&row.text_body, &link),
        html: linked_html(&row.html_body, &link),
        mail: worded(row.into(), &call.locale)?,
    })
}

/// The mail with our own reasons in the reader's language; a mail server's
/// words stay as they are.
pub(super) fn worded(mut mail: MailView, locale: &str) -> Result<MailView> {
    if let Some(fault) = mail.error.as_deref().and_then(|error| error.parse::<Fault>().ok()) {
        let key = format!("mail-fault-{fault}");
        mail.error = Some(texts()?.get(locale.parse().unwrap_or_default(), &key));
    }
    Ok(mail)
}
