//! Copies a mailbox between two real servers, ours and mbsync in turns, and prints messages a second. What ours
//! brought is compared byte for byte, what mbsync brought by number, and a second run of ours must copy nothing;
//! neither is timed with the copy.
//!
//! `bench_mail [--messages N] [--folders N] [--rounds N] [--delay MILLISECONDS]`; the delay is put on each way of
//! every line, as distance would.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a measuring instrument: what fails ends it"
)]

#[path = "../tests/mailboxes/dovecot.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod dovecot;
#[path = "../tests/mailboxes/mail.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod mail;

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use dovecot::{Dovecot, Habits, PASSWORD};
use hostwright_mailboxes::{FolderState, MailboxState, Options, Progress, Source, copy};
use mail::{assert_same, fill, lies};
use xtask::lab::Folder;

const MBSYNC: &str = "/usr/bin/mbsync";

fn main() {
    let mut numbers: HashMap<&str, u64> =
        [("--messages", 10_000), ("--folders", 60), ("--rounds", 3), ("--delay", 0)].into();
    let words: Vec<String> = std::env::args().skip(1).collect();
    for pair in words.chunks(2) {
        let number = numbers.get_mut(pair[0].as_str()).unwrap_or_else(|| panic!("unknown option {}", pair[0]));
        *number = pair[1].parse().expect("a number");
    }
    assert!(dovecot::is_there(), "install dovecot-imapd");
    let (messages, rounds) = (numbers["--messages"], numbers["--rounds"]);
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(Habits::default()));
    fill(&from.maildir("source"), numbers["--folders"] as usize, messages, 1);
    from.own();
    let delay = Duration::from_millis(numbers["--delay"]);
    let (near, far) = (distant(from.port(), delay), distant(to.port(), delay));
    let has_mbsync = Path::new(MBSYNC).exists();
    if !has_mbsync {
        println!("mbsync (package isync) is not installed: ours alone");
    }
    println!("imapsync is in none of the package sources that are used here: not measured");
    println!("{messages} messages, {} folders, {} ms each way", numbers["--folders"], delay.as_millis());

    // Once unmeasured, so that the source has its indexes.
    ours(&from, &to, near, far, "warm", messages);
    let (mut our_times, mut their_times, mut again_times) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let (first, again) = ours(&from, &to, near, far, &format!("ours{round}"), messages);
        println!("ours    {:>8.0} messages/s; again {:.2} s", messages as f64 / first, again);
        our_times.push(first);
        again_times.push(again);
        if has_mbsync {
            let (first, again) = mbsync(&from, &to, near, far, &format!("theirs{round}"));
            println!("mbsync  {:>8.0} messages/s; again {:.2} s", messages as f64 / first, again);
            their_times.push(first);
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let our = median(&mut our_times);
    println!("ours: {:.0} messages/s, second run {:.2} s", messages as f64 / our, median(&mut again_times));
    if has_mbsync {
        let their = median(&mut their_times);
        println!("mbsync: {:.0} messages/s; ours is {:.2} times as fast", messages as f64 / their, their / our);
    }
}

/// Seconds of a first and of a second run.
fn ours(from: &Dovecot, to: &Dovecot, near: u16, far: u16, user: &str, messages: u64) -> (f64, f64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let source = Source::Server(from.account_by("source", near));
    let target = to.account_by(user, far);
    let folder = Folder::new("ours").unwrap();
    let kept = folder.path().join("state");
    fs::create_dir(&kept).unwrap();
    let run = || {
        let begun = Instant::now();
        let mut state = Kept::read(kept.clone());
        let report = runtime.block_on(copy(&source, &target, &mut state, &Options::default()));
        (report, begun.elapsed().as_secs_f64())
    };
    let (report, first) = run();
    assert!(report.is_complete() && report.copied() == messages, "{report:#?}");
    let (report, again) = run();
    assert_eq!((report.copied(), report.already()), (0, messages), "{report:#?}");
    assert_same(&lies(&from.maildir("source")), &lies(&to.maildir(user)));
    (first, again)
}

/// A state that is on disk before the copy goes on, because mbsync's is.
struct Kept {
    folder: PathBuf,
    state: MailboxState,
}

impl Kept {
    fn read(folder: PathBuf) -> Self {
        let mut state = MailboxState::default();
        for entry in fs::read_dir(&folder).unwrap() {
            let text = fs::read(entry.unwrap().path()).unwrap();
            let (name, of_folder): (String, FolderState) = serde_json::from_slice(&text).unwrap();
            state.folders.insert(name, of_folder);
        }
        Self { folder, state }
    }
}

impl Progress for Kept {
    fn folder(&mut self, folder: &str) -> Option<FolderState> {
        self.state.folder(folder)
    }

    fn keep(&mut self, folder: &str, state: &FolderState) -> Result<(), String> {
        self.state.keep(folder, state)?;
        let name: String = folder.bytes().map(|byte| format!("{byte:02x}")).collect();
        let (path, draft) = (self.folder.join(&name), self.folder.join(format!("{name}.draft")));
        let text = serde_json::to_vec(&(folder, state)).map_err(|error| error.to_string())?;
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(|error| error.to_string())
    }
}

/// As [`ours`], by mbsync, which keeps flags and dates as ours does.
fn mbsync(from: &Dovecot, to: &Dovecot, near: u16, far: u16, user: &str) -> (f64, f64) {
    let folder = Folder::new("mbsync").unwrap();
    let root = folder.path().display();
    fs::write(folder.path().join("password"), PASSWORD).unwrap();
    fs::create_dir(folder.path().join("state")).unwrap();
    let store = |name: &str, user: &str, port: u16| {
        format!(
            "IMAPStore {name}\nHost 127.0.0.1\nPort {port}\nUser {user}\nPassCmd \"cat {root}/password\"\n\
             SSLType None\nAuthMechs LOGIN\n\n"
        )
    };
    let config = format!(
        "{}{}Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Near\nSync Pull\nCopyArrivalDate yes\n\
         SyncState {root}/state/\n",
        store("far", "source", near),
        store("near", user, far)
    );
    let path = folder.path().join("mbsyncrc");
    fs::write(&path, config).unwrap();
    let run = || {
        let begun = Instant::now();
        let output = Command::new(MBSYNC).arg("-q").arg("-c").arg(&path).arg("all").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        begun.elapsed().as_secs_f64()
    };
    let (first, again) = (run(), run());
    // It writes a header of its own (X-TUID) into each message: their number is all that can be compared.
    let count = |at: &Dovecot, user: &str| lies(&at.maildir(user)).values().map(Vec::len).sum::<usize>();
    assert_eq!(count(to, user), count(from, "source"));
    (first, again)
}

/// A port behind which a server is as far away as the delay says.
fn distant(to: u16, delay: Duration) -> u16 {
    if delay.is_zero() {
        return to;
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", to))) else { continue };
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            late(client.try_clone().unwrap(), server.try_clone().unwrap(), delay);
            late(server, client, delay);
        }
    });
    port
}

/// Passes bytes on, each when its time has come.
fn late(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sender, receiver) = mpsc::sync_channel::<(Instant, Vec<u8>)>(4_096);
    std::thread::spawn(move || {
        let mut buffer = vec![0u8; 65_536];
        while let Ok(count) = from.read(&mut buffer) {
            if count == 0 || sender.send((Instant::now() + delay, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    std::thread::spawn(move || {
        for (due, bytes) in receiver {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}
