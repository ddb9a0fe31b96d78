//! Seeded fuzzers of what reads strangers' bytes: uploads, mails, the quote token.
//!
//! Each runs for a fixed number of rounds among the tests. `cargo xtask fuzz NAME
//! --seed N --minutes M` runs the same test for longer: it says so in the environment,
//! and the first thing printed is the seed by which the run can be repeated.

use std::time::{Duration, Instant};

use xtask::random::Random;

mod mail;
mod quote;
mod uploads;

/// The seed of the runs among the tests.
const SEED: u64 = 20_261_120;

/// How long a fuzzer runs.
enum Length {
    Rounds(u64),
    Time(Duration),
}

/// Calls `round` with the random source of each round in turn, which depends on the
/// seed and the round's number alone.
pub fn run(name: &str, rounds: u64, mut round: impl FnMut(&mut Source)) {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = asked("HOSTWRIGHT_FUZZ_SEED").unwrap_or(SEED);
    let length = match asked("HOSTWRIGHT_FUZZ_MINUTES") {
        Some(minutes) => Length::Time(Duration::from_secs(minutes * 60)),
        None => Length::Rounds(rounds),
    };
    let first = asked("HOSTWRIGHT_FUZZ_ROUND");
    println!("fuzz {name}: seed {seed}");
    let started = Instant::now();
    let mut number = first.unwrap_or(0);
    loop {
        let done = match length {
            Length::Rounds(most) => number >= first.unwrap_or(0) + if first.is_some() { 1 } else { most },
            Length::Time(most) => started.elapsed() >= most,
        };
        if done {
            break;
        }
        let mut source = Source::new(seed, number);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| round(&mut source)));
        if let Err(fault) = outcome {
            eprintln!(
                "fuzz {name}: seed {seed}, round {number} failed; again with HOSTWRIGHT_FUZZ_SEED={seed} HOSTWRIGHT_FUZZ_ROUND={number}"
            );
            std::panic::resume_unwind(fault);
        }
        number += 1;
    }
    println!("fuzz {name}: {number} rounds in {} s, nothing found", started.elapsed().as_secs());
}

/// Random numbers and what is made of them.
pub struct Source(Random);

impl Source {
    fn new(seed: u64, round: u64) -> Self {
        // Neighbouring rounds have nothing in common.
        Self(Random::new(Random::new(seed).draw() ^ Random::new(round).draw()))
    }

    pub fn draw(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number below `most`; 0 when that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % u64::try_from(most.max(1)).unwrap()).unwrap()
    }

    pub fn one_of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most + 1)).map(|_| self.draw().to_le_bytes()[0]).collect()
    }

    /// A text of odd characters and, now and then, of a phrase that means something
    /// to a parser.
    pub fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.below(most + 1) {
            match self.below(6) {
                0 => text.push_str(self.one_of(PHRASES)),
                1 => text.push(char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).unwrap_or('\u{fffd}')),
                2 => text.push(char::from(u8::try_from(self.below(32)).unwrap())),
                _ => text.push(char::from(u8::try_from(32 + self.below(95)).unwrap())),
            }
        }
        text
    }

    /// Changes bytes a few times: flips, cuts, repeats, moves, phrases, lengths.
    pub fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            match self.below(8) {
                0 if !bytes.is_empty() => {
                    let index = self.below(bytes.len());
                    bytes[index] ^= 1 << self.below(8);
                }
                1 if !bytes.is_empty() => {
                    let index = self.below(bytes.len());
                    bytes[index] = self.draw().to_le_bytes()[0];
                }
                2 => {
                    let end = (at + self.below(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
                3 => {
                    let end = (at + self.below(60)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, piece);
                }
                4 => {
                    let phrase = self.one_of(PHRASES);
                    bytes.splice(at..at, phrase.bytes());
                }
                5 => {
                    let piece = self.bytes(20);
                    bytes.splice(at..at, piece);
                }
                6 => bytes.truncate(at),
                _ => {
                    let byte = *self.one_of(&[&0_u8, &b'\r', &b'\n', &b'"', &b'-', &b'=', &b'.', &0xff, &b' ', &b'\\']);
                    let run = vec![byte; self.below(200)];
                    bytes.splice(at..at, run);
                }
            }
        }
    }
}

/// What parsers of forms, mails and tokens look for.
const PHRASES: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "\n.\r\n",
    "--",
    "----hostwright\r\n",
    "----hostwright--\r\n",
    "Content-Disposition: form-data; name=\"files\"",
    "filename=\"../../x\"",
    "filename*=UTF-8''%2e%2e%2fx",
    "name=\"\"",
    "Content-Type: text/html",
    "Content-Length: 99999999999",
    "Content-Transfer-Encoding: base64",
    "Bcc: victim@evil.example",
    "X-Evil: yes",
    "=?utf-8?q?=0d=0aX-Evil:_yes?=",
    "@",
    "\"",
    "<",
    ">",
    "<script>",
    "&amp;",
    "{ $name }",
    "{\"",
    "\\u0000",
    "\u{0}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffc}",
    "%00",
    "%ff",
    "..",
    "/",
    "\\",
    "eyJ",
    "null",
    "9223372036854775808",
    "-1",
    "1e400",
    ".",
    "==",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "xn--",
    "[::1]",
    "(comment)",
];
