//! The composition root: builds everything from the configuration.

use std::path::PathBuf;
use std::sync::Arc;

use hostwright_gateways::{NsdServer, SmtpTransport};
use hostwright_kernel::{Clock, OffsetClock, SystemClock};
use hostwright_panel::auth::call::Call;
use hostwright_panel::hosting::ports::DnsServer;
use hostwright_panel::installation::commands::CLOCK_AHEAD;
use hostwright_panel::migration::collect::jobs::CollectHandler;
use hostwright_panel::migration::content::jobs::{ContentHandler, MailboxHandler};
use hostwright_panel::migration::ports::{MailCopier, Reader};
use hostwright_panel::migration::proof::jobs::ReleaseHandler;
use hostwright_panel::migration::transfer::jobs::{AccountHandler, TransferHandler};
use hostwright_panel::migration::undo::jobs::UndoHandler;
use hostwright_panel::migration::verification::jobs::VerifyHandler;
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::notifications::ports::{InvoiceFile, MailTransport};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::presence::Presence;
use hostwright_panel::platform::secrets::Vault;
use hostwright_panel::platform::settings;
use hostwright_panel::platform::texts::Texts;
use hostwright_panel::platform::worker::{BoxFuture, Handler, Outcome, Run, Worker};
use hostwright_panel::platform::{Db, Error};
use hostwright_panel::servers::ports::Hypervisor;
use hostwright_panel::{audit, auth, billing, hosting, nodes, notifications, reactions, renewals, servers};

use crate::app::App;
use crate::config::Config;
use crate::hypervisor::Libvirt;
use crate::import::ImportFolder;
use crate::mailboxes::ImapCopier;
use crate::routes;

/// Kind of the job that seals audit rows and ledger transfers.
pub const SEAL: &str = "platform.seal";

/// The outside world, as endpoints need it.
#[derive(Clone)]
pub struct Ports {
    /// The nodes' guests.
    pub hypervisor: Arc<dyn Hypervisor>,
    /// The nodes themselves.
    pub probe: Arc<dyn NodeProbe>,
    /// The import folder and the readers of foreign systems.
    pub reader: Arc<dyn Reader>,
    /// What copies mailboxes.
    pub copier: Arc<dyn MailCopier>,
    /// The clock, where it may be moved.
    pub clock: Arc<Option<OffsetClock>>,
    /// The name server, if there is one.
    pub dns: Option<Arc<dyn DnsServer>>,
}

impl Ports {
    /// Ports that reach nothing, for listing what there is.
    #[must_use]
    pub fn none() -> Self {
        Self::over(Libvirt::new(std::env::temp_dir()), std::env::temp_dir().join("hostwright-import"), None)
    }

    /// Ports over libvirt and an import folder.
    #[must_use]
    pub fn over(libvirt: Libvirt, import: PathBuf, clock: Option<OffsetClock>) -> Self {
        let libvirt = Arc::new(libvirt);
        let reader = Arc::new(ImportFolder::new(import));
        let copier = Arc::new(ImapCopier::default());
        Self { hypervisor: libvirt.clone(), probe: libvirt, reader, copier, clock: Arc::new(clock), dns: None }
    }
}

/// Where people reach the panel.
#[must_use]
pub fn public_url(config: &Config) -> String {
    config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen))
}

/// Opens the database with the clock of the configuration.
///
/// # Errors
/// When it cannot be reached.
pub fn open_database(config: &Config) -> Result<(Db, Option<OffsetClock>)> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|error| Error::internal(format!("{}: {error}", config.data_dir.display())))?;
    let manual = config.manual_clock.then(OffsetClock::default);
    let clock: Arc<dyn Clock> = match &manual {
        Some(clock) => Arc::new(clock.clone()),
        None => Arc::new(SystemClock),
    };
    let db = Db::open(&config.database, clock)?;
    if let Some(clock) = &manual {
        // Tables may not be there yet; then the clock is not ahead.
        let ahead = db.read_now(|tx| settings::get::<i64>(tx, CLOCK_AHEAD)).ok().flatten();
        clock.at_least(ahead.unwrap_or(0));
    }
    Ok((db, manual))
}

/// The vault of this installation.
///
/// # Errors
/// When the key file cannot be read or made.
pub fn vault(config: &Config) -> Result<Vault> {
    Vault::open_or_create(&config.data_dir.join("secret.key"))
}

/// The one-time set-up link, while nobody owns the installation.
///
/// # Errors
/// When the database fails.
pub async fn set_up_link(config: &Config, db: &Db) -> Result<Option<String>> {
    let token = auth::links::ensure_setup_link(db).await?;
    Ok(token.map(|token| format!("{}/setup?token={token}", public_url(config))))
}

