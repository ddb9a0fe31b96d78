//! Targets without room.

use hostwright_mailboxes::{FaultCode, MailboxState, Options, SizedBy, Source, copy, survey};

use crate::dovecot::{self, Dovecot, Habits};
use crate::mail::{fill, lies};

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_full_is_told_before_and_named_by_message_after() {
    if !dovecot::is_there() {
        return;
    }
    let from = Dovecot::start(Habits { hidden: &["STATUS=SIZE"], ..Habits::default() });
    let to = Dovecot::start(Habits { quota_kibibytes: Some(40), ..Habits::default() });
    let maildir = from.maildir("big");
    fill(&maildir, 3, 100, 50);
    std::fs::write(maildir.join("cur/1700000000.M1P1.lab:2,"), [b"Subject: x\n\n", &[b'y'; 100_000][..]].concat())
        .unwrap();
    from.own();
    let (source, target) = (Source::Server(from.account("big")), to.account("big"));

    let by_sizes = survey(&source, &Options::default()).await.unwrap();
    let by_files = survey(&Source::Disk(maildir.clone()), &Options::default()).await.unwrap();
    assert_eq!((by_sizes.sized_by, by_sizes.messages), (SizedBy::Messages, 101));
    assert_eq!(by_files.messages, 101);
    assert_eq!(by_sizes.folders[0].folder, "INBOX");
    let room = survey(&Source::Server(target.clone()), &Options::default()).await.unwrap();
    let quota = room.storage_quota.unwrap();
    assert_eq!((quota.used, quota.limit, room.sized_by), (0, 40 * 1_024, SizedBy::Status));
    assert_eq!(room.lacks_bytes_for(&by_sizes), by_sizes.bytes - quota.limit);
    assert_eq!(by_sizes.lacks_bytes_for(&room), 0);

    let mut state = MailboxState::default();
    let report = copy(&source, &target, &mut state, &Options::default()).await;
    assert!(!report.is_complete() && report.fault.is_none(), "{report:#?}");
    assert!(report.copied() > 20 && report.skipped() > 1, "{} {}", report.copied(), report.skipped());
    assert_eq!(report.copied() + report.skipped(), 101);
    let skipped = report.folders.iter().flat_map(|folder| &folder.skipped);
    assert!(skipped.clone().all(|skipped| skipped.code == FaultCode::OverQuota), "{report:#?}");
    assert!(skipped.clone().all(|skipped| skipped.messages.starts_with("UID ")));
    let there: usize = lies(&to.maildir("big")).values().map(Vec::len).sum();
    assert_eq!(there as u64, report.copied());

    // Nothing is forgotten: with more room the rest follows.
    let again = copy(&source, &target, &mut state, &Options::default()).await;
    assert_eq!((again.already(), again.copied()), (report.copied(), 0));
}
