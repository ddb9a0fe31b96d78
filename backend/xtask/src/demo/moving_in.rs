//! The ninth step: a small provider moves in from its old billing system's dump and a hosting
//! account's archive.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::Stage;
use super::client::{Client, money, rows, text};

/// The dump, with places for years: a date of next year stays one.
const DUMP: &str = include_str!("old_panel.sql");
/// What Ada's password was in the old system, whose dump has its hash.
const OLD_PASSWORD: &str = "what Ada always typed";
/// How long a reading, a verification or a transfer may take.
const PATIENCE: u64 = 120;

/// The files of an account's archive, by their paths.
const ARCHIVE: [(&str, &str); 8] = [
    ("version", "pkgacct version: 10\narchive version: 4\n"),
    ("meta/hostname", "saturn.example.org\n"),
    ("meta/homedir_paths", "/homes/ada\n"),
    ("shadow", "$6$salt$hash\n"),
    (
        "cp/ada",
        "USER=ada\nDNS=ada.example\nIP=192.0.2.1\nOWNER=root\nPLAN=starter\nSTARTDATE=1400000000\nSUSPENDED=0\n",
    ),
    ("userdata/main", "--- \nmain_domain: ada.example\naddon_domains: {}\nparked_domains: []\nsub_domains: []\n"),
    (
        "userdata/ada.example",
        "--- \ndocumentroot: /homes/ada/public_html\nserveralias: www.ada.example\nip: 192.0.2.1\n",
    ),
    (
        "dnszones/ada.example.db",
        "$TTL 14400\nada.example. 86400 IN SOA ns1.old.example. root.old.example. 2024010101 3600 1800 1209600 86400\n\
         ada.example. 86400 IN NS ns1.old.example.\nada.example. IN A 192.0.2.1\nwww IN CNAME ada.example.\n\
         ada.example. IN MX 0 ada.example.\n",
    ),
];

/// Moves the provider in: read, mapped, verified, transferred twice, proved and signed.
///
/// # Errors
/// What is not as it should be.
pub(super) fn run(stage: &Stage, owner: &Client<'_>) -> anyhow::Result<((), String)> {
    let import = stage.data().join("data").join("import");
    std::fs::create_dir_all(&import)?;
    let as_of = text(&owner.run(&["reports", "verify"])?, "as_of")?;
    let year: i32 = as_of.get(..4).context("a year")?.parse()?;
    let dump = DUMP.replace("{PAST}", &(year - 1).to_string()).replace("{NEXT}", &(year + 1).to_string());
    std::fs::write(import.join("old-panel.sql"), dump)?;
    pack(&import)?;
    plans(owner)?;

    let billing = register(owner, "Old WHMCS", "whmcs")?;
    let read = collect(owner, &billing, "old-panel.sql")?;
    owner.run(&["migration", "map-suggested", &billing, "--least", "40"])?;
    let select =
        ["migration", "select", &billing, "--kind", "party", "--is-selected", "true", "--with-domains", "true"];
    owner.run(&select)?;
    owner.run(&["migration", "verify", &billing])?;
    step_done(owner, &billing, "verify")?;
    let transfer = ["migration", "transfer", &billing];
    owner.run(&transfer)?;
    step_done(owner, &billing, "transfer")?;
    let report = owner.run(&["migration", "report", &billing])?;
    owner.run(&transfer)?;
    step_done(owner, &billing, "transfer")?;
    let again = owner.run(&["migration", "report", &billing])?;
    ensure!(again.get("counts") == report.get("counts"), "a second transfer adds nothing: {again}");
    let sums = list(&report, "money");
    for row in &sums {
        let difference = row.pointer("/difference/minor").and_then(Value::as_i64);
        ensure!(difference == Some(0), "both sides agree to the cent: {row}");
    }
    let here = |kind: &str| {
        let counts = list(&report, "counts");
        let row = counts.iter().find(|row| row.get("kind").and_then(Value::as_str) == Some(kind));
        row.and_then(|row| row.get("here")).and_then(Value::as_i64).unwrap_or(0)
    };
    ensure!(here("party") == 3 && here("invoice") == 2 && here("ticket") == 1, "what is here: {report}");
    let shadow = owner.run(&["migration", "shadow", &billing, "--days", "366"])?;
    ensure!(list(&shadow, "items").is_empty(), "both systems bill the same: {shadow}");
    owner.run(&["migration", "sign", &billing, "--digest", &text(&report, "digest")?])?;

    let ada = Client::anonymous(&stage.binary, &stage.panel.url());
    let signed_in = ada.run(&["auth", "sign-in", "--email", "ada@old.example", "--password", OLD_PASSWORD])?;
    text(&signed_in, "session_token").context("the old password still opens the door")?;

    let hosting = register(owner, "Old cPanel", "cpanel")?;
    let archive = collect(owner, &hosting, "cpmove-ada.tar.gz")?;
    let verified = owner.run(&["reports", "verify"])?;
    ensure!(verified.get("breaks").and_then(Value::as_i64) == Some(0), "verify: {verified}");
    let balances = sums.first().map(|row| money(row, "here")).transpose()?.unwrap_or_default();
    Ok((
        (),
        format!(
            "{read} records read from the dump, {archive} from a cPanel archive; {} customers, {} subscriptions, {} \
             invoices under their old numbers, {} ticket; credit {balances} on both sides; {} of {} next charges equal \
             in the shadow year; moved in twice, here once; signed; Ada's old password works; verify: 0 breaks",
            here("party"),
            here("subscription") + here("domain"),
            here("invoice"),
            here("ticket"),
            shadow.get("equal").and_then(Value::as_i64).unwrap_or(0),
            shadow.get("compared").and_then(Value::as_i64).unwrap_or(0),
        ),
    ))
}

