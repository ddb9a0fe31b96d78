//! Cells into values, by the form of their field.

use hostwright_kernel::{Currency, Day, Instant};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::fields::Form;
use super::mapping::Rule;
use crate::snapshot::values::{Amount, Cycle};

/// Why a cell did not become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable(pub &'static str);

/// What values hang on besides their cell.
pub(super) struct Surroundings<'a> {
    pub zone: &'a TimeZone,
    pub currency: Option<Currency>,
}

/// Reads a cell that is not empty. `None` where it says that there is nothing (a zero date).
pub(super) fn value(
    text: &str,
    form: Form,
    rule: &Rule,
    around: &Surroundings<'_>,
) -> Result<Option<Value>, Unreadable> {
    let value = match form {
        Form::Text => Value::from(text),
        Form::LowText => Value::from(text.to_lowercase().trim_end_matches('.')),
        Form::Word(words) => {
            let low = text.to_lowercase().replace([' ', '-'], "_");
            let word =
                words.iter().find(|word| **word == low).ok_or(Unreadable("a word that stands for nothing here"))?;
            Value::from(*word)
        }
        Form::Decimal => Value::from(plain_decimal(text, rule).ok_or(Unreadable("no decimal number"))?),
        Form::Amount => {
            let currency = around.currency.ok_or(Unreadable("an amount without a currency"))?;
            let number = plain_decimal(text, rule).ok_or(Unreadable("no amount"))?;
            let amount = Amount::parse(&number, currency).map_err(|_bad| Unreadable("no amount"))?;
            Value::from(amount.to_string())
        }
        Form::Currency => {
            let currency = text.to_uppercase().parse::<Currency>();
            Value::from(currency.map_err(|_bad| Unreadable("no currency"))?.to_string())
        }
        Form::Cycle => {
            let cycle: Cycle = text.parse().map_err(|_bad| Unreadable("no billing cycle"))?;
            Value::from(cycle.to_string())
        }
        Form::Flag => Value::from(flag(text).ok_or(Unreadable("neither yes nor no"))?),
        Form::Whole => Value::from(text.parse::<u32>().map_err(|_bad| Unreadable("no whole number"))?),
        Form::Bytes => Value::from(bytes(text, rule).ok_or(Unreadable("no number of bytes"))?),
        Form::List => {
            let separator = rule.separator.as_deref().unwrap_or(",");
            let items = if separator.is_empty() { vec![text] } else { text.split(separator).collect() };
            Value::from(items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>())
        }
        Form::Day | Form::Moment if is_zero_date(text) => return Ok(None),
        Form::Day => Value::from(day(text, rule, around.zone).ok_or(Unreadable("no date of that form"))?.to_string()),
        Form::Moment => {
            let moment = moment(text, rule, around.zone).ok_or(Unreadable("no date and time of that form"))?;
            serde_json::to_value(moment).map_err(|_bad| Unreadable("no date and time of that form"))?
        }
    };
    Ok(Some(value))
}

/// `0000-00-00`, `00.00.0000`, `0`: programs write these where there is no date.
fn is_zero_date(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'0') && text.chars().all(|c| c == '0' || !c.is_ascii_alphanumeric())
}

fn plain_decimal(text: &str, rule: &Rule) -> Option<String> {
    let decimal = rule.decimal.unwrap_or('.');
    let mut plain = String::new();
    let mut has_decimal = false;
    for (at, letter) in text.trim().chars().enumerate() {
        match letter {
            _ if letter == decimal && !has_decimal => {
                has_decimal = true;
                plain.push('.');
            }
            // Thousands stand before the decimals.
            _ if Some(letter) == rule.thousands && !has_decimal && at > 0 => {}
            '0'..='9' => plain.push(letter),
            '-' | '\u{2212}' if at == 0 => plain.push('-'),
            '+' if at == 0 => {}
            '\u{a0}' | '\u{202f}' => {}
            _ => return None,
        }
    }
    let digits = plain.trim_start_matches('-');
    let is_number = digits.bytes().any(|byte| byte.is_ascii_digit());
    let plain = if digits.starts_with('.') { plain.replacen('.', "0.", 1) } else { plain };
    is_number.then(|| plain.trim_end_matches('.').to_owned())
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "on" | "x" | "ja" | "j" | "t" | "wahr" => Some(true),
        "0" | "false" | "no" | "n" | "off" | "-" | "nein" | "f" | "falsch" => Some(false),
        _ => None,
    }
}

fn bytes(text: &str, rule: &Rule) -> Option<u64> {
    let unit: u64 = match rule.unit.as_deref() {
        None | Some("B") => 1,
        Some("KB") => 1_000,
        Some("KiB") => 1 << 10,
        Some("MB") => 1_000_000,
        Some("MiB") => 1 << 20,
        Some("GB") => 1_000_000_000,
        Some("GiB") => 1 << 30,
        Some(_) => return None,
    };
    let number: rust_decimal::Decimal = plain_decimal(text, rule)?.parse().ok()?;
    u64::try_from(number.checked_mul(rust_decimal::Decimal::from(unit))?.trunc()).ok()
}

fn unix(text: &str) -> Option<Instant> {
    Instant::from_micros(text.parse::<i64>().ok()?.checked_mul(1_000_000)?).ok()
}

fn day(text: &str, rule: &Rule, zone: &TimeZone) -> Option<Day> {
    match rule.date.as_deref() {
        Some("unix") => unix(text).map(|moment| moment.day_in(zone)),
        Some(form) => {
            let date = jiff::civil::Date::strptime(form, text);
            Day::from_civil(date.ok().or_else(|| DateTime::strptime(form, text).ok().map(|at| at.date()))?).ok()
        }
        None => {
            let head = text.split(['T', ' ']).next()?;
            head.parse::<Day>().ok()
        }
    }
}

fn moment(text: &str, rule: &Rule, zone: &TimeZone) -> Option<Instant> {
    let in_zone = |at: DateTime| {
        let moment = at.to_zoned(zone.clone()).ok()?.timestamp();
        Instant::from_micros(moment.as_microsecond()).ok()
    };
    match rule.date.as_deref() {
        Some("unix") => unix(text),
        Some(form) => {
            let at = DateTime::strptime(form, text).ok();
            in_zone(at.or_else(|| jiff::civil::Date::strptime(form, text).ok().map(|date| date.at(0, 0, 0, 0)))?)
        }
        None => match text.parse::<jiff::Timestamp>() {
            Ok(moment) => Instant::from_micros(moment.as_microsecond()).ok(),
            Err(_no_zone) => in_zone(text.parse::<DateTime>().ok()?),
        },
    }
}
