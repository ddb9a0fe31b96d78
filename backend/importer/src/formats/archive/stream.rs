//! From a stream of bytes to the members of a tar archive, through whatever it is packed in.

use std::cell::Cell;
use std::io::Read;

use super::ahead::{Ahead, Gzip};
use super::budget;
use super::path::{Leads, SafePath, leads};
use super::tar_blocks::{self, Body, Header, HeaderKind, Step, TarBlocks};
use super::{Choice, INSIDE, Member, Tour};
use crate::gap_counts::clipped;
use crate::snapshot::GapKind;
use crate::{Refusal, RefusalCode};

/// Window of zstd that is allowed to the decompressor: 128 MiB, what its own program allows.
const WINDOW_LOG: u32 = 27;

/// What an archive is packed in, told by its first bytes and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// gzip, also of several parts.
    Gzip,
    /// Zstandard, also as written by its parallel program.
    Zstd,
    /// Something that is recognised and not read.
    Foreign(&'static str),
}

impl Packing {
    /// Looks at the first bytes.
    #[must_use]
    pub fn of(first: &[u8]) -> Option<Self> {
        match first {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Foreign("bzip2")),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Some(Self::Foreign("xz")),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Self::Foreign("zip")),
            [b'R', b'a', b'r', b'!', ..] => Some(Self::Foreign("rar")),
            _ => None,
        }
    }
}

/// Shows all members of the archive that the stream holds; `prefix` is the path of the
/// archive that it lies in, with [`INSIDE`].
pub fn walk(input: &mut dyn Read, prefix: &str, depth: usize, tour: &mut Tour<'_>) -> Result<(), Refusal> {
    let place = place(tour.container, prefix);
    if depth > tour.budget.depth {
        return Err(Refusal::new(RefusalCode::TooLarge, place, "archives are nested too deep"));
    }
    let mut input = Ahead::new(input);
    let first = input.ahead(512).map_err(|err| budget::refusal(&err, &place))?.to_vec();
    match Packing::of(&first) {
        Some(Packing::Gzip) => {
            let is_followed = Cell::new(false);
            let mut plain = tour.budget.unpacked(Gzip::new(input, &is_followed));
            walk(&mut plain, prefix, depth.saturating_add(1), tour)?;
            if is_followed.get() {
                tour.gap(GapKind::Skipped, "what follows the compressed archive is not read", &place);
            }
            Ok(())
        }
        Some(Packing::Zstd) => {
            let mut decoder = zstd::stream::read::Decoder::new(input).map_err(|err| budget::refusal(&err, &place))?;
            decoder.window_log_max(WINDOW_LOG).map_err(|err| budget::refusal(&err, &place))?;
            let mut plain = tour.budget.unpacked(decoder);
            walk(&mut plain, prefix, depth.saturating_add(1), tour)
        }
        Some(Packing::Foreign(name)) => Err(Refusal::new(
            RefusalCode::NotThisFormat,
            place,
            format!("it is packed with {name}; gzip, zstd and plain tar are read"),
        )),
        None if first.is_empty() => Err(Refusal::new(RefusalCode::Truncated, place, "it is empty")),
        None if !tar_blocks::is_header(&first) && first.iter().any(|byte| *byte != 0) => {
            Err(Refusal::new(RefusalCode::NotThisFormat, place, "it is no tar archive"))
        }
        None => {
            let before = tour.walked.members;
            match members(&mut input, prefix, depth, tour) {
                Err(fault) if is_damage(fault.code) && prefix.is_empty() && tour.walked.members > before => {
                    tour.walked.cut = Some(fault);
                    Ok(())
                }
                ended => ended,
            }
        }
    }
}

/// Whether what came before the fault can be used.
fn is_damage(code: RefusalCode) -> bool {
    matches!(code, RefusalCode::Truncated | RefusalCode::Syntax)
}

fn place(container: &str, prefix: &str) -> String {
    match prefix.strip_suffix(INSIDE) {
        Some(inner) => format!("{container}: {inner}"),
        None => container.to_owned(),
    }
}

