//! The reading half of a copy from Maildir, mbox and single messages, by the importer's reader of mailboxes.
//!
//! It runs on a thread for blocking work; the way to the writing half holds it back.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use hostwright_importer::snapshot::{Gap, GapKind};
use hostwright_importer::sources::mailboxes::{FoundFolder, FoundMessage, Visitor, visit};
use hostwright_importer::{Limits, Refusal, RefusalCode};
use jiff::tz::TimeZone;
use tokio::runtime::Handle;

use crate::fault::{Fault, FaultCode};
use crate::folders::shown;
use crate::options::Options;
use crate::parcel::{Event, Id, Outlet, Parcel, Ready, clean_flags, with_crlf};
use crate::report::{Ledger, NO_FOLDER, NoteCode};

/// Hands on what is found.
struct Reader<'a> {
    options: &'a Options,
    ledger: &'a Ledger,
    outlet: Outlet,
    runtime: Handle,
    /// The folder that is read, by its place in the report.
    current: Option<Current>,
    /// Where what belongs to no folder is told.
    rest: Option<usize>,
}

struct Current {
    at: usize,
    /// Messages of this run by key, against those of earlier runs.
    seen: HashMap<String, u32>,
    ready: Ready,
    /// Why its messages are not copied.
    barred: Option<Fault>,
    is_announced: bool,
}

/// Reads the whole mailbox. Blocks.
pub(crate) fn read(path: &Path, options: &Options, ledger: &Ledger, outlet: Outlet, runtime: Handle) {
    let limits = Limits { unpacked_bytes: options.most_message_bytes, ..Limits::default() };
    let mut reader = Reader { options, ledger, outlet, runtime, current: None, rest: None };
    let visited = visit(path, &limits, &mut reader);
    reader.end();
    if let Err(refusal) = visited {
        let code = match refusal.code {
            RefusalCode::NotThisFormat => FaultCode::NotAMailbox,
            _ => FaultCode::Unreadable,
        };
        ledger.fault(Fault::new(code, refusal.place, refusal.reason));
    }
}

impl Reader<'_> {
    fn send(&self, event: Event) {
        self.runtime.block_on(self.outlet.send(event));
    }

    fn end(&mut self) {
        if self.current.take().is_some_and(|current| current.is_announced) {
            self.send(Event::End);
        }
    }

    /// The content with CRLF line ends.
    fn content(&self, message: &FoundMessage<'_>) -> Result<Vec<u8>, Fault> {
        let most = self.options.most_message_bytes;
        if message.wire_size > most {
            let reason = format!("{} bytes; at most {most} are copied", message.wire_size);
            return Err(Fault::new(FaultCode::TooLarge, message.place, reason));
        }
        let unreadable = |error: std::io::Error| Fault::new(FaultCode::Unreadable, message.place, error);
        let mut bytes = Vec::with_capacity(usize::try_from(message.size).unwrap_or(0));
        message.open().map_err(unreadable)?.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(with_crlf(&bytes).into_owned())
    }
}

