//! libvirt for tests and the demo, on a machine without systemd and without working KVM.
//!
//! A private one lives in its own mount, process, network and host name namespaces with its own
//! folders: any number run side by side, and none leaves a process, a bridge or a mount behind.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// System packages that a private or the machine's own libvirt needs.
pub const PACKAGES: &[&str] = &[
    "libvirt-daemon-system",
    "libvirt-clients",
    "qemu-system-x86",
    "qemu-utils",
    "dnsmasq-base",
    "iptables",
    "nftables",
    "iproute2",
    "kmod",
];

/// Where a running libvirt for all tests is named, if there is one.
pub const SHARED_URI: &str = "HOSTWRIGHT_TEST_LIBVIRT_URI";

const INIT: &str = include_str!("libvirt-init.sh");
const HOST_INIT: &str = include_str!("libvirt-host.sh");
const FOLDERS: &[&str] = &[
    "etc",
    "lib/boot",
    "lib/dnsmasq",
    "lib/images",
    "lib/network",
    "lib/qemu",
    "lib/swtpm",
    "run",
    "log",
    "cache",
    "pool",
    "console",
];
const PATIENCE: Duration = Duration::from_secs(60);

/// A private libvirt. Dropping it ends it with all its guests.
#[derive(Debug)]
pub struct Libvirt {
    base: PathBuf,
    child: Child,
    orders: Mutex<Option<ChildStdin>>,
    keeps_folder: bool,
}

impl Libvirt {
    /// Starts one with its folders below `base`, which is made if absent, and waits until it answers.
    ///
    /// # Errors
    /// If a tool is missing, this process is not root, or libvirtd does not answer in a minute.
    pub fn start(base: &Path) -> Result<Self> {
        Self::start_in(base, true)
    }

    /// Starts one in a new folder that goes away with it, even if this process is killed.
    ///
    /// # Errors
    /// As [`Libvirt::start`].
    pub fn temporary(name: &str) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let folder = format!("hw-{name}-{}-{number}", std::process::id());
        Self::start_in(&std::env::temp_dir().join(folder), false)
    }

    fn start_in(base: &Path, keeps_folder: bool) -> Result<Self> {
        fs::create_dir_all(base).with_context(|| format!("making {}", base.display()))?;
        let base = base.canonicalize()?;
        for folder in FOLDERS {
            fs::create_dir_all(base.join(folder))?;
        }
        if socket(&base).as_os_str().len() > 100 {
            bail!("{} is too long for a socket's path", base.display());
        }
        let host_uuid = fs::read_to_string("/proc/sys/kernel/random/uuid")?;
        fs::write(base.join("etc/libvirtd.conf"), daemon_settings(host_uuid.trim()))?;
        fs::write(base.join("etc/qemu.conf"), QEMU_SETTINGS)?;
        let init = base.join("init.sh");
        fs::write(&init, INIT)?;
        let log = File::create(base.join("out.log"))?;
        let mut child = Command::new("unshare")
            .args(["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "bash"])
            .arg(&init)
            .arg(&base)
            .arg(if keeps_folder { "keep" } else { "remove" })
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting unshare")?;
        let orders = Mutex::new(child.stdin.take());
        let lab = Self { base, child, orders, keeps_folder };
        lab.wait_until_it_answers()?;
        Ok(lab)
    }

    /// libvirt's address for it.
    #[must_use]
    pub fn uri(&self) -> String {
        uri_of(&self.base)
    }

    /// Its folder.
    #[must_use]
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// A folder for its storage pool, at the same path inside and outside.
    #[must_use]
    pub fn pool_dir(&self) -> PathBuf {
        self.base.join("pool")
    }

    /// A folder for console logs, at the same path inside and outside.
    #[must_use]
    pub fn console_dir(&self) -> PathBuf {
        self.base.join("console")
    }

    /// Stops libvirtd in its tracks, as a hung one is.
    ///
    /// # Errors
    /// If it does not run.
    pub fn sigstop(&self) -> Result<()> {
        self.signal("STOP")
    }

    /// Lets a stopped libvirtd go on.
    ///
    /// # Errors
    /// If it does not run.
    pub fn sigcont(&self) -> Result<()> {
        self.signal("CONT")
    }

    /// Kills libvirtd. Its guests go on.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill(&self) -> Result<()> {
        let pid = self.daemon_pid()?;
        self.signal("KILL")?;
        wait_until(PATIENCE, "libvirtd to end", || !process_is(pid, "libvirtd"))
    }

    /// Starts libvirtd again after [`Libvirt::kill`], and waits until it answers.
    ///
    /// # Errors
    /// If it does not answer in a minute.
    pub fn restart(&self) -> Result<()> {
        let mut held = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = held.as_mut().context("the private libvirt has ended")?;
        writeln!(orders, "begin")?;
        orders.flush()?;
        drop(held);
        self.wait_until_it_answers()
    }

    /// Runs a command inside, such as `ip addr`, and gives what it prints.
    ///
    /// # Errors
    /// If it fails.
    pub fn inside(&self, command: &[&str]) -> Result<String> {
        let init = self.init_pid()?.to_string();
        let done = Command::new("nsenter")
            .args(["--target", &init, "--mount", "--net", "--pid", "--"])
            .args(command)
            .output()
            .context("starting nsenter")?;
        if !done.status.success() {
            bail!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    fn wait_until_it_answers(&self) -> Result<()> {
        let uri = self.uri();
        wait_until(PATIENCE, "the private libvirt to answer", || answers(&uri)).with_context(|| {
            let said = fs::read_to_string(self.base.join("out.log")).unwrap_or_default();
            format!("it said: {said}")
        })
    }

    fn init_pid(&self) -> Result<u32> {
        children_of(self.child.id()).into_iter().next().context("the private libvirt does not run")
    }

    fn daemon_pid(&self) -> Result<u32> {
        children_of(self.init_pid()?)
            .into_iter()
            .find(|pid| process_is(*pid, "libvirtd"))
            .context("libvirtd does not run")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let pid = self.daemon_pid()?;
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &pid.to_string()]).status()?;
        if sent.success() { Ok(()) } else { bail!("sending {name} to libvirtd failed") }
    }
}

