use std::collections::BTreeMap;
use std::path::Path;

use hostwright_importer::formats::master_file::{self, FaultCode, Parsed, Verdict};
use hostwright_importer::snapshot::{GapKind, Zone, ZoneRecord};
use hostwright_importer::{Limits, sources};

use super::{files, fixtures};

/// Faults that the name server's own checker only refuses when asked to (`-k fail`).
const ONLY_WHEN_ASKED: &[FaultCode] = &[FaultCode::PointerNotHost, FaultCode::OwnerNotHost, FaultCode::TargetNotHost];

/// Reads a file as the suite it comes from does: under the name `example`, or that of an absolute
/// SOA, or, for the reverse zones, under the reverse name the suite gives.
fn as_the_suite_does(path: &Path, bytes: &[u8]) -> Parsed {
    let own = master_file::parse(bytes, None, &Limits::default());
    let name = match own.zone {
        Some(name) => name,
        None if path.to_string_lossy().contains("reverse") => "0.0.0.0.in-addr.arpa.".to_owned(),
        None => "example.".to_owned(),
    };
    master_file::parse(bytes, Some(&name), &Limits::default())
}

#[test]
fn verdicts_agree_with_the_names_of_the_files() {
    let Some(folder) = fixtures("zones") else { return };
    let mut agreed = 0;
    let mut disagreed = Vec::new();
    println!("{:<36} {:<9} {:<8} says", "file", "expected", "verdict");
    for path in files(&folder.join("bind9-checkzone")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let parsed = as_the_suite_does(&path, &std::fs::read(&path).unwrap());
        let expected = ["good", "bad", "warn", "nowarn"].into_iter().find(|word| name.starts_with(word)).unwrap_or("-");
        let has = |code: FaultCode| parsed.faults.iter().any(|fault| fault.code == code);
        let mut said: Vec<String> = parsed.faults.iter().map(|fault| fault.code.as_str().to_owned()).collect();
        said.dedup();
        let agrees = match expected {
            "-" => None,
            // What the file names is not there to be read, for us by rule and for the suite's checker too.
            _ if has(FaultCode::Include) => {
                said.push("(verdict hangs on the file that is not opened)".to_owned());
                None
            }
            "good" => Some(parsed.verdict != Verdict::Bad),
            "warn" => Some(parsed.verdict == Verdict::Warned),
            "nowarn" => Some(parsed.verdict == Verdict::Good),
            _ if parsed.verdict == Verdict::Bad => Some(true),
            _ if parsed.faults.iter().any(|fault| ONLY_WHEN_ASKED.contains(&fault.code)) => {
                said.push("(bad only with -k fail)".to_owned());
                Some(true)
            }
            _ => Some(false),
        };
        println!("{name:<36} {expected:<9} {:<8} {}", format!("{:?}", parsed.verdict), said.join(" "));
        match agrees {
            Some(true) => agreed += 1,
            Some(false) => disagreed.push(name),
            None => {}
        }
    }
    println!("agreed {agreed}, disagreed {}: {disagreed:?}", disagreed.len());
    assert!(disagreed.is_empty(), "{disagreed:?}");
    assert!(agreed >= 40, "only {agreed} files had a verdict in their name");
}

/// Entries of a file that are no directives, counted without the reader: comments, quotes and
/// parentheses are all that matters for that.
fn entries(bytes: &[u8]) -> usize {
    let (mut count, mut depth, mut in_quotes, mut in_comment, mut escaped) = (0, 0, false, false, false);
    let (mut has_text, mut is_directive, mut at_start) = (false, false, true);
    for byte in bytes.iter().chain(b"\n") {
        if *byte == b'\n' {
            in_comment = false;
            if depth == 0 {
                count += usize::from(has_text && !is_directive);
                (has_text, is_directive, at_start) = (false, false, true);
            }
            continue;
        }
        if in_comment || *byte == b'\r' {
            continue;
        }
        if at_start && *byte == b'$' {
            is_directive = true;
        }
        at_start = false;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => (escaped, has_text) = (true, true),
            b'"' => (in_quotes, has_text) = (!in_quotes, true),
            _ if in_quotes => {}
            b';' => in_comment = true,
            b'(' => depth += 1,
            b')' => depth -= 1,
            b' ' | b'\t' => {}
            _ => has_text = true,
        }
    }
    count
}

