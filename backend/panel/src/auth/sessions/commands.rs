//! Ending sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{id_of, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::model::{Done, SessionId};
use crate::auth::policy::Action;
use crate::platform::error::Result;

/// Input of [`sign_out`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOut {}

/// Input of [`revoke`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeSession {
    /// Which of the caller's sessions.
    pub session_id: SessionId,
}

/// Ends the session that asks. An API key has none, and then nothing changes.
///
/// # Errors
/// When nobody is signed in.
pub async fn sign_out(call: &Call, _input: SignOut) -> Result<Done> {
    let scope = call.authorize(Action::SignOut)?;
    let person = call.person_id()?;
    let session = id_of(call.person()?.session_id.as_deref());
    call.write(&scope, move |tx| {
        if let Some(id) = &session {
            store::delete(tx, &person, id)?;
        }
        Ok(Changed::new(&person, Done::new(&person)))
    })
    .await
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// Not found when it is not the caller's.
pub async fn revoke(call: &Call, input: RevokeSession) -> Result<Done> {
    let scope = call.authorize(Action::RevokeSession)?;
    let person = call.person_id()?;
    call.write(&scope, move |tx| {
        if !store::delete(tx, &person, &input.session_id)? {
            return Err(not_found());
        }
        Ok(Changed::new(&input.session_id, Done::new(&input.session_id)))
    })
    .await
}
