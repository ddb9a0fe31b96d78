//! A real Dovecot, by Debian's `dovecot-imapd`, without root, on loopback, with a folder of its own.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hostwright_mailboxes::{Login, Security, Server, Trust};
use xtask::lab::{Daemon, Folder, Guarded, Stop, free_port};

const PROGRAM: &str = "/usr/sbin/dovecot";
pub const PASSWORD: &str = "se\"cr\\et";

/// How a server names and bounds.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    pub separator: char,
    pub prefix: &'static str,
    pub quota_kibibytes: Option<u64>,
    pub tls: bool,
    /// Capabilities that it is to be silent about, and so used without.
    pub hidden: &'static [&'static str],
}

impl Default for Habits {
    fn default() -> Self {
        Self { separator: '/', prefix: "", quota_kibibytes: None, tls: false, hidden: &[] }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Dovecot {
    daemon: Option<Daemon>,
    folder: Folder,
    port: u16,
    secure_port: u16,
    /// Whom it runs as, where that is not us.
    user: Option<(u32, u32)>,
}

/// Whether Dovecot is installed; says so where it is not.
pub fn is_there() -> bool {
    let there = Path::new(PROGRAM).exists() && Path::new("/usr/lib/dovecot/imap").exists();
    if !there {
        println!("dovecot-imapd is not installed: nothing was tested");
    }
    there
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Dovecot {
    pub fn start(habits: Habits) -> Self {
        let folder = Folder::new("dovecot").unwrap();
        let (port, secure_port) = (free_port().unwrap(), free_port().unwrap());
        // Dovecot refuses mail of root; Debian's package makes a user for it.
        let is_root = said("id", &["-u"]) == "0";
        let name = if is_root { "dovecot".to_owned() } else { said("id", &["-un"]) };
        let group = said("id", &["-gn", &name]);
        let (uid, gid) = (said("id", &["-u", &name]), said("id", &["-g", &name]));
        let root = folder.path().display().to_string();
        for part in ["run", "state", "mail"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let tls = if habits.tls {
            said(
                "openssl",
                &[
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=old.example",
                    "-keyout",
                    &format!("{root}/key.pem"),
                    "-out",
                    &format!("{root}/cert.pem"),
                ],
            );
            format!("ssl = yes\nssl_cert = <{root}/cert.pem\nssl_key = <{root}/key.pem\n")
        } else {
            "ssl = no\n".to_owned()
        };
        let quota = habits.quota_kibibytes.map_or_else(String::new, |size| {
            format!(
                "mail_plugins = quota\nprotocol imap {{\n  mail_plugins = quota imap_quota\n}}\n\
                 plugin {{\n  quota = maildir:User quota\n  quota_rule = *:storage={size}\n  quota_grace = 0\n}}\n"
            )
        });
        let hidden: String = habits.hidden.iter().map(|word| format!(" {word}")).collect();
        let capability = if hidden.is_empty() {
            String::new()
        } else {
            let all =
                "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ NAMESPACE UIDPLUS MULTIAPPEND UNSELECT";
            let kept: Vec<&str> = all.split(' ').filter(|word| !habits.hidden.contains(word)).collect();
            format!("imap_capability = {}\n", kept.join(" "))
        };
        let config = format!(
            "base_dir = {root}/run\nstate_dir = {root}/state\nlog_path = {root}/log\n\
             default_internal_user = {name}\ndefault_internal_group = {group}\ndefault_login_user = {name}\n\
             protocols = imap\nlisten = 127.0.0.1\ndisable_plaintext_auth = no\nauth_mechanisms = plain login\n\
             auth_failure_delay = 0\nfirst_valid_uid = 1\nfirst_valid_gid = 1\nmail_fsync = never\n\
             mail_max_userip_connections = 200\nmail_location = maildir:{root}/mail/%u/Maildir\n{capability}{tls}{quota}\
             passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n\
             userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={root}/mail/%u allow_all_users=yes\n}}\n\
             namespace inbox {{\n  inbox = yes\n  separator = {separator}\n  prefix = {prefix}\n}}\n\
             service anvil {{\n  chroot =\n}}\nservice ipc {{\n  chroot =\n}}\n\
             service imap-login {{\n  chroot =\n  service_count = 0\n  inet_listener imap {{\n    port = {port}\n  }}\n\
               inet_listener imaps {{\n    port = {secure}\n  }}\n}}\n\
             service imap-urlauth-login {{\n  chroot =\n}}\n",
            separator = habits.separator,
            prefix = habits.prefix,
            secure = if habits.tls { secure_port } else { 0 },
        );
        fs::write(folder.path().join("dovecot.conf"), config).unwrap();
        let user = is_root.then(|| (uid.parse().unwrap(), gid.parse().unwrap()));
        let mut server = Self { daemon: None, folder, port, secure_port, user };
        server.own();
        let as_user = is_root.then_some("dovecot");
        let mut program = Guarded::with("TERM", as_user, PROGRAM);
        program.command.arg("-F").arg("-c").arg(server.folder.path().join("dovecot.conf"));
        let output = server.folder.path().join("output");
        let mut daemon = Daemon::spawn("dovecot", program, &output, Stop::Terminate).unwrap();
        let started =
            daemon.wait_for("it listened", Duration::from_secs(20), || TcpStream::connect(("127.0.0.1", port)).ok());
        if let Err(error) = started {
            panic!("{error:#}\n{}", server.log());
        }
        server.daemon = Some(daemon);
        server
    }

    /// Gives the whole folder to whom the server runs as.
    pub fn own(&self) {
        let Some((uid, gid)) = self.user else { return };
        let mut open = vec![self.folder.path().to_path_buf()];
        while let Some(path) = open.pop() {
            std::os::unix::fs::chown(&path, Some(uid), Some(gid)).unwrap();
            if path.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Where a user's mail lies.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.folder.path().join("mail").join(user).join("Maildir")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// A user's mailbox.
    pub fn account(&self, user: &str) -> Server {
        self.account_by(user, self.port)
    }

    /// A user's mailbox by another port: that of a proxy.
    pub fn account_by(&self, user: &str, port: u16) -> Server {
        Server {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::Plain,
            trust: Trust::System,
            login: Login::password(user, PASSWORD),
        }
    }

    /// The port for TLS.
    pub fn secure_port(&self) -> u16 {
        self.secure_port
    }

    /// The certificate's SHA-256.
    pub fn fingerprint(&self) -> [u8; 32] {
        let cert = self.folder.path().join("cert.pem").display().to_string();
        let text = said("openssl", &["x509", "-in", &cert, "-noout", "-fingerprint", "-sha256"]);
        let hex = text.rsplit('=').next().unwrap();
        let bytes: Vec<u8> = hex.split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        bytes.try_into().unwrap()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().rev().take(20).collect();
            eprintln!("the end of the log of Dovecot, backwards:\n{}", lines.join("\n"));
        }
        self.daemon.take();
    }
}
