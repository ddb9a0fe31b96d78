use proptest::prelude::*;

use crate::snapshot::values::Extra;
use crate::snapshot::{Boot, DiskKind, Guest, GuestState, Hypervisor};
use crate::sources::Input;
use crate::{Entry, Gap, GapKind, Kind, Record, Refusal, RefusalCode};

struct Read {
    records: Vec<Record>,
    gaps: Vec<Gap>,
    facts: Vec<Extra>,
}

impl Read {
    fn guests(&self) -> Vec<&Guest> {
        self.records
            .iter()
            .filter_map(|one| if let Record::Guest(guest) = one { Some(&**guest) } else { None })
            .collect()
    }

    fn count(&self, kind: Kind) -> usize {
        self.records.iter().filter(|record| record.kind() == kind).count()
    }
}

fn read(files: &[(&str, &str)]) -> Result<Read, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let paths = if let [(name, _)] = files { vec![folder.path().join(name)] } else { vec![folder.path().to_owned()] };
    let mut entries = Vec::new();
    super::read(&Input::of(paths), &mut entries)?;
    let mut read = Read { records: Vec::new(), gaps: Vec::new(), facts: Vec::new() };
    for entry in entries {
        match entry {
            Entry::Record(record) => read.records.push(record),
            Entry::Gap(gap) => read.gaps.push(gap),
            Entry::Fact(fact) => read.facts.push(fact),
        }
    }
    Ok(read)
}

const MACHINE: &str = "#web server%3A one\n#second line\nboot: order=scsi0;net0\ncores: 2\nide2: none,media=cdrom\nmemory: 4096\n\
    name: web\nnet0: virtio=F2:1A:5C:65:0F:38,bridge=vmbr0,tag=12,rate=5,firewall=1\nipconfig0: ip=192.0.2.4/24,gw=192.0.2.1,ip6=auto\n\
    onboot: 1\nscsi0: local-lvm:vm-100-disk-0,size=32G,cache=none\nsmbios1: uuid=b956720f-561c-4be9-af11-10f234756217\nsockets: 2\n\
    tags: customer7;prod\nunused0: local-lvm:vm-100-disk-9\nhostpci0: 01:00.0,pcie=1\nlock: backup\ndigest: x\n\n\
    [PENDING]\nmemory: 8192\n\n[before]\n#old\nmemory: 1024\nsnaptime: 12345\n\n[special:cloudinit]\nip: x\n";

#[test]
fn only_what_stands_before_the_first_section_is_the_guest() {
    let read = read(&[("nodes/pve1/qemu-server/100.conf", MACHINE), ("x/README", "hello\n")]).unwrap();
    let guest = read.guests()[0];
    assert_eq!((guest.id.as_str(), guest.name.as_str()), ("100", "web"));
    assert_eq!(guest.description.as_deref(), Some("web server: one\nsecond line"));
    assert_eq!((guest.memory_bytes, guest.vcpus), (Some(4 << 30), Some(4)));
    assert_eq!(guest.snapshots, ["before"]);
    assert_eq!((guest.server.as_deref(), guest.owner.as_deref()), (Some("pve1"), Some("customer7;prod")));
    assert!(guest.starts_with_host && guest.is_locked && !guest.is_template);
    let disk = &guest.disks[0];
    assert_eq!(
        (disk.pool.as_deref(), disk.source.as_deref(), disk.size_bytes),
        (Some("local-lvm"), Some("vm-100-disk-0"), Some(32 << 30))
    );
    assert_eq!((guest.disks[1].kind, &guest.disks[1].source), (DiskKind::Cdrom, &None));
    let nic = &guest.nics[0];
    assert_eq!(
        (nic.mac.as_deref(), nic.model.as_deref(), nic.vlan),
        (Some("f2:1a:5c:65:0f:38"), Some("virtio"), Some(12))
    );
    assert_eq!(
        (nic.addresses.as_slice(), nic.gateway.as_deref()),
        (["192.0.2.4/24".to_owned()].as_slice(), Some("192.0.2.1"))
    );
    assert!(nic.is_firewalled);
    assert_eq!((guest.boot, guest.passed_through.as_slice()), (Boot::Disk, ["pci 01:00.0".to_owned()].as_slice()));
    let told = |field: &str| read.gaps.iter().any(|gap| gap.field.as_deref() == Some(field));
    assert!(told("unused") && told("memory") && told("snapshots"));
    assert!(guest.extra.iter().any(|one| one.name == "pending memory" && one.value == "8192"));
    assert!(read.gaps.iter().any(|gap| gap.kind == GapKind::Skipped && gap.place.contains("README")));
}

