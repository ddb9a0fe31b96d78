//! mbox files: messages one after the other behind `From ` lines.
//!
//! Four habits are in use. Lines of a message that begin with `From ` are quoted with `>` (mboxo),
//! with one more `>` than they had (mboxrd), not at all but counted by `Content-Length` (mboxcl2), or
//! both (mboxcl). A length is believed where a message ends there; quoting is undone otherwise.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use hostwright_kernel::Instant;

use super::identity::Headers;

/// Where in the file a message is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte behind the `From ` line.
    pub start: u64,
    /// Bytes.
    pub len: u64,
    /// The moment that the `From ` line tells, which has no time zone.
    pub date: Option<Instant>,
    /// Lines that are quoted.
    pub quoted: u64,
    /// Quoting is to be undone.
    pub is_quoted: bool,
    /// The file ends within its headers.
    pub is_cut: bool,
}

/// What an mbox file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Its messages.
    pub spans: Vec<Span>,
    /// Bytes before the first `From ` line.
    pub stray: u64,
    /// There are more messages than are read.
    pub has_more: bool,
}

const CHUNK: u64 = 8_192;

/// Lines in pieces: a line may be of any length.
struct Pieces<R> {
    reader: BufReader<R>,
    at: u64,
    is_line_start: bool,
}

impl<R: Read + Seek> Pieces<R> {
    /// The next piece of a line, where it begins, and whether a line begins with it.
    fn next(&mut self, piece: &mut Vec<u8>) -> io::Result<Option<(u64, bool)>> {
        piece.clear();
        (&mut self.reader).take(CHUNK).read_until(b'\n', piece)?;
        if piece.is_empty() {
            return Ok(None);
        }
        let found = (self.at, self.is_line_start);
        self.at = self.at.saturating_add(u64::try_from(piece.len()).unwrap_or(0));
        self.is_line_start = piece.last() == Some(&b'\n');
        Ok(Some(found))
    }

    fn go_to(&mut self, at: u64) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(at))?;
        self.at = at;
        self.is_line_start = true;
        Ok(())
    }
}

/// Whether a file begins as an mbox file does.
#[must_use]
pub fn is_mbox(head: &[u8]) -> bool {
    head.starts_with(b"From ") && separator(head.split(|byte| *byte == b'\n').next().unwrap_or_default()).is_some()
}

/// Finds the messages of a file.
///
/// # Errors
/// Those of reading the file.
pub fn index(path: &Path, most: usize) -> io::Result<Index> {
    let mut probe = File::open(path)?;
    let total = probe.metadata()?.len();
    let mut pieces = Pieces { reader: BufReader::new(File::open(path)?), at: 0, is_line_start: true };
    let mut index = Index::default();
    let mut piece = Vec::new();
    let mut open: Option<Span> = None;
    let mut head: Vec<u8> = Vec::new();
    let mut in_head = false;
    // Bytes of the last line if it was empty: it may be the one that stands before a `From ` line.
    let mut blank = 0u64;
    while let Some((at, is_line_start)) = pieces.next(&mut piece)? {
        let line = piece.strip_suffix(b"\n").unwrap_or(&piece);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let strength = if is_line_start { separator(line) } else { None };
        // A line that is `From ` in every part needs no empty line before it.
        if let Some(found) = strength.filter(|found| at == 0 || blank > 0 || found.is_strict) {
            if let Some(span) = open.take() {
                index.spans.push(closed(span, at.saturating_sub(blank), in_head));
            } else if index.spans.is_empty() {
                index.stray = at;
            }
            if index.spans.len() >= most {
                index.has_more = true;
                return Ok(index);
            }
            open = Some(Span { start: pieces.at, date: found.date, is_quoted: true, ..Span::default() });
            head.clear();
            in_head = true;
            blank = 0;
            continue;
        }
        blank = if is_line_start && line.is_empty() { u64::try_from(piece.len()).unwrap_or(0) } else { 0 };
        let Some(span) = &mut open else { continue };
        if is_line_start && is_quoted(&piece) {
            span.quoted = span.quoted.saturating_add(1);
        }
        if !in_head {
            continue;
        }
        if !(is_line_start && line.is_empty()) {
            if head.len() < 262_144 {
                head.extend_from_slice(&piece);
            }
            continue;
        }
        in_head = false;
        let Some(len) = Headers::read(&head).content_length else { continue };
        let Some(end) = pieces.at.checked_add(len).filter(|end| *end <= total) else { continue };
        if ends_here(&mut probe, end, total)? {
            let (raw, quoted) = from_lines(&mut pieces, end)?;
            span.quoted = span.quoted.saturating_add(quoted);
            // Lines that begin with `From ` and are not quoted: nothing else is quoted, either.
            span.is_quoted = raw == 0;
            let span = open.take().unwrap_or_default();
            let start = span.start;
            index.spans.push(Span { len: end.saturating_sub(start), ..span });
            let next = after_blank(&mut probe, end)?;
            pieces.go_to(next)?;
            blank = 1;
        }
    }
    match open {
        Some(span) => index.spans.push(closed(span, total.saturating_sub(blank), in_head && !head.is_empty())),
        None if index.spans.is_empty() => index.stray = total,
        None => {}
    }
    Ok(index)
}

