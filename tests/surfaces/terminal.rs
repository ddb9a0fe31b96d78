//! Commands that work without a panel and without a database, as people type them.

use std::fs::{File, create_dir};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hostwright_importer::agents::{Manifest, Package};
use hostwright_importer::document::{Form, Header, Writer};
use hostwright_importer::snapshot::{HostingAccount, Subscription};
use hostwright_importer::{Entry, Record, Sink};
use serde_json::{Value, json};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/importer/agents/sample");

fn hostwright(arguments: &[&str]) -> Output {
    let program = xtask::lab::binary().unwrap_or_else(|| xtask::commands::build_panel().unwrap());
    Command::new(program).arg("migration").args(arguments).output().unwrap()
}

/// What a command printed with `--json`, and whether it found nothing wrong.
fn told(arguments: &[&str]) -> (Value, bool) {
    let output = hostwright(&[arguments, &["--json"]].concat());
    let printed = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&printed)
        .unwrap_or_else(|error| panic!("{error}: {printed}{}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.success())
}

fn document(folder: &Path, name: &str, records: Vec<Record>) -> String {
    let path = folder.join(name);
    let header = Header { source_kind: "test".to_owned(), ..Header::default() };
    let mut writer = Writer::new(Form::Json, File::create(&path).unwrap(), &header).unwrap();
    records.into_iter().for_each(|record| writer.take(Entry::Record(record)).unwrap());
    writer.finish().unwrap();
    path.display().to_string()
}

fn sold(id: &str, user_name: &str, domain: &str) -> Record {
    let (user_name, domains) = (Some(user_name.to_owned()), vec![domain.to_owned()]);
    Subscription { id: id.to_owned(), user_name, domains, ..Subscription::default() }.into()
}

fn hosted(user_name: &str, domain: &str) -> Record {
    let domain = Some(domain.to_owned());
    HostingAccount { id: user_name.to_owned(), user_name: user_name.to_owned(), domain, ..HostingAccount::default() }
        .into()
}

#[test]
fn what_is_sold_is_joined_with_what_is_hosted() {
    let folder = tempfile::tempdir().unwrap();
    let sold =
        vec![sold("s1", "ada", "ada.example"), sold("s2", "old", "books.example"), sold("s3", "gone", "gone.example")];
    let hosted = vec![hosted("ada", "ada.example"), hosted("books", "books.example"), hosted("free", "free.example")];
    let billing = document(folder.path(), "billing.json", sold);
    let hosting = document(folder.path(), "hosting.json", hosted);
    let join = |billing: &str, hosting: &str| {
        let sources = ["--billing-source", "hostwright", "--hosting-source", "hostwright"];
        told(&[&["join"], &sources[..], &["--billing", billing, "--hosting", hosting]].concat())
    };
    let (answer, is_fine) = join(&billing, &hosting);
    assert!(is_fine, "{answer}");
    let joined = &answer["joined"];
    let pairs: Vec<_> = joined["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (pair["billing"].as_str().unwrap(), pair["account"].as_str().unwrap(), pair["on"].as_str().unwrap())
        })
        .collect();
    assert_eq!(pairs, [("s1", "ada", "user"), ("s2", "books", "domain")]);
    assert_eq!(joined["unmatched_billing"], json!(["s3"]));
    assert_eq!(joined["unmatched_accounts"], json!(["free"]));
    let (answer, is_fine) = join(&billing, &folder.path().join("none.json").display().to_string());
    assert!(!is_fine && answer["refused"][0].as_str().unwrap().contains("none.json"), "{answer}");
}

/// The sample agent as a package, and a folder that stands for the source.
struct Source {
    folder: tempfile::TempDir,
}

impl Source {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package");
        create_dir(&package).unwrap();
        create_dir(folder.path().join("home")).unwrap();
        Package::build(Path::new(SAMPLE), &Manifest::new("Sample", "1.0.0"), &package).unwrap();
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn agent(&self, command: &[&str]) -> (Value, bool) {
        let (package, home) = (self.at("package").display().to_string(), self.at("home").display().to_string());
        let answer = told(&[&["agent"], command, &["--package", &package, "--local", &home]].concat());
        let left = std::fs::read_dir(self.at("home")).unwrap().count();
        assert_eq!(left, 0, "nothing of an agent stays where it ran");
        answer
    }
}

#[test]
fn an_agent_is_checked_collected_and_told_what_to_switch_off() {
    let source = Source::new();
    let (findings, is_fine) = source.agent(&["check"]);
    assert!(is_fine, "{findings}");

    let into = source.at("collected").display().to_string();
    let (collected, is_fine) = source.agent(&["collect", "--into", &into, "--content"]);
    assert!(is_fine, "{collected}");
    assert_eq!((&collected["bundles"], &collected["faults"]), (&json!(2), &json!([])));
    let (read, is_fine) = told(&["read", "--source", "hostwright", &into]);
    assert!(is_fine, "{read}");
    assert_eq!(read["records"]["party"], 3, "{read}");

    let list = source.at("moved.txt");
    std::fs::write(&list, "1001\n1002\n").unwrap();
    let (disabled, is_fine) = source.agent(&["disable", "--list", &list.display().to_string()]);
    assert!(is_fine, "{disabled}");
    assert_eq!(disabled, json!({ "disabled": 2, "failed": [] }));
}

#[test]
fn a_package_that_is_not_there_is_named() {
    let output = hostwright(&["agent", "check", "--package", "/nowhere", "--local", "/tmp"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("/nowhere"), "{said}");
}
