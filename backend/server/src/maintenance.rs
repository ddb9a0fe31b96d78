//! The commands that look after an installation without asking the panel:
//! database, backup, restore and export.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hostwright_importer::document::{Form, Header, Writer};
use hostwright_importer::{Counts, Entry, Refusal, Sink};
use hostwright_panel::migration::export::queries::export_in;
use hostwright_panel::platform::Db;
use hostwright_panel::platform::db::DatabaseUrl;

use crate::config::Config;
use crate::{backup, compose};

/// `database migrate` and `database copy`.
#[must_use]
pub fn database_command() -> Command {
    let target = Arg::new("to")
        .long("to")
        .value_name("URL")
        .required(true)
        .help("postgres://user:password@host/database, or sqlite:FILE; it must be empty");
    Command::new("database")
        .about("Look after the database")
        .subcommand_required(true)
        .subcommand(Command::new("migrate").about("Bring the tables to this version"))
        .subcommand(Command::new("copy").about("Copy everything into another database").arg(target))
}

/// `backup`.
#[must_use]
pub fn backup_command() -> Command {
    let target = Arg::new("to")
        .long("to")
        .value_name("FOLDER|FILE")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("Where to; in a folder it gets a name of its own");
    Command::new("backup").about("Write database, key and files into one archive; the panel may run").arg(target)
}

/// `restore`.
#[must_use]
pub fn restore_command() -> Command {
    let source = Arg::new("from")
        .long("from")
        .value_name("FILE")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("The backup");
    let replace =
        Arg::new("replace").long("replace").action(ArgAction::SetTrue).help("Take away what is in the database now");
    Command::new("restore").about("Bring a backup back; the panel must not run").arg(source).arg(replace)
}

/// `export`.
#[must_use]
pub fn export_command() -> Command {
    let target = Arg::new("to")
        .long("to")
        .value_name("FILE")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("The document: XML, or JSON where the name ends so; it holds password hashes");
    Command::new("export")
        .about("Write everything as one open document (docs/snapshot.md); the panel may run")
        .arg(target)
}

/// Does one of them.
///
/// # Errors
/// Why it could not be done.
pub fn run(name: &str, chosen: &ArgMatches, config: &Config) -> Result<()> {
    let (db, _) = compose::open_database(config)?;
    match (name, chosen.subcommand()) {
        ("database", Some(("copy", chosen))) => copy(&db, chosen),
        ("backup", _) => {
            let to: &PathBuf = chosen.get_one("to").context("no target")?;
            let (file, manifest) = backup::create(&db, &config.data_dir, to, &say)?;
            println!("{} rows and {} files in {}", manifest.sums.rows(), manifest.files.len(), file.display());
            Ok(())
        }
        ("export", _) => {
            let to: &PathBuf = chosen.get_one("to").context("no target")?;
            export(&db, to)
        }
        ("restore", _) => {
            let from: &PathBuf = chosen.get_one("from").context("no source")?;
            let manifest = backup::restore(&db, &config.data_dir, from, chosen.get_flag("replace"), &say)?;
            println!("restored what was there at {}", manifest.made_at);
            Ok(())
        }
        _ => {
            db.migrate()?;
            println!("the tables are those of version {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    }
}

fn copy(db: &Db, chosen: &ArgMatches) -> Result<()> {
    let url: &String = chosen.get_one("to").context("no target")?;
    let target = Db::open(&DatabaseUrl::parse(url), std::sync::Arc::clone(db.clock()))?;
    let sums = backup::copy(db, &target, &say)?;
    for (name, table) in sums.tables.iter().filter(|(_, table)| table.rows > 0) {
        println!("{name:<24} {:>10} rows, equal", table.rows);
    }
    println!("{} rows copied; counts, contents, sums and `verify` are equal on both ends", sums.rows());
    Ok(())
}

/// Progress goes beside the answer, not into it.
fn say(text: &str) {
    eprintln!("{text}");
}

/// Writes beside the target first, so that a file of that name is whole or not there.
fn export(db: &Db, to: &Path) -> Result<()> {
    let is_json = to.extension().is_some_and(|extension| extension == "json");
    let form = if is_json { Form::Json } else { Form::Xml };
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file =
        tempfile::NamedTempFile::new_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
    let header = Header {
        source_kind: "hostwright".to_owned(),
        source_name: None,
        taken_at: None,
        generator: Some(concat!("hostwright ", env!("CARGO_PKG_VERSION")).to_owned()),
    };
    let mut counted = Counted { writer: Writer::new(form, BufWriter::new(file), &header)?, counts: Counts::default() };
    db.read_now(|tx| export_in(tx, &mut counted))?;
    let file = counted.writer.finish()?.into_inner()?;
    file.as_file().sync_all()?;
    file.persist(to)?;
    for (kind, count) in &counted.counts.records {
        println!("{count:>10}  {}", kind.as_str());
    }
    Ok(())
}

/// Writes and counts.
struct Counted<W: std::io::Write> {
    writer: Writer<W>,
    counts: Counts,
}

impl<W: std::io::Write> Sink for Counted<W> {
    fn take(&mut self, entry: Entry) -> std::result::Result<(), Refusal> {
        if let Entry::Record(record) = &entry {
            let count = self.counts.records.entry(record.kind()).or_default();
            *count = count.saturating_add(1);
        }
        self.writer.take(entry)
    }
}
