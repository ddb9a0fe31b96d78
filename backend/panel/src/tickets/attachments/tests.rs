#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::model::{FILE_BYTES_MAX, FileInput, NewFile, UNKNOWN_TYPE, clean_name, content_type};

fn file(name: &str, content: &[u8]) -> FileInput {
    FileInput { name: name.to_owned(), content_base64: STANDARD.encode(content) }
}

fn code(files: &[FileInput]) -> &'static str {
    NewFile::parse_all(files).unwrap_err().code()
}

#[test]
fn a_name_cannot_leave_its_folder_or_its_header() {
    for (typed, cleaned) in [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\photo.png", "photo.png"),
        ("a\"b\r\nX-Evil: yes.txt", "a_bX-Evil_ yes.txt"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("/", "file"),
        ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ("Grüße aus Köln.txt", "Grüße aus Köln.txt"),
    ] {
        assert_eq!(clean_name(typed), cleaned, "{typed:?}");
    }
    let long = clean_name(&format!("{}.tar.gz", "a".repeat(300)));
    assert_eq!(long.chars().count(), 120);
    assert!(long.ends_with("a.gz"), "{long}");
}

#[test]
fn a_type_needs_extension_and_content() {
    let png = b"\x89PNG\r\n\x1a\n rest";
    for (name, content, expected) in [
        ("a.png", png.as_slice(), "image/png"),
        ("a.PNG", png, "image/png"),
        ("a.jpg", png, UNKNOWN_TYPE),
        ("a", png, UNKNOWN_TYPE),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        ("a.webp", b"RIFF\x01\x02\x03\x04WAVE", UNKNOWN_TYPE),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.zip", b"PK\x03\x04", "application/zip"),
        ("a.gz", b"\x1f\x8b\x08", "application/gzip"),
        ("a.log", "Zeile 1\nZeile 2: ü".as_bytes(), "text/plain; charset=utf-8"),
        ("a.txt", b"\xff\xfe\x00", UNKNOWN_TYPE),
        ("a.html", b"<script>alert(1)</script>", UNKNOWN_TYPE),
        ("a.svg", b"<svg onload='alert(1)'/>", UNKNOWN_TYPE),
        ("a.png.html", png, UNKNOWN_TYPE),
    ] {
        assert_eq!(content_type(name, content), expected, "{name}");
    }
}

#[test]
fn files_are_held_to_their_limits() {
    assert_eq!(NewFile::parse_all(&[]).unwrap().len(), 0);
    let parsed = NewFile::parse_all(&[file("a.txt", b"hello")]).unwrap();
    assert_eq!(parsed[0].content, b"hello");
    assert_eq!(parsed[0].sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(code(&vec![file("a.txt", b"x"); 6]), "tickets.too_many_files");
    assert_eq!(code(&[file("a.txt", b"")]), "tickets.file_empty");
    let unreadable = FileInput { name: "a.txt".to_owned(), content_base64: "no base64!".to_owned() };
    assert_eq!(code(&[unreadable]), "tickets.file_unreadable");
    let most = vec![7_u8; FILE_BYTES_MAX];
    assert!(NewFile::parse_all(&[file("a.bin", &most), file("b.bin", &most)]).is_ok());
    assert_eq!(code(&[file("a.bin", &vec![7; FILE_BYTES_MAX + 1])]), "tickets.file_too_large");
    assert_eq!(code(&[file("a.bin", &most), file("b.bin", &most), file("c.bin", b"x")]), "tickets.files_too_large");
}

#[test]
fn a_log_line_does_not_carry_a_file() {
    assert!(!format!("{:?}", file("a.txt", b"secret words")).contains(&STANDARD.encode(b"secret words")));
}

proptest! {
    #[test]
    fn a_cleaned_name_is_safe_and_stays_as_it_is(typed in any::<String>()) {
        let cleaned = clean_name(&typed);
        prop_assert!(!cleaned.is_empty());
        prop_assert!(cleaned.chars().count() <= 120);
        prop_assert!(!cleaned.starts_with('.'));
        prop_assert!(!cleaned.chars().any(|c| c.is_control() || r#"/\"<>:|?*;"#.contains(c)));
        prop_assert_eq!(clean_name(&cleaned), cleaned);
    }

    #[test]
    fn any_bytes_come_back_as_they_were(content in proptest::collection::vec(any::<u8>(), 1..2_000)) {
        let parsed = NewFile::parse_all(&[file("a.bin", &content)]).unwrap();
        prop_assert_eq!(&parsed[0].content, &content);
    }
}
