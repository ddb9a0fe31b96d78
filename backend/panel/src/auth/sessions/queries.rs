//! What people see of their sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::SessionView;
use super::{id_of, store};
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::error::Result;

/// Input of [`list`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSessions {}

/// The caller's own sessions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionsView {
    /// Newest first.
    pub items: Vec<SessionView>,
}

/// The caller's own live sessions, newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn list(call: &Call, _input: ListSessions) -> Result<SessionsView> {
    call.authorize(Action::ListSessions)?;
    let person = call.person_id()?;
    let current = id_of(call.person()?.session_id.as_deref());
    call.db
        .read(move |tx| {
            let items =
                store::of_person(tx, &person)?.into_iter().map(|session| session.view(current.as_ref())).collect();
            Ok(SessionsView { items })
        })
        .await
}