fn without_lines(records: &[ZoneRecord]) -> Vec<ZoneRecord> {
    let mut records: Vec<_> = records.iter().map(|record| ZoneRecord { line: None, ..record.clone() }).collect();
    records.sort_by(|a, b| (&a.owner, &a.kind, &a.data).cmp(&(&b.owner, &b.kind, &b.data)));
    records
}

#[test]
fn every_master_file_is_read_and_nothing_of_it_is_lost_in_silence() {
    let Some(folder) = fixtures("zones") else { return };
    let limits = Limits::default();
    let mut table: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    for path in files(&folder) {
        let group = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let row = table.entry(group).or_default();
        let bytes = std::fs::read(&path).unwrap();
        let (zone, gaps) = match sources::zones::one(&path, &limits) {
            Ok(read) => read,
            Err(refusal) => {
                println!("refused: {refusal}");
                row[2] += 1;
                continue;
            }
        };
        let lost: u64 = gaps
            .iter()
            .filter(|gap| matches!(gap.kind, GapKind::Skipped | GapKind::Duplicate))
            .map(|gap| gap.count)
            .sum();
        for gap in &gaps {
            println!("{}: {:?} x{} {}", path.file_name().unwrap().to_string_lossy(), gap.kind, gap.count, gap.reason);
        }
        row[if gaps.is_empty() { 0 } else { 1 }] += 1;
        row[3] += zone.records.len();
        row[4] += usize::try_from(lost).unwrap();
        if !bytes.windows(9).any(|word| word.eq_ignore_ascii_case(b"$GENERATE")) {
            let counted = zone.records.len() + usize::try_from(lost).unwrap();
            assert_eq!(counted, entries(&bytes), "{}", path.display());
        }
        assert_eq!(zone.raw.is_some(), gaps.iter().any(|gap| gap.kind != GapKind::Duplicate), "{}", path.display());
        let text = master_file::write(&zone);
        let again =
            master_file::parse(text.as_bytes(), Some(&format!("{}.", zone.name.trim_end_matches('.'))), &limits);
        assert_eq!(without_lines(&again.records), without_lines(&zone.records), "{}", path.display());
    }
    println!(
        "{:<20} {:>5} {:>9} {:>8} {:>8} {:>14}",
        "folder", "fully", "with gaps", "refused", "records", "records lost"
    );
    for (group, [fully, gaps, refused, records, lost]) in &table {
        println!("{group:<20} {fully:>5} {gaps:>9} {refused:>8} {records:>8} {lost:>14}");
    }
    assert!(table.values().map(|row| row[0]).sum::<usize>() > 60);
}

/// The checker of the Debian package, where it is there.
fn checker() -> bool {
    std::process::Command::new("named-checkzone").arg("-v").output().is_ok_and(|output| output.status.success())
}

