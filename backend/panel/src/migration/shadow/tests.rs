use hostwright_importer::snapshot::values::Cycle;
use hostwright_kernel::{Day, Money};
use proptest::prelude::*;

use super::model::{Differs, Due, differences, theirs};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn euros(cents: i64) -> Money {
    Money::new(cents, "EUR".parse().unwrap())
}

fn due(on: &str, cents: i64) -> Due {
    Due { day: day(on), amount: euros(cents) }
}

#[test]
fn the_source_charges_on_its_next_due_day_and_every_cycle_after_it() {
    let charged = |next: &str, cycle| {
        let all = theirs(Some(day(next)), Some(cycle), Some(euros(500)), day("2027-02-01"), day("2027-05-01"));
        all.into_iter().map(|due| due.day.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(charged("2027-02-15", Cycle::Months(1)), ["2027-02-15", "2027-03-15", "2027-04-15"]);
    assert_eq!(charged("2027-01-31", Cycle::Months(1)), ["2027-02-28", "2027-03-31", "2027-04-30"]);
    assert_eq!(charged("2027-05-01", Cycle::Months(1)), Vec::<String>::new(), "the day after the span");
    assert_eq!(charged("2026-02-15", Cycle::Months(12)), ["2027-02-15"]);
    assert_eq!(charged("2027-02-20", Cycle::Days(30)), ["2027-02-20", "2027-03-22", "2027-04-21"]);
    assert_eq!(charged("2027-02-20", Cycle::Once), Vec::<String>::new());
}

#[test]
fn nothing_is_charged_without_a_day_a_price_or_a_cycle() {
    let (from, until) = (day("2027-02-01"), day("2027-03-01"));
    assert_eq!(theirs(None, Some(Cycle::Months(1)), Some(euros(1)), from, until), []);
    assert_eq!(theirs(Some(from), None, Some(euros(1)), from, until), []);
    assert_eq!(theirs(Some(from), Some(Cycle::Months(1)), None, from, until), []);
}

#[test]
fn a_cent_and_a_day_are_told() {
    let told = |ours: &[Due]| {
        let found = differences(&[due("2027-02-15", 500)], ours);
        found.iter().map(|one| one.differs).collect::<Vec<_>>()
    };
    assert_eq!(told(&[due("2027-02-15", 500)]), []);
    assert_eq!(told(&[due("2027-02-15", 501)]), [Differs::Amount]);
    assert_eq!(told(&[due("2027-02-16", 500)]), [Differs::Day]);
    assert_eq!(told(&[due("2027-02-16", 501)]), [Differs::Both]);
    assert_eq!(told(&[]), [Differs::OnlyTheirs]);
    assert_eq!(told(&[due("2027-02-15", 500), due("2027-02-15", 500)]), [Differs::OnlyOurs]);
}

proptest! {
    #[test]
    fn what_is_alike_does_not_differ_in_any_order(days in prop::collection::vec(0_i64..40, 0..8)) {
        let all: Vec<Due> =
            days.iter().map(|n| Due { day: day("2027-02-01").plus_days(*n), amount: euros(n + 1) }).collect();
        let mut turned = all.clone();
        turned.reverse();
        prop_assert_eq!(differences(&all, &turned), []);
    }

    #[test]
    fn no_cycle_runs_for_ever(months in 1_u32..1_200, back in 0_i64..100_000) {
        let from = day("2027-02-01");
        let all = theirs(Some(from.plus_days(-back)), Some(Cycle::Months(months)), Some(euros(1)), from, day("9999-12-31"));
        prop_assert!(all.len() <= 400);
        let all = theirs(Some(from.plus_days(-back)), Some(Cycle::Days(1)), Some(euros(1)), from, day("9999-12-31"));
        prop_assert!(all.len() <= 400);
    }
}
