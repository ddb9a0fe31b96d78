//! What a key is good for.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::ApiKeyId;
use crate::auth::policy::Action;

/// What every key begins with, so that a leaked one is recognised.
pub const TOKEN_START: &str = "hw_";
/// The most days for which a key can be made.
pub const DAYS_MAX: i64 = 3650;

/// A key as its person sees it; never the key itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// Its id.
    pub id: ApiKeyId,
    /// What the person calls it.
    pub name: String,
    /// Action names, `slice.*` or `*`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends; none for never.
    pub expires_at: Option<Instant>,
    /// The last use, to the minute.
    pub used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// Whether a scope names something: an action, all of a slice, or everything.
#[must_use]
pub fn is_scope(scope: &str) -> bool {
    match scope.strip_suffix(".*") {
        _ if scope == "*" => true,
        Some(slice) => Action::ALL.iter().any(|action| action.name().split('.').next() == Some(slice)),
        None => Action::by_name(scope).is_some(),
    }
}

/// Whether a scope allows an action, or everything that another scope allows.
#[must_use]
pub fn covers(scope: &str, asked: &str) -> bool {
    scope == "*"
        || scope == asked
        || scope.strip_suffix('*').is_some_and(|slice| slice.ends_with('.') && asked.starts_with(slice))
}
