//! The plan of the house held against the source text.
//!
//! Every rule is a function from a text to findings, and is shown to find a planted fault before
//! it is trusted with the tree. A finding says `path:line` and what to do.

mod compose;
mod contents;
mod crates;
mod docs;
mod handlers;
mod migrations;
mod names;
mod rust;
mod slices;
mod source;
mod wording;

use source::Finding;

/// Fails with every finding on a line of its own.
#[track_caller]
fn expect_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} found:\n{}", findings.len(), lines.join("\n"));
}
