use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::{fields, mapping, read};
use crate::Limits;
use crate::snapshot::{Counts, Entry, Gap, GapKind, Kind, Party, Record, Sink as _};
use crate::sources::Input;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(mapping: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mapping.toml"), mapping).unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    fn input(&self) -> Input {
        let path: PathBuf = self.0.path().to_path_buf();
        Input { mapping: Some(path.join("mapping.toml")), ..Input::of(vec![path]) }
    }

    fn read(&self) -> (Vec<Record>, Vec<Gap>) {
        let mut entries: Vec<Entry> = Vec::new();
        read(&self.input(), &mut entries).unwrap();
        let (mut records, mut gaps) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                Entry::Record(record) => records.push(record),
                Entry::Gap(gap) => gaps.push(gap),
                Entry::Fact(_) => {}
            }
        }
        (records, gaps)
    }
}

const SIMPLE: &str = r#"
[[record]]
file = "*.csv"
kind = "party"
[record.fields]
id = "id"
name = "name"
"#;

fn parties(records: &[Record]) -> Vec<&Party> {
    records.iter().filter_map(|record| if let Record::Party(party) = record { Some(&**party) } else { None }).collect()
}

fn block<'a>(text: &'a str, kind: &str) -> &'a str {
    let (_, after) = text.split_once(&format!("```{kind}\n")).unwrap();
    after.split_once("```").unwrap().0
}

#[test]
fn a_header_of_thousands_of_equal_names_is_read_at_once() {
    let names = vec!["a"; 50_000].join(",");
    let folder = Folder::new(SIMPLE, &[("wide.csv", format!("id,name,a (3),{names}\n1,Ann,x,y,z\n").as_bytes())]);
    let begun = std::time::Instant::now();
    let (records, _) = folder.read();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let extra: Vec<(&str, &str)> =
        parties(&records)[0].extra.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
    assert!(extra.starts_with(&[("a (3)", "x"), ("a", "y"), ("a (2)", "z")]), "{extra:?}");
}

#[test]
fn the_example_of_the_documentation_reads_as_it_says() {
    let text = include_str!("../../../../../docs/csv.md");
    let contracts = "id,customer,label,billed,price,currency,from,next,domains\nc1,17,Web M,monthly,4.90,EUR,2014-02-01,2026-12-01,a.example b.example\n";
    let folder = Folder::new(
        block(text, "toml"),
        &[("customers.csv", block(text, "csv").as_bytes()), ("contracts-2026.csv", contracts.as_bytes())],
    );
    let (records, gaps) = folder.read();
    let parties = parties(&records);
    assert_eq!(parties.len(), 2);
    assert_eq!(parties[0].name, "Müller & Söhne");
    assert_eq!(parties[0].address.street.as_deref(), Some("Hauptstr. 5a"));
    assert_eq!(parties[0].address.country.as_deref(), Some("DE"));
    assert_eq!(parties[0].balance.unwrap().to_string(), "EUR -1234.50");
    assert_eq!(parties[0].created.unwrap().timestamp().to_string(), "2014-01-31T00:00:00Z");
    assert_eq!(parties[0].extra.iter().map(|extra| extra.name.as_str()).collect::<Vec<_>>(), ["Fax"]);
    assert_eq!(parties[1].name, "Ben Ito");
    assert_eq!(parties[1].created, None);
    let Some(Record::Contact(contact)) = records.iter().find(|record| record.kind() == Kind::Contact) else {
        panic!("no contact")
    };
    assert_eq!((contact.id.as_str(), contact.name.as_str()), ("accountant-17", "Kanzlei \"Nord\""));
    let Some(Record::Subscription(one)) = records.iter().find(|record| record.kind() == Kind::Subscription) else {
        panic!("no subscription")
    };
    assert_eq!(one.price.unwrap().to_string(), "EUR 4.90");
    assert_eq!(one.cycle.unwrap().to_string(), "P1M");
    assert_eq!(one.domains, ["a.example", "b.example"]);
    assert_eq!(one.next_due.unwrap().to_string(), "2026-12-01");
    let told = |kind, field: &str| gaps.iter().any(|gap| gap.kind == kind && gap.field.as_deref() == Some(field));
    assert!(told(GapKind::Skipped, "id"), "{gaps:?}");
    assert!(told(GapKind::FactChanged, "created"), "{gaps:?}");
    assert!(told(GapKind::PartUnread, "Internal"), "{gaps:?}");
}

