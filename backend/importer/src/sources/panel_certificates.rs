//! Certificates of hosting panels, from the blocks of their files.

use crate::formats::certificates::{self, PemBlock};
use crate::snapshot::Certificate;
use crate::snapshot::values::Secret;

/// A certificate from its blocks: the first certificate, the others as its chain, the key.
pub fn record(id: String, account: Option<String>, name: &str, blocks: Vec<PemBlock>) -> Option<Certificate> {
    let mut key = None;
    let mut texts: Vec<PemBlock> = Vec::new();
    for block in blocks {
        if block.is_private_key() {
            key.get_or_insert(Secret(block.text));
        } else if block.is_certificate() {
            texts.push(block);
        }
    }
    let mut texts = texts.into_iter();
    let own = texts.next()?;
    let facts = certificates::facts(&own).unwrap_or_default();
    let chain: String = texts.map(|block| block.text).collect();
    let domains = if facts.names.is_empty() { vec![name.to_lowercase()] } else { facts.names };
    Some(Certificate {
        id,
        account,
        domains,
        certificate: Some(own.text),
        chain: Some(chain).filter(|chain| !chain.is_empty()),
        private_key: key,
        expires: facts.last_day,
    })
}
