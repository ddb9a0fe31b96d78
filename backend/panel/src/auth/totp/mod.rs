//! The second factor: codes of a phone that change every 30 seconds (RFC 6238).
//!
//! Invariants: the secret is sealed at rest and shown once; a step is taken by one
//! conditional UPDATE, so that no code is good twice. Codes run on the machine's
//! clock, for a phone knows nothing of the product's. Who lost the phone signs in
//! with one of ten recovery codes, each good once and kept as a hash.

pub mod commands;
pub mod model;
mod store;

use hostwright_kernel::{Clock, SystemClock};
use zeroize::Zeroizing;

use super::model::PersonId;
use super::store::Account;
use crate::platform::error::Result;
use crate::platform::secrets::{Vault, sha256_hex};
use crate::platform::{Error, Tx};

/// What the secret is sealed for.
const SEALED: &str = "totp";

/// Whether the code is right for this person and was not used before; takes it.
///
/// # Errors
/// When the secret does not open.
pub(super) fn take_code_in(tx: &mut Tx<'_>, vault: &Vault, account: &Account, code: &str) -> Result<bool> {
    let Some(sealed) = &account.totp_secret else {
        return Ok(false);
    };
    let secret = open_secret(vault, sealed)?;
    let seconds = SystemClock.now().micros().div_euclid(1_000_000);
    match model::matching_step(&secret, code, seconds) {
        Some(step) => super::store::take_totp_step(tx, &account.id, step),
        None => Ok(false),
    }
}

/// Whether it is one of this person's recovery codes and was not used before; takes it.
///
/// # Errors
/// When the database fails.
pub(super) fn take_recovery_in(tx: &mut Tx<'_>, account: &Account, typed: &str) -> Result<bool> {
    match model::recovery_digits(typed) {
        Some(digits) => store::take(tx, &account.id, &recovery_hash(&account.id, &digits)),
        None => Ok(false),
    }
}

fn recovery_hash(person: &PersonId, digits: &str) -> String {
    sha256_hex(format!("{person}:{digits}").as_bytes())
}

fn open_secret(vault: &Vault, sealed: &str) -> Result<Zeroizing<Vec<u8>>> {
    let text = vault.open(SEALED, sealed)?;
    model::from_base32(&text).map(Zeroizing::new).ok_or_else(|| Error::internal("a kept second factor is unreadable"))
}
