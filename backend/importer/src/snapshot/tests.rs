use proptest::prelude::*;

use super::values::{Amount, Cycle};

proptest! {
    #[test]
    fn an_amount_reads_what_it_writes(mantissa in -1_000_000_000_000i64..1_000_000_000_000, scale in 0u32..10) {
        let amount = Amount { value: rust_decimal::Decimal::new(mantissa, scale), currency: "EUR".parse().unwrap() };
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
    }

    #[test]
    fn a_cycle_reads_what_it_writes(count in 1u32..1_200, is_months in any::<bool>()) {
        let cycle = if is_months { Cycle::Months(count.min(100)) } else { Cycle::Days(count) };
        prop_assert_eq!(cycle.to_string().parse::<Cycle>().unwrap(), cycle);
    }

    #[test]
    fn no_text_makes_a_value_panic(text in ".{0,20}") {
        let _ = (text.parse::<Amount>(), text.parse::<Cycle>());
    }
}

#[test]
fn an_amount_with_more_digits_than_its_currency_is_kept_and_does_not_become_money() {
    let amount: Amount = "EUR 0.005".parse().unwrap();
    assert_eq!(amount.to_string(), "EUR 0.005");
    assert!(amount.money().is_err());
    assert_eq!("EUR 5.000".parse::<Amount>().unwrap().money().unwrap().to_string(), "EUR 5.00");
}

#[test]
fn amounts_that_are_no_plain_numbers_are_refused() {
    for text in ["EUR 1e5", "EUR 1,000.00", "EUR ", "EUR .5", "5.00", "XXX 5", "EUR --5", "EUR 5 EUR"] {
        assert!(text.parse::<Amount>().is_err(), "{text}");
    }
}
