//! YAML as panels write it: mappings, lists and words. Read as events; nothing is resolved.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

use crate::{Refusal, RefusalCode};

/// Reads one document. All scalars stay text: `0644` and `no` mean what the reader of the
/// value says. Of two equal keys the first counts.
///
/// # Errors
/// `import.syntax`; `import.hostile` for aliases, which can multiply a small text without
/// end; `import.too_large` beyond the depth.
pub fn read(text: &str, place: &str, depth: usize) -> Result<Value, Refusal> {
    // The levels that are open: a container, and for mappings the key that waits for its value.
    let mut open: Vec<(Value, Option<String>)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|err| Refusal::new(RefusalCode::Syntax, place, err))?;
        let line = || format!("{place} line {}", span.start.line());
        let closed = match event {
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => continue,
            // A second document would belong to nobody.
            Event::StreamEnd | Event::DocumentEnd => return Ok(Value::Null),
            Event::Alias(_) => {
                return Err(Refusal::new(RefusalCode::Hostile, line(), "aliases are not followed"));
            }
            Event::Scalar(word, ..) => Value::String(word.into_owned()),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= depth {
                    return Err(Refusal::new(RefusalCode::TooLarge, line(), "nested too deep"));
                }
                let is_list = matches!(event, Event::SequenceStart(..));
                open.push((if is_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) }, None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((container, _)) => container,
                None => return Err(Refusal::new(RefusalCode::Syntax, line(), "an end without a beginning")),
            },
        };
        match open.last_mut() {
            None => return Ok(closed),
            Some((Value::Array(list), _)) => list.push(closed),
            Some((Value::Object(map), waiting)) => match (waiting.take(), closed) {
                (Some(key), value) => {
                    map.entry(key).or_insert(value);
                }
                (None, Value::String(key)) => *waiting = Some(key),
                (None, _) => return Err(Refusal::new(RefusalCode::Syntax, line(), "a key that is no word")),
            },
            Some(_) => return Err(Refusal::new(RefusalCode::Syntax, line(), "a value in no container")),
        }
    }
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_dialect_of_panels_is_read_as_text() {
        let text = "--- \nmain_domain: a.example\naddon_domains: \n  b.example: b.a.example\nparked_domains: \n  - c.example\n  - 'd.example'\nsub_domains: []\nempty: ''\nport: 0644\n";
        let read = read(text, "main", 8).unwrap();
        assert_eq!(
            read,
            json!({"main_domain": "a.example", "addon_domains": {"b.example": "b.a.example"},
                "parked_domains": ["c.example", "d.example"], "sub_domains": [], "empty": "", "port": "0644"})
        );
        assert_eq!(super::read("", "main", 8).unwrap(), Value::Null);
    }

    #[test]
    fn aliases_and_depth_are_refused() {
        let code = |text: &str| read(text, "x", 8).unwrap_err().code;
        assert_eq!(code("a: &a [x, x]\nb: [*a, *a]\n"), RefusalCode::Hostile);
        assert_eq!(code(&"[".repeat(50)), RefusalCode::TooLarge);
        assert_eq!(code("a: [b"), RefusalCode::Syntax);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z:\\-\\[\\]{}&*!|>'\"# \n\t%@,?.]{0,120}") {
            let _ = read(&text, "x", 8);
        }

        #[test]
        fn a_mapping_of_words_reads_back(map in proptest::collection::btree_map("[a-z][a-z0-9.]{0,8}", "[a-z0-9._/-]{1,12}", 1..6)) {
            let text: String = map.iter().map(|(key, value)| format!("{key}: '{value}'\n")).collect();
            prop_assert_eq!(read(&text, "x", 8).unwrap(), json!(map));
        }
    }
}