#[test]
fn every_row_is_a_record_or_is_counted() {
    let rows = b"id,name\n1,A\n,\n\n2,B,more,\"\"\n3\n1,again\n4,\"a\nb\"\n5,D\n";
    let folder = Folder::new(SIMPLE, &[("p.csv", rows)]);
    let (records, gaps) = folder.read();
    let ids: Vec<_> = records.iter().map(Record::id).collect();
    assert_eq!(ids, ["1", "2", "4", "5"]);
    let count = |kind, reason: &str| -> u64 {
        gaps.iter().filter(|gap| gap.kind == kind && gap.reason.contains(reason)).map(|gap| gap.count).sum()
    };
    assert_eq!(count(GapKind::Skipped, "an empty row"), 1, "{gaps:?}");
    assert_eq!(count(GapKind::Skipped, "without a value"), 1, "{gaps:?}");
    assert_eq!(count(GapKind::Duplicate, "stands twice"), 1, "{gaps:?}");
    assert_eq!(count(GapKind::FactLost, "fewer cells"), 1, "{gaps:?}");
    assert_eq!(count(GapKind::FactChanged, "more cells"), 1, "{gaps:?}");
    assert_eq!(parties(&records)[1].extra[0].value, "more");
}

#[test]
fn byte_order_marks_old_letters_and_double_headers_are_read() {
    let folder = Folder::new(
        SIMPLE,
        &[
            ("a.csv", b"\xef\xbb\xbfid,name,x,x,\n1,M\xc3\xbcller,p,q,r\n"),
            ("b.csv", b"id\tname\n2\tM\xfcller \x80\n"),
            ("c.csv", b"\xff\xfei\0d\0"),
            ("d.csv", b""),
            ("other.txt", b"?"),
        ],
    );
    let (records, gaps) = folder.read();
    let parties = parties(&records);
    assert_eq!(parties[0].name, "Müller");
    let names: Vec<_> = parties[0].extra.iter().map(|extra| extra.name.as_str()).collect();
    assert_eq!(names, ["x", "x (2)", "column 5"]);
    assert_eq!(parties[1].name, "Müller €");
    assert_eq!(gaps.iter().filter(|gap| gap.kind == GapKind::PartUnread).count(), 3, "{gaps:?}");
}

#[test]
fn a_quote_that_nothing_closes_and_a_row_without_end_are_told() {
    let folder = Folder::new(SIMPLE, &[("p.csv", b"id,name\n1,A\n2,\"B\n3,C\n4,D\n")]);
    let (records, gaps) = folder.read();
    assert_eq!(records.len(), 2);
    assert!(gaps.iter().any(|gap| gap.reason.contains("nothing closes") && gap.count == 3), "{gaps:?}");

    let mut huge = b"id,name\n1,A\n2,\"".to_vec();
    huge.extend(std::iter::repeat_n(b'x', 3 << 20));
    let folder = Folder::new(SIMPLE, &[("p.csv", &huge)]);
    let mut input = folder.input();
    input.limits = Limits { item_bytes: 1 << 20, ..Limits::default() };
    let mut counts = Counts::default();
    read(&input, &mut counts).unwrap();
    assert_eq!(counts.records[&Kind::Party], 1);
    assert!(counts.gaps.iter().any(|gap| gap.reason.contains("larger than is read")), "{:?}", counts.gaps);
}

#[test]
fn twenty_thousand_bad_cells_make_one_gap() {
    let mut text = "id,name,kind\n".to_owned();
    for row in 0..20_000 {
        text.push_str(&format!("{row},n,robot\n"));
    }
    let mapping = format!("{SIMPLE}kind = \"kind\"\n");
    let folder = Folder::new(&mapping, &[("p.csv", text.as_bytes())]);
    let mut counts = Counts::default();
    read(&folder.input(), &mut counts).unwrap();
    assert_eq!(counts.records[&Kind::Party], 20_000);
    assert_eq!(counts.gaps.len(), 1);
    assert_eq!(counts.gaps[0].count, 20_000);
}

