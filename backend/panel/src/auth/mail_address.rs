//! Mail addresses, by which people are known.

use std::fmt;
use std::str::FromStr;

use super::error::AuthRefusal;
use crate::platform::error::Result;

/// A mail address in lower case, so that one mailbox is one person.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct MailAddress(String);

impl MailAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailAddress {
    type Err = String;

    /// Trims and lowers. Only the letters of RFC 5321 without quoting are taken:
    /// an address that looks like another one is somebody else's way in.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        if is_mail_address(&lower) { Ok(Self(lower)) } else { Err("is not a mail address".to_owned()) }
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

hostwright_kernel::id::text_value!(MailAddress, "MailAddress", "mail address", "ada@example.org");
hostwright_kernel::diesel_text!(MailAddress, |text| text.parse::<MailAddress>().map_err(Into::into));

fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_fits = (1..=64).contains(&local.len())
        && local.split('.').all(|atom| {
            !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
        });
    // "=?" begins an encoded word (RFC 2047) to whoever reads it in a header.
    text.len() <= 254 && local_fits && !local.contains("=?") && is_domain(domain)
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    labels.len() >= 2
        && labels.iter().all(label_fits)
        && labels.last().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// The mail address in `text`.
///
/// # Errors
/// `auth.email_invalid`.
pub fn mail_address(text: &str) -> Result<MailAddress> {
    text.parse().map_err(|_not_one: String| AuthRefusal::EmailInvalid.into())
}
