//! An agent delivered to a source: runs commands, fetches files, leaves nothing behind.
//!
//! Everything lies in one folder of the source's home folder. While a command runs, a watcher beside it
//! ends the whole process group when its time or its disk is used up, also when the connection is gone.
//! What the agent prints goes to files there; each answer of ours stands behind a mark that nobody can
//! know before, so that greetings of the login shell do no harm.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::package::members;
use super::transport::{Call, Ended, quoted};
use super::{AgentCode, AgentFault, Command, Output, Package, Transport};
use crate::document::{self, Header};
use crate::{Entry, Limits, Refusal, RefusalCode, Sink};

/// What one command may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a command may run.
    pub time: Duration,
    /// How much disk the agent's folder may hold on the source.
    pub disk_bytes: u64,
    /// How large a fetched file may be.
    pub file_bytes: u64,
    /// How much of a document is read.
    pub limits: Limits,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { time: Duration::from_secs(3_600), disk_bytes: 20 << 30, file_bytes: 16 << 30, limits: Limits::default() }
    }
}

/// What is awaited of the small scripts that are not the agent.
const SMALL: Duration = Duration::from_secs(60);

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The exit status.
    pub status: Option<u32>,
    /// The beginning of what it printed; never read as data.
    pub printed: String,
    /// The beginning of what it printed as errors.
    pub said: String,
    /// Files that it left, with their size.
    pub files: Vec<(String, u64)>,
}

/// An agent on a source.
pub struct Place<'t> {
    transport: &'t mut dyn Transport,
    start: &'static str,
    folder: String,
    bounds: Bounds,
}

impl<'t> Place<'t> {
    /// Delivers a package into a folder of its own. What a run that was killed left there is ended and
    /// removed first. `job` names the folder: the same for every try of one job.
    ///
    /// # Errors
    /// Any [`AgentFault`] of the transport; [`AgentCode::BadHost`] where the host cannot unpack.
    pub fn deliver(
        transport: &'t mut dyn Transport,
        package: &Package,
        job: &str,
        bounds: Bounds,
    ) -> Result<Self, AgentFault> {
        let job: String = job.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        let mut place = Self { transport, start: package.start, folder: format!(".hostwright-agent-{job}"), bounds };
        place.remove()?;
        let folder = quoted(&place.folder);
        let script = format!("umask 077; mkdir {folder} && cd {folder} && tar -xof - && mkdir -p out");
        let mut tar = File::open(&package.tar).map_err(|error| local(&package.tar, error))?;
        let call = Call { script: &script, input: Some(&mut tar), output: &mut io::sink(), deadline: SMALL * 5 };
        let ended = place.transport.run(call)?;
        if ended.status != Some(0) {
            let reason = format!("the package could not be unpacked: {}", short(&ended.said));
            return Err(place.fault(AgentCode::BadHost, reason));
        }
        Ok(place)
    }

    fn fault(&self, code: AgentCode, reason: impl std::fmt::Display) -> AgentFault {
        AgentFault::new(code, self.transport.place(), reason)
    }

    /// Runs a command and looks at what it left; fetches nothing. `name` is the file without extension.
    ///
    /// # Errors
    /// [`AgentCode::TimedOut`], [`AgentCode::DiskFilled`], or a fault of the transport. That the agent says
    /// it failed is no fault here: it is in the answer.
    pub fn run(&mut self, command: &Command, name: &str) -> Result<Answer, AgentFault> {
        let file = format!("out/{name}");
        let arguments: Vec<String> = command.arguments(&file)?.iter().map(|word| quoted(word)).collect();
        let line = format!("{} {}", self.start, arguments.join(" "));
        let mark = mark();
        let script = run_script(&self.folder, &line, &mark, &self.bounds);
        let mut output = Capped::new(1 << 20);
        // The watcher on the source comes first; this end waits a little longer.
        let deadline = self.bounds.time.saturating_add(Duration::from_secs(20));
        let result = self.transport.run(Call { script: &script, input: None, output: &mut output, deadline });
        let stopped = self.sweep();
        let ended = match (result, stopped) {
            (Err(fault), Ok(_)) if fault.code == AgentCode::TimedOut => Err(fault),
            (Err(fault), _) => return Err(fault),
            (Ok(ended), stopped) => match stopped?.as_str() {
                "time" => Err(self.fault(AgentCode::TimedOut, "")),
                "disk" => Err(self.fault(AgentCode::DiskFilled, "")),
                _ => Ok(ended),
            },
        };
        let ended = ended.map_err(|mut fault| {
            fault.reason = match fault.code {
                AgentCode::DiskFilled => format!("{command} filled more than {} bytes", self.bounds.disk_bytes),
                _ => format!("{command} did not end in {} seconds", self.bounds.time.as_secs()),
            };
            fault
        })?;
        self.answer(&output.bytes, &mark, &ended)
    }

