//! The REST surface: `/api/v1`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use hostwright_panel::platform::download::Download;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;
use hostwright_panel::platform::{Kind, Refusal};
use serde_json::{Map, Value};

use crate::app::App;
use crate::problem;
use crate::registry::{Answer, Endpoint, Verb};
use crate::visitor::{Visitor, text_header};

/// Largest body of a request, in bytes: five attachments of 5 MiB in base64.
pub const MAX_BODY: usize = 36 * 1024 * 1024;
/// Most fields of a query or a form: more than the longest invoice has.
pub const MAX_PAIRS: usize = 10_000;

/// Registers every endpoint.
pub fn configure(app: &App, service: &mut web::ServiceConfig) {
    let mut scope = web::scope("/api/v1");
    for endpoint in app.endpoints.iter().cloned() {
        let method = match endpoint.verb {
            Verb::Get => web::get(),
            Verb::Post => web::post(),
        };
        let path = endpoint.path;
        let route = method.to(move |app: web::Data<App>, request: HttpRequest, body: web::Payload| {
            let endpoint = endpoint.clone();
            async move { serve(&app, &endpoint, &request, body).await }
        });
        scope = scope.route(path, route);
    }
    let document = web::get().to(|app: web::Data<App>| async move {
        HttpResponse::Ok().content_type("application/json").body(app.openapi().to_owned())
    });
    service.service(scope.route("/openapi.json", document).default_service(web::to(
        |app: web::Data<App>, request: HttpRequest| async move {
            let error = Refusal::new("request.not_found", Kind::NotFound).into();
            problem::response(
                &app.texts,
                Locale::negotiate(&text_header(&request, header::ACCEPT_LANGUAGE)),
                &error,
                "",
            )
        },
    )));
}

async fn serve(app: &App, endpoint: &Endpoint, request: &HttpRequest, body: web::Payload) -> HttpResponse {
    let visitor = match Visitor::of(app, request).await {
        Ok(visitor) => visitor,
        Err(error) => {
            let locale = Locale::negotiate(&text_header(request, header::ACCEPT_LANGUAGE));
            return problem::response(&app.texts, locale, &error, &hostwright_kernel::id::fresh("req"));
        }
    };
    match answer(app, endpoint, request, &visitor, body).await {
        Ok(Answer::Json(value)) => HttpResponse::Ok()
            .insert_header(("X-Request-Id", visitor.call.request_id))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(value),
        Ok(Answer::File(file)) => download(file),
        Err(error) => problem::response(&app.texts, visitor.locale, &error, &visitor.call.request_id),
    }
}

async fn answer(
    app: &App,
    endpoint: &Endpoint,
    request: &HttpRequest,
    visitor: &Visitor,
    body: web::Payload,
) -> Result<Answer> {
    if endpoint.verb == Verb::Post && !visitor.by_key {
        visitor.check_origin(app, request)?;
    }
    let mut input = match endpoint.verb {
        Verb::Get => query(endpoint, request.query_string())?,
        Verb::Post => json_body(request, body).await?,
    };
    for name in endpoint.path_parameters() {
        let value = request.match_info().query(name);
        input.insert(name.to_owned(), Value::from(value));
    }
    let key = request.headers().get("Idempotency-Key").map(|key| key.to_str().unwrap_or_default().to_owned());
    endpoint.execute(visitor.call.clone(), input, key).await
}

/// The query's values by the input's schema.
fn query(endpoint: &Endpoint, text: &str) -> Result<Map<String, Value>> {
    let fields = endpoint.fields();
    let mut typed: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for (name, value) in form_pairs(text.as_bytes())? {
        typed.entry(name).or_default().push(value);
    }
    let input = typed
        .into_iter()
        .filter_map(|(name, values)| {
            let value = match fields.iter().find(|field| field.name == name) {
                Some(field) => field.kind.read(&values)?,
                // An unknown name is refused by the input itself.
                None => Value::from(values.into_iter().next().unwrap_or_default()),
            };
            Some((name, value))
        })
        .collect();
    Ok(input)
}

async fn json_body(request: &HttpRequest, body: web::Payload) -> Result<Map<String, Value>> {
    let unreadable = |reason: String| Refusal::new("request.unreadable", Kind::Invalid).with("reason", reason);
    let bytes = body
        .to_bytes_limited(MAX_BODY)
        .await
        .map_err(|_too_large| Refusal::new("request.too_large", Kind::TooLarge))?
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let kind = text_header(request, header::CONTENT_TYPE);
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err(unreadable("Content-Type must be application/json".to_owned()).into());
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(unreadable("the body must be a JSON object".to_owned()).into()),
        Err(error) => Err(unreadable(error.to_string()).into()),
    }
}

/// A file as a download that no browser runs.
#[must_use]
pub fn download(file: Download) -> HttpResponse {
    let safe: String = file
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{safe}\"")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(file.bytes)
}

/// The pairs of `application/x-www-form-urlencoded` text.
///
/// # Errors
/// `request.unreadable` when it is not UTF-8, naming the field; `request.too_large`
/// for more pairs than any form has.
pub fn form_pairs(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        if pairs.len() >= MAX_PAIRS {
            return Err(Refusal::new("request.too_large", Kind::TooLarge).into());
        }
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let name = utf8(decode(parts.next().unwrap_or_default()), None)?;
        let value = utf8(decode(parts.next().unwrap_or_default()), Some(&name))?;
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// The text of these bytes.
///
/// # Errors
/// `request.unreadable` when they are not UTF-8, naming the field whose value they are.
pub fn utf8(bytes: Vec<u8>, field: Option<&str>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_not_text| {
        let refusal = Refusal::new("request.unreadable", Kind::Invalid).with("reason", "it is not UTF-8");
        match field {
            Some(field) => refusal.field(field.to_owned()).into(),
            None => refusal.into(),
        }
    })
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or(0).saturating_mul(16).saturating_add(hex(*low).unwrap_or(0));
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
                rest = tail;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    bytes
}
