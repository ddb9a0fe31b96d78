//! Values that records are made of.

use std::fmt;
use std::str::FromStr;

use hostwright_kernel::{Currency, Money, MoneyError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The text is not a value of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {what}")]
pub struct BadValue {
    what: &'static str,
    text: String,
}

fn bad(what: &'static str, text: &str) -> BadValue {
    BadValue { what, text: text.chars().take(40).collect() }
}

/// Serde as text, through `Display` and `FromStr`.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as Deserialize>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// An amount as the source wrote it: an exact decimal, however many digits, and its currency.
/// The text form is `EUR 12.50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The number in units of the currency (euros, not cents).
    pub value: Decimal,
    /// ISO 4217.
    pub currency: Currency,
}

impl Amount {
    /// Reads a number such as `12.5`, `-1.00` or ` 7 `.
    ///
    /// # Errors
    /// [`BadValue`] for what is no plain decimal number, exponents and thousands separators included.
    pub fn parse(number: &str, currency: Currency) -> Result<Self, BadValue> {
        let number = number.trim();
        let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
        let is_plain =
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !is_plain {
            return Err(bad("an amount", number));
        }
        let value = Decimal::from_str_exact(number).map_err(|_e| bad("an amount", number))?;
        Ok(Self { value, currency })
    }

    /// The same in minor units.
    ///
    /// # Errors
    /// [`MoneyError`] where the number has more digits than the currency, or is too large: money is never rounded here.
    pub fn money(&self) -> Result<Money, MoneyError> {
        Money::parse(&self.value.normalize().to_string(), self.currency)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.value)
    }
}

impl FromStr for Amount {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let (currency, number) = text.trim().split_once(' ').ok_or_else(|| bad("an amount", text))?;
        let currency = currency.parse().map_err(|_e| bad("an amount", text))?;
        Self::parse(number, currency)
    }
}

as_text!(Amount);

/// How often something is charged. The text form is `free`, `once` or an ISO 8601
/// duration of one unit (`P1M`, `P3M`, `P1Y`, `P1W`, `P30D`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cycle {
    /// Nothing is ever charged.
    Free,
    /// Charged once.
    Once,
    /// Charged every so many days.
    Days(u32),
    /// Charged every so many months; a year is twelve.
    Months(u32),
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Once => f.write_str("once"),
            Self::Days(days) if days.is_multiple_of(7) => write!(f, "P{}W", days / 7),
            Self::Days(days) => write!(f, "P{days}D"),
            Self::Months(months) if months.is_multiple_of(12) => write!(f, "P{}Y", months / 12),
            Self::Months(months) => write!(f, "P{months}M"),
        }
    }
}

impl FromStr for Cycle {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        match text {
            "free" => return Ok(Self::Free),
            "once" => return Ok(Self::Once),
            _ => {}
        }
        let parse = || {
            let (count, unit) = text.strip_prefix('P')?.split_at_checked(text.len().checked_sub(2)?)?;
            let count: u32 = count.parse().ok().filter(|count| (1..=1_200).contains(count))?;
            match unit {
                "D" => Some(Self::Days(count)),
                "W" => Some(Self::Days(count.checked_mul(7)?)),
                "M" => Some(Self::Months(count)),
                "Y" => Some(Self::Months(count.checked_mul(12)?)),
                _ => None,
            }
        };
        parse().ok_or_else(|| bad("a billing cycle", text))
    }
}

as_text!(Cycle);

/// What must not be shown in a log: a password, a key, an authorisation code. Documents carry it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// How a foreign password is kept. What can be verified at sign-in is verified and then hashed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordScheme {
    /// `$2a$`, `$2b$`, `$2y$`.
    Bcrypt,
    /// crypt(3): `$1$`, `$5$`, `$6$`, `$y$`, `$apr1$` or DES.
    Crypt,
    /// `$argon2id$`, `$argon2i$`.
    Argon2,
    /// Bare MD5, 32 hex digits.
    Md5,
    /// `hex:salt`, MD5 of salt and password (old WHMCS).
    Md5Salted,
    /// `hex:secret`, HMAC-SHA256 (WHMCS 5.3 to 7).
    HmacSha256,
    /// Bare SHA-1, 40 hex digits.
    Sha1,
    /// `*` and 40 hex digits: MySQL's native scheme.
    MysqlNative,
    /// Written as `{SCHEME}hash` by Dovecot.
    Dovecot,
    /// In clear. Hashed before it is stored anywhere.
    Plain,
    /// Encrypted with a key of the source that was not given.
    Sealed,
    /// Anything else; a new password is needed.
    Unknown,
}

/// A foreign password with its scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    /// How it is kept.
    pub scheme: PasswordScheme,
    /// The hash (or, for `plain`, the password).
    pub value: Secret,
    /// The source marks it as locked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_locked: bool,
}

/// A fact of the source that has no field of its own, kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    /// The source's own name of it, for example a column or custom field.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Where something lies inside the source's files: read later, when content is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The archive or folder, as it was given to the reader.
    pub container: String,
    /// The path inside it.
    pub path: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}
