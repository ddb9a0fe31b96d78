//! `GRANT` and `CREATE USER` of MySQL and MariaDB, parsed as text and never executed.

/// What one statement says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// The user's name.
    pub user: String,
    /// The host it may come from.
    pub host: String,
    /// The database; `None` for all of them or for a user alone. Escapes are undone.
    pub database: Option<String>,
    /// The table, where the grant is for one.
    pub table: Option<String>,
    /// The privileges, as they stand.
    pub privileges: Option<String>,
    /// The hash of the password, with what it is hashed by where that is said.
    pub hash: Option<String>,
    /// The name of the authentication plug-in.
    pub plugin: Option<String>,
}

/// Cuts a text into statements at the semicolons outside quotes; comments are left out.
/// The number of the line in which each begins goes with it.
#[must_use]
pub fn statements(text: &str) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let (mut current, mut line, mut begin, mut quote) = (String::new(), 1u64, 1u64, None);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\n' {
            line = line.saturating_add(1);
        }
        match quote {
            Some(open) => {
                current.push(letter);
                if letter == '\\' && open != '`' {
                    current.extend(letters.next());
                } else if letter == open {
                    quote = None;
                }
            }
            None => {
                let is_comment =
                    letter == '#' || (letter == '-' && letters.peek() == Some(&'-') && current.trim().is_empty());
                match letter {
                    _ if is_comment => while letters.next_if(|letter| *letter != '\n').is_some() {},
                    ';' => found.push((begin, std::mem::take(&mut current))),
                    _ if current.is_empty() && letter.is_whitespace() => {}
                    _ => {
                        if current.is_empty() {
                            begin = line;
                        }
                        if matches!(letter, '\'' | '"' | '`') {
                            quote = Some(letter);
                        }
                        current.push(letter);
                    }
                }
            }
        }
    }
    found.push((begin, current));
    found.into_iter().map(|(line, text)| (line, text.trim().to_owned())).filter(|(_, text)| !text.is_empty()).collect()
}

/// Reads one statement. `None` for what is neither `GRANT ... ON ... TO`, `CREATE USER` nor
/// `SET PASSWORD`-like text of this form.
#[must_use]
pub fn grant(statement: &str) -> Option<Grant> {
    let tokens = tokens(statement)?;
    let mut rest = tokens.as_slice();
    let mut grant = Grant::default();
    if word(&mut rest, "GRANT") {
        let mut privileges = Vec::new();
        while !rest.first()?.is_word("ON") {
            privileges.push(rest.first()?.text.clone());
            rest = rest.get(1..)?;
        }
        let mut listed = String::new();
        for token in &privileges {
            if !listed.is_empty() && token != "," && token != ")" && !listed.ends_with('(') {
                listed.push(' ');
            }
            listed.push_str(token);
        }
        grant.privileges = Some(listed);
        rest = rest.get(1..)?;
        word(&mut rest, "TABLE");
        let database = take(&mut rest)?;
        if !symbol(&mut rest, ".") {
            return None;
        }
        let table = take(&mut rest)?;
        grant.database = (!database.is_star()).then(|| unescaped(&database.text));
        grant.table = (!table.is_star()).then(|| table.text.clone());
        if !word(&mut rest, "TO") {
            return None;
        }
    } else if word(&mut rest, "CREATE") && word(&mut rest, "USER") {
        if word(&mut rest, "IF") && !(word(&mut rest, "NOT") && word(&mut rest, "EXISTS")) {
            return None;
        }
    } else {
        return None;
    }
    let user = take(&mut rest).filter(|user| user.is_name())?;
    grant.user = user.text.clone();
    grant.host = if symbol(&mut rest, "@") { take(&mut rest)?.text.clone() } else { "%".to_owned() };
    if word(&mut rest, "IDENTIFIED") {
        identified(&mut rest, &mut grant)?;
    }
    (!grant.user.is_empty()).then_some(grant)
}

fn identified(rest: &mut &[Token], grant: &mut Grant) -> Option<()> {
    if word(rest, "BY") {
        let is_hash = word(rest, "PASSWORD");
        let text = take(rest)?.text.clone();
        grant.hash = Some(text);
        grant.plugin = (!is_hash).then(|| "plain".to_owned());
    } else if word(rest, "WITH") || word(rest, "VIA") {
        grant.plugin = Some(take(rest)?.text.clone());
        if word(rest, "AS") || word(rest, "USING") {
            grant.hash = Some(take(rest)?.text.clone());
        }
    }
    Some(())
}

/// `shop\_db` grants `shop_db`: in a grant `_` and `%` are wildcards unless escaped.
fn unescaped(name: &str) -> String {
    name.replace("\\_", "_").replace("\\%", "%")
}

#[derive(Debug, Clone)]
struct Token {
    text: String,
    is_quoted: bool,
}

