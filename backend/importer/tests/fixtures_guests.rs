//! Real descriptions of guests, made by others: every file goes through its reader, and
//! where two files describe the same guest they are compared fact by fact.
//!
//! Run with `--nocapture` to see the tables. Where the files are not there, nothing is tested
//! and the test says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hostwright_importer::snapshot::{Entry, Gap, GapKind, Guest, Kind, Record, Sink};
use hostwright_importer::sources::matching::{Fact, compare};
use hostwright_importer::sources::{Input, libvirt, openvz, proxmox, qemu, solusvm, xen};
use hostwright_importer::{Refusal, RefusalCode};

type Reader = fn(&Input, &mut dyn Sink) -> Result<(), Refusal>;

fn fixtures(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("{folder}: the files are not there, nothing is tested");
    None
}

/// All files below a folder in a stable order, without the note on where they come from.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "SOURCES.md" {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

struct Read {
    records: Vec<Record>,
    gaps: Vec<Gap>,
}

fn read(reader: Reader, path: &Path) -> Result<Read, Refusal> {
    let mut entries: Vec<Entry> = Vec::new();
    reader(&Input::of(vec![path.to_owned()]), &mut entries)?;
    let mut read = Read { records: Vec::new(), gaps: Vec::new() };
    for entry in entries {
        match entry {
            Entry::Record(record) => read.records.push(record),
            Entry::Gap(gap) => read.gaps.push(gap),
            Entry::Fact(_) => {}
        }
    }
    Ok(read)
}

impl Read {
    fn guests(&self) -> Vec<&Guest> {
        self.records
            .iter()
            .filter_map(|one| if let Record::Guest(guest) = one { Some(&**guest) } else { None })
            .collect()
    }
}

#[derive(Default)]
struct Row {
    files: u32,
    fully: u32,
    spared: u32,
    with_gaps: u32,
    refused: u32,
    guests: u32,
}

/// The table of a folder, a row for each folder inside it.
#[derive(Default)]
struct Table {
    rows: BTreeMap<String, Row>,
    reasons: BTreeMap<String, u64>,
    refusals: Vec<(String, Refusal)>,
}

impl Table {
    fn add(&mut self, root: &Path, path: &Path, outcome: &Result<Read, Refusal>) {
        let folder = path.parent().unwrap().strip_prefix(root).unwrap().display().to_string();
        let row = self.rows.entry(folder).or_default();
        row.files += 1;
        match outcome {
            Err(refusal) => {
                row.refused += 1;
                self.refusals.push((path.file_name().unwrap().to_string_lossy().into_owned(), refusal.clone()));
            }
            Ok(read) => {
                row.guests += u32::try_from(read.guests().len()).unwrap();
                let is_spared = |gap: &Gap| gap.kind == GapKind::PartUnread && gap.reason.contains("not needed");
                match read.gaps.iter().filter(|gap| !is_spared(gap)).count() {
                    0 if read.gaps.is_empty() => row.fully += 1,
                    0 => row.spared += 1,
                    _ => row.with_gaps += 1,
                }
                for gap in read.gaps.iter().filter(|gap| !is_spared(gap)) {
                    let field = gap.field.as_deref().unwrap_or("-");
                    *self.reasons.entry(format!("{:?} {field}: {}", gap.kind, gap.reason)).or_default() += gap.count;
                }
            }
        }
    }

    fn print(&self, title: &str) {
        println!("\n{title}");
        println!(
            "{:26}{:>7}{:>8}{:>16}{:>12}{:>9}{:>8}",
            "folder", "files", "fully", "+ not needed", "with gaps", "refused", "guests"
        );
        for (folder, row) in &self.rows {
            let folder = if folder.is_empty() { "." } else { folder };
            let Row { files, fully, spared, with_gaps, refused, guests } = row;
            println!("{folder:26}{files:>7}{fully:>8}{spared:>16}{with_gaps:>12}{refused:>9}{guests:>8}");
        }
        for (reason, count) in &self.reasons {
            println!("  gap x{count}: {}", reason.replace('\n', " / "));
        }
        for (file, refusal) in &self.refusals {
            println!("  refused {file}: {} {}", refusal.code.as_str(), refusal.reason);
        }
    }
}

