//! How input is broken: bytes, lines, numbers, members, and words that mean something to its format.

use xtask::fuzz::rounds::Source;

use super::tree::{Named, Node, Packing};

/// No file grows beyond this.
const LARGEST: usize = 256 << 10;

/// Numbers that are at the edge of something.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "4294967296",
    "2147483648",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999999999999999999999",
    "1e308",
    "1e-400",
    "1e999999999",
    "0.0000000000000000000000000000000000001",
    "79228162514264337593543950335",
    "00000000000000000000000000000000000001",
    "NaN",
    "inf",
    "0x7fffffffffffffff",
    "1_000",
    "1,000.50",
    "253402300800",
    "-62135596801",
    "\u{ff11}\u{ff12}",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "2024-02-30",
    "2024-03-31 02:30:00",
    "2024-11-03 01:30:00",
    "9999-12-31 23:59:60",
    "10000-01-01",
    "-9999-01-01",
];

/// What is opened and never closed.
const OPENERS: &[&str] =
    &["(", "[", "{", "<a>", "{\"a\":", "[1,", "<![CDATA[", "/*", "'", "\"", "\\", "a.", "../", "%25", "- "];

/// Words of every format that is text.
const WORDS: &[&str] = &[
    "..",
    "../../../../etc/passwd",
    "/etc/shadow",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{fffd}",
    "\u{1b}[31m",
    "\r",
    "\n",
    "\r\n\r\n",
    "\t",
    "=",
    ":",
    ";",
    ",",
    "#",
    "'",
    "\"",
    "`",
    "\\",
    "$(id)",
    "${HOME}",
    "%00",
    "%zz",
    "NULL",
    "null",
    "true",
    "\u{130}",
    "\u{1f469}\u{200d}\u{1f4bb}",
];

/// Changes the files of an input and what holds them.
pub fn change(source: &mut Source, input: &mut Vec<Named>, others: &[Named], tokens: &[&str]) {
    for (_, node) in input.iter_mut() {
        if source.below(4) == 0 {
            members(source, node);
        }
        let mut files = node.files();
        if files.is_empty() {
            continue;
        }
        // Mostly one file of an archive, rarely none, rarely many.
        let many = if source.below(6) == 0 { source.below(6) } else { 1 };
        for _ in 0..many {
            let at = source.below(files.len());
            let other = other_file(source, others);
            bytes(source, files[at], &other, tokens);
        }
    }
    if input.len() > 1 && source.below(16) == 0 {
        let gone = source.below(input.len());
        input.remove(gone);
    }
}

