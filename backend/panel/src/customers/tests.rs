#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use hostwright_kernel::{Currency, Instant};
use proptest::prelude::*;

use super::countries::{all, is_country, is_eu, is_vat_number};
use super::error::CustomerRefusal;
use super::model::{Customer, CustomerState, Details, tax_number, tax_number_fits};
use crate::platform::Error;
use crate::platform::texts::{Locale, Texts};

fn blank() -> Customer {
    let now: Instant = "2027-01-31T10:00:00Z".parse().unwrap();
    Customer::blank("ada@example.org".parse().unwrap(), Currency::EUR, "Europe/Berlin", now)
}

fn berlin() -> Details {
    Details {
        name: Some("Ada  Lovelace".to_owned()),
        street: Some("Weg 2".to_owned()),
        postal_code: Some("10115".to_owned()),
        city: Some("Berlin".to_owned()),
        country: Some("de".to_owned()),
        ..Details::default()
    }
}

#[test]
fn there_are_249_countries_and_27_of_them_are_the_union() {
    let mut codes: Vec<&str> = all().collect();
    assert_eq!(codes.len(), 249);
    assert!(codes.is_sorted());
    codes.dedup();
    assert_eq!(codes.len(), 249);
    assert_eq!(codes.iter().filter(|code| is_eu(code)).count(), 27);
    assert!(is_country("DE") && !is_country("de") && !is_country("XX") && !is_country("EL") && !is_country(""));
}

#[test]
fn vat_numbers_have_the_form_of_their_member_state() {
    for (country, number) in [
        ("AT", "ATU12345678"),
        ("BE", "BE0123456789"),
        ("BE", "BE1012345678"),
        ("CY", "CY12345678X"),
        ("DE", "DE123456788"),
        ("ES", "ESX1234567L"),
        ("ES", "ES12345678Z"),
        ("FR", "FRXX123456789"),
        ("FR", "FR83404833048"),
        ("GR", "EL123456789"),
        ("IE", "IE1234567FA"),
        ("IE", "IE6388047V"),
        ("IE", "IE8Z49289F"),
        ("LT", "LT123456789012"),
        ("NL", "NL123456789B01"),
        ("RO", "RO18547290"),
        ("SE", "SE556656688001"),
    ] {
        assert!(is_vat_number(country, number), "{number}");
    }
    for (country, number) in [
        ("AT", "AT12345678"),
        ("DE", "123456788"),
        ("DE", "DE12345678"),
        ("DE", "DE1234567890"),
        ("DE", "FR83404833048"),
        ("GR", "GR123456789"),
        ("NL", "NL123456789A01"),
        ("RO", "RO1"),
        ("CH", "CHE123456789"),
        ("US", ""),
        ("DE", "DE12345678٣"),
    ] {
        assert!(!is_vat_number(country, number), "{number}");
    }
}

#[test]
fn tax_numbers_are_kept_without_spaces_and_signs() {
    assert_eq!(tax_number(" de 123.456-788 "), "DE123456788");
    assert!(tax_number_fits("CH", "CHE123456789MWST"));
    assert!(!tax_number_fits("CH", "CHE:1") && !tax_number_fits("CH", ""));
}

#[test]
fn details_are_normalised() {
    let customer = blank().with(berlin()).unwrap();
    assert_eq!((customer.name.as_str(), customer.country.as_str()), ("Ada Lovelace", "DE"));
    assert_eq!(customer.display_name(), "Ada Lovelace");
    let with_company = customer
        .with(Details {
            company: Some("Engines Ltd".to_owned()),
            tax_number: Some("DE 123456788".to_owned()),
            ..Details::default()
        })
        .unwrap();
    assert_eq!(with_company.display_name(), "Engines Ltd");
    assert!(with_company.has_vat_number());
    let cleared = with_company
        .with(Details { company: Some(" ".to_owned()), tax_number: Some(String::new()), ..Details::default() })
        .unwrap();
    assert_eq!((cleared.company, cleared.tax_number), (None, None));
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let wrong = Details {
        name: Some(" ".to_owned()),
        street: Some("x".repeat(201)),
        email: Some("nobody".to_owned()),
        country: Some("XX".to_owned()),
        time_zone: Some("Mars".to_owned()),
        locale: Some("tlh".to_owned()),
        tax_number: Some("!".to_owned()),
        ..Details::default()
    };
    let Err(Error::Fields(refusals)) = blank().with(wrong) else {
        panic!("must be refused");
    };
    let mut fields: Vec<String> =
        refusals.iter().filter_map(|refusal| refusal.field.as_deref().map(str::to_owned)).collect();
    fields.sort();
    assert_eq!(fields, ["country", "email", "locale", "name", "street", "tax_number", "time_zone"]);
}

#[test]
fn a_number_must_fit_the_country_also_when_only_the_country_changes() {
    let german = blank().with(Details { tax_number: Some("DE123456788".to_owned()), ..berlin() }).unwrap();
    let moved = german.with(Details { country: Some("FR".to_owned()), ..Details::default() });
    assert!(matches!(moved, Err(Error::Fields(refusals)) if refusals[0].code == "customers.tax_number_invalid"));
}

#[test]
fn a_suspended_customer_orders_nothing() {
    let mut customer = blank();
    customer.may_order().unwrap();
    customer.state = CustomerState::Suspended;
    assert_eq!(customer.may_order().unwrap_err().code(), "customers.suspended");
}

#[test]
fn days_are_counted_in_the_customers_zone() {
    let mut customer = blank();
    let late: Instant = "2027-01-31T23:30:00Z".parse().unwrap();
    assert_eq!(late.day_in(&customer.zone()).to_string(), "2027-02-01");
    customer.time_zone = "Nowhere".to_owned();
    assert_eq!(late.day_in(&customer.zone()).to_string(), "2027-01-31");
}

#[test]
fn every_refusal_has_a_text_in_every_language() {
    let texts = Texts::embedded().unwrap();
    for refusal in CustomerRefusal::ALL {
        for locale in Locale::ALL {
            let key = format!("error-{}", refusal.refusal().code);
            assert_ne!(texts.get(locale, &key), key, "{locale}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,60}", country in "[A-Z]{2}") {
        let details = Details { name: Some(text.clone()), country: Some(country.clone()), tax_number: Some(text.clone()), ..Details::default() };
        if let Ok(customer) = blank().with(details) {
            prop_assert!(is_country(&customer.country));
            prop_assert!(customer.tax_number.as_deref().is_none_or(|number| tax_number_fits(&customer.country, number)));
        }
    }

    #[test]
    fn cleaning_a_tax_number_twice_is_cleaning_it_once(text in "\\PC{0,40}") {
        let once = tax_number(&text);
        prop_assert_eq!(tax_number(&once), once);
    }
}
