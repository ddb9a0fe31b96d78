//! Making and revoking links, and using one.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::{ClaimView, view};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::limits::{self, Limit};
use crate::auth::policy::Action;
use crate::migration::content::jobs::enqueue_in;
use crate::migration::content::model::{MailboxId, MailboxView};
use crate::migration::content::{commands::MASTER, store};
use crate::migration::error::MigrationRefusal;
use crate::migration::ports::{MailCopier, MailFault};
use crate::platform::error::{Error, Result};
use crate::platform::secrets::{random_token, token_hash};

/// What passwords of mailboxes are sealed for.
pub(in crate::migration::content) const OWN: &str = "migration.mail_password";
/// Days for which a link is good.
const DAYS: i64 = 30;
/// Tries of passwords by one link.
const BY_LINK: Limit = Limit { name: "migration.claim_link", tries: 10, seconds: 3_600 };
/// Tries of passwords from one network address.
const BY_ADDRESS: Limit = Limit { name: "migration.claim_address", tries: 30, seconds: 3_600 };

/// Makes a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteMailbox {
    /// The mailbox.
    pub mailbox_id: MailboxId,
}

/// Revokes a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeMailboxLink {
    /// The mailbox.
    pub mailbox_id: MailboxId,
}

/// A link, which is told only once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitedMailbox {
    /// The mailbox.
    pub mailbox_id: MailboxId,
    /// Its address.
    pub address: String,
    /// Where its owner goes.
    pub url: String,
    /// Until when.
    pub expires_at: Instant,
}

// A log line must not carry a link.
impl std::fmt::Debug for InvitedMailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitedMailbox").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Brings a mailbox along.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimMailbox {
    /// The link's token.
    pub token: String,
    /// The password at the old server; kept sealed until the copy ended.
    pub old_password: String,
    /// The password at the new server, where it is another one.
    #[serde(default)]
    pub new_password: Option<String>,
}

// A log line must not carry a password.
impl std::fmt::Debug for ClaimMailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimMailbox(..)")
    }
}

/// Makes a link by which the owner of a mailbox brings it along. An earlier one ends.
///
/// # Errors
/// Not found.
pub async fn invite(call: &Call, input: InviteMailbox) -> Result<InvitedMailbox> {
    let scope = call.authorize(Action::InviteMailbox)?;
    let token = random_token();
    let url = format!("{}/mailbox/{token}", call.public_url);
    call.write(&scope, move |tx| {
        let mailbox = store::mailbox(tx, &input.mailbox_id)?.ok_or_else(not_found)?;
        let expires_at = tx.now().plus_days(DAYS);
        store::set_link(tx, &mailbox.view.id, Some((&token_hash(&token), expires_at)))?;
        let address = mailbox.view.address.clone();
        let invited = InvitedMailbox { mailbox_id: mailbox.view.id, address, url: url.clone(), expires_at };
        let changed = Changed::new(&input.mailbox_id, invited);
        Ok(changed.of(&mailbox.view.customer_id).noting("address", mailbox.view.address))
    })
    .await
}

/// Ends the link of a mailbox.
///
/// # Errors
/// Not found.
pub async fn revoke(call: &Call, input: RevokeMailboxLink) -> Result<MailboxView> {
    let scope = call.authorize(Action::RevokeMailboxLink)?;
    call.write(&scope, move |tx| {
        store::mailbox(tx, &input.mailbox_id)?.ok_or_else(not_found)?;
        store::set_link(tx, &input.mailbox_id, None)?;
        let view = store::mailbox(tx, &input.mailbox_id)?.ok_or_else(not_found)?.view;
        let (customer, address) = (view.customer_id.clone(), view.address.clone());
        Ok(Changed::new(&input.mailbox_id, view).of(customer).noting("address", address))
    })
    .await
}

/// Tries the passwords of a mailbox where they belong, and asks for its copy.
///
/// # Errors
/// Not found; `auth.too_many`; `migration.link_used`, `migration.link_expired`;
/// `migration.old_password`, `migration.new_password`; `migration.mail_unreachable`.
pub async fn claim(call: &Call, copier: &dyn MailCopier, input: ClaimMailbox) -> Result<ClaimView> {
    let scope = call.authorize(Action::ClaimMailbox)?;
    let hash = token_hash(&input.token);
    let tries = vec![(BY_LINK, hash.clone()), (BY_ADDRESS, call.address.clone())];
    limits::take(&call.db, tries).await?;
    let own = hash.clone();
    let (mailbox, content) = call
        .db
        .read(move |tx| {
            let mailbox = store::by_link(tx, &own)?.ok_or_else(not_found)?;
            is_good(&mailbox.view, tx.now())?;
            let content = store::content(tx, &mailbox.view.source_id)?.ok_or(MigrationRefusal::ContentNotSet)?;
            Ok((mailbox, content))
        })
        .await?;
    let address = mailbox.view.address.as_str();
    let new = input.new_password.clone().filter(|typed| !typed.is_empty());
    let from = content.source.own_account(address, &input.old_password);
    copier.enter(&from).await.map_err(|fault| refused(&fault, MigrationRefusal::OldPassword))?;
    let master = content.target_secret.as_deref().map(|sealed| call.vault.open(MASTER, sealed)).transpose()?;
    let typed = new.as_deref().unwrap_or(&input.old_password);
    if let Some(to) = content.target.account(address, master.as_deref().map(String::as_str), Some(typed)) {
        copier.enter(&to).await.map_err(|fault| refused(&fault, MigrationRefusal::NewPassword))?;
    }
    let old = call.vault.seal(OWN, &input.old_password)?;
    let new = new.map(|typed| call.vault.seal(OWN, &typed)).transpose()?;
    let (actor, id) = (call.actor_id(), mailbox.view.id.clone());
    call.write(&scope, move |tx| {
        if !store::use_link(tx, &id, &hash, (&old, new.as_deref()))? {
            let mailbox = store::by_link(tx, &hash)?.ok_or_else(not_found)?;
            is_good(&mailbox.view, tx.now())?;
            return Err(MigrationRefusal::LinkUsed.into());
        }
        let mailbox = store::mailbox(tx, &id)?.ok_or_else(not_found)?;
        enqueue_in(tx, &mailbox.view.source_id, &actor)?;
        let here = store::arrived(tx, &id)?;
        let told = view(&mailbox, here, tx.now());
        Ok(Changed::new(&id, told).of(&mailbox.view.customer_id).noting("address", mailbox.view.address))
    })
    .await
}

fn is_good(mailbox: &MailboxView, now: Instant) -> Result<()> {
    if mailbox.link_used_at.is_some() {
        return Err(MigrationRefusal::LinkUsed.into());
    }
    if mailbox.link_expires_at.is_none_or(|until| until <= now) {
        return Err(MigrationRefusal::LinkExpired.into());
    }
    Ok(())
}

/// The refusal of a password, or of a server that cannot be asked.
fn refused(fault: &MailFault, password: MigrationRefusal) -> Error {
    if fault.is_login {
        return Error::Fields(vec![password.into()]);
    }
    MigrationRefusal::MailUnreachable.with("code", &fault.code).into()
}
