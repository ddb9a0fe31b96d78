//! Against a real `sshd` of this machine: on a free port of loopback, with its own configuration and keys.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::time::Duration;

use hostwright_importer::agents::{
    Access, AgentCode, Checks, Command, Level, Place, SshTarget, SshTransport, What, check, collect, host_key,
};
use hostwright_importer::snapshot::values::Secret;
use hostwright_importer::{Limits, Refusal, RefusalCode};
use tempfile::TempDir;

use crate::packages::{Stand, small};

/// A running server. Who signs in lands in `home`, is greeted by a banner, and has the rights of this test.
struct Sshd {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(path: &Path, kind: &str) {
    let made = Program::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-f"]).arg(path).status();
    assert!(made.unwrap().success());
}

fn user() -> String {
    String::from_utf8(Program::new("id").arg("-un").output().unwrap().stdout).unwrap().trim().to_owned()
}

impl Sshd {
    /// Nothing where there is no sshd on this machine.
    fn start(home: &Path, kind: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if !Path::new("/usr/sbin/sshd").exists() || Program::new("ssh-keygen").arg("-?").output().is_err() {
            eprintln!("skipped: /usr/sbin/sshd is not installed (Debian: openssh-server)");
            return None;
        }
        if user() == "root" {
            // Debian's start script makes it; without it sshd does not start for root.
            let _ = fs::create_dir_all("/run/sshd");
        }
        key(&folder.path().join("host"), kind);
        key(&folder.path().join("client"), kind);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Self::run(folder.path(), home, port);
        let server = Self { folder, port, child };
        server.wait();
        Some(server)
    }

    fn run(folder: &Path, home: &Path, port: u16) -> Child {
        let (here, home) = (folder.display(), home.display());
        let config = folder.join("config");
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {here}/host\nPidFile none\nAuthorizedKeysFile {here}/client.pub\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
             ForceCommand cd {home}; echo '*** Authorised use only ***'; echo noise >&2; eval \"$SSH_ORIGINAL_COMMAND\"\n"
        );
        fs::write(&config, text).unwrap();
        Program::new("/usr/sbin/sshd")
            .args(["-D", "-f"])
            .arg(&config)
            .arg("-E")
            .arg(folder.join("log"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn wait(&self) {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("sshd does not listen: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn target(&self) -> SshTarget {
        let text = fs::read_to_string(self.folder.path().join("client")).unwrap();
        let patience = Duration::from_secs(30);
        SshTarget {
            host: "127.0.0.1".into(),
            port: self.port,
            user: user(),
            access: Access::Key { text: Secret(text), passphrase: None },
            host_key: host_key("127.0.0.1", self.port, patience).unwrap(),
            patience,
        }
    }

    fn connect(&self) -> SshTransport {
        SshTransport::connect(&self.target()).unwrap_or_else(|fault| panic!("{fault}\n{}", self.log()))
    }

    /// The same server comes back with another key.
    fn change_host_key(&mut self, home: &Path) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for name in ["host", "host.pub"] {
            fs::remove_file(self.folder.path().join(name)).unwrap();
        }
        key(&self.folder.path().join("host"), "ed25519");
        self.child = Self::run(self.folder.path(), home, self.port);
        self.wait();
    }
}

/// The processes below one, the deepest last.
fn below(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(pid) = found.get(at).copied() {
        let path = PathBuf::from(format!("/proc/{pid}/task/{pid}/children"));
        let children = fs::read_to_string(path).unwrap_or_default();
        found.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        at += 1;
    }
    found.split_off(1)
}

fn all() -> What {
    What { services: true, content: true, domains: None }
}

#[test]
fn the_sample_agent_conforms_over_ssh_and_nothing_is_left() {
    let stand = Stand::sample();
    for kind in ["ed25519", "rsa", "ecdsa"] {
        let Some(server) = Sshd::start(&stand.home(), kind) else { return };
        let mut there = server.connect();
        let mut place = Place::deliver(&mut there, &stand.package, "job", small()).unwrap();
        assert_eq!(stand.left(), [".hostwright-agent-job"]);
        if kind == "ed25519" {
            let (into, checks) = (stand.target("check"), Checks { samples: 1, contents: 1, disable: 0 });
            let findings = check(&mut place, &stand.package, &into, &Limits::default(), &checks).unwrap();
            assert!(findings.iter().all(|finding| finding.level < Level::Warning), "{findings:#?}");
        }
        let folder = stand.target(kind);
        // The other keys only have to carry one file.
        let what = if kind == "ed25519" { all() } else { What::default() };
        let done = collect(&mut place, &folder, &Limits::default(), &what, &mut |_| true).unwrap();
        let expected = if kind == "ed25519" { (3, 2, 0) } else { (1, 0, 0) };
        assert_eq!((done.documents.len(), done.bundles.len(), done.faults.len()), expected, "{:?}", done.faults);
        place.leave().unwrap();
        assert!(stand.left().is_empty(), "{:?}", stand.left());
    }
}

#[test]
fn a_run_whose_connection_is_cut_goes_on_at_the_first_file_that_is_missing() {
    let stand = Stand::slow_sample();
    let Some(server) = Sshd::start(&stand.home(), "ed25519") else { return };
    let folder = stand.target("all");
    let (mut commands, mut cuts) = (Vec::new(), 0);
    let done = loop {
        let mut there = server.connect();
        let mut place = Place::deliver(&mut there, &stand.package, "job", small()).unwrap();
        let sshd = server.child.id();
        let (mut ran, may_finish) = (0, cuts >= 3);
        let mut step = |command: &Command| {
            commands.push(command.to_string());
            ran += 1;
            if ran == 2 && !may_finish {
                // In the middle of the second command of each connection.
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(500));
                    for pid in below(sshd) {
                        let _ = Program::new("kill").arg("-9").arg(pid.to_string()).stderr(Stdio::null()).status();
                    }
                });
            }
            true
        };
        match collect(&mut place, &folder, &Limits::default(), &all(), &mut step) {
            Ok(done) => {
                place.leave().unwrap();
                break done;
            }
            Err(fault) => {
                assert_eq!(fault.code, AgentCode::Lost, "{fault}");
                cuts += 1;
                assert!(cuts < 10, "{commands:?}");
            }
        }
    };
    assert!(cuts >= 3, "it was cut {cuts} times");
    assert_eq!((done.documents.len(), done.bundles.len()), (3, 2));
    // Five files, and one command anew for each cut.
    assert_eq!(commands.len(), 5 + cuts, "{commands:?}");
    assert!(stand.left().is_empty(), "{:?}", stand.left());
}

