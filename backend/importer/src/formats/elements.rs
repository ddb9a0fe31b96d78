//! XML as trees, one top-level element after the other, from a stream of any length.
//!
//! Bounded: the bytes, elements and depth of one tree. Deliberately absent: document types
//! and entities beyond XML's own five (refused as hostile), external anything, comments.

use std::cell::Cell;
use std::io::{BufRead, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::{Limits, Refusal, RefusalCode};

/// Elements of one tree. Documents of hypervisors have a few hundred.
const MOST_ELEMENTS: usize = 200_000;

/// One element with all that is inside it. A reader takes out what it understands; what
/// stays behind is what it has to answer for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The name; its prefix, if any, is the well-known one of its namespace.
    pub name: String,
    /// Attributes in document order, without namespace declarations.
    pub attributes: Vec<(String, String)>,
    /// Elements directly inside.
    pub children: Vec<Element>,
    /// Text directly inside, CDATA included.
    pub text: String,
}

impl Element {
    /// Takes an attribute out.
    pub fn take_attribute(&mut self, name: &str) -> Option<String> {
        let at = self.attributes.iter().position(|(key, _)| key == name)?;
        Some(self.attributes.remove(at).1)
    }

    /// Looks at an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Takes the first child of a name out.
    pub fn take(&mut self, name: &str) -> Option<Element> {
        let at = self.children.iter().position(|child| child.name == name)?;
        Some(self.children.remove(at))
    }

    /// Takes all children of a name out.
    pub fn take_all(&mut self, name: &str) -> Vec<Element> {
        let (taken, rest) = std::mem::take(&mut self.children).into_iter().partition(|child| child.name == name);
        self.children = rest;
        taken
    }

    /// Takes the text out, without blanks around it; none where nothing is left.
    pub fn take_text(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.text);
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Whether everything was taken out.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.attributes.is_empty() && self.children.is_empty() && self.text.trim().is_empty()
    }
}

/// A reader that ends with an error when one tree uses up its budget of bytes.
struct Metered<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = {
            let mut ready = self.fill_buf()?;
            ready.read(into)?
        };
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let left = self.left.get();
        let ready = self.inner.fill_buf()?;
        if left == 0 && !ready.is_empty() {
            return Err(std::io::Error::other("too large"));
        }
        Ok(ready.get(..left.min(ready.len())).unwrap_or(ready))
    }

    fn consume(&mut self, count: usize) {
        self.left.set(self.left.get().saturating_sub(count));
        self.inner.consume(count);
    }
}

/// Reads trees from a stream.
pub struct Documents<R: BufRead> {
    reader: Reader<Metered<R>>,
    left: Rc<Cell<usize>>,
    limits: Limits,
    place: String,
    /// Top-level elements that only hold others of interest.
    wrappers: &'static [&'static str],
    /// Namespaces and the prefix that is given to each.
    namespaces: &'static [(&'static str, &'static str)],
    /// Prefixes in scope: how deep they were declared, prefix, namespace.
    scopes: Vec<(usize, String, String)>,
    inside_wrapper: bool,
    /// Prefixes that the wrapper declared: they stay until it ends.
    of_wrapper: usize,
    any: bool,
}

