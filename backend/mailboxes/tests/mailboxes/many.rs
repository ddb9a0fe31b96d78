//! Many mailboxes beside each other.

use std::collections::BTreeMap;

use hostwright_mailboxes::{
    FaultCode, Job, Limits, Login, MailboxState, Options, Outcome, Server, Source, copy_many, survey_many,
};

use crate::dovecot::{self, Dovecot, Habits};
use crate::mail::{assert_same, fill, lies};
use crate::proxy::Proxy;

#[tokio::test(flavor = "multi_thread")]
async fn many_mailboxes_go_beside_each_other_and_one_that_fails_holds_up_none() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(Habits::default()));
    let line = Proxy::start(from.port(), Vec::new());
    let users: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    for (number, user) in users.iter().enumerate() {
        fill(&from.maildir(user), 3, 20 * number as u64, number as u64 + 20);
    }
    from.own();
    let sources: Vec<(String, Source)> =
        users.iter().map(|user| (user.clone(), Source::Server(from.account_by(user, line.port())))).collect();

    let limits = Limits { mailboxes: 6, source_connections: 3, ..Limits::default() };
    let ranked = survey_many(sources.clone(), &Options::default(), &limits).await;
    assert_eq!(ranked.first().unwrap().0, "user11");
    assert_eq!(ranked.last().unwrap().1.as_ref().unwrap().messages, 0);
    assert!(line.most_open() <= 3, "{} connections at a time", line.most_open());

    let job = |(name, source): (String, Source)| {
        let target = to.account(&name);
        Job { name, source, target, progress: Box::new(MailboxState::default()), options: Options::default() }
    };
    let mut jobs: Vec<Job> = sources.into_iter().map(job).collect();
    let stranger = Server { login: Login::password("user5", "wrong"), ..from.account_by("user5", line.port()) };
    let dead = Server { port: 1, ..from.account("user6") };
    let options = Options { attempts: 2, settling: std::time::Duration::from_millis(50), ..Options::default() };
    for (name, source) in [("refused", stranger), ("dead", dead)] {
        let mut bad = job((name.to_owned(), Source::Server(source)));
        bad.options = options.clone();
        jobs.insert(1, bad);
    }
    let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
    copy_many(jobs, &limits, |outcome| {
        outcomes.insert(outcome.name.clone(), outcome);
    })
    .await;
    assert_eq!(outcomes.len(), 14);
    assert_eq!(outcomes["refused"].report.fault.as_ref().unwrap().code, FaultCode::LoginRefused);
    assert_eq!(outcomes["dead"].report.fault.as_ref().unwrap().code, FaultCode::Unreachable);
    for (number, user) in users.iter().enumerate() {
        let report = &outcomes[user].report;
        assert!(report.is_complete(), "{report:#?}");
        assert_eq!(report.copied(), 20 * number as u64, "{user}");
        assert_same(&lies(&from.maildir(user)), &lies(&to.maildir(user)));
    }
    // A line that ends without goodbye, as after a refused login, is counted until the proxy notices.
    assert!(line.most_open() <= 4, "{} connections at a time", line.most_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_to_be_spared_is_read_no_faster_than_that() {
    if !dovecot::is_there() {
        return;
    }
    let (from, to) = (Dovecot::start(Habits::default()), Dovecot::start(Habits::default()));
    fill(&from.maildir("slow"), 1, 200, 40);
    from.own();
    let job = Job {
        name: "slow".to_owned(),
        source: Source::Server(from.account("slow")),
        target: to.account("slow"),
        progress: Box::new(MailboxState::default()),
        options: Options::default(),
    };
    let limits = Limits { source_bytes_per_second: Some(60_000), ..Limits::default() };
    let begun = std::time::Instant::now();
    let mut bytes = 0;
    copy_many(vec![job], &limits, |outcome| bytes = outcome.report.copied_bytes()).await;
    let took = begun.elapsed().as_secs_f64();
    // A second's worth comes at once.
    assert!(took >= bytes as f64 / 60_000.0 - 1.1 && bytes > 100_000, "{bytes} bytes in {took} s");
}
