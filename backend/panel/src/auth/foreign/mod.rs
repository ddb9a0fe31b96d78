//! Passwords as other systems keep them: read when their owners move in, verified when
//! they first sign in, and then replaced by a hash of ours.
//!
//! Invariants: a password in clear is never kept, not even for a moment; what cannot be
//! verified is not kept either, so that its owner comes in by a mailed link only; digests
//! are compared in the same time wherever they differ; what would take this machine too
//! much time or memory to verify counts as something that cannot be verified.
//!
//! A kept foreign hash is the text `foreign:SCHEME:HASH` where a hash of ours would be
//! ([`super::passwords`] tells them apart); argon2 needs no such mark.
//!
//! Deliberately absent: making any of these hashes.

mod crypt;
mod des;
mod digests;
mod dovecot;

#[cfg(test)]
mod tests;

use hostwright_importer::snapshot::values::{Password, PasswordScheme};
use hostwright_kernel::text_enum;

/// How a kept foreign hash begins.
const MARK: &str = "foreign:";
/// The longest hash that is looked at.
const LONGEST: usize = 1_024;

text_enum! {
    /// Schemes that can be verified.
    pub enum Scheme {
        /// `$2a$`, `$2b$`, `$2y$`.
        Bcrypt = "bcrypt",
        /// crypt(3): MD5, apr1, SHA-256, SHA-512, DES, yescrypt.
        Crypt = "crypt",
        /// Bare MD5 in hexadecimal digits.
        Md5 = "md5",
        /// `hex:salt`: MD5 of salt and password.
        Md5Salted = "md5_salted",
        /// `hex:secret`: HMAC-SHA256 keyed with the secret.
        HmacSha256 = "hmac_sha256",
        /// Bare SHA-1 in hexadecimal digits.
        Sha1 = "sha1",
        /// `*` and the SHA-1 of the SHA-1.
        MysqlNative = "mysql_native",
        /// `{SCHEME}hash`.
        Dovecot = "dovecot",
    }
}

/// What a foreign password is good for.
#[derive(Clone, PartialEq, Eq)]
pub enum Reading {
    /// The password itself: to be hashed at once.
    Clear(String),
    /// A text to be kept where our own hash would be.
    Kept(String),
    /// It cannot be verified; the person comes in by a mailed link.
    Unusable(&'static str),
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Clear(..)",
            Self::Kept(_) => "Kept(..)",
            Self::Unusable(why) => why,
        })
    }
}

/// Reads a password of another system.
#[must_use]
pub fn read(password: &Password) -> Reading {
    let value = password.value.0.trim_end_matches(['\r', '\n']);
    if password.is_locked {
        return Reading::Unusable("locked");
    }
    if value.is_empty() {
        return Reading::Unusable("empty");
    }
    if value.len() > LONGEST {
        return Reading::Unusable("too_long");
    }
    match password.scheme {
        PasswordScheme::Plain => Reading::Clear(value.to_owned()),
        PasswordScheme::Bcrypt => kept(Scheme::Bcrypt, value),
        PasswordScheme::Crypt if value.starts_with("$2") => kept(Scheme::Bcrypt, value),
        PasswordScheme::Crypt if value.starts_with("$argon2") => argon2(value),
        PasswordScheme::Crypt => kept(Scheme::Crypt, value),
        PasswordScheme::Argon2 => argon2(value),
        PasswordScheme::Md5 => kept(Scheme::Md5, value),
        PasswordScheme::Md5Salted => kept(Scheme::Md5Salted, value),
        PasswordScheme::HmacSha256 => kept(Scheme::HmacSha256, value),
        PasswordScheme::Sha1 => kept(Scheme::Sha1, value),
        PasswordScheme::MysqlNative => kept(Scheme::MysqlNative, value),
        PasswordScheme::Dovecot => match dovecot::inner(value) {
            Some(dovecot::Inner::Clear(text)) => Reading::Clear(text),
            Some(dovecot::Inner::Bcrypt(hash)) => kept(Scheme::Bcrypt, &hash),
            Some(dovecot::Inner::Crypt(hash)) => kept(Scheme::Crypt, &hash),
            Some(dovecot::Inner::Argon2(hash)) => argon2(&hash),
            Some(dovecot::Inner::Own) => kept(Scheme::Dovecot, value),
            None => Reading::Unusable("scheme"),
        },
        PasswordScheme::Sealed => Reading::Unusable("sealed"),
        PasswordScheme::Unknown => Reading::Unusable("scheme"),
    }
}

fn kept(scheme: Scheme, hash: &str) -> Reading {
    match verify(scheme, hash, "") {
        Some(_) => Reading::Kept(format!("{MARK}{scheme}:{hash}")),
        None => Reading::Unusable("form"),
    }
}

fn argon2(hash: &str) -> Reading {
    if super::passwords::is_bearable(hash) { Reading::Kept(hash.to_owned()) } else { Reading::Unusable("form") }
}

/// The scheme and the hash of a kept text; none for a hash of ours.
#[must_use]
pub fn parts(kept: &str) -> Option<(Scheme, &str)> {
    let (scheme, hash) = kept.strip_prefix(MARK)?.split_once(':')?;
    Some((scheme.parse().ok()?, hash))
}

/// Whether the password fits the hash; none when the hash is not one of its scheme or
/// would take too much to verify.
#[must_use]
pub fn verify(scheme: Scheme, hash: &str, password: &str) -> Option<bool> {
    match scheme {
        Scheme::Bcrypt => crypt::bcrypt(hash, password),
        Scheme::Crypt => crypt::verify(hash, password),
        Scheme::Md5 => digests::md5(hash, password),
        Scheme::Md5Salted => digests::md5_salted(hash, password),
        Scheme::HmacSha256 => digests::hmac_sha256(hash, password),
        Scheme::Sha1 => digests::sha1(hash, password),
        Scheme::MysqlNative => digests::mysql_native(hash, password),
        Scheme::Dovecot => dovecot::verify(hash, password),
    }
}
