//! Where a mailbox is, and how it is reached.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// Where a mailbox is read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A mailbox of an IMAP server.
    Server(Server),
    /// A Maildir (Maildir++ or folders within folders), an mbox file, a folder of those, or one message.
    Disk(PathBuf),
}

impl Source {
    /// For reports: `user@host:port`, or the path.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Server(server) => server.place(),
            Self::Disk(path) => path.display().to_string(),
        }
    }
}

/// One mailbox of an IMAP server.
#[derive(Debug, Clone)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Which certificate is believed.
    pub trust: Trust,
    /// Whose mailbox it is.
    pub login: Login,
}

impl Server {
    /// For reports: `user@host:port`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} on {}:{}", self.login.mailbox(), self.host, self.port)
    }
}

/// How the line is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually port 993.
    Tls,
    /// TLS begun with STARTTLS, usually port 143. Nothing is said in clear if the server refuses it.
    StartTls,
    /// None: passwords and mail can be read by whoever sees the line.
    Plain,
}

/// Which certificate is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// One that the system's authorities vouch for, with the server's name in it.
    System,
    /// The one with this SHA-256, whatever its name, date and issuer: old servers have no better one.
    Fingerprint([u8; 32]),
}

/// Whose mailbox, and how that is shown.
#[derive(Clone)]
pub enum Login {
    /// A name and a password.
    Password {
        /// Who logs in.
        user: String,
        /// The password.
        password: Zeroizing<String>,
        /// Whose mailbox is opened, where it is not that of `user`: the authorization identity of SASL PLAIN
        /// (RFC 4616), which mail servers give to master users.
        mailbox: Option<String>,
    },
    /// An OAuth 2 token (XOAUTH2).
    Bearer {
        /// Whose mailbox.
        user: String,
        /// The token.
        token: Zeroizing<String>,
    },
}

impl Login {
    /// A name and a password.
    #[must_use]
    pub fn password(user: &str, password: &str) -> Self {
        Self::Password { user: user.to_owned(), password: Zeroizing::new(password.to_owned()), mailbox: None }
    }

    /// Whose mailbox is opened.
    #[must_use]
    pub fn mailbox(&self) -> &str {
        match self {
            Self::Password { mailbox: Some(mailbox), .. } => mailbox,
            Self::Password { user, .. } | Self::Bearer { user, .. } => user,
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, ...)", self.mailbox())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(format!("{:?}", Login::password("ada", "secret")), "Login(ada, ...)");
    }
}
