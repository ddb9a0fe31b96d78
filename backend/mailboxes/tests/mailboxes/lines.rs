//! Lines that break.

use std::time::Duration;

use hostwright_mailboxes::{MailboxState, Options, Source, copy};

use crate::dovecot::{self, Dovecot, Habits};
use crate::mail::{Dice, assert_same, fill, lies};
use crate::proxy::{Cut, Proxy};

fn patient() -> Options {
    Options { settling: Duration::from_millis(250), batch_messages: 20, attempts: 10, ..Options::default() }
}

/// Copies over lines that are cut at seeded places, so many bytes apart at most; how often they were.
async fn over_cut_lines(from: &Dovecot, to: &Dovecot, user: &str, seed: u64, cuts: usize, apart: u64) -> usize {
    let mut dice = Dice::new(seed);
    let to_target: Vec<Cut> = (0..cuts).map(|_| Cut::Up(2_000 + dice.below(apart))).collect();
    let mut dice = Dice::new(seed + 1);
    let from_source: Vec<Cut> = (0..cuts).map(|_| Cut::Down(2_500 + dice.below(apart))).collect();
    let (first, second) = (Proxy::start(from.port(), from_source), Proxy::start(to.port(), to_target));
    let source = Source::Server(from.account_by(user, first.port()));
    let target = to.account_by(user, second.port());
    let mut state = MailboxState::default();
    let report = copy(&source, &target, &mut state, &patient()).await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(report.copied() + report.already(), report.found());
    let twice: Vec<_> = report.folders.iter().flat_map(|folder| &folder.notes).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_same(&lies(&from.maildir(user)), &lies(&to.maildir(user)));
    let happened = first.cuts() + second.cuts();
    assert!(report.reconnects >= happened as u64 / 2, "{} of {happened}", report.reconnects);

    let report = copy(&source, &target, &mut state, &patient()).await;
    assert_eq!((report.copied(), report.is_complete()), (0, true), "{report:#?}");
    happened
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_twenty_times_loses_nothing_and_doubles_nothing() {
    if !dovecot::is_there() {
        return;
    }
    let from = Dovecot::start(Habits { separator: '.', prefix: "INBOX.", ..Habits::default() });
    let to = Dovecot::start(Habits::default());
    fill(&from.maildir("cut"), 6, 700, 7);
    fill(&from.maildir("large"), 60, 10_000, 12);
    from.own();
    assert_eq!(over_cut_lines(&from, &to, "cut", 8, 10, 20_000).await, 20, "cuts");
    // Far enough apart that the cuts fall all over the mailbox.
    assert_eq!(over_cut_lines(&from, &to, "large", 13, 10, 500_000).await, 20, "cuts");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_lost_behind_a_stored_batch_double_nothing() {
    if !dovecot::is_there() {
        return;
    }
    // Without UIDPLUS the target does not even tell which UIDs it gave.
    for hidden in [&[][..], &["UIDPLUS"]] {
        let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(Habits { hidden, ..Habits::default() }));
        fill(&from.maildir("lost"), 3, 200, 9);
        from.own();
        // Its answers to a login are 1,700 bytes, those to a batch some 70: most cuts fall behind a batch that it stored.
        let mut dice = Dice::new(10);
        let cuts = (0..6).map(|_| Cut::Down(1_750 + dice.below(900))).collect();
        let proxy = Proxy::start(to.port(), cuts);
        let source = Source::Server(from.account("lost"));
        let target = to.account_by("lost", proxy.port());
        let options = Options { batch_messages: 7, settling: Duration::from_millis(150), ..patient() };
        let mut state = MailboxState::default();
        let report = copy(&source, &target, &mut state, &options).await;
        assert!(report.is_complete(), "{report:#?}");
        assert!(proxy.cuts() >= 3, "{} cuts", proxy.cuts());
        assert_same(&lies(&from.maildir("lost")), &lies(&to.maildir("lost")));
        let report = copy(&source, &target, &mut state, &options).await;
        assert_eq!(report.copied(), 0, "{report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_taken_up_where_it_was() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(Habits::default()));
    fill(&from.maildir("kill"), 4, 600, 11);
    from.own();
    let target = to.account("kill");
    for source in [Source::Server(from.account("kill")), Source::Disk(from.maildir("kill"))] {
        let mut state = MailboxState::default();
        // What was kept before the end is all that the next run knows.
        for milliseconds in [60, 90, 130, 10] {
            let options = Options { batch_messages: 10, ..patient() };
            let run = copy(&source, &target, &mut state, &options);
            let _ = tokio::time::timeout(Duration::from_millis(milliseconds), run).await;
            // The server ends what it was doing for a line that is gone.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let report = copy(&source, &target, &mut state, &patient()).await;
        assert!(report.is_complete(), "{report:#?}");
        assert_same(&lies(&from.maildir("kill")), &lies(&to.maildir("kill")));
    }
}
