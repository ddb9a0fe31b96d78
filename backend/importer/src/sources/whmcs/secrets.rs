//! Reversible secrets: passwords of services and servers.
//!
//! The form is known from registrar modules that must read such values themselves (for example
//! INWX's): base64 of 20 bytes and then the text. A stream of 20-byte blocks is laid over the
//! text; the first is the 20 bytes laid over SHA-1 of `hex(md5(hex(md5 k))) + hex(md5 k)`, each
//! further one is SHA-1 of the block before and the 20 bytes of text that it covered.
//!
//! Deliberately absent: card numbers. They are never opened, with or without the key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;

use crate::snapshot::values::Secret;

const BLOCK: usize = 20;

/// The key, if one was given.
pub(super) struct Secrets {
    first: Option<Vec<u8>>,
}

/// What a secret turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// In clear.
    Clear(Secret),
    /// Still sealed: no key was given.
    NoKey,
    /// Still sealed: the key does not fit, or it is not such a secret.
    WrongKey,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Secrets {
    pub(super) fn of(key: Option<&Secret>) -> Self {
        let first = key.map(|key| {
            let once = hex(&Md5::digest(key.0.trim().as_bytes()));
            let twice = hex(&Md5::digest(once.as_bytes()));
            Sha1::digest(format!("{twice}{once}")).to_vec()
        });
        Self { first }
    }

    /// Opens a secret.
    pub(super) fn open(&self, sealed: &str) -> Opened {
        let Some(first) = &self.first else { return Opened::NoKey };
        let Some(bytes) = STANDARD.decode(sealed.trim()).ok() else { return Opened::WrongKey };
        let Some((start, body)) = bytes.split_at_checked(BLOCK) else { return Opened::WrongKey };
        let mut block: Vec<u8> = start.iter().zip(first).map(|(a, b)| a ^ b).collect();
        let mut clear = Vec::with_capacity(body.len());
        for part in body.chunks(BLOCK) {
            let text: Vec<u8> = part.iter().zip(&block).map(|(a, b)| a ^ b).collect();
            block.extend_from_slice(&text);
            block = Sha1::digest(&block).to_vec();
            clear.extend(text);
        }
        match String::from_utf8(clear) {
            Ok(text) if !text.chars().any(char::is_control) => Opened::Clear(Secret(text)),
            _ => Opened::WrongKey,
        }
    }

    /// Seals a text, for tests and the synthetic dump.
    #[cfg(any(test, feature = "synthetic"))]
    pub(super) fn seal(&self, text: &str, start: [u8; BLOCK]) -> String {
        let first = self.first.clone().unwrap_or_default();
        let mut block = start.to_vec();
        let mut out: Vec<u8> = start.iter().zip(&first).map(|(a, b)| a ^ b).collect();
        for part in text.as_bytes().chunks(BLOCK) {
            out.extend(part.iter().zip(&block).map(|(a, b)| a ^ b));
            block.extend_from_slice(part);
            block = Sha1::digest(&block).to_vec();
        }
        STANDARD.encode(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_with_its_key_only(text in "[ -~]{0,70}", start in any::<[u8; BLOCK]>()) {
            let secrets = Secrets::of(Some(&Secret("a key of sixty-four letters".into())));
            let sealed = secrets.seal(&text, start);
            prop_assert_eq!(secrets.open(&sealed), Opened::Clear(Secret(text.clone())));
            prop_assert_eq!(Secrets::of(None).open(&sealed), Opened::NoKey);
            if text.len() > 12 {
                let other = Secrets::of(Some(&Secret("another key".into())));
                prop_assert_ne!(other.open(&sealed), Opened::Clear(Secret(text)));
            }
        }

        #[test]
        fn no_text_makes_opening_panic(text in ".{0,60}") {
            let _ = Secrets::of(Some(&Secret("k".into()))).open(&text);
        }
    }
}
