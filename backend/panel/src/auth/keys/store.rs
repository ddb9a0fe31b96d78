//! Rows of API keys.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::ApiKeyView;
use crate::auth::model::{ApiKeyId, PersonId};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::api_keys;

/// A key as kept; the key itself is kept nowhere.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose.
    pub person_id: PersonId,
    pub(super) name: String,
    pub(super) token_hash: String,
    /// Scopes with a space between them.
    pub(super) scopes: String,
    pub(super) created_at: Instant,
    pub(super) expires_at: Option<Instant>,
    pub(super) used_at: Option<Instant>,
    pub(super) revoked_at: Option<Instant>,
}

impl ApiKey {
    /// What the key is good for.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.scopes.split_whitespace().map(str::to_owned).collect()
    }

    pub(super) fn is_live(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    pub(super) fn view(self) -> ApiKeyView {
        ApiKeyView {
            scopes: self.scopes(),
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            expires_at: self.expires_at,
            used_at: self.used_at,
            revoked_at: self.revoked_at,
        }
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, key: ApiKey) -> Result<()> {
    diesel::insert_into(api_keys::table).values(key).execute(tx.conn)?;
    Ok(())
}

pub(super) fn by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<ApiKey>> {
    Ok(api_keys::table.filter(api_keys::token_hash.eq(hash)).select(ApiKey::as_select()).first(tx.conn).optional()?)
}

pub(super) fn used(tx: &mut Tx<'_>, id: &ApiKeyId) -> Result<()> {
    let now = tx.now();
    diesel::update(api_keys::table.find(id)).set(api_keys::used_at.eq(now)).execute(tx.conn)?;
    Ok(())
}

pub(super) fn of_person(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<ApiKey>> {
    Ok(api_keys::table
        .filter(api_keys::person_id.eq(person))
        .order(api_keys::id.desc())
        .limit(200)
        .select(ApiKey::as_select())
        .load(tx.conn)?)
}

/// The person's key, if it was not revoked, becomes revoked.
pub(super) fn revoke(tx: &mut Tx<'_>, person: &PersonId, id: &ApiKeyId) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(
        api_keys::table.find(id).filter(api_keys::person_id.eq(person)).filter(api_keys::revoked_at.is_null()),
    )
    .set(api_keys::revoked_at.eq(now))
    .execute(tx.conn)?;
    Ok(rows == 1)
}

pub(super) fn revoke_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::update(api_keys::table.filter(api_keys::person_id.eq(person)).filter(api_keys::revoked_at.is_null()))
        .set(api_keys::revoked_at.eq(now))
        .execute(tx.conn)?)
}
