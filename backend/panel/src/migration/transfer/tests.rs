use hostwright_importer::Kind;

use super::model::{AccountStanding, Fate, Missing, NotHere, fate, not_here};
use crate::migration::verification::model::Status;
use crate::platform::texts::Texts;

fn missing(kind: Kind) -> Missing {
    let account = AccountStanding { is_selected: true, verdict: Some(Status::Verified), is_here: true };
    Missing { kind, is_gone: false, verdict: None, is_mapped: false, account: Some(account), hangs: false }
}

#[test]
fn every_kind_has_a_fate_and_every_reason_has_words() {
    let texts = Texts::embedded().unwrap();
    for kind in Kind::ALL {
        assert!(texts.has(&format!("migration-kind-{}", kind.as_str())), "{}", kind.as_str());
        assert!(texts.has(&format!("migration-fate-{}", fate(*kind))));
    }
    for reason in NotHere::ALL {
        assert!(texts.has(&format!("migration-not_here-{reason}")), "{reason}");
    }
}

#[test]
fn web_sites_mail_and_databases_wait_for_hosting() {
    for kind in [Kind::Site, Kind::Mailbox, Kind::Database, Kind::FileUser, Kind::HostingAccount] {
        assert_eq!(fate(kind), Fate::WaitsForHosting);
        assert_eq!(not_here(&missing(kind)), NotHere::WaitsForHosting);
    }
}

#[test]
fn what_is_not_here_says_the_nearest_reason() {
    let of = |change: fn(&mut Missing)| {
        let mut facts = missing(Kind::Subscription);
        change(&mut facts);
        not_here(&facts)
    };
    assert_eq!(of(|facts| facts.is_gone = true), NotHere::Gone);
    assert_eq!(of(|facts| facts.account = None), NotHere::NoAccount);
    assert_eq!(of(|facts| facts.verdict = Some(Status::PassedOver)), NotHere::Ended);
    assert_eq!(of(|facts| facts.verdict = Some(Status::Rejected)), NotHere::NotVerified);
    assert_eq!(of(|facts| facts.verdict = Some(Status::NotSelected)), NotHere::NotSelected);
    assert_eq!(of(|facts| facts.hangs = true), NotHere::NoParent);
    assert_eq!(of(|_| {}), NotHere::NotTransferred);
    let standing = |is_selected, verdict, is_here| Some(AccountStanding { is_selected, verdict, is_here });
    let with = |account| not_here(&Missing { account, ..missing(Kind::Invoice) });
    assert_eq!(with(standing(false, None, false)), NotHere::AccountNotSelected);
    assert_eq!(with(standing(true, Some(Status::Failed), false)), NotHere::AccountNotVerified);
    assert_eq!(with(standing(true, None, false)), NotHere::AccountNotVerified);
    assert_eq!(with(standing(true, Some(Status::Verified), false)), NotHere::NotTransferred);
}
