//! The command lines of the guide.

use std::fmt;

use super::{AgentCode, AgentFault};

/// What an agent is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Command {
    /// The whole source system.
    HostingPlatformInfo,
    /// Some accounts anew. An agent of a small source may leave it out.
    AccountsInfo(Vec<String>),
    /// Some domains anew. An agent of a small source may leave it out.
    DomainsInfo(Vec<String>),
    /// The services of one domain.
    DomainServicesInfo(String),
    /// One item of content of one domain.
    DomainContent {
        /// The domain.
        domain: String,
        /// The item, for example `mailbox:john@mydomain.com`.
        content: String,
    },
    /// Switch subscriptions off at the source, after they moved.
    DisableSubscriptions(Vec<String>),
    /// Anything else: what the conformance check asks to see it refused.
    Unknown(String),
}

/// What an agent leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A document: `--file` with `.xml`.
    Document,
    /// A bundle: `--file` with `.tar`.
    Bundle,
    /// No file.
    Nothing,
}

impl Output {
    /// What the agent adds to `--file`.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Document => ".xml",
            Self::Bundle => ".tar",
            Self::Nothing => "",
        }
    }
}

impl Command {
    /// The name for reports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::HostingPlatformInfo => "hostingPlatformInfo",
            Self::AccountsInfo(_) => "accountsInfo",
            Self::DomainsInfo(_) => "domainsInfo",
            Self::DomainServicesInfo(_) => "domainServicesInfo",
            Self::DomainContent { .. } => "domainContent",
            Self::DisableSubscriptions(_) => "disable",
            Self::Unknown(name) => name,
        }
    }

    /// What it leaves.
    #[must_use]
    pub fn output(&self) -> Output {
        match self {
            Self::DomainContent { .. } => Output::Bundle,
            Self::DisableSubscriptions(_) => Output::Nothing,
            _ => Output::Document,
        }
    }

    /// The arguments. `file` is without an extension.
    ///
    /// # Errors
    /// [`AgentCode::BadIdentifier`] for an identifier that a space-separated list cannot carry, or that no
    /// command line can.
    pub fn arguments(&self, file: &str) -> Result<Vec<String>, AgentFault> {
        let bad = |reason: &str| AgentFault::new(AgentCode::BadIdentifier, self, reason);
        let one = |option: &str, id: &str| {
            if id.contains('\0') {
                return Err(bad("an identifier with a zero byte"));
            }
            Ok(format!("--{option}={id}"))
        };
        let list = |option: &str, ids: &[String]| {
            if ids.is_empty() || ids.iter().any(|id| id.is_empty() || id.chars().any(char::is_whitespace)) {
                return Err(bad("a list of identifiers is empty, or one of them is empty or holds a space"));
            }
            one(option, &ids.join(" "))
        };
        let mut arguments = match self {
            Self::DisableSubscriptions(ids) => {
                return Ok(vec!["--disable=subscriptions".to_owned(), list("subscription-ids", ids)?]);
            }
            _ => vec![one("extract", self.name())?],
        };
        match self {
            Self::AccountsInfo(ids) => arguments.push(list("account-ids", ids)?),
            Self::DomainsInfo(ids) => arguments.push(list("domain-ids", ids)?),
            Self::DomainServicesInfo(domain) => arguments.push(one("domain-id", domain)?),
            Self::DomainContent { domain, content } => {
                arguments.push(one("domain-id", domain)?);
                arguments.push(one("content-id", content)?);
            }
            Self::HostingPlatformInfo | Self::DisableSubscriptions(_) | Self::Unknown(_) => {}
        }
        arguments.push(one("file", file)?);
        Ok(arguments)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(80).collect::<String>();
        match self {
            Self::AccountsInfo(ids) | Self::DomainsInfo(ids) | Self::DisableSubscriptions(ids) => {
                write!(f, "{} of {} ids", self.name(), ids.len())
            }
            Self::DomainServicesInfo(domain) => write!(f, "{} of {}", self.name(), short(domain)),
            Self::DomainContent { domain, content } => {
                write!(f, "{} {} of {}", self.name(), short(content), short(domain))
            }
            Self::HostingPlatformInfo | Self::Unknown(_) => f.write_str(&short(self.name())),
        }
    }
}