/// What the provider sells from now on.
fn plans(owner: &Client<'_>) -> anyhow::Result<()> {
    for (name, kind, tlds, months, amount) in [
        ("Web Starter", "hosting", "", "12", "49.00"),
        ("Web Business", "hosting", "", "1", "12.90"),
        ("Domain .example", "domain_registration", "example", "12", "14.00"),
    ] {
        let mut words = vec!["plans", "create", "--name", name, "--kind", kind];
        if !tlds.is_empty() {
            words.extend(["--tlds", tlds]);
        }
        let plan = text(&owner.run(&words)?, "id")?;
        owner.run(&["plans", "set-price", &plan, "--currency", "EUR", "--months", months, "--amount", amount])?;
    }
    Ok(())
}

fn register(owner: &Client<'_>, name: &str, kind: &str) -> anyhow::Result<String> {
    let source = owner.run(&[
        "migration",
        "register",
        "--name",
        name,
        "--kind",
        kind,
        "--zone",
        "Europe/Berlin",
        "--currency",
        "EUR",
    ])?;
    text(&source, "id")
}

/// Reads a file of the import folder; how many records it held.
fn collect(owner: &Client<'_>, source: &str, path: &str) -> anyhow::Result<i64> {
    owner.run(&["migration", "collect", source, "--paths", path])?;
    let newest = |answer: &Value| rows(answer).into_iter().next().unwrap_or_default();
    let state = |answer: &Value| newest(answer).get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (answer, _) =
        owner.wait(&["migration", "collections", source], PATIENCE, |answer| state(answer) != "reading")?;
    ensure!(state(&answer) == "done", "{path}: {answer}");
    newest(&answer).get("records").and_then(Value::as_i64).context("records")
}

fn step_done(owner: &Client<'_>, source: &str, step: &str) -> anyhow::Result<()> {
    owner.wait(&["migration", "source", source], PATIENCE, |answer| {
        let steps = list(answer, "steps");
        let found = steps.iter().find(|one| one.get("step").and_then(Value::as_str) == Some(step));
        found.and_then(|one| one.get("state")).and_then(Value::as_str) == Some("done")
    })?;
    Ok(())
}

fn list(value: &Value, field: &str) -> Vec<Value> {
    value.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Packs the archive as the old panel would.
fn pack(import: &Path) -> anyhow::Result<()> {
    let scratch = import.with_file_name("archive");
    for (path, content) in ARCHIVE {
        let place = scratch.join("cpmove-ada").join(path);
        std::fs::create_dir_all(place.parent().context("a folder")?)?;
        std::fs::write(place, content)?;
    }
    let archive = import.join("cpmove-ada.tar.gz");
    let packed = Command::new("tar").arg("czf").arg(&archive).arg("-C").arg(&scratch).arg("cpmove-ada").status()?;
    ensure!(packed.success(), "tar packs the archive");
    std::fs::remove_dir_all(&scratch)?;
    Ok(())
}
