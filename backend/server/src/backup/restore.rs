//! Bringing a backup back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use hostwright_panel::platform::error::Error;
use hostwright_panel::platform::portable::{self, Table};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::reports;

use super::manifest::Manifest;
use super::{Say, archive, breaks, check_written};

/// Rows written with one statement.
const BATCH: usize = 1_000;

/// Brings a backup back into this database and this data folder.
///
/// # Errors
/// When the database or the key belongs to an installation and `replace` is
/// false, when the backup is damaged or of another version, and when what was
/// written is not what was read; then the database is as it was.
pub fn restore(db: &Db, data_dir: &Path, from: &Path, replace: bool, say: &Say<'_>) -> Result<Manifest> {
    std::fs::create_dir_all(data_dir)?;
    let unpacked = tempfile::Builder::new().prefix("restore-").tempdir_in(data_dir)?;
    let manifest = archive::unpack(from, unpacked.path())?;
    ensure!(
        manifest.tables == portable::tables(),
        "the backup was made by version {} with other tables: restore it with that version",
        manifest.made_by
    );
    say(&format!("the backup of {} is whole", manifest.made_at));
    let files = files_to_place(&unpacked.path().join("data"), data_dir, replace)?;
    db.migrate()?;
    db.write_now(|tx| {
        make_room(tx, &manifest.tables, replace)?;
        for table in &manifest.tables {
            load(tx, table, &unpacked.path().join(format!("tables/{}.ndjson", table.name)))?;
        }
        check_written(tx, &manifest.tables, &manifest.sums)
    })?;
    say(&format!("{} rows in {} tables, as they were", manifest.sums.rows(), manifest.tables.len()));
    for (source, target) in files {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::rename(&source, &target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    let report = db.read_now(reports::queries::verify_in)?;
    ensure!(
        breaks(&report) == manifest.verify,
        "it is restored, but `verify` says {:?} and said {:?}",
        breaks(&report),
        manifest.verify
    );
    Ok(manifest)
}

/// Nobody's data is in the way, or is taken away when that was asked for.
pub fn make_room(tx: &mut Tx<'_>, tables: &[Table], replace: bool) -> hostwright_panel::platform::error::Result<()> {
    if replace {
        return portable::clear(tx, tables);
    }
    match portable::first_filled(tx, tables)? {
        Some(table) => Err(Error::internal(format!("the database is not empty: there are rows in {table}"))),
        None => Ok(()),
    }
}

fn load(tx: &mut Tx<'_>, table: &Table, file: &Path) -> hostwright_panel::platform::error::Result<()> {
    let lines = BufReader::new(File::open(file).map_err(Error::internal)?).lines();
    let batch = if table.is_heavy() { 4 } else { BATCH };
    let mut rows = Vec::new();
    for line in lines {
        rows.push(line.map_err(Error::internal)?);
        if rows.len() == batch {
            portable::insert(tx, table, &rows)?;
            rows.clear();
        }
    }
    portable::insert(tx, table, &rows)
}

/// Each file of the backup with its place; none is in the way unless it is the same.
fn files_to_place(from: &Path, data_dir: &Path, replace: bool) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![from.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let target = data_dir.join(path.strip_prefix(from)?);
            if !replace && target.exists() && std::fs::read(&target)? != std::fs::read(&path)? {
                bail!("{} is there and is another: `--replace` overwrites it", target.display());
            }
            found.push((path, target));
        }
    }
    Ok(found)
}
