//! REST over a socket: problems, idempotency and the OpenAPI document.

use std::collections::BTreeSet;

use hostwright_panel::auth::policy::Audience;
use hostwright_tests::on_both_engines;
use serde_json::{Value, json};

use super::site::{Site, read};
use super::town::{Town, sign_in};

/// Schemas that the document refers to and does not have yet; this list only shrinks.
const LOST_SCHEMAS: &[&str] = &[];

async fn owner(world: &hostwright_tests::World) -> String {
    world.set_up().await;
    sign_in(world, "olga@host.example").await.0
}

on_both_engines! {
    async fn refusals_are_problem_documents_with_a_code(world) {
        let token = owner(world).await;
        let site = Site::of(&world.app);
        let customer = json!({ "name": "Ada", "email": "ada@example.org", "country": "DE", "street": "Weg 2", "postal_code": "10115", "city": "Berlin" });

        let nobody = read(site.rest("GET", "/customers", None)).await;
        assert_eq!(nobody.problem(401), "auth.sign_in_required");
        let bad = read(site.rest("GET", "/customers", Some("hw_nothing"))).await;
        assert_eq!(bad.problem(401), "auth.bad_key");
        let absent = read(site.rest("GET", "/customers/cus_00000000000000000000000000000009", Some(&token))).await;
        assert_eq!(absent.problem(404), "request.not_found");
        let malformed = read(site.rest("GET", "/customers/1", Some(&token))).await;
        assert!([404, 422].contains(&malformed.status.as_u16()), "{}", malformed.body);
        let no_route = read(site.rest("GET", "/nothing/at/all", Some(&token))).await;
        assert_eq!(no_route.status.as_u16(), 404);
        assert_eq!(no_route.json()["code"], "request.not_found");

        let missing = read(site.rest("POST", "/customers", Some(&token)).json(&json!({ "name": "Ada" }))).await;
        assert_eq!(missing.problem(422), "request.invalid");
        assert_eq!(missing.json()["errors"][0]["code"], "request.field_missing");
        assert_eq!(missing.json()["errors"][0]["field"], "email");
        let mut unknown = customer.clone();
        unknown["discount"] = json!("all");
        let unknown = read(site.rest("POST", "/customers", Some(&token)).json(&unknown)).await;
        assert_eq!(unknown.problem(422), "request.invalid");
        assert_eq!(unknown.json()["errors"][0]["code"], "request.field_unknown");
        assert_eq!(unknown.json()["errors"][0]["field"], "discount");
        let in_query = read(site.rest("GET", "/customers?sort=name", Some(&token))).await;
        assert_eq!(in_query.problem(422), "request.invalid");
        assert_eq!(in_query.json()["errors"][0]["code"], "request.field_unknown");
        assert_eq!(in_query.json()["errors"][0]["field"], "sort");
        let mut wrong = customer.clone();
        wrong["country"] = json!("XX");
        let wrong = read(site.rest("POST", "/customers", Some(&token)).json(&wrong)).await;
        assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.body);
        assert_eq!(wrong.json()["errors"][0]["field"], "country");

        let no_json = read(site.rest("POST", "/customers", Some(&token)).header("Content-Type", "application/json").body("{")).await;
        assert_eq!((no_json.status.as_u16(), &no_json.json()["code"]), (400, &json!("request.unreadable")));
        let a_form = read(site.rest("POST", "/customers", Some(&token)).header("Content-Type", "text/plain").body("name=Ada")).await;
        assert!(a_form.status.is_client_error(), "{}", a_form.body);
        let listed = read(site.rest("GET", "/customers", Some(&token))).await;
        assert_eq!(listed.json()["items"].as_array().map(Vec::len), Some(0), "nothing was made");
        assert_eq!(listed.header("cache-control"), "no-store");
        assert!(!listed.header("x-request-id").is_empty());
    }

    async fn a_key_replays_the_answer_over_http(world) {
        let token = owner(world).await;
        let site = Site::of(&world.app);
        let send = |name: &str, key: &str| {
            let body = json!({ "name": name, "email": "ada@example.org", "country": "DE", "street": "Weg 2", "postal_code": "10115", "city": "Berlin" });
            read(site.rest("POST", "/customers", Some(&token)).header("Idempotency-Key", key).json(&body))
        };
        let (first, second) = (send("Ada", "key-1").await, send("Ada", "key-1").await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.body, second.body);
        assert_eq!(first.json(), second.json());
        let (a, b) = tokio::join!(send("Bob", "key-2"), send("Bob", "key-2"));
        assert_eq!(a.json()["id"], b.json()["id"], "{} {}", a.body, b.body);
        let other = send("Eve", "key-1").await;
        assert_eq!(other.json()["code"], "request.idempotency_key_reused");
        let too_long = send("Eve", &"k".repeat(256)).await;
        assert_eq!(too_long.problem(422), "request.idempotency_key_invalid");
        let listed = read(site.rest("GET", "/customers", Some(&token))).await.json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_role_does_not_have_is_forbidden_and_a_page_of_another_host_may_not_post() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let session = &town.carla.session;
    let nodes = read(site.rest("GET", "/nodes", Some(session))).await;
    assert_eq!(nodes.problem(403), "auth.not_permitted");
    let foreign =
        read(site.rest("GET", &format!("/servers/{}", town.mallory.objects["server_id"]), Some(session))).await;
    assert_eq!(foreign.problem(404), "request.not_found");

    let by_cookie = |origin: &'static str| {
        let body = json!({ "name": "Carla Two" });
        site.rest("POST", "/me", None)
            .header("Cookie", format!("hw_session={session}"))
            .header("Origin", origin)
            .json(&body)
    };
    assert_eq!(read(by_cookie("https://evil.example")).await.problem(403), "request.forged");
    let cross = by_cookie("http://panel.test").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(read(cross).await.problem(403), "request.forged");
    assert_eq!(read(by_cookie("http://panel.test")).await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_names_every_route_and_every_route_answers() {
    let world = hostwright_tests::World::sqlite();
    let site = Site::of(&world.app);
    let served = read(site.rest("GET", "/openapi.json", None)).await;
    assert_eq!(served.header("content-type"), "application/json");
    let document = served.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = 0;
    for endpoint in world.app.endpoints.iter() {
        let verb = endpoint.verb.name().to_lowercase();
        let operation = &document["paths"][endpoint.path][&verb];
        assert_eq!(operation["operationId"], endpoint.action.name(), "{endpoint:?}");
        let told = operation["parameters"].as_array().unwrap();
        for name in endpoint.path_parameters() {
            assert!(
                told.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path"),
                "{endpoint:?} {name}"
            );
        }
        operations += 1;
        if endpoint.action.rule().audience != Audience::Anyone {
            let path = endpoint.path.replace(['{', '}'], "");
            let reply = read(site.rest(endpoint.verb.name(), &path, None)).await;
            assert_eq!(reply.problem(401), "auth.sign_in_required", "{endpoint:?}");
        }
    }
    let named: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(named, operations);
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    let lost = references.iter().filter(|reference| document.pointer(reference.trim_start_matches('#')).is_none());
    let lost: BTreeSet<&str> = lost.filter_map(|reference| reference.rsplit('/').next()).collect();
    let known: BTreeSet<&str> = LOST_SCHEMAS.iter().copied().collect();
    assert_eq!(lost, known, "schemas that the document refers to and does not have");
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}
