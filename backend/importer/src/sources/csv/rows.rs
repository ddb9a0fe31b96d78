//! Rows of a CSV file, as text.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::snapshot::{Gap, GapKind};
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// One row.
pub(super) struct Row {
    pub line: u64,
    cells: Vec<String>,
}

impl Row {
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Cells that the header has no names for.
    pub(super) fn beyond(&self, columns: usize) -> impl Iterator<Item = (String, String)> + '_ {
        (columns..self.cells.len()).map(|column| (column_name(column), self.cell(column).to_owned()))
    }
}

fn column_name(column: usize) -> String {
    format!("column {}", column.saturating_add(1))
}

/// Stops a reader that was asked for more bytes than one row may have: a quote that nothing closes.
struct Bounded {
    file: File,
    since: Rc<Cell<usize>>,
    most: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        let since = self.since.get().saturating_add(count);
        self.since.set(since);
        if since > self.most {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row that is larger than is read"));
        }
        Ok(count)
    }
}

/// The rows of a file behind its header.
pub(super) struct Rows {
    path: PathBuf,
    reader: ::csv::Reader<BufReader<Bounded>>,
    since: Rc<Cell<usize>>,
    header: Vec<String>,
    record: ::csv::ByteRecord,
    start: u64,
    last_from: Option<u64>,
    most: usize,
    is_done: bool,
}

impl Rows {
    pub(super) fn open(path: &Path, delimiter: Option<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let refuse = |code, reason: &dyn std::fmt::Display| Refusal::new(code, path.display(), reason);
        let mut file = File::open(path).map_err(|error| refuse(RefusalCode::Unreadable, &error))?;
        let mut head = Vec::new();
        (&mut file).take(65_536).read_to_end(&mut head).map_err(|error| refuse(RefusalCode::Unreadable, &error))?;
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(refuse(RefusalCode::NotThisFormat, &"UTF-16; save the file as UTF-8"));
        }
        if head.iter().filter(|byte| **byte == 0).count() > 2 {
            return Err(refuse(RefusalCode::NotThisFormat, &"the file is not text"));
        }
        let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        file.seek(SeekFrom::Start(start)).map_err(|error| refuse(RefusalCode::Unreadable, &error))?;
        let since = Rc::new(Cell::new(0));
        let bounded = Bounded { file, since: Rc::clone(&since), most: limits.item_bytes.saturating_add(131_072) };
        let delimiter = delimiter.unwrap_or_else(|| guess(&head));
        let reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(BufReader::with_capacity(65_536, bounded));
        let mut rows = Self {
            path: path.to_owned(),
            reader,
            since,
            header: Vec::new(),
            record: ::csv::ByteRecord::new(),
            start,
            last_from: None,
            most: limits.item_bytes,
            is_done: false,
        };
        match rows.reader.read_byte_record(&mut rows.record) {
            Ok(true) => rows.header = header(&rows.record),
            Ok(false) => return Err(refuse(RefusalCode::NotThisFormat, &"the file is empty")),
            Err(error) => return Err(refuse(RefusalCode::Syntax, &error)),
        }
        Ok(rows)
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row that has a value. What is odd about rows is counted.
    pub(super) fn next(&mut self, gaps: &mut Tally) -> Option<Row> {
        while !self.is_done {
            self.since.set(0);
            let place = self.path.display().to_string();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => {
                    self.is_done = true;
                    self.open_quote(gaps);
                    break;
                }
                Err(error) => {
                    self.is_done = true;
                    let reason = format!("the rest of the file cannot be read: {error}");
                    gaps.add(Gap::new(GapKind::PartUnread, place, reason));
                    break;
                }
            }
            let line = self.record.position().map_or(0, ::csv::Position::line);
            self.last_from = self.record.position().map(::csv::Position::byte);
            let at = format!("{place}: line {line}");
            if self.record.iter().all(<[u8]>::is_empty) {
                gaps.add(Gap::new(GapKind::Skipped, at, "an empty row"));
                continue;
            }
            if self.record.len() < self.header.len() {
                gaps.add(Gap::new(GapKind::FactLost, at, "a row with fewer cells than the header"));
            } else if self.record.len() > self.header.len() {
                gaps.add(Gap::new(
                    GapKind::FactChanged,
                    at,
                    "a row with more cells than the header; they are kept without names",
                ));
            }
            return Some(Row { line, cells: self.record.iter().map(text).collect() });
        }
        None
    }

    /// A quote that nothing closes makes one cell of all that follows: the last row tells.
    fn open_quote(&self, gaps: &mut Tally) {
        let Some(from) = self.last_from.and_then(|from| from.checked_add(self.start)) else { return };
        let most = u64::try_from(self.most).unwrap_or(u64::MAX);
        let mut tail = Vec::new();
        let read = File::open(&self.path)
            .and_then(|mut file| file.seek(SeekFrom::Start(from)).map(|_| file))
            .and_then(|file| file.take(most).read_to_end(&mut tail));
        if read.is_err() || tail.iter().filter(|byte| **byte == b'"').count().is_multiple_of(2) {
            return;
        }
        let lines = tail.iter().filter(|byte| **byte == b'\n').count().max(1);
        let reason =
            "the last row has a quotation mark that nothing closes; the lines behind it were taken as one cell";
        let place = self.path.display();
        gaps.add(Gap::new(GapKind::FactChanged, place, reason).times(u64::try_from(lines).unwrap_or(1)));
    }
}

/// The names of columns: unique, and one for each.
fn header(record: &::csv::ByteRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    // A header may be thousands of equal names: each is looked up once, and counting goes on where it was.
    let mut taken: HashSet<String> = HashSet::new();
    let mut counts: HashMap<String, u32> = HashMap::new();
    for (column, cell) in record.iter().enumerate() {
        let name = text(cell).trim().to_owned();
        let name = if name.is_empty() { column_name(column) } else { name };
        let mut unique = name.clone();
        let count = counts.entry(name.clone()).or_insert(1);
        while !taken.insert(unique.clone()) {
            *count = count.saturating_add(1);
            unique = format!("{name} ({count})");
        }
        names.push(unique);
    }
    names
}

/// The delimiter that the first line has most of, outside quotes.
fn guess(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut in_quotes = false;
    for byte in head {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' if !in_quotes => break,
            _ if in_quotes => {}
            _ => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// Bytes that are no UTF-8 are Windows-1252, as spreadsheets write it.
fn text(cell: &[u8]) -> String {
    std::str::from_utf8(cell)
        .map(str::to_owned)
        .unwrap_or_else(|_not_utf8| cell.iter().map(|byte| western(*byte)).collect())
}

/// What Windows-1252 has where Latin 1 has control characters.
const WESTERN: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

fn western(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|at| WESTERN.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}
