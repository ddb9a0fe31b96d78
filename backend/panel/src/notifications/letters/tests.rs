#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::model::{Written, linked_html, linked_text, url};
use crate::notifications::model::{Link, MailKind, NewMail};
use crate::platform::texts::Locale;

fn mail(kind: MailKind, locale: &str, args: &[(&str, &str)]) -> NewMail {
    NewMail {
        kind,
        recipient: "ada@example.org".to_owned(),
        person_id: None,
        customer_id: None,
        subject_id: "x".to_owned(),
        occurrence: "1".to_owned(),
        locale: locale.to_owned(),
        args: args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        link: Link::None,
        attached_invoice: None,
    }
}

/// A value for each argument that is found again.
fn marked(kind: MailKind, locale: Locale) -> NewMail {
    let values: Vec<(&str, String)> = kind.args().iter().map(|name| (*name, format!("<{name}>"))).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    mail(kind, locale.tag(), &values)
}

#[test]
fn every_kind_uses_all_of_its_values_in_every_language() {
    for kind in MailKind::ALL {
        for locale in Locale::ALL {
            let written = Written::of(&marked(*kind, locale), true).unwrap();
            let said = format!("{}\n{}", written.subject, written.text);
            assert!(!said.contains("{$"), "a value is not given: {said}");
            assert!(!said.contains(&format!("mail-{kind}")), "a text is missing: {said}");
            for name in kind.args() {
                assert!(said.contains(&format!("<{name}>")), "{kind} in {locale} does not use {name}: {said}");
            }
            assert!(!written.html.contains("<name>"), "escaped");
        }
    }
}

#[test]
fn a_missing_value_is_our_own_fault() {
    let error = Written::of(&mail(MailKind::ServerResumed, "en", &[("name", "Ada")]), true).unwrap_err();
    assert_eq!(error.code(), "service.internal");
}

#[test]
fn a_mail_reads_like_this() {
    let args = [("name", "Ada"), ("number", "2026-00042"), ("total", "EUR 59.00"), ("due", "3 May 2026")];
    let written = Written::of(&mail(MailKind::InvoiceIssued, "en-GB", &args), true).unwrap();
    assert_eq!(written.subject, "Invoice 2026-00042 over EUR 59.00");
    assert_eq!(
        linked_text(&written.text, "https://panel.example/portal/invoices/inv_1"),
        "Hello Ada,\n\n\
         invoice 2026-00042 over EUR 59.00 is attached as a PDF. It is due on 3 May 2026.\n\n\
         Show the invoice:\nhttps://panel.example/portal/invoices/inv_1\n\n\
         -- \nThis mail was sent automatically. Replies to it are not read.\n"
    );
    let html = linked_html(&written.html, "https://panel.example/a?b=1&c=2");
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(html.contains("<a href=\"https://panel.example/a?b=1&amp;c=2\""));
    for foreign in ["<img", "<script", "<link", "<style", "@import", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    let german = Written::of(&mail(MailKind::InvoiceIssued, "de-AT", &args), true).unwrap();
    assert!(german.subject.starts_with("Rechnung 2026-00042"));
    let other = Written::of(&mail(MailKind::InvoiceIssued, "fr", &args), true).unwrap();
    assert_eq!(other.subject, written.subject, "English is the last resort");
}

#[test]
fn what_somebody_typed_stays_text() {
    let args = [
        ("name", "Ada\r\nBcc: eve@example.org"),
        ("number", "7"),
        ("subject", "<b>Hi</b>\r\nX-Evil: 1"),
        ("author", "Sam"),
        ("message", "first\r\n<script>alert('1')</script>\n\n{ $name } & \u{fffc}\u{202e}done"),
    ];
    let written = Written::of(&mail(MailKind::TicketReplied, "en", &args), true).unwrap();
    assert_eq!(written.subject, "[#7] Answer: <b>Hi</b> X-Evil: 1");
    assert!(written.text.contains("first\n<script>alert('1')</script>\n\n{ $name } & done"), "{}", written.text);
    assert!(written.html.contains("first<br>\n&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</p>"));
    assert!(!written.html.contains("<script") && !written.html.contains("<b>"));
    assert_eq!(written.text.matches('\u{fffc}').count(), 1, "one place for the link");
}

#[test]
fn a_long_message_is_cut() {
    let long = "x".repeat(50_000);
    let args =
        [("name", "Ada"), ("number", "7"), ("subject", long.as_str()), ("author", "Sam"), ("message", long.as_str())];
    let written = Written::of(&mail(MailKind::TicketReplied, "en", &args), true).unwrap();
    assert!(written.subject.chars().count() <= 200);
    assert!(written.text.chars().count() < 5_000);
}

#[test]
fn a_token_is_shown_to_its_recipient_only() {
    assert_eq!(url("https://p.example", "/confirm/", true, Some("tok")), "https://p.example/confirm/tok");
    assert_eq!(url("https://p.example", "/confirm/", true, None), "https://p.example/confirm/••••••••");
    assert_eq!(url("https://p.example", "/portal", false, Some("tok")), "https://p.example/portal");
}

proptest! {
    #[test]
    fn no_value_becomes_markup_or_a_line_of_the_subject(value in any::<String>()) {
        let args = [("name", value.as_str()), ("number", "7"), ("subject", value.as_str()), ("author", value.as_str()), ("message", value.as_str())];
        let written = Written::of(&mail(MailKind::TicketReplied, "en", &args), true).unwrap();
        let plain = Written::of(&mail(MailKind::TicketReplied, "en", &[("name", ""), ("number", "7"), ("subject", ""), ("author", ""), ("message", "")]), true).unwrap();
        prop_assert!(!written.subject.chars().any(char::is_control));
        prop_assert!(!written.text.contains('\0'));
        let tags = |html: &str| html.matches('<').count() - html.matches("<br>").count() - html.matches("<p style=\"margin:0 0 16px\">").count() * 2;
        prop_assert_eq!(tags(&written.html), tags(&plain.html));
        prop_assert_eq!(written.html.matches('\u{fffc}').count(), 3);
    }
}
