//! Guests that somebody else made: one contract for looking at them and for acting on those that
//! were taken over, held against the simulator, libvirt's test driver and real QEMU; and a real
//! guest that is taken over as it runs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostwright_kernel::SystemClock;
use hostwright_panel::images::model::Image;
use hostwright_panel::nodes::model::{Acceleration, Capacity, Hypervisor as Kind, Node, NodeSettings};
use hostwright_panel::servers::adoption::commands::{self, AdoptGuest};
use hostwright_panel::servers::adoption::model::{DiskFacts, GuestFound, Standing};
use hostwright_panel::servers::commands as servers;
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::ports::{Act, AsFound, Guest, Hypervisor, HypervisorError};
use hostwright_tests::simulator::a_guest;
use hostwright_tests::{Simulator, World};

use crate::slices::servers::estate::{Estate, change};
use crate::slices::servers::real::{RealNode, adapter, settled, virsh};

const UUID: &str = "0190c0de-0000-4000-8000-000000000021";

fn node(uri: &str, hypervisor: Kind) -> Node {
    let settings = NodeSettings {
        name: "node1".to_owned(),
        uri: uri.to_owned(),
        hypervisor,
        acceleration: Acceleration::Emulation,
        pool: "hostwright".to_owned(),
        network: "hostwright".to_owned(),
    };
    settings.node(Capacity::NONE, hostwright_kernel::Clock::now(&SystemClock)).unwrap()
}

/// What a node is told about a guest of this name that was taken over, or that was not.
fn told(found: &GuestFound, taken_over: bool) -> Guest {
    let disk = found.facts.own_disks().next();
    Guest {
        name: found.facts.name.clone(),
        uuid: found.facts.uuid.clone(),
        hostname: "legacy".to_owned(),
        ssh_keys: Vec::new(),
        vcpus: 1,
        memory_mib: 128,
        disk_gib: 1,
        mac: "52:54:00:00:00:21".to_owned(),
        disk_name: disk.and_then(|disk| disk.volume.clone()).unwrap_or_else(|| "legacy.disk".to_owned()),
        quarantine_name: "quarantine-srv_1.disk".to_owned(),
        seed_name: format!("{}.seed", found.facts.name),
        filter_name: "hostwright-srv_1".to_owned(),
        addresses: Vec::new(),
        image: Image::as_found("As found", hostwright_kernel::Clock::now(&SystemClock)),
        found: taken_over
            .then(|| AsFound { pool: disk.and_then(|disk| disk.pool.clone()), document: found.document.clone() }),
    }
}

/// The guest `UUID` runs on the node, is not ours, and has one disk.
async fn the_contract(port: &dyn Hypervisor, node: &Node) {
    let look = |only: Option<&'static str>| async move { port.survey(node, only).await.unwrap() };
    let all = look(None).await;
    let found = all.iter().find(|guest| guest.facts.uuid == UUID).expect("it is found").clone();
    assert_eq!((found.facts.name.as_str(), found.facts.state), ("legacy", Seen::Running));
    assert!(found.facts.is_persistent);
    assert_eq!(found.facts.own_disks().count(), 1, "{found:?}");
    assert_eq!(found.facts.macs().collect::<Vec<_>>(), ["52:54:00:00:00:21"]);
    assert!(found.facts.memory_mib.is_some_and(|size| size > 0) && found.facts.vcpus.is_some_and(|count| count > 0));
    assert!(found.document.contains("legacy"));
    let one = look(Some(UUID)).await;
    assert_eq!(one, std::slice::from_ref(&found), "a second look shows the same, and nothing has changed");
    assert!(look(Some("0190c0de-0000-4000-8000-0000000000ff")).await.is_empty());
    let seen = port.observe_all(node).await.unwrap();
    assert!(
        seen.strangers
            .iter()
            .any(|(uuid, name, seen)| { uuid == UUID && name == "legacy" && seen.state == Seen::Running })
    );
    assert!(!seen.guests.iter().any(|(uuid, ..)| uuid == UUID));

    // It is not ours, and nothing is done to it.
    let stranger = told(&found, false);
    for act in [Act::PowerOff, Act::ShutDown, Act::Start, Act::Undefine] {
        let refused = port.act(node, &stranger, act, 1).await;
        assert!(matches!(refused, Err(HypervisorError::Refused { .. })), "{act:?} {refused:?}");
    }
    assert_eq!(look(Some(UUID)).await, std::slice::from_ref(&found));

    // It is taken over: nothing is written for it, and it obeys.
    let ours = told(&found, true);
    for act in [Act::EnsureVolume, Act::EnsureSeed, Act::EnsureFilter, Act::EnsureDomain, Act::Start] {
        assert!(!port.act(node, &ours, act, 2).await.unwrap().changed, "{act:?}");
    }
    assert_eq!(look(Some(UUID)).await, std::slice::from_ref(&found));
    assert!(matches!(port.act(node, &ours, Act::PowerOff, 1).await, Err(HypervisorError::Fenced)));
    let other = Guest { name: "another".to_owned(), ..ours.clone() };
    assert!(port.act(node, &other, Act::PowerOff, 2).await.is_err(), "name and UUID must agree");
    assert!(port.act(node, &ours, Act::PowerOff, 2).await.unwrap().changed);
    assert_eq!(port.observe(node, &ours).await.unwrap().state, Seen::ShutOff);
    assert_eq!(look(Some(UUID)).await[0].document, found.document);
    assert!(port.act(node, &ours, Act::Start, 3).await.unwrap().changed);
    port.act(node, &ours, Act::PowerOff, 3).await.unwrap();

    // Gone, and back as it was.
    assert!(port.act(node, &ours, Act::Undefine, 3).await.unwrap().changed);
    assert!(look(Some(UUID)).await.is_empty());
    assert!(port.act(node, &ours, Act::EnsureDomain, 3).await.unwrap().changed);
    assert_eq!(port.observe(node, &ours).await.unwrap().state, Seen::ShutOff);
    let back = look(Some(UUID)).await;
    // Whether a file is there can be told of a guest that runs, and not by every driver of one that is off.
    let disks = |guest: &GuestFound| -> Vec<DiskFacts> {
        guest.facts.disks.iter().map(|disk| DiskFacts { is_there: None, ..disk.clone() }).collect()
    };
    assert_eq!((disks(&back[0]), back[0].facts.state), (disks(&found), Seen::ShutOff));
    let macs = |guest: &GuestFound| guest.facts.macs().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(macs(&back[0]), macs(&found));
    assert!(port.act(node, &ours, Act::Start, 3).await.unwrap().changed);
    assert_eq!(port.observe(node, &ours).await.unwrap().state, Seen::Running);
}