/// Reads every file of a folder with the reader that its ending asks for.
fn table(folder: &str, reader_of: impl Fn(&Path) -> Reader) -> Option<Table> {
    let root = fixtures(folder)?;
    let mut table = Table::default();
    for path in files(&root) {
        let outcome = read(reader_of(&path), &path);
        table.add(&root, &path, &outcome);
    }
    table.print(folder);
    Some(table)
}

#[test]
fn every_document_of_qemu_guests_is_read() {
    let Some(table) = table("libvirt-qemu", |path| if ending(path) == "args" { qemu::read } else { libvirt::read })
    else {
        return;
    };
    assert_eq!(table.refusals, vec![]);
    assert!(table.rows.values().all(|row| row.guests == row.files));
}

#[test]
fn every_description_of_xen_guests_is_read() {
    let Some(table) = table("libvirt-xen", |_| xen::read) else { return };
    assert_eq!(table.refusals, vec![]);
    assert!(table.rows.values().all(|row| row.guests == row.files));
}

#[test]
fn every_file_and_answer_of_proxmox_is_read() {
    let Some(table) = table("proxmox", |_| proxmox::read) else { return };
    assert_eq!(table.refusals, vec![]);
    for (folder, row) in &table.rows {
        if folder.ends_with("-conf") {
            assert_eq!(row.guests, row.files, "{folder}");
        }
    }
    // All answers together: what was asked twice is told, nothing else is lost.
    let together = read(proxmox::read, &fixtures("proxmox").unwrap().join("api-2020")).unwrap();
    let ids: Vec<&str> = together.guests().iter().map(|guest| guest.id.as_str()).collect();
    assert_eq!(ids, ["100", "101"]);
    assert!(together.records.iter().any(|record| record.kind() == Kind::Server));
    assert!(together.records.iter().any(|record| record.kind() == Kind::Staff));
}

#[test]
fn every_answer_of_solusvm_is_read_or_refused_as_an_error() {
    let Some(table) = table("solusvm", |_| solusvm::read) else { return };
    assert!(table.refusals.iter().all(|(_, refusal)| refusal.code == RefusalCode::Invalid));
    let root = fixtures("solusvm").unwrap();
    for path in files(&root) {
        let text = std::fs::read_to_string(&path).unwrap();
        let is_error = text.contains("\"status\": \"error\"");
        assert_eq!(read(solusvm::read, &path).is_err(), is_error, "{}", path.display());
    }
}

#[test]
fn every_container_is_a_record_with_the_reason_why_it_cannot_run() {
    let Some(table) = table("openvz", |_| openvz::read) else { return };
    assert_eq!(table.refusals, vec![]);
    for path in files(&fixtures("openvz").unwrap()) {
        let read = read(openvz::read, &path).unwrap();
        let [guest] = read.guests()[..] else { panic!("{}", path.display()) };
        assert!(guest.cannot_run.is_some() && guest.is_template);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The samples say in their name how much memory they give.
        if let Some(megabytes) = name.split('.').find_map(|part| part.strip_suffix("MB")) {
            let bytes = megabytes.parse::<u64>().unwrap() << 20;
            assert_eq!(guest.memory_bytes, Some(bytes), "{name}");
        }
    }
}

/// Two descriptions of one guest: the first in another format, the second libvirt's own.
struct Pair {
    other: Guest,
    xml: Guest,
    /// The ending of the first file.
    format: String,
}

