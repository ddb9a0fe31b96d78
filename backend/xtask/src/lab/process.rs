//! Child processes that cannot outlive us.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use super::keeper;

/// How a server is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SIGTERM.
    Terminate,
    /// SIGINT: what PostgreSQL calls a fast shutdown.
    Interrupt,
    /// SIGQUIT: what PostgreSQL calls an immediate shutdown.
    Quit,
}

impl Stop {
    fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
            Self::Quit => Signal::QUIT,
        }
    }
}

/// A command that the kernel stops when this process ends, however it ends.
///
/// Arguments and environment are added to `command`.
#[derive(Debug)]
pub struct Guarded {
    /// What is run.
    pub command: Command,
}

impl Guarded {
    /// Runs `program` as the current user; SIGKILL if we die.
    #[must_use]
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self::with("KILL", None, program)
    }

    /// Runs `program` as `user`, or as the current user if that is `None`; `SIG` + `signal` if we
    /// die.
    #[must_use]
    pub fn with(signal: &str, user: Option<&str>, program: impl AsRef<OsStr>) -> Self {
        // setpriv is in Debian's essential util-linux; doing the same from Rust needs unsafe code.
        let mut command = Command::new("setpriv");
        command.arg(format!("--pdeathsig={signal}"));
        if let Some(user) = user {
            command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--init-groups"]);
        }
        command.arg("--").arg(program);
        Self { command }
    }
}

/// The kernel sends the death signal when the *thread* that spawned the child ends, and the
/// threads of a test harness end early. So one thread that never ends spawns all of them.
fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static SPAWNER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();

    let orders = SPAWNER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in inbox {
                if let Err(mpsc::SendError(Ok(mut child))) = answer.send(command.spawn()) {
                    let _ = child.kill();
                    let _ = child.wait();
                }
            }
        });
        Mutex::new(orders)
    });
    let (answer, outcome) = mpsc::channel();
    orders
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .send((command, answer))
        .map_err(io::Error::other)?;
    outcome.recv().map_err(io::Error::other)?
}

/// A running server: a process group with a log file.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    log: PathBuf,
    stop: Stop,
}

impl Daemon {
    /// Starts `program` in a process group of its own; both outputs are appended to `log`.
    ///
    /// # Errors
    /// The program or the log file cannot be opened.
    pub fn spawn(name: &str, program: Guarded, log: &Path, stop: Stop) -> anyhow::Result<Self> {
        let output = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("opening {}", log.display()))?;
        let Guarded { mut command } = program;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let child = spawn_from_lasting_thread(command).with_context(|| format!("starting {name}"))?;
        keeper::keep(child.id());
        Ok(Self { name: name.to_owned(), child, log: log.to_owned(), stop })
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Exit status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Everything it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Forgets what it has written so far.
    ///
    /// # Errors
    /// The log file cannot be truncated.
    pub fn clear_log(&self) -> anyhow::Result<()> {
        File::create(&self.log)?;
        Ok(())
    }

