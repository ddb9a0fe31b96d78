//! A logged-in line and the commands that are given on it.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use zeroize::Zeroizing;

use super::answer::{Answer, Code, Counts, Status};
use super::frame::{Broken, Stream, Wire};
use super::tls;
use crate::account::{Login, Security, Server};
use crate::fault::{Fault, FaultCode};
use crate::folders::Naming;
use crate::options::{Gate, Options};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub status: Status,
    pub code: Option<Code>,
    pub text: String,
}

impl Done {
    pub(crate) fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }

    /// The folder or mailbox is full (RFC 5530 `OVERQUOTA`, and what servers before it say).
    pub(crate) fn is_over_quota(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        self.status == Status::No
            && (text.contains("overquota")
                || text.contains("quota exceeded")
                || text.contains("over quota")
                || text.contains("quota") && text.contains("exceed"))
    }
}

/// What EXAMINE or SELECT tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Examined {
    pub messages: u64,
    pub uid_validity: u32,
}

impl Examined {
    fn take(&mut self, answer: &Answer) {
        match answer {
            Answer::Exists(messages) => self.messages = *messages,
            Answer::Said { code: Some(Code::UidValidity(validity)), .. } => self.uid_validity = *validity,
            _ => {}
        }
    }
}

/// A folder that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedFolder {
    /// As the server writes it.
    pub name: String,
    pub levels: Vec<String>,
    /// Is the mailbox owner's own.
    pub is_personal: bool,
    pub is_subscribed: bool,
}

/// A logged-in line.
pub(crate) struct Session {
    wire: Wire,
    place: String,
    gate: Arc<Gate>,
    _permit: Option<OwnedSemaphorePermit>,
    tags: u64,
    capabilities: HashSet<String>,
    pub naming: Naming,
    foreign: Vec<String>,
}

