//! Domain names: labels of bytes, and how they are written.

use std::fmt::Write as _;

/// Why a text is no domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameFault {
    EmptyLabel,
    LongLabel,
    LongName,
    BadEscape,
    NoOrigin,
}

impl NameFault {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::EmptyLabel => "a name with an empty label",
            Self::LongLabel => "a label of more than 63 bytes",
            Self::LongName => "a name of more than 255 bytes",
            Self::BadEscape => "a bad escape",
            Self::NoOrigin => "a relative name and no origin",
        }
    }
}

/// An absolute domain name, as its labels from left to right. The root has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Name {
    labels: Vec<Vec<u8>>,
}

impl Name {
    /// Reads a name as it stands in a master file; a relative one is completed with the origin.
    pub(super) fn read(text: &[u8], origin: Option<&Name>) -> Result<Self, NameFault> {
        match text {
            b"@" => return origin.cloned().ok_or(NameFault::NoOrigin),
            b"." => return Ok(Self::default()),
            b"" => return Err(NameFault::EmptyLabel),
            _ => {}
        }
        let mut labels = Vec::new();
        let mut label = Vec::new();
        let mut is_absolute = false;
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            is_absolute = false;
            match byte {
                b'.' => {
                    Self::close(&mut labels, &mut label)?;
                    is_absolute = true;
                }
                b'\\' => {
                    let (value, after) = unescape(rest).ok_or(NameFault::BadEscape)?;
                    label.push(value);
                    rest = after;
                }
                _ => label.push(byte),
            }
            if labels.len() > 128 || label.len() > 63 {
                return Err(if label.len() > 63 { NameFault::LongLabel } else { NameFault::LongName });
            }
        }
        if !is_absolute {
            Self::close(&mut labels, &mut label)?;
            labels.extend(origin.ok_or(NameFault::NoOrigin)?.labels.iter().cloned());
        }
        let name = Self { labels };
        if name.wire_len() > 255 { Err(NameFault::LongName) } else { Ok(name) }
    }

    fn close(labels: &mut Vec<Vec<u8>>, label: &mut Vec<u8>) -> Result<(), NameFault> {
        if label.is_empty() {
            return Err(NameFault::EmptyLabel);
        }
        labels.push(std::mem::take(label));
        Ok(())
    }

    fn wire_len(&self) -> usize {
        self.labels.iter().fold(1, |sum: usize, label| sum.saturating_add(label.len()).saturating_add(1))
    }

    /// Reads an uncompressed name from the front of wire data.
    pub(super) fn from_wire(wire: &[u8]) -> Option<(Self, &[u8])> {
        let mut labels = Vec::new();
        let mut rest = wire;
        loop {
            let (&len, after) = rest.split_first()?;
            if len == 0 {
                let name = Self { labels };
                return (name.wire_len() <= 255).then_some((name, after));
            }
            if len > 63 || labels.len() > 128 {
                return None;
            }
            let (label, after) = after.split_at_checked(usize::from(len))?;
            labels.push(label.to_vec());
            rest = after;
        }
    }

    pub(super) fn to_wire(&self, out: &mut Vec<u8>) {
        for label in &self.labels {
            out.push(u8::try_from(label.len()).unwrap_or(63));
            out.extend_from_slice(label);
        }
        out.push(0);
    }

    pub(super) fn lower(&self) -> Self {
        Self { labels: self.labels.iter().map(|label| label.to_ascii_lowercase()).collect() }
    }

    pub(super) fn labels(&self) -> &[Vec<u8>] {
        &self.labels
    }

    pub(super) fn is_root(&self) -> bool {
        self.labels.is_empty()
    }

    pub(super) fn first(&self) -> Option<&[u8]> {
        self.labels.first().map(Vec::as_slice)
    }

    /// The name without its first label.
    pub(super) fn parent(&self) -> Option<Self> {
        self.labels.split_first().map(|(_, rest)| Self { labels: rest.to_vec() })
    }

    /// Equal to or below the other, whatever the case.
    pub(super) fn is_within(&self, other: &Name) -> bool {
        self.labels.len() >= other.labels.len()
            && self.labels.iter().rev().zip(other.labels.iter().rev()).all(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    /// How it is written: absolute, with escapes where needed.
    pub(super) fn text(&self) -> String {
        if self.labels.is_empty() {
            return ".".to_owned();
        }
        let mut text = String::new();
        for label in &self.labels {
            for &byte in label {
                push_byte(&mut text, byte, b".;\\()\"@$");
            }
            text.push('.');
        }
        text
    }

    /// Orders names so that each is followed by those below it. Lower case is expected.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.wire_len());
        for label in self.labels.iter().rev() {
            for &byte in label {
                match byte {
                    0 => key.extend_from_slice(&[1, 1]),
                    1 => key.extend_from_slice(&[1, 2]),
                    _ => key.push(byte),
                }
            }
            key.push(0);
        }
        key
    }

    /// A host name: letters, digits and inner hyphens. `*` may stand first where `allows_wildcard`.
    pub(super) fn is_host(&self, allows_wildcard: bool) -> bool {
        self.labels.iter().enumerate().all(|(i, label)| {
            (i == 0 && allows_wildcard && label == b"*")
                || (label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
                    && label.first() != Some(&b'-')
                    && label.last() != Some(&b'-'))
        })
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.labels.iter().all(|label| label.is_ascii())
    }

    /// Looks like an IPv4 or IPv6 address that was put where a name belongs; `within` is the zone.
    pub(super) fn looks_like_address(&self, within: &Name) -> bool {
        let count = if self.is_within(within) {
            self.labels.len().saturating_sub(within.labels.len())
        } else {
            self.labels.len()
        };
        let own: Vec<&[u8]> = self.labels.iter().take(count).map(Vec::as_slice).collect();
        let text = String::from_utf8_lossy(&own.join(&b'.')).into_owned();
        text.parse::<std::net::IpAddr>().is_ok()
    }
}

/// The byte that follows a backslash, and what is left.
pub(super) fn unescape(after_backslash: &[u8]) -> Option<(u8, &[u8])> {
    match after_backslash {
        [a, b, c, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit() => {
            let digit = |byte: &u8| u16::from(byte.wrapping_sub(b'0'));
            let value = digit(a).checked_mul(100)?.checked_add(digit(b).checked_mul(10)?)?.checked_add(digit(c))?;
            Some((u8::try_from(value).ok()?, rest))
        }
        [digit, ..] if digit.is_ascii_digit() => None,
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

/// Writes one byte of a name or string: as it is, with a backslash, or as `\DDD`.
pub(super) fn push_byte(text: &mut String, byte: u8, special: &[u8]) {
    if special.contains(&byte) {
        text.push('\\');
        text.push(char::from(byte));
    } else if byte.is_ascii_graphic() {
        text.push(char::from(byte));
    } else {
        let _ = write!(text, "\\{byte:03}");
    }
}
