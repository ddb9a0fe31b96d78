//! What a legal entity is, and what it may be.

use hostwright_kernel::{Currency, Day, Instant, Rounding, id_type, text_enum};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::billing::error::BillingRefusal;
use crate::customers::countries::is_country;
use crate::platform::Refusal;
use crate::platform::error::{Error, Result};

id_type!(
    /// Identifies a legal entity.
    LegalEntityId, "ent"
);

text_enum! {
    /// How exact amounts become minor units. Lines are rounded one by one, tax
    /// once for each rate; this names the mode. Stored on each document.
    pub enum RoundingPolicy {
        /// Half away from zero.
        HalfUp = "half_up",
        /// Half to even.
        HalfEven = "half_even",
        /// Towards zero.
        Down = "down",
    }
}

impl RoundingPolicy {
    /// The mode for [`crate::billing::totals::compute`].
    #[must_use]
    pub fn mode(self) -> Rounding {
        match self {
            Self::HalfUp => Rounding::HalfUp,
            Self::HalfEven => Rounding::HalfEven,
            Self::Down => Rounding::Down,
        }
    }
}

/// The seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegalEntity {
    /// Its id.
    pub id: LegalEntityId,
    /// Registered name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT or tax number; may be empty.
    pub tax_number: String,
    /// Where customers write about invoices.
    pub email: String,
    /// Currency of the books and of new prices.
    pub currency: Currency,
    /// IANA time zone.
    pub time_zone: String,
    /// Account for bank transfers, as printed; may be empty.
    pub bank_account: String,
    /// Prefix of invoice numbers; may be empty.
    pub series: String,
    /// How amounts are rounded.
    pub rounding: RoundingPolicy,
    /// Counts changes.
    pub version: i64,
}

/// What set-up knows about the seller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLegalEntity {
    /// Registered name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT or tax number; may be empty.
    #[serde(default)]
    pub tax_number: String,
    /// Where customers write about invoices.
    pub email: String,
    /// Currency of the books.
    pub currency: Currency,
    /// IANA time zone.
    pub time_zone: String,
    /// Account for bank transfers, as printed.
    #[serde(default)]
    pub bank_account: String,
    /// Prefix of invoice numbers.
    #[serde(default)]
    pub series: String,
    /// How amounts are rounded; half up when left out.
    #[serde(default)]
    pub rounding: Option<RoundingPolicy>,
}

impl LegalEntity {
    /// The entity's time zone; UTC should the name no longer be known.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The entity's civil day at a moment.
    #[must_use]
    pub fn today(&self, now: Instant) -> Day {
        now.day_in(&self.zone())
    }

    /// The same with its texts trimmed, and only if each is in order.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn checked(mut self) -> Result<Self> {
        let mut wrong: Vec<Refusal> = Vec::new();
        for (text, field) in [
            (&mut self.name, "name"),
            (&mut self.street, "street"),
            (&mut self.postal_code, "postal_code"),
            (&mut self.city, "city"),
            (&mut self.country, "country"),
            (&mut self.tax_number, "tax_number"),
            (&mut self.email, "email"),
            (&mut self.time_zone, "time_zone"),
            (&mut self.bank_account, "bank_account"),
            (&mut self.series, "series"),
        ] {
            *text = text.trim().to_owned();
            if text.chars().count() > 200 || text.chars().any(char::is_control) {
                wrong.push(BillingRefusal::EntityText.refusal().field(field));
            }
        }
        self.country = self.country.to_uppercase();
        self.series = self.series.to_uppercase();
        if self.name.is_empty() {
            wrong.push(BillingRefusal::EntityName.into());
        }
        if !is_country(&self.country) {
            wrong.push(BillingRefusal::EntityCountry.into());
        }
        if !looks_like_mail(&self.email) {
            wrong.push(BillingRefusal::EntityEmail.into());
        }
        if TimeZone::get(&self.time_zone).is_err() {
            wrong.push(BillingRefusal::EntityZone.into());
        }
        if !is_series(&self.series) {
            wrong.push(BillingRefusal::EntitySeries.into());
        }
        if wrong.is_empty() { Ok(self) } else { Err(Error::Fields(wrong)) }
    }
}

fn looks_like_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    }) && text.matches('@').count() == 1
        && !text.contains(char::is_whitespace)
}

/// A letter first, so that a number with a prefix never looks like one without.
fn is_series(text: &str) -> bool {
    text.len() <= 8
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !text.starts_with(|c: char| c.is_ascii_digit())
}
