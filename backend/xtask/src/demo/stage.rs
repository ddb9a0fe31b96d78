//! The parts the demo plays on, started for it alone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::bail;

use super::{Steps, Wishes};
use crate::commands::{build_panel, images};
use crate::images::{self as guests, DebianImage, TinyImage};
use crate::lab::{Folder, Libvirt, Mail, MailServer, Panel, PanelOptions, Postgres, binary};
use crate::packages::{self, Group};

/// Everything that runs. Dropped from top to bottom: the panel goes before what it uses.
#[derive(Debug)]
pub struct Stage {
    /// The panel, ready to be used.
    pub panel: Panel,
    /// The built program, for commands besides `serve`.
    pub binary: PathBuf,
    /// The server that gets the panel's mail.
    pub mail: MailServer,
    /// The private libvirt that real guests run on.
    pub libvirt: Libvirt,
    /// Another one, where one of them is to be disturbed.
    pub second: Option<Libvirt>,
    /// The image that boots in seconds.
    pub tiny: TinyImage,
    /// The Debian image, with `--debian`.
    pub debian: Option<DebianImage>,
    /// The database server, with `--postgres`.
    pub postgres: Option<Postgres>,
    /// Its parts end at any moment.
    pub is_harried: bool,
    folder: Folder,
}

impl Stage {
    /// Installs, builds and starts everything, each as a step with evidence.
    ///
    /// # Errors
    /// The first step that fails.
    pub fn set(wishes: Wishes, steps: &mut Steps) -> anyhow::Result<Self> {
        let mut groups = vec![Group::Build, Group::Libvirt, Group::Mail, Group::Images];
        if wishes.postgres {
            groups.push(Group::Postgres);
        }
        if wishes.debian {
            groups.push(Group::DebianImage);
        }
        steps.run("System packages", || {
            packages::ensure(&groups, wishes.consent)?;
            Ok(((), "all there".to_owned()))
        })?;
        let binary = steps.run("Build the panel", || {
            let binary = built_once()?;
            let megabytes = binary.metadata()?.len() / 1_000_000;
            Ok((binary, format!("{megabytes} MB")))
        })?;
        let folder = Folder::new("demo")?;
        let mail = steps.run("Mail server", || {
            let mail = MailServer::start()?;
            let evidence = format!("listens on 127.0.0.1:{}", mail.port());
            Ok((mail, evidence))
        })?;
        let tiny = steps.run("Tiny guest image", || {
            let tiny = guests::tiny(&images()?)?;
            let evidence = format!("{} {}", tiny.name, tiny.version);
            Ok((tiny, evidence))
        })?;
        let debian = if wishes.debian {
            Some(steps.run("Debian guest image", || {
                let debian = guests::debian(&images()?)?;
                let evidence = format!("{} {}", debian.name, debian.version);
                Ok((debian, evidence))
            })?)
        } else {
            None
        };
        let libvirt = steps.run("libvirt", || {
            let libvirt = Libvirt::start(&folder.path().join("libvirt"))?;
            let evidence = versions_of(&libvirt.uri())?;
            Ok((libvirt, evidence))
        })?;
        let second = if wishes.harried {
            Some(steps.run("Another libvirt", || {
                let libvirt = Libvirt::start(&folder.path().join("second"))?;
                let evidence = versions_of(&libvirt.uri())?;
                Ok((libvirt, evidence))
            })?)
        } else {
            None
        };
        let (postgres, database) = if wishes.postgres {
            let (postgres, url) = steps.run("PostgreSQL", || {
                let postgres = Postgres::start()?;
                let url = postgres.create_database("hostwright")?;
                let version = postgres.execute("SHOW server_version")?;
                Ok(((postgres, url), format!("version {version}")))
            })?;
            (Some(postgres), Some(url))
        } else {
            (None, None)
        };
        let panel = steps.run("Panel", || {
            let mut options = PanelOptions::new(&binary, folder.path().join("data"))
                .env("HOSTWRIGHT_SMTP_HOST", "127.0.0.1")
                .env("HOSTWRIGHT_SMTP_PORT", mail.port().to_string())
                .env("HOSTWRIGHT_SMTP_SECURITY", "none")
                .env("HOSTWRIGHT_CLOCK", "manual");
            if let Some(url) = &database {
                options = options.env("HOSTWRIGHT_DATABASE_URL", url);
            }
            let panel = Panel::start(options)?;
            let evidence = format!("{} is ready", panel.url());
            Ok((panel, evidence))
        })?;
        let is_harried = wishes.harried;
        Ok(Self { panel, binary, mail, libvirt, second, tiny, debian, postgres, is_harried, folder })
    }

    /// Folder that goes away with the demo.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for a mail.
    ///
    /// # Errors
    /// It does not come.
    pub fn mail_like(&self, wanted: impl Fn(&Mail) -> bool) -> anyhow::Result<Mail> {
        self.mail.wait_within(Duration::from_secs(if self.is_harried { 180 } else { 30 }), wanted)
    }

    /// Asks a libvirt with its own tool; one that ended is waited for.
    ///
    /// # Errors
    /// Its words when it refuses.
    pub fn virsh(&self, uri: &str, words: &[&str]) -> anyhow::Result<String> {
        for turn in 0.. {
            let output = Command::new("virsh").args(["-q", "-c", uri]).args(words).output()?;
            if output.status.success() {
                return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
            }
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let is_gone = ["failed to connect", "End of file", "Cannot recv", "Cannot write"]
                .iter()
                .any(|word| said.contains(word));
            if !self.is_harried || !is_gone || turn > 200 {
                bail!("virsh {}: {said}", words.join(" "));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        bail!("virsh {} was never asked", words.join(" "))
    }
}

/// The program, built once in a run: what a later stage runs is what an earlier one ran.
fn built_once() -> anyhow::Result<PathBuf> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(binary) = BUILT.get() {
        return Ok(binary.clone());
    }
    let binary = match binary() {
        Some(binary) => binary,
        None => build_panel()?,
    };
    Ok(BUILT.get_or_init(|| binary).clone())
}

/// Versions of the daemon and the hypervisor as libvirt reports them.
fn versions_of(uri: &str) -> anyhow::Result<String> {
    let output = Command::new("virsh").args(["-c", uri, "version"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).map(str::trim);
    match (value("Using library:"), value("Running hypervisor:")) {
        (Some(library), Some(hypervisor)) => Ok(format!("{library}, {hypervisor}")),
        _ => bail!("virsh: {}", String::from_utf8_lossy(&output.stderr).trim()),
    }
}
