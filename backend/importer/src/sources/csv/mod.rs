//! CSV with a mapping: parties, contacts, subscriptions, domains, invoices, payments, mailboxes.
//!
//! What a column means, only the provider knows; the mapping file says it (see `docs/csv.md`).
//! Columns that the mapping does not name are kept with the record under their own name.
//!
//! Invariant: every row becomes a record of each kind that is mapped from it, or is counted in
//! a gap that says why not.

mod cells;
mod fields;
mod mapping;
mod rows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde_json::{Map, Value};

use super::Input;
use super::files::each_file;
use crate::snapshot::{Gap, GapKind, Kind, Record, Sink};
use crate::tally::Tally;
use crate::{Refusal, RefusalCode};
use cells::{Surroundings, Unreadable};
use mapping::{Field, Mapping};
use rows::{Row, Rows};

/// Reads CSV files by the mapping of the input.
///
/// # Errors
/// A [`Refusal`] where there is no mapping or a bad one, where a path cannot be read, or that of the sink.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let Some(path) = &input.mapping else {
        return Err(Refusal::new(RefusalCode::Invalid, "mapping", "CSV cannot be read without a mapping file"));
    };
    let mappings = mapping::load(path, input.limits.item_bytes)?;
    let mut gaps = Tally::default();
    let mut seen: HashSet<(Kind, String)> = HashSet::new();
    let mut used = vec![false; mappings.len()];
    for root in &input.paths {
        each_file(root, &input.limits, &mut gaps, &mut |file, gaps| {
            let is_mapping = file.canonicalize().ok().is_some_and(|file| path.canonicalize().ok() == Some(file));
            if is_mapping {
                return Ok(());
            }
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let mut here = Vec::new();
            for (mapping, used) in mappings.iter().zip(&mut used) {
                if mapping::matches(&mapping.file, &name) {
                    *used = true;
                    here.push(mapping);
                }
            }
            if here.is_empty() {
                gaps.add(Gap::new(GapKind::PartUnread, file.display(), "the mapping does not name this file"));
                return Ok(());
            }
            one(file, &here, input, &mut seen, gaps, sink)
        })?;
    }
    for (mapping, _) in mappings.iter().zip(used).filter(|(_, used)| !used) {
        gaps.add(Gap::new(GapKind::Dangling, &mapping.file, "the mapping names a file that is not there"));
    }
    gaps.flush(sink)
}

