//! Agents as processes of this machine.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Instant;

use super::transport::{Call, Ended, SAID, Transport};
use super::{AgentCode, AgentFault};

/// Runs scripts with `sh`, in a folder that stands for the home folder.
#[derive(Debug)]
pub struct LocalTransport {
    home: PathBuf,
}

impl LocalTransport {
    /// Runs scripts in a folder.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self { home: home.to_path_buf() }
    }

    fn fault(&self, code: AgentCode, reason: impl std::fmt::Display) -> AgentFault {
        AgentFault::new(code, self.place(), reason)
    }

    fn follow(&self, child: &mut Child, call: Call<'_>) -> Result<Ended, AgentFault> {
        let until = Instant::now().checked_add(call.deadline);
        let (send, chunks) = sync_channel(16);
        if let Some(out) = child.stdout.take() {
            pump(out, send.clone(), Stream::Out);
        }
        if let Some(err) = child.stderr.take() {
            pump(err, send, Stream::Err);
        }
        if let (Some(from), Some(mut to)) = (call.input, child.stdin.take()) {
            // A script that ends without reading everything is told by its status.
            let _ = std::io::copy(from, &mut to);
        }
        drop(child.stdin.take());
        let mut said = Vec::new();
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default();
            match chunks.recv_timeout(left) {
                Ok((Stream::Out, chunk)) => call.output.write_all(&chunk).map_err(|error| {
                    let is_full = error.kind() == std::io::ErrorKind::FileTooLarge;
                    self.fault(if is_full { AgentCode::TooLarge } else { AgentCode::Local }, error)
                })?,
                Ok((Stream::Err, chunk)) => said.extend(chunk.into_iter().take(SAID.saturating_sub(said.len()))),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.fault(AgentCode::TimedOut, "the script did not end in its time"));
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        loop {
            match child.try_wait().map_err(|error| self.fault(AgentCode::Lost, error))? {
                Some(status) => {
                    let status = status.code().and_then(|code| u32::try_from(code).ok());
                    return Ok(Ended { status, said: String::from_utf8_lossy(&said).into_owned() });
                }
                None if until.is_some_and(|until| Instant::now() < until) => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                None => return Err(self.fault(AgentCode::TimedOut, "the script did not end in its time")),
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// Hands on what a pipe gives; ends with the pipe, or when nobody listens any more.
fn pump(mut from: impl Read + Send + 'static, to: SyncSender<(Stream, Vec<u8>)>, stream: Stream) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let chunk = buffer.iter().take(count).copied().collect();
            if to.send((stream, chunk)).is_err() {
                break;
            }
        }
    });
}

impl Transport for LocalTransport {
    fn run(&mut self, call: Call<'_>) -> Result<Ended, AgentFault> {
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(call.script)
            .current_dir(&self.home)
            .process_group(0)
            .stdin(if call.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.fault(AgentCode::BadHost, error))?;
        let ended = self.follow(&mut child, call);
        if ended.is_err() {
            // The whole group, as the script's own children hold its pipes.
            let group = format!("kill -9 -{}", child.id());
            let _ = Command::new("sh").arg("-c").arg(group).stderr(Stdio::null()).status();
            let _ = child.kill();
            let _ = child.wait();
        }
        ended
    }

    fn place(&self) -> String {
        self.home.display().to_string()
    }
}