fn closed(span: Span, end: u64, is_cut: bool) -> Span {
    Span { len: end.saturating_sub(span.start), is_cut, ..span }
}

fn is_quoted(line: &[u8]) -> bool {
    let level = line.iter().take_while(|byte| **byte == b'>').count();
    level > 0 && line.get(level..).is_some_and(|rest| rest.starts_with(b"From "))
}

/// Goes up to an offset and counts lines with `From `, as they are and quoted.
fn from_lines<R: Read + Seek>(pieces: &mut Pieces<R>, end: u64) -> io::Result<(u64, u64)> {
    let (mut raw, mut quoted) = (0u64, 0u64);
    let mut piece = Vec::new();
    while pieces.at < end {
        let Some((_, is_line_start)) = pieces.next(&mut piece)? else { break };
        if is_line_start && piece.starts_with(b"From ") {
            raw = raw.saturating_add(1);
        } else if is_line_start && is_quoted(&piece) {
            quoted = quoted.saturating_add(1);
        }
    }
    Ok((raw, quoted))
}

fn bytes_at(probe: &mut File, at: u64, count: u64) -> io::Result<Vec<u8>> {
    probe.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    probe.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the next message begins behind the empty line after one.
fn after_blank(probe: &mut File, end: u64) -> io::Result<u64> {
    let bytes = bytes_at(probe, end, 2)?;
    let skip = match bytes.as_slice() {
        [b'\n', ..] => 1,
        [b'\r', b'\n'] => 2,
        _ => 0,
    };
    Ok(end.saturating_add(skip))
}

/// Whether a message may end at an offset: the file ends there, or another begins.
fn ends_here(probe: &mut File, end: u64, total: u64) -> io::Result<bool> {
    let next = after_blank(probe, end)?;
    if next >= total {
        return Ok(true);
    }
    let ahead = bytes_at(probe, next, 200)?;
    Ok(separator(ahead.split(|byte| *byte == b'\n').next().unwrap_or_default()).is_some())
}

/// What a `From ` line tells.
struct Separator {
    date: Option<Instant>,
    /// It has a sender and a whole date.
    is_strict: bool,
}

/// Reads a line such as `From someone@host  Fri Feb 22 17:06:23 2008`.
fn separator(line: &[u8]) -> Option<Separator> {
    let text = String::from_utf8_lossy(line.strip_prefix(b"From ")?).into_owned();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let month = words.iter().position(|word| MONTHS.contains(word));
    let date = month.and_then(|month| moment(words.get(month..)?));
    let has_time = words.iter().any(|word| is_time(word));
    let is_weekday = |word: &&str| WEEKDAYS.contains(word);
    let is_strict = date.is_some()
        && month.is_some_and(|month| month >= 2 && words.get(month.saturating_sub(1)).is_some_and(is_weekday));
    (date.is_some() || has_time).then_some(Separator { date, is_strict })
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `Feb 22 17:06:23 2008`, a time zone anywhere behind the time.
fn moment(words: &[&str]) -> Option<Instant> {
    let month = i8::try_from(MONTHS.iter().position(|month| Some(month) == words.first())?.checked_add(1)?).ok()?;
    let day: i8 = words.get(1)?.parse().ok()?;
    let time = words.get(2).filter(|word| is_time(word))?;
    let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0));
    let year: i16 =
        words.iter().skip(3).find_map(|word| word.parse().ok().filter(|year| (1970..=9999).contains(year)))?;
    let at = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let offset = words.iter().skip(3).find_map(|word| offset(word)).unwrap_or(jiff::tz::Offset::UTC);
    Instant::from_micros(offset.to_timestamp(at).ok()?.as_microsecond()).ok()
}

fn offset(word: &str) -> Option<jiff::tz::Offset> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1i32, digits),
        None => (1, word.strip_prefix('+')?),
    };
    if digits.len() != 4 {
        return None;
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = hours.parse::<i32>().ok()?.checked_mul(60)?.checked_add(minutes.parse::<i32>().ok()?)?;
    jiff::tz::Offset::from_seconds(minutes.checked_mul(60)?.checked_mul(sign)?).ok()
}

/// Opens one message; quoting is undone while it is read.
///
/// # Errors
/// Those of the file.
pub fn open(path: &Path, span: &Span) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(span.start))?;
    let part = file.take(span.len);
    if span.is_quoted && span.quoted > 0 {
        Ok(Box::new(Unquoted { reader: BufReader::new(part), piece: Vec::new(), at: 0, is_line_start: true }))
    } else {
        Ok(Box::new(part))
    }
}

struct Unquoted<R> {
    reader: BufReader<R>,
    piece: Vec<u8>,
    at: usize,
    is_line_start: bool,
}

impl<R: Read> Read for Unquoted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.piece.len() {
            self.piece.clear();
            (&mut self.reader).take(CHUNK).read_until(b'\n', &mut self.piece)?;
            self.at = usize::from(self.is_line_start && is_quoted(&self.piece));
            self.is_line_start = self.piece.last() == Some(&b'\n');
        }
        let left = self.piece.get(self.at..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), left.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}
