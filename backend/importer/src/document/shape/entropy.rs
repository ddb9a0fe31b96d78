//! Bytes of proptest as decisions: few bytes give small values, so that failures shrink.

/// Decides from bytes; when they are used up, always the first.
#[derive(Debug, Clone)]
pub struct Entropy(std::vec::IntoIter<u8>);

/// Letters that went wrong somewhere once.
const ODD: &[char] = &[
    'a',
    ' ',
    '\n',
    '\t',
    '\r',
    '<',
    '>',
    '&',
    '"',
    '\'',
    '\\',
    ']',
    'u',
    '0',
    ';',
    '#',
    '\0',
    '\u{1}',
    '\u{B}',
    '\u{1F}',
    '\u{7F}',
    '\u{85}',
    '\u{A0}',
    'ß',
    'é',
    '中',
    '\u{2028}',
    '\u{FEFF}',
    '\u{FFFE}',
    '\u{FFFF}',
    '\u{FFFD}',
    '\u{10FFFF}',
    '😀',
    '{',
    '}',
    '[',
    ',',
    ':',
    '/',
    '=',
    '-',
    '!',
];

impl Entropy {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into_iter())
    }

    pub fn byte(&mut self) -> u8 {
        self.0.next().unwrap_or(0)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    pub fn coin(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn number(&mut self) -> u64 {
        match self.byte() % 5 {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::from(u32::MAX),
            3 => u64::MAX,
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    pub fn text(&mut self) -> String {
        let length = self.below(12);
        (0..length).map(|_| *self.pick(ODD)).collect()
    }
}
