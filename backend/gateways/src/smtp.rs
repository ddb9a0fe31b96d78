//! Hands mails to a mail server by SMTP.
//!
//! One connection for each mail: mails are few, and a connection of its own
//! lets us say at which word it broke. What fails before the text was handed
//! over is certainly not sent; what breaks between the text and the answer is
//! [`Delivery::Unknown`].

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use hostwright_panel::notifications::ports::{Delivery, MailTransport, OutgoingMail};
use hostwright_panel::platform::worker::BoxFuture;
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart};
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
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after `STARTTLS`, which the server must offer (port 587 or 25).
    StartTls,
    /// None: see [`SmtpTransport::new`] for where this is taken.
    Plain,
}

impl FromStr for Security {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "tls" => Ok(Self::Tls),
            "starttls" => Ok(Self::StartTls),
            "none" => Ok(Self::Plain),
            other => Err(format!("'{other}' is none of: none, starttls, tls")),
        }
    }
}

/// The mail settings cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMailSettings {
    /// The way to the server would be open to readers.
    #[error("mail to '{0}' must use TLS or STARTTLS: it leaves this machine")]
    OpenWay(String),
    /// The certificate or the server's name cannot be used.
    #[error("TLS to the mail server: {0}")]
    Tls(String),
}

/// The mail server as the product's way out for mails.
pub struct SmtpTransport {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    hello: ClientId,
}

// The password must not reach a log.
impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl SmtpTransport {
    /// Checks the settings; nothing is connected yet. `login` is user name and
    /// password. Without protection, mails go to this machine only, or without
    /// a password to a host whose name has no dot: one of our own network, such
    /// as that of a container host.
    ///
    /// # Errors
    /// When the settings cannot work or would send mails and passwords in clear.
    pub fn new(
        host: &str,
        port: u16,
        security: Security,
        login: Option<(String, String)>,
    ) -> Result<Self, BadMailSettings> {
        let tls = match security {
            Security::Tls | Security::StartTls => Some(tls_parameters(host, None)?),
            Security::Plain if is_loopback(host) => None,
            Security::Plain if login.is_none() && !host.contains(['.', ':']) => None,
            Security::Plain => return Err(BadMailSettings::OpenWay(host.to_owned())),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            security,
            tls,
            login: login.map(|(user, password)| Credentials::new(user, password)),
            hello: ClientId::default(),
        })
    }

    /// Trusts a further root certificate (PEM), for mail servers with an
    /// authority of their own.
    ///
    /// # Errors
    /// When it is not a certificate.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, BadMailSettings> {
        if self.tls.is_some() {
            self.tls = Some(tls_parameters(&self.host, Some(pem))?);
        }
        Ok(self)
    }

    /// `Err` is every delivery that is not [`Delivery::Accepted`].
    async fn hand_over(&self, mail: &OutgoingMail) -> Result<String, Delivery> {
        let from = address(&mail.from, "the sender")?;
        let to = address(&mail.to, "the recipient")?;
        let message = compose(mail, &from, &to)?;
        let mut connection = within(CONNECT, self.connect())
            .await?
            // At this point the server speaks about us and not about the mail.
            .map_err(|error| Delivery::Later(words(&error)))?;
        let mut options = Vec::new();
        if !mail.to.is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                connection.abort().await;
                return Err(Delivery::Refused(
                    "the mail server takes no addresses with letters beyond ASCII".to_owned(),
                ));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let outcome = converse(&mut connection, from, to, options, &message).await;
        if outcome.is_ok() {
            let _polite = tokio::time::timeout(GOODBYE, connection.quit()).await;
        } else {
            let _polite = tokio::time::timeout(GOODBYE, connection.abort()).await;
        }
        outcome
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let server = (self.host.as_str(), self.port);
        let from_the_start = self.tls.clone().filter(|_| self.security == Security::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, from_the_start, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.security == Security::StartTls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await?;
        }
        Ok(connection)
    }
}

impl MailTransport for SmtpTransport {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Delivery> {
        Box::pin(async move { self.hand_over(mail).await.map_or_else(|failed| failed, Delivery::Accepted) })
    }
}