/// The application and the worker that belongs to it.
///
/// # Errors
/// When the database, the key file or the texts cannot be had.
pub fn build(config: &Config) -> anyhow::Result<(App, Worker)> {
    let (db, clock) = open_database(config)?;
    db.migrate()?;
    let vault = vault(config)?;
    let key = vault.clone();
    if !db.write_now(move |tx| key.fits(tx))? {
        anyhow::bail!(
            "{}/secret.key is not the key of this database: copy the key file of the first panel, or of the backup",
            config.data_dir.display()
        );
    }
    let public_url: Arc<str> = public_url(config).into();
    let texts = Texts::embedded()?;
    let mut ports = Ports::over(Libvirt::new(config.data_dir.join("nodes")), config.data_dir.join("import"), clock);
    if let Some(dns) = &config.dns {
        let server = NsdServer::new(&dns.folder, &dns.control, dns.control_config.as_deref(), dns.server)?;
        ports.dns = Some(Arc::new(server));
    }
    let mail: Option<Arc<dyn MailTransport>> = match &config.smtp {
        Some(smtp) => Some(Arc::new(SmtpTransport::new(
            &smtp.host,
            smtp.port,
            smtp.security.parse().map_err(anyhow::Error::msg)?,
            smtp.user.clone().zip(smtp.password.clone()),
        )?)),
        None => None,
    };
    let ground = Ground { db, vault, public_url, texts };
    let (app, worker) = assemble(&ground, &ports, mail, &config.mail_from, config.workers);
    Ok((app, worker.with_presence(Presence::announce(&config.data_dir.join("workers"))?)))
}

/// What everything stands on.
#[derive(Clone)]
pub struct Ground {
    /// The database.
    pub db: Db,
    /// The installation's keys.
    pub vault: Vault,
    /// Where people reach the panel.
    pub public_url: Arc<str>,
    /// The words.
    pub texts: Texts,
}

/// Puts the parts together; tests do the same with ports of their own.
#[must_use]
pub fn assemble(
    ground: &Ground,
    ports: &Ports,
    mail: Option<Arc<dyn MailTransport>>,
    mail_from: &str,
    slots: usize,
) -> (App, Worker) {
    let endpoints = Arc::new(routes::all(ports));
    let app = App {
        db: ground.db.clone(),
        vault: ground.vault.clone(),
        public_url: Arc::clone(&ground.public_url),
        openapi: Arc::default(),
        endpoints,
        texts: ground.texts.clone(),
        hypervisor: Arc::clone(&ports.hypervisor),
        reader: Arc::clone(&ports.reader),
        clock: Arc::clone(&ports.clock),
    };
    let handlers = handlers(ground, ports, mail, mail_from);
    let name = format!("{}:{}", std::process::id(), hostwright_kernel::id::fresh("wrk"));
    (app, Worker::new(ground.db.clone(), name, handlers, reactions::react, slots))
}

/// Everything that the worker can do.
#[must_use]
pub fn handlers(
    ground: &Ground,
    ports: &Ports,
    mail: Option<Arc<dyn MailTransport>>,
    mail_from: &str,
) -> Vec<Arc<dyn Handler>> {
    let system = |name| Call::system(ground.db.clone(), ground.vault.clone(), Arc::clone(&ground.public_url), name);
    let mut handlers: Vec<Arc<dyn Handler>> = vec![
        Arc::new(renewals::jobs::RunHandler { call: system("renewals") }),
        Arc::new(renewals::jobs::OneHandler { call: system("renewals") }),
        Arc::new(nodes::jobs::Probe::new(Arc::clone(&ports.probe))),
        Arc::new(servers::reconcile::jobs::Reconcile::new(Arc::clone(&ports.hypervisor))),
        Arc::new(servers::jobs::Observe::new(Arc::clone(&ports.hypervisor))),
        Arc::new(servers::jobs::Purge::new(Arc::clone(&ports.hypervisor))),
        Arc::new(servers::adoption::jobs::Survey::new(Arc::clone(&ports.hypervisor))),
        Arc::new(servers::adoption::jobs::Adopt::new(Arc::clone(&ports.hypervisor))),
        Arc::new(SealHandler),
        Arc::new(CollectHandler { call: system("migration"), reader: Arc::clone(&ports.reader) }),
        Arc::new(VerifyHandler { call: system("migration") }),
        Arc::new(TransferHandler { call: system("migration") }),
        Arc::new(AccountHandler { call: system("migration") }),
        Arc::new(UndoHandler { call: system("migration") }),
        Arc::new(ContentHandler { call: system("migration") }),
        Arc::new(MailboxHandler { call: system("migration"), copier: Arc::clone(&ports.copier) }),
        Arc::new(ReleaseHandler { call: system("migration") }),
    ];
    if let Some(dns) = &ports.dns {
        handlers.push(Arc::new(hosting::zones::jobs::Reconcile::new(Arc::clone(dns))));
    }
    if let Some(mail) = mail {
        let file = invoice_file(system("mails"));
        handlers.push(Arc::new(notifications::jobs::SendHandler::new(
            system("mails"),
            mail,
            file,
            mail_from.to_owned(),
        )));
    }
    handlers
}

/// The PDF of an invoice, for the mail that carries it.
fn invoice_file(call: Call) -> InvoiceFile {
    Arc::new(move |invoice_id| {
        let call = call.clone();
        Box::pin(async move { call.db.read(move |tx| billing::documents::queries::pdf_in(tx, &invoice_id)).await })
    })
}

/// Seals what waits in the hash chains.
struct SealHandler;

impl Handler for SealHandler {
    fn kind(&self) -> &'static str {
        SEAL
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            while run.db.write(audit::jobs::seal_waiting).await? > 0 {}
            while run.db.write(billing::ledger::jobs::seal_waiting).await? > 0 {}
            Ok(Outcome::Done)
        })
    }
}
