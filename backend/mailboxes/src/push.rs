//! The writing half of a copy: what comes is appended to an IMAP server.
//!
//! Messages go in batches, one command each where the server takes several (MULTIAPPEND, RFC 3502), and without
//! waiting for leave where it allows that (LITERAL+, RFC 7888). While one command is under way the next is written.
//!
//! Invariants:
//! - a message is noted as copied when the server confirmed it, and not before;
//! - where the line is lost while messages are under way, the folder is looked at before anything is sent again:
//!   what arrived is told by its content;
//! - a batch that is refused is sent again message by message, so that one bad message costs only itself;
//! - nothing at the target is ever removed or changed, but flags of messages that were copied before.

mod appending;
mod ending;
mod opening;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::account::Server;
use crate::fault::{Fault, FaultCode};
use crate::folders::Names;
use crate::options::Options;
use crate::parcel::{Event, Id, Inlet, Parcel, digest, sizes};
use crate::progress::{FolderState, Progress};
use crate::report::{Ledger, NoteCode};
use crate::uid_set::UidSet;
use crate::wire::{Answer, Broken, Session};

/// Losses while a message was under way before it is sent alone, and before it is skipped.
const ALONE_AFTER: u32 = 2;
const SKIPPED_AFTER: u32 = 6;

/// The folder that is written.
struct Current {
    at: usize,
    /// As people read it: the name that the state is kept under.
    name: String,
    /// As the target writes it.
    target: String,
    state: FolderState,
    /// UIDs of what was appended in this run.
    placed: UidSet,
    /// Nothing of what is still uncertain can have a UID below this one.
    next: u32,
    /// Keys of messages that were confirmed without a UID, at or above `next`.
    acknowledged: Vec<String>,
    /// Messages at the target that nothing is known of, by size.
    strangers: HashMap<u64, BTreeSet<u32>>,
    stranger_sizes: HashMap<u32, u64>,
    /// Digests of those that were looked at.
    stranger_contents: HashMap<u32, [u8; 32]>,
    /// Whether there were no strangers: then `target_next` goes along with what is appended.
    advances: bool,
    /// Flags that are to be changed.
    flags: Vec<(u32, Vec<String>)>,
    /// Messages that were sent again after a loss, by content, and the UID from which on they may be twice.
    resent: HashMap<[u8; 32], u64>,
    resent_from: u32,
    /// Confirmed since the state was kept.
    unkept: u64,
    was_made_again: bool,
    /// Why no message of it is taken any more.
    barred: Option<Fault>,
}

/// A command under way.
struct Flight {
    tag: String,
    parcels: Vec<Parcel>,
}

pub(crate) struct Push<'a> {
    server: &'a Server,
    options: &'a Options,
    ledger: &'a Ledger,
    progress: &'a mut dyn Progress,
    inlet: Inlet,
    session: Option<Session>,
    names: Option<Names>,
    /// Folders that are at the target, as it writes them; `None` where it did not tell.
    there: Option<HashSet<String>>,
    current: Option<Current>,
    batch: Vec<Parcel>,
    batch_bytes: usize,
    flight: VecDeque<Flight>,
    /// To be sent one by one.
    alone: VecDeque<Parcel>,
    /// Were under way when the line was lost.
    uncertain: Vec<Parcel>,
    /// Losses in a row without a confirmation between.
    failures: u32,
    /// Why nothing is taken any more.
    gone: Option<Fault>,
    /// Messages of this size and above found no room.
    full_from: Option<u64>,
}

impl<'a> Push<'a> {
    pub(crate) fn new(
        server: &'a Server,
        options: &'a Options,
        ledger: &'a Ledger,
        progress: &'a mut dyn Progress,
        inlet: Inlet,
    ) -> Self {
        Self {
            server,
            options,
            ledger,
            progress,
            inlet,
            session: None,
            names: None,
            there: None,
            current: None,
            batch: Vec::new(),
            batch_bytes: 0,
            flight: VecDeque::new(),
            alone: VecDeque::new(),
            uncertain: Vec::new(),
            failures: 0,
            gone: None,
            full_from: None,
        }
    }

