//! The elements of a document one after the other: bounded, without a DTD, with only the five entities
//! that XML itself has.

use std::fmt;
use std::io::BufRead;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader};

use super::super::NAMESPACE;
use super::super::bounded::{Bounded, is_overrun};
use super::super::notes::Notes;
use super::escape;
use crate::{Limits, Refusal, RefusalCode};

/// Why a value could not be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The document cannot be read on.
    Whole(Refusal),
    /// Only this record is bad.
    Record(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(refusal) => refusal.fmt(f),
            Self::Record(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Record(reason.to_string())
    }
}

/// What stands between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// An element of ours begins; its name is in [`Events::name`].
    Open,
    /// The element around ends.
    Close,
    /// The document ends.
    End,
}

/// Reads elements.
pub(super) struct Events<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    max_depth: usize,
    place: String,
    /// `hw:` where the document writes `<hw:party>`; empty where it has a default namespace.
    prefix: Vec<u8>,
    /// Elements that are open.
    pub(super) depth: usize,
    /// The name of the element that began last, without prefix.
    pub(super) name: Vec<u8>,
    /// It belongs to another namespace.
    is_foreign: bool,
    /// It says `escaped="true"`.
    is_escaped: bool,
    /// The text of the leaf that was read last.
    pub(super) text: String,
    /// What was not understood, and where the reading is.
    pub(super) notes: Notes,
}