impl Token {
    fn is_word(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }

    fn is_star(&self) -> bool {
        !self.is_quoted && self.text == "*"
    }

    fn is_name(&self) -> bool {
        self.is_quoted || self.text.chars().all(|letter| letter.is_alphanumeric() || "_-$".contains(letter))
    }
}

fn word(rest: &mut &[Token], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if first.is_word(word) => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn symbol(rest: &mut &[Token], symbol: &str) -> bool {
    word(rest, symbol)
}

fn take<'a>(rest: &mut &'a [Token]) -> Option<&'a Token> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(first)
}

fn tokens(statement: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut letters = statement.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            _ if letter.is_whitespace() => {}
            '\'' | '"' | '`' => {
                let text = quoted(&mut letters, letter)?;
                tokens.push(Token { text, is_quoted: true });
            }
            '.' | '@' | ',' | '(' | ')' | '*' => tokens.push(Token { text: letter.to_string(), is_quoted: false }),
            _ => {
                let mut text = letter.to_string();
                while let Some(next) = letters.next_if(|next| !next.is_whitespace() && !".@,()*'\"`".contains(*next)) {
                    text.push(next);
                }
                tokens.push(Token { text, is_quoted: false });
            }
        }
    }
    Some(tokens)
}

/// The text up to the closing quote; a doubled quote is one.
fn quoted(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char) -> Option<String> {
    let mut text = String::new();
    loop {
        let letter = letters.next()?;
        if letter == quote {
            if letters.next_if_eq(&quote).is_none() {
                return Some(text);
            }
            text.push(quote);
        } else if letter == '\\' && quote != '`' {
            match letters.next()? {
                // Escapes of names stay: they are undone where a database is meant.
                wildcard @ ('_' | '%') => text.extend(['\\', wildcard]),
                other => text.push(other),
            }
        } else {
            text.push(letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_that_panels_write_are_read() {
        let hash = "*0123456789ABCDEF0123456789ABCDEF01234567";
        let usage =
            grant(&format!("GRANT USAGE ON *.* TO 'bob_w'@'localhost' IDENTIFIED BY PASSWORD '{hash}'")).unwrap();
        assert_eq!((usage.user.as_str(), usage.host.as_str(), usage.database), ("bob_w", "localhost", None));
        assert_eq!((usage.hash.as_deref(), usage.plugin), (Some(hash), None));
        let all = grant("grant all privileges on `bob\\_db`.* to `bob_w`@`10.0.0.1`").unwrap();
        assert_eq!(all.database.as_deref(), Some("bob_db"));
        assert_eq!(all.privileges.as_deref(), Some("all privileges"));
        let some = grant("GRANT SELECT, INSERT (a, b) ON `d`.`t` TO bob@'%' WITH GRANT OPTION").unwrap();
        assert_eq!((some.table.as_deref(), some.host.as_str()), (Some("t"), "%"));
        assert_eq!(some.privileges.as_deref(), Some("SELECT, INSERT (a, b)"));
        let made =
            grant(&format!("CREATE USER IF NOT EXISTS 'u'@'h' IDENTIFIED WITH 'mysql_native_password' AS '{hash}'"))
                .unwrap();
        assert_eq!((made.plugin.as_deref(), made.hash.as_deref()), (Some("mysql_native_password"), Some(hash)));
    }

    #[test]
    fn what_is_no_grant_is_not_read_as_one() {
        for text in [
            "DROP DATABASE mysql",
            "GRANT ALL ON x TO y",
            "CREATE USER",
            "GRANT",
            "INSERT INTO a VALUES ('GRANT')",
            "GRANT ALL ON *.* TO 'x",
        ] {
            assert_eq!(grant(text), None, "{text}");
        }
    }

    #[test]
    fn statements_end_at_semicolons_outside_quotes() {
        let text = "-- a comment; with one\nGRANT 'a;b' x;\n\n# more;\nDROP `x;y`;  last";
        assert_eq!(
            statements(text),
            [(2, "GRANT 'a;b' x".to_owned()), (5, "DROP `x;y`".to_owned()), (5, "last".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s)[GRANTON to'`\"\\\\.*@;,()a-z\\-#\n]{0,80}") {
            for (_, statement) in statements(&text) {
                let _ = grant(&statement);
            }
        }

        #[test]
        fn a_grant_reads_back_what_was_written(user in "[^'\\\\\n]{1,12}", host in "[a-z0-9.%]{1,10}", database in "[a-z0-9.-]{1,12}") {
            let text = format!("GRANT ALL PRIVILEGES ON `{database}`.* TO '{user}'@'{host}';");
            let all = statements(&text);
            let read = grant(&all[0].1).unwrap();
            prop_assert_eq!((read.user, read.host, read.database.unwrap()), (user, host, database));
        }
    }
}
