#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashMap;

use hostwright_panel::platform::download::Download;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

/// What the scripted server does at each word instead of agreeing; `HANGUP`
/// ends the connection.
type Script = HashMap<&'static str, &'static str>;

const HANGUP: &str = "HANGUP";

/// A mail server of one connection that follows a script; what it was told.
async fn scripted(script: Script) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut told = Vec::new();
        let mut in_text = false;
        let greeting = script.get("GREETING").copied().unwrap_or("220 here");
        write.write_all(format!("{greeting}\r\n").as_bytes()).await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            told.push(line.clone());
            if in_text && line != "." {
                continue;
            }
            let word = if in_text { "." } else { line.split([' ', ':']).next().unwrap() };
            let usual = match word {
                "EHLO" => "250-here\r\n250 AUTH PLAIN",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            let answer = script.get(word).copied().unwrap_or(usual);
            if answer == HANGUP {
                break;
            }
            in_text = answer.starts_with("354");
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        }
        told
    });
    (port, server)
}

fn plain(port: u16) -> SmtpTransport {
    SmtpTransport::new("127.0.0.1", port, Security::Plain, None).unwrap()
}

fn accepted() -> Delivery {
    Delivery::Accepted("250 fine".to_owned())
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        id: "mai_018f3c2a7b6e7d0c9a1b2c3d4e5f6a7b".parse().unwrap(),
        from: "panel@example.org".to_owned(),
        from_name: "Müller Hosting".to_owned(),
        to: "ada@example.com".to_owned(),
        subject: "Rechnung 1 über 59,00 EUR".to_owned(),
        text: "Guten Tag,\n.\nein Punkt allein beendet nichts.\n".to_owned(),
        html: "<p>Guten Tag</p>".to_owned(),
        files: vec![Download {
            name: "2026-00001.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7 bytes".to_vec(),
        }],
    }
}

async fn attempt(script: Script) -> (Delivery, Vec<String>) {
    let (port, server) = scripted(script).await;
    let transport = plain(port);
    let outcome = transport.send(&mail()).await;
    (outcome, server.await.unwrap())
}

