//! Sets of UIDs, small however many they are: mail is numbered without many gaps.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Ranges that one command names: at most 11,000 bytes.
const RANGES_IN_A_LINE: usize = 500;

/// A set of UIDs as ranges, written as IMAP writes them (RFC 3501 `sequence-set`): `1:5,7`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UidSet {
    /// First and last of each range; ordered, never touching.
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many are in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether this one is in it.
    #[must_use]
    pub fn contains(&self, uid: u32) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= uid);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|(_, last)| uid <= *last)
    }

    /// Puts one in.
    pub fn insert(&mut self, uid: u32) {
        let after = self.ranges.partition_point(|(first, _)| *first <= uid);
        let before = after.checked_sub(1);
        if let Some((_, last)) = before.and_then(|at| self.ranges.get(at))
            && uid <= *last
        {
            return;
        }
        let joins_next = self.ranges.get(after).is_some_and(|(first, _)| first.checked_sub(1) == Some(uid));
        let next_last = self.ranges.get(after).map(|(_, last)| *last);
        let joined = before.and_then(|at| self.ranges.get_mut(at)).filter(|(_, last)| last.checked_add(1) == Some(uid));
        match (joined, joins_next, next_last) {
            (Some(range), true, Some(last)) => {
                range.1 = last;
                self.ranges.remove(after);
            }
            (Some(range), ..) => range.1 = uid,
            (None, true, _) => {
                if let Some(range) = self.ranges.get_mut(after) {
                    range.0 = uid;
                }
            }
            (None, ..) => self.ranges.insert(after, (uid, uid)),
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, uid: u32) {
        if !self.contains(uid) {
            return;
        }
        let Some(at) = self.ranges.partition_point(|(first, _)| *first <= uid).checked_sub(1) else { return };
        let (first, last) = self.ranges.remove(at);
        if uid < last {
            self.ranges.insert(at, (uid + 1, last));
        }
        if first < uid {
            self.ranges.insert(at, (first, uid - 1));
        }
    }

    /// The same in sets that fit into a command: servers bound the length of a line.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Self> + '_ {
        self.ranges.chunks(RANGES_IN_A_LINE).map(|ranges| Self { ranges: ranges.to_vec() })
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }
}

impl FromIterator<u32> for UidSet {
    fn from_iter<T: IntoIterator<Item = u32>>(uids: T) -> Self {
        let mut set = Self::default();
        uids.into_iter().for_each(|uid| set.insert(uid));
        set
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (first, last)) in self.ranges.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first}:{last}")?;
            }
        }
        Ok(())
    }
}

/// A text that is no set of UIDs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no set of UIDs")]
pub struct BadUidSet;

impl FromStr for UidSet {
    type Err = BadUidSet;

    fn from_str(text: &str) -> Result<Self, BadUidSet> {
        let mut set = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let first: u32 = first.parse().map_err(|_not_a_number| BadUidSet)?;
            let last: u32 = last.parse().map_err(|_not_a_number| BadUidSet)?;
            // Ranges must come in order, so that a hostile text cannot ask for four thousand million insertions.
            let is_behind =
                set.ranges.last().is_none_or(|(_, end)| end.checked_add(1).is_some_and(|next| first > next));
            if first > last || !is_behind {
                return Err(BadUidSet);
            }
            set.ranges.push((first, last));
        }
        Ok(set)
    }
}

impl Serialize for UidSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UidSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in_and_not_taken_out(steps in prop::collection::vec((0u32..40, any::<bool>()), 0..200)) {
            let (mut set, mut plain) = (UidSet::default(), BTreeSet::new());
            for (uid, is_in) in steps {
                if is_in {
                    set.insert(uid);
                    plain.insert(uid);
                } else {
                    set.remove(uid);
                    plain.remove(&uid);
                }
            }
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), plain.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.len(), u64::try_from(plain.len()).unwrap());
            for uid in 0..40 {
                prop_assert_eq!(set.contains(uid), plain.contains(&uid));
            }
            prop_assert_eq!(set.to_string().parse::<UidSet>().unwrap(), set);
        }
    }

    #[test]
    fn a_hundred_thousand_in_a_row_are_one_range() {
        let set: UidSet = (1..=100_000).collect();
        assert_eq!(set.to_string(), "1:100000");
        assert!(!set.contains(u32::MAX) && set.contains(1));
    }

    #[test]
    fn a_text_that_is_no_set_is_refused() {
        for text in ["x", "5:1", "1:3,2:9", "1:2,3", "0:4294967296"] {
            assert!(text.parse::<UidSet>().is_err(), "{text}");
        }
        assert!("".parse::<UidSet>().unwrap().is_empty());
    }
}
