//! Hands mails to a mail server by SMTP.
//!
//! One connection for each mail: mails are few, and a connection of its own
//! lets us say at which word it broke. What fails before the text was handed
//! over is certainly not sent; what breaks between the text and the answer is
//! [`SendFailure::Unknown`].

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use hostwright_panel::notifications::ports::{Letter, MailTransport, SendFailure};
use hostwright_panel::platform::worker::BoxFuture;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

/// How long connecting, TLS and signing in may take.
const CONNECT: Duration = Duration::from_secs(30);
/// How long the server may take for one word before the text.
const COMMAND: Duration = Duration::from_secs(30);
/// How long it may take to take the text; RFC 5321 asks for patience here.
const TEXT: Duration = Duration::from_secs(60);

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after `STARTTLS`, which the server must offer (port 587 or 25).
    StartTls,
    /// None; only to this machine, or without a password inside a trusted
    /// network such as that of a container host.
    Plain,
}

/// Where and how mails are handed over.
#[derive(Clone)]
pub struct SmtpConfig {
    /// Name or address of the mail server; its certificate must carry it.
    pub host: String,
    /// Port: 465, 587 or 25.
    pub port: u16,
    /// Protection of the way there.
    pub security: Security,
    /// Whether [`Security::Plain`] may leave this machine.
    pub trusted_network: bool,
    /// User name and password, where the server asks for them.
    pub login: Option<(String, String)>,
    /// The address in `From` and in the envelope.
    pub from: String,
    /// The name with which we greet; this machine's own when left out.
    pub hello_name: Option<String>,
    /// A further root certificate (PEM), for mail servers with an own authority.
    pub root_certificate: Option<Vec<u8>>,
}

// The password must not reach a log.
impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// The mail settings cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMailSettings {
    /// `from` is not a mail address.
    #[error("the sender '{0}' is not a mail address")]
    From(String),
    /// The way to the server would be open to readers.
    #[error("mail to '{0}' must use TLS or STARTTLS: it leaves this machine")]
    OpenWay(String),
    /// The certificate or the server's name cannot be used.
    #[error("TLS to the mail server: {0}")]
    Tls(String),
}

/// The mail server as the product's way out for mails.
pub struct SmtpTransport {
    config: SmtpConfig,
    from: Address,
    hello: ClientId,
    tls: Option<TlsParameters>,
}

impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl SmtpTransport {
    /// Checks the settings; nothing is connected yet.
    ///
    /// # Errors
    /// When the settings cannot work or would send mails and passwords in clear.
    pub fn new(config: SmtpConfig) -> Result<Self, BadMailSettings> {
        let from: Address = config
            .from
            .parse()
            .map_err(|_not_an_address| BadMailSettings::From(config.from.clone()))?;
        let tls = match config.security {
            Security::Tls | Security::StartTls => Some(tls_parameters(&config)?),
            Security::Plain if is_loopback(&config.host) => None,
            Security::Plain if config.trusted_network && config.login.is_none() => None,
            Security::Plain => return Err(BadMailSettings::OpenWay(config.host.clone())),
        };
        let hello = config
            .hello_name
            .clone()
            .map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self {
            config,
            from,
            hello,
            tls,
        })
    }

    async fn hand_over(&self, letter: &Letter) -> Result<(), SendFailure> {
        let message = self.compose(letter)?;
        let recipient = recipient(letter)?;
        let mut connection = within(CONNECT, self.connect())
            .await?
            // At this point the server speaks about us and not about the mail.
            .map_err(|error| SendFailure::Later(words(&error)))?;
        let mut options = Vec::new();
        if !letter.to.is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                connection.abort().await;
                return Err(SendFailure::Refused(
                    "the mail server takes no addresses with letters beyond ASCII".to_owned(),
                ));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let outcome = converse(&mut connection, self.from.clone(), recipient, options, &message).await;
        if outcome.is_ok() {
            let _polite = tokio::time::timeout(Duration::from_secs(5), connection.quit()).await;
        } else {
            let _polite = tokio::time::timeout(Duration::from_secs(5), connection.abort()).await;
        }
        outcome
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let server = (self.config.host.as_str(), self.config.port);
        let from_the_start = self.tls.clone().filter(|_| self.config.security == Security::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, from_the_start, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.config.security == Security::StartTls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some((user, password)) = self.config.login.clone() {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &Credentials::new(user, password))
                .await?;
        }
        Ok(connection)
    }

    /// The letter as a message: text and HTML side by side, then the files.
    fn compose(&self, letter: &Letter) -> Result<Vec<u8>, SendFailure> {
        let unwritable =
            |error: &dyn fmt::Display| SendFailure::Refused(format!("the mail cannot be written: {error}"));
        let builder = Message::builder()
            .from(Mailbox::new(Some(one_line(&letter.sender_name)), self.from.clone()))
            .to(Mailbox::new(None, recipient(letter)?))
            .subject(one_line(&letter.subject))
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.domain())))
            .date_now()
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let words = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
        let message = if letter.files.is_empty() {
            builder.multipart(words)
        } else {
            let mut parts = MultiPart::mixed().multipart(words);
            for file in &letter.files {
                let content_type = ContentType::parse(&file.content_type).map_err(|error| unwritable(&error))?;
                parts = parts.singlepart(Attachment::new(one_line(&file.name)).body(file.bytes.clone(), content_type));
            }
            builder.multipart(parts)
        };
        Ok(message.map_err(|error| unwritable(&error))?.formatted())
    }
}

