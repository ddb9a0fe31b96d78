//! Which slice of the panel may look at which.

use std::collections::BTreeSet;

use super::expect_none;
use super::rust::{closing, code, find, word_at};
use super::source::{Finding, Source, files, line_at};

const PANEL: &str = "backend/panel/src/";

/// A slice and what it may use besides `kernel`, `platform` and itself; `*` is everything.
///
/// The same table stands in the documentation of the panel for people to read.
const MAY_USE: [(&str, &[&str]); 19] = [
    ("platform", &[]),
    ("audit", &[]),
    ("auth", &["audit"]),
    ("customers", &["auth", "audit"]),
    ("catalogue", &["auth", "audit"]),
    ("nodes", &["auth", "audit"]),
    ("images", &["auth", "nodes"]),
    ("addresses", &["auth", "nodes"]),
    ("subscriptions", &["auth", "customers", "catalogue"]),
    ("hosting", &["auth", "customers", "subscriptions"]),
    ("billing", &["auth", "customers"]),
    ("servers", &["auth", "subscriptions", "nodes", "addresses", "images"]),
    (
        "orders",
        &["auth", "catalogue", "customers", "subscriptions", "billing", "servers", "images", "nodes", "renewals"],
    ),
    ("renewals", &["auth", "subscriptions", "billing"]),
    ("tickets", &["auth", "customers", "subscriptions", "servers"]),
    ("migration", &["auth", "customers", "catalogue", "subscriptions", "hosting", "billing", "tickets"]),
    ("notifications", &["auth", "customers"]),
    ("reports", &["*"]),
    ("installation", &["*"]),
];

fn slices() -> BTreeSet<&'static str> {
    MAY_USE.iter().map(|(slice, _)| *slice).collect()
}

/// `billing/invoices/model.rs` of the panel is in the slice `billing`; what lies beside the
/// slices, and the one table of reactions with its rooms, is in none.
fn slice_of(path: &str) -> Option<&str> {
    let (slice, _) = path.strip_prefix(PANEL)?.split_once('/')?;
    (slice != "reactions").then_some(slice)
}

/// Slices that `code` names from the root of the crate, each with its offset.
fn used(path: &str, code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in find(code, "crate::") {
        names_at(code, at + "crate::".len(), &mut found);
    }
    // As many steps up as the module is deep lead to the root as well.
    let inside = path.strip_prefix(PANEL).unwrap_or(path);
    let file = inside.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let depth = file.split('/').count();
    let climb = "super::".repeat(depth);
    for at in find(code, &climb) {
        names_at(code, at + climb.len(), &mut found);
    }
    found
}

/// The name that starts here, or those of a `{group}`.
fn names_at(code: &str, at: usize, found: &mut Vec<(usize, String)>) {
    if !code[at..].starts_with('{') {
        found.push((at, word_at(code, at).to_owned()));
        return;
    }
    let end = closing(code, at);
    let mut depth = 0_usize;
    let mut fresh = true;
    for (offset, letter) in code[at..end].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => fresh = true,
            _ if depth == 1 && fresh && !letter.is_whitespace() => {
                found.push((at + offset, word_at(code, at + offset).to_owned()));
                fresh = false;
            }
            _ => {}
        }
    }
}

fn directions(source: &Source) -> Vec<Finding> {
    let Some(slice) = slice_of(&source.path) else {
        return Vec::new();
    };
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == slice) else {
        return vec![Finding::new(
            &source.path,
            1,
            format!("the slice `{slice}` has no row in the table of tests/architecture/slices.rs"),
        )];
    };
    let code = code(&source.text);
    used(&source.path, &code)
        .into_iter()
        .filter(|(_, name)| slices().contains(name.as_str()))
        .filter(|(_, name)| name != slice && name != "platform")
        .filter(|(_, name)| !allowed.contains(&"*") && !allowed.contains(&name.as_str()))
        .map(|(at, name)| {
            let message = format!("`{slice}` may not use `{name}`: record an event and let reactions.rs act on it");
            Finding::new(&source.path, line_at(&code, at), message)
        })
        .collect()
}

