//! Mails: whatever was typed, a mail has one recipient, our headers and no others, and
//! says what it should.

use hostwright_gateways::smtp::written;
use hostwright_panel::auth::mail_address::MailAddress;
use hostwright_panel::notifications::letters::model::{Written, linked_html, linked_text, url};
use hostwright_panel::notifications::model::{Link, MailId, MailKind, NewMail, is_address, is_path};
use hostwright_panel::notifications::ports::{Delivery, OutgoingMail};
use hostwright_panel::platform::download::Download;

use super::{Source, run};

/// The headers that a mail of ours has, each once.
const HEADERS: &[&str] =
    &["From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"];

fn address(source: &mut Source) -> String {
    let mut bytes = source
        .one_of(&["ada@example.org", "a.b+c@mail.example.co.uk", "\"a b\"@example.org", "ada@[127.0.0.1]"])
        .as_bytes()
        .to_vec();
    if source.below(3) > 0 {
        source.mutate(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn letter(source: &mut Source, kind: MailKind) -> NewMail {
    let locale = source.one_of(&["en", "de", "xx", ""]).to_owned();
    NewMail {
        kind,
        recipient: "ada@example.org".to_owned(),
        person_id: None,
        customer_id: None,
        subject_id: "x".to_owned(),
        occurrence: "1".to_owned(),
        locale,
        args: kind.args().iter().map(|name| ((*name).to_owned(), source.text(80))).collect(),
        link: Link::None,
        attached_invoice: None,
    }
}

#[track_caller]
fn check_letter(written: &Written, has_link: bool) {
    assert!(!written.subject.chars().any(char::is_control), "{:?}", written.subject);
    assert!(written.subject.chars().count() <= 200, "{:?}", written.subject);
    let link = "https://panel.example/reset/\u{2022}<\"'&>";
    let (text, html) = (linked_text(&written.text, link), linked_html(&written.html, link));
    assert_eq!(text.matches(link).count(), usize::from(has_link), "{text}");
    assert!(!html.contains(link), "a link is escaped: {html}");
    // Our own document has one table in another and nothing that runs.
    assert_eq!(html.matches("<table").count(), 2, "{html}");
    assert_eq!(html.matches("<a ").count(), if has_link { 2 } else { 0 }, "{html}");
    let lower = html.to_lowercase();
    for tag in ["<script", "<img", "<iframe", "<svg", "<style", "<form", "javascript:"] {
        let from_words = tag == "javascript:" && lower.contains("javascript:") && !lower.contains("href=\"javascript:");
        assert!(from_words || !lower.contains(tag), "{html}");
    }
    assert_eq!(html.matches('<').count(), html.matches('>').count(), "{html}");
}

#[track_caller]
fn check_message(mail: &OutgoingMail, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    for line in text.split("\r\n") {
        // Encoded for every server, but for the recipient that only few servers take.
        assert!(line.is_ascii() || !mail.to.is_ascii(), "{line:?}");
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 998, "{} characters", line.len());
    }
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split_once(':').unwrap_or_else(|| panic!("{line:?}")).0)
        .collect();
    for name in HEADERS {
        assert_eq!(names.iter().filter(|found| *found == name).count(), 1, "{name} in {head}");
    }
    assert_eq!(names.len(), HEADERS.len(), "{head}");
    let read = xtask::lab::read_mail(bytes);
    assert_eq!(read.header("To").map(str::trim), Some(mail.to.trim()), "{head}");
    // Folding may widen or take a space beside letters that are encoded.
    let plain = |text: &str| {
        text.chars().filter(|c| *c != '\u{200b}' && !c.is_control() && !c.is_whitespace()).collect::<String>()
    };
    assert_eq!(plain(&read.subject), plain(&mail.subject), "{head}");
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_owned();
    assert_eq!(lines(&read.text), lines(&mail.text), "{text}");
    assert_eq!(read.attachments.len(), mail.files.len());
    for (found, sent) in read.attachments.iter().zip(&mail.files) {
        assert_eq!(found.bytes, sent.bytes);
        assert!(!found.name.chars().any(char::is_control), "{:?}", found.name);
    }
}

#[test]
fn no_typed_text_breaks_a_mail() {
    run("mail", 1_500, |source| {
        let typed = address(source);
        if let Ok(person) = typed.parse::<MailAddress>() {
            assert!(is_address(person.as_str()), "{person}");
            assert_eq!(person.as_str(), person.as_str().to_lowercase());
            assert!(
                !person.as_str().contains(|c: char| c.is_control() || c.is_whitespace() || "<>,;:\"()[]\\".contains(c)),
                "{person}"
            );
        }
        let path = source.text(30);
        if is_path(&path) {
            assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
            assert!(!path.contains(|c: char| c.is_control() || "<>\"'\\".contains(c)), "{path}");
            assert!(url("https://panel.example", &path, false, None).starts_with("https://panel.example/"));
        }

        let kind = *source.one_of(&MailKind::ALL.iter().collect::<Vec<_>>());
        let has_link = source.below(2) == 0;
        let letter = letter(source, kind);
        let words = Written::of(&letter, has_link).unwrap();
        check_letter(&words, has_link);

        let mut files = Vec::new();
        for _ in 0..source.below(3) {
            let content_type = source.one_of(&["application/pdf", "text/plain; charset=utf-8", "x", ""]).to_owned();
            files.push(Download { name: source.text(40), content_type, bytes: source.bytes(300) });
        }
        let link = "https://panel.example/reset/token";
        let mail = OutgoingMail {
            id: MailId::new(),
            from: "panel@example.org".to_owned(),
            from_name: source.text(60),
            to: typed.clone(),
            subject: if source.below(2) == 0 { words.subject.clone() } else { source.text(120) },
            text: linked_text(&words.text, link),
            html: linked_html(&words.html, link),
            files,
        };
        match written(&mail) {
            Ok(bytes) => {
                assert!(is_address(&mail.to) || mail.to.contains(['"', '[']), "{}", mail.to);
                check_message(&mail, &bytes);
            }
            Err(Delivery::Refused(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_subject_with_umlauts_is_read_as_it_was_written() {
    for subject in [
        "Größere Änderungen für übermäßig häufig öffnende Gäste",
        "Rechnung 2027-00001 über 1.785,00 EUR: ändern Sie nichts",
    ] {
        let mail = OutgoingMail {
            id: MailId::new(),
            from: "panel@example.org".to_owned(),
            from_name: "Müller & Söhne".to_owned(),
            to: "ada@example.org".to_owned(),
            subject: subject.to_owned(),
            text: "Guten Tag".to_owned(),
            html: "<p>Guten Tag</p>".to_owned(),
            files: Vec::new(),
        };
        assert_eq!(xtask::lab::read_mail(&written(&mail).unwrap()).subject, subject);
    }
}
