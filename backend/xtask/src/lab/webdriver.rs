//! A headless Chromium behind chromedriver.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::environment::{WEBDRIVER, variable};
use super::folder::Folder;
use super::process::{Daemon, Guarded, Stop};

const STARTS_WITHIN: Duration = Duration::from_secs(30);

static PROFILES: AtomicU32 = AtomicU32::new(0);

/// A chromedriver on loopback; or a handle on the one that `cargo xtask test` shares.
#[derive(Debug)]
pub struct WebDriver {
    url: String,
    _daemon: Option<Daemon>,
    folder: Folder,
}

impl WebDriver {
    /// Starts a chromedriver of its own on a port it chooses.
    ///
    /// # Errors
    /// chromium-driver is not installed or does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = Folder::new("webdriver")?;
        let mut program = Guarded::new("chromedriver");
        program.command.arg("--port=0");
        let log = folder.path().join("log");
        let mut daemon = Daemon::spawn("chromedriver", program, &log, Stop::Terminate)?;
        let port = daemon.wait_for("it listened", STARTS_WITHIN, || port_in(&std::fs::read_to_string(&log).ok()?))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), _daemon: Some(daemon), folder })
    }

    /// The chromedriver `cargo xtask test` shares, if it does; else one of its own.
    ///
    /// # Errors
    /// Like [`WebDriver::start`].
    pub fn shared() -> anyhow::Result<Self> {
        match variable(WEBDRIVER) {
            Some(url) => Ok(Self { url, _daemon: None, folder: Folder::new("webdriver")? }),
            None => Self::start(),
        }
    }

    /// Such as `http://127.0.0.1:9515`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Arguments for one headless Chromium with a profile of its own, which is removed with this
    /// struct: so let it live longer than the browser.
    #[must_use]
    pub fn chromium_arguments(&self) -> Vec<String> {
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        arguments(&self.folder.path().join(format!("profile-{number}")))
    }

    /// Where a test may let the browser put files.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }
}

fn arguments(profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        // Containers have a tiny /dev/shm, and Chromium crashes when it is full.
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--force-device-scale-factor=1",
        "--hide-scrollbars",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments
}

/// `ChromeDriver was started successfully on port 41234.`
fn port_in(log: &str) -> Option<u16> {
    log.lines().find_map(|line| line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    /// One WebDriver call; gives the value of the answer.
    fn call(url: &str, method: &str, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let address = url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body.to_string();
        stream
            .write_all(
                format!(
                    "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
                .as_bytes(),
            )
            .unwrap();
        // It keeps the connection open, so the length says where the answer ends.
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(("content-length", value)) = line.to_lowercase().split_once(':') {
                length = value.trim().parse().unwrap();
            }
        }
        let mut json = vec![0; length];
        answer.read_exact(&mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        value.get("value").unwrap().clone()
    }

    #[test]
    fn a_page_is_opened_in_headless_chromium() {
        let driver = WebDriver::start().unwrap();
        let wanted = serde_json::json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": driver.chromium_arguments()},
        }}});
        let session = call(driver.url(), "POST", "/session", &wanted);
        let id = session.get("sessionId").unwrap_or(&session).as_str().unwrap().to_owned();
        let page = serde_json::json!({"url": "data:text/html,<title>Seen</title>"});
        call(driver.url(), "POST", &format!("/session/{id}/url"), &page);
        let none = serde_json::json!({});
        let title = call(driver.url(), "GET", &format!("/session/{id}/title"), &none);
        assert_eq!(title, "Seen");
        call(driver.url(), "DELETE", &format!("/session/{id}"), &none);
    }

    #[test]
    fn the_port_is_read_from_the_log() {
        let log = "Starting ChromeDriver\nChromeDriver was started successfully on port 40123.\n";
        assert_eq!(port_in(log), Some(40_123));
        assert_eq!(port_in("Starting"), None);
    }
}
