//! Scripts and templates in every text field: kept as they were typed, shown as text,
//! run by nobody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hostwright_frontend::routes;
use hostwright_panel::auth::call::Call;
use hostwright_server::registry::{Endpoint, Field, FieldKind, Verb};
use hostwright_tests::text;
use serde_json::{Map, Value, json};

use crate::surfaces::site::{Browser, Site, values};
use crate::surfaces::town::{PASSWORD, Town};

/// What is typed into the field with this number.
fn script(number: usize) -> String {
    format!("\"'><script>hw{number}()</script><img src=x onerror=hw{number}()>{{ $x{number} }}{{{{7*7}}}}${{7*7}}")
}

/// Whether a page holds any of it as markup instead of text.
fn runs(page: &str) -> bool {
    let lower = page.to_lowercase();
    lower.contains("<script>hw") || lower.contains("<img src=x") || lower.contains("hw()</script>")
}

/// Good values of the fields that have rules of their own.
fn good(field: &Field, objects: &BTreeMap<&'static str, String>, number: usize) -> Value {
    if let Some(id) = objects.get(field.name.as_str()) {
        return json!(id);
    }
    if let Some(choice) = field.choices.first() {
        return json!(choice);
    }
    match field.name.as_str() {
        "email" | "company_email" | "owner_email" => json!(format!("person{number}@example.org")),
        "country" => json!("DE"),
        "currency" => json!("EUR"),
        "amount" | "unit" => json!("1.00"),
        "percent" => json!("19"),
        "valid_from" => json!("2030-01-01"),
        "uri" => json!("test:///default"),
        "cidr" => json!(format!("10.{}.{}.0/28", number / 200, number % 200)),
        "gateway" => json!(format!("10.{}.{}.1", number / 200, number % 200)),
        "password" | "current_password" => json!(PASSWORD),
        "scopes" => json!(["*"]),
        "lines" => json!([{ "description": format!("Work {number}"), "unit": "1.00" }]),
        "kernel" | "initrd" | "disk" => json!("/images/file"),
        "vcpus" => json!(1),
        "memory_mib" | "minimum_memory_mib" | "memory_mib_total" => json!(1024),
        "months" => json!(12),
        _ => match field.kind {
            FieldKind::Text => json!(format!("Something {number}")),
            FieldKind::Integer => json!(1),
            FieldKind::Boolean => json!(false),
            FieldKind::Texts | FieldKind::Integers => json!([]),
            FieldKind::Json => Value::Null,
        },
    }
}

/// The input with the script in one field, and in nothing else.
fn input(endpoint: &Endpoint, objects: &BTreeMap<&'static str, String>, field: &str, number: usize) -> Value {
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    let fields = endpoint.fields();
    let needed = fields.iter().filter(|f| f.required || f.name == field || in_path.contains(&f.name.as_str()));
    let filled: Map<String, Value> = needed
        .map(|f| {
            let value = match (f.name == field, f.kind) {
                (true, FieldKind::Texts) => json!([script(number)]),
                (true, FieldKind::Json) if f.name == "lines" => {
                    json!([{ "description": script(number), "unit": "1.00" }])
                }
                (true, FieldKind::Json) => json!([{ "name": script(number), "content_base64": "aGk=" }]),
                (true, _) => json!(script(number)),
                (false, _) => good(f, objects, number),
            };
            (f.name.clone(), value)
        })
        .collect();
    Value::Object(filled)
}

/// Fields whose value is never shown to anybody.
fn is_secret(field: &Field) -> bool {
    field.name.contains("password") || field.name == "token"
}

fn is_typed(field: &Field) -> bool {
    let takes_text = matches!(field.kind, FieldKind::Text | FieldKind::Texts)
        || matches!((field.kind, field.name.as_str()), (FieldKind::Json, "lines" | "files"));
    takes_text && field.choices.is_empty() && !is_secret(field)
}

/// What would end what the others need.
fn ends_the_ground(endpoint: &Endpoint) -> bool {
    let name = endpoint.action.name();
    matches!(name, "auth.set_up" | "auth.sign_out" | "entity.update" | "subscriptions.terminate" | "invoices.credit")
}

struct Stored {
    /// Which field, by the number in its script.
    accepted: BTreeMap<usize, String>,
    tried: usize,
}

