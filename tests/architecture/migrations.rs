//! Two folders of migrations with equal names, and every step can be undone.

use std::collections::BTreeMap;

use super::expect_none;
use super::source::{Finding, files};

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// `paths` are relative to the root, each with its text.
fn faults(paths: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut names: Vec<String> = paths
        .keys()
        .filter_map(|path| {
            let mut parts = path.strip_prefix("migrations/")?.split('/');
            parts.next()?;
            let name = parts.next()?;
            parts.next().map(|_| name.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();

    let mut findings = Vec::new();
    for name in &names {
        for database in DATABASES {
            for file in ["up.sql", "down.sql"] {
                let path = format!("migrations/{database}/{name}/{file}");
                match paths.get(&path) {
                    None => findings.push(Finding::new(&path, 1, "is missing: both databases go up and down together")),
                    Some(text) if !has_statement(text) => {
                        findings.push(Finding::new(&path, 1, "contains no statement"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    for pair in names.windows(2) {
        let number = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
        if number(&pair[0]) == number(&pair[1]) {
            let path = format!("migrations/sqlite/{}", pair[1]);
            findings.push(Finding::new(&path, 1, format!("has the number of {}", pair[0])));
        }
    }
    findings
}

fn has_statement(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with("--"))
}

#[test]
fn every_migration_exists_for_both_databases_with_its_way_back() {
    let paths = files("migrations", "").into_iter().map(|source| (source.path, source.text)).collect();
    expect_none(&faults(&paths));
}

#[test]
fn a_planted_gap_is_found() {
    let planted = |paths: &[&str], text: &str| {
        let paths = paths.iter().map(|path| (format!("migrations/{path}"), text.to_owned())).collect();
        faults(&paths).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let whole =
        ["sqlite/0001_a/up.sql", "sqlite/0001_a/down.sql", "postgres/0001_a/up.sql", "postgres/0001_a/down.sql"];
    assert_eq!(planted(&whole, "CREATE TABLE t (n int);"), Vec::<String>::new());
    assert_eq!(planted(&whole[..3], "DROP TABLE t;").len(), 1);
    assert_eq!(planted(&whole, "-- later\n").len(), 4);
    assert_eq!(planted(&[], ""), Vec::<String>::new());
    let mut twice = whole.to_vec();
    let second = whole.map(|path| path.replace("_a", "_b"));
    twice.extend(second.iter().map(String::as_str));
    assert_eq!(planted(&twice, "SELECT 1;"), ["migrations/sqlite/0001_b:1: has the number of 0001_a"]);
}
