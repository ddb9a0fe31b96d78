//! DNS templates (`.tpl`) and packages (`.pkg`) as they lie on a server.
//!
//! A package is what is on sale: a product with its limits. A template becomes a zone of the
//! name `TEMPLATE.invalid`, which nobody has: `%domain%` is that name, a record that needs any
//! other placeholder is left out and the placeholder named.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::Input;
use super::super::parts::Parts;
use super::{Object, domains, object, objects, tell_rest};
use crate::formats::{archive, panel_lines};
use crate::snapshot::values::Extra;
use crate::snapshot::{Gap, GapKind, Kind, Product, ProductClass, Zone};
use crate::{Refusal, RefusalCode, Sink};

/// Reads one template or package; what it is, its lines tell.
///
/// # Errors
/// `import.not_this_format` for what is neither.
pub fn read(path: &Path, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let place = path.display().to_string();
    let refused = |reason: &str| Refusal::new(RefusalCode::NotThisFormat, &place, reason);
    let unreadable = |err| Refusal::new(RefusalCode::Unreadable, &place, err);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let Some(bytes) = archive::held(&mut file, input.limits.item_bytes).map_err(unreadable)? else {
        return Err(Refusal::new(RefusalCode::TooLarge, &place, "it is larger than is held"));
    };
    let Ok(text) = String::from_utf8(bytes) else { return Err(refused("it is neither an archive nor text")) };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let first = panel_lines::lines(&text).next().and_then(|line| panel_lines::quoted_pairs(line.text));
    let keys: Vec<String> = first.into_iter().flatten().map(|(key, _)| key).collect();
    let has = |key: &str| keys.iter().any(|one| one == key);
    let mut parts = Parts::new(&place, &input.limits);
    if has("RECORD") && has("TYPE") {
        template(&stem, &text, &mut parts, sink)?;
    } else if keys.len() == 1 && text.contains("WEB_TEMPLATE=") {
        package(&stem, &text, &mut parts, sink)?;
    } else {
        return Err(refused("it is neither an archive of an account, a DNS template nor a package"));
    }
    parts.finish(sink)
}

fn package(stem: &str, text: &str, parts: &mut Parts, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let facts = object("package", text, Kind::Product, parts);
    let is_limit = |one: &Extra| {
        !one.name.ends_with("_TEMPLATE")
            && !matches!(one.name.as_str(), "NS" | "SHELL" | "TIME" | "DATE" | "BACKUPS_INCREMENTAL")
    };
    let (limits, extra) = facts.rest().into_iter().partition(is_limit);
    sink.record(Product {
        id: format!("package/{stem}"),
        name: stem.to_owned(),
        class: ProductClass::Hosting,
        limits,
        extra,
        ..Product::default()
    })
}

fn template(stem: &str, text: &str, parts: &mut Parts, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let name = format!("{}.invalid", stem.replace(['.', '/', ' '], "-"));
    let mut zone = Zone {
        id: format!("template/{stem}"),
        name: name.clone(),
        extra: vec![Extra { name: "template".to_owned(), value: stem.to_owned() }],
        ..Zone::default()
    };
    let mut open: BTreeMap<String, u64> = BTreeMap::new();
    for (line, one) in objects("template", text, Kind::Zone, parts) {
        let mut filled = filled(one, &name);
        let needed = placeholders(&filled);
        if needed.is_empty() {
            match domains::record(&mut filled, &name, line) {
                Ok(Some(record)) => {
                    zone.records.push(record);
                    tell_rest(filled, "template", Kind::Zone, parts);
                }
                Ok(None) => parts.bad_line("template", Kind::Zone, line, "a suspended record is not taken"),
                Err(reason) => parts.bad_line("template", Kind::Zone, line, reason),
            }
        }
        for placeholder in needed {
            let count = open.entry(placeholder).or_default();
            *count = count.saturating_add(1);
        }
    }
    for (placeholder, count) in open {
        let reason = "a record of a template needs a value that only a server knows";
        let gap = Gap::new(GapKind::Skipped, &parts.container, reason).of(Kind::Zone, &zone.id);
        parts.tally.add(gap.field(&placeholder).times(count));
    }
    sink.record(zone)
}

/// `%domain%` is the zone; when and by whom a record was made is of no use.
fn filled(one: Object, name: &str) -> Object {
    let facts = one.facts.into_iter().filter(|(key, _)| !matches!(key.as_str(), "TIME" | "DATE"));
    Object { facts: facts.map(|(key, value)| (key, value.replace("%domain%", name))).collect() }
}

/// Words between percent signs.
fn placeholders(one: &Object) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in one.facts.values() {
        let is_word =
            |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        for word in value.split('%').skip(1).step_by(2).filter(is_word) {
            let placeholder = format!("%{word}%");
            if !found.contains(&placeholder) {
                found.push(placeholder);
            }
        }
    }
    found
}
