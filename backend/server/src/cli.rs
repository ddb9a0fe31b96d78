//! The command line as a client of the REST surface: `hostwright <slice> <action>`.
//!
//! The commands are made from the endpoints, so that none can be missing.

use std::io::Write;

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use crate::openapi::summary;
use crate::registry::{Endpoint, Field, FieldKind, Verb};

/// Adds a command for every endpoint.
#[must_use]
pub fn commands(root: Command, endpoints: &[Endpoint]) -> Command {
    let mut slices: Vec<(&'static str, Vec<&Endpoint>)> = Vec::new();
    for endpoint in endpoints {
        let slice = names(endpoint).0;
        match slices.iter_mut().find(|(name, _)| *name == slice) {
            Some((_, group)) => group.push(endpoint),
            None => slices.push((slice, vec![endpoint])),
        }
    }
    slices.into_iter().fold(root, |root, (slice, group)| {
        let own = |command: Command| group.iter().fold(command, |command, endpoint| command.subcommand(one(endpoint)));
        if root.find_subcommand(slice).is_some() {
            // Some of its commands run without a panel.
            return root.mut_subcommand(slice, own);
        }
        let command = Command::new(slice)
            .about(format!("{slice}: {}", group.iter().map(|e| words(names(e).1)).collect::<Vec<_>>().join(", ")))
            .subcommand_required(true)
            .arg_required_else_help(true);
        root.subcommand(own(command))
    })
}

/// `("plans", "set_price")` of an endpoint.
#[must_use]
pub fn names(endpoint: &Endpoint) -> (&'static str, &'static str) {
    endpoint.action.name().split_once('.').unwrap_or(("", ""))
}

fn words(name: &str) -> String {
    name.replace('_', "-")
}

fn one(endpoint: &Endpoint) -> Command {
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    let command = Command::new(words(names(endpoint).1)).about(format!(
        "{}: {} /api/v1{}",
        summary(endpoint.action.name()),
        endpoint.verb.name(),
        endpoint.path
    ));
    let command = endpoint.fields().iter().fold(command, |command, field| {
        let positional = in_path.contains(&field.name.as_str());
        command.arg(argument(field.clone(), positional))
    });
    let command = match endpoint.verb {
        Verb::Post => command.arg(
            Arg::new("idempotency-key")
                .long("idempotency-key")
                .value_name("KEY")
                .help("Send again without doing it twice"),
        ),
        Verb::Get => command,
    };
    if endpoint.is_file() {
        command.arg(Arg::new("output").long("output").short('o').value_name("FILE").help("Where to write the file"))
    } else {
        command
    }
}

fn argument(field: Field, positional: bool) -> Arg {
    let help = match (field.kind, field.about.as_str()) {
        (FieldKind::Json, "") => "JSON, or @file".to_owned(),
        (FieldKind::Json, about) => format!("{about} (JSON, or @file)"),
        (_, about) => about.to_owned(),
    };
    let argument = Arg::new(field.name.clone())
        .help(help)
        .required(positional || (field.required && field.kind != FieldKind::Boolean));
    let argument = if positional { argument } else { argument.long(words(&field.name)) };
    let argument = match field.kind {
        FieldKind::Boolean => argument.num_args(0..=1).default_missing_value("true").value_parser(["true", "false"]),
        FieldKind::Integer => argument.value_parser(clap::value_parser!(i64)).allow_negative_numbers(true),
        FieldKind::Texts => argument.action(ArgAction::Append),
        FieldKind::Integers => {
            argument.action(ArgAction::Append).value_delimiter(',').value_parser(clap::value_parser!(i64))
        }
        FieldKind::Text | FieldKind::Json => argument.allow_hyphen_values(true),
    };
    if field.choices.is_empty() { argument } else { argument.value_parser(field.choices) }
}

/// What the panel said to a command.
#[derive(Debug)]
pub enum Told {
    /// It was done; the answer.
    Done(Value),
    /// It was done; the file.
    File(Vec<u8>),
    /// It was refused; the problem document.
    Refused(Value),
}

/// Sends the command and prints the answer; true when it was done.
///
/// # Errors
/// When the panel cannot be reached or the answer cannot be written.
pub async fn run(
    endpoint: &Endpoint,
    matches: &ArgMatches,
    url: &str,
    token: Option<&str>,
    json: bool,
) -> Result<bool> {
    match ask(endpoint, matches, url, token).await? {
        Told::File(bytes) => match matches.try_get_one::<String>("output").ok().flatten() {
            Some(file) => std::fs::write(file, &bytes).with_context(|| format!("cannot write {file}"))?,
            None => std::io::stdout().write_all(&bytes)?,
        },
        Told::Done(answer) => say(&if json { serde_json::to_string_pretty(&answer)? } else { shown(&answer) }),
        Told::Refused(problem) => {
            if json {
                say(&serde_json::to_string_pretty(&problem)?);
            }
            eprintln!("{}", refusal(&problem));
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends the command.
///
/// # Errors
/// When the panel cannot be reached.
pub async fn ask(endpoint: &Endpoint, matches: &ArgMatches, url: &str, token: Option<&str>) -> Result<Told> {
    let mut path = endpoint.path.to_owned();
    let mut input = Map::new();
    for field in endpoint.fields() {
        let Some(value) = given(matches, field)? else { continue };
        let slot = format!("{{{}}}", field.name);
        match value.as_str().filter(|_| path.contains(&slot)) {
            Some(text) => path = path.replace(&slot, &hostwright_frontend::page::encode(text)),
            None => {
                input.insert(field.name.clone(), value);
            }
        }
    }
    let address = format!("{}/api/v1{path}", url.trim_end_matches('/'));
    let client = reqwest::Client::new();
    let request = match endpoint.verb {
        Verb::Get => client.get(&address).query(&query(&input)),
        Verb::Post => client.post(&address).json(&input),
    };
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    let key = matches.try_get_one::<String>("idempotency-key").ok().flatten();
    let request = key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key));
    let response = request.send().await.with_context(|| format!("the panel at {url} does not answer"))?;
    let good = response.status().is_success();
    if good && endpoint.is_file() {
        return Ok(Told::File(response.bytes().await?.to_vec()));
    }
    let text = response.text().await?;
    let answer: Value = serde_json::from_str(&text).with_context(|| format!("the panel answered: {text}"))?;
    Ok(if good { Told::Done(answer) } else { Told::Refused(answer) })
}

/// Prints a text and a line end; a reader that has gone away is no error.
pub fn say(text: &str) {
    let _reader_gone = writeln!(std::io::stdout(), "{}", text.trim_end());
}

fn given(matches: &ArgMatches, field: &Field) -> Result<Option<Value>> {
    Ok(match field.kind {
        FieldKind::Integer => matches.get_one::<i64>(&field.name).map(|number| Value::from(*number)),
        FieldKind::Boolean => {
            let text = matches.get_one::<String>(&field.name);
            text.map_or(field.required.then_some(Value::Bool(false)), |text| Some(Value::Bool(text == "true")))
        }
        FieldKind::Integers => {
            matches.get_many::<i64>(&field.name).map(|numbers| numbers.map(|number| Value::from(*number)).collect())
        }
        FieldKind::Texts => {
            matches.get_many::<String>(&field.name).map(|texts| texts.map(|text| Value::from(text.as_str())).collect())
        }
        FieldKind::Text => matches.get_one::<String>(&field.name).map(|text| Value::from(text.as_str())),
        FieldKind::Json => match matches.get_one::<String>(&field.name) {
            None => None,
            Some(text) => {
                let text = match text.strip_prefix('@') {
                    Some(file) => std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?,
                    None => text.clone(),
                };
                match serde_json::from_str(&text) {
                    Ok(value) => Some(value),
                    Err(error) => bail!("--{}: not JSON: {error}", words(&field.name)),
                }
            }
        },
    })
}

fn query(input: &Map<String, Value>) -> Vec<(String, String)> {
    input
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}

/// A problem document in words.
#[must_use]
pub fn refusal(answer: &Value) -> String {
    let part = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut text = format!("refused: {} [{}]", part("detail"), part("code"));
    for error in answer.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        text.push_str(&format!("\n  {}: {} [{}]", part("field"), part("detail"), part("code")));
    }
    text
}

/// An answer for people: lists as a table, objects as lines.
fn shown(answer: &Value) -> String {
    match answer.get("items").and_then(Value::as_array) {
        Some(rows) => {
            let next = answer.get("next").and_then(Value::as_str).map(|next| format!("\nmore: --after {next}"));
            format!("{}{}", table(rows), next.unwrap_or_default())
        }
        None => match answer {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| match value {
                    Value::Array(rows) if rows.iter().any(Value::is_object) => {
                        format!("{name}:\n{}", indent(&table(rows)))
                    }
                    value => format!("{name}: {}", cell(value)),
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Value::Array(rows) => table(rows),
            value => cell(value),
        },
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.lines().next().unwrap_or_default().chars().take(60).collect(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            match (fields.get("minor").and_then(Value::as_i64), fields.get("currency").and_then(Value::as_str)) {
                (Some(minor), Some(code)) => code.parse().map_or_else(
                    |_| value.to_string(),
                    |currency| hostwright_kernel::Money::new(minor, currency).to_string(),
                ),
                _ => value.to_string(),
            }
        }
        value => value.to_string(),
    }
}

fn table(rows: &[Value]) -> String {
    let Some(columns) = rows.first().and_then(Value::as_object).map(|row| row.keys().cloned().collect::<Vec<_>>())
    else {
        return "(none)".to_owned();
    };
    let mut lines: Vec<Vec<String>> = vec![columns.clone()];
    for row in rows {
        lines.push(columns.iter().map(|name| row.get(name).map(cell).unwrap_or_default()).collect());
    }
    let widths: Vec<usize> = (0..columns.len())
        .map(|index| {
            lines.iter().filter_map(|line| line.get(index)).map(|text| text.chars().count()).max().unwrap_or(0)
        })
        .collect();
    lines
        .iter()
        .map(|line| {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}", width = *width)).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect::<Vec<_>>()
        .join("\n")
}
