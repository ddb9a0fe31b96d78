//! A PostgreSQL server of our own.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};

use super::environment::{POSTGRES, variable};
use super::folder::Folder;
use super::ports::free_port;
use super::process::{Daemon, Guarded, Stop};

const SUPERUSER: &str = "postgres";
const STARTS_WITHIN: Duration = Duration::from_secs(60);

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL cluster on loopback with a password, UTF-8, fsync on; or a handle on the one that
/// `cargo xtask test` shares.
///
/// As root the server runs as the system user `postgres`, because it refuses to run as root.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    url: String,
    own: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    daemon: Daemon,
    folder: Folder,
    port: u16,
    settings: Vec<(String, String)>,
    user: Option<&'static str>,
    /// System V segment that a killed server leaves behind.
    segment: Option<String>,
}

impl Postgres {
    /// Starts a server of its own with PostgreSQL's default settings, fsync among them.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with(&[])
    }

    /// Starts a server of its own with these settings (name and value) on top, such as
    /// `("fsync", "off")`.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn start_with(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let programs = programs()?;
        let user = is_root()?.then_some(SUPERUSER);
        let folder = Folder::new("postgres")?;
        let password = random_word()?;
        initialise(&programs, &folder, user, &password)?;

        let settings: Vec<(String, String)> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let port = free_port()?;
        let daemon = launch(&programs, &folder, port, &settings, user)?;
        Ok(Self {
            url: format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"),
            programs,
            own: Some(Cluster { daemon, folder, port, settings, user, segment: None }),
        })
    }

    /// The server `cargo xtask test` shares, if it does; else one of its own.
    ///
    /// # Errors
    /// Like [`Postgres::start`].
    pub fn shared() -> anyhow::Result<Self> {
        match variable(POSTGRES) {
            Some(url) => Ok(Self { programs: programs()?, url, own: None }),
            None => Self::start(),
        }
    }

    /// URL of the administrator on the database `postgres`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// URL of another database of this server.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        match self.url.rsplit_once('/') {
            Some((server, _)) => format!("{server}/{database}"),
            None => database.to_owned(),
        }
    }

    /// Makes an empty database and gives its URL.
    ///
    /// # Errors
    /// The name is taken or the server does not answer.
    pub fn create_database(&self, name: &str) -> anyhow::Result<String> {
        self.execute(&format!("CREATE DATABASE {}", quoted(name)))?;
        Ok(self.url_of(name))
    }

    /// Makes a database with everything in `template`, which nobody may be connected to, and gives
    /// its URL. Much faster than running migrations again.
    ///
    /// # Errors
    /// The name is taken, the template is in use, or the server does not answer.
    pub fn copy_database(&self, template: &str, name: &str) -> anyhow::Result<String> {
        self.execute(&format!("CREATE DATABASE {} TEMPLATE {}", quoted(name), quoted(template)))?;
        Ok(self.url_of(name))
    }

    /// Makes an empty database whose name no other test process will use, and gives its URL.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn fresh_database(&self) -> anyhow::Result<String> {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        self.create_database(&format!("t{}_{number}_{}", std::process::id(), random_word()?))
    }

    /// Removes a database, cutting its connections.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name))).map(drop)
    }

    /// Runs one statement as the administrator and gives its rows, unaligned, without headings.
    ///
    /// # Errors
    /// What the server says against it.
    pub fn execute(&self, statement: &str) -> anyhow::Result<String> {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.url])
            .args(["-c", statement])
            .output()
            .context("starting psql")?;
        if !output.status.success() {
            bail!("{statement}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Shuts down cleanly and starts again on the same port with the same data.
    ///
    /// # Errors
    /// It is the shared server, or it does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.shut_down()?;
        self.resume()
    }

    /// Shuts down cleanly, cutting its connections. [`Postgres::resume`] starts it again.
    ///
    /// # Errors
    /// It is the shared server.
    pub fn shut_down(&mut self) -> anyhow::Result<()> {
        self.cluster()?.daemon.stop();
        Ok(())
    }

    /// SIGKILL to the server, as in a power cut. [`Postgres::resume`] starts it again.
    ///
    /// # Errors
    /// It is the shared server.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let cluster = self.cluster()?;
        cluster.segment = segment(&data(&cluster.folder));
        cluster.daemon.kill();
        Ok(())
    }

    /// Starts it again after [`Postgres::kill`], on the same port with the same data.
    ///
    /// # Errors
    /// It is the shared server, or it does not start.
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let programs = self.programs.clone();
        let cluster = self.cluster()?;
        let started = Instant::now();
        loop {
            match launch(&programs, &cluster.folder, cluster.port, &cluster.settings, cluster.user) {
                Ok(daemon) => {
                    cluster.daemon = daemon;
                    cluster.segment = None;
                    return Ok(());
                }
                // Backends of a killed server notice within moments; until then it refuses.
                Err(_) if started.elapsed() < Duration::from_secs(15) => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What the server wrote; empty for the shared one.
    #[must_use]
    pub fn log(&self) -> String {
        self.own.as_ref().map(|cluster| cluster.daemon.log()).unwrap_or_default()
    }

    fn cluster(&mut self) -> anyhow::Result<&mut Cluster> {
        self.own.as_mut().ok_or_else(|| anyhow!("the shared PostgreSQL server belongs to the test command"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The data is thrown away, so nothing has to be written out first.
        self.daemon.end(Stop::Quit, Duration::from_secs(5));
        if let Some(segment) = self.segment.take() {
            let _ = Command::new("ipcrm").args(["-m", &segment]).output();
        }
    }
}

fn data(folder: &Folder) -> PathBuf {
    folder.path().join("data")
}

fn initialise(programs: &Path, folder: &Folder, user: Option<&str>, password: &str) -> anyhow::Result<()> {
    let secret = folder.path().join("password");
    fs::write(&secret, password)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    if let Some(user) = user {
        let (uid, gid) = ids_of(user)?;
        chown(folder.path(), Some(uid), Some(gid))?;
        chown(&secret, Some(uid), Some(gid))?;
    }
    let mut initdb = Guarded::with("KILL", user, programs.join("initdb"));
    let output = initdb
        .command
        .arg("-D")
        .arg(data(folder))
        .arg(format!("--pwfile={}", secret.display()))
        .args(["-U", SUPERUSER, "--auth=scram-sha-256", "-E", "UTF8"])
        .args(["--locale=C.UTF-8", "--no-sync", "--no-instructions"])
        .current_dir(folder.path())
        .output()
        .context("starting initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn launch(
    programs: &Path,
    folder: &Folder,
    port: u16,
    settings: &[(String, String)],
    user: Option<&str>,
) -> anyhow::Result<Daemon> {
    let mut server = Guarded::with("QUIT", user, programs.join("postgres"));
    server
        .command
        .arg("-D")
        .arg(data(folder))
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .args(["-c", "max_connections=400"])
        .args(["-c", "timezone=UTC", "-c", "log_timezone=UTC"])
        .current_dir(folder.path());
    for (name, value) in settings {
        server.command.args(["-c", &format!("{name}={value}")]);
    }
    let log = folder.path().join("log");
    let mut daemon = Daemon::spawn("PostgreSQL", server, &log, Stop::Interrupt)?;
    let ready = programs.join("pg_isready");
    daemon.wait_for("it was ready", STARTS_WITHIN, || {
        Command::new(&ready)
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
            .then_some(())
    })?;
    Ok(daemon)
}

/// Debian keeps the server programs of each version out of PATH; the newest is taken.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|entries| {
        entries
            .flatten()
            .filter_map(|entry| {
                let version: u32 = entry.file_name().to_str()?.parse().ok()?;
                let folder = entry.path().join("bin");
                folder.join("initdb").exists().then_some((version, folder))
            })
            .max()
    });
    match versions {
        Ok(Some((_, folder))) => Ok(folder),
        _ => bail!("PostgreSQL is not installed; `cargo xtask test` installs postgresql-15"),
    }
}

/// Whether we run as root.
fn is_root() -> anyhow::Result<bool> {
    Ok(rustix::process::geteuid().is_root())
}

fn ids_of(user: &str) -> anyhow::Result<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    accounts
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(user) {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some((uid, gid))
        })
        .ok_or_else(|| anyhow!("there is no system user {user}"))
}

