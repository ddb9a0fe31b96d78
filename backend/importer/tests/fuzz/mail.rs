//! Mailboxes are read twice: as records, and message by message as the mover does.

use std::io::{self, Read as _};
use std::path::Path;

use hostwright_importer::sources::mailboxes::{FoundFolder, FoundMessage, Visitor, visit};
use hostwright_importer::sources::{Input, SourceKind};
use hostwright_importer::{Entry, Gap, Record, Refusal, Sink};

/// Reads the mailboxes, then opens every message of each.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut entries: Vec<Entry> = Vec::new();
    let ended = SourceKind::Mailboxes.read(input, &mut entries);
    for entry in &entries {
        sink.take(entry.clone())?;
    }
    for entry in &entries {
        let Entry::Record(Record::Mailbox(mailbox)) = entry else { continue };
        let content = mailbox.content.as_ref().unwrap();
        let path = Path::new(&content.container).join(&content.path);
        let mut opening = Opening::default();
        let said = match visit(&path, &input.limits, &mut opening) {
            Ok(survey) => {
                assert_eq!(survey.messages, opening.messages, "messages that were counted and not handed on");
                assert_eq!(mailbox.messages, Some(survey.messages), "the record counts other messages than the visit");
                format!("{opening:?}")
            }
            Err(refusal) => refusal.to_string(),
        };
        sink.fact(&format!("visit of {}", mailbox.id), &said)?;
    }
    ended
}

/// Reads every message to its end.
#[derive(Debug, Default)]
struct Opening {
    messages: u64,
    bytes: u64,
    unread: u64,
    gaps: u64,
}

impl Visitor for Opening {
    fn folder(&mut self, folder: &FoundFolder) -> Result<(), Refusal> {
        assert!(!format!("{folder:?}").is_empty());
        Ok(())
    }

    fn message(&mut self, message: &FoundMessage<'_>) -> Result<(), Refusal> {
        self.messages += 1;
        let most = message.size.saturating_add(1);
        match message.open().and_then(|reader| io::copy(&mut reader.take(most), &mut io::sink())) {
            Ok(read) => {
                assert_eq!(read, message.size, "the size of {}", message.place);
                assert!(message.wire_size >= read && !message.key.is_empty());
                self.bytes += read;
            }
            // A message whose packing is broken says so when it is read.
            Err(_) => self.unread += 1,
        }
        Ok(())
    }

    fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        assert!(!gap.reason.is_empty() && !gap.place.is_empty());
        self.gaps += gap.count;
        Ok(())
    }
}
