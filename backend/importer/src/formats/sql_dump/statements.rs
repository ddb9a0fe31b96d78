//! Statements of a dump: declarations of tables and rows; all else is passed over.

use std::rc::Rc;

use super::bytes::Bytes;
use super::tokens::{Token, Tokens};
use super::{Column, ColumnKind, Declared, Event, Header, Row, Skipped, Value, Visit};
use crate::{Limits, Refusal, RefusalCode};

/// Lines before the first statement that may be something else (warnings that a shell wrote into the file).
const STRAY_LINES: u32 = 20;
/// Most columns of a table (MySQL's own limit).
const MOST_COLUMNS: usize = 4_096;

/// Statements that neither declare nor hold rows and lose nothing when passed over.
const HARMLESS: &[&str] = &[
    "SET",
    "DROP",
    "LOCK",
    "UNLOCK",
    "USE",
    "START",
    "COMMIT",
    "BEGIN",
    "ANALYZE",
    "OPTIMIZE",
    "FLUSH",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "SELECT",
    "SHOW",
    "CHECK",
    "REPAIR",
    "CHANGE",
    "ALTER",
];
/// Statements that would change rows.
const CHANGING: &[&str] =
    &["UPDATE", "DELETE", "TRUNCATE", "LOAD", "CALL", "RENAME", "PREPARE", "EXECUTE", "DEALLOCATE"];
/// Statements about rights: never followed.
const RIGHTS: &[&str] = &["GRANT", "REVOKE"];

pub(super) fn read(
    bytes: Bytes,
    limits: &Limits,
    declared: &mut Declared,
    visit: &mut Visit<'_>,
) -> Result<(), Refusal> {
    let tokens = Tokens::of(bytes, limits);
    let mut reader = Reader { tokens, limits: *limits, declared, visit, ended: 0, stray: 0 };
    reader.statements()?;
    reader.facts()?;
    if reader.tokens.bytes.is_cut {
        return Err(reader.tokens.bytes.refusal(RefusalCode::Truncated, "the packed file ends before its end"));
    }
    Ok(())
}

struct Reader<'a, 'v> {
    tokens: Tokens,
    limits: Limits,
    declared: &'a mut Declared,
    visit: &'a mut Visit<'v>,
    /// Statements that ended with a delimiter.
    ended: u64,
    stray: u32,
}

impl Reader<'_, '_> {
    fn statements(&mut self) -> Result<(), Refusal> {
        loop {
            self.tokens.peek()?;
            let line = self.tokens.bytes.line;
            match self.tokens.next()? {
                Token::Over => break,
                Token::End => {}
                Token::Word(word) => self.statement(&word.to_ascii_uppercase(), line)?,
                _ => self.stray(line)?,
            }
        }
        if self.ended == 0 {
            return Err(self.tokens.bytes.refusal(RefusalCode::NotThisFormat, "no SQL statement in it"));
        }
        Ok(())
    }

    /// Facts that comments told. A dump that says who wrote it also says when it was done.
    fn facts(&mut self) -> Result<(), Refusal> {
        let remarks = std::mem::take(&mut self.tokens.remarks);
        let is_by_server = remarks.iter().any(|one| one.starts_with("MySQL dump") || one.starts_with("MariaDB dump"));
        let is_complete = remarks.iter().any(|one| one.starts_with("Dump completed"));
        for remark in remarks {
            let name = if remark.starts_with("Server version") { "server_version" } else { "dumped_by" };
            if let Some(taken) = remark.strip_prefix("Dump completed on ") {
                (self.visit)(Event::Fact("taken_at", taken.trim().to_owned()))?;
            } else {
                let value = remark.trim_start_matches("Server version").trim_matches([':', ' ', '\t']);
                (self.visit)(Event::Fact(name, value.chars().take(120).collect()))?;
            }
        }
        if is_by_server && !is_complete {
            let reason = "the dump does not end with its closing line; tables after this place may be missing";
            self.skipped("end of the dump".to_owned(), self.tokens.bytes.line, reason)?;
        }
        Ok(())
    }

