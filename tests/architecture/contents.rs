//! What each kind of file of a slice never contains, and what no file of some folders does.

use super::expect_none;
use super::rust::{code, find, without_tests};
use super::source::{Finding, Source, files, line_at};

/// Words that a kind of file must not contain, and what to do instead.
struct Rule {
    applies: fn(&str) -> bool,
    words: &'static [&'static str],
    instead: &'static str,
    /// Whether code that is only compiled for tests may do it.
    tests_may: bool,
}

const PANEL: &str = "backend/panel/src/";
/// Where an amount is made, changed or decided.
const MONEY: [&str; 6] = [
    "backend/kernel/src/",
    "backend/panel/src/billing/",
    "backend/panel/src/catalogue/",
    "backend/panel/src/orders/",
    "backend/panel/src/renewals/",
    "backend/panel/src/subscriptions/",
];

const RULES: [Rule; 9] = [
    Rule {
        applies: |path| is_slice_file(path, "model.rs"),
        words: &["diesel::", "use diesel", "tokio::", "actix_web", "Clock", "now()"],
        instead: "model.rs decides in pure code: rows belong in store.rs, time is an argument",
        tests_may: false,
    },
    Rule {
        applies: |path| path.starts_with(PANEL) && !path.contains("/platform/") && !is_store(path),
        words: &["schema::", "::schema"],
        instead: "only store.rs knows tables",
        tests_may: false,
    },
    Rule {
        applies: |path| is_slice_file(path, "commands.rs"),
        words: &[
            "use diesel",
            "diesel::prelude",
            "diesel::dsl",
            "diesel::insert_into",
            "diesel::update",
            "diesel::delete",
            "sql_query",
        ],
        instead: "SQL belongs in store.rs",
        tests_may: false,
    },
    Rule {
        applies: |path| path.starts_with(PANEL),
        words: &["actix_web", "reqwest::", "StatusCode", "lettre::", "virt::"],
        instead: "the panel knows no HTTP, no mail library and no libvirt: use a port",
        tests_may: false,
    },
    Rule {
        applies: |path| is_slice_file(path, "queries.rs"),
        words: &["insert_into", "diesel::update", "diesel::delete", "db.write"],
        instead: "a query changes nothing: make it a command",
        tests_may: false,
    },
    Rule {
        applies: |path| is_slice_file(path, "tests.rs"),
        words: &["diesel::", "use diesel", "Db::", "db::Db", "Tx<", "r2d2"],
        instead: "tests.rs tests model.rs in memory; with a database it belongs in tests/slices",
        tests_may: false,
    },
    Rule {
        // A PDF's geometry is in points; amounts reach it as finished text.
        applies: |path| MONEY.iter().any(|folder| path.starts_with(folder)) && !path.starts_with(GEOMETRY),
        words: &["f32", "f64"],
        instead: "no binary float near money: Money, Rate and Quantity are exact",
        tests_may: false,
    },
    Rule {
        // A node stamps what it saw by its own machine's clock, which no business rule reads.
        applies: |path| {
            !["backend/kernel/src/clock", "backend/xtask/", "backend/node/src/driver/"]
                .iter()
                .any(|own| path.starts_with(own))
        },
        words: &["Utc::now", "Local::now", "Timestamp::now", "Zoned::now", "SystemTime::now"],
        instead: "the clock is an argument; only kernel's clock reads the time",
        tests_may: false,
    },
    Rule {
        applies: |path| !path.starts_with("tests/") && !path.starts_with("backend/xtask/"),
        words: &["todo!", "unimplemented!", "dbg!", "FIXME", "XXX"],
        instead: "finish it",
        tests_may: false,
    },
];

fn is_slice_file(path: &str, name: &str) -> bool {
    path.strip_prefix(PANEL).is_some_and(|rest| rest.ends_with(&format!("/{name}")))
}

fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || path.contains("/store/")
}

fn broken(source: &Source) -> Vec<Finding> {
    let whole = code(&source.text);
    let shipped = without_tests(&whole);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| (rule.applies)(&source.path)) {
        let text = if rule.tests_may { &shipped } else { &whole };
        for word in rule.words {
            for at in find(text, word) {
                let message = format!("`{word}`: {}", rule.instead);
                findings.push(Finding::new(&source.path, line_at(text, at), message));
            }
        }
    }
    findings
}

