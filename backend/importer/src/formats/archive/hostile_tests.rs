//! One test for each way in which an archive may be hostile.

use super::tests::{Seen, gzipped, tarred, walked, walked_with};
use super::*;

/// A raw member: the `tar` crate's builder refuses to write what is hostile.
fn raw(name: &[u8], link: &[u8], kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link);
    header.set_entry_type(kind);
    header.set_size(u64::try_from(content.len()).unwrap());
    header.set_mode(0o644);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// The hostile members, then a good one, then the end.
fn archive(members: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = members.concat();
    bytes.extend(tarred(&[("good", b"good")]));
    bytes
}

/// The good member is read, nothing else is, and exactly this is told.
fn only_told(seen: &Seen, reason: &str) {
    assert_eq!(seen.kept.files.keys().map(String::as_str).collect::<Vec<_>>(), ["good"], "{:?}", seen.gaps);
    assert_eq!(seen.gaps.len(), 1, "{:?}", seen.gaps);
    assert!(seen.gaps[0].reason.contains(reason), "{:?}", seen.gaps);
    assert!(seen.walked.as_ref().unwrap().cut.is_none());
}

#[test]
fn an_absolute_path_is_not_read() {
    let seen = walked(&archive(&[raw(b"/etc/passwd", b"", tar::EntryType::Regular, b"x")]));
    only_told(&seen, "absolute");
    assert_eq!(seen.walked.unwrap().hostile, 1);
}

#[test]
fn a_path_that_climbs_out_is_not_read() {
    only_told(&walked(&archive(&[raw(b"a/../../x", b"", tar::EntryType::Regular, b"x")])), "'..'");
}

#[test]
fn an_absolute_symbolic_link_is_told_and_not_followed() {
    only_told(&walked(&archive(&[raw(b"mma/pub/l", b"/usr/local/x", tar::EntryType::Symlink, b"")])), "leads out");
}

#[test]
fn a_symbolic_link_that_climbs_out_is_told() {
    only_told(&walked(&archive(&[raw(b"a/l", b"../../x", tar::EntryType::Symlink, b"")])), "leads out");
}

#[test]
fn a_symbolic_link_within_is_told_as_such() {
    only_told(&walked(&archive(&[raw(b"www", b"public_html", tar::EntryType::Symlink, b"")])), "within the archive");
}

#[test]
fn a_file_below_a_symbolic_link_stays_a_path_of_the_archive() {
    let seen = walked(&archive(&[
        raw(b"d", b"/etc", tar::EntryType::Symlink, b""),
        raw(b"d/cron", b"", tar::EntryType::Regular, b"evil"),
    ]));
    // Nothing is extracted, so that the link cannot lead the file anywhere.
    assert_eq!(seen.kept.files["d/cron"], b"evil");
    assert_eq!(seen.gaps.len(), 1);
}

#[test]
fn a_hard_link_is_not_followed() {
    only_told(&walked(&archive(&[raw(b"l", b"/etc/shadow", tar::EntryType::Link, b"")])), "hard link leads out");
    only_told(&walked(&archive(&[raw(b"l", b"good", tar::EntryType::Link, b"")])), "a hard link is not followed");
}

#[test]
fn devices_and_pipes_are_not_read() {
    for kind in [tar::EntryType::Char, tar::EntryType::Block, tar::EntryType::Fifo] {
        let seen = walked(&archive(&[raw(b"dev/x", b"", kind, b"")]));
        only_told(&seen, "device or pipe");
        assert_eq!(seen.walked.unwrap().hostile, 1);
    }
}

#[test]
fn a_sparse_file_is_passed_over_with_its_map() {
    let mut sparse = raw(b"hole", b"", tar::EntryType::GNUSparse, b"");
    sparse[482] = 1;
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes().copy_from_slice(&sparse[..512]);
    header.set_size(600);
    header.set_cksum();
    let mut map = vec![0; 1024];
    map[504] = 1;
    let bytes = archive(&[header.as_bytes().to_vec(), map, vec![5; 600], vec![0; 424]]);
    only_told(&walked(&bytes), "sparse");
}

#[test]
fn a_sparse_file_of_the_extended_dialect_is_passed_over() {
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("GNU.sparse.major", &b"1"[..]), ("GNU.sparse.name", b"hole")]).unwrap();
    let mut bytes = builder.into_inner().unwrap();
    bytes.truncate(bytes.len() - 1024);
    bytes.extend(archive(&[raw(b"GNUSparseFile.0/hole", b"", tar::EntryType::Regular, b"0\n")]));
    only_told(&walked(&bytes), "sparse");
}

#[test]
fn an_over_long_name_is_not_held() {
    let long = raw(b"././@LongLink", b"", tar::EntryType::GNULongName, &vec![b'n'; 2 << 20]);
    let bytes = archive(&[[long, raw(b"n", b"", tar::EntryType::Regular, b"x")].concat()]);
    only_told(&walked(&bytes), "longer than is read");
    let long = raw(b"././@LongLink", b"", tar::EntryType::GNULongName, &vec![b'n'; 5000]);
    let bytes = archive(&[[long, raw(b"n", b"", tar::EntryType::Regular, b"x")].concat()]);
    only_told(&walked(&bytes), "too long");
}

#[test]
fn a_name_that_is_no_utf8_is_written_out_and_told() {
    let seen = walked(&archive(&[raw(b"caf\xe9.txt", b"", tar::EntryType::Regular, b"x")]));
    assert_eq!(seen.kept.files["caf\\xe9.txt"], b"x");
    assert!(seen.gaps.len() == 1 && seen.gaps[0].reason.contains("no UTF-8"), "{:?}", seen.gaps);
}

