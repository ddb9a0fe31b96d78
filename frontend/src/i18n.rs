//! Words, days, moments and amounts in the caller's language.

use hostwright_kernel::{Day, Instant, Money};
use hostwright_panel::platform::texts::{FluentValue, clock_time};

use crate::page::Page;

impl Page {
    /// A text by its key.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.get(self.locale, key)
    }

    /// A text with values: `t_with("ui-steps", &[("done", 2.into()), ("name", name.into())])`.
    #[must_use]
    pub fn t_with(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.texts.get_with(self.locale, key, args)
    }

    /// An amount: `EUR 59.00` or `59,00 EUR`.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        self.locale.money(amount)
    }

    /// A canonical decimal (`19.5`) in the signs of the language.
    #[must_use]
    pub fn decimal(&self, canonical: &str) -> String {
        self.locale.decimal(canonical)
    }

    /// A count with groups of thousands.
    #[must_use]
    pub fn count(&self, count: impl Into<i128>) -> String {
        self.locale.decimal(&count.into().to_string())
    }

    /// A day: 3 May 2026.
    #[must_use]
    pub fn day(&self, day: Day) -> String {
        self.texts.day(self.locale, day)
    }

    /// A moment in the caller's zone: 3 May 2026, 14:05 (CEST).
    #[must_use]
    pub fn instant(&self, moment: Instant) -> String {
        self.texts.instant(self.locale, &self.zone, moment)
    }

    /// The time of day with seconds, for logs: 14:05:09.
    #[must_use]
    pub fn log_time(&self, moment: Instant) -> String {
        clock_time(&self.zone, moment, true)
    }

    /// A span in words: `4 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. Negative spans
    /// are shown as nothing.
    #[must_use]
    pub fn span(&self, seconds: i64) -> String {
        let seconds = seconds.max(0);
        let (d, h, m, s) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60, seconds % 60);
        let unit = |key: &str, n: i64| self.t_with(key, &[("n", n.into())]);
        let (large, small) = match (d, h, m) {
            (0, 0, 0) => (unit("ui-span-seconds", s), None),
            (0, 0, _) => (unit("ui-span-minutes", m), (m < 10 && s > 0).then(|| unit("ui-span-seconds", s))),
            (0, _, _) => (unit("ui-span-hours", h), (m > 0).then(|| unit("ui-span-minutes", m))),
            _ => (unit("ui-span-days", d), (h > 0).then(|| unit("ui-span-hours", h))),
        };
        small.map_or(large.clone(), |small| format!("{large} {small}"))
    }
}
