#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::error::AuthRefusal;
use super::keys::model::{covers, is_scope};
use super::model::{MailAddress, Secret, check_password, locale_tag, person_name, time_zone_name};
use super::policy::Action;
use super::sessions::model::{ABSOLUTE, IDLE, Life, OVERLAP, ROTATION, Use};
use super::totp::model::{code, from_base32, matching_step, otpauth_url, to_base32};
use super::{csrf, passwords};
use crate::platform::secrets::Vault;
use crate::platform::texts::{Locale, Texts};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn address(text: &str) -> MailAddress {
    text.parse().unwrap()
}

#[test]
fn one_mailbox_is_one_person_whatever_the_case() {
    assert_eq!(address("  Ada@Example.ORG "), address("ada@example.org"));
}

#[test]
fn what_is_no_mail_address_is_refused() {
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long_label = format!("a@{}.org", "b".repeat(64));
    for text in [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@example.123",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exam ple.org",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "ada@example..org",
        "ad a@example.org",
        "ada@b@example.org",
        "\"ada\"@example.org",
        "ада@example.org",
        "ada@exämple.org",
        "ada@example.org\nBcc: x@y.z",
        &long_local,
        &long_label,
    ] {
        assert!(text.parse::<MailAddress>().is_err(), "{text}");
    }
}

#[test]
fn passwords_are_measured_in_characters_and_are_not_the_address() {
    let ada = address("ada.lovelace@example.org");
    let refused = |text: &str| check_password(&Secret::from(text), &ada).unwrap_err().code();
    assert_eq!(refused("short"), "auth.password_too_short");
    assert_eq!(refused("äöüäöüäöü"), "auth.password_too_short");
    assert_eq!(refused(&"x".repeat(1025)), "auth.password_too_long");
    assert_eq!(refused("Ada.Lovelace@example.org"), "auth.password_is_email");
    check_password(&Secret::from("äöüäöüäöüä"), &ada).unwrap();
    check_password(&Secret::from("x".repeat(1024)), &ada).unwrap();
}

#[test]
fn a_secret_is_never_shown_by_debug() {
    assert!(!format!("{:?}", Secret::from("hunter2hunter2")).contains("hunter2"));
}

#[test]
fn names_languages_and_zones_are_normalised() {
    assert_eq!(person_name("  Ada \n Lovelace ").unwrap(), "Ada Lovelace");
    assert_eq!(person_name(" \t ").unwrap_err().code(), "auth.name_missing");
    assert_eq!(person_name(&"x".repeat(201)).unwrap_err().code(), "auth.name_too_long");
    assert_eq!(locale_tag("de-AT").unwrap(), "de");
    assert_eq!(locale_tag("tlh").unwrap_err().code(), "auth.locale_unknown");
    assert_eq!(time_zone_name("europe/berlin").unwrap(), "Europe/Berlin");
    assert_eq!(time_zone_name("UTC").unwrap(), "UTC");
    assert_eq!(time_zone_name("Mars/Olympus").unwrap_err().code(), "auth.time_zone_unknown");
}

#[test]
fn codes_are_those_of_rfc_6238() {
    let secret = b"12345678901234567890";
    for (seconds, expected) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(code(secret, seconds / 30), expected);
        assert_eq!(matching_step(secret, expected, seconds), Some(seconds / 30));
    }
}

#[test]
fn a_code_is_good_one_step_early_and_one_step_late() {
    let secret = b"12345678901234567890";
    let typed = code(secret, 100);
    for (seconds, good) in [(2969, false), (2970, true), (3000, true), (3059, true), (3060, false)] {
        assert_eq!(matching_step(secret, &typed, seconds).is_some(), good, "{seconds}");
    }
    assert_eq!(matching_step(secret, &format!("{} {}", &typed[..3], &typed[3..]), 3000), Some(100));
    assert_eq!(matching_step(secret, "", 3000), None);
    assert_eq!(matching_step(secret, "12345", 3000), None);
}

#[test]
fn base32_is_that_of_rfc_4648() {
    for (plain, text) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(to_base32(plain.as_bytes()), text);
        assert_eq!(from_base32(text).unwrap(), plain.as_bytes());
    }
    assert_eq!(from_base32("M!"), None);
}

#[test]
fn the_address_for_phones_is_escaped() {
    assert_eq!(
        otpauth_url("MZXW6", "a+b@example.org", "Nord & Licht"),
        "otpauth://totp/Nord%20%26%20Licht:a%2Bb%40example.org?secret=MZXW6&issuer=Nord%20%26%20Licht&algorithm=SHA1&digits=6&period=30"
    );
}

fn life(rotated: &str, seen: &str) -> Life<'static> {
    Life {
        token_hash: "now",
        previous_hash: Some("before"),
        rotated_at: at(rotated),
        seen_at: at(seen),
        expires_at: at("2027-03-01T00:00:00Z"),
    }
}

#[test]
fn a_token_is_replaced_after_a_quarter_of_an_hour_and_overlaps_for_a_minute() {
    let start = at("2027-02-01T00:00:00Z");
    let session = life("2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z");
    assert_eq!(session.used("now", start.plus_seconds(1)), Some(Use::Fresh));
    assert_eq!(session.used("now", start.plus_seconds(60)), Some(Use::Seen));
    assert_eq!(session.used("now", start.plus_seconds(ROTATION - 1)), Some(Use::Seen));
    assert_eq!(session.used("now", start.plus_seconds(ROTATION)), Some(Use::Rotate));
    assert_eq!(session.used("before", start.plus_seconds(OVERLAP - 1)), Some(Use::Fresh));
    assert_eq!(session.used("before", start.plus_seconds(OVERLAP)), None);
    assert_eq!(session.used("other", start), None);
}