    fn stray(&mut self, line: u64) -> Result<(), Refusal> {
        if self.ended > 0 {
            if !self.until_end()? {
                return Err(self.cut("a statement"));
            }
            return self.skipped("unknown statement".to_owned(), line, "it is not a statement that is known");
        }
        self.stray = self.stray.saturating_add(1);
        if self.stray > STRAY_LINES {
            return Err(self.tokens.bytes.refusal(RefusalCode::NotThisFormat, "it does not begin with SQL statements"));
        }
        let _text = self.tokens.rest_of_line()?;
        self.skipped("stray line".to_owned(), line, "a line before the first statement is not SQL")
    }

    fn skipped(&mut self, what: String, line: u64, reason: &'static str) -> Result<(), Refusal> {
        (self.visit)(Event::Skipped(Skipped { what, line, reason, is_row: false }))
    }

    fn lost_row(&mut self, table: &str, line: u64, reason: &'static str) -> Result<(), Refusal> {
        (self.visit)(Event::Skipped(Skipped { what: table.to_owned(), line, reason, is_row: true }))
    }

    fn statement(&mut self, word: &str, line: u64) -> Result<(), Refusal> {
        match word {
            "INSERT" | "REPLACE" => self.insert(line),
            "CREATE" => self.create(line),
            "SET" => self.set(),
            "DELIMITER" => {
                let delimiter = self.tokens.rest_of_line()?;
                self.tokens.set_delimiter(&delimiter);
                Ok(())
            }
            "COMMIT" => {
                self.until_end()?;
                self.ended = self.ended.saturating_add(1);
                Ok(())
            }
            _ if HARMLESS.contains(&word) => self.pass(),
            _ if CHANGING.contains(&word) => {
                self.skipped(word.to_owned(), line, "a statement that would change rows is not followed")?;
                self.pass()
            }
            _ if RIGHTS.contains(&word) => {
                self.skipped(word.to_owned(), line, "a statement about rights is not followed")?;
                self.pass()
            }
            _ => self.stray(line),
        }
    }

    /// Passes over the rest of a statement. Only the first of a file may lack its end.
    fn pass(&mut self) -> Result<(), Refusal> {
        if !self.until_end()? && self.ended > 0 {
            return Err(self.cut("a statement"));
        }
        self.ended = self.ended.saturating_add(1);
        Ok(())
    }

    /// Takes words up to the delimiter; false where the input ended first.
    fn until_end(&mut self) -> Result<bool, Refusal> {
        loop {
            match self.tokens.next()? {
                Token::End => return Ok(true),
                Token::Over => return Ok(false),
                _ => {}
            }
        }
    }

    /// `SET NAMES x` tells the character set of all that follows.
    fn set(&mut self) -> Result<(), Refusal> {
        if self.tokens.take("NAMES")? {
            let name = match self.tokens.next()? {
                Token::Word(name) | Token::Name(name) => name,
                Token::Text { bytes, .. } => String::from_utf8_lossy(&bytes).into_owned(),
                _ => String::new(),
            };
            if !name.is_empty() && !name.starts_with('@') {
                (self.visit)(Event::Fact("character_set", name.chars().take(40).collect()))?;
            }
        }
        self.pass()
    }

