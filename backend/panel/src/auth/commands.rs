//! What people do about themselves: signing in, proving their address, and
//! their password and profile.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::arrivals::{NewPerson, create_owner_in, invite_in, sign_up_in};
use super::call::{Actor, Call, Changed};
use super::error::AuthRefusal;
use super::limits::{self, Limit};
use super::model::{
    Done, LinkPurpose, MailAddress, PasswordChanged, PersonId, PersonState, PersonView, Secret, Theme, check_password,
    locale_tag, mail_address, person_name, time_zone_name,
};
use super::policy::Action;
use super::store::{self, Account};
use super::{authentication, links, passwords, sessions, totp};
use crate::platform::error::Result;
use crate::platform::secrets::Vault;
use crate::platform::{Error, Tx, outbox};

const QUARTER: i64 = 15 * 60;
const HOUR: i64 = 3600;
const SIGN_IN_BY_ADDRESS: Limit = Limit { name: "sign_in.address", tries: 100, seconds: QUARTER };
const SIGN_IN_BY_ACCOUNT: Limit = Limit { name: "sign_in.account", tries: 10, seconds: QUARTER };
const PROOF: Limit = Limit { name: "proof", tries: 10, seconds: QUARTER };
const RESET_BY_ADDRESS: Limit = Limit { name: "reset.address", tries: 30, seconds: HOUR };
const RESET_BY_ACCOUNT: Limit = Limit { name: "reset.account", tries: 5, seconds: HOUR };
const LINK_BY_ADDRESS: Limit = Limit { name: "link.address", tries: 60, seconds: HOUR };
/// Sign-ups of one network address.
pub const SIGN_UP_BY_ADDRESS: Limit = Limit { name: "sign_up.address", tries: 60, seconds: HOUR };
/// Sign-ups, and so mails, of one mail address.
pub const SIGN_UP_BY_ACCOUNT: Limit = Limit { name: "sign_up.account", tries: 5, seconds: HOUR };

/// Input of [`sign_in`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: Secret,
    /// Six digits of the second factor, where it is on.
    #[serde(default)]
    pub totp_code: Option<String>,
}

/// A session that has begun.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// The session's token; goes into the cookie and is kept nowhere else.
    pub session_token: String,
    /// Until when the session is good at the latest.
    pub expires_at: Instant,
    /// Who signed in.
    pub person: PersonView,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedIn({})", self.person.id)
    }
}

/// Input of [`confirm_mail`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmMail {
    /// The token of the mailed link.
    pub token: Secret,
}

/// A proven address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Confirmed {
    /// The address.
    pub email: MailAddress,
    /// Whether it had been proven before.
    pub already: bool,
}

/// Input of [`request_reset`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// Mail address.
    pub email: String,
}

/// The same answer whether the address is known or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailPromised {
    /// Where a mail went, if it has an account.
    pub email: MailAddress,
}

/// Input of [`reset_password`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The token of the mailed link: of a reset or of an invitation.
    pub token: Secret,
    /// The new password: 10 to 1024 characters.
    pub password: Secret,
    /// The person's name; asked for with an invitation.
    #[serde(default)]
    pub name: Option<String>,
}

/// Input of [`change_password`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password of today.
    pub current_password: Secret,
    /// The new password: 10 to 1024 characters.
    pub password: Secret,
}

/// Input of [`update_profile`]; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProfile {
    /// Display name.
    #[serde(default)]
    pub name: Option<String>,
    /// Language tag: `en` or `de`.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// How pages look.
    #[serde(default)]
    pub theme: Option<Theme>,
}

/// Begins a session.
///
/// # Errors
/// `auth.bad_credentials`, and only behind the right password
/// `auth.totp_required`, `auth.totp_wrong`, `auth.suspended`,
/// `auth.not_confirmed`; `auth.too_many`.
pub async fn sign_in(call: &Call, input: SignIn) -> Result<SignedIn> {
    let scope = call.authorize(Action::SignIn)?;
    let typed = input.email.trim().to_ascii_lowercase();
    let tries = vec![(SIGN_IN_BY_ADDRESS, call.address.clone()), (SIGN_IN_BY_ACCOUNT, typed.clone())];
    limits::take(&call.db, tries).await?;
    let found = match typed.parse::<MailAddress>() {
        Ok(email) => call.db.read(move |tx| store::by_email(tx, &email)).await?,
        Err(_no_address) => None,
    };
    let kept = found.as_ref().and_then(|account| account.password_hash.clone());
    let fits = passwords::fits(input.password.clone(), kept.clone()).await?;
    let Some(found) = found.filter(|_| fits) else {
        return Err(AuthRefusal::BadCredentials.into());
    };
    let better = match kept.as_deref() {
        Some(kept) if passwords::needs_rehash(kept) => Some(passwords::hash(input.password).await?),
        _ => None,
    };
    let (call, action) = (call.clone(), scope.action());
    call.db
        .clone()
        .write(move |tx| {
            let account = store::lock(tx, &found.id)?;
            if account.password_hash != found.password_hash {
                return Err(AuthRefusal::BadCredentials.into());
            }
            may_sign_in(account.state)?;
            take_second_factor(tx, &call.vault, &account, input.totp_code.as_deref())?;
            if let Some(hash) = &better {
                store::set_password(tx, &account, hash)?;
            }
            limits::forget_in(tx, SIGN_IN_BY_ACCOUNT, &typed)?;
            let session_token = sessions::begin_in(tx, &account.id, &call.address, &call.user_agent)?;
            let memberships = store::memberships(tx, &account.id)?;
            let id = account.id.clone();
            // The audit row names who signed in, though the call came from a stranger.
            let signed =
                Call { actor: Actor::Person(Box::new(authentication::person(&account, &memberships))), ..call.clone() };
            let answer = SignedIn {
                session_token,
                expires_at: tx.now().plus_seconds(sessions::model::ABSOLUTE),
                person: account.view(memberships),
            };
            signed.record(tx, action, Changed::new(&id, answer).noting("address", call.address.clone()))
        })
        .await
}

