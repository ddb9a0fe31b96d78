//! The reading half of a copy from an IMAP server.
//!
//! Messages are asked for in batches, two commands at a time, so that the server never waits for us. A lost line is
//! made again, and what did not come whole is asked for again. A message at which the line is lost again and again
//! is asked for alone, and then skipped.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::account::Server;
use crate::fault::{Fault, FaultCode};
use crate::folders::shown;
use crate::options::Options;
use crate::parcel::{Event, Id, KEY_ITEMS, Outlet, Parcel, Ready, clean_flags, is_date, key_of_headers};
use crate::report::{Ledger, NO_FOLDER, NoteCode};
use crate::uid_set::UidSet;
use crate::wire::{Answer, Broken, Fetched, ListedFolder, Session, Status};

/// Commands under way at a time.
const PIPELINE: usize = 2;
/// Losses at one message before it is asked for alone, and before it is skipped.
const ALONE_AFTER: u32 = 1;
const SKIPPED_AFTER: u32 = 5;
/// UIDs named in one command: servers bound the length of a line.
const UIDS_AT_ONCE: usize = 500;

/// What stops a folder.
enum Stop {
    /// The line: it is made again.
    Line(Fault),
    /// The folder itself.
    Folder(Fault),
}

/// A folder while it is read; it outlives a lost line.
struct Reading {
    at: usize,
    folder: ListedFolder,
    /// UIDVALIDITY, once the folder was opened.
    validity: Option<u32>,
    /// What the target said, once it was asked.
    is_announced: bool,
    /// What may be at the target already, until that was looked at.
    unsure: Option<Unsure>,
    queue: VecDeque<u32>,
    /// To be asked for one by one.
    alone: VecDeque<u32>,
    flight: VecDeque<Flight>,
    losses: HashMap<u32, u32>,
}

/// Messages at the target that no state tells of, and the flags that messages have at the source.
struct Unsure {
    unknown: HashMap<String, Vec<u32>>,
    flags: HashMap<u32, Vec<String>>,
}

/// A command under way.
struct Flight {
    tag: String,
    /// Asked for and not come.
    wanted: Vec<u32>,
    is_alone: bool,
    /// A response that could not be read came meanwhile.
    unread: Option<String>,
}

pub(crate) struct Pull<'a> {
    server: &'a Server,
    options: &'a Options,
    ledger: &'a Ledger,
    outlet: Outlet,
    session: Option<Session>,
    /// Losses in a row without a message between.
    failures: u32,
}

impl<'a> Pull<'a> {
    pub(crate) fn new(server: &'a Server, options: &'a Options, ledger: &'a Ledger, outlet: Outlet) -> Self {
        Self { server, options, ledger, outlet, session: None, failures: 0 }
    }

    /// Reads the whole mailbox.
    pub(crate) async fn run(mut self) {
        let (folders, unread) = match self.folders().await {
            Ok(found) => found,
            Err(fault) => return self.ledger.fault(fault),
        };
        for text in unread {
            let at = self.ledger.begin(NO_FOLDER);
            self.ledger.folder_fault(at, Fault::new(FaultCode::BadResponse, self.server.place(), text));
        }
        let mut gone: Option<Fault> = None;
        for folder in folders {
            let at = self.ledger.begin(&shown(&folder.levels));
            if let Some(fault) = self.reason_to_leave(&folder) {
                self.ledger.folder_fault(at, fault);
            } else if let Some(fault) = &gone {
                let reason = format!("the source is gone: {fault}");
                self.ledger.folder_fault(at, Fault::new(FaultCode::NotTried, &folder.name, reason));
            } else {
                gone = self.folder(at, folder).await;
            }
        }
        if let Some(fault) = gone {
            self.ledger.fault(fault);
        }
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }

    fn reason_to_leave(&self, folder: &ListedFolder) -> Option<Fault> {
        if !folder.is_personal {
            let reason = "a folder that is shared or of another user";
            return Some(Fault::new(FaultCode::NotPersonal, &folder.name, reason));
        }
        let name = shown(&folder.levels);
        let is_left_out = self.options.left_out.contains(&name);
        is_left_out.then(|| Fault::new(FaultCode::LeftOut, &folder.name, "left out by the options"))
    }

    async fn folders(&mut self) -> Result<(Vec<ListedFolder>, Vec<String>), Fault> {
        loop {
            let session = self.connected().await?;
            match session.list().await {
                Ok(found) => return Ok(found),
                Err(broken) => self.lost(&broken).await?,
            }
        }
    }

