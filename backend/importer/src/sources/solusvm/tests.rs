use proptest::prelude::*;

use crate::snapshot::{Guest, GuestState, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, Kind, Record, Refusal, RefusalCode};

fn read(files: &[(&str, &str)]) -> Result<(Vec<Record>, Vec<Gap>), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths = if let [(name, _)] = files { vec![folder.path().join(name)] } else { vec![folder.path().to_owned()] };
    let mut entries = Vec::new();
    super::read(&Input::of(paths), &mut entries)?;
    let (mut records, mut gaps) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Record(record) => records.push(record),
            Entry::Gap(gap) => gaps.push(gap),
            Entry::Fact(_) => {}
        }
    }
    Ok((records, gaps))
}

fn guests(records: &[Record]) -> Vec<Guest> {
    records
        .iter()
        .filter_map(|one| if let Record::Guest(guest) = one { Some((**guest).clone()) } else { None })
        .collect()
}

fn gap_reasons(gaps: &[Gap]) -> Vec<String> {
    gaps.iter().map(|gap| gap.reason.clone()).collect()
}

const SERVERS: &str = r#"{"status":"success","statusmsg":"","virtualservers":[
    {"vserverid":"12","ctid-xid":"vm12","clientid":"4","ipaddress":"192.0.2.7","hostname":"a.example","template":"debian",
     "hdd":"21474836480","memory":"536870912","swap-burst":"1073741824","type":"kvm","mac":"00:16:3E:00:00:0C"},
    {"vserverid":"13","ctid-xid":"13","clientid":"9","ipaddress":"192.0.2.8","hostname":"b","hdd":"x","type":"openvz"}]}"#;

#[test]
fn answers_about_one_guest_are_put_together() {
    let info = r#"{"status":"success","state":"online","mainipaddress":"192.0.2.7","ipaddresses":"192.0.2.7,192.0.2.9",
        "type":"kvm","node":"node1","hdd":"21474836480,0,21474836480,0","memory":"536870912,1,2,3","bandwidth":"1,2,3,4"}"#;
    let clients = r#"{"status":"success","clients":[{"id":"4","username":"u","email":"u@example","firstname":"U","lastname":"V","status":"Active"}]}"#;
    let files = [
        ("a.json", SERVERS),
        ("b.json", info),
        ("c.json", clients),
        ("n.json", r#"{"status":"success","nodes":"node1,node2"}"#),
    ];
    let (records, gaps) = read(&files).unwrap();
    let guests = guests(&records);
    let guest = &guests[0];
    assert_eq!((guest.id.as_str(), guest.name.as_str(), guest.party.as_deref()), ("12", "vm12", Some("4")));
    assert_eq!((guest.hypervisor, guest.state), (Hypervisor::Kvm, GuestState::Running));
    assert_eq!((guest.memory_bytes, guest.swap_bytes), (Some(512 << 20), Some(1 << 30)));
    assert_eq!(guest.disks[0].size_bytes, Some(20 << 30));
    assert_eq!(guest.nics[0].addresses, ["192.0.2.7", "192.0.2.9"]);
    assert_eq!((guest.server.as_deref(), guest.nics[0].mac.as_deref()), (Some("node1"), Some("00:16:3e:00:00:0c")));
    assert!(guests[1].cannot_run.is_some());
    let count = |kind: Kind| records.iter().filter(|record| record.kind() == kind).count();
    assert_eq!((count(Kind::Server), count(Kind::Party), count(Kind::Login)), (2, 1, 1));
    assert_eq!(
        gap_reasons(&gaps),
        ["it is no number of bytes and is left out", "the client is not among the answers given"]
    );
}

#[test]
fn empty_lists_have_many_forms_and_are_told() {
    for text in [
        r#"{"status":"success","virtualservers":[]}"#,
        r#"{"status":"success","virtualservers":""}"#,
        r#"{"status":"success","plans":""}"#,
        r#"{"status":"success","usernames":""}"#,
        r#"{"status":"success","clients":[]}"#,
    ] {
        let (records, gaps) = read(&[("a.json", text)]).unwrap();
        assert_eq!((records.len(), gap_reasons(&gaps)), (0, vec!["the list is empty".to_owned()]), "{text}");
    }
}

#[test]
fn an_answer_without_a_known_key_is_told() {
    let (records, gaps) = read(&[("a.json", r#"{"status":"success","statusmsg":"","user names":""}"#)]).unwrap();
    assert_eq!((records.len(), gap_reasons(&gaps)), (0, vec!["the answer has no key that is known".to_owned()]));
}

#[test]
fn errors_and_other_answers_are_refused() {
    let error = r#"{"status":"error","statusmsg":"Invalid key"}"#;
    let refusal = read(&[("a.json", error)]).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Invalid);
    assert!(refusal.reason.contains("Invalid key"));
    assert_eq!(read(&[("a.json", "{}")]).unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read(&[("a.json", "[1]")]).unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read(&[("a.json", r#"{"status":"#)]).unwrap_err().code, RefusalCode::Truncated);
}

#[test]
fn placeholders_do_not_become_values() {
    let text = r#"{"status":"success","state":"online|offline","mainipaddress":"main address","type":"kvm|xen","hdd":"total, used"}"#;
    let (records, gaps) = read(&[("info-7.json", text)]).unwrap();
    let guest = guests(&records).remove(0);
    assert_eq!((guest.id.as_str(), guest.hypervisor, guest.state), ("7", Hypervisor::Other, GuestState::Unknown));
    assert_eq!(guest.disks, vec![]);
    assert_eq!(gaps.len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_written_list_reads_as_its_guests(rows in prop::collection::vec((1_u32..1_000_000, any::<std::net::Ipv4Addr>(), 1_u64..(1 << 50)), 0..20)) {
        let unique: std::collections::BTreeMap<u32, _> = rows.into_iter().map(|(id, ip, memory)| (id, (ip, memory))).collect();
        let written: Vec<_> = unique.iter().map(|(id, (ip, memory))| serde_json::json!({
            "vserverid": id.to_string(), "ipaddress": ip.to_string(), "memory": memory.to_string(), "type": "xen"})).collect();
        let text = serde_json::json!({"status": "success", "virtualservers": written}).to_string();
        let (records, _) = read(&[("a.json", &text)]).unwrap();
        let read: std::collections::BTreeMap<u32, _> = guests(&records).into_iter().map(|guest| {
            (guest.id.parse().unwrap(), (guest.nics[0].addresses[0].parse().unwrap(), guest.memory_bytes.unwrap()))
        }).collect();
        prop_assert_eq!(read, unique);
    }

    #[test]
    fn no_answer_makes_the_reader_panic(key in "virtualservers|clients|plans|nodes|usernames|virt|state|hdd|mainipaddress|vserverid|[a-z]{1,5}",
        value in "\"[^\"\\\\]{0,20}\"|[0-9]{1,20}|\\[\\]|\\[\\{\\}\\]|\\{\"a\":\\[1\\]\\}|null|true", more in "[ -~]{0,10}") {
        let _ = read(&[("a.json", &format!("{{\"status\":\"success\",\"{key}\":{value}}}{more}"))]);
        let _ = read(&[("a.json", &format!("{{\"status\":\"success\",\"{key}\":{value},\"mainipaddress\":{value}}}"))]);
    }
}