impl Drop for Libvirt {
    fn drop(&mut self) {
        // Process 1 sees the closed pipe; should it not, the kill takes all the rest with it.
        drop(self.orders.lock().unwrap_or_else(PoisonError::into_inner).take());
        let init = self.init_pid().ok();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(init) = init {
            let _ = wait_until(Duration::from_secs(10), "the private libvirt to end", || !process_is(init, "bash"));
        }
        if !self.keeps_folder {
            let _ = fs::remove_dir_all(&self.base);
        }
    }
}

/// libvirt's address for a private one below this folder.
#[must_use]
pub fn uri_of(base: &Path) -> String {
    format!("qemu+unix:///system?socket={}", socket(base).display())
}

/// The machine's own libvirt.
#[derive(Clone, Debug)]
pub struct HostLibvirt {
    /// libvirt's address for it.
    pub uri: String,
    /// True if it was started here; it stays running.
    pub was_started: bool,
    /// A folder for a storage pool that its guests' processes can read.
    pub pool_dir: PathBuf,
    /// A folder for console logs.
    pub console_dir: PathBuf,
}

/// Starts the machine's own `qemu:///system` unless it runs.
///
/// # Errors
/// If it does not answer in a minute.
pub fn ensure_host_libvirt() -> Result<HostLibvirt> {
    let uri = "qemu:///system".to_owned();
    // Debian makes this folder in a package that is only recommended; networks do not start without.
    fs::create_dir_all("/var/lib/libvirt/dnsmasq")?;
    let was_started = !answers(&uri);
    if was_started {
        if Path::new("/run/systemd/system").is_dir() {
            run(Command::new("systemctl").args(["start", "libvirtd"]))?;
        } else {
            start_without_systemd()?;
        }
        wait_until(PATIENCE, "the machine's libvirt to answer", || answers(&uri))?;
    }
    let pool_dir = PathBuf::from("/var/lib/libvirt/hostwright");
    let console_dir = PathBuf::from("/var/log/libvirt/hostwright");
    fs::create_dir_all(&pool_dir)?;
    fs::create_dir_all(&console_dir)?;
    Ok(HostLibvirt { uri, was_started, pool_dir, console_dir })
}

fn start_without_systemd() -> Result<()> {
    let script = Path::new("/run/hostwright-libvirt.sh");
    fs::write(script, HOST_INIT)?;
    let log = File::create("/var/log/libvirt/hostwright-libvirt.log")?;
    // It outlives this process: guests of the demo go on until somebody stops them.
    let started = Command::new("setsid")
        .args(["--fork", "unshare", "--pid", "--mount", "--propagation", "slave"])
        .args(["--fork", "--mount-proc", "bash"])
        .arg(script)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .context("starting setsid")?;
    if started.success() { Ok(()) } else { bail!("starting the machine's libvirt ended with {started}") }
}

const QEMU_SETTINGS: &str = r#"user = "root"
group = "root"
security_driver = "none"
namespaces = []
remember_owner = 0
"#;

fn daemon_settings(host_uuid: &str) -> String {
    format!(
        r#"host_uuid = "{host_uuid}"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
auth_unix_rw = "none"
auth_unix_ro = "none"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
"#
    )
}

fn socket(base: &Path) -> PathBuf {
    base.join("run/libvirt-sock")
}

fn answers(uri: &str) -> bool {
    // A new libvirtd first tries every emulator; this answers when it has.
    Command::new("timeout")
        .args(["60", "virsh", "-c", uri, "capabilities"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.output().with_context(|| format!("running {:?}", command.get_program()))?;
    if done.status.success() {
        return Ok(());
    }
    bail!("{:?} ended with {}: {}", command.get_program(), done.status, String::from_utf8_lossy(&done.stderr))
}

fn wait_until(limit: Duration, what: &str, mut met: impl FnMut() -> bool) -> Result<()> {
    let until = Instant::now() + limit;
    while !met() {
        if Instant::now() >= until {
            bail!("waited {} s for {what}", limit.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Name and parent of every process that can be seen.
fn processes() -> Vec<(u32, String, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name stands in brackets and may itself contain brackets and blanks.
            let (_, rest) = stat.split_once('(')?;
            let (name, rest) = rest.rsplit_once(')')?;
            let mut fields = rest.split_whitespace();
            let state = fields.next()?;
            let parent = fields.next()?.parse().ok()?;
            (state != "Z").then(|| (pid, name.to_owned(), parent))
        })
        .collect()
}

fn children_of(parent: u32) -> Vec<u32> {
    processes().into_iter().filter(|(_, _, of)| *of == parent).map(|(pid, _, _)| pid).collect()
}

fn process_is(pid: u32, name: &str) -> bool {
    processes().iter().any(|(one, called, _)| *one == pid && called == name)
}
