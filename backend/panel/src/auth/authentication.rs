//! From a cookie or a key to a person.

use hostwright_kernel::Instant;

use super::call::Person;
use super::model::{Membership, PersonState};
use super::store::{self, Account};
use super::{csrf, keys, sessions};
use crate::platform::Db;
use crate::platform::error::Result;
use crate::platform::secrets::Vault;

/// What a request came with.
#[derive(Clone)]
pub enum Credential {
    /// The token of a session, from the cookie.
    Session(String),
    /// An API key, from the header.
    ApiKey(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session(..)",
            Self::ApiKey(_) => "ApiKey(..)",
        })
    }
}

/// Who a credential stands for.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// The person, with roles as they are now.
    pub person: Person,
    /// What goes into every form of this session; none for API keys, which no
    /// browser sends by itself.
    pub csrf: Option<String>,
    /// A new token to be put into the cookie.
    pub rotated: Option<Rotated>,
}

/// A new token of the same session.
#[derive(Clone)]
pub struct Rotated {
    /// The token.
    pub token: String,
    /// The end of the session at the latest.
    pub expires_at: Instant,
}

impl std::fmt::Debug for Rotated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rotated(until {})", self.expires_at)
    }
}

/// The person of a credential; none when it is unknown, ended or theirs no more.
/// Roles, customers and state are read each time, so a change is felt at once.
///
/// # Errors
/// When the database fails.
pub async fn authenticate(db: &Db, vault: &Vault, credential: Credential) -> Result<Option<Authenticated>> {
    match credential {
        Credential::Session(token) => by_session(db, vault, token).await,
        Credential::ApiKey(token) => by_key(db, token).await,
    }
}

async fn by_session(db: &Db, vault: &Vault, token: String) -> Result<Option<Authenticated>> {
    let found = db
        .read(move |tx| {
            let Some((session, used)) = sessions::find_in(tx, &token)? else {
                return Ok(None);
            };
            let account = store::load(tx, &session.person_id)?;
            let memberships = store::memberships(tx, &account.id)?;
            Ok(Some((session, used, account, memberships)))
        })
        .await?;
    let Some((session, used, account, memberships)) = found else {
        return Ok(None);
    };
    if account.state != PersonState::Active {
        return Ok(None);
    }
    let rotated = sessions::touch(db, &session, used).await?.map(|token| Rotated {
        token,
        expires_at: session.expires_at,
    });
    let mut person = person(&account, &memberships);
    person.session_id = Some(session.id.to_string());
    Ok(Some(Authenticated {
        person,
        csrf: Some(csrf::token(vault, session.id.as_str())),
        rotated,
    }))
}

async fn by_key(db: &Db, token: String) -> Result<Option<Authenticated>> {
    let found = db
        .read(move |tx| {
            let Some(key) = keys::find_in(tx, &token)? else {
                return Ok(None);
            };
            let account = store::load(tx, &key.person_id)?;
            let memberships = store::memberships(tx, &account.id)?;
            Ok(Some((key, account, memberships)))
        })
        .await?;
    let Some((key, account, memberships)) = found else {
        return Ok(None);
    };
    if account.state != PersonState::Active {
        return Ok(None);
    }
    keys::touch(db, &key).await?;
    let mut person = person(&account, &memberships);
    person.key_scopes = Some(key.scopes());
    Ok(Some(Authenticated {
        person,
        csrf: None,
        rotated: None,
    }))
}

/// A person as calls carry them.
pub(super) fn person(account: &Account, memberships: &[Membership]) -> Person {
    Person {
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.to_string(),
        staff: account.staff_role,
        memberships: memberships
            .iter()
            .map(|membership| (membership.customer_id.clone(), membership.role))
            .collect(),
        key_scopes: None,
        session_id: None,
        locale: account.locale.clone(),
        time_zone: account.time_zone.clone(),
        theme: account.theme,
    }
}
