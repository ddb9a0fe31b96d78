//! Bytes in and out: one response at a time, with its literals (RFC 3501 2.2.2 and 4.3).

use std::io;
use std::ops::Range;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::fault::{Fault, FaultCode, clipped};

/// A line that is no literal may have this many bytes: long lists of flags are far below.
const MOST_LINE: usize = 1 << 20;
/// Bytes asked for at once.
const CHUNK: usize = 64 * 1_024;

/// What bytes come through.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Why a line cannot be used any more.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It ended.
    Lost(String),
    /// The server said nothing for too long.
    TimedOut,
    /// What came cannot be told apart any more.
    Bad(String),
}

impl Broken {
    pub(crate) fn fault(&self, place: &str) -> Fault {
        match self {
            Self::Lost(reason) => Fault::new(FaultCode::ConnectionLost, place, reason),
            Self::TimedOut => Fault::new(FaultCode::TimedOut, place, "the server said nothing for too long"),
            Self::Bad(what) => Fault::new(FaultCode::BadResponse, place, clipped(what)),
        }
    }

    fn lost(error: &io::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

/// One response with its literals.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// As it came, the last line end included.
    pub text: Vec<u8>,
    /// Where its literals are.
    pub literals: Vec<Range<usize>>,
    /// Bytes of a literal that was larger than is held; `NIL` stands in its place.
    pub dropped: Option<u64>,
}

/// The line.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    input: Vec<u8>,
    /// What of the input was taken.
    at: usize,
    partial: Frame,
    /// Bytes of the partial response that are no literal.
    line_bytes: usize,
    /// Bytes of the partial response that are literals.
    held: u64,
    /// Bytes of a literal that are still to come, and to be kept.
    wanted: usize,
    /// Bytes of a literal that are still to come, and to be thrown away.
    unwanted: u64,
    most_literal: u64,
    timeout: Duration,
    output: Vec<u8>,
    /// Bytes that came since this was asked last.
    came: u64,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>, most_literal: u64, timeout: Duration) -> Self {
        Self {
            stream,
            input: Vec::with_capacity(CHUNK),
            at: 0,
            partial: Frame::default(),
            line_bytes: 0,
            held: 0,
            wanted: 0,
            unwanted: 0,
            most_literal,
            timeout,
            output: Vec::new(),
            came: 0,
        }
    }

    /// The stream for TLS to go on with; `None` where bytes came that belong before it.
    pub(super) fn into_clear_stream(self) -> Option<Box<dyn Stream>> {
        (self.at == self.input.len() && self.partial.text.is_empty()).then_some(self.stream)
    }

    /// Bytes that came since this was asked last.
    pub(super) fn take_count(&mut self) -> u64 {
        std::mem::take(&mut self.came)
    }

    /// The next response.
    pub(super) async fn frame(&mut self) -> Result<Frame, Broken> {
        loop {
            if let Some(frame) = self.advance()? {
                return Ok(frame);
            }
            self.fill().await?;
        }
    }

    /// Goes as far as the input allows.
    fn advance(&mut self) -> Result<Option<Frame>, Broken> {
        loop {
            let ready = self.input.get(self.at..).unwrap_or_default();
            if self.wanted > 0 {
                let count = self.wanted.min(ready.len());
                self.partial.text.extend_from_slice(ready.get(..count).unwrap_or_default());
                self.at += count;
                self.wanted -= count;
                if self.wanted > 0 {
                    return Ok(None);
                }
                continue;
            }
            if self.unwanted > 0 {
                let count = self.unwanted.min(u64::try_from(ready.len()).unwrap_or(u64::MAX));
                self.at += usize::try_from(count).unwrap_or(ready.len());
                self.unwanted -= count;
                if self.unwanted > 0 {
                    return Ok(None);
                }
                continue;
            }
            let Some(end) = ready.iter().position(|byte| *byte == b'\n') else {
                if ready.len() > MOST_LINE {
                    return Err(Broken::Bad("a line without end".to_owned()));
                }
                return Ok(None);
            };
            let line = ready.get(..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.at += end + 1;
            if line.is_empty() && self.partial.text.is_empty() {
                // Some servers send an empty line between responses.
                continue;
            }
            let begins = self.partial.text.len();
            self.partial.text.extend_from_slice(line);
            // Each line counts a little more than it has, so that endless small literals end, too.
            self.line_bytes += line.len() + 16;
            if self.line_bytes > MOST_LINE {
                return Err(Broken::Bad("a response without end".to_owned()));
            }
            match literal_size(line) {
                None => {
                    self.partial.text.extend_from_slice(b"\r\n");
                    self.line_bytes = 0;
                    self.held = 0;
                    return Ok(Some(std::mem::take(&mut self.partial)));
                }
                Some(size) if size > self.most_literal => {
                    // The brace and what follows it give way to NIL.
                    let brace = self.partial.text.iter().rposition(|byte| *byte == b'{').unwrap_or(begins);
                    self.partial.text.truncate(brace);
                    self.partial.text.extend_from_slice(b"NIL");
                    self.partial.dropped = Some(size);
                    self.unwanted = size;
                }
                Some(size) => {
                    self.partial.text.extend_from_slice(b"\r\n");
                    let size = usize::try_from(size).map_err(|_too_large| Broken::Bad("a literal".to_owned()))?;
                    let from = self.partial.text.len();
                    self.partial.literals.push(from..from + size);
                    self.wanted = size;
                    self.held = self.held.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
                    if self.held > self.most_literal.saturating_add(1 << 20) {
                        return Err(Broken::Bad("a response of many large literals".to_owned()));
                    }
                }
            }
        }
    }

    /// Waits for more bytes. Those of a literal go where they belong at once.
    async fn fill(&mut self) -> Result<(), Broken> {
        if self.at == self.input.len() {
            self.input.clear();
            self.at = 0;
        } else if self.at > CHUNK {
            self.input.drain(..self.at);
            self.at = 0;
        }
        let read = if self.wanted > 0 && self.input.is_empty() {
            self.partial.text.reserve(self.wanted.min(CHUNK * 4));
            let most = u64::try_from(self.wanted).unwrap_or(u64::MAX);
            let mut part = (&mut self.stream).take(most);
            tokio::time::timeout(self.timeout, part.read_buf(&mut self.partial.text)).await
        } else {
            self.input.reserve(CHUNK);
            tokio::time::timeout(self.timeout, self.stream.read_buf(&mut self.input)).await
        };
        let count = match read {
            Err(_elapsed) => return Err(Broken::TimedOut),
            Ok(Err(error)) => return Err(Broken::lost(&error)),
            Ok(Ok(0)) => return Err(Broken::Lost("the server closed the line".to_owned())),
            Ok(Ok(count)) => count,
        };
        if self.wanted > 0 && self.input.is_empty() {
            self.wanted = self.wanted.saturating_sub(count);
        }
        self.came = self.came.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Adds to what is sent; much of it is sent at once.
    pub(super) async fn put(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if bytes.len() >= CHUNK {
            self.send().await?;
            return self.send_all(bytes).await;
        }
        self.output.extend_from_slice(bytes);
        if self.output.len() >= CHUNK { self.send().await } else { Ok(()) }
    }

    /// Sends what was put.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        self.send().await?;
        match tokio::time::timeout(self.timeout, self.stream.flush()).await {
            Err(_elapsed) => Err(Broken::TimedOut),
            Ok(done) => done.map_err(|error| Broken::lost(&error)),
        }
    }

    async fn send(&mut self) -> Result<(), Broken> {
        let output = std::mem::take(&mut self.output);
        let done = self.send_all(&output).await;
        self.output = output;
        self.output.clear();
        done
    }

    /// In pieces, because the time to wait is that of one.
    async fn send_all(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        for piece in bytes.chunks(CHUNK * 4) {
            match tokio::time::timeout(self.timeout, self.stream.write_all(piece)).await {
                Err(_elapsed) => return Err(Broken::TimedOut),
                Ok(done) => done.map_err(|error| Broken::lost(&error))?,
            }
        }
        Ok(())
    }
}