#[test]
fn generated_zones_are_judged_as_the_name_servers_own_checker_judges_them() {
    if !checker() {
        println!("named-checkzone is not installed: nothing was compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut seed = 20_261_125u64;
    let mut compared = 0;
    let mut differences = Vec::new();
    for round in 0..400 {
        let text = generated(&mut seed);
        let path = folder.path().join("zone");
        std::fs::write(&path, &text).unwrap();
        let output =
            std::process::Command::new("named-checkzone").args(["-i", "local", "example"]).arg(&path).output().unwrap();
        let parsed = master_file::parse(text.as_bytes(), Some("example."), &Limits::default());
        // Rules that releases before 9.20 do not have.
        let is_newer = parsed.faults.iter().any(|fault| {
            matches!(
                fault.code,
                FaultCode::DsWithoutDelegation | FaultCode::SvcbWithoutAlpn | FaultCode::SvcbWithoutDohpath
            )
        });
        if is_newer {
            continue;
        }
        compared += 1;
        if output.status.success() != (parsed.verdict != Verdict::Bad) {
            differences.push(format!(
                "round {round}\n{text}\n{}\n{:?}",
                String::from_utf8_lossy(&output.stdout),
                parsed.faults
            ));
        } else if output.status.success() {
            // What we write again is a zone for the checker, too.
            let zone = Zone {
                id: "z".into(),
                name: "example".into(),
                default_ttl: parsed.default_ttl,
                records: parsed.records,
                ..Zone::default()
            };
            std::fs::write(&path, master_file::write(&zone)).unwrap();
            let again = std::process::Command::new("named-checkzone")
                .args(["-i", "local", "example"])
                .arg(&path)
                .output()
                .unwrap();
            assert!(
                again.status.success(),
                "{}\n{}",
                master_file::write(&zone),
                String::from_utf8_lossy(&again.stdout)
            );
        }
    }
    println!("compared {compared} zones, {} judged otherwise", differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn pick<'a>(seed: &mut u64, from: &[&'a str]) -> &'a str {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    from[usize::try_from(*seed >> 33).unwrap() % from.len()]
}

/// A zone that is good or nearly so: owners, types and data drawn from small lists.
fn generated(seed: &mut u64) -> String {
    let mut text = format!(
        "{}@ {} SOA ns hostmaster 1 3600 1200 604800 1200\n",
        pick(seed, &["$TTL 600\n", "$TTL 1w2d\n", ""]),
        pick(seed, &["", "IN", "300", "IN 5m", "1h IN"])
    );
    text.push_str("\tNS ns\nns A 192.0.2.1\nns AAAA 2001:db8::1\n");
    let owners = [
        "a",
        "b",
        "sub",
        "x.sub",
        "d",
        "y.d",
        "*.w",
        "q.w",
        "@",
        "ns",
        "a_b",
        "_sip._tcp",
        "ns.sub",
        "",
        "a.example.",
        "far.test.",
        "sub.example.",
    ];
    let data = [
        "A 192.0.2.7",
        "A 192.0.2.8",
        "AAAA 2001:db8::7",
        "CNAME a",
        "CNAME ns",
        "CNAME far.test.",
        "MX 10 a",
        "MX 10 nothing",
        "MX 0 .",
        "MX 10 192.0.2.1.",
        "NS ns",
        "NS ns.sub",
        "NS nothing",
        "NS a",
        "NS far.test.",
        "TXT \"a b\" c",
        "TXT \"v=spf1 -all\"",
        "TXT ( a\n b )",
        "SRV 0 0 5060 a",
        "SRV 0 0 0 .",
        "DNAME far.test.",
        "DNAME b.test.",
        "PTR a",
        "CAA 0 issue \"ca.test\"",
        "CAA 0 is.sue x",
        "HINFO a b",
        "HINFO a",
        "SOA ns h 1 2 3 4 5",
        "TYPE65280 \\# 2 abcd",
        "TYPE65280 \\# 3 abcd",
        "A \\# 4 01020304",
        "LOC 1 N 2 E 3m",
        "LOC 91 N 2 E 3m",
        "TLSA 3 1 1 ABCD",
        "SSHFP 1 1 ABCD",
        "NAPTR 1 1 \"S\" \"\" \"\" a",
        "SVCB 1 . alpn=h2",
        "SVCB 1 . alpn=",
        "HTTPS 0 a",
        "HTTPS 1 . port=443 no-default-alpn",
        "A 192.0.2.300",
        "AAAA ::g",
        "FOO bar",
        "A",
        "MX a",
        "TXT \"open",
        "A ( 192.0.2.9",
        "A 192.0.2.9 )",
        "CH A 192.0.2.1",
        "1h A 192.0.2.9",
        "1x A 192.0.2.9",
        "IN 60 A 192.0.2.10",
        "60 IN A 192.0.2.11",
        "SPF \"v=spf1 -all\"",
        "URI 1 1 \"x:y\"",
        "DS 1 8 2 abcd",
        "CDS 0 0 0 00",
        "KEY 512 3 8 AQAB",
        "RP a b",
        "AFSDB 1 a",
    ];
    let count: usize = pick(seed, &["1", "2", "3", "4", "6"]).parse().unwrap();
    for _ in 0..count {
        let owner = pick(seed, &owners);
        text.push_str(&format!("{owner}\t{}\n", pick(seed, &data)));
    }
    text.push_str(pick(
        seed,
        &["", "$ORIGIN sub\nz A 192.0.2.2\n", "$GENERATE 1-3 g$ A 10.0.0.$\n", "$TTL 5\nz A 192.0.2.2\n", "; end"],
    ));
    text
}
