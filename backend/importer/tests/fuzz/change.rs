//! How input is broken: bytes, lines, numbers, members, and words that mean something to its format.

use xtask::fuzz::rounds::Source;

use super::tree::{Named, Node, Packing};

/// No file grows beyond this.
const LARGEST: usize = 256 << 10;

/// Numbers that are at the edge of something.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "4294967296",
    "2147483648",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999999999999999999999",
    "1e308",
    "1e-400",
    "1e999999999",
    "0.0000000000000000000000000000000000001",
    "79228162514264337593543950335",
    "00000000000000000000000000000000000001",
    "NaN",
    "inf",
    "0x7fffffffffffffff",
    "1_000",
    "1,000.50",
    "253402300800",
    "-62135596801",
    "\u{ff11}\u{ff12}",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "2024-02-30",
    "2024-03-31 02:30:00",
    "2024-11-03 01:30:00",
    "9999-12-31 23:59:60",
    "10000-01-01",
    "-9999-01-01",
];

/// What is opened and never closed.
const OPENERS: &[&str] =
    &["(", "[", "{", "<a>", "{\"a\":", "[1,", "<![CDATA[", "/*", "'", "\"", "\\", "a.", "../", "%25", "- "];

/// Words of every format that is text.
const WORDS: &[&str] = &[
    "..",
    "../../../../etc/passwd",
    "/etc/shadow",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{fffd}",
    "\u{1b}[31m",
    "\r",
    "\n",
    "\r\n\r\n",
    "\t",
    "=",
    ":",
    ";",
    ",",
    "#",
    "'",
    "\"",
    "`",
    "\\",
    "$(id)",
    "${HOME}",
    "%00",
    "%zz",
    "NULL",
    "null",
    "true",
    "\u{130}",
    "\u{1f469}\u{200d}\u{1f4bb}",
];

/// Changes the files of an input and what holds them.
pub fn change(source: &mut Source, input: &mut Vec<Named>, others: &[Named], tokens: &[&str]) {
    for (_, node) in input.iter_mut() {
        if source.below(4) == 0 {
            members(source, node);
        }
        let mut files = node.files();
        if files.is_empty() {
            continue;
        }
        // Mostly one file of an archive, rarely none, rarely many.
        let many = if source.below(6) == 0 { source.below(6) } else { 1 };
        for _ in 0..many {
            let at = source.below(files.len());
            let other = other_file(source, others);
            bytes(source, files[at], &other, tokens);
        }
    }
    if input.len() > 1 && source.below(16) == 0 {
        let gone = source.below(input.len());
        input.remove(gone);
    }
}