#[tokio::test]
async fn a_mail_is_handed_over_with_sane_headers() {
    let (outcome, told) = attempt(Script::new()).await;
    assert_eq!(outcome, accepted());
    let text = told.join("\n");
    for part in [
        "MAIL FROM:<panel@example.org>",
        "RCPT TO:<ada@example.com>",
        "Message-ID: <mai_018f3c2a7b6e7d0c9a1b2c3d4e5f6a7b@example.org>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "multipart/mixed",
        "multipart/alternative",
        "Content-Type: application/pdf",
        "filename=\"2026-00001.pdf\"",
        "\nDate: ",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    assert!(!text.contains("List-"), "{text}");
    assert!(told.iter().all(|line| line.is_ascii()), "encoded for every server");
    assert!(told.contains(&"QUIT".to_owned()));
}

#[tokio::test]
async fn a_lasting_refusal_carries_the_servers_words() {
    for word in ["MAIL", "RCPT", "DATA", "."] {
        let (outcome, _) = attempt(Script::from([(word, "550 5.1.1 no such mailbox")])).await;
        assert_eq!(outcome, Delivery::Refused("550 5.1.1 no such mailbox".to_owned()), "at {word}");
    }
}

#[tokio::test]
async fn a_passing_refusal_is_tried_later() {
    for word in ["MAIL", "RCPT", "DATA", "."] {
        let (outcome, _) = attempt(Script::from([(word, "451 4.7.1 greylisted")])).await;
        assert_eq!(outcome, Delivery::Later("451 4.7.1 greylisted".to_owned()), "at {word}");
    }
}

#[tokio::test]
async fn what_the_server_says_about_us_does_not_end_the_mail() {
    let (outcome, _) = attempt(Script::from([("GREETING", "554 no service for you")])).await;
    assert_eq!(outcome, Delivery::Later("554 no service for you".to_owned()));
    let (outcome, _) = attempt(Script::from([("MAIL", "530 sign in first")])).await;
    assert_eq!(outcome, Delivery::Later("530 sign in first".to_owned()));

    let (port, server) = scripted(Script::from([("AUTH", "535 wrong password")])).await;
    let login = Some(("panel".to_owned(), "secret".to_owned()));
    let transport = SmtpTransport::new("127.0.0.1", port, Security::Plain, login).unwrap();
    let outcome = transport.send(&mail()).await;
    assert_eq!(outcome, Delivery::Later("535 wrong password".to_owned()));
    server.await.unwrap();
}

#[tokio::test]
async fn a_connection_lost_before_the_text_is_tried_later() {
    for word in ["EHLO", "MAIL", "RCPT", "DATA"] {
        let (outcome, _) = attempt(Script::from([(word, HANGUP)])).await;
        assert!(matches!(outcome, Delivery::Later(_)), "at {word}: {outcome:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let outcome = plain(closed).send(&mail()).await;
    assert!(matches!(outcome, Delivery::Later(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_lost_after_the_text_leaves_it_unknown() {
    let (outcome, _) = attempt(Script::from([(".", HANGUP)])).await;
    assert!(matches!(outcome, Delivery::Unknown(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_when_it_is_asked_for() {
    let (port, server) = scripted(Script::new()).await;
    let transport = SmtpTransport::new("127.0.0.1", port, Security::StartTls, None).unwrap();
    let outcome = transport.send(&mail()).await;
    assert!(matches!(outcome, Delivery::Later(_)), "{outcome:?}");
    let told = server.await.unwrap();
    assert!(!told.iter().any(|line| line.starts_with("MAIL")), "{told:?}");
}

#[tokio::test]
async fn nothing_in_a_letter_becomes_a_header_or_a_second_recipient() {
    let (port, server) = scripted(Script::new()).await;
    let transport = plain(port);
    let mut sly = mail();
    sly.subject = "Hello\r\nBcc: victim@example.net".to_owned();
    sly.from_name = "Host\r\nX-Evil: yes".to_owned();
    sly.files[0].name = "a\"\r\nX-Evil: yes.pdf".to_owned();
    assert_eq!(transport.send(&sly).await, accepted());
    let told = server.await.unwrap();
    assert_eq!(told.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    for line in &told {
        assert!(!line.starts_with("Bcc") && !line.starts_with("X-Evil"), "{told:#?}");
    }
    // Text that looks encoded is not decoded into something else by who reads it.
    let mut encoded = mail();
    encoded.subject = "=?utf-8?q?=0d=0aBcc:_victim?=".to_owned();
    let text = String::from_utf8(super::written(&encoded).unwrap()).unwrap();
    let subject = text.lines().find(|line| line.starts_with("Subject: ")).unwrap();
    assert!(!subject.contains("=?utf-8?q?=0d") && subject.is_ascii(), "{subject}");
    let mut two = mail();
    two.to = "ada@example.com, bob@example.com".to_owned();
    assert!(matches!(transport.send(&two).await, Delivery::Refused(_)));
}

#[test]
fn a_recipient_that_readers_would_decode_into_other_lines_is_refused() {
    for sly in ["a@m!il.exam=?utf-8?q?=0d=0aX-Evil:_yes?=ple.co.uk", "=?utf-8?q?=0d=0aX-Evil:_yes?=@example.org"] {
        let mut mail = mail();
        mail.to = sly.to_owned();
        assert!(matches!(super::written(&mail), Err(Delivery::Refused(_))), "{sly}");
    }
}

#[test]
fn settings_that_would_send_in_clear_are_refused() {
    let with = |host: &str, login: bool| {
        let login = login.then(|| ("user".to_owned(), "password".to_owned()));
        SmtpTransport::new(host, 25, Security::Plain, login).map(|_| ())
    };
    let refused = |host: &str| Err(BadMailSettings::OpenWay(host.to_owned()));
    assert_eq!(with("localhost", true), Ok(()));
    assert_eq!(with("127.0.0.1", true), Ok(()));
    assert_eq!(with("::1", false), Ok(()));
    assert_eq!(with("mail.example.org", false), refused("mail.example.org"));
    assert_eq!(with("192.0.2.1", false), refused("192.0.2.1"));
    assert_eq!(with("2001:db8::1", false), refused("2001:db8::1"));
    assert_eq!(with("mail", false), Ok(()), "a host of our own network");
    assert_eq!(with("mail", true), refused("mail"));
}

#[test]
fn the_password_reaches_no_log() {
    let login = Some(("user".to_owned(), "correct horse".to_owned()));
    let transport = SmtpTransport::new("localhost", 25, Security::Plain, login).unwrap();
    assert!(!format!("{transport:?}").contains("horse"));
}
