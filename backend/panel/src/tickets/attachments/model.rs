//! The rules on files: names, sizes and types.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_kernel::id_type;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::error::Result;
use crate::platform::secrets::sha256_hex;
use crate::tickets::error::TicketRefusal;

/// Files of one message.
pub const FILES_MAX: usize = 5;
/// Bytes of one file.
pub const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Bytes of the files of one message.
pub const MESSAGE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Bytes of the files of one ticket.
pub const TICKET_BYTES_MAX: i64 = 50 * 1024 * 1024;
/// Characters of a file's name.
const NAME_MAX: usize = 120;
/// Characters of an extension that survives shortening, dot included.
const EXTENSION_MAX: usize = 12;
/// What a file is when we cannot vouch for more.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

id_type!(
    /// Identifies a file of a message.
    AttachmentId, "att"
);

/// A file as it is sent to us.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileInput {
    /// Its name.
    pub name: String,
    /// Its bytes in Base64 with padding; at most 5 MiB decoded.
    pub content_base64: String,
}

// A log line must not carry a customer's file.
impl fmt::Debug for FileInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileInput")
            .field("name", &self.name)
            .field("base64_length", &self.content_base64.len())
            .finish()
    }
}

/// A file that passed the rules.
#[derive(Clone)]
pub struct NewFile {
    /// Cleaned name.
    pub name: String,
    /// One of our types.
    pub content_type: &'static str,
    /// SHA-256 of the content, in hexadecimal digits.
    pub sha256: String,
    /// The bytes.
    pub content: Vec<u8>,
}

impl fmt::Debug for NewFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewFile").field("name", &self.name).field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

impl NewFile {
    /// Reads the files of one message.
    ///
    /// # Errors
    /// `tickets.too_many_files`, `tickets.file_too_large`,
    /// `tickets.files_too_large`, `tickets.file_unreadable`, `tickets.file_empty`.
    pub fn parse_all(files: &[FileInput]) -> Result<Vec<Self>> {
        if files.len() > FILES_MAX {
            return Err(TicketRefusal::TooManyFiles.with("max", FILES_MAX).into());
        }
        let parsed = files.iter().map(Self::parse).collect::<Result<Vec<_>>>()?;
        let bytes: usize = parsed.iter().map(|file| file.content.len()).sum();
        if bytes > MESSAGE_BYTES_MAX {
            return Err(TicketRefusal::FilesTooLarge.with("max", mebibytes(MESSAGE_BYTES_MAX)).into());
        }
        Ok(parsed)
    }

    fn parse(file: &FileInput) -> Result<Self> {
        let name = clean_name(&file.name);
        let too_large = || TicketRefusal::FileTooLarge.with("name", &name).with("max", mebibytes(FILE_BYTES_MAX));
        // Told by its length, so that an endless text is not decoded first.
        if file.content_base64.len() / 4 * 3 > FILE_BYTES_MAX + 3 {
            return Err(too_large().into());
        }
        let content = STANDARD
            .decode(file.content_base64.trim())
            .map_err(|_not_base64| TicketRefusal::FileUnreadable.with("name", &name))?;
        if content.is_empty() {
            return Err(TicketRefusal::FileEmpty.with("name", &name).into());
        }
        if content.len() > FILE_BYTES_MAX {
            return Err(too_large().into());
        }
        Ok(Self { content_type: content_type(&name, &content), sha256: sha256_hex(&content), name, content })
    }
}

fn mebibytes(bytes: usize) -> usize {
    bytes / (1024 * 1024)
}

/// A name that is safe in a header, in a page and on a disk: the last part of a
/// path, without control or direction characters and without what file systems
/// reserve, at most 120 characters with its extension kept.
#[must_use]
pub fn clean_name(typed: &str) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if r#""<>:|?*;"#.contains(c) { '_' } else { c })
        .collect();
    let trimmed = cleaned.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if trimmed.is_empty() {
        return "file".to_owned();
    }
    if trimmed.chars().count() <= NAME_MAX {
        return trimmed.to_owned();
    }
    let extension = trimmed
        .rfind('.')
        .and_then(|dot| trimmed.get(dot..))
        .filter(|extension| extension.chars().count() <= EXTENSION_MAX)
        .unwrap_or_default();
    let room = NAME_MAX.saturating_sub(extension.chars().count());
    let stem: String = trimmed.chars().take(room).collect();
    format!("{}{extension}", stem.trim_end_matches(['.', ' ']))
}

/// Characters that turn or hide text, with which `exe.txt` is made of `txt.exe`.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// Our type of a file: one of a short list when both its extension and its
/// first bytes say so, else [`UNKNOWN_TYPE`]. Nothing that a browser would run
/// is on the list.
#[must_use]
pub fn content_type(name: &str, content: &[u8]) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let starts = |magic: &[u8]| content.starts_with(magic);
    let vouched = match extension.as_deref() {
        Some("png") if starts(b"\x89PNG\r\n\x1a\n") => "image/png",
        Some("jpg" | "jpeg") if starts(b"\xff\xd8\xff") => "image/jpeg",
        Some("gif") if starts(b"GIF87a") || starts(b"GIF89a") => "image/gif",
        Some("webp") if starts(b"RIFF") && content.get(8..12) == Some(b"WEBP") => "image/webp",
        Some("pdf") if starts(b"%PDF-") => "application/pdf",
        Some("zip") if starts(b"PK\x03\x04") => "application/zip",
        Some("gz") if starts(b"\x1f\x8b") => "application/gzip",
        Some("txt" | "log" | "conf" | "csv") if is_text(content) => "text/plain; charset=utf-8",
        _ => UNKNOWN_TYPE,
    };
    debug_assert!(!vouched.contains("html") && !vouched.contains("svg"));
    vouched
}

fn is_text(content: &[u8]) -> bool {
    std::str::from_utf8(content)
        .is_ok_and(|text| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')))
}

/// A file of a message, without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachmentView {
    /// Its id.
    pub id: AttachmentId,
    /// Cleaned name.
    pub name: String,
    /// Our type of it.
    pub content_type: String,
    /// Bytes.
    pub size_bytes: i64,
    /// SHA-256 of the content, in hexadecimal digits.
    pub sha256: String,
}
