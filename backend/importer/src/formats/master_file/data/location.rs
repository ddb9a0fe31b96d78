//! LOC (RFC 1876): a place on earth.

use std::fmt::Write as _;

use super::{BadData, Wire, Words, bad};

/// Thousandths of a second of arc at the equator and at Greenwich.
const ZERO: i64 = 1 << 31;
/// Centimetres that altitudes are counted from, below sea level.
const BASE: i64 = 10_000_000;

pub(super) fn read(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let latitude = angle(words, 90, ["N", "S"])?;
    let longitude = angle(words, 180, ["E", "W"])?;
    let height = metres(words)?;
    let Some(altitude) = height.checked_add(BASE).and_then(|height| u32::try_from(height).ok()) else {
        return bad("an altitude out of its range");
    };
    let mut precisions = [0x12u8, 0x16, 0x13];
    for precision in &mut precisions {
        if words.peek().is_none() {
            break;
        }
        let length = metres(words)?;
        if !(0..=9_000_000_000).contains(&length) {
            return bad("a size or precision out of its range");
        }
        *precision = short(length);
    }
    out.push(0);
    out.extend_from_slice(&precisions);
    for number in [latitude, longitude, altitude] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    Ok(())
}

/// Degrees, minutes and seconds up to the letter.
fn angle(words: &mut Words<'_>, most: i64, letters: [&str; 2]) -> Result<u32, BadData> {
    let mut total = 0i64;
    let mut unit = 3_600_000i64;
    loop {
        let word = words.text()?;
        let is_first = unit == 3_600_000;
        if !is_first && let Some(at) = letters.iter().position(|letter| letter.eq_ignore_ascii_case(word)) {
            if total > most.saturating_mul(3_600_000) {
                return bad("an angle out of its range");
            }
            let signed = if at == 0 { total } else { total.saturating_neg() };
            return u32::try_from(ZERO.saturating_add(signed))
                .or_else(|_out_of_range| bad("an angle out of its range"));
        }
        let (value, limit) = match unit {
            3_600_000 => (decimal(word, 0), most),
            60_000 => (decimal(word, 0), 59),
            1_000 => (decimal(word, 3), 59_999),
            _ => return bad("an angle without its letter"),
        };
        let Some(value) = value.filter(|value| (0..=limit).contains(value)) else {
            return bad("an angle out of its range");
        };
        total = total.saturating_add(value.saturating_mul(if unit == 1_000 { 1 } else { unit }));
        unit = unit.checked_div(60).filter(|unit| *unit >= 1_000).unwrap_or(0);
    }
}

/// A plain decimal with at most so many digits behind the point, in units of the last one.
fn decimal(text: &str, digits: usize) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = (!whole.is_empty() || !part.is_empty())
        && whole.len() <= 10
        && part.len() <= digits
        && whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
    format!("{whole}{part:0<digits$}").parse().ok().filter(|_| is_plain)
}

/// Metres as centimetres.
fn metres(words: &mut Words<'_>) -> Result<i64, BadData> {
    let word = words.text()?;
    let number = word.strip_suffix(['m', 'M']).unwrap_or(word);
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    match decimal(number, 2) {
        Some(length) if is_negative => Ok(length.saturating_neg()),
        Some(length) => Ok(length),
        None => bad("no length in metres"),
    }
}

/// One digit and a power of ten.
fn short(mut centimetres: i64) -> u8 {
    let mut power = 0u8;
    while centimetres > 9 {
        centimetres = centimetres.checked_div(10).unwrap_or(0);
        power = power.saturating_add(1);
    }
    (u8::try_from(centimetres).unwrap_or(9) << 4) | power
}

pub(super) fn write(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    if wire.u8()? != 0 {
        return None;
    }
    let precisions = [wire.u8()?, wire.u8()?, wire.u8()?];
    write_angle(wire.u32()?, 90, ["N", "S"], out)?;
    write_angle(wire.u32()?, 180, ["E", "W"], out)?;
    write_metres(i64::from(wire.u32()?).checked_sub(BASE)?, true, out)?;
    for precision in precisions {
        let (digit, power) = (i64::from(precision >> 4), u32::from(precision & 15));
        if digit > 9 || power > 9 {
            return None;
        }
        out.push(' ');
        write_metres(10i64.checked_pow(power)?.checked_mul(digit)?, false, out)?;
    }
    Some(())
}

fn write_angle(angle: u32, most: i64, letters: [&str; 2], out: &mut String) -> Option<()> {
    let signed = i64::from(angle).checked_sub(ZERO)?;
    let total = signed.checked_abs()?;
    if total > most.checked_mul(3_600_000)? {
        return None;
    }
    let (degrees, rest) = (total.checked_div(3_600_000)?, total.checked_rem(3_600_000)?);
    let (minutes, rest) = (rest.checked_div(60_000)?, rest.checked_rem(60_000)?);
    let (seconds, thousandths) = (rest.checked_div(1_000)?, rest.checked_rem(1_000)?);
    let [positive, negative] = letters;
    let letter = if signed < 0 { negative } else { positive };
    write!(out, "{degrees} {minutes} {seconds}.{thousandths:03} {letter} ").ok()
}

fn write_metres(centimetres: i64, always_parts: bool, out: &mut String) -> Option<()> {
    let sign = if centimetres < 0 { "-" } else { "" };
    let length = centimetres.checked_abs()?;
    let (whole, part) = (length.checked_div(100)?, length.checked_rem(100)?);
    if always_parts || part != 0 {
        write!(out, "{sign}{whole}.{part:02}m").ok()
    } else {
        write!(out, "{sign}{whole}m").ok()
    }
}
