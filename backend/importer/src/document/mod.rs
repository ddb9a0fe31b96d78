//! The snapshot as an open document: XML with a published XSD, and JSON. `docs/snapshot.md` tells people
//! who write exporters; `schema/snapshot-1.xsd` tells programs.
//!
//! Both forms hold the same: a header, then entries in any order. An entry is named after its
//! [`crate::Kind`], or `gap`, or `fact`; its fields are named as in [`crate::snapshot`]. In XML each field
//! is an element, a list holds one `item` a value, and nothing is an attribute but `version` on the root
//! and `escaped` on texts with characters that XML cannot hold.
//!
//! Invariants:
//! - what is written is read back equal, and the same entries give the same bytes;
//! - reading holds one entry at a time, of at most [`Limits::item_bytes`] and [`Limits::depth`];
//! - an unknown element, key or attribute is a [`crate::Gap`] with its path, told once with a count; a
//!   record that does not fit its type, or has no identifier, is a gap of its own; both end nothing;
//! - a document of another version, cut in the middle or with a DTD is a [`Refusal`].

mod bounded;
mod header;
mod json;
mod notes;
mod tagged;
mod xml;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

pub use header::Header;

use crate::sources::Input;
use crate::sources::files::each_file;
use crate::tally::Tally;
use crate::{Entry, Gap, GapKind, Limits, Refusal, RefusalCode, Sink};

#[cfg(test)]
mod shape;
#[cfg(test)]
mod tests;

/// The namespace of the XML form, and the value of `format` in the JSON form.
pub const NAMESPACE: &str = "urn:hostwright:snapshot:1";
/// The version that is written. Later versions of the same namespace (`1.1`) may add elements.
pub const VERSION: &str = "1";
/// The published schema of the XML form.
pub const SCHEMA: &str = include_str!("../../schema/snapshot-1.xsd");

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// XML.
    Xml,
    /// JSON.
    Json,
}

/// A document of which the header was read.
pub struct Document<R> {
    header: Header,
    reading: Reading<R>,
}

enum Reading<R> {
    Xml(Box<xml::Reading<R>>),
    Json(Box<json::Reading<R>>),
}

impl<R: BufRead> Document<R> {
    /// Reads up to the first entry. The form is told by the first character.
    ///
    /// # Errors
    /// A [`Refusal`] for what is no snapshot, or one of an unknown version.
    pub fn open(mut input: R, place: &str, limits: &Limits) -> Result<Self, Refusal> {
        match first_byte(&mut input, place)? {
            Some(b'<') => {
                let (reading, header) = xml::Reading::open(input, place, limits)?;
                Ok(Self { header, reading: Reading::Xml(Box::new(reading)) })
            }
            Some(b'{') => {
                let (reading, header) = json::Reading::open(input, place, limits)?;
                Ok(Self { header, reading: Reading::Json(Box::new(reading)) })
            }
            Some(_) => Err(Refusal::new(RefusalCode::NotThisFormat, place, "neither XML nor JSON in UTF-8")),
            None => Err(Refusal::new(RefusalCode::Truncated, place, "the document is empty")),
        }
    }

    /// What the document says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its form.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.reading {
            Reading::Xml(_) => Form::Xml,
            Reading::Json(_) => Form::Json,
        }
    }

    /// Hands every entry to the sink.
    ///
    /// # Errors
    /// A [`Refusal`] where the document cannot be read on, or the sink's own.
    pub fn read(self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        match self.reading {
            Reading::Xml(reading) => reading.read(sink),
            Reading::Json(reading) => reading.read(sink),
        }
    }
}

/// Skips a byte order mark and white space, and looks at what follows.
fn first_byte(input: &mut impl BufRead, place: &str) -> Result<Option<u8>, Refusal> {
    let refuse = |error: std::io::Error| Refusal::new(RefusalCode::Unreadable, place, error);
    let mark = input.fill_buf().map_err(refuse)?.starts_with(b"\xEF\xBB\xBF");
    if mark {
        input.consume(3);
    }
    loop {
        let chunk = input.fill_buf().map_err(refuse)?;
        if chunk.is_empty() {
            return Ok(None);
        }
        let blank = chunk.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let found = chunk.get(blank).copied();
        input.consume(blank);
        if found.is_some() {
            return Ok(found);
        }
    }
}

