//! Mail made for tests, and mail read back from disk: never by the code that is tested.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Numbers from a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most.max(1)
    }
}

/// A message: with headers or without, 8 bits, long lines; the same number gives the same bytes. LF line ends, as
/// they lie on disk.
pub fn message(number: u64, dice: &mut Dice) -> Vec<u8> {
    let mut text = Vec::new();
    let lines = 1 + dice.below(12);
    if number % 97 != 13 {
        text.extend_from_slice(
            format!(
                "Return-Path: <a@example.org>\nMessage-ID: <{number}.{}@example.org>\nDate: Mon, {} Feb 2021 10:00:00 +0100\n\
                 From: =?utf-8?q?J=C3=B6rg?= <joerg{}@example.org>\nSubject: number {number}\n folded\n\
                 Content-Type: text/plain; charset=latin1\n\n",
                dice.below(1 << 40),
                1 + number % 28,
                dice.below(9),
            )
            .as_bytes(),
        );
    } else {
        text.extend_from_slice(format!("\nno headers at all, {number} {}\n", dice.below(1 << 40)).as_bytes());
    }
    for _ in 0..lines {
        for _ in 0..dice.below(90) {
            // Any byte but NUL, which IMAP cannot carry, and bare CR and LF.
            let byte = 1 + dice.below(255) as u8;
            text.push(if matches!(byte, b'\r' | b'\n') { b'}' } else { byte });
        }
        text.push(b'\n');
    }
    text
}

/// Writes a mailbox of so many messages in so many folders as Maildir++; the folders' names.
pub fn fill(maildir: &Path, folders: usize, messages: u64, seed: u64) -> Vec<String> {
    const NAMES: [&str; 8] =
        ["Sent", "Entw&APw-rfe", "&ZeVnLIqe-", "Archive.2020", "Archive.2021.Jan", "a&-b", "with space", "Junk"];
    let mut dice = Dice::new(seed);
    let mut names = vec![String::new()];
    for number in 1..folders {
        let name = match NAMES.get(number - 1) {
            Some(name) => (*name).to_owned(),
            None => format!("Work.Project {number}"),
        };
        names.push(name);
    }
    for name in &names {
        let folder = if name.is_empty() { maildir.to_path_buf() } else { maildir.join(format!(".{name}")) };
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        if !name.is_empty() {
            fs::write(folder.join("maildirfolder"), "").unwrap();
        }
        fs::write(folder.join("dovecot-keywords"), "0 $Forwarded\n1 Work\n2 $label1\n").unwrap();
    }
    for number in 0..messages {
        let name = &names[(dice.below(folders as u64)) as usize];
        let folder = if name.is_empty() { maildir.to_path_buf() } else { maildir.join(format!(".{name}")) };
        let text = message(number, &mut dice);
        let flags: String = "DFRSTabc".chars().filter(|_| dice.below(3) == 0).collect();
        let at = 900_000_000 + dice.below(700_000_000);
        let path = folder.join("cur").join(format!("{at}.M{number}P1.lab:2,{flags}"));
        fs::write(&path, text).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(at)).unwrap();
    }
    names
}

/// A message as it lies on disk: content with LF line ends, flags and keywords, date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lies {
    pub content: Vec<u8>,
    pub flags: Vec<String>,
    pub at: u64,
}

/// Every folder of a Maildir++ with its messages, in an order of their own. Reads nothing but names and files.
pub fn lies(maildir: &Path) -> BTreeMap<String, Vec<Lies>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![("INBOX".to_owned(), maildir.to_path_buf())];
    for entry in fs::read_dir(maildir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if let Some(name) = name.strip_prefix('.')
            && entry.path().join("cur").is_dir()
        {
            folders.push((name.to_owned(), entry.path()));
        }
    }
    for (name, path) in folders {
        let keywords: BTreeMap<String, String> = fs::read_to_string(path.join("dovecot-keywords"))
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.split_once(' ').map(|(number, name)| (number.to_owned(), name.to_owned())))
            .collect();
        let mut messages = Vec::new();
        for part in ["cur", "new"] {
            let Ok(entries) = fs::read_dir(path.join(part)) else { continue };
            for entry in entries {
                let entry = entry.unwrap();
                let file = entry.file_name().into_string().unwrap();
                let letters = file.rsplit_once(":2,").map_or("", |(_, letters)| letters);
                let mut flags: Vec<String> = letters
                    .chars()
                    .map(|letter| match letter {
                        'a'..='z' => keywords[&(letter as u32 - 'a' as u32).to_string()].clone(),
                        other => other.to_string(),
                    })
                    .collect();
                flags.sort();
                let content = fs::read(entry.path()).unwrap();
                let at = entry.metadata().unwrap().modified().unwrap();
                messages.push(Lies { content: lf(&content), flags, at: seconds(at) });
            }
        }
        messages.sort();
        all.insert(name, messages);
    }
    all
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// With LF line ends. A server that stores LF loses one of two CR before it.
pub fn lf(bytes: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    for byte in bytes {
        while *byte == b'\n' && out.last() == Some(&b'\r') {
            out.pop();
        }
        out.push(*byte);
    }
    out
}

/// Both hold the same; says in few words where not.
pub fn assert_same(source: &BTreeMap<String, Vec<Lies>>, target: &BTreeMap<String, Vec<Lies>>) {
    assert_eq!(source.keys().collect::<Vec<_>>(), target.keys().collect::<Vec<_>>(), "folders");
    for (name, messages) in source {
        let others = &target[name];
        assert_eq!(messages.len(), others.len(), "messages in {name}");
        for (one, other) in messages.iter().zip(others) {
            if one != other {
                panic!(
                    "in {name}: {:?} {} {:?} is {:?} {} {:?}",
                    one.flags,
                    one.at,
                    String::from_utf8_lossy(&one.content),
                    other.flags,
                    other.at,
                    String::from_utf8_lossy(&other.content)
                );
            }
        }
    }
}
