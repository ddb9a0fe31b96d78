//! Pure rules of every room.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests"
)]

use hostwright_kernel::{Currency, Day, Money, Quantity, Rate, Rounding};
use proptest::prelude::*;

use super::ledger::model::{Account, AccountKind, Leg, Posting, PostingKind, balance};
use super::numbering::model::{Number, gaps};
use super::tax::model::{TaxCategory, TaxDecision, TaxNote, place};
use super::totals::{LineInput, LineKind, Totals, compute};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn line(unit: Money, quantity: &str) -> LineInput {
    LineInput { description: "A line".to_owned(), quantity: quantity.parse().unwrap(), unit, kind: LineKind::Other }
}

fn taxed(rate: &str) -> TaxDecision {
    TaxDecision { category: TaxCategory::Standard, rate: rate.parse().unwrap(), country: "DE".to_owned(), note: None }
}

/// The oracle: the same document in fractions of 128-bit integers, written from
/// the norm and not from the function under test.
mod oracle {
    use super::*;

    #[derive(Clone, Copy)]
    pub struct Fraction {
        top: i128,
        bottom: i128,
    }

    impl Fraction {
        pub fn whole(top: i64) -> Self {
            Self { top: i128::from(top), bottom: 1 }
        }

        pub fn read(text: &str) -> Self {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let bottom = 10_i128.pow(u32::try_from(fraction.len()).unwrap());
            let top: i128 = format!("{whole}{fraction}").parse().unwrap();
            Self { top, bottom }
        }

        pub fn times(self, other: Self) -> Self {
            Self { top: self.top * other.top, bottom: self.bottom * other.bottom }
        }

        pub fn rounded(self, mode: Rounding) -> i64 {
            let floor = self.top.div_euclid(self.bottom);
            let doubled_rest = self.top.rem_euclid(self.bottom) * 2;
            let up = match (mode, doubled_rest.cmp(&self.bottom)) {
                (Rounding::Down, _) => doubled_rest != 0 && self.top < 0,
                (_, std::cmp::Ordering::Less) => false,
                (_, std::cmp::Ordering::Greater) => true,
                (Rounding::HalfUp, std::cmp::Ordering::Equal) => self.top > 0,
                (Rounding::HalfEven, std::cmp::Ordering::Equal) => floor % 2 != 0,
            };
            i64::try_from(floor + i128::from(up)).unwrap()
        }
    }

    /// Lines, net, tax, total.
    pub fn document(lines: &[(i64, String)], rate: &str, mode: Rounding) -> (Vec<i64>, i64, i64, i64) {
        let nets: Vec<i64> = lines
            .iter()
            .map(|(unit, quantity)| Fraction::whole(*unit).times(Fraction::read(quantity)).rounded(mode))
            .collect();
        let net: i64 = nets.iter().sum();
        let tax = Fraction::whole(net).times(Fraction::read(rate)).rounded(mode);
        (nets, net, tax, net + tax)
    }
}

fn modes() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Rounding::HalfUp), Just(Rounding::HalfEven), Just(Rounding::Down)]
}

fn quantities() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u32..1000).prop_map(|n| n.to_string()),
        (0_u32..1000, 0_u32..100_000_000).prop_map(|(whole, part)| format!("{whole}.{part:08}")),
        (0_u32..20).prop_map(|n| format!("{n}.5")),
    ]
}

