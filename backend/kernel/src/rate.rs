//! Rates and quantities: exact decimals that become money once, at the line.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::currency::Currency;
use crate::money::{Money, MoneyError};

/// How an exact amount becomes minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Half away from zero: the default.
    HalfUp,
    /// Half to even.
    HalfEven,
    /// Towards zero: Japan's custom.
    Down,
}

impl Rounding {
    fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::Down => RoundingStrategy::ToZero,
        }
    }
}

/// The text is not an exact decimal in range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a decimal number in range")]
pub struct BadDecimal(pub String);

macro_rules! decimal_value {
    ($(#[$doc:meta])* $name:ident, $max_scale:literal, $about:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Decimal::ZERO);
            /// One.
            pub const ONE: Self = Self(Decimal::ONE);

            /// The exact value.
            #[must_use]
            pub fn decimal(&self) -> Decimal {
                self.0
            }

            /// The canonical text: no exponent, no trailing zeros.
            #[must_use]
            pub fn canonical(&self) -> String {
                self.0.normalize().to_string()
            }
        }
        impl FromStr for $name {
            type Err = BadDecimal;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let bad = || BadDecimal(text.chars().take(40).collect());
                let value = Decimal::from_str_exact(text.trim()).map_err(|_unreadable| bad())?.normalize();
                if value.scale() > $max_scale || value.abs() >= Decimal::from(1_000_000_000_000_i64) {
                    return Err(bad());
                }
                Ok(Self(value))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.canonical())
            }
        }
        crate::id::text_value!($name, stringify!($name), $about, $example);
    };
}

decimal_value!(
    /// A ratio such as a tax rate: `0.19` is 19 percent. At most 8 digits after
    /// the point.
    Rate, 8, "ratio as exact decimal text; 0.19 is 19 percent", "0.19"
);
decimal_value!(
    /// How many of a thing; at most 8 digits after the point.
    Quantity, 8, "exact decimal text", "1"
);

impl Rate {
    /// A rate from percent text: `19` becomes `0.19`.
    ///
    /// # Errors
    /// When the text is no decimal in range.
    pub fn from_percent(text: &str) -> Result<Self, BadDecimal> {
        let percent: Self = text.trim().trim_end_matches('%').trim().parse()?;
        let value = percent.0.checked_div(Decimal::ONE_HUNDRED).ok_or_else(|| BadDecimal(text.to_owned()))?;
        value.to_string().parse()
    }

    /// The rate in percent: `0.19` gives `19`.
    #[must_use]
    pub fn percent(&self) -> String {
        self.0.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default().normalize().to_string()
    }

    /// This share of `amount`, rounded once.
    ///
    /// # Errors
    /// On overflow.
    pub fn of(&self, amount: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        times(amount, self.0, rounding)
    }
}

impl Quantity {
    /// `self` times a unit price in minor units, rounded once.
    ///
    /// # Errors
    /// On overflow.
    pub fn times(&self, unit: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        times(unit, self.0, rounding)
    }
}

impl From<u32> for Quantity {
    fn from(count: u32) -> Self {
        Self(Decimal::from(count))
    }
}

fn times(amount: Money, factor: Decimal, rounding: Rounding) -> Result<Money, MoneyError> {
    let product = Decimal::from(amount.minor).checked_mul(factor).ok_or(MoneyError::Overflow)?;
    round(product, amount.currency, rounding)
}

/// Rounds an exact count of minor units.
///
/// # Errors
/// On overflow of 64 bits.
pub fn round(minor: Decimal, currency: Currency, rounding: Rounding) -> Result<Money, MoneyError> {
    minor
        .round_dp_with_strategy(0, rounding.strategy())
        .to_i64()
        .map(|minor| Money::new(minor, currency))
        .ok_or(MoneyError::Overflow)
}
