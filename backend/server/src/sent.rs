//! A form as it was sent, urlencoded or in parts: nothing here trusts it.
//!
//! Invariants: what is not UTF-8, too much or too many is refused before anything is
//! done with it; a file is bytes with a name, and is never written to a disk here.

use std::collections::BTreeMap;
use std::fmt;

use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{self, Bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::{Stream, StreamExt};
use hostwright_frontend::page::{FieldError, FormState};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::{Locale, Texts};
use hostwright_panel::platform::{Error, Kind, Refusal};
use serde_json::{Map, Value, json};

use crate::api::{MAX_BODY, MAX_PAIRS, form_pairs, utf8};
use crate::registry::{Endpoint, is_secret};
use crate::{problem, visitor};

/// A form as it was sent.
#[derive(Debug, Default)]
pub struct Sent {
    values: BTreeMap<String, Vec<String>>,
    files: BTreeMap<String, Vec<Value>>,
}

impl Sent {
    /// Reads the body of a request, of either form that browsers send.
    ///
    /// # Errors
    /// `request.unreadable`, `request.too_large`.
    pub async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Self> {
        let kind = visitor::text_header(request, header::CONTENT_TYPE);
        if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            return Self::in_parts(request.headers(), payload).await;
        }
        let bytes = payload
            .to_bytes_limited(MAX_BODY)
            .await
            .map_err(|_too_large| too_large())?
            .map_err(|error| unreadable(&error))?;
        Self::urlencoded(&bytes)
    }

    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// `request.unreadable`, `request.too_large`.
    pub fn urlencoded(bytes: &[u8]) -> Result<Self> {
        let mut sent = Self::default();
        for (name, value) in form_pairs(bytes)? {
            sent.values.entry(name).or_default().push(value);
        }
        Ok(sent)
    }

    /// Reads `multipart/form-data`.
    ///
    /// # Errors
    /// `request.unreadable`, `request.too_large`.
    pub async fn in_parts(
        headers: &HeaderMap,
        body: impl Stream<Item = std::result::Result<Bytes, PayloadError>> + 'static,
    ) -> Result<Self> {
        let mut parts = actix_multipart::Multipart::new(headers, body);
        let mut sent = Self::default();
        let (mut total, mut count) = (0_usize, 0_usize);
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|error| unreadable(&error))?;
            let name = part.name().unwrap_or_default().to_owned();
            let file = part.content_disposition().and_then(|told| told.get_filename()).map(str::to_owned);
            let mut bytes = Vec::new();
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(|error| unreadable(&error))?;
                total = total.saturating_add(chunk.len());
                if total > MAX_BODY {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            count = count.saturating_add(1);
            if count > MAX_PAIRS {
                return Err(too_large());
            }
            sent.take(name, file, bytes)?;
        }
        Ok(sent)
    }

    fn take(&mut self, name: String, file: Option<String>, bytes: Vec<u8>) -> Result<()> {
        match file {
            // A file field that was left empty is sent without name and bytes.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                let value = json!({ "name": file, "content_base64": STANDARD.encode(&bytes) });
                self.files.entry(name).or_default().push(value);
            }
            None => {
                let value = utf8(bytes, Some(&name))?;
                self.values.entry(name).or_default().push(value);
            }
        }
        Ok(())
    }

    /// The first value of a field; empty when there is none.
    #[must_use]
    pub fn first(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// A path on this host, or the start page: never another host.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
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

    /// The input of an action, by its schema.
    #[must_use]
    pub fn input(&self, endpoint: &Endpoint, locale: Locale) -> Map<String, Value> {
        let mut input = Map::new();
        let fields = endpoint.fields();
        for field in fields {
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
        for name in self.values.keys().filter(|name| !name.starts_with('_')) {
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
    #[must_use]
    pub fn faults(&self, texts: &Texts, locale: Locale, error: &Error) -> Vec<FieldError> {
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
    #[must_use]
    pub fn state(&self, action: Action, errors: Vec<FieldError>) -> FormState {
        let hidden = |name: &str| name == "_csrf" || is_secret(name);
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

fn too_large() -> Error {
    Refusal::new("request.too_large", Kind::TooLarge).into()
}

fn unreadable(error: &dyn fmt::Display) -> Error {
    Refusal::new("request.unreadable", Kind::Invalid).with("reason", error).into()
}