#[test]
fn a_container_s_file_is_known_by_its_keys_or_folder() {
    let text = "arch: amd64\nhostname: ct\nmemory: 256\nnet0: name=eth0,bridge=vmbr0,hwaddr=12:34:56:78:90:12,ip=192.0.2.5/24,gw=192.0.2.1\n\
        rootfs: local:subvol-200-disk-0,size=8G\nmp0: local:x,mp=/data\nlxc.cap.drop: a\nlxc.cap.drop: b\n";
    let read = read(&[("200.conf", text)]).unwrap();
    let guest = read.guests()[0];
    assert_eq!((guest.hypervisor, guest.architecture.as_deref()), (Hypervisor::Lxc, Some("x86_64")));
    assert!(guest.cannot_run.is_some());
    assert_eq!((guest.disks.len(), guest.swap_bytes), (2, Some(512 << 20)));
    assert_eq!(guest.nics[0].mac.as_deref(), Some("12:34:56:78:90:12"));
    assert!(guest.extra.iter().any(|one| one.name == "lxc.cap.drop" && one.value == "a\nb"));
}

#[test]
fn answers_about_one_guest_are_put_together_whatever_their_order() {
    let files = [
        (
            "cluster/resources.json",
            r#"{"data":[{"vmid":100,"type":"qemu","node":"pve-1","status":"running","name":"a","maxmem":1,"pool":"p1"},
            {"vmid":"101","type":"lxc","node":"pve-1","status":"stopped","maxmem":536870912,"maxcpu":2,"template":""}]}"#,
        ),
        (
            "nodes_pve_1_qemu_100_config.json",
            r#"{"data":{"name":"a","memory":"2048","cores":2,"scsi0":"local:100/d.qcow2,size=4G","smbios1":"uuid=b956720f-561c-4be9-af11-10f234756217"}}"#,
        ),
        (
            "nodes/pve-1/qemu/100/snapshot.json",
            r#"{"data":[{"name":"s1","snaptime":5},{"name":"current","parent":"s1"}]}"#,
        ),
        (
            "nodes/pve-1/storage/local/content.json",
            r#"{"data":[{"volid":"local:100/d.qcow2","content":"images","size":99,"format":"qcow2"},{"volid":"local:backup/x","content":"backup","size":1}]}"#,
        ),
        ("nodes.json", r#"{"data":[{"node":"pve-1","type":"node","status":"online","maxcpu":4}]}"#),
        (
            "users.json",
            r#"{"data":[{"userid":"root@pam","enable":1},{"userid":"bob@pve","enable":0,"email":"b@example","firstname":"Bob"}]}"#,
        ),
        ("version.json", r#"{"data":{"release":"8.1","version":"8.1.3"}}"#),
    ];
    let read = read(&files).unwrap();
    let guests = read.guests();
    assert_eq!(guests.len(), 2);
    assert_eq!(
        (guests[0].memory_bytes, guests[0].vcpus, guests[0].state),
        (Some(2 << 30), Some(2), GuestState::Running)
    );
    assert_eq!((guests[0].server.as_deref(), guests[0].owner.as_deref()), (Some("pve-1"), Some("p1")));
    assert_eq!(guests[0].snapshots, ["s1"]);
    assert_eq!(guests[0].disks[0].size_bytes, Some(4 << 30));
    assert_eq!((guests[1].hypervisor, guests[1].vcpus), (Hypervisor::Lxc, Some(2)));
    assert_eq!((read.count(Kind::Server), read.count(Kind::Staff), read.count(Kind::Login)), (1, 1, 1));
    assert!(read.facts.iter().any(|fact| fact.name == "version" && fact.value == "8.1.3"));
    assert!(read.gaps.iter().any(|gap| gap.id.as_deref() == Some("101") && gap.field.as_deref() == Some("config")));
}

