//! Rows in DbUnit's flat XML: one element a row, named after its table, one attribute a column.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use super::{Column, Event, Header, Row, Skipped, Value, Visit};
use crate::{Limits, Refusal, RefusalCode};

/// Bytes that one element may still take; quick-xml itself would hold a gigabyte.
#[derive(Clone)]
struct Meter(Rc<Cell<usize>>);

/// A source that ends in an error when one element takes too many bytes, and counts lines.
struct Metered<R> {
    source: R,
    meter: Meter,
    lines: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.meter.0.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "an element that is too large"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.meter.0.set(self.meter.0.get().saturating_sub(count));
        let lines = self.source.fill_buf().map_or(0, |bytes| bytes.iter().take(count).filter(|b| **b == b'\n').count());
        self.lines.set(self.lines.get().saturating_add(u64::try_from(lines).unwrap_or(0)));
        self.source.consume(count);
    }
}

pub(super) fn read(path: &Path, name: &str, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Refusal> {
    let file = File::open(path).map_err(|error| Refusal::new(RefusalCode::Unreadable, name, error))?;
    read_from(BufReader::new(file), name, limits, visit)
}

pub(super) fn read_from(
    source: impl BufRead,
    name: &str,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), Refusal> {
    let meter = Meter(Rc::new(Cell::new(limits.item_bytes)));
    let lines = Rc::new(Cell::new(1));
    let mut reader = Reader::from_reader(Metered { source, meter: meter.clone(), lines: lines.clone() });
    let mut empty: HashSet<String> = HashSet::new();
    let mut buffer = Vec::new();
    let mut depth = 0usize;
    let refusal =
        |code, reason: &dyn std::fmt::Display| Refusal::new(code, format_args!("{name} line {}", lines.get()), reason);
    loop {
        meter.0.set(limits.item_bytes);
        buffer.clear();
        let line = lines.get();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) if error.kind() == io::ErrorKind::QuotaExceeded => {
                return Err(refusal(RefusalCode::TooLarge, &error));
            }
            Err(quick_xml::Error::Syntax(error)) => return Err(refusal(RefusalCode::Truncated, &error)),
            Err(error) => return Err(refusal(RefusalCode::Syntax, &error)),
        };
        match event {
            Xml::Empty(element) if depth == 1 && is_row(&element) => row(&element, line, visit)?,
            Xml::Start(element) if depth == 1 && is_row(&element) => {
                row(&element, line, visit)?;
                depth = depth.saturating_add(1);
            }
            Xml::Start(element) => {
                if depth == 0 && element.local_name().as_ref() != b"dataset" {
                    return Err(refusal(RefusalCode::NotThisFormat, &"the document is not a <dataset> of rows"));
                }
                if depth >= 2 {
                    inside_a_row(&element, line, visit)?;
                }
                if depth >= limits.depth {
                    return Err(refusal(RefusalCode::TooLarge, &"elements nested too deeply"));
                }
                depth = depth.saturating_add(1);
            }
            Xml::Empty(element) if depth >= 2 => inside_a_row(&element, line, visit)?,
            // An element without attributes says that its table is there and has no rows.
            Xml::Empty(element) if depth == 1 => {
                let table = String::from_utf8_lossy(element.name().as_ref()).to_ascii_lowercase();
                if empty.len() < 1_000 && empty.insert(table.clone()) {
                    visit(Event::Table(table))?;
                }
            }
            Xml::End(_) => depth = depth.saturating_sub(1),
            Xml::DocType(text) if text.windows(8).any(|part| part.eq_ignore_ascii_case(b"<!ENTITY")) => {
                return Err(refusal(RefusalCode::Hostile, &"the document declares entities"));
            }
            Xml::Eof if depth > 0 => return Err(refusal(RefusalCode::Truncated, &"it ends inside an element")),
            Xml::Eof => return Ok(()),
            Xml::Text(text) if !text.iter().all(u8::is_ascii_whitespace) => {
                let (what, reason) = ("text".to_owned(), "text between rows is not read");
                visit(Event::Skipped(Skipped { what, line, reason, is_row: false }))?;
            }
            Xml::CData(text) if !text.iter().all(u8::is_ascii_whitespace) => {
                let (what, reason) = ("text".to_owned(), "text between rows is not read");
                visit(Event::Skipped(Skipped { what, line, reason, is_row: false }))?;
            }
            _ => {}
        }
    }
}

fn inside_a_row(element: &BytesStart<'_>, line: u64, visit: &mut Visit<'_>) -> Result<(), Refusal> {
    let what = String::from_utf8_lossy(element.name().as_ref()).chars().take(40).collect();
    visit(Event::Skipped(Skipped { what, line, reason: "an element inside a row is not read", is_row: false }))
}

fn is_row(element: &BytesStart<'_>) -> bool {
    element.attributes().next().is_some()
}

fn row(element: &BytesStart<'_>, line: u64, visit: &mut Visit<'_>) -> Result<(), Refusal> {
    let table = String::from_utf8_lossy(element.name().as_ref()).to_ascii_lowercase();
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for attribute in element.attributes() {
        let Ok(attribute) = attribute else {
            let reason = "an attribute that cannot be parsed, or stands twice";
            return visit(Event::Skipped(Skipped { what: table, line, reason, is_row: true }));
        };
        let column = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let raw = attribute.value.as_ref();
        let text = std::str::from_utf8(raw).ok().and_then(|raw| quick_xml::escape::unescape(raw).ok());
        columns.push(Column::named(&column));
        // An unknown entity stays as it is written.
        values.push(Value::Text(text.map_or_else(|| raw.to_vec(), |text| text.into_owned().into_bytes())));
    }
    let header = Rc::new(Header { table, columns, absent: Vec::new() });
    Row::new(header, values, line).map_or(Ok(()), |row| visit(Event::Row(row)))
}
