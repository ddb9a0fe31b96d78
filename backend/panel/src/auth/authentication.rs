//! From a cookie or a key to a person.

use super::call::{Call, Person};
use super::model::{Membership, PersonId, PersonState};
use super::store::{self, Account};
use super::{keys, sessions};
use crate::platform::error::Result;
use crate::platform::{Db, Tx};

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
#[derive(Clone)]
pub struct Authenticated {
    /// The person, with roles as they are now.
    pub person: Person,
    /// Their language tag.
    pub locale: String,
    /// Their IANA time zone.
    pub time_zone: String,
    /// How their pages look: `auto`, `light` or `dark`.
    pub theme: String,
    /// A new token of the same session, to be put into the cookie.
    pub rotated: Option<String>,
}

impl std::fmt::Debug for Authenticated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authenticated({})", self.person.id)
    }
}

/// The person of a credential; none when it is unknown, ended or theirs no more.
/// Roles, customers and state are read each time, so a change is felt at once.
///
/// # Errors
/// When the database fails.
pub async fn authenticate(call: &Call, credential: Credential) -> Result<Option<Authenticated>> {
    match credential {
        Credential::Session(token) => by_session(&call.db, token).await,
        Credential::ApiKey(token) => by_key(&call.db, token).await,
    }
}

async fn by_session(db: &Db, token: String) -> Result<Option<Authenticated>> {
    let found = db
        .read(move |tx| {
            let Some((session, used)) = sessions::find_in(tx, &token)? else {
                return Ok(None);
            };
            let known = active(tx, &session.person_id)?;
            Ok(known.map(|known| (session, used, known)))
        })
        .await?;
    let Some((session, used, mut known)) = found else {
        return Ok(None);
    };
    known.rotated = sessions::touch(db, &session, used).await?;
    known.person.session_id = Some(session.id.to_string());
    Ok(Some(known))
}

async fn by_key(db: &Db, token: String) -> Result<Option<Authenticated>> {
    let found = db
        .read(move |tx| {
            let Some(key) = keys::find_in(tx, &token)? else {
                return Ok(None);
            };
            let known = active(tx, &key.person_id)?;
            Ok(known.map(|known| (key, known)))
        })
        .await?;
    let Some((key, mut known)) = found else {
        return Ok(None);
    };
    keys::touch(db, &key).await?;
    known.person.key_scopes = Some(key.scopes());
    Ok(Some(known))
}

fn active(tx: &mut Tx<'_>, person_id: &PersonId) -> Result<Option<Authenticated>> {
    let account = store::load(tx, person_id)?;
    let memberships = store::memberships(tx, person_id)?;
    Ok((account.state == PersonState::Active).then(|| Authenticated {
        person: person(&account, &memberships),
        locale: account.locale,
        time_zone: account.time_zone,
        theme: account.theme.to_string(),
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
        memberships: memberships.iter().map(|membership| (membership.customer_id.clone(), membership.role)).collect(),
        key_scopes: None,
        session_id: None,
    }
}
