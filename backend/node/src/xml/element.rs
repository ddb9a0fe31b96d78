//! A document as a tree: small enough for libvirt's documents, which are a few kilobytes.

use quick_xml::Reader;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Deeper documents are refused rather than walked.
const DEEPEST: usize = 64;

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document cannot be read at byte {position}: {reason}")]
pub struct XmlFault {
    /// Where reading stopped.
    pub position: u64,
    /// Why.
    pub reason: String,
}

/// One element with everything inside it. Comments are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The same element with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The same element with this text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The same element with one more child.
    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    /// The same element with one more child, if there is one.
    #[must_use]
    pub fn maybe(self, child: Option<Element>) -> Self {
        match child {
            Some(child) => self.child(child),
            None => self,
        }
    }

    /// The same element, without the children of one name inside the children of another.
    #[must_use]
    pub fn without(mut self, parent: &str, name: &str) -> Self {
        for child in self.children.iter_mut().filter(|child| child.name == parent) {
            child.children.retain(|inner| inner.name != name);
        }
        self
    }

    /// The element's name, with its prefix if it has one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All attributes in document order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// All children in document order.
    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.children.iter()
    }

    /// Children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child along a path of names separated by `/`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Element> {
        let mut here = self;
        for name in path.split('/') {
            here = here.children.iter().find(|child| child.name == name)?;
        }
        Some(here)
    }

    /// The text at a path, without surrounding blanks; none if empty.
    #[must_use]
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).map(|found| found.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text directly inside this element.
    #[must_use]
    pub fn own_text(&self) -> &str {
        self.text.trim()
    }

    /// Writes the document. Characters that XML cannot carry are dropped.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing into memory has no way to fail.
        let _ = self.write(&mut writer);
        String::from_utf8(writer.into_inner()).unwrap_or_default()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let mut start = BytesStart::new(self.name.as_str());
        for (key, value) in &self.attributes {
            start.push_attribute((key.as_str(), carried(value).as_str()));
        }
        if self.children.is_empty() && self.text.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&carried(&self.text))))?;
        }
        for child in &self.children {
            child.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`XmlFault`] if it is not well formed, is too deep, or has no element.
    pub fn parse(document: &str) -> Result<Self, XmlFault> {
        let mut reader = Reader::from_str(document);
        reader.config_mut().check_end_names = true;
        let mut open: Vec<Element> = Vec::new();
        let mut root: Option<Element> = None;
        loop {
            let event = reader
                .read_event()
                .map_err(|fault| XmlFault { position: reader.error_position(), reason: fault.to_string() })?;
            let here = reader.buffer_position();
            let refuse = |reason: &str| XmlFault { position: here, reason: reason.to_owned() };
            match event {
                Event::Start(start) => {
                    if open.len() >= DEEPEST {
                        return Err(refuse("nested too deep"));
                    }
                    open.push(begun(&start, here)?);
                }
                Event::Empty(start) => close(begun(&start, here)?, &mut open, &mut root),
                Event::End(_) => match open.pop() {
                    Some(done) => close(done, &mut open, &mut root),
                    None => return Err(refuse("an end without a start")),
                },
                Event::Text(text) => {
                    if let Some(top) = open.last_mut() {
                        let text = text.decode().map_err(|fault| refuse(&fault.to_string()))?;
                        top.text.push_str(&text);
                    }
                }
                Event::CData(text) => {
                    if let Some(top) = open.last_mut() {
                        let text = text.decode().map_err(|fault| refuse(&fault.to_string()))?;
                        top.text.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|fault| refuse(&fault.to_string()))?;
                    let meant = reference
                        .resolve_char_ref()
                        .map_err(|fault| refuse(&fault.to_string()))?
                        .map(String::from)
                        .or_else(|| predefined(&name).map(str::to_owned));
                    let Some(meant) = meant else {
                        return Err(refuse("an entity that is not predefined"));
                    };
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&meant);
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        match root {
            Some(root) if open.is_empty() => Ok(root),
            _ => Err(XmlFault { position: reader.buffer_position(), reason: "the document ends too early".to_owned() }),
        }
    }
}

/// The text without what XML 1.0 cannot carry, such as NUL and escape.
fn carried(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')))
        .collect()
}

fn predefined(name: &str) -> Option<&'static str> {
    match name {
        "lt" => Some("<"),
        "gt" => Some(">"),
        "amp" => Some("&"),
        "apos" => Some("'"),
        "quot" => Some("\""),
        _ => None,
    }
}

fn begun(start: &BytesStart<'_>, position: u64) -> Result<Element, XmlFault> {
    let fault = |reason: String| XmlFault { position, reason };
    let name = std::str::from_utf8(start.name().into_inner()).map_err(|problem| fault(problem.to_string()))?.to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|problem| fault(problem.to_string()))?;
        let key =
            std::str::from_utf8(attribute.key.into_inner()).map_err(|problem| fault(problem.to_string()))?.to_owned();
        let value = attribute.unescape_value().map_err(|problem| fault(problem.to_string()))?.into_owned();
        attributes.push((key, value));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => {
            root.get_or_insert(done);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let nasty = "a<b>&\"'\u{1}\0ü]]>";
        let written = Element::new("x").with("k", nasty).child(Element::new("y").text(nasty)).to_xml();
        let read = Element::parse(&written).unwrap();
        assert_eq!(read.attribute("k"), Some("a<b>&\"'ü]]>"));
        assert_eq!(read.text_at("y"), Some("a<b>&\"'ü]]>"));
    }

    #[test]
    fn broken_documents_are_refused_and_do_not_panic() {
        let deep = "<a>".repeat(5000);
        for document in ["", "<a>", "</a>", "<a><b></a>", "<a b=c/>", "<a>&nope;</a>", "x", deep.as_str()] {
            assert!(Element::parse(document).is_err(), "{document:.20}");
        }
    }

    #[test]
    fn a_document_type_cannot_define_entities() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"boom\">]><a>&b;</a>";
        assert!(Element::parse(bomb).is_err());
    }
}
