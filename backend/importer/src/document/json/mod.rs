//! The document as JSON: the same values under the same names.

mod scan;
mod tolerant;

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::notes::{Notes, reason_of};
use super::tagged::Tagged;
use super::xml::{nameless, skipped};
use super::{Header, NAMESPACE, VERSION, check_version};
use crate::snapshot::values::Extra;
use crate::{Entry, Gap, Kind, Limits, Record, Refusal, RefusalCode, Sink};
use scan::Scan;
use tolerant::{Margin, Tolerant};

/// A document that was read up to its first entry.
pub(super) struct Reading<R> {
    scan: Scan<R>,
    place: String,
    notes: Notes,
    buffer: Vec<u8>,
    /// The document has no entries.
    is_over: bool,
}

impl<R: BufRead> Reading<R> {
    pub(super) fn open(input: R, place: &str, limits: &Limits) -> Result<(Self, Header), Refusal> {
        let scan = Scan::new(input, place, limits);
        let mut reading =
            Self { scan, place: place.to_owned(), notes: Notes::default(), buffer: Vec::new(), is_over: false };
        if !reading.scan.take(b'{')? {
            return Err(reading.scan.refuse(RefusalCode::NotThisFormat, "this is no JSON object"));
        }
        let (mut is_snapshot, mut version, mut header) = (false, None, None);
        let mut is_first = true;
        while let Some(key) = reading.key(&mut is_first)? {
            match key.as_str() {
                "entries" => {
                    reading.scan.expect(b'[')?;
                    return Ok((
                        reading.checked(is_snapshot, version.as_deref(), header.is_some())?,
                        header.unwrap_or_default(),
                    ));
                }
                "format" => is_snapshot = reading.format()?,
                "version" => version = Some(reading.simple::<String>("version")?),
                "header" => header = Some(reading.simple::<Header>("header")?),
                _ => reading.lose(&key)?,
            }
        }
        reading.is_over = true;
        Ok((reading.checked(is_snapshot, version.as_deref(), header.is_some())?, header.unwrap_or_default()))
    }

    fn checked(self, is_snapshot: bool, version: Option<&str>, has_header: bool) -> Result<Self, Refusal> {
        if !is_snapshot {
            let reason = format!("it does not begin with \"format\": \"{NAMESPACE}\"");
            return Err(self.scan.refuse(RefusalCode::NotThisFormat, reason));
        }
        check_version(version, "version")?;
        if !has_header {
            return Err(self.scan.refuse(RefusalCode::Invalid, "the header does not come before the entries"));
        }
        Ok(self)
    }

    /// The next key of the outer object.
    fn key(&mut self, is_first: &mut bool) -> Result<Option<String>, Refusal> {
        if self.scan.take(b'}')? {
            return Ok(None);
        }
        if !std::mem::take(is_first) {
            self.scan.expect(b',')?;
        }
        let key = self.simple("key")?;
        self.scan.expect(b':')?;
        Ok(Some(key))
    }

    fn format(&mut self) -> Result<bool, Refusal> {
        let format: String = self.simple("format")?;
        if format != NAMESPACE && format.starts_with("urn:hostwright:snapshot:") {
            let reason = format!("only {NAMESPACE} is read");
            return Err(self.scan.refuse(RefusalCode::UnknownVersion, reason));
        }
        Ok(format == NAMESPACE)
    }

    /// A value without which the document cannot be read.
    fn simple<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Refusal> {
        self.scan.value(&mut self.buffer)?;
        self.notes.trail.push(name);
        let mut json = serde_json::Deserializer::from_slice(&self.buffer);
        let margin = Margin { notes: &mut self.notes, at: self.scan.position() };
        let value = T::deserialize(Tolerant { inner: &mut json, margin }).and_then(|value| json.end().map(|()| value));
        match value {
            Ok(value) => {
                self.notes.trail.clear();
                Ok(value)
            }
            Err(error) => {
                let reason = format!("{}: {}", self.notes.path(), reason_of("", &error.to_string()));
                Err(self.scan.refuse(RefusalCode::Invalid, reason))
            }
        }
    }

    fn lose(&mut self, key: &str) -> Result<(), Refusal> {
        self.notes.lose("a key", key.as_bytes(), self.scan.position());
        self.scan.value(&mut self.buffer)
    }

