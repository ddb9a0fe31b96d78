//! Files, folders and archives before they are packed, so that members can be broken as well as bytes.

use std::fs;
use std::io::Write as _;
use std::path::{Component, Path};

use flate2::Compression;
use xtask::fuzz::rounds::Source;

/// A file, or what holds further ones.
#[derive(Debug, Clone)]
pub enum Node {
    File(Vec<u8>),
    Packed(Packing, Vec<(Vec<u8>, Node)>),
}

/// How members are held together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Folder,
    Tar,
    Gzip,
    Zstd,
}

/// Whether packing damages what it packs.
pub struct Damage<'a>(pub Option<&'a mut Source>);

impl Damage<'_> {
    /// Where to draw the damage from, once in so many times.
    fn one_in(&mut self, many: usize) -> Option<&mut Source> {
        let source = self.0.as_deref_mut()?;
        (source.below(many) == 0).then_some(source)
    }
}

/// Nodes by their names.
pub type Named = (String, Node);

impl Node {
    /// Every file below, for changes.
    pub fn files(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::File(bytes) => vec![bytes],
            Self::Packed(_, members) => members.iter_mut().flat_map(|(_, node)| node.files()).collect(),
        }
    }

    /// One of the lists of members: this one's, or one below.
    pub fn some_list(&mut self, source: &mut Source) -> Option<&mut Vec<(Vec<u8>, Self)>> {
        let Self::Packed(_, members) = self else { return None };
        let is_packed = |at: &usize| matches!(members[*at].1, Self::Packed(..));
        let inner: Vec<usize> = (0..members.len()).filter(is_packed).collect();
        if inner.is_empty() || source.below(2) == 0 {
            return Some(members);
        }
        members[inner[source.below(inner.len())]].1.some_list(source)
    }

    /// The bytes of it, with members that no builder would write now and then.
    pub fn packed(&self, damage: &mut Damage<'_>) -> Vec<u8> {
        let (packing, members) = match self {
            Self::File(bytes) => return bytes.clone(),
            Self::Packed(packing, members) => (*packing, members),
        };
        let mut plain = Vec::new();
        for (name, node) in members {
            let content = node.packed(damage);
            if name.len() > 100 {
                member(damage, &mut plain, b"././@LongLink", b'L', name);
            }
            member(damage, &mut plain, name, b'0', &content);
        }
        if damage.one_in(20).is_none() {
            plain.extend([0; 1024]);
        }
        if let Some(source) = damage.one_in(12) {
            source.mutate(&mut plain);
        }
        match packing {
            Packing::Folder | Packing::Tar => plain,
            Packing::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&plain).unwrap();
                encoder.finish().unwrap()
            }
            Packing::Zstd => zstd::encode_all(plain.as_slice(), 1).unwrap(),
        }
    }

    /// Writes it below a folder; what has no name that a disk can hold stays out.
    pub fn write(&self, path: &Path, damage: &mut Damage<'_>) {
        if let Self::Packed(Packing::Folder, members) = self {
            let _ = fs::create_dir_all(path);
            for (name, node) in members {
                let name = String::from_utf8_lossy(name).into_owned();
                if is_plain(&name) {
                    node.write(&path.join(name), damage);
                }
            }
            return;
        }
        let mut bytes = self.packed(damage);
        if matches!(self, Self::Packed(..))
            && let Some(source) = damage.one_in(8)
        {
            source.mutate(&mut bytes);
        }
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        // A name may be too long, or a folder by now.
        let _ = fs::write(path, bytes);
    }
}

/// Whether a name stays inside its folder.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.contains('\0')
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// One member of a tar file, rarely of another kind or size than it should be.
fn member(damage: &mut Damage<'_>, out: &mut Vec<u8>, name: &[u8], kind: u8, content: &[u8]) {
    let mut block = [0_u8; 512];
    let short = name.len().min(100);
    block[..short].copy_from_slice(&name[..short]);
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0001750\0");
    block[116..124].copy_from_slice(b"0001750\0");
    block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    block[136..148].copy_from_slice(b"14000000000\0");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar  \0");
    if let Some(source) = damage.one_in(40) {
        let sizes: [&[u8]; 8] = [
            b"77777777777\0",
            b"00000000000\0",
            b"-0000000001\0",
            b"99999999999\0",
            b"           \0",
            b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        ];
        block[124..136].copy_from_slice(source.one_of(&sizes));
    }
    if let Some(source) = damage.one_in(40) {
        block[156] = *source.one_of(&[&b'1', &b'2', &b'3', &b'5', &b'6', &b'7', &b'L', &b'K', &b'x', &b'g', &b'S', &0]);
        let targets: [&[u8]; 3] = [b"/etc/passwd", b"../../../..", b"public_html"];
        block[157..168].copy_from_slice(source.one_of(&targets));
    }
    if let Some(source) = damage.one_in(40) {
        let at = source.below(512);
        block[at] = source.draw().to_le_bytes()[0];
    }
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.extend(block);
    out.extend(content);
    out.resize(out.len().next_multiple_of(512), 0);
}
