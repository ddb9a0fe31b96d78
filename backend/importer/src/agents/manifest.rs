//! `agent.manifest`: what the guide's schema says of it, and the rest kept as it is.

use std::io::Write;

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::names::MANIFEST_NAMESPACE;
use crate::{Limits, Refusal, RefusalCode};

/// So large may a manifest be.
const LARGEST: usize = 1 << 20;

/// An element with everything inside it, for parts whose meaning is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name as written, prefix included.
    pub name: String,
    /// Attributes as written.
    pub attributes: Vec<(String, String)>,
    /// Its text, where it holds no elements; joined and without space around it otherwise.
    pub text: String,
    /// Elements inside.
    pub children: Vec<Element>,
}

/// How the agent is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// A command line over SSH. What the guide's settings hold is not known; it is kept.
    Ssh(Element),
    /// SOAP over HTTP. Kept, and not spoken: its operations are not known.
    Webservice(Element),
}

/// The manifest of an agent package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Letter, then letters, digits, dots and underscores; at least two characters.
    pub source_system: String,
    /// Three numbers with dots.
    pub version: String,
    /// How the agent is reached.
    pub connection: Connection,
    /// Kept as it is.
    pub features: Option<Element>,
    /// Names or holds a stylesheet; kept as it is.
    pub platform_transformation: Option<String>,
    /// The same for accounts.
    pub account_transformation: Option<String>,
    /// The same for services.
    pub services_transformation: Option<String>,
    /// Whatever else stands in it.
    pub rest: Vec<Element>,
}

