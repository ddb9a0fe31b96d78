//! The configuration: file, then environment; all faults are reported together.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hostwright_panel::platform::db::DatabaseUrl;

/// Every setting with its environment variable, its default and what it is.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("data_dir", "./hostwright-data", "folder for the database, the key file and logs of guests"),
    ("database_url", "", "postgres://... or a file; empty means hostwright.db in data_dir"),
    ("listen", "127.0.0.1:8080", "address and port of the web server; port 0 takes a free one"),
    ("public_url", "", "where people reach the panel; empty means http://<listen>"),
    ("smtp_host", "", "mail server; empty keeps mails in the panel until one is set"),
    ("smtp_port", "25", "port of the mail server"),
    ("smtp_security", "starttls", "none, starttls or tls"),
    ("smtp_user", "", "user at the mail server"),
    ("smtp_password", "", "password at the mail server"),
    ("mail_from", "hostwright@localhost", "sender address of all mails"),
    ("dns_folder", "", "folder for zone files, included by NSD's configuration; empty keeps zones unserved"),
    ("dns_control", "nsd-control", "program that tells NSD to load zones"),
    ("dns_control_config", "", "configuration file for that program; empty takes its own"),
    ("dns_server", "127.0.0.1:53", "address and port at which NSD answers, to see what it serves"),
    ("clock", "system", "system, or manual (demo and tests: an owner may move the date)"),
    ("log_format", "human", "human or json"),
    ("log_level", "info", "error, warn, info, debug or trace"),
    ("workers", "8", "jobs at once"),
];

/// The configuration of one process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder for everything that must survive.
    pub data_dir: PathBuf,
    /// Where the data is.
    pub database: DatabaseUrl,
    /// Address of the web server.
    pub listen: SocketAddr,
    /// Where people reach the panel; none until the port is known.
    pub public_url: Option<String>,
    /// The mail server, if any.
    pub smtp: Option<Smtp>,
    /// Sender of all mails.
    pub mail_from: String,
    /// The name server, if any.
    pub dns: Option<Dns>,
    /// Whether an owner may move the clock.
    pub manual_clock: bool,
    /// Whether logs are JSON.
    pub json_logs: bool,
    /// Least severe level that is logged.
    pub log_level: String,
    /// Jobs at once.
    pub workers: usize,
}

/// How to reach the name server.
#[derive(Debug, Clone)]
pub struct Dns {
    /// Folder for zone files.
    pub folder: PathBuf,
    /// `nsd-control`.
    pub control: PathBuf,
    /// Its configuration, if it is not the usual one.
    pub control_config: Option<PathBuf>,
    /// Where it answers questions.
    pub server: SocketAddr,
}

/// How to reach the mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `none`, `starttls` or `tls`.
    pub security: String,
    /// User, if it wants one.
    pub user: Option<String>,
    /// Password of the user.
    pub password: Option<String>,
}

/// Every fault of a configuration.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has faults:\n{}", .0.join("\n"))]
pub struct BadConfig(pub Vec<String>);

impl Config {
    /// Reads `file` (when it is there) and then `HOSTWRIGHT_*` from the environment.
    ///
    /// # Errors
    /// All faults at once, each naming its key.
    pub fn read(file: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, BadConfig> {
        let mut faults = Vec::new();
        let table = read_file(file, &mut faults);
        for name in table.keys().filter(|name| !KEYS.iter().any(|(key, ..)| key == name)) {
            faults.push(format!("{name}: is not a setting"));
        }
        let value = |key: &str| {
            environment(&format!("HOSTWRIGHT_{}", key.to_uppercase()))
                .or_else(|| table.get(key).cloned())
                .or_else(|| KEYS.iter().find(|(name, ..)| *name == key).map(|(_, default, _)| (*default).to_owned()))
                .unwrap_or_default()
        };
        let some = |key: &str| Some(value(key)).filter(|text| !text.is_empty());
        let mut one_of = |key: &str, choices: &[&str]| {
            let found = value(key);
            if !choices.contains(&found.as_str()) {
                faults.push(format!("{key}: '{found}' is not one of {}", choices.join(", ")));
            }
            found
        };
        let security = one_of("smtp_security", &["none", "starttls", "tls"]);
        let manual_clock = one_of("clock", &["system", "manual"]) == "manual";
        let json_logs = one_of("log_format", &["human", "json"]) == "json";
        let log_level = one_of("log_level", &["error", "warn", "info", "debug", "trace"]);
        let listen = parse(&mut faults, "listen", &value("listen"), "an address and port such as 127.0.0.1:8080");
        let port = parse(&mut faults, "smtp_port", &value("smtp_port"), "a port");
        let workers = parse(&mut faults, "workers", &value("workers"), "a count");
        let dns_server =
            parse(&mut faults, "dns_server", &value("dns_server"), "an address and port such as 127.0.0.1:53");
        let data_dir = PathBuf::from(value("data_dir"));
        let database = some("database_url")
            .map_or_else(|| DatabaseUrl::Sqlite(data_dir.join("hostwright.db")), |url| DatabaseUrl::parse(&url));
        if let Some(url) = some("public_url").filter(|url| !url.starts_with("http://") && !url.starts_with("https://"))
        {
            faults.push(format!("public_url: '{url}' must start with http:// or https://"));
        }
        match (listen, port, workers, dns_server) {
            (Some(listen), Some(port), Some(workers), Some(server)) if faults.is_empty() => Ok(Self {
                database,
                listen,
                public_url: some("public_url").map(|url| url.trim_end_matches('/').to_owned()),
                smtp: some("smtp_host").map(|host| Smtp {
                    host,
                    port,
                    security,
                    user: some("smtp_user"),
                    password: some("smtp_password"),
                }),
                mail_from: value("mail_from"),
                dns: some("dns_folder").map(|folder| Dns {
                    folder: PathBuf::from(folder),
                    control: PathBuf::from(value("dns_control")),
                    control_config: some("dns_control_config").map(PathBuf::from),
                    server,
                }),
                manual_clock,
                json_logs,
                log_level,
                workers,
                data_dir,
            }),
            _ => Err(BadConfig(faults)),
        }
    }
}

fn parse<T: std::str::FromStr>(faults: &mut Vec<String>, key: &str, text: &str, wanted: &str) -> Option<T> {
    let parsed = text.parse().ok();
    if parsed.is_none() {
        faults.push(format!("{key}: '{text}' is not {wanted}"));
    }
    parsed
}

fn read_file(file: Option<&Path>, faults: &mut Vec<String>) -> std::collections::BTreeMap<String, String> {
    let Some(file) = file.filter(|file| file.exists()) else {
        return std::collections::BTreeMap::new();
    };
    let table = std::fs::read_to_string(file)
        .map_err(|error| error.to_string())
        .and_then(|text| text.parse::<toml::Table>().map_err(|error| error.to_string()));
    match table {
        Ok(table) => table
            .into_iter()
            .map(|(key, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (key, text)
            })
            .collect(),
        Err(error) => {
            faults.push(format!("{}: {error}", file.display()));
            std::collections::BTreeMap::new()
        }
    }
}
