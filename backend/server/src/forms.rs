//! Forms: `POST /do/<action>`, from pages that work without JavaScript.
//!
//! On success the browser is sent on; on a refusal the page with the form is shown
//! again with what was typed and what is wrong.

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_frontend::page::{FieldError, FormState};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::{Locale, Texts};
use hostwright_panel::platform::{Error, Kind, Refusal};
use serde_json::{Map, Value, json};

use crate::api::{MAX_BODY, download, form_pairs};
use crate::app::App;
use crate::registry::{Answer, Endpoint};
use crate::visitor::{self, Visitor};
use crate::{pages, problem};

/// A form as it was sent.
#[derive(Debug, Default)]
struct Sent {
    values: BTreeMap<String, Vec<String>>,
    files: BTreeMap<String, Vec<Value>>,
}

impl Sent {
    fn first(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// A path on this host, or the start page: never another host.
    fn path(&self, name: &str) -> String {
        let path = self.first(name);
        let own = path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.contains(char::is_control);
        if own { path.to_owned() } else { "/".to_owned() }
    }

    fn marks(&self, mark: &str, name: &str) -> bool {
        self.values.get(mark).is_some_and(|names| names.iter().any(|marked| marked == name))
    }

    /// What was typed, with decimals in canonical form; what cannot be read as a
    /// number is passed on, and refused by the action.
    fn typed(&self, name: &str, locale: Locale) -> Option<Vec<String>> {
        let typed = self.values.get(name)?;
        let is_decimal = self.marks("_decimal", name);
        let read = |text: &String| match locale.canonical_decimal(text) {
            Some(canonical) if is_decimal && !text.trim().is_empty() => canonical,
            _ => text.clone(),
        };
        Some(typed.iter().map(read).collect())
    }

    fn input(&self, endpoint: &Endpoint, locale: Locale) -> Map<String, Value> {
        let mut input = Map::new();
        let fields = endpoint.input.fields();
        for field in &fields {
            let value = match self.files.get(&field.name) {
                Some(files) => Some(Value::from(files.clone())),
                None => self.typed(&field.name, locale).and_then(|typed| {
                    let emptied = self.marks("_clears", &field.name) && typed.iter().all(String::is_empty);
                    if emptied { Some(Value::from("")) } else { field.kind.read(&typed) }
                }),
            };
            if let Some(value) = value {
                input.insert(field.name.clone(), value);
            }
        }
        for (name, rows) in self.rows(locale) {
            input.insert(name, rows.into_values().map(Value::Object).collect());
        }
        // A name that the action does not know is passed on, and refused by it.
        for (name, values) in &self.values {
            if !name.starts_with('_') && !name.contains('[') && !fields.iter().any(|field| field.name == *name) {
                input.insert(name.clone(), Value::from(values.first().cloned().unwrap_or_default()));
            }
        }
        input
    }

    /// Lists that were typed row by row: `lines[0].unit` is the unit of the first
    /// of `lines`. Rows in which nothing was typed are left out; the others are kept
    /// by the place in which they were typed.
    fn rows(&self, locale: Locale) -> BTreeMap<String, BTreeMap<usize, Map<String, Value>>> {
        let mut lists: BTreeMap<String, BTreeMap<usize, Map<String, Value>>> = BTreeMap::new();
        for name in self.values.keys() {
            let Some((list, index, part)) = cell(name) else { continue };
            let rows = lists.entry(list.to_owned()).or_default();
            let typed = self.typed(name, locale).and_then(|typed| typed.into_iter().next());
            if let Some(text) = typed.filter(|text| !text.trim().is_empty()) {
                rows.entry(index).or_default().insert(part.to_owned(), Value::from(text));
            }
        }
        lists
    }

    /// What is wrong, each where the form shows it.
    fn faults(&self, texts: &Texts, locale: Locale, error: &Error) -> Vec<FieldError> {
        let faults = problem::field_errors(texts, locale, error).into_iter();
        faults.map(|fault| self.beside(texts, locale, fault)).collect()
    }

    /// An error as the form shows it: in the row in which it was typed, and without
    /// the field's name, for it stands beside the field.
    fn beside(&self, texts: &Texts, locale: Locale, mut error: FieldError) -> FieldError {
        match error.code.as_str() {
            "request.field_missing" => error.text = texts.get(locale, "error-request-form-empty"),
            "request.field_invalid" => error.text = texts.get(locale, "error-request-form-unreadable"),
            _ => {}
        }
        let place = error.field.as_deref().and_then(cell).and_then(|(list, row, part)| {
            let typed_in = self.rows(locale).get(list)?.keys().nth(row).copied()?;
            Some(format!("{list}[{typed_in}].{part}"))
        });
        FieldError { field: place.or(error.field), ..error }
    }

    /// What may be shown again: no secrets.
    fn state(&self, action: Action, errors: Vec<FieldError>) -> FormState {
        let hidden = |name: &str| {
            name.contains("password") || matches!(name, "_csrf" | "token" | "secret" | "code" | "totp_code")
        };
        FormState {
            action: action.name().to_owned(),
            values: self
                .values
                .iter()
                .filter(|(name, _)| !hidden(name))
                .map(|(name, v)| (name.clone(), v.clone()))
                .collect(),
            errors,
        }
    }
}

/// The list, row and part that a name such as `lines[0].unit` stands for.
fn cell(name: &str) -> Option<(&str, usize, &str)> {
    let (list, rest) = name.split_once('[')?;
    let (index, part) = rest.split_once("].")?;
    Some((list, index.parse().ok()?, part))
}

/// Serves a form.
pub async fn serve(
    app: web::Data<App>,
    request: HttpRequest,
    name: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let visitor = match Visitor::of(&app, &request).await {
        Ok(visitor) => visitor,
        Err(error) => return pages::failure(&app, None, &error),
    };
    let sent = match read_own(&app, &visitor, &request, payload).await {
        Ok(sent) => sent,
        Err(error) => return pages::failure(&app, Some(visitor), &error),
    };
    let Some(endpoint) = Action::by_name(&name).and_then(|action| app.endpoint(action)).cloned() else {
        return pages::failure(&app, Some(visitor), &Refusal::new("request.not_found", Kind::NotFound).into());
    };
    let key = Some(sent.first("_key").to_owned()).filter(|key| !key.is_empty());
    let outcome = endpoint.execute(visitor.call.clone(), sent.input(&endpoint, visitor.locale), key).await;
    match outcome {
        Ok(Answer::Json(answer)) => succeed(&app, visitor, endpoint.action, &sent, &answer),
        Ok(Answer::File(file)) => download(file),
        Err(error) => refuse(&app, visitor, endpoint.action, &sent, error).await,
    }
}

fn succeed(app: &App, visitor: Visitor, action: Action, sent: &Sent, answer: &Value) -> HttpResponse {
    let then = if sent.first("_then").is_empty() { "_page" } else { "_then" };
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, fill(&sent.path(then), answer)));
    for cookie in &visitor.cookies {
        response.cookie(cookie.clone());
    }
    if let Some(token) = answer.get("session_token").and_then(Value::as_str) {
        response.cookie(visitor::session_cookie(app, token.to_owned()));
    }
    if action == Action::SignOut {
        response.cookie(visitor::no_session(app));
    }
    match action {
        Action::CreateApiKey | Action::BeginTotp | Action::EnableTotp => {
            match pages::once(app, &visitor.call, answer) {
                Ok(cookie) => {
                    response.cookie(cookie);
                }
                Err(error) => problem::log(&error, &visitor.call.request_id),
            }
        }
        Action::SignOut => {
            response.cookie(pages::no_once(app));
        }
        _ => {}
    }
    response.cookie(pages::notice(app, action, answer));
    response.finish()
}