    /// Reads what [`run_script`] prints behind the mark.
    fn answer(&self, output: &[u8], mark: &str, ended: &Ended) -> Result<Answer, AgentFault> {
        let text = String::from_utf8_lossy(output);
        let Some((_, text)) = text.split_once(mark) else {
            let reason = format!("the script ended with {:?} and no answer: {}", ended.status, short(&ended.said));
            return Err(self.fault(AgentCode::Lost, reason));
        };
        let mut parts = text.splitn(4, mark);
        let status = parts.next().and_then(|part| part.trim().parse::<u32>().ok());
        let listed = parts.next().unwrap_or_default();
        let files = listed.lines().filter_map(|line| {
            let (size, name) = line.trim().split_once(' ')?;
            Some((name.to_owned(), size.parse().ok()?))
        });
        let files = files.collect();
        let printed = short(parts.next().unwrap_or_default().trim());
        let said = short(parts.next().unwrap_or_default().trim());
        Ok(Answer { status, printed, said, files })
    }

    /// Runs a command, fetches its file and looks into it. Afterwards the file lies at `into` or not at
    /// all: a name that is there is a file that is whole.
    ///
    /// # Errors
    /// Any [`AgentFault`].
    pub fn extract(&mut self, command: &Command, into: &Path) -> Result<(), AgentFault> {
        let answer = self.run(command, "answer")?;
        let output = command.output();
        let file = format!("answer{}", output.extension());
        let found = answer.files.iter().find(|(name, _)| *name == file).map(|(_, size)| *size);
        let told = |code, reason: &str| {
            let status = answer.status.map_or_else(|| "a signal".to_owned(), |status| format!("status {status}"));
            let said = [answer.said.as_str(), answer.printed.as_str()].into_iter().find(|text| !text.is_empty());
            AgentFault::new(
                code,
                command,
                format!("{reason} ({status}){}", said.map(|s| format!(": {s}")).unwrap_or_default()),
            )
        };
        let size = match (answer.status, found) {
            (Some(0), _) if output == Output::Nothing => return Ok(()),
            (Some(0), Some(size)) => size,
            (Some(0), None) => {
                let reason = format!("the agent says that it succeeded, and there is no file {file}");
                return Err(told(AgentCode::NoFile, &reason));
            }
            (_, Some(_)) => {
                return Err(told(AgentCode::FailedWithFile, "the agent says that it failed, and left a file"));
            }
            (_, None) => return Err(told(AgentCode::Failed, "the agent failed")),
        };
        let part = with_suffix(into, ".part");
        let fetched = self.fetch(&file, size, &part);
        let looked = fetched.and_then(|()| look(output, &part, &self.bounds));
        match looked {
            Ok(()) => std::fs::rename(&part, into).map_err(|error| local(into, error)),
            Err(fault) => {
                let _ = std::fs::remove_file(&part);
                if matches!(fault.code, AgentCode::BadDocument | AgentCode::BadBundle) {
                    return Err(AgentFault::new(fault.code, command, fault.reason));
                }
                Err(fault)
            }
        }
    }

