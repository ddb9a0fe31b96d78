//! Laws of the kernel's values.

use proptest::prelude::*;

use crate::rate::{Rate, Rounding};
use crate::{Clock, Currency, Day, Instant, ManualClock, Money, Months, Period};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn currencies_know_their_exponents() {
    let exponent = |code: &str| code.parse::<Currency>().unwrap().exponent();
    assert_eq!([exponent("EUR"), exponent("JPY"), exponent("KWD"), exponent("CLF")], [2, 0, 3, 4]);
    assert!("EURO".parse::<Currency>().is_err());
    assert!("eur".parse::<Currency>().is_err());
}

#[test]
fn amounts_are_written_and_read_with_the_digits_of_the_currency() {
    let yen: Currency = "JPY".parse().unwrap();
    assert_eq!(eur(-5).to_string(), "EUR -0.05");
    assert_eq!(Money::new(1200, yen).to_string(), "JPY 1200");
    assert_eq!(Money::parse("59,9", Currency::EUR).unwrap(), eur(5990));
    assert!(Money::parse("59.999", Currency::EUR).is_err());
    assert!(Money::parse("1.5", yen).is_err());
    assert!(Money::parse("1e3", Currency::EUR).is_err());
    assert!(Money::parse("99999999999999999999", Currency::EUR).is_err());
}

#[test]
fn two_currencies_never_add_up() {
    let usd: Currency = "USD".parse().unwrap();
    assert!(eur(1).add(Money::new(1, usd)).is_err());
    assert!(eur(i64::MAX).add(eur(1)).is_err());
}

#[test]
fn half_a_cent_rounds_by_the_named_policy() {
    let half: Rate = "0.5".parse().unwrap();
    let round = |minor, mode| half.of(eur(minor), mode).unwrap().minor;
    assert_eq!([round(1, Rounding::HalfUp), round(1, Rounding::HalfEven), round(1, Rounding::Down)], [1, 0, 0]);
    assert_eq!([round(-1, Rounding::HalfUp), round(3, Rounding::HalfEven), round(-3, Rounding::Down)], [-1, 2, -1]);
}

#[test]
fn percent_is_read_and_written_exactly() {
    assert_eq!(Rate::from_percent("19").unwrap().canonical(), "0.19");
    assert_eq!(Rate::from_percent("8.1 %").unwrap().percent(), "8.1");
}

#[test]
fn renewing_on_31_january_bills_to_28_february_and_then_to_31_march() {
    let month = Months::try_from(1).unwrap();
    let anchor = day("2027-01-31");
    assert_eq!(Period::nth(anchor, month, 0).end, day("2027-02-28"));
    assert_eq!(Period::nth(anchor, month, 1).end, day("2027-03-31"));
    assert_eq!(Period::nth(anchor, month, 13).end, day("2028-03-31"));
    assert_eq!(Period::nth(day("2024-02-29"), Months::try_from(12).unwrap(), 0).end, day("2025-02-28"));
}

#[test]
fn a_day_begins_when_the_zone_says_so() {
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let late: Instant = "2026-05-02T22:30:00Z".parse().unwrap();
    assert_eq!(late.day_in(&berlin), day("2026-05-03"));
    assert_eq!(day("2026-05-03").start_in(&berlin).to_string(), "2026-05-02T22:00:00.000000Z");
}

#[test]
fn the_manual_clock_never_goes_back() {
    let clock = ManualClock::at("2026-05-03T00:00:00Z".parse().unwrap());
    clock.advance_days(2);
    clock.move_to("2026-05-04T00:00:00Z".parse().unwrap());
    assert!(clock.now() >= "2026-05-05T00:00:00Z".parse().unwrap());
}

proptest! {
    #[test]
    fn the_parts_of_a_split_sum_to_the_whole(minor in any::<i32>(), weights in prop::collection::vec(0u64..1_000, 1..20)) {
        let parts = eur(i64::from(minor)).split(&weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(Money::sum(Currency::EUR, parts).unwrap(), eur(i64::from(minor)));
    }

    #[test]
    fn an_amount_survives_being_written(minor in any::<i64>().prop_filter("has a negation", |m| *m != i64::MIN)) {
        prop_assert_eq!(Money::parse(&eur(minor).decimal(), Currency::EUR).unwrap(), eur(minor));
    }

    #[test]
    fn periods_of_one_anchor_follow_each_other_without_gap(start in 0i64..20_000, months in 1i64..24, index in 0u32..50) {
        let anchor = day("2000-01-01").plus_days(start);
        let months = Months::try_from(months).unwrap();
        let (this, next) = (Period::nth(anchor, months, index), Period::nth(anchor, months, index.saturating_add(1)));
        prop_assert_eq!(this.end, next.start);
        prop_assert!(!this.overlaps(&next) && this.days() >= 28);
    }

    #[test]
    fn an_instant_survives_being_written(micros in -62_135_596_800_000_000i64..253_402_300_799_000_000) {
        let moment = Instant::from_micros(micros).unwrap();
        prop_assert_eq!(moment.to_string().parse::<Instant>().unwrap(), moment);
    }
}
