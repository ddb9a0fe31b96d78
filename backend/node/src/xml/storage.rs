//! Pools and volumes.

use super::element::{Element, XmlFault};
use super::facts::scaled_bytes;

/// A pool that is a folder of the node.
#[must_use]
pub fn folder_pool_xml(pool: &str, path: &str) -> String {
    Element::new("pool")
        .with("type", "dir")
        .child(Element::new("name").text(pool))
        .child(Element::new("target").child(Element::new("path").text(path)))
        .to_xml()
}

/// A volume of this size in bytes, in libvirt's word for the format.
#[must_use]
pub fn volume_xml(volume: &str, bytes: u64, format: &str) -> String {
    Element::new("volume")
        .child(Element::new("name").text(volume))
        .child(Element::new("capacity").with("unit", "bytes").text(bytes.to_string()))
        // Nothing set aside ahead: a disk takes space as it is written.
        .child(Element::new("allocation").with("unit", "bytes").text("0"))
        .child(Element::new("target").child(Element::new("format").with("type", format)))
        .to_xml()
}

/// What a volume's document says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeDescription {
    /// `file`, `block` and so on.
    pub kind: String,
    /// Format, such as `qcow2`.
    pub format: Option<String>,
    /// Size that a guest sees, in bytes.
    pub capacity_bytes: Option<u64>,
    /// Space it occupies, in bytes.
    pub allocated_bytes: Option<u64>,
    /// Path on the node.
    pub path: Option<String>,
    /// Path of the volume beneath, if it is an overlay.
    pub backing: Option<String>,
}

/// Reads a volume's document.
///
/// # Errors
/// [`XmlFault`] if it is not well formed.
pub fn volume_description(document: &str) -> Result<VolumeDescription, XmlFault> {
    let volume = Element::parse(document)?;
    let amount = |path: &str| {
        volume.at(path).and_then(|amount| {
            // Volumes differ from domains: without a unit the number is bytes.
            match amount.attribute("unit") {
                Some(_) => scaled_bytes(amount),
                None => amount.own_text().parse().ok(),
            }
        })
    };
    Ok(VolumeDescription {
        kind: volume.attribute("type").unwrap_or("file").to_owned(),
        format: volume.at("target/format").and_then(|format| format.attribute("type")).map(str::to_owned),
        capacity_bytes: amount("capacity"),
        allocated_bytes: amount("allocation"),
        path: volume.text_at("target/path").map(str::to_owned),
        backing: volume.text_at("backingStore/path").map(str::to_owned),
    })
}
