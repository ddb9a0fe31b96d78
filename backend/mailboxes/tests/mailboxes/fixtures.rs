//! The mail of others, where it lies beside the project: what arrives of it, and what does not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hostwright_mailboxes::{MailboxState, NoteCode, Options, Report, Source, copy};

use crate::dovecot::{self, Dovecot, Habits};
use crate::mail::{lf, lies};

fn fixtures() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/mail"));
    if folder.is_dir() {
        return Some(folder.to_path_buf());
    }
    println!("no fixtures at {}: nothing was tried", folder.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn row(table: &mut Vec<String>, name: &str, report: &Report) {
    let notes: Vec<_> = report.folders.iter().flat_map(|folder| &folder.notes).collect();
    let state = match (report.is_complete(), notes.is_empty()) {
        (true, true) => "fully",
        (true, false) => "with notes",
        (false, _) => "with gaps",
    };
    table.push(format!(
        "{name:<44} {state:<10} {:>7} {:>6} {:>6} {:>7} {:>9}",
        report.folders.len(),
        report.found(),
        report.copied(),
        report.skipped(),
        report.copied_bytes()
    ));
    for folder in &report.folders {
        for skipped in &folder.skipped {
            let file = skipped.messages.rsplit('/').next().unwrap_or_default();
            table.push(format!("    {} x{} {file}: {}", skipped.code.as_str(), skipped.count, skipped.reason));
        }
        for note in &folder.notes {
            table.push(format!("    {:?} x{}: {}", note.code, note.count, note.reason));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mailbox_of_the_fixtures_arrives_or_says_what_did_not() {
    let (Some(folder), true) = (fixtures(), dovecot::is_there()) else { return };
    let to = Dovecot::start(Habits::default());
    let mut table = vec![format!(
        "{:<44} {:<10} {:>7} {:>6} {:>6} {:>7} {:>9}",
        "mailbox", "read", "folders", "found", "copied", "skipped", "bytes"
    )];
    let mut boxes: Vec<PathBuf> = ["maildir-small", "maildir-tree", "eml", "odd"].map(|name| folder.join(name)).into();
    boxes.extend(files(&folder.join("mbox")));
    for (number, path) in boxes.into_iter().enumerate() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let user = format!("user{number}");
        let (source, target) = (Source::Disk(path.clone()), to.account(&user));
        let mut state = MailboxState::default();
        let report = copy(&source, &target, &mut state, &Options::default()).await;
        row(&mut table, name, &report);
        assert_eq!(report.found(), report.copied() + report.already() + report.skipped(), "{name}: {report:#?}");
        assert!(report.fault.is_none() && report.found() > 0, "{name}: {report:#?}");

        // Every file is there byte for byte; parts of mbox files are in them.
        let mut there: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for message in lies(&to.maildir(&user)).into_values().flatten() {
            *there.entry(message.content).or_default() += 1;
        }
        if path.is_dir() {
            let mut lie: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
            for file in files(&path) {
                *lie.entry(lf(&std::fs::read(&file).unwrap())).or_default() += 1;
            }
            let skipped = usize::try_from(report.skipped()).unwrap();
            let missing: usize =
                lie.iter().map(|(content, count)| count.saturating_sub(*there.get(content).unwrap_or(&0))).sum();
            assert_eq!(missing, skipped, "{name}: {report:#?}");
            assert!(there.keys().all(|content| lie.contains_key(content)), "{name}");
        } else {
            let whole = lf(&std::fs::read(&path).unwrap());
            for content in there.keys() {
                assert!(whole.windows(content.len()).any(|part| part == content), "{name}");
            }
        }
        for state in [&mut state, &mut MailboxState::default()] {
            let again = copy(&source, &target, state, &Options::default()).await;
            assert_eq!((again.copied(), again.skipped()), (0, report.skipped()), "{name}: {again:#?}");
        }
        let nul = report.folders.iter().flat_map(|folder| &folder.notes).any(|note| note.code == NoteCode::NulBytes);
        let has_nul = files_or(&path).iter().any(|file| std::fs::read(file).unwrap().contains(&0));
        assert_eq!(nul, has_nul, "{name}");
    }
    println!("{}", table.join("\n"));
}

fn files_or(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() { files(path) } else { vec![path.to_path_buf()] }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_single_fixture_is_read_alone_or_refused_with_a_code() {
    let Some(folder) = fixtures() else { return };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for path in files(&folder) {
        let outcome = match hostwright_mailboxes::survey(&Source::Disk(path.clone()), &Options::default()).await {
            Ok(survey) if survey.faults.is_empty() => "fully".to_owned(),
            Ok(_) => "with gaps".to_owned(),
            Err(fault) => fault.code.as_str().to_owned(),
        };
        *counts.entry(outcome).or_default() += 1;
    }
    println!("{counts:?}");
    assert!(counts.values().sum::<u64>() >= 119);
}
