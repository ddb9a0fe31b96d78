//! What lives on a web hosting server.

use hostwright_kernel::{Day, Instant};
use serde::{Deserialize, Serialize};

use super::values::{Content, Extra, Password, Secret, is_false};

/// An account on a web hosting server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostingAccount {
    /// The source's identifier: usually the user name.
    pub id: String,
    /// Its user name.
    pub user_name: String,
    /// The party, where the source knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The server it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Its main domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The source's name of its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The reseller or admin it belongs to, by user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Address of its holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Login shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// Home folder on the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Its IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// As the source keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_suspended: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_reason: Option<String>,
    /// The source's word for the language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Instant>,
    /// Space used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// Space allowed; absent means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
    /// Limits with the source's names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Extra>,
    /// Where its home is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// What a site is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// The account's main site.
    #[default]
    Main,
    /// A domain of its own beside it.
    Addon,
    /// Below another domain.
    Subdomain,
    /// Another name of the same site.
    Alias,
    /// Leads elsewhere.
    Redirect,
}

/// A web site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The source's identifier: usually the host name.
    pub id: String,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The host name.
    pub domain: String,
    /// What it is.
    pub kind: SiteKind,
    /// The site it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Folder of its files, on the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_root: Option<String>,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// PHP version or handler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub php: Option<String>,
    /// Served with TLS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_tls: bool,
    /// Switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_suspended: bool,
    /// Where its files are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// One DNS record, in presentation form (RFC 1035, RFC 3597 for unknown types).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRecord {
    /// Absolute name with a final dot, lower case.
    pub owner: String,
    /// Seconds; absent means the zone's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// The type, upper case.
    pub kind: String,
    /// Absolute names, quoted strings.
    pub data: String,
    /// The line of the file it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// A DNS zone. Class IN.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// The source's identifier: usually the name.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The zone's name, lower case, without a final dot.
    pub name: String,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_ttl: Option<u32>,
    /// All records that were read, SOA and NS included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<ZoneRecord>,
    /// The file as it was, where a record could not be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// How messages are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxFormat {
    /// One file a message (Maildir++ folders).
    #[default]
    Maildir,
    /// Dovecot's own format.
    Mdbox,
    /// One file a folder.
    Mbox,
    /// On a server, by IMAP.
    Remote,
}

/// A mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The source's identifier: usually the address.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The address, lower case.
    pub address: String,
    /// As the source keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Space allowed; absent means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
    /// Space used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_bytes: Option<u64>,
    /// Messages, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// How messages are kept.
    pub format: MailboxFormat,
    /// Switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_suspended: bool,
    /// Where the messages are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailRuleKind {
    /// Delivers to other addresses of the same server.
    #[default]
    Alias,
    /// Sends on to other addresses.
    Forward,
    /// Takes mail for addresses that do not exist.
    CatchAll,
    /// Answers.
    Autoresponder,
    /// A mailing list.
    List,
    /// Hands mail to a program; never recreated by itself.
    Pipe,
    /// Refuses mail with a text.
    Reject,
    /// Drops mail.
    Discard,
    /// A filter script.
    Filter,
}

/// What happens to mail of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailRule {
    /// The source's identifier.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The address, or `*@domain`.
    pub address: String,
    /// What it does.
    pub kind: MailRuleKind,
    /// Where mail goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Delivers as well.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keeps_copy: bool,
    /// Subject of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Text of the answer or refusal, or the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

/// A database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The source's identifier: usually the name.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its name.
    pub name: String,
    /// `mysql`, `postgresql` or the source's word.
    pub engine: String,
    /// Character set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// Collation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Where its dump is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
}

/// A user of databases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseUser {
    /// The source's identifier: usually name and host.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its name.
    pub name: String,
    /// As of the database.
    pub engine: String,
    /// Hosts it may come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// As the source keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Databases it may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub databases: Vec<String>,
    /// What it may do, as text; parsed and never executed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<String>,
}

/// An FTP or SSH user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileUser {
    /// The source's identifier.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its name.
    pub name: String,
    /// SSH, otherwise FTP.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_ssh: bool,
    /// As the source keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// SSH public keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<String>,
    /// Folder it is confined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Space allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
}

/// One line of a crontab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CronLine {
    /// The source's identifier.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Five fields, or a word such as `@daily`.
    pub schedule: String,
    /// The command, as text; never executed.
    pub command: String,
    /// Variables set before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Extra>,
    /// Switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_suspended: bool,
}

/// A TLS certificate with its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The source's identifier.
    pub id: String,
    /// The hosting account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Secret>,
    /// Last day, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
}
