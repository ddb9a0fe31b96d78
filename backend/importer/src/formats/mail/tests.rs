use std::io::{Read as _, Write as _};

use proptest::prelude::*;

use super::folder_name::{decode, encode, from_disk};
use super::identity::{Headers, key, measure};
use super::maildir_name::{MaildirName, UidList, keyword_names, quota};
use super::packed::{self, Packing};
use super::{Flags, mbox};

#[test]
fn names_of_maildir_files_are_read_in_all_their_forms() {
    let read = |name: &str| MaildirName::read(name.as_bytes());
    let one = read("1491941793.M41850P8566V15I4F3030E_0.mx1.example.com,S=10956,W=11000:2,STln");
    assert_eq!(one.unique, b"1491941793.M41850P8566V15I4F3030E_0.mx1.example.com");
    assert_eq!((one.size, one.wire_size), (Some(10_956), Some(11_000)));
    assert_eq!(one.flags.imap(), ["\\Seen", "\\Deleted"]);
    assert_eq!(one.keywords, [11, 13]);
    for (name, flags) in
        [("a:2,S", true), ("a!2,S", true), ("a;2,S", true), ("a:2,", false), ("a", false), ("a:1,S", false)]
    {
        assert_eq!(read(name).flags.is_seen, flags, "{name}");
    }
    let all = read("x;2,RDFTSP,a=b");
    let expected = Flags { is_seen: true, is_answered: true, is_flagged: true, is_deleted: true, is_draft: true };
    assert_eq!((all.flags, all.is_forwarded, all.unknown), (expected, true, Vec::new()));
    assert_eq!(read("x:2,SX1").unknown, b"X1");
}

#[test]
fn lists_beside_the_messages_are_read() {
    assert_eq!(
        keyword_names(b"0 NonJunk\n1 $Label1\nx y\n99 z\n")[..2],
        [Some("NonJunk".to_owned()), Some("$Label1".to_owned())]
    );
    let list = UidList::read(b"3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1\n25006 :1276528487.M1P2.x,S=1355,W=1394\n25017 W2481 :a.b.c:2,S\nbroken\n", 1_000);
    assert_eq!(list.validity, Some(1_275_660_208));
    assert_eq!(list.uids[&b"1276528487.M1P2.x".to_vec()], 25_006);
    assert_eq!(list.uids[&b"a.b.c".to_vec()], 25_017);
    assert_eq!(list.unread, 1);
    let old = UidList::read(b"1 1000 5\n4 a.b.c:2,S\n", 1_000);
    assert_eq!((old.validity, old.uids[&b"a.b.c".to_vec()]), (Some(1_000), 4));
    assert_eq!(quota(b"1000000S,5000C\n123 1\n"), (Some(1_000_000), Some(5_000)));
    assert_eq!(quota(b"0S"), (None, None));
}

#[test]
fn folder_names_go_both_ways() {
    for (utf7, utf8) in [
        ("Entw&APw-rfe", "Entwürfe"),
        ("~peter/mail/&U,BTFw-", "~peter/mail/台北"),
        ("a&-b", "a&b"),
        ("&2D3cqQ-", "💩"),
    ] {
        assert_eq!(decode(utf7).as_deref(), Some(utf8));
        assert_eq!(encode(utf8), utf7);
    }
    for bad in ["&", "&x", "&AB-", "\u{e4}"] {
        assert_eq!(decode(bad), None, "{bad}");
    }
    assert_eq!(from_disk("Entwürfe".as_bytes()), "Entwürfe");
    assert_eq!(from_disk(b"Entw\xfcrfe"), "Entwürfe");
    assert_eq!(from_disk(b"R&D"), "R&D");
}

