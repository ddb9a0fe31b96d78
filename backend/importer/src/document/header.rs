//! What a document says of itself before its entries.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};

/// Where a document comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The kind of the source system, in lower case: `whmcs`, `cpanel`, `hostwright`.
    pub source_kind: String,
    /// How the source is called: a host name or a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// When the snapshot was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Instant>,
    /// The program that wrote the document, and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
}
