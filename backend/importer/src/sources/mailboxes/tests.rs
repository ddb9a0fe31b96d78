use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{FoundFolder, FoundMessage, Layout, Visitor, layout, read, survey, visit};
use crate::snapshot::{Counts, Entry, Gap, Kind, Record};
use crate::sources::Input;
use crate::{Limits, Refusal, RefusalCode};

/// Folder, flags, keywords, date, number, bytes.
type Message = (String, Vec<&'static str>, Vec<String>, Option<String>, Option<u32>, Vec<u8>);

#[derive(Default)]
struct Seen {
    folders: Vec<FoundFolder>,
    messages: Vec<Message>,
    keys: Vec<String>,
    gaps: Vec<Gap>,
    stop_after: Option<usize>,
}

impl Visitor for Seen {
    fn folder(&mut self, folder: &FoundFolder) -> Result<(), Refusal> {
        self.folders.push(folder.clone());
        Ok(())
    }

    fn message(&mut self, message: &FoundMessage<'_>) -> Result<(), Refusal> {
        if self.stop_after == Some(self.messages.len()) {
            return Err(Refusal::new(RefusalCode::Stopped, "", ""));
        }
        let mut bytes = Vec::new();
        message.open().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(message.size, u64::try_from(bytes.len()).unwrap());
        let at = message.internal_date.map(|at| at.timestamp().to_string());
        let flags = message.flags.imap();
        self.messages.push((message.folder.name('/'), flags, message.keywords.clone(), at, message.uid, bytes));
        self.keys.push(message.key.clone());
        Ok(())
    }

    fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        self.gaps.push(gap);
        Ok(())
    }
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

fn maildir(root: &Path) {
    put(&root.join("cur/1.a.host,S=21:2,RSab"), b"Subject: one\n\nhello\n\n");
    put(&root.join("new/2.b.host:2,S"), b"Subject: two\r\n\r\nx");
    put(&root.join("tmp/3.c.host"), b"half");
    put(&root.join(".Entw&APw-rfe.Alt/cur/4.d.host!2,D"), b"Subject: three\n\n");
    put(&root.join(".Grün/cur/5.e.host;2,F"), b"no headers at all");
    put(&root.join("dovecot-keywords"), b"0 NonJunk\n");
    put(&root.join("dovecot-uidlist"), b"3 V77 N9 G0\n5 :1.a.host,S=21\n");
    put(&root.join("dovecot.index"), b"\0\x01");
    put(&root.join("subscriptions"), "V\t2\nEntw&APw-rfe\tAlt\nINBOX\n".as_bytes());
    put(&root.join("maildirsize"), b"5000000S,100C\n");
    put(&root.join("cur/6.f.host:2,S"), &{
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"Subject: packed\n\nbody\n").unwrap();
        gzip.finish().unwrap()
    });
    put(&root.join("cur/7.g.host:2,S"), b"\x1f\x8b\x08broken");
    put(&root.join("notes.txt"), b"?");
}

#[test]
fn a_maildir_is_handed_on_with_all_that_belongs_to_its_messages() {
    let folder = tempfile::tempdir().unwrap();
    maildir(folder.path());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc", folder.path().join(".Link")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("cur/8.h.host:2,")).unwrap();
    }
    let mut seen = Seen::default();
    let survey = visit(folder.path(), &Limits::default(), &mut seen).unwrap();
    let names: Vec<_> = seen.folders.iter().map(|folder| (folder.name('/'), folder.is_subscribed)).collect();
    assert_eq!(names, [("INBOX".into(), true), ("Entwürfe/Alt".into(), true), ("Grün".into(), false)]);
    assert_eq!(seen.folders[0].uid_validity, Some(77));
    assert_eq!(seen.folders[1].imap_name('.'), "Entw&APw-rfe.Alt");
    let (_, flags, keywords, at, uid, bytes) = &seen.messages[0];
    assert_eq!(flags, &["\\Seen", "\\Answered"]);
    assert_eq!(keywords, &["NonJunk"]);
    assert_eq!((at.as_deref(), *uid), (Some("2001-09-09T01:46:40Z"), Some(5)));
    assert_eq!(bytes, b"Subject: one\n\nhello\n\n");
    let subject = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned();
    let all: Vec<_> = seen
        .messages
        .iter()
        .map(|(folder, flags, .., bytes)| (folder.as_str(), flags.join(" "), subject(bytes)))
        .collect();
    assert_eq!(all[1], ("INBOX", "\\Seen".to_owned(), "Subject: packed".to_owned()));
    assert_eq!(all[2], ("INBOX", String::new(), "Subject: two".to_owned()), "what lies in new was not seen");
    assert_eq!(all[3].1, "\\Draft");
    assert_eq!(all[4], ("Grün", "\\Flagged".to_owned(), "no headers at all".to_owned()));
    assert_eq!(
        (survey.folders, survey.messages, survey.quota_bytes, survey.quota_messages),
        (3, 5, Some(5_000_000), Some(100))
    );
    let told =
        |reason: &str| seen.gaps.iter().filter(|gap| gap.reason.contains(reason)).map(|gap| gap.count).sum::<u64>();
    assert_eq!(told("dovecot-keywords"), 1);
    assert_eq!(told("tmp"), 1);
    assert_eq!(told("cannot be unpacked"), 1);
    assert_eq!(told("no message"), 1);
    assert_eq!(told("a link"), if cfg!(unix) { 2 } else { 0 });
    assert_eq!(seen.keys.iter().collect::<std::collections::HashSet<_>>().len(), 5);
}

