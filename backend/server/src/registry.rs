//! One action, every surface: an [`Endpoint`] is declared once and becomes the
//! REST route, the CLI command, the form target and a row of the OpenAPI
//! document.
//!
//! Invariants: permission is asked before the input is read, and again by the
//! command itself, which alone knows the object; schemas are made where somebody
//! asks for them, for a panel that serves pages has no use for most.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::download::Download;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::idempotency::IdempotencyKey;
use hostwright_panel::platform::secrets::sha256_hex;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::platform::{Error, Kind, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// The verbs that routes use: reading, and everything that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes.
    Post,
}

impl Verb {
    /// As in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What an action answers.
#[derive(Debug)]
pub enum Answer {
    /// JSON, and for forms the values of `{name}` in `_then`.
    Json(Value),
    /// A file.
    File(Download),
}

type Run = dyn Fn(Call, Value) -> BoxFuture<'static, Result<Answer>> + Send + Sync;

/// An action with its surfaces.
#[derive(Clone)]
pub struct Endpoint {
    /// The row of the policy.
    pub action: Action,
    /// Reading or changing.
    pub verb: Verb,
    /// Path below `/api/v1`, with `{parameters}`.
    pub path: &'static str,
    input: fn() -> Shape,
    /// None for a file.
    output: Option<fn() -> Shape>,
    fields: Arc<OnceLock<Vec<Field>>>,
    run: Arc<Run>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.verb.name(), self.path, self.action.name())
    }
}

/// A schema with everything that it refers to by name.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The schema itself, as JSON.
    pub schema: Value,
    /// Schemas it refers to, by name.
    pub parts: BTreeMap<String, Value>,
}

impl Shape {
    /// The shape of a type.
    #[must_use]
    pub fn of<T: ToSchema>() -> Self {
        let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
        T::schemas(&mut found);
        Self {
            schema: serde_json::to_value(T::schema()).unwrap_or_default(),
            parts: found
                .into_iter()
                .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()))
                .collect(),
        }
    }

    /// Follows `$ref`, and `oneOf` with null, to the schema that says something.
    #[must_use]
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
            return self.parts.get(name).map_or(schema, |found| self.resolve(found));
        }
        if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
            let told = options.iter().find(|option| option.get("type").and_then(Value::as_str) != Some("null"));
            if options.len() == 2
                && let Some(told) = told
            {
                return self.resolve(told);
            }
        }
        schema
    }

    /// The input's fields in the order in which they were declared.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let schema = self.resolve(&self.schema);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return Vec::new();
        };
        properties
            .iter()
            .map(|(name, property)| {
                let told = self.resolve(property);
                Field {
                    name: name.clone(),
                    kind: FieldKind::of(self, told),
                    required: required.contains(&name.as_str()),
                    about: [property, told]
                        .iter()
                        .find_map(|schema| schema.get("description").and_then(Value::as_str))
                        .unwrap_or_default()
                        .to_owned(),
                    choices: told
                        .get("enum")
                        .and_then(Value::as_array)
                        .map(|values| values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
                        .unwrap_or_default(),
                }
            })
            .collect()
    }
}

/// One field of an input.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, the same on every surface.
    pub name: String,
    /// How text becomes its value.
    pub kind: FieldKind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub about: String,
    /// The only values, where they are few.
    pub choices: Vec<String>,
}

/// How the text of a form field or a flag becomes a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// As it is.
    Text,
    /// A whole number.
    Integer,
    /// A check box.
    Boolean,
    /// Several texts.
    Texts,
    /// Several whole numbers.
    Integers,
    /// Anything else, given as JSON.
    Json,
}

impl FieldKind {
    fn of(shape: &Shape, schema: &Value) -> Self {
        let names: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let is = |name: &str| names.contains(&name);
        if is("string") {
            Self::Text
        } else if is("integer") {
            Self::Integer
        } else if is("boolean") {
            Self::Boolean
        } else if is("array") {
            let item = schema.get("items").map(|item| shape.resolve(item));
            match item.and_then(|item| item.get("type")).and_then(Value::as_str) {
                Some("string") => Self::Texts,
                Some("integer") => Self::Integers,
                _ => Self::Json,
            }
        } else {
            Self::Json
        }
    }

