//! An import folder in memory: paths with the entries that reading them gives.

use std::collections::BTreeMap;
use std::sync::Mutex;

use hostwright_importer::{Entry, Refusal as Unreadable, RefusalCode, Sink};
use hostwright_panel::migration::error::MigrationRefusal;
use hostwright_panel::migration::ports::{ImportFile, Reader, Reading};
use hostwright_panel::platform::error::Result;

/// The folder.
#[derive(Default)]
pub struct Shelf {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    files: BTreeMap<String, Vec<Entry>>,
    kept: BTreeMap<String, usize>,
    refuse_at_end: Option<Unreadable>,
    die_after: Option<usize>,
}

impl Shelf {
    /// Puts what reading a path gives.
    pub fn put(&self, path: &str, entries: Vec<Entry>) {
        self.inside.lock().unwrap().files.insert(path.to_owned(), entries);
    }

    /// The next reading ends like a process that was killed, after so many entries.
    pub fn die_once_after(&self, entries: usize) {
        self.inside.lock().unwrap().die_after = Some(entries);
    }

    /// Readings refuse their input as a whole once all was told; none accepts it again.
    pub fn refuse(&self, refusal: Option<Unreadable>) {
        self.inside.lock().unwrap().refuse_at_end = refusal;
    }
}

impl Reader for Shelf {
    fn kinds(&self) -> Vec<&'static str> {
        vec!["shelf", "whmcs"]
    }

    fn files(&self) -> Result<Vec<ImportFile>> {
        let inside = self.inside.lock().unwrap();
        let sizes = inside.files.iter().map(|(path, entries)| (path, entries.len()));
        Ok(sizes
            .chain(inside.kept.iter().map(|(path, size)| (path, *size)))
            .map(|(path, size)| described(path, size))
            .collect())
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> Result<ImportFile> {
        let mut inside = self.inside.lock().unwrap();
        if inside.kept.contains_key(name) || inside.files.contains_key(name) {
            return Err(MigrationRefusal::FileExists.with("name", name).into());
        }
        inside.kept.insert(name.to_owned(), bytes.len());
        Ok(described(name, bytes.len()))
    }

    fn check(&self, path: &str) -> Result<()> {
        let inside = self.inside.lock().unwrap();
        if inside.files.contains_key(path) || inside.kept.contains_key(path) {
            Ok(())
        } else {
            Err(MigrationRefusal::PathUnknown.with("path", path).into())
        }
    }

    fn read(&self, reading: &Reading, sink: &mut dyn Sink) -> std::result::Result<(), Unreadable> {
        let (entries, die_after, refusal) = {
            let mut inside = self.inside.lock().unwrap();
            let entries: Vec<Entry> =
                reading.paths.iter().filter_map(|path| inside.files.get(path)).flatten().cloned().collect();
            (entries, inside.die_after.take(), inside.refuse_at_end.clone())
        };
        for (place, entry) in entries.into_iter().enumerate() {
            if die_after == Some(place) {
                panic!("the reader was killed, as the test asked");
            }
            sink.take(entry)?;
        }
        refusal.map_or(Ok(()), Err)
    }
}

/// A refusal of a whole input.
pub fn truncated() -> Unreadable {
    Unreadable::new(RefusalCode::Truncated, "dump.sql, line 7", "it ends within a statement")
}

fn described(path: &str, size: usize) -> ImportFile {
    ImportFile { path: path.to_owned(), is_folder: false, size: i64::try_from(size).unwrap(), changed_at: None }
}
