//! What goes from the reading half of a copy to the writing half.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hostwright_importer::formats::mail::identity::{self, Headers};
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::fault::Fault;
use crate::progress::FolderState;
use crate::wire::Fetched;

/// What the source calls a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Id {
    /// Its UID.
    Uid(u32),
    /// On disk: its key, and where it lies.
    Key { key: String, place: String },
}

impl Id {
    /// For reports.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Uid(uid) => format!("UID {uid}"),
            Self::Key { place, .. } => place.clone(),
        }
    }
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub id: Id,
    /// System flags and keywords that a command may hold.
    pub flags: Vec<String>,
    /// INTERNALDATE as IMAP writes it, with its zone.
    pub date: Option<String>,
    pub bytes: Vec<u8>,
    /// How often the line was lost while it was on its way.
    pub losses: u32,
    /// Its share of what is held in memory.
    pub _permit: Option<OwnedSemaphorePermit>,
}

impl Parcel {
    pub(crate) fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The same for two copies of a message.
    pub(crate) fn key(&self) -> String {
        key_of(&self.bytes)
    }
}

/// The key of a message whose bytes are at hand.
pub(crate) fn key_of(bytes: &[u8]) -> String {
    // Reading from memory does not fail.
    identity::measure(bytes).map(|measured| measured.key).unwrap_or_default()
}

/// The key of a message of which a server told size and identifying headers; `None` without headers.
pub(crate) fn key_of_headers(fetched: &Fetched) -> Option<String> {
    let headers = Headers::read(fetched.body.as_deref()?);
    if headers.is_empty() { None } else { Some(identity::key(&headers, fetched.size?, None)) }
}

/// What FETCH is asked for to make keys.
pub(crate) const KEY_ITEMS: &str = "UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]";

/// The content itself, whatever line ends a server keeps (Dovecot stores LF, and so loses one of two CR before it),
/// and whatever it puts in the place of NUL.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(stored(bytes)).into()
}

/// The sizes that a server may tell of a message: as it is sent, and as it comes back from one that stores LF.
pub(crate) fn sizes(bytes: &[u8]) -> [u64; 2] {
    let of = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    [of(with_crlf(bytes).len()), of(stored(bytes).len())]
}

/// One CRLF for every line end, and 0x80 for NUL.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    for byte in bytes {
        if *byte == b'\n' {
            while out.last() == Some(&b'\r') {
                out.pop();
            }
            out.push(b'\r');
        }
        out.push(if *byte == 0 { 0x80 } else { *byte });
    }
    out
}

/// With CRLF line ends, as IMAP wants messages; those that have them are not copied.
pub(crate) fn with_crlf(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let mut before = 0u8;
    let mut bare = 0usize;
    for byte in bytes {
        bare += usize::from(*byte == b'\n' && before != b'\r');
        before = *byte;
    }
    if bare == 0 {
        return std::borrow::Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + bare);
    before = 0;
    for byte in bytes {
        if *byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(*byte);
        before = *byte;
    }
    std::borrow::Cow::Owned(out)
}

/// What the target says of a folder before its messages come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ready {
    /// What was copied before.
    pub state: FolderState,
    /// Messages at the target that are none of those copied before, by key.
    pub unknown: HashMap<String, Vec<u32>>,
}

/// From the reading half to the writing half.
pub(crate) enum Event {
    /// A folder begins.
    Folder {
        /// Its place in the report.
        at: usize,
        levels: Vec<String>,
        /// UIDVALIDITY at the source; `None` for mail on disk.
        validity: Option<u32>,
        is_subscribed: bool,
        reply: oneshot::Sender<Result<Ready, Fault>>,
    },
    /// A message that is at the target already, though no state says so.
    Already { id: Id, flags: Option<String>, target: u32 },
    /// A message.
    Message(Box<Parcel>),
    /// Flags of a message copied earlier, as they are now.
    Flags { uid: u32, flags: Vec<String> },
    /// The folder ends.
    End,
}

/// The reading half's end of the way.
#[derive(Clone)]
pub(crate) struct Outlet {
    events: mpsc::Sender<Event>,
    held: Arc<Semaphore>,
    held_bytes: u32,
    stopped: Arc<AtomicBool>,
}

/// The writing half's end of the way.
pub(crate) struct Inlet {
    pub events: mpsc::Receiver<Event>,
    stopped: Arc<AtomicBool>,
}

impl Inlet {
    /// Tells the reading half that nothing more can be taken.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// Makes a way on which so many bytes may be.
pub(crate) fn way(held_bytes: u32) -> (Outlet, Inlet) {
    let (sender, events) = mpsc::channel(1_024);
    let stopped = Arc::new(AtomicBool::new(false));
    let held_bytes = held_bytes.clamp(1, 1 << 30);
    let held = Arc::new(Semaphore::new(usize::try_from(held_bytes).unwrap_or(1)));
    (Outlet { events: sender, held, held_bytes, stopped: Arc::clone(&stopped) }, Inlet { events, stopped })
}

impl Outlet {
    /// Whether nothing more is taken.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.events.is_closed()
    }

