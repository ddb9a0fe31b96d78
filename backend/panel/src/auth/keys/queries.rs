//! What people see of their keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::ApiKeyView;
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::error::Result;

/// Input of [`list`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApiKeys {}

/// The caller's own keys.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeysView {
    /// Newest first; the revoked ones too.
    pub items: Vec<ApiKeyView>,
}

/// The caller's own keys, newest first, at most 200.
///
/// # Errors
/// When nobody is signed in.
pub async fn list(call: &Call, _input: ListApiKeys) -> Result<ApiKeysView> {
    call.authorize(Action::ListApiKeys)?;
    let person = call.person_id()?;
    call.db
        .read(move |tx| {
            let items = store::of_person(tx, &person)?.into_iter().map(store::ApiKey::view).collect();
            Ok(ApiKeysView { items })
        })
        .await
}
