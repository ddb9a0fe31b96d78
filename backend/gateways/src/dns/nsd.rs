//! NSD: zone files in a folder that its configuration includes.
//!
//! For each zone there are two files: `NAME.zone`, the master file, and `NAME.conf`, which
//! makes NSD serve it. Files are written beside their place and then renamed, so that NSD
//! never reads half of one. NSD is told by `nsd-control`, and seen by asking it for the
//! zone's SOA like anybody else: what `nsd-control` says is no evidence.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostwright_panel::hosting::model::DomainName;
use hostwright_panel::hosting::ports::{DnsServer, PublishedZone};
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::platform::worker::BoxFuture;
use tokio::process::Command;
use tokio::sync::Mutex;

use super::question;

/// For one order to NSD; a hundred thousand zones are read within.
const PATIENCE: Duration = Duration::from_secs(60);
/// How the first line of a zone file begins; what follows is the serial.
const MARK: &str = "; written by Hostwright, serial ";

/// An NSD on this machine.
pub struct NsdServer {
    folder: PathBuf,
    control: PathBuf,
    control_config: Option<PathBuf>,
    address: SocketAddr,
    /// One order at a time: two that look into the folder together would see each other's halves.
    order: Mutex<()>,
}

impl NsdServer {
    /// An NSD that includes `FOLDER/*.conf`, takes orders from `control` and answers at
    /// `address`. The folder is made.
    ///
    /// # Errors
    /// When the folder cannot be made or its name does not fit NSD's configuration.
    pub fn new(
        folder: &Path,
        control: &Path,
        control_config: Option<&Path>,
        address: SocketAddr,
    ) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        if folder.to_str().is_none_or(|name| name.contains(['"', '\n', '\\'])) {
            let what = format!("{}: NSD takes no such folder", folder.display());
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, what));
        }
        Ok(Self {
            folder,
            control: control.to_owned(),
            control_config: control_config.map(Path::to_owned),
            address,
            order: Mutex::new(()),
        })
    }

    fn file(&self, name: &DomainName, kind: &str) -> PathBuf {
        // A domain name is letters, digits, hyphens and dots between them: no path.
        self.folder.join(format!("{name}.{kind}"))
    }

    /// Puts both files of a zone in their place; whether NSD has to read its configuration.
    fn write(&self, zone: &PublishedZone) -> std::io::Result<bool> {
        let (file, entry) = (self.file(&zone.name, "zone"), self.file(&zone.name, "conf"));
        // A worker that lost its turn must not put an old zone over a new one.
        if serial_in(&file).is_none_or(|there| !is_after(there, zone.serial)) {
            replace(&file, format!("{MARK}{}\n{}", zone.serial, zone.text).as_bytes())?;
        }
        let wanted = format!("zone:\n\tname: \"{}\"\n\tzonefile: \"{}\"\n", zone.name, file.display());
        let is_new = std::fs::read_to_string(&entry).ok().as_deref() != Some(wanted.as_str());
        if is_new {
            replace(&entry, wanted.as_bytes())?;
        }
        Ok(is_new)
    }

    fn forget(&self, name: &DomainName) -> std::io::Result<()> {
        // The entry first: an entry without its file would be a fault in NSD's log.
        for kind in ["conf", "zone"] {
            match std::fs::remove_file(self.file(name, kind)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    async fn tell(&self, order: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.control);
        if let Some(config) = &self.control_config {
            command.arg("-c").arg(config);
        }
        command.args(order).stdin(std::process::Stdio::null()).kill_on_drop(true);
        let told = |what: String| Error::Unavailable(format!("nsd-control {}: {what}", order.join(" ")));
        let output = match tokio::time::timeout(PATIENCE, command.output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(told(error.to_string())),
            Err(_late) => return Err(told("it took too long".to_owned())),
        };
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(told(String::from_utf8_lossy(&said).trim().chars().take(300).collect()))
    }
}

impl DnsServer for NsdServer {
    fn publish<'a>(&'a self, zone: &'a PublishedZone, is_served: bool) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let _turn = self.order.lock().await;
            let is_new = self.write(zone).map_err(|error| self.cannot_write(&error))?;
            if is_new || !is_served {
                self.tell(&["reconfig"]).await?;
            }
            self.tell(&["reload", zone.name.as_str()]).await
        })
    }

    fn remove<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let _turn = self.order.lock().await;
            self.forget(name).map_err(|error| self.cannot_write(&error))?;
            self.tell(&["reconfig"]).await
        })
    }

    fn serial<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<Option<u32>>> {
        Box::pin(async move {
            match question::serial(self.address, name.as_str()).await {
                Ok(serial) => Ok(serial),
                // It is in its configuration, and there is nothing that it could serve: the
                // zone has to be given to it.
                Err(question::NoAnswer::Failed(..)) => Ok(None),
                Err(error) => Err(Error::Unavailable(error.to_string())),
            }
        })
    }
}

impl NsdServer {
    fn cannot_write(&self, error: &std::io::Error) -> Error {
        Error::Unavailable(format!("{}: {error}", self.folder.display()))
    }
}

/// Puts a file in its place, whole or not at all.
fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // NSD runs as somebody else.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut opened = options.open(&beside)?;
    opened.write_all(content)?;
    opened.sync_all()?;
    std::fs::rename(&beside, file)
}

/// The serial in the first line of a zone file that we wrote.
fn serial_in(file: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().next()?.strip_prefix(MARK)?.trim().parse().ok()
}

/// Whether serial `a` is after `b` (RFC 1982).
fn is_after(a: u32, b: u32) -> bool {
    hostwright_panel::hosting::zones::model::is_after(a, b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use super::*;

    fn zone(serial: u32) -> PublishedZone {
        PublishedZone {
            name: "example.org".parse().unwrap(),
            serial,
            text: format!("$ORIGIN example.org.\n; {serial}\n"),
        }
    }

    #[test]
    fn an_old_zone_is_not_put_over_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let nsd = NsdServer::new(folder.path(), Path::new("true"), None, ([127, 0, 0, 1], 1).into()).unwrap();
        assert!(nsd.write(&zone(2_027_013_102)).unwrap(), "the configuration has a new entry");
        assert!(!nsd.write(&zone(2_027_013_101)).unwrap(), "and then has it");
        let file = nsd.file(&zone(0).name, "zone");
        assert_eq!(serial_in(&file), Some(2_027_013_102));
        assert!(!nsd.write(&zone(2_027_013_103)).unwrap());
        assert_eq!(serial_in(&file), Some(2_027_013_103));
        nsd.forget(&zone(0).name).unwrap();
        nsd.forget(&zone(0).name).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_nsd_refuses_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let nsd = NsdServer::new(folder.path(), Path::new("false"), None, ([127, 0, 0, 1], 1).into()).unwrap();
        let error = nsd.publish(&zone(1), false).await.unwrap_err();
        assert!(error.to_string().contains("nsd-control reconfig"), "{error}");
    }
}
