//! Money: a signed count of minor units in one currency.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;

/// An amount of one currency in minor units (cents for EUR, yen for JPY).
///
/// Every operation is checked: overflow and mixed currencies are errors, never
/// wrong numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Money {
    /// Count of minor units; negative for what is owed the other way.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// Why an amount could not be computed or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit 64 bits.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies met.
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
    /// The text is no amount of this currency.
    #[error("'{0}' is not an amount of {1}")]
    Unreadable(String, Currency),
}

#[expect(clippy::should_implement_trait, reason = "every operation may fail, which the operators' traits cannot say")]
impl Money {
    /// An amount from minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in this currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.minor > 0
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// On overflow and on mixed currencies.
    pub fn add(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// On overflow and on mixed currencies.
    pub fn sub(self, other: Self) -> Result<Self, MoneyError> {
        self.add(other.neg()?)
    }

    /// The same amount the other way.
    ///
    /// # Errors
    /// On overflow.
    pub fn neg(self) -> Result<Self, MoneyError> {
        self.minor.checked_neg().map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The smaller of two amounts.
    ///
    /// # Errors
    /// On mixed currencies.
    pub fn min(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        Ok(if other.minor < self.minor { other } else { self })
    }

    /// The sum of many, starting from zero of `currency`.
    ///
    /// # Errors
    /// On overflow and on mixed currencies.
    pub fn sum(currency: Currency, parts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        parts.into_iter().try_fold(Self::zero(currency), Self::add)
    }

    /// Splits by weights with the largest remainder; ties go to the earlier
    /// part. The parts always sum to the whole. No weights, or none above zero,
    /// give the whole to the first part.
    ///
    /// # Errors
    /// On overflow of 128 bits.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if total == 0 {
            let rest = weights.len().saturating_sub(1);
            return Ok(std::iter::once(self).chain(std::iter::repeat_n(Self::zero(self.currency), rest)).collect());
        }
        let whole = i128::from(self.minor);
        let mut parts = Vec::with_capacity(weights.len());
        for (index, weight) in weights.iter().enumerate() {
            let product = whole.checked_mul(i128::from(*weight)).ok_or(MoneyError::Overflow)?;
            parts.push((product.div_euclid(total), product.rem_euclid(total), index));
        }
        let given: i128 = parts.iter().map(|part| part.0).sum();
        let left = usize::try_from(whole.saturating_sub(given)).map_err(|_out_of_range| MoneyError::Overflow)?;
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|i| parts.get(*i).map(|part| (std::cmp::Reverse(part.1), part.2)));
        for index in by_remainder.into_iter().take(left) {
            if let Some(part) = parts.get_mut(index) {
                part.0 = part.0.saturating_add(1);
            }
        }
        parts
            .into_iter()
            .map(|(minor, ..)| {
                i64::try_from(minor).map(|minor| Self { minor, ..self }).map_err(|_out_of_range| MoneyError::Overflow)
            })
            .collect()
    }

    /// The amount as a decimal text with the currency's digits, without the
    /// code: `59.00`, `-0.05`, `1200`.
    #[must_use]
    pub fn decimal(&self) -> String {
        let digits = self.currency.exponent();
        let magnitude = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let Some(scale) = 10u64.checked_pow(digits).filter(|_| digits > 0) else {
            return format!("{sign}{magnitude}");
        };
        let (whole, fraction) =
            (magnitude.checked_div(scale).unwrap_or_default(), magnitude.checked_rem(scale).unwrap_or_default());
        let width = usize::try_from(digits).unwrap_or_default();
        format!("{sign}{whole}.{fraction:0width$}")
    }

    /// Reads `59`, `59.00`, `59,00` or `-0.05`; more digits than the currency
    /// has are refused, never rounded.
    ///
    /// # Errors
    /// When the text is no such number or does not fit.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::Unreadable(text.chars().take(40).collect(), currency);
        let trimmed = text.trim();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let scale = usize::try_from(currency.exponent()).map_err(|_never| bad())?;
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > scale {
            return Err(bad());
        }
        let joined = format!("{whole}{fraction:0<scale$}");
        let minor: i64 = joined.parse().map_err(|_too_long| bad())?;
        let amount = Self::new(minor, currency);
        if negative { amount.neg() } else { Ok(amount) }
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed(self.currency, other.currency)) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.decimal())
    }
}
