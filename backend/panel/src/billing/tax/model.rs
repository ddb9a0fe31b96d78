//! Who pays tax where: pure rules.

use hostwright_kernel::{Day, Instant, Rate, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers::countries::is_eu;

id_type!(
    /// Identifies a tax rate.
    TaxRateId, "txr"
);

text_enum! {
    /// Tax category codes of EN 16931 (UNCL5305).
    pub enum TaxCategory {
        /// Standard rate.
        Standard = "S",
        /// Zero rated.
        Zero = "Z",
        /// Reverse charge: the buyer owes the tax.
        ReverseCharge = "AE",
        /// Not subject to tax.
        OutOfScope = "O",
    }
}

text_enum! {
    /// A sentence that the law wants on the document.
    pub enum TaxNote {
        /// The buyer owes the tax.
        ReverseCharge = "reverse_charge",
        /// The place of supply is elsewhere.
        OutOfScope = "out_of_scope",
    }
}

impl TaxNote {
    /// The key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::ReverseCharge => "billing-note-reverse-charge",
            Self::OutOfScope => "billing-note-out-of-scope",
        }
    }
}

/// How a document is taxed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxDecision {
    /// The category of every line.
    pub category: TaxCategory,
    /// The rate of every line.
    pub rate: Rate,
    /// The country whose tax it is (ISO 3166-1 alpha-2).
    pub country: String,
    /// What must be written on the document.
    pub note: Option<TaxNote>,
}

impl TaxDecision {
    /// No tax is charged to this buyer, whatever the place.
    #[must_use]
    pub fn exempt(country: &str) -> Self {
        Self { category: TaxCategory::OutOfScope, rate: Rate::ZERO, country: country.to_owned(), note: None }
    }
}

/// A rate of a country from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxRateView {
    /// Its id.
    pub id: TaxRateId,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The rate as a ratio.
    pub rate: Rate,
    /// The same in percent.
    pub percent: String,
    /// First day.
    pub valid_from: Day,
    /// When the row was written.
    pub created_at: Instant,
}

/// Where a service sold from one country to a buyer in another is taxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// By this country, at its rate; the seller collects.
    Collected(String),
    /// In the buyer's country, by the buyer.
    Reversed(String),
    /// Outside the seller's reach; the seller's country is named.
    Elsewhere(String),
}

/// Decides the place. At home tax is collected. Within the Union a business
/// (with a VAT number of its own country's form) owes the tax itself and a
/// consumer pays the rate of the country where they live. Everywhere else
/// nothing is collected.
#[must_use]
pub fn place(seller_country: &str, buyer_country: &str, buyer_is_business: bool) -> Place {
    if seller_country == buyer_country {
        return Place::Collected(seller_country.to_owned());
    }
    if !is_eu(seller_country) || !is_eu(buyer_country) {
        return Place::Elsewhere(seller_country.to_owned());
    }
    if buyer_is_business {
        Place::Reversed(buyer_country.to_owned())
    } else {
        Place::Collected(buyer_country.to_owned())
    }
}

impl Place {
    /// The decision, given the standard rate in force of the country that
    /// collects. None when a member of the Union has no rate: its tax is due, but
    /// not known. Outside the Union no rate means no such tax.
    #[must_use]
    pub fn decide(self, rate: Option<Rate>) -> Option<TaxDecision> {
        let untaxed = |category, country, note| TaxDecision { category, rate: Rate::ZERO, country, note };
        match self {
            Self::Reversed(country) => Some(untaxed(TaxCategory::ReverseCharge, country, Some(TaxNote::ReverseCharge))),
            Self::Elsewhere(country) => Some(untaxed(TaxCategory::OutOfScope, country, Some(TaxNote::OutOfScope))),
            Self::Collected(country) => match rate {
                None if is_eu(&country) => None,
                None => Some(untaxed(TaxCategory::OutOfScope, country, None)),
                Some(rate) if rate == Rate::ZERO => Some(untaxed(TaxCategory::Zero, country, None)),
                Some(rate) => Some(TaxDecision { category: TaxCategory::Standard, rate, country, note: None }),
            },
        }
    }
}