fn members(input: &mut dyn Read, prefix: &str, depth: usize, tour: &mut Tour<'_>) -> Result<(), Refusal> {
    let place = place(tour.container, prefix);
    let mut blocks = TarBlocks::new(input, tour.budget.item_bytes.min(1 << 20));
    loop {
        match blocks.next().map_err(|err| budget::refusal(&err, &place))? {
            Step::Member(header) => {
                tour.budget.member(&place)?;
                member(&mut blocks, &header, prefix, depth, tour)?;
                blocks.finish().map_err(|err| budget::refusal(&err, &place))?;
            }
            Step::Damaged(count) => {
                let reason = "blocks of the archive are damaged; reading went on at the next member";
                let gap = crate::Gap::new(GapKind::Skipped, &place, reason);
                tour.tally.add(gap.times(count));
            }
            Step::End => break,
            Step::NoEndMark => {
                let reason = "it ends without its end mark: what came after may be missing";
                return Err(Refusal::new(RefusalCode::Truncated, place, reason));
            }
        }
    }
    match blocks.rest() {
        Ok(0) => Ok(()),
        Ok(bytes) => {
            let gap = crate::Gap::new(GapKind::Skipped, &place, "bytes after the end of the archive are not read");
            tour.tally.add(gap.times(bytes));
            Ok(())
        }
        Err(err) => Err(budget::refusal(&err, &place)),
    }
}

fn member(
    blocks: &mut TarBlocks<'_>,
    header: &Header,
    prefix: &str,
    depth: usize,
    tour: &mut Tour<'_>,
) -> Result<(), Refusal> {
    let shown = clipped(&String::from_utf8_lossy(&header.path), 200).replace(char::is_control, "?");
    if header.is_name_lost {
        tour.gap(GapKind::Skipped, "the name of a member is longer than is read", &shown);
        return Ok(());
    }
    let path = match SafePath::of(&header.path) {
        Ok(path) => path,
        Err(bad) => {
            tour.hostile(&format!("a member is not read: {bad}"), &shown);
            return Ok(());
        }
    };
    if path.text.is_empty() {
        return Ok(());
    }
    if !path.is_plain {
        tour.gap(
            GapKind::FactChanged,
            "a name is no UTF-8 or holds control characters; they are written out",
            &path.text,
        );
    }
    let full = format!("{prefix}{}", path.text);
    match header.kind {
        HeaderKind::File | HeaderKind::Folder => {}
        HeaderKind::Symlink => {
            let reason = match leads(&path.text, &header.link) {
                Leads::Inside => {
                    "a symbolic link within the archive is not followed; what it leads to is read where it lies"
                }
                Leads::Outside => "a symbolic link leads out of the archive and is not followed",
            };
            tour.gap(GapKind::Skipped, reason, &full);
            return Ok(());
        }
        HeaderKind::HardLink => {
            let reason = match SafePath::of(&header.link) {
                Ok(_) => "a hard link is not followed; what it leads to is read where it lies",
                Err(_) => "a hard link leads out of the archive and is not followed",
            };
            tour.gap(GapKind::Skipped, reason, &full);
            return Ok(());
        }
        HeaderKind::Device => {
            tour.hostile("a device or pipe is not read", &full);
            return Ok(());
        }
        HeaderKind::Sparse => {
            tour.gap(GapKind::Skipped, "a sparse file is not read", &full);
            return Ok(());
        }
        HeaderKind::Other(flag) => {
            tour.gap(GapKind::Skipped, &format!("a member of the unknown type {flag:#04x} is not read"), &full);
            return Ok(());
        }
    }
    tour.walked.members = tour.walked.members.saturating_add(1);
    let seen = Member { path: &full, raw: &header.path, size: header.size };
    if header.kind == HeaderKind::Folder {
        tour.visitor.folder(&seen);
        return Ok(());
    }
    if !tour.seen.is_first(&full) {
        tour.gap(GapKind::Duplicate, "a second member of the same path is not read", &full);
        return Ok(());
    }
    content(&mut blocks.body(), &seen, depth, tour)
}

/// Does with a file what the visitor chooses. Shared with unpacked folders.
pub fn content(body: &mut Body<'_>, seen: &Member<'_>, depth: usize, tour: &mut Tour<'_>) -> Result<(), Refusal> {
    match tour.visitor.choose(seen) {
        Choice::Pass => Ok(()),
        Choice::Read => {
            let place = format!("{}: {}", tour.container, seen.path);
            tour.visitor.read(seen, body).map_err(|err| budget::refusal(&err, &place))
        }
        Choice::Open => match walk(body, &format!("{}{INSIDE}", seen.path), depth.saturating_add(1), tour) {
            Err(fault) if !matches!(fault.code, RefusalCode::TooLarge | RefusalCode::Unreadable) => {
                let reason = format!(
                    "an archive inside is not, or not wholly, read ({}): {}",
                    fault.code.as_str(),
                    fault.reason
                );
                tour.gap(GapKind::Skipped, &reason, seen.path);
                Ok(())
            }
            ended => ended,
        },
    }
}