#[tokio::test]
async fn a_found_guest_is_looked_at_and_obeys_once_taken_over_on_the_simulator() {
    let simulator = Simulator::new(Arc::new(SystemClock));
    let node = node("test:///default", Kind::Test);
    simulator.place(node.id.as_str(), a_guest("legacy", 0x21, "198.51.100.21"));
    the_contract(&simulator, &node).await;
}

#[tokio::test]
async fn a_found_guest_is_looked_at_and_obeys_once_taken_over_on_the_test_driver() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node.xml");
    let guest = format!(
        "<domain type='test'><name>legacy</name><uuid>{UUID}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu>\
         <os><type>hvm</type></os><devices><disk type='file' device='disk'><source file='/images/legacy.img'/>\
         <target dev='vda'/></disk><interface type='network'><mac address='52:54:00:00:00:21'/>\
         <source network='hostwright'/></interface></devices></domain>"
    );
    let network = "<network><name>hostwright</name><bridge name='hwtest1'/>\
         <ip address='10.78.0.1' netmask='255.255.255.0'/></network>";
    std::fs::write(&file, format!("<node><memory>8388608</memory>{guest}{network}</node>")).unwrap();
    let node = node(&format!("test://{}", file.display()), Kind::Test);
    the_contract(adapter(folder.path()).as_ref(), &node).await;
}

/// The definition of a guest as somebody else would write it, without any mark of ours.
fn definition(real: &RealNode, disk: &Path, log: &Path) -> String {
    let [kernel, initrd, cmdline] = real.boot();
    format!(
        "<domain type='qemu'><name>legacy</name><uuid>{UUID}</uuid><memory unit='MiB'>160</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{kernel}</kernel><initrd>{initrd}</initrd>\
         <cmdline>{cmdline}</cmdline></os><features><acpi/><apic/></features><devices>\
         <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{}'/>\
         <target dev='vda' bus='virtio'/></disk>\
         <interface type='network'><mac address='52:54:00:00:00:21'/><source network='hostwright'/><model type='virtio'/>\
         <filterref filter='legacy-guard'><parameter name='IP' value='10.78.0.50'/></filterref></interface>\
         <serial type='pty'><log file='{}' append='on'/><target port='0'/></serial>\
         <console type='pty'><target type='serial' port='0'/></console></devices></domain>",
        disk.display(),
        log.display()
    )
}

/// Starts the guest with libvirt's own tool, in a pool of its own.
fn start_by_hand(real: &RealNode) -> std::path::PathBuf {
    let (uri, folder) = (&real.uri, real.folder.path());
    let images = folder.join("images");
    std::fs::create_dir_all(&images).unwrap();
    let disk = images.join("legacy.qcow2");
    std::fs::copy(real.disk(), &disk).unwrap();
    let log = folder.join("legacy.log");
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_string_lossy().into_owned()
    };
    let pool = format!("<pool type='dir'><name>images</name><target><path>{}</path></target></pool>", images.display());
    virsh(uri, &["pool-define", &write("images.xml", &pool)]);
    virsh(uri, &["pool-start", "images"]);
    virsh(uri, &["nwfilter-define", &write("guard.xml", "<filter name='legacy-guard' chain='root'/>")]);
    virsh(uri, &["define", &write("legacy.xml", &definition(real, &disk, &log))]);
    virsh(uri, &["start", "legacy"]);
    log
}