    /// The value of what was typed; none when nothing was.
    #[must_use]
    pub fn read(self, typed: &[String]) -> Option<Value> {
        let first = typed.first().map(String::as_str).unwrap_or_default();
        match self {
            Self::Boolean => Some(Value::Bool(matches!(first, "yes" | "on" | "true" | "1"))),
            Self::Texts => {
                let lines = typed.iter().flat_map(|text| text.lines()).map(str::trim);
                Some(lines.filter(|line| !line.is_empty()).map(Value::from).collect())
            }
            Self::Integers => {
                let parts = typed.iter().flat_map(|text| text.split([',', ';', ' ', '\n'])).map(str::trim);
                let number = |part: &str| part.parse::<i64>().map_or_else(|_| Value::from(part), Value::from);
                Some(parts.filter(|part| !part.is_empty()).map(number).collect())
            }
            _ if first.trim().is_empty() => None,
            Self::Text => Some(Value::from(first)),
            Self::Integer => Some(first.trim().parse::<i64>().map_or_else(|_| Value::from(first), Value::from)),
            Self::Json => Some(serde_json::from_str(first).unwrap_or_else(|_| Value::from(first))),
        }
    }
}

impl Endpoint {
    /// An action that answers JSON.
    pub fn json<I, O>(
        action: Action,
        verb: Verb,
        path: &'static str,
        run: impl Fn(Call, I) -> BoxFuture<'static, Result<O>> + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + ToSchema,
        O: Serialize + ToSchema + 'static,
    {
        Self {
            action,
            verb,
            path,
            input: Shape::of::<I>,
            output: Some(Shape::of::<O>),
            fields: Arc::default(),
            run: Arc::new(move |call, value| match read_input::<I>(value) {
                Ok(input) => {
                    let answer = run(call, input);
                    Box::pin(async move { Ok(Answer::Json(serde_json::to_value(answer.await?)?)) })
                }
                Err(error) => Box::pin(std::future::ready(Err(error))),
            }),
        }
    }

    /// An action that answers a file.
    pub fn file<I: DeserializeOwned + ToSchema>(
        action: Action,
        path: &'static str,
        run: impl Fn(Call, I) -> BoxFuture<'static, Result<Download>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            action,
            verb: Verb::Get,
            path,
            input: Shape::of::<I>,
            output: None,
            fields: Arc::default(),
            run: Arc::new(move |call, value| match read_input::<I>(value) {
                Ok(input) => {
                    let answer = run(call, input);
                    Box::pin(async move { Ok(Answer::File(answer.await?)) })
                }
                Err(error) => Box::pin(std::future::ready(Err(error))),
            }),
        }
    }

    /// The input's schema and those it refers to.
    #[must_use]
    pub fn input(&self) -> Shape {
        (self.input)()
    }

    /// The answer's schema; none for a file.
    #[must_use]
    pub fn output(&self) -> Option<Shape> {
        self.output.map(|shape| shape())
    }

    /// Whether it answers a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.output.is_none()
    }

    /// The input's fields in the order in which they were declared.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        self.fields.get_or_init(|| self.input().fields())
    }

    /// The names in the path's braces.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Runs the action: permission, then the kept answer for an idempotency key,
    /// then the command.
    ///
    /// # Errors
    /// The refusal, with every wrong field named.
    pub async fn execute(&self, mut call: Call, input: Map<String, Value>, key: Option<String>) -> Result<Answer> {
        call.authorize(self.action)?;
        let value = Value::Object(input);
        refuse_nul(&value, "")?;
        if let Some(key) = key.filter(|_| self.verb == Verb::Post) {
            call.idempotency = Some(self.idempotency_key(&call, key, &value)?);
        }
        if let Some(kept) = call.kept_answer().await? {
            return Ok(Answer::Json(kept));
        }
        match (self.run)(call.clone(), value).await {
            // Another request with this key was faster: its answer is ours.
            Err(error) if call.idempotency.is_some() && error.is("request.in_progress") => {
                call.kept_answer().await?.map(Answer::Json).ok_or(error)
            }
            outcome => outcome,
        }
    }

    fn idempotency_key(&self, call: &Call, key: String, input: &Value) -> Result<IdempotencyKey> {
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Refusal::new("request.idempotency_key_invalid", Kind::Invalid).field("Idempotency-Key").into());
        }
        let caller = match call.person() {
            Ok(person) => person.id.clone(),
            Err(_) => format!("anonymous:{}", call.address),
        };
        Ok(IdempotencyKey {
            caller,
            key,
            request_hash: sha256_hex(format!("{} {input}", self.action.name()).as_bytes()),
        })
    }
}