fn other_file(source: &mut Source, others: &[Named]) -> Vec<u8> {
    let Some((_, node)) = others.get(source.below(others.len())) else { return Vec::new() };
    let mut node = node.clone();
    let files = node.files();
    files.get(source.below(files.len())).map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// Drops, doubles, renames and moves members.
fn members(source: &mut Source, node: &mut Node) {
    let Some(list) = node.some_list(source) else { return };
    let here = source.below(list.len());
    match source.below(7) {
        0 if !list.is_empty() => drop(list.remove(here)),
        1 if !list.is_empty() && list.len() < 400 => list.push(list[here].clone()),
        2 if !list.is_empty() => source.mutate_with(&mut list[here].0, WORDS),
        3 if !list.is_empty() => {
            let begin = source.one_of(&["/", "../", "./", "a/../../", "./././", "x/"]).as_bytes().to_vec();
            list[here].0.splice(0..0, begin);
        }
        4 if list.len() > 1 => {
            let there = source.below(list.len());
            list.swap(here, there);
        }
        5 if list.len() > 1 => {
            // One member's content under another's name.
            let there = source.below(list.len());
            list[here].1 = list[there].1.clone();
        }
        _ if !list.is_empty() => {
            let inner = std::mem::replace(&mut list[here].1, Node::File(Vec::new()));
            let packing = *source.one_of(&[&Packing::Tar, &Packing::Gzip, &Packing::Zstd]);
            list[here].1 = Node::Packed(packing, vec![(b"inner".to_vec(), inner)]);
        }
        _ => {}
    }
}

/// Changes the bytes of one file a few times.
fn bytes(source: &mut Source, bytes: &mut Vec<u8>, other: &[u8], tokens: &[&str]) {
    for _ in 0..=source.below(4) {
        let at = source.below(bytes.len() + 1);
        match source.below(14) {
            0 => source.mutate_with(bytes, tokens),
            1 => source.mutate_with(bytes, WORDS),
            2 | 3 => number(source, bytes),
            4 => insert(bytes, at, source.one_of(tokens).as_bytes()),
            5 => value(source, bytes, tokens),
            6 => {
                // Two inputs become one.
                let from = source.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            7 => {
                let (from, to) = line(source, other);
                let piece = other[from..to].to_vec();
                let (start, _) = line(source, bytes);
                insert(bytes, start, &piece);
            }
            8 => {
                let (from, to) = line(source, bytes);
                bytes.drain(from..to);
            }
            9 => {
                let (from, to) = line(source, bytes);
                let piece = bytes[from..to].to_vec();
                let many = if source.below(6) == 0 { source.below(2_000) } else { 1 };
                let many = many.min(LARGEST / piece.len().max(1));
                insert(bytes, to, &piece.repeat(many));
            }
            10 => {
                let (from, to) = line(source, bytes);
                let piece: Vec<u8> = bytes.drain(from..to).collect();
                let (start, _) = line(source, bytes);
                insert(bytes, start, &piece);
            }
            11 => {
                let opener =
                    source.one_of(OPENERS).repeat(source.one_of(&[&1_usize, &63, &65, &300, &4_000]).to_owned());
                insert(bytes, at, opener.as_bytes());
            }
            12 => {
                let broken: [&[u8]; 6] =
                    [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe4\xf6\xfc"];
                insert(bytes, at, source.one_of(&broken));
            }
            _ => {
                let long =
                    [*source.one_of(&[&b'a', &b'9', &b' ', &b'\n', &0, &0xff, &b'.'])].repeat(source.below(5_000));
                insert(bytes, at, &long);
            }
        }
        bytes.truncate(LARGEST);
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// A line, with its end.
fn line(source: &mut Source, bytes: &[u8]) -> (usize, usize) {
    let at = source.below(bytes.len());
    let from = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let to = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    (from, to)
}

/// Another number where one stands.
fn number(source: &mut Source, bytes: &mut Vec<u8>) {
    let at = source.below(bytes.len());
    let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let to = bytes[from..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |end| from + end);
    let other = source.one_of(NUMBERS);
    bytes.splice(from..to, other.bytes());
}

/// Another value between quotes, or behind an equal sign or colon.
fn value(source: &mut Source, bytes: &mut Vec<u8>, tokens: &[&str]) {
    let at = source.below(bytes.len());
    let begin = bytes[at..].iter().position(|byte| b"'\"=:>,".contains(byte));
    let Some(from) = begin.map(|found| at + found + 1) else { return };
    let end = bytes[from..].iter().position(|byte| b"'\"\n<,;)".contains(byte));
    let to = end.map_or(bytes.len(), |end| from + end);
    let other = match source.below(4) {
        0 => source.one_of(NUMBERS).to_owned(),
        1 => source.one_of(WORDS).to_owned(),
        2 => source.text(30),
        _ => source.one_of(tokens).to_owned(),
    };
    bytes.splice(from..to, other.bytes());
}

/// What is put into a good input, and must come out of it: as a fact, a record, or in a gap that names it.
#[derive(Debug, Clone, Copy)]
pub enum Plant {
    /// Nothing: not everything in such a file is told by name.
    Nothing,
    /// A line.
    Line(&'static str),
    /// A key of an object in a list.
    Json,
    /// An element, anywhere.
    Xml,
    /// Before one of these: what is put there.
    Before(&'static [(&'static str, &'static str)]),
}

/// Stands in everything that is planted.
pub const PLANTED: &str = "zzplanted";

/// Plants it into one file of an input, where there is a place for it.
pub fn plant(source: &mut Source, input: &mut [Named], plant: Plant) -> bool {
    let at = source.below(input.len());
    let Some((_, node)) = input.get_mut(at) else { return false };
    let mut files = node.files();
    if let Plant::Before(places) = plant {
        // Of an archive, only files with such a place.
        let has_place = |text: &str| places.iter().any(|(before, _)| text.contains(before));
        files.retain(|bytes| has_place(&String::from_utf8_lossy(bytes)));
    }
    let at = source.below(files.len());
    let Some(bytes) = files.get_mut(at) else { return false };
    let (at, text) = match plant {
        Plant::Nothing => return false,
        Plant::Line(text) => (line(source, bytes).0, text.to_owned()),
        Plant::Json => {
            let Some(at) = behind(source, bytes, b'{') else { return false };
            // What stands around the list of an answer is of the answer, not of the source.
            let before = bytes[..at - 1].iter().rfind(|byte| !byte.is_ascii_whitespace());
            if !before.is_some_and(|byte| b"[,".contains(byte)) {
                return false;
            }
            let is_empty = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'}');
            (at, format!("\"zzplanted\":\"zzplantedzz\"{}", if is_empty { "" } else { "," }))
        }
        Plant::Before(places) => {
            let found = |(before, text): &(&str, &'static str)| {
                let before = before.as_bytes();
                let starts: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(before)).collect();
                starts.into_iter().map(|at| (at, *text)).collect::<Vec<_>>()
            };
            let all: Vec<(usize, &str)> = places.iter().flat_map(found).collect();
            let Some((at, text)) = all.get(source.below(all.len())) else { return false };
            (*at, (*text).to_owned())
        }
        Plant::Xml => {
            let Some(at) = behind(source, bytes, b'>') else { return false };
            (at, "<zzplanted>zzplantedzz</zzplanted>".to_owned())
        }
    };
    insert(bytes, at, text.as_bytes());
    true
}

/// The place behind one of these bytes.
fn behind(source: &mut Source, bytes: &[u8], wanted: u8) -> Option<usize> {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == wanted).collect();
    places.get(source.below(places.len())).map(|at| at + 1)
}