    /// The line, made again where it was lost.
    async fn connected(&mut self) -> Result<&mut Session, Fault> {
        let mut attempt = 0;
        while self.session.is_none() {
            match Session::open(self.server, self.options, &self.options.source_gate).await {
                Ok(session) => self.session = Some(session),
                Err(fault) => {
                    attempt += 1;
                    if !fault.code.may_pass() || attempt >= self.options.attempts {
                        return Err(fault);
                    }
                    tokio::time::sleep(self.options.pause(attempt)).await;
                }
            }
        }
        let missing = || Fault::new(FaultCode::Internal, "", "no session");
        self.session.as_mut().ok_or_else(missing)
    }

    /// Notes a loss; the fault where there were too many in a row.
    async fn lost(&mut self, broken: &Broken) -> Result<(), Fault> {
        self.session = None;
        self.failures += 1;
        let fault = broken.fault(&self.server.place());
        if self.failures > self.options.attempts {
            return Err(fault);
        }
        self.ledger.reconnected();
        let pause = if self.failures > 1 { self.options.pause(self.failures - 2) } else { Duration::from_millis(50) };
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Reads a folder; the fault where the source is gone for good.
    async fn folder(&mut self, at: usize, folder: ListedFolder) -> Option<Fault> {
        let mut reading = Reading {
            at,
            folder,
            validity: None,
            is_announced: false,
            unsure: None,
            queue: VecDeque::new(),
            alone: VecDeque::new(),
            flight: VecDeque::new(),
            losses: HashMap::new(),
        };
        let gone = loop {
            if let Err(fault) = self.connected().await {
                break Some(fault);
            }
            match self.read(&mut reading).await {
                Ok(()) => break None,
                Err(Stop::Folder(fault)) => {
                    self.skip_rest(&mut reading, &fault);
                    self.ledger.folder_fault(at, fault);
                    break None;
                }
                Err(Stop::Line(fault)) => {
                    self.land(&mut reading, &fault);
                    let broken = match fault.code {
                        FaultCode::TimedOut => Broken::TimedOut,
                        FaultCode::BadResponse => Broken::Bad(fault.reason),
                        _ => Broken::Lost(fault.reason),
                    };
                    if let Err(fault) = self.lost(&broken).await {
                        break Some(fault);
                    }
                }
            }
        };
        if let Some(fault) = &gone {
            self.skip_rest(&mut reading, fault);
            self.ledger.folder_fault(at, fault.clone());
        }
        if reading.is_announced {
            self.outlet.send(Event::End).await;
        }
        gone
    }

    /// After a loss: what was under way is asked for again, the message at which it happened with care.
    fn land(&self, reading: &mut Reading, fault: &Fault) {
        let flights: Vec<Flight> = reading.flight.drain(..).collect();
        let suspect = flights.iter().find_map(|flight| flight.wanted.first().copied());
        for flight in flights.into_iter().rev() {
            let back = if flight.is_alone { &mut reading.alone } else { &mut reading.queue };
            flight.wanted.into_iter().rev().for_each(|uid| back.push_front(uid));
        }
        let Some(uid) = suspect else { return };
        let losses = reading.losses.entry(uid).or_default();
        *losses += 1;
        if *losses < ALONE_AFTER {
            return;
        }
        reading.queue.retain(|other| *other != uid);
        reading.alone.retain(|other| *other != uid);
        if *losses >= SKIPPED_AFTER {
            let reason = format!("the line was lost {losses} times at this message: {}", fault.reason);
            let fault = Fault::new(fault.code, &reading.folder.name, reason);
            self.ledger.skip(reading.at, format!("UID {uid}"), 1, &fault);
        } else {
            reading.alone.push_front(uid);
        }
    }

    fn skip_rest(&self, reading: &mut Reading, fault: &Fault) {
        let under_way = reading.flight.drain(..).flat_map(|flight| flight.wanted);
        let rest: UidSet = under_way.chain(reading.queue.drain(..)).chain(reading.alone.drain(..)).collect();
        if !rest.is_empty() {
            self.ledger.skip(reading.at, format!("UID {rest}"), rest.len(), fault);
        }
    }

    fn line(&self, broken: &Broken) -> Stop {
        Stop::Line(broken.fault(&self.server.place()))
    }

    fn no_session(&self) -> Stop {
        self.line(&Broken::Lost("no session".to_owned()))
    }

    async fn read(&mut self, reading: &mut Reading) -> Result<(), Stop> {
        let name = reading.folder.name.clone();
        let session = self.session.as_mut().ok_or_else(|| Stop::Line(Fault::new(FaultCode::ConnectionLost, "", "")))?;
        let (mut listed, mut unread) = (Vec::new(), None);
        let examined = if reading.is_announced {
            session.examine(&name).await
        } else {
            let on = |answer| match answer {
                Answer::Fetched(Fetched { uid: Some(uid), flags: Some(flags), .. }) if uid > 0 => {
                    listed.push((uid, flags));
                }
                Answer::Unread(text) => unread = Some(text),
                _ => {}
            };
            session.examine_and_list(&name, on).await
        };
        let examined = match examined {
            Ok(Ok(examined)) => examined,
            Ok(Err(done)) => return Err(Stop::Folder(Fault::new(FaultCode::FolderUnreadable, &name, done.text))),
            Err(broken) => return Err(self.line(&broken)),
        };
        match reading.validity {
            Some(validity) if validity != examined.uid_validity => {
                let reason = "UIDVALIDITY changed while the folder was copied";
                return Err(Stop::Folder(Fault::new(FaultCode::FolderReplaced, &name, reason)));
            }
            _ => reading.validity = Some(examined.uid_validity),
        }
        if !reading.is_announced {
            if let Some(text) = unread {
                // A message whose flags cannot be read is still a message: the UIDs alone are asked for.
                self.bare_uids(&mut listed, text, &name).await?;
            }
            listed.sort();
            listed.dedup_by_key(|(uid, _)| *uid);
            self.announce(reading, listed).await?;
        }
        self.recognise(reading).await?;
        if self.options.is_dry {
            return self.plan(reading).await;
        }
        self.fetch(reading).await
    }

    /// Asks the target what it has of a folder, and queues what is to be copied.
    async fn announce(&mut self, reading: &mut Reading, listed: Vec<(u32, Vec<String>)>) -> Result<(), Stop> {
        let levels = reading.folder.levels.clone();
        let told = self.outlet.folder(reading.at, &levels, reading.validity, reading.folder.is_subscribed).await;
        let found = u64::try_from(listed.len()).unwrap_or(u64::MAX);
        self.ledger.found(reading.at, found);
        reading.is_announced = true;
        self.failures = 0;
        reading.queue = listed.iter().map(|(uid, _)| *uid).collect();
        let Ready { state, unknown } = match told {
            Some(Ok(ready)) => ready,
            Some(Err(fault)) => return Err(Stop::Folder(fault)),
            None => {
                let reason = "the target takes nothing more";
                return Err(Stop::Folder(Fault::new(FaultCode::NotTried, &reading.folder.name, reason)));
            }
        };
        let mut already = 0u64;
        for (uid, flags) in &listed {
            if !state.is_copied(*uid) {
                continue;
            }
            already += 1;
            let (flags, _) = clean_flags(flags);
            if self.options.updates_flags && state.flags_of(*uid).is_some_and(|known| known != flags.join(" ")) {
                self.outlet.send(Event::Flags { uid: *uid, flags }).await;
            }
        }
        reading.queue.retain(|uid| !state.is_copied(*uid));
        self.ledger.already(reading.at, already);
        if !unknown.is_empty() && !reading.queue.is_empty() {
            reading.unsure = Some(Unsure { unknown, flags: listed.into_iter().collect() });
        }
        Ok(())
    }

    /// Completes a list of messages of which one could not be read.
    async fn bare_uids(&mut self, found: &mut Vec<(u32, Vec<String>)>, text: String, name: &str) -> Result<(), Stop> {
        let Some(session) = self.session.as_mut() else { return Err(self.no_session()) };
        let known: HashSet<u32> = found.iter().map(|(uid, _)| *uid).collect();
        let mut is_readable = true;
        let asked = session.ask("UID FETCH 1:* (UID)", |answer| match answer {
            Answer::Fetched(Fetched { uid: Some(uid), .. }) if uid > 0 && !known.contains(&uid) => {
                found.push((uid, Vec::new()));
            }
            Answer::Unread(_) => is_readable = false,
            _ => {}
        });
        let done = asked.await.map_err(|broken| self.line(&broken))?;
        if done.is_ok() && is_readable {
            return Ok(());
        }
        Err(Stop::Folder(Fault::new(FaultCode::BadResponse, name, format!("the list of messages holds {text}"))))
    }

    /// Asks for facts of the messages that are queued; `on` gets each.
    async fn ask_queued(
        &mut self,
        reading: &Reading,
        items: &str,
        mut on: impl FnMut(u32, Fetched),
    ) -> Result<(), Stop> {
        let queued: Vec<u32> = reading.queue.iter().copied().collect();
        for part in queued.chunks(UIDS_AT_ONCE) {
            let Some(session) = self.session.as_mut() else { return Err(self.no_session()) };
            let set: UidSet = part.iter().copied().collect();
            let command = format!("UID FETCH {set} ({items})");
            let asked = session.ask(&command, |answer| {
                if let Answer::Fetched(fetched) = answer
                    && let Some(uid) = fetched.uid
                {
                    on(uid, fetched);
                }
            });
            asked.await.map_err(|broken| self.line(&broken))?;
        }
        Ok(())
    }

    /// Finds by their headers messages that are at the target already. Nothing is told of them before all are
    /// looked at, so that it can be begun again on another line.
    async fn recognise(&mut self, reading: &mut Reading) -> Result<(), Stop> {
        if reading.unsure.is_none() {
            return Ok(());
        }
        let mut keys: Vec<(u32, String)> = Vec::new();
        let asked = self.ask_queued(reading, KEY_ITEMS, |uid, fetched| {
            keys.extend(key_of_headers(&fetched).map(|key| (uid, key)));
        });
        asked.await?;
        let Some(Unsure { mut unknown, flags }) = reading.unsure.take() else { return Ok(()) };
        keys.sort();
        keys.dedup_by_key(|(uid, _)| *uid);
        let mut recognised = HashSet::new();
        for (uid, key) in keys {
            let Some(target) = unknown.get_mut(&key).and_then(Vec::pop) else { continue };
            recognised.insert(uid);
            let flags = flags.get(&uid).map(|flags| clean_flags(flags).0.join(" "));
            self.outlet.send(Event::Already { id: Id::Uid(uid), flags, target }).await;
        }
        reading.queue.retain(|uid| !recognised.contains(uid));
        Ok(())
    }

    /// A dry run: says how much would be copied.
    async fn plan(&mut self, reading: &mut Reading) -> Result<(), Stop> {
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        let asked = self.ask_queued(reading, "UID RFC822.SIZE", |uid, fetched| {
            sizes.extend(fetched.size.map(|size| (uid, size)));
        });
        asked.await?;
        let most = self.options.most_message_bytes;
        let (mut count, mut bytes) = (0u64, 0u64);
        let (mut too_large, mut gone) = (UidSet::default(), UidSet::default());
        for uid in reading.queue.drain(..) {
            match sizes.get(&uid) {
                Some(size) if *size > most => too_large.insert(uid),
                Some(size) => {
                    count += 1;
                    bytes = bytes.saturating_add(*size);
                }
                None => gone.insert(uid),
            }
        }
        self.ledger.planned(reading.at, count, bytes);
        if !gone.is_empty() {
            let fault = Fault::new(FaultCode::Vanished, &reading.folder.name, "the server tells no size of it");
            self.ledger.skip(reading.at, format!("UID {gone}"), gone.len(), &fault);
        }
        if !too_large.is_empty() {
            let fault = Fault::new(FaultCode::TooLarge, &reading.folder.name, format!("larger than {most} bytes"));
            self.ledger.skip(reading.at, format!("UID {too_large}"), too_large.len(), &fault);
        }
        Ok(())
    }

    /// Fetches what is queued.
    async fn fetch(&mut self, reading: &mut Reading) -> Result<(), Stop> {
        loop {
            if self.outlet.is_stopped() {
                // What is under way would come for nothing.
                self.session = None;
                let fault = Fault::new(FaultCode::NotTried, &reading.folder.name, "the target takes nothing more");
                self.skip_rest(reading, &fault);
                return Ok(());
            }
            while reading.flight.len() < PIPELINE && self.ask_next(reading).await? {}
            if reading.flight.is_empty() {
                return Ok(());
            }
            let Some(session) = self.session.as_mut() else { return Err(self.no_session()) };
            match session.answer().await.map_err(|broken| broken.fault(&self.server.place())) {
                Err(fault) => return Err(Stop::Line(fault)),
                Ok(Answer::Fetched(fetched)) => self.deliver(reading, fetched).await,
                Ok(Answer::Unread(text)) => {
                    if let Some(flight) = reading.flight.front_mut() {
                        flight.unread = Some(text);
                    }
                }
                Ok(Answer::Done { tag, status, text, .. }) => self.ended(reading, &tag, status, &text),
                Ok(_) => {}
            }
        }
    }

    /// Gives the next command; whether there was one to give.
    async fn ask_next(&mut self, reading: &mut Reading) -> Result<bool, Stop> {
        let count = self.options.batch_messages.clamp(1, UIDS_AT_ONCE).min(reading.queue.len());
        let (wanted, is_alone): (Vec<u32>, bool) = if count > 0 {
            (reading.queue.drain(..count).collect(), false)
        } else {
            // Those that may cost the line come last, so that they hold up nothing.
            (reading.alone.pop_front().into_iter().collect(), true)
        };
        if wanted.is_empty() {
            return Ok(false);
        }
        let set: UidSet = wanted.iter().copied().collect();
        // Noted before it is sent: where the line is lost meanwhile, it is asked for again.
        reading.flight.push_back(Flight { tag: String::new(), wanted, is_alone, unread: None });
        let Some(session) = self.session.as_mut() else { return Err(self.no_session()) };
        let begun = session.begin(&format!("UID FETCH {set} (UID FLAGS INTERNALDATE BODY.PEEK[])")).await;
        let tag = begun.map_err(|broken| self.line(&broken))?;
        if let Some(flight) = reading.flight.back_mut() {
            flight.tag = tag;
        }
        Ok(true)
    }

    async fn deliver(&mut self, reading: &mut Reading, fetched: Fetched) {
        let Some(uid) = fetched.uid else { return };
        if fetched.body.is_none() && fetched.dropped.is_none() && fetched.date.is_none() {
            // Flags of a message that somebody reads meanwhile.
            return;
        }
        let asked = reading.flight.iter_mut().find_map(|flight| {
            let place = flight.wanted.iter().position(|wanted| *wanted == uid)?;
            Some(flight.wanted.remove(place))
        });
        if asked.is_none() {
            return;
        }
        let place = format!("UID {uid}");
        let name = &reading.folder.name;
        let Some(bytes) = fetched.body else {
            let fault = match fetched.dropped {
                Some(size) => Fault::new(
                    FaultCode::TooLarge,
                    name,
                    format!("{size} bytes; at most {} are copied", self.options.most_message_bytes),
                ),
                None => Fault::new(FaultCode::Empty, name, "the server gives no content for it"),
            };
            self.ledger.skip(reading.at, place, 1, &fault);
            return;
        };
        self.failures = 0;
        let (flags, lost) = clean_flags(&fetched.flags.unwrap_or_default());
        if !lost.is_empty() {
            let reason = "flags that no command can hold";
            self.ledger.note(reading.at, NoteCode::KeywordsDropped, place.clone(), reason, 1);
        }
        let date = fetched.date.filter(|date| is_date(date));
        if date.is_none() {
            let reason = "the source gives no date that can be passed on";
            self.ledger.note(reading.at, NoteCode::DateDropped, place, reason, 1);
        }
        let permit = self.outlet.room(bytes.len()).await;
        let parcel = Parcel { id: Id::Uid(uid), flags, date, bytes, losses: 0, _permit: permit };
        self.outlet.send(Event::Message(Box::new(parcel))).await;
    }

    /// A command ended: what it did not bring is asked for one by one, and then skipped.
    fn ended(&mut self, reading: &mut Reading, tag: &str, status: Status, text: &str) {
        let Some(place) = reading.flight.iter().position(|flight| flight.tag == tag) else { return };
        let Some(flight) = reading.flight.remove(place) else { return };
        if !flight.is_alone {
            reading.alone.extend(flight.wanted);
            return;
        }
        for uid in flight.wanted {
            let name = &reading.folder.name;
            let fault = match (status, &flight.unread) {
                (_, Some(unread)) => Fault::new(FaultCode::BadResponse, name, unread),
                (Status::Ok, None) => Fault::new(FaultCode::Vanished, name, "it was removed meanwhile"),
                (_, None) => Fault::new(FaultCode::Refused, name, text),
            };
            self.ledger.skip(reading.at, format!("UID {uid}"), 1, &fault);
        }
    }
}