/// No text may hold a NUL: PostgreSQL cannot keep one, so neither engine is asked to.
fn refuse_nul(value: &Value, path: &str) -> Result<()> {
    match value {
        Value::String(text) if text.contains('\0') => Err(Error::Fields(vec![
            Refusal::new("request.field_invalid", Kind::Invalid)
                .with("field", path)
                .with("reason", "it holds a NUL character")
                .field(path.to_owned()),
        ])),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| refuse_nul(item, &format!("{path}[{index}]")))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            refuse_nul(field, &inner)
        }),
        _ => Ok(()),
    }
}

/// Reads the input and names the field that does not fit.
fn read_input<I: DeserializeOwned>(value: Value) -> Result<I> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let mut reason = error.inner().to_string();
        let quoted = reason.split('`').nth(1).map(str::to_owned);
        let (code, field) = if reason.starts_with("missing field") {
            ("request.field_missing", within(&path, quoted))
        } else if reason.starts_with("unknown field") {
            ("request.field_unknown", quoted.unwrap_or(path))
        } else {
            ("request.field_invalid", path)
        };
        // The reason quotes what was sent, which nobody but its sender may read.
        if code == "request.field_invalid" && is_secret(&field) {
            "it is not a text".clone_into(&mut reason);
        }
        Error::Fields(vec![
            Refusal::new(code, Kind::Invalid).with("field", &field).with("reason", &reason).field(field),
        ])
    })
}

/// Whether a field of this name holds a secret of its sender: it is never shown again,
/// on no surface.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    name.contains("password") || matches!(name, "token" | "secret" | "code" | "totp_code" | "auth_code")
}

/// The name of a field that is missing in the thing at `path`: `lines[0].unit`.
fn within(path: &str, missing: Option<String>) -> String {
    match missing {
        Some(name) if matches!(path, "" | ".") => name,
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

/// Declares an endpoint: `action!(POST "/plans" CreatePlan => catalogue::commands::create)`.
/// The function takes `(&Call, Input)`; with `with port` it takes
/// `(&Call, &Port, Input)` and `port` is cloned into the endpoint.
#[macro_export]
macro_rules! action {
    (GET $path:literal $action:ident => $function:path) => {
        $crate::action!(@json Get $path $action => $function)
    };
    (POST $path:literal $action:ident => $function:path) => {
        $crate::action!(@json Post $path $action => $function)
    };
    (FILE $path:literal $action:ident => $function:path) => {
        $crate::registry::Endpoint::file(hostwright_panel::auth::policy::Action::$action, $path, |call, input| {
            Box::pin(async move { $function(&call, input).await })
        })
    };
    (GET $path:literal $action:ident => $function:path, with $port:expr) => {
        $crate::action!(@port Get $path $action => $function, $port)
    };
    (POST $path:literal $action:ident => $function:path, with $port:expr) => {
        $crate::action!(@port Post $path $action => $function, $port)
    };
    (@json $verb:ident $path:literal $action:ident => $function:path) => {
        $crate::registry::Endpoint::json(
            hostwright_panel::auth::policy::Action::$action,
            $crate::registry::Verb::$verb,
            $path,
            |call, input| Box::pin(async move { $function(&call, input).await }),
        )
    };
    (@port $verb:ident $path:literal $action:ident => $function:path, $port:expr) => {{
        let port = std::sync::Arc::clone(&$port);
        $crate::registry::Endpoint::json(
            hostwright_panel::auth::policy::Action::$action,
            $crate::registry::Verb::$verb,
            $path,
            move |call, input| {
                let port = std::sync::Arc::clone(&port);
                Box::pin(async move { $function(&call, port.as_ref(), input).await })
            },
        )
    }};
}
