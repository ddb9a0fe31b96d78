//! The scale-out shape is valid without an engine to try it on.

use std::fs;

use hostwright_server::config::KEYS;
use saphyr::{LoadableYamlNode as _, Yaml};

use super::source::root;

/// The services of a compose file, each with its name.
fn services<'a>(compose: &'a Yaml<'a>) -> Vec<(&'a str, &'a Yaml<'a>)> {
    entries(&compose["services"])
}

fn entries<'a>(mapping: &'a Yaml<'a>) -> Vec<(&'a str, &'a Yaml<'a>)> {
    let pairs = mapping.as_mapping().map(|pairs| pairs.iter().collect::<Vec<_>>());
    pairs.unwrap_or_default().into_iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
}

/// Names in a list or the keys of a mapping: compose allows both.
fn names<'a>(node: Option<&'a Yaml<'a>>) -> Vec<&'a str> {
    let Some(node) = node else { return Vec::new() };
    match node.as_sequence() {
        Some(list) => list.iter().filter_map(Yaml::as_str).collect(),
        None => entries(node).into_iter().map(|(name, _)| name).collect(),
    }
}

/// Whether the panel reads this variable.
fn is_setting(variable: &str) -> bool {
    let setting = variable.strip_prefix("HOSTWRIGHT_").map(str::to_lowercase);
    setting.is_some_and(|setting| KEYS.iter().any(|(key, ..)| *key == setting))
}

fn faults(text: &str) -> Vec<String> {
    let documents = match Yaml::load_from_str(text) {
        Ok(documents) if documents.len() == 1 => documents,
        Ok(documents) => return vec![format!("{} documents instead of one", documents.len())],
        Err(error) => return vec![format!("is no YAML: {error}")],
    };
    let compose = &documents[0];
    if compose.as_mapping().is_none_or(|keys| !keys.contains_key(&Yaml::value_from_str("services"))) {
        return vec!["has no services".to_owned()];
    }
    let known: Vec<&str> = services(compose).into_iter().map(|(name, _)| name).collect();
    let volumes = names(compose.as_mapping_get("volumes"));
    let mut faults = Vec::new();
    for (name, service) in services(compose) {
        let get = |key: &str| service.as_mapping_get(key);
        for other in names(get("depends_on")) {
            if !known.contains(&other) {
                faults.push(format!("{name} depends on {other}, which does not exist"));
            }
        }
        if get("healthcheck").is_none() {
            faults.push(format!("{name} has no healthcheck"));
        }
        match get("image").and_then(Yaml::as_str) {
            Some(image) if !image.contains(':') || image.ends_with(":latest") => {
                faults.push(format!("{name} has no fixed version: {image}"));
            }
            None if get("build").is_none() => faults.push(format!("{name} has neither image nor build")),
            _ => {}
        }
        for port in names(get("ports")) {
            if !port.starts_with("127.0.0.1:${") {
                faults.push(format!("{name} publishes {port} beyond loopback or without a variable"));
            }
        }
        for volume in names(get("volumes")) {
            let source = volume.split(':').next().unwrap_or_default();
            if !source.starts_with('.') && !volumes.contains(&source) {
                faults.push(format!("{name} uses the volume {source}, which does not exist"));
            }
        }
        if name == "panel" {
            for key in names(get("environment")) {
                if !is_setting(key) {
                    faults.push(format!("panel has the variable {key}, which it does not read"));
                }
            }
        }
    }
    faults
}

#[test]
fn the_compose_file_is_consistent() {
    let text = fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    assert_eq!(faults(&text), Vec::<String>::new());
    for service in ["panel", "postgres", "store", "mail", "dns"] {
        assert!(text.contains(&format!("\n  {service}:\n")), "{service}");
    }
}

#[test]
fn the_image_of_the_panel_does_not_run_as_root() {
    let text = fs::read_to_string(root().join("Dockerfile")).unwrap();
    let user = text.lines().rev().find_map(|line| line.strip_prefix("USER "));
    assert!(user.is_some_and(|user| user != "root" && user != "0"), "{user:?}");
    assert!(text.lines().filter(|line| line.starts_with("FROM ")).count() > 1);
    let settings = text.split_whitespace().filter_map(|word| word.split_once('='));
    for (name, _) in settings.filter(|(name, _)| name.starts_with("HOSTWRIGHT_")) {
        assert!(is_setting(name), "{name}");
    }
}

#[test]
fn a_planted_fault_is_found() {
    let panel = "    build: .\n    healthcheck: {test: x}\n";
    let planted = |more: &str| faults(&format!("services:\n  panel:\n{panel}{more}"));
    assert_eq!(planted(""), Vec::<String>::new());
    for (more, said) in [
        ("    depends_on: [postgress]\n", "depends on postgress"),
        ("    depends_on:\n      store: {condition: x}\n", "depends on store"),
        ("    environment: {DATABASE_URL: x}\n", "variable DATABASE_URL"),
        ("    environment: {HOSTWRIGHT_DATABASE: x}\n", "variable HOSTWRIGHT_DATABASE"),
        ("    ports: ['8080:8080']\n", "publishes 8080:8080"),
        ("    volumes: ['data:/data']\n", "volume data"),
        ("  mail:\n    image: mailpit\n    healthcheck: {test: x}\n", "no fixed version"),
        ("  mail:\n    image: mailpit:1\n", "mail has no healthcheck"),
    ] {
        let found = planted(more);
        assert!(found.len() == 1 && found[0].contains(said), "{more}: {found:?}");
    }
    assert!(faults("services: [")[0].contains("is no YAML"));
    assert_eq!(faults("volumes: {}"), ["has no services"]);
}
