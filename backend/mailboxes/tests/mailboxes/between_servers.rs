//! From one Dovecot to another.

use std::fs;
use std::time::Instant;

use hostwright_mailboxes::{
    FaultCode, MailboxState, NoteCode, Options, Security, Server, SizedBy, Source, Trust, copy, survey,
};

use crate::dovecot::{self, Dovecot, Habits};
use crate::mail::{assert_same, fill, lies};

fn courier() -> Habits {
    Habits { separator: '.', prefix: "INBOX.", ..Habits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_in_sixty_folders_arrive_as_they_were_and_are_never_copied_twice() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(courier()), Dovecot::start(Habits::default()));
    fill(&from.maildir("ada"), 60, 10_000, 1);
    fs::write(from.maildir("ada").join("subscriptions"), "V\t2\n\nSent\nArchive\t2020\n").unwrap();
    from.own();
    let (source, target) = (Source::Server(from.account("ada")), to.account("ada"));
    let mut state = MailboxState::default();
    let options = Options::default();

    let begun = Instant::now();
    let report = copy(&source, &target, &mut state, &options).await;
    println!("10,000 messages in 60 folders: {:.1} s", begun.elapsed().as_secs_f64());
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!((report.found(), report.copied(), report.already()), (10_000, 10_000, 0));
    assert_eq!((report.folders.len(), report.reconnects), (60, 0));
    let source_lies = lies(&from.maildir("ada"));
    assert_same(&source_lies, &lies(&to.maildir("ada")));
    let subscribed = fs::read_to_string(to.maildir("ada").join("subscriptions")).unwrap();
    assert!(subscribed.contains("Sent") && subscribed.contains("Archive\t2020"), "{subscribed}");

    // The state is small, and is what serde makes of it.
    let stored = serde_json::to_string(&state).unwrap();
    println!("state: {} bytes", stored.len());
    let mut state: MailboxState = serde_json::from_str(&stored).unwrap();
    let begun = Instant::now();
    let report = copy(&source, &target, &mut state, &options).await;
    println!("second run: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((report.copied(), report.already(), report.is_complete()), (0, 10_000, true));

    // Without the state, what is there is known by its headers, or its content where it has none.
    let begun = Instant::now();
    let report = copy(&source, &target, &mut MailboxState::default(), &options).await;
    println!("without state: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((report.copied(), report.already(), report.is_complete()), (0, 10_000, true), "{report:#?}");
    assert_same(&source_lies, &lies(&to.maildir("ada")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_would_be_copied_and_changes_nothing() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(courier()));
    fill(&from.maildir("bob"), 5, 100, 2);
    from.own();
    let (source, target) = (Source::Server(from.account("bob")), to.account("bob"));
    let dry = Options { is_dry: true, ..Options::default() };
    let mut state = MailboxState::default();
    let planned = copy(&source, &target, &mut state, &dry).await;
    assert_eq!((planned.found(), planned.planned(), planned.copied()), (100, 100, 0), "{planned:#?}");
    assert_eq!(state, MailboxState::default());
    let folders = fs::read_dir(to.maildir("bob")).unwrap();
    let made = folders.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".S")).count();
    assert_eq!(made, 0);

    let disk = Source::Disk(from.maildir("bob"));
    let by_disk = copy(&disk, &target, &mut MailboxState::default(), &dry).await;
    let bytes = |report: &hostwright_mailboxes::Report| -> u64 {
        report.folders.iter().map(|folder| folder.planned_bytes).sum()
    };
    assert_eq!((by_disk.planned(), bytes(&by_disk)), (100, bytes(&planned)));

    let real = copy(&source, &target, &mut state, &Options::default()).await;
    assert_eq!((real.copied(), real.copied_bytes()), (100, bytes(&planned)));
    let planned = copy(&source, &target, &mut state, &dry).await;
    assert_eq!((planned.planned(), planned.already()), (0, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_that_change_and_messages_that_come_later_follow_in_the_next_run() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(courier()), Dovecot::start(Habits::default()));
    let maildir = from.maildir("eve");
    fill(&maildir, 3, 60, 3);
    from.own();
    let (source, target) = (Source::Server(from.account("eve")), to.account("eve"));
    let mut state = MailboxState::default();
    let options = Options::default();
    assert!(copy(&source, &target, &mut state, &options).await.is_complete());

    let mut changed = 0u64;
    for entry in fs::read_dir(maildir.join("cur")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (base, _) = name.rsplit_once(":2,").unwrap();
        if changed < 5 {
            let other = if name.ends_with(":2,FS") { "DRSb" } else { "FS" };
            fs::rename(&path, path.with_file_name(format!("{base}:2,{other}"))).unwrap();
            changed += 1;
        }
    }
    fs::write(maildir.join("new").join("1700000000.M1P1.lab"), "From: later@example.org\nSubject: x\n\nlater\n")
        .unwrap();
    from.own();
    let report = copy(&source, &target, &mut state, &options).await;
    let updated: u64 = report.folders.iter().map(|folder| folder.flags_updated).sum();
    assert_eq!((report.copied(), report.already(), updated), (1, 60, changed), "{report:#?}");
    let (ours, theirs) = (lies(&maildir), lies(&to.maildir("eve")));
    // Dates of the new message: Dovecot takes it when it first sees it.
    assert_same(&ours, &theirs);
    let report = copy(&source, &target, &mut state, &options).await;
    let updated: u64 = report.folders.iter().map(|folder| folder.flags_updated).sum();
    assert_eq!((report.copied(), updated), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_stands_twice_at_the_source_stands_twice_at_the_target() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(courier()), Dovecot::start(Habits::default()));
    let text = "From: a@example.org\nMessage-ID: <1@example.org>\n\nthe same\n";
    for (server, count) in [(&from, 3), (&to, 1)] {
        let folder = server.maildir("twin").join("cur");
        fs::create_dir_all(&folder).unwrap();
        for number in 0..count {
            fs::write(folder.join(format!("170000000{number}.M1P1.lab:2,S")), text).unwrap();
        }
        server.own();
    }
    let (source, target) = (Source::Server(from.account("twin")), to.account("twin"));
    let report = copy(&source, &target, &mut MailboxState::default(), &Options::default()).await;
    assert_eq!((report.found(), report.copied(), report.already()), (3, 2, 1), "{report:#?}");
    let report =
        copy(&Source::Disk(from.maildir("twin")), &target, &mut MailboxState::default(), &Options::default()).await;
    assert_eq!((report.found(), report.copied(), report.already()), (3, 0, 3), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_left_out_and_renamed_as_the_options_say() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(courier()));
    fill(&from.maildir("joe"), 9, 90, 4);
    from.own();
    let options = Options {
        left_out: vec!["Junk".to_owned()],
        renamed: [("Archive".to_owned(), "Old".to_owned())].into(),
        ..Options::default()
    };
    let (source, target) = (Source::Server(from.account("joe")), to.account("joe"));
    let report = copy(&source, &target, &mut MailboxState::default(), &options).await;
    let folder = |name: &str| report.folders.iter().find(|folder| folder.folder == name).unwrap();
    assert_eq!(folder("Junk").fault.as_ref().unwrap().code, FaultCode::LeftOut);
    assert_eq!(folder("Archive/2020").target, "INBOX.Old.2020");
    assert_eq!(folder("Archive/2020").notes[0].code, NoteCode::Renamed);
    let there = lies(&to.maildir("joe"));
    assert!(there.contains_key("Old.2021.Jan") && !there.contains_key("Junk"), "{:?}", there.keys());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_extensions_gets_the_same_mail() {
    if !dovecot::is_there() {
        return;
    }
    for hidden in [&["MULTIAPPEND"][..], &["LITERAL+", "UIDPLUS"], &["MULTIAPPEND", "LITERAL+", "UIDPLUS", "NAMESPACE"]]
    {
        let plain = Habits { hidden, ..Habits::default() };
        let (from, to) = (Dovecot::start(Habits { hidden, ..courier() }), Dovecot::start(plain));
        fill(&from.maildir("old"), 4, 120, 5);
        from.own();
        let (source, target) = (Source::Server(from.account("old")), to.account("old"));
        let mut state = MailboxState::default();
        let report = copy(&source, &target, &mut state, &Options::default()).await;
        assert_eq!((report.copied(), report.is_complete()), (120, true), "{hidden:?} {report:#?}");
        assert_same(&lies(&from.maildir("old")), &lies(&to.maildir("old")));
        let report = copy(&source, &target, &mut state, &Options::default()).await;
        assert_eq!((report.copied(), report.already()), (0, 120), "{hidden:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_believed_only_where_it_should_be() {
    if !dovecot::is_there() {
        return;
    }
    let server = Dovecot::start(Habits { tls: true, ..Habits::default() });
    fill(&server.maildir("tls"), 2, 20, 6);
    server.own();
    let mut wrong = server.fingerprint();
    wrong[0] ^= 1;
    for security in [Security::Tls, Security::StartTls] {
        let port = if security == Security::Tls { server.secure_port() } else { server.port() };
        let with = |trust| Source::Server(Server { security, trust, ..server.account_by("tls", port) });
        for trust in [Trust::System, Trust::Fingerprint(wrong)] {
            let fault = survey(&with(trust), &Options::default()).await.unwrap_err();
            assert_eq!(fault.code, FaultCode::Untrusted, "{fault}");
        }
        let found = survey(&with(Trust::Fingerprint(server.fingerprint())), &Options::default()).await.unwrap();
        assert_eq!((found.messages, found.sized_by), (20, SizedBy::Status), "{found:?}");
    }
}
