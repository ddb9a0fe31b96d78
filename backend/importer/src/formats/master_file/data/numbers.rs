//! Numbers, times and hexadecimal digits.

use std::fmt::Write as _;
use std::str::FromStr;

use super::{BadData, Wire, Words, bad};

pub(super) fn read<T: FromStr>(words: &mut Words<'_>) -> Result<T, BadData> {
    let text = words.text()?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return bad("no number where one belongs");
    }
    text.parse().or_else(|_too_large| bad("a number out of its range"))
}

/// Seconds as a number, or as `1w2d3h4m5s`.
pub(in super::super) fn ttl(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    let mut total = 0u32;
    let mut number: Option<u32> = None;
    let mut has_unit = false;
    for byte in text {
        if byte.is_ascii_digit() {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match byte.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
        has_unit = true;
    }
    match number {
        // A number without a unit stands alone.
        Some(_) if has_unit => None,
        Some(seconds) => Some(seconds),
        None => Some(total),
    }
}

pub(super) fn read_ttl(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    match ttl(words.word()?) {
        Some(seconds) => out.extend_from_slice(&seconds.to_be_bytes()),
        None => return bad("no time span where one belongs"),
    }
    Ok(())
}

/// Seconds since 1970 modulo 2^32, as RFC 4034 compares them.
pub(super) fn read_time(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let text = words.text()?;
    let seconds = if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        civil_seconds(text)
    } else if text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    };
    match seconds {
        Some(seconds) => out.extend_from_slice(&seconds.to_be_bytes()),
        None => return bad("no moment where one belongs"),
    }
    Ok(())
}

fn civil_seconds(text: &str) -> Option<u32> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let date = jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    let seconds =
        midnight.checked_add(hour.checked_mul(3_600)?)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    u32::try_from(seconds.rem_euclid(1 << 32)).ok()
}

pub(super) fn write_time(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let at = jiff::Timestamp::from_second(i64::from(wire.u32()?)).ok()?;
    out.push_str(&at.strftime("%Y%m%d%H%M%S").to_string());
    Some(())
}

pub(super) fn hex(text: &[u8]) -> Result<Vec<u8>, BadData> {
    let mut bytes = Vec::with_capacity(text.len().div_ceil(2));
    let mut high = None;
    for &byte in text {
        let Some(value) = char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok()) else {
            return bad("no hexadecimal digits");
        };
        match high.take() {
            None => high = Some(value),
            Some(first) => bytes.push((first << 4) | value),
        }
    }
    if high.is_some() { bad("an odd count of hexadecimal digits") } else { Ok(bytes) }
}

pub(super) fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Hexadecimal digits up to the end, at least two.
pub(super) fn read_hex(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let bytes = hex(&words.joined()?)?;
    if bytes.is_empty() {
        return bad("the data ends too early");
    }
    out.extend_from_slice(&bytes);
    Ok(())
}