/// Where invoices are laid out on paper.
const GEOMETRY: &str = "backend/panel/src/billing/documents/";

/// Lines a file may have; generated tables aside.
const LONGEST: usize = 600;

fn too_long(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    let generated = source.path.ends_with("/schema.rs");
    (lines > LONGEST && !generated).then(|| {
        let message = format!("{lines} lines; more than {LONGEST} is asking to be two rooms");
        Finding::new(&source.path, LONGEST, message)
    })
}

fn all_rust() -> Vec<Source> {
    ["backend", "frontend", "tests"].iter().flat_map(|folder| files(folder, ".rs")).collect()
}

#[test]
fn each_file_contains_only_what_its_name_promises() {
    let findings: Vec<Finding> =
        all_rust().iter().filter(|source| !source.path.starts_with("tests/architecture/")).flat_map(broken).collect();
    expect_none(&findings);
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let findings: Vec<Finding> = all_rust().iter().filter_map(too_long).collect();
    expect_none(&findings);
}

#[cfg(test)]
fn planted(path: &str, text: &str) -> Vec<String> {
    let source = Source { path: path.to_owned(), text: text.to_owned() };
    broken(&source).iter().map(ToString::to_string).collect()
}

#[test]
fn a_planted_fault_is_found_with_its_line() {
    for (path, text, word) in [
        ("backend/panel/src/billing/model.rs", "use diesel::prelude::*;", "diesel::"),
        ("backend/panel/src/billing/tax/model.rs", "fn f(clock: &dyn Clock) {}", "Clock"),
        ("backend/panel/src/billing/model.rs", "fn f() { Timestamp::now(); }", "Timestamp::now"),
        ("backend/panel/src/orders/commands.rs", "use crate::platform::schema::orders;", "schema::"),
        ("backend/panel/src/orders/queries.rs", "use crate::platform::schema;", "::schema"),
        ("backend/panel/src/orders/commands.rs", "diesel::sql_query(x)", "sql_query"),
        ("backend/panel/src/orders/commands.rs", "use actix_web::HttpResponse;", "actix_web"),
        ("backend/panel/src/orders/queries.rs", "call.db.write(|tx| x)", "db.write"),
        ("backend/panel/src/orders/tests.rs", "let db = Db::memory();", "Db::"),
        ("backend/kernel/src/money.rs", "fn f() -> f64 { 0 as f64 }", "f64"),
        ("backend/panel/src/renewals/jobs.rs", "let x: f32 = y;", "f32"),
        ("backend/server/src/api.rs", "let now = Utc::now();", "Utc::now"),
        ("frontend/src/page.rs", "SystemTime::now()", "SystemTime::now"),
        ("backend/node/src/lib.rs", "todo!()", "todo!"),
    ] {
        let found = planted(path, &format!("\n{text}"));
        let expected = format!("{path}:2: `{word}`");
        assert!(found.iter().any(|line| line.starts_with(&expected)), "{path} {text}: {found:?}");
    }
}

#[test]
fn what_belongs_in_a_file_is_not_found() {
    for (path, text) in [
        ("backend/panel/src/billing/store.rs", "use diesel::prelude::*;\nuse crate::platform::schema::invoices;"),
        ("backend/panel/src/platform/jobs.rs", "use super::schema::jobs;"),
        ("backend/panel/src/billing/model.rs", "/// Never f64, never diesel::x.\n#[schema(example = 1)] struct Total;"),
        ("backend/kernel/src/clock.rs", "fn now() { Timestamp::now() }"),
        ("frontend/src/ui/chart.rs", "fn x() -> f64 { 0.5 }"),
        ("backend/panel/src/orders/commands.rs", "call.db.write(|tx| store::save(tx))"),
    ] {
        assert_eq!(planted(path, text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn a_long_file_is_found_unless_it_is_the_table_of_columns() {
    let long = |path: &str, lines: usize| too_long(&Source { path: path.to_owned(), text: "x\n".repeat(lines) });
    assert!(long("backend/a.rs", 601).is_some());
    assert!(long("backend/a.rs", 600).is_none());
    assert!(long("backend/panel/src/platform/schema.rs", 900).is_none());
}
