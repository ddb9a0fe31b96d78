//! Real dumps and answers of the fixtures go through their readers. Prints a table a folder;
//! rows are counted by another, smaller method, and must all come out as records or named gaps.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hostwright_importer::snapshot::{Entry, Gap, GapKind, Kind, Record};
use hostwright_importer::sources::{Input, dtc, fossbilling, whmcs};
use hostwright_importer::{Refusal, Sink};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures");

type Reader = fn(&Input, &mut dyn Sink) -> Result<(), Refusal>;

struct Outcome {
    records: Vec<Record>,
    gaps: Vec<Gap>,
    facts: BTreeMap<String, String>,
    refused: Option<Refusal>,
}

fn folder(name: &str) -> Option<PathBuf> {
    let path = Path::new(FIXTURES).join(name);
    if !path.is_dir() {
        println!("no fixtures at {}: nothing was tested", path.display());
        return None;
    }
    Some(path)
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    found.sort();
    found
}

fn read(reader: Reader, paths: Vec<PathBuf>) -> Outcome {
    let mut entries: Vec<Entry> = Vec::new();
    let input = Input { currency: "USD".parse().ok(), ..Input::of(paths) };
    let refused = reader(&input, &mut entries).err();
    let mut outcome = Outcome { records: Vec::new(), gaps: Vec::new(), facts: BTreeMap::new(), refused };
    for entry in entries {
        match entry {
            Entry::Record(record) => outcome.records.push(record),
            Entry::Gap(gap) => outcome.gaps.push(gap),
            Entry::Fact(fact) => drop(outcome.facts.insert(fact.name, fact.value)),
        }
    }
    outcome
}

fn print(name: &str, outcome: &Outcome) {
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for record in &outcome.records {
        *kinds.entry(record.kind()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{} {count}", kind.as_str())).collect();
    let verdict = match &outcome.refused {
        Some(refusal) => format!("refused: {refusal}"),
        None if outcome.gaps.is_empty() => "read fully".to_owned(),
        None => format!("{} named gaps", outcome.gaps.len()),
    };
    println!("{name:<32} {verdict:<18} {}", kinds.join(", "));
    for gap in &outcome.gaps {
        let field = gap.field.as_deref().unwrap_or("");
        println!("    {:?} x{} {} {field}: {}", gap.kind, gap.count, gap.place, gap.reason);
    }
}

/// Rows by table: total, records, joined, skipped, unread.
fn told_rows(outcome: &Outcome) -> BTreeMap<String, [u64; 5]> {
    let numbers = |text: &str| {
        let found: Vec<u64> =
            text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
        <[u64; 5]>::try_from(found).unwrap()
    };
    let rows = outcome.facts.iter().filter_map(|(name, value)| Some((name.strip_prefix("rows.")?, numbers(value))));
    rows.map(|(table, counts)| (table.to_owned(), counts)).collect()
}

/// Tuples of INSERT statements by table, counted by walking over quotes and parentheses only.
fn tuples(sql: &str) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let bytes = sql.as_bytes();
    let mut at = 0;
    while let Some(found) = sql[at..].find("INSERT INTO ") {
        at += found + "INSERT INTO ".len();
        let name = sql[at..].split([' ', '(', '\n']).next().unwrap().trim_matches('`').to_ascii_lowercase();
        at += sql[at..].find("VALUES").unwrap() + "VALUES".len();
        let (mut depth, mut in_string) = (0, false);
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if in_string => at += 1,
                b'\'' => in_string = !in_string,
                b'(' if !in_string => {
                    depth += 1;
                    if depth == 1 {
                        *counts.entry(name.clone()).or_default() += 1;
                    }
                }
                b')' if !in_string => depth -= 1,
                b';' if !in_string && depth == 0 => break,
                _ => {}
            }
            at += 1;
        }
    }
    counts
}

/// Whether all rows of a table are accounted for, each by what is told.
fn assert_balanced(name: &str, outcome: &Outcome, expected: &BTreeMap<String, u64>) {
    let told = told_rows(outcome);
    for (table, count) in expected {
        let [total, records, joined, skipped, unread] = told.get(table).copied().unwrap_or_default();
        assert_eq!(total, *count, "{name}: rows of {table}");
        assert_eq!(records + joined + skipped + unread, total, "{name}: fates of {table}");
        let gaps = |kinds: &[GapKind]| -> u64 {
            let of_table = |gap: &&Gap| gap.place == *table || gap.place.ends_with(&format!(": {table}"));
            outcome.gaps.iter().filter(of_table).filter(|gap| kinds.contains(&gap.kind)).map(|gap| gap.count).sum()
        };
        assert_eq!(gaps(&[GapKind::PartUnread]), unread, "{name}: unread rows of {table} are named");
        assert_eq!(gaps(&[GapKind::Skipped, GapKind::Duplicate]), skipped, "{name}: skipped rows of {table} are named");
    }
    assert_eq!(told.len(), expected.len(), "{name}: no table but those that have rows: {told:?}");
    // Records that no single row makes: logins and tokens of clients, accounts and shared
    // subscriptions of logins, parties of logins without client, zones and rules of domains.
    let from_rows: u64 = told.values().map(|counts| counts[1]).sum();
    let made = u64::try_from(outcome.records.len()).unwrap() - from_rows;
    let logins = outcome.records.iter().filter(|one| one.kind() == Kind::Login && one.id().contains('-')).count();
    if name.contains("illing") {
        assert_eq!(made, u64::try_from(logins).unwrap(), "{name}: records beyond rows are the logins of clients");
    }
}

