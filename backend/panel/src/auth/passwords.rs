//! Hashing of passwords: argon2id with the parameters that OWASP asks for
//! (19 MiB, two passes, one lane).
//!
//! Invariant: hashing runs on the blocking pool and never inside a transaction. A hash of
//! another system ([`super::foreign`]) takes at least as long as one of ours, so that
//! nobody learns by the time who moved in.

use argon2::password_hash::{ParamsString, PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use hostwright_kernel::id::random_bytes;
use tokio::sync::Semaphore;

use super::foreign;
use super::model::Secret;
use crate::platform::Error;
use crate::platform::error::Result;

/// Each hash takes [`MEMORY_KIB`]; without a bound, a flood of sign-ins would
/// take all memory of the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The most memory, passes and lanes of a hash that another system made.
const MOST: (u32, u32, u32) = (256 * 1024, 16, 16);

/// What is verified when there is no such person, so that the answer takes as long.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpcw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a new password into PHC text.
///
/// # Errors
/// Never for passwords that fit memory.
pub async fn hash(password: Secret) -> Result<String> {
    on_blocking_pool(move || {
        let salt = SaltString::encode_b64(&random_bytes::<16>()).map_err(Error::internal)?;
        let hash = hasher()?.hash_password(password.reveal().as_bytes(), &salt).map_err(Error::internal)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password fits the kept hash. `None` (nobody, or nobody with a
/// password) takes the same time and fits nothing.
///
/// # Errors
/// When the kept text is no hash.
pub async fn fits(password: Secret, kept: Option<String>) -> Result<bool> {
    on_blocking_pool(move || {
        if let Some((scheme, hash)) = kept.as_deref().and_then(foreign::parts) {
            let nobody = PasswordHash::new(NOBODY).map_err(Error::internal)?;
            let _as_long = hasher()?.verify_password(password.reveal().as_bytes(), &nobody);
            return Ok(foreign::verify(scheme, hash, password.reveal()) == Some(true));
        }
        let text = kept.as_deref().unwrap_or(NOBODY);
        let hash = PasswordHash::new(text).map_err(Error::internal)?;
        let fits = hasher()?.verify_password(password.reveal().as_bytes(), &hash).is_ok();
        Ok(fits && kept.is_some())
    })
    .await
}

/// Whether a kept hash was made with other parameters than ours, so that it is
/// replaced at the next sign-in.
#[must_use]
pub fn needs_rehash(kept: &str) -> bool {
    let wanted =
        Params::new(MEMORY_KIB, PASSES, LANES, None).ok().and_then(|params| ParamsString::try_from(&params).ok());
    let Ok(hash) = PasswordHash::new(kept) else {
        return true;
    };
    hash.algorithm != Algorithm::Argon2id.ident()
        || hash.version != Some(u32::from(Version::V0x13))
        || wanted.is_some_and(|wanted| wanted != hash.params)
}

/// Whether a text is an argon2 hash that can be verified without taking the machine.
pub(super) fn is_bearable(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let known = [Algorithm::Argon2id, Algorithm::Argon2i, Algorithm::Argon2d].map(|known| known.ident());
    let (memory, passes, lanes) = MOST;
    known.contains(&hash.algorithm)
        && hash.hash.is_some()
        && Params::try_from(&hash)
            .is_ok_and(|params| params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes)
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn on_blocking_pool<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _slot = AT_ONCE.acquire().await.map_err(Error::internal)?;
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Error::internal(format!("hashing stopped: {error}"))),
    }
}