    /// Sends; an event that nobody takes any more is dropped.
    pub(crate) async fn send(&self, event: Event) {
        let _ = self.events.send(event).await;
    }

    /// Waits until there is room for so many bytes. More than there ever is waits for all of it.
    pub(crate) async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1, self.held_bytes);
        Arc::clone(&self.held).acquire_many_owned(wanted).await.ok()
    }

    /// Begins a folder and waits for what the target says.
    pub(crate) async fn folder(
        &self,
        at: usize,
        levels: &[String],
        validity: Option<u32>,
        is_subscribed: bool,
    ) -> Option<Result<Ready, Fault>> {
        let (reply, answer) = oneshot::channel();
        self.send(Event::Folder { at, levels: levels.to_vec(), validity, is_subscribed, reply }).await;
        answer.await.ok()
    }
}

/// Flags that a command may hold, in one order and once each; what cannot be carried apart. `\Recent` is the
/// server's own and no loss.
pub(crate) fn clean_flags(flags: &[String]) -> (Vec<String>, Vec<String>) {
    const SYSTEM: [&str; 5] = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"];
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for flag in flags {
        if let Some(system) = SYSTEM.iter().find(|system| system.eq_ignore_ascii_case(flag)) {
            kept.push((*system).to_owned());
        } else if crate::wire::is_keyword(flag) {
            kept.push(flag.clone());
        } else if !flag.eq_ignore_ascii_case("\\Recent") && !flag.eq_ignore_ascii_case("\\*") {
            lost.push(flag.clone());
        }
    }
    kept.sort();
    kept.dedup();
    (kept, lost)
}

/// Whether a date may stand in a command (RFC 3501 `date-time`): `17-Jul-1996 02:44:25 -0700`.
pub(crate) fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let shape = "dd-mmm-dddd dd:dd:dd sdddd";
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).enumerate().all(|(place, (byte, wanted))| match wanted {
            b'd' => byte.is_ascii_digit() || place == 0 && byte == b' ',
            b'm' => byte.is_ascii_alphabetic(),
            b's' => matches!(byte, b'+' | b'-'),
            _ => byte == wanted,
        })
        && text.get(3..6).is_some_and(|month| MONTHS.iter().any(|known| known.eq_ignore_ascii_case(month)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_in_one_order_and_what_cannot_be_carried_is_told() {
        let given = ["\\seen", "Work", "\\Recent", "\\Seen", "\\Phishing", "a b"].map(str::to_owned);
        let (kept, lost) = clean_flags(&given);
        assert_eq!(kept, ["Work", "\\Seen"]);
        assert_eq!(lost, ["\\Phishing", "a b"]);
    }

    #[test]
    fn only_whole_dates_are_passed_on() {
        for (text, is_one) in [
            ("17-Jul-1996 02:44:25 -0700", true),
            (" 7-Jul-1996 02:44:25 +0000", true),
            ("7-Jul-1996 02:44:25 +0000", false),
            ("17-Jux-1996 02:44:25 +0000", false),
            ("17-Jul-1996 02:44:25 +0000\" {5}", false),
            (" ", false),
        ] {
            assert_eq!(is_date(text), is_one, "{text}");
        }
    }

    #[test]
    fn line_ends_become_crlf_and_the_rest_stays() {
        assert_eq!(*with_crlf(b"a\nb\r\nc\rd\n\n"), *b"a\r\nb\r\nc\rd\r\n\r\n");
        assert!(matches!(with_crlf(b"a\r\n\0\xff"), std::borrow::Cow::Borrowed(_)));
        assert_eq!(digest(b"a\n\0"), digest(b"a\r\r\n\x80"));
        assert_eq!(sizes(b"a\n\0\r\r\n"), [7, 6]);
    }

    #[test]
    fn headers_alone_give_the_key_of_the_whole_message() {
        let message = b"Received: x\r\nFrom: a@b\r\nSubject: hello\r\n there\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n";
        let headers = b"From: a@b\r\nSubject: hello\r\n there\r\nMessage-ID: <1@x>\r\n\r\n".to_vec();
        let size = Some(u64::try_from(message.len()).unwrap());
        let fetched = Fetched { size, body: Some(headers), ..Fetched::default() };
        assert_eq!(key_of_headers(&fetched), Some(key_of(message)));
        let bare = Fetched { size, body: Some(b"\r\n".to_vec()), ..Fetched::default() };
        assert_eq!(key_of_headers(&bare), None);
    }

    #[tokio::test]
    async fn a_message_larger_than_all_that_is_held_still_goes() {
        let (outlet, _inlet) = way(100);
        let held = outlet.room(5_000).await;
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), outlet.room(1)).await.is_err());
        drop(held);
        assert!(outlet.room(1).await.is_some());
    }
}
