//! Commands that append, and what becomes of them.

use super::{Flight, Push};
use crate::fault::{Fault, FaultCode};
use crate::parcel::{Id, Parcel};
use crate::report::NoteCode;
use crate::wire::{Answer, Broken, Code, Done, Session, Status, quoted};

/// Larger messages are not sent before the server said that it wants them: it may have no room.
const ASKED_FROM: u64 = 8 << 20;
/// LITERAL- allows so many bytes without asking (RFC 7888 5).
const SMALL: u64 = 4_096;

/// Whether a message is sent without waiting for leave.
fn is_at_once(session: &Session, parcel: &Parcel) -> bool {
    let size = parcel.size();
    size < ASKED_FROM && (session.offers("LITERAL+") || session.offers("LITERAL-") && size <= SMALL)
}

impl Push<'_> {
    /// Sends messages with one command; it stays under way. A lost line is made again.
    pub(super) async fn append(&mut self, parcels: Vec<Parcel>) {
        let Some(session) = &self.session else {
            // Lost for good: `give_up` was there, or there never was a line.
            self.batch.splice(0..0, parcels);
            let fault = self.gone.clone();
            return self.give_up(fault.unwrap_or_else(|| Fault::new(FaultCode::ConnectionLost, "", "no line")));
        };
        if !parcels.iter().all(|parcel| is_at_once(session, parcel)) {
            // Its answer must be told from that of the command before.
            self.drain().await;
        }
        self.flight.push_back(Flight { tag: String::new(), parcels });
        match self.write().await {
            Ok(None) => {}
            Ok(Some(done)) => {
                if let Some(flight) = self.flight.pop_back() {
                    self.completed(flight.parcels, &done);
                }
            }
            Err(broken) => self.restore(broken).await,
        }
    }

    /// Writes the last command; its end, where the server ended it before it was whole.
    async fn write(&mut self) -> Result<Option<Done>, Broken> {
        let (Some(session), Some(flight), Some(current)) = (&mut self.session, self.flight.back_mut(), &self.current)
        else {
            return Err(Broken::Lost("no session".to_owned()));
        };
        let name = quoted(&current.target).unwrap_or_default();
        flight.tag = session.begin_parts(&format!("APPEND {name}")).await?;
        for parcel in &flight.parcels {
            let at_once = is_at_once(session, parcel);
            let date = parcel.date.as_ref().map(|date| format!(" \"{date}\"")).unwrap_or_default();
            let plus = if at_once { "+" } else { "" };
            let head = format!(" ({}){date} {{{}{plus}}}\r\n", parcel.flags.join(" "), parcel.bytes.len());
            session.part(head.as_bytes()).await?;
            if !at_once && let Some(done) = session.go_ahead(&flight.tag).await? {
                return Ok(Some(done));
            }
            session.part(&parcel.bytes).await?;
        }
        session.end_parts().await?;
        Ok(None)
    }

    /// Waits for the end of the first command under way.
    pub(super) async fn wait_one(&mut self) {
        let Some(tag) = self.flight.front().map(|flight| flight.tag.clone()) else { return };
        let Some(session) = &mut self.session else {
            return self.restore(Broken::Lost("no session".to_owned())).await;
        };
        match session.answer().await {
            Ok(Answer::Done { tag: ended, status, code, text }) if ended == tag => {
                if let Some(flight) = self.flight.pop_front() {
                    self.completed(flight.parcels, &Done { status, code, text });
                }
            }
            Ok(_) => {}
            Err(broken) => self.restore(broken).await,
        }
    }

    /// A command ended.
    fn completed(&mut self, parcels: Vec<Parcel>, done: &Done) {
        if !done.is_ok() {
            return match <[Parcel; 1]>::try_from(parcels) {
                Ok([parcel]) => self.refused(parcel, done),
                Err(parcels) => self.alone.extend(parcels),
            };
        }
        self.failures = 0;
        let validity = self.current.as_ref().map(|current| current.state.target_validity);
        let uids: Vec<u32> = match &done.code {
            Some(Code::AppendUid(of, ranges)) if Some(*of) == validity => {
                // A range of a hostile server may be endless; more than one too many is never needed.
                ranges.iter().cloned().flatten().take(parcels.len() + 1).collect()
            }
            _ => Vec::new(),
        };
        let tells = uids.len() == parcels.len();
        for (place, parcel) in parcels.iter().enumerate() {
            let uid = if tells { uids.get(place).copied() } else { None };
            self.record(parcel, uid);
        }
        self.keep(false);
    }

    /// Notes that a message was copied.
    pub(super) fn record(&mut self, parcel: &Parcel, uid: Option<u32>) {
        let Some(current) = &mut self.current else { return };
        current.unkept += 1;
        match &parcel.id {
            Id::Uid(source) => {
                current.state.record(*source, uid);
                current.state.record_flags(*source, &parcel.flags.join(" "));
            }
            Id::Key { key, .. } => current.state.record_key(key),
        }
        match uid {
            Some(uid) => {
                current.placed.insert(uid);
                current.next = current.next.max(uid.saturating_add(1));
                if current.advances && current.state.unplaced.is_empty() {
                    current.state.target_next = current.next;
                } else if let Id::Key { key, .. } = &parcel.id {
                    current.state.unplaced.push(key.clone());
                }
            }
            None => {
                let key = parcel.key();
                current.acknowledged.push(key.clone());
                current.state.unplaced.push(key);
            }
        }
        self.ledger.copied(current.at, parcel.size());
    }

    /// A message was refused, alone.
    fn refused(&mut self, mut parcel: Parcel, done: &Done) {
        let Some(current) = &mut self.current else { return };
        let (at, target) = (current.at, current.target.clone());
        if done.is_over_quota() {
            self.full_from = Some(self.full_from.unwrap_or(u64::MAX).min(parcel.size()));
            let fault = Fault::new(FaultCode::OverQuota, self.server.place(), &done.text);
            self.ledger.folder_fault(at, fault.clone());
            return self.ledger.skip(at, parcel.id.place(), 1, &fault);
        }
        if matches!(done.code, Some(Code::TryCreate)) && !current.was_made_again {
            current.was_made_again = true;
            let fault = Fault::new(FaultCode::FolderReplaced, &target, "the folder vanished at the target meanwhile");
            self.ledger.folder_fault(at, fault.clone());
            current.barred = Some(fault);
        }
        if let Some(fault) = &current.barred {
            return self.ledger.skip(at, parcel.id.place(), 1, fault);
        }
        let is_system = |flag: &String| flag.starts_with('\\');
        if !parcel.flags.iter().all(is_system) {
            parcel.flags.retain(is_system);
            let reason = "the target refuses the message with its keywords";
            self.ledger.note(at, NoteCode::KeywordsDropped, parcel.id.place(), reason, 1);
            return self.alone.push_front(parcel);
        }
        let code = if done.status == Status::Bad { FaultCode::Refused } else { FaultCode::MessageRefused };
        self.ledger.skip(at, parcel.id.place(), 1, &Fault::new(code, target, &done.text));
    }
}