/// A mapping with the columns of a file that its fields are fed from.
struct Bound<'a> {
    mapping: &'a Mapping,
    fields: Vec<(&'a Field, Vec<usize>, Option<usize>)>,
    only: Vec<(usize, &'a str)>,
    /// Columns that are kept under their own names.
    extra: Vec<usize>,
}

fn one(
    file: &Path,
    mappings: &[&Mapping],
    input: &Input,
    seen: &mut HashSet<(Kind, String)>,
    gaps: &mut Tally,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let delimiter = mappings.iter().find_map(|mapping| mapping.delimiter);
    let mut rows = match Rows::open(file, delimiter, &input.limits) {
        Ok(rows) => rows,
        Err(refusal) => {
            let reason = format!("{}: {}", refusal.code.as_str(), refusal.reason);
            gaps.add(Gap::new(GapKind::PartUnread, file.display(), reason));
            return Ok(());
        }
    };
    let place = file.display().to_string();
    let bound = bind(mappings, rows.header(), &place, gaps);
    if bound.is_empty() {
        gaps.add(Gap::new(GapKind::PartUnread, &place, "no record can be made of this file's columns"));
    }
    while let Some(row) = rows.next(gaps) {
        let mut is_taken = false;
        for bound in &bound {
            let at = format!("{place}: line {}", row.line);
            let is_wanted = bound.only.iter().all(|(column, value)| row.cell(*column) == *value);
            if !is_wanted {
                continue;
            }
            is_taken = true;
            if let Some(record) = record(bound, &row, rows.header(), &at, input, gaps) {
                if seen.insert((record.kind(), record.id().to_owned())) {
                    sink.record(record)?;
                } else {
                    let gap = Gap::new(GapKind::Duplicate, &at, "the identifier stands twice; the first row was taken");
                    gaps.add(gap.of(record.kind(), record.id()));
                }
            }
        }
        if !is_taken {
            let reason = "the mapping does not want this row";
            gaps.add(Gap::new(GapKind::Skipped, format_args!("{place}: line {}", row.line), reason));
        }
    }
    Ok(())
}

fn bind<'a>(mappings: &[&'a Mapping], header: &[String], place: &str, gaps: &mut Tally) -> Vec<Bound<'a>> {
    let at = |name: &str| header.iter().position(|column| column == name);
    let mut all = Vec::new();
    let mut fed: HashSet<usize> = HashSet::new();
    for &mapping in mappings {
        let mut missing = |column: &str| {
            let gap = Gap::new(GapKind::Dangling, place, "the mapping names a column that is not there");
            gaps.add(gap.of(mapping.kind, "").field(column));
        };
        let mut bound = Bound { mapping, fields: Vec::new(), only: Vec::new(), extra: Vec::new() };
        for field in &mapping.fields {
            let mut columns = Vec::new();
            for name in field.rule.column.iter().chain(&field.rule.columns) {
                match at(name) {
                    Some(column) => columns.push(column),
                    None => missing(name),
                }
            }
            let currency = field.rule.currency_column.as_deref().and_then(|name| {
                let column = at(name);
                if column.is_none() {
                    missing(name);
                }
                column
            });
            fed.extend(columns.iter().chain(&currency));
            bound.fields.push((field, columns, currency));
        }
        for (name, value) in &mapping.only {
            match at(name) {
                Some(column) => {
                    fed.insert(column);
                    bound.only.push((column, value.as_str()));
                }
                None => missing(name),
            }
        }
        all.push(bound);
    }
    let ignored: HashSet<usize> =
        mappings.iter().flat_map(|mapping| &mapping.ignore).filter_map(|name| at(name)).collect();
    for column in &ignored {
        if let Some(name) = header.get(*column) {
            gaps.add(Gap::new(GapKind::PartUnread, place, "a column that the mapping leaves out").field(name));
        }
    }
    let extra: Vec<usize> =
        (0..header.len()).filter(|column| !fed.contains(column) && !ignored.contains(column)).collect();
    match all.iter_mut().find(|bound| fields::keeps_extra(bound.mapping.kind)) {
        Some(first) => first.extra = extra,
        None => {
            for name in extra.iter().filter_map(|column| header.get(*column)) {
                gaps.add(Gap::new(GapKind::PartUnread, place, "a column that feeds no field").field(name));
            }
        }
    }
    all
}

/// The text that feeds a field: cells or the constant, with the source's words replaced.
fn text_of(field: &Field, columns: &[usize], row: &Row) -> String {
    let rule = &field.rule;
    let mut text = match &rule.constant {
        Some(constant) => constant.clone(),
        None => {
            let cells: Vec<&str> =
                columns.iter().map(|column| row.cell(*column).trim()).filter(|cell| !cell.is_empty()).collect();
            cells.join(rule.join.as_deref().unwrap_or(" "))
        }
    };
    if let Some(value) = rule.values.get(&text) {
        text.clone_from(value);
    }
    if text.is_empty()
        && let Some(default) = &rule.default
    {
        text.clone_from(default);
    }
    if !text.is_empty()
        && let Some(prefix) = &rule.prefix
    {
        text.insert_str(0, prefix);
    }
    text
}

