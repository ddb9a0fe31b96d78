//! What crypt(3) writes, and bcrypt.

use md5::{Digest, Md5};
use yescrypt::{PasswordVerifier, Yescrypt};

use super::des;
use super::digests::same;

/// The alphabet of crypt(3), from 0 to 63.
pub(super) const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The highest cost of bcrypt that is computed: some seconds.
const MOST_COST: u32 = 15;
/// The most rounds of the SHA-2 forms that are computed.
const MOST_ROUNDS: u32 = 1_000_000;
/// The fewest that they know.
const FEWEST_ROUNDS: u32 = 1_000;
/// 2 to this power is the most memory cost of yescrypt that is computed.
const MOST_YESCRYPT: u64 = 15;

/// The value of a letter of [`ALPHABET`].
pub(super) fn value(letter: u8) -> Option<u64> {
    ALPHABET.iter().position(|own| *own == letter).and_then(|at| u64::try_from(at).ok())
}

/// Six bits as a letter.
pub(super) fn letter(bits: u64) -> u8 {
    usize::try_from(bits & 63).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'.')
}

/// As [`super::verify`], for `$2a$`, `$2b$` and `$2y$`.
pub(super) fn bcrypt(hash: &str, password: &str) -> Option<bool> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|known| hash.strip_prefix(known))?;
    let (cost, digest) = rest.split_once('$')?;
    let cost: u32 = cost.parse().ok()?;
    let is_form = digest.len() == 53 && digest.bytes().all(|byte| value(byte).is_some());
    if !is_form || !(4..=MOST_COST).contains(&cost) {
        return None;
    }
    if password.is_empty() {
        // Nobody signs in without a password; asked only about the form.
        return Some(false);
    }
    ::bcrypt::verify(password, hash).ok()
}

/// As [`super::verify`], for the other forms.
pub(super) fn verify(hash: &str, password: &str) -> Option<bool> {
    if let Some(rest) = hash.strip_prefix("$1$") {
        return md5(rest, "$1$", password);
    }
    if let Some(rest) = hash.strip_prefix("$apr1$") {
        return md5(rest, "$apr1$", password);
    }
    if let Some(rest) = hash.strip_prefix("$5$") {
        is_sha(rest, 43)?;
        return Some(!password.is_empty() && sha_crypt::sha256_check(password, hash).is_ok());
    }
    if let Some(rest) = hash.strip_prefix("$6$") {
        is_sha(rest, 86)?;
        return Some(!password.is_empty() && sha_crypt::sha512_check(password, hash).is_ok());
    }
    if let Some(rest) = hash.strip_prefix("$y$") {
        is_yescrypt(rest)?;
        return Some(!password.is_empty() && Yescrypt::default().verify_password(password.as_bytes(), hash).is_ok());
    }
    let letters: [u8; 13] = hash.as_bytes().try_into().ok()?;
    let computed = des::crypt(&letters, password)?;
    Some(same(&letters, &computed))
}

fn is_digest(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| value(byte).is_some())
}

fn is_sha(rest: &str, length: usize) -> Option<()> {
    let rest = match rest.strip_prefix("rounds=") {
        None => rest,
        Some(counted) => {
            let (rounds, rest) = counted.split_once('$')?;
            let rounds: u32 = rounds.parse().ok()?;
            if !(FEWEST_ROUNDS..=MOST_ROUNDS).contains(&rounds) {
                return None;
            }
            rest
        }
    };
    let (salt, digest) = rest.split_once('$')?;
    (salt.len() <= 16 && is_digest(digest, length)).then_some(())
}

/// `PARAMETERS$SALT$HASH`, with the usual three parameters: flavour, memory cost, block size.
fn is_yescrypt(rest: &str) -> Option<()> {
    let mut fields = rest.split('$');
    let (parameters, salt, digest) = (fields.next()?, fields.next()?, fields.next()?);
    let [b'j', cost, block] = parameters.as_bytes() else { return None };
    let bearable = value(*cost)? <= MOST_YESCRYPT && value(*block)? <= 31;
    let form = (2..=86).contains(&salt.len()) && is_digest(digest, 43) && fields.next().is_none();
    (bearable && form).then_some(())
}

/// MD5-crypt and Apache's variant of it: `SALT$HASH` behind the mark.
fn md5(rest: &str, mark: &str, password: &str) -> Option<bool> {
    let (salt, hash) = rest.split_once('$')?;
    if !is_digest(hash, 22) || salt.len() > 8 {
        return None;
    }
    let (salt, key) = (salt.as_bytes(), password.as_bytes());
    let mixed = Md5::new().chain_update(key).chain_update(salt).chain_update(key).finalize();
    let mut first = Md5::new().chain_update(key).chain_update(mark).chain_update(salt);
    for part in key.chunks(mixed.len()) {
        first.update(mixed.get(..part.len()).unwrap_or_default());
    }
    let mut length = key.len();
    while length > 0 {
        first.update(if length & 1 == 1 { b"\0".as_slice() } else { key.get(..1).unwrap_or_default() });
        length >>= 1;
    }
    let mut last = first.finalize();
    for round in 0_u32..1_000 {
        let mut next = Md5::new();
        next.update(if round & 1 == 1 { key } else { last.as_slice() });
        if !round.is_multiple_of(3) {
            next.update(salt);
        }
        if !round.is_multiple_of(7) {
            next.update(key);
        }
        next.update(if round & 1 == 1 { last.as_slice() } else { key });
        last = next.finalize();
    }
    let byte = |at: usize| u64::from(last.get(at).copied().unwrap_or_default());
    let mut text = Vec::with_capacity(22);
    for (high, middle, low) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
        let bits = byte(high) << 16 | byte(middle) << 8 | byte(low);
        text.extend([0, 6, 12, 18].map(|shift| letter(bits >> shift)));
    }
    text.extend([0, 6].map(|shift| letter(byte(11) >> shift)));
    Some(same(hash.as_bytes(), &text))
}