/// The bytes that a line announces with `{5}` at its end.
fn literal_size(line: &[u8]) -> Option<u64> {
    let inner = line.strip_suffix(b"}")?;
    let brace = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(brace + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    std::str::from_utf8(digits).ok().filter(|text| !text.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    /// What comes of bytes that arrive in pieces of a size.
    async fn frames(sent: &[u8], piece: usize, most: u64) -> (Vec<Frame>, Broken) {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let mut wire = Wire::new(Box::new(ours), most, Duration::from_secs(5));
        // The line is dropped with its reader, so that whoever writes does not wait for ever.
        let reading = async move {
            let mut all = Vec::new();
            loop {
                match wire.frame().await {
                    Ok(frame) => all.push(frame),
                    Err(broken) => return (all, broken),
                }
            }
        };
        let writing = async {
            for part in sent.chunks(piece) {
                if theirs.write_all(part).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(theirs);
        };
        tokio::join!(reading, writing).0
    }

    #[tokio::test]
    async fn a_response_comes_whole_however_its_bytes_arrive() {
        let sent = b"* OK hi\r\n\r\n* 1 FETCH (UID 1 BODY[] {7}\r\na)\r\n\0\xffz FLAGS ())\r\nh1 OK done\n";
        for piece in [1, 2, 3, 7, 1_000] {
            let (all, end) = frames(sent, piece, 100).await;
            let texts: Vec<&[u8]> = all.iter().map(|frame| frame.text.as_slice()).collect();
            assert_eq!(texts.len(), 3, "{piece}");
            assert_eq!(texts[1], b"* 1 FETCH (UID 1 BODY[] {7}\r\na)\r\n\0\xffz FLAGS ())\r\n");
            assert_eq!(texts[1][all[1].literals[0].clone()], *b"a)\r\n\0\xffz");
            assert_eq!(texts[2], b"h1 OK done\r\n");
            assert!(matches!(end, Broken::Lost(_)));
        }
    }

    #[tokio::test]
    async fn a_literal_that_is_too_large_is_read_over() {
        let mut sent = b"* 1 FETCH (UID 1 BODY[] {5000}\r\n".to_vec();
        sent.extend(std::iter::repeat_n(b'x', 5_000));
        sent.extend_from_slice(b")\r\nh1 OK\r\n");
        let (all, _) = frames(&sent, 999, 100).await;
        assert_eq!(all[0].text, b"* 1 FETCH (UID 1 BODY[] NIL)\r\n");
        assert_eq!(all[0].dropped, Some(5_000));
        assert_eq!(all[1].text, b"h1 OK\r\n");
    }

    #[tokio::test]
    async fn a_line_that_does_not_end_is_refused() {
        let sent = vec![b'x'; MOST_LINE + 10_000];
        let (all, end) = frames(&sent, 65_536, 100).await;
        assert!(all.is_empty() && matches!(end, Broken::Bad(_)));
    }

    #[tokio::test]
    async fn small_literals_without_end_are_refused() {
        let mut sent = b"* 1 FETCH (".to_vec();
        for _ in 0..200_000 {
            sent.extend_from_slice(b"X {9}\r\n123456789 ");
        }
        let (all, end) = frames(&sent, 65_536, 10 << 20).await;
        assert!(all.is_empty() && matches!(end, Broken::Bad(_)));
    }
}
