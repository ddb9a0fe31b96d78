//! Refusals as RFC 9457 problem documents, and the one place where a kind
//! becomes an HTTP status.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use hostwright_frontend::page::FieldError;
use hostwright_panel::platform::texts::{FluentValue, Locale, Texts};
use hostwright_panel::platform::{Error, Kind, Refusal};
use serde::Serialize;

/// Seconds after which something that does not answer now is worth another try.
pub const RETRY_SECONDS: u32 = 5;

/// An RFC 9457 problem with our extensions: `code`, `errors`, `request_id`.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// A page that explains the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in short.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What to do.
    pub detail: String,
    /// Stable code.
    pub code: String,
    /// Every field at fault.
    pub errors: Vec<FieldProblem>,
    /// Quote it when you ask for help.
    pub request_id: String,
}

/// One field at fault.
#[derive(Debug, Clone, Serialize)]
pub struct FieldProblem {
    /// Its name.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What is wrong with it.
    pub detail: String,
}

/// The status of an error.
#[must_use]
pub fn status(error: &Error) -> StatusCode {
    if error.is("request.unreadable") {
        return StatusCode::BAD_REQUEST;
    }
    match error.kind() {
        Some(Kind::NotFound) => StatusCode::NOT_FOUND,
        Some(Kind::Invalid) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Kind::Conflict) => StatusCode::CONFLICT,
        Some(Kind::Forbidden) => StatusCode::FORBIDDEN,
        Some(Kind::Unauthenticated) => StatusCode::UNAUTHORIZED,
        Some(Kind::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        Some(Kind::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Some(Kind::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Some(Kind::Full) => StatusCode::INSUFFICIENT_STORAGE,
        None => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The error's text for people. What is our own fault says no more than that.
#[must_use]
pub fn text(texts: &Texts, locale: Locale, error: &Error) -> String {
    match error {
        Error::Refused(refusal) => refusal_text(texts, locale, refusal),
        _ => texts.get(locale, &format!("error-{}", error.code())),
    }
}

fn refusal_text(texts: &Texts, locale: Locale, refusal: &Refusal) -> String {
    let args: Vec<(&str, FluentValue<'_>)> =
        refusal.args.iter().map(|(name, value)| (*name, FluentValue::from(value.clone()))).collect();
    texts.get_with(locale, &format!("error-{}", refusal.code), &args)
}

/// The fields at fault, for a form that is shown again.
#[must_use]
pub fn field_errors(texts: &Texts, locale: Locale, error: &Error) -> Vec<FieldError> {
    let refusals: Vec<&Refusal> = match error {
        Error::Refused(refusal) => vec![refusal],
        Error::Fields(refusals) => refusals.iter().collect(),
        other => {
            return vec![FieldError { field: None, code: other.code().to_owned(), text: text(texts, locale, other) }];
        }
    };
    refusals
        .into_iter()
        .map(|refusal| FieldError {
            field: refusal.field.as_ref().map(ToString::to_string),
            code: refusal.code.to_owned(),
            text: refusal_text(texts, locale, refusal),
        })
        .collect()
}

/// The answer to a REST request that was refused. What is our own fault is logged
/// here, once.
#[must_use]
pub fn response(texts: &Texts, locale: Locale, error: &Error, request_id: &str) -> HttpResponse {
    log(error, request_id);
    let status = status(error);
    let fields = field_errors(texts, locale, error);
    let problem = Problem {
        kind: format!("/problems/{}", error.code()),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: fields.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(" "),
        code: error.code().to_owned(),
        errors: fields
            .into_iter()
            .filter_map(|error| Some(FieldProblem { field: error.field?, code: error.code, detail: error.text }))
            .collect(),
        request_id: request_id.to_owned(),
    };
    let mut response = HttpResponse::build(status);
    response.content_type("application/problem+json");
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, RETRY_SECONDS));
    }
    response.body(serde_json::to_string(&problem).unwrap_or_default())
}

/// Says the stable code of a refusal in the header of a page, as a problem document
/// says it in its body.
pub fn name_code(response: &mut HttpResponse, error: &Error) {
    response.headers_mut().insert(HeaderName::from_static("x-problem-code"), HeaderValue::from_static(error.code()));
}

/// Logs what is our own fault.
pub fn log(error: &Error, request_id: &str) {
    match error.kind() {
        None => tracing::error!(%error, request_id, "a request failed"),
        Some(Kind::Full) => tracing::error!(%error, request_id, "there is no room left on the disk"),
        Some(Kind::Unavailable) => tracing::warn!(%error, request_id, "a request could not be served"),
        Some(_) => tracing::debug!(%error, request_id, "a request was refused"),
    }
}
