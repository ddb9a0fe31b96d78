//! One question to a name server: the SOA of a zone, over UDP, and over TCP where the
//! answer is too long for that.
//!
//! Deliberately absent: everything else of DNS. Nothing here resolves names, follows
//! referrals or remembers answers; the server that is asked is our own.

use std::net::SocketAddr;
use std::time::Duration;

use hostwright_kernel::id::random_bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// For one try.
const PATIENCE: Duration = Duration::from_secs(2);
/// Datagrams are lost now and then.
const TRIES: u32 = 3;
/// Names that one name may lead on to, far more than any answer needs.
const JUMPS: u32 = 64;
/// The type of an SOA.
const SOA: u16 = 6;
/// The class of the Internet.
const IN: u16 = 1;

/// Why the server gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// It cannot be reached, or does not answer in time.
    #[error("{0} does not answer: {1}")]
    Silent(SocketAddr, String),
    /// It answers what is no answer to the question.
    #[error("{0} answers something unreadable: {1}")]
    Unreadable(SocketAddr, &'static str),
    /// It has the zone and cannot answer from it.
    #[error("{0} has the zone and cannot serve it (response code {1})")]
    Failed(SocketAddr, u8),
}

/// What the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It serves the zone with this serial.
    Serial(u32),
    /// It does not serve the zone.
    NotServed,
    /// It knows the zone and has nothing to serve.
    Failed(u8),
    /// The answer did not fit a datagram.
    Cut,
}

/// The serial of a zone that `server` serves with authority; none when it says that it
/// does not serve it.
///
/// # Errors
/// [`NoAnswer`]: then nothing is known.
pub async fn serial(server: SocketAddr, zone: &str) -> Result<Option<u32>, NoAnswer> {
    let mut last = String::from("no time was left");
    for _ in 0..TRIES {
        let id = u16::from_be_bytes(random_bytes::<2>());
        let Some(question) = write_question(id, zone) else {
            return Err(NoAnswer::Unreadable(server, "the name cannot be asked for"));
        };
        let answer = match timeout(PATIENCE, over_udp(server, &question)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                last = error.to_string();
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            Err(_late) => {
                last = "it took too long".to_owned();
                continue;
            }
        };
        let said = read_answer(&answer, &question).map_err(|what| NoAnswer::Unreadable(server, what))?;
        let said = if said == Said::Cut {
            let answer = match timeout(PATIENCE, over_tcp(server, &question)).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => return Err(NoAnswer::Silent(server, error.to_string())),
                Err(_late) => return Err(NoAnswer::Silent(server, "it took too long over TCP".to_owned())),
            };
            read_answer(&answer, &question).map_err(|what| NoAnswer::Unreadable(server, what))?
        } else {
            said
        };
        return match said {
            Said::Serial(serial) => Ok(Some(serial)),
            Said::NotServed => Ok(None),
            Said::Failed(code) => Err(NoAnswer::Failed(server, code)),
            Said::Cut => Err(NoAnswer::Unreadable(server, "it is cut over TCP, too")),
        };
    }
    Err(NoAnswer::Silent(server, last))
}

async fn over_udp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let own: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0_u8; 4_096];
    loop {
        let length = socket.recv(&mut answer).await?;
        // Whoever guesses the port does not know the number.
        if answer.get(..2) == question.get(..2) {
            answer.truncate(length);
            return Ok(answer);
        }
    }
}

async fn over_tcp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).unwrap_or(u16::MAX);
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0_u8; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// The question; none for a name with labels that no name has.
fn write_question(id: u16, zone: &str) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(zone.len().saturating_add(18));
    message.extend_from_slice(&id.to_be_bytes());
    // A plain query, one question, nothing else.
    message.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in zone.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        message.push(length);
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
    message.extend_from_slice(&SOA.to_be_bytes());
    message.extend_from_slice(&IN.to_be_bytes());
    (zone.len() <= 254).then_some(message)
}

/// A message that is read from front to back.
struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl<'m> Reader<'m> {
    fn bytes(&mut self, count: usize) -> Result<&'m [u8], &'static str> {
        let end = self.at.checked_add(count).ok_or("it is too long")?;
        let bytes = self.message.get(self.at..end).ok_or("it ends in the middle")?;
        self.at = end;
        Ok(bytes)
    }

    fn short(&mut self) -> Result<u16, &'static str> {
        match self.bytes(2)? {
            [high, low] => Ok(u16::from_be_bytes([*high, *low])),
            _ => Err("it ends in the middle"),
        }
    }

    fn long(&mut self) -> Result<u32, &'static str> {
        match self.bytes(4)? {
            [a, b, c, d] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
            _ => Err("it ends in the middle"),
        }
    }

    /// A name in lower case, with what it points to; the reader stands behind it.
    fn name(&mut self) -> Result<Vec<u8>, &'static str> {
        let mut name = Vec::new();
        let mut behind = None;
        let mut jumps = 0_u32;
        loop {
            let length = *self.bytes(1)?.first().ok_or("it ends in the middle")?;
            match length {
                0 => break,
                1..=63 => {
                    let label = self.bytes(usize::from(length))?;
                    name.extend(label.iter().map(u8::to_ascii_lowercase));
                    name.push(b'.');
                }
                0xc0..=0xff => {
                    let low = *self.bytes(1)?.first().ok_or("it ends in the middle")?;
                    behind = behind.or(Some(self.at));
                    self.at = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    jumps = jumps.saturating_add(1);
                }
                _ => return Err("it has a label of an unknown kind"),
            }
            if jumps > JUMPS || name.len() > 255 {
                return Err("it has a name without end");
            }
        }
        self.at = behind.unwrap_or(self.at);
        Ok(name)
    }
}

/// What an answer to `question` says.
fn read_answer(message: &[u8], question: &[u8]) -> Result<Said, &'static str> {
    let mut reader = Reader { message, at: 0 };
    if Some(reader.bytes(2)?) != question.get(..2) {
        return Err("it is the answer to something else");
    }
    let flags = reader.short()?;
    let (is_answer, has_authority, is_cut) = (flags & 0x8000 != 0, flags & 0x0400 != 0, flags & 0x0200 != 0);
    if !is_answer {
        return Err("it is a question");
    }
    if is_cut {
        return Ok(Said::Cut);
    }
    let code = u8::try_from(flags & 0x000f).unwrap_or(u8::MAX);
    let (questions, answers) = (reader.short()?, reader.short()?);
    reader.bytes(4)?;
    // Refused, not there, not for this server: it is not served. A failure is something
    // else: the server has the zone in its configuration and could not load it.
    match code {
        0 => {}
        3 | 5 | 9 => return Ok(Said::NotServed),
        code => return Ok(Said::Failed(code)),
    }
    let mut asked = Reader { message: question, at: 12 };
    let zone = asked.name()?;
    for _ in 0..questions {
        if reader.name()? != zone {
            return Err("it is the answer to something else");
        }
        reader.bytes(4)?;
    }
    for _ in 0..answers {
        let owner = reader.name()?;
        let (kind, class) = (reader.short()?, reader.short()?);
        reader.long()?;
        let length = usize::from(reader.short()?);
        let behind = reader.at.checked_add(length).ok_or("it is too long")?;
        if owner == zone && kind == SOA && class == IN {
            reader.name()?;
            reader.name()?;
            let serial = reader.long()?;
            return Ok(if has_authority { Said::Serial(serial) } else { Said::NotServed });
        }
        reader.at = behind;
    }
    // An answer without the SOA is one about a name inside another zone, or a referral.
    Ok(Said::NotServed)
}

#[cfg(test)]
mod tests;
