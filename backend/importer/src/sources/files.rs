//! The files below what a provider hands over. Links are never followed.

use std::path::{Path, PathBuf};

use crate::snapshot::{Gap, GapKind};
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// Visits the regular files at and below a path in the order of their names.
///
/// # Errors
/// A [`Refusal`] where the path itself is not there, where there are too many files, or that of the visitor.
pub(crate) fn each_file(
    root: &Path,
    limits: &Limits,
    gaps: &mut Tally,
    visit: &mut dyn FnMut(&Path, &mut Tally) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let refuse = |error| Refusal::new(RefusalCode::Unreadable, root.display(), error);
    let what = std::fs::metadata(root).map_err(refuse)?;
    if !what.is_dir() {
        return visit(root, gaps);
    }
    let mut open = vec![(root.to_path_buf(), 0usize)];
    let mut count = 0usize;
    while let Some((folder, depth)) = open.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                gaps.add(Gap::new(GapKind::PartUnread, folder.display(), error));
                continue;
            }
        };
        let mut children: Vec<PathBuf> = Vec::new();
        for entry in entries {
            count = count.saturating_add(1);
            if count > limits.members {
                return Err(Refusal::new(RefusalCode::TooLarge, root.display(), "more files than are read"));
            }
            match entry {
                Ok(entry) => children.push(entry.path()),
                Err(error) => gaps.add(Gap::new(GapKind::PartUnread, folder.display(), error)),
            }
        }
        children.sort();
        let mut folders = Vec::new();
        for child in children {
            let skip = match std::fs::symlink_metadata(&child) {
                Ok(what) if what.is_file() => {
                    visit(&child, gaps)?;
                    continue;
                }
                Ok(what) if what.is_dir() && depth < limits.depth => {
                    folders.push((child, depth.saturating_add(1)));
                    continue;
                }
                Ok(what) if what.is_dir() => "a folder that lies too deep".to_owned(),
                Ok(what) if what.is_symlink() => "a link, which is not followed".to_owned(),
                Ok(_) => "neither a file nor a folder".to_owned(),
                Err(error) => error.to_string(),
            };
            gaps.add(Gap::new(GapKind::PartUnread, child.display(), skip));
        }
        open.extend(folders.into_iter().rev());
    }
    Ok(())
}

/// The bytes of a file that is not larger than is read.
///
/// # Errors
/// A [`Refusal`] where it is larger or cannot be read.
pub(crate) fn bytes_of(path: &Path, most: usize) -> Result<Vec<u8>, Refusal> {
    use std::io::Read as _;
    let refuse = |error| Refusal::new(RefusalCode::Unreadable, path.display(), error);
    let file = std::fs::File::open(path).map_err(refuse)?;
    let most_read = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most_read).read_to_end(&mut bytes).map_err(refuse)?;
    if bytes.len() > most {
        return Err(Refusal::new(RefusalCode::TooLarge, path.display(), "the file is larger than is read"));
    }
    Ok(bytes)
}
