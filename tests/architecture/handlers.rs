//! A handler parses, calls and maps: no more than twenty lines.

use super::expect_none;
use super::rust::{closing, code, find, without_tests, word_at};
use super::source::{Finding, Source, files, line_at};

const LONGEST: usize = 20;

/// What the arguments or the result of a handler mention.
const SIGNS: [&str; 6] = ["web::", "HttpRequest", "HttpResponse", "Responder", "Multipart", "Payload"];

fn too_long(source: &Source) -> Vec<Finding> {
    let code = without_tests(&code(&source.text));
    find(&code, "async fn")
        .into_iter()
        .filter_map(|start| {
            let open = start + code[start..].find('{')?;
            let result = code[start..open].split_once("->").map_or("", |(_, result)| result);
            if !SIGNS.iter().any(|sign| result.contains(sign)) {
                return None;
            }
            let body = &code[open + 1..closing(&code, open) - 1];
            let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
            let name = word_at(&code, start + "async fn ".len());
            (lines > LONGEST).then(|| {
                let message =
                    format!("the handler `{name}` has {lines} lines of {LONGEST}: it only parses, calls and maps");
                Finding::new(&source.path, line_at(&code, start), message)
            })
        })
        .collect()
}

#[test]
fn no_handler_is_longer_than_20_lines() {
    let findings: Vec<Finding> = files("backend/server/src", ".rs").iter().flat_map(too_long).collect();
    expect_none(&findings);
}

#[test]
fn a_long_handler_is_found_and_other_long_functions_are_not() {
    let planted = |head: &str, lines: usize| {
        let text = format!("\n{head} {{\n{}    // why\n\n}}\n", "    step();\n".repeat(lines));
        too_long(&Source { path: "backend/server/src/api.rs".to_owned(), text })
    };
    let handler = "pub async fn pay(call: Call, body: web::Json<Pay>) -> HttpResponse";
    let found = planted(handler, 21);
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().starts_with("backend/server/src/api.rs:2: the handler `pay` has 21 lines"));
    assert_eq!(planted(handler, 20), []);
    assert_eq!(planted("async fn start(config: Config) -> Result<()>", 60), []);
}
