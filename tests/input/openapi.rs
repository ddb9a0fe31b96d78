//! Every route of the built program, by the OpenAPI document: a short run of what
//! `cargo xtask fuzz openapi` does for longer.

use xtask::fuzz::openapi::{Depth, run};

#[test]
fn no_route_breaks_or_answers_what_the_document_does_not_tell() {
    let binary = xtask::lab::binary().unwrap_or_else(|| xtask::commands::build_panel().unwrap());
    run(&binary, 20_261_120, 3, Depth::Short).unwrap();
}
