//! The same life on libvirt, through the adapter that the product uses: its test
//! driver, and a real guest under QEMU.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostwright_panel::nodes::model::Hypervisor;
use hostwright_panel::servers::commands;
use hostwright_panel::servers::model::{Desired, DiskState, Seen, Server};
use hostwright_panel::servers::ports;
use hostwright_panel::servers::queries::{self, ShowConsole};
use hostwright_server::hypervisor::Libvirt as Adapter;
use hostwright_tests::World;
use xtask::images;
use xtask::lab::libvirt::Libvirt;

use super::estate::{Estate, Ground, change};

const POOL: &str = "<pool type='dir'><name>hostwright</name><target><path>{}</path></target></pool>";
const NETWORK: &str = "<network><name>hostwright</name><bridge name='hwsrv0' stp='off' delay='0'/>\
     <ip address='10.78.0.1' netmask='255.255.255.0'/></network>";

/// A libvirt with real guests, prepared as a node.
pub(crate) struct RealNode {
    pub(crate) uri: String,
    image: images::TinyImage,
    pub(crate) folder: tempfile::TempDir,
    _lab: Libvirt,
}

impl RealNode {
    /// Starts one with a pool and a network.
    pub(crate) async fn start(name: &'static str) -> Self {
        let images = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images");
        let (lab, image) = tokio::task::spawn_blocking(move || {
            (Libvirt::temporary(name).expect("a private libvirt"), images::tiny(&images).expect("the tiny image"))
        })
        .await
        .unwrap();
        let (uri, folder) = (lab.uri(), tempfile::tempdir().unwrap());
        let pool_dir = lab.pool_dir().join("hostwright");
        std::fs::create_dir_all(&pool_dir).unwrap();
        for (name, text) in [("pool", POOL.replace("{}", &pool_dir.to_string_lossy())), ("net", NETWORK.to_owned())] {
            let file = folder.path().join(format!("{name}.xml"));
            std::fs::write(&file, text).unwrap();
            virsh(&uri, &[&format!("{name}-define"), &file.to_string_lossy()]);
            virsh(&uri, &[&format!("{name}-start"), "hostwright"]);
        }
        Self { uri, image, folder, _lab: lab }
    }

    /// Kernel, initial memory disk and the kernel's command line of a guest that says when it is up.
    pub(crate) fn boot(&self) -> [String; 3] {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        [text(&self.image.kernel), text(&self.image.initrd), self.image.cmdline.clone()]
    }

    /// The disk of such a guest.
    pub(crate) fn disk(&self) -> &Path {
        &self.image.disk
    }

    /// What an estate on it stands on.
    pub(crate) fn ground(&self, port: Arc<dyn ports::Hypervisor>, probe: Arc<Adapter>) -> Ground {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let image = &self.image;
        Ground {
            port,
            probe,
            hypervisor: Hypervisor::Kvm,
            uri: self.uri.clone(),
            network: "hostwright",
            cidr: "10.78.0.0/24",
            gateway: "10.78.0.1",
            image: [text(&image.kernel), text(&image.initrd), text(&image.disk), image.cmdline.clone()],
        }
    }
}

