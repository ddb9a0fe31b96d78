//! The OpenAPI 3.1 document, made from the endpoints.

use std::collections::BTreeMap;

use hostwright_panel::auth::policy::Audience;
use serde_json::{Map, Value, json};

use crate::registry::{Endpoint, Shape, Verb};

/// The document for these endpoints.
#[must_use]
pub fn document(endpoints: &[Endpoint]) -> Value {
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    schemas.insert("Problem".to_owned(), problem_schema());
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for endpoint in endpoints {
        schemas.extend([Some(endpoint.input()), endpoint.output()].into_iter().flatten().flat_map(|shape| shape.parts));
        let verb = endpoint.verb.name().to_lowercase();
        paths.entry(endpoint.path.to_owned()).or_default().insert(verb, operation(endpoint));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hostwright",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Hosting control panel with billing. Amounts are whole minor units with a currency; days are civil dates; moments are UTC.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": "/api/v1" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "An API key (hw_...)." }
            }
        }
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let name = endpoint.action.name();
    let slice = name.split('.').next().unwrap_or(name);
    let mut parameters: Vec<Value> = Vec::new();
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    let input = endpoint.input();
    let mut body = None;
    match endpoint.verb {
        Verb::Get => {
            for field in endpoint.fields() {
                let place = if in_path.contains(&field.name.as_str()) { "path" } else { "query" };
                parameters.push(json!({
                    "name": field.name,
                    "in": place,
                    "required": place == "path" || field.required,
                    "description": field.about,
                    "schema": property(&input, &field.name),
                }));
            }
        }
        Verb::Post => {
            for name in &in_path {
                parameters.push(json!({
                    "name": name, "in": "path", "required": true, "schema": property(&input, name),
                }));
            }
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "Up to 255 visible ASCII characters; the first answer is given again for at least 24 hours.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            }));
            body = Some(body_schema(&input, &in_path));
        }
    }
    let content = match endpoint.output() {
        Some(shape) => json!({ "application/json": { "schema": shape.schema } }),
        // A file comes as what it is: a PDF, a picture, a text.
        None => json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } }),
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "Done", "content": content }));
    for (status, about) in PROBLEMS {
        responses.insert(
            (*status).to_owned(),
            json!({
                "description": about,
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
            }),
        );
    }
    let mut operation = json!({
        "operationId": name,
        "summary": summary(name),
        "tags": [slice],
        "parameters": parameters,
        "responses": responses,
        "security": if endpoint.action.rule().audience == Audience::Anyone {
            json!([{}, { "key": [] }])
        } else {
            json!([{ "key": [] }])
        },
    });
    if let (Some(body), Some(operation)) = (body, operation.as_object_mut()) {
        operation.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": { "application/json": { "schema": body } } }),
        );
    }
    operation
}

/// `plans.set_price` as words: `Set price (plans)`.
#[must_use]
pub fn summary(name: &str) -> String {
    let (slice, action) = name.split_once('.').unwrap_or(("", name));
    let words = action.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{} ({slice})", letters.as_str())
}

const PROBLEMS: &[(&str, &str)] = &[
    ("400", "The request cannot be read"),
    ("401", "Nobody is signed in"),
    ("403", "Not permitted for this caller"),
    ("404", "Not there, or not for this caller to see"),
    ("409", "The state does not allow it"),
    ("413", "Too much in one request"),
    ("415", "The body is not JSON"),
    ("422", "A field is wrong"),
    ("429", "Too often"),
    ("503", "Something that this depends on does not answer"),
    ("507", "There is no room left to keep anything"),
];

fn property(shape: &Shape, name: &str) -> Value {
    let schema = shape.resolve(&shape.schema);
    schema.get("properties").and_then(|all| all.get(name)).cloned().unwrap_or_else(|| json!({ "type": "string" }))
}

/// The body is the input without what stands in the path.
fn body_schema(shape: &Shape, in_path: &[&str]) -> Value {
    let mut schema = shape.resolve(&shape.schema).clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !in_path.contains(&name.as_str()));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !in_path.contains(&name)));
    }
    schema
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457 problem",
        "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
            "detail": { "type": "string" }, "code": { "type": "string" }, "request_id": { "type": "string" },
            "errors": { "type": "array", "items": {
                "type": "object", "required": ["field", "code", "detail"],
                "properties": { "field": { "type": "string" }, "code": { "type": "string" }, "detail": { "type": "string" } }
            } }
        }
    })
}
