//! Shell syntax without a shell: words with quotes and joined lines, and files of
//! `NAME="value"`. Nothing is expanded: `$x` and backquotes stay as they are written.

use crate::{Refusal, RefusalCode};

/// Splits a text into words. Lines end words but are not told apart.
///
/// # Errors
/// A [`Refusal`] for a quote that is never closed.
pub fn words(text: &str, place: &str) -> Result<Vec<String>, Refusal> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        None => return Err(Refusal::new(RefusalCode::Truncated, place, "a quote is never closed")),
                        Some(end) if end == c => break,
                        // A line joined even within quotes: commands are broken up wherever they are long.
                        Some('\\') if characters.peek() == Some(&'\n') => {
                            characters.next();
                        }
                        Some('\\') if c == '"' => match characters.next() {
                            Some(next @ ('"' | '\\' | '$' | '`')) => word.push(next),
                            Some(next) => word.extend(['\\', next]),
                            None => word.push('\\'),
                        },
                        Some(other) => word.push(other),
                    }
                }
            }
            '\\' => match characters.next() {
                Some('\n') => {}
                Some('\r') if characters.peek() == Some(&'\n') => {
                    characters.next();
                }
                Some(next) => word.get_or_insert_default().push(next),
                None => {}
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// One line of a file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// `NAME=value`, the value without its quotes.
    Setting {
        /// The name.
        name: String,
        /// The value.
        value: String,
    },
    /// A comment, without its `#`.
    Comment(String),
    /// Anything else.
    Other(String),
}

/// Reads a file of settings, one a line; a quoted value may go on over lines.
#[must_use]
pub fn settings(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, next) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = line.trim();
        if trimmed.is_empty() {
            rest = next;
            continue;
        }
        if let Some(comment) = trimmed.strip_prefix('#') {
            lines.push(Line::Comment(comment.trim().to_owned()));
            rest = next;
            continue;
        }
        let assignment = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let Some((name, _)) = assignment.split_once('=').filter(|(name, _)| is_name(name)) else {
            lines.push(Line::Other(trimmed.to_owned()));
            rest = next;
            continue;
        };
        let name = name.to_owned();
        let after = rest.split_once('=').map_or("", |(_, after)| after);
        let (value, left) = value(after);
        lines.push(Line::Setting { name, value });
        // What follows the value on its line, other than a comment, is not part of it.
        let (tail, next) = left.split_once('\n').unwrap_or((left, ""));
        let tail = tail.trim();
        if !tail.is_empty() && !tail.starts_with('#') {
            lines.push(Line::Other(tail.to_owned()));
        }
        rest = next;
    }
    lines
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A value and what follows it.
fn value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    let mut quote = None;
    while let Some((at, c)) = characters.next() {
        match (c, quote) {
            ('\n' | ' ' | '\t' | '\r', None) => return (value, text.get(at..).unwrap_or_default()),
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => match characters.next() {
                Some((_, '\n')) | None => {}
                Some((_, next @ ('"' | '\\' | '$' | '`'))) => value.push(next),
                Some((_, next)) if quote.is_none() => value.push(next),
                Some((_, next)) => value.extend(['\\', next]),
            },
            (c, _) => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would_and_nothing_is_expanded() {
        let text = "A=1 qemu \\\n-drive 'file=a b,\\\nc' -name \"x \\\"y\\\" $HOME `id`\" z\\ z ''";
        let expected = ["A=1", "qemu", "-drive", "file=a b,c", "-name", "x \"y\" $HOME `id`", "z z", ""];
        assert_eq!(words(text, "test").unwrap(), expected);
        assert_eq!(words("'x", "test").unwrap_err().code, RefusalCode::Truncated);
    }

    #[test]
    fn settings_are_read_with_any_quotes() {
        let text = "# note\nA=\"1:2\"  # tail\nexport B='x y'\nC=z\nD=\"two\nlines\"\n. /etc/other\nE=\n";
        let set = |name: &str, value: &str| Line::Setting { name: name.into(), value: value.into() };
        let expected = [
            Line::Comment("note".into()),
            set("A", "1:2"),
            set("B", "x y"),
            set("C", "z"),
            set("D", "two\nlines"),
            Line::Other(". /etc/other".into()),
            set("E", ""),
        ];
        assert_eq!(settings(text), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in "('|\"|\\\\|\n| |=|#|[a-z]|.){0,80}") {
            let _ = (words(&text, "test"), settings(&text));
        }

        #[test]
        fn a_written_setting_reads_as_itself(value in "[^'\0]{0,40}") {
            let expected = [Line::Setting { name: "A".into(), value: value.clone() }];
            prop_assert_eq!(settings(&format!("A='{value}'\n")), expected);
        }
    }
}
