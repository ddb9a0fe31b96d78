//! Just enough of Rust's grammar: comments and literals away, words found whole.

/// The text with every comment and every content of a literal replaced by blanks. Lines and
/// offsets stay as they are.
pub(super) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            block_comment(bytes, at)
        } else if rest[0] == b'"' {
            string(bytes, at)
        } else if rest[0] == b'\'' {
            character(bytes, at)
        } else if rest[0] == b'r' && !continues_word(bytes, at) && raw_hashes(rest).is_some() {
            raw_string(bytes, at, raw_hashes(rest).unwrap())
        } else {
            at += 1;
            continue;
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(out).unwrap()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// `br"` is raw too; the `r` of `for"` would not be.
fn continues_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && is_word(bytes[at - 1]) && !(bytes[at - 1] == b'b' && (at < 2 || !is_word(bytes[at - 2])))
}

fn block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Number of `#` of a raw string that starts here.
fn raw_hashes(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    (rest.get(1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn raw_string(bytes: &[u8], start: usize, hashes: usize) -> usize {
    let end = format!("\"{}", "#".repeat(hashes));
    let body = start + hashes + 2;
    bytes[body..]
        .windows(end.len())
        .position(|window| window == end.as_bytes())
        .map_or(bytes.len(), |found| body + found + end.len())
}

/// A character literal; a lifetime is only its quote.
fn character(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start + 1..];
    if rest.first() == Some(&b'\\') {
        return rest[2.min(rest.len())..]
            .iter()
            .position(|byte| *byte == b'\'')
            .map_or(bytes.len(), |found| start + 1 + 2 + found + 1);
    }
    let width = match rest.first() {
        Some(0xF0..) => 4,
        Some(0xE0..) => 3,
        Some(0xC0..) => 2,
        _ => 1,
    };
    if rest.get(width) == Some(&b'\'') { start + 1 + width + 1 } else { start + 1 }
}

/// Offsets of `needle` in `code` where no word goes on at either end.
pub(super) fn find(code: &str, needle: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    code.match_indices(needle)
        .map(|(at, _)| at)
        .filter(|at| {
            let end = at + needle.len();
            let starts = !is_word(needle.as_bytes()[0]) || *at == 0 || !is_word(bytes[at - 1]);
            let last = needle.as_bytes()[needle.len() - 1];
            let ends = !is_word(last) || end >= bytes.len() || !is_word(bytes[end]);
            starts && ends
        })
        .collect()
}

/// The word that starts at `at`, which may be empty.
pub(super) fn word_at(code: &str, at: usize) -> &str {
    let length = code[at..].bytes().take_while(|byte| is_word(*byte)).count();
    &code[at..at + length]
}

/// Offset just behind the bracket that closes the one at `open`.
pub(super) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The code without the modules that are only compiled for tests.
pub(super) fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    for start in find(code, "#[cfg(test)]") {
        let Some(open) = code[start..].find(['{', ';']) else {
            continue;
        };
        let open = start + open;
        let end = if code.as_bytes()[open] == b'{' { closing(code, open) } else { open + 1 };
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        // A character of several bytes would shift every later offset.
        if blank.len() == end - start {
            out.replace_range(start..end, &blank);
        }
    }
    out
}

#[test]
fn comments_and_literals_are_blanked_and_lifetimes_are_not() {
    let text = r##"fn f<'a>(x: &'a str) { // use crate::no
/* no /* no */ no */ g("no::no \" no", 'n', '\'', '\u{6e}', r#"no"no"#, b"no", br"no", yes); } // no"##;
    let code = code(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.lines().count(), text.lines().count());
    let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["fn", "f", "a", "x", "a", "str", "g", "b", "b", "yes"]);
}

#[test]
fn words_are_found_whole() {
    assert_eq!(find("f64 xf64 f64x (f64)", "f64"), [0, 15]);
    assert_eq!(word_at("crate::billing::x", 7), "billing");
}

#[test]
fn test_modules_are_left_out() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
    let left = without_tests(code);
    assert!(left.contains("fn a") && left.contains("fn c") && left.contains("fn d"));
    assert!(!left.contains("fn b") && !left.contains("more"));
    assert_eq!(left.len(), code.len());
}
