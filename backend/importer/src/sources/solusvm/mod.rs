//! SolusVM 1: answers of its admin API as they were recorded (`rdtype=json`).
//!
//! Everything is text, numbers included; a list may be a list of objects, words separated
//! by commas, or, when empty, an empty text. An answer does not say what was asked, so it
//! is told by its keys. Answers about the same server or guest are put together.

mod answers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::guests::emit::Emitter;
use super::guests::files;
use super::guests::leftovers::Leftovers;
use crate::snapshot::{Guest, Login, Party, Product, Server};
use crate::sources::Input;
use crate::{Gap, GapKind, Kind, Refusal, Sink};

/// Who keeps what the new place has no use for.
const SPARED: &str = "kept by SolusVM, not needed";

/// Everything that was read.
#[derive(Default)]
struct Estate {
    servers: BTreeMap<String, (String, Server)>,
    parties: BTreeMap<String, (String, Party)>,
    logins: BTreeMap<String, (String, Login)>,
    products: Vec<(String, Product)>,
    guests: BTreeMap<String, Draft>,
}

/// One guest while it is put together.
#[derive(Default)]
struct Draft {
    place: String,
    guest: Guest,
    left: Leftovers,
}

/// Reads recorded answers.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let list = files::list(input)?;
    let mut out = Emitter::new(sink);
    let mut estate = Estate::default();
    files::each(&list, &mut out, |file, out| {
        if file.is_link {
            let gap = Gap::new(GapKind::PartUnread, &file.place, "a link; only the file it leads to is read");
            return out.gap(gap);
        }
        let (text, _) = files::text(file, &input.limits)?;
        answers::read(&text, file, &mut estate, out)
    })?;
    emit(estate, &mut out)
}

fn emit(estate: Estate, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    for (place, server) in estate.servers.into_values() {
        out.record(&place, server)?;
    }
    let parties: Vec<String> = estate.parties.keys().cloned().collect();
    for (place, party) in estate.parties.into_values() {
        out.record(&place, party)?;
    }
    for (place, login) in estate.logins.into_values() {
        out.record(&place, login)?;
    }
    for (place, product) in estate.products {
        out.record(&place, product)?;
    }
    let mut dangling = 0_u64;
    for draft in estate.guests.into_values() {
        if draft.guest.party.as_ref().is_some_and(|party| !parties.contains(party)) {
            dangling = dangling.saturating_add(1);
        }
        out.guest(&draft.place, draft.guest, draft.left, SPARED)?;
    }
    if dangling > 0 {
        let mut gap =
            Gap::new(GapKind::Dangling, "guests", "the client is not among the answers given").field("clientid");
        gap.record = Some(Kind::Guest);
        out.gap(gap.times(dangling))?;
    }
    Ok(())
}
