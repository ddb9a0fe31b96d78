//! Agents on a server behind SSH. The host key is pinned: a server that shows another one is not spoken to.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key};
use russh::{ChannelMsg, Disconnect, client};
use tokio::runtime::{Builder, Runtime};

use super::transport::{Call, Ended, SAID, Transport, quoted};
use super::{AgentCode, AgentFault};
use crate::snapshot::values::Secret;

/// How one signs in.
#[derive(Debug, Clone)]
pub enum Access {
    /// A password.
    Password(Secret),
    /// A private key (OpenSSH, PKCS#8, PEM or PuTTY) and its passphrase.
    Key {
        /// The text of the file.
        text: Secret,
        /// Where the key is encrypted.
        passphrase: Option<Secret>,
    },
}

/// A server.
#[derive(Debug, Clone)]
pub struct SshTarget {
    /// Host name or address.
    pub host: String,
    /// Usually 22.
    pub port: u16,
    /// Who signs in.
    pub user: String,
    /// How.
    pub access: Access,
    /// The key that the host must show, as [`host_key`] gives it: `SHA256:..`.
    pub host_key: String,
    /// How long connecting and signing in may take.
    pub patience: Duration,
}

impl fmt::Display for SshTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.user, self.host, self.port)
    }
}

/// Remembers the key that the host shows, and goes on only with the pinned one.
struct Pinned {
    expected: Option<String>,
    shown: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let shown = key.public_key().fingerprint(HashAlg::Sha256).to_string();
        let is_pinned = self.expected.as_ref() == Some(&shown);
        if let Ok(mut place) = self.shown.lock() {
            *place = Some(shown);
        }
        Ok(is_pinned)
    }
}

fn config() -> Arc<client::Config> {
    Arc::new(client::Config {
        keepalive_interval: Some(Duration::from_secs(15)),
        keepalive_max: 4,
        nodelay: true,
        ..client::Config::default()
    })
}

fn runtime(place: &str) -> Result<Runtime, AgentFault> {
    Builder::new_current_thread().enable_all().build().map_err(|error| AgentFault::new(AgentCode::Local, place, error))
}

/// The fingerprint of the key that a host shows, for a person to compare and for [`SshTarget::host_key`].
/// Nobody signs in.
///
/// # Errors
/// [`AgentCode::Unreachable`].
pub fn host_key(host: &str, port: u16, patience: Duration) -> Result<String, AgentFault> {
    let place = format!("{host}:{port}");
    let shown = Arc::new(Mutex::new(None));
    let handler = Pinned { expected: None, shown: Arc::clone(&shown) };
    let result = runtime(&place)?
        .block_on(async { tokio::time::timeout(patience, client::connect(config(), (host, port), handler)).await });
    let key = shown.lock().ok().and_then(|mut shown| shown.take());
    key.ok_or_else(|| {
        let reason = match result {
            Err(_) => "no answer in time".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(_)) => "no key was shown".to_owned(),
        };
        AgentFault::new(AgentCode::Unreachable, place, reason)
    })
}

/// A signed-in connection.
///
/// It blocks, and must not be used inside of an asynchronous task.
pub struct SshTransport {
    runtime: Runtime,
    session: client::Handle<Pinned>,
    place: String,
}

impl SshTransport {
    /// Connects and signs in.
    ///
    /// # Errors
    /// [`AgentCode::Unreachable`], [`AgentCode::HostKeyChanged`] or [`AgentCode::AccessDenied`].
    pub fn connect(target: &SshTarget) -> Result<Self, AgentFault> {
        let place = target.to_string();
        let runtime = runtime(&place)?;
        let connecting = async { tokio::time::timeout(target.patience, sign_in(target, &place)).await };
        let session = runtime
            .block_on(connecting)
            .map_err(|_late| AgentFault::new(AgentCode::Unreachable, &place, "no answer in time"))??;
        Ok(Self { runtime, session, place })
    }
}