#[test]
fn a_session_ends_when_idle_and_in_any_case() {
    let start = at("2027-02-01T00:00:00Z");
    let session = life("2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z");
    assert!(session.used("now", start.plus_seconds(IDLE - 1)).is_some());
    assert_eq!(session.used("now", start.plus_seconds(IDLE)), None);
    let busy = life("2027-02-28T23:59:00Z", "2027-02-28T23:59:30Z");
    assert!(busy.used("now", at("2027-02-28T23:59:59Z")).is_some());
    assert_eq!(busy.used("now", at("2027-03-01T00:00:00Z")), None);
    assert_eq!(ABSOLUTE, 30 * 86_400);
}

#[test]
fn scopes_name_actions_slices_or_everything() {
    for good in ["*", "servers.*", "servers.start", "invoices.pdf"] {
        assert!(is_scope(good), "{good}");
    }
    for bad in ["", "servers", "servers.", "ser*", "servers.st*", "nothing.*", "**", ".*", "servers.start "] {
        assert!(!is_scope(bad), "{bad}");
    }
    assert!(covers("*", "servers.*") && covers("servers.*", "servers.start") && covers("servers.*", "servers.*"));
    assert!(
        !covers("servers.*", "*") && !covers("servers.start", "servers.*") && !covers("servers.*", "serversx.start")
    );
}

#[test]
fn only_our_own_form_of_this_session_is_taken() {
    let vault = Vault::new([7; 32]);
    let token = csrf::token(&vault, "ses_1");
    csrf::verify(&vault, "ses_1", &token).unwrap();
    for (key, token) in [("ses_2", token.as_str()), ("ses_1", ""), ("ses_1", "x"), ("", &csrf::token(&vault, ""))] {
        assert_eq!(csrf::verify(&vault, key, token).unwrap_err().code(), "auth.form_expired");
    }
    assert!(csrf::verify(&Vault::new([8; 32]), "ses_1", &token).is_err());
}

#[test]
fn every_refusal_has_a_text_in_every_language() {
    let texts = Texts::embedded().unwrap();
    let codes = AuthRefusal::ALL.iter().map(|refusal| refusal.refusal().code);
    for code in codes.chain(["auth.sign_in_required", "auth.not_permitted", "auth.bad_key"]) {
        for locale in Locale::ALL {
            let key = format!("error-{code}");
            let shown = texts.get(locale, &key);
            assert_ne!(shown, key, "{locale}");
        }
    }
}

#[test]
fn every_action_has_a_name_of_its_own() {
    let mut names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[tokio::test]
async fn a_hash_fits_its_password_only_and_is_made_anew_when_its_parameters_are_old() {
    let right = Secret::from("correct horse battery");
    let hash = passwords::hash(right.clone()).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(!passwords::needs_rehash(&hash));
    assert!(passwords::fits(right.clone(), Some(hash.clone())).await.unwrap());
    assert!(!passwords::fits(Secret::from("correct horse batterz"), Some(hash.clone())).await.unwrap());
    assert_ne!(passwords::hash(right.clone()).await.unwrap(), hash);
    assert!(!passwords::fits(right.clone(), None).await.unwrap());
    let old = "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$DGUPpAxDFHoXEYYhbSGLf4ZSr9nBvTDqDDbx4lWBxFE";
    assert!(passwords::needs_rehash(old) && passwords::needs_rehash("plain"));
    assert!(passwords::fits(right, Some("plain".to_owned())).await.is_err());
}

#[test]
fn nobody_takes_as_long_as_somebody() {
    // The same parameters are the same work; a stopwatch would fail on a busy machine.
    assert!(!passwords::needs_rehash(passwords::NOBODY));
}

proptest! {
    #[test]
    fn base32_gives_back_what_it_was_given(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(from_base32(&to_base32(&bytes)).unwrap(), bytes);
    }

    #[test]
    fn addresses_are_read_without_panic_and_keep_their_form(text in "\\PC{0,80}") {
        if let Ok(address) = text.parse::<MailAddress>() {
            prop_assert_eq!(address.as_str().parse::<MailAddress>().unwrap(), address);
        }
    }

    #[test]
    fn usual_addresses_are_taken(local in "[a-z0-9]{1,20}([.+_-][a-z0-9]{1,9})?", domain in "[a-z0-9]{1,20}(-[a-z0-9]{1,5})?\\.[a-z]{2,6}") {
        let text = format!("{local}@{domain}");
        prop_assert!(text.parse::<MailAddress>().is_ok(), "{}", text);
    }

    #[test]
    fn codes_are_six_digits_for_any_secret_and_step(secret in proptest::collection::vec(any::<u8>(), 1..80), step in 0_i64..i64::MAX / 60) {
        let shown = code(&secret, step);
        prop_assert!(shown.len() == 6 && shown.bytes().all(|b| b.is_ascii_digit()));
    }

    #[test]
    fn a_session_is_never_alive_after_its_end(rotated in 0_i64..100_000, seen in 0_i64..100_000, end in 0_i64..100_000, now in 0_i64..200_000) {
        let moment = |seconds: i64| Instant::from_micros(seconds * 1_000_000).unwrap();
        let session = Life { token_hash: "now", previous_hash: None, rotated_at: moment(rotated), seen_at: moment(seen), expires_at: moment(end) };
        if session.used("now", moment(now)).is_some() {
            prop_assert!(now < end && now - seen < IDLE);
        }
    }
}
