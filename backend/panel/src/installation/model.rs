//! What set-up asks for, and the settings.

use hostwright_kernel::{Currency, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::Secret;

/// What the first person says; nodes and plans follow as actions of their own.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// From the one-time link.
    pub token: String,
    /// The owner's name.
    pub owner_name: String,
    /// The owner's mail address.
    pub owner_email: String,
    /// The owner's password.
    pub owner_password: Secret,
    /// The seller's legal name.
    pub company_name: String,
    /// Street and number.
    pub company_street: String,
    /// Postal code.
    pub company_postal_code: String,
    /// City.
    pub company_city: String,
    /// ISO 3166 country.
    pub company_country: String,
    /// VAT number.
    #[serde(default)]
    pub company_tax_number: Option<String>,
    /// Address for questions about invoices.
    pub company_email: String,
    /// Currency of the books.
    pub currency: Currency,
    /// IANA time zone of the books.
    pub time_zone: String,
    /// Where customers transfer to (IBAN and name).
    #[serde(default)]
    pub bank_account: Option<String>,
}

/// What set-up made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SetUpDone {
    /// The owner.
    pub owner_id: String,
    /// The seller.
    pub legal_entity_id: String,
    /// Signs the owner in.
    pub session_token: String,
}

/// Settings that staff may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The provider's name on pages and in mails.
    pub brand_name: String,
}

/// The product's clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClockView {
    /// Now.
    pub now: Instant,
    /// Whether it may be moved.
    pub manual: bool,
    /// Seconds by which it is ahead of the machine's.
    pub seconds_ahead: i64,
}

/// How far the clock is moved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceClock {
    /// Days of 24 hours.
    #[serde(default)]
    pub days: Option<i64>,
    /// Seconds, added to the days.
    #[serde(default)]
    pub seconds: Option<i64>,
}
