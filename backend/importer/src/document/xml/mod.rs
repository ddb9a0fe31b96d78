//! The document as XML.

mod de;
mod escape;
mod events;
mod ser;

use std::io::{BufRead, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::notes::reason_of;
use super::tagged::Tagged;
use super::{Header, NAMESPACE, VERSION, check_version};
use crate::snapshot::values::Extra;
use crate::{Entry, Gap, GapKind, Kind, Limits, Record, Refusal, RefusalCode, Sink};
use de::Element;
use events::{Events, Fault, Tag};

/// A document whose header was read.
pub(super) struct Reading<R> {
    events: Events<R>,
    place: String,
}

impl<R: BufRead> Reading<R> {
    pub(super) fn open(input: R, place: &str, limits: &Limits) -> Result<(Self, Header), Refusal> {
        let mut events = Events::new(input, place, limits);
        let header = match header(&mut events) {
            Ok(header) => header,
            Err(Fault::Whole(refusal)) => return Err(refusal),
            Err(Fault::Record(reason)) => {
                let reason = format!("{}: {}", events.notes.path(), reason_of("", &reason));
                return Err(events.refuse(RefusalCode::Invalid, reason));
            }
        };
        events.notes.trail.clear();
        Ok((Self { events, place: place.to_owned() }, header))
    }

    /// Hands every entry to the sink.
    pub(super) fn read(mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let result = self.entries(sink);
        match result {
            Ok(()) => self.events.notes.tell(&self.place, sink),
            Err(refusal) => Err(refusal),
        }
    }

    fn entries(&mut self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        loop {
            self.events.begin_item();
            let start = self.events.position();
            match whole(self.events.next_tag(), &self.events)? {
                Tag::Open => {}
                Tag::Close => break,
                Tag::End => return Ok(()),
            }
            let depth = self.events.depth.saturating_sub(1);
            let name = self.events.name.as_slice();
            let kind = std::str::from_utf8(name).ok().and_then(Kind::named);
            let entry = match (kind, name) {
                (Some(kind), _) => {
                    self.events.notes.trail.push(kind.as_str());
                    let tagged = Tagged { name: kind.as_str(), value: Element(&mut self.events) };
                    serde::Deserialize::deserialize(tagged).map(Entry::Record)
                }
                (None, b"gap") => self.value::<Gap>("gap").map(Entry::Gap),
                (None, b"fact") => self.value::<Extra>("fact").map(Entry::Fact),
                _ => {
                    let lost = self.events.lose("an element");
                    whole(lost, &self.events)?;
                    continue;
                }
            };
            match entry {
                Ok(Entry::Record(record)) if record.id().is_empty() => {
                    sink.gap(nameless(record.kind(), &self.place, start))?;
                }
                Ok(entry) => sink.take(entry)?,
                Err(Fault::Whole(refusal)) => return Err(refusal),
                Err(Fault::Record(reason)) => {
                    let path = self.events.notes.path();
                    sink.gap(skipped(kind, &path, &self.place, start, &reason))?;
                    let rest = self.events.skip_to(depth);
                    whole(rest, &self.events)?;
                }
            }
            self.events.notes.trail.clear();
        }
        // Nothing may follow the root element.
        self.events.begin_item();
        match whole(self.events.next_tag(), &self.events)? {
            Tag::End => Ok(()),
            Tag::Open | Tag::Close => {
                Err(self.events.refuse(RefusalCode::Syntax, "something follows the root element"))
            }
        }
    }

    fn value<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Fault> {
        self.events.notes.trail.push(name);
        T::deserialize(Element(&mut self.events))
    }
}

fn header<R: BufRead>(events: &mut Events<R>) -> Result<Header, Fault> {
    let version = events.root()?;
    check_version(version.as_deref(), "version of the root element").map_err(Fault::Whole)?;
    match events.next_tag()? {
        Tag::Open if events.name == b"header" => {
            events.notes.trail.push("header");
            serde::Deserialize::deserialize(Element(events))
        }
        _ => Err(Fault::Whole(events.refuse(RefusalCode::Invalid, "the first element is not the header"))),
    }
}

/// Outside of a record every fault is one of the whole document.
fn whole<T, R: BufRead>(result: Result<T, Fault>, events: &Events<R>) -> Result<T, Refusal> {
    result.map_err(|fault| match fault {
        Fault::Whole(refusal) => refusal,
        Fault::Record(reason) => events.refuse(RefusalCode::Syntax, reason),
    })
}

/// An entry that could not be taken.
pub(super) fn skipped(kind: Option<Kind>, path: &str, place: &str, at: u64, reason: &str) -> Gap {
    let place = format!("{place}: {path} of the entry at byte {at}");
    let mut gap = Gap::new(GapKind::Skipped, place, reason_of(path, reason));
    gap.record = kind;
    gap.field = path.split_once('/').map(|(_, field)| field.to_owned());
    gap
}

/// A record without an identifier.
pub(super) fn nameless(kind: Kind, place: &str, at: u64) -> Gap {
    let place = format!("{place}: {} at byte {at}", kind.as_str());
    let mut gap = Gap::new(GapKind::Skipped, place, "the identifier is empty").field("id");
    gap.record = Some(kind);
    gap
}

/// Adds the beginning of a document.
pub(super) fn begin(out: &mut Vec<u8>, header: &Header) -> Result<(), Refusal> {
    let root =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<snapshot xmlns=\"{NAMESPACE}\" version=\"{VERSION}\">\n");
    out.extend_from_slice(root.as_bytes());
    element(out, "header", header)
}

/// Adds one entry.
pub(super) fn entry(out: &mut Vec<u8>, entry: &Entry) -> Result<(), Refusal> {
    match entry {
        Entry::Record(record) => element::<Record>(out, record.kind().as_str(), record),
        Entry::Gap(gap) => element(out, "gap", gap),
        Entry::Fact(fact) => element(out, "fact", fact),
    }
}

/// Adds the end of a document.
pub(super) fn end(out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = writeln!(out, "</snapshot>");
}

fn element<T: Serialize>(out: &mut Vec<u8>, tag: &'static str, value: &T) -> Result<(), Refusal> {
    value.serialize(ser::Element { out, tag }).map_err(|error| Refusal::new(RefusalCode::Invalid, tag, error))?;
    out.push(b'\n');
    Ok(())
}