async fn store(town: &Town, callers: &[(&str, Call)]) -> Stored {
    let mut objects = town.carla.objects.clone();
    let departments = town.world.done(&town.world.owner(), "departments.list", json!({})).await;
    objects.insert("department_id", text(&departments["items"][0], "id"));
    let mut stored = Stored { accepted: BTreeMap::new(), tried: 0 };
    let mut number = 0;
    let endpoints = town.world.app.endpoints.iter().filter(|endpoint| endpoint.verb == Verb::Post);
    for endpoint in endpoints.filter(|endpoint| !ends_the_ground(endpoint)) {
        for field in endpoint.fields().iter().filter(|field| is_typed(field)) {
            stored.tried += 1;
            for (who, call) in callers.iter().filter(|(_, call)| call.may(endpoint.action)) {
                number += 1;
                let input = input(endpoint, &objects, &field.name, number);
                match town.world.run(call, endpoint.action.name(), input).await {
                    Ok(_) => {
                        stored.accepted.insert(number, format!("{} {} by {who}", endpoint.action.name(), field.name));
                    }
                    Err(error) => {
                        assert!(error.kind().is_some(), "{} {}: {error:?}", endpoint.action.name(), field.name)
                    }
                }
            }
        }
    }
    stored
}

/// Every page that can be reached from these, with what it shows.
async fn pages(site: &Site, browser: &mut Browser, starts: Vec<String>) -> Vec<(String, String)> {
    let mut seen: BTreeSet<String> = starts.iter().cloned().collect();
    let mut open: VecDeque<String> = starts.into();
    let mut found = Vec::new();
    while let Some(path) = open.pop_front() {
        let reply = site.visit(browser, &path).await;
        assert!(!reply.status.is_server_error(), "{path}: {}", reply.status);
        if !reply.header("content-type").starts_with("text/html") {
            continue;
        }
        for link in values(&reply.body, "href") {
            let page = link.split('#').next().unwrap_or_default().to_owned();
            if page.starts_with('/') && !page.starts_with("/assets/") && seen.len() < 500 && seen.insert(page.clone()) {
                open.push_back(page);
            }
        }
        found.push((path, reply.body));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_in_any_text_field_is_shown_as_text() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let (session, owner) = crate::surfaces::town::sign_in(&town.world, "olga@host.example").await;
    let callers = [("owner", owner), ("customer", town.carla.customer.call.clone())];
    let stored = store(&town, &callers).await;
    town.world.settle().await;
    assert!(
        stored.tried > 50 && stored.accepted.len() > 30,
        "{} of {}: {:#?}",
        stored.accepted.len(),
        stored.tried,
        stored.accepted
    );

    let mut objects = town.carla.objects.clone();
    objects.retain(|_, id| !id.is_empty());
    let all = routes().iter().map(|route| {
        objects.iter().fold(route.path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
    });
    let all: Vec<String> = all.filter(|path| !path.contains('{')).collect();
    let mut shown = BTreeSet::new();
    for browser in [&mut Browser::signed_in(&session), &mut Browser::signed_in(&town.carla.session)] {
        for (path, page) in pages(&site, browser, all.clone()).await {
            assert!(!runs(&page), "{path} runs what somebody typed");
            assert!(!page.contains("{{49}}") && !page.contains("$49"), "{path} computes what somebody typed");
            shown.extend(stored.accepted.keys().filter(|number| page.contains(&format!("hw{number}()"))).copied());
        }
    }
    // What pages show is shown as it was typed; this many do show it.
    let names: Vec<&String> = shown.iter().map(|number| &stored.accepted[number]).collect();
    assert!(shown.len() > 20, "{} shown: {names:#?} of {:#?}", shown.len(), stored.accepted);
    for mail in town.world.mailbox.mails() {
        assert!(!runs(&mail.html), "{}", mail.html);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_in_a_text_is_text() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let mut browser = Browser::signed_in(&town.carla.session);
    for typed in [
        "{ $brand }",
        "{ -term }",
        "{\"x\"}",
        "{{7*7}}",
        "${7*7}",
        "<%= 7*7 %>",
        "#{7*7}",
        "{ DATETIME($now) }",
        "%{token}",
    ] {
        let call = &town.carla.customer.call;
        town.world.done(call, "auth.update_profile", json!({ "name": typed })).await;
        let departments = town.world.done(call, "departments.list", json!({})).await;
        let ticket = json!({ "department_id": departments["items"][0]["id"], "subject": typed, "body": typed });
        let opened = town.world.done(call, "tickets.open", ticket).await;
        let page = site.visit(&mut browser, &format!("/portal/tickets/{}", text(&opened["ticket"], "id"))).await;
        let escaped = typed.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let as_typed = page.body.contains(typed)
            || page.body.contains(&escaped)
            || page.body.contains(&typed.replace('<', "&lt;").replace('>', "&gt;"));
        assert!(as_typed && !page.body.contains("49<"), "{typed}: {}", page.body);
        town.world.settle().await;
        let mails = town.world.mailbox.to("carla@example.org");
        let mail = mails.last().unwrap();
        assert!(mail.subject.contains(typed) || mail.text.contains(typed), "{typed}: {} {}", mail.subject, mail.text);
        town.world.clock.advance_seconds(3_600 * 5);
    }
}
