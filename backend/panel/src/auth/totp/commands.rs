//! Switching the second factor on and off.

use hostwright_kernel::id::random_bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::model::{RECOVERY_CODES, recovery_code, recovery_digits};
use super::{SEALED, model, recovery_hash, store as codes};
use crate::auth::call::{Call, Changed};
use crate::auth::commands::proven_account;
use crate::auth::error::AuthRefusal;
use crate::auth::model::{Done, PersonId, Secret};
use crate::auth::policy::Action;
use crate::auth::store;
use crate::platform::error::Result;

/// Input of [`begin`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTotp {
    /// The caller's password.
    pub current_password: Secret,
}

/// Input of [`enable`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnableTotp {
    /// The six digits that the phone shows.
    pub code: String,
}

/// Input of [`disable`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableTotp {
    /// The caller's password.
    pub current_password: Secret,
}

/// What the phone needs; shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpBegun {
    /// For typing: base32.
    pub secret: String,
    /// For a QR code.
    pub otpauth_url: String,
}

impl std::fmt::Debug for TotpBegun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpBegun(..)")
    }
}

/// The second factor is on.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpEnabled {
    /// Whose.
    pub id: PersonId,
    /// For a lost phone, each good for one sign-in; shown this once.
    pub recovery_codes: Vec<String>,
}

impl std::fmt::Debug for TotpEnabled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpEnabled(..)")
    }
}

/// Makes a new secret for the caller's phone. Nothing is asked for at sign-in
/// until [`enable`] has seen a code.
///
/// # Errors
/// `auth.current_password_wrong`, `auth.totp_already_on`.
pub async fn begin(call: &Call, input: BeginTotp) -> Result<TotpBegun> {
    let scope = call.authorize(Action::BeginTotp)?;
    let proven = proven_account(call, input.current_password).await?;
    let secret = Zeroizing::new(model::to_base32(&random_bytes::<20>()));
    let sealed = call.vault.seal(SEALED, &secret)?;
    call.write(&scope, move |tx| {
        if proven.totp_enabled {
            return Err(AuthRefusal::TotpAlreadyOn.into());
        }
        store::set_totp(tx, &proven, Some(&sealed), false)?;
        let begun = TotpBegun {
            secret: secret.to_string(),
            otpauth_url: model::otpauth_url(&secret, proven.email.as_str(), "Hostwright"),
        };
        Ok(Changed::new(&proven.id, begun))
    })
    .await
}

/// Switches the second factor on with a code of the phone; answers with the
/// recovery codes.
///
/// # Errors
/// `auth.totp_not_begun`, `auth.totp_already_on`, `auth.code_wrong`, `auth.too_many`.
pub async fn enable(call: &Call, input: EnableTotp) -> Result<TotpEnabled> {
    let scope = call.authorize(Action::EnableTotp)?;
    let person = call.person_id()?;
    crate::auth::commands::count_proof(call, &person).await?;
    let vault = call.vault.clone();
    call.write(&scope, move |tx| {
        let account = store::lock(tx, &person)?;
        if account.totp_enabled {
            return Err(AuthRefusal::TotpAlreadyOn.into());
        }
        if account.totp_secret.is_none() {
            return Err(AuthRefusal::TotpNotBegun.into());
        }
        if !super::take_code_in(tx, &vault, &account, &input.code)? {
            return Err(AuthRefusal::CodeWrong.into());
        }
        store::set_totp(tx, &account, account.totp_secret.as_deref(), true)?;
        let recovery_codes: Vec<String> =
            std::iter::repeat_with(|| recovery_code(random_bytes::<16>())).take(RECOVERY_CODES).collect();
        let digits = recovery_codes.iter().filter_map(|code| recovery_digits(code));
        let hashes: Vec<String> = digits.map(|digits| recovery_hash(&person, &digits)).collect();
        codes::forget(tx, &person)?;
        codes::insert(tx, &person, &hashes)?;
        Ok(Changed::new(&person, TotpEnabled { id: person.clone(), recovery_codes }))
    })
    .await
}

/// Switches the second factor off and forgets the secret and the recovery codes.
///
/// # Errors
/// `auth.current_password_wrong`, `auth.totp_not_begun`.
pub async fn disable(call: &Call, input: DisableTotp) -> Result<Done> {
    let scope = call.authorize(Action::DisableTotp)?;
    let proven = proven_account(call, input.current_password).await?;
    call.write(&scope, move |tx| {
        if proven.totp_secret.is_none() {
            return Err(AuthRefusal::TotpNotBegun.into());
        }
        store::set_totp(tx, &proven, None, false)?;
        codes::forget(tx, &proven.id)?;
        Ok(Changed::new(&proven.id, Done::new(&proven.id)))
    })
    .await
}
