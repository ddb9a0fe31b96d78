//! Making and ending keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{ApiKeyView, DAYS_MAX, TOKEN_START, covers, is_scope};
use super::store::{self, ApiKey};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::error::AuthRefusal;
use crate::auth::model::{ApiKeyId, Done, person_name};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::secrets::{random_token, token_hash};

/// Input of [`create`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What the key is for.
    pub name: String,
    /// Action names, `slice.*`, or `*` for all that the person may do.
    pub scopes: Vec<String>,
    /// Days after which it ends, 1 to 3650; never when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub valid_days: Option<i64>,
}

/// Input of [`revoke`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeApiKey {
    /// Which of the caller's keys.
    pub api_key_id: ApiKeyId,
}

/// A new key; the token is shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyMade {
    /// The key's row.
    pub key: ApiKeyView,
    /// The key itself: `hw_...`.
    pub token: String,
}

impl std::fmt::Debug for ApiKeyMade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKeyMade({})", self.key.id)
    }
}

/// Makes a key for the caller.
///
/// # Errors
/// `auth.name_*`, `auth.scope_unknown`, `auth.scope_too_wide`, `auth.valid_days`.
pub async fn create(call: &Call, input: CreateApiKey) -> Result<ApiKeyMade> {
    let scope = call.authorize(Action::CreateApiKey)?;
    let person = call.person_id()?;
    let name = person_name(&input.name)?;
    let scopes = checked_scopes(call, input.scopes)?;
    let valid_days = input.valid_days;
    if valid_days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(AuthRefusal::ValidDays.with("most", DAYS_MAX).into());
    }
    let token = format!("{TOKEN_START}{}", random_token());
    call.write(&scope, move |tx| {
        let now = tx.now();
        let key = ApiKey {
            id: ApiKeyId::new(),
            person_id: person.clone(),
            name: name.clone(),
            token_hash: token_hash(&token),
            scopes: scopes.join(" "),
            created_at: now,
            expires_at: valid_days.map(|days| now.plus_days(days)),
            used_at: None,
            revoked_at: None,
        };
        store::insert(tx, key.clone())?;
        let made = ApiKeyMade { token: token.clone(), key: key.view() };
        Ok(Changed::new(made.key.id.clone(), made).noting("scopes", scopes.join(" ")))
    })
    .await
}

/// Ends one of the caller's keys.
///
/// # Errors
/// Not found when it is not the caller's or was ended before.
pub async fn revoke(call: &Call, input: RevokeApiKey) -> Result<Done> {
    let scope = call.authorize(Action::RevokeApiKey)?;
    let person = call.person_id()?;
    call.write(&scope, move |tx| {
        if !store::revoke(tx, &person, &input.api_key_id)? {
            return Err(not_found());
        }
        Ok(Changed::new(&input.api_key_id, Done::new(&input.api_key_id)))
    })
    .await
}

fn checked_scopes(call: &Call, asked: Vec<String>) -> Result<Vec<String>> {
    let mut scopes: Vec<String> = asked.iter().map(|scope| scope.trim().to_owned()).collect();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(AuthRefusal::ScopeUnknown.with("scope", "").into());
    }
    for scope in &scopes {
        if !is_scope(scope) {
            let shown: String = scope.chars().take(60).collect();
            return Err(AuthRefusal::ScopeUnknown.with("scope", shown).into());
        }
        let held = call.person()?.key_scopes.as_ref();
        if held.is_some_and(|held| !held.iter().any(|own| covers(own, scope))) {
            return Err(AuthRefusal::ScopeTooWide.with("scope", scope).into());
        }
    }
    Ok(scopes)
}
