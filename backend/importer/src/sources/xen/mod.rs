//! Xen's own descriptions of guests: `xm` and `xl` configuration files, S-expressions of
//! the old daemon, and libxl's JSON. What a file is shows in its first character; libvirt's
//! XML beside them is read as that.
//!
//! Nothing is evaluated: a value that would need it is a gap with its text.

mod config;
mod libxl;
mod strings;
#[cfg(test)]
mod tests;
mod xend;

use serde_json::Value;

use super::guests::emit::Emitter;
use super::guests::files::{self, Found};
use super::guests::json;
use super::libvirt;
use crate::formats::s_expressions::{self, Node};
use crate::sources::Input;
use crate::{Gap, GapKind, Limits, Refusal, RefusalCode, Sink};

/// Who keeps what the new place has no use for.
const SPARED: &str = "kept by Xen, not needed";

/// Reads configuration files and lists of domains.
///
/// # Errors
/// A [`Refusal`] where nothing given can be read, or the receiver stops.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut files = files::list(input)?;
    let started_with_host = files::started_with_host(&mut files, &["auto", "autostart"]);
    let around = libvirt::Around { started_with_host, ..libvirt::Around::default() };
    let mut out = Emitter::new(sink);
    files::each(&files, &mut out, |file, out| {
        if file.is_link {
            let gap = Gap::new(GapKind::PartUnread, &file.place, "a link; only the file it leads to is read");
            return out.gap(gap);
        }
        let (text, was_latin1) = files::text(file, &input.limits)?;
        if was_latin1 {
            let reason = "the text is not UTF-8; it was read as Latin-1";
            out.gap(Gap::new(GapKind::FactChanged, &file.place, reason))?;
        }
        match text.trim_start().chars().next() {
            Some('<') => libvirt::read_file(file, input, &around, out),
            Some('(') => read_expressions(&text, file, &input.limits, &around, out),
            Some('{' | '[') => read_json(&text, file, &around, out),
            Some('\0') => Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "it is no text")),
            Some(_) => {
                let (mut guest, left) = config::guest(&text, &file.place, file.stem(), &input.limits)?;
                let names = [guest.name.as_str(), file.stem(), file.name.as_str()];
                guest.starts_with_host = names.iter().any(|name| around.started_with_host.contains(*name));
                out.guest(&file.place, guest, left, SPARED)
            }
            None => Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the file is empty")),
        }
    })
}

fn read_expressions(
    text: &str,
    file: &Found,
    limits: &Limits,
    around: &libvirt::Around,
    out: &mut Emitter<'_>,
) -> Result<(), Refusal> {
    let parsed = s_expressions::parse(text, &file.place, limits)?;
    for (count, reason) in [
        (parsed.unclosed, "lists are not closed at the end; whatever followed is not there"),
        (parsed.stray, "closing brackets that close nothing were passed over"),
    ] {
        if count > 0 {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            out.gap(Gap::new(GapKind::FactChanged, &file.place, reason).times(count))?;
        }
    }
    let mut any = false;
    for node in &parsed.nodes {
        match node.list().and_then(<[Node]>::split_first) {
            Some((Node::Word(kind), inner)) if kind == "domain" || kind == "vm" => {
                any = true;
                let (mut guest, left) = xend::guest(inner, file.stem());
                guest.starts_with_host |= around.started_with_host.contains(&guest.name);
                out.guest(&file.place, guest, left, SPARED)?;
            }
            _ if any => {
                let short = super::guests::leftovers::short(&node.text());
                out.gap(Gap::new(GapKind::PartUnread, &file.place, format_args!("not a domain: {short}")))?;
            }
            _ => return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the list is no domain")),
        }
    }
    Ok(())
}

fn read_json(text: &str, file: &Found, around: &libvirt::Around, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let domains = match json::parse(text, &file.place)? {
        Value::Array(list) => list,
        one => vec![one],
    };
    let is_one = domains.len() == 1;
    for (index, domain) in domains.into_iter().enumerate() {
        let read = match domain {
            Value::Object(object) => libxl::guest(object, file.stem()),
            _ => None,
        };
        match read {
            // The host itself is in the list as domain 0.
            Some((guest, _)) if guest.name == "Domain-0" => {
                out.gap(Gap::new(GapKind::PartUnread, &file.place, "Domain-0 is the host, not a guest"))?;
            }
            Some((mut guest, left)) => {
                guest.starts_with_host = around.started_with_host.contains(&guest.name);
                out.guest(&file.place, guest, left, SPARED)?;
            }
            None if is_one => {
                return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the object is no domain of libxl"));
            }
            None => {
                let place = format!("{}, entry {}", file.place, index.saturating_add(1));
                out.gap(Gap::new(GapKind::Skipped, place, "the entry is no domain of libxl"))?;
            }
        }
    }
    Ok(())
}
