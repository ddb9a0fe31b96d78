//! S-expressions as Xen's old daemon wrote them: lists of words, words bare or in quotes.

use crate::{Limits, Refusal, RefusalCode};

/// A word or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A word.
    Word(String),
    /// A list.
    List(Vec<Node>),
}

impl Node {
    /// The word, if it is one.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::List(_) => None,
        }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn list(&self) -> Option<&[Node]> {
        match self {
            Self::Word(_) => None,
            Self::List(list) => Some(list),
        }
    }

    /// The same as text again, words without quotes.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::List(list) => format!("({})", list.iter().map(Self::text).collect::<Vec<_>>().join(" ")),
        }
    }
}

/// What was read, and how well it was closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Lists and words at the top.
    pub nodes: Vec<Node>,
    /// Lists that were still open at the end; they are taken as if they ended there.
    pub unclosed: usize,
    /// Closing brackets that closed nothing.
    pub stray: usize,
}

/// Parses a text.
///
/// # Errors
/// A [`Refusal`] for lists nested too deep and for a word in quotes that never ends.
pub fn parse(text: &str, place: &str, limits: &Limits) -> Result<Parsed, Refusal> {
    let mut parsed = Parsed::default();
    let mut open: Vec<Vec<Node>> = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let node = match c {
            '(' => {
                if open.len() >= limits.depth {
                    return Err(Refusal::new(RefusalCode::TooLarge, place, "lists are nested too deep"));
                }
                open.push(Vec::new());
                continue;
            }
            ')' => match open.pop() {
                Some(list) => Node::List(list),
                None => {
                    parsed.stray = parsed.stray.saturating_add(1);
                    continue;
                }
            },
            '\'' | '"' => {
                let mut word = String::new();
                loop {
                    match characters.next() {
                        Some(end) if end == c => break,
                        Some('\\') => escaped(characters.next(), &mut word),
                        Some(other) => word.push(other),
                        None => return Err(Refusal::new(RefusalCode::Truncated, place, "a quoted word never ends")),
                    }
                }
                Node::Word(word)
            }
            // A joined line.
            '\\' if matches!(characters.peek(), Some('\n' | '\r')) => continue,
            c if c.is_whitespace() => continue,
            first => {
                let mut word = String::from(first);
                while let Some(c) = characters.next_if(|c| !c.is_whitespace() && !"()'\"".contains(*c)) {
                    if c == '\\' {
                        escaped(characters.next(), &mut word);
                    } else {
                        word.push(c);
                    }
                }
                Node::Word(word)
            }
        };
        match open.last_mut() {
            Some(list) => list.push(node),
            None => parsed.nodes.push(node),
        }
    }
    parsed.unclosed = open.len();
    while let Some(list) = open.pop() {
        match open.last_mut() {
            Some(parent) => parent.push(Node::List(list)),
            None => parsed.nodes.push(Node::List(list)),
        }
    }
    Ok(parsed)
}

fn escaped(next: Option<char>, word: &mut String) {
    match next {
        // A joined line.
        Some('\n' | '\r') | None => {}
        Some(c) => word.push(c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_words_quotes_and_joined_lines_are_read() {
        let parsed = parse("(a (b 'c d')\\\n(e 'x\\\ny'))", "test", &Limits::default()).unwrap();
        assert_eq!(parsed.nodes[0].text(), "(a (b c d) (e xy))");
        assert_eq!((parsed.unclosed, parsed.stray), (0, 0));
    }

    #[test]
    fn brackets_that_do_not_match_are_counted() {
        let parsed = parse("(a (b c)", "test", &Limits::default()).unwrap();
        assert_eq!((parsed.nodes[0].text().as_str(), parsed.unclosed), ("(a (b c))", 1));
        assert_eq!(parse("(a))", "test", &Limits::default()).unwrap().stray, 1);
        assert_eq!(parse(&"(".repeat(1_000), "t", &Limits::default()).unwrap_err().code, RefusalCode::TooLarge);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\(|\\)|'|\"|\\\\|[a-z]| |\n|.){0,80}") {
            let _ = parse(&text, "test", &Limits::default());
        }

        #[test]
        fn a_written_list_reads_as_itself(words in prop::collection::vec("[^'\\\\]{0,10}", 0..6)) {
            let written = format!("({})", words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "));
            let parsed = parse(&written, "test", &Limits::default()).unwrap();
            prop_assert_eq!(&parsed.nodes, &[Node::List(words.into_iter().map(Node::Word).collect())]);
        }
    }
}
