//! The blocks of a tar archive: headers, long names, extended headers, contents.
//!
//! Own, on the header of the `tar` crate, because that crate's reader holds long names of
//! any length in memory, and ends at the first damaged header.

use std::io::{self, Read};

use tar::EntryType;

/// Bytes of one block.
const BLOCK: usize = 512;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderKind {
    File,
    Folder,
    Symlink,
    HardLink,
    /// A device or named pipe.
    Device,
    Sparse,
    Other(u8),
}

/// What is told of a member before its content.
#[derive(Debug)]
pub struct Header {
    pub path: Vec<u8>,
    pub link: Vec<u8>,
    pub kind: HeaderKind,
    pub size: u64,
    /// The name was longer than is held.
    pub is_name_lost: bool,
}

/// What comes next.
pub enum Step {
    Member(Header),
    /// So many blocks were passed over until the next header.
    Damaged(u64),
    End,
    /// The bytes ended at the border of a member.
    NoEndMark,
}

/// What extension headers say of the member that follows.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
    is_lost: bool,
}

/// Reads one archive block by block.
pub struct TarBlocks<'a> {
    input: &'a mut dyn Read,
    /// Bytes of content that were not read yet, and the padding after them.
    left: u64,
    padding: u64,
    item_bytes: u64,
    /// The header that was found behind damaged blocks.
    found: Option<[u8; BLOCK]>,
}

/// Whether the bytes begin with a header of a tar archive.
pub fn is_header(first: &[u8]) -> bool {
    let Some(block) = first.first_chunk::<BLOCK>() else { return false };
    block.iter().any(|byte| *byte != 0) && sums_agree(block)
}

/// The sum over a header, its own field taken as spaces; old programs added signed bytes.
fn sums_agree(block: &[u8; BLOCK]) -> bool {
    let header = header(block);
    let Ok(stated) = header.cksum() else { return false };
    let mut unsigned: u32 = 0;
    let mut signed: i32 = 0;
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        unsigned = unsigned.wrapping_add(u32::from(byte));
        signed = signed.wrapping_add(i32::from(byte.cast_signed()));
    }
    stated == unsigned || i64::from(stated) == i64::from(signed)
}

fn header(block: &[u8; BLOCK]) -> tar::Header {
    let mut header = tar::Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    header
}

impl<'a> TarBlocks<'a> {
    /// Begins at the first header; holds at most so many bytes of a name or extension.
    pub fn new(input: &'a mut dyn Read, item_bytes: usize) -> Self {
        Self { input, left: 0, padding: 0, item_bytes: u64::try_from(item_bytes).unwrap_or(u64::MAX), found: None }
    }

    /// The next member; the content of the one before was finished.
    pub fn next(&mut self) -> io::Result<Step> {
        let mut extension = Extension::default();
        loop {
            let Some(block) = self.block()? else { return Ok(Step::NoEndMark) };
            if block.iter().all(|byte| *byte == 0) {
                return Ok(Step::End);
            }
            if !sums_agree(&block) {
                return self.resume();
            }
            let header = header(&block);
            let size = header.entry_size()?;
            match header.entry_type() {
                EntryType::GNULongName => match self.item(size)? {
                    Some(bytes) => extension.path = Some(until_nul(bytes)),
                    None => extension.is_lost = true,
                },
                EntryType::GNULongLink => extension.link = self.item(size)?.map(until_nul),
                EntryType::XHeader => match self.item(size)? {
                    Some(bytes) => extension.read(&bytes)?,
                    None => extension.is_lost = true,
                },
                EntryType::XGlobalHeader => {
                    self.begin(size);
                    self.finish()?;
                }
                kind => return self.member(&header, &block, kind, size, extension).map(Step::Member),
            }
        }
    }

    fn member(
        &mut self,
        header: &tar::Header,
        block: &[u8; BLOCK],
        kind: EntryType,
        size: u64,
        extension: Extension,
    ) -> io::Result<Header> {
        let path = extension.path.unwrap_or_else(|| header.path_bytes().into_owned());
        let link =
            extension.link.or_else(|| header.link_name_bytes().map(|link| link.into_owned())).unwrap_or_default();
        let kind = match kind {
            // Before POSIX a folder was a file whose name ends in a slash.
            EntryType::Regular if path.ends_with(b"/") => HeaderKind::Folder,
            EntryType::Regular | EntryType::Continuous if extension.is_sparse => HeaderKind::Sparse,
            EntryType::Regular | EntryType::Continuous => HeaderKind::File,
            EntryType::Directory => HeaderKind::Folder,
            EntryType::Symlink => HeaderKind::Symlink,
            EntryType::Link => HeaderKind::HardLink,
            EntryType::Char | EntryType::Block | EntryType::Fifo => HeaderKind::Device,
            EntryType::GNUSparse => HeaderKind::Sparse,
            other => HeaderKind::Other(other.as_byte()),
        };
        if header.entry_type() == EntryType::GNUSparse {
            self.pass_sparse_map(block)?;
        }
        let size = extension.size.unwrap_or(size);
        self.begin(size);
        Ok(Header { path, link, kind, size, is_name_lost: extension.is_lost })
    }

