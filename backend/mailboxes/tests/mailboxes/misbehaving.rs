//! Servers that misbehave: each fault has its code, and the run goes on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hostwright_mailboxes::{
    Fault, FaultCode, FolderState, MailboxState, NoteCode, Options, Progress, Report, Source, copy,
};

use crate::tiny::{ALL, NONE, Quirk, Stored, Tiny, contents, numbered, small};

fn hasty() -> Options {
    Options {
        settling: Duration::from_millis(20),
        attempts: 4,
        timeout: Duration::from_secs(5),
        batch_messages: 10,
        ..Options::default()
    }
}

fn three_folders() -> BTreeMap<String, Vec<Stored>> {
    ["INBOX", "Middle", "Zuletzt"].map(|name| (name.to_owned(), numbered(30, small))).into()
}

fn empty() -> BTreeMap<String, Vec<Stored>> {
    [("INBOX".to_owned(), Vec::new())].into()
}

/// Whether every message is accounted for in every folder.
fn assert_sums(report: &Report) {
    for folder in &report.folders {
        let known = folder.copied + folder.already + folder.planned + folder.skipped_count();
        assert_eq!(folder.found, known, "{folder:#?}");
    }
}

async fn run(source: &Tiny, target: &Tiny, options: &Options) -> Report {
    let report =
        copy(&Source::Server(source.account()), &target.account(), &mut MailboxState::default(), options).await;
    assert_sums(&report);
    report
}

