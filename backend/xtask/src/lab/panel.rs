//! The built `hostwright` program as a process of its own: what crash tests and browsers need.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;

use super::ports::free_port;
use super::process::{Daemon, Guarded, Stop};

/// Names the variables the program reads its listening address and data folder from.
const LISTEN: &str = "HOSTWRIGHT_LISTEN";
const DATA: &str = "HOSTWRIGHT_DATA_DIR";

const STARTS_WITHIN: Duration = Duration::from_secs(90);

/// How to start a panel.
#[derive(Debug, Clone)]
pub struct PanelOptions {
    binary: PathBuf,
    data: PathBuf,
    port: Option<u16>,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl PanelOptions {
    /// Runs `binary serve` with the data folder `data`, which the caller keeps.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            data: data.into(),
            port: None,
            arguments: vec!["serve".into()],
            environment: Vec::new(),
        }
    }

    /// Listens on this loopback port instead of a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets one environment variable. `HOSTWRIGHT_` variables of this process are not passed on.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Adds an argument after `serve`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

/// A running panel.
#[derive(Debug)]
pub struct Panel {
    // Whoever kills it does so while somebody else uses it.
    daemon: Mutex<Daemon>,
    options: PanelOptions,
    port: u16,
}

impl Panel {
    /// Starts it and waits until `/readyz` answers 200.
    ///
    /// # Errors
    /// It ends, or is not ready within 90 seconds; with the end of its log.
    pub fn start(options: PanelOptions) -> anyhow::Result<Self> {
        let port = match options.port {
            Some(port) => port,
            None => free_port()?,
        };
        std::fs::create_dir_all(&options.data).with_context(|| format!("making {}", options.data.display()))?;
        let daemon = launch(&options, port)?;
        Ok(Self { daemon: Mutex::new(daemon), options, port })
    }

    /// TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Such as `http://127.0.0.1:21034`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Folder of its data.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.options.data
    }

    /// What it wrote to both outputs since the first start.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon().log()
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.daemon().id()
    }

    /// Whether the process is there.
    pub fn is_running(&self) -> bool {
        self.daemon().ended().is_none()
    }

    /// How the process ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<std::process::ExitStatus> {
        self.daemon().ended()
    }

    /// `kill -9`.
    pub fn kill(&self) {
        self.daemon().kill();
    }

    /// SIGTERM: a graceful shutdown, killed after ten seconds.
    pub fn stop(&self) {
        self.daemon().stop();
    }

    /// Starts it again with the same data, settings and port, and waits until it is ready.
    ///
    /// # Errors
    /// Like [`Panel::start`].
    pub fn resume(&self) -> anyhow::Result<()> {
        let mut daemon = self.daemon();
        daemon.stop();
        *daemon = launch(&self.options, self.port)?;
        Ok(())
    }

    /// `kill -9`, then [`Panel::resume`].
    ///
    /// # Errors
    /// Like [`Panel::start`].
    pub fn kill_and_resume(&self) -> anyhow::Result<()> {
        self.kill();
        self.resume()
    }

    /// Another command of the same program, with the same data and settings.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut program = Guarded::new(&self.options.binary);
        prepare(&mut program, &self.options, self.port);
        program.command.args(words);
        program.command
    }

    fn daemon(&self) -> MutexGuard<'_, Daemon> {
        self.daemon.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn launch(options: &PanelOptions, port: u16) -> anyhow::Result<Daemon> {
    let mut program = Guarded::new(&options.binary);
    prepare(&mut program, options, port);
    program.command.args(&options.arguments);
    let log = options.data.join("panel.log");
    let mut daemon = Daemon::spawn("hostwright", program, &log, Stop::Terminate)?;
    daemon.wait_for("it was ready", STARTS_WITHIN, || (status_of(port, "/readyz") == Some(200)).then_some(()))?;
    Ok(daemon)
}

/// Settings and folders.
fn prepare(program: &mut Guarded, options: &PanelOptions, port: u16) {
    // Settings of the developer's own panel must not leak into this one.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HOSTWRIGHT_") {
            program.command.env_remove(name);
        }
    }
    program
        .command
        .env(LISTEN, format!("127.0.0.1:{port}"))
        .env(DATA, &options.data)
        .envs(options.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&options.data);
}

/// Status code of a GET on loopback.
fn status_of(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(64).read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Folder;

    /// Stands for the panel: a program that answers /readyz on the given address.
    const STAND_IN: &str = r#"#!/usr/bin/python3 -I
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
host, port = os.environ["HOSTWRIGHT_LISTEN"].split(":")
print(sys.argv[1], os.environ["COLOUR"], os.environ.get("HOSTWRIGHT_TEST_POSTGRES"), flush=True)
http.server.HTTPServer((host, int(port)), Ready).serve_forever()
"#;

    #[test]
    fn a_killed_panel_comes_back_on_the_same_port() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("panel").unwrap();
        let program = folder.path().join("program");
        std::fs::write(&program, STAND_IN).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let options = PanelOptions::new(&program, folder.path().join("data")).env("COLOUR", "green");
        let panel = Panel::start(options).unwrap();
        let (port, id) = (panel.port(), panel.id());
        panel.kill();
        assert!(!panel.is_running());
        assert_eq!(status_of(port, "/readyz"), None);
        panel.resume().unwrap();
        assert_eq!(status_of(port, "/readyz"), Some(200));
        assert_ne!(panel.id(), id);
        assert_eq!(panel.log().matches("serve green None").count(), 2);
    }
}