/// Puts the answer's values where a path names them: `/staff/plans/{id}`, and
/// `/portal/tickets/{ticket.id}` for a value inside another.
fn fill(path: &str, answer: &Value) -> String {
    let mut filled = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        filled.push_str(before);
        let value = answer.pointer(&format!("/{}", name.replace('.', "/"))).and_then(Value::as_str);
        match value {
            Some(text) => filled.push_str(&hostwright_frontend::page::encode(text)),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

async fn refuse(app: &App, visitor: Visitor, action: Action, sent: &Sent, error: Error) -> HttpResponse {
    problem::log(&error, &visitor.call.request_id);
    if error.kind() == Some(Kind::Unauthenticated) && visitor.call.person().is_err() && action != Action::SignIn {
        return pages::sign_in_first(&sent.path("_page"));
    }
    let status = problem::status(&error);
    let status = if status == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    let state = sent.state(action, sent.faults(&app.texts, visitor.locale, &error));
    let path = sent.path("_page");
    let path = path.split('#').next().unwrap_or_default();
    match pages::show(app, visitor, path, Some(state)).await {
        Ok(mut response) => {
            *response.status_mut() = status;
            response
        }
        Err(lost) => {
            let (visitor, _) = *lost;
            pages::failure(app, Some(visitor), &error)
        }
    }
}

/// Serves `POST /preferences`: language and colours, kept in cookies by anybody.
pub async fn prefer(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let visitor = match Visitor::of(&app, &request).await {
        Ok(visitor) => visitor,
        Err(error) => return pages::failure(&app, None, &error),
    };
    match read_own(&app, &visitor, &request, payload).await {
        Ok(sent) => remember(&app, &sent),
        Err(error) => pages::failure(&app, Some(visitor), &error),
    }
}

fn remember(app: &App, sent: &Sent) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, sent.path("_page")));
    for name in ["locale", "theme"] {
        if let Some(cookie) = visitor::preference(app, name, sent.first(name)).filter(|_| !sent.first(name).is_empty())
        {
            response.cookie(cookie);
        }
    }
    response.finish()
}

