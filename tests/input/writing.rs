//! Bytes that are no text, and texts that no database keeps.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use serde_json::json;

use super::doors::{on_both, says};
use super::files::{Part, upload};
use super::state::State;
use crate::surfaces::site::read;

on_both! {
    async fn invalid_utf8_is_refused_at_every_door(doors) {
        let before = State::of(&doors.world).await;
        let token = doors.carla.token.as_str();
        for body in [&b"{\"name\": \"\xff\xfe\"}"[..], b"{\"name\": \"\xc3\x28\"}", b"\xff", b"{\"name\": \"\\ud800\"}"] {
            let request = doors.site.rest("POST", "/me", Some(token)).header("Content-Type", "application/json");
            let reply = read(request.body(body.to_vec())).await;
            assert_eq!(reply.problem(400), "request.unreadable");
        }
        for query in ["search=%FF", "search=%C3%28", "%FF=1", "after=%80"] {
            let reply = read(doors.site.rest("GET", &format!("/invoices?{query}"), Some(token))).await;
            assert_eq!(reply.problem(400), "request.unreadable", "{query}");
            let page = read(doors.site.get(&doors.carla.browser, &format!("/portal/invoices?{query}"))).await;
            assert_eq!((page.status.as_u16(), page.header("x-problem-code")), (400, "request.unreadable"), "{query}");
        }
        for path in ["/invoices/%FF", "/invoices/inv_%80", "/customers/%FF/balance"] {
            let reply = read(doors.site.rest("GET", path, Some(token))).await;
            assert!([400, 404, 422].contains(&reply.status.as_u16()), "{path}: {}", reply.body);
            reply.problem(reply.status.as_u16());
        }
        let form = doors.site.post(&doors.carla.browser, "/do/auth.update_profile", &[]);
        let form = read(form.body(format!("_csrf={}&_page=%2Fportal%2Faccount&name=%FF%FE", doors.carla.csrf))).await;
        assert_eq!((form.status.as_u16(), form.header("x-problem-code")), (400, "request.unreadable"), "{}", form.body);
        let bytes = [Part { field: "name", file: None, bytes: b"\xff\xfe" }];
        let form = upload(doors, &doors.carla, "auth.update_profile", &bytes).await;
        assert_eq!((form.status.as_u16(), form.header("x-problem-code")), (400, "request.unreadable"), "{}", form.body);
        let language = doors.site.rest("GET", "/me", Some(token)).header("Accept-Language", &b"\xff"[..]);
        assert_eq!(read(language).await.status.as_u16(), 200, "what is not understood is not asked for");
        let key = doors.site.rest("POST", "/me", Some(token)).header("Idempotency-Key", &b"\xff"[..]);
        let reply = read(key.json(&json!({ "name": "Carla" }))).await;
        assert_eq!(reply.problem(422), "request.idempotency_key_invalid");
        let bearer = doors.site.rest("GET", "/me", None).header("Authorization", &b"Bearer \xff"[..]);
        assert_eq!(read(bearer).await.problem(401), "auth.sign_in_required");
        assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
    }

    async fn a_nul_in_a_text_is_refused(doors) {
        for name in ["\u{0}", "Carla\u{0}", "Carla\u{0}'; DROP TABLE people; --"] {
            let profile = json!({ "name": name });
            let before = State::of(&doors.world).await;
            doors
                .refuse_at_rest(&doors.carla, "auth.update_profile", &profile, says(422, "request.field_invalid", "name"))
                .await;
            let form = doors.form(&doors.carla, "auth.update_profile", &profile).await;
            assert_eq!(form.status.as_u16(), 422, "{}", form.body);
            assert!(form.body.contains("data-code=\"request.field_invalid\""), "{}", form.body);
            assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
        }
        let lines = json!({
            "customer_id": doors.customer.id, "lines": [{ "description": "a\u{0}b", "unit": "1.00" }],
        });
        let nul = says(422, "request.field_invalid", "lines[0].description");
        doors.refuse_at_rest(&doors.owner, "invoices.draft", &lines, nul).await;
        for search in ["%00", "a%00b"] {
            let reply = read(doors.site.rest("GET", &format!("/invoices?search={search}"), Some(&doors.carla.token))).await;
            assert_eq!(reply.problem(422), "request.invalid");
        }
        let reply = read(doors.site.rest("GET", "/customers/cus_%00/balance", Some(&doors.carla.token))).await;
        assert!([404, 422].contains(&reply.status.as_u16()), "{}", reply.body);
    }

    async fn odd_but_valid_text_comes_back_as_it_was(doors) {
        for name in [
            "\u{202e}txt.exe", "Ada \u{1f469}\u{200d}\u{1f4bb}", "' OR 1=1 --", "\"><script>", "{ $brand }", "%s%n%x", "\u{10ffff}",
            "Robert'); DROP TABLE people;--",
        ] {
            let reply = doors.rest(&doors.carla, "auth.update_profile", &json!({ "name": name })).await;
            assert_eq!(reply.status.as_u16(), 200, "{name:?}: {}", reply.body);
            assert_eq!(reply.json()["name"], name);
        }
        for body in ["", "null", "[]", "\"x\"", "{", "{\"name\":}", "{\"a\":1}x"] {
            let request = doors.site.rest("POST", "/me", Some(&doors.carla.token)).header("Content-Type", "application/json");
            let reply = read(request.body(body)).await;
            assert!([200, 400].contains(&reply.status.as_u16()), "{body}: {}", reply.body);
            assert_eq!(reply.status.as_u16() == 200, body.is_empty(), "{body}: {}", reply.body);
        }
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        let request = doors.site.rest("POST", "/me", Some(&doors.carla.token)).header("Content-Type", "application/json");
        assert_eq!(read(request.body(deep)).await.problem(400), "request.unreadable");
    }
}

#[test]
fn words_that_are_no_text_stop_at_the_command_line() {
    let root = clap::Command::new("hostwright");
    let endpoints = hostwright_server::routes::all(&hostwright_server::compose::Ports::none());
    let root = hostwright_server::cli::commands(root, &endpoints);
    let mut words: Vec<OsString> =
        ["hostwright", "auth", "update-profile", "--name"].into_iter().map(OsString::from).collect();
    words.push(OsString::from_vec(vec![0xff, 0xfe]));
    let refused = root.try_get_matches_from(words).unwrap_err();
    assert_eq!(refused.kind(), clap::error::ErrorKind::InvalidUtf8);
}