fn rates() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        Just("0.19".to_owned()),
        Just("0.255".to_owned()),
        Just("0.081".to_owned()),
        Just("0.5".to_owned()),
        (0_u32..1_000_000).prop_map(|n| format!("0.{n:06}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn totals_agree_with_the_oracle_in_fractions(
        lines in prop::collection::vec((-10_000_000_i64..1_000_000_000_000, quantities()), 1..12),
        rate in rates(),
        mode in modes(),
    ) {
        let inputs: Vec<LineInput> = lines.iter().map(|(unit, quantity)| line(eur(*unit), quantity)).collect();
        let totals = compute(&inputs, &taxed(&rate), mode).unwrap();
        let (nets, net, tax, total) = oracle::document(&lines, &rate, mode);
        prop_assert_eq!(totals.lines.iter().map(|line| line.net.minor).collect::<Vec<_>>(), nets);
        prop_assert_eq!((totals.net.minor, totals.tax.minor, totals.total.minor), (net, tax, total));
        prop_assert_eq!(totals.groups.iter().map(|group| group.tax.minor).sum::<i64>(), tax);
        prop_assert_eq!(totals.groups.iter().map(|group| group.net.minor).sum::<i64>(), net);
    }

    #[test]
    fn a_posting_debits_what_it_credits(amounts in prop::collection::vec(-1_000_000_i64..1_000_000, 1..20)) {
        let legs: Vec<Leg> = amounts
            .iter()
            .filter_map(|minor| Leg::signed(Account::receivable("cus_1"), Account::goodwill(), eur(*minor)).unwrap())
            .collect();
        prop_assert!(legs.iter().all(|leg| leg.amount.is_positive()));
        let posting = Posting {
            kind: PostingKind::InvoiceIssued,
            reference: "x".to_owned(),
            day: day("2026-01-01"),
            reason: String::new(),
            legs,
        };
        let movements = posting.movements().unwrap();
        let debits: i64 = movements.values().map(|(_, movement)| movement.debits).sum();
        let credits: i64 = movements.values().map(|(_, movement)| movement.credits).sum();
        prop_assert_eq!(debits, credits);
        let owed: i64 = movements
            .values()
            .filter(|(account, _)| account.kind == AccountKind::Asset)
            .map(|(_, movement)| movement.debits - movement.credits)
            .sum();
        prop_assert_eq!(owed, amounts.iter().sum::<i64>());
    }
}

#[test]
fn each_line_is_rounded_before_the_sum() {
    let totals = compute(&[line(eur(1), "0.5"), line(eur(1), "0.5")], &taxed("0.19"), Rounding::HalfUp).unwrap();
    assert_eq!(totals.net, eur(2));
    let totals = compute(&[line(eur(1), "0.5"), line(eur(1), "0.5")], &taxed("0.19"), Rounding::HalfEven).unwrap();
    assert_eq!(totals.net, eur(0));
}

#[test]
fn tax_is_rounded_once_for_the_rate_and_not_for_each_line() {
    // Three times 0.33 at 19 percent: 0.0627 each would be 0.18, together 0.1881 is 0.19.
    let lines = [line(eur(33), "1"), line(eur(33), "1"), line(eur(33), "1")];
    let totals = compute(&lines, &taxed("0.19"), Rounding::HalfUp).unwrap();
    assert_eq!((totals.net, totals.tax, totals.total), (eur(99), eur(19), eur(118)));
}

#[test]
fn yen_are_rounded_down_to_whole_yen() {
    let yen = "JPY".parse().unwrap();
    let totals = compute(&[line(Money::new(999, yen), "1")], &taxed("0.1"), Rounding::Down).unwrap();
    assert_eq!((totals.tax.minor, totals.total.minor), (99, 1098));
}

#[test]
fn documents_without_lines_and_of_two_currencies_are_refused() {
    assert!(compute(&[], &taxed("0.19"), Rounding::HalfUp).unwrap_err().is("invoices.no_lines"));
    let usd = Money::new(5, "USD".parse().unwrap());
    let mixed = compute(&[line(eur(1), "1"), line(usd, "1")], &taxed("0.19"), Rounding::HalfUp);
    assert!(mixed.unwrap_err().is("money.mixed_currencies"));
    let huge = compute(&[line(eur(i64::MAX), "2")], &taxed("0.19"), Rounding::HalfUp);
    assert!(huge.unwrap_err().is("money.too_large"));
}

fn decided(seller: &str, buyer: &str, business: bool, rate: Option<&str>) -> Option<TaxDecision> {
    place(seller, buyer, business).decide(rate.map(|rate| rate.parse().unwrap()))
}

