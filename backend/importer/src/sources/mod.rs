//! One reader a source system: what its tables, files and answers mean.
//!
//! Each source is a folder with `pub fn read(input: &Input, sink: &mut dyn Sink)`; the
//! syntax it is written in is parsed in [`crate::formats`].

pub(crate) mod files;
pub mod fossbilling;
pub mod tables;
pub mod whmcs;
pub mod zones;

use std::path::PathBuf;

use hostwright_kernel::Currency;
use jiff::tz::TimeZone;

use crate::Limits;
use crate::snapshot::values::Secret;

/// What a provider hands to a reader.
#[derive(Debug, Clone)]
pub struct Input {
    /// Dumps, archives, folders or recorded answers. A folder means all that lies below it.
    pub paths: Vec<PathBuf>,
    /// The zone of dates and times that the source writes without one.
    pub zone: TimeZone,
    /// The currency of amounts that the source writes without one.
    pub currency: Option<Currency>,
    /// The key of the source's reversible secrets, where it was given.
    pub key: Option<Secret>,
    /// The folder of files that the source's rows name, for example ticket attachments.
    pub attachments: Option<PathBuf>,
    /// How columns map to fields, for sources without a format of their own (CSV).
    pub mapping: Option<PathBuf>,
    /// How much is read.
    pub limits: Limits,
}

impl Input {
    /// Reads these paths, times in UTC, nothing else given.
    #[must_use]
    pub fn of(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            zone: TimeZone::UTC,
            currency: None,
            key: None,
            attachments: None,
            mapping: None,
            limits: Limits::default(),
        }
    }
}
