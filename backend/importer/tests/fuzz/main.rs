//! Seeded fuzzers of every reader: what others wrote, broken in the ways in which things break.
//!
//! | room | holds |
//! |---|---|
//! | [`readers`] | one test a reader |
//! | [`seeds`] | what is broken: the fixtures beside this checkout, and small seeds written here |
//! | [`texts`] | those small seeds |
//! | [`tree`] | files, folders and archives before they are packed |
//! | `opened` | archives that are made up elsewhere, opened |
//! | [`change`] | how they are broken, and what is planted in them |
//! | [`planted`] | what is planted in each format |
//! | [`words`] | words that mean something to each format |
//! | [`judge`] | the verdict: no panic, in time, within memory, the same twice, the books agree |
//! | [`books`] | what must hold of everything that a reader says |
//! | [`mail`] | mailboxes, message by message |
//! | [`keep`] | findings: written to a folder, read again from there |
//!
//! Each runs for a moment among the tests; `cargo xtask fuzz readers --minutes N` runs them all for longer.
//! The environment says so: `HOSTWRIGHT_FUZZ_SEED`, `HOSTWRIGHT_FUZZ_MINUTES` and `HOSTWRIGHT_FUZZ_ROUND` as
//! for the other fuzzers, `HOSTWRIGHT_FUZZ_FOLDER` for where inputs and findings are kept, and
//! `HOSTWRIGHT_FUZZ_REPLAY` for the folder of one finding, which is judged again and nothing else.
//! `HOSTWRIGHT_FIXTURES` names the folder of the fixtures where it is not beside the checkout.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests; what is not as expected fails them")]

mod books;
mod change;
mod judge;
mod keep;
mod mail;
#[cfg(feature = "synthetic")]
mod opened;
mod planted;
mod readers;
mod seeds;
mod texts;
mod tree;
mod words;