    /// Fetches a file that the last command left, which has so many bytes.
    ///
    /// # Errors
    /// [`AgentCode::TooLarge`], [`AgentCode::Lost`] where fewer bytes come, or a fault of the transport.
    pub fn fetch(&mut self, file: &str, size: u64, into: &Path) -> Result<(), AgentFault> {
        if size > self.bounds.file_bytes {
            let reason = format!("{size} bytes; {} are fetched at most", self.bounds.file_bytes);
            return Err(AgentFault::new(AgentCode::TooLarge, file, reason));
        }
        let mark = mark();
        let path = quoted(&format!("{}/out/{file}", self.folder));
        let script = format!("printf '\\n%s\\n' {mark}; exec cat {path}");
        let out = File::create(into).map_err(|error| local(into, error))?;
        let mut behind =
            Behind { mark: format!("\n{mark}\n").into_bytes(), held: Vec::new(), left: size, is_found: false, out };
        let seconds = SMALL.as_secs().saturating_add(size / 100_000);
        let deadline = Duration::from_secs(seconds);
        self.transport.run(Call { script: &script, input: None, output: &mut behind, deadline })?;
        if !behind.is_found || behind.left > 0 {
            return Err(self.fault(AgentCode::Lost, format!("{file} came {} bytes short", behind.left)));
        }
        behind.out.sync_all().map_err(|error| local(into, error))
    }

