use hostwright_kernel::Instant;

use super::model::{FlowState, FlowStep, Progress, Source, SourceId, SourceSettings, steps};
use crate::migration::error::MigrationRefusal;
use crate::migration::verification::model::{MainPlatform, Scheme};
use crate::platform::texts::Texts;

fn settings() -> SourceSettings {
    SourceSettings {
        name: "  Old \n panel ".to_owned(),
        host: " Panel.Example ".to_owned(),
        zone: "europe/berlin".to_owned(),
        currency: "EUR".parse().unwrap(),
        scheme: Scheme::V5,
        protective_days: 0,
        is_main_billing: false,
        finds_conflicts: true,
        parks_domains: false,
        refuses_unmapped: false,
        needs_registration: false,
        associates_resellers: false,
    }
}

fn source() -> Source {
    let at: Instant = "2027-01-31T23:30:00Z".parse().unwrap();
    Source {
        id: SourceId::new(),
        kind: "whmcs".to_owned(),
        settings: settings().checked().unwrap(),
        collection: 1,
        pass: 1,
        verified_at: Some(at),
        transferred_at: None,
        signature: None,
        switched_at: None,
        created_at: at,
        version: 1,
    }
}

fn state(progress: &Progress, step: FlowStep) -> FlowState {
    steps(&source(), progress).into_iter().find(|view| view.step == step).unwrap().state
}

#[test]
fn every_refusal_and_every_step_has_words() {
    let texts = Texts::embedded().unwrap();
    let refusals = MigrationRefusal::ALL.iter().map(|refusal| format!("error-{}", refusal.refusal().code));
    let steps = FlowStep::ALL.iter().map(|step| format!("migration-step-{step}"));
    let states = FlowState::ALL.iter().map(|state| format!("migration-step_state-{state}"));
    let missing: Vec<String> = refusals.chain(steps).chain(states).filter(|key| !texts.has(key)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn settings_are_kept_in_one_form_and_every_wrong_one_is_told() {
    let kept = settings().checked().unwrap();
    assert_eq!(
        (kept.name.as_str(), kept.host.as_str(), kept.zone.as_str()),
        ("Old panel", "panel.example", "Europe/Berlin")
    );
    let wrong = SourceSettings {
        name: " ".to_owned(),
        host: "a b".to_owned(),
        zone: "Mars".to_owned(),
        protective_days: -1,
        ..settings()
    };
    let codes: Vec<&str> = wrong.checked().unwrap_err().iter().map(|refusal| refusal.code).collect();
    assert_eq!(
        codes,
        ["migration.source_name", "migration.source_host", "migration.source_zone", "migration.protective_days"]
    );
}

#[test]
fn the_day_of_verification_is_the_sources_own() {
    let source = source();
    let tables = source.for_tables(source.created_at, true);
    assert_eq!(tables.today.to_string(), "2027-02-01");
    assert_eq!(tables.main_platform, MainPlatform::AnotherSource);
    assert!(tables.makes_resellers);
}

#[test]
fn the_first_step_that_is_not_done_is_next() {
    let all = Progress {
        records: 9,
        products: 1,
        mapped: 1,
        accounts: 2,
        selected: 2,
        judged: 2,
        moving: 2,
        ..Progress::default()
    };
    assert_eq!(state(&all, FlowStep::Verify), FlowState::Done);
    assert_eq!(state(&all, FlowStep::Transfer), FlowState::Next);
    assert_eq!(state(&all, FlowStep::Switch), FlowState::Later);
    let unmapped = Progress { mapped: 0, ..all };
    assert_eq!(state(&unmapped, FlowStep::Map), FlowState::Next);
    let failed = Progress { failed: 1, ..all };
    assert_eq!(state(&failed, FlowStep::Verify), FlowState::Attention);
    let running = Progress { is_verifying: true, ..all };
    assert_eq!(state(&running, FlowStep::Verify), FlowState::Running);
}

#[test]
fn nothing_is_delivered_before_the_accounts_are_here() {
    let moved = Progress { records: 9, accounts: 2, selected: 2, moving: 2, landed: 2, ..Progress::default() };
    let untouched = source();
    let source = Source { transferred_at: Some("2027-01-31T10:00:00Z".parse().unwrap()), ..source() };
    let of = |source: &Source, progress: &Progress| {
        steps(source, progress).into_iter().find(|view| view.step == FlowStep::Deliver).unwrap().state
    };
    assert_ne!(of(&untouched, &moved), FlowState::Done, "no mailboxes, and no accounts");
    assert_eq!(of(&source, &moved), FlowState::Done, "no mailboxes");
    let waiting = Progress { mailboxes: 3, ..moved };
    assert_ne!(of(&source, &waiting), FlowState::Done);
}