/// The seventh line of `postmaster.pid` is the key and id of its System V segment.
fn segment(data: &Path) -> Option<String> {
    let state = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let id = state.lines().nth(6)?.split_whitespace().nth(1)?;
    Some(id.to_owned())
}

fn random_word() -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0_u8; 8];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_rows_survive_a_kill_and_a_restart() {
        let mut server = Postgres::start().unwrap();
        assert_eq!(server.execute("SHOW fsync").unwrap(), "on");
        let url = server.create_database("shop").unwrap();
        assert!(url.ends_with("/shop"));
        assert!(server.create_database("shop").is_err());

        server.execute("CREATE TABLE t (n int)").unwrap();
        server.execute("INSERT INTO t VALUES (42)").unwrap();
        server.kill().unwrap();
        assert!(server.execute("SELECT 1").is_err());
        server.resume().unwrap();
        assert_eq!(server.execute("SELECT n FROM t").unwrap(), "42");
        server.restart().unwrap();
        assert_eq!(server.execute("SELECT n FROM t").unwrap(), "42");

        let folder = server.own.as_ref().unwrap().folder.path().to_owned();
        let pid = server.own.as_ref().unwrap().daemon.id();
        drop(server);
        assert!(!folder.exists());
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }

    #[test]
    fn two_servers_run_side_by_side() {
        let one = Postgres::start_with(&[("fsync", "off")]).unwrap();
        let two = Postgres::start_with(&[("fsync", "off")]).unwrap();
        assert_ne!(one.url(), two.url());
        let copy = one.fresh_database().unwrap();
        assert_ne!(copy, one.fresh_database().unwrap());
        assert_eq!(two.execute("SHOW fsync").unwrap(), "off");
    }
}