/// A string in quotes (RFC 3501 `quoted`); `None` where it has what quotes cannot hold.
pub(crate) fn quoted(text: &str) -> Option<String> {
    if text.contains(['\r', '\n', '\0']) {
        return None;
    }
    Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

impl Session {
    /// Connects and logs in.
    ///
    /// # Errors
    /// What stood in the way; [`FaultCode::may_pass`] tells whether to try again.
    pub(crate) async fn open(server: &Server, options: &Options, gate: &Arc<Gate>) -> Result<Self, Fault> {
        let permit = gate.enter().await;
        let place = server.place();
        let unreachable = |reason: &dyn std::fmt::Display| Fault::new(FaultCode::Unreachable, &place, reason);
        let connecting = TcpStream::connect((server.host.as_str(), server.port));
        let stream = match tokio::time::timeout(options.timeout, connecting).await {
            Err(_elapsed) => return Err(Fault::new(FaultCode::TimedOut, &place, "no connection in time")),
            Ok(stream) => stream.map_err(|error| unreachable(&error))?,
        };
        stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
        let mut stream: Box<dyn Stream> = Box::new(stream);
        let secure = |stream: Box<dyn Stream>| async {
            match tokio::time::timeout(options.timeout, tls::begin(stream, server)).await {
                Err(_elapsed) => Err(Fault::new(FaultCode::TimedOut, server.place(), "no TLS in time")),
                Ok(done) => done,
            }
        };
        if server.security == Security::Tls {
            stream = secure(stream).await?;
        }
        let mut session = Self {
            wire: Wire::new(stream, options.most_message_bytes, options.timeout),
            place: place.clone(),
            gate: Arc::clone(gate),
            _permit: permit,
            tags: 0,
            capabilities: HashSet::new(),
            naming: Naming::default(),
            foreign: Vec::new(),
        };
        let is_known = session.greeting().await?;
        if server.security == Security::StartTls {
            let done = session.ask("STARTTLS", |_| {}).await.map_err(|broken| session.fault(&broken))?;
            if !done.is_ok() {
                return Err(Fault::new(FaultCode::Untrusted, &place, format!("STARTTLS was refused: {}", done.text)));
            }
            let wire =
                std::mem::replace(&mut session.wire, Wire::new(Box::new(tokio::io::empty()), 0, options.timeout));
            let Some(stream) = wire.into_clear_stream() else {
                return Err(Fault::new(FaultCode::Untrusted, &place, "more was said in clear behind STARTTLS"));
            };
            session.wire = Wire::new(secure(stream).await?, options.most_message_bytes, options.timeout);
        }
        // A server that greets with PREAUTH before TLS is not believed: somebody else may have said it.
        if !(is_known && server.security != Security::StartTls) {
            session.log_in(&server.login).await?;
        }
        session.learn().await.map_err(|broken| session.fault(&broken))?;
        Ok(session)
    }

    fn fault(&self, broken: &Broken) -> Fault {
        broken.fault(&self.place)
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Whether the server offers something, in capitals.
    pub(crate) fn offers(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// The largest message that may be appended, where the server tells (RFC 7889).
    pub(crate) fn append_limit(&self) -> Option<u64> {
        self.capabilities.iter().find_map(|word| word.strip_prefix("APPENDLIMIT=")?.parse().ok())
    }

    async fn greeting(&mut self) -> Result<bool, Fault> {
        match self.answer().await.map_err(|broken| self.fault(&broken))? {
            Answer::Said { status: Status::Ok, .. } => Ok(false),
            Answer::Said { status: Status::Preauth, .. } => Ok(true),
            Answer::Said { text, .. } => Err(Fault::new(FaultCode::Unavailable, &self.place, text)),
            other => Err(Fault::new(FaultCode::BadResponse, &self.place, format!("no greeting: {other:?}"))),
        }
    }

    async fn log_in(&mut self, login: &Login) -> Result<(), Fault> {
        let done = match login {
            Login::Password { user, password, mailbox: None } => {
                self.give_capabilities().await.map_err(|broken| self.fault(&broken))?;
                if self.offers("LOGINDISABLED") && !self.offers("AUTH=PLAIN") {
                    let reason = "the server takes no passwords on a line without TLS";
                    return Err(Fault::new(FaultCode::LoginRefused, &self.place, reason));
                }
                if self.offers("LOGINDISABLED")
                    || !(user.is_ascii() && password.is_ascii()) && self.offers("AUTH=PLAIN")
                {
                    self.authenticate("PLAIN", &plain("", user, password)).await
                } else {
                    self.login_command(user, password).await
                }
            }
            Login::Password { user, password, mailbox: Some(mailbox) } => {
                self.authenticate("PLAIN", &plain(mailbox, user, password)).await
            }
            Login::Bearer { user, token } => {
                let text = Zeroizing::new(format!("user={user}\x01auth=Bearer {}\x01\x01", token.as_str()));
                self.authenticate("XOAUTH2", &text).await
            }
        };
        let done = done.map_err(|broken| self.fault(&broken))?;
        if done.is_ok() {
            return Ok(());
        }
        let text = done.text.to_ascii_uppercase();
        let is_busy =
            ["[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "TOO MANY", "MAXIMUM NUMBER"].iter().any(|w| text.contains(w));
        let code = if is_busy { FaultCode::Unavailable } else { FaultCode::LoginRefused };
        Err(Fault::new(code, &self.place, done.text))
    }

    async fn login_command(&mut self, user: &str, password: &str) -> Result<Done, Broken> {
        // Literals where quotes do not do: they hold any byte, and the server waits for each.
        let tag = self.tag();
        let mut parts: Vec<(Zeroizing<Vec<u8>>, bool)> =
            vec![(Zeroizing::new(format!("{tag} LOGIN").into_bytes()), false)];
        for text in [user, password] {
            match quoted(text).filter(|text| text.is_ascii()) {
                Some(quoted) => parts.push((Zeroizing::new(format!(" {quoted}").into_bytes()), false)),
                None => {
                    parts.push((Zeroizing::new(format!(" {{{}}}\r\n", text.len()).into_bytes()), true));
                    parts.push((Zeroizing::new(text.as_bytes().to_vec()), false));
                }
            }
        }
        for (bytes, waits) in parts {
            self.wire.put(&bytes).await?;
            if waits && let Some(done) = self.go_ahead(&tag).await? {
                return Ok(done);
            }
        }
        self.wire.put(b"\r\n").await?;
        self.wire.flush().await?;
        self.until(&tag, |_| {}).await
    }

    async fn authenticate(&mut self, mechanism: &str, response: &str) -> Result<Done, Broken> {
        let tag = self.tag();
        let encoded = Zeroizing::new(STANDARD.encode(response));
        self.wire.put(format!("{tag} AUTHENTICATE {mechanism}\r\n").as_bytes()).await?;
        if let Some(done) = self.go_ahead(&tag).await? {
            return Ok(done);
        }
        self.wire.put(encoded.as_bytes()).await?;
        self.wire.put(b"\r\n").await?;
        self.wire.flush().await?;
        loop {
            match self.answer().await? {
                // A refusal comes as a challenge first (XOAUTH2); an empty line ends it.
                Answer::Continue => {
                    self.wire.put(b"\r\n").await?;
                    self.wire.flush().await?;
                }
                Answer::Done { tag: ended, status, code, text } if ended == tag => {
                    return Ok(Done { status, code, text });
                }
                _ => {}
            }
        }
    }

    async fn give_capabilities(&mut self) -> Result<(), Broken> {
        let mut found = HashSet::new();
        self.ask("CAPABILITY", |answer| {
            if let Answer::Capabilities(words) = answer {
                found.extend(words);
            }
        })
        .await?;
        self.capabilities = found;
        Ok(())
    }

    /// What the server offers once it knows who asks, and how it names folders.
    async fn learn(&mut self) -> Result<(), Broken> {
        self.give_capabilities().await?;
        let (mut naming, mut foreign) = (None, Vec::new());
        if self.offers("NAMESPACE") {
            self.ask("NAMESPACE", |answer| {
                if let Answer::Namespaces { own, others } = answer {
                    naming = own.map(|(prefix, separator)| Naming { prefix, separator });
                    foreign = others;
                }
            })
            .await?;
        }
        if naming.is_none() {
            let mut separator = None;
            self.ask("LIST \"\" \"\"", |answer| {
                if let Answer::Listed(listed) = answer {
                    separator = listed.separator;
                }
            })
            .await?;
            let mut prefix = String::new();
            if let Some(separator) = separator
                && self.is_all_below_inbox(separator).await?
            {
                prefix = format!("INBOX{separator}");
            }
            naming = Some(Naming { prefix, separator });
        }
        self.naming = naming.unwrap_or_default();
        self.foreign = foreign;
        Ok(())
    }

    /// Whether a server that tells no namespace keeps every folder below the inbox, as Courier does.
    async fn is_all_below_inbox(&mut self, separator: char) -> Result<bool, Broken> {
        let (mut others, mut below) = (0usize, 0usize);
        self.ask("LIST \"\" \"%\"", |answer| {
            if let Answer::Listed(listed) = answer {
                others += usize::from(!listed.name.eq_ignore_ascii_case("INBOX"));
            }
        })
        .await?;
        let Some(pattern) = quoted(&format!("INBOX{separator}%")) else { return Ok(false) };
        self.ask(&format!("LIST \"\" {pattern}"), |answer| {
            below += usize::from(matches!(answer, Answer::Listed(_)));
        })
        .await?;
        Ok(others == 0 && below > 0)
    }

    fn tag(&mut self) -> String {
        self.tags += 1;
        format!("h{}", self.tags)
    }

    /// The next response.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Broken> {
        let frame = self.wire.frame().await?;
        let answer = Answer::read(frame)?;
        let came = self.wire.take_count();
        if came > 0 {
            self.gate.pay(came).await;
        }
        match answer {
            Answer::Said { status: Status::Bye, text, .. } if self.tags > 0 => Err(Broken::Lost(text)),
            answer => Ok(answer),
        }
    }

    /// Gives a command without waiting for its end; its tag.
    pub(crate) async fn begin(&mut self, command: &str) -> Result<String, Broken> {
        let tag = self.tag();
        self.wire.put(format!("{tag} {command}\r\n").as_bytes()).await?;
        self.wire.flush().await?;
        Ok(tag)
    }

    /// Answers until the command with this tag ends.
    pub(crate) async fn until(&mut self, tag: &str, mut on: impl FnMut(Answer)) -> Result<Done, Broken> {
        loop {
            match self.answer().await? {
                Answer::Done { tag: ended, status, code, text } if ended == tag => {
                    return Ok(Done { status, code, text });
                }
                answer => on(answer),
            }
        }
    }

    /// A command and its end.
    pub(crate) async fn ask(&mut self, command: &str, on: impl FnMut(Answer)) -> Result<Done, Broken> {
        let tag = self.begin(command).await?;
        self.until(&tag, on).await
    }

    /// Commands that are given behind each other without waiting, and their ends.
    pub(crate) async fn ask_all(
        &mut self,
        commands: &[String],
        mut on: impl FnMut(Answer),
    ) -> Result<Vec<Done>, Broken> {
        let mut tags = Vec::with_capacity(commands.len());
        for command in commands {
            let tag = self.tag();
            self.wire.put(format!("{tag} {command}\r\n").as_bytes()).await?;
            tags.push(tag);
        }
        self.wire.flush().await?;
        let mut ends = Vec::with_capacity(tags.len());
        for tag in tags {
            ends.push(self.until(&tag, &mut on).await?);
        }
        Ok(ends)
    }

    /// Waits for the `+` of a command; its end, where it ends instead.
    pub(crate) async fn go_ahead(&mut self, tag: &str) -> Result<Option<Done>, Broken> {
        self.wire.flush().await?;
        loop {
            match self.answer().await? {
                Answer::Continue => return Ok(None),
                Answer::Done { tag: ended, status, code, text } if ended == tag => {
                    return Ok(Some(Done { status, code, text }));
                }
                _ => {}
            }
        }
    }

    /// Begins a command that is written in parts; its tag.
    pub(crate) async fn begin_parts(&mut self, command: &str) -> Result<String, Broken> {
        let tag = self.tag();
        self.wire.put(format!("{tag} {command}").as_bytes()).await?;
        Ok(tag)
    }

    /// A part of a command.
    pub(crate) async fn part(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.wire.put(bytes).await
    }

    /// The end of a command that was written in parts.
    pub(crate) async fn end_parts(&mut self) -> Result<(), Broken> {
        self.wire.put(b"\r\n").await?;
        self.wire.flush().await
    }

    /// Opens a folder to read it; `Err` inside where the server refuses.
    pub(crate) async fn examine(&mut self, name: &str) -> Result<Result<Examined, Done>, Broken> {
        self.open_folder("EXAMINE", name).await
    }

    /// Opens a folder to change it; `Err` inside where the server refuses.
    pub(crate) async fn select(&mut self, name: &str) -> Result<Result<Examined, Done>, Broken> {
        self.open_folder("SELECT", name).await
    }

    async fn open_folder(&mut self, how: &str, name: &str) -> Result<Result<Examined, Done>, Broken> {
        let Some(name) = quoted(name) else { return Ok(Err(unnameable())) };
        let mut found = Examined::default();
        let done = self.ask(&format!("{how} {name}"), |answer| found.take(&answer)).await?;
        Ok(if done.is_ok() { Ok(found) } else { Err(done) })
    }

    /// Opens a folder to read it and lists its messages, in one go; `Err` inside where the server refuses either.
    pub(crate) async fn examine_and_list(
        &mut self,
        name: &str,
        mut on: impl FnMut(Answer),
    ) -> Result<Result<Examined, Done>, Broken> {
        let Some(name) = quoted(name) else { return Ok(Err(unnameable())) };
        let mut found = Examined::default();
        let commands = [format!("EXAMINE {name}"), "UID FETCH 1:* (UID FLAGS)".to_owned()];
        let ends = self
            .ask_all(&commands, |answer| {
                found.take(&answer);
                on(answer);
            })
            .await?;
        let mut ends = ends.into_iter();
        Ok(match (ends.next(), ends.next()) {
            (Some(opened), _) if !opened.is_ok() => Err(opened),
            // Some servers refuse to list the messages of an empty folder.
            (_, Some(listed)) if !listed.is_ok() && found.messages > 0 => Err(listed),
            _ => Ok(found),
        })
    }

    /// Numbers of a folder without opening it; `Err` inside where the server refuses.
    pub(crate) async fn counts(&mut self, name: &str, items: &str) -> Result<Result<Counts, Done>, Broken> {
        let Some(name) = quoted(name) else { return Ok(Err(unnameable())) };
        let mut counts = Counts::default();
        let done = self
            .ask(&format!("STATUS {name} ({items})"), |answer| {
                if let Answer::Counts(found) = answer {
                    counts = found;
                }
            })
            .await?;
        Ok(if done.is_ok() { Ok(counts) } else { Err(done) })
    }

    /// The folders that can be opened, the inbox first; what could not be read of the list.
    pub(crate) async fn list(&mut self) -> Result<(Vec<ListedFolder>, Vec<String>), Broken> {
        let (mut listed, mut unread) = (Vec::new(), Vec::new());
        self.ask("LIST \"\" \"*\"", |answer| match answer {
            Answer::Listed(folder) if folder.can_be_opened => listed.push(folder),
            Answer::Unread(text) => unread.push(text),
            _ => {}
        })
        .await?;
        let mut subscribed = HashSet::new();
        self.ask("LSUB \"\" \"*\"", |answer| {
            if let Answer::Listed(folder) = answer {
                subscribed.insert(folder.name);
            }
        })
        .await?;
        let mut seen = HashSet::new();
        let mut folders = Vec::new();
        for folder in listed {
            if !seen.insert(folder.name.clone()) {
                continue;
            }
            let levels = self.naming.levels(&folder.name);
            let is_personal = !self.foreign.iter().any(|prefix| {
                folder.name.starts_with(prefix.as_str())
                    || prefix.strip_suffix(|last| Some(last) == folder.separator) == Some(folder.name.as_str())
            });
            let is_subscribed = subscribed.contains(&folder.name);
            folders.push(ListedFolder { name: folder.name, levels, is_personal, is_subscribed });
        }
        folders.sort_by(|a, b| a.levels.cmp(&b.levels));
        Ok((folders, unread))
    }

    /// Says goodbye; what comes of it matters to nobody.
    pub(crate) async fn close(mut self) {
        if self.begin("LOGOUT").await.is_ok() {
            let ending = async { while self.wire.frame().await.is_ok() {} };
            let _ = tokio::time::timeout(std::time::Duration::from_millis(500), ending).await;
        }
    }
}

/// A name that cannot be said.
fn unnameable() -> Done {
    Done { status: Status::Bad, code: None, text: "the folder's name holds a line end".to_owned() }
}

fn plain(mailbox: &str, user: &str, password: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{mailbox}\0{user}\0{password}"))
}
