//! What must hold of everything that a reader says, whatever it was given.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use hostwright_importer::document::{Document, Form, Header, Writer};
use hostwright_importer::snapshot::{Guest, Subscription};
use hostwright_importer::sources::join::Joining;
use hostwright_importer::sources::matching::match_guests;
use hostwright_importer::{Entry, Gap, GapKind, Limits, Record, Refusal, RefusalCode, Sink};

use super::change::PLANTED;
use super::judge::{Fault, same};

/// Characters of a reason: it never carries more than a few words of the input.
const REASON: usize = 2_000;

/// Every record has an identifier of its own, every gap and refusal its reason and place, and rows of tables
/// are counted whole.
pub fn check(entries: &[Entry], refused: Option<&Refusal>) -> Result<(), Fault> {
    let mut ids = BTreeSet::new();
    // The identifiers and gaps of a document are its writer's; it is passed on as it streams.
    let are_ours = !entries.iter().any(|entry| matches!(entry, Entry::Fact(fact) if fact.name == "source_kind"));
    let mut rows: BTreeMap<&str, &str> = BTreeMap::new();
    let mut gaps: Vec<&Gap> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Record(record) if record.id().is_empty() => {
                return Err(Fault::new("a record without identifier", format!("{record:?}")));
            }
            Entry::Record(record) => {
                if are_ours && !ids.insert((record.kind(), record.id())) {
                    let kind = format!("an identifier stands twice: {}", record.kind().as_str());
                    return Err(Fault::new(kind, format!("{:?}", record.id())));
                }
            }
            Entry::Gap(gap) => {
                if are_ours && (gap.reason.is_empty() || gap.place.is_empty() || gap.count == 0) {
                    return Err(Fault::new("a gap without reason, place or count", format!("{gap:?}")));
                }
                if are_ours && (gap.id.as_deref() == Some("") || gap.reason.chars().count() > REASON) {
                    return Err(Fault::new("a gap with an empty identifier or the whole input", format!("{gap:?}")));
                }
                gaps.push(gap);
            }
            Entry::Fact(fact) => {
                if let Some(table) = fact.name.strip_prefix("rows.") {
                    rows.insert(table, &fact.value);
                }
            }
        }
    }
    for (table, told) in rows {
        balanced(table, told, &gaps)?;
    }
    match refused {
        None if entries.is_empty() => Err(Fault::new("it ended well and said nothing", "")),
        Some(refusal) if refusal.code == RefusalCode::Stopped => {
            Err(Fault::new("stopped by nobody", format!("{refusal:?}")))
        }
        Some(refusal) if refusal.reason.is_empty() || refusal.reason.chars().count() > REASON => {
            Err(Fault::new("a refusal without reason, or with the whole input", format!("{refusal:?}")))
        }
        Some(refusal) if refusal.place.is_empty() => Err(Fault::new("a refusal without place", format!("{refusal:?}"))),
        _ => Ok(()),
    }
}

/// The fates of a table's rows add up, and what was not taken is named by gaps of as many rows.
fn balanced(table: &str, told: &str, gaps: &[&Gap]) -> Result<(), Fault> {
    let numbers: Vec<u64> =
        told.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    let [total, records, joined, skipped, unread] = numbers[..] else {
        return Err(Fault::new("counts of rows that are none", told));
    };
    let counted = |kinds: &[GapKind]| -> u64 {
        let of_table = |gap: &&&Gap| gap.place == table || gap.place.ends_with(&format!(": {table}"));
        gaps.iter().filter(of_table).filter(|gap| kinds.contains(&gap.kind)).map(|gap| gap.count).sum()
    };
    let text =
        || format!("{table:?}: {told}; {:?}", gaps.iter().filter(|gap| gap.place.contains(table)).collect::<Vec<_>>());
    // More different gaps than are told apart end the counting by table.
    if gaps.iter().any(|gap| gap.place == "the whole") || table.chars().count() > 80 {
        return Ok(());
    }
    if records + joined + skipped + unread != total {
        return Err(Fault::new("the fates of rows do not add up", text()));
    }
    if counted(&[GapKind::PartUnread]) < unread {
        return Err(Fault::new("unread rows that no gap names", text()));
    }
    if counted(&[GapKind::Skipped, GapKind::Duplicate]) < skipped {
        return Err(Fault::new("skipped rows that no gap names", text()));
    }
    Ok(())
}

/// Gaps of whole things, however much is in them: a refused file, a table, a snapshot, an object.
const WHOLES: &[&str] = &[
    "import.",
    "the table has no place",
    "what a snapshot held",
    "only a server knows",
    "stands twice",
    "a suspended record",
];

/// What was planted came out: nothing disappears silently.
pub fn check_planted(entries: &[Entry]) -> Result<(), Fault> {
    // What is not taken as a whole takes with it what was planted in it.
    let is_told = |entry: &Entry| match entry {
        Entry::Gap(gap) if gap.kind == GapKind::Duplicate || WHOLES.iter().any(|whole| gap.reason.contains(whole)) => {
            true
        }
        entry => format!("{entry:?}").to_ascii_lowercase().contains(PLANTED),
    };
    if entries.iter().any(is_told) {
        return Ok(());
    }
    let told: Vec<String> = entries.iter().take(20).map(|entry| format!("{entry:?}")).collect();
    Err(Fault::new("what was planted is told nowhere", told.join("\n")))
}

/// Our own document holds all of it, in both forms.
pub fn check_written(entries: &[Entry]) -> Result<(), Fault> {
    for form in [Form::Xml, Form::Json] {
        let header = Header { source_kind: "fuzz".to_owned(), ..Header::default() };
        let mut writer = Writer::new(form, Vec::new(), &header).unwrap();
        for entry in entries {
            writer.take(entry.clone()).map_err(|refusal| Fault::new("what cannot be written", refusal.to_string()))?;
        }
        let bytes = writer.finish().unwrap();
        let limits = Limits { item_bytes: 256 << 20, ..Limits::default() };
        let mut again: Vec<Entry> = Vec::new();
        Document::open(Cursor::new(&bytes), "document", &limits)
            .and_then(|document| document.read(&mut again))
            .map_err(|refusal| Fault::new(format!("our own document is refused, {form:?}"), refusal.to_string()))?;
        same(&format!("our own document, {form:?},"), entries, &again)?;
    }
    Ok(())
}

/// The join with billing and the match of guests take whatever came, and no guest is lost in them.
pub fn check_joined(entries: &[Entry]) -> Result<(), Fault> {
    let mut joining = Joining::default();
    let (mut guests, mut sold) = (Vec::new(), Vec::new());
    for entry in entries {
        joining.take(entry.clone()).unwrap();
        match entry {
            Entry::Record(Record::Guest(guest)) => guests.push(Guest::clone(guest)),
            Entry::Record(Record::Subscription(one)) => sold.push(Subscription::clone(one)),
            _ => {}
        }
    }
    let _ = joining.finish();
    if guests.len() <= 60 {
        let (once, again) = (match_guests(&guests, &guests, &sold), match_guests(&guests, &guests, &sold));
        if format!("{once:?}") != format!("{again:?}") {
            return Err(Fault::new("guests are matched in two ways", format!("{once:?}\n{again:?}")));
        }
    }
    Ok(())
}
