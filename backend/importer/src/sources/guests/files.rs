//! The files that a reader was given: listed in a stable order, links never followed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::emit::Emitter;
use crate::sources::Input;
use crate::{Gap, GapKind, Limits, Refusal, RefusalCode};

/// A file that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How it is called in gaps.
    pub(crate) place: String,
    /// Its name without the folder.
    pub(crate) name: String,
    /// A link; what it leads to is not read.
    pub(crate) is_link: bool,
}

impl Found {
    fn at(path: PathBuf, is_link: bool) -> Self {
        let place = path.display().to_string();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { path, place, name, is_link }
    }

    /// The name without its last ending.
    pub(crate) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem)
    }

    /// The ending in lower case, without the dot.
    pub(crate) fn ending(&self) -> String {
        self.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The name of the folder it is in.
    pub(crate) fn folder(&self) -> String {
        let parent = self.path.parent().and_then(Path::file_name);
        parent.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// All files given, and all below the folders given.
pub(crate) struct Files {
    /// In the order of the paths given, below a folder by name.
    pub(crate) found: Vec<Found>,
    /// What could not be listed.
    pub(crate) gaps: Vec<Gap>,
    /// Exactly one file was given: what is wrong with it is wrong with the whole input.
    pub(crate) is_single: bool,
}

/// Lists the files of an input.
pub(crate) fn list(input: &Input) -> Result<Files, Refusal> {
    let mut files = Files { found: Vec::new(), gaps: Vec::new(), is_single: false };
    let mut is_folder = false;
    for path in &input.paths {
        let about =
            std::fs::metadata(path).map_err(|fault| Refusal::new(RefusalCode::Unreadable, path.display(), fault))?;
        if about.is_dir() {
            is_folder = true;
            below(path, 0, &input.limits, &mut files)?;
        } else if about.is_file() {
            files.found.push(Found::at(path.clone(), false));
        } else {
            return Err(Refusal::new(RefusalCode::Hostile, path.display(), "it is neither a file nor a folder"));
        }
    }
    if files.found.is_empty() && files.gaps.is_empty() {
        return Err(Refusal::new(RefusalCode::NotThisFormat, "input", "there is no file in what was given"));
    }
    files.is_single = !is_folder && files.found.len() == 1;
    Ok(files)
}

fn below(folder: &Path, depth: usize, limits: &Limits, files: &mut Files) -> Result<(), Refusal> {
    if depth > limits.depth {
        files.gaps.push(Gap::new(GapKind::PartUnread, folder.display(), "folders are nested too deep"));
        return Ok(());
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(fault) if depth == 0 => return Err(Refusal::new(RefusalCode::Unreadable, folder.display(), fault)),
        Err(fault) => {
            files.gaps.push(Gap::new(GapKind::PartUnread, folder.display(), fault));
            return Ok(());
        }
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.insert(entry.path()),
            Err(fault) => {
                files.gaps.push(Gap::new(GapKind::PartUnread, folder.display(), fault));
                continue;
            }
        };
        if names.len().saturating_add(files.found.len()) > limits.members {
            let reason = format!("more than {} files", limits.members);
            return Err(Refusal::new(RefusalCode::TooLarge, folder.display(), reason));
        }
    }
    for path in names {
        match std::fs::symlink_metadata(&path) {
            Ok(about) if about.is_dir() => below(&path, depth.saturating_add(1), limits, files)?,
            Ok(about) if about.is_file() => files.found.push(Found::at(path, false)),
            Ok(about) if about.file_type().is_symlink() => files.found.push(Found::at(path, true)),
            Ok(_) => files.gaps.push(Gap::new(GapKind::PartUnread, path.display(), "neither a file nor a folder")),
            Err(fault) => files.gaps.push(Gap::new(GapKind::PartUnread, path.display(), fault)),
        }
    }
    Ok(())
}

/// Reads every file in turn. A file that is refused is a gap, unless it was the only one.
pub(crate) fn each(
    files: &Files,
    out: &mut Emitter<'_>,
    mut read: impl FnMut(&Found, &mut Emitter<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for gap in &files.gaps {
        out.gap(gap.clone())?;
    }
    for file in &files.found {
        let Err(refusal) = read(file, out) else { continue };
        if out.has_stopped() || files.is_single {
            return Err(refusal);
        }
        out.gap(as_gap(&refusal))?;
    }
    Ok(())
}

/// A refused file as a gap of the whole.
pub(crate) fn as_gap(refusal: &Refusal) -> Gap {
    Gap::new(GapKind::Skipped, &refusal.place, format_args!("{}: {}", refusal.code.as_str(), refusal.reason))
}

/// The text of a file, and whether its bytes had to be taken as Latin-1.
pub(crate) fn text(file: &Found, limits: &Limits) -> Result<(String, bool), Refusal> {
    let unreadable = |fault: std::io::Error| Refusal::new(RefusalCode::Unreadable, &file.place, fault);
    let most = u64::try_from(limits.item_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(&file.path)
        .map_err(unreadable)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > limits.item_bytes {
        return Err(Refusal::new(RefusalCode::TooLarge, &file.place, format!("larger than {most} bytes")));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), false),
        Err(fault) => (fault.into_bytes().into_iter().map(char::from).collect(), true),
    })
}

/// Names of guests that are started with their host: libvirt's folder `autostart` and
/// Xen's `auto` hold a link (in a copy often the file itself) for each. Such a mark is not
/// read a second time where the file it stands for was given as well.
pub(crate) fn started_with_host(files: &mut Files, folders: &[&str]) -> BTreeSet<String> {
    let is_mark = |file: &Found| folders.contains(&file.folder().as_str());
    let given: BTreeSet<String> =
        files.found.iter().filter(|file| !is_mark(file)).map(|file| bare_name(&file.name).to_owned()).collect();
    let mut names = BTreeSet::new();
    files.found.retain(|file| {
        if !is_mark(file) {
            return true;
        }
        names.insert(file.stem().to_owned());
        names.insert(bare_name(file.stem()).to_owned());
        !given.contains(bare_name(&file.name))
    });
    names
}

/// Xen's links may carry a number in front, for the order of starting.
fn bare_name(name: &str) -> &str {
    let bare = name.trim_start_matches(|c: char| c.is_ascii_digit());
    bare.strip_prefix(['-', '_']).filter(|rest| !rest.is_empty()).unwrap_or(name)
}
