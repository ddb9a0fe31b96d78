//! Links that are mailed: one purpose, one use, a short life.
//!
//! Invariants: only the hash of a token is kept; a link is used by one
//! conditional UPDATE, so that of two presses one wins; a new link of a purpose
//! ends the older ones of the same person.

mod store;

use zeroize::Zeroizing;

pub use store::Link;

use super::error::AuthRefusal;
use super::model::{Contact, LinkMade, LinkPurpose, PersonId};
use crate::platform::error::Result;
use crate::platform::outbox;
use crate::platform::secrets::{Vault, random_token, token_hash};
use crate::platform::{Db, Tx};

/// What a token in the outbox is sealed for.
const SEALED: &str = "link";

/// Makes a link that is good for `valid_seconds`; its token, which is kept nowhere.
///
/// # Errors
/// When the database fails.
pub fn create_in(
    tx: &mut Tx<'_>,
    person: Option<&PersonId>,
    purpose: LinkPurpose,
    valid_seconds: i64,
) -> Result<String> {
    let token = random_token();
    store::expire(tx, person, Some(purpose))?;
    store::insert(tx, person, purpose, &token_hash(&token), valid_seconds)?;
    Ok(token)
}

/// Makes a link and records [`LinkMade`], so that it is mailed.
///
/// # Errors
/// When the database fails.
pub fn mail_in(tx: &mut Tx<'_>, vault: &Vault, to: &Contact, purpose: LinkPurpose) -> Result<()> {
    let token = create_in(tx, Some(&to.person_id), purpose, purpose.lifetime())?;
    outbox::record(
        tx,
        &LinkMade {
            person_id: to.person_id.clone(),
            email: to.email.clone(),
            name: to.name.clone(),
            locale: to.locale.clone(),
            purpose,
            url_token: vault.seal(SEALED, &token)?,
            expires_at: tx.now().plus_seconds(purpose.lifetime()),
        },
    )
}

/// The token of a [`LinkMade`], for the mail.
///
/// # Errors
/// When it was sealed with another key.
pub fn open_token(vault: &Vault, sealed: &str) -> Result<Zeroizing<String>> {
    vault.open(SEALED, sealed)
}

/// Uses a link of this purpose up.
///
/// # Errors
/// `auth.link_unknown`, `auth.link_used`, `auth.link_expired`.
pub fn use_in(tx: &mut Tx<'_>, purpose: LinkPurpose, token: &str) -> Result<Link> {
    let link = find_in(tx, token)?.filter(|link| link.purpose == purpose).ok_or(AuthRefusal::LinkUnknown)?;
    if store::mark_used(tx, &link.id)? {
        return Ok(link);
    }
    if link.used_at.is_none() && link.expires_at <= tx.now() {
        Err(AuthRefusal::LinkExpired.into())
    } else {
        Err(AuthRefusal::LinkUsed.into())
    }
}

/// The link of a token, used or not.
///
/// # Errors
/// When the database fails.
pub fn find_in(tx: &mut Tx<'_>, token: &str) -> Result<Option<Link>> {
    store::by_token(tx, &token_hash(token))
}

/// Ends every open link of a person.
///
/// # Errors
/// When the database fails.
pub fn expire_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<()> {
    store::expire(tx, Some(person), None)
}

/// Deletes links that ended more than 30 days ago; how many.
///
/// # Errors
/// When the database fails.
pub fn clean_in(tx: &mut Tx<'_>) -> Result<usize> {
    store::delete_ended(tx, tx.now().plus_days(-30))
}

/// A new token of the set-up link while nobody owns the installation; none once
/// somebody does. Earlier set-up links end.
///
/// # Errors
/// When the database fails.
pub async fn ensure_setup_link(db: &Db) -> Result<Option<String>> {
    db.write(|tx| {
        if super::store::any_owner(tx)? {
            return Ok(None);
        }
        create_in(tx, None, LinkPurpose::Setup, LinkPurpose::Setup.lifetime()).map(Some)
    })
    .await
}