#[test]
fn the_first_of_two_members_of_one_path_is_taken() {
    let file = |content: &[u8]| raw(b"cp/bob", b"", tar::EntryType::Regular, content);
    let seen =
        walked(&archive(&[file(b"first"), file(b"second"), raw(b"./cp//bob", b"", tar::EntryType::Regular, b"third")]));
    assert_eq!(seen.kept.files["cp/bob"], b"first");
    assert_eq!((seen.gaps[0].kind, seen.gaps[0].count), (GapKind::Duplicate, 2));
}

#[test]
fn an_unknown_type_is_told() {
    only_told(&walked(&archive(&[raw(b"odd", b"", tar::EntryType::new(b'Q'), b"q")])), "unknown type 0x51");
}

#[test]
fn a_bomb_is_refused_by_its_ratio() {
    let zeros = gzipped(&archive(&[raw(b"zeros", b"", tar::EntryType::Regular, &vec![0; 80 << 20])]));
    assert!(zeros.len() < 1 << 20);
    assert_eq!(walked(&zeros).walked.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn a_bomb_inside_an_archive_is_refused_as_well() {
    let zeros = gzipped(&raw(b"zeros", b"", tar::EntryType::Regular, &vec![0; 80 << 20]));
    let outer = tarred(&[("homedir.tar.gz", &zeros)]);
    assert_eq!(walked(&outer).walked.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn more_unpacked_bytes_than_allowed_are_refused() {
    let limits = Limits { unpacked_bytes: 10_000, ..Limits::default() };
    let bytes = gzipped(&tarred(&[("a", &[1; 20_000])]));
    assert_eq!(walked_with(&bytes, &limits).walked.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn more_members_than_allowed_are_refused() {
    let limits = Limits { members: 10, ..Limits::default() };
    let names: Vec<String> = (0..20).map(|number| format!("f{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(walked_with(&tarred(&files), &limits).walked.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn archives_nested_without_end_are_refused() {
    let limits = Limits { depth: 4, ..Limits::default() };
    let mut bytes = tarred(&[("x", b"x")]);
    for _ in 0..5 {
        bytes = tarred(&[("in.tar", &bytes)]);
    }
    assert_eq!(walked_with(&bytes, &limits).walked.unwrap_err().code, RefusalCode::TooLarge);
    let packed = (0..6).fold(tarred(&[("x", b"x")]), |bytes, _| gzipped(&bytes));
    assert_eq!(walked_with(&packed, &limits).walked.unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn a_size_beyond_all_reason_ends_as_cut() {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..1].copy_from_slice(b"x");
    header.set_size(u64::MAX / 2);
    header.set_cksum();
    let first = tarred(&[("first", b"1")]);
    let bytes = [&first[..1024], header.as_bytes(), &[0; 1024]].concat();
    let seen = walked(&bytes);
    assert_eq!(seen.kept.files["first"], b"1");
    assert_eq!(seen.walked.unwrap().cut.unwrap().code, RefusalCode::Truncated);
}

#[test]
fn reading_goes_on_behind_a_damaged_header() {
    let mut bytes = tarred(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    bytes[1024] = b'!';
    let seen = walked(&bytes);
    assert_eq!(seen.kept.files.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "c"]);
    assert!(seen.gaps[0].reason.contains("damaged") && seen.gaps[0].count == 2, "{:?}", seen.gaps);
}

#[test]
fn a_damaged_archive_inside_does_not_end_the_outer_one() {
    let inner = tarred(&[("x", &[1; 4000])]);
    let seen = walked(&tarred(&[("in.tar", &inner[..2000]), ("bad.tar.gz", b"\x1f\x8bnot gzip"), ("after", b"1")]));
    assert_eq!(seen.kept.files["after"], b"1");
    assert_eq!(seen.gaps.len(), 2, "{:?}", seen.gaps);
    assert!(seen.walked.unwrap().cut.is_none());
}

#[test]
fn a_wrong_checksum_of_gzip_is_told() {
    let mut bytes = gzipped(&tarred(&[("a", b"1")]));
    let at = bytes.len() - 6;
    bytes[at] ^= 0xff;
    let seen = walked(&bytes);
    assert_eq!(seen.kept.files["a"], b"1");
    assert!(seen.walked.unwrap().cut.is_some());
}

#[test]
fn gzip_of_many_parts_is_one_archive_and_what_follows_it_is_told() {
    let plain = tarred(&[("a", &[1; 3000]), ("b", b"2")]);
    let mut bytes: Vec<u8> = plain.chunks(7).flat_map(gzipped).collect();
    assert!(walked(&bytes).gaps.is_empty());
    bytes.extend(b"\0\0\0");
    assert!(walked(&bytes).gaps.is_empty());
    bytes.extend(b"tail");
    bytes.drain(bytes.len() - 7..bytes.len() - 4);
    let seen = walked(&bytes);
    assert_eq!(seen.kept.files.len(), 2);
    assert!(seen.gaps[0].reason.contains("follows") && seen.walked.unwrap().cut.is_none());
}

#[test]
fn what_follows_the_end_is_counted() {
    let mut bytes = tarred(&[("a", b"1")]);
    bytes.extend(b"tail");
    let seen = walked(&bytes);
    assert_eq!((seen.gaps.len(), seen.gaps[0].count), (1, 4));
}
