//! Names that say nothing.

use super::expect_none;
use super::rust::{code, find, word_at};
use super::source::{Finding, Source, files, line_at};

const BANNED: [&str; 11] =
    ["service", "services", "manager", "managers", "helper", "helpers", "util", "utils", "common", "misc", "stuff"];

/// Small words of `ticketHelper`, `ticket_helper` and `ticket-helper.rs`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
        } else if letter.is_uppercase() {
            words.push(letter.to_lowercase().collect());
        } else if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words
}

fn banned(name: &str) -> Option<String> {
    words(name).into_iter().find(|word| BANNED.contains(&word.as_str()))
}

fn in_path(path: &str) -> Vec<Finding> {
    path.split('/')
        // A unit of systemd is a service by its format.
        .filter(|part| !part.ends_with(".service"))
        .filter_map(banned)
        .map(|word| Finding::new(path, 1, format!("`{word}` is no name: say what it does")))
        .collect()
}

fn in_items(source: &Source) -> Vec<Finding> {
    let code = code(&source.text);
    ["mod ", "struct ", "enum ", "trait ", "type "]
        .iter()
        .flat_map(|kind| find(&code, kind).into_iter().map(|at| at + kind.len()))
        .filter_map(|at| {
            let name = word_at(&code, at);
            let word = banned(name)?;
            let message = format!("`{name}`: `{word}` is no name; say what it does");
            Some(Finding::new(&source.path, line_at(&code, at), message))
        })
        .collect()
}

#[test]
fn no_file_and_no_item_has_a_name_that_says_nothing() {
    let mut findings = Vec::new();
    for folder in ["backend", "frontend", "tests", "assets", "locales", "docs"] {
        for source in files(folder, "") {
            findings.extend(in_path(&source.path));
            if source.path.ends_with(".rs") && !source.path.starts_with("tests/architecture/") {
                findings.extend(in_items(&source));
            }
        }
    }
    expect_none(&findings);
}

#[test]
fn a_planted_name_is_found() {
    assert_eq!(in_path("backend/panel/src/billing/utils.rs").len(), 1);
    assert_eq!(in_path("backend/panel/src/common/mod.rs").len(), 1);
    assert_eq!(in_path("tests/ticket_helpers.rs").len(), 1);
    assert_eq!(in_path("backend/panel/src/community/model.rs"), []);
    assert_eq!(in_path("backend/xtask/src/images/seed.service"), []);
    let planted = |text: &str| in_items(&Source { path: "a.rs".to_owned(), text: text.to_owned() }).len();
    assert_eq!(planted("pub struct InvoiceManager;"), 1);
    assert_eq!(planted("mod helper;\ntrait MailService {}"), 2);
    assert_eq!(planted("use actix_web::dev::Service;\nstruct Commonplace;\n// struct Manager"), 0);
}