    /// Takes what comes until nothing comes any more.
    pub(crate) async fn run(mut self) {
        loop {
            let event = if self.is_idle() {
                self.inlet.events.recv().await
            } else {
                match self.inlet.events.try_recv() {
                    Ok(event) => Some(event),
                    Err(tokio::sync::mpsc::error::TryRecvError::Empty) => {
                        self.work().await;
                        continue;
                    }
                    Err(tokio::sync::mpsc::error::TryRecvError::Disconnected) => None,
                }
            };
            let Some(event) = event else { break };
            self.take(event).await;
        }
        // The reading half ended within a folder only where it failed.
        self.end().await;
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }

    fn is_idle(&self) -> bool {
        self.batch.is_empty() && self.flight.is_empty() && self.alone.is_empty()
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Folder { at, levels, validity, is_subscribed, reply } => {
                self.end().await;
                let ready = self.open(at, &levels, validity, is_subscribed).await;
                // Whoever asked is gone only where the whole copy is.
                let _ = reply.send(ready);
            }
            Event::Already { id, flags, target } => self.already(&id, flags, target),
            Event::Message(parcel) => self.message(*parcel).await,
            Event::Flags { uid, flags } => {
                if let Some(current) = &mut self.current {
                    current.flags.push((uid, flags));
                }
            }
            Event::End => self.end().await,
        }
    }

    fn already(&mut self, id: &Id, flags: Option<String>, target: u32) {
        let Some(current) = &mut self.current else { return };
        self.ledger.already(current.at, 1);
        match id {
            Id::Uid(uid) => {
                current.state.record(*uid, Some(target));
                if let Some(flags) = flags {
                    current.state.record_flags(*uid, &flags);
                }
            }
            Id::Key { key, .. } => {
                current.state.record_key(key);
                current.state.unplaced.push(key.clone());
            }
        }
        if let Some(size) = current.stranger_sizes.remove(&target)
            && let Some(alike) = current.strangers.get_mut(&size)
        {
            alike.remove(&target);
            if alike.is_empty() {
                current.strangers.remove(&size);
            }
        }
        current.unkept += 1;
    }

    /// The next thing to do while nothing comes.
    async fn work(&mut self) {
        if !self.alone.is_empty() {
            self.drain().await;
            if let Some(parcel) = self.alone.pop_front() {
                self.append(vec![parcel]).await;
                self.drain().await;
            }
        } else if !self.batch.is_empty() && self.flight.is_empty() {
            let batch = self.take_batch();
            self.append(batch).await;
        } else if !self.flight.is_empty() {
            self.wait_one().await;
        }
    }

    /// What the next command takes of what waits.
    fn take_batch(&mut self) -> Vec<Parcel> {
        let (most, _) = self.pace();
        let (mut count, mut bytes) = (0usize, 0usize);
        for parcel in self.batch.iter().take(most) {
            if count > 0 && bytes.saturating_add(parcel.bytes.len()) > self.options.batch_bytes {
                break;
            }
            count += 1;
            bytes = bytes.saturating_add(parcel.bytes.len());
        }
        self.batch_bytes = self.batch_bytes.saturating_sub(bytes);
        self.batch.drain(..count).collect()
    }

    async fn drain(&mut self) {
        while !self.flight.is_empty() {
            self.wait_one().await;
        }
    }

    async fn message(&mut self, parcel: Parcel) {
        let Some(current) = &self.current else {
            // Said at the folder already.
            return;
        };
        let at = current.at;
        if let Some(fault) = self.gone.as_ref().or(current.barred.as_ref()) {
            return self.ledger.skip(at, parcel.id.place(), 1, fault);
        }
        let size = parcel.size();
        if self.full_from.is_some_and(|full| size >= full) {
            let fault = Fault::new(FaultCode::OverQuota, self.server.place(), "no room for a message of this size");
            return self.ledger.skip(at, parcel.id.place(), 1, &fault);
        }
        if let Some(limit) = self.session.as_ref().and_then(Session::append_limit).filter(|limit| size > *limit) {
            let reason = format!("{size} bytes; the target takes {limit} at most");
            return self.ledger.skip(at, parcel.id.place(), 1, &Fault::new(FaultCode::TooLarge, "", reason));
        }
        if parcel.bytes.is_empty() {
            let fault = Fault::new(FaultCode::Empty, "", "a message without any content");
            return self.ledger.skip(at, parcel.id.place(), 1, &fault);
        }
        if parcel.bytes.contains(&0) {
            let reason = "NUL bytes, which IMAP cannot carry and servers replace";
            self.ledger.note(at, NoteCode::NulBytes, parcel.id.place(), reason, 1);
        }
        if let Some(target) = self.stranger_like(&parcel).await {
            return self.already(&parcel.id, Some(parcel.flags.join(" ")), target);
        }
        let (most, most_flights) = self.pace();
        if !self.batch.is_empty() && self.batch_bytes.saturating_add(parcel.bytes.len()) > self.options.batch_bytes {
            self.flush(most_flights).await;
        }
        self.batch_bytes = self.batch_bytes.saturating_add(parcel.bytes.len());
        self.batch.push(parcel);
        if self.batch.len() >= most {
            self.flush(most_flights).await;
        }
    }

    /// Messages with one command, and commands under way at a time.
    fn pace(&self) -> (usize, usize) {
        let offers = |what| self.session.as_ref().is_some_and(|session| session.offers(what));
        match (offers("MULTIAPPEND"), offers("LITERAL+")) {
            (true, true) => (self.options.batch_messages.max(1), 2),
            (true, false) => (self.options.batch_messages.max(1), 1),
            (false, true) => (1, 32),
            (false, false) => (1, 1),
        }
    }

    async fn flush(&mut self, most_flights: usize) {
        while self.flight.len() >= most_flights {
            self.wait_one().await;
        }
        let batch = self.take_batch();
        if !batch.is_empty() {
            self.append(batch).await;
        }
    }

    /// A message at the target that nothing is known of and that has the same content: one whose headers do not
    /// tell, or were read otherwise by the other server.
    async fn stranger_like(&mut self, parcel: &Parcel) -> Option<u32> {
        let current = self.current.as_ref()?;
        let sizes = sizes(&parcel.bytes);
        let alike: Vec<u32> = sizes.iter().filter_map(|size| current.strangers.get(size)).flatten().copied().collect();
        if alike.is_empty() {
            return None;
        }
        let unseen = |uid: &u32| !current.stranger_contents.contains_key(uid);
        let uids: UidSet = alike.iter().copied().filter(unseen).collect();
        let target = current.target.clone();
        self.drain().await;
        match self.contents(&target, &uids).await {
            Ok(found) => self.current.as_mut()?.stranger_contents.extend(found),
            Err(broken) => {
                self.restore(broken).await;
                return None;
            }
        }
        let wanted = digest(&parcel.bytes);
        let current = self.current.as_ref()?;
        alike.into_iter().find(|uid| current.stranger_contents.get(uid) == Some(&wanted))
    }

    /// Digests of messages of a folder.
    async fn contents(&mut self, target: &str, uids: &UidSet) -> Result<Vec<(u32, [u8; 32])>, Broken> {
        let Some(session) = &mut self.session else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        if uids.is_empty() || session.examine(target).await?.is_err() {
            return Ok(found);
        }
        for part in uids.parts() {
            let command = format!("UID FETCH {part} (UID BODY.PEEK[])");
            let asked = session.ask(&command, |answer| {
                if let Answer::Fetched(fetched) = answer
                    && let (Some(uid), Some(body)) = (fetched.uid, fetched.body)
                {
                    found.push((uid, digest(&body)));
                }
            });
            asked.await?;
        }
        // An examined folder is closed without anything being removed (RFC 3501 6.4.2).
        session.ask("CLOSE", |_| {}).await?;
        Ok(found)
    }

    /// Nothing more can be taken: what is at hand is skipped.
    fn give_up(&mut self, fault: Fault) {
        self.inlet.stop();
        self.session = None;
        let flights = self.flight.drain(..).flat_map(|flight| flight.parcels);
        let rest: Vec<Parcel> =
            flights.chain(self.uncertain.drain(..)).chain(self.alone.drain(..)).chain(self.batch.drain(..)).collect();
        self.batch_bytes = 0;
        if let Some(current) = &self.current {
            rest.iter().for_each(|parcel| self.ledger.skip(current.at, parcel.id.place(), 1, &fault));
        }
        self.ledger.fault(fault.clone());
        self.gone = Some(fault);
    }

    /// Keeps the state, where much was confirmed since or it must be.
    fn keep(&mut self, must: bool) {
        let Some(current) = &mut self.current else { return };
        let batch = u64::try_from(self.options.batch_messages).unwrap_or(u64::MAX);
        if self.options.is_dry || !must && current.unkept < batch.max(current.state.len() / 20) {
            return;
        }
        current.unkept = 0;
        if let Err(reason) = self.progress.keep(&current.name, &current.state) {
            let fault = Fault::new(FaultCode::NotKept, &current.name, reason);
            self.give_up(fault);
        }
    }
}
