use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::{Entry, Gap, GapCounts};

/// Keeps what it is shown; opens what is called an archive.
#[derive(Default)]
pub(super) struct Kept {
    pub files: BTreeMap<String, Vec<u8>>,
    pub folders: Vec<String>,
}

impl Visitor for Kept {
    fn choose(&mut self, member: &Member<'_>) -> Choice {
        let is_archive = [".tar", ".tar.gz", ".tar.zst"].iter().any(|end| member.path.ends_with(end));
        if is_archive { Choice::Open } else { Choice::Read }
    }

    fn read(&mut self, member: &Member<'_>, content: &mut dyn Read) -> io::Result<()> {
        let bytes = held(content, 1 << 20)?.unwrap_or_default();
        self.files.insert(member.path.to_owned(), bytes);
        Ok(())
    }

    fn folder(&mut self, member: &Member<'_>) {
        self.folders.push(member.path.to_owned());
    }
}

pub(super) fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What a walk over these bytes says.
pub(super) struct Seen {
    pub kept: Kept,
    pub gaps: Vec<Gap>,
    pub walked: Result<Walked, Refusal>,
}

pub(super) fn walked_with(bytes: &[u8], limits: &Limits) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    walked_path(&path, limits)
}

pub(super) fn walked_path(path: &std::path::Path, limits: &Limits) -> Seen {
    let (mut kept, mut tally) = (Kept::default(), GapCounts::default());
    let walked = walk(path, limits, &mut tally, &mut kept);
    let mut told: Vec<Entry> = Vec::new();
    tally.tell(&mut told).unwrap();
    let gaps =
        told.into_iter().filter_map(|entry| if let Entry::Gap(gap) = entry { Some(gap) } else { None }).collect();
    Seen { kept, gaps, walked }
}

pub(super) fn walked(bytes: &[u8]) -> Seen {
    walked_with(bytes, &Limits::default())
}

#[test]
fn plain_gzip_and_zstd_archives_show_the_same_members() {
    let plain = tarred(&[("a/one", b"1"), ("a/two", &[7; 5000]), ("b/empty", b"")]);
    let zstd = zstd::encode_all(plain.as_slice(), 1).unwrap();
    let mut parts = zstd::encode_all(&plain[..1024], 1).unwrap();
    // A skippable frame first, and several frames, as the parallel program writes them.
    let mut parallel = vec![0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    parallel.append(&mut parts);
    parallel.extend(zstd::encode_all(&plain[1024..], 1).unwrap());
    for bytes in [plain.clone(), gzipped(&plain), zstd, parallel] {
        let seen = walked(&bytes);
        let walked = seen.walked.unwrap();
        assert!(walked.cut.is_none(), "{:?}", walked.cut);
        assert!(seen.gaps.is_empty(), "{:?}", seen.gaps);
        assert_eq!(seen.kept.files.len(), 3);
        assert_eq!(seen.kept.files["a/two"], vec![7; 5000]);
    }
}

#[test]
fn archives_inside_archives_are_read_without_extraction() {
    let inner = tarred(&[("etc/x/passwd", b"bob:x"), ("deep.tar.gz", &gzipped(&tarred(&[("z", b"z")])))]);
    let outer = tarred(&[("u/homedir.tar", &inner), ("u/version", b"1")]);
    let seen = walked(&gzipped(&outer));
    assert_eq!(seen.kept.files["u/homedir.tar!/etc/x/passwd"], b"bob:x");
    assert_eq!(seen.kept.files["u/homedir.tar!/deep.tar.gz!/z"], b"z");
    assert_eq!(seen.kept.files["u/version"], b"1");
    assert!(seen.gaps.is_empty() && seen.walked.unwrap().cut.is_none());
}

#[test]
fn long_names_of_both_dialects_are_read() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(150));
    let gnu = tarred(&[(&long, b"gnu")]);
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("path", long.as_bytes()), ("mtime", b"1.5")]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(3);
    builder.append_data(&mut header, "short", &b"pax"[..]).unwrap();
    let pax = builder.into_inner().unwrap();
    assert_eq!(walked(&gnu).kept.files[&long], b"gnu");
    assert_eq!(walked(&pax).kept.files[&long], b"pax");
}

