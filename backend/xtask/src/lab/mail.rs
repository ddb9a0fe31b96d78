//! A real SMTP server that keeps what it receives.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::folder::Folder;
use super::mime::{self, Mail};
use super::ports::free_port;
use super::process::{Daemon, Guarded, Stop};

/// Debian's own interpreter: it is the one that sees the modules Debian packages install.
const PYTHON: &str = "/usr/bin/python3";
const STARTS_WITHIN: Duration = Duration::from_secs(20);

/// An SMTP server on loopback, without encryption or authentication, that delivers into a Maildir.
#[derive(Debug)]
pub struct MailServer {
    daemon: Daemon,
    folder: Folder,
    port: u16,
}

impl MailServer {
    /// Starts a server with an empty mailbox.
    ///
    /// # Errors
    /// python3-aiosmtpd is not installed or the server does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = Folder::new("mail")?;
        fs::write(folder.path().join("server.py"), include_str!("mail_server.py"))?;
        let port = free_port()?;
        let daemon = launch(&folder, port)?;
        Ok(Self { daemon, folder, port })
    }

    /// TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `smtp://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on every recipient is refused with 550, or accepted again.
    ///
    /// # Errors
    /// The folder of the server cannot be written.
    pub fn refuse_recipients(&self, refuse: bool) -> anyhow::Result<()> {
        let flag = self.folder.path().join("refuse");
        if refuse {
            fs::write(flag, "")?;
        } else if flag.exists() {
            fs::remove_file(flag)?;
        }
        Ok(())
    }

    /// Stops answering; what was received stays.
    pub fn stop(&mut self) {
        self.daemon.stop();
    }

    /// Answers again on the same port after [`MailServer::stop`].
    ///
    /// # Errors
    /// The server does not start.
    pub fn resume(&mut self) -> anyhow::Result<()> {
        self.daemon = launch(&self.folder, self.port)?;
        Ok(())
    }

    /// What was received so far, oldest first.
    ///
    /// # Errors
    /// The mailbox cannot be read.
    pub fn messages(&self) -> anyhow::Result<Vec<Mail>> {
        let mut files: Vec<((u64, u64, u64), PathBuf)> = Vec::new();
        for part in ["new", "cur"] {
            let folder = self.folder.path().join("maildir").join(part);
            // The server makes the Maildir when it starts, not when the first mail comes.
            for entry in fs::read_dir(&folder).context("reading the mailbox")? {
                let entry = entry?;
                files.push((delivery_order(&entry.file_name().to_string_lossy()), entry.path()));
            }
        }
        files.sort();
        files.iter().map(|(_, path)| Ok(mime::parse(&fs::read(path)?))).collect()
    }

    /// Waits up to 30 seconds for a mail that `wanted` accepts, and gives the newest such.
    ///
    /// # Errors
    /// The time is over; names the subjects that did arrive.
    pub fn wait_for(&self, wanted: impl Fn(&Mail) -> bool) -> anyhow::Result<Mail> {
        self.wait_within(Duration::from_secs(30), wanted)
    }

    /// Like [`MailServer::wait_for`] with another time limit.
    ///
    /// # Errors
    /// The time is over; names the subjects that did arrive.
    pub fn wait_within(&self, limit: Duration, wanted: impl Fn(&Mail) -> bool) -> anyhow::Result<Mail> {
        super::wait_until("a mail", limit, || self.messages().ok()?.into_iter().rev().find(|mail| wanted(mail)))
            .with_context(|| {
                let subjects: Vec<String> = self
                    .messages()
                    .unwrap_or_default()
                    .into_iter()
                    .map(|mail| format!("{} to {}", mail.subject, mail.to.join(", ")))
                    .collect();
                format!("arrived so far: {subjects:?}")
            })
    }

    /// Forgets what was received so far.
    ///
    /// # Errors
    /// The mailbox cannot be written.
    pub fn clear(&self) -> anyhow::Result<()> {
        for part in ["new", "cur"] {
            for entry in fs::read_dir(self.folder.path().join("maildir").join(part))? {
                fs::remove_file(entry?.path())?;
            }
        }
        Ok(())
    }
}

fn launch(folder: &Folder, port: u16) -> anyhow::Result<Daemon> {
    let mut server = Guarded::new(PYTHON);
    // -I: a PYTHONPATH of the developer must not hide Debian's modules.
    server.command.arg("-I").arg(folder.path().join("server.py")).arg(folder.path()).arg(port.to_string());
    let log = folder.path().join("log");
    let mut daemon = Daemon::spawn("mail server", server, &log, Stop::Terminate)?;
    daemon.clear_log()?;
    daemon.wait_for("it listened", STARTS_WITHIN, || {
        let log = fs::read_to_string(&log).ok()?;
        log.lines().any(|line| line.starts_with("port ")).then_some(())
    })?;
    Ok(daemon)
}

/// `seconds.M<microseconds>P<process>Q<count>.host`: the parts that put names in order.
fn delivery_order(name: &str) -> (u64, u64, u64) {
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or_default()
    };
    let after = |mark: char| name.split_once(mark).map_or(0, |(_, rest)| number(rest));
    (number(name), after('M'), after('Q'))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpStream;

    use super::*;

    /// Sends a mail by hand and gives the answer to each line.
    fn send(port: u16, recipient: &str, body: &str) -> Vec<String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut stream = stream;
        let mut heard = vec![answers.next().unwrap().unwrap()];
        for line in [
            "HELO test".to_owned(),
            "MAIL FROM:<panel@example.org>".to_owned(),
            format!("RCPT TO:<{recipient}>"),
            "DATA".to_owned(),
            format!("{}\r\n.", body.replace('\n', "\r\n")),
        ] {
            stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
            let answer = answers.next().unwrap().unwrap();
            let refused = answer.starts_with('5');
            heard.push(answer);
            if refused {
                break;
            }
        }
        heard
    }

    #[test]
    fn a_mail_is_received_and_a_refused_one_is_not() {
        let mut server = MailServer::start().unwrap();
        assert!(server.messages().unwrap().is_empty());
        send(server.port(), "ada@example.org", "Subject: =?utf-8?B?R3LDvMOfZQ==?=\n\nHallo");
        let mail = server.wait_for(|mail| mail.subject == "Gr\u{fc}\u{df}e").unwrap();
        assert_eq!(mail.from, "panel@example.org");
        assert_eq!(mail.to, ["ada@example.org"]);
        assert_eq!(mail.text.trim(), "Hallo");

        server.refuse_recipients(true).unwrap();
        let heard = send(server.port(), "bob@example.org", "Subject: no\n\nno");
        assert!(heard.last().unwrap().starts_with("550"), "{heard:?}");
        server.refuse_recipients(false).unwrap();

        server.stop();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
        server.resume().unwrap();
        send(server.port(), "bob@example.org", "Subject: second\n\nyes");
        let subjects: Vec<String> = server.messages().unwrap().into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, ["Gr\u{fc}\u{df}e", "second"]);
        server.clear().unwrap();
        assert!(server.messages().unwrap().is_empty());
    }

    #[test]
    fn names_of_mails_sort_by_delivery() {
        assert!(delivery_order("9.M5P1Q1.h") < delivery_order("10.M4P1Q2.h"));
        assert!(delivery_order("9.M50P1Q1.h") < delivery_order("9.M500P1Q1.h"));
    }
}
