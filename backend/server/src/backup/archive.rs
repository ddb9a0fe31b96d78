//! tar, compressed with zstd: written entry by entry, read into a folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::manifest::{self, Manifest};

/// zstd's own default: fast, and small enough.
const LEVEL: i32 = 3;

/// An archive that is being written; it has its name only once it is whole.
pub struct Writer {
    archive: tar::Builder<zstd::Encoder<'static, BufWriter<File>>>,
    partial: PathBuf,
    target: PathBuf,
    files: BTreeMap<String, String>,
}

impl Writer {
    /// Begins beside `target`, which must not be there.
    ///
    /// # Errors
    /// When it is there, or nothing can be written beside it.
    pub fn begin(target: &Path) -> Result<Self> {
        ensure!(!target.exists(), "{} is there already", target.display());
        let mut name = target.file_name().context("a backup needs a name")?.to_owned();
        name.push(".partial");
        let partial = target.with_file_name(name);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        // It holds the installation's key.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
        let archive = tar::Builder::new(zstd::Encoder::new(BufWriter::new(file), LEVEL)?);
        Ok(Self { archive, partial, target: target.to_owned(), files: BTreeMap::new() })
    }

    /// Where it is written meanwhile.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Adds what a file holds now.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn add(&mut self, name: &str, path: &Path) -> Result<()> {
        let mut hasher = Sha256::new();
        io::copy(&mut File::open(path)?, &mut Hashing(&mut hasher))?;
        self.append(name, File::open(path)?.metadata()?.len(), File::open(path)?)?;
        self.files.insert(name.to_owned(), hex(&hasher.finalize()));
        Ok(())
    }

    /// The hashes of what was added.
    pub fn files(&self) -> BTreeMap<String, String> {
        self.files.clone()
    }

    /// Adds the manifest and gives the archive its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, manifest: &Manifest) -> Result<()> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.append(manifest::NAME, u64::try_from(text.len())?, text.as_slice())?;
        let mut inner = self.archive.into_inner()?.finish()?;
        inner.flush()?;
        inner.get_ref().sync_all()?;
        std::fs::rename(&self.partial, &self.target)?;
        Ok(())
    }

    fn append(&mut self, name: &str, size: u64, from: impl Read) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_cksum();
        self.archive.append_data(&mut header, name, from.take(size))?;
        Ok(())
    }
}

struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks an archive into an empty folder; its manifest, once every file was
/// found to be what the manifest says.
///
/// # Errors
/// Names the file that is missing, altered or has no business there.
pub fn unpack(from: &Path, into: &Path) -> Result<Manifest> {
    let file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    let what = || format!("{} is not a backup, or is damaged", from.display());
    let mut archive = tar::Archive::new(zstd::Decoder::new(BufReader::new(file)).with_context(what)?);
    let mut hashes = BTreeMap::new();
    let mut manifest: Option<Manifest> = None;
    for entry in archive.entries().with_context(what)? {
        let mut entry = entry.with_context(what)?;
        let path = entry.path().with_context(what)?.into_owned();
        let name = path.to_str().with_context(what)?.to_owned();
        if name == manifest::NAME {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).with_context(what)?;
            manifest = Some(serde_json::from_slice(&text).context("its manifest does not read")?);
            continue;
        }
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(plain && entry.header().entry_type().is_file(), "{name} has no business in a backup");
        let target = into.join(&path);
        std::fs::create_dir_all(target.parent().context("a file in no folder")?)?;
        let mut hasher = Sha256::new();
        let mut out = BufWriter::new(File::create_new(&target).with_context(|| format!("{name} is there twice"))?);
        let mut buffer = vec![0_u8; 64 * 1024];
        loop {
            let count = entry.read(&mut buffer).with_context(what)?;
            let read = buffer.get(..count).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            hasher.update(read);
            out.write_all(read)?;
        }
        out.flush()?;
        hashes.insert(name, hex(&hasher.finalize()));
    }
    let Some(manifest) = manifest else { bail!("{}: it has no manifest", what()) };
    ensure!(manifest.format == manifest::FORMAT, "the backup has format {}", manifest.format);
    for (name, hash) in &manifest.files {
        match hashes.remove(name) {
            Some(found) if found == *hash => {}
            Some(_) => bail!("{name} was altered"),
            None => bail!("{name} is missing"),
        }
    }
    if let Some((name, _)) = hashes.first_key_value() {
        bail!("{name} is not in the manifest");
    }
    Ok(manifest)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
