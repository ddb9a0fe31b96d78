//! Paths of members: bytes of a stranger in, a path that stays inside out.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::BuildHasher;

/// Bytes of one path.
const PATH_BYTES: usize = 4096;
/// Bytes of one name in it.
const NAME_BYTES: usize = 255;

/// Why a path is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// It begins at the root.
    #[error("the path is absolute")]
    Absolute,
    /// It leads out of the archive.
    #[error("the path holds '..'")]
    Parent,
    /// It, or a name in it, is longer than a file system has.
    #[error("the path is too long")]
    TooLong,
}

/// A relative path without `.`, `..` and empty names, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafePath {
    /// Names separated by `/`; bytes that are no UTF-8, and control characters, are written `\xNN`.
    pub text: String,
    /// The path was text as it stood.
    pub is_plain: bool,
}

impl SafePath {
    /// Reads a path.
    ///
    /// # Errors
    /// [`BadPath`] for one that leads elsewhere.
    pub fn of(raw: &[u8]) -> Result<Self, BadPath> {
        if raw.len() > PATH_BYTES {
            return Err(BadPath::TooLong);
        }
        if raw.first() == Some(&b'/') {
            return Err(BadPath::Absolute);
        }
        let mut text = String::with_capacity(raw.len());
        let mut is_plain = true;
        for name in raw.split(|byte| *byte == b'/') {
            match name {
                b"" | b"." => continue,
                b".." => return Err(BadPath::Parent),
                _ if name.len() > NAME_BYTES => return Err(BadPath::TooLong),
                _ => {}
            }
            if !text.is_empty() {
                text.push('/');
            }
            is_plain &= append(&mut text, name);
        }
        Ok(Self { text, is_plain })
    }
}

/// Appends a name; false where something of it had to be written as `\xNN`.
fn append(text: &mut String, name: &[u8]) -> bool {
    let mut is_plain = true;
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() {
                is_plain = false;
                let _never_fails = write!(text, "\\x{:02x}", u32::from(letter));
            } else {
                text.push(letter);
            }
        }
        for byte in chunk.invalid() {
            is_plain = false;
            let _never_fails = write!(text, "\\x{byte:02x}");
        }
    }
    is_plain
}

/// Where a link leads, seen from the folder of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To something of the same archive.
    Inside,
    /// Out of it.
    Outside,
}

/// Where a symbolic link of a member leads.
#[must_use]
pub fn leads(link: &str, target: &[u8]) -> Leads {
    if target.first() == Some(&b'/') || target.is_empty() {
        return Leads::Outside;
    }
    let mut depth = link.split('/').count().saturating_sub(1);
    for name in target.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return Leads::Outside,
            },
            _ => depth = depth.saturating_add(1),
        }
    }
    Leads::Inside
}

/// Which paths were seen: eight bytes a path, so that two members of one path are told apart
/// from one. The keys are random: a stranger cannot make paths collide.
#[derive(Debug, Default)]
pub struct Seen {
    keys: RandomState,
    hashes: HashSet<u64>,
}

impl Seen {
    /// Notes a path; false where it was seen before.
    pub fn is_first(&mut self, path: &str) -> bool {
        self.hashes.insert(self.keys.hash_one(path))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        assert_eq!(SafePath::of(b"/etc/passwd"), Err(BadPath::Absolute));
        assert_eq!(SafePath::of(b"a/../../b"), Err(BadPath::Parent));
        assert_eq!(SafePath::of(&[b'a'; 256]), Err(BadPath::TooLong));
        assert_eq!(SafePath::of(&b"a/".repeat(3000)), Err(BadPath::TooLong));
    }

    #[test]
    fn names_are_cleaned_and_odd_bytes_are_written_out() {
        assert_eq!(SafePath::of(b"./a//b/./c/").unwrap(), SafePath { text: "a/b/c".into(), is_plain: true });
        assert_eq!(SafePath::of(b"caf\xe9/\n").unwrap(), SafePath { text: "caf\\xe9/\\x0a".into(), is_plain: false });
        assert_eq!(SafePath::of(b"..a/b..").unwrap().text, "..a/b..");
    }

    #[test]
    fn links_that_climb_out_are_told_from_those_that_stay() {
        assert_eq!(leads("a/b/link", b"../c"), Leads::Inside);
        assert_eq!(leads("a/link", b"../../c"), Leads::Outside);
        assert_eq!(leads("a/link", b"x/../../../c"), Leads::Outside);
        assert_eq!(leads("link", b"/etc"), Leads::Outside);
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_a_path_stays_inside(raw in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(path) = SafePath::of(&raw) {
                prop_assert!(!path.text.starts_with('/') && !path.text.ends_with('/'));
                prop_assert!(path.text.split('/').all(|name| name != ".." && name != "."));
                prop_assert!(!path.text.chars().any(char::is_control));
                let again = SafePath::of(path.text.as_bytes()).unwrap();
                prop_assert_eq!(again.text, path.text);
            }
        }
    }
}