async fn sign_in(target: &SshTarget, place: &str) -> Result<client::Handle<Pinned>, AgentFault> {
    let fault = |code, reason: &dyn fmt::Display| AgentFault::new(code, place, reason);
    let shown = Arc::new(Mutex::new(None));
    let handler = Pinned { expected: Some(target.host_key.clone()), shown: Arc::clone(&shown) };
    let connected = client::connect(config(), (target.host.as_str(), target.port), handler).await;
    let mut session = connected.map_err(|error| {
        let shown = shown.lock().ok().and_then(|mut shown| shown.take());
        match shown.filter(|shown| *shown != target.host_key) {
            Some(shown) => fault(
                AgentCode::HostKeyChanged,
                &format!("the host shows the key {shown}, not the pinned {}", target.host_key),
            ),
            None => fault(AgentCode::Unreachable, &error),
        }
    })?;
    let unreachable = |error: russh::Error| AgentFault::new(AgentCode::Unreachable, place, error);
    let result = match &target.access {
        Access::Password(password) => {
            session.authenticate_password(&target.user, &password.0).await.map_err(unreachable)?
        }
        Access::Key { text, passphrase } => {
            let key = decode_secret_key(&text.0, passphrase.as_ref().map(|word| word.0.as_str()))
                .map_err(|_unreadable| fault(AgentCode::AccessDenied, &"the private key cannot be read"))?;
            let hash = session.best_supported_rsa_hash().await.map_err(unreachable)?.flatten();
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            session.authenticate_publickey(&target.user, key).await.map_err(unreachable)?
        }
    };
    if result.success() {
        Ok(session)
    } else {
        Err(fault(AgentCode::AccessDenied, &"the host did not let this user in"))
    }
}

impl Transport for SshTransport {
    fn run(&mut self, call: Call<'_>) -> Result<Ended, AgentFault> {
        let Self { runtime, session, place } = self;
        let deadline = call.deadline;
        let running = async { tokio::time::timeout(deadline, follow(session, call, place)).await };
        runtime
            .block_on(running)
            .map_err(|_late| AgentFault::new(AgentCode::TimedOut, &*place, "the script did not end in its time"))?
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

async fn follow(session: &mut client::Handle<Pinned>, call: Call<'_>, place: &str) -> Result<Ended, AgentFault> {
    let lost = |error: russh::Error| AgentFault::new(AgentCode::Lost, place, error);
    let mut channel = session.channel_open_session().await.map_err(lost)?;
    // The login shell of the user may be any; the script is for a POSIX one.
    channel.exec(true, format!("exec sh -c {}", quoted(call.script))).await.map_err(lost)?;
    if let Some(input) = call.input {
        let mut buffer = vec![0; 1 << 15];
        loop {
            let count = input.read(&mut buffer).map_err(|error| AgentFault::new(AgentCode::Local, place, error))?;
            if count == 0 {
                break;
            }
            let chunk: Vec<u8> = buffer.iter().take(count).copied().collect();
            channel.data_bytes(chunk).await.map_err(lost)?;
        }
    }
    channel.eof().await.map_err(lost)?;
    let (mut status, mut is_ended, mut said) = (None, false, Vec::new());
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => call.output.write_all(&data).map_err(|error| {
                let is_full = error.kind() == std::io::ErrorKind::FileTooLarge;
                AgentFault::new(if is_full { AgentCode::TooLarge } else { AgentCode::Local }, place, error)
            })?,
            ChannelMsg::ExtendedData { data, .. } => {
                said.extend(data.iter().copied().take(SAID.saturating_sub(said.len())));
            }
            ChannelMsg::ExitStatus { exit_status } => {
                status = Some(exit_status);
                is_ended = true;
            }
            ChannelMsg::ExitSignal { .. } => is_ended = true,
            ChannelMsg::Failure => {
                return Err(AgentFault::new(AgentCode::BadHost, place, "the host does not run commands"));
            }
            _ => {}
        }
    }
    if !is_ended {
        return Err(AgentFault::new(AgentCode::Lost, place, "the connection ended before the script did"));
    }
    Ok(Ended { status, said: String::from_utf8_lossy(&said).into_owned() })
}

impl Drop for SshTransport {
    fn drop(&mut self) {
        let closing = self.session.disconnect(Disconnect::ByApplication, "", "en");
        // A host that does not answer is left.
        let _ = self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(2), closing).await });
    }
}
