//! Quotes: what is shown is what is charged.

use hostwright_kernel::{Currency, Instant, Money, Months, Period};
use proptest::prelude::*;

use super::model::{QUOTE_SECONDS, Quote, QuoteId, QuoteLine, QuoteOrder};
use crate::billing::totals::LineKind;
use crate::catalogue::model::{PlanId, PriceId, RenewalChoice};
use crate::customers::model::CustomerId;
use crate::images::model::ImageId;
use crate::platform::secrets::Vault;

fn now() -> Instant {
    "2027-01-31T12:00:00Z".parse().unwrap()
}

fn quote() -> Quote {
    let eur = |minor| Money::new(minor, Currency::EUR);
    Quote {
        id: QuoteId::new(),
        wish: QuoteOrder {
            customer_id: CustomerId::new(),
            plan_id: PlanId::new(),
            price_id: PriceId::new(),
            image_id: ImageId::new(),
            hostname: "web1".into(),
            ssh_keys: Vec::new(),
            renewal: RenewalChoice::Automatic,
        },
        lines: vec![QuoteLine { description: "Small".into(), kind: LineKind::Recurring, net: eur(1_000) }],
        net: eur(1_000),
        tax: eur(190),
        total: eur(1_190),
        tax_note: None,
        period: Period::nth("2027-01-31".parse().unwrap(), Months::try_from(1).unwrap(), 0),
        expires_at: now().plus_seconds(QUOTE_SECONDS),
    }
}

#[test]
fn a_quote_is_good_until_it_expires_and_not_a_second_longer() {
    let (vault, quote) = (Vault::new([7; 32]), quote());
    let token = quote.sign(&vault).unwrap();
    assert_eq!(Quote::verify(&vault, &token, quote.expires_at).unwrap(), quote);
    let late = Quote::verify(&vault, &token, quote.expires_at.plus_seconds(1)).unwrap_err();
    assert_eq!(late.code(), "orders.quote_expired");
}

#[test]
fn a_quote_of_another_installation_is_refused() {
    let token = quote().sign(&Vault::new([7; 32])).unwrap();
    let error = Quote::verify(&Vault::new([8; 32]), &token, now()).unwrap_err();
    assert_eq!(error.code(), "orders.quote_forged");
}

#[test]
fn a_cent_more_is_another_charge() {
    let (first, mut second) = (quote(), quote());
    assert!(first.charges_like(&second));
    second.total = Money::new(1_191, Currency::EUR);
    assert!(!first.charges_like(&second));
}

proptest! {
    #[test]
    fn no_altered_token_is_accepted(at in 0usize..400, with in any::<char>()) {
        let vault = Vault::new([7; 32]);
        let token = quote().sign(&vault).unwrap();
        let mut letters: Vec<char> = token.chars().collect();
        let at = at % letters.len();
        prop_assume!(letters[at] != with);
        letters[at] = with;
        let altered: String = letters.into_iter().collect();
        let outcome = Quote::verify(&vault, &altered, now());
        // The last base64 digit of the signature has two unused bits.
        prop_assert!(outcome.is_err() || at == token.len() - 1);
    }

    #[test]
    fn any_text_is_refused_without_panic(text in ".{0,300}") {
        prop_assert!(Quote::verify(&Vault::new([7; 32]), &text, now()).is_err());
    }
}
