use super::*;
use crate::sources::tables::reading::{found, reading};

#[test]
fn guests_have_their_disks_and_addresses_and_what_is_left_is_told() {
    let dump = "CREATE TABLE vps (vpsid int, vps_name varchar(99), uuid varchar(99), serid int, uid int, hostname varchar(99), os_name varchar(99), space int, ram int, cores int, bandwidth int, virt varchar(9));
        INSERT INTO vps VALUES (1,'v1001','ABC-1',0,7,'a.example.org','debian-12',20,1024,2,0,'kvm'),(2,'v1002','ABC-2',0,9,'b.example.org','x',20,512,1,0,'openvz');
        CREATE TABLE disks (did int, disk_uuid varchar(20), vps_uuid varchar(20), path varchar(99), `primary` int, size int, size_unit varchar(9));
        INSERT INTO disks VALUES (1,'d1','abc-1','/dev/vg/vsv1001',1,20,'GB'),(2,'d2','ABC-1','/dev/vg/vsv1001b',0,512,'MB'),(3,'d3','zzz','/dev/vg/gone',1,1,'GB');
        CREATE TABLE ips (ipid int, vpsid int, ip varchar(99), ipr_netmask varchar(99), `primary` int);
        INSERT INTO ips VALUES (1,1,'192.0.2.2','24',0),(2,1,'192.0.2.1','24',1),(3,0,'192.0.2.9','24',0);
        CREATE TABLE users (uid int, password varchar(99), email varchar(99)); INSERT INTO users VALUES (7,'h','u@example.org');
        CREATE TABLE iso (id int); INSERT INTO iso VALUES (1),(2);";
    let reading = reading(dump, read);
    assert_eq!(reading.refused, None);
    let guest = found!(reading, Guest, 1);
    assert_eq!((guest.name.as_str(), guest.hypervisor, guest.party.as_deref()), ("v1001", Hypervisor::Kvm, Some("7")));
    let sizes: Vec<_> = guest.disks.iter().map(|disk| disk.size_bytes.unwrap()).collect();
    assert_eq!(sizes, [20 << 30, 512 << 20]);
    assert_eq!(guest.addresses, ["192.0.2.1", "192.0.2.2"], "the primary one first");
    assert_eq!(guest.memory_bytes, Some(1 << 30));
    assert!(found!(reading, Guest, 2).cannot_run.is_some());
    assert_eq!(reading.told(GapKind::Dangling, "vps", "no such user"), 1);
    assert_eq!(reading.told(GapKind::Dangling, "vps", "no disk names"), 1);
    assert_eq!(reading.told(GapKind::Dangling, "disks", "a guest that is not there"), 1);
    assert_eq!(reading.told(GapKind::Skipped, "ips", "a free address"), 1);
    assert_eq!(reading.told(GapKind::PartUnread, "iso", "no place"), 2);
}

#[test]
fn a_user_without_identifier_makes_no_login() {
    let dump = "CREATE TABLE vps (vpsid int);
        CREATE TABLE users (uid int, password varchar(99), email varchar(99));
        INSERT INTO users VALUES ('','h','u@example.org');";
    let reading = reading(dump, read);
    assert_eq!(reading.records.len(), 0);
    assert_eq!(reading.told(GapKind::Skipped, "users", "no identifier"), 1);
}

#[test]
fn a_dump_of_the_structure_alone_says_that_it_has_no_rows() {
    let reading = reading("CREATE TABLE vps (vpsid int); CREATE TABLE disks (did int);", read);
    assert_eq!((reading.records.len(), reading.refused), (0, None));
    assert_eq!(reading.told(GapKind::PartUnread, "tables", "no row in any"), 1);
}
