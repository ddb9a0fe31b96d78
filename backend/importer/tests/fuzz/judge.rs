//! The verdict on one input: the reader ends without a panic, in time and within memory, says the same
//! twice, stops when it is told to, and its books agree.

use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use hostwright_importer::snapshot::values::Secret;
use hostwright_importer::sources::Input;
use hostwright_importer::{Entry, Limits, Refusal, RefusalCode, Sink};
use jiff::tz::TimeZone;

use super::books;

/// What reads.
pub type Read = fn(&Input, &mut dyn Sink) -> Result<(), Refusal>;

/// What is wrong: the same for the same fault, and the whole of it.
pub struct Fault {
    pub kind: String,
    pub text: String,
    /// The reader is still at it, and no other input can be tried in this process.
    pub is_endless: bool,
}

impl Fault {
    pub fn new(kind: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: kind.into(), text: text.into(), is_endless: false }
    }
}

/// Time of the processor that one reading may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// As the panel's threads have.
const STACK: usize = 2 << 20;
/// Memory beyond what there was before the reading: both readings are held, and the limits allow some.
const MEMORY_KIB: u64 = 320 << 10;

const PLANTED_BIT: u32 = 48;

/// How the input is handed over: which limits, zone, currency, and whether the receiver stops.
#[derive(Debug, Clone, Copy)]
pub struct Variant(pub u64);

impl Variant {
    /// Nothing is changed in an input in which something was planted, and nothing of it is too large.
    pub fn of(drawn: u64, is_planted: bool) -> Self {
        let drawn = drawn & !(1 << PLANTED_BIT);
        Self(if is_planted { drawn | (1 << PLANTED_BIT) } else { drawn })
    }

    fn limits(self) -> Limits {
        match self.0 % 10 {
            _ if self.bit(PLANTED_BIT) => Limits::default(),
            0 => Limits { item_bytes: 64, depth: 3, members: 5, unpacked_bytes: 4 << 10 },
            1 => Limits { item_bytes: 4 << 10, depth: 8, members: 50, unpacked_bytes: 1 << 20 },
            2 => Limits::default(),
            _ => Limits { item_bytes: 1 << 20, depth: 64, members: 20_000, unpacked_bytes: 64 << 20 },
        }
    }

    fn bit(self, bit: u32) -> bool {
        (self.0 >> bit) & 1 == 1
    }

    /// The receiver refuses this entry.
    fn stops_at(self) -> Option<usize> {
        let is_asked = self.bit(16) && self.bit(17);
        is_asked.then(|| usize::try_from((self.0 >> 20) % 12).unwrap())
    }

    fn input(self, folder: &Path) -> Input {
        let mut tops: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        tops.sort();
        let paths = if self.bit(8) || tops.is_empty() { vec![folder.to_path_buf()] } else { tops };
        let zone = match (self.0 >> 9) % 4 {
            0 => TimeZone::UTC,
            1 => TimeZone::get("America/New_York").unwrap(),
            _ => TimeZone::get("Europe/Berlin").unwrap(),
        };
        let mapping = Some(folder.join("mapping.toml")).filter(|path| path.is_file());
        Input {
            zone,
            currency: self.bit(11).then(|| "EUR".parse().unwrap()),
            key: self.bit(12).then(|| Secret("some key".to_owned())),
            attachments: self.bit(13).then(|| folder.to_path_buf()),
            mapping,
            limits: self.limits(),
            ..Input::of(paths)
        }
    }
}

