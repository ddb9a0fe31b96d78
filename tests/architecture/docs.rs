//! What people are told to type is what the command line takes.

use clap::{Arg, ArgAction, Command};
use hostwright_server::compose::Ports;
use hostwright_server::{agent, cli, joining, reading, routes};

use super::expect_none;
use super::source::{self, Finding};

/// Commands of the binary itself, which need no panel to speak to.
const LOCAL: &[&str] =
    &["serve", "setup", "database", "verify", "actions", "openapi", "completions", "backup", "restore"];

/// The words of a command line, with quoted ones kept together.
fn words(line: &str) -> Vec<String> {
    line.split('"')
        .enumerate()
        .flat_map(|(place, part)| match place % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Commands in shell blocks that the command line would refuse.
fn refused(file: &str, text: &str, root: &Command) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut is_shell, mut begun, mut whole) = (false, 0, String::new());
    for (place, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
        }
        if whole.is_empty() {
            begun = place + 1;
        }
        if !is_shell || whole.is_empty() && !line.starts_with("hostwright ") {
            continue;
        }
        whole.push_str(line.trim_end_matches('\\'));
        if line.ends_with('\\') {
            continue;
        }
        let typed = words(whole.split(" #").next().unwrap_or_default());
        whole.clear();
        if LOCAL.contains(&typed[1].as_str()) {
            continue;
        }
        if let Err(error) = root.clone().try_get_matches_from(&typed) {
            findings.push(Finding::new(file, begun, error.to_string().lines().next().unwrap_or_default()));
        }
    }
    findings
}

fn root() -> Command {
    let root = Command::new("hostwright")
        .subcommand_required(true)
        .arg(Arg::new("json").long("json").global(true).action(ArgAction::SetTrue))
        .subcommand(
            Command::new("migration")
                .subcommand(reading::command())
                .subcommand(joining::command())
                .subcommand(agent::command()),
        );
    cli::commands(root, &routes::all(&Ports::none()))
}

#[test]
fn every_command_in_the_documents_is_taken() {
    let root = root();
    let documents = source::files("docs", ".md");
    let found: Vec<Finding> =
        documents.iter().flat_map(|document| refused(&document.path, &document.text, &root)).collect();
    expect_none(&found);
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let text = "```sh\nhostwright plans create --name \"A b\" \\\n    --wrong 1\nhostwright plans list --json\n```\nhostwright nowhere";
    let found = refused("a.md", text, &root());
    assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
}
