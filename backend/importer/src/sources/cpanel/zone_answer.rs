//! UAPI `DNS/parse_zone`: one object a line of the zone file, texts in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answers::scalar;
use crate::snapshot::values::Extra;
use crate::snapshot::{GapKind, Kind, Zone, ZoneRecord};
use crate::{GapCounts, Refusal, Sink};

/// Keys of a row that are read.
const KEYS: &[&str] = &["line_index", "type", "text_b64", "dname_b64", "record_type", "data_b64", "ttl"];

/// Tells the zone that the rows describe. The answer does not name it: it is the owner of the
/// SOA, else the shortest owner of NS records, else what the file is called.
pub fn tell(
    rows: &[Value],
    stem: &str,
    place: &str,
    tally: &mut GapCounts,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let mut zone = Zone::default();
    for row in rows {
        let line = row.get("line_index").and_then(scalar).and_then(|text| text.parse::<u64>().ok());
        let example = line.map_or_else(|| "a row".to_owned(), |line| format!("line {line}"));
        match row.get("type").and_then(Value::as_str) {
            Some("record") => match record(row, line) {
                Some(record) => zone.records.push(record),
                None => tally.count(GapKind::Skipped, place, Some(Kind::Zone), "a record cannot be read", &example),
            },
            Some("comment") => match row.get("text_b64").and_then(decoded) {
                Some(value) => zone.extra.push(Extra { name: "comment".to_owned(), value }),
                None => tally.count(GapKind::FactLost, place, Some(Kind::Zone), "a comment cannot be read", &example),
            },
            Some("control") => {
                let text = row.get("text_b64").and_then(decoded).unwrap_or_default();
                match text.split_whitespace().collect::<Vec<_>>().as_slice() {
                    [word, seconds] if word.eq_ignore_ascii_case("$TTL") && seconds.parse::<u32>().is_ok() => {
                        zone.default_ttl = seconds.parse().ok();
                    }
                    [word, _] if word.eq_ignore_ascii_case("$ORIGIN") => {}
                    _ => tally.count(
                        GapKind::Skipped,
                        place,
                        Some(Kind::Zone),
                        "a control line is not followed",
                        &example,
                    ),
                }
            }
            _ => tally.count(GapKind::Skipped, place, Some(Kind::Zone), "a row of a type that is not known", &example),
        }
        let ttl = row.get("ttl").filter(|ttl| !ttl.is_null());
        if ttl.is_some_and(|ttl| seconds(ttl).is_none()) {
            tally.count(GapKind::FactLost, place, Some(Kind::Zone), "a time to live cannot be read", &example);
        }
        for key in row.as_object().into_iter().flat_map(|row| row.keys()).filter(|key| !KEYS.contains(&key.as_str())) {
            let reason = format!("the key '{key}' has no place");
            tally.count(GapKind::FactLost, place, Some(Kind::Zone), &reason, &example);
        }
    }
    let owners = |kind: &str| -> Vec<String> {
        zone.records.iter().filter(|one| one.kind == kind).map(|one| one.owner.clone()).collect()
    };
    let apex = owners("SOA").into_iter().next().or_else(|| owners("NS").into_iter().min_by_key(String::len));
    zone.name = match apex {
        Some(owner) => owner.trim_end_matches('.').to_owned(),
        None => {
            let reason = "the answer does not name the zone; the file's name was taken";
            tally.count(GapKind::FactChanged, place, Some(Kind::Zone), reason, stem);
            stem.trim_end_matches('.').to_lowercase()
        }
    };
    zone.id.clone_from(&zone.name);
    if zone.id.is_empty() {
        tally.count(GapKind::Skipped, place, Some(Kind::Zone), "a zone without a name", "");
        return Ok(());
    }
    sink.record(zone)
}

fn seconds(value: &Value) -> Option<u32> {
    scalar(value)?.parse().ok()
}

fn decoded(value: &Value) -> Option<String> {
    String::from_utf8(STANDARD.decode(value.as_str()?).ok()?).ok()
}

fn record(row: &Value, line: Option<u64>) -> Option<ZoneRecord> {
    let owner = decoded(row.get("dname_b64")?)?.to_lowercase();
    let kind = row.get("record_type")?.as_str()?.to_uppercase();
    let words: Vec<String> = row.get("data_b64")?.as_array()?.iter().map(decoded).collect::<Option<_>>()?;
    if owner.is_empty() || words.is_empty() {
        return None;
    }
    let data: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| match kind.as_str() {
            "TXT" | "SPF" => quoted(word),
            "CAA" if at == 2 => quoted(word),
            _ => word.clone(),
        })
        .collect();
    let ttl = row.get("ttl").and_then(seconds);
    Some(ZoneRecord { owner, ttl, kind, data: data.join(" "), line })
}

/// A character string of presentation form.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_ascii() && !letter.is_ascii_control() => quoted.push(letter),
            _ => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\{byte:03}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
