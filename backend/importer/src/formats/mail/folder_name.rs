//! Names of folders: modified UTF-7 (RFC 3501) and UTF-8.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Reads modified UTF-7; `None` for what is none.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('&') {
        let (encoded, after) = after.split_once('-')?;
        out.push_str(plain);
        if encoded.is_empty() {
            out.push('&');
        } else {
            let bytes = ENGINE.decode(encoded).ok().filter(|bytes| bytes.len() % 2 == 0)?;
            let units = bytes.chunks_exact(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0,
            });
            for letter in char::decode_utf16(units) {
                out.push(letter.ok()?);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Writes modified UTF-7.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut wide: Vec<u8> = Vec::new();
    let close = |wide: &mut Vec<u8>, out: &mut String| {
        if !wide.is_empty() {
            out.push('&');
            out.push_str(&ENGINE.encode(std::mem::take(wide)));
            out.push('-');
        }
    };
    for letter in text.chars() {
        match letter {
            '&' => {
                close(&mut wide, &mut out);
                out.push_str("&-");
            }
            ' '..='~' => {
                close(&mut wide, &mut out);
                out.push(letter);
            }
            _ => {
                let mut units = [0u16; 2];
                wide.extend(letter.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
            }
        }
    }
    close(&mut wide, &mut out);
    out
}

/// One level of a folder's name as it stands on disk: modified UTF-7 where it is that, else UTF-8,
/// else Latin 1, so that no name is lost.
#[must_use]
pub fn from_disk(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => decode(text).unwrap_or_else(|| text.to_owned()),
        Err(_not_utf8) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
