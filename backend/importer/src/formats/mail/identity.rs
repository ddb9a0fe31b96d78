//! What tells one message from another.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

/// The most of a message that is looked at for headers.
const HEAD: usize = 256 * 1_024;

/// Headers that identify a message, white space folded; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Message-ID`.
    pub message_id: Vec<u8>,
    /// `Date`.
    pub date: Vec<u8>,
    /// `From`.
    pub from: Vec<u8>,
    /// `Subject`.
    pub subject: Vec<u8>,
    /// `Status` and `X-Status`, letters that old mail programs keep in mbox files.
    pub status: Vec<u8>,
    /// `X-Keywords`.
    pub keywords: Vec<u8>,
    /// `Content-Length`.
    pub content_length: Option<u64>,
}

impl Headers {
    /// Reads what stands before the first empty line, however it is written.
    #[must_use]
    pub fn read(message: &[u8]) -> Self {
        let mut headers = Self::default();
        let mut current: Option<(Vec<u8>, Vec<u8>)> = None;
        for line in message.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some((_, value)) = &mut current {
                    value.push(b' ');
                    value.extend_from_slice(line);
                }
                continue;
            }
            if let Some((name, value)) = current.take() {
                headers.take(&name, &value);
            }
            let colon = line.iter().position(|byte| *byte == b':');
            if let Some((name, value)) = colon.and_then(|at| line.split_at_checked(at)) {
                current = Some((name.trim_ascii().to_ascii_lowercase(), value.get(1..).unwrap_or_default().to_vec()));
            }
        }
        if let Some((name, value)) = current {
            headers.take(&name, &value);
        }
        headers
    }

    fn take(&mut self, name: &[u8], value: &[u8]) {
        let value = folded(value);
        let place = match name {
            b"message-id" => &mut self.message_id,
            b"date" => &mut self.date,
            b"from" => &mut self.from,
            b"subject" => &mut self.subject,
            b"status" | b"x-status" => return self.status.extend_from_slice(&value),
            b"x-keywords" => &mut self.keywords,
            b"content-length" => {
                self.content_length = std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
                return;
            }
            _ => return,
        };
        // A header that stands twice: the first is the message's own.
        if place.is_empty() {
            *place = value;
        }
    }

    /// Nothing that identifies the message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.message_id.is_empty() && self.date.is_empty() && self.from.is_empty() && self.subject.is_empty()
    }
}

/// White space as one space, none at the ends.
fn folded(value: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> =
        value.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

/// The same for two copies of a message, on disk or on a server: of its headers and its size with
/// CRLF line ends. Without headers the content decides.
#[must_use]
pub fn key(headers: &Headers, wire_size: u64, content: Option<[u8; 32]>) -> String {
    let mut hash = Sha256::new();
    for value in [&headers.message_id, &headers.date, &headers.from, &headers.subject] {
        hash.update(u64::try_from(value.len()).unwrap_or(0).to_be_bytes());
        hash.update(value);
    }
    hash.update(wire_size.to_be_bytes());
    if headers.is_empty() {
        hash.update(content.unwrap_or_default());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What one pass over a message tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// Bytes as they are.
    pub size: u64,
    /// Bytes with CRLF line ends, as IMAP counts.
    pub wire_size: u64,
    /// What identifies it.
    pub headers: Headers,
    /// As [`key`].
    pub key: String,
}

/// Reads a message once, in flat memory.
///
/// # Errors
/// Those of the reader.
pub fn measure(mut message: impl Read) -> io::Result<Measured> {
    let mut head: Vec<u8> = Vec::new();
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 64 * 1_024];
    let (mut size, mut bare, mut last) = (0u64, 0u64, 0u8);
    loop {
        let count = message.read(&mut buffer)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        size = size.saturating_add(u64::try_from(count).unwrap_or(0));
        hash.update(part);
        let room = HEAD.saturating_sub(head.len()).min(part.len());
        head.extend_from_slice(part.get(..room).unwrap_or_default());
        for byte in part {
            if *byte == b'\n' && last != b'\r' {
                bare = bare.saturating_add(1);
            }
            last = *byte;
        }
    }
    let headers = Headers::read(&head);
    let wire_size = size.saturating_add(bare);
    let key = key(&headers, wire_size, Some(hash.finalize().into()));
    Ok(Measured { size, wire_size, headers, key })
}