fn check_version(version: Option<&str>, place: &str) -> Result<(), Refusal> {
    let version = version.unwrap_or_default();
    let minor = version.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.'));
    match minor {
        _ if version == VERSION => Ok(()),
        Some(minor) if !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        _ => {
            let version: String = version.chars().take(20).collect();
            Err(Refusal::new(RefusalCode::UnknownVersion, place, format!("version '{version}'; {VERSION} is read")))
        }
    }
}

/// Opens the document in a file.
///
/// # Errors
/// As [`Document::open`], and where the file cannot be opened.
pub fn open_file(path: &Path, limits: &Limits) -> Result<Document<BufReader<File>>, Refusal> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|error| Refusal::new(RefusalCode::Unreadable, &place, error))?;
    Document::open(BufReader::with_capacity(1 << 16, file), &place, limits)
}

/// Reads documents, and all of a folder, as a source: what each header says becomes facts.
///
/// # Errors
/// As [`open_file`] and [`Document::read`].
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut gaps = Tally::default();
    for root in &input.paths {
        each_file(root, &input.limits, &mut gaps, &mut |path, gaps| {
            // Beside documents an agent's collection holds bundles of content.
            if path != root && !path.extension().is_some_and(|end| end == "xml" || end == "json") {
                gaps.add(Gap::new(GapKind::PartUnread, path.display(), "not a document"));
                return Ok(());
            }
            one(path, &input.limits, sink)
        })?;
    }
    gaps.flush(sink)
}

fn one(path: &Path, limits: &Limits, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let document = open_file(path, limits)?;
    let Header { source_kind, source_name, taken_at, generator } = document.header().clone();
    let facts = [
        ("source_kind", Some(source_kind)),
        ("source_name", source_name),
        ("taken_at", taken_at.map(|at| at.to_string())),
        ("generator", generator),
    ];
    for (name, value) in facts.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        sink.fact(name, value)?;
    }
    document.read(sink)
}

/// Writes a document, one entry after the other.
pub struct Writer<W: Write> {
    out: W,
    form: Form,
    buffer: Vec<u8>,
    is_first: bool,
}

/// So much is gathered before it is handed on.
const GATHERED: usize = 1 << 16;

impl<W: Write> Writer<W> {
    /// Begins a document.
    ///
    /// # Errors
    /// A [`Refusal`] where the output cannot be written.
    pub fn new(form: Form, out: W, header: &Header) -> Result<Self, Refusal> {
        let mut writer = Self { out, form, buffer: Vec::with_capacity(GATHERED), is_first: true };
        match form {
            Form::Xml => xml::begin(&mut writer.buffer, header)?,
            Form::Json => json::begin(&mut writer.buffer, header)?,
        }
        Ok(writer)
    }

    /// Writes the end. A document without it is read as cut.
    ///
    /// # Errors
    /// A [`Refusal`] where the output cannot be written.
    pub fn finish(mut self) -> Result<W, Refusal> {
        match self.form {
            Form::Xml => xml::end(&mut self.buffer),
            Form::Json => json::end(&mut self.buffer),
        }
        self.hand_on()?;
        self.out.flush().map_err(stopped)?;
        Ok(self.out)
    }

    fn hand_on(&mut self) -> Result<(), Refusal> {
        self.out.write_all(&self.buffer).map_err(stopped)?;
        self.buffer.clear();
        Ok(())
    }
}

fn stopped(error: std::io::Error) -> Refusal {
    Refusal::new(RefusalCode::Stopped, "the document that is written", error)
}

impl<W: Write> Sink for Writer<W> {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        match self.form {
            Form::Xml => xml::entry(&mut self.buffer, &entry)?,
            Form::Json => json::entry(&mut self.buffer, &entry, std::mem::take(&mut self.is_first))?,
        }
        if self.buffer.len() >= GATHERED { self.hand_on() } else { Ok(()) }
    }
}
