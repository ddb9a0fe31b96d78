#![allow(clippy::unwrap_used)]

use super::error::MailRefusal;
use super::letters::model::texts;
use super::model::{After, Fault, Link, MailKind, MailState, TRIES_MAX, is_address};
use super::ports::Delivery;

#[test]
fn a_link_suits_its_kind() {
    let page = |path: &str| Link::Page(path.to_owned());
    let one_time = |path: &str| Link::OneTime { path: path.to_owned(), sealed_token: "sealed".to_owned() };
    assert!(page("/portal/invoices/inv_1").suits(MailKind::InvoiceIssued));
    assert!(Link::None.suits(MailKind::ServerReady));
    assert!(one_time("/confirm/").suits(MailKind::ConfirmMail));
    assert!(!page("/confirm/").suits(MailKind::ConfirmMail), "its token would be missing");
    assert!(!Link::None.suits(MailKind::ResetPassword));
    assert!(!one_time("/x/").suits(MailKind::InvoiceIssued), "its token would be lost");
    for foreign in ["//evil.example", "https://evil.example", "/a b", "/\u{202e}", "", "/a\r\nb", "/<script>"] {
        assert!(!page(foreign).suits(MailKind::InvoiceIssued), "{foreign:?}");
    }
}

#[test]
fn one_address_is_an_address() {
    for good in ["ada@example.org", "o'hara+bills@mail.example.org", "root@localhost", "jörg@müller.example"] {
        assert!(is_address(good), "{good}");
    }
    for bad in [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "Ada <ada@example.org>",
        "a@b@c",
        "ada example@x",
    ] {
        assert!(!is_address(bad), "{bad:?}");
    }
    assert!(!is_address(&format!("{}@example.org", "a".repeat(250))));
}

#[test]
fn a_lasting_refusal_ends_and_a_passing_one_waits() {
    let words = || "451 4.7.1\r\nlater".to_owned();
    let after = After::of(Delivery::Later(words()), 1, false);
    assert_eq!((after.state, after.words.as_str()), (MailState::Queued, "451 4.7.1  later"));
    assert_eq!(After::of(Delivery::Later(words()), TRIES_MAX, false).state, MailState::Failed);
    let refused = After::of(Delivery::Refused("550 no".to_owned()), 1, false);
    assert_eq!((refused.state, refused.words.as_str()), (MailState::Failed, "550 no"));
    assert_eq!(After::of(Delivery::Accepted("250".to_owned()), 1, true).state, MailState::Sent);
    assert_eq!(After::of(Delivery::Refused("x".repeat(9_000)), 1, false).words.len(), 500);
}

#[test]
fn what_may_have_gone_out_is_tried_once_more_and_no_second_time() {
    let unknown = || Delivery::Unknown("gone".to_owned());
    let first = After::of(unknown(), 1, false);
    assert_eq!((first.state, first.unsure), (MailState::Queued, true));
    // A passing refusal in between does not make it certain again.
    let between = After::of(Delivery::Later("451".to_owned()), 2, first.unsure);
    assert_eq!((between.state, between.unsure), (MailState::Queued, true));
    let second = After::of(unknown(), 3, between.unsure);
    assert_eq!((second.state, second.words.as_str()), (MailState::Failed, Fault::Unsure.as_str()));
}

#[test]
fn every_word_of_this_slice_is_there() {
    let texts = texts().unwrap();
    let mut keys: Vec<String> =
        MailRefusal::ALL.iter().map(|refusal| format!("error-{}", refusal.refusal().code)).collect();
    keys.extend(Fault::ALL.iter().map(|fault| format!("mail-fault-{fault}")));
    keys.extend(MailState::ALL.iter().map(|state| format!("notifications-state-{state}")));
    for kind in MailKind::ALL {
        keys.push(format!("notifications-kind-{kind}"));
        keys.extend(["subject", "body", "action"].map(|part| format!("mail-{kind}-{part}")));
    }
    for key in keys {
        assert!(texts.has(&key), "{key}");
    }
}
