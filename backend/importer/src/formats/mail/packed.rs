//! Messages that a mail server compressed one by one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// In a way that is not read here.
    Other,
}

impl Packing {
    /// By the first bytes.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', ..]
            | [0xfd, b'7', b'z', b'X', b'Z', 0, ..]
            | [b'D', b'o', b'v', b'e', b'c', b'o', b't', b'-', b'L', b'Z', b'4', ..] => Self::Other,
            _ => Self::None,
        }
    }
}

/// Opens a message and unpacks it while it is read, up to so many bytes.
///
/// # Errors
/// Where the file cannot be opened or is packed in a way that is not read.
pub fn open(path: &Path, most: u64) -> io::Result<(Packing, Box<dyn Read>)> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(16).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let packing = Packing::of(&head);
    let reader: Box<dyn Read> = match packing {
        Packing::None => Box::new(file),
        Packing::Gzip => Box::new(Bounded { inner: flate2::read::MultiGzDecoder::new(file), left: most }),
        Packing::Zstd => Box::new(Bounded { inner: zstd::stream::read::Decoder::new(file)?, left: most }),
        Packing::Other => {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "compressed in a way that is not read"));
        }
    };
    Ok((packing, reader))
}

/// A bomb ends here.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(u64::try_from(count).unwrap_or(u64::MAX))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "unpacks to more than is read"))?;
        Ok(count)
    }
}
