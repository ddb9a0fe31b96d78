use std::process::Command;

use proptest::prelude::*;

use super::shape::{Entropy, Shapes};
use super::*;
use crate::{Counts, GapKind, Kind};

fn written(form: Form, header: &Header, entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::new(form, Vec::new(), header).unwrap();
    for entry in entries {
        writer.take(entry.clone()).unwrap();
    }
    writer.finish().unwrap()
}

fn read_back(bytes: &[u8]) -> Result<(Header, Vec<Entry>), Refusal> {
    let document = Document::open(bytes, "test", &Limits::default())?;
    let (header, mut entries) = (document.header().clone(), Vec::new());
    document.read(&mut entries)?;
    Ok((header, entries))
}

fn head() -> Header {
    Header { source_kind: "test".into(), ..Header::default() }
}

/// A small document around some elements.
fn xml(inside: &str) -> String {
    format!(
        "<snapshot xmlns='{NAMESPACE}' version='1'><header><source_kind>test</source_kind></header>{inside}</snapshot>"
    )
}

fn json(inside: &str) -> String {
    format!(r#"{{"format":"{NAMESPACE}","version":"1","header":{{"source_kind":"test"}},"entries":[{inside}]}}"#)
}

fn gaps(entries: &[Entry]) -> Vec<&crate::Gap> {
    entries.iter().filter_map(|entry| if let Entry::Gap(gap) = entry { Some(gap) } else { None }).collect()
}

fn parties(entries: &[Entry]) -> Vec<&str> {
    let party = |entry| match entry {
        &Entry::Record(crate::Record::Party(ref party)) => Some(party.name.as_str()),
        _ => None,
    };
    entries.iter().filter_map(party).collect()
}

const PARTY: &str = "<party><id>1</id><kind>person</kind><name>A</name><status>active</status></party>";
const PARTY_JSON: &str = r#"{"party":{"id":"1","kind":"person","name":"A","status":"active"}}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read_back_in_both_forms(seeds in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..8), head in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut shapes = Shapes::learn();
        let header: Header = shapes.any(Entropy::new(head));
        let entries: Vec<Entry> = seeds.into_iter().map(|seed| shapes.entry(Entropy::new(seed))).collect();
        let first = written(Form::Xml, &header, &entries);
        let (header_of_xml, from_xml) = read_back(&first).unwrap();
        prop_assert_eq!(&from_xml, &entries);
        let second = written(Form::Json, &header_of_xml, &from_xml);
        let (header_of_json, from_json) = read_back(&second).unwrap();
        prop_assert_eq!(&from_json, &entries);
        let third = written(Form::Xml, &header_of_json, &from_json);
        prop_assert_eq!(first, third);
    }

    #[test]
    fn any_bytes_end_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_back(&bytes);
        for start in ["<snapshot xmlns='urn:hostwright:snapshot:1' version='1'><header><source_kind>x</source_kind></header>", "{\"format\":\"urn:hostwright:snapshot:1\",\"version\":\"1\",\"header\":{\"source_kind\":\"x\"},\"entries\":["] {
            let _ = read_back(&[start.as_bytes(), &bytes].concat());
        }
    }

    #[test]
    fn a_document_with_some_bytes_changed_ends_without_a_panic(seed in proptest::collection::vec(any::<u8>(), 0..200), form in any::<bool>(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let entry = Shapes::learn().entry(Entropy::new(seed));
        let mut bytes = written(if form { Form::Xml } else { Form::Json }, &head(), &[entry]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_back(&bytes);
    }
}

#[test]
fn every_kind_full_and_bare_goes_through_both_forms() {
    let mut shapes = Shapes::learn();
    let mut entries = Vec::new();
    for kind in Kind::ALL {
        entries.push(Entry::Record(shapes.full(*kind)));
        entries.push(Entry::Record(shapes.record(*kind, Entropy::new(Vec::new()))));
    }
    for form in [Form::Xml, Form::Json] {
        assert_eq!(read_back(&written(form, &head(), &entries)).unwrap().1, entries);
    }
}

#[test]
fn a_document_cut_anywhere_is_truncated() {
    let mut shapes = Shapes::learn();
    let entries = [Entry::Record(shapes.full(Kind::Party)), Entry::Record(shapes.full(Kind::Zone))];
    for form in [Form::Xml, Form::Json] {
        let bytes = written(form, &head(), &entries);
        let whole = bytes.trim_ascii_end().len();
        for end in 0..whole {
            let refusal = read_back(&bytes[..end]).expect_err("a cut document was read");
            assert_eq!(refusal.code, RefusalCode::Truncated, "{form:?} cut at {end}: {refusal}");
        }
    }
}

#[test]
fn fields_in_any_order_comments_and_prefixes_are_read() {
    let text = format!(
        "<?xml version='1.0'?><!-- made by hand --><h:snapshot xmlns:h='{NAMESPACE}' version='1.4'>
           <h:header><h:source_kind>test</h:source_kind></h:header>
           <h:party><!-- who --><h:status>closed</h:status><h:name><![CDATA[A & B]]> &#x263A;&lt;</h:name>
             <h:id>7</h:id><h:kind> company </h:kind></h:party>
         </h:snapshot>"
    );
    let (_, entries) = read_back(text.as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A & B ☺<"]);
    assert!(gaps(&entries).is_empty(), "{entries:?}");
}

#[test]
fn unknown_elements_are_told_once_with_path_and_count() {
    let party = PARTY.replace("<name>", "<favourite><colour>red</colour></favourite><name>");
    let (_, entries) = read_back(xml(&format!("{party}{party}<spaceship/>")).as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A", "A"]);
    let gaps = gaps(&entries);
    assert_eq!(gaps.len(), 2);
    assert!(gaps[0].place.contains("party/favourite") && gaps[0].count == 2 && gaps[0].record == Some(Kind::Party));
    assert!(gaps[1].place.contains("spaceship") && gaps[1].kind == GapKind::PartUnread);

    let party = PARTY_JSON.replace(r#""name""#, r#""favourite":{"colour":[1,2]},"name""#);
    let (_, entries) = read_back(json(&format!(r#"{party},{party},{{"spaceship":1}}"#)).as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A", "A"]);
    let told: Vec<_> = self::gaps(&entries).iter().map(|gap| (gap.count, gap.kind)).collect();
    assert_eq!(told, [(2, GapKind::FactLost), (1, GapKind::PartUnread)]);
}

#[test]
fn attributes_stray_text_and_foreign_namespaces_are_told() {
    let inside = "<party colour='red'>stray<id>1</id><kind>person</kind><x:name xmlns:x='urn:x'>no</x:name><name>A</name>\
                  <status>active</status><email xmlns='urn:x'>b@c</email></party>";
    let (_, entries) = read_back(xml(inside).as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A"]);
    let places: Vec<_> = gaps(&entries).iter().map(|gap| gap.place.clone()).collect();
    assert_eq!(places.len(), 4, "{places:?}");
}

#[test]
fn a_bad_record_is_a_gap_and_the_next_one_is_read() {
    let bad = PARTY.replace("</party>", "<balance>EUR 1,000</balance></party>");
    let nameless = PARTY.replace("<id>1</id>", "<id/>");
    let (_, entries) = read_back(xml(&format!("{bad}{nameless}{PARTY}")).as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A"]);
    let told = gaps(&entries);
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].kind, told[0].field.as_deref()), (GapKind::Skipped, Some("balance")));
    assert!(told[0].reason.contains("1,000"), "{}", told[0].reason);

    let bad = PARTY_JSON.replace("}}", r#","balance":"EUR 1,000"}}"#);
    let lone = PARTY_JSON.replace(r#""A""#, r#""\ud800""#);
    let (_, entries) = read_back(json(&format!("{bad},{lone},{PARTY_JSON}")).as_bytes()).unwrap();
    assert_eq!(parties(&entries), ["A"]);
    assert_eq!(gaps(&entries).len(), 2);
}

#[test]
fn the_reason_never_repeats_what_may_be_a_secret() {
    let bad = r#"{"domain":{"id":"1","party":"1","name":"a.example","status":"active","auth_code":424242}}"#;
    let (_, entries) = read_back(json(bad).as_bytes()).unwrap();
    let told = gaps(&entries);
    assert_eq!(told.len(), 1);
    assert!(!format!("{:?}", told[0]).contains("424242"));
}

#[test]
fn documents_of_other_kinds_and_versions_are_refused() {
    let cases = [
        (xml("").replace("version='1'", "version='2'"), RefusalCode::UnknownVersion),
        (xml("").replace("version='1'", "version='13'"), RefusalCode::UnknownVersion),
        (xml("").replace("snapshot:1", "snapshot:2"), RefusalCode::UnknownVersion),
        (xml("").replace("urn:hostwright:snapshot:1", "urn:other"), RefusalCode::NotThisFormat),
        ("<html><body/></html>".to_owned(), RefusalCode::NotThisFormat),
        ("hello".to_owned(), RefusalCode::NotThisFormat),
        ("{\"a\":1}".to_owned(), RefusalCode::NotThisFormat),
        (json("").replace("\"version\":\"1\"", "\"version\":\"9\""), RefusalCode::UnknownVersion),
        (json("").replace("snapshot:1", "snapshot:3"), RefusalCode::UnknownVersion),
        (String::new(), RefusalCode::Truncated),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>".to_owned(), RefusalCode::NotThisFormat),
        (xml("").replace("<header>", "<party>").replace("</header>", "</party>"), RefusalCode::Invalid),
        (xml("") + "<more/>", RefusalCode::Syntax),
        (json("") + "1", RefusalCode::Syntax),
        (xml("<party></partie>"), RefusalCode::Syntax),
        (json("1 2"), RefusalCode::Syntax),
        (json(","), RefusalCode::Syntax),
    ];
    for (text, code) in cases {
        let refusal = read_back(text.as_bytes()).expect_err(&text);
        assert_eq!(refusal.code, code, "{text}: {refusal}");
    }
}

#[test]
fn entities_and_doctypes_are_hostile() {
    let laughs = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>";
    for text in [
        format!("{laughs}{}", xml("")),
        xml(&PARTY.replace(">A<", ">&b;<")),
        xml("<!DOCTYPE party SYSTEM 'file:///etc/passwd'>"),
    ] {
        assert_eq!(read_back(text.as_bytes()).unwrap_err().code, RefusalCode::Hostile, "{text}");
    }
}

#[test]
fn elements_too_large_and_too_deep_end_the_reading_without_taking_memory() {
    let limits = Limits { item_bytes: 1_000, depth: 10, ..Limits::default() };
    let long = "x".repeat(100_000);
    let cases = [
        xml(&PARTY.replace(">A<", &format!(">{long}<"))),
        xml(&format!("<party {long}='1'/>")),
        xml(&format!("<!--{long}-->")),
        xml(&"<a>".repeat(100)),
        json(&PARTY_JSON.replace("\"A\"", &format!("\"{long}\""))),
        json(&"[".repeat(100)),
        json(&long),
    ];
    for text in cases {
        // A small buffer, as the bound is exact only to one.
        let input = std::io::BufReader::with_capacity(64, text.as_bytes());
        let result = Document::open(input, "test", &limits).and_then(|document| document.read(&mut Vec::new()));
        assert_eq!(result.unwrap_err().code, RefusalCode::TooLarge, "{}", &text[..200]);
    }
}

#[test]
fn the_sinks_refusal_ends_the_reading() {
    struct Full;
    impl Sink for Full {
        fn take(&mut self, _entry: Entry) -> Result<(), Refusal> {
            Err(Refusal::new(RefusalCode::Stopped, "sink", "full"))
        }
    }
    for text in [xml(PARTY), json(PARTY_JSON)] {
        let document = Document::open(text.as_bytes(), "test", &Limits::default()).unwrap();
        assert_eq!(document.read(&mut Full).unwrap_err().code, RefusalCode::Stopped);
    }
}

/// Writes a file beside the one that no longer agrees, and says so.
fn agrees(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::fs::read_to_string(&path).unwrap_or_default() == expected {
        return;
    }
    let new = path.with_extension("new");
    std::fs::write(&new, expected).unwrap();
    panic!("{} no longer agrees with the types; look at {} and move it there", path.display(), new.display());
}

#[test]
fn the_published_schema_agrees_with_the_types() {
    agrees("schema/snapshot-1.xsd", &Shapes::learn().xsd());
}

#[test]
fn the_documentation_lists_every_field() {
    const MARK: &str = "<!-- What follows is written by the tests of the importer. -->\n";
    let path = "../../docs/snapshot.md";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (by_hand, _) = text.split_once(MARK).expect("the mark is gone");
    agrees(path, &format!("{by_hand}{MARK}\n{}", Shapes::learn().tables()));
}

#[test]
fn the_examples_of_the_documentation_are_read_without_a_gap() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/snapshot.md")).unwrap();
    for (fence, form) in [("```xml\n", Form::Xml), ("```json\n", Form::Json)] {
        let mut examples = 0;
        for example in text.split(fence).skip(1).filter_map(|rest| rest.split("```").next()) {
            let mut counts = Counts::default();
            let document = Document::open(example.as_bytes(), "example", &Limits::default()).unwrap();
            assert_eq!(document.form(), form);
            document.read(&mut counts).unwrap();
            let unsaid: Vec<_> = counts.gaps.iter().filter(|gap| gap.place.starts_with("example:")).collect();
            assert!(unsaid.is_empty(), "{unsaid:?}");
            assert!(counts.records.values().sum::<u64>() > 0);
            examples += 1;
        }
        assert!(examples > 0, "no example in {form:?}");
    }
}

/// Says what xmllint thinks of documents; nothing where it is not installed.
fn xmllint(documents: &[Vec<u8>]) -> Option<Result<(), String>> {
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: xmllint is not installed (Debian: libxml2-utils)");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.xsd");
    std::fs::write(&schema, Shapes::learn().xsd()).unwrap();
    let mut command = Command::new("xmllint");
    command.arg("--noout").arg("--schema").arg(schema);
    for (number, document) in documents.iter().enumerate() {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, document).unwrap();
        command.arg(file);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(()) } else { Err(said) })
}

#[test]
fn every_document_that_is_written_is_valid_by_the_schema() {
    let mut shapes = Shapes::learn();
    let full: Vec<Entry> = Kind::ALL.iter().map(|kind| Entry::Record(shapes.full(*kind))).collect();
    let bare: Vec<Entry> =
        Kind::ALL.iter().map(|kind| Entry::Record(shapes.record(*kind, Entropy::new(Vec::new())))).collect();
    let mut documents = vec![written(Form::Xml, &head(), &full), written(Form::Xml, &head(), &bare)];
    let mut bytes = (0u64..).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).to_le_bytes()[3]);
    for _ in 0..40 {
        let entries: Vec<Entry> =
            (0..60).map(|_| shapes.entry(Entropy::new(bytes.by_ref().take(200).collect()))).collect();
        documents.push(written(Form::Xml, &head(), &entries));
    }
    if let Some(verdict) = xmllint(&documents) {
        verdict.unwrap();
    }
}

#[test]
fn the_schema_refuses_what_the_reader_calls_a_gap() {
    for inside in [
        PARTY.replace("<id>1</id>", ""),
        PARTY.replace("person", "alien"),
        PARTY.replace("</party>", "<colour/></party>"),
        PARTY.replace("</party>", "<balance>12.50</balance></party>"),
        PARTY.replace("</party>", "<is_reseller>perhaps</is_reseller></party>"),
        "<spaceship/>".to_owned(),
    ] {
        let text = xml(&inside);
        let (_, entries) = read_back(text.as_bytes()).unwrap();
        assert_eq!(gaps(&entries).len(), 1, "{inside}");
        if let Some(verdict) = xmllint(&[text.into_bytes()]) {
            assert!(verdict.is_err(), "{inside}");
        }
    }
}

#[test]
fn a_long_document_is_read_whole_wherever_the_buffer_ends() {
    let mut shapes = Shapes::learn();
    for form in [Form::Xml, Form::Json] {
        let mut writer = Writer::new(form, Vec::new(), &head()).unwrap();
        for _ in 0..500 {
            writer.take(Entry::Record(shapes.full(Kind::Party))).unwrap();
            writer.take(Entry::Record(shapes.full(Kind::Subscription))).unwrap();
        }
        let bytes = writer.finish().unwrap();
        for capacity in [1, 61, 4_096] {
            let mut counts = Counts::default();
            let input = BufReader::with_capacity(capacity, bytes.as_slice());
            Document::open(input, "test", &Limits::default()).unwrap().read(&mut counts).unwrap();
            let expected = [(Kind::Party, 500), (Kind::Subscription, 500)].into();
            assert_eq!((counts.records, counts.gaps), (expected, Vec::new()), "{form:?}, {capacity} bytes at a time");
        }
    }
}

#[test]
fn a_folder_of_documents_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("services")).unwrap();
    for (name, id) in [("platform.xml", "1"), ("services/ada.xml", "2")] {
        let party = crate::snapshot::Party { id: id.to_owned(), name: id.to_owned(), ..Default::default() };
        let bytes = written(Form::Xml, &head(), &[Entry::Record(party.into())]);
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let mut counts = Counts::default();
    read(&Input::of(vec![folder.path().to_path_buf()]), &mut counts).unwrap();
    assert_eq!((counts.records[&Kind::Party], counts.gaps.len()), (2, 0));
    std::fs::write(folder.path().join("mailbox.tar"), "x").unwrap();
    let mut counts = Counts::default();
    read(&Input::of(vec![folder.path().to_path_buf()]), &mut counts).unwrap();
    assert_eq!((counts.records[&Kind::Party], counts.gaps.len()), (2, 1), "what is no document is named");
    std::fs::write(folder.path().join("broken.xml"), "<").unwrap();
    assert!(
        read(&Input::of(vec![folder.path().to_path_buf()]), &mut Counts::default()).is_err(),
        "it is not passed over"
    );
}