fn other_file(source: &mut Source, others: &[Named]) -> Vec<u8> {
    let Some((_, node)) = others.get(source.below(others.len())) else { return Vec::new() };
    let mut node = node.clone();
    let files = node.files();
    files.get(source.below(files.len())).map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// Drops, doubles, renames and moves members.
fn members(source: &mut Source, node: &mut Node) {
    let Some(list) = node.some_list(source) else { return };
    let here = source.below(list.len());
    match source.below(7) {
        0 if !list.is_empty() => drop(list.remove(here)),
        1 if !list.is_empty() && list.len() < 400 => list.push(list[here].clone()),
        2 if !list.is_empty() => source.mutate_with(&mut list[here].0, WORDS),
        3 if !list.is_empty() => {
            let begin = source.one_of(&["/", "../", "./", "a/../../", "./././", "x/"]).as_bytes().to_vec();
            list[here].0.splice(0..0, begin);
        }
        4 if list.len() > 1 => {
            let there = source.below(list.len());
            list.swap(here, there);
        }
        5 if list.len() > 1 => {
            // One member's content under another's name.
            let there = source.below(list.len());
            list[here].1 = list[there].1.clone();
        }
        _ if !list.is_empty() => {
            let inner = std::mem::replace(&mut list[here].1, Node::File(Vec::new()));
            let packing = *source.one_of(&[&Packing::Tar, &Packing::Gzip, &Packing::Zstd]);
            list[here].1 = Node::Packed(packing, vec![(b"inner".to_vec(), inner)]);
        }
        _ => {}
    }
}

/// Changes the bytes of one file a few times.
fn bytes(source: &mut Source, bytes: &mut Vec<u8>, other: &[u8], tokens: &[&str]) {
    for _ in 0..=source.below(4) {
        let at = source.below(bytes.len() + 1);
        match source.below(14) {
            0 => source.mutate_with(bytes, tokens),
            1 => source.mutate_with(bytes, WORDS),
            2 | 3 => number(source, bytes),
            4 => insert(bytes, at, source.one_of(tokens).as_bytes()),
            5 => value(source, bytes, tokens),
            6 => {
                // Two inputs become one.
                let from = source.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            7 => {
                let (from, to) = line(source, other);
                let piece = other[from..to].to_vec();
                let (start, _) = line(source, bytes);
                insert(bytes, start, &piece);
            }
            8 => {
                let (from, to) = line(source, bytes);
                bytes.drain(from..to);
            }
            9 => {
                let (from, to) = line(source, bytes);
                let piece = bytes[from..to].to_vec();
                let many = if source.below(6) == 0 { source.below(2_000) } else { 1 };
                let many = many.min(LARGEST / piece.len().max(1));
                insert(bytes, to, &piece.repeat(many));
            }
            10 => {
                let (from, to) = line(source, bytes);
                let piece: Vec<u8> = bytes.drain(from..to).collect();
                let (start, _) = line(source, bytes);
                insert(bytes, start, &piece);
            }
            11 => {
                let opener =
                    source.one_of(OPENERS).repeat(source.one_of(&[&1_usize, &63, &65, &300, &4_000]).to_owned());
                insert(bytes, at, opener.as_bytes());
            }
            12 => {
                let broken: [&[u8]; 6] =
                    [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe4\xf6\xfc"];
                insert(bytes, at, source.one_of(&broken));
            }
            _ => {
                let long =
                    [*source.one_of(&[&b'a', &b'9', &b' ', &b'\n', &0, &0xff, &b'.'])].repeat(source.below(5_000));
                insert(bytes, at, &long);
            }
        }
        bytes.truncate(LARGEST);
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// A line, with its end.
fn line(source: &mut Source, bytes: &[u8]) -> (usize, usize) {
    let at = source.below(bytes.len());
    let from = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let to = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    (from, to)
}

/// Another number where one stands.
fn number(source: &mut Source, bytes: &mut Vec<u8>) {
    let at = source.below(bytes.len());
    let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let to = bytes[from..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |end| from + end);
    let other = source.one_of(NUMBERS);
    bytes.splice(from..to, other.bytes());
}

/// Another value between quotes, or behind an equal sign or colon.
fn value(source: &mut Source, bytes: &mut Vec<u8>, tokens: &[&str]) {
    let at = source.below(bytes.len());
    let begin = bytes[at..].iter().position(|byte| b"'\"=:>,".contains(byte));
    let Some(from) = begin.map(|found| at + found + 1) else { return };
    let end = bytes[from..].iter().position(|byte| b"'\"\n<,;)".contains(byte));
    let to = end.map_or(bytes.len(), |end| from + end);
    let other = match source.below(4) {
        0 => source.one_of(NUMBERS).to_owned(),
        1 => source.one_of(WORDS).to_owned(),
        2 => source.text(30),
        _ => source.one_of(tokens).to_owned(),
    };
    bytes.splice(from..to, other.bytes());
}

/// What SQL dumps are written with.
pub const SQL: &[&str] = &[
    "'",
    "\\'",
    "''",
    "\\",
    "NULL",
    "(",
    ")",
    "),(",
    ");\n",
    ";",
    "`",
    ",",
    "/*!40101",
    "*/",
    "-- ",
    "# ",
    "0xFF",
    "0x",
    "x'4g'",
    "_binary '",
    "b'1'",
    "'0000-00-00'",
    "'0000-00-00 00:00:00'",
    "-1",
    "1e400",
    "INSERT INTO ",
    "VALUES (",
    "INSERT INTO `x` (`a`,`a`) VALUES (1,2);\n",
    "REPLACE INTO `x` VALUES (1);\n",
    "INSERT IGNORE INTO ",
    "CREATE TABLE `x` (",
    "PRIMARY KEY (`id`)",
    "enum('a','b')",
    "DELIMITER ;;\n",
    "SET NAMES latin1;\n",
    "a:1:{s:99:\"x\"",
    "&amp;#39;",
    "&quot;",
    "<table_data name=\"",
    "\\0",
    "\\Z",
    "\\%",
    "'\u{0}'",
    "DEFAULT '0'",
    "LOCK TABLES",
    "USE `x`;\n",
    "\u{e4}\u{c3}\u{a4}",
];

/// What XML is written with.
pub const XML: &[&str] = &[
    "<!DOCTYPE x [<!ENTITY a \"&a;&a;\">]>",
    "<!ENTITY % x SYSTEM \"file:///etc/passwd\">",
    "&a;",
    "&#0;",
    "&#xD800;",
    "&#1114112;",
    "&amp;",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.1\" encoding=\"UTF-16\"?>",
    "<?x",
    "?>",
    "<",
    ">",
    "/>",
    "</",
    "<a/>",
    "<a b='",
    "xmlns:x=\"\"",
    "xmlns=\"\"",
    "escaped=\"true\"",
    "\\u0000",
    "<item/>",
    "<gap>",
    "<fact>",
    "version=\"2\"",
    " unit='EiB'",
    " unit=''",
    "<memory unit='TiB'>18446744073709551615</memory>",
    "<name/>",
    "<uuid>x</uuid>",
    "<devices>",
    "<disk type='file'>",
    "<source file='../../x'/>",
    "<target dev='vd99999999'/>",
    "<interface type='bridge'>",
    "<qemu:commandline>",
];

/// What JSON is written with.
pub const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "{\"\":",
    "[]",
    "{}",
    "null",
    "true",
    "-0",
    "1e999",
    "1E-999",
    "123456789012345678901234567890",
    "\\ud800",
    "\\udc00\\ud800",
    "\\u0000",
    "\\x",
    "\\",
    "\"a\":1,",
    "\"id\":\"\",",
    "\"status\":\"error\"",
    "\"result\":\"success\",",
    "\"data\":",
    "\"id\":null,",
    "\"totalresults\":-1,",
    "\"gaps\":",
    "//",
    "/*",
    "NaN",
    "'",
    "\"a\":1,\"a\":2,",
    "0.1e1",
    "[[[[",
];

/// What lines of settings are written with.
pub const LINES: &[&str] = &[
    "=",
    "==",
    "'",
    "\"",
    "`",
    "$",
    "${x}",
    "$(x)",
    "\\",
    "\\\n",
    "#",
    "[x]\n",
    "[PENDING]\n",
    "-1",
    "unlimited",
    "99999999999G",
    "1P",
    "%",
    "&",
    "|",
    ";",
    ":",
    ",",
    " ",
    "\t",
    "*/5 * * * *",
    "@reboot",
    "NAME=''",
    "IP='::1'",
    "yes",
    "no",
    "none",
    "size=18446744073709551615T",
    "local:100/vm-100-disk-0.qcow2",
    "virtio=ZZ:ZZ",
    "net0: ",
    "scsi99999: ",
    "mp0: ",
    "ONBOOT=",
    "VE_ROOT=",
    "IP_ADDRESS=\"",
    "%2e%2e%2f",
    "snapshot",
    "parent: ",
    "{SHA512-CRYPT}",
    "$6$",
    "!!",
    "a@b",
    "*@",
    ":fail:",
    ":blackhole:",
    "|/bin/sh",
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "GRANT ALL ON `",
    "IDENTIFIED BY PASSWORD '",
    "'@'%'",
    "---\n",
    "&a *a",
    "!!map",
];

/// What Python, S-expressions and command lines of guests are written with.
pub const GUESTS: &[&str] = &[
    "[",
    "]",
    "(",
    ")",
    "'",
    "\"",
    "\\",
    "#",
    "\\x",
    "\\777",
    "\\N{",
    "\"\"\"",
    "r'",
    "u'",
    "=",
    "==",
    ",",
    "phy:",
    "file:",
    "tap:qcow2:",
    "vif = ",
    "disk = [",
    "memory = ",
    "maxmem = 99999999999999999999",
    "vcpus = -1",
    "vcpus=\"1e9\"",
    "'mac=00:16:3e:ZZ'",
    "(domain (",
    "(memory ",
    "(device (vbd ",
    "(image (hvm ",
    "None",
    "True",
    "import os",
    "lambda: 0",
    "{",
    "}",
    "0o777",
    "1L",
    "{\"",
    "null",
    "-drive ",
    "-m 99999999T",
    "-smp 0,cores=99999999999",
    "-device ",
    "file=,,,",
    "if=none,id=",
    "-netdev ",
    "-name ",
    "format=vdi",
    "xvda99999",
    "w!",
    "r:cdrom",
    "-uuid x",
    "size=16E",
    "\u{0}-m\u{0}",
    "-incoming ",
    "-readconfig /etc/passwd",
    "@x",
    "$(id)",
    "&&",
    "\n",
];

/// What master files are written with.
pub const ZONES: &[&str] = &[
    "$GENERATE 0-4294967295 a$ A 1.2.3.4\n",
    "$GENERATE 1-10/0 a$ A 1.2.3.$\n",
    "$GENERATE 1-3 ${-9,255,x} TXT ${0,99999,d}\n",
    "$INCLUDE /etc/passwd\n",
    "$ORIGIN ..\n",
    "$ORIGIN .\n",
    "$TTL 99999999999w\n",
    "$TTL\n",
    "$X\n",
    "(",
    ")",
    "\\000",
    "\\999",
    "\\.",
    "\\",
    "\"",
    ";",
    "@",
    "*.",
    ".",
    "..",
    "IN",
    "CH",
    "SOA",
    "SOA a b 1 2 3 4 99999999999\n",
    "CNAME",
    "TYPE65536",
    "TYPE1 \\# 4 0a000001",
    "\\# 4 0a00000g",
    "\\# 65536 00",
    "99999999999",
    "1w2d3h4m5s",
    "::1",
    "1.2.3.4.5",
    "LOC 90 N 180 W 99999999m",
    "SVCB 1 . alpn=\"h\\\\,3\" key65535=",
    "CAA 256 issue \"",
    "NAPTR 1 1 \"\" \"\" \"\" .",
    "NSEC3 1 0 99999 - 0",
    "DS 1 1 1 z",
    "APL !1:0.0.0.0/33",
    "HIP 2 99 99 9",
    "WKS 1.2.3.4 6 99999",
    "TXT",
    "MX -1 a",
    "\u{e4}.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// What mailboxes are written with.
pub const MAIL: &[&str] = &[
    "From ",
    "\n\nFrom a@b Mon Jan  1 00:00:00 2024\n",
    "\nFrom MAILER-DAEMON Sat Feb 30 99:99:99 0000\n",
    ">From ",
    "Content-Length: 99999999999\n",
    "Content-Length: -1\n",
    "X-UID: 18446744073709551616\n",
    "X-IMAPbase: 1 0\n",
    "X-IMAP: 99999999999 1\n",
    "Status: ROADX\n",
    "X-Status: \n",
    "X-Keywords: a b \u{0}\n",
    "Message-ID: <>\n",
    "Date: Mon, 99 Foo -1 25:61:61 +9999\n",
    "Received: ;\n",
    "\r\n",
    "\n\n",
    "\r",
    ": ",
    " folded\n",
    "3 V1 N1 Gx\n",
    "1 :a",
    "99999999999 x:",
    ":2,FRSTDPabz",
    ",S=-1,W=99999999999999999999",
    ":2,",
    "&AOk-",
    "&",
    "&-",
    "0 $Forwarded\n",
    "S,10C",
    "1000000S,99999999999999999999C\n",
    "\u{1f}\u{8b}\u{8}",
    "BZh9",
    "Content-Type: multipart/mixed; boundary=\"\n",
    "=?utf-8?q?=0d=0a?=",
];

/// What CSV and its mapping are written with.
pub const CSV: &[&str] = &[
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r",
    "\r\n",
    "\"\n",
    "=1+1",
    "-1.234,50",
    "1.234.567,89",
    "00.00.0000",
    "31.02.2014",
    "\u{feff}",
    "[[record]]\n",
    "file = \"*\"\n",
    "kind = \"party\"\n",
    "kind = \"zone\"\n",
    "delimiter = \"\"\n",
    "date = \"%Q%%\"\n",
    "date = \"unix\"\n",
    "decimal = \"\"\n",
    "thousands = \",\"\n",
    "currency = \"XXX\"\n",
    "[record.fields]\n",
    "id = \"id\"\n",
    "= { column = \"",
    "columns = []",
    "join = ",
    "constant = ",
    "values = {",
    "default = ",
    "prefix = ",
    "separator = \"\"",
    "unit = \"PiB\"",
    "only = { }\n",
    "ignore = [",
    "\"a.b.c.d\" = ",
];
