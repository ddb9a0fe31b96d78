//! All that an installation holds, in a form in which two runs can be compared:
//! every row of every table, everything on the nodes, every mail that was sent.
//!
//! Ids made during a story differ from run to run. Each gets a name that is made
//! from the rows it stands in, and from the names of the ids beside it there; two
//! runs agree exactly when they agree but for the choice of ids.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use hostwright_panel::on_each;
use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::Result;
use hostwright_tests::World;
use serde_json::Value;

/// What is no part of the end state: the journal of attempts, answers that are
/// sealed with fresh randomness, and how often somebody tried.
const JOURNALS: [&str; 3] = ["job_steps", "idempotency_keys", "rate_limits"];
/// Columns that tell of attempts, of the machine's clock, or that hash or seal ids.
const OF_ATTEMPTS: [(&str, &[&str]); 5] = [
    ("jobs", &["attempt", "failures", "again", "run_at", "lease_until", "worker", "reason", "id"]),
    ("servers", &["fence"]),
    ("mails", &["claim", "tries", "unsure", "link_sealed", "error"]),
    ("invoices", &["document_hash"]),
    ("server_observations", &["boot_id"]),
];
/// Rounds in which the names of ids are refined.
const ROUNDS: usize = 4;

/// Everything, one line for each thing, with the ids that were there before.
#[derive(Debug, Clone)]
pub struct Inventory {
    lines: BTreeSet<String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Inventory {
    /// Looks at everything.
    pub async fn of(world: &World) -> Self {
        let mut lines: BTreeSet<String> = world.db.read(rows).await.unwrap().into_iter().collect();
        lines.extend(world.hypervisor.inventory().into_iter().map(|line| format!("node {line}")));
        // One mail may be handed over twice: its id lets the receiver drop one.
        lines.extend(
            world
                .mailbox
                .mails()
                .into_iter()
                .map(|mail| format!("sent {} to {}: {} {}", mail.id, mail.to, mail.subject, mail.text)),
        );
        Self { lines }
    }

    /// The ids in it.
    pub fn ids(&self) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for line in &self.lines {
            replaced(line, |id| {
                ids.insert(id.to_owned());
                String::new()
            });
        }
        ids
    }

    /// The lines, with a name made from their place for every id that is not `known`.
    pub fn named(&self, known: &BTreeSet<String>) -> BTreeSet<String> {
        let mut names: BTreeMap<String, String> = self
            .ids()
            .into_iter()
            .filter(|id| !known.contains(id))
            .map(|id| {
                let kind = id.split_once('_').map_or("uuid", |(kind, _)| kind).to_owned();
                (id, kind)
            })
            .collect();
        let with_new: Vec<(&String, BTreeSet<String>)> = self
            .lines
            .iter()
            .map(|line| {
                let mut here = BTreeSet::new();
                replaced(line, |id| {
                    here.extend(names.contains_key(id).then(|| id.to_owned()));
                    String::new()
                });
                (line, here)
            })
            .filter(|(_, here)| !here.is_empty())
            .collect();
        for _ in 0..ROUNDS {
            let mut places: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
            for (line, here) in &with_new {
                for id in here {
                    let place =
                        replaced(
                            line,
                            |other| if other == id.as_str() { "ITSELF".to_owned() } else { name_of(&names, other) },
                        );
                    places.entry(id).or_default().insert(place);
                }
            }
            let next = places
                .into_iter()
                .map(|(id, places)| {
                    let kind = id.split_once('_').map_or("uuid", |(kind, _)| kind);
                    let mut hasher = DefaultHasher::new();
                    places.hash(&mut hasher);
                    (id.to_owned(), format!("{kind}#{:04x}", hasher.finish() & 0xffff))
                })
                .collect();
            names = next;
        }
        self.lines.iter().map(|line| replaced(line, |id| name_of(&names, id))).collect()
    }

    /// The lines, with nothing but its kind for every id that is not `known`.
    fn plain(&self, known: &BTreeSet<String>) -> BTreeSet<String> {
        let kind = |id: &str| id.split_once('_').map_or("uuid", |(kind, _)| kind).to_owned();
        let name = |id: &str| if known.contains(id) { id.to_owned() } else { kind(id) };
        self.lines.iter().map(|line| replaced(line, name)).collect()
    }

