//! Recorded answers in JSON: taken apart key by key; what stays behind is kept as text.

use serde_json::{Map, Value};

use super::leftovers::Leftovers;
use crate::{Refusal, RefusalCode};

/// An object of an answer.
pub(crate) type Object = Map<String, Value>;

/// Parses a text; its depth is bounded by the parser.
pub(crate) fn parse(text: &str, place: &str) -> Result<Value, Refusal> {
    serde_json::from_str(text).map_err(|fault| {
        let code = if fault.is_eof() { RefusalCode::Truncated } else { RefusalCode::Syntax };
        Refusal::new(code, place, fault)
    })
}

/// A word, number or truth as text. Empty text and null are nothing.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Takes a key out as text. What is no single value stays.
pub(crate) fn take_text(object: &mut Object, key: &str) -> Option<String> {
    if matches!(object.get(key)?, Value::Array(_) | Value::Object(_)) {
        return None;
    }
    object.remove(key).as_ref().and_then(text_of)
}

/// Takes a key out as a number, whether it is written as one or as text. What is none stays.
pub(crate) fn take_number(object: &mut Object, key: &str) -> Option<u64> {
    let number = number_of(object.get(key)?)?;
    object.remove(key);
    Some(number)
}

/// A whole number, whether it is written as one or as text.
pub(crate) fn number_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a value says yes: `true`, `1`, `"1"`, `"True"`, `"yes"`, `"on"`.
pub(crate) fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"),
        _ => false,
    }
}

/// Takes a key out as yes or no; absent is no.
pub(crate) fn take_yes(object: &mut Object, key: &str) -> bool {
    object.remove(key).is_some_and(|value| is_yes(&value))
}

/// Takes an object out.
pub(crate) fn take_object(object: &mut Object, key: &str) -> Option<Object> {
    match object.get(key)? {
        Value::Object(_) => match object.remove(key) {
            Some(Value::Object(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Takes a list out.
pub(crate) fn take_list(object: &mut Object, key: &str) -> Option<Vec<Value>> {
    match object.get(key)? {
        Value::Array(_) => match object.remove(key) {
            Some(Value::Array(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Keeps what stays behind of an object as text, except what `spared` names.
pub(crate) fn keep_rest(left: &mut Leftovers, name: &str, object: Object, spared: &[&str]) {
    for (key, value) in object {
        let path = if name.is_empty() { key.clone() } else { format!("{name}/{key}") };
        if spared.contains(&path.as_str()) {
            left.spare(&path);
        } else {
            keep(left, &path, value, spared);
        }
    }
}

fn keep(left: &mut Leftovers, path: &str, value: Value, spared: &[&str]) {
    match value {
        Value::Object(object) => keep_rest(left, path, object, spared),
        Value::Array(list) => {
            if list.iter().all(|value| text_of(value).is_some()) {
                let words: Vec<String> = list.iter().filter_map(text_of).collect();
                if !words.is_empty() {
                    left.keep(path, &words.join(" "));
                }
                return;
            }
            for (index, value) in list.into_iter().enumerate() {
                keep(left, &format!("{path}/{index}"), value, spared);
            }
        }
        // Nothing was said.
        Value::Null => {}
        value => {
            if let Some(text) = text_of(&value) {
                left.keep(path, &text);
            }
        }
    }
}
