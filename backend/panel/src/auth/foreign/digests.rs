//! Digests in hexadecimal digits, with and without salt.

use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes from hexadecimal digits of either case; none for anything else.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}

/// Whether two digests are the same, in the same time wherever they differ.
pub(super) fn same(kept: &[u8], computed: &[u8]) -> bool {
    kept.ct_eq(computed).into()
}

fn digest<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    hex(text)?.try_into().ok()
}

pub(super) fn md5(hash: &str, password: &str) -> Option<bool> {
    Some(same(&digest::<16>(hash)?, &Md5::digest(password)))
}

pub(super) fn md5_salted(hash: &str, password: &str) -> Option<bool> {
    let (hash, salt) = hash.split_once(':')?;
    let computed = Md5::new().chain_update(salt).chain_update(password).finalize();
    Some(same(&digest::<16>(hash)?, &computed))
}

pub(super) fn hmac_sha256(hash: &str, password: &str) -> Option<bool> {
    let (hash, secret) = hash.split_once(':')?;
    let kept = digest::<32>(hash)?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(mac.chain_update(password).verify_slice(&kept).is_ok())
}

pub(super) fn sha1(hash: &str, password: &str) -> Option<bool> {
    Some(same(&digest::<20>(hash)?, &Sha1::digest(password)))
}

pub(super) fn mysql_native(hash: &str, password: &str) -> Option<bool> {
    Some(same(&digest::<20>(hash.strip_prefix('*')?)?, &Sha1::digest(Sha1::digest(password))))
}
