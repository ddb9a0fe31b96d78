//! The line formats that hosting panels write: `KEY=value`, `KEY='value' KEY='value'`,
//! columns with colons, crontabs, URL-encoded pairs.

use crate::snapshot::values::Extra;

/// One line that was not empty and no comment, with its number from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number.
    pub number: u64,
    /// Its text, without spaces around it.
    pub text: &'a str,
}

/// The lines of a text that say something. Comments begin with `#`.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    (1u64..)
        .zip(text.lines())
        .map(|(number, text)| Line { number, text: text.trim() })
        .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

/// `KEY=value` lines; a line without `=` is given as an error.
pub fn key_values(text: &str) -> impl Iterator<Item = Result<(&str, &str), Line<'_>>> {
    lines(text).map(|line| match line.text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim(), value.trim())),
        _ => Err(line),
    })
}

/// `KEY='value' KEY='value'`: one line is one object. A value ends at the first quote that the
/// next key or the end of the line follows, because these panels do not escape quotes in
/// values; `%quote%` is one.
///
/// `None` where the line is not made like this.
#[must_use]
pub fn quoted_pairs(line: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (key, after) = rest.split_once("='")?;
        if !is_key(key) {
            return None;
        }
        let (value, next) = value_end(after)?;
        pairs.push((key.to_owned(), value.replace("%quote%", "'")));
        rest = next.trim_start();
    }
    Some(pairs)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn value_end(text: &str) -> Option<(&str, &str)> {
    text.match_indices('\'').find_map(|(at, _)| {
        let (value, rest) = text.split_at_checked(at)?;
        let rest = rest.strip_prefix('\'')?;
        let next = rest.trim_start();
        let ends = next.is_empty()
            || (rest.starts_with(char::is_whitespace) && next.split_once("='").is_some_and(|(key, _)| is_key(key)));
        ends.then_some((value, next))
    })
}

/// A line of a crontab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronJob {
    /// The number of the line.
    pub line: u64,
    /// Five fields, or a word such as `@daily`.
    pub schedule: String,
    /// The rest.
    pub command: String,
    /// Variables that were set above it.
    pub environment: Vec<Extra>,
}

/// A line of a crontab that is neither a job, nor a variable, nor a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCronLine(pub u64);

/// The jobs of a crontab, with the variables that stand above each.
#[must_use]
pub fn crontab(text: &str) -> Vec<Result<CronJob, BadCronLine>> {
    let mut environment: Vec<Extra> = Vec::new();
    let mut jobs = Vec::new();
    for line in lines(text) {
        if let Some((name, value)) = variable(line.text) {
            environment.retain(|one| one.name != name);
            environment.push(Extra { name: name.to_owned(), value: value.to_owned() });
            continue;
        }
        jobs.push(match schedule(line.text) {
            Some((schedule, command)) => {
                Ok(CronJob { line: line.number, schedule, command, environment: environment.clone() })
            }
            None => Err(BadCronLine(line.number)),
        });
    }
    jobs
}

fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty()
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let value = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value);
    is_name.then_some((name, value))
}

/// The schedule, its fields separated by one space, and the command as it stands.
#[must_use]
pub fn schedule(line: &str) -> Option<(String, String)> {
    let mut rest = line.trim();
    let fields = if rest.starts_with('@') { 1 } else { 5 };
    let mut schedule: Vec<&str> = Vec::with_capacity(fields);
    for _ in 0..fields {
        let (field, after) = rest.split_once(char::is_whitespace)?;
        schedule.push(field);
        rest = after.trim_start();
    }
    let is_word = |field: &&str| {
        field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*/,-@".contains(&byte)) && !field.is_empty()
    };
    (!rest.is_empty() && schedule.iter().all(is_word)).then(|| (schedule.join(" "), rest.to_owned()))
}

/// `a=b&c=d`, URL-encoded. Pairs without `=` have an empty value.
#[must_use]
pub fn form_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (url_decoded(key), url_decoded(value))
        })
        .collect()
}

/// `%2A` and `+` of URL-encoded text; what is no such escape stays.
#[must_use]
pub fn url_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (byte == b'%').then(|| (hex(ahead.next()), hex(ahead.next())));
        match (byte, digits) {
            (_, Some((Some(high), Some(low)))) => {
                bytes.push(high << 4 | low);
                rest = ahead;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|err| String::from_utf8_lossy(err.as_bytes()).into_owned())
}

fn hex(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The columns of a line as `/etc/passwd` has them.
#[must_use]
pub fn columns(line: &str) -> Vec<&str> {
    line.split(':').collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn quotes_inside_values_do_not_end_them() {
        assert_eq!(
            quoted_pairs("NAME='O'Brien & Sons' CMD='echo %quote%x%quote%' EMPTY='' "),
            Some(vec![pair("NAME", "O'Brien & Sons"), pair("CMD", "echo 'x'"), pair("EMPTY", "")])
        );
        assert_eq!(quoted_pairs("VALUE='\"v=spf1 a -all\"'"), Some(vec![pair("VALUE", "\"v=spf1 a -all\"")]));
        for bad in ["NAME", "NAME='x", "='x'", "A B='x'", "NAME='x'y"] {
            assert_eq!(quoted_pairs(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_crontab_gives_jobs_with_their_variables() {
        let text = "# DO NOT EDIT\nSHELL=\"/bin/bash\"\n*/5 0-4 * * 1,2 /usr/bin/php -q a=b.php\nMAILTO=''\n@daily  run\nnot a job\n";
        let jobs = crontab(text);
        let first = jobs[0].as_ref().unwrap();
        assert_eq!((first.schedule.as_str(), first.command.as_str()), ("*/5 0-4 * * 1,2", "/usr/bin/php -q a=b.php"));
        assert_eq!(first.environment, [Extra { name: "SHELL".into(), value: "/bin/bash".into() }]);
        let second = jobs[1].as_ref().unwrap();
        assert_eq!((second.schedule.as_str(), second.environment.len()), ("@daily", 2));
        assert_eq!(jobs[2], Err(BadCronLine(6)));
    }

    #[test]
    fn url_encoded_values_are_decoded() {
        assert_eq!(form_pairs("u=bob&passwd=%2AAB+c&x"), [pair("u", "bob"), pair("passwd", "*AB c"), pair("x", "")]);
        assert_eq!(url_decoded("100%"), "100%");
        assert_eq!(url_decoded("%zz%4"), "%zz%4");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_line_format_panic(text in "(?s).{0,80}") {
            let _ = (quoted_pairs(&text), crontab(&text), form_pairs(&text), key_values(&text).count());
        }

        #[test]
        fn quoted_pairs_read_what_is_written(pairs in proptest::collection::vec(("[A-Z][A-Z0-9_]{0,8}", "[^'\n\r%]{0,20}"), 0..6)) {
            let line: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}='{value}'")).collect();
            prop_assert_eq!(quoted_pairs(&line.join(" ")).unwrap(), pairs);
        }

        #[test]
        fn url_decoding_undoes_encoding(text in ".{0,30}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(url_decoded(&encoded), text);
        }

        #[test]
        fn cron_lines_read_what_is_written(schedule in "[0-9*/,-]{1,4}( [0-9*/,-]{1,4}){4}", command in "[a-z/][a-z ./=-]{0,20}[a-z]") {
            let jobs = crontab(&format!("{schedule} {command}\n"));
            let job = jobs[0].as_ref().unwrap();
            prop_assert_eq!((&job.schedule, &job.command), (&schedule, &command));
        }
    }
}