/// Rows `| \`slice\` | uses |` of the documentation of the panel that differ from the table here.
fn undocumented(documentation: &str) -> Vec<Finding> {
    let rows: Vec<(usize, String, BTreeSet<String>)> = documentation
        .lines()
        .enumerate()
        .filter_map(|(line, text)| {
            let mut cells = text.strip_prefix("//! |")?.split('|');
            let slice = cells.next()?.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned();
            let uses = cells.next()?.split(',').map(|name| name.trim().to_owned());
            Some((line + 1, slice, uses.filter(|name| name != "-").collect()))
        })
        .collect();
    let path = format!("{PANEL}lib.rs");
    let mut findings = Vec::new();
    for (line, slice, uses) in &rows {
        let expected = MAY_USE.iter().find(|(name, _)| name == slice);
        // "all, reading only": what follows the word is for people.
        let same = expected.is_some_and(|(_, allowed)| {
            allowed.contains(&"*") || *uses == allowed.iter().map(|name| (*name).to_owned()).collect()
        });
        if !same {
            findings.push(Finding::new(
                &path,
                *line,
                format!("the row of `{slice}` differs from the table that is enforced"),
            ));
        }
    }
    for (slice, _) in MAY_USE.iter().filter(|(slice, _)| *slice != "platform") {
        if !rows.is_empty() && !rows.iter().any(|(_, name, _)| name == slice) {
            findings.push(Finding::new(&path, 1, format!("the table has no row for `{slice}`")));
        }
    }
    findings
}

#[test]
fn slices_look_only_downwards() {
    let findings: Vec<Finding> = files(PANEL, ".rs").iter().flat_map(directions).collect();
    expect_none(&findings);
}

#[test]
fn the_table_people_read_is_the_table_that_is_enforced() {
    for source in files(PANEL, "src/lib.rs") {
        expect_none(&undocumented(&source.text));
    }
}

#[test]
fn the_table_has_no_circle() {
    for (slice, _) in MAY_USE.iter().filter(|(_, uses)| !uses.contains(&"*")) {
        let mut reached = BTreeSet::new();
        let mut open = vec![*slice];
        while let Some(next) = open.pop() {
            let row = MAY_USE.iter().find(|(name, _)| *name == next).unwrap();
            open.extend(row.1.iter().filter(|name| reached.insert(**name)));
        }
        assert!(!reached.contains(slice), "{slice} reaches itself");
    }
}

#[cfg(test)]
fn planted(path: &str, text: &str) -> Vec<String> {
    let source = Source { path: format!("{PANEL}{path}"), text: text.to_owned() };
    directions(&source).iter().map(ToString::to_string).collect()
}

#[test]
fn a_look_upwards_is_found_however_it_is_written() {
    for text in [
        "\nuse crate::billing::invoices;",
        "\nuse crate::{platform::Db, billing::{invoices, orders}};",
        "\nfn f() { crate::billing::commands::pay(); }",
        "\nuse super::super::billing::model;",
    ] {
        let found = planted("customers/commands.rs", text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(
            found[0].starts_with("backend/panel/src/customers/commands.rs:2: `customers` may not use `billing`"),
            "{found:?}"
        );
    }
    let deep = planted("billing/invoices/model.rs", "use super::super::super::orders::model;");
    assert_eq!(deep.len(), 1, "{deep:?}");
}

#[test]
fn what_the_table_allows_is_not_found() {
    for (path, text) in [
        ("renewals/commands.rs", "use crate::billing::invoices;\nuse crate::platform::Db;"),
        ("customers/commands.rs", "// crate::billing\nconst S: &str = \"crate::billing::x\";\nuse crate::auth::Call;"),
        ("billing/invoices/model.rs", "use crate::billing::tax;\nuse super::super::totals;\nuse crate::on_each;"),
        ("reports/queries.rs", "use crate::{orders, billing::ledger};"),
        ("reactions.rs", "use crate::{orders, renewals};"),
        ("reactions/letters.rs", "use crate::{orders, renewals};"),
    ] {
        assert_eq!(planted(path, text), Vec::<String>::new());
    }
}

#[test]
fn a_slice_without_a_row_is_found() {
    assert!(planted("gifts/mod.rs", "")[0].contains("`gifts` has no row"));
}

#[test]
fn a_row_that_people_read_and_is_not_enforced_is_found() {
    let wrong = undocumented("//! | `billing` | auth, customers, servers |\n");
    assert!(wrong[0].to_string().starts_with("backend/panel/src/lib.rs:1: the row of `billing`"));
    assert_eq!(undocumented("//! nothing here"), []);
}