impl<R: BufRead> Documents<R> {
    /// Reads from a stream; `place` names it in refusals.
    pub fn new(
        input: R,
        place: &str,
        limits: &Limits,
        wrappers: &'static [&'static str],
        namespaces: &'static [(&'static str, &'static str)],
    ) -> Self {
        let left = Rc::new(Cell::new(limits.item_bytes));
        let reader = Reader::from_reader(Metered { inner: input, left: Rc::clone(&left) });
        Self {
            reader,
            left,
            limits: *limits,
            place: place.to_owned(),
            wrappers,
            namespaces,
            scopes: Vec::new(),
            inside_wrapper: false,
            of_wrapper: 0,
            any: false,
        }
    }

    /// The next tree, or none at the end of the stream.
    ///
    /// # Errors
    /// A [`Refusal`] for what is no XML, ends in the middle, is too large or deep, or
    /// declares a document type or entities. Nothing can be read after it.
    pub fn next_tree(&mut self) -> Result<Option<Element>, Refusal> {
        let mut open: Vec<Element> = Vec::new();
        let mut count = 0_usize;
        let mut buffer = Vec::new();
        self.left.set(self.limits.item_bytes);
        loop {
            buffer.clear();
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event.into_owned(),
                Err(fault) => return Err(self.fault(&fault)),
            };
            match event {
                Event::Start(start) => {
                    let is_wrapper = open.is_empty()
                        && !self.inside_wrapper
                        && self.wrappers.iter().any(|name| name.as_bytes() == start.name().as_ref());
                    let element = self.element(&start, open.len())?;
                    if is_wrapper {
                        self.inside_wrapper = true;
                        self.of_wrapper = self.scopes.len();
                        continue;
                    }
                    self.grow(&mut count, open.len())?;
                    open.push(element);
                }
                Event::Empty(start) => {
                    self.grow(&mut count, open.len())?;
                    let element = self.element(&start, open.len())?;
                    self.leave(open.len());
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(Some(self.done(element))),
                    }
                }
                Event::End(_) => {
                    let Some(element) = open.pop() else {
                        self.inside_wrapper = false;
                        self.any = true;
                        self.of_wrapper = 0;
                        self.scopes.clear();
                        continue;
                    };
                    self.leave(open.len());
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(Some(self.done(element))),
                    }
                }
                Event::Text(text) => {
                    let text = text.decode().map_err(|fault| self.refuse(RefusalCode::Syntax, fault))?;
                    self.text(&mut open, &text)?;
                }
                Event::CData(text) => {
                    let text = text.decode().map_err(|fault| self.refuse(RefusalCode::Syntax, fault))?;
                    self.text(&mut open, &text)?;
                }
                Event::GeneralRef(reference) => {
                    let character = self.reference(&reference)?;
                    self.text(&mut open, character.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => {
                    return Err(self.refuse(RefusalCode::Hostile, "a document type is declared, which is never read"));
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => {
                    return if !open.is_empty() || self.inside_wrapper {
                        Err(self.refuse(RefusalCode::Truncated, "the document ends before its elements do"))
                    } else if self.any {
                        Ok(None)
                    } else {
                        Err(self.refuse(RefusalCode::NotThisFormat, "there is no XML element in it"))
                    };
                }
            }
        }
    }

    fn done(&mut self, element: Element) -> Element {
        self.any = true;
        element
    }

    fn grow(&self, count: &mut usize, depth: usize) -> Result<(), Refusal> {
        *count = count.saturating_add(1);
        if *count > MOST_ELEMENTS {
            return Err(
                self.refuse(RefusalCode::TooLarge, format!("more than {MOST_ELEMENTS} elements in one document"))
            );
        }
        if depth >= self.limits.depth {
            return Err(self.refuse(RefusalCode::TooLarge, format!("elements are nested more than {depth} deep")));
        }
        Ok(())
    }

    fn element(&mut self, start: &BytesStart<'_>, depth: usize) -> Result<Element, Refusal> {
        let mut element = Element::default();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|fault| self.refuse(RefusalCode::Syntax, fault))?;
            let name = self.utf8(attribute.key.as_ref())?;
            let value = attribute
                .decode_and_unescape_value(self.reader.decoder())
                .map_err(|fault| match fault {
                    quick_xml::Error::Escape(quick_xml::escape::EscapeError::UnrecognizedEntity(..)) => {
                        self.refuse(RefusalCode::Hostile, "an entity is used, which is never expanded")
                    }
                    other => self.refuse(RefusalCode::Syntax, other),
                })?
                .into_owned();
            match name.strip_prefix("xmlns:") {
                Some(prefix) => self.scopes.push((depth, prefix.to_owned(), value)),
                None if name == "xmlns" => {}
                None => element.attributes.push((name, value)),
            }
        }
        let name = self.utf8(start.name().as_ref())?;
        element.name = self.known_name(name);
        Ok(element)
    }

    /// The name with the prefix that readers know its namespace by.
    fn known_name(&self, name: String) -> String {
        let Some((prefix, local)) = name.split_once(':') else { return name };
        let uri = self.scopes.iter().rev().find(|(_, known, _)| known == prefix).map(|(_, _, uri)| uri.as_str());
        let known = uri.and_then(|uri| self.namespaces.iter().find(|(known, _)| *known == uri));
        match known {
            Some((_, prefix)) => format!("{prefix}:{local}"),
            None => name,
        }
    }

    /// Forgets the prefixes that an element declared.
    fn leave(&mut self, depth: usize) {
        let is_over =
            |scopes: &[(usize, String, String)]| scopes.last().is_some_and(|(declared, ..)| *declared >= depth);
        while self.scopes.len() > self.of_wrapper && is_over(&self.scopes) {
            self.scopes.pop();
        }
    }

    fn text(&self, open: &mut [Element], text: &str) -> Result<(), Refusal> {
        match open.last_mut() {
            Some(element) => element.text.push_str(text),
            // A byte order mark is no text.
            None if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
            None if self.any || self.inside_wrapper => {
                return Err(self.refuse(RefusalCode::Syntax, "there is text outside of all elements"));
            }
            None => return Err(self.refuse(RefusalCode::NotThisFormat, "it does not begin as XML")),
        }
        Ok(())
    }

    fn reference(&self, reference: &BytesRef<'_>) -> Result<char, Refusal> {
        let character = reference.resolve_char_ref().map_err(|fault| self.refuse(RefusalCode::Syntax, fault))?;
        if let Some(character) = character {
            return Ok(character);
        }
        let name: &[u8] = reference;
        match name {
            b"lt" => Ok('<'),
            b"gt" => Ok('>'),
            b"amp" => Ok('&'),
            b"apos" => Ok('\''),
            b"quot" => Ok('"'),
            _ => Err(self.refuse(RefusalCode::Hostile, "an entity is used, which is never expanded")),
        }
    }

    fn utf8(&self, bytes: &[u8]) -> Result<String, Refusal> {
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|fault| self.refuse(RefusalCode::Syntax, fault))
    }

    fn fault(&self, fault: &quick_xml::Error) -> Refusal {
        match fault {
            quick_xml::Error::Io(_) if self.left.get() == 0 => {
                let most = self.limits.item_bytes;
                self.refuse(RefusalCode::TooLarge, format!("one document is larger than {most} bytes"))
            }
            quick_xml::Error::Io(fault) => self.refuse(RefusalCode::Unreadable, fault),
            quick_xml::Error::Syntax(fault) => self.refuse(RefusalCode::Truncated, fault),
            other => self.refuse(RefusalCode::Syntax, other),
        }
    }

    fn refuse(&self, code: RefusalCode, reason: impl std::fmt::Display) -> Refusal {
        let reason: String = reason.to_string().chars().take(200).collect();
        Refusal::new(code, format_args!("{}, byte {}", self.place, self.reader.buffer_position()), reason)
    }
}
