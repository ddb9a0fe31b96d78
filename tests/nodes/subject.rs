//! A node and one guest on it, as the tests use them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use hostwright_node::{
    Artifact, Boot, Capabilities, Cidr, Command, ConsoleSource, ConsoleText, Deadlines, DiskSource, GuestRef,
    GuestSpec, GuestState, GuestStep, ImageFacts, ImageParts, ImageRef, NetworkKind, Node, NodeConfig, NodeError,
    Observed, Outcome, Report, SeedSpec, Uplink, VolumeFacts, VolumeFormat, XenKind,
};
use tempfile::TempDir;
use xtask::images::{self, GuestImage};
use xtask::lab::libvirt::{self, Libvirt};

pub const MIB: u64 = 1 << 20;
/// A booted guest says so within this time, on a machine that does much else.
pub const BOOTING: Duration = Duration::from_secs(120);
/// The host's end of the tests' network.
pub const HOST_V4: &str = "10.209.0.1";
pub const HOST_V6: &str = "fd00:209::1";

/// The libvirt that all tests without faults share, and its folder.
pub fn shared_libvirt() -> (String, PathBuf) {
    static OWN: OnceLock<(Mutex<Option<Libvirt>>, PathBuf)> = OnceLock::new();
    if let Ok(uri) = std::env::var(libvirt::SHARED_URI) {
        let socket = uri.split_once("socket=").expect("a private libvirt's address").1;
        let base = Path::new(socket).ancestors().nth(2).unwrap().to_owned();
        return (uri, base);
    }
    let (own, base) = OWN.get_or_init(|| {
        // A static is never dropped: this one ends when the process does.
        let libvirt = Libvirt::temporary("nodes").expect("a private libvirt");
        let base = libvirt.base().to_owned();
        (Mutex::new(Some(libvirt)), base)
    });
    let held = own.lock().unwrap();
    (held.as_ref().unwrap().uri(), base.clone())
}

pub fn image_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("images")
}

fn tiny_image() -> GuestImage {
    static TINY: OnceLock<GuestImage> = OnceLock::new();
    TINY.get_or_init(|| images::tiny(&image_folder()).expect("the tiny image")).clone()
}

/// A node with one guest that nobody else knows of.
pub struct Subject {
    pub node: Node,
    pub can: Capabilities,
    pub guest: GuestRef,
    pub pool: String,
    pub pool_dir: PathBuf,
    pub mac: String,
    pub addresses: Vec<Cidr>,
    pub image: GuestImage,
    pub ssh_key: String,
    fence: AtomicU64,
    _state: TempDir,
}

pub fn config(uri: &str, state: &Path, console: Option<PathBuf>) -> NodeConfig {
    let mut config = NodeConfig::new("node", uri, state.to_owned());
    config.console_dir = console;
    config
}

impl Subject {
    /// On libvirt's test driver.
    pub async fn on_test_driver() -> Self {
        let state = tempfile::tempdir().unwrap();
        let config = config("test:///default", state.path(), None);
        Self::on(config, state, Path::new("/hostwright-test")).await
    }

    /// On the QEMU that the tests share.
    pub async fn on_qemu() -> Self {
        let (uri, base) = tokio::task::spawn_blocking(shared_libvirt).await.unwrap();
        Self::on_qemu_at(&uri, &base, Deadlines::default()).await
    }

    pub async fn on_qemu_without_console_log() -> Self {
        let (uri, base) = tokio::task::spawn_blocking(shared_libvirt).await.unwrap();
        let state = tempfile::tempdir().unwrap();
        let config = config(&uri, state.path(), None);
        Self::on(config, state, &base.join("pool")).await
    }