/// Proves the address of somebody who signed up. A second press of the same
/// link is told that all is well.
///
/// # Errors
/// `auth.link_unknown`, `auth.link_expired`, `auth.too_many`.
pub async fn confirm_mail(call: &Call, input: ConfirmMail) -> Result<Confirmed> {
    let scope = call.authorize(Action::ConfirmMail)?;
    limits::take(&call.db, vec![(LINK_BY_ADDRESS, call.address.clone())]).await?;
    call.write(&scope, move |tx| {
        let token = input.token.reveal();
        let account = match links::find_in(tx, token)? {
            // Locked, so that a second press waits for the first and finds it done.
            Some(link) if link.purpose == LinkPurpose::Confirm => lock_of(tx, link.person_id.as_ref())?,
            _ => return Err(AuthRefusal::LinkUnknown.into()),
        };
        let already = match links::use_in(tx, LinkPurpose::Confirm, token) {
            Err(_) if account.state != PersonState::Unconfirmed => true,
            Err(error) => return Err(error),
            Ok(_) if account.state == PersonState::Unconfirmed => {
                store::set_state(tx, &account.id, PersonState::Unconfirmed, PersonState::Active)?;
                false
            }
            Ok(_) => true,
        };
        let id = account.id.clone();
        let confirmed = Confirmed { email: account.email, already };
        Ok(Changed::new(id, confirmed).noting("already", already))
    })
    .await
}

/// Mails a link that sets a new password, when the address has an account that
/// may be used. The answer is always the same.
///
/// # Errors
/// `auth.email_invalid`, `auth.too_many`.
pub async fn request_reset(call: &Call, input: RequestReset) -> Result<MailPromised> {
    let scope = call.authorize(Action::RequestReset)?;
    let email = mail_address(&input.email)?;
    let tries = vec![(RESET_BY_ADDRESS, call.address.clone()), (RESET_BY_ACCOUNT, email.to_string())];
    limits::take(&call.db, tries).await?;
    let vault = call.vault.clone();
    call.write(&scope, move |tx| {
        let found = store::by_email(tx, &email)?.filter(|account| account.state != PersonState::Suspended);
        let subject = found.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
        if let Some(account) = found {
            links::mail_in(tx, &vault, &account.contact(), LinkPurpose::Reset)?;
        }
        Ok(Changed::new(subject, MailPromised { email: email.clone() }))
    })
    .await
}

/// Sets a new password by a mailed link, which also proves the address. All
/// sessions and other links end; API keys stay, for they are not the password's.
///
/// # Errors
/// `auth.link_unknown`, `auth.link_used`, `auth.link_expired`,
/// `auth.password_*`, `auth.name_*`, `auth.suspended`, `auth.too_many`.
pub async fn reset_password(call: &Call, input: ResetPassword) -> Result<Done> {
    let scope = call.authorize(Action::ResetPassword)?;
    limits::take(&call.db, vec![(LINK_BY_ADDRESS, call.address.clone())]).await?;
    let name = input.name.as_deref().map(person_name).transpose()?;
    let token = input.token.clone();
    let (purpose, account) = call
        .db
        .read(move |tx| match links::find_in(tx, token.reveal())? {
            Some(link) if matches!(link.purpose, LinkPurpose::Reset | LinkPurpose::Invite) => {
                Ok((link.purpose, load_of(tx, link.person_id.as_ref())?))
            }
            _ => Err(AuthRefusal::LinkUnknown.into()),
        })
        .await?;
    check_password(&input.password, &account.email)?;
    let hash = passwords::hash(input.password).await?;
    let (token, person) = (input.token, account.id);
    call.write(&scope, move |tx| {
        links::use_in(tx, purpose, token.reveal())?;
        let mut account = store::lock(tx, &person)?;
        if account.state == PersonState::Suspended {
            return Err(AuthRefusal::Suspended.into());
        }
        if let Some(name) = &name {
            account.name.clone_from(name);
            store::save(tx, &account)?;
            account.version = account.version.saturating_add(1);
        }
        store::set_password(tx, &account, &hash)?;
        if account.state == PersonState::Unconfirmed {
            store::set_state(tx, &person, PersonState::Unconfirmed, PersonState::Active)?;
        }
        sessions::revoke_all_in(tx, &person, None)?;
        links::expire_in(tx, &person)?;
        limits::forget_in(tx, SIGN_IN_BY_ACCOUNT, account.email.as_str())?;
        if purpose == LinkPurpose::Reset {
            tell_of_password(tx, &account)?;
        }
        Ok(Changed::new(&person, Done::new(&person)).noting("purpose", purpose.as_str()))
    })
    .await
}