impl Visitor for Reader<'_> {
    fn folder(&mut self, folder: &FoundFolder) -> Result<(), Refusal> {
        self.end();
        let name = shown(&folder.path);
        let at = self.ledger.begin(&name);
        let mut current =
            Current { at, seen: HashMap::new(), ready: Ready::default(), barred: None, is_announced: false };
        if self.options.left_out.contains(&name) {
            current.barred = Some(Fault::new(FaultCode::LeftOut, &name, "left out by the options"));
        } else {
            current.is_announced = true;
            let told = self.runtime.block_on(self.outlet.folder(at, &folder.path, None, folder.is_subscribed));
            match told {
                Some(Ok(ready)) => current.ready = ready,
                Some(Err(fault)) => current.barred = Some(fault),
                None => {
                    let reason = "the target takes nothing more";
                    current.barred = Some(Fault::new(FaultCode::NotTried, &name, reason));
                }
            }
        }
        if let Some(fault) = &current.barred {
            self.ledger.folder_fault(at, fault.clone());
        }
        self.current = Some(current);
        Ok(())
    }

    fn message(&mut self, message: &FoundMessage<'_>) -> Result<(), Refusal> {
        let is_stopped = self.outlet.is_stopped();
        let Some(current) = &mut self.current else {
            return Err(Refusal::new(RefusalCode::Invalid, message.place, "a message outside a folder"));
        };
        let at = current.at;
        self.ledger.found(at, 1);
        if is_stopped && current.barred.is_none() {
            current.barred = Some(Fault::new(FaultCode::NotTried, message.place, "the target takes nothing more"));
        }
        if let Some(fault) = &current.barred {
            self.ledger.skip(at, message.place.to_owned(), 1, fault);
            return Ok(());
        }
        let seen = current.seen.entry(message.key.clone()).or_default();
        *seen += 1;
        if current.ready.state.keys.get(&message.key).is_some_and(|copied| *seen <= *copied) {
            self.ledger.already(at, 1);
            return Ok(());
        }
        let id = Id::Key { key: message.key.clone(), place: message.place.to_owned() };
        if let Some(target) = current.ready.unknown.get_mut(&message.key).and_then(Vec::pop) {
            self.send(Event::Already { id, flags: None, target });
            return Ok(());
        }
        if self.options.is_dry {
            if message.wire_size > self.options.most_message_bytes {
                let fault = Fault::new(FaultCode::TooLarge, message.place, "larger than is copied");
                self.ledger.skip(at, message.place.to_owned(), 1, &fault);
            } else {
                self.ledger.planned(at, 1, message.wire_size);
            }
            return Ok(());
        }
        let bytes = match self.content(message) {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.ledger.skip(at, message.place.to_owned(), 1, &fault);
                return Ok(());
            }
        };
        let mut flags: Vec<String> = message.flags.imap().into_iter().map(str::to_owned).collect();
        flags.extend(message.keywords.iter().cloned());
        let (flags, lost) = clean_flags(&flags);
        if !lost.is_empty() {
            let reason = "keywords that IMAP cannot carry";
            self.ledger.note(at, NoteCode::KeywordsDropped, message.place.to_owned(), reason, 1);
        }
        let date = message.internal_date.and_then(|at| written(&at.timestamp()));
        if date.is_none() {
            let reason = "the source gives no date that can be passed on";
            self.ledger.note(at, NoteCode::DateDropped, message.place.to_owned(), reason, 1);
        }
        let permit = self.runtime.block_on(self.outlet.room(bytes.len()));
        self.send(Event::Message(Box::new(Parcel { id, flags, date, bytes, losses: 0, _permit: permit })));
        Ok(())
    }

    fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        // The reader tells them at the end, of all folders; the place says where.
        let at = self.rest.unwrap_or_else(|| self.ledger.begin(NO_FOLDER));
        self.rest = Some(at);
        if gap.kind == GapKind::Skipped {
            self.ledger.found(at, gap.count);
            let fault = Fault::new(FaultCode::Unreadable, &gap.place, &gap.reason);
            self.ledger.skip(at, gap.place, gap.count, &fault);
        } else {
            self.ledger.note(at, NoteCode::Source, gap.place, &gap.reason, gap.count);
        }
        Ok(())
    }
}

/// INTERNALDATE of a moment: files keep no zone, so it is told in UTC.
fn written(at: &jiff::Timestamp) -> Option<String> {
    let text = at.to_zoned(TimeZone::UTC).strftime("%d-%b-%Y %H:%M:%S +0000").to_string();
    crate::parcel::is_date(&text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_imap_writes_it() {
        let at: jiff::Timestamp = "2009-02-03T23:31:30Z".parse().unwrap();
        assert_eq!(written(&at).as_deref(), Some("03-Feb-2009 23:31:30 +0000"));
    }
}
