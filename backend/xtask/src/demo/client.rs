//! The panel's own command line, as the demo and scripts use it.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// How long a patient client waits for a panel that is being started again.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much longer a patient client waits for something to happen.
const STRETCH: u64 = 4;
/// Actions that only read, by the last part of their names.
const READING: [&str; 6] = ["list", "show", "console", "dashboard", "search", "verify"];

/// Speaks to a panel as one person.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    binary: &'a Path,
    url: String,
    token: Option<String>,
    is_patient: bool,
}

impl<'a> Client<'a> {
    /// Nobody.
    #[must_use]
    pub fn anonymous(binary: &'a Path, url: &str) -> Self {
        Self { binary, url: url.to_owned(), token: None, is_patient: false }
    }

    /// The same, for a panel that may end at any moment: what was not answered is
    /// sent again with the same idempotency key.
    #[must_use]
    pub fn patient(self, is_patient: bool) -> Self {
        Self { is_patient, ..self }
    }

    /// The same panel as the person of this session, by a key of their own.
    ///
    /// # Errors
    /// When the panel refuses.
    pub fn signed_in(&self, session: &str) -> anyhow::Result<Self> {
        let by_session = Self { token: Some(session.to_owned()), ..self.clone() };
        let made = by_session.run(&["auth", "create-api-key", "--name", "demo", "--scopes", "*"])?;
        Ok(Self { token: Some(text(&made, "token")?), ..self.clone() })
    }

    /// The same panel by an API key, or the token of a session.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { token: Some(key.to_owned()), ..self.clone() }
    }

    /// Runs `hostwright WORDS --json` and reads its answer.
    ///
    /// # Errors
    /// When the panel refuses; its words.
    pub fn run(&self, words: &[&str]) -> anyhow::Result<Value> {
        let output = self.answer(words)?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("{}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_str(&told).with_context(|| format!("{}: {told}", words.join(" ")))
    }

    /// Runs a command that must be refused; the code of the refusal.
    ///
    /// # Errors
    /// When it is not refused.
    pub fn refused(&self, words: &[&str]) -> anyhow::Result<String> {
        let output = self.answer(words)?;
        if output.status.success() {
            bail!("{} was not refused", words.join(" "));
        }
        let answer: Value = serde_json::from_slice(&output.stdout)?;
        text(&answer, "code")
    }

    /// Asks until the answer is as wanted.
    ///
    /// # Errors
    /// After `seconds`, with the last answer.
    pub fn wait(&self, words: &[&str], seconds: u64, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<(Value, f32)> {
        let started = Instant::now();
        let seconds = if self.is_patient { seconds * STRETCH } else { seconds };
        loop {
            let answer = self.run(words)?;
            if wanted(&answer) {
                return Ok((answer, started.elapsed().as_secs_f32()));
            }
            if crate::signals::interrupted().is_some() {
                bail!("interrupted while waiting: {}", words.join(" "));
            }
            if started.elapsed() > Duration::from_secs(seconds) {
                bail!("{}: still after {seconds} s: {answer}", words.join(" "));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn answer(&self, words: &[&str]) -> anyhow::Result<Output> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let changes = words.get(1).is_some_and(|action| !READING.contains(action));
        let started = Instant::now();
        loop {
            let mut command = self.command(words);
            if self.is_patient && changes {
                command.args(["--idempotency-key", &key]);
            }
            let output = command.output()?;
            // The program says so where nobody answered, or not to the end.
            let unanswered = output.stderr.starts_with(b"hostwright: ");
            let is_enough = started.elapsed() > PATIENCE || crate::signals::interrupted().is_some();
            if !unanswered || !self.is_patient || is_enough {
                return Ok(output);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(words).args(["--url", &self.url, "--json"]);
        command.env_remove("HOSTWRIGHT_API_KEY");
        if let Some(token) = &self.token {
            command.args(["--api-key", token]);
        }
        command
    }
}

/// A text of an answer.
///
/// # Errors
/// When it is not there.
pub fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    value.get(field).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no text '{field}' in {value}"))
}

/// An amount of an answer as people write it: `EUR 17.85`.
///
/// # Errors
/// When it is not there.
pub fn money(value: &Value, field: &str) -> anyhow::Result<String> {
    let amount = value.get(field).with_context(|| format!("no amount '{field}' in {value}"))?;
    let minor = amount.get("minor").and_then(Value::as_i64).context("no minor units")?;
    let currency = text(amount, "currency")?;
    Ok(format!("{currency} {}.{:02}", minor / 100, (minor % 100).abs()))
}

/// The rows of a list.
#[must_use]
pub fn rows(value: &Value) -> Vec<Value> {
    value.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
}