impl MailTransport for SmtpTransport {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), SendFailure>> {
        Box::pin(self.hand_over(letter))
    }
}

/// Sender, recipient, text. Until the text is under way, nothing was sent.
async fn converse(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    options: Vec<MailParameter>,
    message: &[u8],
) -> Result<(), SendFailure> {
    let before = |error: SmtpError| refusal(&error).unwrap_or_else(|| SendFailure::Later(words(&error)));
    within(COMMAND, connection.command(Mail::new(Some(from), options)))
        .await?
        .map_err(before)?;
    within(COMMAND, connection.command(Rcpt::new(to, Vec::new())))
        .await?
        .map_err(before)?;
    within(COMMAND, connection.command(Data)).await?.map_err(before)?;
    match tokio::time::timeout(TEXT, connection.message(message)).await {
        Ok(Ok(_taken)) => Ok(()),
        Ok(Err(error)) => Err(refusal(&error).unwrap_or_else(|| SendFailure::Unknown(words(&error)))),
        Err(_elapsed) => Err(SendFailure::Unknown("no answer after the text".to_owned())),
    }
}

/// What the server's answer means for the mail; none when it did not answer.
fn refusal(error: &SmtpError) -> Option<SendFailure> {
    let code = error.status()?.to_string();
    // These ask us to sign in: our settings are wrong, not the mail.
    let about_us = matches!(code.as_str(), "530" | "534" | "535" | "538");
    if error.is_permanent() && !about_us {
        Some(SendFailure::Refused(words(error)))
    } else {
        Some(SendFailure::Later(words(error)))
    }
}

/// The server's words with its code, or what broke.
fn words(error: &SmtpError) -> String {
    let source = error.source().map(ToString::to_string);
    match (error.status(), source) {
        (Some(code), Some(said)) => format!("{code} {said}"),
        _ => error.to_string(),
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, SendFailure> {
    tokio::time::timeout(limit, work)
        .await
        .map_err(|_elapsed| SendFailure::Later("the mail server does not answer".to_owned()))
}

fn recipient(letter: &Letter) -> Result<Address, SendFailure> {
    letter
        .to
        .parse()
        .map_err(|_not_an_address| SendFailure::Refused("the recipient is not a mail address".to_owned()))
}

fn tls_parameters(config: &SmtpConfig) -> Result<TlsParameters, BadMailSettings> {
    let bad = |error: SmtpError| BadMailSettings::Tls(error.to_string());
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.root_certificate {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(bad)?);
    }
    builder.build().map_err(bad)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Without the characters that end a header.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