    pub async fn on_qemu_at(uri: &str, base: &Path, deadlines: Deadlines) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut config = config(uri, state.path(), Some(base.join("console")));
        config.deadlines = deadlines;
        Self::on(config, state, &base.join("pool")).await
    }

    async fn on(config: NodeConfig, state: TempDir, pools: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(10);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let pool = format!("pool-{}-{number}", std::process::id());
        let pool_dir = pools.join(&pool);
        let node = Node::connect(config).await.expect("a connection");
        let Report::Capabilities(can) = node.perform(Command::Probe { pool: None }).await.unwrap() else {
            panic!("a probe answers with capabilities")
        };
        let subject = Self {
            node,
            can: *can,
            guest: GuestRef {
                uuid: format!("0190c0de-{:04x}-7000-8000-{:012x}", number, std::process::id()),
                name: format!("srv_{:x}x{number}", std::process::id()),
                adopted: false,
            },
            pool,
            pool_dir,
            mac: format!("52:54:00:d1:00:{number:02x}"),
            addresses: vec![
                format!("10.209.0.{number}/24").parse().unwrap(),
                format!("fd00:209::{number:x}/64").parse().unwrap(),
            ],
            ssh_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA someone@home".to_owned(),
            image: tokio::task::spawn_blocking(tiny_image).await.unwrap(),
            fence: AtomicU64::new(1),
            _state: state,
        };
        subject.ensured(subject.pool_command()).await;
        subject
    }

    pub fn pool_command(&self) -> Command {
        Command::EnsurePool { pool: self.pool.clone(), path: self.pool_dir.clone() }
    }

    pub fn disk(&self) -> String {
        format!("{}.disk", self.guest.name)
    }

    pub fn seed(&self) -> String {
        format!("{}.seed", self.guest.name)
    }

    pub fn filter(&self) -> String {
        format!("hw-{}", self.guest.name)
    }

    pub fn image(&self) -> ImageRef {
        ImageRef { name: self.image.name.clone(), version: self.image.version.clone() }
    }

    /// A change to the guest under the present fencing number.
    pub fn change(&self, step: GuestStep) -> Command {
        self.change_at(self.fence.load(Ordering::SeqCst), step)
    }

    pub fn change_at(&self, fence: u64, step: GuestStep) -> Command {
        Command::Guest { guest: self.guest.clone(), fence, step }
    }

    pub async fn perform(&self, step: GuestStep) -> Outcome {
        self.node.perform(self.change(step)).await
    }

    pub async fn ensured(&self, command: Command) -> bool {
        match self.node.perform(command.clone()).await {
            Ok(Report::Ensured { changed }) => changed,
            other => panic!("{command:?} answered {other:?}"),
        }
    }

    pub async fn guest_after(&self, step: GuestStep) -> Observed {
        match self.perform(step.clone()).await {
            Ok(Report::Guest(seen)) => *seen,
            other => panic!("{step:?} answered {other:?}"),
        }
    }

    pub async fn volume_after(&self, step: GuestStep) -> VolumeFacts {
        match self.perform(step.clone()).await {
            Ok(Report::Volume(facts)) => facts,
            other => panic!("{step:?} answered {other:?}"),
        }
    }

    pub async fn refusal(&self, step: GuestStep) -> NodeError {
        self.perform(step).await.expect_err("a refusal")
    }

    pub async fn observe(&self) -> Observed {
        let command = Command::ObserveGuest { guest: self.guest.clone() };
        match self.node.perform(command).await {
            Ok(Report::Guest(seen)) => *seen,
            other => panic!("looking answered {other:?}"),
        }
    }

    pub async fn bring_image(&self) -> ImageFacts {
        let command = Command::EnsureImage {
            pool: self.pool.clone(),
            image: self.image(),
            parts: ImageParts {
                disk: self.image.disk.clone(),
                format: VolumeFormat::Qcow2,
                kernel: Some(self.image.kernel.clone()),
                initrd: Some(self.image.initrd.clone()),
            },
        };
        match self.node.perform(command).await {
            Ok(Report::Image(facts)) => facts,
            other => panic!("bringing the image answered {other:?}"),
        }
    }

    pub fn volume_step(&self, mib: u64) -> GuestStep {
        GuestStep::EnsureVolume {
            pool: self.pool.clone(),
            volume: self.disk(),
            source: DiskSource::Image { image: self.image() },
            bytes: mib * MIB,
        }
    }

    pub fn seed_step(&self, hostname: &str) -> GuestStep {
        GuestStep::EnsureSeed {
            pool: self.pool.clone(),
            volume: self.seed(),
            seed: SeedSpec {
                instance_id: self.guest.uuid.clone(),
                hostname: hostname.to_owned(),
                ssh_keys: vec![self.ssh_key.clone()],
                mac: self.mac.clone(),
                addresses: self.addresses.clone(),
                gateways: vec![HOST_V4.parse().unwrap(), HOST_V6.parse().unwrap()],
                dns: vec!["10.209.0.53".parse().unwrap()],
            },
        }
    }

    pub fn filter_step(&self) -> GuestStep {
        GuestStep::EnsureFilter {
            filter: self.filter(),
            mac: self.mac.clone(),
            addresses: self.addresses.iter().map(|cidr| cidr.address).collect(),
        }
    }

    pub fn network_command() -> Command {
        Command::EnsureNetwork {
            network: "hwtest".to_owned(),
            kind: NetworkKind::Isolated {
                bridge: "hwtest0".to_owned(),
                host: vec![format!("{HOST_V4}/24").parse().unwrap(), format!("{HOST_V6}/64").parse().unwrap()],
            },
        }
    }

    pub fn domain_step(&self, memory_mib: u64) -> GuestStep {
        GuestStep::EnsureDomain {
            spec: Box::new(GuestSpec {
                vcpus: 1,
                memory_mib,
                pool: self.pool.clone(),
                disk: self.disk(),
                seed: Some(self.seed()),
                mac: self.mac.clone(),
                uplink: Uplink::Network { network: "hwtest".to_owned() },
                filter: Some(self.filter()),
                boot: Boot::Direct {
                    kernel: Artifact::Volume { volume: self.image().kernel_volume() },
                    initrd: Some(Artifact::Volume { volume: self.image().initrd_volume() }),
                    cmdline: self.image.cmdline.clone(),
                },
                xen: XenKind::Pvh,
            }),
        }
    }

    /// The tests share one network; making it twice at the same time is not what they are about.
    pub async fn ensure_network(&self) -> bool {
        static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _held = ONE_AT_A_TIME.lock().await;
        self.ensured(Self::network_command()).await
    }

    /// Everything up to the definition.
    pub async fn build(&self) {
        self.bring_image().await;
        self.ensure_network().await;
        self.volume_after(self.volume_step(64)).await;
        self.volume_after(self.seed_step("tiny-host")).await;
        self.perform(self.filter_step()).await.unwrap();
        self.guest_after(self.domain_step(160)).await;
    }

    pub async fn console(&self) -> ConsoleText {
        let command = Command::ConsoleTail { guest: self.guest.clone(), bytes: 64 * 1024 };
        match self.node.perform(command).await {
            Ok(Report::Console(text)) => text,
            other => panic!("reading the console answered {other:?}"),
        }
    }

    /// Waits until the console shows the text this many times, and gives all of it.
    pub async fn console_with(&self, text: &str, times: usize) -> String {
        let until = Instant::now() + BOOTING;
        let mut heard = String::new();
        loop {
            let ConsoleText { text: tail, source } = self.console().await;
            // A log is read whole each time; the live console only tells what is new.
            let seen = match source {
                ConsoleSource::Log => tail,
                ConsoleSource::Live => {
                    heard.push_str(&tail);
                    heard.clone()
                }
            };
            if seen.matches(text).count() >= times {
                return seen;
            }
            assert!(Instant::now() < until, "waited for {times} x {text:?}, saw:\n{seen}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub async fn wait_for(&self, state: GuestState) -> Observed {
        let until = Instant::now() + BOOTING;
        loop {
            let seen = self.observe().await;
            if seen.state == state {
                return seen;
            }
            assert!(Instant::now() < until, "waited for {state:?}, saw {:?}", seen.state);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Removes the guest, so that nothing is left on the shared node.
    pub async fn remove(&self) {
        self.perform(GuestStep::PowerOff).await.unwrap();
        self.perform(GuestStep::EnsureUndefined).await.unwrap();
        let filter = self.filter();
        self.perform(GuestStep::EnsureNoFilter { filter }).await.unwrap();
        for volume in [self.disk(), self.seed()] {
            let pool = self.pool.clone();
            self.perform(GuestStep::DeleteVolume { pool, volume }).await.unwrap();
        }
    }
}
