use hostwright_kernel::{Day, Months, Period};
use proptest::prelude::*;

use super::schedule;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn months(count: i64) -> Months {
    Months::try_from(count).unwrap()
}

/// The first days of the next periods of a schedule.
fn next(length: i64, started: Option<&str>, last_billed: Option<&str>, next_due: &str) -> Vec<String> {
    let (anchor, billed) = schedule(months(length), started.map(day), last_billed.map(day), day(next_due));
    (0..3)
        .map(|more| Period::nth(anchor, months(length), u32::try_from(billed + more).unwrap()).start.to_string())
        .collect()
}

#[test]
fn what_began_on_the_31st_goes_on_with_the_ends_of_months() {
    assert_eq!(next(1, Some("2026-01-31"), None, "2027-02-28"), ["2027-02-28", "2027-03-31", "2027-04-30"]);
    assert_eq!(
        next(1, Some("2026-10-31"), Some("2027-01-31"), "2027-02-28"),
        ["2027-02-28", "2027-03-31", "2027-04-30"]
    );
    assert_eq!(next(12, Some("2024-02-29"), None, "2027-02-28"), ["2027-02-28", "2028-02-29", "2029-02-28"]);
}

#[test]
fn a_source_that_moved_on_to_an_earlier_day_is_followed() {
    assert_eq!(
        next(1, Some("2026-01-31"), Some("2027-01-28"), "2027-02-28"),
        ["2027-02-28", "2027-03-28", "2027-04-28"]
    );
    assert_eq!(next(1, Some("2026-01-31"), None, "2027-03-03"), ["2027-03-03", "2027-04-03", "2027-05-03"]);
}

#[test]
fn another_cycle_than_in_the_beginning_keeps_the_day_of_the_month() {
    assert_eq!(next(3, Some("2026-01-31"), None, "2027-02-28"), ["2027-02-28", "2027-05-31", "2027-08-31"]);
    assert_eq!(next(12, Some("2026-03-15"), None, "2027-06-15"), ["2027-06-15", "2028-06-15", "2029-06-15"]);
}

#[test]
fn without_a_first_day_the_next_due_day_begins_anew() {
    assert_eq!(next(1, None, None, "2027-02-28"), ["2027-02-28", "2027-03-28", "2027-04-28"]);
    assert_eq!(next(1, Some("2028-01-31"), None, "2027-02-28"), ["2027-02-28", "2027-03-28", "2027-04-28"]);
    assert_eq!(next(1, Some("2027-02-28"), None, "2027-02-28"), ["2027-02-28", "2027-03-28", "2027-04-28"]);
}

proptest! {
    #[test]
    fn the_next_period_begins_on_the_sources_next_due_day(
        length in 1_i64..=36,
        started in proptest::option::of(0_i64..12_000),
        billed in proptest::option::of(0_i64..12_000),
        due in 0_i64..14_000,
    ) {
        let at = |days: i64| day("2000-01-01").plus_days(days);
        let due = at(due);
        let (anchor, count) = schedule(months(length), started.map(at), billed.map(at), due);
        prop_assert_eq!(Period::nth(anchor, months(length), u32::try_from(count).unwrap()).start, due);
    }
}
