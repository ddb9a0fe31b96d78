//! An agent package: `agent.tar` and `agent.manifest`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{AgentCode, AgentFault, Manifest};
use crate::Limits;

/// So large may a package be, unpacked.
const LARGEST: u64 = 256 << 20;
/// So many files may it have.
const MEMBERS: usize = 10_000;

/// How the program of a package is started: the first of these files that it has.
const ENTRIES: &[(&str, &str)] = &[
    ("agent", "./agent"),
    ("agent.sh", "sh ./agent.sh"),
    ("agent.pl", "perl agent.pl"),
    ("agent.py", "python3 agent.py"),
    ("agent.php", "php agent.php"),
    ("agent.rb", "ruby agent.rb"),
];

/// A package that was looked through.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its archive.
    pub tar: PathBuf,
    /// The archive's SHA-256 in hexadecimal.
    pub digest: String,
    /// Files in it.
    pub files: Vec<String>,
    /// What the shell is told to start the agent.
    pub start: &'static str,
}

impl Package {
    /// Opens the package in a folder.
    ///
    /// # Errors
    /// [`AgentCode::BadPackage`] where a file is missing, the manifest is wrong, or the archive holds what
    /// must not be unpacked on a source server.
    pub fn open(folder: &Path, limits: &Limits) -> Result<Self, AgentFault> {
        let bad = |place: &Path, reason: String| AgentFault::new(AgentCode::BadPackage, place.display(), reason);
        let path = folder.join("agent.manifest");
        let text = std::fs::read(&path).map_err(|error| bad(&path, error.to_string()))?;
        let manifest = Manifest::parse(&text, &path.display().to_string(), limits)
            .map_err(|refusal| bad(&path, refusal.to_string()))?;
        let tar = folder.join("agent.tar");
        let file = File::open(&tar).map_err(|error| bad(&tar, error.to_string()))?;
        let files = members(file, MEMBERS, LARGEST).map_err(|reason| bad(&tar, reason))?;
        let start = ENTRIES
            .iter()
            .find(|(name, _)| files.iter().any(|file| file == name))
            .map(|(_, start)| *start)
            .ok_or_else(|| {
                bad(&tar, "it holds no file agent, agent.sh, agent.pl, agent.py, agent.php or agent.rb".into())
            })?;
        let digest = digest_of(&tar).map_err(|error| bad(&tar, error.to_string()))?;
        Ok(Self { manifest, tar, digest, files, start })
    }

    /// Makes a package of the files below `from` into the folder `into`. Times and owners are left out, so
    /// that the same files make the same archive.
    ///
    /// # Errors
    /// [`AgentCode::Local`] where files cannot be read or written.
    pub fn build(from: &Path, manifest: &Manifest, into: &Path) -> Result<(), AgentFault> {
        let local = |place: &Path, error: std::io::Error| AgentFault::new(AgentCode::Local, place.display(), error);
        let path = into.join("agent.manifest");
        std::fs::write(&path, manifest.to_xml()).map_err(|error| local(&path, error))?;
        let path = into.join("agent.tar");
        let file = File::create(&path).map_err(|error| local(&path, error))?;
        let mut builder = tar::Builder::new(file);
        builder.mode(tar::HeaderMode::Deterministic);
        let mut waiting = vec![PathBuf::new()];
        while let Some(folder) = waiting.pop() {
            let full = from.join(&folder);
            let entries = std::fs::read_dir(&full).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let mut entries = entries.map_err(|error| local(&full, error))?;
            entries.sort_by_key(std::fs::DirEntry::file_name);
            for entry in entries {
                let name = folder.join(entry.file_name());
                let kind = entry.file_type().map_err(|error| local(&full, error))?;
                if kind.is_dir() {
                    waiting.push(name);
                } else if kind.is_file() {
                    builder.append_path_with_name(entry.path(), &name).map_err(|error| local(&full, error))?;
                }
            }
        }
        builder.into_inner().and_then(|mut file| file.flush()).map_err(|error| local(&path, error))
    }
}

fn digest_of(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    std::io::copy(&mut file, &mut hash)?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files of an archive that holds only files and folders below itself.
pub(super) fn members(archive: impl Read, most: usize, largest: u64) -> Result<Vec<String>, String> {
    let mut archive = tar::Archive::new(archive);
    let (mut files, mut total, mut count) = (Vec::new(), 0u64, 0usize);
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| format!("no tar archive, or a cut one: {error}"))?;
        let path = entry.path().map_err(|error| error.to_string())?.into_owned();
        let shown = path.display().to_string();
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(format!("'{shown}' leads outside"));
        }
        // The tar of a source server ends a name at a zero byte, and would unpack another one.
        if shown.contains(char::is_control) {
            return Err(format!("{shown:?} holds a control character"));
        }
        count = count.saturating_add(1);
        total = total.saturating_add(entry.size());
        if count > most || total > largest {
            return Err(format!("more than {most} members or {largest} bytes"));
        }
        match entry.header().entry_type() {
            tar::EntryType::Directory => {}
            tar::EntryType::Regular | tar::EntryType::Continuous => {
                let name: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
                if name.as_os_str().is_empty() {
                    return Err("it holds a file without a name".to_owned());
                }
                files.push(name.display().to_string());
            }
            other => return Err(format!("'{shown}' is a {other:?}, not a file or folder")),
        }
    }
    if count == 0 { Err("it is empty, or no tar archive".to_owned()) } else { Ok(files) }
}