/// Why two descriptions may differ without one of them being read wrongly.
type Rule = (&'static str, fn(&Fact, &Pair) -> bool);

fn is_absent_left(fact: &Fact) -> bool {
    fact.left.is_none() && fact.right.is_some()
}

fn is_absent_right(fact: &Fact) -> bool {
    fact.left.is_some() && fact.right.is_none()
}

const RULES: &[Rule] = &[
    ("no format of Xen names the processor; libvirt writes the host's", |fact, pair| {
        fact.name == "architecture" && is_absent_left(fact) && pair.format != "args"
    }),
    ("a configuration file holds no state; the XML was written of a running guest", |fact, pair| {
        fact.name == "state" && is_absent_left(fact) && pair.format == "cfg"
    }),
    ("libvirt writes Xen's own loader where the other names none", |fact, _| {
        fact.name == "firmware"
            && is_absent_left(fact)
            && fact.right.as_deref().is_some_and(|path| path.ends_with("/hvmloader"))
    }),
    ("xl names the kind of firmware, libvirt its file", |fact, _| {
        let is_kind = matches!(fact.left.as_deref(), Some("efi" | "bios"));
        fact.name == "firmware" && is_kind && fact.right.as_deref().is_some_and(|path| path.starts_with('/'))
    }),
    ("a path below /dev is a device; libvirt calls what QEMU opens a file", |fact, pair| {
        let is_kind = fact.name.starts_with("disk ") && fact.name.ends_with(" source_kind");
        let target = fact.name.split(' ').nth(1);
        let disk = pair.xml.disks.iter().find(|disk| disk.target.as_deref() == target);
        let is_device = disk.and_then(|disk| disk.source.as_deref()).is_some_and(|path| path.starts_with("/dev/"));
        is_kind && is_device && (fact.left.as_deref(), fact.right.as_deref()) == (Some("block"), Some("file"))
    }),
    ("the XML was written without its secrets", |fact, _| fact.name == "graphics_password" && is_absent_right(fact)),
    ("the XML was written while the guest ran and names the port of then", |fact, pair| {
        let number = pair.xml.extra.iter().find(|one| one.name == "id").and_then(|one| one.value.parse::<u32>().ok());
        let port = number.map(|number| format!("vnc :{}", number + 5_900));
        fact.name == "graphics" && fact.left.as_deref() == Some("vnc") && fact.right == port
    }),
    ("libxl is given pygrub where the XML names neither kernel nor boot loader", |fact, pair| {
        let is_bare = pair.xml.kernel.is_none() && pair.xml.bootloader.is_none();
        let is_loader = fact.name == "bootloader" && fact.left.as_deref() == Some("pygrub") && fact.right.is_none();
        let is_boot =
            fact.name == "boot" && (fact.left.as_deref(), fact.right.as_deref()) == (Some("Bootloader"), Some("Disk"));
        pair.format == "json" && is_bare && (is_loader || is_boot)
    }),
    ("libxl keeps no description", |fact, pair| {
        fact.name == "description" && is_absent_left(fact) && pair.format == "json"
    }),
    ("every paravirtual guest has Xen's console, also where the XML does not write it", |fact, pair| {
        fact.name == "console" && fact.left.as_deref() == Some("pty") && fact.right.is_none() && pair.format == "json"
    }),
];

fn rule_of(fact: &Fact, pair: &Pair) -> Option<&'static str> {
    RULES.iter().find(|(_, fits)| fits(fact, pair)).map(|(why, _)| *why)
}

/// Facts that no rule may excuse.
fn is_essential(name: &str) -> bool {
    let whole = [
        "name",
        "uuid",
        "hypervisor",
        "vcpus",
        "max_vcpus",
        "memory_bytes",
        "max_memory_bytes",
        "kernel",
        "command_line",
    ];
    whole.contains(&name)
        || (name.starts_with("disk ")
            && [" source", " target", " format", " exists"].iter().any(|end| name.ends_with(end)))
        || (name.starts_with("interface ")
            && [" mac", " source", " addresses", " exists"].iter().any(|end| name.ends_with(end)))
        || name.starts_with("passed_through")
}

fn pairs(folder: &str, endings: &[&str], reader: Reader) -> Option<Vec<(String, Pair)>> {
    let root = fixtures(folder)?;
    let mut pairs = Vec::new();
    for path in files(&root) {
        let xml = path.with_extension("xml");
        if !endings.contains(&ending(&path)) || !xml.is_file() {
            continue;
        }
        let one = |reader: Reader, path: &Path| (*read(reader, path).unwrap().guests()[0]).clone();
        let pair = Pair { other: one(reader, &path), xml: one(libvirt::read, &xml), format: ending(&path).to_owned() };
        pairs.push((path.strip_prefix(&root).unwrap().display().to_string(), pair));
    }
    Some(pairs)
}

