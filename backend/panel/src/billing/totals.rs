//! The one function that computes what a document says.
//!
//! The order is that of EN 16931: each line is rounded to minor units, the
//! rounded lines are summed, tax is computed once for each rate on the sum of
//! its lines, and the total is net plus tax. Quote, cart, invoice, PDF, ledger
//! and reports all call [`compute`].

use hostwright_kernel::{Money, Quantity, Rate, Rounding, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::BillingRefusal;
use super::tax::model::{TaxCategory, TaxDecision};
use crate::platform::error::Result;

/// The largest amount of one line or payment, in minor units: sums of a
/// document's lines then stay far inside 64 bits.
pub const LARGEST_MINOR: i64 = 1_000_000_000_000_000;
/// The most lines that one document holds.
pub const MOST_LINES: usize = 1_000;

text_enum! {
    /// What a line is for; each has a revenue account.
    pub enum LineKind {
        /// A period of a subscription.
        Recurring = "recurring",
        /// Paid once at the start.
        Setup = "setup",
        /// Anything else.
        Other = "other",
    }
}

/// A line before it is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineInput {
    /// What is charged, as the customer reads it.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Net price of one.
    pub unit: Money,
    /// What for.
    pub kind: LineKind,
}

/// A computed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineTotal {
    /// What is charged.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Net price of one.
    pub unit: Money,
    /// What for.
    pub kind: LineKind,
    /// Quantity times unit price, rounded once.
    pub net: Money,
    /// Tax category.
    pub category: TaxCategory,
    /// Tax rate.
    pub rate: Rate,
}

/// What all lines of one tax rate come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxGroup {
    /// Tax category.
    pub category: TaxCategory,
    /// Tax rate.
    pub rate: Rate,
    /// The country whose tax it is (ISO 3166-1 alpha-2).
    pub country: String,
    /// Sum of the rounded lines.
    pub net: Money,
    /// The rate's share of `net`, rounded once.
    pub tax: Money,
}

/// A computed document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// The lines in their order.
    pub lines: Vec<LineTotal>,
    /// One for each tax category and rate.
    pub groups: Vec<TaxGroup>,
    /// Sum of the rounded lines.
    pub net: Money,
    /// Sum of the groups' tax.
    pub tax: Money,
    /// Net plus tax: what is to be paid.
    pub total: Money,
}

/// Computes a document whose lines share one tax decision and one currency.
///
/// # Errors
/// `invoices.no_lines` without lines, `invoices.too_many_lines` over 1,000, and
/// money errors on mixed currencies and overflow.
pub fn compute(lines: &[LineInput], decision: &TaxDecision, rounding: Rounding) -> Result<Totals> {
    let currency = lines.first().ok_or(BillingRefusal::NoLines)?.unit.currency;
    if lines.len() > MOST_LINES {
        return Err(BillingRefusal::TooManyLines.into());
    }
    let lines: Vec<LineTotal> = lines
        .iter()
        .map(|line| {
            Ok(LineTotal {
                description: line.description.clone(),
                quantity: line.quantity,
                unit: line.unit,
                kind: line.kind,
                net: line.quantity.times(line.unit, rounding)?,
                category: decision.category,
                rate: decision.rate,
            })
        })
        .collect::<Result<_>>()?;
    let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let group = TaxGroup {
        category: decision.category,
        rate: decision.rate,
        country: decision.country.clone(),
        net,
        tax: decision.rate.of(net, rounding)?,
    };
    let groups = vec![group];
    let tax = Money::sum(currency, groups.iter().map(|group| group.tax))?;
    Ok(Totals { lines, groups, net, tax, total: net.add(tax)? })
}