impl Manifest {
    /// A manifest of an agent that is reached over SSH.
    #[must_use]
    pub fn new(source_system: &str, version: &str) -> Self {
        Self {
            source_system: source_system.to_owned(),
            version: version.to_owned(),
            connection: Connection::Ssh(Element { name: "ssh".to_owned(), ..Element::default() }),
            features: None,
            platform_transformation: None,
            account_transformation: None,
            services_transformation: None,
            rest: Vec::new(),
        }
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// A [`Refusal`] for what is no manifest by the guide's schema.
    pub fn parse(text: &[u8], place: &str, limits: &Limits) -> Result<Self, Refusal> {
        if text.len() > LARGEST {
            return Err(Refusal::new(RefusalCode::TooLarge, place, format!("a manifest of more than {LARGEST} bytes")));
        }
        let root = Element::parse(text, place, limits.depth)?;
        let invalid = |reason: String| Refusal::new(RefusalCode::Invalid, place, reason);
        let namespace = match root.name.split_once(':') {
            Some((prefix, _)) => root.attribute(&format!("xmlns:{prefix}")),
            None => root.attribute("xmlns"),
        };
        // The guide's own page prints a space before the address.
        let is_ours = namespace.is_none_or(|uri| uri.trim() == MANIFEST_NAMESPACE);
        if root.local() != "manifest" || !is_ours {
            let reason = format!("the root element is not manifest of '{MANIFEST_NAMESPACE}'");
            return Err(Refusal::new(RefusalCode::NotThisFormat, place, reason));
        }
        let (mut system, mut version, mut connection, mut features) = (None, None, None, None);
        let (mut platform, mut account, mut services, mut rest) = (None, None, None, Vec::new());
        for child in root.children {
            match child.local() {
                "sourceSystem" if system.is_none() => system = Some(child.text),
                "version" if version.is_none() => version = Some(child.text),
                "connectionSettings" if connection.is_none() => connection = Some(child),
                "features" if features.is_none() => features = Some(child),
                "platformTransformation" if platform.is_none() => platform = Some(child.text),
                "accountTransformation" if account.is_none() => account = Some(child.text),
                "servicesTransformation" if services.is_none() => services = Some(child.text),
                _ => rest.push(child),
            }
        }
        let missing = |name: &str| invalid(format!("{name} is missing"));
        let mut settings = connection.ok_or_else(|| missing("connectionSettings"))?.children.into_iter();
        let connection = match (settings.next(), settings.next()) {
            (Some(one), None) if one.local() == "ssh" => Connection::Ssh(one),
            (Some(one), None) if one.local() == "webservice" => Connection::Webservice(one),
            _ => return Err(invalid("connectionSettings holds neither just ssh nor just webservice".to_owned())),
        };
        let manifest = Self {
            source_system: system.ok_or_else(|| missing("sourceSystem"))?.trim().to_owned(),
            version: version.ok_or_else(|| missing("version"))?.trim().to_owned(),
            connection,
            features,
            platform_transformation: platform,
            account_transformation: account,
            services_transformation: services,
            rest,
        };
        manifest.check().map_err(invalid)?;
        Ok(manifest)
    }

    /// The facets of the schema's simple types.
    fn check(&self) -> Result<(), String> {
        let name = self.source_system.as_bytes();
        let is_inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
        let ends =
            name.first().is_some_and(u8::is_ascii_alphabetic) && name.last().is_some_and(u8::is_ascii_alphanumeric);
        if !(2..=128).contains(&name.len()) || !ends || !name.iter().all(is_inside) {
            return Err("sourceSystem is not a letter, then letters, digits, dots and underscores".to_owned());
        }
        let numbers: Vec<&str> = self.version.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() != 3 || !numbers.iter().all(is_number) || self.version.len() > 128 {
            return Err("version is not three numbers with dots".to_owned());
        }
        Ok(())
    }

    /// Writes the manifest.
    #[must_use]
    pub fn to_xml(&self) -> Vec<u8> {
        let leaf =
            |name: &str, text: &str| Element { name: name.to_owned(), text: text.to_owned(), ..Element::default() };
        let (Connection::Ssh(connection) | Connection::Webservice(connection)) = &self.connection;
        let mut children = vec![leaf("sourceSystem", &self.source_system), leaf("version", &self.version)];
        children.push(Element {
            name: "connectionSettings".to_owned(),
            children: vec![connection.clone()],
            ..Element::default()
        });
        children.extend(self.features.clone());
        children.extend(self.platform_transformation.as_deref().map(|text| leaf("platformTransformation", text)));
        children.extend(self.account_transformation.as_deref().map(|text| leaf("accountTransformation", text)));
        children.extend(self.services_transformation.as_deref().map(|text| leaf("servicesTransformation", text)));
        children.extend(self.rest.iter().cloned());
        let attributes = vec![
            ("xmlns".to_owned(), MANIFEST_NAMESPACE.to_owned()),
            ("xmlns:xsi".to_owned(), "http://www.w3.org/2001/XMLSchema-instance".to_owned()),
            ("xsi:schemaLocation".to_owned(), format!("{MANIFEST_NAMESPACE} AgentManifest.xsd")),
        ];
        let root = Element { name: "manifest".to_owned(), attributes, text: String::new(), children };
        let mut out = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
        let mut writer = Writer::new_with_indent(&mut out, b' ', 2);
        // Writing to memory does not fail.
        let _ = root.write(&mut writer);
        out.push(b'\n');
        out
    }
}

impl Element {
    /// The name without its prefix.
    #[must_use]
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn parse(text: &[u8], place: &str, max_depth: usize) -> Result<Self, Refusal> {
        let refuse = |code, reason: String| Refusal::new(code, place, reason);
        let mut reader = Reader::from_reader(text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            let event = reader.read_event().map_err(|error| refuse(RefusalCode::Syntax, error.to_string()))?;
            match event {
                Event::Start(start) => {
                    if root.is_some() {
                        return Err(refuse(RefusalCode::Syntax, "something follows the root element".into()));
                    }
                    if open.len() >= max_depth {
                        return Err(refuse(RefusalCode::TooLarge, "too many elements are nested".into()));
                    }
                    open.push(Self::begin(&start).map_err(|reason| refuse(RefusalCode::Syntax, reason))?);
                }
                Event::End(_) => {
                    let Some(mut done) = open.pop() else { continue };
                    if !done.children.is_empty() {
                        done.text = done.text.trim().to_owned();
                    }
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => root = Some(done),
                    }
                }
                Event::Text(text) => add(&mut open, &String::from_utf8_lossy(&text)),
                Event::CData(text) => add(&mut open, &String::from_utf8_lossy(&text)),
                Event::GeneralRef(name) => {
                    let written = String::from_utf8_lossy(&name).into_owned();
                    let c = match written.as_str() {
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "amp" => Some('&'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => name.resolve_char_ref().ok().flatten(),
                    };
                    let c = c.ok_or_else(|| refuse(RefusalCode::Hostile, "an entity that XML does not have".into()))?;
                    add(&mut open, c.encode_utf8(&mut [0; 4]));
                }
                Event::DocType(_) => {
                    return Err(refuse(RefusalCode::Hostile, "a document type declaration".into()));
                }
                Event::Eof if open.is_empty() => {
                    return root.ok_or_else(|| refuse(RefusalCode::NotThisFormat, "there is no element".into()));
                }
                Event::Eof => return Err(refuse(RefusalCode::Truncated, "it ends inside an element".into())),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self { name: String::from_utf8_lossy(start.name().as_ref()).into_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.unescape_value().map_err(|error| error.to_string())?;
            element.attributes.push((String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value.into_owned()));
        }
        Ok(element)
    }

    fn write<W: Write>(&self, writer: &mut Writer<W>) -> std::io::Result<()> {
        let mut start = BytesStart::new(self.name.as_str());
        for (key, value) in &self.attributes {
            start.push_attribute((key.as_str(), value.as_str()));
        }
        if self.text.is_empty() && self.children.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&self.text)))?;
        }
        for child in &self.children {
            child.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