/// Changes the caller's password. Their other sessions and open links end.
///
/// # Errors
/// `auth.current_password_wrong`, `auth.password_*`, `auth.too_many`.
pub async fn change_password(call: &Call, input: ChangePassword) -> Result<Done> {
    let scope = call.authorize(Action::ChangePassword)?;
    let account = proven_account(call, input.current_password).await?;
    check_password(&input.password, &account.email)?;
    let hash = passwords::hash(input.password).await?;
    let session = call.person()?.session_id.clone();
    call.write(&scope, move |tx| {
        store::set_password(tx, &account, &hash)?;
        sessions::revoke_all_in(tx, &account.id, session.as_deref())?;
        links::expire_in(tx, &account.id)?;
        tell_of_password(tx, &account)?;
        Ok(Changed::new(&account.id, Done::new(&account.id)))
    })
    .await
}

/// Changes the caller's name, language, time zone or look.
///
/// # Errors
/// `auth.name_*`, `auth.locale_unknown`, `auth.time_zone_unknown`.
pub async fn update_profile(call: &Call, input: UpdateProfile) -> Result<PersonView> {
    let scope = call.authorize(Action::UpdateProfile)?;
    let person = call.person_id()?;
    let name = input.name.as_deref().map(person_name).transpose()?;
    let locale = input.locale.as_deref().map(locale_tag).transpose()?;
    let time_zone = input.time_zone.as_deref().map(time_zone_name).transpose()?;
    call.write(&scope, move |tx| {
        let mut account = store::lock(tx, &person)?;
        account.name = name.clone().unwrap_or(account.name);
        account.locale = locale.clone().unwrap_or(account.locale);
        account.time_zone = time_zone.clone().unwrap_or(account.time_zone);
        account.theme = input.theme.unwrap_or(account.theme);
        store::save(tx, &account)?;
        let memberships = store::memberships(tx, &person)?;
        Ok(Changed::new(&person, account.view(memberships)))
    })
    .await
}

/// The hash of a password that the rules accept for this address, made before
/// the transaction that needs it.
///
/// # Errors
/// `auth.email_invalid`, `auth.password_*`.
pub async fn checked_password_hash(password: &str, email: &str) -> Result<String> {
    let password = Secret::from(password);
    check_password(&password, &mail_address(email)?)?;
    passwords::hash(password).await
}

/// The caller's own row, once they gave their password again.
///
/// # Errors
/// `auth.current_password_wrong`, `auth.too_many`.
pub(super) async fn proven_account(call: &Call, password: Secret) -> Result<Account> {
    let person = call.person_id()?;
    count_proof(call, &person).await?;
    let account = call.db.read(move |tx| store::load(tx, &person)).await?;
    if passwords::fits(password, account.password_hash.clone()).await? {
        Ok(account)
    } else {
        Err(AuthRefusal::CurrentPasswordWrong.into())
    }
}

/// Counts a try to prove something, so that a found session is no way to guess.
///
/// # Errors
/// `auth.too_many`.
pub(super) async fn count_proof(call: &Call, person: &PersonId) -> Result<()> {
    limits::take(&call.db, vec![(PROOF, person.to_string())]).await
}

fn may_sign_in(state: PersonState) -> Result<()> {
    match state {
        PersonState::Active => Ok(()),
        PersonState::Suspended => Err(AuthRefusal::Suspended.into()),
        PersonState::Unconfirmed => Err(AuthRefusal::NotConfirmed.into()),
    }
}

fn take_second_factor(tx: &mut Tx<'_>, vault: &Vault, account: &Account, code: Option<&str>) -> Result<()> {
    if !account.totp_enabled {
        return Ok(());
    }
    let code = code.map(str::trim).filter(|code| !code.is_empty());
    let code = code.ok_or(AuthRefusal::TotpRequired)?;
    if totp::take_code_in(tx, vault, account, code)? { Ok(()) } else { Err(AuthRefusal::TotpWrong.into()) }
}

fn tell_of_password(tx: &mut Tx<'_>, account: &Account) -> Result<()> {
    outbox::record(
        tx,
        &PasswordChanged {
            person_id: account.id.clone(),
            email: account.email.clone(),
            name: account.name.clone(),
            locale: account.locale.clone(),
        },
    )
}

fn lock_of(tx: &mut Tx<'_>, person: Option<&PersonId>) -> Result<Account> {
    let person = person.ok_or_else(|| Error::from(AuthRefusal::LinkUnknown))?;
    store::lock(tx, person)
}

fn load_of(tx: &mut Tx<'_>, person: Option<&PersonId>) -> Result<Account> {
    let person = person.ok_or_else(|| Error::from(AuthRefusal::LinkUnknown))?;
    store::load(tx, person)
}