thread_local! {
    /// Where the last panic of this thread was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Judges what lies in a folder.
pub fn judge(read: Read, folder: &Path, variant: Variant) -> Result<(), Fault> {
    remember_places();
    let folder = folder.to_path_buf();
    let (tell_thread, thread) = channel();
    let (tell, told) = channel();
    forget_peak();
    let before = peak();
    let work = move || {
        let _ = tell_thread.send(fs::canonicalize("/proc/thread-self").ok());
        let outcome = catch_unwind(AssertUnwindSafe(|| whole(read, &folder, variant)));
        let outcome = outcome.unwrap_or_else(|payload| {
            let words = payload.downcast_ref::<String>().cloned();
            let words = words.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let place = PLACE.with_borrow(Clone::clone);
            Err(Fault::new(format!("a panic at {place}"), words.unwrap_or_default()))
        });
        let _ = tell.send(outcome);
    };
    let worker = std::thread::Builder::new().name(READER.to_owned()).stack_size(STACK).spawn(work).unwrap();
    let clock = thread.recv().unwrap();
    let started = Instant::now();
    let outcome = loop {
        match told.recv_timeout(Duration::from_millis(500)) {
            Ok(outcome) => break outcome,
            Err(RecvTimeoutError::Disconnected) => panic!("the thread of the reader is gone"),
            Err(RecvTimeoutError::Timeout) => {
                let spent = clock.as_deref().and_then(spent).unwrap_or_else(|| started.elapsed());
                // Everything that is done with one input, and a stop of the whole machine.
                if spent > PATIENCE * 6 || started.elapsed() > PATIENCE * 60 {
                    let text = format!("after {} s of the processor", spent.as_secs());
                    return Err(Fault { is_endless: true, ..Fault::new("it does not end", text) });
                }
            }
        }
    };
    let _ = worker.join();
    outcome?;
    match (before, peak()) {
        (Some(before), Some(after)) if after > before + MEMORY_KIB => {
            Err(Fault::new("memory", format!("{} KiB more than before", after - before)))
        }
        _ => Ok(()),
    }
}

fn whole(read: Read, folder: &Path, variant: Variant) -> Result<(), Fault> {
    let input = variant.input(folder);
    let clock = fs::canonicalize("/proc/thread-self").ok();
    let spent = || clock.as_deref().and_then(spent).unwrap_or_default();
    let began = spent();
    let (first, refused) = reading(read, &input);
    let took = spent().saturating_sub(began);
    if took > PATIENCE {
        return Err(Fault::new("slow", format!("{} s of the processor", took.as_secs())));
    }
    books::check(&first, refused.as_ref())?;
    if variant.bit(PLANTED_BIT) && refused.is_none() {
        books::check_planted(&first)?;
    }
    let (second, again) = reading(read, &input);
    if refused != again {
        return Err(Fault::new("another end the second time", format!("{refused:?}\n{again:?}")));
    }
    same("the second reading", &first, &second)?;
    if let Some(at) = variant.stops_at().filter(|at| *at < first.len()) {
        stopped(read, &input, at, &first)?;
    }
    if variant.bit(14) {
        books::check_written(&first)?;
    }
    if variant.bit(15) {
        books::check_joined(&first)?;
    }
    Ok(())
}

fn reading(read: Read, input: &Input) -> (Vec<Entry>, Option<Refusal>) {
    let mut entries: Vec<Entry> = Vec::new();
    let refused = read(input, &mut entries).err();
    (entries, refused)
}

/// That two lists of entries are the same.
pub fn same(what: &str, first: &[Entry], second: &[Entry]) -> Result<(), Fault> {
    if first == second {
        return Ok(());
    }
    let at = first.iter().zip(second).position(|(one, other)| one != other);
    let text = match at {
        Some(at) => format!("entry {at}:\n{:?}\n{:?}", first[at], second[at]),
        None => format!("{} and {} entries", first.len(), second.len()),
    };
    Err(Fault::new(format!("{what} says something else"), text))
}

/// Takes so many entries, then stops.
struct Stopping {
    taken: Vec<Entry>,
    most: usize,
}

const STOP: &str = "the receiver had enough";

impl Sink for Stopping {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        if self.taken.len() >= self.most {
            return Err(Refusal::new(RefusalCode::Stopped, "here", STOP));
        }
        self.taken.push(entry);
        Ok(())
    }
}

/// The reader passes on that the receiver stopped, and what it said before is what it says otherwise.
fn stopped(read: Read, input: &Input, at: usize, first: &[Entry]) -> Result<(), Fault> {
    let mut sink = Stopping { taken: Vec::new(), most: at };
    let ended = read(input, &mut sink);
    let expected = Refusal::new(RefusalCode::Stopped, "here", STOP);
    if ended.as_ref().err() != Some(&expected) {
        return Err(Fault::new("a stop that is not passed on", format!("at entry {at}: {ended:?}")));
    }
    same("the reading that was stopped", &first[..at], &sink.taken)
}

const READER: &str = "reader that is fuzzed";

/// A panic of a reader is told by where it was, once; those of others as ever.
fn remember_places() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() == Some(READER) {
                let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
                PLACE.with_borrow_mut(|known| *known = place);
            } else {
                others(panic);
            }
        }));
    });
}

/// Time of the processor that a thread has spent.
fn spent(thread: &Path) -> Option<Duration> {
    let text = fs::read_to_string(thread.join("stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let numbers: Vec<u64> = rest.split_whitespace().skip(11).take(2).filter_map(|word| word.parse().ok()).collect();
    // Hundredths of a second, on every Linux that there is.
    Some(Duration::from_millis(numbers.iter().sum::<u64>() * 10))
}

/// The most memory that this process had since it was forgotten, in KiB.
fn peak() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