/// Works until nothing is open, with the real clock.
pub(crate) async fn settled(estate: &Estate<'_>) {
    let since = Instant::now();
    loop {
        estate.worker().run_until_idle().await.unwrap();
        let open = estate.reasons().await;
        if open.is_empty() {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(240), "still open: {open:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        estate.hurry(1).await;
    }
}

async fn state_of(estate: &Estate<'_>, server: &Server) -> Seen {
    estate.show(&server.id).await.state
}

/// What libvirt itself says, asked with its own tool.
pub(crate) fn virsh(uri: &str, words: &[&str]) -> String {
    let answer = Command::new("virsh").args(["-q", "-c", uri]).args(words).output().unwrap();
    assert!(answer.status.success(), "virsh {words:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8_lossy(&answer.stdout).trim().to_owned()
}

async fn a_whole_life(estate: &Estate<'_>, boots: bool) -> Server {
    let (owner, member) = (estate.world.owner(), estate.member());
    let server = estate.reserve("web1").await;
    estate.release(&server).await;
    settled(estate).await;
    let shown = estate.show(&server.id).await;
    assert_eq!((shown.state, shown.disk), (Seen::Running, DiskState::Present));
    if boots {
        let greeting = shown.greeting.expect("a greeting");
        assert!(greeting.contains("HOSTWRIGHT guest web1 is up, address 10.78.0."), "{greeting}");
        let console = ShowConsole { server_id: server.id.clone(), bytes: None };
        let console = queries::console(&member, estate.port.as_ref(), console).await.unwrap();
        assert!(console.text.contains("HOSTWRIGHT guest web1 is up"));
    }
    commands::shut_down(&member, change(&server)).await.unwrap();
    settled(estate).await;
    assert_eq!(state_of(estate, &server).await, Seen::ShutOff);
    commands::start(&member, change(&server)).await.unwrap();
    settled(estate).await;
    assert_eq!(state_of(estate, &server).await, Seen::Running);
    let before = estate.show(&server.id).await.greeting;
    if boots {
        // The test driver's guest does not come back from a reboot.
        commands::reboot(&member, change(&server)).await.unwrap();
        settled(estate).await;
        let after = estate.show(&server.id).await;
        assert_eq!(after.state, Seen::Running);
        assert_ne!(after.greeting, before, "another boot has another id");
    }
    estate.suspend(&server).await;
    settled(estate).await;
    assert_eq!(state_of(estate, &server).await, Seen::ShutOff);
    estate.resume(&server).await;
    settled(estate).await;
    assert_eq!(state_of(estate, &server).await, Seen::Running);
    estate.observe().await;
    settled(estate).await;
    assert_eq!(state_of(estate, &server).await, Seen::Running);
    assert_eq!(estate.breaks().await, Vec::<String>::new());

    estate.terminate(&server).await;
    settled(estate).await;
    let shown = estate.show(&server.id).await;
    assert_eq!((shown.state, shown.disk), (Seen::Absent, DiskState::Quarantined));
    commands::restore(&owner, change(&server)).await.unwrap();
    settled(estate).await;
    commands::start(&owner, change(&server)).await.unwrap();
    settled(estate).await;
    let shown = estate.show(&server.id).await;
    assert_eq!((shown.state, shown.desired), (Seen::Running, Desired::Running));
    assert_eq!(estate.breaks().await, Vec::<String>::new());
    server
}

pub(crate) fn adapter(folder: &Path) -> Arc<Adapter> {
    Arc::new(Adapter::new(folder.join("nodes")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_lives_and_dies_on_the_test_driver() {
    let world = World::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let node = folder.path().join("node.xml");
    let pool = POOL.replace("{}", "/hostwright-test");
    let pool = pool.trim_start_matches("<pool type='dir'>");
    std::fs::write(
        &node,
        format!(
            "<node><cpu><nodes>1</nodes><sockets>1</sockets><cores>8</cores><threads>1</threads><active>8</active>\
             <mhz>1000</mhz><model>i686</model></cpu><memory>8388608</memory><pool type='dir'>{pool}\
             <network><name>hostwright</name><bridge name='hwtest1'/><ip address='10.78.0.1' netmask='255.255.255.0'/></network></node>"
        ),
    )
    .unwrap();
    let adapter = adapter(folder.path());
    let image = ["vmlinuz", "initrd.img", "tiny.img"].map(|name| {
        let path = folder.path().join(name);
        std::fs::write(&path, vec![0_u8; 4_096]).unwrap();
        path.to_string_lossy().into_owned()
    });
    let [kernel, initrd, disk] = image;
    let ground = Ground {
        port: adapter.clone(),
        probe: adapter,
        hypervisor: Hypervisor::Test,
        uri: format!("test://{}", node.display()),
        network: "hostwright",
        cidr: "10.78.0.0/24",
        gateway: "10.78.0.1",
        image: [kernel, initrd, disk, "console=ttyS0".to_owned()],
    };
    let estate = Estate::on(&world, ground).await;
    a_whole_life(&estate, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_lives_and_dies_on_a_real_guest() {
    let world = World::sqlite();
    let node = RealNode::start("servers").await;
    let (uri, adapter) = (node.uri.clone(), adapter(node.folder.path()));
    let estate = Estate::on(&world, node.ground(adapter.clone(), adapter)).await;
    let server = a_whole_life(&estate, true).await;
    let id = server.id.as_str();
    assert_eq!(virsh(&uri, &["domstate", id]), "running");

    // Somebody inside, or in front of the node, is noticed.
    virsh(&uri, &["destroy", id]);
    estate.observe().await;
    settled(&estate).await;
    assert_eq!(virsh(&uri, &["domstate", id]), "running");

    estate.terminate(&server).await;
    settled(&estate).await;
    assert!(!virsh(&uri, &["list", "--all", "--name"]).contains(id));
    assert!(!virsh(&uri, &["nwfilter-list"]).contains(id));
    let volumes = virsh(&uri, &["vol-list", "hostwright"]);
    assert!(volumes.contains(&format!("quarantine-{id}.disk")), "{volumes}");
    assert!(!volumes.contains(&format!("{id}.seed")), "{volumes}");
    world.clock.advance_days(9);
    estate.purge().await;
    settled(&estate).await;
    assert!(!virsh(&uri, &["vol-list", "hostwright"]).contains(id));
    assert_eq!(estate.reserved().await.vcpus, 0);
    assert_eq!(estate.breaks().await, Vec::<String>::new());
}