#[test]
fn headers_are_read_however_they_are_written() {
    let headers = Headers::read(b"Message-ID:\r\n <a@b>\r\nSUBJECT : one\r\n\ttwo\r\nno header\r\nFrom: x\r\nSubject: second\r\n\r\nDate: not a header\r\n");
    assert_eq!(headers.message_id, b"<a@b>");
    assert_eq!(headers.subject, b"one two");
    assert_eq!((headers.from.as_slice(), headers.date.as_slice()), (b"x".as_slice(), b"".as_slice()));
    assert!(Headers::read(b"\njust text: yes").is_empty());
    assert!(Headers::read(b"").is_empty());
}

#[test]
fn two_copies_have_one_key_whatever_their_line_ends() {
    let unix = measure(&b"Subject: a\n\nx\ny"[..]).unwrap();
    let dos = measure(&b"Subject: a\r\n\r\nx\r\ny"[..]).unwrap();
    assert_eq!((unix.size, unix.wire_size, dos.wire_size), (15, 18, 18));
    assert_eq!(unix.key, dos.key);
    assert_ne!(unix.key, measure(&b"Subject: b\n\nx\ny"[..]).unwrap().key);
    // Without headers the content decides.
    assert_ne!(measure(&b"\nabc"[..]).unwrap().key, measure(&b"\nabd"[..]).unwrap().key);
    assert_eq!(key(&Headers::default(), 0, None), key(&Headers::default(), 0, Some([0; 32])));
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let file = file(bytes);
    let index = mbox::index(file.path(), 1_000).unwrap();
    index
        .spans
        .iter()
        .map(|span| {
            let mut message = Vec::new();
            mbox::open(file.path(), span).unwrap().read_to_end(&mut message).unwrap();
            message
        })
        .collect()
}

#[test]
fn mbox_files_are_parted_and_unquoted() {
    let text = b"From a@b  Fri Feb 22 17:06:23 2008\nSubject: 1\n\n>From here\n>>From there\nFrom now on\n\nFrom a@b Fri Feb 22 17:06:24 2008 +0100\nSubject: 2\n\nbody\n\n";
    let read = messages(text);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0], b"Subject: 1\n\nFrom here\n>From there\nFrom now on\n");
    assert_eq!(read[1], b"Subject: 2\n\nbody\n");
    let index = mbox::index(file(text).path(), 1_000).unwrap();
    let dates: Vec<_> = index.spans.iter().map(|span| span.date.unwrap().timestamp().to_string()).collect();
    assert_eq!(dates, ["2008-02-22T17:06:23Z", "2008-02-22T16:06:24Z"]);
    assert_eq!(index.spans[0].quoted, 2);
}

#[test]
fn a_length_is_believed_only_where_a_message_ends() {
    let body = "x\n\nFrom b@c Fri Feb 22 17:06:23 2008\n>From me\n";
    let good = format!(
        "From a@b Fri Feb 22 17:06:23 2008\nContent-Length: {}\n\n{body}\nFrom a@b Fri Feb 22 17:06:23 2008\n\nend\n",
        body.len()
    );
    let read = messages(good.as_bytes());
    assert_eq!(read.len(), 2, "{:?}", read.iter().map(|m| String::from_utf8_lossy(m)).collect::<Vec<_>>());
    assert!(read[0].ends_with(body.as_bytes()));
    assert_eq!(read[1], b"\nend\n");
    let wrong = "From a@b Fri Feb 22 17:06:23 2008\nContent-Length: 3\n\nlong body\n\nFrom a@b Fri Feb 22 17:06:23 2008\n\nend\n";
    assert_eq!(messages(wrong.as_bytes())[0], b"Content-Length: 3\n\nlong body\n");
}

