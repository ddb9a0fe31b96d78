//! The import folder, and the importer's readers behind the panel's port.
//!
//! Invariants: nothing outside the folder is read, listed or written, whatever a path or a link
//! says; a file there is never overwritten; kinds are those of the importer.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use hostwright_importer::snapshot::values::Secret;
use hostwright_importer::sources::{Input, SourceKind};
use hostwright_importer::{Refusal as Unreadable, RefusalCode, Sink};
use hostwright_kernel::Instant;
use hostwright_panel::migration::error::MigrationRefusal;
use hostwright_panel::migration::ports::{ImportFile, Reader, Reading};
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use jiff::tz::TimeZone;

/// Entries of the import folder that are listed.
const LISTED_MAX: usize = 2_000;

/// A folder below the data folder, into which providers put what is to be read.
#[derive(Debug, Clone)]
pub struct ImportFolder {
    root: PathBuf,
}

impl ImportFolder {
    /// The folder at this path; it is made when something is first put there.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The place of a path below the folder, with all links followed.
    fn place(&self, path: &str) -> Result<PathBuf> {
        let outside = || Error::from(MigrationRefusal::PathOutside.with("path", path));
        let unknown = || Error::from(MigrationRefusal::PathUnknown.with("path", path));
        let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || path.is_empty() {
            return Err(outside());
        }
        let root = fs::canonicalize(&self.root).map_err(|_none| unknown())?;
        let place = fs::canonicalize(root.join(path)).map_err(|_none| unknown())?;
        if place.starts_with(&root) { Ok(place) } else { Err(outside()) }
    }

    fn list(&self, folder: &Path, below: &str, found: &mut Vec<ImportFile>) -> std::io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            // A link is not followed for the list, and a hidden file is nobody's dump.
            let kind = entry.file_type()?;
            if name.starts_with('.') || kind.is_symlink() || found.len() >= LISTED_MAX {
                continue;
            }
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            found.push(described(path.clone(), &entry.metadata()?));
            // One level is enough to choose from: a folder is read as a whole.
            if kind.is_dir() && below.is_empty() {
                self.list(&entry.path(), &path, found)?;
            }
        }
        Ok(())
    }
}

impl Reader for ImportFolder {
    fn kinds(&self) -> Vec<&'static str> {
        SourceKind::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    fn files(&self) -> Result<Vec<ImportFile>> {
        let mut found = Vec::new();
        match self.list(&self.root, "", &mut found) {
            Ok(()) => Ok(found),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(found),
            Err(error) => Err(Error::internal(format!("the import folder: {error}"))),
        }
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> Result<ImportFile> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::from(MigrationRefusal::FileExists.with("name", name)),
            _ => Error::internal(format!("the import folder: {error}")),
        };
        if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) || name.contains('/') {
            return Err(MigrationRefusal::FileUnreadable.with("name", name).into());
        }
        fs::create_dir_all(&self.root).map_err(failed)?;
        let place = self.root.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&place).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(described(name.to_owned(), &file.metadata().map_err(failed)?))
    }

    fn check(&self, path: &str) -> Result<()> {
        self.place(path).map(|_| ())
    }

    fn read(&self, reading: &Reading, sink: &mut dyn Sink) -> std::result::Result<(), Unreadable> {
        let refused = |path: &str, error: &Error| Unreadable::new(RefusalCode::Unreadable, path, error);
        let kind: SourceKind = reading
            .kind
            .parse()
            .map_err(|unknown| Unreadable::new(RefusalCode::NotThisFormat, &reading.kind, &unknown))?;
        let place = |path: &String| self.place(path).map_err(|error| refused(path, &error));
        let paths = reading.paths.iter().map(place).collect::<std::result::Result<Vec<_>, _>>()?;
        let input = Input {
            currency: Some(reading.currency),
            zone: TimeZone::get(&reading.zone).unwrap_or(TimeZone::UTC),
            key: reading.options.key.clone().map(Secret),
            attachments: reading.options.attachments.as_ref().map(place).transpose()?,
            mapping: reading.options.mapping.as_ref().map(place).transpose()?,
            ..Input::of(paths)
        };
        kind.read(&input, sink)
    }
}

fn described(path: String, metadata: &fs::Metadata) -> ImportFile {
    let changed = metadata.modified().ok().and_then(|moment| {
        let since = moment.duration_since(std::time::UNIX_EPOCH).ok()?;
        Instant::from_micros(i64::try_from(since.as_micros()).ok()?).ok()
    });
    let is_folder = metadata.is_dir();
    let size = if is_folder { 0 } else { i64::try_from(metadata.len()).unwrap_or(i64::MAX) };
    ImportFile { path, is_folder, size, changed_at: changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_reached() {
        let outer = tempfile::tempdir().unwrap();
        let folder = ImportFolder::new(outer.path().join("import"));
        assert_eq!(folder.files().unwrap().len(), 0, "a folder that is not there is empty");
        folder.keep("dump.sql", b"-- nothing").unwrap();
        fs::write(outer.path().join("secret"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outer.path().join("secret"), outer.path().join("import/link")).unwrap();
        folder.check("dump.sql").unwrap();
        let code = |path: &str| folder.check(path).unwrap_err().code().to_owned();
        for path in ["../secret", "/etc/passwd", "a/../../secret", "", ".", "./dump.sql/.."] {
            assert_eq!(code(path), "migration.path_outside", "{path}");
        }
        assert_eq!(code("link"), "migration.path_outside", "a link leads out");
        assert_eq!(code("nothing"), "migration.path_unknown");
        let listed: Vec<String> = folder.files().unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(listed, ["dump.sql"]);
    }

    #[test]
    fn a_file_is_never_overwritten() {
        let outer = tempfile::tempdir().unwrap();
        let folder = ImportFolder::new(outer.path().join("import"));
        assert_eq!(folder.keep("a.sql", b"one").unwrap().size, 3);
        assert_eq!(folder.keep("a.sql", b"two").unwrap_err().code(), "migration.file_exists");
        assert_eq!(folder.keep("../a.sql", b"two").unwrap_err().code(), "migration.file_unreadable");
        assert_eq!(fs::read(outer.path().join("import/a.sql")).unwrap(), b"one");
    }
}
