//! One test a reader.

use std::fs;
use std::path::{Path, PathBuf};

use hostwright_importer::agents::Package;
use hostwright_importer::sources::{Input, SourceKind};
use hostwright_importer::{Refusal, RefusalCode, Sink};
use xtask::fuzz::rounds::run;
use xtask::lab::variable;

use super::change::{Plant, change, plant};
use super::judge::{Read, Variant, judge};
use super::keep::{About, Keep};
use super::mail;
use super::planted;
use super::seeds::{NONE, Seeds, archive, file, made_up};
use super::texts;
use super::tree::{Damage, Node, Packing, is_plain};
use super::words;

/// Rounds of one reader among the tests.
const ROUNDS: u64 = 60;

/// Breaks input after input; fails in the end where one was not read as it must be.
fn fuzz(reader: &str, read: Read, seeds: &Seeds, tokens: &[&str], planted: Plant) {
    if let Some(finding) = variable("HOSTWRIGHT_FUZZ_REPLAY").map(PathBuf::from) {
        return replay(reader, read, &finding);
    }
    let mut keep = Keep::new(reader);
    let rounds = run(reader, ROUNDS, |source| {
        let mut input = seeds.pick(source);
        let is_planted = source.below(8) == 0 && plant(source, &mut input, planted);
        if !is_planted && source.below(50) > 0 {
            change(source, &mut input, seeds.others(), tokens);
        }
        let variant = Variant::of(source.draw(), is_planted);
        let about = About { reader: reader.to_owned(), variant: variant.0 };
        let folder = keep.current(&about);
        let mut damage = Damage((!is_planted).then_some(&mut *source));
        for (name, node) in input.iter().filter(|(name, _)| is_plain(name)) {
            node.write(&folder.join(name), &mut damage);
        }
        if let Err(fault) = judge(read, &folder, variant) {
            keep.finding(source.origin(), &fault.kind, &fault.text);
            assert!(!fault.is_endless, "{reader}: {}", fault.kind);
        }
    });
    let found = keep.end();
    println!("fuzz readers: {reader}: {rounds} inputs, {} findings", found.len());
    assert!(found.is_empty(), "{reader}: {found:?}");
}

fn replay(reader: &str, read: Read, finding: &Path) {
    let about = About::of(finding);
    if about.reader != reader {
        return;
    }
    if let Err(fault) = judge(read, &finding.join("input"), Variant(about.variant)) {
        panic!("{}: {}", fault.kind, fault.text);
    }
    println!("{reader}: the input of {} is read as it must be", finding.display());
}

/// An agent's package has no entries; what is known of it is told as facts.
fn package(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let first = &input.paths[0];
    let folder = if first.is_dir() { first } else { first.parent().unwrap() };
    let package = Package::open(folder, &input.limits)
        .map_err(|fault| Refusal::new(RefusalCode::Invalid, &fault.place, &fault.reason))?;
    for name in &package.files {
        assert!(is_plain(name), "{name:?} leads out of the package");
    }
    sink.fact("start", package.start)?;
    sink.fact("digest", &package.digest)?;
    sink.fact("files", &package.files.join("\n"))?;
    sink.fact("manifest", &String::from_utf8_lossy(&package.manifest.to_xml()))
}

