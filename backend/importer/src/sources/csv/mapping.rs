//! The mapping file: which column feeds which field of which kind of record.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::fields::{self, Form};
use crate::snapshot::Kind;
use crate::sources::files::bytes_of;
use crate::{Refusal, RefusalCode};

/// What the mapping file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    /// Each kind of record that each file holds.
    pub record: Vec<RecordMapping>,
}

/// One kind of record of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordMapping {
    /// The file's name; `*` may stand for a part of it.
    pub file: String,
    /// The kind of record, by the snapshot's name.
    pub kind: String,
    /// One byte between cells; guessed from the first line where it is absent.
    #[serde(default)]
    pub delimiter: Option<String>,
    /// The currency of amounts that do not name their own.
    #[serde(default)]
    pub currency: Option<String>,
    /// The form of dates of this file.
    #[serde(default)]
    pub date: Option<String>,
    /// Decimal separator of amounts of this file, `.` where it is absent.
    #[serde(default)]
    pub decimal: Option<char>,
    /// Separator of thousands of this file.
    #[serde(default)]
    pub thousands: Option<char>,
    /// Columns that are left out on purpose.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Rows are only taken where these columns have these values.
    #[serde(default)]
    pub only: BTreeMap<String, String>,
    /// Field by field.
    pub fields: BTreeMap<String, FieldText>,
}

/// How a field is fed: in short by the name of a column, or at length.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum FieldText {
    Column(String),
    Rule(Box<Rule>),
}

/// How a field is fed.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// The column.
    #[serde(default)]
    pub column: Option<String>,
    /// Several columns, joined with `join`.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What stands between several columns, a space where it is absent.
    #[serde(default)]
    pub join: Option<String>,
    /// The same for every row.
    #[serde(default)]
    pub constant: Option<String>,
    /// Where the cell is empty.
    #[serde(default)]
    pub default: Option<String>,
    /// What the source's words mean.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// The form of the date: `%d.%m.%Y`, or `unix` for seconds since 1970.
    #[serde(default)]
    pub date: Option<String>,
    /// Decimal separator.
    #[serde(default)]
    pub decimal: Option<char>,
    /// Separator of thousands.
    #[serde(default)]
    pub thousands: Option<char>,
    /// The currency of an amount.
    #[serde(default)]
    pub currency: Option<String>,
    /// The column that names the currency of an amount.
    #[serde(default)]
    pub currency_column: Option<String>,
    /// What a number of bytes counts: `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`.
    #[serde(default)]
    pub unit: Option<String>,
    /// What stands between the items of a list.
    #[serde(default)]
    pub separator: Option<String>,
    /// Put in front of the value, for example to keep identifiers of two files apart.
    #[serde(default)]
    pub prefix: Option<String>,
}

/// A mapping that was checked: every field exists and every form is known.
#[derive(Debug)]
pub(super) struct Mapping {
    pub file: String,
    pub kind: Kind,
    pub delimiter: Option<u8>,
    pub ignore: Vec<String>,
    pub only: BTreeMap<String, String>,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub name: String,
    pub form: Form,
    pub rule: Rule,
}

pub(super) fn load(path: &Path, most: usize) -> Result<Vec<Mapping>, Refusal> {
    let refuse = |reason: &str| Refusal::new(RefusalCode::Syntax, path.display(), reason);
    let bytes = bytes_of(path, most)?;
    let text = String::from_utf8(bytes).map_err(|_not_utf8| refuse("the mapping is not UTF-8"))?;
    parse(&text).map_err(|reason| refuse(&reason))
}

pub(super) fn parse(text: &str) -> Result<Vec<Mapping>, String> {
    let file: MappingFile = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    file.record.into_iter().map(checked).collect()
}

fn checked(record: RecordMapping) -> Result<Mapping, String> {
    let kind = Kind::named(&record.kind)
        .filter(|kind| !fields::of(*kind).is_empty())
        .ok_or_else(|| format!("no kind of record that CSV can hold: {}", record.kind))?;
    let delimiter = match record.delimiter.as_deref().map(str::as_bytes) {
        None => None,
        Some([byte]) => Some(*byte),
        Some(b"\\t" | b"tab") => Some(b'\t'),
        Some(_) => return Err("a delimiter is one byte".to_owned()),
    };
    let mut list = Vec::new();
    for (name, text) in record.fields {
        let Some(form) = fields::form(kind, &name) else {
            return Err(format!("{} has no field {name}", record.kind));
        };
        let mut rule = match text {
            FieldText::Column(column) => Rule { column: Some(column), ..Rule::default() },
            FieldText::Rule(rule) => *rule,
        };
        rule.date = rule.date.or_else(|| record.date.clone());
        rule.decimal = rule.decimal.or(record.decimal);
        rule.thousands = rule.thousands.or(record.thousands);
        rule.currency = rule.currency.or_else(|| record.currency.clone());
        if rule.column.is_none() && rule.columns.is_empty() && rule.constant.is_none() {
            return Err(format!("{name} is fed by no column and no constant"));
        }
        list.push(Field { name, form, rule });
    }
    if !list.iter().any(|field| field.name == "id") {
        return Err(format!("{} of {} has no id", record.kind, record.file));
    }
    Ok(Mapping { file: record.file, kind, delimiter, ignore: record.ignore, only: record.only, fields: list })
}

/// Whether a file's name is that of a mapping, `*` standing for any part.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut has_star = false;
    let mut last = "";
    for part in parts {
        has_star = true;
        match rest.find(part).and_then(|at| rest.get(at.checked_add(part.len())?..)) {
            Some(after) => rest = after,
            None => return false,
        }
        last = part;
    }
    rest.is_empty() || (has_star && (last.is_empty() || name.ends_with(last)))
}