    fn create(&mut self, line: u64) -> Result<(), Refusal> {
        let mut words = 0u32;
        let kind = loop {
            match self.tokens.next()? {
                Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                    "TABLE" => return self.create_table(line),
                    kind @ ("TRIGGER" | "PROCEDURE" | "FUNCTION" | "EVENT" | "VIEW") => break kind.to_owned(),
                    "DATABASE" | "SCHEMA" | "USER" | "INDEX" | "UNIQUE" | "ROLE" | "SEQUENCE" | "SERVER" => {
                        return self.pass();
                    }
                    _ => {}
                },
                Token::End => return Ok(()),
                Token::Over => return Err(self.cut("CREATE")),
                _ => {}
            }
            words = words.saturating_add(1);
            if words > 40 {
                return self.pass();
            }
        };
        let mut name = match self.tokens.peek()? {
            Token::Word(name) | Token::Name(name) => name.clone(),
            _ => String::new(),
        };
        if name.eq_ignore_ascii_case("IF") {
            name.clear();
        }
        let what = format!("{} {name}", kind.to_ascii_lowercase());
        self.skipped(what.trim().to_owned(), line, "a program of the database is not executed")?;
        self.routine()
    }

    /// Passes over a routine: delimiters between BEGIN and END belong to it.
    fn routine(&mut self) -> Result<(), Refusal> {
        let mut depth = 0u32;
        loop {
            let token = self.tokens.next()?;
            if token.is("BEGIN") || token.is("CASE") {
                depth = depth.saturating_add(1);
            } else if token.is("END") {
                let next = self.tokens.peek()?;
                if !["IF", "LOOP", "WHILE", "REPEAT"].iter().any(|word| next.is(word)) {
                    depth = depth.saturating_sub(1);
                }
                let _is_case = self.tokens.take("CASE")?;
            } else if token == Token::Over {
                return Err(self.cut("a routine"));
            } else if token == Token::End && depth == 0 {
                self.ended = self.ended.saturating_add(1);
                return Ok(());
            }
        }
    }

    fn cut(&self, what: &str) -> Refusal {
        self.tokens.bytes.refusal(RefusalCode::Truncated, format!("it ends inside {what}"))
    }

    /// A name, the last part of `database`.`table`.
    fn table_name(&mut self) -> Result<Option<String>, Refusal> {
        let mut name = None;
        loop {
            name = match self.tokens.peek()? {
                Token::Word(word) | Token::Name(word) => Some(word.to_ascii_lowercase()),
                Token::Text { bytes, is_double: true } => Some(String::from_utf8_lossy(bytes).to_ascii_lowercase()),
                _ => return Ok(name),
            };
            self.tokens.next()?;
            if !self.tokens.take_sign(b'.')? {
                return Ok(name);
            }
        }
    }

    fn create_table(&mut self, line: u64) -> Result<(), Refusal> {
        if self.tokens.take("IF")? {
            self.tokens.take("NOT")?;
            self.tokens.take("EXISTS")?;
        }
        let Some(table) = self.table_name()? else {
            self.skipped("CREATE TABLE".to_owned(), line, "a table without a name")?;
            return self.pass();
        };
        let is_in_parentheses = self.tokens.take_sign(b'(')?;
        let columns = if self.tokens.take("LIKE")? {
            let like = self.table_name()?.unwrap_or_default();
            self.declared.tables.get(&like).cloned()
        } else if is_in_parentheses {
            Some(Rc::new(self.columns(&table)?))
        } else {
            None
        };
        match columns {
            Some(columns) if !columns.is_empty() => {
                self.declared.tables.insert(table.clone(), columns);
                (self.visit)(Event::Table(table))?;
            }
            _ => self.skipped(format!("table {table}"), line, "its columns are not declared")?,
        }
        let is_ended = self.until_end()?;
        if !is_ended && self.ended > 0 {
            return Err(self.cut("CREATE TABLE"));
        }
        // A file of one statement often has no delimiter.
        self.ended = self.ended.saturating_add(1);
        Ok(())
    }

    /// Declarations up to the closing parenthesis.
    fn columns(&mut self, table: &str) -> Result<Vec<Column>, Refusal> {
        let mut columns: Vec<Column> = Vec::new();
        loop {
            let first = self.tokens.next()?;
            let is_key = ["PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"]
                .iter()
                .any(|word| first.is(word));
            let name = match first {
                Token::Over => return Err(self.cut("CREATE TABLE")),
                Token::Sign(b')') => return Ok(columns),
                Token::Sign(b',') => continue,
                Token::Word(name) | Token::Name(name) => name,
                Token::Text { bytes, is_double: true } => String::from_utf8_lossy(&bytes).into_owned(),
                _ => String::new(),
            };
            let (column, is_last) = self.column(&name)?;
            // The first of two declarations of one name counts (DTC writes such tables).
            if !is_key && !name.is_empty() && !columns.iter().any(|one| one.name == column.name) {
                if columns.len() >= MOST_COLUMNS {
                    let reason = format!("table {table} has more columns than a table can have");
                    return Err(self.tokens.bytes.refusal(RefusalCode::TooLarge, reason));
                }
                columns.push(column);
            }
            if is_last {
                return Ok(columns);
            }
        }
    }

    /// The rest of one declaration; true where it was the last.
    fn column(&mut self, name: &str) -> Result<(Column, bool), Refusal> {
        let mut column = Column::named(name);
        if let Token::Word(word) = self.tokens.peek()? {
            column.kind = kind_of(word);
        }
        let mut depth = 0usize;
        loop {
            match self.tokens.next()? {
                Token::Over => return Err(self.cut("CREATE TABLE")),
                Token::Sign(b'(') => depth = depth.saturating_add(1),
                Token::Sign(b')') if depth == 0 => return Ok((column, true)),
                Token::Sign(b')') => depth = depth.saturating_sub(1),
                Token::Sign(b',') if depth == 0 => return Ok((column, false)),
                word if depth == 0 && word.is("DEFAULT") => column.default = self.default()?,
                _ => {}
            }
        }
    }

    fn default(&mut self) -> Result<Option<Value>, Refusal> {
        let is_negative = self.tokens.take_sign(b'-')?;
        Ok(match self.tokens.peek()? {
            Token::Text { .. } | Token::Number(_) | Token::Hex(_) | Token::Bits(_) => match self.tokens.next()? {
                Token::Text { bytes, .. } => Some(Value::Text(bytes)),
                Token::Number(digits) if is_negative => Some(Value::Number(format!("-{digits}"))),
                Token::Number(digits) => Some(Value::Number(digits)),
                Token::Hex(bytes) => Some(Value::Bytes(bytes)),
                Token::Bits(digits) => Some(Value::Bits(u64::from_str_radix(&digits, 2).ok())),
                _ => None,
            },
            word if word.is("NULL") => Some(Value::Null),
            _ => None,
        })
    }

    fn insert(&mut self, line: u64) -> Result<(), Refusal> {
        while ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"]
            .iter()
            .try_fold(false, |any, word| Ok::<_, Refusal>(any || self.tokens.take(word)?))?
        {}
        let table = self.table_name()?;
        if *self.tokens.peek()? == Token::Over {
            return Err(self.cut("INSERT"));
        }
        let Some(table) = table else {
            self.skipped("INSERT".to_owned(), line, "no table is named")?;
            return self.pass();
        };
        if self.tokens.take("PARTITION")? {
            self.names()?;
        }
        let names = if *self.tokens.peek()? == Token::Sign(b'(') { Some(self.names()?) } else { None };
        if self.tokens.take("SET")? {
            return self.insert_set(&table, line);
        }
        if *self.tokens.peek()? == Token::Over {
            return Err(self.cut("INSERT"));
        }
        if !self.tokens.take("VALUES")? && !self.tokens.take("VALUE")? {
            self.pass()?;
            return self.skipped(table, line, "rows that come from a query are not computed");
        }
        let header = self.header(&table, names);
        self.rows(&table, header)
    }

    /// Names in parentheses.
    fn names(&mut self) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        loop {
            match self.tokens.next()? {
                Token::Sign(b')') => return Ok(names),
                Token::Word(name) | Token::Name(name) => names.push(name.to_ascii_lowercase()),
                Token::Text { bytes, .. } => names.push(String::from_utf8_lossy(&bytes).to_ascii_lowercase()),
                Token::Over => return Err(self.cut("INSERT")),
                Token::End => return Ok(names),
                _ => {}
            }
            if names.len() > MOST_COLUMNS {
                return Err(self.tokens.bytes.refusal(RefusalCode::TooLarge, "more columns than a table can have"));
            }
        }
    }

    fn header(&self, table: &str, names: Option<Vec<String>>) -> Option<Rc<Header>> {
        let declared = self.declared.tables.get(table);
        let (columns, absent) = match (names, declared) {
            (None, None) => return None,
            (None, Some(columns)) => (columns.to_vec(), Vec::new()),
            (Some(names), None) => (names.iter().map(|name| Column::named(name)).collect(), Vec::new()),
            (Some(names), Some(columns)) => {
                let known = |name: &String| columns.iter().find(|one| one.name == *name).cloned();
                let given = names.iter().map(|name| known(name).unwrap_or_else(|| Column::named(name))).collect();
                let absent = columns.iter().filter(|one| !names.contains(&one.name)).cloned().collect();
                (given, absent)
            }
        };
        Some(Rc::new(Header { table: table.to_owned(), columns, absent }))
    }

    fn rows(&mut self, table: &str, header: Option<Rc<Header>>) -> Result<(), Refusal> {
        loop {
            // A row begins where its parenthesis stands, not where the row before ended.
            self.tokens.peek()?;
            let line = self.tokens.bytes.line;
            let _is_named = self.tokens.take("ROW")?;
            if !self.tokens.take_sign(b'(')? {
                if *self.tokens.peek()? == Token::Over {
                    return Err(self.cut("INSERT"));
                }
                self.lost_row(table, line, "a row that cannot be parsed, and the rest of its statement")?;
                return self.pass();
            }
            let width = header.as_ref().map_or(0, |header| header.columns.len());
            let values = self.values(width)?;
            match header.clone() {
                None => self.lost_row(table, line, "its columns are declared nowhere")?,
                Some(header) => match values.and_then(|values| Row::new(header, values, line)) {
                    Some(row) => (self.visit)(Event::Row(row))?,
                    None => self.lost_row(table, line, "it has not as many values as the table has columns")?,
                },
            }
            if self.tokens.take_sign(b',')? {
                continue;
            }
            return match self.tokens.next()? {
                Token::End => {
                    self.ended = self.ended.saturating_add(1);
                    Ok(())
                }
                // A delimiter was to be expected: this dump uses them.
                Token::Over if self.ended > 0 => Err(self.cut("INSERT")),
                Token::Over => {
                    self.ended = 1;
                    self.skipped(table.to_owned(), line, "the last statement has no end; rows may be missing after it")
                }
                word if word.is("ON") || word.is("AS") => self.pass(),
                _ => {
                    self.lost_row(table, line, "the rest of a statement cannot be parsed")?;
                    self.pass()
                }
            };
        }
    }

    /// Values up to the closing parenthesis; absent where they are more than any table has.
    fn values(&mut self, width: usize) -> Result<Option<Vec<Value>>, Refusal> {
        let mut values = Vec::with_capacity(width);
        let mut is_too_wide = false;
        if self.tokens.take_sign(b')')? {
            return Ok(Some(values));
        }
        loop {
            let (value, is_last) = self.value(b')')?;
            if values.len() < MOST_COLUMNS {
                values.push(value);
            } else {
                is_too_wide = true;
            }
            if is_last {
                return Ok((!is_too_wide).then_some(values));
            }
        }
    }

    /// One value and what ends it: a comma (false) or the closing sign (true).
    fn value(&mut self, closing: u8) -> Result<(Value, bool), Refusal> {
        let mut parts: Vec<Token> = Vec::new();
        let mut depth = 0usize;
        let mut size = 0usize;
        loop {
            let token = self.tokens.next()?;
            let is_last = match &token {
                Token::Over => return Err(self.cut("a row")),
                Token::Sign(b',') if depth == 0 => Some(false),
                Token::Sign(sign) if *sign == closing && depth == 0 => Some(true),
                Token::End if closing == b';' && depth == 0 => Some(true),
                Token::Sign(b'(') => {
                    depth = depth.saturating_add(1);
                    None
                }
                Token::Sign(b')') => {
                    depth = depth.saturating_sub(1);
                    None
                }
                Token::Text { bytes, .. } | Token::Hex(bytes) => {
                    size = size.saturating_add(bytes.len());
                    None
                }
                _ => None,
            };
            if let Some(is_last) = is_last {
                return Ok((value_of(parts), is_last));
            }
            if size > self.limits.item_bytes || parts.len() > 10_000 || depth > self.limits.depth {
                return Err(self.tokens.bytes.refusal(RefusalCode::TooLarge, "a value that is too large or too deep"));
            }
            parts.push(token);
        }
    }

    /// `INSERT INTO t SET a = 1, b = 2`.
    fn insert_set(&mut self, table: &str, line: u64) -> Result<(), Refusal> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        loop {
            let Some(name) = self.table_name()? else {
                self.lost_row(table, line, "a row that cannot be parsed")?;
                return self.pass();
            };
            let _is_given = self.tokens.take_sign(b'=')?;
            let (value, is_last) = self.value(b';')?;
            names.push(name);
            values.push(value);
            if is_last || names.len() > MOST_COLUMNS {
                break;
            }
        }
        self.ended = self.ended.saturating_add(1);
        let Some(header) = self.header(table, Some(names)) else { return Ok(()) };
        match Row::new(header, values, line) {
            Some(row) => (self.visit)(Event::Row(row)),
            None => self.lost_row(table, line, "it has not as many values as columns"),
        }
    }
}

fn kind_of(word: &str) -> ColumnKind {
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
fn value_of(mut parts: Vec<Token>) -> Value {
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
