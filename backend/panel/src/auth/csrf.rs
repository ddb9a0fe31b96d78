//! The token in every form: a page of another site cannot know it.

use super::error::AuthRefusal;
use crate::platform::error::Result;
use crate::platform::secrets::Vault;

/// What the signature is for.
const SIGNED: &str = "csrf";

/// The token of a session (by its id), or of a stranger (by the random text in
/// their cookie).
#[must_use]
pub fn token(vault: &Vault, key: &str) -> String {
    vault.sign(SIGNED, key.as_bytes())
}

/// Refuses a form whose token is not the one of this key.
///
/// # Errors
/// `auth.form_expired`.
pub fn verify(vault: &Vault, key: &str, token: &str) -> Result<()> {
    if !key.is_empty() && vault.verify(SIGNED, key.as_bytes(), token) {
        Ok(())
    } else {
        Err(AuthRefusal::FormExpired.into())
    }
}
