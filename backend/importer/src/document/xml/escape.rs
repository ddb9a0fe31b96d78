//! Text that XML can hold, and the stated escape for the characters that it cannot.
//!
//! XML 1.0 has no way to write U+0000 to U+001F (but tab, line feed and carriage return), U+FFFE and
//! U+FFFF. A leaf element whose value holds one of them says `escaped="true"`; in its text a backslash is
//! `\\` and such a character is `\u` with four hexadecimal digits. Without the attribute a backslash is
//! a backslash, so that no other exporter needs to know of this.

/// Whether the text must be written with the escape.
pub(super) fn needs_escape(text: &str) -> bool {
    text.bytes().any(is_suspect) && text.chars().any(is_not_xml)
}

fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF
}

fn is_not_xml(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Adds the escape.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        if c == '\\' {
            out.push_str("\\\\");
        } else if is_not_xml(c) {
            out.push_str(&format!("\\u{:04X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Takes the escape away; nothing where a backslash is followed by anything else.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\\');
    out.push_str(parts.next()?);
    while let Some(part) = parts.next() {
        if part.is_empty() {
            // Two backslashes: one character, and what follows the second is plain.
            out.push('\\');
            out.push_str(parts.next()?);
            continue;
        }
        let (code, rest) = part.strip_prefix('u')?.split_at_checked(4)?;
        if !code.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        out.push_str(rest);
    }
    Some(out)
}

/// Writes text as the content of an element.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|b| matches!(b, b'<' | b'>' | b'&' | b'\r')) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, after)) = from.split_first() else { return };
        out.extend_from_slice(match special {
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'&' => b"&amp;",
            // A bare one would be read as a line feed.
            _ => b"&#13;",
        });
        rest = after;
    }
    out.extend_from_slice(rest);
}