#[test]
fn an_unpacked_folder_shows_the_same_members_and_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("cp/empty")).unwrap();
    std::fs::write(folder.path().join("cp/bob"), b"USER=bob").unwrap();
    std::fs::write(folder.path().join("home.tar.gz"), gzipped(&tarred(&[("w", b"w")]))).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
    let seen = walked_path(folder.path(), &Limits::default());
    assert_eq!(seen.kept.files["cp/bob"], b"USER=bob");
    assert_eq!(seen.kept.files["home.tar.gz!/w"], b"w");
    assert_eq!(seen.kept.folders.len(), 2);
    assert!(!seen.kept.files.keys().any(|path| path.starts_with("etc")));
    assert_eq!(seen.gaps.len(), 1, "{:?}", seen.gaps);
}

#[test]
fn what_is_no_archive_is_refused_with_its_code() {
    let code = |bytes: &[u8]| walked(bytes).walked.unwrap_err().code;
    assert_eq!(code(b""), RefusalCode::Truncated);
    assert_eq!(code(b"hello"), RefusalCode::NotThisFormat);
    assert_eq!(code(&[b'x'; 2000]), RefusalCode::NotThisFormat);
    assert_eq!(code(b"BZh91AY&SY"), RefusalCode::NotThisFormat);
    assert_eq!(code(&gzipped(b"no tar in here")), RefusalCode::NotThisFormat);
    let missing =
        walk(&PathBuf::from("/no/such/file"), &Limits::default(), &mut GapCounts::default(), &mut Kept::default());
    assert_eq!(missing.unwrap_err().code, RefusalCode::Unreadable);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_behind_any_magic_do_not_panic(
        magic in prop_oneof![Just(vec![]), Just(vec![0x1f, 0x8b, 8, 0]), Just(vec![0x28, 0xb5, 0x2f, 0xfd])],
        bytes in proptest::collection::vec(any::<u8>(), 0..3000),
    ) {
        let _ = walked(&[magic, bytes].concat()).walked;
    }

    #[test]
    fn a_damaged_archive_does_not_panic_and_is_told(at in 0usize..6000, value in any::<u8>()) {
        let mut bytes = tarred(&[("a", &[1; 700]), ("b", &[2; 700]), ("c", &[3; 700])]);
        let at = at % bytes.len();
        let before = bytes[at];
        bytes[at] = value;
        let seen = walked(&bytes);
        if before == value {
            prop_assert_eq!(seen.kept.files.len(), 3);
        }
    }

    #[test]
    fn an_archive_cut_anywhere_is_refused_or_said_to_be_cut(at in 0usize..10_000, is_packed in any::<bool>()) {
        let plain = tarred(&[("a", &[1; 700]), ("b", &[2; 1700]), ("c", b"")]);
        let bytes = if is_packed { gzipped(&plain) } else { plain[..plain.len() - 1024].to_vec() };
        let at = at % bytes.len();
        match walked(&bytes[..at]).walked {
            Ok(walked) => prop_assert!(walked.cut.is_some(), "cut at {} of {}", at, bytes.len()),
            Err(refusal) => prop_assert!(matches!(
                refusal.code,
                RefusalCode::Truncated | RefusalCode::NotThisFormat | RefusalCode::Syntax
            )),
        }
    }

    #[test]
    fn what_is_packed_is_what_is_shown(files in proptest::collection::btree_map("[a-z]{1,8}", proptest::collection::vec(any::<u8>(), 0..1500), 0..8)) {
        let list: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let seen = walked(&gzipped(&tarred(&list)));
        prop_assert_eq!(seen.kept.files, files);
        prop_assert!(seen.gaps.is_empty() && seen.walked.unwrap().cut.is_none());
    }
}
