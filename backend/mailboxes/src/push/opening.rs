//! Lines to the target, and the beginning of a folder there.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ALONE_AFTER, Current, Push, SKIPPED_AFTER};
use crate::fault::{Fault, FaultCode};
use crate::folders::{Names, shown, written};
use crate::parcel::{KEY_ITEMS, Ready, digest, key_of_headers, sizes};
use crate::progress::FolderState;
use crate::report::NoteCode;
use crate::uid_set::UidSet;
use crate::wire::{Answer, Broken, Counts, Session, quoted};

/// What was found at the target from some UID on.
#[derive(Default)]
struct Strangers {
    by_key: HashMap<String, Vec<u32>>,
    /// UID and size.
    sizes: HashMap<u32, u64>,
}

impl Push<'_> {
    /// The first line to the target.
    async fn connect(&mut self) -> Result<(), Fault> {
        if let Some(fault) = &self.gone {
            return Err(fault.clone());
        }
        let mut attempt = 0;
        while self.session.is_none() {
            match Session::open(self.server, self.options, &self.options.target_gate).await {
                Ok(session) => {
                    if self.names.is_none() {
                        self.names = Some(Names::new(session.naming.clone()));
                    }
                    self.session = Some(session);
                    self.know_folders().await;
                }
                Err(fault) => {
                    attempt += 1;
                    if !fault.code.may_pass() || attempt >= self.options.attempts {
                        self.give_up(fault.clone());
                        return Err(fault);
                    }
                    tokio::time::sleep(self.options.pause(attempt)).await;
                }
            }
        }
        Ok(())
    }

    /// Lists the folders of the target, so that one that is not there is made without asking for it first. Where
    /// that fails, each is asked for.
    async fn know_folders(&mut self) {
        let Some(session) = &mut self.session else { return };
        let mut there = HashSet::new();
        let asked = session.ask("LIST \"\" \"*\"", |answer| {
            if let Answer::Listed(listed) = answer {
                there.insert(listed.name);
            }
        });
        if asked.await.is_ok_and(|done| done.is_ok()) {
            self.there = Some(there);
        }
    }

    /// Makes the line again and looks what arrived of what was under way.
    pub(super) async fn restore(&mut self, broken: Broken) {
        let mut broken = broken;
        loop {
            self.session = None;
            self.failures += 1;
            for flight in self.flight.drain(..) {
                self.uncertain.extend(flight.parcels);
            }
            if let Some(fault) = self.gone.clone() {
                return self.give_up(fault);
            }
            if self.failures > self.options.attempts {
                return self.give_up(broken.fault(&self.server.place()));
            }
            self.ledger.reconnected();
            // The server may still be storing what it got.
            tokio::time::sleep(self.options.pause(self.failures - 1)).await;
            if self.connect().await.is_err() {
                return;
            }
            match self.look_back().await {
                Ok(()) => return,
                Err(again) => broken = again,
            }
        }
    }

    /// Tells what arrived from what did not.
    async fn look_back(&mut self) -> Result<(), Broken> {
        if self.uncertain.is_empty() {
            return Ok(());
        }
        let Some(current) = &self.current else { return Ok(()) };
        let (target, next, validity) = (current.target.clone(), current.next, current.state.target_validity);
        let sizes: HashSet<u64> = self.uncertain.iter().flat_map(|parcel| sizes(&parcel.bytes)).collect();
        let Some(session) = &mut self.session else { return Err(Broken::Lost("no session".to_owned())) };
        let mut alike = UidSet::default();
        let mut after = next;
        match session.examine(&target).await? {
            Ok(examined) if examined.uid_validity != validity => return self.replaced(&target),
            Ok(_) => {
                let command = format!("UID FETCH {next}:* (UID RFC822.SIZE)");
                let asked = session.ask(&command, |answer| {
                    if let Answer::Fetched(fetched) = answer
                        && let (Some(uid), Some(size)) = (fetched.uid, fetched.size)
                        && uid >= next
                    {
                        after = after.max(uid.saturating_add(1));
                        if sizes.contains(&size) {
                            alike.insert(uid);
                        }
                    }
                });
                asked.await?;
                session.ask("CLOSE", |_| {}).await?;
            }
            Err(_refused) => {}
        }
        let mut found = self.contents(&target, &alike).await?;
        found.sort_unstable();
        self.sort_out(found);
        if let Some(current) = &mut self.current {
            // What was confirmed without a UID lies below now, too.
            current.next = current.next.max(after);
            current.acknowledged.clear();
        }
        Ok(())
    }

    fn replaced(&mut self, target: &str) -> Result<(), Broken> {
        let fault = Fault::new(FaultCode::FolderReplaced, target, "UIDVALIDITY changed at the target meanwhile");
        if let Some(current) = &mut self.current {
            for parcel in self.uncertain.drain(..) {
                self.ledger.skip(current.at, parcel.id.place(), 1, &fault);
            }
            self.ledger.folder_fault(current.at, fault.clone());
            current.barred = Some(fault);
        }
        Ok(())
    }

    /// Of what was uncertain, what is there is noted as copied; the rest goes again.
    fn sort_out(&mut self, mut found: Vec<(u32, [u8; 32])>) {
        let uncertain = std::mem::take(&mut self.uncertain);
        let Some(current) = &mut self.current else { return };
        // Confirmed without a UID, and so among what was found: they came first.
        let mut confirmed: HashMap<String, usize> = HashMap::new();
        for key in &current.acknowledged {
            *confirmed.entry(key.clone()).or_default() += 1;
        }
        let (mut again, mut there) = (Vec::new(), Vec::new());
        for parcel in uncertain {
            let content = digest(&parcel.bytes);
            if let Some(count) = confirmed.get(&parcel.key()).copied().filter(|count| *count > 0) {
                let mut left = count;
                found.retain(|(_, other)| {
                    let is_ours = left > 0 && *other == content;
                    left -= usize::from(is_ours);
                    !is_ours
                });
                confirmed.insert(parcel.key(), 0);
            }
            match found.iter().position(|(_, other)| *other == content) {
                Some(place) => there.push((parcel, found.remove(place).0)),
                None => again.push((parcel, content)),
            }
        }
        for (parcel, uid) in there {
            self.record(&parcel, Some(uid));
        }
        for (mut parcel, content) in again.into_iter().rev() {
            parcel.losses += 1;
            let Some(current) = &mut self.current else { return };
            if current.resent.is_empty() {
                current.resent_from = current.next;
            }
            *current.resent.entry(content).or_default() += 1;
            if parcel.losses >= SKIPPED_AFTER {
                let reason = format!("the line was lost {} times while it was sent", parcel.losses);
                let fault = Fault::new(FaultCode::ConnectionLost, &current.target, reason);
                self.ledger.skip(current.at, parcel.id.place(), 1, &fault);
            } else if parcel.losses >= ALONE_AFTER {
                self.alone.push_front(parcel);
            } else {
                self.batch_bytes = self.batch_bytes.saturating_add(parcel.bytes.len());
                self.batch.insert(0, parcel);
            }
        }
    }

    /// Begins a folder: makes it where it is not there, and says what of the source it has already.
    pub(super) async fn open(
        &mut self,
        at: usize,
        levels: &[String],
        validity: Option<u32>,
        is_subscribed: bool,
    ) -> Result<Ready, Fault> {
        loop {
            self.connect().await?;
            match self.open_once(at, levels, validity, is_subscribed).await {
                Ok(done) => {
                    self.failures = 0;
                    return done;
                }
                Err(broken) => self.restore(broken).await,
            }
        }
    }

    async fn open_once(
        &mut self,
        at: usize,
        levels: &[String],
        validity: Option<u32>,
        is_subscribed: bool,
    ) -> Result<Result<Ready, Fault>, Broken> {
        let name = shown(levels);
        let wanted = renamed(levels, &self.options.renamed);
        let (Some(session), Some(names)) = (&mut self.session, &mut self.names) else {
            return Err(Broken::Lost("no session".to_owned()));
        };
        let (target, is_other) = names.give(&wanted);
        self.ledger.folder(at, |folder| {
            folder.target.clone_from(&target);
            folder.notes.retain(|note| note.code != NoteCode::Renamed);
        });
        if is_other || wanted != levels {
            self.ledger.note(at, NoteCode::Renamed, name.clone(), "it has another name at the target", 1);
        }
        let refused = |text: String| Fault::new(FaultCode::FolderRefused, &target, text);
        let Some(quoted) = quoted(&target) else { return Ok(Err(refused("no name".to_owned()))) };
        let items = "MESSAGES UIDNEXT UIDVALIDITY";
        let mut is_new = false;
        let is_there = target == "INBOX" || self.there.as_ref().is_none_or(|there| there.contains(&target));
        let mut counts = if is_there || self.options.is_dry {
            session.counts(&target, items).await?
        } else {
            let mut found = Counts::default();
            let commands = [format!("CREATE {quoted}"), format!("STATUS {quoted} ({items})")];
            let asked = session.ask_all(&commands, |answer| {
                if let Answer::Counts(counts) = answer {
                    found = counts;
                }
            });
            let mut ends = asked.await?.into_iter();
            is_new = ends.next().is_some_and(|made| made.is_ok());
            match ends.next() {
                Some(done) if !done.is_ok() => Err(done),
                _ => Ok(found),
            }
        };
        if counts.is_err() {
            if self.options.is_dry {
                return Ok(Ok(Ready::default()));
            }
            let made = session.ask(&format!("CREATE {quoted}"), |_| {}).await?;
            is_new = made.is_ok();
            counts = session.counts(&target, items).await?;
            if counts.is_err() && !made.is_ok() {
                return Ok(Err(refused(made.text)));
            }
        }
        let counts = match counts {
            Ok(counts) => counts,
            Err(done) => return Ok(Err(refused(done.text))),
        };
        if let Some(there) = &mut self.there {
            there.insert(target.clone());
        }
        let known = self.progress.folder(&name);
        let subscribes = is_subscribed && self.options.subscribes && !self.options.is_dry;
        if subscribes
            && (is_new || known.is_none())
            && !session.ask(&format!("SUBSCRIBE {quoted}"), |_| {}).await?.is_ok()
        {
            self.ledger.note(at, NoteCode::NotSubscribed, name.clone(), "the target refuses the subscription", 1);
        }
        let target_validity = counts.uid_validity.unwrap_or(0);
        let fresh =
            FolderState { source_validity: validity, target_validity, target_next: 1, ..FolderState::default() };
        let state = known
            .filter(|state| state.source_validity == validity && state.target_validity == target_validity)
            .unwrap_or(fresh);
        let next = counts.uid_next.unwrap_or(u32::MAX);
        let mut strangers = Strangers::default();
        if counts.messages != Some(0) && next > state.target_next {
            strangers = look(session, &target, &state).await?;
        }
        let ready = Ready { state: state.clone(), unknown: strangers.by_key };
        let advances = strangers.sizes.is_empty();
        let mut strangers_by_size: HashMap<u64, BTreeSet<u32>> = HashMap::new();
        for (uid, size) in &strangers.sizes {
            strangers_by_size.entry(*size).or_default().insert(*uid);
        }
        self.current = Some(Current {
            at,
            name,
            target,
            placed: UidSet::default(),
            next: counts.uid_next.unwrap_or(state.target_next),
            acknowledged: Vec::new(),
            strangers: strangers_by_size,
            stranger_sizes: strangers.sizes,
            stranger_contents: HashMap::new(),
            advances,
            flags: Vec::new(),
            resent: HashMap::new(),
            resent_from: 0,
            unkept: 0,
            was_made_again: false,
            barred: None,
            state,
        });
        Ok(Ok(ready))
    }
}

