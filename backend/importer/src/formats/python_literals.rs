//! Configuration files in Python's syntax, as far as it is literals: `name = "x"`, numbers,
//! lists. Nothing is ever evaluated; what would need it is handed over as its text.
//!
//! The grammar: a file is statements, one a logical line or separated by `;`. An
//! assignment is `NAME = value` or `NAME += value`; a value is a string (any quotes,
//! neighbours joined), a number, `True`, `False`, `None`, or a list or tuple of values.
//! Everything else is an expression or a statement; the lines of a block belong to the
//! statement that opens it, because whether they count cannot be known.

use crate::{Limits, Refusal, RefusalCode};

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string, or a number that is no whole one.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `True` or `False`.
    Truth(bool),
    /// `None`.
    Nothing,
    /// A list or tuple.
    List(Vec<Value>),
    /// Something that would have to be evaluated: its text.
    Expression(String),
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// `name = value`, or `name += value` where it appends.
    Assign {
        /// What is assigned to.
        name: String,
        /// The value.
        value: Value,
        /// Whether it is added to what the name held.
        appends: bool,
        /// The line it begins on, from 1.
        line: usize,
    },
    /// Anything else, with the block that belongs to it.
    Other {
        /// Its text.
        text: String,
        /// The line it begins on, from 1.
        line: usize,
    },
}