#[test]
fn line_ends_of_dos_cut_ends_and_strays_are_read() {
    let read = messages(b"From a@b Fri Feb 22 17:06:23 2008\r\nSubject: 1\r\n\r\nx\r\n\r\nFrom a@b Fri Feb 22 17:06:23 2008\r\nSubject: 2\r\n\r\n>From y");
    assert_eq!(read, [b"Subject: 1\r\n\r\nx\r\n".to_vec(), b"Subject: 2\r\n\r\nFrom y".to_vec()]);
    let stray = file(b"stray\n\nFrom a@b Fri Feb 22 17:06:23 2008\nSubj");
    let index = mbox::index(stray.path(), 10).unwrap();
    assert_eq!((index.stray, index.spans.len(), index.spans[0].is_cut), (7, 1, true));
    assert_eq!(mbox::index(file(b"no mbox").path(), 10).unwrap().stray, 7);
    assert!(mbox::is_mbox(b"From a@b Fri Feb 22 17:06:23 2008\n"));
    assert!(!mbox::is_mbox(b"From: a@b\n") && !mbox::is_mbox(b"From here on\n"));
}

#[test]
fn packed_messages_are_unpacked_and_bombs_end() {
    let text = b"Subject: packed\n\nbody\n".repeat(1_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(&text[..], 1).unwrap();
    for (bytes, packing) in [(&gzip, Packing::Gzip), (&zstd, Packing::Zstd), (&text, Packing::None)] {
        let file = file(bytes);
        let (found, mut reader) = packed::open(file.path(), 1 << 20).unwrap();
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert_eq!((found, read == text), (packing, true));
    }
    let bomb = file(&gzip);
    assert!(packed::open(bomb.path(), 100).unwrap().1.read_to_end(&mut Vec::new()).is_err());
    assert!(packed::open(file(b"BZh91AY&SY").path(), 100).is_err());
}

/// A body in which nothing ends a message that does not.
fn body() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(
        prop_oneof![
            Just(b"From here".to_vec()),
            Just(b">From a@b Fri Feb 22 17:06:23 2008".to_vec()),
            Just(b">>From x".to_vec()),
            Just(Vec::new()),
            "[ -~]{0,30}".prop_map(String::into_bytes),
        ],
        0..12,
    )
}

proptest! {
    #[test]
    fn what_is_written_as_mboxrd_comes_back_byte_for_byte(bodies in prop::collection::vec(body(), 1..6)) {
        let mut file = Vec::new();
        let mut originals = Vec::new();
        for lines in &bodies {
            let mut message = b"Subject: s\n\n".to_vec();
            for line in lines {
                message.extend_from_slice(line);
                message.push(b'\n');
            }
            file.extend_from_slice(b"From a@b Fri Feb 22 17:06:23 2008\n");
            for line in message.split_inclusive(|byte| *byte == b'\n') {
                let level = line.iter().take_while(|byte| **byte == b'>').count();
                if line[level..].starts_with(b"From ") {
                    file.push(b'>');
                }
                file.extend_from_slice(line);
            }
            file.push(b'\n');
            originals.push(message);
        }
        prop_assert_eq!(messages(&file), originals);
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "(From a@b Fri Feb 22 17:06:23 2008\n|Content-Length: [0-9]{1,3}\n|\r?\n|>From x\n|[a-z: ]{0,9}){0,20}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = messages(bytes);
            let _ = MaildirName::read(bytes);
            let _ = (keyword_names(bytes), quota(bytes), UidList::read(bytes, 100), from_disk(bytes));
            let _ = measure(bytes).unwrap();
        }
    }

    #[test]
    fn bytes_of_an_mbox_are_in_messages_or_between_them(text in "(From a@b Fri Feb 22 17:06:23 2008\n|Content-Length: [0-9]{1,2}\n|\n|[a-z]{0,9}\n){1,20}") {
        let file = file(text.as_bytes());
        let index = mbox::index(file.path(), 1_000).unwrap();
        let mut at = 0;
        for span in &index.spans {
            prop_assert!(span.start >= at);
            at = span.start + span.len;
            prop_assert!(at <= u64::try_from(text.len()).unwrap());
        }
    }

    #[test]
    fn any_folder_name_comes_back(name in any::<String>()) {
        let encoded = encode(&name);
        prop_assert!(encoded.is_ascii());
        if !name.chars().any(char::is_control) {
            prop_assert_eq!(decode(&encoded), Some(name));
        }
    }
}
