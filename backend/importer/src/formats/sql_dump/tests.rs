use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::RefusalCode;

/// Rows as `table(column=value, ..)`, and what was passed over.
fn said(dump: &[u8]) -> (Vec<String>, Result<(), Refusal>) {
    said_with(dump, &Limits::default())
}

fn said_with(dump: &[u8], limits: &Limits) -> (Vec<String>, Result<(), Refusal>) {
    let mut said = Vec::new();
    let source = Box::new(Cursor::new(dump.to_vec()));
    let result = read_from(source, "dump.sql", limits, &mut Declared::default(), &mut |event| {
        match event {
            Event::Row(row) => said.push(shown(&row)),
            Event::Skipped(skipped) => said.push(format!("-{} @{}", skipped.what, skipped.line)),
            Event::Table(_) | Event::Fact(..) => {}
        }
        Ok(())
    });
    (said, result)
}

fn shown(row: &Row) -> String {
    let pairs: Vec<String> = row
        .header
        .columns
        .iter()
        .zip(&row.values)
        .map(|(column, value)| {
            let value = match value {
                Value::Null => "NULL".to_owned(),
                Value::Text(bytes) => format!("'{}'", repair(bytes).text),
                Value::Number(digits) => digits.clone(),
                Value::Bytes(bytes) => format!("{bytes:02x?}"),
                Value::Bits(bits) => format!("b{}", bits.unwrap_or(99)),
                Value::Expression(text) => format!("<{text}>"),
            };
            format!("{}={value}", column.name)
        })
        .collect();
    format!("{}({})", row.header.table, pairs.join(", "))
}

fn rows(dump: &str) -> Vec<String> {
    let (said, result) = said(dump.as_bytes());
    result.unwrap();
    said
}

#[test]
fn rows_take_their_columns_from_the_table_or_from_the_statement() {
    let dump = "CREATE TABLE IF NOT EXISTS `A` (`id` int(11) NOT NULL AUTO_INCREMENT, name varchar(9) default 'x, (y)',
        PRIMARY KEY (`id`), KEY `name` (`name`)) ENGINE=MyISAM DEFAULT CHARSET=latin1;
        INSERT INTO a VALUES (1,'one'),(2,NULL);
        INSERT IGNORE INTO `db`.`a` (`name`) VALUES ('three');
        REPLACE INTO A (id, Name) VALUES (4, DEFAULT) ON DUPLICATE KEY UPDATE name = VALUES(name);
        INSERT a SET id=5, name='five;';";
    let expected = ["a(id=1, name='one')", "a(id=2, name=NULL)", "a(name='three')", "a(id=4, name='x, (y)')"];
    assert_eq!(rows(dump)[..4], expected);
    assert_eq!(rows(dump)[4], "a(id=5, name='five;')");
}

#[test]
fn values_are_read_in_every_way_they_are_written() {
    let dump = r#"INSERT INTO t (a) VALUES ('it''s'),("say \"hi\""),('a\0b\Zc\n\\'),(-1.50),(+2),(1e-3),(0x4D5A),
        (x'4d5a'),(b'101'),(0b11),(_utf8mb4'ü'),(_binary 0xff),(N'n'),('a' 'b'),(NOW()),(UNHEX('ff')),(TRUE),
        (.5),('x' COLLATE utf8_bin),(concat('a',(1),'b'));"#;
    let values: Vec<String> =
        rows(dump).iter().map(|row| row.trim_start_matches("t(a=").trim_end_matches(')').to_owned()).collect();
    let expected = [
        "'it's'",
        "'say \"hi\"'",
        "'a\0b\u{1a}c\n\\'",
        "-1.50",
        "2",
        "1e-3",
        "[4d, 5a]",
        "[4d, 5a]",
        "b5",
        "b3",
        "'ü'",
        "[ff]",
        "'n'",
        "'ab'",
        "<NOW(",
        "<UNHEX(",
        "1",
        ".5",
        "'x'",
        "<concat(",
    ];
    for (value, expected) in values.iter().zip(expected) {
        assert!(value.starts_with(expected), "{value} is not {expected}");
    }
    assert_eq!(values.len(), expected.len());
}

