//! Nothing of the machine the project was written on.

use super::expect_none;
use super::source::{Finding, Source, files};

/// Folders of people and their tools; in pieces, so that this file does not contain them.
const PLACES: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/root/", ".cargo"),
    concat!("/root/", ".rustup"),
];

/// Readers of hosting panels, whose accounts live in such folders there.
const READERS: &str = "backend/importer/src/sources/";

fn places(source: &Source) -> Vec<Finding> {
    source
        .text
        .lines()
        .enumerate()
        .flat_map(|(line, text)| {
            let is_theirs = move |place: &str| place == PLACES[1] && source.path.starts_with(READERS);
            PLACES.iter().filter(move |place| text.contains(**place) && !is_theirs(place)).map(move |place| {
                let message = format!("`{place}` is a place on one machine: use a relative path");
                Finding::new(&source.path, line + 1, message)
            })
        })
        .collect()
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let findings: Vec<Finding> = files("", "").iter().flat_map(places).collect();
    expect_none(&findings);
}

#[test]
fn a_planted_place_is_found() {
    let text = format!("fine\nlet path = \"{}project\";\n", PLACES[0]);
    let found = places(&Source { path: "a.rs".to_owned(), text });
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].line, 2);
    let home = format!("let home = \"{}carla\";", PLACES[1]);
    assert_eq!(places(&Source { path: format!("{READERS}cpanel/a.rs"), text: home.clone() }), []);
    assert_eq!(places(&Source { path: "backend/panel/src/a.rs".to_owned(), text: home }).len(), 1);
    assert_eq!(places(&Source { path: "a.rs".to_owned(), text: "../shared/fixtures".to_owned() }), []);
}
