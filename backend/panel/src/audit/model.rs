//! What an audit row says, and how the chain is computed.

use hostwright_kernel::{Instant, id_type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::secrets::sha256_hex;

id_type!(
    /// Identifies an audit row.
    AuditId, "aud"
);

/// A row of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who: a person's id, `system:<job>` or `anonymous`.
    pub actor: String,
    /// The person's name at that time.
    pub actor_name: String,
    /// The action's name.
    pub action: String,
    /// The object's id.
    pub subject: String,
    /// Whose object.
    pub customer_id: Option<String>,
    /// What changed, as JSON; never a secret.
    pub detail: String,
    /// The request.
    pub request_id: String,
    /// Place in the chain, once sealed.
    pub position: Option<i64>,
    /// Hash of this row and the one before, once sealed.
    pub hash: Option<String>,
}

impl AuditRow {
    /// The hash of this row behind `previous`.
    #[must_use]
    pub fn hash_after(&self, previous: &str, position: i64) -> String {
        let told = [
            previous,
            &position.to_string(),
            self.id.as_str(),
            &self.at.to_string(),
            &self.actor,
            &self.actor_name,
            &self.action,
            &self.subject,
            self.customer_id.as_deref().unwrap_or(""),
            &self.detail,
            &self.request_id,
        ];
        // Lengths keep two neighbouring fields from being read as one.
        let text: String = told.iter().map(|part| format!("{}:{part};", part.len())).collect();
        sha256_hex(text.as_bytes())
    }
}