    /// The same with lines that somebody else saw.
    pub fn with(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// What is in one and not in the other, for people.
    pub fn difference(&self, other: &Self, known: &BTreeSet<String>) -> String {
        let (mut ours, mut theirs) = (self.plain(known), other.plain(known));
        if ours == theirs {
            (ours, theirs) = (self.named(known), other.named(known));
        }
        let lost = theirs.difference(&ours).map(|line| format!("- {line}"));
        let found = ours.difference(&theirs).map(|line| format!("+ {line}"));
        lost.chain(found).collect::<Vec<_>>().join("\n")
    }
}

fn name_of(names: &BTreeMap<String, String>, id: &str) -> String {
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// Every row of every table that is part of the end state.
fn rows(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let tables = if tx.is_postgres() {
        "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    };
    let mut all = Vec::new();
    for table in load(tx, tables)? {
        if JOURNALS.contains(&table.as_str()) || table.starts_with("__") {
            continue;
        }
        let rows = if tx.is_postgres() {
            format!("SELECT to_jsonb(t)::text AS line FROM \"{table}\" t")
        } else {
            let columns = load(tx, &format!("SELECT name AS line FROM pragma_table_info('{table}')"))?;
            let pairs: Vec<String> = columns
                .iter()
                .map(|name| {
                    format!("'{name}', CASE typeof(\"{name}\") WHEN 'blob' THEN hex(\"{name}\") ELSE \"{name}\" END")
                })
                .collect();
            format!("SELECT json_object({}) AS line FROM \"{table}\"", pairs.join(", "))
        };
        for row in load(tx, &rows)? {
            all.push(format!("{table} {}", cleaned(&table, &row)));
        }
    }
    Ok(all)
}

fn load(tx: &mut Tx<'_>, query: &str) -> Result<Vec<String>> {
    let lines: Vec<Line> = on_each!(tx.conn, |conn| sql_query(query).load::<Line>(conn))?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// A row without what belongs to the attempts.
fn cleaned(table: &str, row: &str) -> Value {
    let mut row: Value = serde_json::from_str(row).unwrap();
    let of_attempts = OF_ATTEMPTS.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| columns);
    let columns = row.as_object_mut().unwrap();
    for column in of_attempts {
        columns.remove(*column);
    }
    if let Some(facts) = columns.get_mut("facts") {
        let mut parsed: Value = serde_json::from_str(facts.as_str().unwrap()).unwrap();
        forget_moments(&mut parsed);
        *facts = parsed;
    }
    for value in columns.values_mut() {
        if let Value::String(text) = value {
            *text = to_seconds(text);
        }
    }
    row
}

/// Moments of the machine's clock and what a guest said or used become only that
/// there was something.
fn forget_moments(facts: &mut Value) {
    match facts {
        Value::Object(fields) => {
            for (name, value) in fields {
                if matches!(name.as_str(), "at" | "listening" | "usage" | "console_mark") && !value.is_null() {
                    *value = Value::from("then");
                } else {
                    forget_moments(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forget_moments),
        _ => {}
    }
}

/// The product's clock is read another number of times, a microsecond each.
fn to_seconds(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let is_fraction = letter == '.'
            && at >= 8
            && bytes[at - 3] == b':'
            && bytes[at - 6] == b':'
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if is_fraction {
            at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        } else {
            out.push(letter);
            at += letter.len_utf8();
        }
    }
    out
}

/// The text with every id (`inv_` and 32 digits, or a UUID) replaced.
fn replaced(text: &str, mut name: impl FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let length = id_length(&text.as_bytes()[at..]);
        if length == 0 {
            out.push(letter);
            at += letter.len_utf8();
        } else {
            out.push_str(&name(&text[at..at + length]));
            at += length;
        }
    }
    out
}

/// How long the id is that the text begins with; 0 when it begins with none.
fn id_length(text: &[u8]) -> usize {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    let prefixed = text.len() >= 36
        && text[..3].iter().all(u8::is_ascii_lowercase)
        && text[3] == b'_'
        && text[4..36].iter().all(is_hex);
    let is_uuid = text.len() >= 36
        && text[..36].iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => is_hex(byte),
        });
    if prefixed || is_uuid { 36 } else { 0 }
}

#[test]
fn ids_are_named_by_their_place_and_moments_lose_their_fractions() {
    let id = |kind: &str, last: char| format!("{kind}_{}{last}", "0".repeat(31));
    let of = |first: char, second: char| Inventory {
        lines: [
            format!("orders {} of {}", id("ord", first), id("cus", first)),
            format!("orders {} of {}", id("ord", second), id("cus", second)),
            format!("customers {} called Anna", id("cus", first)),
            format!("customers {} called Bert", id("cus", second)),
        ]
        .into(),
    };
    let known = BTreeSet::new();
    assert_eq!(of('1', '2').named(&known), of('8', '7').named(&known));
    let mut swapped = of('1', '2');
    swapped.lines.remove(&format!("orders {} of {}", id("ord", '1'), id("cus", '1')));
    swapped.lines.insert(format!("orders {} of {}", id("ord", '1'), id("cus", '2')));
    assert_ne!(of('1', '2').named(&known), swapped.named(&known));
    assert!(!swapped.difference(&of('1', '2'), &known).is_empty());
    assert_eq!(to_seconds("at 2027-01-31T10:00:00.000123Z, 1.5"), "at 2027-01-31T10:00:00Z, 1.5");
    assert_eq!(id_length(b"a31b9f1c-0000-4000-8000-00000000000a."), 36);
}
