//! Zones at a real NSD of our own: its own folder, a free port, its own socket.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hostwright_gateways::NsdServer;
use hostwright_gateways::dns::question;
use hostwright_panel::hosting::ports::{DnsServer, PublishedZone};
use hostwright_panel::hosting::zones::jobs::Reconcile;
use hostwright_panel::platform::worker::{Handler, Worker};
use hostwright_tests::World;
use serde_json::json;
use xtask::lab::{Daemon, Folder, Guarded, Stop, free_port};

const CONTROL: &str = "/usr/sbin/nsd-control";

/// A name server that ends with the test.
struct Nsd {
    _daemon: Daemon,
    folder: Folder,
    address: SocketAddr,
}

impl Nsd {
    fn start() -> Self {
        let folder = Folder::new("nsd").unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port().unwrap()));
        let own = folder.path().display();
        fs::create_dir(folder.path().join("zones")).unwrap();
        let config = format!(
            "server:\n\tip-address: 127.0.0.1\n\tport: {}\n\tusername: \"\"\n\tzonesdir: \"\"\n\tserver-count: 1\n\
             \tdatabase: \"\"\n\tpidfile: \"{own}/pid\"\n\tzonelistfile: \"{own}/zone.list\"\n\txfrdfile: \"{own}/xfrd.state\"\n\
             \txfrdir: \"{own}\"\n\tcookie-secret-file: \"{own}/cookies\"\n\
             remote-control:\n\tcontrol-enable: yes\n\tcontrol-interface: \"{own}/control\"\n\
             include: \"{own}/zones/*.conf\"\n",
            address.port()
        );
        let file = folder.path().join("nsd.conf");
        fs::write(&file, config).unwrap();
        let mut command = Guarded::new("/usr/sbin/nsd");
        command.command.arg("-d").arg("-c").arg(&file);
        let mut daemon = Daemon::spawn("NSD", command, &folder.path().join("log"), Stop::Terminate).unwrap();
        daemon
            .wait_for("it took orders", Duration::from_secs(30), || {
                let asked = std::process::Command::new(CONTROL).arg("-c").arg(&file).arg("status").output();
                asked.is_ok_and(|output| output.status.success()).then_some(())
            })
            .unwrap();
        Self { _daemon: daemon, folder, address }
    }

    fn zones(&self) -> PathBuf {
        self.folder.path().join("zones")
    }

    fn server(&self) -> NsdServer {
        let config = self.folder.path().join("nsd.conf");
        NsdServer::new(&self.zones(), Path::new(CONTROL), Some(&config), self.address).unwrap()
    }
}

/// A worker of the world that serves zones by this server.
fn worker(world: &World, server: NsdServer) -> Worker {
    let handlers: Vec<Arc<dyn Handler>> = vec![Arc::new(Reconcile::new(Arc::new(server)))];
    Worker::new(world.db.clone(), "nsd".to_owned(), handlers, hostwright_panel::reactions::react, 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zone_is_served_by_nsd_as_it_is_changed_and_forgotten_when_it_is_taken_away() {
    let nsd = Nsd::start();
    let world = World::sqlite();
    world.set_up().await;
    super::name_servers(&world).await;
    let ada = world.customer("Ada").await;
    let worker = worker(&world, nsd.server());
    let id = super::zone(&world, &ada, "example.org").await;
    let other = super::zone(&world, &ada, "xn--mnchen-3ya.de").await;
    worker.run_until_idle().await.unwrap();
    for name in ["example.org", "xn--mnchen-3ya.de"] {
        assert_eq!(question::serial(nsd.address, name).await.unwrap(), Some(2_027_013_100), "{name}");
    }
    assert_eq!(question::serial(nsd.address, "example.net").await.unwrap(), None);

    super::add(&world, &ada, &id, ("@", "TXT", "\"v=spf1 -all\"")).await;
    super::add(&world, &ada, &id, ("_sip._tcp", "SRV", "10 60 5060 www")).await;
    worker.run_until_idle().await.unwrap();
    assert_eq!(question::serial(nsd.address, "example.org").await.unwrap(), Some(2_027_013_102));
    let shown = super::shown(&world, &ada, &id).await;
    assert_eq!(shown["zone"]["observed_serial"], 2_027_013_102);

    world.done(&ada.call, "zones.delete", json!({ "domain_id": id })).await;
    worker.run_until_idle().await.unwrap();
    assert_eq!(question::serial(nsd.address, "example.org").await.unwrap(), None);
    assert_eq!(question::serial(nsd.address, "xn--mnchen-3ya.de").await.unwrap(), Some(2_027_013_100));
    let left: Vec<String> = fs::read_dir(nsd.zones())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("example"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(world.breaks().await, Vec::<String>::new());
    let _served = other;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nsd_takes_every_kind_of_record_that_we_take() {
    let nsd = Nsd::start();
    let world = World::sqlite();
    world.set_up().await;
    super::name_servers(&world).await;
    let ada = world.customer("Ada").await;
    let id = super::zone(&world, &ada, "example.org").await;
    for typed in [
        ("@", "MX", "10 mail"),
        ("mail", "A", "192.0.2.25"),
        ("mail", "AAAA", "2001:db8::25"),
        ("*", "CNAME", "www"),
        ("@", "CAA", "0 issue \"ca.example.net\""),
        ("@", "TXT", "\"a; b\" \"c \\\" d\""),
        ("_443._tcp.www", "TLSA", "3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("sub", "NS", "ns1.host.example."),
        ("host", "SSHFP", "4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("naptr", "NAPTR", "100 10 \"u\" \"sip+E2U\" \"!^.*$!sip:a@example.org!\" ."),
        ("svc", "HTTPS", "1 . alpn=h2"),
        ("odd", "TYPE65534", "\\# 4 0a000001"),
    ] {
        super::add(&world, &ada, &id, typed).await;
    }
    worker(&world, nsd.server()).run_until_idle().await.unwrap();
    let shown = super::shown(&world, &ada, &id).await;
    assert_eq!(shown["zone"]["observed_serial"], shown["zone"]["serial"], "{}", shown["zone"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nsd_that_is_away_leaves_everything_unknown() {
    let nsd = Nsd::start();
    let server = nsd.server();
    let zone = PublishedZone {
        name: "example.org".parse().unwrap(),
        serial: 5,
        text: "$ORIGIN example.org.\n$TTL 60\n@ IN SOA ns1.host.example. a.host.example. 5 300 300 86400 60\n@ IN NS ns1.host.example.\n"
            .to_owned(),
    };
    server.publish(&zone, false).await.unwrap();
    drop(nsd);
    assert!(server.serial(&zone.name).await.is_err(), "silence is not absence");
    assert!(server.remove(&zone.name).await.is_err());
}
