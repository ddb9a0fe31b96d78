//! Which crate may depend on which, and which outside crates belong to one crate alone.

use super::expect_none;
use super::source::{Finding, Source, files, root};

/// A crate and those of ours it may depend on, in code that ships.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("backend/kernel", &[]),
    // The neutral snapshot's values are what records land with.
    ("backend/panel", &["hostwright-kernel", "hostwright-importer"]),
    ("backend/importer", &["hostwright-kernel"]),
    ("backend/mailboxes", &["hostwright-importer"]),
    ("backend/node", &["hostwright-kernel"]),
    ("backend/link", &["hostwright-kernel"]),
    ("backend/gateways", &["hostwright-kernel", "hostwright-panel", "hostwright-node"]),
    ("frontend", &["hostwright-kernel", "hostwright-panel"]),
    ("backend/agent", &["hostwright-kernel", "hostwright-node", "hostwright-link"]),
    ("backend/server", &["*"]),
    ("backend/xtask", &[]),
    ("tests", &["*"]),
];

/// An outside crate, the only crates that may depend on it, and why.
const KEPT_IN: [(&str, &[&str], &str); 6] = [
    ("virt", &["backend/node"], "the C library stays behind the node library"),
    ("actix-web", &["backend/server"], "HTTP is the server's business"),
    ("lettre", &["backend/gateways"], "mail goes through a port"),
    ("leptos", &["frontend"], "pages are the frontend's business"),
    ("openssl", &[], "rustls only"),
    ("native-tls", &[], "rustls only"),
];

fn faults(manifest: &Source) -> Vec<Finding> {
    let folder = manifest.path.trim_end_matches("/Cargo.toml");
    let row = MAY_USE.iter().find(|(name, _)| *name == folder);
    let Some((_, allowed)) = row else {
        return vec![Finding::new(
            &manifest.path,
            1,
            "this crate has no row in the table of tests/architecture/crates.rs",
        )];
    };
    let mut findings = Vec::new();
    if !manifest.text.contains("[lints]\nworkspace = true") {
        findings.push(Finding::new(&manifest.path, 1, "the lints of the workspace are not switched on"));
    }
    for (line, name) in dependencies(&manifest.text) {
        let ours = name.starts_with("hostwright-") || name == "xtask";
        if ours && !allowed.contains(&"*") && !allowed.contains(&name.as_str()) {
            findings.push(Finding::new(&manifest.path, line, format!("may not depend on `{name}`")));
        }
        for (_, homes, why) in KEPT_IN.iter().filter(|(kept, ..)| *kept == name) {
            if !homes.contains(&folder) && folder != "tests" {
                findings.push(Finding::new(&manifest.path, line, format!("`{name}` does not belong here: {why}")));
            }
        }
    }
    findings
}

/// Names below `[dependencies]` and `[target.*.dependencies]`, each with its line.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (line, text) in manifest.lines().enumerate() {
        if text.starts_with('[') {
            inside = text.ends_with("dependencies]") && !text.contains("dev-");
        } else if inside && !text.starts_with(['#', ' ', '\t']) {
            let name: String = text.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            if !name.is_empty() {
                found.push((line + 1, name));
            }
        }
    }
    found
}

#[test]
fn crates_depend_only_downwards() {
    let mut manifests = files("backend", "Cargo.toml");
    manifests.extend(files("frontend", "Cargo.toml"));
    manifests.extend(files("tests", "Cargo.toml"));
    assert!(root().join("Cargo.toml").exists());
    let findings: Vec<Finding> = manifests.iter().flat_map(faults).collect();
    expect_none(&findings);
}

#[test]
fn a_planted_dependency_is_found() {
    let planted = |folder: &str, dependency: &str| {
        let text = format!("[lints]\nworkspace = true\n\n[dependencies]\n# why\n{dependency}.workspace = true\n");
        faults(&Source { path: format!("{folder}/Cargo.toml"), text })
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        planted("backend/kernel", "hostwright-panel"),
        ["backend/kernel/Cargo.toml:6: may not depend on `hostwright-panel`"]
    );
    assert_eq!(planted("backend/panel", "actix-web").len(), 1);
    assert_eq!(planted("backend/panel", "virt").len(), 1);
    assert_eq!(planted("backend/server", "openssl").len(), 1);
    assert_eq!(planted("backend/unknown", "serde").len(), 1);
    assert_eq!(planted("backend/node", "virt"), Vec::<String>::new());
    assert_eq!(planted("backend/server", "hostwright-node"), Vec::<String>::new());
}
