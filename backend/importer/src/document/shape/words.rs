//! What the doc comments of the snapshot say, for the schema and the documentation.

use std::collections::BTreeMap;
use std::path::Path;

/// Comments by `Type`, `Type.field` and `Type.variant_in_snake_case`.
pub fn read() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![root.join("document/header.rs")];
    files.extend(std::fs::read_dir(root.join("snapshot")).unwrap().map(|entry| entry.unwrap().path()));
    let mut words = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (mut comment, mut owner) = (String::new(), String::new());
        for line in text.lines().map(str::trim) {
            if let Some(more) = line.strip_prefix("///") {
                comment = format!("{comment} {}", more.trim()).trim().to_owned();
                continue;
            }
            if line.starts_with("#[") {
                continue;
            }
            if let Some(name) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")) {
                owner = name.split([' ', '{', '(', '<']).next().unwrap().to_owned();
                words.insert(owner.clone(), std::mem::take(&mut comment));
            } else if let Some((name, _)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(':')) {
                words.insert(format!("{owner}.{name}"), std::mem::take(&mut comment));
            } else if let Some(name) = line.strip_suffix(',').filter(|name| name.chars().all(char::is_alphanumeric)) {
                words.insert(format!("{owner}.{}", snake(name)), std::mem::take(&mut comment));
            }
            comment.clear();
        }
    }
    words
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