fn agreement(folder: &str, endings: &[&str], reader: Reader) {
    let Some(pairs) = pairs(folder, endings, reader) else { return };
    assert!(!pairs.is_empty());
    let (mut agree, mut all) = (0, 0);
    let mut by_rule: BTreeMap<&str, u32> = BTreeMap::new();
    let mut unexplained = Vec::new();
    println!("\n{folder}: other descriptions beside libvirt's XML");
    for (name, pair) in &pairs {
        let facts = compare(&pair.other, &pair.xml);
        let same = facts.iter().filter(|fact| fact.agrees()).count();
        println!("  {name}: {same} of {} facts agree", facts.len());
        agree += same;
        all += facts.len();
        for fact in facts.iter().filter(|fact| !fact.agrees()) {
            let why = rule_of(fact, pair);
            println!("    {}: {:?} / {:?}: {}", fact.name, fact.left, fact.right, why.unwrap_or("UNEXPLAINED"));
            match why {
                Some(why) if !is_essential(&fact.name) => *by_rule.entry(why).or_default() += 1,
                _ => unexplained.push(format!("{name}: {fact:?}")),
            }
        }
    }
    println!("{folder}: {agree} of {all} facts of {} pairs agree", pairs.len());
    for (why, count) in by_rule {
        println!("  differs x{count}: {why}");
    }
    assert_eq!(unexplained, Vec::<String>::new());
    assert!(agree * 100 >= all * 90, "{agree} of {all}");
}

#[test]
fn xen_s_descriptions_say_the_same_as_libvirt_s() {
    agreement("libvirt-xen", &["cfg", "sexpr", "json"], xen::read);
}

#[test]
fn qemu_s_command_lines_say_the_same_as_libvirt_s() {
    agreement("libvirt-qemu", &["args"], qemu::read);
}

#[test]
fn a_wrong_value_is_not_excused_by_any_rule() {
    let Some(pairs) = pairs("libvirt-xen", &["cfg"], xen::read) else { return };
    let (_, mut pair) = pairs.into_iter().next().unwrap();
    pair.other.memory_bytes = Some(1);
    pair.other.disks[0].source = Some("/else".to_owned());
    pair.other.nics[0].mac = Some("00:00:00:00:00:00".to_owned());
    let facts = compare(&pair.other, &pair.xml);
    let wrong: Vec<&Fact> = facts.iter().filter(|fact| !fact.agrees() && rule_of(fact, &pair).is_none()).collect();
    let names: Vec<&str> = wrong.iter().map(|fact| fact.name.as_str()).collect();
    assert!(names.contains(&"memory_bytes"));
    assert!(names.iter().any(|name| name.ends_with(" source")));
    assert!(names.iter().any(|name| name.ends_with(" mac")));
}

/// A generator of numbers that is the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

#[test]
fn no_real_file_that_is_cut_or_damaged_makes_a_reader_panic() {
    let readers: [(&str, &[Reader]); 5] = [
        ("libvirt-qemu", &[libvirt::read, qemu::read]),
        ("libvirt-xen", &[xen::read, libvirt::read]),
        ("proxmox", &[proxmox::read]),
        ("solusvm", &[solusvm::read]),
        ("openvz", &[openvz::read]),
    ];
    let mut numbers = Numbers(7);
    let (mut tried, mut refused) = (0_u32, 0_u32);
    let scratch = tempfile::tempdir().unwrap();
    for (folder, readers) in readers {
        let Some(root) = fixtures(folder) else { continue };
        for path in files(&root) {
            let whole = std::fs::read(&path).unwrap();
            let copy = scratch.path().join(path.file_name().unwrap());
            for round in 0..6 {
                let mut bytes = whole.clone();
                match round % 3 {
                    0 => bytes.truncate(numbers.below(whole.len())),
                    1 => {
                        let at = numbers.below(bytes.len());
                        bytes[at] = u8::try_from(numbers.below(256)).unwrap();
                    }
                    _ => {
                        let (from, to) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
                        bytes.splice(to..to, whole[from.min(to)..from.max(to)].iter().copied());
                    }
                }
                std::fs::write(&copy, &bytes).unwrap();
                for &reader in readers {
                    tried += 1;
                    refused += u32::from(read(reader, &copy).is_err());
                }
            }
            std::fs::remove_file(&copy).unwrap();
        }
    }
    println!("cut or damaged: {tried} readings, {refused} refused, none panicked");
}
