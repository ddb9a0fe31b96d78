//! Files that people send: too large, too many, with a path in their names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_panel::tickets::attachments::model::FILE_BYTES_MAX;
use hostwright_server::api::MAX_BODY;
use hostwright_tests::text;
use serde_json::{Value, json};

use super::doors::{Caller, Doors, says};
use super::state::State;
use crate::surfaces::site::{Reply, read};

/// A part of a form: its field, the name of its file, and its bytes.
pub struct Part<'a> {
    pub field: &'a str,
    pub file: Option<&'a str>,
    pub bytes: &'a [u8],
}

const BOUNDARY: &str = "----hostwright-test-0123456789";

pub fn in_parts(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let file = part.file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"{file}\r\n\r\n", part.field);
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Sends a form with files, as a browser does from our own page.
pub async fn upload(doors: &Doors, who: &Caller, action: &str, parts: &[Part<'_>]) -> Reply {
    let own = [
        Part { field: "_csrf", file: None, bytes: who.csrf.as_bytes() },
        Part { field: "_page", file: None, bytes: who.page.as_bytes() },
    ];
    let all: Vec<Part<'_>> = own.into_iter().chain(parts.iter().map(|part| Part { ..*part })).collect();
    let request = doors.site.get(&who.browser, "/").build().unwrap();
    let cookies = request.headers().get("cookie").unwrap().clone();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client
        .post(doors.site.url(&format!("/do/{action}")))
        .header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("Cookie", cookies)
        .body(in_parts(&all));
    read(request).await
}

async fn department(doors: &Doors) -> String {
    let all = doors.world.done(&doors.world.owner(), "departments.list", json!({})).await;
    text(&all["items"][0], "id")
}

fn ticket(department: &str, files: Value) -> Value {
    json!({ "department_id": department, "subject": "Help", "body": "It is slow.", "files": files })
}

fn parts<'a>(department: &'a str, file: &'a str, bytes: &'a [u8]) -> Vec<Part<'a>> {
    vec![
        Part { field: "department_id", file: None, bytes: department.as_bytes() },
        Part { field: "subject", file: None, bytes: b"Help" },
        Part { field: "body", file: None, bytes: b"It is slow." },
        Part { field: "files", file: Some(file), bytes },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_too_large_is_refused() {
    let doors = Doors::sqlite().await;
    let department = department(&doors).await;
    let large = vec![7_u8; FILE_BYTES_MAX + 1];
    let before = State::of(&doors.world).await;
    let file = json!([{ "name": "a.bin", "content_base64": STANDARD.encode(&large) }]);
    let reply = doors.rest(&doors.carla, "tickets.open", &ticket(&department, file.clone())).await;
    assert_eq!(reply.problem(413), "tickets.file_too_large");
    assert_eq!(reply.json()["errors"][0]["field"], "files");
    let form = upload(&doors, &doors.carla, "tickets.open", &parts(&department, "a.bin", &large)).await;
    assert_eq!(form.status.as_u16(), 413, "{}", form.body);
    assert!(form.body.contains("data-code=\"tickets.file_too_large\""), "{}", form.body);
    let folder = tempfile::tempdir().unwrap();
    let listed = folder.path().join("files.json");
    std::fs::write(&listed, file.to_string()).unwrap();
    let mut by_command = ticket(&department, json!([]));
    by_command["files"] = json!(format!("@{}", listed.display()));
    match doors.command(&doors.carla, "tickets.open", &by_command).await {
        Ok(hostwright_server::cli::Told::Refused(problem)) => assert_eq!(problem["code"], "tickets.file_too_large"),
        other => panic!("{other:?}"),
    }
    let six: Vec<Value> = (0..6).map(|_| json!({ "name": "a.txt", "content_base64": "aGk=" })).collect();
    let reply = doors.rest(&doors.carla, "tickets.open", &ticket(&department, json!(six))).await;
    assert_eq!(reply.problem(422), "tickets.too_many_files");
    for (content, code) in [("", "tickets.file_empty"), ("no base64!", "tickets.file_unreadable")] {
        let file = json!([{ "name": "a.txt", "content_base64": content }]);
        let reply = doors.rest(&doors.carla, "tickets.open", &ticket(&department, file)).await;
        assert_eq!(reply.problem(422), code);
    }
    let empty = upload(&doors, &doors.carla, "tickets.open", &parts(&department, "a.txt", b"")).await;
    assert_eq!(empty.header("x-problem-code"), "tickets.file_empty", "{}", empty.body);
    assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_too_large_is_refused_before_it_is_read() {
    let doors = Doors::sqlite().await;
    let department = department(&doors).await;
    let before = State::of(&doors.world).await;
    let endless = vec![b'a'; MAX_BODY + 1];
    let json = doors.site.rest("POST", "/tickets", Some(&doors.carla.token));
    let reply = read(json.header("Content-Type", "application/json").body(endless.clone())).await;
    assert_eq!(reply.problem(413), "request.too_large");
    let form = upload(&doors, &doors.carla, "tickets.open", &parts(&department, "a.bin", &endless)).await;
    assert_eq!((form.status.as_u16(), form.header("x-problem-code")), (413, "request.too_large"), "{}", form.body);
    let many = "a=&".repeat(hostwright_server::api::MAX_PAIRS + 1);
    let plain = doors.site.post(&doors.carla.browser, "/do/tickets.open", &[]).body(many.clone());
    let reply = read(plain).await;
    assert_eq!((reply.status.as_u16(), reply.header("x-problem-code")), (413, "request.too_large"));
    assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_in_the_name_of_an_upload_is_cut_off() {
    let doors = Doors::sqlite().await;
    let department = department(&doors).await;
    for (sent, kept) in [
        ("../../../../etc/passwd", "passwd"),
        ("/etc/cron.d/job", "job"),
        ("C:\\Windows\\system32\\evil.dll", "evil.dll"),
        ("..\\..\\secret.key", "secret.key"),
        ("../../..", "file"),
        ("a;b|c<d>.txt", "a_b_c_d_.txt"),
    ] {
        let form =
            upload(&doors, &doors.carla, "tickets.open", &parts(&department, &sent.replace('\\', "\\\\"), b"hi")).await;
        assert_eq!(form.status.as_u16(), 303, "{sent}: {}", form.body);
        let file = json!([{ "name": sent, "content_base64": "aGk=" }]);
        let rest = doors.rest(&doors.carla, "tickets.open", &ticket(&department, file)).await;
        assert_eq!(rest.status.as_u16(), 200, "{sent}: {}", rest.body);
        let tickets = doors.world.done(&doors.customer.call, "tickets.list", json!({})).await;
        for newest in tickets["items"].as_array().unwrap().iter().take(2) {
            let ticket = json!({ "ticket_id": newest["id"] });
            let shown = doors.world.done(&doors.customer.call, "tickets.show", ticket).await;
            let attachment = &shown["messages"][0]["attachments"][0];
            assert_eq!(attachment["name"], kept, "{sent}");
            let path = format!("/tickets/{}/attachments/{}", text(newest, "id"), text(attachment, "id"));
            let download = read(doors.site.rest("GET", &path, Some(&doors.carla.token))).await;
            let told = download.header("content-disposition");
            assert!(told.starts_with("attachment; filename=\""), "{told}");
            assert!(!told.contains("..") && !told.contains('/') && !told.contains('\\'), "{told}");
            assert_eq!(download.header("x-content-type-options"), "nosniff");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_where_a_file_belongs_is_refused() {
    let doors = Doors::sqlite().await;
    let department = department(&doors).await;
    let mut words = ticket(&department, json!([]));
    words["files"] = json!("a.txt");
    let before = State::of(&doors.world).await;
    let reply = doors.rest(&doors.carla, "tickets.open", &words).await;
    assert_eq!(reply.problem(422), "request.invalid");
    assert_eq!(before.changes(&State::of(&doors.world).await), Vec::<String>::new());
    words["files"] = json!([{ "name": "a.txt", "content_base64": "aGk=", "path": "/etc" }]);
    doors.refuse_at_rest(&doors.carla, "tickets.open", &words, says(422, "request.field_unknown", "path")).await;
}
