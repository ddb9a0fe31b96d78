//! Taking a backup.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::error::Error;
use hostwright_panel::platform::portable::{self, Sums, Table};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::reports;
use hostwright_panel::reports::model::VerifyReport;

use super::archive::Writer;
use super::manifest::{FORMAT, Manifest};
use super::{Say, breaks};

/// Writes everything into `to`: a file, or a folder in which it gets a name of
/// its own. The panel may run meanwhile; where the backup is and what it holds.
///
/// # Errors
/// When something cannot be read or written, or the tables are not of this version.
pub fn create(db: &Db, data_dir: &Path, to: &Path, say: &Say<'_>) -> Result<(PathBuf, Manifest)> {
    ensure!(db.is_current()?, "the tables are of an older version: run `hostwright database migrate` first");
    let target = target(to, &db.now().to_string());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let spool = tempfile::tempdir_in(folder)?;
    let mut writer = Writer::begin(&target)?;
    let outcome = fill(db, data_dir, spool.path(), &mut writer, say);
    match outcome.and_then(|manifest| writer_done(writer, manifest)) {
        Ok(manifest) => Ok((target, manifest)),
        Err(error) => {
            // What is not whole is no backup.
            let _gone = std::fs::remove_file(partial_of(&target));
            Err(error)
        }
    }
}

fn writer_done(writer: Writer, manifest: Manifest) -> Result<Manifest> {
    writer.finish(&manifest)?;
    Ok(manifest)
}

fn partial_of(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    target.with_file_name(name)
}

fn target(to: &Path, now: &str) -> PathBuf {
    if to.is_dir() || to.to_string_lossy().ends_with('/') {
        let stamp: String = now.chars().filter(char::is_ascii_alphanumeric).take(15).collect();
        to.join(format!("hostwright-{stamp}.tar.zst"))
    } else {
        to.to_owned()
    }
}

fn fill(db: &Db, data_dir: &Path, spool: &Path, writer: &mut Writer, say: &Say<'_>) -> Result<Manifest> {
    let tables = portable::tables();
    let (sums, report) = db.read_now(|tx| {
        portable::snapshot(tx)?;
        let sums = spool_tables(tx, &tables, spool, say)?;
        Ok((sums, reports::queries::verify_in(tx)?))
    })?;
    for table in &tables {
        let file = spool.join(&table.name);
        writer.add(&format!("tables/{}.ndjson", table.name), &file)?;
        std::fs::remove_file(file)?;
    }
    for (name, path) in data_files(data_dir, db.url(), writer.partial())? {
        // A log may grow while it is read: what is archived is one reading of it.
        let still = spool.join("file");
        std::fs::copy(&path, &still).with_context(|| format!("cannot read {}", path.display()))?;
        writer.add(&format!("data/{name}"), &still)?;
    }
    Ok(manifest(db, tables, sums, &report, writer))
}

fn manifest(db: &Db, tables: Vec<Table>, sums: Sums, report: &VerifyReport, writer: &Writer) -> Manifest {
    Manifest {
        format: FORMAT,
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: db.now().to_string(),
        engine: engine(db.url()).to_owned(),
        tables,
        sums,
        verify: breaks(report),
        files: writer.files(),
    }
}

/// The name of an engine.
pub fn engine(url: &DatabaseUrl) -> &'static str {
    match url {
        DatabaseUrl::Sqlite(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgres",
    }
}

fn spool_tables(
    tx: &mut Tx<'_>,
    tables: &[Table],
    spool: &Path,
    say: &Say<'_>,
) -> hostwright_panel::platform::error::Result<Sums> {
    let mut files = BTreeMap::new();
    for table in tables {
        let file = File::create(spool.join(&table.name)).map_err(Error::internal)?;
        files.insert(table.name.clone(), BufWriter::new(file));
    }
    let sums = portable::read_all(tx, tables, |table, rows| {
        let file = files.get_mut(&table.name).ok_or_else(|| Error::internal("a table without a file"))?;
        for row in rows {
            file.write_all(row.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(Error::internal)?;
        }
        Ok(())
    })?;
    for (name, mut file) in files {
        file.flush().map_err(Error::internal)?;
        if let Some(table) = sums.tables.get(&name).filter(|table| table.rows > 0) {
            say(&format!("{name}: {} rows", table.rows));
        }
    }
    Ok(sums)
}

/// Every file of the data folder, by its path inside, without the database.
fn data_files(data_dir: &Path, database: &DatabaseUrl, partial: &Path) -> Result<Vec<(String, PathBuf)>> {
    let own = match database {
        DatabaseUrl::Sqlite(path) => path.canonicalize().unwrap_or_else(|_not_there| path.clone()),
        DatabaseUrl::Postgres(_) => PathBuf::new(),
    };
    let is_database = |path: &Path| {
        let path = path.canonicalize().unwrap_or_else(|_not_there| path.to_owned());
        let text = path.to_string_lossy().into_owned();
        !own.as_os_str().is_empty()
            && ["", "-wal", "-shm", "-journal"].iter().any(|end| text == format!("{}{end}", own.display()))
    };
    let mut found = Vec::new();
    let mut open = vec![data_dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = path.strip_prefix(data_dir)?.to_str().map(str::to_owned);
            let is_backup = path == partial || path.to_string_lossy().ends_with(".tar.zst");
            if kind.is_dir() {
                open.push(path);
            } else if let (true, false, false, Some(name)) = (kind.is_file(), is_database(&path), is_backup, name) {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
