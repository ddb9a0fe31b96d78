//! Uploads: the form in parts, the form in pairs, and the rules on files.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::Kind;
use hostwright_panel::platform::texts::Locale;
use hostwright_panel::tickets::attachments::model::{FileInput, NewFile, clean_name, content_type};
use hostwright_server::api::form_pairs;
use hostwright_server::compose::Ports;
use hostwright_server::registry::Endpoint;
use hostwright_server::sent::Sent;

use super::{Source, run};

const BOUNDARY: &str = "--hostwright";

fn form(source: &mut Source) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..source.below(5) {
        let name = source.one_of(&["files", "body", "subject", "_csrf", "department_id", "lines[0].unit", ""]);
        let file = match source.below(3) {
            0 => format!("; filename=\"{}\"", source.text(20).replace(['"', '\r', '\n'], "")),
            1 => "; filename=\"a.txt\"\r\nContent-Type: text/plain".to_owned(),
            _ => String::new(),
        };
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend(source.bytes(300));
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// The bytes as they come from a socket: in pieces of any size.
fn pieces(source: &mut Source, bytes: &[u8]) -> Vec<Result<Bytes, actix_web::error::PayloadError>> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + source.below(200)).min(rest.len()));
        pieces.push(Ok(Bytes::copy_from_slice(piece)));
        rest = after;
    }
    pieces
}

fn check_sent(sent: &Sent, endpoint: &Endpoint) {
    for field in ["_then", "_page"] {
        let path = sent.path(field);
        assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'), "{path:?}");
        assert!(!path.contains(char::is_control), "{path:?}");
    }
    for locale in Locale::ALL {
        let input = sent.input(endpoint, locale);
        assert!(input.keys().all(|name| !name.starts_with('_')), "{input:?}");
    }
}

fn check_file(name: &str, content: &[u8]) {
    let cleaned = clean_name(name);
    assert!(
        !cleaned.is_empty() && cleaned.chars().count() <= 120 && !cleaned.starts_with('.'),
        "{name:?}: {cleaned:?}"
    );
    assert!(!cleaned.chars().any(|c| c.is_control() || "/\\\"<>:|?*;".contains(c)), "{name:?}: {cleaned:?}");
    assert_eq!(clean_name(&cleaned), cleaned, "{name:?}");
    let kind = content_type(&cleaned, content);
    assert!(
        !kind.contains("html") && !kind.contains("svg") && !kind.contains("script") && !kind.contains("xml"),
        "{kind}"
    );
}

#[test]
fn no_upload_breaks_the_reader_or_leaves_its_folder() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let endpoints = hostwright_server::routes::all(&Ports::none());
    let endpoint = |action| endpoints.iter().find(|endpoint| endpoint.action == action).unwrap();
    let (open, draft) = (endpoint(Action::OpenTicket), endpoint(Action::DraftInvoice));
    run("uploads", 3_000, |source| {
        let mut body = form(source);
        let whole = body.clone();
        source.mutate(&mut body);
        for bytes in [&whole, &body] {
            let mut headers = HeaderMap::new();
            let mut kind = format!("multipart/form-data; boundary={BOUNDARY}").into_bytes();
            if source.below(8) == 0 {
                source.mutate(&mut kind);
            }
            if let Ok(kind) = HeaderValue::from_bytes(&kind) {
                headers.insert(CONTENT_TYPE, kind);
            }
            let stream = futures::stream::iter(pieces(source, bytes));
            match runtime.block_on(Sent::in_parts(&headers, stream)) {
                Ok(sent) => {
                    check_sent(&sent, open);
                    check_sent(&sent, draft);
                }
                Err(error) => assert!(matches!(error.kind(), Some(Kind::Invalid | Kind::TooLarge)), "{error:?}"),
            }
        }
        let mut pairs =
            format!("body={}&_then=/x&lines[0].unit=1&files=a&{}", source.text(20), source.text(60)).into_bytes();
        source.mutate(&mut pairs);
        match (form_pairs(&pairs), Sent::urlencoded(&pairs)) {
            (Ok(_), Ok(sent)) => {
                check_sent(&sent, open);
                check_sent(&sent, draft);
            }
            (Err(error), Err(_)) => assert_eq!(error.kind(), Some(Kind::Invalid), "{error:?}"),
            (pairs, sent) => panic!("{pairs:?} {sent:?}"),
        }

        let name = source.text(60);
        let content = source.bytes(200);
        check_file(&name, &content);
        let mut base64 = STANDARD.encode(&content).into_bytes();
        if source.below(2) == 0 {
            source.mutate(&mut base64);
        }
        let file = FileInput { name: name.clone(), content_base64: String::from_utf8_lossy(&base64).into_owned() };
        match NewFile::parse_all(std::slice::from_ref(&file)) {
            Ok(files) => check_file(&files[0].name, &files[0].content),
            Err(error) => assert!(error.code().starts_with("tickets.file"), "{error:?}"),
        }
    });
}
