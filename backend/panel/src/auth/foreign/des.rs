//! The first crypt(3): DES with 12 bits of salt, 25 times over nothing.
//!
//! Small and slow on purpose: it runs once for each person, whose hash is then replaced.
//! The tables are those of FIPS 46-3; positions count from 1, the highest bit first.

use super::crypt::{letter, value};

const INITIAL: [u32; 64] = [
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32,
    24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47,
    39, 31, 23, 15, 7,
];
const FINAL: [u32; 64] = [
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21,
    61, 29, 36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9,
    49, 17, 57, 25,
];
const EXPANSION: [u32; 48] = [
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17, 16, 17, 18, 19, 20, 21, 20, 21,
    22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
];
const PERMUTATION: [u32; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4,
    25,
];
const KEY_CHOICE: [u32; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
    47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
const ROUND_CHOICE: [u32; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
    40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const SHIFTS: [u32; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
const BOXES: [[u64; 64]; 8] = [
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8, 4,
        1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
    ],
    [
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5, 0,
        14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
    ],
    [
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1, 13,
        6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
    ],
    [
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9, 10,
        6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
    ],
    [
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6, 4,
        2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
    ],
    [
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8, 9,
        14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
    ],
    [
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6, 1,
        4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
    ],
    [
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2, 7,
        11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ],
];

/// Hashes the password with the salt of a hash; none when the letters are not of crypt(3).
pub(super) fn crypt(hash: &[u8; 13], password: &str) -> Option<[u8; 13]> {
    if hash.iter().any(|letter| value(*letter).is_none()) {
        return None;
    }
    let [first, second, ..] = *hash;
    let salt = salt(value(first)? | value(second)? << 6);
    let keys = keys(password.as_bytes());
    let block = (0..25).fold(0, |block, _| encrypt(block, &keys, salt));
    let mut out = [first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // Eleven letters of six bits: the last one has four, and two of nothing.
    for (place, slot) in (0_u32..).zip(out.iter_mut().skip(2)) {
        let wide = u128::from(block) << 2;
        *slot = letter(u64::try_from(wide >> (60_u32.saturating_sub(place.saturating_mul(6))) & 63).ok()?);
    }
    Some(out)
}

/// The bits of a value, chosen in the order of a table.
fn choose(bits: u64, width: u32, table: &[u32]) -> u64 {
    table.iter().fold(0, |out, place| out << 1 | bits >> width.saturating_sub(*place) & 1)
}

/// Which of the first 24 expanded bits change places with the 24 after them.
fn salt(bits: u64) -> u64 {
    (0_u32..12).fold(0, |mask, bit| mask | (bits >> bit & 1) << 23_u32.saturating_sub(bit))
}

fn keys(password: &[u8]) -> Vec<u64> {
    let letters = password.iter().copied().chain(std::iter::repeat(0)).take(8);
    let key = letters.fold(0_u64, |key, letter| key << 8 | u64::from(letter << 1));
    let chosen = choose(key, 64, &KEY_CHOICE);
    let (mut high, mut low) = (chosen >> 28, chosen & 0x0fff_ffff);
    let turned = |half: u64, by: u32| (half << by | half >> 28_u32.saturating_sub(by)) & 0x0fff_ffff;
    SHIFTS
        .iter()
        .map(|by| {
            (high, low) = (turned(high, *by), turned(low, *by));
            choose(high << 28 | low, 56, &ROUND_CHOICE)
        })
        .collect()
}

fn encrypt(block: u64, keys: &[u64], salt: u64) -> u64 {
    let start = choose(block, 64, &INITIAL);
    let (mut left, mut right) = (start >> 32, start & 0xffff_ffff);
    for key in keys {
        (left, right) = (right, left ^ scrambled(right, *key, salt));
    }
    choose(right << 32 | left, 64, &FINAL)
}

fn scrambled(half: u64, key: u64, salt: u64) -> u64 {
    let expanded = choose(half, 32, &EXPANSION);
    let (high, low) = (expanded >> 24, expanded & 0x00ff_ffff);
    let swapped = (high ^ low) & salt;
    let mixed = ((high ^ swapped) << 24 | (low ^ swapped)) ^ key;
    let boxed = BOXES.iter().zip((0_u32..8).rev()).fold(0, |out, (table, place)| {
        let six = mixed >> place.saturating_mul(6) & 63;
        // The outer two bits choose the row, the inner four the column.
        let at = (six & 0b10_0000) | (six & 1) << 4 | six >> 1 & 0b1111;
        out << 4 | usize::try_from(at).ok().and_then(|at| table.get(at)).copied().unwrap_or_default()
    });
    choose(boxed, 32, &PERMUTATION)
}