#[test]
fn comments_conditions_and_the_sandbox_line_are_no_data() {
    let dump = "/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n# a 'comment\n/* INSERT INTO t (a) VALUES (9); */
        /*M!100616 SET NOTE_VERBOSITY=0 */;
        /*!40101 SET NAMES utf8 */;\n--\n/*!40000 INSERT INTO t (a) VALUES (1) */; INSERT INTO t (a) VALUES (2--1), (3); -- Dump completed on 2020-01-01\n";
    assert_eq!(rows(dump), ["t(a=1)", "t(a=<2--1>)", "t(a=3)"]);
    let unfinished = "-- MySQL dump 10.13\nINSERT INTO t (a) VALUES (1);\n";
    assert_eq!(rows(unfinished), ["t(a=1)", "-end of the dump @3"]);
}

#[test]
fn programs_are_named_and_passed_over_whatever_their_delimiter() {
    let dump = "DELIMITER ;;\nCREATE DEFINER=`root`@`%` TRIGGER `tr` BEFORE INSERT ON t FOR EACH ROW BEGIN
        INSERT INTO t (a) VALUES (666); END ;;\nDELIMITER ;\nINSERT INTO t (a) VALUES (1);
        CREATE FUNCTION f() RETURNS int BEGIN IF 1 THEN INSERT INTO t (a) VALUES (667); END IF;
        CASE WHEN 1 THEN SELECT 1; END CASE; RETURN 1; END;
        DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nINSERT INTO t (a) VALUES (2);";
    assert_eq!(rows(dump), ["-trigger tr @2", "t(a=1)", "-function f @6", "-procedure p @9", "t(a=2)"]);
}

#[test]
fn statements_that_change_rows_are_named() {
    let dump = "INSERT INTO t (a) VALUES (1); UPDATE t SET a = 2; DELETE FROM t; GRANT ALL ON *.* TO x;
        INSERT INTO t SELECT * FROM u; INSERT INTO unknown VALUES (1,2);";
    assert_eq!(rows(dump), ["t(a=1)", "-UPDATE @1", "-DELETE @1", "-GRANT @1", "-t @2", "-unknown @2"]);
}

#[test]
fn a_dump_cut_anywhere_gives_all_whole_rows_and_is_refused() {
    let dump = "CREATE TABLE t (a int, b text);\nINSERT INTO t VALUES (1,'one'),(2,'two (2)'),(3,'th''ree');\nINSERT INTO t VALUES (4,'four');\n";
    let all = rows(dump);
    let ends: Vec<usize> =
        [");", "');"].iter().flat_map(|end| dump.match_indices(end).map(|(at, end)| at + end.len())).collect();
    for cut in 33..dump.len() - 1 {
        let part = &dump[..cut];
        let (said, result) = said(part.as_bytes());
        let whole = all.iter().filter(|row| is_whole(part, row)).count();
        assert_eq!(said, all[..whole], "{part}");
        let is_between = ends.iter().any(|end| part.trim_end().len() == *end);
        let code = result.err().map(|refusal| refusal.code);
        assert_eq!(code, (!is_between).then_some(RefusalCode::Truncated), "{part}");
    }
}

/// Whether the text of a row stands in a part of the dump up to its closing parenthesis.
fn is_whole(part: &str, row: &str) -> bool {
    let text = row.trim_start_matches("t(a=").replace(", b=", ",").replace("th'ree", "th''ree");
    part.contains(&format!("({text}"))
}

#[test]
fn what_is_no_dump_is_refused_and_stray_warnings_are_not() {
    for text in ["", "hello world\nthis is text\n", "\x7fELF\0\0\0", "{\"result\": \"success\"}"] {
        assert_eq!(said(text.as_bytes()).1.unwrap_err().code, RefusalCode::NotThisFormat, "{text}");
    }
    let dump =
        "mysqldump: [Warning] Using a password on the command line can be insecure.\nINSERT INTO t (a) VALUES (1);";
    assert_eq!(rows(dump), ["-stray line @1", "t(a=1)"]);
    assert_eq!(said(b"\xff\xfeI\0N\0").1.unwrap_err().code, RefusalCode::NotThisFormat);
}