impl<R: BufRead> Events<R> {
    pub(super) fn new(input: R, place: &str, limits: &Limits) -> Self {
        let mut reader = Reader::from_reader(Bounded::new(input, limits.item_bytes));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            max_depth: limits.depth,
            place: place.to_owned(),
            prefix: Vec::new(),
            depth: 0,
            name: Vec::new(),
            is_foreign: false,
            is_escaped: false,
            text: String::new(),
            notes: Notes::default(),
        }
    }

    /// A new entry begins: it may take as much as any other.
    pub(super) fn begin_item(&mut self) {
        self.reader.get_mut().begin();
    }

    /// The byte that is read next.
    pub(super) fn position(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// The document is refused here.
    pub(super) fn refuse(&self, code: RefusalCode, reason: impl fmt::Display) -> Refusal {
        Refusal::new(code, format!("{}: byte {}", self.place, self.position()), reason)
    }

    /// Reads the root element and the namespace that it declares, and gives its version.
    pub(super) fn root(&mut self) -> Result<Option<String>, Fault> {
        loop {
            let event = next(&mut self.reader, &mut self.buffer, &self.place)?;
            match event {
                Event::Start(start) => {
                    self.depth = 1;
                    let (prefix, version) = open_root(&start, &self.place)?;
                    self.prefix = prefix;
                    return Ok(version);
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    if encoding.is_some_and(|name| !name.eq_ignore_ascii_case(b"utf-8")) {
                        return Err(Fault::Whole(self.refuse(RefusalCode::NotThisFormat, "only UTF-8 is read")));
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if is_blank(&text) => {}
                Event::DocType(_) => return Err(self.doctype()),
                Event::Eof => return Err(Fault::Whole(self.refuse(RefusalCode::Truncated, "there is no element"))),
                _ => return Err(Fault::Whole(self.refuse(RefusalCode::NotThisFormat, "this is not XML"))),
            }
        }
    }

    /// Goes to the next element of ours at this level, or to the end of the element around it. What stands
    /// between and is neither is noted.
    pub(super) fn next_tag(&mut self) -> Result<Tag, Fault> {
        loop {
            let event = next(&mut self.reader, &mut self.buffer, &self.place)?;
            match event {
                Event::Start(start) => {
                    self.depth = self.depth.saturating_add(1);
                    self.is_foreign = false;
                    self.is_escaped = false;
                    let full = start.name();
                    let full = full.as_ref();
                    self.name.clear();
                    match full.strip_prefix(self.prefix.as_slice()) {
                        Some(local) if !local.contains(&b':') => self.name.extend_from_slice(local),
                        _ => {
                            self.is_foreign = true;
                            self.name.extend_from_slice(full);
                        }
                    }
                    let attributes = start.attributes_raw();
                    if !attributes.iter().all(u8::is_ascii_whitespace) {
                        let start = start.into_owned();
                        self.attributes(&start)?;
                    }
                    if self.depth > self.max_depth {
                        return Err(self.too_deep());
                    }
                    if self.is_foreign {
                        self.lose("an element of another namespace")?;
                        continue;
                    }
                    return Ok(Tag::Open);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Tag::Close);
                }
                Event::Text(text) => {
                    if !is_blank(&text) {
                        self.note("text between elements", b"");
                    }
                }
                Event::CData(_) | Event::GeneralRef(_) => self.note("text between elements", b""),
                // The reader shows an empty element as one that begins and ends.
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
                Event::Decl(_) => return Err(self.syntax("a second XML declaration")),
                Event::DocType(_) => return Err(self.doctype()),
                Event::Eof => {
                    if self.depth > 0 {
                        return Err(self.truncated());
                    }
                    return Ok(Tag::End);
                }
            }
        }
    }

    /// Reads the element that is open as a leaf, to its end; the value is then in [`Events::text`].
    pub(super) fn leaf(&mut self) -> Result<(), Fault> {
        self.text.clear();
        let is_escaped = self.is_escaped;
        loop {
            let event = next(&mut self.reader, &mut self.buffer, &self.place)?;
            match event {
                Event::Text(text) => push(&mut self.text, &text)?,
                Event::CData(text) => push(&mut self.text, &text)?,
                Event::GeneralRef(name) => match resolve(&name) {
                    Some(c) => self.text.push(c),
                    None => {
                        let reason = format!("an entity that XML does not have: &{};", short(&name));
                        return Err(Fault::Whole(self.refuse(RefusalCode::Hostile, reason)));
                    }
                },
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    break;
                }
                Event::Start(start) => {
                    self.depth = self.depth.saturating_add(1);
                    self.name.clear();
                    self.name.extend_from_slice(start.name().as_ref());
                    self.lose("an element inside a value")?;
                }
                // The reader shows an empty element as one that begins and ends.
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
                Event::Decl(_) => return Err(self.syntax("a second XML declaration")),
                Event::DocType(_) => return Err(self.doctype()),
                Event::Eof => return Err(self.truncated()),
            }
        }
        if is_escaped {
            self.text = escape::unescape(&self.text)
                .ok_or_else(|| Fault::Record("a backslash that is no escape, in a value that says escaped".into()))?;
        }
        Ok(())
    }

    /// Notes the element that is open as unknown and reads over it.
    pub(super) fn lose(&mut self, what: &'static str) -> Result<(), Fault> {
        let name = std::mem::take(&mut self.name);
        self.note(what, &name);
        self.name = name;
        self.skip_to(self.depth.saturating_sub(1))
    }

    /// Reads until only so many elements are open.
    pub(super) fn skip_to(&mut self, depth: usize) -> Result<(), Fault> {
        while self.depth > depth {
            match next(&mut self.reader, &mut self.buffer, &self.place)? {
                Event::Start(_) => {
                    self.depth = self.depth.saturating_add(1);
                    if self.depth > self.max_depth {
                        return Err(self.too_deep());
                    }
                }
                Event::End(_) => self.depth = self.depth.saturating_sub(1),
                Event::DocType(_) => return Err(self.doctype()),
                Event::Eof => return Err(self.truncated()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes something unknown at this place.
    fn note(&mut self, what: &'static str, name: &[u8]) {
        let at = self.position();
        self.notes.lose(what, name, at);
    }

    fn attributes(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.syntax(error))?;
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                b"xmlns" if self.prefix.is_empty() => self.is_foreign |= value != NAMESPACE.as_bytes(),
                b"escaped" => self.is_escaped = matches!(value, b"true" | b"1"),
                key if key == b"xmlns" || key.starts_with(b"xmlns:") => {
                    let is_ours = self.prefix.strip_suffix(b":") == key.strip_prefix(b"xmlns:");
                    self.is_foreign |= is_ours && value != NAMESPACE.as_bytes();
                }
                b"xml:space" | b"xml:lang" => {}
                key => {
                    let mut path = self.name.clone();
                    path.extend_from_slice(b"/@");
                    path.extend_from_slice(key);
                    self.note("an attribute", &path);
                }
            }
        }
        Ok(())
    }

    fn doctype(&self) -> Fault {
        Fault::Whole(self.refuse(RefusalCode::Hostile, "a document type declaration; snapshots have none"))
    }

    fn too_deep(&self) -> Fault {
        Fault::Whole(self.refuse(RefusalCode::TooLarge, format!("more than {} elements are nested", self.max_depth)))
    }

    fn truncated(&self) -> Fault {
        Fault::Whole(self.refuse(RefusalCode::Truncated, "the document ends inside an element"))
    }

    fn syntax(&self, reason: impl fmt::Display) -> Fault {
        Fault::Whole(self.refuse(RefusalCode::Syntax, reason))
    }
}

/// The next event. The bounds and the syntax errors become refusals.
fn next<'b, R: BufRead>(
    reader: &mut Reader<Bounded<R>>,
    buffer: &'b mut Vec<u8>,
    place: &str,
) -> Result<Event<'b>, Fault> {
    buffer.clear();
    reader.read_event_into(buffer).map_err(|error| {
        let (code, reason) = match &error {
            Error::Io(cause) if is_overrun(cause) => {
                (RefusalCode::TooLarge, "one entry takes more than is held in memory".to_owned())
            }
            Error::Io(cause) => (RefusalCode::Unreadable, cause.to_string()),
            // The bound also shows as a tag or comment that ends in the middle.
            Error::Syntax(_) if reader.get_ref().left() == 0 => {
                (RefusalCode::TooLarge, "one entry takes more than is held in memory".to_owned())
            }
            Error::Syntax(cause) => (RefusalCode::Truncated, cause.to_string()),
            Error::IllFormed(cause) if is_at_end(reader) => (RefusalCode::Truncated, cause.to_string()),
            Error::Encoding(_) => (RefusalCode::Syntax, "text that is not UTF-8".to_owned()),
            other => (RefusalCode::Syntax, other.to_string().chars().take(200).collect()),
        };
        Fault::Whole(Refusal::new(code, format!("{place}: byte {}", reader.error_position()), reason))
    })
}

