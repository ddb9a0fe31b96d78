//! What was copied before: the state that makes a second run copy nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::uid_set::UidSet;

/// Messages whose numbers run beside each other at source and target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// UID of the first at the source.
    pub source: u32,
    /// UID of the first at the target; 0 where the target did not tell them.
    pub target: u32,
    /// How many.
    pub count: u32,
}

/// The state of one folder. Small: 100,000 messages copied in their order are one [`Run`].
///
/// The numbers hold as long as the UIDVALIDITY of both sides does (RFC 3501 2.3.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderState {
    /// UIDVALIDITY at the source; `None` for mail on disk.
    pub source_validity: Option<u32>,
    /// UIDVALIDITY at the target.
    pub target_validity: u32,
    /// Messages at the target below this UID are accounted for: ours, or looked at and found to be none of ours.
    pub target_next: u32,
    /// Copied messages of an IMAP source, by UID.
    #[serde(default)]
    pub runs: Vec<Run>,
    /// Copied messages of a source on disk, by key, and how many of the same.
    #[serde(default)]
    pub keys: BTreeMap<String, u32>,
    /// Keys of copied messages whose UID at the target is not known, at or above `target_next`.
    #[serde(default)]
    pub unplaced: Vec<String>,
    /// The flags that copied messages had, as they were copied.
    #[serde(default)]
    pub flags: BTreeMap<String, UidSet>,
}

impl FolderState {
    /// The run that holds this UID of the source.
    fn run(&self, uid: u32) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.source <= uid);
        let run = self.runs.get(after.checked_sub(1)?)?;
        (uid - run.source < run.count).then_some(run)
    }

    /// Whether this message of the source was copied.
    #[must_use]
    pub fn is_copied(&self, uid: u32) -> bool {
        self.run(uid).is_some()
    }

    /// The UID of its copy, where it is known.
    #[must_use]
    pub fn target_of(&self, uid: u32) -> Option<u32> {
        let run = self.run(uid)?;
        if run.target == 0 { None } else { run.target.checked_add(uid - run.source) }
    }

    /// Notes that a message was copied.
    pub fn record(&mut self, uid: u32, target: Option<u32>) {
        if self.is_copied(uid) {
            return;
        }
        let target = target.unwrap_or(0);
        let after = self.runs.partition_point(|run| run.source <= uid);
        if let Some(run) = after.checked_sub(1).and_then(|at| self.runs.get_mut(at)) {
            let follows = run.source.checked_add(run.count) == Some(uid);
            let beside = match run.target {
                0 => target == 0,
                first => first.checked_add(run.count) == Some(target),
            };
            if follows && beside {
                run.count += 1;
                return;
            }
        }
        self.runs.insert(after, Run { source: uid, target, count: 1 });
    }

    /// Notes that a message on disk was copied.
    pub fn record_key(&mut self, key: &str) {
        let count = self.keys.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Notes the flags of a message at the source.
    pub fn record_flags(&mut self, uid: u32, flags: &str) {
        if self.flags.get(flags).is_some_and(|set| set.contains(uid)) {
            return;
        }
        self.flags.values_mut().for_each(|set| set.remove(uid));
        self.flags.retain(|_, set| !set.is_empty());
        self.flags.entry(flags.to_owned()).or_default().insert(uid);
    }

    /// The flags that were noted last.
    #[must_use]
    pub fn flags_of(&self, uid: u32) -> Option<&str> {
        self.flags.iter().find(|(_, set)| set.contains(uid)).map(|(flags, _)| flags.as_str())
    }

    /// How many messages were copied.
    #[must_use]
    pub fn len(&self) -> u64 {
        let numbered: u64 = self.runs.iter().map(|run| u64::from(run.count)).sum();
        numbered + self.keys.values().map(|count| u64::from(*count)).sum::<u64>()
    }

    /// Whether no message was copied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The port behind which the caller keeps the state of one mailbox.
///
/// A state that is lost costs time and no mail: what is at the target already is recognised by its headers.
pub trait Progress: Send {
    /// The state of a folder, named as people read it with `/` between levels; `None` for a folder that was never
    /// copied.
    fn folder(&mut self, folder: &str) -> Option<FolderState>;

    /// Keeps the state of a folder. Called after each batch that the target confirmed, and at the end of a folder.
    ///
    /// # Errors
    /// Why it cannot be kept, in words: the copy of this mailbox then ends.
    fn keep(&mut self, folder: &str, state: &FolderState) -> Result<(), String>;
}

/// The state of a whole mailbox, in memory; serde makes of it what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxState {
    /// By folder.
    pub folders: BTreeMap<String, FolderState>,
}

impl Progress for MailboxState {
    fn folder(&mut self, folder: &str) -> Option<FolderState> {
        self.folders.get(folder).cloned()
    }

    fn keep(&mut self, folder: &str, state: &FolderState) -> Result<(), String> {
        self.folders.insert(folder.to_owned(), state.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_copied_in_order_are_one_run() {
        let mut state = FolderState::default();
        (1..=100_000).for_each(|uid| state.record(uid, Some(uid + 7)));
        assert_eq!(state.runs, [Run { source: 1, target: 8, count: 100_000 }]);
        assert_eq!(state.target_of(100_000), Some(100_007));
        assert!(!state.is_copied(100_001) && !state.is_copied(0));
    }

    #[test]
    fn what_comes_late_or_without_a_number_is_found_too() {
        let mut state = FolderState::default();
        for (uid, target) in [(1, Some(1)), (3, Some(2)), (4, Some(3)), (9, None), (10, None), (2, Some(9))] {
            state.record(uid, target);
            state.record(uid, target);
        }
        let targets: Vec<Option<u32>> = (1..=10).map(|uid| state.target_of(uid)).collect();
        assert_eq!(targets, [Some(1), Some(9), Some(2), Some(3), None, None, None, None, None, None]);
        assert_eq!((state.len(), state.is_copied(10), state.is_copied(5)), (6, true, false));
    }

    #[test]
    fn flags_are_those_noted_last() {
        let mut state = FolderState::default();
        state.record_flags(5, "");
        state.record_flags(6, "");
        state.record_flags(5, "\\Seen");
        assert_eq!((state.flags_of(5), state.flags_of(6), state.flags_of(7)), (Some("\\Seen"), Some(""), None));
    }

    #[test]
    fn a_state_comes_back_from_json_as_it_was() {
        let mut state = MailboxState::default();
        let mut folder = FolderState { source_validity: Some(7), target_validity: 9, ..FolderState::default() };
        folder.record(3, Some(4));
        folder.record_key("ab");
        folder.record_flags(3, "\\Seen $Forwarded");
        state.keep("A/B", &folder).unwrap();
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<MailboxState>(&text).unwrap(), state);
    }
}