/// Messages at the target that the state does not account for.
async fn look(session: &mut Session, target: &str, state: &FolderState) -> Result<Strangers, Broken> {
    let mut found: Vec<(u32, u64, Option<String>)> = Vec::new();
    let from = state.target_next.max(1);
    if session.examine(target).await?.is_err() {
        return Ok(Strangers::default());
    }
    let command = format!("UID FETCH {from}:* ({KEY_ITEMS})");
    let asked = session.ask(&command, |answer| {
        if let Answer::Fetched(fetched) = answer
            && let (Some(uid), Some(size)) = (fetched.uid, fetched.size)
            && uid >= from
        {
            let key = key_of_headers(&fetched);
            found.push((uid, size, key));
        }
    });
    asked.await?;
    session.ask("CLOSE", |_| {}).await?;
    let mut ours = UidSet::default();
    for run in state.runs.iter().filter(|run| run.target > 0) {
        let last = run.target.saturating_add(run.count.saturating_sub(1));
        (run.target.max(from)..=last).for_each(|uid| ours.insert(uid));
    }
    found.retain(|(uid, ..)| !ours.contains(*uid));
    // The lowest last, so that it is the first that is taken.
    found.sort_by(|a, b| b.cmp(a));
    found.dedup_by_key(|(uid, ..)| *uid);
    let mut strangers = Strangers::default();
    let mut unplaced: HashMap<&str, usize> = HashMap::new();
    for key in &state.unplaced {
        *unplaced.entry(key.as_str()).or_default() += 1;
    }
    for (uid, size, key) in found.into_iter().rev() {
        if let Some(count) = key.as_deref().and_then(|key| unplaced.get_mut(key)).filter(|count| **count > 0) {
            *count -= 1;
            continue;
        }
        if let Some(key) = key {
            strangers.by_key.entry(key).or_default().insert(0, uid);
        }
        strangers.sizes.insert(uid, size);
    }
    Ok(strangers)
}

/// Other names that the options give to a folder, or to one above it.
fn renamed(levels: &[String], renames: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    for count in (0..=levels.len()).rev() {
        let (above, below) = levels.split_at(count);
        // The inbox has no levels, and stands above nothing.
        if (count > 0 || levels.is_empty())
            && let Some(other) = renames.get(&shown(above))
        {
            return written(other).into_iter().chain(below.iter().cloned()).collect();
        }
    }
    levels.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gets_the_name_that_was_given_to_the_one_above_it() {
        let renames = [("Gesendet", "Sent"), ("INBOX", "Old/Inbox")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let renames = renames.into_iter().collect();
        let of = |text: &str| shown(&renamed(&written(text), &renames));
        assert_eq!(of("Gesendet"), "Sent");
        assert_eq!(of("Gesendet/2024"), "Sent/2024");
        assert_eq!(of("INBOX"), "Old/Inbox");
        assert_eq!(of("Other"), "Other");
    }
}