#[test]
fn values_that_are_too_large_are_refused_before_they_are_held() {
    let limits = Limits { item_bytes: 1_000, ..Limits::default() };
    let dump = format!("INSERT INTO t (a) VALUES (1), ('{}');", "x".repeat(200_000));
    let (said, result) = said_with(dump.as_bytes(), &limits);
    assert_eq!(said, ["t(a=1)"]);
    assert_eq!(result.unwrap_err().code, RefusalCode::TooLarge);
    let deep = format!("INSERT INTO t (a) VALUES ({});", "(".repeat(5_000));
    assert_eq!(said_with(deep.as_bytes(), &limits).1.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn packed_dumps_are_unpacked_as_they_are_read_and_bombs_are_not() {
    use std::io::Write;
    let dump = format!("INSERT INTO t (a) VALUES (1);\n{}INSERT INTO t (a) VALUES (2);", " \n".repeat(500_000));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(dump.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(said(&packed).0, ["t(a=1)", "t(a=2)"]);
    let limits = Limits { unpacked_bytes: 100_000, ..Limits::default() };
    let (rows, result) = said_with(&packed, &limits);
    assert_eq!((rows.len(), result.unwrap_err().code), (1, RefusalCode::TooLarge));
    let (_, result) = said(&packed[..packed.len() / 2]);
    assert_eq!(result.unwrap_err().code, RefusalCode::Truncated);
}

fn xml_said(document: &str) -> (Vec<String>, Result<(), Refusal>) {
    let mut said = Vec::new();
    let limits = Limits { item_bytes: 2_000, ..Limits::default() };
    let result = super::xml::read_from(
        std::io::BufReader::with_capacity(512, document.as_bytes()),
        "rows.xml",
        &limits,
        &mut |event| {
            match event {
                Event::Row(row) => said.push(format!("{} @{}", shown(&row), row.line)),
                Event::Skipped(skipped) => said.push(format!("-{}", skipped.what)),
                Event::Table(table) => said.push(format!("0 {table}")),
                Event::Fact(..) => {}
            }
            Ok(())
        },
    );
    (said, result)
}

#[test]
fn rows_as_attributes_are_rows_too() {
    let (said, result) = xml_said(
        "<?xml version='1.0'?>\n<dataset>\n<a ID='1' t='x &amp; &lt;y&gt;'/>\n<b/>\n<a id='2'></a><c id='3'><d>x</d></c></dataset>",
    );
    result.unwrap();
    assert_eq!(said, ["a(id='1', t='x & <y>') @3", "0 b", "a(id='2') @5", "c(id='3') @5", "-d", "-text"]);
    assert_eq!(xml_said("<html></html>").1.unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(xml_said("<dataset><a id='1'/>").1.unwrap_err().code, RefusalCode::Truncated);
    let bomb = "<!DOCTYPE x [<!ENTITY a 'b'>]><dataset/>";
    assert_eq!(xml_said(bomb).1.unwrap_err().code, RefusalCode::Hostile);
    let large = format!("<dataset><a id='{}'/></dataset>", "x".repeat(100_000));
    assert_eq!(xml_said(&large).1.unwrap_err().code, RefusalCode::TooLarge);
}

fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => out.extend(b"''"),
            b'\\' => out.extend(b"\\\\"),
            0 => out.extend(b"\\0"),
            0x1a => out.extend(b"\\Z"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
    out
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = said(&bytes);
    }

    #[test]
    fn no_heap_of_sql_words_makes_the_parser_panic(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "INSERT", "INTO", "t", "(", ")", ",", ";", "VALUES", "'x'", "\"", "'", "/*!1", "*/", "--", "\n", "1",
                "CREATE", "TABLE", "`", "DELIMITER $$\n", "$$", "BEGIN", "END", "SET", "=", "0x", "b'", "DEFAULT", ".",
            ]),
            0..60,
        )
    ) {
        let _ = said(words.join(" ").as_bytes());
        let _ = xml_said(&words.join("<"));
    }

    #[test]
    fn any_bytes_come_back_from_between_quotes(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..30), 1..6)) {
        let mut dump = b"INSERT INTO t (a) VALUES ".to_vec();
        for (place, value) in values.iter().enumerate() {
            dump.extend(if place == 0 { &b"("[..] } else { &b", ("[..] });
            dump.extend(quoted(value));
            dump.push(b')');
        }
        dump.push(b';');
        let mut found = Vec::new();
        read_from(Box::new(Cursor::new(dump)), "x", &Limits::default(), &mut Declared::default(), &mut |event| {
            if let Event::Row(row) = event {
                found.extend(row.values);
            }
            Ok(())
        }).unwrap();
        prop_assert_eq!(found, values.into_iter().map(Value::Text).collect::<Vec<_>>());
    }
}
