//! Days and instants.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use diesel::sql_types;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use utoipa::openapi::{KnownFormat, SchemaFormat};

/// A civil date without a time zone, kept as `Date`.
///
/// Inside is the type that diesel can bind on every backend; arithmetic goes
/// through jiff.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = sql_types::Date)]
pub struct Day(NaiveDate);

/// A moment in UTC with microseconds, kept as `Timestamp`.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = sql_types::Timestamp)]
pub struct Instant(NaiveDateTime);

/// The text or number is not a date or moment that we keep (years 1 to 9999).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date of the years 1 to 9999")]
pub struct BadTime(pub String);

impl Day {
    /// A day by year, month (1 to 12) and day of the month.
    ///
    /// # Errors
    /// When there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, BadTime> {
        Date::new(year, month, day)
            .map_err(|_no_such_day| BadTime(format!("{year}-{month}-{day}")))
            .and_then(Self::from_civil)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u32 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(&self) -> u32 {
        self.0.day()
    }

    /// `n` days later (earlier when negative), held at the ends of the calendar.
    #[must_use]
    pub fn plus_days(&self, n: i64) -> Self {
        chrono::Duration::try_days(n).and_then(|span| self.0.checked_add_signed(span)).map_or(*self, Self)
    }

    /// `n` months later; a day that the month lacks becomes its last day, so
    /// always count from the anchor, never from a previous result.
    #[must_use]
    pub fn plus_months(&self, n: u32) -> Self {
        self.0.checked_add_months(chrono::Months::new(n)).map_or(*self, Self)
    }

    /// Days from `self` to `other`; negative when `other` is earlier.
    #[must_use]
    pub fn days_until(&self, other: Self) -> i64 {
        other.0.signed_duration_since(self.0).num_days()
    }

    /// The first moment of this day in a time zone.
    #[must_use]
    pub fn start_in(&self, zone: &TimeZone) -> Instant {
        self.civil()
            .and_then(|date| date.to_zoned(zone.clone()).ok())
            .and_then(|zoned| Instant::from_micros(zoned.timestamp().as_microsecond()).ok())
            .unwrap_or(Instant(self.0.and_time(chrono::NaiveTime::MIN)))
    }

    /// As jiff's civil date, for formatting.
    #[must_use]
    pub fn civil(&self) -> Option<Date> {
        Date::new(i16::try_from(self.year()).ok()?, i8::try_from(self.month()).ok()?, i8::try_from(self.day()).ok()?)
            .ok()
    }

    /// From jiff's civil date.
    ///
    /// # Errors
    /// For years before 1.
    pub fn from_civil(date: Date) -> Result<Self, BadTime> {
        let bad = || BadTime(date.to_string());
        let part = |n: i8| u32::try_from(n).map_err(|_negative| bad());
        if date.year() < 1 {
            return Err(bad());
        }
        NaiveDate::from_ymd_opt(i32::from(date.year()), part(date.month())?, part(date.day())?)
            .map(Self)
            .ok_or_else(bad)
    }
}

impl Instant {
    /// From microseconds since 1970.
    ///
    /// # Errors
    /// Outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, BadTime> {
        chrono::DateTime::from_timestamp_micros(micros)
            .map(|moment| Self(moment.naive_utc()))
            .filter(|moment| (1..=9999).contains(&moment.0.year()))
            .ok_or_else(|| BadTime(micros.to_string()))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn micros(&self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// `seconds` later (earlier when negative), held at the ends of the calendar.
    #[must_use]
    pub fn plus_seconds(&self, seconds: i64) -> Self {
        seconds
            .checked_mul(1_000_000)
            .and_then(|span| self.micros().checked_add(span))
            .and_then(|micros| Self::from_micros(micros).ok())
            .unwrap_or(*self)
    }

    /// `days` times 24 hours later.
    #[must_use]
    pub fn plus_days(&self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Whole seconds from `self` to `later`; negative when `later` is earlier.
    #[must_use]
    pub fn seconds_until(&self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_seconds()
    }

    /// The civil day of this moment in a time zone.
    #[must_use]
    pub fn day_in(&self, zone: &TimeZone) -> Day {
        jiff::Timestamp::from_microsecond(self.micros())
            .ok()
            .and_then(|moment| Day::from_civil(moment.to_zoned(zone.clone()).date()).ok())
            .unwrap_or(Day(self.0.date()))
    }

    /// As jiff's timestamp, for formatting.
    #[must_use]
    pub fn timestamp(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl FromStr for Day {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse::<Date>()
            .map_err(|_unreadable| BadTime(text.chars().take(40).collect()))
            .and_then(Self::from_civil)
    }
}

impl FromStr for Instant {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse::<jiff::Timestamp>()
            .map_err(|_unreadable| BadTime(text.chars().take(40).collect()))
            .and_then(|moment| Self::from_micros(moment.as_microsecond()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.0.format("%Y-%m-%dT%H:%M:%S%.6f"))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! bind_as {
    ($name:ident, $sql:ty, $inner:ty) => {
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<$sql, DB> for $name
        where
            $inner: diesel::serialize::ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <$inner as diesel::serialize::ToSql<$sql, DB>>::to_sql(&self.0, out)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<$sql, DB> for $name
        where
            $inner: diesel::deserialize::FromSql<$sql, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                <$inner as diesel::deserialize::FromSql<$sql, DB>>::from_sql(value).map(Self)
            }
        }
    };
}

bind_as!(Day, sql_types::Date, NaiveDate);
bind_as!(Instant, sql_types::Timestamp, NaiveDateTime);

crate::id::text_value!(Day, "Day", "civil date, ISO 8601", "2026-05-03", |schema| schema
    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))));
crate::id::text_value!(
    Instant,
    "Instant",
    "moment in UTC with microseconds, RFC 3339",
    "2026-05-03T12:05:00.000000Z",
    |schema| schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
);
