//! A tiny IMAP server in memory that misbehaves as it is told.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use hostwright_mailboxes::{Login, Security, Server, Trust};

/// What it does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quirk {
    RefusesLogin,
    /// Has no place for the first so many connections.
    Busy(u32),
    /// Closes the line in the middle of this message, each time.
    DropsIn(u32),
    /// Closes the line behind a stored APPEND, before it answers, so many times.
    DropsAfterAppend(u32),
    /// Answers for this message what nobody can read.
    Garbles(u32),
    /// Has no content for this message.
    Empties(u32),
    /// Refuses any FETCH of this message's content.
    RefusesFetch(u32),
    /// Does not answer for this message.
    Forgets(u32),
    /// Refuses to open this folder.
    Locks(&'static str),
    /// Refuses to make this folder.
    Bars(&'static str),
    /// Refuses an APPEND whose bytes hold this.
    Dislikes(&'static str),
    /// Refuses an APPEND with keywords.
    NoKeywords,
    /// Answers a login with something that is no IMAP.
    SpeaksHttp,
    /// Says nothing more after the login.
    FallsSilent,
    /// Another UIDVALIDITY with every connection.
    Changes,
}

#[derive(Debug, Clone, Default)]
pub struct Stored {
    pub uid: u32,
    pub flags: String,
    pub date: String,
    pub bytes: Arc<Vec<u8>>,
}

type Folders = BTreeMap<String, Vec<Stored>>;

struct Shared {
    folders: Mutex<Folders>,
    quirks: Mutex<Vec<Quirk>>,
    capabilities: String,
    ended: AtomicBool,
    connections: Mutex<u32>,
}

/// The server; it ends when dropped.
pub struct Tiny {
    port: u16,
    shared: Arc<Shared>,
}

pub const ALL: &str = "IMAP4rev1 MULTIAPPEND LITERAL+ UIDPLUS UNSELECT";
pub const NONE: &str = "IMAP4rev1";

impl Tiny {
    pub fn start(capabilities: &str, quirks: Vec<Quirk>, folders: Folders) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            folders: Mutex::new(folders),
            quirks: Mutex::new(quirks),
            capabilities: capabilities.to_owned(),
            ended: AtomicBool::new(false),
            connections: Mutex::new(0),
        });
        let ours = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ours.ended.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(stream), ours) = (stream, Arc::clone(&ours)) else { continue };
                std::thread::spawn(move || {
                    // A line that is gone ends the talk.
                    let _ = Talk::new(stream, ours).run();
                });
            }
        });
        Self { port, shared }
    }

    pub fn account(&self) -> Server {
        Server {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::Plain,
            trust: Trust::System,
            login: Login::password("tiny", "secret"),
        }
    }

    pub fn folder(&self, name: &str) -> Vec<Stored> {
        self.shared.folders.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    pub fn cure(&self) {
        self.shared.quirks.lock().unwrap().clear();
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Messages of a folder, numbered from 1.
pub fn numbered(count: u32, of: impl Fn(u32) -> Vec<u8>) -> Vec<Stored> {
    let stored = |uid| Stored {
        uid,
        flags: if uid % 2 == 0 { "\\Seen".to_owned() } else { String::new() },
        date: "03-Feb-2021 10:11:12 -0700".to_owned(),
        bytes: Arc::new(of(uid)),
    };
    (1..=count).map(stored).collect()
}

/// A small message.
pub fn small(uid: u32) -> Vec<u8> {
    format!("Message-ID: <{uid}@tiny>\r\nFrom: a@tiny\r\n\r\nbody {uid}\r\n").into_bytes()
}

struct Talk {
    input: BufReader<TcpStream>,
    output: TcpStream,
    shared: Arc<Shared>,
    folder: Option<String>,
    number: u32,
    buffer: Vec<u8>,
}

impl Talk {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        let number = {
            let mut connections = shared.connections.lock().unwrap();
            *connections += 1;
            *connections
        };
        stream.set_nodelay(true).unwrap();
        let output = stream.try_clone().unwrap();
        Self { input: BufReader::new(stream), output, shared, folder: None, number, buffer: Vec::new() }
    }

    fn quirks(&self) -> Vec<Quirk> {
        self.shared.quirks.lock().unwrap().clone()
    }

    fn has(&self, quirk: &Quirk) -> bool {
        self.quirks().contains(quirk)
    }

    fn say(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
        self.buffer.extend_from_slice(b"\r\n");
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.output.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn line(&mut self) -> std::io::Result<String> {
        self.flush()?;
        let mut line = Vec::new();
        self.input.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn hang_up(&mut self) -> std::io::Result<()> {
        self.flush()?;
        self.output.shutdown(Shutdown::Both)?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }

    fn validity(&self) -> u32 {
        if self.has(&Quirk::Changes) { 1_000 + self.number } else { 1_000 }
    }

    fn run(mut self) -> std::io::Result<()> {
        let busy = self.quirks().iter().find_map(|quirk| if let Quirk::Busy(n) = quirk { Some(*n) } else { None });
        if busy.is_some_and(|busy| self.number <= busy) {
            self.say("* BYE come back later");
            return self.hang_up();
        }
        self.say("* OK tiny");
        loop {
            let line = self.line()?;
            let (tag, rest) = line.split_once(' ').unwrap_or((line.as_str(), ""));
            let (tag, rest) = (tag.to_owned(), rest.to_owned());
            let word = rest.split(' ').take(2).collect::<Vec<_>>().join(" ").to_uppercase();
            let first = word.split(' ').next().unwrap_or_default().to_owned();
            match (first.as_str(), word.as_str()) {
                ("CAPABILITY", _) => {
                    self.say(&format!("* CAPABILITY {}", self.shared.capabilities.clone()));
                    self.say(&format!("{tag} OK done"));
                }
                ("LOGIN", _) if self.has(&Quirk::RefusesLogin) => {
                    self.say(&format!("{tag} NO [AUTHENTICATIONFAILED] no"));
                }
                ("LOGIN", _) if self.has(&Quirk::SpeaksHttp) => self.say("HTTP/1.1 400 Bad Request"),
                ("LIST", _) => self.list(&tag, &rest),
                ("LSUB" | "CLOSE" | "UNSELECT" | "NOOP" | "LOGIN" | "SUBSCRIBE", _) => {
                    self.say(&format!("{tag} OK done"));
                    if self.has(&Quirk::FallsSilent) && first == "LOGIN" {
                        self.flush()?;
                        std::thread::sleep(std::time::Duration::from_secs(30));
                    }
                }
                ("LOGOUT", _) => {
                    self.say("* BYE");
                    self.say(&format!("{tag} OK done"));
                    return self.hang_up();
                }
                ("EXAMINE" | "SELECT", _) => self.examine(&tag, &rest),
                ("STATUS", _) => self.status(&tag, &rest),
                ("CREATE", _) => {
                    let name = name_of(&rest);
                    if self.quirks().iter().any(|quirk| matches!(quirk, Quirk::Bars(barred) if *barred == name)) {
                        self.say(&format!("{tag} NO not here"));
                    } else {
                        self.shared.folders.lock().unwrap().entry(name).or_default();
                        self.say(&format!("{tag} OK done"));
                    }
                }
                ("APPEND", _) => self.append(&tag, &rest)?,
                (_, "UID FETCH") => self.fetch(&tag, &rest)?,
                (_, "UID STORE") => self.say(&format!("{tag} OK done")),
                _ => self.say(&format!("{tag} BAD what is {first}")),
            }
        }
    }

    fn list(&mut self, tag: &str, rest: &str) {
        if rest.ends_with("\"\" \"\"") {
            self.say("* LIST (\\Noselect) \"/\" \"\"");
        } else if rest.ends_with("\"*\"") {
            let names: Vec<String> = self.shared.folders.lock().unwrap().keys().cloned().collect();
            for name in names {
                self.say(&format!("* LIST () \"/\" \"{name}\""));
            }
        }
        self.say(&format!("{tag} OK done"));
    }

    fn examine(&mut self, tag: &str, rest: &str) {
        let name = name_of(rest);
        let locked = self.quirks().iter().any(|quirk| matches!(quirk, Quirk::Locks(locked) if *locked == name));
        let count = self.shared.folders.lock().unwrap().get(&name).map(Vec::len);
        let Some(count) = count.filter(|_| !locked) else {
            self.say(&format!("{tag} NO [NONEXISTENT] cannot be opened"));
            return;
        };
        self.say(&format!("* {count} EXISTS"));
        self.say(&format!("* OK [UIDVALIDITY {}] valid", self.validity()));
        self.say(&format!("* OK [UIDNEXT {}] next", self.next(&name)));
        self.folder = Some(name);
        self.say(&format!("{tag} OK [READ-ONLY] done"));
    }

    fn next(&self, name: &str) -> u32 {
        let folders = self.shared.folders.lock().unwrap();
        folders.get(name).and_then(|messages| messages.last()).map_or(1, |last| last.uid + 1)
    }

    fn status(&mut self, tag: &str, rest: &str) {
        let name = name_of(rest);
        let count = self.shared.folders.lock().unwrap().get(&name).map(Vec::len);
        let Some(count) = count else {
            self.say(&format!("{tag} NO [NONEXISTENT] no such folder"));
            return;
        };
        let (next, validity) = (self.next(&name), self.validity());
        self.say(&format!("* STATUS \"{name}\" (MESSAGES {count} UIDNEXT {next} UIDVALIDITY {validity})"));
        self.say(&format!("{tag} OK done"));
    }

    fn fetch(&mut self, tag: &str, rest: &str) -> std::io::Result<()> {
        let set = rest.split(' ').nth(2).unwrap_or_default().to_owned();
        let name = self.folder.clone().unwrap_or_default();
        let ranges = ranges(&set);
        let messages: Vec<(usize, Stored)> = {
            let folders = self.shared.folders.lock().unwrap();
            let all = folders.get(&name).map_or(&[][..], Vec::as_slice);
            let asked = ranges.iter().flat_map(|(first, last)| {
                let from = all.partition_point(|one| one.uid < *first);
                all.iter().enumerate().skip(from).take_while(|(_, one)| one.uid <= *last)
            });
            asked.map(|(place, one)| (place, one.clone())).collect()
        };
        let whole = rest.contains("BODY.PEEK[]");
        let quirks = self.quirks();
        for (place, message) in messages {
            let uid = message.uid;
            if whole && quirks.contains(&Quirk::RefusesFetch(uid)) {
                self.say(&format!("{tag} NO cannot be read"));
                return Ok(());
            }
            if whole && quirks.contains(&Quirk::Forgets(uid)) {
                continue;
            }
            let mut facts = format!("* {} FETCH (UID {uid}", place + 1);
            if rest.contains("FLAGS") {
                facts += &format!(" FLAGS ({})", message.flags);
            }
            if rest.contains("INTERNALDATE") {
                facts += &format!(" INTERNALDATE \"{}\"", message.date);
            }
            if rest.contains("RFC822.SIZE") {
                facts += &format!(" RFC822.SIZE {}", message.bytes.len());
            }
            self.buffer.extend_from_slice(facts.as_bytes());
            if whole && quirks.contains(&Quirk::Garbles(uid)) {
                self.buffer.extend_from_slice(b" BODY[] ((((\"\\x\" ~~~ )\r\n");
                continue;
            }
            if whole && quirks.contains(&Quirk::Empties(uid)) {
                self.buffer.extend_from_slice(b" BODY[] NIL)\r\n");
                continue;
            }
            let bytes = if whole {
                Some(("BODY[]", Arc::clone(&message.bytes)))
            } else if rest.contains("HEADER.FIELDS") {
                let end = message.bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |end| end + 4);
                let head = Arc::new(message.bytes[..end].to_vec());
                Some(("BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]", head))
            } else {
                None
            };
            if let Some((item, bytes)) = bytes {
                self.buffer.extend_from_slice(format!(" {item} {{{}}}\r\n", bytes.len()).as_bytes());
                if whole && quirks.contains(&Quirk::DropsIn(uid)) {
                    self.buffer.extend_from_slice(&bytes[..bytes.len() / 2]);
                    return self.hang_up();
                }
                self.buffer.extend_from_slice(&bytes);
            }
            self.buffer.extend_from_slice(b")\r\n");
            if self.buffer.len() > 1 << 16 {
                self.flush()?;
            }
        }
        self.say(&format!("{tag} OK done"));
        Ok(())
    }

    /// One or many messages behind each other, each literal asked for or not.
    fn append(&mut self, tag: &str, rest: &str) -> std::io::Result<()> {
        let name = name_of(rest);
        let mut line = rest.split_once(&format!("\"{name}\"")).map(|(_, after)| after.to_owned()).unwrap_or_default();
        let mut fresh: Vec<Stored> = Vec::new();
        while let Some((head, size)) = line.rsplit_once('{') {
            let size = size.trim_end_matches('}');
            let waits = !size.ends_with('+');
            let size: usize = size.trim_end_matches('+').parse().map_err(std::io::Error::other)?;
            if waits {
                self.say("+ go ahead");
                self.flush()?;
            }
            let mut bytes = vec![0u8; size];
            self.input.read_exact(&mut bytes)?;
            let flags = head.split_once('(').and_then(|(_, flags)| flags.split_once(')')).map(|(flags, _)| flags);
            let date = head.split('"').nth(1).unwrap_or_default();
            fresh.push(Stored {
                uid: 0,
                flags: flags.unwrap_or_default().to_owned(),
                date: date.to_owned(),
                bytes: Arc::new(bytes),
            });
            line = self.line()?;
        }
        let dislikes = |quirk: &Quirk| match quirk {
            Quirk::Dislikes(word) => {
                fresh.iter().any(|one| one.bytes.windows(word.len()).any(|part| part == word.as_bytes()))
            }
            Quirk::NoKeywords => {
                fresh.iter().any(|one| one.flags.split(' ').any(|flag| !flag.is_empty() && !flag.starts_with('\\')))
            }
            _ => false,
        };
        if self.quirks().iter().any(dislikes) {
            self.say(&format!("{tag} NO I do not like it"));
            return Ok(());
        }
        let mut next = self.next(&name);
        let first = next;
        let count = fresh.len() as u32;
        {
            let mut folders = self.shared.folders.lock().unwrap();
            let folder = folders.entry(name).or_default();
            for mut one in fresh {
                one.uid = next;
                next += 1;
                folder.push(one);
            }
        }
        let drops = {
            let mut quirks = self.shared.quirks.lock().unwrap();
            quirks.iter_mut().any(|quirk| match quirk {
                Quirk::DropsAfterAppend(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            })
        };
        if drops {
            return self.hang_up();
        }
        if self.shared.capabilities.contains("UIDPLUS") {
            let set = if count == 1 { first.to_string() } else { format!("{first}:{}", first + count - 1) };
            self.say(&format!("{tag} OK [APPENDUID {} {set}] done", self.validity()));
        } else {
            self.say(&format!("{tag} OK done"));
        }
        Ok(())
    }
}

/// The first name in quotes.
fn name_of(rest: &str) -> String {
    rest.split('"').nth(1).unwrap_or_default().to_owned()
}

/// First and last of each part of a set.
fn ranges(set: &str) -> Vec<(u32, u32)> {
    let number = |text: &str| if text == "*" { u32::MAX } else { text.parse().unwrap_or(0) };
    set.split(',')
        .map(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            (number(first), number(last))
        })
        .collect()
}

/// How often each content stands in a folder.
pub fn contents(messages: &[Stored]) -> HashMap<Vec<u8>, usize> {
    let mut counts = HashMap::new();
    for message in messages {
        *counts.entry(message.bytes.to_vec()).or_default() += 1;
    }
    counts
}
