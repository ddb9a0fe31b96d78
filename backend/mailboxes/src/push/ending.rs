//! The end of a folder: flags brought up to date, and the state closed.

use std::collections::{BTreeMap, HashMap};

use super::Push;
use crate::report::NoteCode;
use crate::uid_set::UidSet;
use crate::wire::{Answer, Broken};

impl Push<'_> {
    /// Ends the folder that is written.
    pub(super) async fn end(&mut self) {
        while !self.is_idle() {
            self.work().await;
        }
        if self.current.is_none() {
            return;
        }
        if !self.options.is_dry && self.gone.is_none() {
            for step in [Step::Flags, Step::Twice, Step::Watermark] {
                while let Err(broken) = self.step(step).await {
                    self.restore(broken).await;
                    if self.gone.is_some() {
                        break;
                    }
                }
            }
        }
        self.keep(true);
        self.current = None;
    }

    async fn step(&mut self, step: Step) -> Result<(), Broken> {
        if self.gone.is_some() {
            return Ok(());
        }
        match step {
            Step::Flags => self.update_flags().await,
            Step::Twice => self.look_for_twice().await,
            Step::Watermark => self.close_state().await,
        }
    }

    /// Flags of messages copied earlier become those of the source.
    async fn update_flags(&mut self) -> Result<(), Broken> {
        let (Some(session), Some(current)) = (&mut self.session, &mut self.current) else { return Ok(()) };
        let mut wanted: BTreeMap<String, (UidSet, Vec<u32>)> = BTreeMap::new();
        for (uid, flags) in &current.flags {
            if let Some(target) = current.state.target_of(*uid) {
                let (targets, sources) = wanted.entry(flags.join(" ")).or_default();
                targets.insert(target);
                sources.push(*uid);
            }
        }
        if wanted.is_empty() || session.select(&current.target).await?.is_err() {
            current.flags.clear();
            return Ok(());
        }
        for (flags, (targets, sources)) in wanted {
            let mut are_taken = true;
            for part in targets.parts() {
                let done = session.ask(&format!("UID STORE {part} FLAGS.SILENT ({flags})"), |_| {}).await?;
                are_taken &= done.is_ok();
            }
            if are_taken {
                let count = u64::try_from(sources.len()).unwrap_or(u64::MAX);
                self.ledger.folder(current.at, |folder| folder.flags_updated += count);
                for uid in &sources {
                    current.state.record_flags(*uid, &flags);
                }
            } else {
                let reason = "the target refuses new flags of messages copied earlier";
                self.ledger.note(
                    current.at,
                    NoteCode::KeywordsDropped,
                    format!("UID {targets}"),
                    reason,
                    targets.len(),
                );
            }
        }
        current.flags.clear();
        // CLOSE would remove what is marked as deleted; opening it anew to read only does not.
        if session.offers("UNSELECT") {
            session.ask("UNSELECT", |_| {}).await?;
        } else if session.examine(&current.target).await?.is_ok() {
            session.ask("CLOSE", |_| {}).await?;
        }
        Ok(())
    }

    /// Where messages were sent again, looks whether the first sending arrived after all.
    async fn look_for_twice(&mut self) -> Result<(), Broken> {
        let (Some(session), Some(current)) = (&mut self.session, &self.current) else { return Ok(()) };
        if current.resent.is_empty() || !current.state.unplaced.is_empty() {
            // Where the target does not tell UIDs, a second copy cannot be told from the first.
            return Ok(());
        }
        let (at, target, from) = (current.at, current.target.clone(), current.resent_from);
        let placed = &current.placed;
        let mut others = UidSet::default();
        if session.examine(&target).await?.is_err() {
            return Ok(());
        }
        let command = format!("UID FETCH {from}:* (UID)");
        let asked = session.ask(&command, |answer| {
            if let Answer::Fetched(fetched) = answer
                && let Some(uid) = fetched.uid
                && uid >= from
                && !placed.contains(uid)
            {
                others.insert(uid);
            }
        });
        asked.await?;
        session.ask("CLOSE", |_| {}).await?;
        let resent: HashMap<[u8; 32], u64> = current.resent.clone();
        for (uid, content) in self.contents(&target, &others).await? {
            if resent.contains_key(&content) {
                let reason = "a lost line left a second copy at the target";
                self.ledger.note(at, NoteCode::PerhapsTwice, format!("UID {uid} at the target"), reason, 1);
            }
        }
        if let Some(current) = &mut self.current {
            current.resent.clear();
        }
        Ok(())
    }

    /// Everything at the target is accounted for now.
    async fn close_state(&mut self) -> Result<(), Broken> {
        let (Some(session), Some(current)) = (&mut self.session, &mut self.current) else { return Ok(()) };
        if current.advances && current.state.unplaced.is_empty() {
            return Ok(());
        }
        let next = match session.counts(&current.target, "UIDNEXT").await? {
            Ok(counts) => counts.uid_next,
            Err(_refused) => None,
        };
        current.state.target_next = next.unwrap_or(current.next).max(current.next);
        current.state.unplaced.clear();
        Ok(())
    }
}

/// What is done at the end of a folder.
#[derive(Clone, Copy)]
enum Step {
    Flags,
    Twice,
    Watermark,
}
