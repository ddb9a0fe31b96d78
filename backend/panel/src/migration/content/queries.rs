//! What is read of content.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{ContentView, MailboxId, MailboxState, MailboxView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// The content of one source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowContent {
    /// The source.
    pub source_id: SourceId,
}

/// Mailboxes of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMailboxes {
    /// The source.
    pub source_id: SourceId,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    pub limit: Option<i64>,
    /// A part of the address.
    #[serde(default)]
    pub search: Option<String>,
    /// Only in this state.
    #[serde(default)]
    pub state: Option<MailboxState>,
}

/// One mailbox.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowMailbox {
    /// The mailbox.
    pub mailbox_id: MailboxId,
}

impl ListMailboxes {
    pub(super) fn paging(&self) -> ListInput {
        ListInput { limit: self.limit, search: self.search.clone(), ..ListInput::default() }
    }

    /// The last row of the page before: its bytes and id.
    pub(super) fn after_key(&self) -> Option<(i64, MailboxId)> {
        let (bytes, id) = self.after.as_deref()?.split_once('.')?;
        Some((bytes.parse().ok()?, id.parse().ok()?))
    }
}

/// The mail servers of a source, and how many mailboxes stand where.
///
/// # Errors
/// Not found; `migration.content_not_set` while nothing was said about them.
pub async fn show(call: &Call, input: ShowContent) -> Result<ContentView> {
    call.authorize(Action::ShowMigrationContent)?;
    call.db.read(move |tx| view_in(tx, &input.source_id)).await
}

pub(super) fn view_in(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<ContentView> {
    sources::load(tx, source_id)?.ok_or_else(not_found)?;
    let content = store::content(tx, source_id)?.ok_or(MigrationRefusal::ContentNotSet)?;
    Ok(ContentView {
        source_id: content.source_id,
        source: content.source,
        target: content.target,
        has_source_master: content.source_secret.is_some(),
        has_target_master: content.target_secret.is_some(),
        limits: content.limits,
        counts: store::counts(tx, source_id)?,
    })
}

/// Mailboxes, the largest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn mailboxes(call: &Call, input: ListMailboxes) -> Result<Paged<MailboxView>> {
    call.authorize(Action::ListMigrationMailboxes)?;
    call.db.read(move |tx| store::mailboxes(tx, &input)).await
}

/// One mailbox.
///
/// # Errors
/// Not found.
pub async fn mailbox(call: &Call, input: ShowMailbox) -> Result<MailboxView> {
    call.authorize(Action::ShowMigrationMailbox)?;
    call.db.read(move |tx| Ok(store::mailbox(tx, &input.mailbox_id)?.ok_or_else(not_found)?.view)).await
}