#[test]
fn a_changed_host_key_is_refused_as_hostile_before_anyone_signs_in() {
    let stand = Stand::sample();
    let Some(mut server) = Sshd::start(&stand.home(), "ed25519") else { return };
    let target = server.target();
    drop(SshTransport::connect(&target).unwrap());
    server.change_host_key(&stand.home());
    let fault = SshTransport::connect(&target).err().expect("the changed key was taken");
    assert_eq!(fault.code, AgentCode::HostKeyChanged, "{fault}");
    assert_eq!(Refusal::from(fault).code, RefusalCode::Hostile);
    let accepted = server.log().matches("Accepted publickey").count();
    assert_eq!(accepted, 1, "somebody signed in to the changed host: {}", server.log());
}

#[test]
fn a_key_that_is_not_known_and_a_closed_port_are_told_apart() {
    let stand = Stand::sample();
    let Some(server) = Sshd::start(&stand.home(), "ed25519") else { return };
    let other = tempfile::tempdir().unwrap();
    key(&other.path().join("other"), "ed25519");
    let text = Secret(fs::read_to_string(other.path().join("other")).unwrap());
    let target = SshTarget { access: Access::Key { text, passphrase: None }, ..server.target() };
    assert_eq!(SshTransport::connect(&target).err().map(|fault| fault.code), Some(AgentCode::AccessDenied));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = SshTarget { port: free, ..target };
    assert_eq!(SshTransport::connect(&target).err().map(|fault| fault.code), Some(AgentCode::Unreachable));
}

#[test]
fn an_agent_that_hangs_on_the_other_side_is_ended_there() {
    let stand = Stand::script("sleep 4323.25 & sleep 4323.25");
    let Some(server) = Sshd::start(&stand.home(), "ed25519") else { return };
    let mut there = server.connect();
    let bounds = hostwright_importer::agents::Bounds { time: Duration::from_secs(2), ..small() };
    let mut place = Place::deliver(&mut there, &stand.package, "job", bounds).unwrap();
    let fault = place.extract(&Command::HostingPlatformInfo, &stand.target("p.xml")).unwrap_err();
    assert_eq!(fault.code, AgentCode::TimedOut, "{fault}");
    place.leave().unwrap();
    assert!(stand.left().is_empty());
    let alive = below(server.child.id());
    let hangs = alive
        .iter()
        .filter(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("4323.25")));
    assert_eq!(hangs.count(), 0);
}
