//! Rounds of a seeded fuzzer: how many, from which seed, and the random source of each.
//!
//! The environment says what is asked: `HOSTWRIGHT_FUZZ_SEED`, `HOSTWRIGHT_FUZZ_MINUTES` and, to see one
//! round again, `HOSTWRIGHT_FUZZ_ROUND`.
#![expect(clippy::indexing_slicing, reason = "only tests run this, and every place is drawn below the length")]

use std::time::{Duration, Instant};

use crate::lab::variable;
use crate::random::Random;

/// The seed of the runs among the tests.
const SEED: u64 = 20_261_120;

/// How long a fuzzer runs.
enum Length {
    Rounds(u64),
    Time(Duration),
}

/// Calls `round` with the random source of each round in turn, which depends on the
/// seed and the round's number alone. Says how many there were.
pub fn run(name: &str, rounds: u64, mut round: impl FnMut(&mut Source)) -> u64 {
    let asked = |name: &str| variable(name).and_then(|value| value.parse::<u64>().ok());
    let seed = asked("HOSTWRIGHT_FUZZ_SEED").unwrap_or(SEED);
    let length = match asked("HOSTWRIGHT_FUZZ_MINUTES") {
        Some(minutes) => Length::Time(Duration::from_secs(minutes.saturating_mul(60))),
        None => Length::Rounds(rounds),
    };
    let only = asked("HOSTWRIGHT_FUZZ_ROUND");
    println!("fuzz {name}: seed {seed}");
    let started = Instant::now();
    let first = only.unwrap_or(0);
    let mut number = first;
    loop {
        let done = match length {
            _ if only.is_some() => number > first,
            Length::Rounds(most) => number >= most,
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
        number = number.saturating_add(1);
    }
    println!("fuzz {name}: {} rounds in {} s", number.saturating_sub(first), started.elapsed().as_secs());
    number.saturating_sub(first)
}

/// Random numbers and what is made of them.
#[derive(Debug)]
pub struct Source {
    random: Random,
    seed: u64,
    round: u64,
}

impl Source {
    /// The source of one round of a seed.
    #[must_use]
    pub fn new(seed: u64, round: u64) -> Self {
        // Neighbouring rounds have nothing in common.
        let random = Random::new(Random::new(seed).draw() ^ Random::new(round).draw());
        Self { random, seed, round }
    }

    /// The seed and the round that it is of.
    #[must_use]
    pub fn origin(&self) -> (u64, u64) {
        (self.seed, self.round)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.random.draw()
    }

    /// A number below `most`; 0 when that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(most.max(1)).unwrap_or(1))).unwrap_or(0)
    }

    /// One of these.
    pub fn one_of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// Any bytes, up to so many.
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most.saturating_add(1))).map(|_| self.byte()).collect()
    }

    fn byte(&mut self) -> u8 {
        self.draw().to_le_bytes()[0]
    }

    /// A text of odd characters and, now and then, of a phrase that means something
    /// to a parser.
    pub fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.below(most.saturating_add(1)) {
            match self.below(6) {
                0 => text.push_str(self.one_of(PHRASES)),
                1 => text.push(self.character(0, 0x11_0000)),
                2 => text.push(self.character(0, 32)),
                _ => text.push(self.character(32, 95)),
            }
        }
        text
    }

    /// One of so many characters from this one on.
    fn character(&mut self, first: u32, many: usize) -> char {
        let number = u32::try_from(self.below(many)).unwrap_or(0).saturating_add(first);
        char::from_u32(number).unwrap_or('\u{fffd}')
    }

    /// Changes bytes a few times: flips, cuts, repeats, moves, phrases, lengths.
    pub fn mutate(&mut self, bytes: &mut Vec<u8>) {
        self.mutate_with(bytes, PHRASES);
    }

    /// As [`Self::mutate`], with phrases that mean something to another parser.
    pub fn mutate_with(&mut self, bytes: &mut Vec<u8>, phrases: &[&str]) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len().saturating_add(1));
            match self.below(8) {
                0 if !bytes.is_empty() => {
                    let index = self.below(bytes.len());
                    bytes[index] ^= self.one_of(&[&1_u8, &2, &4, &8, &16, &32, &64, &128]);
                }
                1 if !bytes.is_empty() => {
                    let index = self.below(bytes.len());
                    bytes[index] = self.byte();
                }
                2 => {
                    let end = at.saturating_add(self.below(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
                3 => {
                    let end = at.saturating_add(self.below(60)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len().saturating_add(1));
                    bytes.splice(to..to, piece);
                }
                4 => {
                    let phrase = self.one_of(phrases);
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
