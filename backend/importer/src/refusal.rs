//! Input that is refused as a whole.

use std::fmt;

/// Why a whole input (a file, an archive, a document) was refused. The codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusalCode {
    /// The file or folder cannot be opened or read.
    Unreadable,
    /// It is not of the kind it was said to be.
    NotThisFormat,
    /// It ends in the middle.
    Truncated,
    /// It is larger, deeper or has more parts than is read.
    TooLarge,
    /// It tries to reach what it must not: a path outside, a device, an entity, an include.
    Hostile,
    /// It is encrypted and no key, or a wrong key, was given.
    Encrypted,
    /// It is of a version that is not known.
    UnknownVersion,
    /// It breaks the syntax of its format.
    Syntax,
    /// The syntax is good, the meaning is not allowed: for example a CNAME beside other data.
    Invalid,
    /// The receiver of the entries stopped.
    Stopped,
}

impl RefusalCode {
    /// The stable code, for example `import.truncated`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "import.unreadable",
            Self::NotThisFormat => "import.not_this_format",
            Self::Truncated => "import.truncated",
            Self::TooLarge => "import.too_large",
            Self::Hostile => "import.hostile",
            Self::Encrypted => "import.encrypted",
            Self::UnknownVersion => "import.unknown_version",
            Self::Syntax => "import.syntax",
            Self::Invalid => "import.invalid",
            Self::Stopped => "import.stopped",
        }
    }
}

/// A whole input was refused: the code, where in it, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The stable code.
    pub code: RefusalCode,
    /// Where: a path, and within it a line, row, member or element.
    pub place: String,
    /// What is wrong, for a person. Never carries a secret or more than a few words of the input.
    pub reason: String,
}

impl Refusal {
    /// A refusal at a place. What a parser says of hostile input may quote all of it; the beginning is kept.
    pub fn new(code: RefusalCode, place: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { code, place: place.to_string(), reason: in_short(reason) }
    }
}

/// Characters of a reason, and of each name in a gap.
const REASON: usize = 500;

/// A text that people read, with an end.
pub(crate) fn in_short(text: impl fmt::Display) -> String {
    let text = text.to_string();
    match text.char_indices().nth(REASON) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code.as_str(), self.place, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::{AgentCode, AgentFault};
    use crate::{Gap, GapKind};

    #[test]
    fn a_reason_ends_where_it_would_quote_the_whole_input() {
        let input = "ä".repeat(100_000);
        let refusal = Refusal::new(RefusalCode::Syntax, "a.xml", format!("expected `</{input}>`"));
        let gap = Gap::new(GapKind::Skipped, "a.json", format!("the key '{input}'")).field(&input);
        let fault = AgentFault::new(AgentCode::BadPackage, "agent.manifest", &input);
        for text in [&refusal.reason, &gap.reason, gap.field.as_ref().unwrap(), &fault.reason] {
            assert_eq!(text.chars().count(), REASON + 1);
            assert!(text.ends_with('…'));
        }
        assert_eq!(Refusal::new(RefusalCode::Syntax, "a", "short").reason, "short");
    }
}
