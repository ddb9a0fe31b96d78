//! Certificates with their keys: `apache_tls/`, and `sslcerts/` with `sslkeys/` of old versions.

use super::super::panel_certificates::record;
use super::account::Account;
use super::collect::Collected;
use crate::formats::certificates::{self, PemBlock};
use crate::snapshot::{GapKind, Kind};
use crate::{Refusal, Sink};

/// Tells all certificates of the account.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    for (name, text) in collected.parts.take_below("apache_tls/") {
        let blocks = certificates::pem_blocks(&text);
        one(account, &name, &format!("apache_tls/{name}"), blocks, collected, sink)?;
    }
    for (file, text) in collected.parts.take_below("sslcerts/") {
        let part = format!("sslcerts/{file}");
        let Some(name) = file.strip_suffix(".crt") else {
            let is_more = file.ends_with(".cabundle") || file.ends_with(".csr");
            let reason = if is_more {
                "bundles and requests are read with apache_tls only"
            } else {
                "it is no certificate file"
            };
            collected.parts.gap(GapKind::Skipped, &part, reason);
            continue;
        };
        let mut blocks = certificates::pem_blocks(&text);
        blocks.extend(
            collected.parts.take(&format!("sslkeys/{name}.key")).iter().flat_map(|key| certificates::pem_blocks(key)),
        );
        one(account, name, &part, blocks, collected, sink)?;
    }
    for (file, _) in collected.parts.take_below("sslkeys/") {
        collected.parts.gap(GapKind::Dangling, &format!("sslkeys/{file}"), "a key without its certificate");
    }
    Ok(())
}

fn one(
    account: &Account,
    name: &str,
    part: &str,
    blocks: Vec<PemBlock>,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let Some(record) = record(account.own(part), Some(account.id.clone()), name, blocks) else {
        collected.parts.gap(GapKind::Skipped, part, "no certificate is in it");
        return Ok(());
    };
    if record.expires.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            part,
            Kind::Certificate,
            &record.id,
            "expires",
            "the certificate's last day could not be read",
        );
    }
    if record.private_key.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            part,
            Kind::Certificate,
            &record.id,
            "private_key",
            "no key is with it",
        );
    }
    sink.record(record)
}
