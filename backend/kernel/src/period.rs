//! Billing periods: half-open civil date ranges counted from an anchor.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// A billing period's length in months: 1 to 120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Months(u32);

/// Not a number of months from 1 to 120.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 120 months")]
pub struct BadMonths;

impl Months {
    /// The count.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.0
    }
}

impl utoipa::PartialSchema for Months {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(120))
            .description(Some("months"))
            .into()
    }
}

impl utoipa::ToSchema for Months {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Months")
    }
}

impl TryFrom<i64> for Months {
    type Error = BadMonths;
    fn try_from(count: i64) -> Result<Self, Self::Error> {
        u32::try_from(count).ok().filter(|count| (1..=120).contains(count)).map(Self).ok_or(BadMonths)
    }
}

impl From<Months> for i64 {
    fn from(months: Months) -> Self {
        Self::from(months.0)
    }
}

/// The days from `start` up to, but without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Period {
    /// First day.
    pub start: Day,
    /// The day after the last.
    pub end: Day,
}

impl Period {
    /// The `index`-th period (from 0) of `length` counted from `anchor`, so that
    /// 31 January is followed by 28 February and then by 31 March.
    #[must_use]
    pub fn nth(anchor: Day, length: Months, index: u32) -> Self {
        let begin = length.count().saturating_mul(index);
        Self { start: anchor.plus_months(begin), end: anchor.plus_months(begin.saturating_add(length.count())) }
    }

    /// How many days.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.start.days_until(self.end)
    }

    /// Whether the day lies inside.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.start <= day && day < self.end
    }

    /// Whether two periods share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The last day inside, as people write periods.
    #[must_use]
    pub fn last_day(&self) -> Day {
        self.end.plus_days(-1)
    }
}