    /// Repeats `probe` until it gives something.
    ///
    /// # Errors
    /// The server ended first, or the time is over; both with the end of its log.
    pub fn wait_for<T>(
        &mut self,
        what: &str,
        within: Duration,
        mut probe: impl FnMut() -> Option<T>,
    ) -> anyhow::Result<T> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                bail!("{} ended ({status}) before {what}:\n{}", self.name, self.log_end());
            }
            if let Some(found) = probe() {
                return Ok(found);
            }
            if crate::signals::interrupted().is_some() {
                bail!("interrupted while waiting for {}", self.name);
            }
            if started.elapsed() >= within {
                bail!("{}: waited {} s for {what}:\n{}", self.name, within.as_secs(), self.log_end());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let first = lines.len().saturating_sub(25);
        lines.get(first..).unwrap_or_default().join("\n")
    }

    /// Asks it to end, and kills the whole group if it has not within ten seconds.
    pub fn stop(&mut self) {
        self.end(self.stop, Duration::from_secs(10));
    }

    /// Like [`Daemon::stop`], asking in another way.
    pub fn end(&mut self, how: Stop, patience: Duration) {
        if self.ended().is_some() {
            // What it started may still be there.
            self.signal_group(Signal::KILL);
            return;
        }
        self.signal_group(how.signal());
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if self.ended().is_some() {
                // Children that ignored the signal.
                self.signal_group(Signal::KILL);
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
    }

    /// SIGKILL to the whole group, as in a power cut of this one server.
    pub fn kill(&mut self) {
        self.signal_group(Signal::KILL);
        let _ = self.child.wait();
    }

    fn signal_group(&self, signal: Signal) {
        if let Ok(group) = group_of(&self.child) {
            // The group may be gone already.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
        keeper::drop(self.child.id());
    }
}

/// The process group a child started with `process_group(0)` leads.
fn group_of(child: &Child) -> anyhow::Result<Pid> {
    i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| anyhow!("process id {} is out of range", child.id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Folder;

    fn sleeper(folder: &Folder, script: &str) -> Daemon {
        let mut program = Guarded::new("sh");
        program.command.args(["-c", script]);
        Daemon::spawn("sleeper", program, &folder.path().join("log"), Stop::Terminate).unwrap()
    }

    #[test]
    fn a_server_outlives_the_thread_that_asked_for_it() {
        let folder = Folder::new("thread").unwrap();
        let mut daemon = std::thread::scope(|scope| scope.spawn(|| sleeper(&folder, "sleep 60")).join()).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        assert!(daemon.ended().is_none());
        daemon.stop();
        assert!(daemon.ended().is_some());
    }

    #[test]
    fn stopping_takes_the_grandchildren_too() {
        let folder = Folder::new("group").unwrap();
        let mut daemon = sleeper(&folder, "sleep 61 & echo $!; trap '' TERM; wait; sleep 62");
        let grandchild = daemon
            .wait_for("the process id", Duration::from_secs(5), || {
                let log = fs::read_to_string(folder.path().join("log")).ok()?;
                log.trim().parse::<u32>().ok()
            })
            .unwrap();
        daemon.end(Stop::Terminate, Duration::from_millis(300));
        crate::lab::wait_until("the grandchild to end", Duration::from_secs(5), || {
            let state = fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            (state.is_empty() || state.contains(") Z ")).then_some(())
        })
        .unwrap();
    }

    #[test]
    fn a_killed_run_leaves_nothing_behind() {
        const MARK: &str = "HOSTWRIGHT_LAB_TEST_LOG";
        if let Some(log) = crate::lab::variable(MARK) {
            // The run that gets killed: this same test, in a process of its own.
            let mut program = Guarded::new("sh");
            program.command.args(["-c", "sleep 63 & echo $!; wait"]);
            let _daemon = Daemon::spawn("sleeper", program, Path::new(&log), Stop::Terminate).unwrap();
            std::thread::sleep(Duration::from_secs(60));
            return;
        }
        let folder = Folder::new("killed").unwrap();
        let log = folder.path().join("log");
        let mut run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "lab::process::tests::a_killed_run_leaves_nothing_behind"])
            .env(MARK, &log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let grandchild: u32 = crate::lab::wait_until("an id", Duration::from_secs(10), || {
            fs::read_to_string(&log).ok()?.trim().parse().ok()
        })
        .unwrap();
        run.kill().unwrap();
        run.wait().unwrap();
        crate::lab::wait_until("the grandchild to end", Duration::from_secs(10), || {
            let state = fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            (state.is_empty() || state.contains(") Z ")).then_some(())
        })
        .unwrap();
    }

    #[test]
    fn a_server_that_ends_early_shows_its_log() {
        let folder = Folder::new("early").unwrap();
        let mut daemon = sleeper(&folder, "echo no such table; exit 3");
        let error = daemon.wait_for("nothing", Duration::from_secs(5), || None::<()>).unwrap_err().to_string();
        assert!(error.contains("no such table") && error.contains('3'), "{error}");
    }
}
