//! The end of a guest's console.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use virt::stream::Stream;
use virt::sys;

use super::observe;
use crate::capability::Capability;
use crate::command::{GuestRef, Outcome, Report};
use crate::error::NodeError;
use crate::observed::{ConsoleSource, ConsoleText, GuestState};
use crate::session::Turn;

/// How long the live console is watched when there is no log.
const WATCHING: Duration = Duration::from_millis(1500);

/// Reads the log if there is one within reach, else watches the live console for a moment.
pub(super) fn tail(turn: &Turn, guest: &GuestRef, bytes: u32) -> Outcome {
    if !turn.can(Capability::Console) {
        return Ok(Report::Skipped { needs: Capability::Console });
    }
    let domain = observe::find(turn, guest)?
        .ok_or_else(|| NodeError::NotFound { what: "domain".to_owned(), name: guest.name.clone() })?;
    let facts = observe::facts_of(turn, &domain, false)?;
    if is_this_machine(&turn.config.uri)
        && let Some(log) = facts.console_log
        && let Some(text) = end_of_log(Path::new(&log), bytes)
    {
        return Ok(Report::Console(ConsoleText { text, source: ConsoleSource::Log }));
    }
    let is_running = observe::state_of(turn, &domain)?.0 == GuestState::Running;
    let heard = if is_running {
        let stream = turn.ask("open the console", |connection| {
            let stream = Stream::new(connection, sys::VIR_STREAM_NONBLOCK)?;
            domain.open_console(None, &stream, 0)?;
            Ok(stream)
        })?;
        let heard = listen(turn, &stream);
        // The guest may have ended meanwhile, which also ends the console.
        let _ = stream.abort();
        heard?
    } else {
        Vec::new()
    };
    let keep = usize::try_from(bytes).unwrap_or(usize::MAX);
    let from = heard.len().saturating_sub(keep);
    Ok(Report::Console(ConsoleText {
        text: String::from_utf8_lossy(heard.get(from..).unwrap_or_default()).into_owned(),
        source: ConsoleSource::Live,
    }))
}

fn listen(turn: &Turn, stream: &Stream) -> Result<Vec<u8>, NodeError> {
    let until = Instant::now() + WATCHING;
    let mut heard = Vec::new();
    let mut chunk = [0; 4096];
    while Instant::now() < until {
        turn.still_wanted("read the console")?;
        // Nothing to read and a fault look alike here; either way the watching ends by the clock.
        match stream.recv(&mut chunk) {
            Ok(0) => break,
            Ok(read) => heard.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            Err(_nothing_yet) => thread::sleep(Duration::from_millis(50)),
        }
    }
    Ok(heard)
}

/// True if the address names no other host, so that paths mean the same files.
pub(super) fn is_this_machine(uri: &str) -> bool {
    uri.split_once("://").is_some_and(|(_, rest)| rest.starts_with('/'))
}

/// The end of the log and, where it has just been turned over, of the one before.
fn end_of_log(log: &Path, bytes: u32) -> Option<String> {
    let wanted = u64::from(bytes);
    let mut content = end_of_file(log, wanted)?;
    let missing = wanted.saturating_sub(u64::try_from(content.len()).unwrap_or(wanted));
    if missing > 0 {
        let mut older = log.as_os_str().to_owned();
        older.push(".0");
        if let Some(mut before) = end_of_file(&PathBuf::from(older), missing) {
            before.append(&mut content);
            content = before;
        }
    }
    Some(String::from_utf8_lossy(&content).into_owned())
}

fn end_of_file(file: &Path, bytes: u64) -> Option<Vec<u8>> {
    let mut open = File::open(file).ok()?;
    let length = open.seek(SeekFrom::End(0)).ok()?;
    open.seek(SeekFrom::Start(length.saturating_sub(bytes))).ok()?;
    let mut content = Vec::new();
    open.take(bytes).read_to_end(&mut content).ok()?;
    Some(content)
}
