//! How people come to be: the first owner, by signing up, by invitation.
//!
//! Invariant: nobody but the mailbox's owner turns an unproven person into one who
//! may sign in, and no password outlives an invitation that came after it.

use hostwright_kernel::Instant;

use super::error::AuthRefusal;
use super::links;
use super::model::{
    Contact, LinkPurpose, MailAddress, PersonId, PersonState, SignUpRepeated, Theme, locale_tag, mail_address,
    person_name, time_zone_name,
};
use super::policy::StaffRole;
use super::store::{self, Account};
use crate::platform::error::Result;
use crate::platform::secrets::Vault;
use crate::platform::{Tx, outbox, settings};

/// The counter whose first value is the right to make the first owner.
const FIRST_OWNER: &str = "auth.first_owner";

/// A person to be made.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Mail address.
    pub email: MailAddress,
    /// Display name, see [`person_name`].
    pub name: String,
    /// From [`passwords::hash`]; none for invited people.
    pub password_hash: Option<String>,
    /// Language tag, see [`locale_tag`].
    pub locale: String,
    /// IANA time zone, see [`time_zone_name`].
    pub time_zone: String,
}

impl NewPerson {
    fn account(&self, state: PersonState, staff_role: Option<StaffRole>, now: Instant) -> Account {
        Account {
            id: PersonId::new(),
            email: self.email.clone(),
            name: self.name.clone(),
            password_hash: self.password_hash.clone(),
            state,
            staff_role,
            locale: self.locale.clone(),
            time_zone: self.time_zone.clone(),
            theme: Theme::Auto,
            totp_secret: None,
            totp_enabled: false,
            totp_last_step: 0,
            created_at: now,
            version: 1,
        }
    }
}

/// Makes the first owner, who may sign in at once; of two set-ups at the same
/// moment one is refused. `password_hash` is from [`checked_password_hash`].
///
/// # Errors
/// `auth.already_set_up`, `auth.email_taken`, `auth.email_invalid`,
/// `auth.name_*`, `auth.time_zone_unknown`.
pub fn create_owner_in(
    tx: &mut Tx<'_>,
    name: &str,
    email: &str,
    password_hash: &str,
    time_zone: &str,
    locale: &str,
) -> Result<PersonId> {
    let new = NewPerson {
        email: mail_address(email)?,
        name: person_name(name)?,
        password_hash: Some(password_hash.to_owned()),
        locale: locale_tag(locale)?,
        time_zone: time_zone_name(time_zone)?,
    };
    if settings::next(tx, FIRST_OWNER)? != 1 || store::any_owner(tx)? {
        return Err(AuthRefusal::AlreadySetUp.into());
    }
    let account = new.account(PersonState::Active, Some(StaffRole::Owner), tx.now());
    if store::insert(tx, &account)? { Ok(account.id) } else { Err(AuthRefusal::EmailTaken.into()) }
}

/// Makes somebody who signed up and mails the link that proves their address;
/// `None` when the address has an account, whose owner is then told by mail. The
/// caller of the page sees no difference.
///
/// Who signed up before and never proved the address is replaced by the newer
/// sign-up, because only the mailbox decides. Who was invited is invited again
/// instead: a stranger must not choose the password of a future member.
///
/// # Errors
/// When the database fails.
pub fn sign_up_in(tx: &mut Tx<'_>, vault: &Vault, new: &NewPerson) -> Result<Option<PersonId>> {
    let account = new.account(PersonState::Unconfirmed, None, tx.now());
    if store::insert(tx, &account)? {
        links::mail_in(tx, vault, &account.contact(), LinkPurpose::Confirm)?;
        return Ok(Some(account.id));
    }
    let Some(known) = store::by_email(tx, &new.email)? else {
        return Err(AuthRefusal::ChangedMeanwhile.into());
    };
    let mut known = store::lock(tx, &known.id)?;
    if known.state == PersonState::Unconfirmed && known.password_hash.is_none() {
        links::mail_in(tx, vault, &known.contact(), LinkPurpose::Invite)?;
        return Ok(None);
    }
    if known.state != PersonState::Unconfirmed {
        outbox::record(
            tx,
            &SignUpRepeated { person_id: known.id, email: known.email, name: known.name, locale: known.locale },
        )?;
        return Ok(None);
    }
    known.name.clone_from(&new.name);
    known.locale.clone_from(&new.locale);
    known.time_zone.clone_from(&new.time_zone);
    store::save(tx, &known)?;
    known.version = known.version.saturating_add(1);
    if let Some(hash) = &new.password_hash {
        store::set_password(tx, &known, hash)?;
    }
    links::mail_in(tx, vault, &known.contact(), LinkPurpose::Confirm)?;
    Ok(Some(known.id))
}

/// The person with this address. A new one, and one who never proved the
/// address, is mailed an invitation; the second value says whether.
///
/// # Errors
/// When the database fails.
pub fn invite_in(tx: &mut Tx<'_>, vault: &Vault, new: &NewPerson) -> Result<(Contact, bool)> {
    let account = new.account(PersonState::Unconfirmed, None, tx.now());
    if store::insert(tx, &account)? {
        links::mail_in(tx, vault, &account.contact(), LinkPurpose::Invite)?;
        return Ok((account.contact(), true));
    }
    let Some(known) = store::by_email(tx, &new.email)? else {
        return Err(AuthRefusal::ChangedMeanwhile.into());
    };
    let known = store::lock(tx, &known.id)?;
    if known.state != PersonState::Unconfirmed {
        return Ok((known.contact(), false));
    }
    // Whoever signed up with this address may not be its owner: neither that
    // password nor the mail of that sign-up opens what the invitation gives.
    store::forget_password(tx, &known)?;
    links::expire_in(tx, &known.id)?;
    links::mail_in(tx, vault, &known.contact(), LinkPurpose::Invite)?;
    Ok((known.contact(), true))
}