    /// GNU sparse files carry further blocks of their map between header and content.
    fn pass_sparse_map(&mut self, block: &[u8; BLOCK]) -> io::Result<()> {
        let mut goes_on = block.get(482).is_some_and(|flag| *flag != 0);
        while goes_on {
            let map = self.block()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            goes_on = map.get(504).is_some_and(|flag| *flag != 0);
        }
        Ok(())
    }

    /// Passes over damaged blocks up to the next header.
    fn resume(&mut self) -> io::Result<Step> {
        let mut passed: u64 = 1;
        loop {
            let Some(block) = self.block()? else {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "damaged from here to its end"));
            };
            if block.iter().any(|byte| *byte != 0) && sums_agree(&block) {
                self.found = Some(block);
                return Ok(Step::Damaged(passed));
            }
            passed = passed.saturating_add(1);
        }
    }

    /// One block; `None` where the bytes ended before it.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        if let Some(block) = self.found.take() {
            return Ok(Some(block));
        }
        let mut block = [0; BLOCK];
        let mut rest = block.as_mut_slice();
        while !rest.is_empty() {
            match self.input.read(rest) {
                Ok(0) if rest.len() == BLOCK => return Ok(None),
                Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a header")),
                Ok(read) => rest = rest.get_mut(read..).unwrap_or_default(),
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return Err(err),
            }
        }
        Ok(Some(block))
    }

    /// A content that is held; `None` where it is too long, and then it is passed over.
    fn item(&mut self, size: u64) -> io::Result<Option<Vec<u8>>> {
        self.begin(size);
        let mut bytes = Vec::new();
        if size <= self.item_bytes {
            self.body().read_to_end(&mut bytes)?;
        }
        self.finish()?;
        Ok(Some(bytes).filter(|_| size <= self.item_bytes))
    }

    fn begin(&mut self, size: u64) {
        self.left = size;
        self.padding = size.wrapping_neg() % 512;
    }

    /// The content of the member that was told last.
    pub fn body(&mut self) -> Body<'_> {
        Body { input: self.input, left: &mut self.left }
    }

    /// Passes over what is left of the content.
    pub fn finish(&mut self) -> io::Result<()> {
        io::copy(&mut self.body(), &mut io::sink())?;
        self.left = std::mem::take(&mut self.padding);
        io::copy(&mut self.body(), &mut io::sink())?;
        Ok(())
    }

    /// Reads to the end and counts what is not zero, so that checksums behind it are looked at.
    pub fn rest(&mut self) -> io::Result<u64> {
        let mut buffer = vec![0; 1 << 14];
        let mut odd: u64 = 0;
        loop {
            match self.input.read(&mut buffer) {
                Ok(0) => return Ok(odd),
                Ok(read) => {
                    let bytes = buffer.get(..read).unwrap_or_default();
                    let count = bytes.iter().filter(|byte| **byte != 0).count();
                    odd = odd.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                }
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return Err(err),
            }
        }
    }
}

impl Extension {
    /// Reads the records `LENGTH KEY=VALUE\n` of an extended header.
    fn read(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (key, value, rest) = pax_record(bytes)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an extended header is damaged"))?;
            match key {
                b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                _ if key.starts_with(b"GNU.sparse.") => self.is_sparse = true,
                // Owners, times and attributes: what lands gets its own.
                _ => {}
            }
            bytes = rest;
        }
        Ok(())
    }
}

fn pax_record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..space)?).ok()?.parse().ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let record = record.get(space.checked_add(1)?..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((record.get(..equals)?, record.get(equals.checked_add(1)?..)?, rest))
}

fn until_nul(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().take_while(|byte| *byte != 0).collect()
}

/// The content of one member: ends where the header said, or is cut.
pub struct Body<'a> {
    pub(super) input: &'a mut dyn Read,
    pub(super) left: &'a mut u64,
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(*self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..most).filter(|part| !part.is_empty()) else { return Ok(0) };
        let read = self.input.read(part)?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a member"));
        }
        *self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
