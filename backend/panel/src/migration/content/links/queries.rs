//! What the owner of a mailbox sees behind a link.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::migration::content::model::{Asked, Mailbox, MailboxState};
use crate::migration::content::store;
use crate::platform::error::Result;
use crate::platform::secrets::token_hash;
use hostwright_kernel::Instant;

/// The mailbox of a link.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowClaim {
    /// The link's token.
    pub token: String,
}

// A log line must not carry a token.
impl std::fmt::Debug for ShowClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShowClaim(..)")
    }
}

/// A mailbox as its owner sees it behind a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClaimView {
    /// Its address.
    pub address: String,
    /// Whether the link can still be used.
    pub is_open: bool,
    /// Where the mailbox stands.
    pub state: MailboxState,
    /// Whether its copy was asked for and has not ended.
    pub is_running: bool,
    /// Messages that are known of.
    pub messages: i64,
    /// Messages that arrived at the new place.
    pub here: i64,
    /// Messages that were left out.
    pub skipped: i64,
}

pub(super) fn view(mailbox: &Mailbox, here: i64, now: Instant) -> ClaimView {
    let told = &mailbox.view;
    ClaimView {
        address: told.address.clone(),
        is_open: told.link_used_at.is_none() && told.link_expires_at.is_some_and(|until| until > now),
        state: told.state,
        is_running: told.asked == Some(Asked::Copy),
        messages: told.messages,
        here,
        skipped: if told.is_dry { 0 } else { told.skipped },
    }
}

/// The mailbox behind a link, used or not.
///
/// # Errors
/// Not found, where no mailbox has the link or it was revoked.
pub async fn claimed(call: &Call, input: ShowClaim) -> Result<ClaimView> {
    call.authorize(Action::ShowMailboxClaim)?;
    let hash = token_hash(&input.token);
    call.db
        .read(move |tx| {
            let mailbox = store::by_link(tx, &hash)?.ok_or_else(not_found)?;
            let here = store::arrived(tx, &mailbox.view.id)?;
            Ok(view(&mailbox, here, tx.now()))
        })
        .await
}
