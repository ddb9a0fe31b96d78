//! Domain names, by which domains and zones are known.

use std::fmt;
use std::str::FromStr;

use super::error::HostingRefusal;
use crate::platform::Refusal;

/// A domain name as it is kept: A-labels in lower case, at least two, no dot at the end.
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
pub struct DomainName(String);

impl DomainName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with the dot at its end, as zones write it.
    #[must_use]
    pub fn absolute(&self) -> String {
        format!("{}.", self.0)
    }

    /// The name in its own script, where that is another text.
    #[must_use]
    pub fn in_script(&self) -> Option<String> {
        let (shown, outcome) = idna::domain_to_unicode(&self.0);
        (outcome.is_ok() && shown != self.0).then_some(shown)
    }
}

impl FromStr for DomainName {
    type Err = String;

    /// Takes what people type: any script, any case, with or without the dot at the end.
    fn from_str(text: &str) -> Result<Self, String> {
        let typed = text.trim();
        let typed = typed.strip_suffix('.').unwrap_or(typed);
        let none = || "is not a domain name".to_owned();
        // Far longer than any name; so that an endless text is not looked at.
        if typed.len() > 1_000 {
            return Err(none());
        }
        let ascii = if typed.is_ascii() {
            typed.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_strict(typed).map_err(|_no_name| none())?
        };
        if is_host_name(&ascii) { Ok(Self(ascii)) } else { Err(none()) }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

hostwright_kernel::id::text_value!(DomainName, "DomainName", "domain name, as A-labels", "example.org");
hostwright_kernel::diesel_text!(DomainName, |text| text.parse::<DomainName>().map_err(Into::into));

/// Two labels or more of letters, digits and hyphens, in lower case.
fn is_host_name(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let label_fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(label_fits)
        && labels.last().is_some_and(|top| top.bytes().any(|b| b.is_ascii_lowercase()))
}

/// A domain name that a person typed.
///
/// # Errors
/// `hosting.name`.
pub fn domain_name(text: &str) -> Result<DomainName, Refusal> {
    text.parse().map_err(|_none: String| HostingRefusal::Name.into())
}