#[test]
fn the_rows_of_the_boxbilling_test_installation_balance() {
    let Some(folder) = folder("fossbilling") else { return };
    let content = folder.join("boxbilling-2023/content_test.sql");
    let expected = tuples(&std::fs::read_to_string(&content).unwrap());
    assert!(expected.len() > 10 && expected["client"] == 2, "{expected:?}");
    let outcome = read(fossbilling::read, vec![content, folder.join("boxbilling-2023/structure.sql")]);
    print("boxbilling-2023", &outcome);
    assert_eq!(outcome.refused, None);
    assert_balanced("boxbilling-2023", &outcome, &expected);
    let again = read(fossbilling::read, vec![folder.join("boxbilling-2023")]);
    assert_eq!(again.records, outcome.records, "a second run says the same");
    for record in &outcome.records {
        if let Record::Party(party) = record
            && party.id == "1"
        {
            assert_eq!(party.balance.unwrap().to_string(), "USD 1000.00");
        }
    }
}

#[test]
fn dumps_and_rows_of_fossbilling_are_read() {
    let Some(folder) = folder("fossbilling") else { return };
    let both = vec![folder.join("fossbilling-2026/content.sql"), folder.join("fossbilling-2026/structure.sql")];
    let expected = tuples(&std::fs::read_to_string(&both[0]).unwrap());
    let outcome = read(fossbilling::read, both);
    print("fossbilling-2026", &outcome);
    assert_eq!(outcome.refused, None);
    assert_balanced("fossbilling-2026", &outcome, &expected);
    for path in files(&folder.join("boxbilling-fixtures"), ".xml") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for line in text.split('<').filter(|line| line.contains('=') && !line.starts_with(['?', '!', '/'])) {
            let table = line.split_whitespace().next().unwrap().to_owned();
            *expected.entry(table).or_default() += 1;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = read(fossbilling::read, vec![path]);
        print(&name, &outcome);
        assert_eq!(outcome.refused, None, "{name}");
        assert_balanced(&format!("boxbilling {name}"), &outcome, &expected);
    }
}

#[test]
fn tables_of_dtc_are_read() {
    let Some(folder) = folder("dtc") else { return };
    let all = files(&folder.join("tables-2010-07"), ".sql");
    for path in &all {
        let expected = tuples(&std::fs::read_to_string(path).unwrap());
        let outcome = read(dtc::read, vec![path.clone()]);
        print(&path.file_name().unwrap().to_string_lossy(), &outcome);
        assert_eq!(outcome.refused, None, "{}", path.display());
        assert_balanced("dtc", &outcome, &expected);
    }
    assert_eq!(all.len(), 42);
    assert_eq!(read(dtc::read, vec![folder]).refused, None);
}

#[test]
fn answers_of_the_whmcs_api_are_read() {
    let Some(folder) = folder("whmcs") else { return };
    for path in files(&folder.join("api"), ".json") {
        let answer: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = read(whmcs::read, vec![path]);
        print(&name, &outcome);
        assert_eq!(outcome.refused, None, "{name}");
        let said =
            answer["totalresults"].as_str().map(|text| text.parse().unwrap()).or(answer["totalresults"].as_u64());
        let told = told_rows(&outcome);
        if let Some(said) = said {
            assert!(told.values().any(|counts| counts[0] == said), "{name} holds {said}: {told:?}");
        }
        for (table, [total, records, joined, skipped, unread]) in told {
            assert_eq!(total, records + joined + skipped + unread, "{name}: {table}");
        }
    }
    let outcome = read(whmcs::read, vec![folder.join("api")]);
    print("all answers together", &outcome);
    assert_eq!(outcome.refused, None);
}

#[test]
fn what_is_of_another_source_is_refused() {
    let (Some(dtc_files), Some(foss)) = (folder("dtc"), folder("fossbilling")) else { return };
    let vps = dtc_files.join("tables-2010-07/vps.sql");
    assert!(read(whmcs::read, vec![vps.clone()]).refused.is_some());
    assert!(read(fossbilling::read, vec![vps]).refused.is_some());
    assert!(read(whmcs::read, vec![foss.join("boxbilling-2023/content_test.sql")]).refused.is_some());
}
