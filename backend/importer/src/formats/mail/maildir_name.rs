//! What the name of a Maildir file says.

use super::Flags;

/// The parts of a name such as `1.M2P3.host,S=1000,W=1030:2,RSab`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaildirName {
    /// The name without flags and sizes: the same before and after the flags change.
    pub unique: Vec<u8>,
    /// The system flags.
    pub flags: Flags,
    /// Was passed on (`P`).
    pub is_forwarded: bool,
    /// Keywords by their letter: `a` is 0.
    pub keywords: Vec<u8>,
    /// Letters that are no flags that are known.
    pub unknown: Vec<u8>,
    /// Bytes of the message, uncompressed, as the name says.
    pub size: Option<u64>,
    /// Bytes with CRLF line ends, as the name says.
    pub wire_size: Option<u64>,
    /// The name has a part for flags.
    pub has_info: bool,
}

impl MaildirName {
    /// Reads a name. Flags may stand behind `:2,`, or `!2,` and `;2,` where file systems allow no colon.
    #[must_use]
    pub fn read(name: &[u8]) -> Self {
        let at = name.windows(3).rposition(|part| matches!(part, b":2," | b"!2," | b";2,"));
        let (base, info) = match at.and_then(|at| name.split_at_checked(at)) {
            Some((base, info)) => (base, info.get(3..).unwrap_or_default()),
            None => (name, &[][..]),
        };
        let mut parts = base.split(|byte| *byte == b',');
        let mut read =
            Self { unique: parts.next().unwrap_or_default().to_vec(), has_info: at.is_some(), ..Self::default() };
        for part in parts {
            let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
            match part {
                [b'S', b'=', digits @ ..] => read.size = number(digits),
                [b'W', b'=', digits @ ..] => read.wire_size = number(digits),
                _ => {}
            }
        }
        // A comma behind the flags begins what other programs add.
        for letter in info.split(|byte| *byte == b',').next().unwrap_or_default() {
            match letter {
                b'S' => read.flags.is_seen = true,
                b'R' => read.flags.is_answered = true,
                b'F' => read.flags.is_flagged = true,
                b'T' => read.flags.is_deleted = true,
                b'D' => read.flags.is_draft = true,
                b'P' => read.is_forwarded = true,
                b'a'..=b'z' => read.keywords.push(letter.wrapping_sub(b'a')),
                _ => read.unknown.push(*letter),
            }
        }
        read
    }
}

/// The names of keywords that a `dovecot-keywords` file gives, by number.
#[must_use]
pub fn keyword_names(file: &[u8]) -> Vec<Option<String>> {
    let mut names: Vec<Option<String>> = vec![None; 26];
    for line in String::from_utf8_lossy(file).lines().take(1_000) {
        let Some((number, name)) = line.trim().split_once(' ') else { continue };
        let place = number.parse::<usize>().ok().and_then(|number| names.get_mut(number));
        if let Some(place) = place {
            *place = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        }
    }
    names
}

/// What a `dovecot-uidlist` file says: the folder's validity, and the number of each message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UidList {
    /// UIDVALIDITY.
    pub validity: Option<u32>,
    /// Numbers by the part of the name that does not change.
    pub uids: std::collections::HashMap<Vec<u8>, u32>,
    /// Lines that could not be read.
    pub unread: u64,
}

impl UidList {
    /// Reads versions 1 and 3.
    #[must_use]
    pub fn read(file: &[u8], most: usize) -> Self {
        let mut list = Self::default();
        let mut lines = file.split(|byte| *byte == b'\n');
        let head = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let mut words = head.split_ascii_whitespace();
        let version = words.next();
        list.validity = match version {
            Some("1") => words.next().and_then(|word| word.parse().ok()),
            _ => words.find_map(|word| word.strip_prefix('V')).and_then(|number| number.parse().ok()),
        };
        for line in lines.filter(|line| !line.is_empty()).take(most) {
            let read = || {
                let space = line.iter().position(|byte| *byte == b' ')?;
                let (number, rest) = line.split_at_checked(space)?;
                let uid: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
                let name = if version == Some("1") {
                    rest.get(1..)?
                } else {
                    // Facts such as `W1030` may stand before the colon that begins the name.
                    let colon = rest.windows(2).position(|pair| pair == b" :")?;
                    rest.get(colon.checked_add(2)?..)?
                };
                Some((MaildirName::read(name).unique, uid))
            };
            match read() {
                Some((name, uid)) => {
                    list.uids.insert(name, uid);
                }
                None => list.unread = list.unread.saturating_add(1),
            }
        }
        list
    }
}

/// Space and messages that a `maildirsize` file allows: `1000000S,5000C`.
#[must_use]
pub fn quota(file: &[u8]) -> (Option<u64>, Option<u64>) {
    let text = String::from_utf8_lossy(file.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    let (mut bytes, mut messages) = (None, None);
    for part in text.trim().split(',') {
        if let Some(number) = part.strip_suffix('S') {
            bytes = number.parse().ok().filter(|number| *number > 0);
        } else if let Some(number) = part.strip_suffix('C') {
            messages = number.parse().ok().filter(|number| *number > 0);
        }
    }
    (bytes, messages)
}