#[test]
fn a_survey_counts_as_a_visit_does() {
    let folder = tempfile::tempdir().unwrap();
    maildir(folder.path());
    fs::remove_file(folder.path().join("cur/7.g.host:2,S")).unwrap();
    fs::rename(folder.path().join("cur/6.f.host:2,S"), folder.path().join("cur/6.f.host,S=22:2,S")).unwrap();
    let visited = visit(folder.path(), &Limits::default(), &mut Seen::default()).unwrap();
    let (counted, gaps) = survey(folder.path(), &Limits::default()).unwrap();
    assert_eq!(counted, visited);
    assert!(!gaps.is_empty());
}

#[test]
fn folders_of_files_are_read_as_mbox_files_and_messages() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(
        &root.join("Sent.mbox"),
        b"From a@b Fri Feb 22 17:06:23 2008\nStatus: RO\nX-Status: A\nX-Keywords: Work\nSubject: s\n\nx\n\n",
    );
    put(&root.join("Archive/2019"), b"From MAILER-DAEMON Fri Feb 22 17:06:23 2008\nFrom: Mail System Internal Data <a@b>\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\nx\n\nFrom a@b Fri Feb 22 17:06:23 2008\nSubject: t\n\n>From y\n");
    put(&root.join("one.eml"), b"Date: Sat, 24 Mar 2007 23:00:00 +0200\nSubject: e\n\nz\n");
    put(&root.join("index.dat"), &[0; 64]);
    let mut seen = Seen::default();
    visit(root, &Limits::default(), &mut seen).unwrap();
    let all: Vec<_> = seen
        .messages
        .iter()
        .map(|(folder, flags, keywords, at, ..)| {
            (folder.as_str(), flags.join(" "), keywords.join(" "), at.as_deref().unwrap_or(""))
        })
        .collect();
    assert_eq!(
        all,
        [
            ("INBOX", String::new(), String::new(), "2007-03-24T21:00:00Z"),
            ("Sent", "\\Seen \\Answered".into(), "Work".into(), "2008-02-22T17:06:23Z"),
            ("Archive/2019", String::new(), String::new(), "2008-02-22T17:06:23Z"),
        ]
    );
    assert_eq!(seen.messages[2].5, b"Subject: t\n\nFrom y\n");
    assert_eq!(seen.gaps.len(), 3, "{:?}", seen.gaps);
}

#[test]
fn mailboxes_below_a_folder_become_records_with_their_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    maildir(&root.join("example.com/anna/Maildir"));
    maildir(&root.join("example.com/ben"));
    put(&root.join("example.net/info.mbox"), b"From a@b Fri Feb 22 17:06:23 2008\n\nx\n");
    put(&root.join("example.net/readme.bin"), &[0; 64]);
    let mut entries: Vec<Entry> = Vec::new();
    read(&Input::of(vec![root.to_path_buf()]), &mut entries).unwrap();
    let all: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Record(Record::Mailbox(one)) => Some((one.address.as_str(), one.messages, one.quota_bytes)),
            _ => None,
        })
        .collect();
    assert_eq!(
        all,
        [
            ("anna@example.com", Some(6), Some(5_000_000)),
            ("ben@example.com", Some(6), Some(5_000_000)),
            ("info@example.net", Some(1), None),
        ]
    );
    let mut counts = Counts::default();
    let refusal = read(&Input::of(vec![root.join("missing")]), &mut counts).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Unreadable);
    assert_eq!(counts.records.get(&Kind::Mailbox), None);
}

#[test]
fn a_visitor_that_stops_ends_the_visit_and_limits_hold() {
    let folder = tempfile::tempdir().unwrap();
    maildir(folder.path());
    let mut seen = Seen { stop_after: Some(1), ..Seen::default() };
    assert_eq!(visit(folder.path(), &Limits::default(), &mut seen).unwrap_err().code, RefusalCode::Stopped);
    assert_eq!(seen.messages.len(), 1);
    let few = Limits { members: 3, ..Limits::default() };
    assert_eq!(visit(folder.path(), &few, &mut Seen::default()).unwrap_err().code, RefusalCode::TooLarge);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(visit(empty.path(), &Limits::default(), &mut Seen::default()).unwrap().messages, 0);
    assert_eq!(layout(empty.path()), Some(Layout::Files));
}
