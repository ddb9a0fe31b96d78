use std::time::{Duration, Instant};

use hostwright_importer::agents::{
    AgentCode, AgentFault, Bounds, Checks, Command, Finding, Level, LocalTransport, Place, check,
};
use hostwright_importer::{Limits, Refusal, RefusalCode};

use crate::packages::{Stand, small};

/// A document that any agent may write.
const GOOD: &str = r#"good() { printf '%s' '<snapshot xmlns="urn:hostwright:snapshot:1" version="1"><header><source_kind>x</source_kind></header><party><id>1</id><kind>person</kind><name>A</name><status>active</status></party></snapshot>'; }"#;

/// Asks for the whole platform once, and sees that nothing is left.
fn ask(script: &str, bounds: Bounds) -> Result<(), AgentFault> {
    let stand = Stand::script(&format!("{GOOD}\n{script}"));
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "job", bounds).unwrap();
    let into = stand.target("platform.xml");
    let result = place.extract(&Command::HostingPlatformInfo, &into);
    assert_eq!(result.is_ok(), into.exists(), "a file is there when it is whole, and only then");
    place.leave().unwrap();
    assert!(stand.left().is_empty(), "{:?}", stand.left());
    result
}

fn code(script: &str) -> AgentCode {
    ask(script, small()).expect_err(script).code
}

fn findings(script: &str) -> Vec<Finding> {
    let stand = Stand::script(&format!("{GOOD}\n{script}"));
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "job", small()).unwrap();
    check(&mut place, &stand.package, &stand.target("check"), &Limits::default(), &Checks::default()).unwrap()
}

fn has(findings: &[Finding], code: &str) -> bool {
    findings.iter().any(|finding| finding.level == Level::Fault && finding.code == code)
}

#[test]
fn a_good_agent_with_banners_on_both_streams_is_read() {
    ask("echo '*** Welcome ***'; echo warning >&2; good > $file.xml; echo bye", small()).unwrap();
}

#[test]
fn success_without_a_file_is_a_lie() {
    assert_eq!(code("exit 0"), AgentCode::NoFile);
    assert_eq!(code("good > $file; exit 0"), AgentCode::NoFile);
    assert_eq!(code("ln -s /etc/passwd $file.xml"), AgentCode::NoFile);
    assert_eq!(code("mkdir $file.xml"), AgentCode::NoFile);
}

#[test]
fn failure_with_a_file_is_a_lie() {
    assert_eq!(code("good > $file.xml; exit 3"), AgentCode::FailedWithFile);
}

#[test]
fn a_plain_failure_says_what_the_agent_said() {
    let fault = ask("echo 'no database' >&2; exit 2", small()).unwrap_err();
    assert_eq!(fault.code, AgentCode::Failed);
    assert!(fault.reason.contains("no database") && fault.reason.contains('2'), "{fault}");
    assert_eq!(code("kill -9 $$"), AgentCode::Failed);
}

#[test]
fn what_is_no_whole_document_is_not_taken() {
    for script in [
        ": > $file.xml",
        "head -c 100000 /dev/urandom > $file.xml",
        "good | head -c 150 > $file.xml",
        "good > $file.xml; echo '<more/>' >> $file.xml",
        "echo '{\"format\":\"urn:hostwright:snapshot:1\",\"version\":\"1\",\"header\":{\"source_kind\":\"x\"},\"entries\":[]}' > $file.xml",
        "printf '%s' '<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>' > $file.xml",
    ] {
        assert_eq!(code(script), AgentCode::BadDocument, "{script}");
    }
}

#[test]
fn an_agent_that_hangs_is_ended_with_its_children() {
    let bounds = Bounds { time: Duration::from_secs(2), ..small() };
    let start = Instant::now();
    // A sleep of its own length, to be found among all processes.
    let fault = ask("sleep 4321.25 & sleep 4321.25", bounds).unwrap_err();
    assert_eq!(fault.code, AgentCode::TimedOut, "{fault}");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(running("4321.25"), 0, "a child of the agent still runs");
}

#[test]
fn a_child_that_stays_behind_is_ended() {
    ask("sleep 4322.25 & good > $file.xml", small()).unwrap();
    assert_eq!(running("4322.25"), 0, "a child of the agent still runs");
}

#[test]
fn an_agent_that_fills_the_disk_is_ended() {
    let bounds = Bounds { disk_bytes: 4 << 20, ..small() };
    let one = "trap '' XFSZ; while :; do cat /dev/zero >> $file.xml || sleep 0.2; done 2>/dev/null";
    let many = "n=0; while :; do n=$((n+1)); head -c 100000 /dev/zero > out/$n; done";
    for script in [one, many] {
        let fault = ask(script, bounds).unwrap_err();
        assert!(matches!(fault.code, AgentCode::DiskFilled | AgentCode::TimedOut), "{fault}");
        let code = Refusal::from(fault).code;
        assert!(matches!(code, RefusalCode::TooLarge | RefusalCode::Unreadable), "{code:?}");
    }
    assert_eq!(ask(many, bounds).unwrap_err().code, AgentCode::DiskFilled);
}

#[test]
fn a_file_larger_than_is_fetched_is_left_there() {
    assert_eq!(code("head -c 5000000 /dev/zero > $file.xml"), AgentCode::TooLarge);
}

#[test]
fn endless_printing_takes_neither_memory_nor_the_disk() {
    let bounds = Bounds { time: Duration::from_secs(30), disk_bytes: 4 << 20, ..small() };
    let result = ask("yes 'a banner that never ends'; good > $file.xml", bounds);
    assert!(matches!(result.unwrap_err().code, AgentCode::DiskFilled | AgentCode::Failed | AgentCode::NoFile));
}

#[test]
fn the_check_finds_each_liar() {
    let found = findings("exit 0");
    assert!(has(&found, "agent.no_file") && has(&found, "check.success_for_nothing"), "{found:#?}");
    let found = findings("good > $file.xml");
    assert!(has(&found, "check.success_for_nothing") && has(&found, "check.file_for_nothing"), "{found:#?}");
    let found = findings("[ $extract = hostingPlatformInfo ] && good | sed s/A/$$/ > $file.xml");
    assert!(has(&found, "check.not_repeatable"), "{found:#?}");
    let found = findings(
        "case $extract in accountsInfo|hostingPlatformInfo) good | sed 's/<snap.*<.header>/&<party><id>2<\\/id><kind>person<\\/kind><name>B<\\/name><status>active<\\/status><\\/party>/; s/<id>1</<id>9</' > $file.xml;; *) exit 1; esac",
    );
    assert!(found.iter().all(|finding| finding.code != "check.id_missing"), "{found:#?}");
    let found = findings(
        "case $extract in accountsInfo) good | sed 's/<id>1</<id>9</' > $file.xml;; hostingPlatformInfo) good > $file.xml;; *) exit 1; esac",
    );
    assert!(has(&found, "check.id_missing") && has(&found, "check.id_unasked"), "{found:#?}");
    let found = findings("[ $extract = hostingPlatformInfo ] && good | sed 's/active/alive/' > $file.xml");
    assert!(has(&found, "check.document"), "{found:#?}");
}

/// How many processes have this word on their command line.
fn running(word: &str) -> usize {
    // What was killed may take a moment to be gone.
    for _ in 0..100 {
        if count(word) == 0 {
            return 0;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    count(word)
}

fn count(word: &str) -> usize {
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = lines.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.split(|b| *b == 0).any(|part| part == word.as_bytes())).count()
}
