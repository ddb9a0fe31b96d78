//! What Dovecot writes as `{SCHEME}hash`, `{SCHEME.HEX}hash` or `{SCHEME.B64}hash`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::digests::{hex, same};

/// The most rounds of PBKDF2 that are computed.
const MOST_ROUNDS: u32 = 1_000_000;

/// What stands behind the scheme.
pub(super) enum Inner {
    /// The password.
    Clear(String),
    /// A bcrypt hash.
    Bcrypt(String),
    /// A crypt(3) hash.
    Crypt(String),
    /// A PHC text.
    Argon2(String),
    /// One that only this module knows.
    Own,
}

/// What a text is; none for schemes that cannot be verified.
pub(super) fn inner(text: &str) -> Option<Inner> {
    let (scheme, encoding, hash) = split(text)?;
    Some(match scheme.as_str() {
        // Only in clear where nothing was encoded.
        "PLAIN" | "CLEAR" | "CLEARTEXT" => Inner::Clear(match encoding {
            Encoding::Usual => hash.to_owned(),
            Encoding::Hex => String::from_utf8(hex(hash)?).ok()?,
            Encoding::Base64 => String::from_utf8(STANDARD.decode(hash).ok()?).ok()?,
        }),
        "BLF-CRYPT" => Inner::Bcrypt(hash.to_owned()),
        "CRYPT" if hash.starts_with("$2") => Inner::Bcrypt(hash.to_owned()),
        // What Dovecot calls MD5 is the crypt(3) form, and PLAIN-MD5 the bare digest.
        "CRYPT" | "MD5" | "MD5-CRYPT" | "DES-CRYPT" | "SHA256-CRYPT" | "SHA512-CRYPT" => Inner::Crypt(hash.to_owned()),
        "ARGON2I" | "ARGON2ID" => Inner::Argon2(hash.to_owned()),
        "PLAIN-MD5" | "LDAP-MD5" | "SHA" | "SHA1" | "SHA256" | "SHA512" | "SMD5" | "SSHA" | "SSHA256" | "SSHA512"
        | "PBKDF2" => Inner::Own,
        _ => return None,
    })
}

/// As [`super::verify`].
pub(super) fn verify(text: &str, password: &str) -> Option<bool> {
    let (scheme, encoding, hash) = split(text)?;
    match scheme.as_str() {
        "PLAIN-MD5" | "LDAP-MD5" => bare::<Md5>(encoding, hash, password),
        "SHA" | "SHA1" => bare::<Sha1>(encoding, hash, password),
        "SHA256" => bare::<Sha256>(encoding, hash, password),
        "SHA512" => bare::<Sha512>(encoding, hash, password),
        "SMD5" => salted::<Md5>(encoding, hash, password),
        "SSHA" => salted::<Sha1>(encoding, hash, password),
        "SSHA256" => salted::<Sha256>(encoding, hash, password),
        "SSHA512" => salted::<Sha512>(encoding, hash, password),
        "PBKDF2" => pbkdf2(hash, password),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Usual,
    Hex,
    Base64,
}

fn split(text: &str) -> Option<(String, Encoding, &str)> {
    let (name, hash) = text.strip_prefix('{')?.split_once('}')?;
    let name = name.to_ascii_uppercase();
    let (scheme, encoding) = match name.split_once('.') {
        None => (name.as_str(), Encoding::Usual),
        Some((scheme, "HEX")) => (scheme, Encoding::Hex),
        Some((scheme, "B64" | "BASE64")) => (scheme, Encoding::Base64),
        Some(_) => return None,
    };
    Some((scheme.to_owned(), encoding, hash))
}

/// The bytes of an encoded hash. Where the encoding is not named, digits that fill the
/// digest exactly are digits; base64 of that length would be a longer digest.
fn bytes(encoding: Encoding, hash: &str, digest: usize) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex(hash),
        Encoding::Base64 => STANDARD.decode(hash).ok(),
        Encoding::Usual if hash.len() == digest.saturating_mul(2) => hex(hash).or_else(|| STANDARD.decode(hash).ok()),
        Encoding::Usual => STANDARD.decode(hash).ok(),
    }
}

fn bare<D: Digest>(encoding: Encoding, hash: &str, password: &str) -> Option<bool> {
    let kept = bytes(encoding, hash, <D as Digest>::output_size())?;
    (kept.len() == <D as Digest>::output_size()).then(|| same(&kept, &D::digest(password)))
}

fn salted<D: Digest>(encoding: Encoding, hash: &str, password: &str) -> Option<bool> {
    let kept = bytes(encoding, hash, <D as Digest>::output_size())?;
    let (digest, salt) = kept.split_at_checked(<D as Digest>::output_size())?;
    Some(same(digest, &D::new().chain_update(password).chain_update(salt).finalize()))
}

/// `$1$salt$rounds$hex`, with SHA-1 inside.
fn pbkdf2(hash: &str, password: &str) -> Option<bool> {
    let mut fields = hash.strip_prefix("$1$")?.split('$');
    let (salt, rounds, digits) = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?);
    if fields.next().is_some() || !(1..=MOST_ROUNDS).contains(&rounds) {
        return None;
    }
    let kept: [u8; 20] = hex(digits)?.try_into().ok()?;
    let computed = pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), salt.as_bytes(), rounds);
    Some(same(&kept, &computed))
}