    /// Hands every entry to the sink.
    pub(super) fn read(mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        if !self.is_over {
            self.entries(sink)?;
            let mut is_first = false;
            while let Some(key) = self.key(&mut is_first)? {
                if matches!(key.as_str(), "entries" | "format" | "version" | "header") {
                    let reason = format!("'{key}' stands behind the entries");
                    return Err(self.scan.refuse(RefusalCode::Invalid, reason));
                }
                self.lose(&key)?;
            }
        }
        if self.scan.peek()?.is_some() {
            return Err(self.scan.refuse(RefusalCode::Syntax, "something follows the outer object"));
        }
        self.notes.tell(&self.place, sink)
    }

    fn entries(&mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let mut is_first = true;
        loop {
            if self.scan.take(b']')? {
                return Ok(());
            }
            if !std::mem::take(&mut is_first) {
                self.scan.expect(b',')?;
            }
            let at = self.scan.position();
            self.scan.value(&mut self.buffer)?;
            let mut json = serde_json::Deserializer::from_slice(&self.buffer);
            let margin = Margin { notes: &mut self.notes, at };
            match EntrySeed(margin).deserialize(&mut json).and_then(|entry| json.end().map(|()| entry)) {
                Ok(None) => {}
                Ok(Some(Entry::Record(record))) if record.id().is_empty() => {
                    sink.gap(nameless(record.kind(), &self.place, at))?;
                }
                Ok(Some(entry)) => sink.take(entry)?,
                // Its brackets are in order, so that the next entry can be found.
                Err(error) => {
                    let kind = self.notes.trail.first().and_then(|name| Kind::named(name));
                    sink.gap(skipped(kind, &self.notes.path(), &self.place, at, &error.to_string()))?;
                }
            }
            self.notes.trail.clear();
        }
    }
}

/// Reads `{"party": {..}}`; nothing where the name is not known.
struct EntrySeed<'n>(Margin<'n>);

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = Option<Entry>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = Option<Entry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one key, the kind of the entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Margin { notes, at } = self.0;
        let Some(name) = map.next_key::<Cow<'de, str>>()? else {
            return Err(A::Error::custom("an entry without a kind"));
        };
        let entry = match (Kind::named(&name), name.as_ref()) {
            (Some(kind), _) => {
                notes.trail.push(kind.as_str());
                Some(Entry::Record(map.next_value_seed(RecordSeed(kind, Margin { notes, at }))?))
            }
            (None, "gap") => {
                notes.trail.push("gap");
                let inner = PhantomData::<Gap>;
                Some(Entry::Gap(map.next_value_seed(Tolerant { inner, margin: Margin { notes, at } })?))
            }
            (None, "fact") => {
                notes.trail.push("fact");
                let inner = PhantomData::<Extra>;
                Some(Entry::Fact(map.next_value_seed(Tolerant { inner, margin: Margin { notes, at } })?))
            }
            _ => {
                notes.lose("a key", name.as_bytes(), at);
                map.next_value::<IgnoredAny>()?;
                None
            }
        };
        if map.next_key::<IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("an entry has one key, the kind"));
        }
        Ok(entry)
    }
}

struct RecordSeed<'n>(Kind, Margin<'n>);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Record, D::Error> {
        Record::deserialize(Tagged { name: self.0.as_str(), value: Tolerant { inner: input, margin: self.1 } })
    }
}

/// Adds the beginning of a document.
pub(super) fn begin(out: &mut Vec<u8>, header: &Header) -> Result<(), Refusal> {
    out.extend_from_slice(format!("{{\"format\":\"{NAMESPACE}\",\"version\":\"{VERSION}\",\n\"header\":").as_bytes());
    value(out, header)?;
    out.extend_from_slice(b",\n\"entries\":[");
    Ok(())
}

/// Adds one entry.
pub(super) fn entry(out: &mut Vec<u8>, entry: &Entry, is_first: bool) -> Result<(), Refusal> {
    out.extend_from_slice(if is_first { b"\n" } else { b",\n" });
    match entry {
        Entry::Record(record) => value(out, record),
        Entry::Gap(gap) => named(out, "gap", gap),
        Entry::Fact(fact) => named(out, "fact", fact),
    }
}

/// Adds the end of a document.
pub(super) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\n]}\n");
}

fn named<T: Serialize>(out: &mut Vec<u8>, name: &str, one: &T) -> Result<(), Refusal> {
    out.extend_from_slice(format!("{{\"{name}\":").as_bytes());
    value(out, one)?;
    out.push(b'}');
    Ok(())
}

fn value<T: Serialize>(out: &mut Vec<u8>, one: &T) -> Result<(), Refusal> {
    serde_json::to_writer(out, one).map_err(|error| Refusal::new(RefusalCode::Invalid, "document", error))
}