#[test]
fn two_configurations_of_one_number_are_told() {
    let read = read(&[("a/100.conf", "memory: 1\n"), ("b/100.conf", "memory: 2\n")]).unwrap();
    assert_eq!(read.guests().len(), 1);
    assert_eq!(read.guests()[0].memory_bytes, Some(1 << 20));
    assert!(read.gaps.iter().any(|gap| gap.kind == GapKind::Duplicate));
}

#[test]
fn what_is_no_guest_and_no_answer_is_refused() {
    assert_eq!(read(&[("storage.cfg", "dir: local\n\tpath /var\n")]).err().unwrap().code, RefusalCode::NotThisFormat);
    assert_eq!(read(&[("a.json", r#"{"data":null,"errors":{"x":"y"}}"#)]).err().unwrap().code, RefusalCode::Invalid);
    assert_eq!(read(&[("a.json", r#"{"data":{"strange":1}}"#)]).err().unwrap().code, RefusalCode::NotThisFormat);
    assert_eq!(read(&[("a.json", r#"{"data":"#)]).err().unwrap().code, RefusalCode::Truncated);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_and_an_answer_of_the_same_keys_are_the_same_guest(
        memory in 1_u32..1_000_000, cores in 1_u32..100, name in "[a-z][a-z0-9-]{0,20}", size in 1_u32..10_000,
        mac in any::<[u8; 6]>(), onboot in any::<bool>(),
    ) {
        let mac = mac.map(|byte| format!("{byte:02X}")).join(":");
        let keys = [
            ("name", name), ("memory", memory.to_string()), ("cores", cores.to_string()), ("onboot", u8::from(onboot).to_string()),
            ("scsi0", format!("store:vm-100-disk-0,size={size}G")), ("net0", format!("e1000={mac},bridge=vmbr0")),
        ];
        let file: String = keys.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        let object: serde_json::Map<String, serde_json::Value> = keys.iter().map(|(key, value)| {
            ((*key).to_owned(), value.parse::<u64>().map_or_else(|_| value.clone().into(), Into::into))
        }).collect();
        let answer = serde_json::json!({ "data": object }).to_string();
        let from_file = read(&[("qemu-server/100.conf", &file)]).unwrap();
        let from_answer = read(&[("qemu_100_config.json", &answer)]).unwrap();
        prop_assert_eq!(from_file.guests(), from_answer.guests());
        prop_assert_eq!(from_file.guests()[0].memory_bytes, Some(u64::from(memory) << 20));
        prop_assert_eq!(from_file.guests()[0].disks[0].size_bytes, Some(u64::from(size) << 30));
        prop_assert_eq!(from_file.gaps, vec![]);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(net0|scsi0|memory|boot|:|,|=|;|\\[|\\]|#|%|order|uuid|\n| |[a-z0-9]|.){0,60}") {
        let _ = read(&[("qemu-server/100.conf", &text)]);
    }

    #[test]
    fn no_answer_makes_the_reader_panic(key in "vmid|userid|volid|poolid|node|storage|name|snaptime|members|status|[a-z]{1,4}",
        value in "\"[^\"\\\\]{0,20}\"|[0-9]{1,20}|\\[\\]|\\[\\{\\}\\]|null|true|-1|1.5") {
        for text in [format!("{{\"data\":[{{\"{key}\":{value}}}]}}"), format!("{{\"data\":{{\"{key}\":{value}}}}}"), format!("{{\"data\":{value}}}")] {
            let _ = read(&[("nodes/a/qemu/100/x.json", &text)]);
        }
    }
}