/// The mail as it is handed to the server, after the words of the envelope.
///
/// # Errors
/// [`Delivery::Refused`] when an address is none, or a file's type is none.
pub fn written(mail: &OutgoingMail) -> Result<Vec<u8>, Delivery> {
    compose(mail, &address(&mail.from, "the sender")?, &address(&mail.to, "the recipient")?)
}

/// The mail as a message: text and HTML side by side, then the files.
fn compose(mail: &OutgoingMail, from: &Address, to: &Address) -> Result<Vec<u8>, Delivery> {
    let unwritable = |error: &dyn fmt::Display| Delivery::Refused(format!("the mail cannot be written: {error}"));
    let builder = Message::builder()
        .from(Mailbox::new(Some(one_line(&mail.from_name)), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&mail.subject))
        .message_id(Some(format!("<{}@{}>", mail.id, from.domain())))
        .date_now()
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    let words = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    let message = if mail.files.is_empty() {
        builder.multipart(words)
    } else {
        let mut parts = MultiPart::mixed().multipart(words);
        for file in &mail.files {
            let content_type = ContentType::parse(&file.content_type).map_err(|error| unwritable(&error))?;
            // Always base64: as it is, a file of ASCII might bring line ends of its own.
            let bytes = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64)
                .map_err(|_bytes| unwritable(&"a file cannot be encoded"))?;
            parts = parts.singlepart(Attachment::new(one_line(&file.name)).body(bytes, content_type));
        }
        builder.multipart(parts)
    };
    Ok(message.map_err(|error| unwritable(&error))?.formatted())
}

/// Sender, recipient, text. Until the text is under way, nothing was sent.
async fn converse(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    options: Vec<MailParameter>,
    message: &[u8],
) -> Result<String, Delivery> {
    let before = |error: SmtpError| refusal(&error).unwrap_or_else(|| Delivery::Later(words(&error)));
    within(COMMAND, connection.command(Mail::new(Some(from), options))).await?.map_err(before)?;
    within(COMMAND, connection.command(Rcpt::new(to, Vec::new()))).await?.map_err(before)?;
    within(COMMAND, connection.command(Data)).await?.map_err(before)?;
    match tokio::time::timeout(TEXT, connection.message(message)).await {
        Ok(Ok(taken)) => Ok(format!("{} {}", taken.code(), taken.message().collect::<Vec<_>>().join(" "))),
        Ok(Err(error)) => Err(refusal(&error).unwrap_or_else(|| Delivery::Unknown(words(&error)))),
        Err(_elapsed) => Err(Delivery::Unknown("no answer after the text".to_owned())),
    }
}

/// What the server's answer means for the mail; none when it did not answer.
fn refusal(error: &SmtpError) -> Option<Delivery> {
    let code = error.status()?.to_string();
    // These ask us to sign in: our settings are wrong, not the mail.
    let about_us = matches!(code.as_str(), "530" | "534" | "535" | "538");
    if error.is_permanent() && !about_us {
        Some(Delivery::Refused(words(error)))
    } else {
        Some(Delivery::Later(words(error)))
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

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Delivery> {
    tokio::time::timeout(limit, work)
        .await
        .map_err(|_elapsed| Delivery::Later("the mail server does not answer".to_owned()))
}

/// An address that stands in a header as it is; what looks like an encoded word
/// (RFC 2047) would be decoded by whoever reads it.
fn address(text: &str, whose: &str) -> Result<Address, Delivery> {
    let plain = Some(text).filter(|text| !text.contains("=?")).unwrap_or_default();
    plain.parse().map_err(|_not_an_address| Delivery::Refused(format!("{whose} is not a mail address")))
}

fn tls_parameters(host: &str, root: Option<&[u8]>) -> Result<TlsParameters, BadMailSettings> {
    let bad = |error: SmtpError| BadMailSettings::Tls(error.to_string());
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = root {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(bad)?);
    }
    builder.build().map_err(bad)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Without the characters that end a header, and without what a reader would decode
/// (RFC 2047) although nobody encoded it: the two signs are parted by a space of no
/// width.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.replace("=?", "=\u{200b}?")
}

#[cfg(test)]
mod tests;