#[test]
fn halves_of_a_tax_or_password_do_not_cost_the_record() {
    let mapping = r#"
[[record]]
file = "i.csv"
kind = "invoice"
currency = "EUR"
[record.fields]
id = "id"
party = "party"
total = "total"
"tax.percent" = "rate"
"tax.amount" = "tax"
[[record]]
file = "m.csv"
kind = "mailbox"
[record.fields]
id = "address"
address = "address"
"password.scheme" = { constant = "crypt" }
"password.value" = "hash"
quota_bytes = { column = "mb", unit = "MiB" }
"#;
    let folder = Folder::new(
        mapping,
        &[
            ("i.csv", b"id,party,total,rate,tax\n1,p,11.90,19,1.90\n2,p,10.00,,0.00\n"),
            ("m.csv", b"address,hash,mb\nA@Example.com,$1$x,1.5\nb@example.com,,\n"),
        ],
    );
    let (records, gaps) = folder.read();
    assert_eq!(records.len(), 4, "{gaps:?}");
    let Record::Invoice(first) = &records[0] else { panic!() };
    assert_eq!(first.taxes[0].percent, "19");
    let Record::Mailbox(mailbox) = &records[2] else { panic!() };
    assert_eq!((mailbox.address.as_str(), mailbox.quota_bytes), ("a@example.com", Some(1_572_864)));
    assert_eq!(gaps.len(), 1);
}

#[test]
fn a_mapping_that_cannot_be_meant_is_refused_before_anything_is_read() {
    for (text, reason) in [
        ("", "missing field"),
        ("[[record]]\nfile='a'\nkind='guest'\n[record.fields]\nid='x'", "no kind of record"),
        ("[[record]]\nfile='a'\nkind='party'\n[record.fields]\nid='x'\nshoe='y'", "no field shoe"),
        ("[[record]]\nfile='a'\nkind='party'\n[record.fields]\nname='y'", "no id"),
        ("[[record]]\nfile='a'\nkind='party'\ndelimiter='ab'\n[record.fields]\nid='y'", "one byte"),
        ("[[record]]\nfile='a'\nkind='party'\n[record.fields]\nid={}", "no column"),
    ] {
        let error = mapping::parse(text).unwrap_err();
        assert!(error.contains(reason), "{text} -> {error}");
    }
    let mut sink: Vec<Entry> = Vec::new();
    assert_eq!(read(&Input::of(vec![]), &mut sink).unwrap_err().code.as_str(), "import.invalid");
}

#[test]
fn every_field_of_the_table_is_one_of_the_snapshots() {
    for kind in [
        Kind::Party,
        Kind::Contact,
        Kind::Subscription,
        Kind::Domain,
        Kind::Invoice,
        Kind::InvoiceLine,
        Kind::Payment,
        Kind::Mailbox,
    ] {
        let mut text = format!(
            "[[record]]\nfile = \"x.csv\"\nkind = \"{}\"\ncurrency = \"EUR\"\n[record.fields]\n",
            kind.as_str()
        );
        let (mut header, mut row) = (Vec::new(), Vec::new());
        for (name, form) in fields::of(kind) {
            text.push_str(&format!("\"{name}\" = \"{name}\"\n"));
            header.push(*name);
            row.push(match form {
                fields::Form::Amount | fields::Form::Decimal => "1.5",
                fields::Form::Currency => "EUR",
                fields::Form::Day => "2026-01-31",
                fields::Form::Moment => "2026-01-31T10:00:00Z",
                fields::Form::Cycle => "P1M",
                fields::Form::Flag => "yes",
                fields::Form::Whole | fields::Form::Bytes => "7",
                fields::Form::Word(words) => words[0],
                _ => "x",
            });
        }
        let file = format!("{}\n{}\n", header.join(","), row.join(","));
        let (records, gaps) = Folder::new(&text, &[("x.csv", file.as_bytes())]).read();
        assert_eq!((records.len(), gaps.len()), (1, 0), "{kind:?}: {gaps:?}");
    }
}

#[test]
fn stars_stand_for_any_part_of_a_files_name() {
    for (pattern, name, expected) in [
        ("a.csv", "a.csv", true),
        ("a.csv", "b.csv", false),
        ("a*.csv", "a-1.csv", true),
        ("a*.csv", "a-1.csv.bak", false),
        ("*", "x", true),
        ("*.csv", "csv", false),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXcYb", false),
    ] {
        assert_eq!(mapping::matches(pattern, name), expected, "{pattern} {name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "([0-9a-z\"',;\n ]{0,8}){0,20}") {
        let mapping = format!("{SIMPLE}balance = {{ column = \"b\", currency = \"EUR\" }}\ncreated = \"c\"\n");
        let folder = Folder::new(&mapping, &[("a.csv", &bytes), ("b.csv", format!("id,name,b,c\n{text}").as_bytes())]);
        let mut sink = Counts::default();
        read(&folder.input(), &mut sink).unwrap();
        let _ = sink.take(Entry::Gap(Gap::new(GapKind::Skipped, "", "")));
    }
}
