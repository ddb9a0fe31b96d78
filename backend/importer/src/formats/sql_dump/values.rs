//! Values and types out of the words between two commas.

use super::tokens::Token;
use super::{ColumnKind, Value};

/// What values a column of this declared type holds.
pub(super) fn kind_of(word: &str) -> ColumnKind {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "bit" => ColumnKind::Bits,
        "binary" | "varbinary" => ColumnKind::Blob,
        _ if word.ends_with("blob") => ColumnKind::Blob,
        _ if word.ends_with("text") || word.ends_with("char") => ColumnKind::Text,
        "enum" | "set" | "json" | "nvarchar" | "character" => ColumnKind::Text,
        _ => ColumnKind::Plain,
    }
}

/// The value that words between two commas are. What a server would compute stays text.
pub(super) fn value_of(mut parts: Vec<Token>) -> Value {
    // `_utf8mb4'..'`: the introducer says how to read what follows; the bytes tell it as well.
    if matches!(parts.first(), Some(Token::Word(word)) if word.starts_with('_') && parts.len() > 1) {
        parts.remove(0);
    }
    if let Some(position) = parts.iter().position(|part| part.is("COLLATE")) {
        parts.truncate(position);
    }
    if parts.iter().all(|part| matches!(part, Token::Text { .. })) && !parts.is_empty() {
        let strings = parts.into_iter().map(|part| match part {
            Token::Text { bytes, .. } => bytes,
            _ => Vec::new(),
        });
        return Value::Text(
            strings
                .reduce(|mut all, next| {
                    all.extend(next);
                    all
                })
                .unwrap_or_default(),
        );
    }
    match parts.as_slice() {
        [word] if word.is("NULL") => Value::Null,
        [word] if word.is("TRUE") => Value::Number("1".to_owned()),
        [word] if word.is("FALSE") => Value::Number("0".to_owned()),
        [Token::Number(digits)] => Value::Number(digits.clone()),
        [Token::Sign(b'-'), Token::Number(digits)] => Value::Number(format!("-{digits}")),
        [Token::Sign(b'+'), Token::Number(digits)] => Value::Number(digits.clone()),
        [Token::Hex(bytes)] => Value::Bytes(bytes.clone()),
        [Token::Bits(digits)] => Value::Bits(u64::from_str_radix(digits, 2).ok()),
        _ => Value::Expression(written(&parts)),
    }
}

/// The first words of an expression, for people.
fn written(parts: &[Token]) -> String {
    let text: String = parts
        .iter()
        .take(12)
        .map(|part| match part {
            Token::Word(word) | Token::Name(word) | Token::Number(word) => word.clone(),
            Token::Text { .. } | Token::Hex(_) | Token::Bits(_) => "..".to_owned(),
            Token::Sign(sign) => char::from(*sign).to_string(),
            Token::End | Token::Over => String::new(),
        })
        .collect();
    text.chars().take(60).collect()
}
