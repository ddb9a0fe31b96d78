//! The parts the demo plays on, started for it alone.

use std::path::{Path, PathBuf};

use super::{Steps, Wishes};
use crate::commands::build_panel;
use crate::lab::{Folder, MailServer, Panel, PanelOptions, Postgres};
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
    /// The database server, with `--postgres`.
    pub postgres: Option<Postgres>,
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
            let binary = build_panel()?;
            let megabytes = binary.metadata()?.len() / 1_000_000;
            Ok((binary, format!("{megabytes} MB")))
        })?;
        let folder = Folder::new("demo")?;
        let mail = steps.run("Mail server", || {
            let mail = MailServer::start()?;
            let evidence = format!("listens on 127.0.0.1:{}", mail.port());
            Ok((mail, evidence))
        })?;
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
            let mut options =
                PanelOptions::new(&binary, folder.path().join("data")).env("HOSTWRIGHT_MAIL_URL", mail.url());
            if let Some(url) = &database {
                options = options.env("HOSTWRIGHT_DATABASE_URL", url);
            }
            let panel = Panel::start(options)?;
            let evidence = format!("{} is ready", panel.url());
            Ok((panel, evidence))
        })?;
        Ok(Self {
            panel,
            binary,
            mail,
            postgres,
            folder,
        })
    }

    /// Folder that goes away with the demo.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.folder.path()
    }
}