/// Reads a form, if it is one of our own pages' forms.
async fn read_own(app: &App, visitor: &Visitor, request: &HttpRequest, payload: web::Payload) -> Result<Sent> {
    let sent = read(request, payload).await?;
    visitor.check_form(app, request, sent.first("_csrf"))?;
    Ok(sent)
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Sent> {
    let kind = visitor::text_header(request, header::CONTENT_TYPE);
    if kind.starts_with("multipart/form-data") {
        return read_multipart(request, payload).await;
    }
    let bytes = payload
        .to_bytes_limited(MAX_BODY)
        .await
        .map_err(|_too_large| Refusal::new("request.too_large", Kind::TooLarge))?
        .map_err(|error| Refusal::new("request.unreadable", Kind::Invalid).with("reason", error))?;
    let mut sent = Sent::default();
    for (name, value) in form_pairs(&bytes) {
        sent.values.entry(name).or_default().push(value);
    }
    Ok(sent)
}

async fn read_multipart(request: &HttpRequest, payload: web::Payload) -> Result<Sent> {
    use futures::StreamExt;
    let unreadable =
        |error: &dyn std::fmt::Display| Refusal::new("request.unreadable", Kind::Invalid).with("reason", error);
    let mut parts = actix_multipart::Multipart::new(request.headers(), payload);
    let mut sent = Sent::default();
    let mut total = 0_usize;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| unreadable(&error))?;
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|told| told.get_filename()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| unreadable(&error))?;
            total = total.saturating_add(chunk.len());
            if total > MAX_BODY {
                return Err(Refusal::new("request.too_large", Kind::TooLarge).into());
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            // A file field that was left empty is sent without name and bytes.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                let value = json!({ "name": file, "content_base64": STANDARD.encode(&bytes) });
                sent.files.entry(name).or_default().push(value);
            }
            None => sent.values.entry(name).or_default().push(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_takes_values_of_the_answer_and_of_what_is_inside_it() {
        let answer = json!({ "id": "pln_1", "ticket": { "id": "tic_2" }, "note": "a{id}b" });
        assert_eq!(fill("/staff/plans/{id}", &answer), "/staff/plans/pln_1");
        assert_eq!(fill("/portal/tickets/{ticket.id}#reply", &answer), "/portal/tickets/tic_2#reply");
        assert_eq!(fill("/x?note={note}&y={missing}", &answer), "/x?note=a%7Bid%7Db&y={missing}");
    }
}
