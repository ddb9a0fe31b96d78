//! Where the time comes from. Everything else takes it as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::time::Instant;

/// A source of the current moment.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now, in UTC with microseconds.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
        let micros = jiff::Timestamp::now().as_microsecond();
        Instant::from_micros(micros).unwrap_or_else(|_| Instant::default_epoch())
    }
}

/// A clock that a test or the demo moves. It goes on ticking with real time
/// from where it was put only when it is told to.
#[derive(Debug, Clone)]
pub struct ManualClock {
    micros: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: Instant) -> Self {
        Self { micros: Arc::new(AtomicI64::new(start.micros())) }
    }

    /// Moves to `moment`; never back, because documents and leases rely on it.
    pub fn move_to(&self, moment: Instant) {
        self.micros.fetch_max(moment.micros(), Ordering::SeqCst);
    }

    /// Moves on by seconds.
    pub fn advance_seconds(&self, seconds: u32) {
        self.micros.fetch_add(i64::from(seconds).saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// Moves on by days of 24 hours.
    pub fn advance_days(&self, days: u32) {
        self.advance_seconds(days.saturating_mul(86_400));
    }
}

impl Clock for ManualClock {
    /// Each reading is one microsecond after the last, so that no two rows made
    /// one after the other carry the same moment.
    fn now(&self) -> Instant {
        let micros = self.micros.fetch_add(1, Ordering::SeqCst);
        Instant::from_micros(micros).unwrap_or_else(|_| Instant::default_epoch())
    }
}

impl Instant {
    fn default_epoch() -> Self {
        Self::from_micros(0).unwrap_or_else(|_| unreachable!("1970 is inside the calendar"))
    }
}

/// The machine's clock, moved ahead: for the demo and for trying out what
/// months will bring. It ticks on with real time.
#[derive(Debug, Clone, Default)]
pub struct OffsetClock {
    seconds_ahead: Arc<AtomicI64>,
}

impl OffsetClock {
    /// A clock that is ahead by seconds.
    #[must_use]
    pub fn ahead_by(seconds: i64) -> Self {
        Self { seconds_ahead: Arc::new(AtomicI64::new(seconds.max(0))) }
    }

    /// Moves on; the seconds by which it is ahead now.
    pub fn advance_seconds(&self, seconds: u32) -> i64 {
        let seconds = i64::from(seconds);
        self.seconds_ahead.fetch_add(seconds, Ordering::SeqCst).saturating_add(seconds)
    }

    /// The seconds by which it is ahead.
    #[must_use]
    pub fn seconds_ahead(&self) -> i64 {
        self.seconds_ahead.load(Ordering::SeqCst)
    }

    /// Takes over how far another panel's clock was moved; never back.
    pub fn at_least(&self, seconds: i64) {
        self.seconds_ahead.fetch_max(seconds, Ordering::SeqCst);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Instant {
        SystemClock.now().plus_seconds(self.seconds_ahead())
    }
}