/// Parses a file.
///
/// # Errors
/// A [`Refusal`] for a bracket or long string that is never closed, and for lists nested too deep.
pub fn parse(text: &str, place: &str, limits: &Limits) -> Result<Vec<Statement>, Refusal> {
    let mut cursor = Cursor { text, at: 0, line: 1, place, deepest: limits.depth };
    let mut statements = Vec::new();
    let mut in_block = false;
    while let Some(indent) = cursor.next_statement() {
        let (start, line) = (cursor.at, cursor.line);
        if in_block && indent > 0 {
            cursor.skip_statement(true)?;
            if let Some(Statement::Other { text, .. }) = statements.last_mut() {
                text.push('\n');
                text.push_str(&" ".repeat(indent.min(80)));
                text.push_str(cursor.since(start));
            }
            continue;
        }
        in_block = false;
        if let Some((name, appends)) = cursor.assignment() {
            let value = cursor.value(0, false)?;
            statements.push(Statement::Assign { name, value, appends, line });
        } else {
            cursor.at = start;
            cursor.line = line;
            cursor.skip_statement(true)?;
            let text = cursor.since(start).to_owned();
            in_block = text.trim_end().ends_with(':');
            statements.push(Statement::Other { text, line });
        }
    }
    Ok(statements)
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    place: &'a str,
    deepest: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at = self.at.saturating_add(next.len_utf8());
        if next == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at = self.at.saturating_add(text.len());
        }
        is_next
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default().trim()
    }

    /// Goes to the beginning of the next statement and says how far it is indented.
    fn next_statement(&mut self) -> Option<usize> {
        let mut indent = 0_usize;
        loop {
            match self.peek()? {
                '\n' => {
                    self.next();
                    indent = 0;
                }
                ' ' | '\t' | '\r' | '\u{c}' => {
                    self.next();
                    indent = indent.saturating_add(1);
                }
                ';' => {
                    self.next();
                }
                '#' => self.skip_comment(),
                '\\' if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    self.next();
                }
                _ => return Some(indent),
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// Skips blanks, joined lines and, within brackets, line ends and comments.
    fn skip_blanks(&mut self, in_brackets: bool) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r' | '\u{c}') => {}
                Some('\n') if in_brackets => {}
                Some('#') if in_brackets => {
                    self.skip_comment();
                    continue;
                }
                Some('\\') if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    self.next();
                    self.eat("\r");
                }
                _ => return,
            }
            self.next();
        }
    }

    /// `name =` or `name +=`, if that is what is here.
    fn assignment(&mut self) -> Option<(String, bool)> {
        let start = self.at;
        if !self.peek().is_some_and(|c| c.is_alphabetic() || c == '_') {
            return None;
        }
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            self.next();
        }
        let name = self.since(start).to_owned();
        self.skip_blanks(false);
        if self.eat("+=") {
            Some((name, true))
        } else if !self.rest().starts_with("==") && self.eat("=") {
            Some((name, false))
        } else {
            None
        }
    }

    fn value(&mut self, depth: usize, in_brackets: bool) -> Result<Value, Refusal> {
        self.skip_blanks(in_brackets);
        let (start, line) = (self.at, self.line);
        if let Some(value) = self.literal(depth, in_brackets)? {
            self.skip_blanks(in_brackets);
            if self.is_at_end(in_brackets) {
                return Ok(value);
            }
        }
        self.at = start;
        self.line = line;
        if in_brackets {
            self.skip_element()?;
        } else {
            self.skip_statement(false)?;
        }
        Ok(Value::Expression(self.since(start).to_owned()))
    }

    fn is_at_end(&self, in_brackets: bool) -> bool {
        match self.peek() {
            None => true,
            Some(',' | ']' | ')') => in_brackets,
            Some('\n' | ';' | '#') => !in_brackets,
            Some(_) => false,
        }
    }

    fn literal(&mut self, depth: usize, in_brackets: bool) -> Result<Option<Value>, Refusal> {
        let Some(first) = self.peek() else { return Ok(None) };
        if first == '[' || first == '(' {
            return self.list(depth).map(Some);
        }
        if first.is_ascii_digit() || ((first == '-' || first == '+') && !in_brackets) {
            return Ok(self.number());
        }
        if first.is_ascii_digit() || first == '-' {
            return Ok(self.number());
        }
        if let Some(text) = self.string()? {
            let mut whole = text;
            loop {
                let (at, line) = (self.at, self.line);
                self.skip_blanks(in_brackets);
                match self.string()? {
                    Some(more) => whole.push_str(&more),
                    None => {
                        self.at = at;
                        self.line = line;
                        return Ok(Some(Value::Text(whole)));
                    }
                }
            }
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.next();
        }
        Ok(match self.since(start) {
            "True" | "true" => Some(Value::Truth(true)),
            "False" | "false" => Some(Value::Truth(false)),
            "None" => Some(Value::Nothing),
            _ => None,
        })
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.next();
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_') {
            self.next();
        }
        let written = self.since(start);
        // Python 2 marks long numbers.
        let digits = written.strip_suffix(['L', 'l']).unwrap_or(written).replace('_', "");
        let parsed = match digits.get(..2) {
            Some("0x" | "0X") => i64::from_str_radix(digits.get(2..)?, 16).ok(),
            Some("0o" | "0O") => i64::from_str_radix(digits.get(2..)?, 8).ok(),
            _ => digits.parse().ok(),
        };
        match parsed {
            Some(number) => Some(Value::Number(number)),
            None => digits.parse::<f64>().is_ok().then_some(Value::Text(digits)),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Refusal> {
        if depth >= self.deepest {
            return Err(self.refuse(RefusalCode::TooLarge, "lists are nested too deep"));
        }
        let close = if self.next() == Some('(') { ')' } else { ']' };
        let mut items = Vec::new();
        let mut has_comma = false;
        loop {
            self.skip_blanks(true);
            match self.peek() {
                None => return Err(self.refuse(RefusalCode::Truncated, "a bracket is never closed")),
                Some(c) if c == close => {
                    self.next();
                    break;
                }
                Some(',') => {
                    self.next();
                    has_comma = true;
                }
                Some(c @ (']' | ')')) => {
                    return Err(self.refuse(RefusalCode::Syntax, format_args!("a '{c}' closes another bracket")));
                }
                Some(_) => items.push(self.value(depth.saturating_add(1), true)?),
            }
        }
        // Round brackets around one value are only brackets.
        if close == ')' && items.len() == 1 && !has_comma {
            return Ok(items.pop().unwrap_or(Value::Nothing));
        }
        Ok(Value::List(items))
    }

    /// A string, if one is here.
    fn string(&mut self) -> Result<Option<String>, Refusal> {
        let (start, line) = (self.at, self.line);
        let mut is_raw = false;
        while let Some(c @ ('r' | 'R' | 'u' | 'U' | 'b' | 'B')) = self.peek() {
            is_raw |= c.eq_ignore_ascii_case(&'r');
            self.next();
            if self.at.saturating_sub(start) > 2 {
                break;
            }
        }
        let Some(quote @ ('\'' | '"')) = self.peek() else {
            self.at = start;
            return Ok(None);
        };
        let long = if quote == '"' { "\"\"\"" } else { "'''" };
        let is_long = self.eat(long);
        if !is_long {
            self.next();
        }
        let mut text = String::new();
        loop {
            if is_long && self.eat(long) {
                return Ok(Some(text));
            }
            match self.next() {
                None if is_long => return Err(self.refuse(RefusalCode::Truncated, "a string is never closed")),
                // Not closed on its line: no string, the line is told as it is.
                None => break,
                Some('\n') if !is_long => break,
                Some(c) if c == quote && !is_long => return Ok(Some(text)),
                Some('\\') => self.escape(is_raw, &mut text),
                Some(c) => text.push(c),
            }
        }
        self.at = start;
        self.line = line;
        Ok(None)
    }

    fn escape(&mut self, is_raw: bool, text: &mut String) {
        let Some(c) = self.next() else { return text.push('\\') };
        let known = match c {
            _ if is_raw => None,
            '\n' => return,
            '\\' | '\'' | '"' => Some(c),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'x' => self.digits(16, 2),
            '0'..='7' => {
                self.at = self.at.saturating_sub(1);
                self.digits(8, 3)
            }
            _ => None,
        };
        match known {
            Some(c) => text.push(c),
            None => {
                text.push('\\');
                text.push(c);
            }
        }
    }

    fn digits(&mut self, radix: u32, most: usize) -> Option<char> {
        let start = self.at;
        while self.at.saturating_sub(start) < most && self.peek().is_some_and(|c| c.is_digit(radix)) {
            self.next();
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)
    }

    /// Goes to the end of the logical line; of a simple statement also to its `;`.
    fn skip_statement(&mut self, is_whole_line: bool) -> Result<(), Refusal> {
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '\n' if open == 0 => return Ok(()),
                ';' if open == 0 && !is_whole_line => return Ok(()),
                '#' => {
                    if open == 0 {
                        return Ok(());
                    }
                    self.skip_comment();
                    continue;
                }
                '\'' | '"' if self.string()?.is_some() => continue,
                '[' | '(' | '{' => open = open.saturating_add(1),
                ']' | ')' | '}' => open = open.saturating_sub(1),
                '\\' => {
                    self.next();
                }
                _ => {}
            }
            self.next();
        }
        if open > 0 {
            return Err(self.refuse(RefusalCode::Truncated, "a bracket is never closed"));
        }
        Ok(())
    }

    /// Goes to the end of a list's element.
    fn skip_element(&mut self) -> Result<(), Refusal> {
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                ',' | ']' | ')' if open == 0 => return Ok(()),
                '#' => {
                    self.skip_comment();
                    continue;
                }
                '\'' | '"' if self.string()?.is_some() => continue,
                '[' | '(' | '{' => open = open.saturating_add(1),
                ']' | ')' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            self.next();
        }
        Err(self.refuse(RefusalCode::Truncated, "a bracket is never closed"))
    }

    fn refuse(&self, code: RefusalCode, reason: impl std::fmt::Display) -> Refusal {
        Refusal::new(code, format_args!("{}, line {}", self.place, self.line), reason)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Value {
        match parse(text, "test", &Limits::default()).unwrap().remove(0) {
            Statement::Assign { value, .. } => value,
            other @ Statement::Other { .. } => panic!("{other:?}"),
        }
    }

    #[test]
    fn literals_are_read_as_python_would() {
        assert_eq!(one(r#"a = "x\"y" 'z'"#), Value::Text("x\"yz".into()));
        assert_eq!(one("a = \"\"\"x'\",y\n\"\"\" # end"), Value::Text("x'\",y\n".into()));
        assert_eq!(one("a=0x1F"), Value::Number(31));
        assert_eq!(one("a = -5 ; b = 2"), Value::Number(-5));
        assert_eq!(one("a = 1.5"), Value::Text("1.5".into()));
        assert_eq!(one("a = (512)"), Value::Number(512));
        let list = Value::List(vec![Value::Text("a".into()), Value::List(vec![Value::Number(1)]), Value::Truth(true)]);
        assert_eq!(one("a = [ 'a', # first\n  [1,],\n True ]"), list);
    }

    #[test]
    fn what_would_need_evaluation_is_text() {
        assert_eq!(one("a = 'x-%d' % vmid"), Value::Expression("'x-%d' % vmid".into()));
        assert_eq!(
            one("a = os.popen('rm -rf /').read() # no"),
            Value::Expression("os.popen('rm -rf /').read()".into())
        );
        let list = Value::List(vec![Value::Expression("'phy:' + f(1, [2])".into()), Value::Text("b".into())]);
        assert_eq!(one("a = ['phy:' + f(1, [2]), 'b']"), list);
    }

    #[test]
    fn a_block_belongs_to_its_statement() {
        let text = "import os\nif x == 1:\n  name = 'a'\n  if y:\n    memory = 5\nname = 'b'\n";
        let statements = parse(text, "test", &Limits::default()).unwrap();
        assert_eq!(statements.len(), 3);
        assert!(matches!(&statements[1], Statement::Other { text, line: 2 } if text.contains("memory = 5")));
        assert!(matches!(&statements[2], Statement::Assign { name, line: 6, .. } if name == "name"));
    }

    #[test]
    fn unclosed_brackets_and_deep_lists_are_refused() {
        assert_eq!(parse("a = [ 'x',", "t", &Limits::default()).unwrap_err().code, RefusalCode::Truncated);
        assert_eq!(parse("a = '''x", "t", &Limits::default()).unwrap_err().code, RefusalCode::Truncated);
        let deep = format!("a = {}", "[".repeat(10_000));
        assert_eq!(parse(&deep, "t", &Limits::default()).unwrap_err().code, RefusalCode::TooLarge);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z]|=|'|\"|\\[|\\]|\\(|\\)|,|\n| |#|\\\\|[0-9]|.){0,80}") {
            let _ = parse(&text, "test", &Limits::default());
        }

        #[test]
        fn a_written_string_reads_as_itself(text in "\\PC{0,40}") {
            let written = format!("a = [ '{}' ]", text.replace('\\', "\\\\").replace('\'', "\\'"));
            prop_assert_eq!(one(&written), Value::List(vec![Value::Text(text)]));
        }
    }
}