/// The boot ids that the guest has told on its console so far.
fn boots(log: &Path) -> Vec<String> {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let mut boots: Vec<String> = Vec::new();
    for id in text.lines().filter_map(|line| line.split_once("boot ")).map(|(_, id)| id.trim().to_owned()) {
        if text.contains("is up") && !boots.contains(&id) {
            boots.push(id);
        }
    }
    boots
}

async fn booted(log: &Path, times: usize) -> Vec<String> {
    let since = Instant::now();
    loop {
        let seen = boots(log);
        if seen.len() >= times {
            return seen;
        }
        assert!(since.elapsed() < Duration::from_secs(180), "the guest did not boot: {seen:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_found_guest_is_looked_at_and_obeys_once_taken_over_on_qemu() {
    let real = RealNode::start("found").await;
    start_by_hand(&real);
    let node = node(&real.uri, Kind::Kvm);
    the_contract(adapter(real.folder.path()).as_ref(), &node).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_started_by_bare_libvirt_is_taken_over_as_it_runs_and_then_obeys() {
    let world = World::sqlite();
    let real = RealNode::start("adoption").await;
    let (uri, port) = (real.uri.clone(), adapter(real.folder.path()));
    let log = start_by_hand(&real);
    let first_boot = booted(&log, 1).await;
    let estate = Estate::on(&world, real.ground(port.clone(), port.clone())).await;
    let everything = || {
        let stored = virsh(&uri, &["dumpxml", "--inactive", "legacy"]);
        let live = virsh(&uri, &["dumpxml", "legacy"]);
        let lists = ["list --all", "vol-list images", "vol-list hostwright", "nwfilter-list", "net-list --all"];
        let lists: Vec<String> = lists.iter().map(|words| virsh(&uri, &words.split(' ').collect::<Vec<_>>())).collect();
        (stored, live, lists)
    };
    let before = everything();

    estate.survey().await;
    settled(&estate).await;
    let view = estate.found().await.remove(0);
    assert_eq!((view.guest.name.as_str(), view.guest.state), ("legacy", Seen::Running));
    assert_eq!(view.obstacles, []);
    let process = view.guest.process.expect("QEMU's process is seen");
    assert_eq!(view.guest.addresses()[0].to_string(), "10.78.0.50");
    assert_eq!(view.guest.disks[0].pool.as_deref(), Some("images"));
    let taken = estate.reserve("other").await;
    assert_ne!(estate.show(&taken.id).await.addresses[0].address, "10.78.0.50");

    let subscription_id = estate.subscription().await;
    let asked = AdoptGuest {
        found_id: view.id.clone(),
        subscription_id: Some(subscription_id),
        customer_id: None,
        price_id: None,
        billed_until: None,
        hostname: None,
        addresses: Vec::new(),
        image_id: None,
    };
    commands::adopt(&world.owner(), asked).await.unwrap();
    settled(&estate).await;
    let view = estate.found().await.remove(0);
    assert_eq!((view.standing, view.refusal.clone()), (Standing::Adopted, None));
    let id = view.server_id.clone().unwrap();
    let server = world.db.read(move |tx| hostwright_panel::servers::queries::load_in(tx, &id)).await.unwrap();
    estate.observe().await;
    settled(&estate).await;
    let shown = estate.show(&server.id).await;
    assert_eq!((shown.state, shown.desired, shown.disk), (Seen::Running, Desired::Running, DiskState::Present));
    // The same process, the same boot, and nothing on the node is different.
    estate.survey().await;
    assert_eq!(estate.found().await[0].guest.process, Some(process));
    assert_eq!(boots(&log), first_boot);
    assert_eq!(everything(), before);
    println!("taken over: process {process:?}, boot {first_boot:?}");

    servers::shut_down(&estate.member(), change(&server)).await.unwrap();
    settled(&estate).await;
    assert_eq!(estate.show(&server.id).await.state, Seen::ShutOff);
    assert_eq!(virsh(&uri, &["domstate", "legacy"]), "shut off");
    servers::start(&estate.member(), change(&server)).await.unwrap();
    settled(&estate).await;
    assert_eq!(estate.show(&server.id).await.state, Seen::Running);
    let boots = booted(&log, 2).await;
    assert_eq!((boots.len(), &boots[0]), (2, &first_boot[0]));
    assert_eq!(everything().0, before.0, "its definition is still its own");
    estate.survey().await;
    assert_ne!(estate.found().await[0].guest.process, Some(process));
    assert_eq!(estate.breaks().await, Vec::<String>::new());

    servers::delete(&world.owner(), change(&server)).await.unwrap();
    settled(&estate).await;
    let volumes = virsh(&uri, &["vol-list", "images"]);
    assert!(volumes.contains(&format!("quarantine-{}.disk", server.id)), "{volumes}");
    assert!(!virsh(&uri, &["list", "--all", "--name"]).contains("legacy"));
    servers::restore(&world.owner(), change(&server)).await.unwrap();
    settled(&estate).await;
    servers::start(&world.owner(), change(&server)).await.unwrap();
    settled(&estate).await;
    assert_eq!(virsh(&uri, &["domstate", "legacy"]), "running");
    assert_eq!(booted(&log, 3).await.len(), 3);
    assert_eq!(estate.breaks().await, Vec::<String>::new());
}
