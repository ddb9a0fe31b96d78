//! Bytes of a dump as text: what character set they are in, and double encoding undone.
//!
//! A value is repaired only where that is certain; where it is not, it stays as it is.

/// What was done to make text of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    /// The bytes are no UTF-8 and were read as Windows-1252, which MySQL calls latin1.
    Latin1,
    /// Text in UTF-8 had been taken for latin1 and encoded again.
    DoubleEncoded,
    /// The value ended inside a character; the half was dropped.
    CutCharacter,
}

impl Repair {
    /// For gaps.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Latin1 => "it is not UTF-8 and was read as latin1",
            Self::DoubleEncoded => "it was encoded twice and was decoded twice",
            Self::CutCharacter => "it ends inside a character, which was dropped",
        }
    }
}

/// Text and what was done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The text.
    pub text: String,
    /// What was done, if anything.
    pub repair: Option<Repair>,
}

/// The characters of Windows-1252 from 0x80 to 0x9f; where it has none, the control character
/// of the same number, as MySQL does it.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn latin1_char(byte: u8) -> char {
    byte.checked_sub(0x80).and_then(|high| HIGH.get(usize::from(high))).copied().unwrap_or(char::from(byte))
}

fn latin1_byte(character: char) -> Option<u8> {
    if let Some(high) = HIGH.iter().position(|one| *one == character) {
        return u8::try_from(high).ok()?.checked_add(0x80);
    }
    u8::try_from(u32::from(character)).ok().filter(|byte| !(0x80..0xa0).contains(byte))
}

/// Makes text of bytes.
#[must_use]
pub fn repair(bytes: &[u8]) -> Repaired {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return repair_broken(bytes, &error),
    };
    if text.is_ascii() {
        return Repaired { text: text.to_owned(), repair: None };
    }
    let mut best = decoded_again(text);
    if let Some(twice) = best.as_deref().and_then(decoded_again) {
        best = Some(twice);
    }
    match best {
        Some(text) => Repaired { text, repair: Some(Repair::DoubleEncoded) },
        None => Repaired { text: text.to_owned(), repair: None },
    }
}

fn repair_broken(bytes: &[u8], error: &std::str::Utf8Error) -> Repaired {
    let whole = bytes.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok()).unwrap_or("");
    // A column that was too short cuts UTF-8 in a character; other characters before it prove
    // that it was UTF-8.
    if error.error_len().is_none() && !whole.is_ascii() {
        let text = decoded_again(whole).unwrap_or_else(|| whole.to_owned());
        return Repaired { text, repair: Some(Repair::CutCharacter) };
    }
    let text = bytes.iter().map(|byte| latin1_char(*byte)).collect();
    Repaired { text, repair: Some(Repair::Latin1) }
}

/// The text that was encoded twice; absent where it certainly was not, or not certainly was.
fn decoded_again(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(latin1_byte).collect();
    let decoded = String::from_utf8(bytes?).ok()?;
    (!decoded.is_ascii() && is_certain(&decoded)).then_some(decoded)
}

/// Whether text whose letters, taken as latin1 bytes, happen to be valid UTF-8 was surely
/// UTF-8 once. One pair of a capital letter and a quotation mark (`PRIVÉ”`) happens in good
/// text as well; two, or a pair that nobody writes (`Ã¼`, `â€“`, `Ð¶`), do not.
fn is_certain(decoded: &str) -> bool {
    let mut high = decoded.chars().filter(|c| !c.is_ascii()).peekable();
    let first = high.next();
    if high.peek().is_some() {
        return true;
    }
    let Some(only) = first else { return false };
    let mut buffer = [0u8; 4];
    let bytes = only.encode_utf8(&mut buffer).as_bytes();
    let (lead, last) = (bytes.first().copied().unwrap_or(0), bytes.last().copied().unwrap_or(0));
    let is_quote = matches!(last, 0x91..=0x94);
    let is_before_letter =
        decoded.split(only).nth(1).is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphabetic()));
    match lead {
        0xc2 | 0xc3 | 0xd0 | 0xd1 => !is_quote || is_before_letter,
        0xe2 => matches!(bytes.get(1), Some(0x80 | 0x82)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice(text: &str) -> String {
        text.bytes().map(latin1_char).collect()
    }

    #[test]
    fn text_that_was_encoded_twice_is_read_as_it_was_meant() {
        for text in ["Müller", "Café – déjà vu", "Жук", "ESPAÑA", "10 €", "Ødegård", "žluťoučký kůň"]
        {
            let broken = twice(text);
            let repaired = repair(broken.as_bytes());
            assert_eq!((repaired.text.as_str(), repaired.repair), (text, Some(Repair::DoubleEncoded)), "{broken}");
            assert_eq!(repair(twice(&broken).as_bytes()).text, text, "three times");
        }
    }

    #[test]
    fn good_text_is_left_alone() {
        for text in ["Müller", "PRIVÉ”", "“MANHÔ", "Ä“", "naïve café", "日本語", "ÀÉÎÕÜ", "Straße 5", "«À»", "€ 5"]
        {
            assert_eq!(repair(text.as_bytes()), Repaired { text: text.to_owned(), repair: None });
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_latin1_unless_cut() {
        assert_eq!(repair(b"M\xfcller"), Repaired { text: "Müller".into(), repair: Some(Repair::Latin1) });
        assert_eq!(repair(b"\x80 5"), Repaired { text: "€ 5".into(), repair: Some(Repair::Latin1) });
        let cut = repair("Müller Ü".as_bytes().split_last().unwrap().1);
        assert_eq!(cut, Repaired { text: "Müller ".into(), repair: Some(Repair::CutCharacter) });
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = repair(&bytes);
        }

        #[test]
        fn letters_of_western_europe_survive_and_come_back(text in "[a-zA-Z àâçéèêëîïôûùüÿñæœßäöÄÖÜ.,-]{0,40}") {
            prop_assert_eq!(&repair(text.as_bytes()).text, &text);
            let bytes: Option<Vec<u8>> = text.chars().map(latin1_byte).collect();
            let letters = text.chars().filter(|c| !c.is_ascii()).count();
            if letters > 1 && std::str::from_utf8(&bytes.unwrap()).is_err() {
                prop_assert_eq!(&repair(twice(&text).as_bytes()).text, &text);
            }
        }
    }
}
