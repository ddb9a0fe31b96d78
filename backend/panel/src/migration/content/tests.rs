use super::model::{
    Asked, Became, ContentLimits, MailSecurity, MailServer, MailboxState, Side, no_password, state_after, tries_again,
};
use crate::migration::ports::{Delivered, MailFault, MailboxSize};
use crate::platform::texts::Texts;

fn server(login: &str, master: Option<&str>) -> MailServer {
    MailServer {
        host: " Mail.Old.Example ".to_owned(),
        port: 993,
        security: MailSecurity::Tls,
        fingerprint: Some("AA:".repeat(31) + "bb"),
        login: login.to_owned(),
        master: master.map(str::to_owned),
    }
    .checked(Side::Source)
    .unwrap()
}

fn fault(may_pass: bool, is_login: bool) -> MailFault {
    MailFault { code: "mailboxes.x".to_owned(), reason: String::new(), may_pass, is_login }
}

#[test]
fn every_state_has_words() {
    let texts = Texts::embedded().unwrap();
    let states = MailboxState::ALL.iter().map(|state| format!("migration-mailbox_state-{state}"));
    let asked = Asked::ALL.iter().map(|asked| format!("migration-asked-{asked}"));
    let securities = MailSecurity::ALL.iter().map(|security| format!("migration-mail_security-{security}"));
    let missing: Vec<String> = states.chain(asked).chain(securities).filter(|key| !texts.has(key)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_mailbox_is_entered_by_the_master_user_where_there_is_one() {
    let entered = |login: &str, master, password, own| {
        let account = server(login, master).account("ada@old.example", password, own)?;
        Some((account.user, account.password.to_string(), account.on_behalf_of))
    };
    let told = |user: &str, password: &str, whose: Option<&str>| {
        Some((user.to_owned(), password.to_owned(), whose.map(str::to_owned)))
    };
    assert_eq!(entered("{address}", Some("root"), Some("m"), Some("own")), told("root", "m", Some("ada@old.example")));
    assert_eq!(entered("{user}*{master}", Some("root"), Some("m"), None), told("ada*root", "m", None));
    assert_eq!(entered("{user}*{master}", Some("root"), None, Some("own")), told("ada@old.example", "own", None));
    assert_eq!(entered("{domain}_{user}", None, None, Some("own")), told("old.example_ada", "own", None));
    assert_eq!(entered("{address}", None, None, None), None);
    let account = server("{address}", None).own_account("ada@old.example", "own");
    assert_eq!((account.host.as_str(), account.fingerprint.unwrap()[31]), ("mail.old.example", 0xbb));
    assert!(!format!("{account:?}").contains("own"), "a password is not shown");
}

#[test]
fn a_server_and_limits_that_are_none_are_refused() {
    let wrong = MailServer {
        host: String::new(),
        port: 65_536,
        security: MailSecurity::Plain,
        fingerprint: Some("zz".repeat(32)),
        login: "{domain}".to_owned(),
        master: None,
    };
    assert_eq!(wrong.checked(Side::Target).unwrap_err().len(), 4);
    let limits = ContentLimits { mailboxes_at_once: -1, connections: 65, bytes_per_second: Some(-1) };
    assert_eq!(limits.checked().unwrap_err().len(), 3);
    let limits = ContentLimits { mailboxes_at_once: 0, connections: 1, bytes_per_second: Some(0) }.checked().unwrap();
    assert_eq!((limits.gentleness().connections, limits.gentleness().bytes_per_second), (1, None));
}

#[test]
fn a_mailbox_stands_where_its_job_left_it() {
    let ran = |fault| Became::Ran(Delivered { fault, ..Delivered::default() });
    let measured = Became::Measured(MailboxSize::default(), None, None);
    for (before, asked, became, is_own, after) in [
        (MailboxState::Waiting, Asked::Survey, measured.clone(), true, MailboxState::Surveyed),
        (MailboxState::Copied, Asked::Survey, measured, true, MailboxState::Copied),
        (MailboxState::Surveyed, Asked::DryRun, ran(None), true, MailboxState::Surveyed),
        (MailboxState::Copying, Asked::Copy, ran(None), false, MailboxState::Copied),
        (MailboxState::Copying, Asked::Copy, ran(Some(fault(false, false))), true, MailboxState::Failed),
        (MailboxState::Copying, Asked::Copy, ran(Some(fault(false, true))), true, MailboxState::NeedsPassword),
        (MailboxState::Copying, Asked::Copy, ran(Some(fault(false, true))), false, MailboxState::Failed),
        (MailboxState::Waiting, Asked::Copy, Became::Stopped(no_password()), true, MailboxState::NeedsPassword),
    ] {
        assert_eq!(state_after(before, asked, &became, is_own), after, "{before} {asked} {became:?}");
    }
    let passes = ran(Some(fault(true, false)));
    assert_eq!([0, 1, 2].map(|tries| tries_again(&passes, tries)), [Some(30), Some(60), None]);
    assert_eq!(tries_again(&ran(Some(fault(false, false))), 0), None);
}
