//! Archives that others packed, opened into their members, so that these can be broken and packed again.

use std::io::Read as _;

use super::tree::{Node, Packing};

/// Members deeper than this stay packed.
const DEPTH: usize = 4;

/// Opens an archive into its members, as far as it is one.
pub fn opened(bytes: Vec<u8>, depth: usize) -> Node {
    let is_tar = |plain: &[u8]| plain.get(257..262).is_some_and(|magic| magic == b"ustar");
    let (packing, plain) = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => {
            let mut plain = Vec::new();
            let is_whole = flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).is_ok();
            (Packing::Gzip, is_whole.then_some(plain))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => (Packing::Zstd, zstd::decode_all(bytes.as_slice()).ok()),
        plain => (Packing::Tar, Some(plain.to_vec())),
    };
    let Some(plain) = plain.filter(|plain| depth < DEPTH && is_tar(plain)) else { return Node::File(bytes) };
    let mut archive = tar::Archive::new(plain.as_slice());
    let mut members = Vec::new();
    for entry in archive.entries().unwrap() {
        let Ok(mut entry) = entry else { return Node::File(bytes) };
        let name = entry.path_bytes().into_owned();
        let mut content = Vec::new();
        if entry.read_to_end(&mut content).is_err() {
            return Node::File(bytes);
        }
        if entry.header().entry_type().is_file() {
            members.push((name, opened(content, depth + 1)));
        }
    }
    Node::Packed(packing, members)
}
