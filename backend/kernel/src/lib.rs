//! The values that every part of Hostwright speaks: money, rates, periods,
//! days, instants, clocks and ids.
//!
//! Invariant: nothing here does I/O, except [`clock::SystemClock`], which is the
//! one place where the wall clock is read, and [`id`], the one place where
//! random ids are made. There is no binary float in this crate.
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects)]

pub mod clock;
pub mod currency;
pub mod id;
pub mod money;
pub mod period;
pub mod rate;
pub mod time;

pub use clock::{Clock, ManualClock, OffsetClock, SystemClock};
pub use currency::Currency;
pub use money::{Money, MoneyError};
pub use period::{Months, Period};
pub use rate::{Quantity, Rate, Rounding};
pub use time::{Day, Instant};

#[cfg(test)]
mod tests;