/// What was skipped: where, and why.
fn skipped(report: &Report) -> Vec<(String, String, &'static str)> {
    let of = |folder: &hostwright_mailboxes::FolderReport| {
        let name = folder.folder.clone();
        folder
            .skipped
            .iter()
            .map(move |one| (name.clone(), one.messages.clone(), one.code.as_str()))
            .collect::<Vec<_>>()
    };
    report.folders.iter().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_had_costs_itself_and_nothing_else() {
    for (quirk, code) in [
        (Quirk::DropsIn(7), "mailboxes.connection_lost"),
        (Quirk::Garbles(7), "mailboxes.bad_response"),
        (Quirk::Empties(7), "mailboxes.empty"),
        (Quirk::RefusesFetch(7), "mailboxes.refused"),
        (Quirk::Forgets(7), "mailboxes.vanished"),
    ] {
        for capabilities in [ALL, NONE] {
            let source = Tiny::start(capabilities, vec![quirk.clone()], three_folders());
            let target = Tiny::start(capabilities, Vec::new(), empty());
            let report = run(&source, &target, &hasty()).await;
            let expected: Vec<(String, String, &str)> =
                ["INBOX", "Middle", "Zuletzt"].map(|name| (name.to_owned(), "UID 7".to_owned(), code)).into();
            assert_eq!(skipped(&report), expected, "{quirk:?} {report:#?}");
            assert_eq!((report.copied(), report.fault.as_ref()), (87, None), "{quirk:?}");
            let there = target.folder("Middle");
            assert_eq!(there.len(), 29);
            assert!(there.iter().all(|one| one.date == "03-Feb-2021 10:11:12 -0700"), "the zone stays");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_target_refuses_costs_itself_and_nothing_else() {
    for capabilities in [ALL, NONE, "IMAP4rev1 LITERAL+", "IMAP4rev1 MULTIAPPEND"] {
        let source = Tiny::start(ALL, Vec::new(), three_folders());
        let target = Tiny::start(capabilities, vec![Quirk::Dislikes("body 13\r\n")], empty());
        let report = run(&source, &target, &hasty()).await;
        let expected: Vec<(String, String, &str)> = ["INBOX", "Middle", "Zuletzt"]
            .map(|n| (n.to_owned(), "UID 13".to_owned(), "mailboxes.message_refused"))
            .into();
        assert_eq!((skipped(&report), report.copied()), (expected, 87), "{capabilities}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_had_or_made_is_named_and_the_others_go_on() {
    let source = Tiny::start(ALL, vec![Quirk::Locks("Middle")], three_folders());
    let target = Tiny::start(ALL, vec![Quirk::Bars("Zuletzt")], empty());
    let report = run(&source, &target, &hasty()).await;
    let faults: Vec<Option<FaultCode>> =
        report.folders.iter().map(|folder| folder.fault.as_ref().map(|fault| fault.code)).collect();
    assert_eq!(faults, [None, Some(FaultCode::FolderUnreadable), Some(FaultCode::FolderRefused)], "{report:#?}");
    assert_eq!(skipped(&report), [("Zuletzt".to_owned(), "UID 1:30".to_owned(), "mailboxes.folder_refused")]);
    assert_eq!(report.copied(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_lost_behind_a_stored_message_do_not_double_it() {
    for capabilities in [ALL, NONE, "IMAP4rev1 LITERAL+", "IMAP4rev1 MULTIAPPEND LITERAL+"] {
        // Each message stands twice at the source, so that a copy cannot be taken for its twin.
        let twins: Vec<Stored> = numbered(40, |uid| small(uid / 2));
        let source = Tiny::start(ALL, Vec::new(), [("INBOX".to_owned(), twins.clone())].into());
        let target = Tiny::start(capabilities, vec![Quirk::DropsAfterAppend(9)], empty());
        let report = run(&source, &target, &Options { attempts: 20, ..hasty() }).await;
        assert!(report.is_complete(), "{capabilities} {report:#?}");
        assert_eq!(contents(&target.folder("INBOX")), contents(&twins), "{capabilities}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_talked_to_is_a_fault_with_its_code() {
    for (quirk, code, is_source) in [
        (Quirk::RefusesLogin, FaultCode::LoginRefused, true),
        (Quirk::RefusesLogin, FaultCode::LoginRefused, false),
        (Quirk::SpeaksHttp, FaultCode::BadResponse, true),
        (Quirk::SpeaksHttp, FaultCode::BadResponse, false),
        (Quirk::FallsSilent, FaultCode::TimedOut, true),
        (Quirk::FallsSilent, FaultCode::TimedOut, false),
        (Quirk::Busy(100), FaultCode::Unavailable, true),
    ] {
        let (at_source, at_target) =
            if is_source { (vec![quirk.clone()], vec![]) } else { (vec![], vec![quirk.clone()]) };
        let source = Tiny::start(ALL, at_source, three_folders());
        let target = Tiny::start(ALL, at_target, empty());
        let options = Options { timeout: Duration::from_millis(300), attempts: 2, ..hasty() };
        let report = run(&source, &target, &options).await;
        let fault: &Fault = report.fault.as_ref().unwrap();
        assert_eq!(fault.code, code, "{quirk:?}: {fault}");
        assert_eq!(report.copied(), 0);
        if !is_source {
            // Every message of every folder is named.
            assert_eq!((report.found(), report.skipped()), (90, 90), "{report:#?}");
        }
    }
    let source = Tiny::start(ALL, vec![Quirk::Busy(2)], three_folders());
    let target = Tiny::start(ALL, Vec::new(), empty());
    assert!(run(&source, &target, &hasty()).await.is_complete(), "it was busy for a while only");
}

#[tokio::test(flavor = "multi_thread")]
async fn keywords_that_the_target_refuses_are_dropped_and_noted() {
    let mut messages = numbered(12, small);
    messages[4].flags = "\\Flagged Work".to_owned();
    messages[5].flags = "\\Weird b\u{fc}ro".to_owned();
    let source = Tiny::start(ALL, Vec::new(), [("INBOX".to_owned(), messages)].into());
    let target = Tiny::start(ALL, vec![Quirk::NoKeywords], empty());
    let report = run(&source, &target, &hasty()).await;
    assert!(report.is_complete(), "{report:#?}");
    let notes: Vec<(NoteCode, &str)> =
        report.folders[0].notes.iter().map(|note| (note.code, note.place.as_str())).collect();
    assert_eq!(notes, [(NoteCode::KeywordsDropped, "UID 6"), (NoteCode::KeywordsDropped, "UID 5")]);
    let flagged: Vec<Stored> = target.folder("INBOX").into_iter().filter(|one| one.flags.contains("Flagged")).collect();
    assert_eq!(flagged[0].bytes.to_vec(), small(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_beyond_a_bound_are_named_and_those_within_it_are_whole() {
    let large = |uid| match uid {
        2 => [small(2), vec![b'x'; 3_000_000]].concat(),
        3 => [small(3), vec![b'x'; 30_000_000]].concat(),
        4 => [small(4), vec![b'x'; 110_000_000]].concat(),
        _ => small(uid),
    };
    let source = Tiny::start(ALL, Vec::new(), [("INBOX".to_owned(), numbered(5, large))].into());
    let target = Tiny::start(&format!("{ALL} APPENDLIMIT=20000000"), Vec::new(), empty());
    let options = Options { most_message_bytes: 100_000_000, held_bytes: 1_000_000, ..hasty() };
    let report = run(&source, &target, &options).await;
    let expected = ["UID 3", "UID 4"].map(|uid| ("INBOX".to_owned(), uid.to_owned(), "mailboxes.too_large"));
    let mut found = skipped(&report);
    found.sort();
    assert_eq!(found, expected, "{report:#?}");
    let sizes: Vec<usize> = target.folder("INBOX").iter().map(|one| one.bytes.len()).collect();
    assert_eq!(sizes, [small(1).len(), small(2).len() + 3_000_000, small(5).len()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_of_none_is_copied() {
    let source = Tiny::start(ALL, Vec::new(), empty());
    let target = Tiny::start(ALL, Vec::new(), empty());
    let report = run(&source, &target, &hasty()).await;
    assert_eq!((report.found(), report.folders.len(), report.is_complete()), (0, 1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_of_a_hundred_thousand_is_copied() {
    let target = Tiny::start(ALL, Vec::new(), empty());
    let source = Tiny::start(ALL, Vec::new(), [("INBOX".to_owned(), numbered(100_000, small))].into());
    let mut state = MailboxState::default();
    let begun = Instant::now();
    let (from, to) = (Source::Server(source.account()), target.account());
    let report = copy(&from, &to, &mut state, &Options::default()).await;
    println!("100,000 messages: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((report.copied(), report.is_complete()), (100_000, true), "{report:#?}");
    let there = target.folder("INBOX");
    assert!(there.iter().enumerate().all(|(place, one)| *one.bytes == small(place as u32 + 1)));
    // Flags that go every other way are all that makes the state grow.
    assert_eq!(state.folders["INBOX"].runs.len(), 1);
    let begun = Instant::now();
    let report = copy(&from, &to, &mut state, &Options::default()).await;
    println!("again: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((report.copied(), report.already()), (0, 100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_replaced_is_read_anew_and_not_doubled() {
    let source = Tiny::start(ALL, vec![Quirk::Changes], three_folders());
    let target = Tiny::start(ALL, Vec::new(), empty());
    let mut state = MailboxState::default();
    let (from, to) = (Source::Server(source.account()), target.account());
    assert!(copy(&from, &to, &mut state, &hasty()).await.is_complete());
    let report = copy(&from, &to, &mut state, &hasty()).await;
    assert_eq!((report.copied(), report.already()), (0, 90), "{report:#?}");
    assert_eq!(target.folder("Middle").len(), 30);
}

/// Keeps nothing after some time.
struct Forgetful(u32);

impl Progress for Forgetful {
    fn folder(&mut self, _: &str) -> Option<FolderState> {
        None
    }

    fn keep(&mut self, _: &str, _: &FolderState) -> Result<(), String> {
        self.0 = self.0.checked_sub(1).ok_or("the database is gone")?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_cannot_be_kept_ends_the_copy_and_says_so() {
    let source = Tiny::start(ALL, Vec::new(), three_folders());
    let target = Tiny::start(ALL, Vec::new(), empty());
    let report = copy(&Source::Server(source.account()), &target.account(), &mut Forgetful(2), &hasty()).await;
    assert_eq!(report.fault.as_ref().unwrap().code, FaultCode::NotKept);
    assert_sums(&report);
    source.cure();
    let report = run(&source, &target, &hasty()).await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(contents(&target.folder("INBOX")), contents(&numbered(30, small)));
}