fn record(
    bound: &Bound<'_>,
    row: &Row,
    header: &[String],
    at: &str,
    input: &Input,
    gaps: &mut Tally,
) -> Option<Record> {
    let kind = bound.mapping.kind;
    let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
    let mut kept: Vec<(String, String)> = Vec::new();
    for (field, columns, currency) in &bound.fields {
        let text = text_of(field, columns, row);
        if text.is_empty() {
            continue;
        }
        let own = currency.map(|column| row.cell(column).trim()).filter(|code| !code.is_empty());
        let code = own.or(field.rule.currency.as_deref());
        let around = Surroundings {
            zone: &input.zone,
            currency: code.map_or(input.currency, |code| code.to_uppercase().parse().ok()),
        };
        match cells::value(&text, field.form, &field.rule, &around) {
            Ok(Some(value)) => {
                fields.insert(&field.name, value);
            }
            Ok(None) => {
                gaps.add(
                    Gap::new(GapKind::FactChanged, at, "a date of zeros was left out").of(kind, "").field(&field.name),
                );
            }
            Err(Unreadable(reason)) => {
                gaps.add(Gap::new(GapKind::FactLost, at, reason).of(kind, "").field(&field.name));
                kept.push((field.name.clone(), text));
            }
        }
    }
    name_party(kind, &mut fields);
    // Half of a tax or a scheme without a password says nothing that a record could hold.
    let has_tax = fields.contains_key("tax.percent") && fields.contains_key("tax.amount");
    for part in ["tax.name", "tax.percent", "tax.amount"] {
        if !has_tax && let Some(value) = fields.remove(part) {
            gaps.add(Gap::new(GapKind::FactLost, at, "a tax without percent or amount").of(kind, "").field(part));
            kept.push((part.to_owned(), value.as_str().unwrap_or_default().to_owned()));
        }
    }
    if !fields.contains_key("password.value") {
        fields.retain(|name, _| !name.starts_with("password."));
    }
    let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(missing) = fields::required(kind).iter().find(|name| !fields.contains_key(**name)) {
        gaps.add(
            Gap::new(GapKind::Skipped, at, "a row without a value that a record needs").of(kind, &id).field(missing),
        );
        return None;
    }
    if fields::keeps_extra(kind) {
        kept.extend(
            bound.extra.iter().filter_map(|column| Some((header.get(*column)?.clone(), row.cell(*column).to_owned()))),
        );
        // Cells beyond the header have no name; only the first record of the row keeps them.
        if !bound.extra.is_empty() || header.len() < row.len() {
            kept.extend(row.beyond(header.len()));
        }
        kept.retain(|(_, value)| !value.is_empty());
    }
    match build(kind, fields, kept) {
        Ok(record) => Some(record),
        Err(error) => {
            let reason =
                format!("the values make no record: {}", error.to_string().chars().take(120).collect::<String>());
            gaps.add(Gap::new(GapKind::Skipped, at, reason).of(kind, &id));
            None
        }
    }
}

/// A party without a name is called by its company, person or address.
fn name_party(kind: Kind, fields: &mut BTreeMap<&str, Value>) {
    if kind != Kind::Party || fields.contains_key("name") {
        return;
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let person = format!("{} {}", text("first_name"), text("last_name"));
    let name = [text("company"), person.trim().to_owned(), text("email")].into_iter().find(|name| !name.is_empty());
    if let Some(name) = name {
        fields.insert("name", Value::from(name));
    }
    if fields.contains_key("company") {
        fields.entry("kind").or_insert_with(|| Value::from("company"));
    }
}

/// Fields as the snapshot's own JSON, and that as a record: the snapshot decides what is allowed.
fn build(kind: Kind, fields: BTreeMap<&str, Value>, kept: Vec<(String, String)>) -> Result<Record, serde_json::Error> {
    let mut object = defaults(kind);
    for (name, value) in fields {
        match name.split_once('.') {
            None => {
                object.insert(name.to_owned(), value);
            }
            Some((outer, inner)) => {
                let part = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(part) = part {
                    part.insert(inner.to_owned(), value);
                }
            }
        }
    }
    // One tax of an invoice, which the snapshot keeps as a list.
    if let Some(tax) = object.remove("tax") {
        object.insert("taxes".to_owned(), Value::Array(vec![tax]));
    }
    if kind == Kind::Mailbox
        && let Some(Value::Object(password)) = object.get_mut("password")
    {
        password.entry("scheme").or_insert_with(|| Value::from("unknown"));
    }
    if !kept.is_empty() && fields::keeps_extra(kind) {
        let extra = kept.into_iter().map(|(name, value)| serde_json::json!({ "name": name, "value": value }));
        object.insert("extra".to_owned(), extra.collect());
    }
    let mut outer = Map::new();
    outer.insert(kind.as_str().to_owned(), Value::Object(object));
    serde_json::from_value(Value::Object(outer))
}

/// Fields that the snapshot demands and a table need not have.
fn defaults(kind: Kind) -> Map<String, Value> {
    let words: &[(&str, &str)] = match kind {
        Kind::Party => &[("kind", "person"), ("status", "active")],
        Kind::Contact => &[("role", "general")],
        Kind::Subscription | Kind::Domain => &[("status", "active")],
        Kind::Invoice => &[("status", "unpaid")],
        Kind::InvoiceLine => &[("text", "")],
        Kind::Payment => &[("kind", "payment")],
        Kind::Mailbox => &[("format", "maildir")],
        _ => &[],
    };
    words.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}
