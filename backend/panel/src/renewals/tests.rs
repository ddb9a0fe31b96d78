//! The ladder's rules.

use hostwright_kernel::Day;
use proptest::prelude::*;

use super::model::Ladder;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn an_invoice_is_issued_the_named_days_before_the_period_and_not_a_day_earlier() {
    let ladder = Ladder::default();
    assert!(!ladder.is_billable(day("2027-02-28"), day("2027-02-13")));
    assert!(ladder.is_billable(day("2027-02-28"), day("2027-02-14")));
}

#[test]
fn an_invoice_is_not_overdue_on_its_due_day() {
    let ladder = Ladder::default();
    let rung = ladder.rung(day("2027-03-01"), day("2027-03-01"));
    assert!(rung.reminders.is_empty() && !rung.suspend && !rung.terminate);
}

#[test]
fn servers_stop_on_the_eighth_day_after_the_due_day_and_not_on_the_seventh() {
    let ladder = Ladder::default();
    assert!(!ladder.rung(day("2027-03-01"), day("2027-03-08")).suspend);
    let rung = ladder.rung(day("2027-03-01"), day("2027-03-09"));
    assert_eq!((rung.reminders, rung.suspend, rung.terminate), (vec![1, 2], true, false));
}

#[test]
fn a_ladder_that_ends_contracts_before_it_warns_is_refused() {
    let ladder = Ladder { terminate_after_days: 4, ..Ladder::default() };
    assert_eq!(ladder.checked().unwrap_err().code(), "renewals.ladder_not_rising");
    let ladder = Ladder { invoice_days_ahead: 61, ..Ladder::default() };
    assert_eq!(ladder.checked().unwrap_err().code(), "renewals.days_out_of_range");
}

proptest! {
    #[test]
    fn waiting_longer_never_takes_a_consequence_back(late in 0i64..400, more in 0i64..400) {
        let (ladder, due) = (Ladder::default(), day("2027-01-01"));
        let (now, later) = (ladder.rung(due, due.plus_days(late)), ladder.rung(due, due.plus_days(late + more)));
        prop_assert!(later.reminders.len() >= now.reminders.len());
        prop_assert!(later.suspend || !now.suspend);
        prop_assert!(later.terminate || !now.terminate);
    }
}
