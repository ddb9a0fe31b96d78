//! Ctrl-C and SIGTERM: remembered, passed on to the running command, never skipping a destructor.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::lab::keeper;

static RECEIVED: AtomicI32 = AtomicI32::new(0);
static TIMES: AtomicU32 = AtomicU32::new(0);

/// How long a command may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(15);

/// From now on SIGINT, SIGTERM and SIGHUP are remembered instead of ending the process.
///
/// # Errors
/// The kernel refuses the handlers.
pub fn listen() -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("listening for signals")?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            RECEIVED.store(signal, Ordering::SeqCst);
            TIMES.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// The last signal that asked us to end, if one did.
#[must_use]
pub fn interrupted() -> Option<i32> {
    match RECEIVED.load(Ordering::SeqCst) {
        0 => None,
        signal => Some(signal),
    }
}

/// Runs `command` to its end in a process group of its own. A signal that reaches us is passed on
/// to the group; a second one, or fifteen seconds, kill it.
///
/// # Errors
/// The command cannot be started or waited for.
pub fn run(command: &mut Command) -> anyhow::Result<ExitStatus> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| format!("starting {shown}"))?;
    keeper::keep(child.id());
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let send = |signal| {
        if let Some(group) = group {
            // The group may have ended meanwhile.
            let _ = kill_process_group(group, signal);
        }
    };

    let mut asked: Option<(Instant, u32)> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            if asked.is_some() {
                send(Signal::KILL);
            }
            keeper::drop(child.id());
            return Ok(status);
        }
        match (asked, interrupted()) {
            (None, Some(signal)) => {
                send(if signal == SIGINT { Signal::INT } else { Signal::TERM });
                asked = Some((Instant::now(), TIMES.load(Ordering::SeqCst)));
            }
            (Some((since, times)), _) if since.elapsed() > PATIENCE || TIMES.load(Ordering::SeqCst) > times => {
                send(Signal::KILL);
            }
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a signal asks us to end, or `ended` says there is nothing left to wait for.
pub fn wait(mut ended: impl FnMut() -> bool) {
    while interrupted().is_none() && !ended() {
        std::thread::sleep(Duration::from_millis(100));
    }
}