    /// Ends every process of the last command that still runs; tells why the watcher ended it, if it did.
    fn sweep(&mut self) -> Result<String, AgentFault> {
        let folder = quoted(&self.folder);
        self.small(&format!(
            "cd {folder} 2>/dev/null || exit 0
             if [ -f .group ]; then read g < .group; [ \"$g\" -gt 1 ] 2>/dev/null && kill -9 \"-$g\" 2>/dev/null; rm -f .group; fi
             if [ -f .stopped ]; then cat .stopped; rm -f .stopped; fi
             exit 0"
        ))
    }

    fn small(&mut self, script: &str) -> Result<String, AgentFault> {
        let mark = mark();
        let script = format!("printf '%s\\n' {mark}; {script}");
        let mut output = Capped::new(1 << 20);
        let ended = self.transport.run(Call { script: &script, input: None, output: &mut output, deadline: SMALL })?;
        if ended.status != Some(0) {
            let reason = format!("a script ended with {:?}: {}", ended.status, short(&ended.said));
            return Err(self.fault(AgentCode::BadHost, reason));
        }
        let text = String::from_utf8_lossy(&output.bytes);
        Ok(text.split_once(&mark).map(|(_, rest)| rest.trim().to_owned()).unwrap_or_default())
    }

    /// Ends what runs and removes the folder, for a job that is done. Without this call the agent stays on
    /// the source, for who asks for that.
    ///
    /// # Errors
    /// A fault of the transport.
    pub fn leave(mut self) -> Result<(), AgentFault> {
        self.remove()
    }

    fn remove(&mut self) -> Result<(), AgentFault> {
        self.sweep()?;
        let folder = quoted(&self.folder);
        self.small(&format!("rm -rf {folder}")).map(drop)
    }
}

/// Runs the agent under the watcher, in an `out` without earlier files, and prints, each behind the mark: its exit status, the files in `out`,
/// the beginning of what it printed, and of what it printed as errors.
fn run_script(folder: &str, line: &str, mark: &str, bounds: &Bounds) -> String {
    let folder = quoted(folder);
    let kilobytes = (bounds.disk_bytes / 1024).max(1);
    let blocks = (bounds.disk_bytes / 512).max(1);
    let seconds = bounds.time.as_secs().max(1);
    format!(
        "cd {folder} || exit 97
         rm -rf .stopped out && mkdir out || exit 97
         g=$(ps -o pgid= -p $$ 2>/dev/null | tr -d ' '); g=${{g:-$$}}; echo \"$g\" > .group
         ( t=0
           while sleep 1 && kill -0 $$ 2>/dev/null; do
             t=$((t+1)); k=$(du -sk . 2>/dev/null | cut -f1)
             if [ \"${{k:-0}}\" -gt {kilobytes} ]; then echo disk > .stopped; kill -9 \"-$g\"; fi
             if [ $t -ge {seconds} ]; then echo time > .stopped; kill -9 \"-$g\"; fi
           done ) </dev/null >/dev/null 2>&1 &
         w=$!
         ( ulimit -f {blocks} 2>/dev/null; exec {line} ) </dev/null >.printed 2>.said
         s=$?
         kill $w 2>/dev/null
         k=$(du -sk . 2>/dev/null | cut -f1)
         if [ \"${{k:-0}}\" -gt {kilobytes} ]; then echo disk > .stopped; fi
         printf '\\n%s\\n%s\\n%s\\n' {mark} $s {mark}
         cd out 2>/dev/null && for f in * .[!.]*; do
           if [ -f \"$f\" ] && [ ! -h \"$f\" ]; then printf '%s %s\\n' $(wc -c < \"$f\") \"$f\"; fi
         done | head -n 1000
         cd ..
         echo {mark}; head -c 2000 .printed; printf '\\n%s\\n' {mark}; head -c 2000 .said
         exit 0"
    )
}

/// A word that nobody can print by chance or on purpose.
fn mark() -> String {
    format!("hostwright-{:032x}", rand::random::<u128>())
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(500).collect()
}

fn local(path: &Path, error: io::Error) -> AgentFault {
    AgentFault::new(AgentCode::Local, path.display(), error)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Looks into a fetched file.
fn look(output: Output, path: &Path, bounds: &Bounds) -> Result<(), AgentFault> {
    match output {
        Output::Document => {
            read_document(path, &bounds.limits, &mut Nowhere)
                .map_err(|refusal| AgentFault::new(AgentCode::BadDocument, path.display(), refusal))?;
        }
        Output::Bundle => {
            let file = File::open(path).map_err(|error| local(path, error))?;
            members(BufReader::new(file), bounds.limits.members, bounds.limits.unpacked_bytes)
                .map_err(|reason| AgentFault::new(AgentCode::BadBundle, path.display(), reason))?;
        }
        Output::Nothing => {}
    }
    Ok(())
}

/// Reads the document of an agent.
pub(super) fn read_document(path: &Path, limits: &Limits, sink: &mut dyn Sink) -> Result<Header, Refusal> {
    let document = document::open_file(path, limits)?;
    if document.form() != document::Form::Xml {
        return Err(Refusal::new(RefusalCode::NotThisFormat, path.display(), "agents answer in XML"));
    }
    let header = document.header().clone();
    document.read(sink)?;
    Ok(header)
}

struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _entry: Entry) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Keeps the beginning of what is written to it, and takes the rest without keeping it.
struct Capped {
    bytes: Vec<u8>,
    most: usize,
}

impl Capped {
    fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most }
    }
}

impl Write for Capped {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes.extend(chunk.iter().take(room));
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what follows a mark, so many bytes of it.
struct Behind {
    mark: Vec<u8>,
    held: Vec<u8>,
    left: u64,
    is_found: bool,
    out: File,
}

impl Behind {
    fn keep(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut taken = chunk.take(self.left);
        let count = io::copy(&mut taken, &mut self.out)?;
        self.left = self.left.saturating_sub(count);
        Ok(())
    }
}

impl Write for Behind {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if self.is_found {
            self.keep(chunk)?;
            return Ok(chunk.len());
        }
        // A greeting before the mark is short; one that is not is not a greeting.
        if self.held.len() > 1 << 20 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.held.extend_from_slice(chunk);
        let found = self.held.windows(self.mark.len()).position(|window| window == self.mark);
        if let Some(at) = found {
            self.is_found = true;
            let rest: Vec<u8> = self.held.split_off(at.saturating_add(self.mark.len()));
            self.held = Vec::new();
            self.keep(&rest)?;
        }
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