#[test]
fn tax_is_decided_by_where_both_are_and_what_the_buyer_is() {
    let home = decided("DE", "DE", true, Some("0.19")).unwrap();
    assert_eq!(
        (home.category, home.rate.to_string(), home.country.as_str()),
        (TaxCategory::Standard, "0.19".to_owned(), "DE")
    );

    let consumer = decided("DE", "FR", false, Some("0.2")).unwrap();
    assert_eq!(
        (consumer.category, consumer.rate.to_string(), consumer.country.as_str()),
        (TaxCategory::Standard, "0.2".to_owned(), "FR")
    );

    let business = decided("DE", "FR", true, None).unwrap();
    assert_eq!(
        (business.category, business.rate, business.note),
        (TaxCategory::ReverseCharge, Rate::ZERO, Some(TaxNote::ReverseCharge))
    );

    let abroad = decided("DE", "US", true, None).unwrap();
    assert_eq!((abroad.category, abroad.note), (TaxCategory::OutOfScope, Some(TaxNote::OutOfScope)));
    assert_eq!(decided("CH", "CH", false, Some("0.081")).unwrap().category, TaxCategory::Standard);
    assert_eq!(decided("CH", "DE", true, None).unwrap().category, TaxCategory::OutOfScope);
    assert_eq!(decided("US", "US", false, None).unwrap().category, TaxCategory::OutOfScope);
    assert_eq!(decided("DE", "DE", false, Some("0")).unwrap().category, TaxCategory::Zero);
    // Tax is due, but nobody told at which rate.
    assert_eq!(decided("DE", "FR", false, None), None);
}

#[test]
fn numbers_have_five_digits_and_a_prefix_where_there_is_one() {
    let number =
        |series: &str, sequence| Number { series: series.to_owned(), year: 2026, sequence, day: day("2026-03-01") };
    assert_eq!(number("", 42).text(), "2026-00042");
    assert_eq!(number("HW", 42).text(), "HW-2026-00042");
    assert_eq!(number("", 123_456).text(), "2026-123456");
}

#[test]
fn a_gap_a_repeat_and_a_date_that_goes_back_are_found() {
    let days = |rows: &[(i64, &str)]| rows.iter().map(|(n, text)| (*n, day(text))).collect::<Vec<_>>();
    assert!(gaps("x", 2, &days(&[(1, "2026-01-01"), (2, "2026-01-01")])).is_empty());
    assert_eq!(gaps("x", 3, &days(&[(1, "2026-01-01"), (3, "2026-01-02")])).len(), 1);
    assert_eq!(gaps("x", 2, &days(&[(1, "2026-01-01"), (1, "2026-01-02")])).len(), 1);
    assert_eq!(gaps("x", 2, &days(&[(1, "2026-01-02"), (2, "2026-01-01")])).len(), 1);
    assert_eq!(gaps("x", 2, &days(&[(1, "2026-01-02")])).len(), 1);
}

#[test]
fn a_balance_grows_on_its_own_side() {
    assert_eq!(balance(AccountKind::Asset, eur(5), eur(2)).unwrap(), eur(3));
    assert_eq!(balance(AccountKind::Liability, eur(5), eur(2)).unwrap(), eur(-3));
}

#[test]
fn amounts_are_read_strictly() {
    let read = |text: &str| super::amount(text, Currency::EUR);
    assert_eq!(read("59,00").unwrap(), eur(5900));
    for (text, code) in [
        ("0", "billing.amount_not_positive"),
        ("-1", "billing.amount_not_positive"),
        ("1.234", "billing.amount_unreadable"),
        ("ten", "billing.amount_unreadable"),
        ("1e3", "billing.amount_unreadable"),
        ("10000000000000.01", "billing.amount_too_large"),
        ("99999999999999999999999999", "billing.amount_too_large"),
    ] {
        assert_eq!(read(text).unwrap_err().code, code, "{text}");
    }
}

#[test]
fn totals_survive_their_own_json() {
    let totals = compute(&[line(eur(1999), "3")], &taxed("0.19"), Rounding::HalfUp).unwrap();
    let text = serde_json::to_string(&totals).unwrap();
    assert_eq!(serde_json::from_str::<Totals>(&text).unwrap(), totals);
    assert_eq!("3".parse::<Quantity>().unwrap(), totals.lines[0].quantity);
}

#[test]
fn every_refusal_has_a_text() {
    let texts = crate::platform::texts::Texts::embedded().unwrap();
    for refusal in super::error::BillingRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
    assert!(crate::platform::texts::Texts::gaps().iter().all(|gap| !gap.key.contains("billing")));
}
