//! Names inside data.

use super::super::name::Name;
use super::{BadData, Words};

pub(super) fn read(words: &mut Words<'_>, lowers: bool, out: &mut Vec<u8>) -> Result<(), BadData> {
    let name = Name::read(words.word()?, words.origin)?;
    if lowers {
        name.lower().to_wire(out)
    } else {
        name.to_wire(out)
    }
    Ok(())
}
