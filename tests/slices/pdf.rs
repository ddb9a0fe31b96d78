//! What a PDF of ours says.

use std::collections::BTreeMap;

/// The texts of a PDF of ours, in the order in which they were written: each
/// shown string through the letters that its font declares. Written from the
/// PDF norm, not from the code that writes.
pub fn texts(file: &[u8]) -> Vec<String> {
    let mut letters: BTreeMap<&str, BTreeMap<u16, String>> = BTreeMap::new();
    let objects = objects(file);
    for name in ["F1", "F2"] {
        let font = reference(file, &format!("/{name} ")).expect("a font");
        let cmap = number_after(objects[&font], "/ToUnicode ").expect("letters");
        letters.insert(name, cmap_of(objects[&cmap]));
    }
    let mut found = Vec::new();
    for object in objects.values() {
        let Some(content) = stream(object).filter(|content| find(content, b"BT\n").is_some()) else {
            continue;
        };
        let mut font = "F1";
        let mut at = 0;
        while at < content.len() {
            let rest = &content[at..];
            if rest.starts_with(b"/F1 ") || rest.starts_with(b"/F2 ") {
                font = if rest[2] == b'1' { "F1" } else { "F2" };
                at += 4;
            } else if rest[0] == b'(' || (rest[0] == b'<' && rest.get(1) != Some(&b'<')) {
                let (codes, length) = string(rest);
                let text: String = codes
                    .chunks(2)
                    .map(|pair| letters[font][&u16::from_be_bytes([pair[0], pair[1]])].as_str())
                    .collect();
                found.push(text + " ");
                at += length;
            } else {
                at += 1;
            }
        }
    }
    found
}

fn find(bytes: &[u8], sign: &[u8]) -> Option<usize> {
    bytes.windows(sign.len()).position(|window| window == sign)
}

/// Every object by its number.
fn objects(file: &[u8]) -> BTreeMap<u32, &[u8]> {
    let mut found = BTreeMap::new();
    let mut at = 0;
    while let Some(sign) = find(&file[at..], b" 0 obj\n").map(|place| at + place) {
        let begin = file[..sign].iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |place| place + 1);
        let number = std::str::from_utf8(&file[begin..sign]).unwrap().parse().unwrap();
        let end = sign + find(&file[sign..], b"\nendobj").expect("an end");
        found.insert(number, &file[sign..end]);
        at = end;
    }
    found
}

fn number_after(bytes: &[u8], sign: &str) -> Option<u32> {
    let at = find(bytes, sign.as_bytes())? + sign.len();
    let digits: Vec<u8> = bytes[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

fn reference(file: &[u8], sign: &str) -> Option<u32> {
    let resources = find(file, b"/Resources")?;
    number_after(&file[resources..], sign)
}

fn stream(object: &[u8]) -> Option<&[u8]> {
    let begin = find(object, b"stream\n")? + 7;
    let end = find(object, b"\nendstream")?;
    object.get(begin..end)
}

/// A literal or hexadecimal string at the start: its bytes and how long it is written.
fn string(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    if bytes[0] == b'<' {
        let end = find(bytes, b">").expect("an end");
        let hex = std::str::from_utf8(&bytes[1..end]).unwrap();
        out.extend((0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()));
        return (out, end + 1);
    }
    let (mut at, mut depth) = (1, 1);
    while depth > 0 {
        match bytes[at] {
            b'\\' => {
                at += 1;
                match bytes[at] {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'b' => out.push(8),
                    b'f' => out.push(12),
                    digit @ b'0'..=b'7' => {
                        let octal = std::str::from_utf8(&bytes[at..at + 3]).unwrap();
                        assert!(digit < b'4');
                        out.push(u8::from_str_radix(octal, 8).unwrap());
                        at += 2;
                    }
                    other => out.push(other),
                }
            }
            b'(' => {
                depth += 1;
                out.push(b'(');
            }
            b')' => {
                depth -= 1;
                if depth > 0 {
                    out.push(b')');
                }
            }
            other => out.push(other),
        }
        at += 1;
    }
    (out, at)
}

/// The letters of a font by their codes.
fn cmap_of(object: &[u8]) -> BTreeMap<u16, String> {
    let text = String::from_utf8_lossy(stream(object).expect("letters")).into_owned();
    let mut letters = BTreeMap::new();
    let mut ranges = false;
    let code = |hex: &str| u16::from_str_radix(hex, 16).unwrap();
    for line in text.lines() {
        if line.ends_with("beginbfrange") || line.ends_with("beginbfchar") {
            ranges = line.ends_with("beginbfrange");
        }
        let parts: Vec<&str> = line.split(['<', '>', ' ']).filter(|part| !part.is_empty()).collect();
        if !line.starts_with('<') || line.contains("FFFF") || line.contains("ffff") {
            continue;
        }
        let letter = |hex: &str, plus: u16| {
            let mut units: Vec<u16> = (0..hex.len()).step_by(4).map(|i| code(&hex[i..i + 4])).collect();
            *units.last_mut().unwrap() += plus;
            String::from_utf16(&units).unwrap()
        };
        match (ranges, parts.as_slice()) {
            (true, [from, to, first]) => {
                for plus in 0..=(code(to) - code(from)) {
                    letters.insert(code(from) + plus, letter(first, plus));
                }
            }
            (false, [from, first]) => {
                letters.insert(code(from), letter(first, 0));
            }
            _ => {}
        }
    }
    letters
}
