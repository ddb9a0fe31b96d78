//! What an archive says about itself.

use std::collections::BTreeMap;

use hostwright_panel::platform::portable::{Sums, Table};
use serde::{Deserialize, Serialize};

/// The way archives are laid out; another number is another way.
pub const FORMAT: u32 = 1;
/// Where it is in the archive: at the end, when everything is known.
pub const NAME: &str = "manifest.json";

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the product that made it.
    pub made_by: String,
    /// When, by the product's clock.
    pub made_at: String,
    /// `sqlite` or `postgres`: where it comes from.
    pub engine: String,
    /// The tables with their columns, in an order in which they can be filled.
    pub tables: Vec<Table>,
    /// Rows, contents and sums of money of every table.
    pub sums: Sums,
    /// What `verify` said, check by check.
    pub verify: Vec<(String, usize)>,
    /// SHA-256 of every other file of the archive.
    pub files: BTreeMap<String, String>,
}
