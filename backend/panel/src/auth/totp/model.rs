//! RFC 6238 with SHA-1, 30 seconds and six digits: what every phone can do.

use hmac::{Hmac, Mac};
use sha1::Sha1;

/// Seconds of a step.
pub const STEP: i64 = 30;
const DIGITS: u32 = 1_000_000;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of a step, six digits.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(secret).expect("any key length is accepted");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
    let number =
        digest.iter().skip(offset).take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", number % DIGITS)
}

/// The step to which this code belongs, among the one of this second and its
/// neighbours (clocks of phones are never quite right).
#[must_use]
pub fn matching_step(secret: &[u8], typed: &str, unix_seconds: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = unix_seconds.div_euclid(STEP);
    [current, current.saturating_sub(1), current.saturating_add(1)]
        .into_iter()
        .find(|step| same(&code(secret, *step), &typed))
}

/// Compares in the same time wherever the first difference is.
fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}

/// How many recovery codes there are for a lost phone.
pub const RECOVERY_CODES: usize = 10;
/// Twenty digits: 66 bits, which a keyboard of digits can type.
const RECOVERY_DIGITS: u128 = 100_000_000_000_000_000_000;

/// A recovery code of random bytes: four groups of five digits.
#[must_use]
pub fn recovery_code(random: [u8; 16]) -> String {
    let digits = format!("{:020}", u128::from_be_bytes(random) % RECOVERY_DIGITS);
    digits.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// The digits of a recovery code as somebody typed it; none for anything else.
#[must_use]
pub fn recovery_digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(digits)
}

/// Base32 without padding, as phones take it.
#[must_use]
pub fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(5) {
        let bits = group.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let size = u32::try_from(group.len()).unwrap_or(5).saturating_mul(8);
        let letters = size.div_ceil(5);
        let padded = bits << (letters.saturating_mul(5).saturating_sub(size));
        for place in (0..letters).rev() {
            let index = usize::try_from((padded >> place.saturating_mul(5)) & 31).unwrap_or(0);
            text.extend(ALPHABET.get(index).map(|letter| char::from(*letter)));
        }
    }
    text
}

/// The bytes of a base32 text; none when a letter is not of the alphabet.
#[must_use]
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        bits = ((bits << 5) | u32::try_from(value).ok()?) & 0xffff;
        held = held.saturating_add(5);
        if held >= 8 {
            held = held.saturating_sub(8);
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// The address that a phone reads from a QR code.
#[must_use]
pub fn otpauth_url(secret_base32: &str, email: &str, issuer: &str) -> String {
    let (issuer, email) = (escaped(issuer), escaped(email));
    format!("otpauth://totp/{issuer}:{email}?secret={secret_base32}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _infallible = write!(url, "%{byte:02X}");
        }
        url
    })
}
