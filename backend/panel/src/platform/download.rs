//! A file as an answer.

/// A file that is sent as a download; its type is fixed by us.
#[derive(Debug, Clone)]
pub struct Download {
    /// File name, without folders.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}