fn is_at_end<R: BufRead>(reader: &mut Reader<Bounded<R>>) -> bool {
    reader.get_mut().fill_buf().is_ok_and(<[u8]>::is_empty)
}

/// The prefix that the root element gives our namespace, and its version.
fn open_root(start: &BytesStart<'_>, place: &str) -> Result<(Vec<u8>, Option<String>), Fault> {
    let refuse = |code, reason: String| Fault::Whole(Refusal::new(code, format!("{place}: root element"), reason));
    let name = start.name();
    let name = name.as_ref();
    let (prefix, local) = match name.iter().position(|b| *b == b':') {
        Some(at) => name.split_at(at.saturating_add(1)),
        None => (&[][..], name),
    };
    let (mut namespace, mut version) = (None, None);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| refuse(RefusalCode::Syntax, error.to_string()))?;
        let value = || String::from_utf8_lossy(&attribute.value).chars().take(80).collect::<String>();
        match attribute.key.as_ref() {
            b"version" => version = Some(value()),
            b"xmlns" if prefix.is_empty() => namespace = Some(value()),
            key if key.strip_prefix(b"xmlns:").is_some_and(|key| Some(key) == prefix.strip_suffix(b":")) => {
                namespace = Some(value());
            }
            _ => {}
        }
    }
    let namespace = namespace.unwrap_or_default();
    if local != b"snapshot" || namespace != NAMESPACE {
        let code = if local == b"snapshot" && namespace.starts_with("urn:hostwright:snapshot:") {
            RefusalCode::UnknownVersion
        } else {
            RefusalCode::NotThisFormat
        };
        let found = format!("{} of namespace '{namespace}'", short(local));
        return Err(refuse(code, format!("the root element is {found}, not snapshot of '{NAMESPACE}'")));
    }
    Ok((prefix.to_vec(), version))
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

fn short(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(40).filter(|c| !c.is_control()).collect()
}

/// Adds text of the document. A carriage return there is a line end, as XML says.
fn push(to: &mut String, text: &[u8]) -> Result<(), Fault> {
    let text = std::str::from_utf8(text).map_err(|_not_utf8| Fault::Record("text that is not UTF-8".into()))?;
    if !text.contains('\r') {
        to.push_str(text);
        return Ok(());
    }
    let mut lines = text.split('\r');
    to.push_str(lines.next().unwrap_or_default());
    for line in lines {
        to.push('\n');
        to.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
    Ok(())
}

/// The character of a reference: one of XML's five, or a number.
fn resolve(name: &BytesRef<'_>) -> Option<char> {
    let written: &[u8] = name;
    match written {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => name.resolve_char_ref().ok().flatten(),
    }
}
