//! What a document holds that the snapshot has no place for, told once for each path.

use std::collections::BTreeMap;

use super::super::{Gap, GapKind, Kind, Refusal, Sink};

/// So many different paths are told apart; what comes after them is counted together.
const PATHS: usize = 1_000;
/// So much of a stranger's name is repeated.
const NAME: usize = 80;

/// Unknown elements, keys and attributes met so far, and where in a record the reading is.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The fields that lead to the value under the reader; the first is the name of the entry.
    pub(super) trail: Vec<&'static str>,
    lost: BTreeMap<String, Lost>,
    more: Option<Lost>,
}

#[derive(Debug)]
struct Lost {
    what: &'static str,
    record: Option<Kind>,
    at: u64,
    count: u64,
}

impl Notes {
    /// The path of the value under the reader.
    pub(super) fn path(&self) -> String {
        self.trail.join("/")
    }

    /// Something named `name` below the present path is not known.
    pub(super) fn lose(&mut self, what: &'static str, name: &[u8], at: u64) {
        let mut path = self.path();
        if !path.is_empty() && !name.is_empty() {
            path.push('/');
        }
        path.extend(String::from_utf8_lossy(name).chars().take(NAME).filter(|c| !c.is_control()));
        let record = self.trail.first().and_then(|name| Kind::named(name));
        if let Some(known) = self.lost.get_mut(&path) {
            known.count = known.count.saturating_add(1);
        } else if self.lost.len() < PATHS {
            self.lost.insert(path, Lost { what, record, at, count: 1 });
        } else {
            let more = self.more.get_or_insert(Lost { what: "an unknown part", record: None, at, count: 0 });
            more.count = more.count.saturating_add(1);
        }
    }

    /// Tells everything, in the order of the paths.
    pub(super) fn tell(&mut self, place: &str, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let lost = std::mem::take(&mut self.lost);
        let more = self.more.take().map(|lost| ("further paths".to_owned(), lost));
        for (path, lost) in lost.into_iter().chain(more) {
            let kind = if lost.record.is_some() { GapKind::FactLost } else { GapKind::PartUnread };
            let at = format!("{place}: {path} (first at byte {})", lost.at);
            let mut gap = Gap::new(kind, at, format!("{} has no place in this version", lost.what)).times(lost.count);
            gap.record = lost.record;
            gap.field = path.rsplit('/').next().map(str::to_owned);
            sink.gap(gap)?;
        }
        Ok(())
    }
}

/// A reason as serde gives it, short, and without the value where the value may be a secret.
pub(super) fn reason_of(path: &str, reason: &str) -> String {
    const SECRET: [&str; 6] = ["password", "key", "token", "auth_code", "secret", "value"];
    if SECRET.iter().any(|word| path.contains(word)) && !reason.starts_with("missing field") {
        return "the value is not of the type that is written here".to_owned();
    }
    reason.chars().take(300).filter(|c| !c.is_control()).collect()
}
