//! How much of a stranger's input is read before it is refused.

/// Bounds of one reading. Hostile input (archive bombs, endless lines, elements of a
/// gigabyte) ends at one of these with [`crate::RefusalCode::TooLarge`].
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one element, SQL value, line or JSON value that is held in memory.
    pub item_bytes: usize,
    /// Nesting of elements, arrays or include-like constructs.
    pub depth: usize,
    /// Members of one archive, or files below one folder.
    pub members: usize,
    /// Bytes that one compressed input may unpack to.
    pub unpacked_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { item_bytes: 16 << 20, depth: 64, members: 2_000_000, unpacked_bytes: 1 << 40 }
    }
}