fn block(text: &str, form: &str) -> String {
    text.split(&format!("```{form}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn snapshots() -> (String, String) {
    let text = include_str!("../../../../docs/snapshot.md");
    (block(text, "xml"), block(text, "json"))
}

#[test]
fn documents_in_xml() {
    let (xml, _) = snapshots();
    let seeds = Seeds::of(NONE, 2, &[("a.xml", &xml), ("b.xml", &xml.replace("17", "18"))]);
    fuzz("documents in XML", |input, sink| SourceKind::Snapshot.read(input, sink), &seeds, words::XML, Plant::Xml);
}

#[test]
fn documents_in_json() {
    let (_, json) = snapshots();
    let seeds = Seeds::of(NONE, 2, &[("a.json", &json), ("b.json", &json.replace("17", "18"))]);
    fuzz("documents in JSON", |input, sink| SourceKind::Snapshot.read(input, sink), &seeds, words::JSON, Plant::Json);
}

#[test]
fn dumps_of_whmcs() {
    let mut seeds = Seeds::of(NONE, 3, texts::WHMCS);
    seeds.whole = made_up::whmcs_dumps();
    fuzz(
        "WHMCS dumps",
        |input, sink| SourceKind::Whmcs.read(input, sink),
        &seeds,
        words::SQL,
        Plant::Before(planted::IN_DUMPS),
    );
}

#[test]
fn answers_of_whmcs() {
    let seeds = Seeds::of("whmcs", 4, texts::WHMCS_ANSWER);
    fuzz("WHMCS answers", |input, sink| SourceKind::Whmcs.read(input, sink), &seeds, words::JSON, Plant::Json);
}

#[test]
fn dumps_of_fossbilling() {
    let seeds = Seeds::of("fossbilling", 3, &[("shop.sql", &texts::fossbilling())]);
    fuzz(
        "FOSSBilling dumps",
        |input, sink| SourceKind::Fossbilling.read(input, sink),
        &seeds,
        words::SQL,
        Plant::Before(planted::IN_DUMPS),
    );
}

#[test]
fn dumps_of_dtc() {
    let seeds = Seeds::of("dtc", 12, &[("panel.sql", &texts::dtc())]);
    fuzz(
        "DTC dumps",
        |input, sink| SourceKind::Dtc.read(input, sink),
        &seeds,
        words::SQL,
        Plant::Before(planted::IN_DUMPS),
    );
}

#[test]
fn dumps_of_virtualizor() {
    let seeds = Seeds::of(NONE, 1, &[("virtualizor.sql", &texts::virtualizor())]);
    fuzz(
        "Virtualizor dumps",
        |input, sink| SourceKind::Virtualizor.read(input, sink),
        &seeds,
        words::SQL,
        Plant::Before(planted::IN_DUMPS),
    );
}

#[test]
fn archives_of_cpanel() {
    let mut seeds = Seeds { whole: made_up::cpanel_archives(), ..Seeds::default() };
    seeds.whole.push(vec![("cpmove-bob.tar.gz".to_owned(), archive(Packing::Gzip, texts::CPANEL))]);
    fuzz(
        "cPanel archives",
        |input, sink| SourceKind::Cpanel.read(input, sink),
        &seeds,
        words::LINES,
        Plant::Before(planted::IN_CPANEL),
    );
}

#[test]
fn answers_of_cpanel() {
    let seeds = Seeds::of("cpanel", 4, texts::CPANEL_ANSWER);
    fuzz("cPanel answers", |input, sink| SourceKind::Cpanel.read(input, sink), &seeds, words::JSON, Plant::Json);
}

#[test]
fn backups_of_directadmin() {
    let of = |packing| vec![("user.admin.bob.tar.gz".to_owned(), archive(packing, texts::DIRECTADMIN))];
    let whole = vec![of(Packing::Gzip), of(Packing::Zstd), of(Packing::Folder)];
    let seeds = Seeds { whole, ..Seeds::default() };
    fuzz(
        "DirectAdmin backups",
        |input, sink| SourceKind::Directadmin.read(input, sink),
        &seeds,
        words::LINES,
        Plant::Before(planted::IN_DIRECTADMIN),
    );
}

#[test]
fn backups_of_hestia() {
    let of = |panel: &str, packing, inner| {
        let named: Vec<(String, &str)> =
            texts::HESTIA.iter().map(|(name, text)| (name.replace("PANEL", panel), *text)).collect();
        let files: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let Node::Packed(_, mut members) = archive(packing, &files) else { unreachable!() };
        let end = if inner == Packing::Zstd { "zst" } else { "gz" };
        members.push((format!("./mail/a.example/accounts.tar.{end}").into_bytes(), archive(inner, texts::HESTIA_MAIL)));
        vec![("bob.2020-02-03_10-11-12.tar".to_owned(), Node::Packed(packing, members))]
    };
    let whole = vec![
        of("hestia", Packing::Tar, Packing::Zstd),
        of("vesta", Packing::Tar, Packing::Gzip),
        of("hestia", Packing::Folder, Packing::Gzip),
    ];
    let seeds = Seeds { whole, ..Seeds::of("hestia", 2, &[]) };
    fuzz(
        "HestiaCP backups",
        |input, sink| SourceKind::Hestia.read(input, sink),
        &seeds,
        words::LINES,
        Plant::Before(planted::IN_HESTIA),
    );
}

#[test]
fn files_and_answers_of_proxmox() {
    let seeds = Seeds::of("proxmox", 6, texts::PROXMOX);
    let tokens = [words::LINES, words::JSON].concat();
    fuzz(
        "Proxmox files and answers",
        |input, sink| SourceKind::Proxmox.read(input, sink),
        &seeds,
        &tokens,
        Plant::Before(planted::IN_PROXMOX),
    );
}

#[test]
fn answers_of_solusvm() {
    let seeds = Seeds::of("solusvm", 4, &[("node-virtualservers.json", &texts::solusvm())]);
    fuzz("SolusVM answers", |input, sink| SourceKind::Solusvm.read(input, sink), &seeds, words::JSON, Plant::Json);
}

#[test]
fn documents_of_libvirt() {
    let seeds = Seeds::of("libvirt-qemu", 3, texts::LIBVIRT);
    let seeds = Seeds { pool: seeds.pool.into_iter().filter(|(name, _)| name.ends_with("xml")).collect(), ..seeds };
    fuzz(
        "libvirt documents",
        |input, sink| SourceKind::Libvirt.read(input, sink),
        &seeds,
        words::XML,
        Plant::Before(planted::IN_DOMAINS),
    );
}

#[test]
fn descriptions_of_xen() {
    let seeds = Seeds::of("libvirt-xen", 3, texts::XEN);
    let tokens = [words::GUESTS, words::XML].concat();
    fuzz(
        "Xen descriptions",
        |input, sink| SourceKind::Xen.read(input, sink),
        &seeds,
        &tokens,
        Plant::Before(planted::IN_XEN),
    );
}

#[test]
fn command_lines_of_qemu() {
    let seeds = Seeds::of("libvirt-qemu/qemu-argv", 3, texts::QEMU);
    let seeds = Seeds { pool: seeds.pool.into_iter().filter(|(name, _)| name.ends_with("args")).collect(), ..seeds };
    fuzz(
        "QEMU command lines",
        |input, sink| SourceKind::Qemu.read(input, sink),
        &seeds,
        words::GUESTS,
        Plant::Before(planted::IN_QEMU),
    );
}

#[test]
fn configurations_of_openvz() {
    let seeds = Seeds::of("openvz", 3, texts::OPENVZ);
    fuzz(
        "OpenVZ configurations",
        |input, sink| SourceKind::Openvz.read(input, sink),
        &seeds,
        words::LINES,
        Plant::Line("ZZPLANTED=\"zzplantedzz\"\n"),
    );
}

#[test]
fn master_files_of_zones() {
    let seeds = Seeds::of("zones", 3, texts::ZONE);
    fuzz(
        "DNS master files",
        |input, sink| SourceKind::Zones.read(input, sink),
        &seeds,
        words::ZONES,
        Plant::Line("zzplantedzz 300 IN A 192.0.2.77\n"),
    );
}

#[test]
fn mailboxes_on_disk() {
    let seeds = Seeds::of("mail", 5, texts::MBOX).and_whole(texts::MAILDIR);
    fuzz("mailboxes", mail::read, &seeds, words::MAIL, Plant::Nothing);
}

#[test]
fn tables_in_csv() {
    let text = include_str!("../../../../docs/csv.md");
    let contracts = "id,customer,label,billed,price,currency,from,next,domains\nc1,17,Web M,monthly,4.90,EUR,2014-02-01,2026-12-01,a.example b.example\n";
    let customers = block(text, "csv");
    let files =
        [("mapping.toml", &*block(text, "toml")), ("customers.csv", &*customers), ("contracts-2026.csv", contracts)];
    let whole = files.iter().map(|(name, text)| file(name, text)).collect();
    let seeds = Seeds { whole: vec![whole], ..Seeds::default() };
    fuzz(
        "CSV with a mapping",
        |input, sink| SourceKind::Csv.read(input, sink),
        &seeds,
        words::CSV,
        Plant::Before(planted::IN_TABLES),
    );
}

#[test]
fn packages_of_agents() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("agents");
    let of = |name: &str| {
        let text = |file: &str| fs::read_to_string(root.join(name).join(file)).unwrap();
        let agent = text("agent");
        let tar = archive(Packing::Tar, &[("agent", &agent), ("data/accounts.txt", "# id;name\nacc1;Ada\n")]);
        vec![file("agent.manifest", &text("agent.manifest")), ("agent.tar".to_owned(), tar)]
    };
    let seeds = Seeds { whole: vec![of("sample"), of("skeleton")], ..Seeds::default() };
    fuzz("agent packages", package, &seeds, words::XML, Plant::Before(planted::IN_MANIFESTS));
}
